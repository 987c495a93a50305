"""Exact bounds of terms over boxes."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.provers.signs import Bounds, bounds, expand, is_positive_inside, value_at

UNIT = {"x": (Fraction(0), Fraction(1)), "y": (Fraction(1, 2), Fraction(1)), "n": (Fraction(2), None)}


@pytest.mark.parametrize(
    ("term", "low", "high"),
    [
        (["+", 1, ["*", -1, "x"]], Fraction(0), Fraction(1)),
        (["+", 1, ["*", -1, "x", "y"]], Fraction(0), Fraction(1)),
        (
            ["+", 1, ["*", -1, "y"], ["*", "x", "y"]],
            Fraction(0),
            Fraction(1),
        ),  # affine in each: vertices, not interval arithmetic
        (["^", ["+", "x", ["/", -1, 2]], 2], Fraction(0), Fraction(1, 4)),
        (["exp", "x"], Fraction(0), None),
        (["log", ["+", 1, "n"]], Fraction(0), None),
        (["^", "x", ["/", 1, 3]], Fraction(0), Fraction(1)),
        (["^", "n", ["/", -1, 2]], Fraction(0), Fraction(1)),
        (["max", "x", ["+", -1, "y"]], Fraction(0), Fraction(1)),
        (["min", "x", "n"], Fraction(0), Fraction(1)),
        (["tanh", "x"], Fraction(0), Fraction(1)),
        (["*", "n", "n"], Fraction(4), None),
        (["pi"], Fraction(3), Fraction(22, 7)),
        (["E", 1, "x"], Fraction(0), None),
        (["log", "x"], None, Fraction(0)),
        (["^", ["+", -1, "x"], ["/", 1, 2]], None, None),
    ],
)
def test_bounds(term, low, high):
    assert bounds(term, UNIT) == Bounds(low, high)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    coefficients=st.lists(st.integers(-3, 3), min_size=6, max_size=6),
    shares=st.tuples(st.integers(0, 8), st.integers(0, 8)),
)
def test_bounds_hold_at_points(coefficients, shares):
    a, b, c, d, e, f = coefficients
    term = [
        "+",
        a,
        ["*", b, "x"],
        ["*", c, "y"],
        ["*", d, "x", "y"],
        ["*", e, ["^", "x", 2]],
        ["*", f, ["^", "y", 3], "x"],
    ]
    found = bounds(term, UNIT)
    value = value_at(term, {"x": Fraction(shares[0], 8), "y": Fraction(1, 2) + Fraction(shares[1], 16)})
    assert found.low <= value <= found.high


def test_expand_refuses_what_is_no_small_polynomial():
    assert expand(["exp", "x"]) is None
    assert expand(["^", "x", 9]) is None
    assert expand(["+", "x", ["*", -1, "x"]]) == {}
    big = ["^", ["+", 1, *[f"x{i}" for i in range(9)]], 8]
    assert expand(big) is None


def test_values_are_exact_or_none():
    assert value_at(["^", ["+", "x", ["/", 1, 3]], -2], {"x": Fraction(1, 6)}) == 4
    assert value_at(["^", "x", -1], {"x": Fraction(0)}) is None
    assert value_at(["^", "x", 10**9], {"x": Fraction(3, 2)}) is None
    assert value_at(["exp", "x"], {"x": Fraction(0)}) is None
    assert value_at(["max", "x", 2], {"x": Fraction(3)}) == 3


@pytest.mark.parametrize(
    ("term", "closed", "positive"),
    [
        ("x", False, True),
        ("x", True, False),
        (["+", 2, ["*", -1, "x"]], True, True),
        (["+", 1, ["*", -1, "x"]], True, False),
    ],
)
def test_positive_inside(term, closed, positive):
    entry = {"name": "x", "low": "0", "high": "1", "low_closed": closed, "high_closed": True, "integer": False}
    assert is_positive_inside(term, [entry]) is positive


def test_a_square_is_not_affine():
    entry = {"name": "x", "low": "0", "high": "1", "low_closed": False, "high_closed": False, "integer": False}
    assert not is_positive_inside(["^", ["+", "x", ["/", -1, 2]], 2], [entry])
