import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory.classification import margin
from theory.classification.margin_formulas import FORMULAS, transform_formula

LEVELS = [2.0**-60, 1e-9, 1e-4, 0.1, 0.3, 0.5, 0.9, 0.999, 1 - 2.0**-30, 1 - 2.0**-52, 1.0]
BOUNDS = [0.01, 0.3, 1.0, 2.5, 10.0]


def exact(value):
    fraction = Fraction(value)
    return sympy.Rational(fraction.numerator, fraction.denominator)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("bound", [None, *BOUNDS])
def test_the_numeric_transform_has_the_digits_of_the_formula(name, bound):
    for t in LEVELS:
        expected = transform_formula(name, exact(t), None if bound is None else exact(bound)).evalf(60)
        value = margin.transform(t, margin.LOSSES[name](), math.inf if bound is None else bound)
        assert value == pytest.approx(float(expected), rel=4e-15), (t, bound)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("bound", [math.inf, *BOUNDS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bound_is_the_exact_inverse(name, bound, dtype):
    t = np.array(LEVELS[1:] if dtype is np.float32 else LEVELS, dtype=dtype)
    back = margin.bound(margin.transform(t, margin.LOSSES[name](), bound), margin.LOSSES[name](), bound)
    assert back.dtype == dtype
    np.testing.assert_allclose(back, t, rtol=20 * np.finfo(dtype).eps)


@pytest.mark.parametrize("parameter", [Fraction(1, 2), 3])
def test_parameters(parameter):
    value = sympy.Rational(parameter)
    sigmoid = transform_formula("sigmoid", sympy.Rational(1, 4), 2, parameter=value)
    rho = transform_formula("rho-margin", sympy.Rational(1, 4), 2, parameter=value)
    assert float(sigmoid) == pytest.approx(margin.transform(0.25, margin.sigmoid(k=float(parameter)), 2.0), rel=1e-15)
    assert float(rho) == pytest.approx(margin.transform(0.25, margin.rho_margin(rho=float(parameter)), 2.0), rel=1e-15)


def test_unknown_losses_are_refused():
    with pytest.raises(ValueError, match="allowed: hinge"):
        transform_formula("cosine", sympy.Symbol("t"))
