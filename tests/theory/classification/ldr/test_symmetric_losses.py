import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification.ldr.symmetric_losses import normalised_score_loss, pairwise_sigmoid_loss

scores = st.lists(st.integers(-30, 30), min_size=2, max_size=6, unique=True).map(lambda f: np.array(f) / 10)


def of_all_labels(loss, f):
    return np.array([loss(f, y) for y in range(f.shape[-1])])


@given(scores)
def test_symmetric_and_bounded(f):
    K = len(f)
    normalised, sigmoid = of_all_labels(normalised_score_loss, f), of_all_labels(pairwise_sigmoid_loss, f)
    assert normalised.sum() == pytest.approx(K)
    assert sigmoid.sum() == pytest.approx(K * (K - 1) / 2)
    assert normalised.min() >= 0
    assert normalised.max() <= 2
    assert sigmoid.min() >= 0
    assert sigmoid.max() <= K - 1


def test_normalised_minimum_over_all_orders():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    least = 1 - np.linalg.norm(p - 0.25)
    best = p - 0.25
    assert p @ of_all_labels(normalised_score_loss, best) == pytest.approx(least)
    for order in itertools.permutations(range(4)):
        wrong = [(i, j) for i, j in itertools.combinations(range(4), 2) if best[list(order)][i] < best[list(order)][j]]
        cost = max([(p[i] - p[j]) ** 2 for i, j in wrong], default=0.0) / (4 * (1 - least))
        assert p @ of_all_labels(normalised_score_loss, best[list(order)]) >= least + cost - 1e-12


def test_sigmoid_infimum_is_approached_in_the_right_order_only():
    p = np.array([0.5, 0.3, 0.2])
    infimum = 0.3 + 2 * 0.2
    right = p @ of_all_labels(pairwise_sigmoid_loss, np.array([80.0, 40.0, 0.0]))
    assert right == pytest.approx(infimum)
    assert p @ of_all_labels(pairwise_sigmoid_loss, np.array([80.0, 0.0, 40.0])) == pytest.approx(infimum + 0.1)


def test_extreme_scores():
    assert normalised_score_loss(np.array([1e300, -1e300]), 0) == pytest.approx(1 - 1 / np.sqrt(2))
    assert normalised_score_loss(np.array([1.7e308, -1.7e308]), 0) == pytest.approx(1 - 1 / np.sqrt(2))
    assert pairwise_sigmoid_loss(np.array([0.0, 1000.0]), 0) == 1
    assert pairwise_sigmoid_loss(np.array([0.0, -30.0]), 0) == pytest.approx(np.exp(-30.0), rel=1e-12)
    assert normalised_score_loss(np.array([1, 0], dtype=np.float32), 0).dtype == np.float32


@pytest.mark.parametrize("loss", [normalised_score_loss, pairwise_sigmoid_loss])
def test_bad_input_is_named(loss):
    with pytest.raises(ValueError, match="scores must be finite"):
        loss([np.inf, 0.0], 0)
    with pytest.raises(ValueError, match="at least 2 classes"):
        loss([1.0], 0)


@pytest.mark.parametrize("scores", [[1.0, 1.0], [0.1, 0.1, 0.1], [1e300] * 7])
def test_equal_scores_are_refused_by_the_normalised_loss(scores):
    """Also where the mean rounds to another number than the scores."""
    with pytest.raises(ValueError, match="largest difference of the scores in a row must be positive"):
        normalised_score_loss(scores, 0)


def test_a_large_common_offset_does_no_harm():
    assert normalised_score_loss([2.0**52, 2.0**52 + 1, 2.0**52 + 5], 2) == pytest.approx(
        normalised_score_loss([0.0, 1.0, 5.0], 2), rel=1e-15
    )
