"""Relations for every number of classes."""

import pytest
import sympy
from kernel import box

from theory.engine.functions import Sig
from theory.engine.statements.classes import ForEveryN, outside_sums

DOMAIN, C = box("c in [0,1]")
EACH, P, S = box("p in [0,1], s in (0,1]")


def test_statements_describe_themselves():
    statement = ForEveryN(DOMAIN, EACH, ((Sig(P), "==", 1), (C, ">=", P)), Sig(C * P * S), "<=", C)
    assert statement.scope() == (
        "every number of classes; all c in [0, 1]; for each further class p in [0, 1], s in (0, 1]; "
        "given Sig(p) == 1, c >= p"
    )
    latex = statement.latex()
    assert latex.startswith(
        r"\forall\, c \in [0, 1];\; \Sigma\text{ over any number of classes, each with }"
        r"p \in [0, 1],\; s \in (0, 1];\; \Sigma\left[p\right] = 1,\; c \ge p:\quad"
    )
    assert latex.endswith(r"\le c")
    assert statement.to_json()["given"][1] == ["c", ">=", "p"]


def test_without_conditions_there_is_no_mark_for_them():
    statement = ForEveryN(DOMAIN, EACH, (), Sig(C * P), ">=", 0)
    assert (
        statement.scope() == "every number of classes; all c in [0, 1]; for each further class p in [0, 1], s in (0, 1]"
    )
    each = r"\Sigma\text{ over any number of classes, each with }p \in [0, 1],\; s \in (0, 1]"
    assert statement.latex() == rf"\forall\, c \in [0, 1];\; {each}:\quad \Sigma\left[c p\right] \ge 0"


def test_a_variable_is_named_if_it_occurs():
    dummy, one = box("one in [1,1]")
    assert ForEveryN(dummy, EACH, (), Sig(P), ">=", 0).latex().startswith(r"\forall\, \Sigma\text{ over")
    assert ForEveryN(DOMAIN, EACH, (), Sig(P), ">=", 0).latex().startswith(r"\forall\, \Sigma\text{ over")
    assert ForEveryN(dummy, EACH, (), Sig(P), ">=", one).latex().startswith(r"\forall\, \mathrm{one} = 1;\; \Sigma")
    given = ((Sig(P), "==", one),)
    assert ForEveryN(dummy, EACH, given, Sig(P), ">=", 0).latex().startswith(r"\forall\, \mathrm{one} = 1;\; \Sigma")


def test_symbols_outside_sums():
    assert outside_sums(P * Sig(S * C) + Sig(Sig(P)) ** S) == {P, S}
    assert outside_sums(sympy.Integer(1)) == set()


@pytest.mark.parametrize(
    ("lhs", "relation", "why"),
    [
        (P, "<=", "stand outside a sum"),
        (Sig(P) * S, "<=", "stand outside a sum"),
        (Sig(P), "=<", "relation is"),
        (Sig(sympy.Symbol("p")), "<=", "not among the symbols"),
        (Sig(0.5 * P), "<=", "floats"),
        ("Sig(p)", "<=", "Sig"),
    ],
)
def test_bad_conclusions(lhs, relation, why):
    with pytest.raises(ValueError, match=why):
        ForEveryN(DOMAIN, EACH, (), lhs, relation, sympy.Integer(1))


def test_bad_hypotheses_and_names():
    for condition in ((0.5, ">=", P), (P, "!=", 1), (sympy.Symbol("q"), ">=", 1), ("p", ">=", 1)):
        with pytest.raises(ValueError):  # noqa: PT011 - the messages are tested above
            ForEveryN(DOMAIN, EACH, (condition,), Sig(P), "<=", C)
    with pytest.raises(ValueError, match="c named both as a scalar and as a per-class symbol"):
        ForEveryN(DOMAIN, box("c in [0,1]")[0], (), Sig(C), "<=", C)
