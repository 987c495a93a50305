"""Arithmetic of sums of products of powers."""

from fractions import Fraction

import pytest
import sympy

from theory.engine.provers.symbolic import forms
from theory.engine.provers.symbolic.forms import NotNormal

x, a = sympy.symbols("x a", positive=True)
HALF = sympy.Rational(1, 2)


def test_products_add_exponents_and_keep_coefficients_exact():
    third = {forms.ONE: Fraction(1, 3)}
    square = forms.multiply(forms.atom(x), forms.atom(x))
    assert square == {frozenset({(x, sympy.Integer(2))}): Fraction(1)}
    assert forms.multiply(square, third) == {frozenset({(x, sympy.Integer(2))}): Fraction(1, 3)}
    inverse = forms.product({x: sympy.Integer(-2)})
    assert forms.multiply(square, inverse) == {forms.ONE: Fraction(1)}


def test_what_cancels_is_dropped():
    form = forms.atom(x)
    assert forms.total([form, forms.negated(form)]) == {}
    assert forms.total([]) == {}


@pytest.mark.parametrize(
    ("powers", "expected"),
    [
        ({sympy.Integer(2): sympy.Rational(5, 2)}, {frozenset({(sympy.Integer(2), HALF)}): Fraction(4)}),
        ({sympy.Integer(3): -HALF}, {frozenset({(sympy.Integer(3), HALF)}): Fraction(1, 3)}),
        ({sympy.Integer(2): sympy.Integer(-3)}, {forms.ONE: Fraction(1, 8)}),
        ({sympy.Integer(2): a + 1}, {frozenset({(sympy.Integer(2), a)}): Fraction(2)}),
        ({x: sympy.Integer(0)}, {forms.ONE: Fraction(1)}),
    ],
)
def test_whole_powers_of_primes_are_numbers(powers, expected):
    assert forms.product(powers) == expected


def test_exponents_are_in_lowest_terms():
    assert forms.canonical((a**2 - 1) / (a - 1)) == a + 1
    assert forms.whole_part(a + sympy.Rational(7, 2)) == 3
    assert forms.whole_part((2 * a + 1) / (a + 1)) == 2
    assert forms.whole_part(sympy.Rational(-1, 2)) == -1
    assert forms.lowest([a + 2, HALF, a, sympy.Rational(5, 2)]) == [a, HALF]


def test_primes():
    assert sorted(forms.primes(Fraction(12, 5))) == [(2, 2), (3, 1), (5, -1)]


def test_what_grows_too_large_is_refused():
    long = {frozenset({(x, sympy.Integer(n))}): Fraction(1) for n in range(1, 80)}
    for grow in (
        lambda: forms.multiply(long, long),
        lambda: forms.few(forms.MOST_POWER + 1),
        lambda: forms.product({sympy.Integer(2): sympy.Integer(10**9)}),
    ):
        with pytest.raises(NotNormal, match="too large"):
            grow()
