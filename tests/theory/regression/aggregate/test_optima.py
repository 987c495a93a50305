"""Best penalties against brute force and stationarity, privacy's noise, and what is refused."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from theory.regression.bags import asymptotic_risk, best_rho, best_ridge, effective_noise, joint_optimum, ridge_risk


def test_noise_of_privacy_is_that_of_laplace_noise_on_bag_means():
    rng, m, epsilon, c = np.random.default_rng(1), 5, 0.8, 2.0
    means = rng.normal(0, math.sqrt(1.3 / m), 200_000) + rng.laplace(0, c / (m * epsilon), 200_000)
    squares = m * means**2  # a bag mean of m responses of variance v has variance v/m
    value = effective_noise(1.3, m, epsilon, c)
    assert abs(squares.mean() - value) < 4 * squares.std() / math.sqrt(200_000)
    assert value == pytest.approx(1.3 + 2 * 4 / (5 * 0.64))


def test_twice_the_sensitivity_is_half_the_epsilon():
    assert effective_noise(0.5, 3, 1.0, 2.0) == effective_noise(0.5, 3, 0.5, 1.0) > effective_noise(0.5, 3, 1.0, 1.0)


@pytest.mark.parametrize(("psi", "m", "ridge", "noise"), [(0.25, 3, 0.0, 1.0), (0.6, 2, 0.05, 0.4), (1.7, 4, 0.1, 3.0)])
def test_best_rho_is_that_of_another_search(psi, m, ridge, noise):
    def risk(exponent):
        return asymptotic_risk(psi, m, 10**exponent, ridge, noise).risk

    other = minimize_scalar(risk, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9})
    best = best_rho(psi, m, ridge, noise)
    assert best.attained
    assert best.risk == pytest.approx(min(other.fun, asymptotic_risk(psi, m, 0.0, ridge, noise).risk), rel=1e-10)
    assert best.rho == pytest.approx(10**other.x, rel=1e-4) or best.rho == 0
    assert best.risk == pytest.approx(asymptotic_risk(psi, m, best.rho, ridge, noise).risk, rel=1e-10)


def test_best_rho_can_exceed_one():
    best = best_rho(0.25, 2, 0.0, 4.0)
    assert best.rho > 1
    assert best.risk < asymptotic_risk(0.25, 2, 1.0, 0.0, 4.0).risk


def test_beside_the_best_ridge_the_best_rho_is_zero():
    rng = np.random.default_rng(2)
    psi, m, noise, power = rng.uniform(0.05, 3, 200), rng.integers(1, 12, 200), *rng.uniform(0.1, 5, (2, 200))
    best = joint_optimum(psi, m, noise, power)
    np.testing.assert_allclose(best.ridge, psi * noise / power, rtol=1e-15)
    beside = best_rho(psi, m, best.ridge, noise, power)
    assert np.all(beside.rho == 0)
    np.testing.assert_allclose(beside.risk, best.risk, rtol=1e-11)
    nearby = best_rho(psi, m, best.ridge / 2, noise, power)  # with another ridge it is not
    assert np.mean(nearby.rho > 0) > 0.5


def test_bags_of_one_have_no_best_rho_but_zero():
    best = best_rho([0.3, 2.0], 1, 0.1, 1.0)
    assert best.rho.tolist() == [0, 0]
    assert best.attained.all()


def test_best_ridge_of_the_bag_level_loss_has_a_closed_form_that_the_search_finds():
    rng = np.random.default_rng(3)
    psi, m, noise = rng.uniform(0.05, 3, 50), rng.integers(2, 9, 50), rng.uniform(0.1, 5, 50)
    closed = best_ridge(psi, m, 0.0, noise)
    searched = best_ridge(psi, m, 1e-14, noise)  # rho so small that it plays no part
    np.testing.assert_allclose(closed.ridge, psi * noise, rtol=1e-14)
    np.testing.assert_allclose(searched.ridge, closed.ridge, rtol=1e-5)
    np.testing.assert_allclose(searched.risk, closed.risk, rtol=1e-10)


def test_ridge_beside_the_instance_level_loss():
    rng = np.random.default_rng(4)
    psi, m, noise = rng.uniform(0.05, 3, 200), rng.integers(2, 9, 200), rng.uniform(0.01, 5, 200)
    best = best_ridge(psi, m, 1.0, noise)
    assert best.attained.all()
    assert np.all(best.risk > ridge_risk(psi, m, noise))
    for factor in (0.99, 1.01):
        other = asymptotic_risk(psi, m, 1.0, best.ridge * factor, noise).risk
        assert np.all(other >= best.risk * (1 - 1e-12))
    assert best_ridge(0.1, 4, 1.0, 0.01).ridge == 0  # it shrinks too much as it is


def test_an_infimum_that_is_not_attained_is_said():
    best = best_rho(0.25, 3, 0.0, 1e12)  # the best rho is of the order of the noise
    assert not best.attained
    assert best.rho > 1e8


def test_arrays_keep_their_kind():
    psi = array_api_strict.asarray([0.25, 0.6])
    best = best_rho(psi, 3, 0.0, 1.0)
    assert float(best.rho[0]) == pytest.approx(best_rho(0.25, 3, 0.0, 1.0).rho)
    assert best_ridge(psi, 3, 1.0, 1.0).risk.dtype == array_api_strict.float64
    assert float(joint_optimum(psi, 3, 1.0).ridge[1]) == 0.6
    assert float(effective_noise(psi, 3, 1.0, 1.0)[0]) == effective_noise(0.25, 3, 1.0, 1.0)
    assert {type(value) for value in vars(best_rho(0.25, 3, 0.0, 1.0)).values()} == {float, bool}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((1.0, 2, 0.0, 1.0), "epsilon must be positive, got 0.0"),
        ((1.0, 2, -1.0, 1.0), "epsilon must be positive, got -1.0"),
        ((1.0, 2, 1.0, 0.0), "sensitivity must be positive, got 0.0"),
        ((1.0, 2, 1.0, math.inf), r"sensitivity must be finite under privacy \(clip the responses first\), got inf"),
        ((-1.0, 2, 1.0, 1.0), "noise_variance must be a finite number >= 0, got -1.0"),
        ((1.0, 0, 1.0, 1.0), "bag_size must be a finite number >= 1, got 0.0"),
        ((1.0, 2, math.nan, 1.0), "epsilon must be positive, got nan"),
    ],
)
def test_bad_input_of_privacy(given, message):
    with pytest.raises(ValueError, match=message):
        effective_noise(*given)


def test_without_privacy_responses_need_no_clipping():
    assert effective_noise(1.0, 2, math.inf, math.inf) == 1


def test_bad_input_of_searches():
    for function in (best_rho, best_ridge):
        with pytest.raises(ValueError, match="bag_size must be a finite number >= 1, got 0"):
            function(0.3, 0, 0.1, 1.0)
    with pytest.raises(ValueError, match="ridge must be a finite number >= 0, got -1"):
        best_rho(0.3, 2, -1, 1.0)
    with pytest.raises(ValueError, match="rho must be a finite number >= 0, got -1"):
        best_ridge(0.3, 2, -1, 1.0)
    for call in (lambda: best_ridge(0.3, 2, 0.1, 1.0, 0.0), lambda: joint_optimum(0.3, 2, 1.0, 0.0)):
        with pytest.raises(ValueError, match="signal_power must be positive, got 0"):
            call()
