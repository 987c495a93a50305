import numpy as np
import pytest

from experiments.optimisation.preference import COVERAGES, World, counts, pathwise_slack, solve, suboptimality
from theory.optimisation.rpo.collapse import Collapse, collapse

WORLD = World()


def test_counts_are_nested_and_follow_bradley_and_terry():
    wins = counts(WORLD, [10, 4000], 3, seed=1)
    assert wins.shape == (3, 2, 11, 11)
    assert wins.sum(axis=(2, 3)).tolist() == [[10, 4000]] * 3
    assert np.all(wins[:, 0] <= wins[:, 1])
    first, second = wins[:, 1, 0, 1].sum(), wins[:, 1, 1, 0].sum()
    assert first / (first + second) == pytest.approx(1 / (1 + np.exp(-0.5)), abs=0.05)
    assert (first + second) / 12_000 == pytest.approx(2 * 0.5 * 0.25, abs=0.02)


@pytest.mark.parametrize("coverage", COVERAGES)
def test_every_set_of_preferences_obeys_the_pathwise_inequality(coverage):
    world = COVERAGES[coverage]
    for wins in counts(world, [5, 300], 4, seed=2).reshape(-1, 11, 11):
        for eta in (0.02, 0.5):
            assert pathwise_slack(world, solve(world, wins, eta)) >= -1e-7


@pytest.mark.parametrize("eta", [0.03, 0.7])
def test_the_slack_is_what_both_conditions_leave(eta):
    """The policy guarantees more than max_min against r, any other gains less than min_max at s."""
    r = np.array(WORLD.reward)
    for wins in counts(WORLD, [40], 4, seed=5)[:, 0]:
        found = solve(WORLD, wins, eta)
        p = found.problem.best_response(r)
        first = found.problem.objective(found.policy, r) - found.max_min
        second = found.min_max - found.problem.objective(p, found.reward)
        assert first >= -1e-12
        assert second >= -1e-12
        assert pathwise_slack(WORLD, found) == pytest.approx((first + second) / eta, abs=1e-10)


def test_a_policy_that_is_no_best_response_can_break_it():
    wins = counts(WORLD, [2000], 1, seed=1)[0, 0]
    found = solve(WORLD, wins, 0.5)
    worst = np.full(11, 1e-6)
    worst[-1] = 1 - 1e-5
    fake = Collapse(found.problem, found.reward, worst, found.min_max, found.max_min)
    assert pathwise_slack(WORLD, fake) < 0


def test_the_adversary_saves_under_partial_coverage_and_costs_under_full():
    lost = {}
    for coverage, world in COVERAGES.items():
        for eta in (0.0, 1 / 8):
            policies = [solve(world, wins, eta).policy for wins in counts(world, [64], 12, seed=3)[:, 0]]
            lost[coverage, eta] = np.mean([suboptimality(world, policy) for policy in policies])
    assert lost["partial", 1 / 8] < lost["partial", 0.0]
    assert lost["uniform", 1 / 8] > lost["uniform", 0.0]


def test_many_preferences_lead_to_the_best_response():
    share = 1 / (1 + np.exp(-np.subtract.outer(WORLD.reward, WORLD.reward)))
    found = collapse(WORLD.problem(10**6 * share, 0.0))
    assert found.policy == pytest.approx(found.problem.best_response(np.array(WORLD.reward)), abs=1e-5)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="positive and increasing"):
        counts(WORLD, [8, 4], 1, seed=1)
    with pytest.raises(ValueError, match="same length"):
        World(base=(0.5, 0.5))
    with pytest.raises(ValueError, match="true rewards must be in"):
        World(bound=0.75)
    with pytest.raises(ValueError, match="got none"):
        solve(WORLD, np.eye(11, dtype=int), 0.0)
    with pytest.raises(ValueError, match="needs eta > 0"):
        pathwise_slack(WORLD, solve(WORLD, counts(WORLD, [50], 1, seed=1)[0, 0], 0.0))
