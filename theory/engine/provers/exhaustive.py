"""Finite worlds decided by looking at every item, in exact arithmetic."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.provers import wording
from theory.engine.statements.fingerprint import canonical

__all__ = ["Enumeration", "enumeration"]


def enumeration() -> Enumeration:
    """Return the method that decides `theory.engine.statements.finite.Finite` by enumeration."""
    return Enumeration()


class Enumeration:
    """Decide a finite statement item by item; see `enumeration`.

    The certificate is the count and a SHA-256 of the items, in order. It shortens nothing: to re-check is to
    enumerate again.
    """

    evidence = Evidence.CERTIFIED

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Return the first counterexample in the domain's order; stop looking after ``budget.seconds``."""
        end = time.monotonic() + budget.seconds
        for position, item in enumerate(statement.items()):
            if not statement.holds_at(item):
                data = {"position": position, "item": canonical(item)}
                where = f"item {position + 1} of {statement.size} ({statement.over})"
                return Witness("finite", data, f"at {wording.item(item)}, {where}, the statement is false")
            if time.monotonic() > end:
                return None
        return None

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Evaluate the predicate at every item."""
        budget.step(f"enumerate {statement.size} items")
        count, digest, counterexample = _enumerate(statement)
        if counterexample is not None:
            return Undecided("a counterexample lies beyond the refuter's reach", counterexample)
        return Certificate("finite", {"count": count, "sha256": digest}, f"{count} items, all of them")

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Enumerate again and compare; raise `Rejected` if an item fails or the domain is another one."""
        if certificate.kind != "finite":
            raise Rejected(f"a certificate of kind 'finite' is needed, not {certificate.kind!r}")
        count, digest, counterexample = _enumerate(statement)
        if counterexample is not None:
            raise Rejected(f"the statement fails at {counterexample}")
        if certificate.data != {"count": count, "sha256": digest}:
            raise Rejected(f"the certificate is of another domain: here {count} items with SHA-256 {digest[:16]}...")


def _enumerate(statement: Any) -> tuple[int, str, str | None]:
    digest, count = hashlib.sha256(), 0
    for item in statement.items():
        text = canonical(item)
        if not statement.holds_at(item):
            return count, "", text
        digest.update(text.encode() + b"\n")
        count += 1
    return count, digest.hexdigest(), None
