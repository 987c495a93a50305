"""Compiled terms: values and gradients against 40-digit arithmetic and against differences."""

import pytest
import sympy
from flint import arb, arb_series, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine import terms
from theory.engine.functions import EntireQuotient
from theory.engine.provers.balls import working
from theory.engine.provers.program import NoBallValue, Program

x, y = sympy.symbols("x y", positive=True)
DOMAIN = [
    {"name": "x", "low": "0", "high": "3", "low_closed": True, "high_closed": True, "integer": False},
    {"name": "y", "low": "0", "high": "3", "low_closed": False, "high_closed": True, "integer": False},
]
EXPRESSIONS = [
    x * y - 2 * x**3 + sympy.Rational(1, 7),
    (1 + x) ** (y / 2) - x ** sympy.Rational(3, 2),
    sympy.log(1 + x * y) * sympy.exp(-y) / (1 + x**2),
    sympy.Abs(x - y) + 3 * sympy.Max(x, y**2) - sympy.Min(x, 1),
    sympy.tanh(x - y) + sympy.sinh(y) - sympy.cosh(x) + sympy.atan(x) + sympy.erf(y),
    sympy.erfc(x - y) / 2 - y * sympy.erfc(4 * x) * sympy.exp(16 * x**2),
    EntireQuotient(0, (x - y) * sympy.log(1 + x)),
    y * sympy.log(y) - sympy.pi * x,
]
points = st.tuples(st.integers(1, 47), st.integers(1, 47)).map(lambda p: tuple(fmpq(i, 16) for i in p))


def exactly(expression, point):
    where = dict(zip((x, y), (sympy.Rational(str(p)) for p in point), strict=True))
    return arb(str(expression.rewrite(sympy.Piecewise).subs(where).evalf(40)))


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(point=points, radius=st.integers(1, 8))
def test_values_and_gradients(expression, point, radius):
    program = Program(terms.from_sympy(expression), DOMAIN)
    if point[0] == point[1] or point[0] == 1 or point[0] == point[1] ** 2:
        return  # kinks
    with working(100):
        value, slopes = program.gradient([arb(p) for p in point])
        assert abs(value - exactly(expression, point)) < fmpq(1, 2**80)
        for slope, symbol in zip(slopes, (x, y), strict=True):
            assert abs(slope - exactly(sympy.diff(expression.rewrite(sympy.Piecewise), symbol), point)) < fmpq(1, 2**80)
        box = [arb(p, fmpq(radius, 128)) for p in point]
        wide, around = program.gradient(box)
        assert wide.contains(value)
        assert all(hull.is_nan() or hull.contains(slope) for hull, slope in zip(around, slopes, strict=True))


def test_a_variable_that_does_not_occur_has_no_slope():
    assert Program(["exp", "x"], DOMAIN).gradient([arb(0), arb(1)]) == (1, [arb(1), None])


def test_equal_subterms_are_compiled_once():
    once = Program(["exp", ["+", "x", 1]], DOMAIN)
    twice = Program(["+", ["exp", ["+", "x", 1]], ["*", "y", ["exp", ["+", "x", 1]]]], DOMAIN)
    assert len(twice._steps) == len(once._steps) + 2


def test_constants_follow_the_precision():
    program = Program(["*", "x", ["^", 2, ["/", 1, 2]]], DOMAIN)
    widths = []
    for precision in (53, 200):
        with working(precision):
            widths.append(float(program.value([arb(1), arb(1)]).rad()))
    assert widths[1] < 1e-50 < widths[0]


def test_gradients_in_series_give_the_second_derivatives():
    program = Program(["^", ["+", "x", ["*", 2, "y"]], 3], DOMAIN)
    with working(64, 2):
        _, rows = program.gradient([arb_series([arb(1), 1], 2), arb(1)])
        assert rows[0][1] == 18
        assert rows[1][1] == 36


def test_powers_touch_zero_where_the_domain_allows():
    program = Program(["^", ["+", 3, ["*", -1, "x"]], ["/", 3, 2]], DOMAIN)
    value, slopes = program.gradient([arb(fmpq(5, 2), fmpq(1, 2)), arb(1)])
    assert value.contains(0)
    assert value.is_finite()
    assert slopes[0].is_finite()
    beyond = Program(["^", ["+", 2, ["*", -1, "x"]], ["/", 3, 2]], DOMAIN)
    assert beyond.value([arb(2, fmpq(1, 2)), arb(1)]).is_nan()


def test_x_log_x_is_joined_at_an_open_end_only():
    for name, finite in (("x", False), ("y", True)):
        program = Program(["*", 2, name, ["log", name]], DOMAIN)
        assert program.value([arb(1, 1), arb(1, 1)]).is_finite() is finite


@pytest.mark.parametrize("term", [["sum", "x"], ["sin", "x"], "z", ["+", "x", 0.5], ["x log x", ["+", "x", 0.5]]])
def test_what_has_no_value_in_balls_is_refused(term):
    with pytest.raises(NoBallValue):
        Program(term, DOMAIN)
