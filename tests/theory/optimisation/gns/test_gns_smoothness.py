import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.optimisation.gns import (
    SELF_CONCORDANCE,
    gamma_of_quadratic,
    gamma_of_scalar,
    gamma_of_steps,
    harmonic,
    holder_radius,
    self_concordant_radius,
)

positive = st.floats(0.1, 10)


def test_the_constant_of_self_concordance():
    assert math.exp(SELF_CONCORDANCE) == pytest.approx(1 + 2 * SELF_CONCORDANCE, rel=1e-15)


@pytest.mark.parametrize(
    ("derivative", "x", "curvature", "gamma"),
    [
        (lambda x: math.exp(x) - 2, 0.0, 1.0, 1 / (math.e - 2)),
        (lambda x: 1 / (1 + math.exp(-x)), 0.0, 0.25, 1 + math.e**2),
        (lambda x: x**3, 1.0, 3.0, 0.9),
        (lambda x: -x * math.exp(-(x**2) / 2), 1.0, 0.0, 1.0),
        (math.cos, 0.0, 0.0, math.pi / 2),  # f = sin, whose derivative is 0 at pi/2
        (lambda x: math.exp(x) - 1 - SELF_CONCORDANCE, 0.0, 1.0, SELF_CONCORDANCE),  # c/M is attained
    ],
)
def test_functions_of_one_variable(derivative, x, curvature, gamma):
    found = gamma_of_scalar(derivative, x, curvature)
    assert gamma * (1 - 1e-9) <= found <= gamma * (1 + 2e-3)


@given(positive, positive, st.floats(0, 1))
def test_the_radius_of_a_holder_continuous_hessian_is_attained(gradient_norm, A, nu):
    radius = holder_radius(gradient_norm, A, nu)
    assert A * radius ** (1 + nu) / (1 + nu) == pytest.approx(gradient_norm)
    found = gamma_of_steps(
        lambda x: -gradient_norm + A * np.sign(x) * np.abs(x) ** (1 + nu) / (1 + nu),
        [0.0],
        [[0.0]],
        radius * np.linspace(0.05, 2, 40)[:, None],
    )
    assert found == pytest.approx(radius, rel=1e-9)


@given(st.lists(st.floats(0.5, 5), min_size=2, max_size=4), st.floats(0.1, 2), st.integers(0, 99))
def test_a_quadratic_has_the_same_gamma_by_its_definition(diagonal, error, seed):
    hessian = np.diag(diagonal)
    own = hessian + error * np.eye(len(diagonal))
    g = np.random.default_rng(seed).normal(size=len(diagonal))
    gamma = gamma_of_quadratic(g, hessian, own)
    assert gamma == pytest.approx(np.linalg.norm(g) / error)
    steps = 1e-2 * np.linalg.norm(g) * np.random.default_rng(seed).normal(size=(20, len(diagonal)))
    assert gamma_of_steps(lambda x: g + hessian @ x, np.zeros(len(diagonal)), own, steps) >= gamma * (1 - 1e-9)
    assert gamma_of_quadratic(g, hessian, hessian) == math.inf


@given(positive, positive)
def test_the_harmonic_rule_with_a_larger_matrix(curvature, more):
    def derivative(x):
        return math.exp(x) - 2  # Hessian 1 at 0

    larger = 1 + more * curvature
    exact, distance = gamma_of_scalar(derivative, 0.0, 1.0, points=200), 1 / (larger - 1)
    assert gamma_of_scalar(derivative, 0.0, larger, points=200) >= harmonic(exact, distance) * (1 - 1e-2)


def test_the_harmonic_rule_fails_with_a_smaller_matrix_whose_region_is_larger():
    def derivative(h):
        return -1 + h if abs(h) <= 1 else math.copysign(50.0, h)

    assert gamma_of_scalar(derivative, 0.0, 1.0) > 1e12
    promised = harmonic(math.inf, 1 / 0.1)
    assert promised == pytest.approx(10)
    assert gamma_of_scalar(derivative, 0.0, 0.9) < 1.2


