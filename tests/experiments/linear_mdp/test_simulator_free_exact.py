"""What a run without a simulator reports, recomputed: regret, least estimates, known states; and its random numbers."""

import dataclasses
import itertools
from fractions import Fraction

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.linear_mdp import covers
from experiments.linear_mdp.covers import cover
from experiments.linear_mdp.epochs import Epochs
from experiments.linear_mdp.free_learners import SimulatorFree, scaled_free
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.simulator_free import run_simulator_free
from experiments.linear_mdp.trajectories import walk
from experiments.streams import Stream

LEARNER = SimulatorFree("log barrier", eta=0.3, gamma=1e-3, beta=0.01, width=6, explore=0.4, policies=3, visits=5)


def mdp():
    return LinearMDP.random(3, 2, 2, 2, seed=3)


def losses():
    return Losses.blocks(3, 2, amplitude=0.4, block=4)


def begun(learner, *, process=None):
    return Epochs(learner, process or mdp(), losses(), range(2), 5, 4, backend())


def value_of(process, plays, theta):
    """The expected loss, as the sum over all trajectories."""
    length, states, actions, _ = process.shape
    total = 0.0
    for path in itertools.product(itertools.product(range(states), range(actions)), repeat=length):
        chance = float(path[0][0] == 0)
        for h, (s, a) in enumerate(path):
            chance *= plays[h, s, a] * (process.kernel[h, s, a, path[h + 1][0]] if h + 1 < length else 1.0)
        total += chance * sum(process.features[h, s, a] @ theta[h] for h, (s, a) in enumerate(path))
    return total


def best_of_all(process, theta):
    """The least expected loss of the policies that are deterministic, one by one."""
    length, states, actions, _ = process.shape
    choices = itertools.product(range(actions), repeat=length * states)
    return min(value_of(process, np.eye(actions)[list(c)].reshape(length, states, actions), theta) for c in choices)


