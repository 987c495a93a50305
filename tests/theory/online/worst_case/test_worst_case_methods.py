"""Optimised gradient and proximal point methods in the worst case, against closed forms and runs of the methods."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from theory.online.worst_case import optimised_gradient, proximal_point
from theory.online.worst_case.optimised import rounded_weights, sums


def true_weights(steps):
    """The weights of Kim and Fessler, written down once more, in floats."""
    weights = [1.0]
    for k in range(1, steps + 1):
        weights.append((1 + sqrt(1 + (8 if k == steps else 4) * weights[-1] ** 2)) / 2)
    return weights


@pytest.mark.parametrize(("steps", "value"), [(1, 0.125), (2, 0.06189418239776468), (3, 0.03769239720788239)])
def test_optimised_gradient_has_the_known_value(steps, value):
    result = optimised_gradient(steps).certify()
    assert result.value == pytest.approx(value, rel=1e-12)
    assert result.upper - result.lower < Fraction(1, 10**15)
    assert result.residuals["violation"] == 0


@pytest.mark.parametrize("steps", [5, 20])
def test_optimised_gradient_matches_the_nested_roots(steps):
    result = optimised_gradient(steps).certify()
    assert result.value == pytest.approx(1 / (2 * true_weights(steps)[-1] ** 2), rel=1e-11)
    assert 0 <= result.upper - result.lower < Fraction(1, 10**15)


def test_rounded_weights_stay_below_their_sums():
    weights = rounded_weights(6, digits=4)
    assert all(theta**2 <= total for theta, total in zip(weights, sums(weights), strict=True))
    np.testing.assert_allclose([float(theta) for theta in weights], true_weights(6), atol=1e-3)


def test_optimised_gradient_is_the_method_of_kim_and_fessler():
    """Their momentum form, run on a random quadratic, visits the same points."""
    rng = np.random.default_rng(2)
    factor = rng.normal(size=(5, 5))
    hessian = factor @ factor.T
    hessian /= np.linalg.eigvalsh(hessian)[-1]
    theta, x, y = true_weights(4), rng.normal(size=5), None
    named, path = {"x0": x}, [x]
    y = x
    for k in range(4):
        gradient = hessian @ x
        after = x - gradient
        x = after + (theta[k] - 1) / theta[k + 1] * (after - y) + theta[k] / theta[k + 1] * (after - x)
        y = after
        named[f"g{k}"] = gradient
        path.append(x)
    for item, point in zip(optimised_gradient(4).visited[1:], path, strict=True):
        ours = sum(float(value) * named[name] for name, value in item.point.coefficients.items())
        np.testing.assert_allclose(ours, point, atol=1e-11)


def test_coarse_weights_still_give_rigorous_bounds():
    coarse, fine = optimised_gradient(4, digits=2).certify(), optimised_gradient(4).certify()
    assert fine.upper < coarse.upper < fine.upper * Fraction(101, 100)
    assert not coarse.exact
    assert coarse.lower < coarse.upper


@pytest.mark.parametrize(
    ("steps", "sizes", "value"),
    [(1, 1, "1/4"), (2, 1, "1/8"), (4, "1/2", "1/8"), (3, [1, 2, "1/3"], "3/40"), (12, 1, "1/48")],
)
def test_proximal_point_depends_on_the_sum_of_the_step_sizes(steps, sizes, value):
    result = proximal_point(steps, sizes).certify()
    assert result.exact
    assert result.upper == Fraction(value)
    assert result.residuals == {"gap": 0, "violation": 0, "complementarity": 0}


def test_the_radius_enters_squared():
    assert proximal_point(2, radius=3).certify().upper == Fraction(9, 8)
    assert optimised_gradient(1, smoothness=2, radius=3).certify().upper == Fraction(18, 8)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="one step size for each of 3 steps"):
        proximal_point(3, [1, 1])
    with pytest.raises(ValueError, match="step size must be positive"):
        proximal_point(2, [1, 0])
    with pytest.raises(ValueError, match="number of steps"):
        proximal_point(0)
    with pytest.raises(ValueError, match="number of steps"):
        optimised_gradient(0)
    with pytest.raises(ValueError, match="number of digits"):
        optimised_gradient(2, digits=0)
