"""Statements about limits."""

import pytest
import sympy
from kernel import box

from theory.engine.functions import Sig
from theory.engine.statements.limit import LimitOf

DOMAIN, T, X = box("t in (0,1), x in [0,2)")


def test_statements_describe_themselves():
    statement = LimitOf(DOMAIN, X / (1 + T), T, "+", X)
    assert (statement.at, statement.scope()) == (0, "t -> 0+, all x in [0, 2)")
    assert statement.latex() == r"\forall\, x \in [0, 2):\quad \lim_{t \to 0^+} \frac{x}{t + 1} = x"
    alone, only = box("t in (0,1)")
    assert LimitOf(alone, 1 + only, only, "+", 1).latex() == r"\lim_{t \to 0^+} \left(t + 1\right) = 1"
    assert statement.to_json()["variable"] == "t"
    assert LimitOf(DOMAIN, X * T, X, "-", 2 * T).at == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((X, X, "+", 0), "no finite open end"),
        ((T, T, "*", 0), "sides are"),
        ((T, T, "+", T), "depends on t"),
        ((sympy.Symbol("t"), T, "+", 0), "not among the domain's symbols"),
        ((T, T, "+", sympy.Symbol("y")), "not among the domain's symbols"),
        ((T, sympy.Symbol("t"), "+", 0), "not among the domain's symbols"),
        ((0.5 * T, T, "+", 0), "floats are not exact"),
        ((Sig(T), T, "+", 0), "need classes"),
        (("t", T, "+", 0), "t"),
    ],
)
def test_bad_statements(arguments, why):
    with pytest.raises(ValueError, match=why):
        LimitOf(DOMAIN, *arguments)


def test_an_unbounded_end_is_no_end():
    domain, u = box("u in (0,oo)")
    with pytest.raises(ValueError, match="no finite open end"):
        LimitOf(domain, 1 / u, u, "-", 0)
