"""Intervals with open and closed ends, and what they say of expressions."""

import itertools
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.functions import EntireQuotient, Sig
from theory.engine.provers.symbolic.signs import NONNEGATIVE, POSITIVE, REALS, Interval, Signs, of_range, point
from theory.engine.statements.forall import Domain

QUARTERS = st.integers(-8, 8).map(lambda n: Fraction(n, 4))


@st.composite
def intervals(draw):
    low, high = sorted((draw(QUARTERS), draw(QUARTERS)))
    if low == high:
        return point(low)
    ends = [None if draw(st.integers(0, 5)) == 0 else end for end in (low, high)]
    return Interval(ends[0], ends[1], ends[0] is None or draw(st.booleans()), ends[1] is None or draw(st.booleans()))


def members(interval):
    """Rational values of an interval: its closed ends, points next to the open ones, some between."""
    low = interval.low if interval.low is not None else (interval.high or Fraction(0)) - 7
    high = interval.high if interval.high is not None else low + 14
    near = Fraction(1, 10**6)
    found = [low + near * (high - low), (low + high) / 2, low + (high - low) / 3, high - near * (high - low)]
    found += [low] if interval.low is None or not interval.low_open else []
    found += [high] if interval.high is None or not interval.high_open else []
    return [value for value in found if contains(interval, value)]


def contains(interval, value):
    above = interval.low is None or value > interval.low or (value == interval.low and not interval.low_open)
    below = interval.high is None or value < interval.high or (value == interval.high and not interval.high_open)
    return above and below


@given(intervals(), intervals())
def test_sums_products_and_meets_hold_every_value(x, y):
    for a, b in itertools.product(members(x), members(y)):
        assert contains(x + y, a + b)
        assert contains(x * y, a * b)
        assert contains(-x, -a)
        assert contains(x.meet(y), a) == (contains(x, a) and contains(y, a))


@given(intervals())
def test_signs_are_those_of_every_value(x):
    values = members(x)
    assert not x.positive or all(value > 0 for value in values)
    assert not x.nonnegative or all(value >= 0 for value in values)
    assert not x.nonzero or all(value != 0 for value in values)


@given(intervals(), intervals(), st.integers(-5, 5))
def test_structural_reasoning_holds_every_value(x, y, n):
    a, b = sympy.symbols("a b", real=True)
    signs = Signs({a: x, b: y})
    forms = {
        a**n: lambda s, t: s**n if s or n >= 0 else None,
        sympy.Max(a, b): max,
        sympy.Abs(a - b): lambda s, t: abs(s - t),
        a * b + a: lambda s, t: s * t + s,
        a * b**2 - b**2: lambda s, t: (s - 1) * t**2,
    }
    for form, exact in forms.items():
        inside = signs.enclose(form)
        for s, t in itertools.product(members(x), members(y)):
            value = exact(s, t)
            assert value is None or contains(inside, value)
            assert value is not None or not signs.defined(form)


@settings(max_examples=60)
@given(intervals(), intervals())
def test_real_powers_hold_every_value(x, y):
    a, b = sympy.symbols("a b", real=True)
    signs = Signs({a: x, b: y})
    inside, defined = signs.enclose(a**b), signs.defined(a**b)
    for s, t in itertools.product(members(x), members(y)):
        if s < 0 or (s == 0 and t <= 0):
            assert not defined
        else:
            value = float(s) ** float(t)
            assert contains(inside, Fraction(0) if s == 0 else Fraction(value)) or s == 1 or abs(value - 1) < 1e-9
            assert not inside.positive or value > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[0,1]", Interval(Fraction(0), Fraction(1), False, False)),
        ("(0,oo)", POSITIVE),
        ("[0,oo)", NONNEGATIVE),
        ("(-oo,oo)", REALS),
    ],
)
def test_ranges_become_intervals(text, expected):
    assert of_range(Domain(f"x in {text}").ranges[0]) == expected


def test_an_open_end_is_not_attained_in_products():
    half_open = Interval(Fraction(0), Fraction(1), False, True)
    assert (half_open * point(Fraction(2))) == Interval(Fraction(0), Fraction(2), False, True)
    assert not (half_open * POSITIVE).positive
    assert (Interval(Fraction(0), Fraction(1)) * POSITIVE).positive


def test_mixed_signs_are_not_guessed():
    x = sympy.Symbol("x", real=True)
    signs = Signs({x: Interval(Fraction(-1), Fraction(2), False, False)})
    assert signs.enclose(x**2) == NONNEGATIVE
    assert signs.enclose(x**3) == REALS
    assert signs.enclose(1 / x**2) == REALS
    assert not signs.defined(1 / x)


