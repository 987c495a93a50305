"""The order of a zero, found exactly."""

from fractions import Fraction

import pytest
import sympy
from sympy import Rational, cosh, exp, log, sinh, sqrt, tanh

from theory.engine import terms
from theory.engine.functions import EntireQuotient
from theory.engine.provers.orders import NotAnalytic, vanishing_order

x, t, n, P, w = sympy.symbols("x t n P w", positive=True)
a = 1 / (2 - t)
POWER_MEAN = (((1 + x) ** a + (1 - x) ** a) / 2) ** (2 - t)
ROWS = 2 * sqrt(P / 2) + sqrt((1 - P) * w)


def order(expression, *, at=0, most=10):
    return vanishing_order(terms.from_sympy(sympy.sympify(expression)), "x", Fraction(str(at)), most=most)


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        (exp(x) - 1 - x, 0, 2),
        (exp(x) - 1 - x - x**2 / 2, 0, 3),
        (x**3 * (1 + t), 0, 3),
        (log(1 + x) - x, 0, 2),
        ((x - Rational(1, 3)) ** 4 * n, "1/3", 4),
        (x**2 - 2 * x + 1, 1, 2),
        (x + 1, 0, 0),
        (tanh(x) - x, 0, 3),
        (cosh(x) - exp(x**2 / 2), 0, 4),
        (sinh(x) - x, 0, 3),
        (sympy.atan(x) - x, 0, 3),
        (sympy.erf(x) - 2 * x / sqrt(sympy.pi), 0, 3),
        (sympy.erf(x) - 2 * x / sqrt(sympy.pi) * (1 - x**2 / 3), 0, 5),
        (sympy.erf(x) - 2 * x, 0, 1),
        (sympy.erfc(x * t) + sympy.erf(x * t) - 1, 0, 10),
        (sympy.erf(x + t) - sympy.erf(t) - 2 * x * exp(-(t**2)) / sqrt(sympy.pi), 0, 2),
        (sympy.erf(x) - sympy.erf(1), 1, 1),
        (sympy.Min(x, 1 - x) - x * (1 - x), 0, 2),
        (sympy.Abs(x - 1) + sympy.Max(x, 1, x + Rational(1, 2)) - 2, 0, 1),
        (sympy.Abs(x - 1) - x + 1, 0, 0),
        (EntireQuotient(0, x) - 1 - x / 2, 0, 2),
        (exp(t + x) - exp(t) * (1 + x), 0, 2),
        (2 ** (t + x) - 2**t * (1 + x * log(2)), 0, 2),
        ((t + x) ** sqrt(2) - t ** sqrt(2), 0, 1),
        ((4 + x) ** Rational(1, 2) * n ** (t - 1) - n**t * (2 + x / 4) / n, 0, 2),
    ],
)
def test_orders(expression, at, expected):
    assert order(expression, at=at) == expected


@pytest.mark.parametrize(("constant", "expected"), [(1, 4), (Rational(101, 100), 2), (Rational(99, 100), 2)])
def test_the_order_depends_on_the_constant_with_symbolic_exponents(constant, expected):
    assert order((POWER_MEAN - 1) / (t - 1) - constant * x**2 / (2 * (2 - t))) == expected


def test_a_zero_with_three_other_variables():
    regret = ROWS**2 - (sqrt(P * (1 + x) / 2) + sqrt(P * (1 - x) / 2) + sqrt((1 - P) * w)) ** 2
    assert order(regret - P**2 * x**2 / 2) == 2


def test_an_identity_is_reported_by_the_cap():
    assert order((1 + x) ** 3 - 1 - 3 * x - 3 * x**2 - x**3, most=7) == 7


@pytest.mark.parametrize(
    "expression",
    [
        sqrt(x),
        x ** Rational(5, 2),
        log(x),
        x * log(x),
        1 / x,
        sympy.Abs(x - t),
        x**t,
        sympy.Max(x, t),
        sympy.Abs(exp(x) - 1),
        sympy.Max(x, x**2, -1),
        sympy.Min(1 + x**2, exp(x)),
        sympy.atan(1 + x),
    ],
)
def test_what_is_not_seen_to_be_analytic_is_refused(expression):
    with pytest.raises(NotAnalytic):
        order(expression)


def test_too_many_atoms_are_refused():
    many = sum(sympy.Symbol(f"y{i}") for i in range(40))
    with pytest.raises(NotAnalytic, match="independent"):
        order(many * x)
