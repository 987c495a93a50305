import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.linear_mdp.mdp import LinearMDP

SIZES = [(1, 1, 1, 1), (1, 3, 2, 4), (2, 2, 2, 2), (3, 4, 3, 3), (4, 2, 3, 6)]


def policies(mdp, count, seed=0):
    rng = np.random.default_rng(seed)
    weights = rng.exponential(size=(count, *mdp.shape[:3]))
    return weights / weights.sum(axis=-1, keepdims=True)


def by_paths(mdp, policy, theta):
    """Sum over all trajectories: probability times loss."""
    horizon, states, actions, _ = mdp.shape
    losses, total = mdp.losses(theta), 0.0
    for path in itertools.product(range(states * actions), repeat=horizon):
        pairs = [divmod(step, actions) for step in path]
        chance, loss = float(pairs[0][0] == 0), 0.0
        for h, (here, action) in enumerate(pairs):
            if h:
                chance *= mdp.kernel[h - 1, pairs[h - 1][0], pairs[h - 1][1], here]
            chance *= policy[h, here, action]
            loss += losses[h, here, action]
        total += chance * loss
    return total


@pytest.mark.parametrize("sizes", [(1, 3, 2, 4), (2, 2, 2, 2), (3, 2, 2, 3)])
def test_value_is_the_sum_over_trajectories(sizes):
    mdp = LinearMDP.random(*sizes, seed=4)
    theta = np.random.default_rng(1).random((sizes[0], sizes[3]))
    policy = policies(mdp, 1)[0]
    assert mdp.policy_value(policy, theta) == pytest.approx(by_paths(mdp, policy, theta), abs=1e-13)


@pytest.mark.parametrize("sizes", [(1, 3, 2, 4), (2, 2, 3, 2), (3, 2, 2, 3)])
def test_best_fixed_policy_beats_all_deterministic_ones(sizes):
    mdp = LinearMDP.random(*sizes, seed=7)
    theta = np.random.default_rng(2).normal(size=(sizes[0], sizes[3])) * 50
    found, value = mdp.best_fixed_policy(theta)
    choices = itertools.product(range(sizes[2]), repeat=sizes[0] * sizes[1])
    everyone = np.array([np.eye(sizes[2])[list(choice)].reshape(sizes[:3]) for choice in choices])
    values = mdp.policy_value(everyone, theta)
    assert value == pytest.approx(values.min(), rel=1e-13)
    assert mdp.policy_value(found, theta) == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_q_is_linear_in_the_features(sizes):
    mdp = LinearMDP.random(*sizes, seed=1)
    theta = np.random.default_rng(0).random((5, sizes[0], sizes[3]))
    assert mdp.linear_q_error(policies(mdp, 5), theta) < 1e-12


@pytest.mark.parametrize("sizes", SIZES)
def test_value_is_linear_in_the_losses_and_the_occupancies(sizes):
    mdp = LinearMDP.random(*sizes, seed=2)
    one, two = np.random.default_rng(3).random((2, sizes[0], sizes[3]))
    policy = policies(mdp, 6)
    np.testing.assert_allclose(
        mdp.policy_value(policy, 3 * one - two),
        3 * mdp.policy_value(policy, one) - mdp.policy_value(policy, two),
        atol=1e-12,
    )
    weights = mdp.occupancy(policy)[..., None] * policy
    np.testing.assert_allclose(
        (weights * mdp.losses(one)).sum(axis=(-1, -2, -3)), mdp.policy_value(policy, one), atol=1e-13
    )


def test_covariance_is_that_of_visited_features():
    mdp = LinearMDP.random(3, 4, 3, 3, seed=6)
    policy = policies(mdp, 2)
    found = mdp.covariance(policy)
    visits = mdp.occupancy(policy)
    by_hand = sum(
        visits[1, 2, s] * policy[1, 2, s, a] * np.outer(mdp.features[2, s, a], mdp.features[2, s, a])
        for s in range(4)
        for a in range(3)
    )
    np.testing.assert_allclose(found[1, 2], by_hand, atol=1e-15)
    assert (np.trace(found, axis1=-2, axis2=-1) <= 1 + 1e-12).all()


