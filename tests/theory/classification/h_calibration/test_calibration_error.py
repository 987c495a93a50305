"""Calibration errors and decompositions: hand-computed cases, 60 digits, namespaces, bad input."""

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.h_calibration.calibration_error import (
    binned_calibration_error,
    brier_parts,
    calibration_error,
    log_parts,
)


def test_brier_by_hand():
    parts = brier_parts([0.25, 0.75], [[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]])
    assert [float(part) for part in parts] == [0.625, 0.125, 0.5]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), groups=st.integers(1, 4), classes=st.integers(2, 5))
def test_score_is_calibration_plus_refinement(seed, groups, classes):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(groups))
    reports, frequencies = rng.dirichlet(np.ones(classes), size=(2, groups))
    for parts in (brier_parts(weights, reports, frequencies), log_parts(weights, reports, frequencies)):
        assert parts.score == pytest.approx(parts.calibration + parts.refinement, rel=1e-12)
        assert parts.calibration >= 0


@pytest.mark.parametrize("gap", [1e-12, 1e-9, 1e-6, 1e-3, 0.05, 0.14, 0.16, 0.3])
def test_divergence_of_near_reports_to_full_precision(gap):
    r, q = [0.5, 0.5], [0.5 + gap, 0.5 - gap]
    with mpmath.workdps(60):
        expected = -sum(mpmath.log(2 * mpmath.mpf(x)) for x in q) / 2
    # the report as rounded does not sum to one exactly: the divergence counts the missing mass too
    missing = float(sum(mpmath.mpf(x) for x in q) - 1)
    assert float(log_parts([1.0], [q], [r]).calibration) == pytest.approx(float(expected) + missing, rel=2e-14)


def test_impossible_reports_cost_infinitely_much():
    parts = log_parts([1.0], [[1.0, 0.0]], [[0.5, 0.5]])
    assert parts.score == parts.calibration == np.inf
    assert log_parts([1.0], [[1.0, 0.0]], [[1.0, 0.0]]).score == 0.0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), groups=st.integers(1, 5))
def test_errors_in_order(seed, groups):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(groups))
    q, r = rng.random((2, groups))
    first, second = (calibration_error(weights, q, r, order=order) for order in (1, 2))
    divergence = log_parts(weights, np.stack([q, 1 - q], -1), np.stack([r, 1 - r], -1)).calibration
    assert first <= second * (1 + 1e-12)
    assert first <= np.sqrt(divergence / 2) * (1 + 1e-12)


def test_binned_error_by_hand():
    confidences, outcomes = [0.25, 0.25, 0.75, 0.75, 0.75], [1, 0, 1, 1, 1]
    assert float(binned_calibration_error(confidences, outcomes, bins=2)) == pytest.approx((0.5 + 0.75) / 5)
    second = np.sqrt((0.5**2 / 2 + 0.75**2 / 3) / 5)
    assert float(binned_calibration_error(confidences, outcomes, bins=2, order=2)) == pytest.approx(second)


def test_ends_belong_to_bins():
    assert float(binned_calibration_error([0.0, 1.0], [0, 1], bins=10)) == 0.0
    assert float(binned_calibration_error([0.5, 0.51], [0, 1], bins=2)) == pytest.approx(0.495)


def test_a_calibrated_model_has_a_binned_error():
    rng = np.random.default_rng(3)
    confidences = rng.random((200, 100))
    outcomes = (rng.random((200, 100)) < confidences).astype(float)
    assert 0.05 < float(np.mean(binned_calibration_error(confidences, outcomes, bins=10))) < 0.2


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    w = xp.asarray([0.5, 0.5], dtype=xp.float32)
    q = xp.asarray([[0.8, 0.2], [0.4, 0.6]], dtype=xp.float32)
    r = xp.asarray([[0.6, 0.4], [0.4, 0.6]], dtype=xp.float32)
    for parts in (brier_parts(w, q, r), log_parts(w, q, r)):
        assert all(part.dtype == xp.float32 and part.shape == () for part in parts)
    assert float(brier_parts(w, q, r).calibration) == pytest.approx(0.04, rel=1e-6)
    assert binned_calibration_error(q, xp.asarray([[1, 0], [0, 1]])).dtype == xp.float32


@pytest.mark.parametrize(
    "call",
    [
        lambda: calibration_error([0.5, 0.4], [0.1, 0.2], [0.1, 0.2]),
        lambda: calibration_error([1.5, -0.5], [0.1, 0.2], [0.1, 0.2]),
        lambda: calibration_error([1.0], [0.1], [0.2], order=3),
        lambda: calibration_error(1.0, 0.1, 0.2),
        lambda: brier_parts([1.0], [[0.7, 0.7]], [[0.5, 0.5]]),
        lambda: binned_calibration_error([1.2], [1]),
        lambda: binned_calibration_error([0.2], [0.5]),
        lambda: binned_calibration_error([0.2], [1], bins=0),
        lambda: binned_calibration_error(0.2, 1),
        lambda: binned_calibration_error([], []),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"need|must be|allowed"):
        call()


def test_a_group_that_never_occurs_costs_nothing():
    parts = log_parts([1.0, 0.0], [[0.5, 0.5], [0.0, 1.0]], [[0.5, 0.5], [1.0, 0.0]])
    assert [float(part) for part in parts] == pytest.approx([np.log(2), 0.0, np.log(2)], rel=1e-15, abs=0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: calibration_error([1.0], [float("nan")], [0.5]),
        lambda: calibration_error([1.0], [0.5], [1.5]),
        lambda: calibration_error([0.5, 0.5], [0.1, 0.2, 0.3], 0.5),
        lambda: brier_parts([0.5, 0.5], [[0.5, 0.5]] * 3, [[0.5, 0.5]] * 3),
        lambda: binned_calibration_error([0.5], [1], bins=2.5),
        lambda: binned_calibration_error([0.5, 0.5], [1, 0, 1]),
    ],
)
def test_refuses_what_is_no_probability_or_does_not_fit(call):
    with pytest.raises(ValueError, match=r"must be|allowed|shapes that broadcast"):
        call()
