"""Helpers to try proofs on: decide and re-check as the engine does, make domains and lemmas."""

from __future__ import annotations

import sys

from theory.engine.claim import claim
from theory.engine.evidence import Budget, Undecided
from theory.engine.provers.symbolic.chain import chain
from theory.engine.provers.symbolic.context import Context
from theory.engine.statements.forall import Domain


def box(text):
    """Return a domain and its symbols."""
    domain = Domain(text)
    return domain, *domain


def settle(statement, proof):
    """Return "proved", or why the proof is not accepted. Only re-checking the stored steps counts."""
    method = chain(proof)
    certificate = method.decide(statement, Budget())
    if isinstance(certificate, Undecided):
        return certificate.reason
    method.recheck(statement, certificate, Budget())
    return "proved"


def lemma(module, statement, proof, name="a_lemma", paper="demo"):
    """Make a claim that a stored proof can name: an attribute of the test module."""

    def build():
        return statement, chain(proof)

    build.__name__, build.__module__ = name, module
    made = claim(paper=paper, where="Lemma", says="x", expected="proved", strength="lemma")(build)
    setattr(sys.modules[module], name, made)
    return made


def context(text, each=None, given=()):
    """Return a context and its symbols, the per-class ones last."""
    domain, per_class = Domain(text), None if each is None else Domain(each)
    symbols = [*domain, *(per_class or ())]
    return Context(domain, per_class, given(*symbols) if callable(given) else given), *symbols
