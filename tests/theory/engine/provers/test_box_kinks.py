"""Minima, maxima and sums of absolute values in the box prover: kinks off the zero, and at it."""

import pytest
from sympy import Abs, Max, Min, Rational

from theory.engine.evidence import Budget, Certificate, Undecided
from theory.engine.provers.enclosure import boxes
from theory.engine.statements.forall import Domain, ForAll

BUDGET = Budget()
LINE, SQUARE = Domain("x in [0,1]"), Domain("x in [-1,1], y in [-1,1]")


def settled(statement, method):
    assert method.refute(statement, BUDGET) is None
    certificate = method.decide(statement, BUDGET)
    assert isinstance(certificate, Certificate), certificate
    method.recheck(statement, certificate, BUDGET)
    return certificate


def test_a_minimum_is_the_negative_of_a_maximum():
    x, y = SQUARE
    for side in (Min(x, y), -Max(-x, -y)):
        settled(ForAll(SQUARE, side, "<=", (x + y) / 2 + Rational(1, 50)), boxes())
        false = ForAll(SQUARE, side, "<=", (x + y) / 2 - Rational(1, 50))
        assert boxes().refute(false, BUDGET) is not None


def test_sums_of_absolute_values():
    x, y = SQUARE
    total = Abs(x) + Abs(y) + Abs(x - y)
    settled(ForAll(SQUARE, total, ">=", 2 * Max(Abs(x), Abs(y)) - Rational(1, 20)), boxes())
    assert boxes().refute(ForAll(SQUARE, total, ">=", 2 * Max(Abs(x), Abs(y)) + Rational(1, 20)), BUDGET) is not None


@pytest.mark.parametrize(("low", "order"), [(2, 2), (Rational(19, 10), 1)])
def test_a_kink_away_from_the_zero_leaves_its_order(low, order):
    (x,) = LINE
    domain = Domain("x in [0,2/5]")
    (u,) = domain
    statement = ForAll(domain, 2 * Min(u, 1 - u), ">=", low * u * (1 - u))
    assert settled(statement, boxes(u)).data["zeros"][0]["order"] == order
    assert boxes(x).refute(ForAll(LINE, 2 * Min(x, 1 - x), ">=", Rational(41, 10) * x * (1 - x)), BUDGET) is not None


def test_equality_along_a_kink_is_undecided():
    x, y = SQUARE
    assert isinstance(boxes(cells=500).decide(ForAll(SQUARE, Min(x, y), "<=", (x + y) / 2), BUDGET), Undecided)
