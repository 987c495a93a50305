import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.optimisation.preference import COVERAGES, World, counts, pathwise_slack, suboptimality

WORLD = World()


def solve(world, wins, eta):
    """Solve for preferences (B, K, K) with one weight."""
    return world.solve(wins, np.full(len(wins), eta))


def test_counts_are_nested_and_follow_bradley_and_terry():
    wins = counts(WORLD, [10, 4000], 3, seed=1)
    assert wins.shape == (3, 2, 11, 11)
    assert wins.sum(axis=(2, 3)).tolist() == [[10, 4000]] * 3
    assert np.all(wins[:, 0] <= wins[:, 1])
    first, second = wins[:, 1, 0, 1].sum(), wins[:, 1, 1, 0].sum()
    assert first / (first + second) == pytest.approx(1 / (1 + np.exp(-0.5)), abs=0.05)
    assert (first + second) / 12_000 == pytest.approx(2 * 0.5 * 0.25, abs=0.02)


def test_counts_are_those_of_the_outcomes_on_every_back_end():
    from experiments.streams import Stream

    found = counts(WORLD, [3, 10], 2, seed=4)
    share = np.outer(WORLD.base, WORLD.base) / (1 + np.exp(-np.subtract.outer(WORLD.reward, WORLD.reward)))
    outcomes = Stream.named(4, "preferences").categorical(share.ravel() / share.sum(), 2, 10)
    for replicate in range(2):
        for place, number in enumerate((3, 10)):
            known = np.bincount(outcomes[replicate, :number], minlength=121)
            assert found[replicate, place].ravel().tolist() == known.tolist()
    there = counts(WORLD, [3, 10], 2, seed=4, backend=backend("strict:device1"))
    assert np.array_equal(to_numpy(there), found)
    assert found.dtype == to_numpy(there).dtype == np.int64


@pytest.mark.parametrize("coverage", COVERAGES)
def test_every_set_of_preferences_obeys_the_pathwise_inequality(coverage):
    world = COVERAGES[coverage]
    wins = counts(world, [5, 300], 4, seed=2).reshape(-1, 11, 11)
    for eta in (0.02, 0.5):
        assert np.all(pathwise_slack(world, solve(world, wins, eta)) >= -1e-7)


@pytest.mark.parametrize("eta", [0.03, 0.7])
def test_the_slack_is_what_both_conditions_leave(eta):
    """The policy guarantees more than max_min against r, any other gains less than min_max at s."""
    r = np.array(WORLD.reward)[None, :]
    found = solve(WORLD, counts(WORLD, [40], 4, seed=5)[:, 0], eta)
    problem = found.objectives

    def objective(policy, reward):
        gain = np.sum((policy - problem.base) * reward, axis=-1) - WORLD.beta * problem.divergence(policy)
        return eta * gain + problem.loss(reward)

    first = objective(found.policy, r) - found.max_min
    second = found.min_max - objective(problem.best_response(r), found.reward)
    assert np.all(first >= -1e-12)
    assert np.all(second >= -1e-12)
    assert pathwise_slack(WORLD, found) == pytest.approx((first + second) / eta, abs=1e-10)


def test_a_policy_that_is_no_best_response_can_break_it():
    found = solve(WORLD, counts(WORLD, [2000], 1, seed=1)[:, 0], 0.5)
    assert pathwise_slack(WORLD, found)[0] >= 0
    found.policy[:] = 1e-6
    found.policy[:, -1] = 1 - 1e-5
    assert pathwise_slack(WORLD, found)[0] < 0


def test_the_adversary_saves_under_partial_coverage_and_costs_under_full():
    lost = {}
    for coverage, world in COVERAGES.items():
        for eta in (0.0, 1 / 8):
            policy = solve(world, counts(world, [64], 12, seed=3)[:, 0], eta).policy
            lost[coverage, eta] = suboptimality(world, policy).mean()
    assert lost["partial", 1 / 8] < lost["partial", 0.0]
    assert lost["uniform", 1 / 8] > lost["uniform", 0.0]


def test_many_preferences_lead_to_the_best_response():
    share = 1 / (1 + np.exp(-np.subtract.outer(WORLD.reward, WORLD.reward)))
    found = solve(WORLD, 10**6 * share[None], 0.0)
    best = found.objectives.best_response(np.array(WORLD.reward))
    assert found.policy[0] == pytest.approx(best, abs=1e-5)
    assert float(suboptimality(WORLD, best)) == pytest.approx(1 - best @ WORLD.reward, abs=1e-15)


def test_wrong_arguments_are_refused():
    for numbers, message in (
        ([8, 4], "be increasing"),
        ([4, 4], "be increasing"),
        ([], "be increasing"),
        ([0, 4], "got 0"),
    ):
        with pytest.raises(ValueError, match=message):
            counts(WORLD, numbers, 1, seed=1)
    with pytest.raises(ValueError, match=r"numbers of preferences must be a whole number >= 1, got 4.5"):
        counts(WORLD, [4.5], 1, seed=1)
    with pytest.raises(ValueError, match="same length"):
        World(base=(0.5, 0.5))
    with pytest.raises(ValueError, match="true rewards must be in"):
        World(bound=0.75)
    with pytest.raises(ValueError, match="got none"):
        solve(WORLD, np.eye(11, dtype=int)[None], 0.0)
    with pytest.raises(ValueError, match="needs eta > 0"):
        pathwise_slack(WORLD, solve(WORLD, counts(WORLD, [50], 1, seed=1)[:, 0], 0.0))
