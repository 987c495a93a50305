import math

import numpy as np
import pytest
from scipy import stats

from experiments import rates
from experiments.streams import Stream

SIZES = (10, 20, 40, 80)


def test_a_power_law_has_its_exponent_as_slope():
    means = 3.0 * np.asarray(SIZES, dtype=float) ** -0.5
    assert rates.batch_slopes(means, SIZES) == pytest.approx(-0.5)
    assert rates.theil_sen(means, SIZES) == pytest.approx(-0.5)
    assert rates.ols_interval(means, SIZES, error=0.01).estimate == pytest.approx(-0.5)


def test_slopes_do_not_depend_on_scale_and_agree_with_scipy():
    means = np.asarray([0.9, 0.7, 0.2, 0.15])
    slope = stats.linregress(np.log(SIZES), np.log(means))
    assert rates.batch_slopes(7.0 * means, SIZES) == pytest.approx(slope.slope)
    found = rates.ols_interval(means, SIZES, error=0.1)
    half = stats.t.isf(0.05, 2) * slope.stderr
    assert found.interval == pytest.approx((slope.slope - half, slope.slope + half))


def test_batch_t_is_students_t():
    slopes = np.asarray([-1.2, -0.9, -1.1, -1.0, -0.8])
    interval = stats.ttest_1samp(slopes, 0.0).confidence_interval(0.98)
    assert rates.batch_t(slopes, -2.0, None, error=0.02).interval == pytest.approx(tuple(interval))
    value = stats.ttest_1samp(slopes, -0.8, alternative="less").pvalue
    assert int(rates.batch_t(slopes, None, -0.8, error=value * 1.001).decision) == 1
    assert int(rates.batch_t(slopes, None, -0.8, error=value * 0.999).decision) == 0
    assert int(rates.batch_t(slopes, -0.8, None, error=value * 1.001).decision) == -1


def test_refuting_an_interval_shares_the_error_between_its_ends():
    slopes = np.asarray([-1.2, -0.9, -1.1, -1.0, -0.8])
    value = stats.ttest_1samp(slopes, -0.8, alternative="less").pvalue
    assert int(rates.batch_t(slopes, -0.8, 0.0, error=2.002 * value).decision) == -1
    assert int(rates.batch_t(slopes, -0.8, 0.0, error=1.998 * value).decision) == 0
    assert int(rates.batch_t(slopes, -9.0, -0.8, error=1.001 * value).decision) == 1  # support does not share it


def test_the_sign_test_counts():
    slopes = [-1.0] * 10
    assert int(rates.sign_test(slopes, None, 0.0, error=2.0**-10).decision) == 1
    assert int(rates.sign_test(slopes, None, 0.0, error=2.0**-10 * 0.999).decision) == 0
    assert int(rates.sign_test(slopes, -0.5, None, error=2.0**-10).decision) == -1
    assert int(rates.sign_test([-0.5] * 10, -0.5, None, error=0.4).decision) == 0  # atoms at the bound count for none


def test_the_interval_of_the_median_covers_as_computed():
    low, high = rates.sign_test(np.arange(20.0), 0.0, None, error=0.05).interval
    assert (low, high) == (5.0, 14.0)  # P(Binomial(20, 1/2) <= 5) = 0.0207, <= 6 would be 0.0577
    assert all(map(math.isnan, rates.sign_test([1.0, 2.0], 0.0, None, error=0.05).interval))


def test_decisions_come_for_many_runs_at_once():
    slopes = np.asarray([[-1.0, -1.1, -0.9], [5.0, 5.1, 4.9], [0.0, 9.0, -9.0]])
    assert rates.batch_t(slopes, -2.0, 0.0, error=0.05).decision.tolist() == [1, -1, 0]


def test_jensens_bias_is_that_of_gamma_means():
    from scipy.special import digamma

    shapes = np.asarray([50.0, 100.0, 200.0, 400.0])  # means of 50 replicates of relative variance 1, 1/2, 1/4, 1/8
    exact = rates.slope_weights(SIZES) @ (digamma(shapes) - np.log(shapes))
    assert rates.jensen_bias([1.0, 0.5, 0.25, 0.125], 50, SIZES) == pytest.approx(exact, rel=0.01)
    assert rates.jensen_bias([1.0, 1.0, 1.0, 1.0], 50, SIZES) == pytest.approx(0.0, abs=1e-15)