def test_regret_is_that_of_all_ways_to_explore_and_all_trajectories():
    run = begun(LEARNER)
    thetas = losses().weights(range(2), range(15 + 12), seed=5)
    played = [[(1.0, run.cover[row, k // 5], k) for k in range(15)] for row in range(2)]
    for epoch in range(2):
        policy = run._policy()
        run.epoch(epoch)
        for row, w in itertools.product(range(2), range(6)):
            k = 15 + 6 * epoch + w
            played[row].append((0.6, policy[row], k))
            for until, which in itertools.product(range(3), range(3)):
                layers = [run.cover[row, which, h] if h <= until else policy[row, h] for h in range(3)]
                played[row].append((0.4 / 9, np.array(layers), k))
    for row in range(2):
        assert sum(share for share, _, _ in played[row]) == pytest.approx(27)
        paid = sum(share * value_of(mdp(), plays, thetas[row, k]) for share, plays, k in played[row])
        best = best_of_all(mdp(), thetas[row].sum(axis=0))
        assert run.regret()[row] == pytest.approx(paid - best, abs=1e-10)


def test_no_random_number_serves_twice(monkeypatch):
    used = []
    for law in ("uniform", "bits"):
        original = getattr(Stream, law)

        def noted(self, rows, shape=(), *, offset=0, backend=None, law=law, original=original):
            count = int(np.prod(shape))
            used.append((law, self.seed, self.stream, offset, offset + count))
            return original(self, rows, shape, offset=offset, backend=backend)

        monkeypatch.setattr(Stream, law, noted)
    run_simulator_free(LEARNER, mdp(), losses(), epochs=4, replicates=2, seed=5)
    drawn = [item for item in used if item[0] == "uniform"]
    signs = {item[1:3] for item in used if item[0] == "bits"}
    assert len(drawn) == 1 + 3 * 4
    assert len({item[1:3] for item in drawn}) == 4
    assert not signs & {item[1:3] for item in drawn}
    for one, other in itertools.combinations(drawn, 2):
        assert one[1:3] != other[1:3] or one[4] <= other[3] or other[4] <= one[3]
    ends = {}
    for _, seed, stream, low, high in drawn:
        assert low == ends.get((seed, stream), 0)  # nor is one left out
        ends[seed, stream] = high
    assert sorted(ends.values()) == [24, 3 * 24, 2 * 3 * 15, 2 * 3 * 24]


def test_least_values_are_eta_times_estimates_and_costs():
    plain, dear = (begun(dataclasses.replace(LEARNER, beta=beta)) for beta in (0.0, 0.5))
    for run in (plain, dear):
        run.epoch(0)  # the first policy is uniform: estimates do not depend on the bonus
    lowest = plain.totals.min(axis=(1, 2, 3))
    np.testing.assert_allclose(plain.least, 0.3 * np.minimum(lowest, 0))
    np.testing.assert_allclose(dear.least, plain.least)
    np.testing.assert_allclose(dear.least_cost, 0.3 * dear.totals.min(axis=(1, 2, 3)))
    assert (dear.least_cost < dear.least).all()
    assert (lowest < 0).any()


def test_a_state_is_known_if_all_its_features_are():
    run = begun(LEARNER)
    norms = np.zeros((2, *mdp().shape[:3]))
    _, inverses = cover(mdp(), run._uniforms("cover", 0, (15, 3, 2)), 3)
    for row, h, s, a in np.ndindex(*norms.shape):
        feature = mdp().features[h, s, a]
        norms[row, h, s, a] = feature @ inverses[row, h] @ feature
    level = float(np.median(norms))
    known = (norms <= level).all(axis=-1)
    assert (known != (norms <= level).any(axis=-1)).any()
    np.testing.assert_array_equal(begun(dataclasses.replace(LEARNER, known=level)).known, known)


def greedy(process, inverses, features, states, most):
    """The greedy policy for uncertainty of one replicate, from features (W, H, d) and states (W, H) that were seen."""
    length, count, actions, _ = process.shape
    policy, value = np.zeros((length, count, actions)), np.zeros(count)
    for h in reversed(range(length)):
        target = 0.0 if h + 1 == length else sum(f[h] * value[t[h + 1]] for f, t in zip(features, states, strict=True))
        weights = inverses[h] @ (target * np.ones(2))
        gains = np.array([[f @ inverses[h] @ f + f @ weights for f in row] for row in process.features[h]])
        policy[h, np.arange(count), gains.argmax(axis=1)] = 1
        value = np.clip(gains.max(axis=1), 0, most)
    return policy


def test_what_is_ahead_counts_no_more_than_one_a_layer():
    process, rows = LinearMDP.random(3, 4, 3, 2, seed=6), 200
    rng = np.random.default_rng(2)
    inverses = 2 * np.eye(2) + rng.random((rows, 3, 1, 1)) * np.array([[0.5, -0.45], [-0.45, 0.5]])
    states, actions = rng.integers(0, 4, (rows, 5, 3)), rng.integers(0, 3, (rows, 5, 3))
    features = process.features[np.arange(3), states, actions]
    found = covers.uncertain(process, inverses, [(features.swapaxes(1, 2), states)])
    bounded, higher, free = (
        np.array([greedy(process, *given, most) for given in zip(inverses, features, states, strict=True)])
        for most in (3, 4, np.inf)
    )
    np.testing.assert_array_equal(found, bounded)
    assert (bounded != higher).any()
    assert (bounded != free).any()


def test_scaled_steps_fall_with_the_number_of_layers():
    short, long = (scaled_free(400, (layers, 4, 3, 3))[0].eta for layers in (2, 8))
    assert short / long == pytest.approx(2)


def test_numbers_of_all_kinds_are_floats():
    exact = dataclasses.replace(LEARNER, eta=Fraction(3, 10), gamma=Fraction(1, 1000), beta=np.float32(0.25))
    floats = dataclasses.replace(LEARNER, beta=0.25)
    assert exact == floats
    there, here = (run_simulator_free(each, mdp(), losses(), epochs=2, replicates=2) for each in (exact, floats))
    np.testing.assert_array_equal(there.regret, here.regret)


def test_a_huge_step_of_exponential_weights_takes_the_best_action():
    run = begun(dataclasses.replace(LEARNER, learner="exponential weights", eta=1e308))
    run.totals[..., 1] = 5.0
    np.testing.assert_array_equal(run._policy()[..., 0], 1.0)


def uniforms(*shape):
    return np.random.default_rng(1).random(shape)


def even(_, states):
    return np.full((*states.shape, 2), 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dataclasses.replace(LEARNER, gamma=1e-17), "gamma must be at least 1e-09, as rounding hides"),
        (lambda: dataclasses.replace(LEARNER, eta=10**400), "eta must be positive and finite, got inf"),
        (lambda: run_simulator_free(LEARNER, None, losses(), epochs=1, replicates=1), "mdp must be LinearMDP"),
        (lambda: run_simulator_free("hedge", mdp(), losses(), epochs=1, replicates=1), "learner must be SimulatorFree"),
        (lambda: scaled_free(100, (3, 4, 3)), r"shape must be the sizes \(H, S, A, d\), at least 1"),
        (lambda: scaled_free(100, (0, 4, 3, 3)), "shape must be the sizes"),
        (lambda: cover(mdp(), uniforms(2, 10, 3, 2), 3), "each of 3 policies must have as many episodes, got 10"),
        (lambda: cover(mdp(), uniforms(2, 10, 3, 2), 20), "each of 20 policies must have as many episodes"),
        (lambda: cover(mdp(), uniforms(2, 10, 3, 2), 0), "policies must be an int >= 1, got 0"),
        (lambda: cover(mdp(), uniforms(2, 10, 3), 2), r"points must have the shape \(R, W, 3, 2\)"),
        (lambda: walk(mdp(), even, uniforms(2, 10, 2, 2)), r"points must have the shape \(R, W, 3, 2\)"),
        (lambda: walk(mdp(), even, np.nan * uniforms(2, 10, 3, 2)), r"points must be uniforms in \[0, 1\)"),
        (lambda: walk(mdp(), even, 1 + uniforms(2, 10, 3, 2)), r"points must be uniforms in \[0, 1\)"),
        (lambda: walk(mdp(), lambda h, s: even(h, s)[0], uniforms(2, 10, 3, 2)), "chances must have the shape"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
