"""The ranking losses: hand-computed cases, properties, namespaces, bad input."""

import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.rankmixup.ranking_loss import mixup_ranking_loss, normalized_gain


def test_ranking_loss_by_hand():
    loss = mixup_ranking_loss([0.9, 0.5, 0.4], [0.5, 0.5, 0.8], margin=0.1)
    np.testing.assert_allclose(loss, [0.0, 0.1, 0.5], rtol=1e-15)


@settings(max_examples=50, deadline=None)
@given(raw=st.floats(0, 1), mixed=st.floats(0, 1), margin=st.floats(0, 1))
def test_zero_exactly_when_ahead_by_the_margin(raw, mixed, margin):
    assert (mixup_ranking_loss(raw, mixed, margin=margin) == 0) == (mixed - raw + margin <= 0)


def test_gain_by_hand():
    expected = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert float(normalized_gain([1.0, 2.0])) == pytest.approx(expected, rel=1e-15)
    assert float(normalized_gain([1.0, 2.0], keys=[0.1, 0.7])) == 1.0


@settings(max_examples=50, deadline=None)
@given(gains=st.lists(st.integers(0, 4), min_size=1, max_size=7).filter(any))
def test_gain_lies_in_the_unit_interval_and_is_one_only_in_order(gains):
    value = float(normalized_gain([float(gain) for gain in gains]))
    assert 0 <= value <= 1 + 1e-15
    assert (value > 1 - 1e-12) == (gains == sorted(gains, reverse=True))


def test_rows_are_ranked_each_by_its_own_keys():
    rows = normalized_gain([[1.0, 2.0], [1.0, 2.0]], keys=[[1.0, 0.0], [0.0, 1.0]])
    assert rows[1] == 1.0
    assert rows[0] == pytest.approx(float(normalized_gain([1.0, 2.0])), rel=1e-15)


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    gains = xp.asarray([[0.3, 0.9, 0.1]], dtype=xp.float32)
    value = normalized_gain(gains, keys=xp.asarray([[0.2, 0.5, 0.9]], dtype=xp.float32))
    assert value.dtype == xp.float32
    assert value.shape == (1,)
    assert float(value[0]) == pytest.approx(float(normalized_gain([0.1, 0.9, 0.3])), rel=1e-6)
    assert mixup_ranking_loss(gains, 0.2).dtype == xp.float32


@pytest.mark.parametrize(
    "call",
    [
        lambda: mixup_ranking_loss(1.2, 0.3),
        lambda: mixup_ranking_loss(0.2, -0.3),
        lambda: mixup_ranking_loss(0.2, 0.3, margin=-0.1),
        lambda: normalized_gain([0.0, 0.0]),
        lambda: normalized_gain([1.0, -1.0]),
        lambda: normalized_gain(1.0),
        lambda: normalized_gain([1.0, 2.0], keys=[1.0, 2.0, 3.0]),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()


def test_gains_at_the_ends_of_the_range():
    assert float(normalized_gain([1e308] * 20)) == 1.0
    assert float(normalized_gain([1e-300, 2e-300])) == pytest.approx(float(normalized_gain([1.0, 2.0])), rel=1e-14)


@pytest.mark.parametrize("call", [lambda: normalized_gain([]), lambda: normalized_gain([1.0, 2.0], keys=[math.nan, 1])])
def test_refuses_empty_rows_and_keys_without_order(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()
