import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from sklearn.metrics import roc_auc_score

from theory.classification.mw_auc.mann_whitney import (
    area_over_curve,
    infonce,
    mann_whitney_loss,
    mean_area_bound,
    query_area_bound,
)

SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=8)


def plain_infonce(positive, negatives):
    with mp.workdps(60):
        return mp.log(1 + sum(mp.exp(mpf(s) - mpf(positive)) for s in negatives))


def test_loss_by_hand():
    expected = (math.log(2) + math.log1p(math.exp(-1))) / 2
    assert float(mann_whitney_loss([1.0, 0.0], [0.0])) == pytest.approx(expected)
    assert float(mann_whitney_loss([-0.1, -0.1], [0.0])) == pytest.approx(0.74439666, abs=1e-8)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_chunks_do_not_matter(chunk):
    rng = np.random.default_rng(1)
    positives, negatives = rng.normal(size=(2, 11)), rng.normal(size=(2, 5))
    d = positives[:, :, None] - negatives[:, None, :]
    np.testing.assert_allclose(
        mann_whitney_loss(positives, negatives, chunk=chunk), np.log1p(np.exp(-d)).mean(axis=(1, 2)), rtol=1e-13
    )


def test_far_scores_neither_overflow_nor_vanish():
    assert float(mann_whitney_loss([-800.0], [0.0])) == 800.0
    assert float(mann_whitney_loss([700.0], [0.0])) == pytest.approx(math.exp(-700), rel=1e-13)


@given(positives=SCORES, negatives=SCORES)
def test_area_is_one_minus_auc_and_bounded_in_bits(positives, negatives):
    area = float(area_over_curve(positives, negatives))
    labels = [1] * len(positives) + [0] * len(negatives)
    assert area == pytest.approx(1 - roc_auc_score(labels, positives + negatives), abs=1e-12)
    worst = float(area_over_curve(positives, negatives, ties=1))
    assert worst <= float(mann_whitney_loss(positives, negatives, base=2)) * (1 + 1e-12)


def test_area_counts_ties_as_told():
    assert [float(area_over_curve([1.0, 2.0], [1.0], ties=t)) for t in (0, 0.5, 1)] == [0.0, 0.25, 0.5]


@pytest.mark.parametrize(
    ("positive", "negatives"),
    [(0.0, [0.0]), (40.0, [0.0, 1.0]), (-700.0, [0.0, 1.0]), (3.0, [2.9, 3.1]), (1.0, [800.0, 800.0]), (0.3, [-50.0])],
)
def test_infonce_is_accurate(positive, negatives):
    expected = float(plain_infonce(positive, negatives))
    assert float(infonce(positive, negatives)) == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("positive", [-60.0, 0.5, 30.0])
def test_single_precision_keeps_its_digits(positive):
    single, negatives = np.asarray([positive], dtype=np.float32), np.asarray([[0.0, 0.25]], dtype=np.float32)
    expected = float(plain_infonce(positive, [0.0, 0.25]))
    assert float(infonce(single, negatives)[0]) == pytest.approx(expected, rel=2e-6, abs=0)


@given(positive=st.integers(-5, 5).map(float), negatives=SCORES, shift=st.integers(-5, 5))
def test_infonce_bounds_the_query_and_ignores_shifts(positive, negatives, shift):
    loss, m = float(infonce(positive, negatives)), len(negatives)
    assert float(infonce(positive + shift, [s + shift for s in negatives])) == pytest.approx(loss, rel=1e-14)
    wrong = sum(s >= positive for s in negatives) / m
    assert wrong <= query_area_bound(loss, m) * (1 + 1e-12)
    assert query_area_bound(loss, m) <= mean_area_bound(loss, m) * (1 + 1e-12)


def test_bounds_are_attained_at_equal_scores():
    loss = float(infonce(0.0, [0.0, 0.0, 0.0]))
    assert query_area_bound(loss, 3) == mean_area_bound(loss, 3) == 1.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_namespace_are_kept(dtype):
    kind = getattr(array_api_strict, dtype)
    positives, negatives = array_api_strict.asarray([1.0, 0.0], dtype=kind), array_api_strict.asarray([0.5], dtype=kind)
    for value in (mann_whitney_loss(positives, negatives), area_over_curve(positives, negatives)):
        assert value.dtype == kind
        assert value.shape == ()
    assert infonce(positives, array_api_strict.asarray([[0.5], [1.0]], dtype=kind)).dtype == kind


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mann_whitney_loss([], [1.0]), "positives need a last axis"),
        (lambda: mann_whitney_loss([1.0], [float("nan")]), "negatives must be finite"),
        (lambda: mann_whitney_loss([1.0], [1.0], base=1), "above 1"),
        (lambda: area_over_curve([[1.0]], [1.0]), "one list of scores"),
        (lambda: area_over_curve([1.0], [1.0], ties=2), "between 0 and 1"),
        (lambda: infonce([1.0, 2.0], [[0.0]] * 3), "shapes that broadcast"),
        (lambda: query_area_bound(-1.0, 2), "loss must be >= 0"),
        (lambda: mean_area_bound(1.0, 0), "whole number >= 1"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_infinite_base_and_an_empty_chunk_are_refused():
    with pytest.raises(ValueError, match="base of a logarithm must be finite and above 1 here, got inf"):
        mann_whitney_loss([0.0], [1.0], base=float("inf"))
    with pytest.raises(ValueError, match="chunk must be at least 1 pair, got 0"):
        mann_whitney_loss([0.0], [1.0], chunk=0)


def test_differences_that_overflow_cost_infinitely_much():
    assert infonce(-1e308, [1e308, 1e308]) == float("inf")


def test_infinitely_many_negatives_are_refused():
    with pytest.raises(ValueError, match="negatives must be a whole number >= 1, got inf"):
        mean_area_bound(1.0, float("inf"))
