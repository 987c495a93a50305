import mpmath
import pytest
import sympy

from theory.classification.ensloss.leading_term import UnknownScale, leading_term
from theory.engine.expression import parse

Z = sympy.Symbol("z", positive=True)


def read(formula):
    return parse(formula, ("z",)).xreplace({sympy.Symbol("z", real=True): Z})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("3*z**2 + z*log(z)", "3*z**2"),
        ("(z+3)/(z**3-log(z))", "z**-2"),
        ("1/(1+exp(z))", "exp(-z)"),
        ("exp(2*log(z))/log(z**3)", "z**2/(3*log(z))"),
        ("log(2+1/z)", "log(2)"),
        ("exp(1+1/z-z**2)", "exp(1)*exp(-z**2)"),
        ("2**(-z)", "exp(-z*log(2))"),
        ("cosh(z)-sinh(z)", "exp(-z)"),
    ],
)
def test_terms_by_hand_and_the_ratio_tends_to_one(formula, expected):
    found = leading_term(read(formula), Z).expression(Z)
    assert sympy.simplify(found - read(expected)) == 0
    with mpmath.workdps(2000):
        ratio = sympy.lambdify(Z, read(formula) / found, "mpmath")
        assert abs(ratio(mpmath.mpf(2000)) - 1) < 0.01


def test_zero_and_cancellation():
    assert leading_term(sympy.Integer(0), Z) is None
    assert leading_term((Z + 1) ** 2 - Z**2 - 2 * Z - 1, Z) is None
    with pytest.raises(UnknownScale, match="cancel"):
        leading_term(sympy.sqrt(Z**2 + 1) - Z, Z)


@pytest.mark.parametrize(
    ("a", "b", "d", "converges"), [(-1, -1, -1, False), (-1, -1, -2, True), (-1, 0, -9, False), (-2, 9, 9, True)]
)
def test_bertrand(a, b, d, converges):
    term = leading_term(Z**a * sympy.log(Z) ** b * sympy.log(sympy.log(Z)) ** d, Z)
    assert term.integrable() is converges
