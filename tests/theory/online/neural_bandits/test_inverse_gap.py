"""The equaliser and its worst truths in numbers, the inequalities on random truths, the bounds, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online.neural_bandits.inverse_gap import (
    fast_cb_bound,
    fast_cb_weights,
    foster_rakhlin_weights,
    inverse_gap_weights,
    price,
    square_cb_bound,
    worst_truth,
)


def paid(weights, predictions, truth, gamma, action):
    """Regret against an action less gamma/4 times the expected squared error."""
    regret = np.sum(weights * truth, axis=-1) - truth[..., action]
    return regret - gamma / 4 * np.sum(weights * (predictions - truth) ** 2, axis=-1)


@pytest.mark.parametrize("count", [2, 3, 10, 200])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_normalised_weights_equalise(count, scale):
    rng = np.random.default_rng(count)
    predictions, gamma = scale * rng.standard_normal((5, count)), 7.0
    weights = inverse_gap_weights(predictions, gamma)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(price(weights, predictions, gamma), (count - 1) / gamma, rtol=1e-8)
    lam = 1 / weights.max(axis=-1)
    assert np.all((lam >= 1) & (lam <= count * (1 + 1e-14)))


@given(st.integers(2, 6), st.floats(0.1, 100), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_worst_truth_attains_the_price_and_no_other_exceeds_it(count, gamma, seed):
    rng = np.random.default_rng(seed)
    predictions = rng.random(count)
    for weights in (inverse_gap_weights(predictions, gamma), foster_rakhlin_weights(predictions, gamma)):
        for action in range(count):
            top = price(weights, predictions, gamma)[action]
            worst = worst_truth(weights, predictions, gamma, action)
            assert paid(weights, predictions, worst, gamma, action) == pytest.approx(top, rel=1e-7, abs=1e-9)
            truths = worst + rng.standard_normal((200, count)) * rng.choice([1e-3, 1.0], (200, 1))
            assert np.all(paid(weights, predictions, truths, gamma, action) <= top + 1e-7 * (1 + abs(top)))
    worst = worst_truth(inverse_gap_weights(predictions, gamma), predictions, gamma, 0)
    assert worst[0] <= worst.min() + 1e-9


def test_rest_to_the_best_is_below_twice_and_comes_near():
    predictions = np.asarray([[0.0, 1.0, 1.0], [0.0, 1e9, 1e9]])
    top = price(foster_rakhlin_weights(predictions, 5.0), predictions, 5.0)
    assert np.all(top < 2 * 2 / 5.0)
    assert top[1, 1] == pytest.approx(0.8, rel=1e-7)
    assert top[0, 0] <= 2 / 5.0


@given(st.integers(2, 6), st.floats(1, 1000), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_fast_cb_lemma(count, factor, seed):
    rng = np.random.default_rng(seed)
    gamma, predictions = 2 * count * factor, rng.random(count) ** 3 + 1e-9
    truths = predictions * rng.choice([0.0, 0.5, 1.0, 2.0, 50.0], (300, count))
    weights = fast_cb_weights(predictions, gamma)
    mean = truths @ weights
    spread = ((predictions - truths) ** 2 / (predictions + truths)) @ weights
    bound = 5 * count / gamma * mean + 49 / 32 * gamma * spread
    assert np.all((mean[:, None] - truths).max(axis=-1) <= bound * (1 + 1e-9) + 1e-12)


def test_weights_have_the_invariances_of_their_formulas():
    predictions = np.asarray([0.3, 0.1, 0.7])
    np.testing.assert_allclose(inverse_gap_weights(predictions + 5, 3.0), inverse_gap_weights(predictions, 3.0))
    np.testing.assert_allclose(fast_cb_weights(1e-6 * predictions, 9.0), fast_cb_weights(predictions, 9.0))
    ties = foster_rakhlin_weights([1.0, 1.0], 3.0)
    np.testing.assert_allclose(ties, [0.5, 0.5])
    batched = inverse_gap_weights(np.stack([predictions, predictions]), np.asarray([3.0, 30.0]))
    np.testing.assert_allclose(batched[1], inverse_gap_weights(predictions, 30.0))


def test_single_precision_and_namespace_are_kept():
    strict = pytest.importorskip("array_api_strict")
    predictions = strict.asarray([0.3, 0.1, 0.7], dtype=strict.float32)
    for function in (inverse_gap_weights, foster_rakhlin_weights, fast_cb_weights):
        weights = function(predictions, 4.0)
        assert weights.dtype == strict.float32
        assert price(weights, predictions, 4.0).dtype == strict.float32
        assert worst_truth(weights, predictions, 4.0, 1).dtype == strict.float32


def test_bounds():
    assert float(square_cb_bound(K=5, T=100, squared_error=4.0)) == 40.0
    for gamma in (1.0, 5.0, 20.0):
        assert float(square_cb_bound(K=3, T=50, squared_error=2.0, gamma=gamma)) >= np.sqrt(200) - 1e-12
    bound = fast_cb_bound(K=2, best_loss=10.0, discrimination=0.0, gamma=40.0)
    assert float(bound) == 5.0
    assert bound.terms["regression"] == 0.0


def test_prices_by_hand_and_of_one_action():
    # gap 3, gamma 2, K = 2: p = 1/(2 + 6) = 1/8; mean 3/8, (1 - p)/(gamma p) = 7/2
    np.testing.assert_allclose(foster_rakhlin_weights([1.0, 4.0], 2.0), [7 / 8, 1 / 8])
    np.testing.assert_allclose(price([7 / 8, 1 / 8], [1.0, 4.0], 2.0), [3 / 8 + 1 / 14, 3 / 8 - 3 + 7 / 2])
    np.testing.assert_allclose(worst_truth([7 / 8, 1 / 8], [1.0, 4.0], 2.0, 0), [1 - 1 / 7, 5])
    np.testing.assert_allclose(fast_cb_weights([1.0, 4.0], 2.0), [7 / 8, 1 / 8])
    np.testing.assert_allclose(fast_cb_weights([2.0, 8.0], 2.0), [7 / 8, 1 / 8])
    for function in (inverse_gap_weights, foster_rakhlin_weights, fast_cb_weights):
        assert function([3.0], 2.0).tolist() == [1.0]
    assert price([1.0], [3.0], 2.0).tolist() == [0.0]


def test_the_price_of_a_nearly_certain_action_does_not_cancel():
    weights = np.asarray([1.0, 1e-20])  # 1 - p is 1e-20 for the first, which 1 - 1.0 is not
    assert price(weights, [0.0, 0.0], 4.0)[0] == pytest.approx(1e-20 / 4, rel=1e-12, abs=0)
    assert worst_truth(weights, [0.0, 0.0], 4.0, 0)[0] == pytest.approx(-2 * 1e-20 / 4, rel=1e-12, abs=0)


def test_integers_of_an_array_library_are_integers():
    action = np.int64(1)
    np.testing.assert_array_equal(
        worst_truth([0.5, 0.5], [0.0, 1.0], 1.0, action), worst_truth([0.5, 0.5], [0.0, 1.0], 1.0, 1)
    )
    assert float(square_cb_bound(K=np.int64(5), T=100, squared_error=4.0)) == 40.0


def test_empty_batches_and_one_gamma_each():
    assert inverse_gap_weights(np.zeros((0, 3)), 1.0).shape == (0, 3)
    rows = inverse_gap_weights([0.0, 1.0, 2.0], [1.0, 10.0])
    np.testing.assert_array_equal(rows[1], inverse_gap_weights([0.0, 1.0, 2.0], 10.0))


def test_bounds_at_extreme_parameters_and_their_terms():
    assert float(square_cb_bound(K=3, T=1e300, squared_error=1e-300)) == pytest.approx(np.sqrt(2))
    bound = square_cb_bound(K=3, T=50, squared_error=2.0, gamma=5.0)
    assert bound.terms == {"exploration": 20.0, "regression": 2.5}
    tuned = square_cb_bound(K=3, T=[50, 200], squared_error=2.0)
    np.testing.assert_allclose(tuned.terms["exploration"], tuned.terms["regression"])
    np.testing.assert_allclose(tuned.value, [np.sqrt(200), np.sqrt(800)])
    small = fast_cb_bound(K=2, best_loss=3.0, discrimination=2.0, gamma=20.0)
    assert small.terms == {"best loss": 3.0, "regression": 122.5}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inverse_gap_weights([0.0, 1.0], 0.0), "gamma must be positive"),
        (lambda: inverse_gap_weights([0.0, float("nan")], 1.0), "predictions must be finite"),
        (lambda: inverse_gap_weights([-1e308, 1e308], 1.0), "gaps of the predictions must be finite"),
        (lambda: inverse_gap_weights(1.0, 1.0), "last axis"),
        (lambda: fast_cb_weights([0.0, 1.0], 4.0), "predictions must be positive"),
        (lambda: price([0.5, 0.4], [0.0, 1.0], 1.0), "sum of weights must be 1"),
        (lambda: price([1.0, 0.0], [0.0, 1.0], 1.0), "weights must be positive"),
        (lambda: worst_truth([0.5, 0.5], [0.0, 1.0], 1.0, 2), "action must be a whole number from 0 to 1"),
        (lambda: square_cb_bound(K=1, T=5, squared_error=1.0), "K must be a whole number >= 2"),
        (lambda: square_cb_bound(K=2.0, T=5, squared_error=1.0), "K must be a whole number >= 2"),
        (lambda: worst_truth([0.5, 0.5], [0.0, 1.0], 1.0, True), "action must be a whole number from 0 to 1"),
        (lambda: price([0.5, 0.5], [0.0, 1.0, 2.0], 1.0), "agree in their last axis"),
        (lambda: price([float("nan"), 0.5], [0.0, 1.0], 1.0), "weights must be positive"),
        (lambda: square_cb_bound(K=2, T=0, squared_error=1.0), "T must be positive"),
        (lambda: fast_cb_bound(K=2, best_loss=1.0, discrimination=1.0, gamma=19.0), "at least 10 K = 20"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