def test_bounds_of_the_slope_are_reached_at_corners_and_open_at_zero():
    intervals = [(0.8, 1.2), (0.5, 0.9), (0.2, 0.4), (0.1, 0.3)]
    corners = [
        rates.batch_slopes([pair[(pick >> place) & 1] for place, pair in enumerate(intervals)], SIZES)
        for pick in range(16)
    ]
    assert rates.slope_bounds(intervals, SIZES) == pytest.approx((min(corners), max(corners)))
    assert rates.slope_bounds([(0.5, 1.0), (0.0, 1.0)], [1, 2])[0] == -math.inf
    middle = rates.slope_bounds([(0.5, 0.6), (0.0, 1.0), (0.5, 0.6)], [1, 2, 4])  # the middle size has weight 0
    assert all(map(math.isfinite, middle))


@pytest.mark.parametrize("sizes", [[10], [10, 10], [0, 10], [-1, 2], [[1, 2]], [1, math.inf]])
def test_bad_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="two different positive"):
        rates.slope_weights(sizes)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="larger batches"):
        rates.batch_slopes([1.0, 0.0], [1, 2])
    with pytest.raises(ValueError, match="last axis"):
        rates.batch_slopes([1.0, 1.0, 1.0], [1, 2])
    with pytest.raises(ValueError, match="at least 2"):
        rates.batch_t([1.0], 0.0, None, error=0.1)
    with pytest.raises(ValueError, match="nothing is claimed"):
        rates.sign_test([1.0], None, None, error=0.1)
    with pytest.raises(ValueError, match="below upper"):
        rates.batch_t([1.0, 2.0], 1.0, 0.0, error=0.1)
    with pytest.raises(ValueError, match="from 3 on"):
        rates.ols_interval([1.0, 2.0], [1, 2], error=0.1)
    with pytest.raises(ValueError, match="not negative"):
        rates.slope_bounds([(-1.0, 1.0), (0.0, 1.0)], [1, 2])
    with pytest.raises(ValueError, match="at least 1 replicate"):
        rates.jensen_bias([1.0, 1.0], 0, [1, 2])
    with pytest.raises(ValueError, match="one number >= 0 for each size"):
        rates.jensen_bias([1.0], 5, [1, 2])
    with pytest.raises(ValueError, match="larger batches"):
        rates.theil_sen([1.0, -1.0], [1, 2])


@pytest.mark.parametrize("test", [rates.batch_t, rates.sign_test])
@pytest.mark.parametrize("slopes", [[1.0, math.nan], [math.inf, 1.0], [], 3.0])
def test_slopes_that_are_none_are_refused(test, slopes):
    with pytest.raises(ValueError, match="slopes must be finite numbers"):
        test(slopes, 0.0, None, error=0.1)


def test_batches_that_do_not_differ_are_not_nearly_normal():
    slopes = [[1.0] * 9, [-1.0] * 9, [1.0] * 8 + [1.5]]
    assert rates.batch_t(slopes, 0.0, None, error=1e-3).decision.tolist() == [0, 0, 1]


def test_rare_batches_fool_students_t_at_any_error_but_not_the_signs():
    """Why no claim rests on it: the mean slope is 0, one batch in 1000 has the slope -999, the others about 1."""
    u = Stream.named(5, "rare").uniform(500, (2, 16))
    slopes = np.where(u[:, 0] < 1e-3, -999.0, 1.0 + 1e-3 * (u[:, 1] - 0.5))
    wrong = rates.batch_t(slopes, 1e-9, None, error=1e-5).decision == 1
    assert wrong.mean() > 0.95  # declared: 1e-5
    assert (rates.sign_test(slopes, 1.0001, None, error=1e-5).decision == 1).mean() == 0.0  # the median is 1
