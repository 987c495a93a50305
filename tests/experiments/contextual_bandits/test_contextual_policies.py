import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.contextual_bandits.policies import (
    Seen,
    epsilon_greedy,
    fast_cb,
    foster_rakhlin,
    lin_ucb,
    schedule,
    square_cb,
    thompson,
    uniform,
)
from theory.online.neural_bandits.inverse_gap import worst_truth

SHARE = st.floats(0.0, 1.0)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 6).flatmap(
        lambda k: st.tuples(st.lists(SHARE, min_size=k, max_size=k), st.lists(SHARE, min_size=k, max_size=k))
    ),
    st.floats(0.0, 4.0),
)
def test_prices_are_never_exceeded(values, size):
    f, means = (np.asarray([row]) for row in values)
    gamma = schedule(2 * f.shape[1] * 10**size)
    for make in (square_cb, foster_rakhlin, fast_cb):
        policy = make(gamma)
        p = policy.act(Seen(f), 1)
        assert p.sum() == pytest.approx(1.0)
        assert np.sum(p * means) - means.min() <= policy.price(p, f, means, 1)[0] * (1 + 1e-12) + 1e-12


def test_prices_have_the_constants_that_are_said():
    p, f, means = np.asarray([[0.6, 0.3, 0.1]]), np.asarray([[0.001, 0.5, 0.9]]), np.asarray([[0.2, 0.4, 0.6]])
    gamma, squares = schedule(2.0, 0.5), np.sum(p * (f - means) ** 2)
    raised = np.maximum(f, 0.01)
    spread, loss = np.sum(p * (raised - means) ** 2 / (raised + means)), np.sum(p * means)
    assert square_cb(gamma).price(p, f, means, 4)[0] == pytest.approx(2 / 4 + squares)
    assert foster_rakhlin(gamma).price(p, f, means, 4)[0] == pytest.approx(4 / 4 + squares)
    assert fast_cb(gamma).price(p, f, means, 4)[0] == pytest.approx(15 / 4 * loss + 49 / 8 * spread)


@pytest.mark.parametrize("action", [0, 1, 2])
def test_the_price_of_normalised_weights_is_attained(action):
    f, policy = np.asarray([[0.2, 0.5, 0.9]]), square_cb(schedule(6.0))
    p = policy.act(Seen(f), 1)
    means = worst_truth(p, f, 6.0, action)
    regret = np.sum(p * means) - means.min()
    assert policy.price(p, f, means, 1)[0] == pytest.approx(regret, abs=1e-12)
    less = 2 / 6.0 * 0.99 + 6.0 / 4 * np.sum(p * (f - means) ** 2)
    assert regret > less


def test_others_play_what_they_say():
    estimate, width = np.asarray([[0.4, 0.5, 0.6]]), np.asarray([[0.0, 0.2, 0.1]])
    seen = Seen(estimate, estimate, width, np.asarray([[0.0, 1.0, -5.0]]))
    assert lin_ucb(1.0).act(seen, 1).tolist() == [[0.0, 1.0, 0.0]]
    assert lin_ucb(0.1).act(seen, 1).tolist() == [[1.0, 0.0, 0.0]]
    assert thompson(1.0).act(seen, 1).tolist() == [[0.0, 0.0, 1.0]]
    assert np.allclose(epsilon_greedy(0.6).act(seen, 8), [[0.8, 0.1, 0.1]])
    assert np.allclose(epsilon_greedy(5.0).act(seen, 1), 1 / 3)
    assert np.allclose(uniform().act(seen, 1), 1 / 3)


def test_values_that_rounding_sets_apart_are_one():
    estimate, width = np.full((2, 3), 0.5), np.asarray([[1.0, 1.0 + 2e-16, 1.0 - 1e-16], [1.0, 1.0 + 1e-9, 1.0]])
    found = lin_ucb(0.5).act(Seen(estimate, estimate, width), 1)
    assert found.argmax(axis=1).tolist() == [0, 1]
    assert found.sum() == 2.0


def test_fast_cb_explores_less_where_the_best_loss_is_small():
    near, far = (fast_cb(schedule(20.0)).act(Seen(np.asarray([[m, m + 0.3]])), 1)[0, 1] for m in (0.02, 0.5))
    assert near < far / 10
    assert fast_cb(schedule(20.0), least=0.1).act(Seen(np.asarray([[0.0, 0.1]])), 1).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: schedule(0.0), "first must be positive"),
        (lambda: schedule("fast"), "first must be positive"),
        (lambda: schedule(1.0, "slow"), r"exponent must be in \[0, 1\]"),
        (lambda: fast_cb(schedule(9.0), least=None), r"least must be in \(0, 1\]"),
        (lambda: square_cb(lambda t: -1.0).act(Seen(np.ones((1, 2))), 1), "gamma must be positive"),
        (lambda: fast_cb(schedule(3.9)).act(Seen(np.ones((1, 2))), 1), "round 1: gamma must be at least 2 K = 4"),
        (lambda: schedule(1.0, -0.5), r"exponent must be in \[0, 1\]"),
        (lambda: fast_cb(schedule(9.0), least=0.0), r"least must be in \(0, 1\]"),
        (lambda: epsilon_greedy(float("nan")), "first must be positive"),
        (lambda: lin_ucb(-1.0), "width must be positive"),
        (lambda: thompson(0.0), "width must be positive"),
        (lambda: fast_cb(schedule(3.0)).act(Seen(np.ones((1, 2))), 7), "round 7: gamma must be at least 2 K = 4"),
        (lambda: lin_ucb(1.0).act(Seen(np.ones((1, 2))), 1), "needs estimates"),
    ],
)
def test_wrong_policies_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
