"""The exact expressions against random matrices, finite differences and the numerical functions of the package."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory.regression.aggregate.aggregate_expressions import (
    absolute,
    bias_factor,
    cubic,
    delta,
    instance_risk,
    laplace,
    level,
    optimal_share,
    variance_factor,
)
from theory.regression.bags import asymptotic_risk, optimal_bag_size

SETTINGS = [  # psi, m, rho, lam
    (Fraction(1, 4), 2, Fraction(1, 2), Fraction(1, 10)),
    (Fraction(1, 2), 3, Fraction(1), Fraction(1, 4)),
    (Fraction(3, 2), 5, Fraction(2), Fraction(1, 10)),
    (Fraction(1, 4), 4, Fraction(0), Fraction(1, 5)),
]


def root(psi, m, rho, lam):
    """Return the positive root of the cubic, by its companion matrix."""
    s = sympy.Symbol("s")
    coefficients = sympy.Poly(cubic(s, lam, Fraction(1, m), rho, psi), s).all_coeffs()
    found = np.roots([float(c) for c in coefficients])
    (positive,) = [float(x.real) for x in found if abs(x.imag) < 1e-12 and x.real > 0]
    return positive


@pytest.mark.parametrize(("psi", "m", "rho", "lam"), SETTINGS)
def test_the_cubic_has_one_positive_root_and_the_level_is_1_there(psi, m, rho, lam):
    s = root(psi, m, rho, lam)
    assert float(level(s, lam, Fraction(1, m), rho, psi)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("psi", "m", "rho", "lam"), SETTINGS)
def test_numerical_bias_and_variance_are_the_expressions(psi, m, rho, lam):
    s, found = root(psi, m, rho, lam), asymptotic_risk(float(psi), m, float(rho), float(lam), 2.0, 3.0)
    assert float(found.s) == pytest.approx(s, rel=1e-9)
    assert float(found.bias) == pytest.approx(float(3 * bias_factor(s, Fraction(1, m), rho, psi)), rel=1e-8)
    assert float(found.variance) == pytest.approx(float(2 * variance_factor(s, Fraction(1, m), rho, psi)), rel=1e-8)


def test_delta_is_minus_the_slope_of_the_ridge_in_the_root():
    psi, m, rho, lam = (float(x) for x in SETTINGS[2])
    step = 1e-5
    s, roots = root(psi, 5, rho, lam), [root(psi, 5, rho, lam + sign * step) for sign in (1, -1)]
    assert (roots[0] - roots[1]) / (2 * step) == pytest.approx(-1 / float(delta(s, 1 / m, rho, psi)), rel=1e-6)


def test_the_estimator_on_drawn_bags_has_this_risk():
    """Drawn 20 times: d = 80, n = 320, bags of 2."""
    rng = np.random.default_rng(20260107)
    d, n, m, rho, lam, noise = 80, 320, 2, 0.5, 0.1, 1.0
    risks = []
    for _ in range(20):
        x, theta = rng.standard_normal((n, d)), rng.standard_normal(d)
        theta /= np.linalg.norm(theta)
        means = x.reshape(n // m, m, d).mean(axis=1)
        labels = (x @ theta + noise**0.5 * rng.standard_normal(n)).reshape(n // m, m).mean(axis=1)
        inside = x - np.repeat(means, m, axis=0)
        gram = means.T @ means * m / n + rho * inside.T @ inside / n + lam * np.eye(d)
        fitted = np.linalg.solve(gram, means.T @ labels * m / n)
        risks.append(((fitted - theta) ** 2).sum())
    s = root(Fraction(1, 4), 2, Fraction(1, 2), Fraction(1, 10))
    arguments = s, Fraction(1, 2), Fraction(1, 2), Fraction(1, 4)
    expected = float(bias_factor(*arguments) + noise * variance_factor(*arguments))
    assert abs(np.mean(risks) - expected) < 5 * np.std(risks) / len(risks) ** 0.5 + 3 / n


def test_the_best_size_of_the_numerical_search_is_next_to_the_exact_one():
    epsilon, psi = 0.5, Fraction(1, 4)
    kappa, v = psi / (1 - psi), Fraction(8)
    share = optimal_share(kappa, 1, 1, v)
    found = optimal_bag_size(epsilon, float(psi), 1.0, sensitivity=1.0, loss="instance")
    assert found.closed_form == pytest.approx(float(1 / share), rel=1e-9)
    sizes = {m: instance_risk(Fraction(1, m), kappa, 1, 1, v) for m in range(1, 60)}
    assert min(sizes, key=sizes.get) == found.bag_size
    assert abs(found.bag_size - 1 / share) < 1


def test_the_density_is_one_and_the_absolute_value_is_that():
    assert [absolute(sympy.Integer(value)) for value in (-3, 0, 2)] == [3, 0, 2]
    x = sympy.Symbol("x", positive=True)
    assert 2 * sympy.integrate(laplace(x, 3), (x, 0, sympy.oo)) == 1
