"""The checker's evaluator: enclosures hold, slopes hold, spans are exact."""

import pytest
import sympy
from flint import arb, arb_series, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine import terms
from theory.engine.checker.boxes import ball, working
from theory.engine.checker.terms import Tape
from theory.engine.functions import EntireQuotient

x, y = sympy.symbols("x y", positive=True)
RANGE = {"low": "0", "high": "3", "low_closed": True, "high_closed": True, "integer": False}
RANGES = {"x": {"name": "x", **RANGE}, "y": {"name": "y", **RANGE}}
EXPRESSIONS = [
    x**2 - 3 * x * y + 1,
    (1 + x) ** (y - 1),
    sympy.exp(-x) * sympy.log(1 + y),
    sympy.Abs(x - y) + sympy.Max(x, y, 1) - sympy.Min(x, 2 * y),
    sympy.tanh(x) + sympy.sinh(y) * sympy.cosh(x - 1),
    sympy.atan(x * y) - sympy.erf(x),
    sympy.erfc(x - y) * sympy.erfc(4 * y),
    EntireQuotient(1, x - y) / (1 + y),
    (x - y) ** 3 + (x - y) ** 4 + (1 + y) ** -2,
    sympy.pi * sympy.sqrt(x + y),
    (x + 1) * sympy.log(x + 1),
]
ends = st.tuples(st.integers(1, 40), st.integers(0, 20)).map(lambda p: (fmpq(p[0], 16), fmpq(p[0] + p[1], 16)))


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(first=ends, second=ends, shares=st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_the_ball_over_a_cell_holds_every_value(expression, first, second, shares):
    tape = Tape(RANGES)
    top = tape.add(terms.from_sympy(expression))
    cell = {"x": first, "y": second}
    point = {
        name: low + (high - low) * fmpq(share, 8)
        for (name, (low, high)), share in zip(cell.items(), shares, strict=True)
    }
    exact = expression.subs({x: sympy.Rational(str(point["x"])), y: sympy.Rational(str(point["y"]))}).evalf(40)
    with working(100, 2):
        values = tape.values({name: ball(*pair) for name, pair in cell.items()}, cell)
        assert values[top].overlaps(arb(str(exact)))
        precise = tape.values({n: arb(p) for n, p in point.items()}, {n: (p, p) for n, p in point.items()})[top]
        assert abs(precise - arb(str(exact))) < fmpq(1, 2**80)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_slopes_are_the_derivatives(expression):
    tape = Tape(RANGES)
    top = tape.add(terms.from_sympy(expression))
    point = {"x": fmpq(3, 4), "y": fmpq(5, 8)}
    where = {x: sympy.Rational(3, 4), y: sympy.Rational(5, 8)}
    cell = {name: (value, value) for name, value in point.items()}
    with working(100, 2):
        slopes = tape.slopes(top, tape.values({n: arb(p) for n, p in point.items()}, cell), cell)
        for name, symbol in (("x", x), ("y", y)):
            exact = expression.rewrite(sympy.Piecewise).diff(symbol).subs(where).evalf(40)
            assert abs(slopes[name] - arb(str(exact))) < fmpq(1, 2**80), (name, exact)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_series_agree_with_derivatives(expression):
    tape = Tape(RANGES)
    top = tape.add(terms.from_sympy(expression))
    y_value, cell = fmpq(5, 8), {"x": (fmpq(3, 4),) * 2, "y": (fmpq(5, 8),) * 2}
    with working(100, 4):
        inputs = {"x": arb_series([arb(fmpq(3, 4)), 1], 4), "y": arb(y_value)}
        series = tape.values(inputs, cell)[top]
        for order in range(4):
            derivative = expression.rewrite(sympy.Piecewise).diff(x, order) / sympy.factorial(order)
            exact = derivative.subs({x: sympy.Rational(3, 4), y: sympy.Rational(5, 8)}).evalf(40)
            assert abs(series[order] - arb(str(exact))) < fmpq(1, 2**70)


def test_a_kink_inside_gives_a_hull_of_slopes_and_no_series():
    tape = Tape(RANGES)
    top = tape.add(["abs", ["+", "x", -1]])
    cell = {"x": (fmpq(1, 2), fmpq(2)), "y": (fmpq(0), fmpq(0))}
    with working(64, 3):
        slope = tape.slopes(top, tape.values({"x": ball(*cell["x"]), "y": arb(0)}, cell), cell)["x"]
        assert slope.contains(1)
        assert slope.contains(-1)
        series = tape.values({"x": arb_series([ball(*cell["x"]), 1], 3), "y": arb(0)}, cell)[top]
        assert all(series[order].is_nan() for order in range(3))


def test_undefined_series_are_nan_in_every_coefficient():
    """A coefficient left at 0 would let a hole pass for a zero of high order."""
    for term in (["log", "x"], ["^", "x", ["/", 1, 2]], ["^", "x", -1], ["+", ["^", "x", 5], ["log", "x"]]):
        tape = Tape(RANGES)
        top = tape.add(term)
        cell = {"x": (fmpq(0), fmpq(1)), "y": (fmpq(0), fmpq(0))}
        with working(64, 6):
            series = tape.values({"x": arb_series([ball(*cell["x"]), 1], 6), "y": arb(0)}, cell)[top]
            assert all(series[order].is_nan() for order in range(6))


def test_spans_are_exact():
    tape = Tape(RANGES)
    top = tape.add(["+", 1, ["*", -1, "x"], ["^", ["+", "y", -1], 2]])
    cell = {"x": (fmpq(0), fmpq(1)), "y": (fmpq(0), fmpq(3))}
    assert tape.span(top, cell) == (fmpq(0), fmpq(5))
    assert tape.span(tape.add(["exp", "x"]), cell) is None


def test_a_span_that_would_grow_without_end_is_given_up():
    tape = Tape(RANGES)
    term = "x"
    for _ in range(60):
        term = ["^", term, 64]
    assert tape.span(tape.add(term), {"x": (fmpq(1, 3), fmpq(2, 3)), "y": (fmpq(0), fmpq(0))}) is None


@pytest.mark.parametrize(
    "term",
    [["sin", "x"], ["^", "x"], ["exp", "x", "x"], ["E", -1, "x"], ["E", "x", "x"], ["E", 1], ["sum", "x"], [[], 1]],
)
def test_unknown_terms_are_refused(term):
    with pytest.raises((ValueError, TypeError)):
        Tape(RANGES).add(term)


def test_equal_subterms_are_one_entry():
    tape = Tape(RANGES)
    first, second = tape.add(["exp", ["+", "x", 1]]), tape.add(["exp", ["+", "x", 1]])
    assert first == second
