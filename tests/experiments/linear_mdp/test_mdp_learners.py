import numpy as np
import pytest

from experiments.linear_mdp import Algorithm, LinearMDP, Losses, run
from experiments.linear_mdp.learners import Learner, play

MDP = LinearMDP.random(3, 4, 3, 3, seed=1)
LOSSES = Losses.gap(3, 3, gap=0.2, amplitude=0.25)
UNIFORM = Learner("even", lambda mdp, r, _: np.full((r, *mdp.shape[:3]), 1 / 3), lambda p, _: p, lambda p, *_: p)


def exponential(eta, gamma):
    """Return exponential weights with plain estimates, as a learner of one's own."""

    def act(totals, _):
        grown = np.exp(-eta * (totals - totals.min(axis=-1, keepdims=True)))
        return grown / grown.sum(axis=-1, keepdims=True)

    def update(totals, _, seen):
        played = MDP.features[np.arange(3), seen.states, seen.actions]
        ahead = np.cumsum(seen.losses[:, ::-1], axis=1)[:, ::-1]
        matrices = MDP.covariance(seen.policies) + gamma * np.eye(3)
        found = np.linalg.solve(matrices, played[..., None])[..., 0] * ahead[..., None]
        return totals + np.einsum("hsai,rhi->rhsa", MDP.features, found)

    return Learner("exponential", lambda mdp, r, _: np.zeros((r, *mdp.shape[:3])), act, update)


@pytest.mark.parametrize("losses", [LOSSES, Losses.follower(3, 3, amplitude=0.3)], ids=["oblivious", "adaptive"])
def test_our_learner_as_ones_own_has_the_same_regret(losses):
    given = {"episodes": 50, "replicates": range(2, 6), "seed": 3, "points": 7}
    ours = run(Algorithm("exponential weights", eta=0.05, gamma=0.1), MDP, losses, **given)
    own = play(exponential(0.05, 0.1), MDP, losses, **given)
    np.testing.assert_array_equal(ours.episodes, own.episodes)
    np.testing.assert_allclose(ours.regret, own.regret, atol=1e-10)


def test_the_control_as_ones_own_is_the_control():
    given = {"episodes": 30, "replicates": 4}
    np.testing.assert_allclose(
        play(UNIFORM, MDP, LOSSES, **given).regret, run(Algorithm("uniform"), MDP, LOSSES, **given).regret, atol=1e-11
    )


def test_places_are_those_of_the_trajectory():
    seen = []
    spy = Learner("spy", UNIFORM.init, UNIFORM.act, lambda p, _, trajectory: (seen.append(trajectory), p)[1])
    play(spy, MDP, LOSSES, episodes=2, replicates=5)
    counts = np.zeros((5, 3, 4, 3))
    counts[seen[1].places()] = 1
    assert (counts.sum(axis=(2, 3)) == 1).all()
    assert (seen[0].states[:, 0] == 0).all()
    assert not np.array_equal(seen[0].actions, seen[1].actions)


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        (np.ones((2, 3, 4)), r"episode 0: own must give policies \(2, 3, 4, 3\), got \(2, 3, 4\)"),
        (np.ones((2, 3, 4, 3)), "episode 0: policies of own must be distributions"),
        (np.full((2, 3, 4, 3), np.nan), "episode 0: policies of own must be distributions"),
        (np.tile([2.0, -1.0, 0.0], (2, 3, 4, 1)), "episode 0: policies of own must be distributions"),
    ],
)
def test_what_are_no_policies_is_refused(policies, message):
    own = Learner("own", lambda *_: None, lambda *_: policies, lambda *_: None)
    with pytest.raises(ValueError, match=message):
        play(own, MDP, LOSSES, episodes=3, replicates=2)
