"""The infimum is enclosed, also over half-lines, and never claimed too high."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from theory.classification.analysis.infimum import infimum, mirrored, weighted
from theory.classification.analysis.intervals import INFINITY, compile_term
from theory.engine.expression import parse
from theory.engine.terms import from_sympy


def _compiled(formula):
    return compile_term(from_sympy(parse(formula)))


@pytest.mark.parametrize(
    ("formula", "low", "high", "expected"),
    [
        ("(u-1)**2 + 3", 0, None, 3),
        ("(u-1)**2 + 3", 2, None, 4),
        ("(u-1)**2 + 3", 0, Fraction(1, 2), 3.25),
        ("exp(-u)", 0, None, 0),
        ("exp(-u)", 0, 5, math.exp(-5)),
        ("exp(u) - 2*u", 0, 10, 2 - 2 * math.log(2)),
        ("abs(u-3) + abs(u-1)", 0, None, 2),
        ("u**4 - 2*u**2", -2, 2, -1),
        ("1 - 1/(1+u**2)", -3, None, 0),
        ("tanh(u-20)", 0, None, math.tanh(-20)),
        ("min(u, 2-u)", 0, 2, 0),
    ],
)
def test_encloses(formula, low, high, expected):
    found = infimum(_compiled(formula), Fraction(low), None if high is None else Fraction(high))
    assert float(found.value.low) - 1e-15 <= expected <= float(found.value.high) + 1e-15
    assert found.width < 1e-9


def test_unbounded_below_has_no_lower_bound():
    found = infimum(_compiled("-u"), Fraction(0), None, cells=50)
    assert found.value.low == -INFINITY


def test_a_pole_has_no_lower_bound_and_is_named():
    found = infimum(_compiled("1/(u-3)"), Fraction(0), Fraction(5), cells=200)
    assert found.value.low == -INFINITY
    assert 2.9 < float(found.worst.low) <= 3 <= float(found.worst.high) < 3.1


def test_few_cells_widen_but_stay_true():
    found = infimum(_compiled("exp(u) - 2*u"), Fraction(0), Fraction(10), cells=5)
    assert float(found.value.low) <= 2 - 2 * math.log(2) <= float(found.value.high)
    assert found.width > 1e-6


def test_convexity_bounds_the_tail():
    function = _compiled("sqrt(1+u**2) - u/2")
    assert infimum(function, Fraction(0), None, cells=300).value.low == -INFINITY
    found = infimum(function, Fraction(0), None, convex=True, cells=300)
    assert found.width < 1e-9
    assert float(found.value.low) <= math.sqrt(3) / 2 <= float(found.value.high)


def test_weights_at_the_ends_drop_a_term():
    phi = _compiled("exp(-u)")
    found = infimum(weighted(phi, mirrored(phi), Fraction(1)), Fraction(0), None)
    assert found.value.low >= 0
    assert float(found.value.high) < 1e-9
