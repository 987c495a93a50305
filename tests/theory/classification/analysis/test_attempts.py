"""Late or dead children are dropped with a note, and the next question is answered again."""

from __future__ import annotations

import os
import signal

from theory.classification.analysis.attempts import Symbolic
from theory.engine.expression import parse
from theory.engine.terms import from_sympy

HARD = from_sympy(parse("exp(-u)+exp(-2*u)"))  # its stationary point leads SymPy into a long search


def test_late_answers_are_dropped_and_the_child_is_gone():
    with Symbolic(limit=0.05) as symbolic:
        assert symbolic.ask("stationary", HARD) is None
        assert symbolic._child is None
        assert symbolic.notes == ["stationary: no answer within 0.05 s"]


def test_a_dead_child_is_replaced():
    with Symbolic() as symbolic:
        assert symbolic.ask("symmetric", ["tanh", "u"]) == {"constant": True, "even": False}
        os.kill(symbolic._child.pid, signal.SIGKILL)
        assert symbolic.ask("symmetric", ["tanh", "u"]) is None
        assert symbolic.notes == ["symmetric: the child process ended"]
        assert symbolic.ask("symmetric", ["tanh", "u"]) is not None


def test_closing_ends_the_child():
    symbolic = Symbolic()
    symbolic.ask("symmetric", "u")
    child = symbolic._child
    symbolic.close()
    symbolic.close()
    assert child.poll() is not None


def test_unclear_is_noted():
    with Symbolic() as symbolic:
        assert symbolic.ask("local", ["log", "u"]) is None
        assert symbolic.notes[0].startswith("local: ")