def test_steps_outside_the_region_do_not_count():
    assert gamma_of_steps(lambda x: x**3, [1.0], [[3.0]], [[0.34], [0.0]]) == math.inf
    assert gamma_of_steps(lambda x: x**3, [1.0], [[3.0]], [[0.3334]]) == math.inf
    assert gamma_of_steps(lambda x: x**3, [1.0], [[3.0]], [[1 / 3]]) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: holder_radius(-1.0, 1.0), "gradient_norm must be at least 0, got -1.0"),
        (lambda: holder_radius(1.0, 0.0), "A must be positive"),
        (lambda: holder_radius(1.0, 1.0, 2.0), "nu must be in"),
        (lambda: self_concordant_radius(0.0), "M must be positive"),
        (harmonic, "gammas must be positive"),
        (lambda: harmonic(1.0, -1.0), "gammas must be positive"),
        (lambda: gamma_of_quadratic([0.0], [[1.0]], [[1.0]]), "gradient must be finite and different from zero"),
        (lambda: gamma_of_quadratic([1.0], [1.0], [[1.0]]), "shapes must be"),
        (lambda: gamma_of_steps(lambda x: x, [1.0], [[1.0]], [1.0]), "shapes must be"),
        (lambda: gamma_of_quadratic([1.0], [[math.nan]], [[1.0]]), "hessian must be finite"),
        (lambda: gamma_of_steps(lambda x: x * math.nan, [1.0], [[1.0]], [[1.0]]), "gradient at x must be finite"),
        (lambda: gamma_of_steps(lambda x: x, [1.0], [[1.0]], [[math.nan]]), "steps must be finite"),
        (lambda: gamma_of_steps(lambda x: x, [1.0], [[-1.0]], [[1.0]]), "approximation must be positive semidefinite"),
        (lambda: gamma_of_steps(lambda x: x, [1.0, 1.0], [[1.0, 1.0], [0.0, 1.0]], [[1.0, 0.0]]), "semidefinite"),
        (
            lambda: gamma_of_steps(lambda x: np.where(x > 1, math.nan, x), [1.0], [[0.0]], [[0.1]]),
            "gradient must be a number at every step",
        ),
        (lambda: gamma_of_scalar(lambda x: x, 0.0, 1.0), "derivative at x must be different from zero"),
        (lambda: gamma_of_scalar(lambda x: x, 1.0, -1.0), "curvature must be at least 0"),
        (lambda: gamma_of_scalar(lambda x: x, 1.0, 1.0, points=1), "points must be a whole number >= 2, got 1"),
    ],
)
def test_numbers_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_steps_beyond_the_bound_are_not_tried():
    def gradient(x):
        assert x[0] < 3
        return x**3

    assert gamma_of_steps(gradient, [1.0], [[0.0]], [[100.0], [0.25], [0.5]]) == 0.25 / (1.25**3 - 1)


@pytest.mark.parametrize("curvature", [0.0, 1e-4, 1e-8])
def test_a_wide_region_is_searched_where_gamma_is(curvature):
    # residual e^h - 1 - H h against |h|/gamma, |h| <= gamma: at h = gamma, e^gamma = 2 + H gamma
    found = gamma_of_scalar(lambda x: math.exp(x) - 2, 0.0, curvature)
    assert found == pytest.approx(math.log(2), abs=1e-3)
    assert math.exp(found) >= 2 + curvature * found - 1e-12


def test_logistic_gamma_is_one_plus_e_squared():
    assert gamma_of_scalar(lambda x: 1 / (1 + math.exp(-x)), 0.0, 0.25) == pytest.approx(1 + math.e**2, rel=1e-12)


def test_a_gamma_far_below_the_region_is_found():
    found = gamma_of_scalar(lambda x: math.exp(1e3 * x) - 2, 0.0, 0.0)
    assert found == pytest.approx(math.log(2) / 1e3, rel=1e-3)
