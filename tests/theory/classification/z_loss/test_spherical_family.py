import numpy as np
import pytest
import sympy

from theory.classification.z_loss import z_loss_expressions as expressions
from theory.classification.z_loss.spherical_family import (
    SphericalStatistics,
    spherical_softmax_coefficients,
    spherical_statistics,
    squared_error_coefficients,
    taylor_softmax_coefficients,
    z_loss_coefficients,
)
from theory.classification.z_loss.z_loss_values import z_loss_gradient

RNG = np.random.Generator(np.random.Philox(20260101))
MEMBERS = {
    "z_loss": (expressions.z_loss, z_loss_coefficients, {"a": 0.5, "b": 2}),
    "taylor_softmax": (expressions.taylor_softmax_loss, taylor_softmax_coefficients, {}),
    "spherical_softmax": (expressions.spherical_softmax_loss, spherical_softmax_coefficients, {"epsilon": 0.25}),
    "squared_error": (expressions.squared_error, squared_error_coefficients, {}),
}


@pytest.mark.parametrize(("loss", "coefficients", "parameters"), MEMBERS.values(), ids=MEMBERS)
def test_gradient_is_that_of_the_exact_expression(loss, coefficients, parameters):
    symbols = sympy.symbols("o0:4", real=True)
    o, label = np.asarray([0.5, -1.25, 2.0, 0.75]), 1
    exact = loss(symbols, label, **{name: sympy.nsimplify(value) for name, value in parameters.items()})
    at = dict(zip(symbols, map(sympy.Rational, o), strict=True))
    expected = [float(exact.diff(symbol).subs(at).evalf(30)) for symbol in symbols]
    A, B, C = coefficients(spherical_statistics(o, label), **parameters)
    assert A * o + B + C * (np.arange(4) == label) == pytest.approx(expected, rel=1e-13)


def test_statistics_of_rows():
    o, labels = RNG.normal(size=(3, 7)), np.asarray([1, 6, 0])
    at = spherical_statistics(o, labels)
    assert at.total == pytest.approx(o.sum(-1))
    assert at.squares == pytest.approx((o**2).sum(-1))
    assert at.target.tolist() == [o[0, 1], o[1, 6], o[2, 0]]
    A, B, C = z_loss_coefficients(at, a=0.5, b=np.asarray([0.0, 1.0, 2.0]))
    gradient = A[:, None] * o + B[:, None] + C[:, None] * (np.arange(7) == labels[:, None])
    assert gradient == pytest.approx(z_loss_gradient(o, labels, a=0.5, b=np.asarray([0.0, 1.0, 2.0])), abs=1e-15)


@pytest.mark.parametrize(("dtype", "offset"), [(np.float64, 1e9), (np.float32, 2.0**13)])
def test_two_passes_keep_the_variance_that_one_pass_loses(dtype, offset):
    steps = np.arange(10) * dtype(0.125)
    o = (dtype(offset) + steps).astype(dtype)  # exact
    exact = float(np.sum((steps - steps.mean()) ** 2))
    at = spherical_statistics(o, 0)
    assert at.spread.dtype == dtype
    assert float(at.spread) == pytest.approx(exact, rel=1e-6)
    one_pass = np.sum(o * o) - np.sum(o) ** 2 / dtype(10)
    assert abs(float(one_pass) / exact - 1) > 0.05


def test_bad_input():
    constant = spherical_statistics([2.0, 2.0], 0)
    with pytest.raises(ValueError, match="the spread of the scores must be positive"):
        z_loss_coefficients(constant)
    with pytest.raises(ValueError, match="a must be a finite number > 0"):
        z_loss_coefficients(spherical_statistics([2.0, 1.0], 0), a=-1)
    with pytest.raises(ValueError, match="epsilon must be"):
        spherical_softmax_coefficients(constant, epsilon=0)
    with pytest.raises(ValueError, match="scores must be finite"):
        spherical_statistics([2.0, -float("inf")], 0)


def test_statistics_are_immutable():
    at = SphericalStatistics(2, 0.5, 0.5, 1.0)
    with pytest.raises(AttributeError):
        at.mean = 1.0
