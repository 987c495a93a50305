import numpy as np
import pytest

from experiments.bag_regression import Design, Setting, simulate
from experiments.streams import Stream
from theory.regression.aggregate.bags import asymptotic_risk
from theory.regression.aggregate.finite_size import (
    bag_level_bias,
    bag_level_risk,
    instance_level_bias,
    instance_level_risk,
)

EXACT = {0.0: bag_level_risk, 1.0: instance_level_risk}


@pytest.mark.parametrize(("n", "d", "m"), [(24, 6, 2), (18, 1, 3), (12, 24, 2), (9, 20, 9)])
def test_small_designs_have_the_exact_risk(n, d, m):
    found = simulate(Design(n, d, 2.0), [Setting(m, rho, 0.0, 0.5) for rho in EXACT], replicates=4000, seed=11)
    for rho, mean, error in zip(EXACT, found.mean, found.standard_error, strict=True):
        assert EXACT[rho](n, d, m, 0.5, 2.0) == pytest.approx(mean, abs=4 * error + 1e-12)


@pytest.mark.parametrize(("psi", "m"), [(0.25, 3), (0.25, 10), (0.6, 2), (1.5, 3), (3.0, 2)])
@pytest.mark.parametrize("rho", EXACT)
def test_they_tend_to_the_limit_like_one_over_n(psi, m, rho):
    limit = asymptotic_risk(psi, m, rho, 0.0, 0.7, 1.3).risk
    gaps = [n * (EXACT[rho](n, round(psi * n), m, 0.7, 1.3) - limit) for n in (6000, 60_000)]
    assert gaps[1] == pytest.approx(gaps[0], rel=0.02, abs=1e-6)


@pytest.mark.parametrize(("n", "d", "m"), [(12, 6, 3), (12, 18, 3), (6, 14, 6)])
def test_the_bias_is_the_mean_of_what_a_draw_leaves_of_a_uniform_direction(n, d, m):
    X = Stream(7).normal(6000, (n, d))
    averaged = np.repeat(X.reshape(-1, n // m, m, d).mean(axis=2), m, axis=1)
    left = np.linalg.pinv(X) @ averaged - np.eye(d)
    found = (left**2).sum(axis=(1, 2)) / d
    error = found.std() / 6000**0.5
    assert error < 0.01 * found.mean()
    assert instance_level_bias(n, d, m) == pytest.approx(found.mean(), abs=3 * error)


def test_one_feature_by_hand():
    # theta - theta0 = -V theta0 with V ~ Beta((n - B)/2, B/2); at n = 2 it is uniform in angle, E V^2 = 3/8
    assert instance_level_bias(2, 1, 2) == pytest.approx(3 / 8)
    assert instance_level_bias(6, 1, 3) == pytest.approx(4 * 6 / (6 * 8))


def test_bags_of_one_are_least_squares():
    for n, d in ((10, 4), (4, 10), (6, 6)):
        assert instance_level_bias(n, d, 1, 2.0) == bag_level_bias(n, d, 1, 2.0) == 2.0 * max(0, 1 - n / d)


def test_bias_is_infinite_next_to_the_square_design():
    assert [instance_level_bias(12, d, 3) for d in (11, 12, 13)] == [np.inf] * 3
    assert all(np.isfinite(instance_level_bias(12, d, 3)) for d in (10, 14))
    assert instance_level_bias(12, 12, 3, 0.0) == 0.0


@pytest.mark.parametrize("bad", [(10, 3, 4), (0, 3, 1), (10, 0, 2), (10, 3, 0), (10.0, 3, 2)])
def test_sizes_are_checked(bad):
    with pytest.raises(ValueError, match=r"must (be|divide)"):
        instance_level_bias(*bad)


@pytest.mark.parametrize("power", [-1.0, float("inf"), float("nan"), [1.0]])
def test_the_signal_is_checked(power):
    with pytest.raises(ValueError, match="signal_power must be a finite number >= 0"):
        bag_level_bias(10, 3, 2, power)
