"""What learners estimate against formulas that share no code with them."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from experiments.linear_mdp.algorithms import Algorithm, as_proved
from experiments.linear_mdp.episode_scalar import LEAST_COST, SLACK, SMALL, episode_functions
from experiments.linear_mdp.estimates_scalar import estimate_functions
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import State
from experiments.linear_mdp.state_arrays import ARRAYS
from experiments.philox.scalar import scalar_functions

MDP = LinearMDP.random(3, 4, 3, 3, seed=1)
FIXED = Losses.gap(3, 3, gap=0.3)


def state_of(learner, *, replicates=3, episodes=1, losses=FIXED, seed=5, engine="array"):
    return State.start(learner, MDP, losses, episodes=episodes, replicates=replicates, seed=seed, engine=engine)


@pytest.mark.parametrize("reduced", [False, True])
def test_estimates_have_the_mean_of_the_ridge_regression_on_q(reduced):
    learner = Algorithm("exponential weights", eta=0.01, gamma=0.05, reduced=reduced)
    state = state_of(learner, replicates=20_000).advanced(1)
    uniform = np.full(MDP.shape[:3], 1 / 3)
    theta = FIXED.weights(1, range(1), seed=0)[0, 0]
    weights = np.stack([
        np.linalg.lstsq(MDP.features[h].reshape(-1, 3), MDP.q_values(uniform, theta)[h].ravel(), rcond=None)[0]
        for h in range(3)
    ])  # fmt: skip
    covariance = MDP.covariance(uniform)
    shrunk = np.linalg.solve(covariance + 0.05 * np.eye(3), covariance @ weights[..., None])[..., 0]
    expected = np.einsum("hxai,hi->hxa", MDP.features, shrunk)
    errors = state.costs.std(axis=0) / math.sqrt(20_000)
    assert (np.abs(state.costs.mean(axis=0) - expected) < 5 * errors).all()


@pytest.mark.parametrize("terms", [1, 2, 5])
def test_resampled_inverses_have_the_mean_of_the_truncated_series(terms):
    learner = Algorithm("log barrier", eta=0.1, gamma=0.2, covariance="resampling", draws=terms)
    inverses = state_of(learner, replicates=20_000).advanced(1).inverses
    shrink = np.eye(3) - 0.5 * (0.2 * np.eye(3) + MDP.covariance(np.full(MDP.shape[:3], 1 / 3)))
    series = 0.5 * sum(np.linalg.matrix_power(shrink, n) for n in range(terms + 1))
    errors = inverses.std(axis=0) / math.sqrt(20_000)
    assert (np.abs(inverses.mean(axis=0) - series) < 5 * errors + 1e-12).all()


def test_later_draws_of_resampling_multiply_from_the_right():
    plain, vectors = estimate_functions(lambda function: function), np.asarray([[0.75, 0.25], [0.125, 0.875]])
    product, total = np.eye(2), np.eye(2)
    for vector in vectors:
        plain.resample(vector, 0.5, product, total, np.empty(2))
    first, second = (np.eye(2) - 0.5 * (0.5 * np.eye(2) + np.outer(vector, vector)) for vector in vectors)
    np.testing.assert_allclose(product, first @ second, atol=1e-16)
    np.testing.assert_allclose(total, np.eye(2) + first + first @ second, atol=1e-16)
    assert not np.allclose(product, second @ first)


@pytest.mark.parametrize("ridge", [2.0**-4, 2.0**-20, 2.0**-36])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_inverses_of_ill_conditioned_matrices(ridge, rank):
    vectors = np.asarray([[0.5, 0.25, 0.25], [0.25, 0.625, 0.125]])[:rank]
    matrix, inverse = vectors.T @ vectors, np.zeros((3, 3))
    estimate_functions(lambda function: function).invert(matrix, ridge, np.zeros((3, 3)), inverse)
    exact = inverse_of([[Fraction(x) + (i == j) * Fraction(ridge) for j, x in enumerate(row)]
                        for i, row in enumerate(matrix.tolist())])  # fmt: skip
    condition = 1 + 1 / ridge
    np.testing.assert_allclose(inverse, exact, atol=1e-15 * condition * np.abs(exact).max())
    assert (np.linalg.eigvalsh((inverse + inverse.T) / 2) <= 1.001 / ridge).all()


def inverse_of(matrix):
    """Return the inverse by elimination in rationals."""
    size = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(size):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i], strict=True)]
    return np.asarray([[float(x) for x in row[size:]] for row in rows])


@pytest.mark.parametrize("learner", ["log barrier", "exponential weights"])
def test_slack_is_that_of_the_inequality_over_all_comparators(learner):
    episodes, eta = 40, 0.03
    algorithm = Algorithm(learner, eta=eta, gamma=0.1, beta=1e-3)
    state = state_of(algorithm, episodes=episodes, losses=Losses.gap(3, 3, gap=0.2, amplitude=0.25))
    policies, costs, least = [], [], np.full(3, np.inf)
    share = 1 / episodes if learner == "log barrier" else 0.0
    points = (1 - share) * np.eye(3) + share / 3
    for _ in range(episodes):
        state = state.advanced(1)
        policies.append(state.policies)
        costs.append(state.costs)
        p, c = np.stack(policies), np.stack(costs)
        paid = (p * c).sum(axis=(0, -1))
        sides = []
        for y in points:
            if learner == "log barrier":
                penalty = -np.log(y).sum() - 3 * math.log(3)
                second = (p * (c - (p * c).sum(axis=-1, keepdims=True)) ** 2).sum(axis=(0, -1)) / 4
            else:
                penalty, second = math.log(3), (p * c**2).sum(axis=(0, -1))
            sides.append(penalty / eta + eta * second + (c @ y).sum(axis=0) - paid)
        lowest = c.sum(axis=0).min(axis=-1)
        spread = eta * second * (4 if learner == "log barrier" else 1)
        slack = np.min(sides, axis=0) / (1 + np.abs(paid) + spread + np.abs(lowest))
        least = np.minimum(least, slack.min(axis=(1, 2)))
    assert (state.sums[:, SMALL] == 0).all()
    np.testing.assert_allclose(state.sums[:, SLACK], least, rtol=1e-9)


@pytest.mark.parametrize("learner", [
    Algorithm("log barrier", eta=0.1, gamma=0.1),
    Algorithm("log barrier", eta=0.1, gamma=0.1, covariance="samples", draws=3),
    Algorithm("exponential weights", eta=0.1, gamma=0.1, reduced=True, covariance="samples", draws=3),
    Algorithm("exponential weights", eta=0.1, gamma=0.1, reduced=True, covariance="resampling", draws=2),
])  # fmt: skip
def test_every_random_number_is_drawn_once(learner):
    plain, drawn = scalar_functions(lambda function: function), []

    def pair(key0, key1, stream, replicate, law, part, index):
        drawn.append((replicate, index))
        return plain.pair(key0, key1, stream, replicate, law, part, index)

    advance = episode_functions(lambda function: function, pair, plain.bits_at)
    state = state_of(learner, episodes=4)
    advance(1, 0, 4, 1, *(getattr(state, name) for name in ARRAYS), *state._constants())
    assert len(set(drawn)) == len(drawn) == 4 * learner.walks * 3
    assert sorted(drawn) == [(1, index) for index in range(len(drawn))]


@pytest.mark.parametrize(("states", "actions"), [(3, 2), (4, 3), (1, 7)])
@pytest.mark.parametrize("learner", ["uniform", "log barrier"])
def test_losses_that_follow_ties_are_the_same_in_all_engines(states, actions, learner):
    pytest.importorskip("numba")
    even = LinearMDP.tabular(np.full((1, states, actions, states), 1 / states))
    losses = Losses.follower(2, states * actions, amplitude=0.3)
    start = State.start(Algorithm(learner, eta=0.05, gamma=0.1), even, losses, episodes=50, replicates=3)
    here, there = (replace(start, engine=engine).advanced(50) for engine in ("numba", "array"))
    np.testing.assert_array_equal(here.weight_sums, there.weight_sums)
    np.testing.assert_allclose(here.regret, there.regret, atol=1e-10)


@pytest.mark.parametrize("engine", ["numba", "array"])
@pytest.mark.parametrize("losses", [
    Losses.blocks(5, 8, amplitude=0.25, block=3),
    Losses(((((0.25,) * 8,) * 5), (((0.5,) * 8,) * 5)), phase=4, amplitude=0.25, block=3),
])  # fmt: skip
def test_runs_meet_the_losses_that_are_announced(engine, losses):
    if engine == "numba":
        pytest.importorskip("numba")
    wide = LinearMDP.random(5, 4, 2, 8, seed=2)  # the signs of an episode take two words
    start = State.start(Algorithm("uniform"), wide, losses, episodes=20, replicates=range(3, 5), seed=6, engine=engine)
    for stop in (1, 2, 9, 20):
        np.testing.assert_allclose(
            start.advanced(stop).weights, losses.weights(range(3, 5), range(stop - 1, stop), seed=6)[:, 0], atol=1e-15
        )
        np.testing.assert_allclose(
            start.advanced(stop).weight_sums, losses.totals(range(3, 5), stop, seed=6), atol=1e-12
        )


def test_inverses_are_finite_where_rounding_hides_the_ridge():
    invert = estimate_functions(lambda function: function).invert
    for row in MDP.features.reshape(-1, 3):  # of rank one: pivots are zero up to rounding, of either sign
        inverse = np.zeros((3, 3))
        invert(np.outer(row, row), 1e-18, np.zeros((3, 3)), inverse)
        assert np.isfinite(inverse).all()
        assert (np.diag(inverse) > 0).all()


@pytest.mark.parametrize("losses", [Losses.blocks(3, 3, amplitude=0.5, block=10), Losses.follower(3, 3, amplitude=0.5)])
def test_reduced_learners_as_proved_keep_their_conditions(losses):
    learner = as_proved("magnitude-reduced", 500, MDP.shape)
    state = state_of(learner, episodes=500, replicates=8, losses=losses).advanced(500)
    assert (state.sums[:, LEAST_COST] >= -5 / 8).all()
    assert (state.sums[:, SMALL] == 0).all()
    assert not as_proved("log barrier", 500, MDP.shape).reduced


def test_plain_estimates_have_no_bound_on_record():
    with pytest.raises(ValueError, match="name must be one of log barrier, magnitude-reduced, got 'exponential"):
        as_proved("exponential weights", 10, MDP.shape)
