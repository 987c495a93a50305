"""The normal tail, its logarithm and erf against 60-digit values, in both precisions."""

from __future__ import annotations

import array_api_strict
import mpmath
import numpy as np
import pytest

from theory.classification import gaussian_tail as module


def tail(x):
    with mpmath.workdps(60):
        return mpmath.erfc(mpmath.mpf(float(x)) / mpmath.sqrt(2)) / 2


def relative(values, exact):
    """Return the largest relative error in units of the last place."""
    with mpmath.workdps(60):
        worst = max(
            abs(mpmath.mpf(float(value)) / right - 1) for value, right in zip(values, exact, strict=True) if right
        )
    return float(worst) / float(np.finfo(values.dtype).eps)


@pytest.mark.parametrize(("dtype", "far"), [(np.float64, 37.0), (np.float32, 13.0)])
def test_relative_accuracy_as_far_as_normal_numbers_reach(dtype, far):
    x = np.concatenate([np.linspace(-8, 8, 65), np.geomspace(1e-9, far, 80), -np.geomspace(1e-9, 30, 40)]).astype(dtype)
    values, logs, erfs = module.normal_tail(x), module.log_normal_tail(x), module.erf(x)
    assert values.dtype == logs.dtype == erfs.dtype == dtype
    exact = [tail(v) for v in x]
    assert relative(values, exact) < 6
    large = logs < -1e-30
    with mpmath.workdps(60):
        assert relative(logs[large], [mpmath.log(q) for q, keep in zip(exact, large, strict=True) if keep]) < 8
        assert relative(erfs, [mpmath.erf(mpmath.mpf(float(v))) for v in x]) < 6


def test_limits():
    assert module.normal_tail(float("inf")) == 0.0
    assert module.normal_tail(float("-inf")) == 1.0
    assert module.log_normal_tail(float("inf")) == float("-inf")
    assert module.erf(float("-inf")) == -1.0
    assert module.erf(0.0) == 0.0
    assert np.isnan(module.normal_tail(float("nan")))


def test_log_tail_beyond_the_smallest_number():
    assert module.normal_tail(200.0) == 0.0
    with mpmath.workdps(60):
        assert module.log_normal_tail(200.0) == pytest.approx(float(mpmath.log(tail(200))), rel=1e-14)


def test_monotone_and_symmetric():
    x = np.linspace(-9, 9, 4001)
    values = module.normal_tail(x)
    assert np.all(np.diff(values) <= 0)
    np.testing.assert_allclose(values + module.normal_tail(-x), 1, rtol=0, atol=3e-16)
    np.testing.assert_array_equal(module.erf(x), -module.erf(-x))


def test_any_array_namespace():
    x = array_api_strict.asarray([0.5, -2.0])
    assert module.normal_tail(x).dtype == array_api_strict.float64
    np.testing.assert_array_equal(np.asarray(module.erf(x)), module.erf(np.asarray([0.5, -2.0])))


def test_words_are_refused():
    with pytest.raises(ValueError, match="real number"):
        module.normal_tail("three")


def test_half_of_the_law_lies_above_its_centre():
    assert module.normal_tail(0.0) == module.normal_tail(-0.0) == 0.5
    assert module.log_normal_tail(0.0) == np.log(0.5)
    assert module.normal_tail(np.asarray([0.0, 1e-20, -1e-20])).tolist() == [0.5, 0.5, 0.5]
