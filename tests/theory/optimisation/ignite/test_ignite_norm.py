import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.optimisation.ignite.norm import exact, finite_difference, multiplier_step, penalised_gradient


def quadratic(H):
    return lambda phi: H @ phi


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 10.0))
def test_a_quadratic_surrogate_has_no_error(seed, r):
    rng = np.random.default_rng(seed)
    H = rng.normal(size=(3, 3))
    H, phi = H + H.T, rng.normal(size=3)
    found = finite_difference(quadratic(H), phi, r)
    assert found == pytest.approx(exact(H @ phi, H), rel=1e-6, abs=1e-9)


def test_the_gradient_is_that_of_the_norm():
    H, phi = np.array([[2.0, 1.0], [1.0, -1.0]]), np.array([0.3, 0.7])
    for number, unit in enumerate(np.eye(2) * 1e-6):
        rise = np.linalg.norm(H @ (phi + unit)) - np.linalg.norm(H @ (phi - unit))
        assert rise / 2e-6 == pytest.approx(exact(H @ phi, H)[number], abs=1e-8)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-4, 1e-2, 0.5, 3.0]))
def test_the_error_is_at_most_half_the_length_times_the_third_derivative(seed, r):
    """G = sum sin has the Hessian -diag(sin), whose Lipschitz constant is 1."""
    phi = np.random.default_rng(seed).normal(size=3)
    error = finite_difference(np.cos, phi, r) - exact(np.cos(phi), -np.diag(np.sin(phi)))
    assert np.linalg.norm(error) <= r / 2 + 1e-11


def test_gradients_of_any_size_have_a_direction():
    for size in (1e-300, 1e300):
        assert exact(size * np.array([3.0, 4.0]), np.eye(2)) == pytest.approx([0.6, 0.8])


def test_penalised_gradient_adds_the_norm():
    H, phi = np.diag([1.0, 2.0]), np.array([3.0, 2.0])
    found = penalised_gradient(np.array([1.0, 1.0]), quadratic(H), phi, multiplier=2.0, rho=0.5, r=0.1)
    assert found == pytest.approx([1.6, 2.6])


def test_an_unclipped_multiplier_turns_negative():
    given_ = {"rho": 1.0, "target": 0.5, "step": 1.0}
    assert multiplier_step(0.1, 0.0, clip=False, **given_) == -0.4
    assert multiplier_step(0.1, 0.0, clip=True, **given_) == 0.0
    assert multiplier_step(0.1, 1.0, clip=True, **given_) == pytest.approx(0.6)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="the gradient is 0"):
        finite_difference(lambda phi: 0 * phi, np.ones(2), 0.1)
    with pytest.raises(ValueError, match="must be finite"):
        exact(np.array([1.0, np.nan]), np.eye(2))
    with pytest.raises(ValueError, match="multiplier must be finite"):
        multiplier_step(0.0, float("nan"), rho=1.0, target=0.5, step=1.0, clip=True)
    with pytest.raises(ValueError, match="r must be positive"):
        finite_difference(lambda phi: phi, np.ones(2), 0.0)