def test_batches_are_rows():
    mdp = LinearMDP.random(3, 4, 3, 3, seed=6)
    policy = policies(mdp, 4)
    theta = np.random.default_rng(0).random((4, 3, 3))
    for function in (mdp.policy_value, mdp.q_values):
        np.testing.assert_array_equal(function(policy, theta)[2], function(policy[2], theta[2]))
    np.testing.assert_array_equal(mdp.best_fixed_policy(theta)[1][3], mdp.best_fixed_policy(theta[3])[1])
    np.testing.assert_array_equal(mdp.q_values(policy, theta[0])[1], mdp.q_values(policy[1], theta[0]))


def test_tabular_process_is_the_table():
    kernel = np.random.default_rng(5).dirichlet(np.ones(3), size=(2, 3, 2))
    mdp = LinearMDP.tabular(kernel)
    np.testing.assert_allclose(mdp.kernel, kernel)
    assert mdp.shape == (3, 3, 2, 6)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 99))
def test_random_processes_are_valid(horizon, states, actions, seed):
    for dimension in {1, states * actions}:
        mdp = LinearMDP.random(horizon, states, actions, dimension, seed=seed)
        assert mdp.shape == (horizon, states, actions, dimension)
        np.testing.assert_allclose(mdp.kernel.sum(axis=-1), 1, atol=1e-12)
        assert (np.linalg.norm(mdp.features, axis=-1) <= 1 + 1e-15).all()


def test_same_seed_same_process():
    first, again, other = (LinearMDP.random(2, 3, 2, 2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.features, again.features)
    assert not np.array_equal(first.features, other.features)


def valid():
    mdp = LinearMDP.random(2, 3, 2, 2, seed=0)
    return np.array(mdp.features), np.array(mdp.transitions)


def broken(change):
    features, transitions = valid()
    change(features, transitions)
    return features, transitions


def negative(features, transitions):
    features[1, 2, 0] = [1.25, -0.25]


def short(features, transitions):
    transitions[0, 1] *= 0.5


def missing(features, transitions):
    features[0, 0, 1, 0] = np.nan


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            negative,
            "features must be distributions: at layer 1, state 2, action 0 the sum is 1 and the least number -0.25",
        ),
        (short, "transitions must be distributions: at layer 0, feature 1 the sum is 0.5"),
        (missing, r"features must be finite, got nan at \[0, 0, 1, 0\]"),
    ],
)
def test_what_is_no_distribution_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        LinearMDP(*broken(change))


def test_bad_sizes_and_shapes_are_refused():
    features, transitions = valid()
    cases = [
        (lambda: LinearMDP(features[0], transitions), r"features must have the shape \(H, S, A, d\)"),
        (
            lambda: LinearMDP(features, transitions[:, :1]),
            r"transitions must have the shape \(H-1, d, S\) = \(1, 2, 3\)",
        ),
        (lambda: LinearMDP.random(2, 3, 2, 7), "at most the number of pairs S A = 6, got 7"),
        (lambda: LinearMDP.random(0, 3, 2, 1), "horizon must be an int >= 1, got 0"),
        (lambda: LinearMDP.random(2, 3.0, 2, 1), "states must be an int >= 1, got 3.0"),
        (
            lambda: LinearMDP(np.full((1, 1, 1, 2), 0.5), np.ones((0, 2, 1))),
            "at most the number of pairs S A = 1, got 2",
        ),
        (lambda: LinearMDP.tabular(np.ones((1, 2, 2, 3)) / 3), "kernel must have the shape"),
        (lambda: LinearMDP("text", transitions), "features must be an array of real numbers, got str"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_bad_policies_and_losses_are_refused():
    mdp = LinearMDP.random(2, 3, 2, 2, seed=0)
    uniform, theta = np.full((2, 3, 2), 0.5), np.full((2, 2), 0.5)
    cases = [
        (lambda: mdp.policy_value(uniform[0], theta), r"policy must have the shape \(..., 2, 3, 2\), got \(3, 2\)"),
        (
            lambda: mdp.policy_value(2 * uniform, theta),
            "policy must be distributions: at layer 0, state 0 the sum is 2",
        ),
        (lambda: mdp.policy_value(uniform, np.ones((2, 3, 2))), "losses are linear in the features"),
        (lambda: mdp.best_fixed_policy(theta * np.inf), "theta must be finite"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_a_process_cannot_be_changed():
    mdp = LinearMDP.random(2, 3, 2, 2, seed=0)
    with pytest.raises(ValueError, match="read-only"):
        mdp.features[0] = 0
