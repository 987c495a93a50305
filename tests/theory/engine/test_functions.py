"""The entire quotients, and sums over classes."""

import mpmath
import pytest
import sympy
from sympy.core.function import ArgumentIndexError

from theory.engine.functions import EntireQuotient, Sig


@pytest.mark.parametrize("k", [0, 1, 2, 5])
@pytest.mark.parametrize("z", ["-3", "-1/100000", "1/7", "4"])
def test_entire_quotients_are_their_integrals(k, z):
    with mpmath.workdps(40):
        exact = sympy.Rational(z)
        at = mpmath.mpf(exact.p) / exact.q
        integral = mpmath.quad(lambda s: s**k * mpmath.exp(s * at), [0, 1])
        assert abs(mpmath.mpf(str(EntireQuotient(k, exact).evalf(35))) - integral) < mpmath.mpf(10) ** -30


def test_the_first_is_the_quotient_of_the_exponential():
    z = sympy.Symbol("z", positive=True)
    assert EntireQuotient(0, z).diff(z, 3) == EntireQuotient(3, z)
    assert EntireQuotient(1, sympy.Integer(0)) == sympy.Rational(1, 2)
    assert EntireQuotient(0, sympy.Integer(1)).evalf(20) == pytest.approx(mpmath.e - 1, abs=1e-15)
    assert EntireQuotient(0, z).is_positive
    assert EntireQuotient(0, z).is_real


@pytest.mark.parametrize("k", [-1, sympy.Rational(1, 2), sympy.Symbol("k")])
def test_orders_are_natural_numbers(k):
    with pytest.raises(ValueError, match="integer k >= 0"):
        EntireQuotient(k, 1)


def test_a_quotient_does_not_vary_with_its_order():
    with pytest.raises(ArgumentIndexError):
        EntireQuotient(0, sympy.Symbol("z")).fdiff(1)


def test_latex():
    p, z = sympy.symbols("p z")
    assert sympy.latex(EntireQuotient(1, z)) == r"E_{1}\left(z\right)"
    assert sympy.latex(Sig(p) ** 2) == r"\left(\Sigma\left[p\right]\right)^{2}"
    assert sympy.latex(EntireQuotient(0, z) ** 2) == r"\left(E_{0}\left(z\right)\right)^{2}"


def test_sums_do_not_evaluate():
    p = sympy.Symbol("p", real=True)
    assert Sig(2 * p) != 2 * Sig(p)
    assert Sig(p).is_real
    assert Sig(p).is_positive is None
