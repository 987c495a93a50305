"""Binary masks: hand-computed cases, the ideal mask by enumeration, 60 digits, namespaces, bad input."""

import math
from itertools import product

import array_api_strict
import mpmath
import numpy as np
import pytest

from theory.classification.singing_voice_separation_using.binary_mask import (
    ideal_binary_mask,
    mask_cross_entropy,
    masked_ratio,
)


def test_by_hand():
    assert float(masked_ratio([9.0, 1.0], [1.0, 4.0], [1, 0])) == pytest.approx(10 * math.log10(5), rel=1e-15)
    assert float(masked_ratio([9.0, 1.0], [0.0, 4.0], [1, 1])) == pytest.approx(10 * math.log10(2.5), rel=1e-15)
    assert float(masked_ratio([9.0, 0.0], [0.0, 4.0], [1, 0])) == math.inf


def test_the_ideal_mask_is_best_of_all():
    rng = np.random.default_rng(5)
    voice, rest = rng.exponential(size=(2, 20, 5))
    ideal = masked_ratio(voice, rest, ideal_binary_mask(voice, rest))
    for mask in product((0, 1), repeat=5):
        assert np.all(masked_ratio(voice, rest, np.array(mask)) <= ideal)


@pytest.mark.parametrize("score", [-800.0, -30.0, -1e-9, 0.0, 2.5, 40.0])
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_cross_entropy_to_full_precision(score, target):
    with mpmath.workdps(400):
        q = 1 / (1 + mpmath.exp(-score))
        expected = float(-mpmath.mpf(target) * mpmath.log(q) - (1 - mpmath.mpf(target)) * mpmath.log(1 - q))
    assert mask_cross_entropy(score, target) == pytest.approx(expected, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("target", [0.1, 0.5, 0.8])
def test_cross_entropy_is_least_at_the_probability(target):
    scores = np.linspace(-6, 6, 2001)
    best = scores[np.argmin(mask_cross_entropy(scores, target))]
    assert 1 / (1 + math.exp(-best)) == pytest.approx(target, abs=2e-3)


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    voice = xp.asarray([[3.0, 1.0]], dtype=xp.float32)
    rest = xp.asarray([[1.0, 2.0]], dtype=xp.float32)
    mask = ideal_binary_mask(voice, rest)
    assert mask.dtype == xp.float32
    assert masked_ratio(voice, rest, mask).dtype == xp.float32
    assert mask_cross_entropy(voice, mask).dtype == xp.float32


@pytest.mark.parametrize(
    "call",
    [
        lambda: ideal_binary_mask([-1.0], [1.0]),
        lambda: masked_ratio([1.0], [-1.0], [1.0]),
        lambda: masked_ratio([1.0], [1.0], [0.5]),
        lambda: masked_ratio(1.0, 1.0, 1.0),
        lambda: mask_cross_entropy(0.0, 1.5),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()


def test_cross_entropy_of_infinite_scores():
    scores, masks = [math.inf, math.inf, math.inf, -math.inf, -math.inf], [1.0, 0.0, 0.5, 0.0, 1.0]
    assert mask_cross_entropy(scores, masks).tolist() == [0.0, math.inf, math.inf, 0.0, math.inf]


@pytest.mark.parametrize("call", [lambda: mask_cross_entropy(math.nan, 1.0), lambda: masked_ratio([], [], [])])
def test_refuses_no_number_and_no_bin(call):
    with pytest.raises(ValueError, match=r"must be|needed"):
        call()
