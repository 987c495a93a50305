"""Moments and contraction of dice, L1 and L2 against integrals and 60-digit values."""

from __future__ import annotations

import itertools
import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from scipy import integrate, stats

from theory.classification.seabird import gradient_moments as module


def gradient(offset, length, loss):
    return {"dice": np.sign(offset) / length * (abs(offset) < length), "l1": np.sign(offset), "l2": offset}[loss]


def mean(function, length, center, noise):
    pieces = sorted({-length, 0.0, length, center - 12 * noise, center + 12 * noise})
    return sum(
        integrate.quad(lambda x: function(x) * stats.norm.pdf(x, center, noise), a, b)[0]
        for a, b in itertools.pairwise(pieces)
    )


@pytest.mark.parametrize("loss", module.LOSSES)
@pytest.mark.parametrize(("noise", "length"), [(1.0, 0.3), (0.7, 2.0), (2.0, 5.0)])
def test_moment_and_contraction_are_the_integrals(loss, noise, length):
    square = mean(lambda x: gradient(x, length, loss) ** 2, length, 0.0, noise)
    assert module.second_moment(noise, length, loss=loss) == pytest.approx(square, rel=1e-7)
    h = 1e-4
    ends = [mean(lambda x: gradient(x, length, loss), length, center, noise) for center in (-h, h)]
    assert module.contraction(noise, length, loss=loss) == pytest.approx((ends[1] - ends[0]) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_short_and_long_segments_keep_their_digits(dtype):
    lengths = np.geomspace(1e-6, 1e6, 41).astype(dtype)
    moments, slopes = module.second_moment(dtype(1), lengths), module.contraction(dtype(1), lengths)
    assert moments.dtype == slopes.dtype == dtype
    for length, moment, slope in zip(lengths, moments, slopes, strict=True):
        with mpmath.workdps(60):
            exact = mpmath.mpf(float(length))
            wanted = mpmath.erf(exact / mpmath.sqrt(2)) / exact**2
            pull = mpmath.sqrt(2 / mpmath.pi) * -mpmath.expm1(-(exact**2) / 2) / exact
        tolerance = 20 * float(np.finfo(dtype).eps)
        assert float(moment) == pytest.approx(float(wanted), rel=tolerance)
        assert float(slope) == pytest.approx(float(pull), rel=tolerance)


def test_dice_never_has_the_least_noise_per_contraction():
    lengths = np.geomspace(1e-3, 1e3, 200)
    dice, absolute, square = (module.noise_per_contraction(0.5, lengths, loss=loss) for loss in module.LOSSES)
    assert np.all(dice >= absolute * (1 - 1e-14))
    assert np.all(absolute > square)


def test_loss_is_one_minus_the_dice_coefficient():
    for offset in (-3.0, -0.5, 0.0, 1.0, 7.0):
        overlap = max(0.0, 4.0 - abs(offset))
        assert module.segment_loss(offset, 4.0) == pytest.approx(1 - 2 * overlap / 8)


def test_strict_namespace():
    assert module.second_moment(array_api_strict.asarray([1.0, 2.0]), 1.0).shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.second_moment(1.0, 0.0), "length must be positive"),
        (lambda: module.second_moment(-1.0, 1.0), "noise must be positive"),
        (lambda: module.segment_loss(1.0, 1.0, loss="huber"), "allowed: dice, l1, l2"),
        (lambda: module.second_moment([1.0, 2.0], [1.0, 2.0, 3.0]), "shapes that broadcast"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_very_short_segments_and_nan():
    assert module.contraction(1.0, 1e-200) == pytest.approx(math.sqrt(2 / math.pi) * 0.5e-200)
    below, above = module.contraction(1.0, 0.99999e-8), module.contraction(1.0, 1.00001e-8)
    assert above / below == pytest.approx(1.00002, rel=1e-7)
    assert module.noise_per_contraction(1.0, 1e-200) == math.inf
    assert math.isnan(module.segment_loss(math.nan, 2.0))
