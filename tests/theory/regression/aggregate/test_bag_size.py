"""The best bag size against brute force over whole and fractional sizes, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.regression.bags import asymptotic_risk, best_ridge, effective_noise, optimal_bag_size

RHO = {"instance": 1.0, "bag": 0.0}


def settings(seed, count):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        psi = rng.uniform(0.05, 0.95) if rng.random() < 0.6 else rng.uniform(1.05, 3)
        yield 10 ** rng.uniform(-1.5, 1.5), psi, 10 ** rng.uniform(-2, 1), 10 ** rng.uniform(-1, 1)


@pytest.mark.parametrize("loss", ["instance", "bag"])
def test_closed_forms_against_all_sizes(loss):
    whole, real = np.arange(1, 4001.0), np.geomspace(1, 1e4, 4001)
    finite = 0
    for epsilon, psi, noise, power in settings(1, 60):
        best = optimal_bag_size(epsilon, psi, noise, power, sensitivity=1.0, loss=loss)

        def risk(m, psi=psi, noise=noise, power=power, epsilon=epsilon):
            return asymptotic_risk(psi, m, RHO[loss], 0.0, effective_noise(noise, m, epsilon, 1.0), power).risk

        assert best.closed_form_risk <= risk(real).min() * (1 + 1e-12)
        at = risk(whole)
        if best.bag_size <= whole[-1]:
            assert at.argmin() + 1 == best.bag_size
            assert at.min() == pytest.approx(best.risk, rel=1e-12)
            finite += 1
        else:
            assert at.min() >= best.risk
        assert best.closed_form_risk <= best.risk * (1 + 1e-12)
        assert best.attained == math.isfinite(best.bag_size)
    assert finite > 20  # not by infinite sizes alone


def test_instance_level_closed_form_by_hand():
    best = optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0)  # kappa = 1/3, 2 c^2/epsilon^2 = 8
    assert best.closed_form == pytest.approx(2 * (2 / 3 + 8 / 3) / (5 / 3 - 1 / 3))
    assert (best.bag_size, best.rho, best.ridge, best.interior) == (5, 1, 0, True)


def test_less_privacy_asks_for_smaller_bags_at_the_instance_level():
    sizes = [optimal_bag_size(e, 0.25, 1.0, sensitivity=1.0).closed_form for e in (0.1, 0.3, 1.0, 3.0, math.inf)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 50
    assert sizes[-1] == 1


def test_a_concave_risk_has_its_minimum_at_an_end():
    best = optimal_bag_size(math.inf, 0.7, 0.01, sensitivity=1.0)  # kappa = 7/3: the quadratic opens downwards
    assert (best.closed_form, best.bag_size, best.interior) == (1, 1, False)
    best = optimal_bag_size(math.inf, 0.7, 5.0, sensitivity=1.0)
    assert (best.closed_form, best.bag_size, best.risk, best.attained) == (math.inf, math.inf, 1, False)


def test_plain_bag_level_loss_prefers_bags_of_one_only_with_little_noise():
    assert optimal_bag_size(5.0, 0.25, 0.5, sensitivity=1.0, loss="bag").bag_size == 1
    much = optimal_bag_size(0.5, 0.25, 0.5, sensitivity=1.0, loss="bag")  # beyond psi m = 1: least norm
    total = 1 + 0.25 * 8
    assert much.closed_form == pytest.approx((total + math.sqrt(total * (total - 0.5))) / 0.5 / 0.25)
    assert much.bag_size == 46
    assert much.interior
    assert optimal_bag_size(0.5, 0.25, 1.5, sensitivity=1.0, loss="bag").bag_size == math.inf


@pytest.mark.parametrize("loss", ["instance", "bag", "interpolating"])
def test_with_the_best_ridge_bags_of_one_are_best(loss):
    sizes = np.asarray([2.0, 3, 5, 9, 30, 200])
    for epsilon, psi, noise, power in settings(2, 12):
        best = optimal_bag_size(epsilon, psi, noise, power, sensitivity=1.0, loss=loss, ridge="best")
        assert (best.closed_form, best.bag_size, best.interior) == (1, 1, False)
        used = asymptotic_risk(psi, 1, best.rho, best.ridge, effective_noise(noise, 1, epsilon, 1.0), power).risk
        assert used == pytest.approx(best.risk, rel=1e-11)
        others = best_ridge(psi, sizes, RHO.get(loss, 0.4), effective_noise(noise, sizes, epsilon, 1.0), power).risk
        assert np.all(others > best.risk)


def test_best_rho_without_ridge_leaves_an_interior_size():
    # in the numbers: at m = 1 there is no rho to shrink with
    best = optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0, loss="interpolating")
    assert (best.bag_size, best.interior, best.closed_form) == (3, True, None)
    grid = np.geomspace(0.01, 100, 2001)
    for m in range(1, 8):
        noise = effective_noise(1.0, m, 0.5, 1.0)
        assert asymptotic_risk(0.25, m, grid, 0.0, noise).risk.min() >= best.risk * (1 - 1e-12)
    assert best.risk > optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0, loss="bag", ridge="best").risk
    assert optimal_bag_size(math.inf, 0.25, 1.0, sensitivity=1.0, loss="interpolating").bag_size == 1


def test_no_noise_at_all():
    for loss in ("instance", "bag", "interpolating"):
        best = optimal_bag_size(math.inf, 0.25, 0.0, sensitivity=math.inf, loss=loss)
        assert (best.bag_size, best.risk) == (1, 0)
        assert optimal_bag_size(math.inf, 1.0, 0.0, sensitivity=1.0, loss=loss).risk == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"epsilon": 0}, "epsilon must be positive, got 0.0"),
        ({"psi": -0.5}, "psi must be positive and finite, got -0.5"),
        ({"psi": 1}, "psi must differ from 1 for the instance-level loss without ridge"),
        ({"noise_variance": -1}, "noise_variance must be a finite number >= 0, got -1.0"),
        ({"signal_power": 0}, "signal_power must be positive and finite, got 0.0"),
        ({"sensitivity": math.inf}, "sensitivity must be finite under privacy"),
        ({"loss": "mean"}, "loss must be 'instance', 'bag' or 'interpolating', got 'mean'"),
        ({"ridge": 0.1}, "ridge must be 'none' or 'best', got 0.1"),
        ({"epsilon": 1e-200}, "the noise overflows, got 1e-200"),
        ({"psi": [0.1, 0.2]}, r"psi must be one number, got an array of shape \(2,\)"),
    ],
)
def test_bad_input(changed, message):
    given = {"epsilon": 1.0, "psi": 0.25, "noise_variance": 1.0, "sensitivity": 1.0} | changed
    with pytest.raises(ValueError, match=message):
        optimal_bag_size(**given)