@pytest.mark.parametrize(
    "expression",
    [
        "1/x", "x**(-a)", "x**(a - 1)", "log(x)", "log(1 - x)", "sqrt(x - 1)", "tan(x)", "floor(x)", "sign(x)",
        "Heaviside(x)", "zoo", "nan", "oo", "I", "x*I", "gamma(x)", "Piecewise((x, x > 0), (1, True))", "u", "x + u",
        "0.5*x", "asin(x)",
    ],
)  # fmt: skip
def test_what_is_not_defined_everywhere_is_refused(expression):
    names = {"x": sympy.Symbol("x", nonnegative=True), "a": sympy.Symbol("a", positive=True), "u": sympy.Symbol("u")}
    signs = Signs({names["x"]: Interval(Fraction(0), Fraction(1), False, False), names["a"]: POSITIVE})
    assert not signs.defined(sympy.sympify(expression, names))


def test_what_is_defined_is_let_through():
    x, a = sympy.Symbol("x", nonnegative=True), sympy.Symbol("a", positive=True)
    signs = Signs({x: Interval(Fraction(0), Fraction(1), False, False), a: POSITIVE})
    for expression in (x**a, sympy.log(1 + x), (1 + x) ** (a - 1), 1 / (x - 2), Sig(x**a), EntireQuotient(1, -x)):
        assert signs.defined(expression)
    for function in (sympy.exp, sympy.tanh, sympy.sinh, sympy.cosh, sympy.atan, sympy.erf, sympy.erfc):
        assert signs.defined(function(x))
    assert signs.defined(sympy.pi * sympy.E + sympy.Max(x, a) - sympy.Min(x, 1))


def test_facts_are_met_with_ranges():
    x = sympy.Symbol("x", real=True)
    wide = Interval(Fraction(-1), Fraction(1), False, False)
    signs = Signs(
        {x: wide}, [(1 - 2 * x, NONNEGATIVE), (x, POSITIVE), (x, Interval(None, Fraction(1, 2), True, False))]
    )
    assert signs.enclose(x) == Interval(Fraction(0), Fraction(1, 2), True, False)
    assert signs.enclose(1 - 2 * x).nonnegative


def test_constants_are_enclosed_not_guessed():
    signs = Signs({})
    assert signs.enclose(sympy.log(2) - sympy.Rational(1, 2)).positive
    zero = sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(5 + 2 * sympy.sqrt(6))
    inside = signs.enclose(zero)
    assert contains(inside, 0)
    assert not inside.nonzero
    assert signs.enclose(sympy.log(-1, evaluate=False)) == REALS
    assert signs.enclose(sympy.atan(3) - sympy.Max(1, sympy.erf(2))).positive


def test_error_functions_are_enclosed_by_the_sign_of_their_argument():
    x, u = sympy.Symbol("x", positive=True), sympy.Symbol("u", real=True)
    signs = Signs({x: POSITIVE, u: REALS})
    assert signs.enclose(sympy.erf(x)) == Interval(Fraction(0), Fraction(1))
    assert signs.enclose(sympy.erf(u)) == Interval(Fraction(-1), Fraction(1))
    assert signs.enclose(sympy.erfc(x)) == Interval(Fraction(0), Fraction(1))
    assert signs.enclose(sympy.erfc(u)) == Interval(Fraction(0), Fraction(2))
    assert signs.enclose(sympy.tanh(-x)) == Interval(Fraction(-1), Fraction(0))
    assert not signs.enclose(sympy.erf(x) - sympy.Rational(1, 2)).nonnegative


def test_factors_are_drawn_out_of_sums():
    x, y = sympy.symbols("x y", positive=True)
    signs = Signs({x: POSITIVE, y: POSITIVE}, [(1 - y, NONNEGATIVE)])
    assert signs.enclose(x - x * y).nonnegative
    assert not signs.enclose(x * y - x).nonnegative


def test_a_sum_over_classes_may_be_empty():
    p = sympy.Symbol("p", positive=True)
    assert Signs({p: POSITIVE}).enclose(Sig(p)) == NONNEGATIVE
    assert Signs({p: POSITIVE}).enclose(Sig(-p)) == REALS


def test_a_product_of_signed_intervals_is_an_error_inside():
    from theory.engine.provers.symbolic.signs import _product

    with pytest.raises(ValueError, match="must be >= 0"):
        _product(REALS, POSITIVE)
