"""Piecewise linear losses, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.analysis.enclosed_transform import enclosed_point
from theory.classification.analysis.polygons import pieces, polygon, transform
from theory.engine.expression import parse
from theory.engine.terms import from_sympy

F = Fraction


def _polygon(formula):
    return polygon(from_sympy(parse(formula)))


@given(x=st.fractions(-5, 5, max_denominator=12))
@settings(deadline=None)
def test_values_are_exact(x):
    f = _polygon("min(max(0, 1-2*u), 3) + abs(u-1)/2 - max(u, -u, u/3)")
    assert f(x) == min(max(0, 1 - 2 * x), 3) + abs(x - 1) / 2 - max(x, -x, x / 3)


@pytest.mark.parametrize("formula", ["exp(u)", "u**2", "u*max(u,1)", "sqrt(2)*u", "tanh(1)", "abs(u**2)"])
def test_others_are_not_polygons(formula):
    assert _polygon(formula) is None


def test_too_many_pieces_are_refused():
    def zigzag(corners):
        return ["+", *[["abs", ["+", "u", ["/", k, 2 * corners + 1]]] for k in range(1, corners + 1)]]

    assert len(polygon(zigzag(99)).lines) == 100
    assert polygon(zigzag(100)) is None


@pytest.mark.parametrize(
    ("formula", "bound", "expected"),
    [
        ("max(0,1-u)", None, [(F(0), F(1), (F(1), F(0)))]),
        ("max(0,1-u)", F(1, 2), [(F(0), F(1), (F(1, 2), F(0)))]),
        ("min(max(0,1-u/4),1)", F(1), [(F(0), F(1), (F(1, 4), F(0)))]),
        ("max(0,-u)", None, [(F(0), F(1), (F(0), F(0)))]),
        ("max(0,1-u,1-2*u)", None, [(F(0), F(1, 3), (F(0), F(0))), (F(1, 3), F(1), (F(3, 2), F(-1, 2)))]),
    ],
)
def test_transform_by_hand(formula, bound, expected):
    assert pieces(transform(_polygon(formula), bound)) == expected


def test_unbounded_below_has_no_transform():
    assert transform(_polygon("-u"), None) is None
    assert transform(_polygon("-u"), F(3))(F(1, 2)) == F(3, 2)


@given(
    heights=st.lists(st.integers(-4, 4), min_size=3, max_size=5),
    t=st.fractions(F(1, 20), 1, max_denominator=20),
    bound=st.sampled_from([None, F(1, 2), F(3)]),
)
@settings(max_examples=25, deadline=None)
def test_transform_lies_in_the_enclosure(heights, t, bound):
    terms = [
        "+",
        *[["*", h, ["abs", ["+", "u", ["/", 1 - 2 * k, 2]]]] for k, h in enumerate(heights)],
        ["*", 20, ["abs", "u"]],
    ]
    exact = transform(polygon(terms), bound)
    point = enclosed_point(terms, t, bound)
    assert point.low - 1e-12 <= exact(t) <= point.high + 1e-12
