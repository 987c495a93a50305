import math

import numpy as np
import pytest
from scipy import stats

from experiments import power
from experiments.sequential import mean_test
from experiments.streams import Stream


def test_the_divergence_is_zero_at_the_bound_and_bounds_the_growth():
    assert power.divergence(0.3, 0.3) == 0.0
    for mean in (0.0, 0.1, 0.31, 0.6, 1.0):
        growth = power.betting_growth(mean, 0.3)
        assert 0.0 <= growth <= power.divergence(mean, 0.3) + 1e-15
    assert power.betting_growth(0.4, 0.5) > 0.85 * power.divergence(0.4, 0.5)


def test_growth_is_symmetric_and_moves_with_the_range():
    assert power.betting_growth(0.2, 0.4) == pytest.approx(power.betting_growth(0.8, 0.6))
    assert power.betting_growth(-0.6, -0.2, low=-1.0) == pytest.approx(power.betting_growth(0.2, 0.4))


@pytest.mark.parametrize(("mean", "bound"), [(0.3, 0.5), (0.02, 0.05), (0.7, 0.6)])
def test_the_plan_is_the_mean_stopping_time_of_coins(mean, bound):
    planned = power.betting_size(mean, bound, error=1e-3)
    coins = (Stream.named(1, "plan", str(mean)).uniform(300, 4 * planned) < mean) * 1.0
    test = mean_test(upper=bound, error=1e-3, runs=(300,)).update(coins)
    assert (test.decision == (1 if mean < bound else -1)).mean() > 0.98
    assert 0.6 * planned < test.n.mean() < 1.1 * planned


def test_the_gap_inverts_the_size():
    gap = power.betting_gap(0.5, 1000, above=False, error=1e-4)
    assert power.betting_size(0.5 - gap, 0.5, error=1e-4) in (999, 1000)
    assert power.betting_gap(0.5, 3, above=True, error=1e-4) == math.inf


def test_the_sign_tests_power_is_binomial():
    assert power.sign_test_power(10, 0.5, error=0.05) <= 0.05
    least = next(k for k in range(11) if stats.binom.sf(k - 1, 10, 0.5) <= 0.05)
    by_hand = sum(math.comb(10, k) * 0.8**k * 0.2 ** (10 - k) for k in range(least, 11))
    assert power.sign_test_power(10, 0.8, error=0.05) == pytest.approx(by_hand)
    size = power.sign_test_size(0.8, error=0.05, power=0.8)
    assert power.sign_test_power(size, 0.8, error=0.05) >= 0.8
    assert power.sign_test_power(size - 1, 0.8, error=0.05) < 0.8


def test_the_t_tests_size_is_the_least():
    size = power.batch_t_size(0.7, error=0.01)
    assert power.batch_t_power(size, 0.7, error=0.01) >= 0.9 > power.batch_t_power(size - 1, 0.7, error=0.01)
    assert np.all(np.diff([power.batch_t_power(8, effect, error=0.01) for effect in (0, 0.5, 1, 2)]) > 0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: power.betting_size(0.5, 0.5, error=0.1), "cannot be told"),
        (lambda: power.betting_growth(2.0, 0.5), "allowed"),
        (lambda: power.divergence(0.5, 1.0), "allowed"),
        (lambda: power.sign_test_size(0.5, error=0.1), "more than 1/2"),
        (lambda: power.batch_t_size(0.0, error=0.1), "positive"),
        (lambda: power.batch_t_size(1.0, error=0.1, power=1.0), "power is"),
        (lambda: power.betting_size(0.3, 0.5, error=0.0), "error is"),
        (lambda: power.betting_gap(0.5, 100, above=True, error=2.0), "error is"),
        (lambda: power.sign_test_power(5, 0.7, error=0.0), "error is"),
        (lambda: power.sign_test_power(0, 0.7, error=0.1), "batches = 0"),
        (lambda: power.batch_t_power(1, 1.0, error=0.1), "batches = 1"),
        (lambda: power.batch_t_power(9, math.nan, error=0.1), "effect = nan"),
    ],
)
def test_plans_that_cannot_be_are_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call()
