import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.collapse.deep_linear.scalar import (
    local_minimizer,
    local_minimum_limit,
    scalar_minimizer,
    scalar_objective,
    threshold,
)

DEPTHS = (1.0, 1.25, 2.0, 3.0, 7.0, 50.0)


def reference(b, M):
    """Return the largest root and its value with 60 digits."""
    with mpmath.workdps(60):
        b, M = mpmath.mpf(b), mpmath.mpf(M)
        u = mpmath.log(M / b) * M / (M + 1)
        for _ in range(300):
            step = (mpmath.log(b / M) + 2 * mpmath.log(1 + mpmath.e**u) - (M - 1) * u / M) / (
                2 / (1 + mpmath.e**-u) - (M - 1) / M
            )
            u -= step
            if abs(step) < mpmath.mpf(10) ** -55:
                break
        x = mpmath.e ** (u / M)
        return x, 1 / (1 + x**M) + b * x


@pytest.mark.parametrize("M", DEPTHS)
def test_minimiser_and_value_agree_with_sixty_digits(M):
    edge = threshold(M)
    for b in (1e-290, 1e-100, 1e-9, 0.1 * edge, 0.9 * edge, edge * (1 - 1e-12), np.nextafter(edge, 0)):
        x, value = scalar_minimizer(float(b), M)
        true_x, true_value = reference(float(b), M)
        assert abs(x / true_x - 1) < 4e-15, b
        assert abs(value / true_value - 1) < 1e-15, b


def test_by_hand():
    assert scalar_minimizer(0.25, 1) == (1.0, 0.75)
    assert scalar_minimizer(1.0, 1) == (0.0, 1.0)
    assert scalar_minimizer(0.0, 3) == (math.inf, 0.0)
    assert scalar_minimizer(math.inf, 3) == (0.0, 1.0)
    # Above the threshold 2^(2/3)/3 = 0.529 zero is better than the largest root of (16/27)(1 + x^3)^2 = 3 x^2.
    assert scalar_minimizer(16 / 27, 3) == (0.0, 1.0)
    root = local_minimizer(16 / 27, 3)
    assert 16 / 27 * (1 + root**3) ** 2 == pytest.approx(3 * root**2, rel=1e-14)
    assert threshold(2) == 0.5
    assert local_minimum_limit(2) == pytest.approx(3 * math.sqrt(3) / 8, rel=1e-15)
    assert local_minimum_limit(4) == pytest.approx(1.0652056561, abs=5e-11)


@pytest.mark.parametrize("M", [2, 3, 5])
def test_the_minimiser_jumps_at_the_threshold(M):
    edge = threshold(M)
    x, value = scalar_minimizer(edge * (1 - 1e-13), M)
    assert x == pytest.approx((M - 1) ** (1 / M), rel=1e-9)
    assert value <= 1
    assert scalar_minimizer(edge, M) == (0.0, 1.0)
    assert scalar_objective((M - 1) ** (1 / M), edge, M) == pytest.approx(1, abs=1e-15)


@given(st.floats(1e-6, 3), st.sampled_from(DEPTHS), st.floats(0, 5))
def test_no_point_is_better(b, M, x):
    assert scalar_minimizer(b, M)[1] <= scalar_objective(x, b, M) * (1 + 1e-15)


@given(st.floats(0, 1, exclude_max=True), st.sampled_from(DEPTHS[1:]))
def test_between_the_thresholds_the_other_minimum_is_local(share, M):
    edge, limit = threshold(M), local_minimum_limit(M)
    b = edge + share * (limit - edge)
    if not b < limit:
        return
    x = local_minimizer(b, M)
    value = scalar_objective(x, b, M)
    assert value >= 1 - 1e-14
    assert value <= scalar_objective(x * 1.01, b, M)


def test_values_keep_the_small_term_where_the_power_overflows():
    x, value = scalar_minimizer(1e-307, 400)
    true_x, true_value = reference(1e-307, 400)
    assert x == pytest.approx(float(true_x), rel=1e-14)
    assert abs(value / true_value - 1) < 1e-13
    assert scalar_objective(0, math.inf, 2) == 1
    assert scalar_objective(math.inf, 0, 2) == 0
    assert local_minimum_limit(1e308) == pytest.approx(2.5e307, rel=1e-12)


def test_no_local_minimum_from_the_limit_on():
    assert np.isnan(local_minimizer([0.65, 5.0, math.inf], 2)).all()


def test_broadcasts_and_keeps_the_type():
    x, value = scalar_minimizer(np.array([0.1, 2.0], dtype=np.float32)[:, None], np.array([1, 2, 3]))
    assert x.shape == value.shape == (2, 3)
    assert x.dtype == value.dtype == np.float32
    assert np.all(x[1] == 0)
    double, _ = scalar_minimizer(np.array([[0.1]]), np.array([1, 2, 3]))
    np.testing.assert_allclose(x[:1], double, rtol=1e-6)
    strict, _ = scalar_minimizer(array_api_strict.asarray([0.1, 0.4]), 2)
    np.testing.assert_array_equal(np.asarray(strict), scalar_minimizer([0.1, 0.4], 2)[0])


@pytest.mark.parametrize(
    ("b", "depth", "message"),
    [(-1, 2, "b must be at least 0"), (math.nan, 2, "b must be"), (0.1, 0.5, "depth must"), (0.1, math.inf, "depth")],
)
def test_out_of_range(b, depth, message):
    for function in (scalar_minimizer, local_minimizer):
        with pytest.raises(ValueError, match=message):
            function(b, depth)
