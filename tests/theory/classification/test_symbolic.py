import pytest
import sympy

from theory.classification import symbolic
from theory.classification.calibration import growth_constant, published_transform, transform
from theory.classification.comp_sum import phi

U = sympy.Rational(7, 3)


@pytest.mark.parametrize("tau", [0, sympy.Rational(1, 2), 1, sympy.Rational(3, 2), 2, 3])
def test_phi_agrees_with_the_numeric_one(tau):
    assert float(symbolic.phi(U, tau)) == pytest.approx(phi(float(U), float(tau)), rel=1e-14)
    assert float(symbolic.entire_phi(U, sympy.sympify(tau)).evalf(30)) == pytest.approx(
        phi(float(U), float(tau)), rel=1e-14
    )


@pytest.mark.parametrize("tau", [0, sympy.Rational(1, 2), 1, sympy.Rational(3, 2)])
def test_two_class_transform_agrees_with_the_numeric_one(tau):
    beta = sympy.Rational(2, 5)
    exact = float(symbolic.two_class_transform(beta, tau).evalf(30))
    assert exact == pytest.approx(transform(float(beta), float(tau), 2), rel=1e-13)


def test_two_class_transform_at_zero_by_hand():
    assert sympy.simplify(symbolic.two_class_transform(sympy.Rational(3, 5), 0)) == sympy.Rational(1, 5)


@pytest.mark.parametrize(
    ("tau", "branch"), [(sympy.Rational(1, 2), "tau<1"), (1, "tau=1"), (sympy.Rational(3, 2), "1<tau<2"), (3, "tau>=2")]
)
def test_published_transform_agrees_with_the_numeric_one(tau, branch):
    beta = sympy.Rational(2, 5)
    exact = float(symbolic.published_transform(beta, tau, sympy.Integer(5), branch=branch).evalf(30))
    assert exact == pytest.approx(published_transform(float(beta), float(tau), 5), rel=1e-13)


def test_published_transform_refuses_an_unknown_branch():
    with pytest.raises(ValueError, match="branch is 'low'; allowed: tau<1"):
        symbolic.published_transform(sympy.Rational(1, 2), 1, 2, branch="low")


def test_growth_constant():
    assert symbolic.growth_constant(sympy.Integer(1)) == sympy.Rational(1, 2)
    assert float(symbolic.growth_constant(sympy.Rational(3, 2))) == pytest.approx(growth_constant(1.5), rel=1e-14)


def test_softmax_by_hand():
    assert symbolic.softmax((0, sympy.log(2), sympy.log(3))) == tuple(sympy.Rational(k, 6) for k in (1, 2, 3))
