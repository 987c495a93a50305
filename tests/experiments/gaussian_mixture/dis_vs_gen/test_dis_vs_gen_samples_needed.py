"""Crossings read off curves, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.gaussian_mixture.dis_vs_gen.samples_needed import crossing, crossings

CURVE = [(10, 0.5, 0.01), (20, 0.11, 0.02), (40, 0.09, 0.01), (80, 0.02, 0.001)]


def test_the_estimate_is_linear_in_the_logarithm_of_m():
    found = crossing(CURVE, 0.1)
    assert found.estimate == pytest.approx(20 * math.sqrt(2))
    assert (found.low, found.high) == (10, 80)  # sizes 20 and 40 are within two standard errors of the threshold


def test_curves_that_do_not_cross():
    assert math.isnan(crossing(CURVE, 0.001).estimate)
    assert crossing(CURVE, 0.001).high == math.inf
    assert crossing(CURVE, 0.001).low == 80
    below = crossing(CURVE, 0.9)
    assert (below.estimate, below.low, below.high) == (10.0, 0.0, 10)


def test_the_first_crossing_is_taken_where_there_are_several():
    assert crossing([(1, 2.0, 0.0), (2, 0.0, 0.0), (4, 2.0, 0.0), (8, 0.0, 0.0)], 1.0).estimate < 2


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), st.floats(0.1, 0.9))
def test_the_estimate_lies_on_the_grid_and_in_the_bracket_without_noise(means, threshold):
    points = [(2**k, mean, 0.0) for k, mean in enumerate(means)]
    found = crossing(points, threshold)
    if math.isnan(found.estimate):
        assert found.high == math.inf
    else:
        assert found.low <= found.estimate <= found.high


def test_a_curve_that_comes_back_has_a_wide_bracket():
    back = [(1, 2.0, 0.1), (2, 0.0, 0.1), (4, 2.0, 0.1), (8, 0.0, 0.1)]
    assert (crossing(back, 1.0).low, crossing(back, 1.0).high) == (1, 8)
    assert crossing(back[:3], 1.0).high == math.inf
    noisy = [(1, 2.0, 0.1), (2, 0.0, 0.1), (4, 1.1, 0.1), (8, 0.0, 0.1)]  # at 4 it may be above or below
    assert crossing(noisy, 1.0).high == 2


def test_two_standard_errors_and_not_one_tell_a_mean_from_the_threshold():
    assert crossing([(1, 1.3, 0.2), (2, 0.7, 0.2)], 1.0) == crossing([(1, 1.3, 0.2), (2, 0.7, 0.2)][::-1], 1.0)
    found = crossing([(1, 1.3, 0.2), (2, 0.7, 0.2)], 1.0)
    assert (found.low, found.high) == (0.0, math.inf)


@pytest.mark.parametrize(
    "bad", [(1, math.nan, 0.0), (1, 0.1, math.nan), (1, 0.1, -0.1), (0, 0.1, 0.1), (math.inf, 1, 0)]
)
def test_points_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="finite numbers, sizes > 0 and standard errors >= 0"):
        crossing([bad, (2, 0.1, 0.1)], 0.5)


def test_order_does_not_matter_and_bad_curves_are_refused():
    assert crossing(CURVE[::-1], 0.1) == crossing(CURVE, 0.1)
    for bad in ([], [(1, 0.1, 0.0), (1, 0.2, 0.0)]):
        with pytest.raises(ValueError, match="a curve of at least one point"):
            crossing(bad, 0.1)


def test_rows_are_sorted_into_curves_and_measured_from_the_limit():
    rows = []
    for learner, limit in (("naive_bayes", 0.25), ("logistic", 0.0)):
        cell = {"regime": "fixed", "classes": 2, "learner": learner, "n": 4}
        rows += [
            (cell | {"m": m}, {"error": limit + 0.2 / m, "standard_error": 0.0, "limit": limit}) for m in (10, 20, 40)
        ]
    found = crossings(rows)
    assert set(found) == {("fixed", 2, "naive_bayes", 4), ("fixed", 2, "logistic", 4)}
    assert len({one.high for one in found.values()}) == 1
    assert {one.high for one in crossings(rows, excess=0.0051).values()} == {40}
    with pytest.raises(ValueError, match="excess must be positive"):
        crossings(rows, excess=0.0)
