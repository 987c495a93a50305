"""The eigenframework: its equations, its quoted form in many digits, limits, the best ridge, and what is refused."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.regression.more_is_better import best_ridge, eigenframework

INF = math.inf
LAM, V = np.arange(1, 61.0) ** -1.4, np.arange(1, 61.0) ** -0.7


def quoted(n, k, ridge, noise, eigenvalues=LAM, coefficients=V):
    """The usual form, in 60 digits, its equations solved by bisection in gamma."""
    with mpmath.workdps(60):
        lam, power = [mpmath.mpf(float(x)) for x in eigenvalues], [mpmath.mpf(float(x)) ** 2 for x in coefficients]
        n, k, ridge, noise = (mpmath.mpf(x) for x in (n, k, ridge, noise))
        low, high = mpmath.mpf(-90), mpmath.mpf(20)
        for _ in range(200):
            middle = (low + high) / 2
            g = mpmath.exp(middle)
            z = mpmath.fsum(x / (x + g) for x in lam)
            small = z >= min(n, k) or (n - z) * g * (k - z) / k < ridge
            low, high = (middle, high) if small else (low, middle)
        kappa = g * (k - z) / k
        q = mpmath.fsum((x / (x + g)) ** 2 for x in lam)
        bias = mpmath.fsum((g / (x + g) - kappa * x / (x + g) ** 2 * k / (k - q)) * p
                           for x, p in zip(lam, power, strict=True))  # fmt: skip
        test = (bias + noise) / (1 - (q * (k - 2 * z) + z**2) / (n * (k - q)))
        return float(test), float((ridge / (n * kappa)) ** 2 * test), float(kappa), float(g), float(z)


@pytest.mark.parametrize(
    ("n", "k", "ridge"),
    [(20, 30, 1e-2), (30, 20, 1e-2), (30, 30, 1e-9), (30, 30.001, 1e-6), (70, 90, 1e-3), (25, 1e7, 2.0)],
)
def test_the_quoted_form_in_many_digits(n, k, ridge):
    found = eigenframework(LAM, V, n, k, ridge, 0.2)
    values = found.test_error, found.train_error, found.kappa, found.gamma, found.modes
    assert values == pytest.approx(quoted(n, k, ridge, 0.2), rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("n", "k", "ridge", "noise"),
    [(6, 250, 1e-28, 0.0), (800, 6, 1e-29, 0.0), (6, 140, 1e-21, 0.2), (6, 6, 1e-28, 0.1), (0.13, 0.13, 1e-22, 0.03)],
)
def test_no_digits_cancel_where_n_or_k_is_the_number_of_modes_or_both_are_equal(n, k, ridge, noise):
    lam, v = [1e5, 2.0, 1.0, 0.5, 0.25, 1e-3], [1.0, -0.5, 0.3, 2.0, 0.1, 1.0]
    found = eigenframework(lam, v, n, k, ridge, noise)
    values = found.test_error, found.train_error, found.kappa, found.gamma, found.modes
    assert values == pytest.approx(quoted(n, k, ridge, noise, lam, v), rel=1e-11, abs=0)


def test_isotropic_by_hand():
    # 6 eigenvalues 1, n = 6, kernel limit: z = 3 at gamma = 1, ridge 3, q = 3/2, bias 1/4, 1 - q/n = 3/4
    found = eigenframework([1.0] * 6, [6**-0.5] * 6, 6, INF, 3.0, 0.5)
    assert (found.gamma, found.modes) == pytest.approx((1.0, 3.0))
    assert (found.test_error, found.train_error) == pytest.approx((1.0, 0.25))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 200), st.floats(0.5, 200), st.floats(-9, 3).map(lambda x: 10.0**x), st.floats(0, 3))
def test_the_equations_hold(n, k, ridge, noise):
    found = eigenframework(LAM, V, n, k, ridge, noise)
    assert found.modes + ridge / found.kappa == pytest.approx(n, rel=1e-10)
    assert found.modes + k * found.kappa / found.gamma == pytest.approx(k, rel=1e-10)
    assert found.test_error >= noise
    assert 0 <= found.train_error <= found.test_error


def test_limits_are_approached():
    for exact, near in (
        ((20.0, INF, 0.1), (20.0, 1e9, 0.1)),
        ((INF, 20.0, 0.1), (1e10, 20.0, 0.1)),
        ((20.0, 30.0, 0.0), (20.0, 30.0, 1e-13)),
        ((30.0, 20.0, 0.0), (30.0, 20.0, 1e-13)),
        ((70.0, 90.0, 0.0), (70.0, 90.0, 1e-13)),
        ((20.0, 30.0, INF), (20.0, 30.0, 1e12)),
    ):
        one, two = (eigenframework(LAM, V, *setting, 0.2) for setting in (exact, near))
        assert one.test_error == pytest.approx(two.test_error, rel=1e-6), exact
        assert one.train_error == pytest.approx(two.train_error, rel=1e-6, abs=1e-9), exact
    kernel = eigenframework(LAM, V, 20.0, INF, 1e-13, 0.2)
    assert kernel.train_error == pytest.approx((1e-13 / (20 * kernel.kappa)) ** 2 * kernel.test_error, rel=1e-12, abs=0)
    assert eigenframework(LAM, V, INF, 20.0, INF, 0.2).gamma == INF
    assert eigenframework(LAM, V, INF, INF, 0.1, 0.2).test_error == 0.2
    assert eigenframework(LAM, V, 20, 30, INF, 0.2).test_error == pytest.approx((V**2).sum() + 0.2)


def test_without_ridge():
    # fewer features than samples: least squares on k features
    found = eigenframework(LAM, V, 30, 20, 0.0, 0.2)
    missed = found.gamma / (LAM + found.gamma) @ V**2
    assert found.test_error == pytest.approx(30 / 10 * (missed + 0.2))
    assert found.train_error == pytest.approx((10 / 30) ** 2 * found.test_error)
    assert eigenframework(LAM, V, 30, 30, 0.0, 0.0).test_error == INF
    assert eigenframework(LAM, 0 * V, 30, 30, 0.0, 0.0).test_error == 0.0
    assert eigenframework(LAM, 0 * V, 30, 30, 0.0, 0.1).test_error == INF
    # more samples than modes, all learned: the classical 1/(1 - P/n)
    assert eigenframework(LAM, V, 90, 100, 0.0, 0.2).test_error == pytest.approx(0.2 / (1 - 60 / 90))
    assert eigenframework(LAM, V, 90, 100, 0.0, 0.0).test_error == 0.0
    both = [eigenframework(LAM, V, 60, 60, ridge, 0.0).test_error for ridge in (0.0, 1e-14)]
    assert both[0] == pytest.approx(both[1], rel=1e-3)
    assert eigenframework(LAM, V, 60, 60, 0.0, 0.1).test_error == INF


def test_shapes_order_and_blocks(monkeypatch):
    n, k = np.asarray([10.0, 20.0, 40.0]), np.asarray([[15.0], [INF]])
    found = eigenframework(LAM, V, n, k, 0.01, 0.1)
    assert found.test_error.shape == found.gamma.shape == (2, 3)
    assert found.test_error[1, 2] == pytest.approx(eigenframework(LAM[::-1], V[::-1], 40, INF, 0.01, 0.1).test_error)
    best = best_ridge(LAM, V, n, k, 0.1)
    assert eigenframework(LAM, V, [], 2.0, 0.01).test_error.shape == best_ridge(LAM, V, 3.0, []).ridge.shape == (0,)
    monkeypatch.setattr("theory.regression.more_is_better.prediction._BLOCK", 100)
    assert np.array_equal(eigenframework(LAM, V, n, k, 0.01, 0.1).test_error, found.test_error)
    assert np.allclose(best_ridge(LAM, V, n, k, 0.1).test_error, best.test_error, rtol=1e-12)


def test_other_arrays():
    strict = pytest.importorskip("array_api_strict")
    n = strict.asarray([10.0, 20.0], dtype=strict.float64)
    for function, setting in ((eigenframework, (15.0, 0.01, 0.1)), (best_ridge, (15.0, 0.1))):
        found = function(strict.asarray(LAM), strict.asarray(V), n, *setting).test_error
        assert np.allclose(np.asarray(found), function(LAM, V, [10.0, 20.0], *setting).test_error, rtol=1e-12)


# -- the best ridge --------------------------------------------------------------------------------------------------


def test_the_best_ridge_of_an_isotropic_prior_is_known():
    best = best_ridge([1.0] * 30, [30**-0.5] * 30, [10.0, 40.0], INF, 0.7)
    assert best.ridge == pytest.approx([30 * 0.7] * 2, rel=1e-5)
    assert best_ridge([1.0] * 4, [0.5] * 4, 8, INF, 1e-5).ridge == pytest.approx(4e-5, rel=1e-3)


def test_no_ridge_does_better_and_more_is_better():
    sizes = np.asarray([5.0, 20.0, 40.0, 60.0, 80.0, INF])
    for noise in (0.0, 0.1, 2.0):
        best = best_ridge(LAM, V, sizes, sizes[:, None], noise)
        for ridge in (0.0, 1e-6, 1e-3, 0.03, 0.3, 3.0, 30.0):
            others = eigenframework(LAM, V, sizes, sizes[:, None], ridge, noise).test_error
            assert np.all(best.test_error <= others * (1 + 1e-9) + 1e-12)
        assert np.all(np.diff(best.test_error, axis=0) <= 1e-9)
        assert np.all(np.diff(best.test_error, axis=1) <= 1e-9)


def test_at_a_fixed_ridge_more_is_not_better():
    error = eigenframework(LAM, V, [10.0, 20.0, 40.0], 20.0, 1e-4, 0.1).test_error
    assert error[1] > 3 * error[0] > error[2]


@pytest.mark.parametrize("scale", [1e-150, 1e150, 1e300])
def test_the_best_ridge_scales_with_the_eigenvalues(scale):
    plain, scaled = (best_ridge(np.asarray([1.0, 0.5, 0.25]) * x, [1.0] * 3, 2, [3, INF], 0.1) for x in (1.0, scale))
    assert scaled.ridge / scale == pytest.approx(plain.ridge, rel=1e-5)
    assert scaled.test_error == pytest.approx(plain.test_error, rel=1e-9)


def test_the_best_ridge_is_found_for_the_least_of_very_different_eigenvalues():
    best = best_ridge([1.0, 1e-12], [0.0, 1.0], 8, INF, 0.1)
    others = eigenframework([1.0, 1e-12], [0.0, 1.0], 8, INF, np.logspace(-18, 2, 400), 0.1).test_error
    assert best.test_error <= others.min()
    assert best.ridge == pytest.approx(1e-13, rel=0.5)


def test_the_best_ridge_may_be_none_where_all_modes_are_learned():
    best = best_ridge([1.0, 0.5, 0.25], [1.0] * 3, 3, [3, 5], 0.0)
    assert best.ridge.tolist() == [0.0, 0.0]
    assert best.test_error.tolist() == [1.0, 0.0]  # 3 (sum v^2/l)/(3 sum 1/l), and 0


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-4, 2), st.floats(-2, 2)), min_size=1, max_size=6),
    st.tuples(st.floats(0.3, 8), st.floats(0.3, 8)), st.tuples(st.floats(0, 3), st.floats(0, 3)), st.floats(0, 3),
)  # fmt: skip
def test_more_is_better_for_random_spectra(modes, sizes, more, noise):
    lam, v = [10.0 ** mode[0] for mode in modes], [mode[1] for mode in modes]
    fewer, several = (best_ridge(lam, v, sizes[0] + x, sizes[1] + y, noise).test_error for x, y in ((0, 0), more))
    assert several <= fewer * (1 + 1e-7) + 1e-15


def test_no_ridge_is_large_enough_without_a_target():
    best = best_ridge(LAM, 0 * V, 10, 20, 0.3)
    assert (best.ridge, best.test_error) == (INF, 0.3)


# -- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.0], [1.0, 1.0], 3, 3, 0.1), "eigenvalues must be positive and finite, got 0.0"),
        (([1.0], [1.0, 1.0], 3, 3, 0.1), "the same length >= 1, got shapes"),
        (([], [], 3, 3, 0.1), "the same length >= 1"),
        (([1.0], [INF], 3, 3, 0.1), "coefficients must be finite"),
        (([1.0], [1.0], 0, 3, 0.1), "samples must be > 0, got 0.0"),
        (([1.0], [1.0], 3, -1, 0.1), "features must be > 0, got -1.0"),
        (([1.0], [1.0], 3, 3, -0.1), "ridge must be >= 0, got -0.1"),
        (([1.0], [1.0], 3, math.nan, 0.1), "features must be > 0, got nan"),
        (([1.0], [1.0], 3, 3, 0.1, INF), "noise_variance must be finite and >= 0, got inf"),
        (([1.0], [1.0], [3, 4], [3, 4, 5], 0.1), "shapes that broadcast"),
        (("ab", [1.0], 3, 3, 0.1), "real number"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        eigenframework(*arguments)
