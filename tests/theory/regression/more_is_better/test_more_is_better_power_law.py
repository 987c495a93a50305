"""Power laws: Beta integrals by quadrature, the best ratio against a search and against the eigenframework."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from theory.regression.more_is_better import (
    best_ridge,
    bias_constant,
    fitting_ratio,
    modes_constant,
    noise_threshold,
    relative_noise,
)


@pytest.mark.parametrize(("alpha", "beta"), [(1.5, 1.2), (2.0, 3.0), (3.0, 6.5)])
def test_constants_by_quadrature(alpha, beta):
    def integral(f):
        return quad(f, 0, 1)[0] + quad(lambda t: f(1 / t) / t**2, 0, 1)[0]

    z = integral(lambda x: 1 / (1 + x**alpha))
    assert modes_constant(alpha) == pytest.approx(z, rel=1e-6)
    assert integral(lambda x: (1 + x**alpha) ** -2.0) == pytest.approx((1 - 1 / alpha) * z, rel=1e-6)
    bias = integral(lambda x: x ** (2 * alpha - beta) / (1 + x**alpha) ** 2)
    assert bias_constant(alpha, beta) == pytest.approx(bias, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(1.05, 6), st.floats(0, 1), st.floats(0, 20))
def test_no_ratio_is_better(alpha, part, noise):
    beta = 1.01 + part * (2 * alpha - 0.02)

    def error(y):
        return (y ** (1 - beta) + noise) / (alpha - (alpha - 1) * y)

    best = 1 - math.sqrt(fitting_ratio(alpha, beta, noise))
    assert error(best) <= error(np.linspace(0.001, 1, 2000)).min() * (1 + 1e-12)
    assert (best == 1) == (noise <= noise_threshold(alpha, beta))


def test_known_ratios():
    assert fitting_ratio([2.0, 3.0, 2.0], [1.5, 2.0, 3.0], 0.0) == pytest.approx([1 / 9, 1 / 16, 0.0])
    assert noise_threshold(2.0, 3.0) == 1.0
    assert fitting_ratio(2.0, 3.0, 0.995) == fitting_ratio(2.0, 3.0, 1.0) == 0.0 < fitting_ratio(2.0, 3.0, 1.01) < 1e-4
    # y = (alpha (beta - 1)/((alpha - 1) s))^(1/beta) for much noise
    assert fitting_ratio(2.0, 3.0, 1e12) == pytest.approx((1 - 4e-12 ** (1 / 3)) ** 2, abs=1e-7)
    assert fitting_ratio(2.0, 3.0, 1e300) == pytest.approx(1.0, abs=1e-12)
    y = 1 - math.sqrt(fitting_ratio(1e3, 500.0, 1e200))
    assert 999 * (500 * y + 1e200 * y**500) == pytest.approx(1e3 * 499, rel=1e-9)


@pytest.mark.parametrize(("alpha", "beta"), [(1.5, 1.2), (3.0, 2.5), (2.0, 2.9)])
@pytest.mark.parametrize("relative", [0.0, 0.5, 4.0])
def test_the_published_curve_with_its_constants(alpha, beta, relative):
    # plots/plotting.ipynb of the authors, mse_theory: noise over the test error of noiseless interpolation
    n, x = 300.0, np.asarray([0.0, 0.2, 0.7])
    turn = math.pi**beta * (alpha - beta + 1) * math.sin(math.pi / alpha) / math.sin(math.pi * (beta - 1) / alpha)
    published = turn * (1 - x + alpha * relative * (1 - x) ** beta) / (1 + (alpha - 1) * x)
    published *= (alpha * math.sin(math.pi / alpha) * (1 - x)) ** -beta * n ** (1 - beta)
    bias = 1 / relative_noise(alpha, beta, n, 1.0)
    ours = bias * alpha * ((1 - x) ** (1 - beta) + alpha * relative) / (alpha - (alpha - 1) * (1 - x))
    assert published == pytest.approx(ours)
    assert published[0] == pytest.approx(alpha * bias * (1 + alpha * relative))


def test_relative_noises_broadcast():
    assert relative_noise(2, 2, [10.0, 20.0], [[0.1], [0.2]]).shape == (2, 2)
    assert relative_noise(2, 2, [10.0], 0.1)[0] == relative_noise(2, 2, 10, 0.1) > 0
    assert relative_noise(2.0, 4.9, 1e200, 0.1) == math.inf


def test_many_samples_of_a_long_spectrum_come_near():
    i, n = np.arange(1, 20001.0), 200
    for noise, margin in ((0.5, 1e-9), (4.0, 0.01)):
        variance = noise / relative_noise(2.0, 3.0, n, 1.0)
        best = best_ridge(i**-2.0, i**-1.5, n, math.inf, variance)
        assert best.train_error / best.test_error == pytest.approx(fitting_ratio(2.0, 3.0, noise), abs=margin)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fitting_ratio(1.0, 1.5), "alpha must be finite and above 1, got 1.0"),
        (lambda: fitting_ratio(2.0, 5.0), "beta must be above 1 and below 2 alpha [+] 1, got 5.0"),
        (lambda: fitting_ratio(2.0, 2.0, -1.0), "noise must be a finite number >= 0, got -1.0"),
        (lambda: noise_threshold(2.0, 1.0), "beta must be above 1"),
        (lambda: modes_constant(0.5), "alpha must be finite and above 1"),
        (lambda: bias_constant(2.0, math.nan), "beta must be above 1"),
        (lambda: relative_noise(2.0, 2.0, 0.0, 1.0), "samples must be finite and > 0, got 0.0"),
        (lambda: modes_constant([2.0, 3.0]), "alpha and beta must be numbers, not arrays, got"),
        (lambda: relative_noise(2.0, 2.0, [10.0, 20.0], [0.1, 0.2, 0.3]), "broadcast"),
        (lambda: relative_noise(2.0, 2.0, 10.0, -1.0), "noise_variance must be finite and >= 0, got -1.0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
