"""Learners of one's own as three pure functions, against the losses and evaluations of `experiments.linear_mdp.regret`.

A learner is the functions ``init``, ``act`` and ``update``; it sees the states and actions of its trajectory and their
losses, nothing else, and all replicates at once. Follow the leader on mean losses of pairs, exploring now and then:

>>> import numpy as np
>>> from experiments.linear_mdp import Algorithm, LinearMDP, Losses, run
>>> def init(mdp, replicates, episodes):
...     shape = (replicates, *mdp.shape[:3])
...     return np.zeros(shape), np.ones(shape)
>>> def act(state, episode):
...     sums, counts = state
...     guess = sums / counts
...     best = guess == guess.min(axis=-1, keepdims=True)
...     return 0.1 / guess.shape[-1] + 0.9 * best / best.sum(axis=-1, keepdims=True)
>>> def update(state, episode, seen):
...     sums, counts = (array.copy() for array in state)
...     places = seen.places()
...     sums[places] += seen.losses
...     counts[places] += 1
...     return sums, counts
>>> greedy = Learner("greedy", init, act, update)
>>> mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.25)
>>> found = play(greedy, mdp, losses, episodes=200, replicates=5)
>>> bool(found.regret[-1].mean() < run(Algorithm("uniform"), mdp, losses, episodes=200, replicates=1).regret[-1, 0])
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.horizons import checkpoints, rows_of
from experiments.linear_mdp.algorithms import Algorithm
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.linear_mdp.regret import STREAM, State
from experiments.linear_mdp.trajectories import labels
from experiments.streams import Stream

__all__ = ["Curve", "Learner", "Seen", "play"]

Integers = NDArray[np.int64]
_ROUNDING = 1e-9  # by which a policy may miss the sum 1


class Seen(NamedTuple):
    """A trajectory of every replicate: states, actions and losses (R, H), and the policy (R, H, S, A) behind it."""

    states: Integers
    actions: Integers
    losses: Floats
    policies: Floats

    def places(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Return where the pairs of the trajectory are in an array (R, H, S, A)."""
        count, length = self.states.shape
        return np.arange(count)[:, None], np.arange(length)[None], self.states, self.actions


class Curve(NamedTuple):
    """Episodes (P,) and the exact regret (P, R) after them, as `experiments.linear_mdp.regret.Regret` has it."""

    episodes: Integers
    regret: Floats


@dataclass(frozen=True)
class Learner:
    """A learner that sees its trajectory.

    Attributes
    ----------
    name
    init
        (process, replicates R, episodes K) -> state, of any kind.
    act
        (state, episode 0, 1, ...) -> policies (R, H, S, A).
    update
        (state, episode, `Seen`) -> the next state.
    """

    name: str
    init: Callable[[LinearMDP, int, int], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Seen], Any]


def play(
    learner: Learner, mdp: LinearMDP, losses: Losses, *, episodes: int, replicates: int | range, seed: int = 0,
    points: int = 40,
) -> Curve:  # fmt: skip
    """Run a learner of one's own; arguments as those of `experiments.linear_mdp.regret.run`, with the same losses.

    Raises
    ------
    ValueError
        If something is out of range, or what the learner gives are not policies; the message names the episode.
    """
    stops, rows = checkpoints(episodes, points), rows_of(replicates)
    # The uniform learner leaves policies as they are: one episode of it evaluates any.
    ours = State.start(Algorithm("uniform"), mdp, losses, episodes=episodes, replicates=rows, seed=seed, engine="array")
    stream, state, found = Stream.named(seed, STREAM), learner.init(mdp, len(rows), episodes), []
    recorded = set(stops.tolist())
    for episode in range(episodes):
        policies = _policies(learner, learner.act(state, episode), ours.policies.shape, episode)
        ours = replace(ours, policies=policies).advanced(1)
        numbers = stream.uniform(rows, (mdp.shape[0], 2), offset=2 * mdp.shape[0] * episode)
        state = learner.update(state, episode, _trajectory(numbers, mdp, policies, ours.weights))
        if episode + 1 in recorded:
            found.append(ours.regret)
    return Curve(stops, np.asarray(found))


def _policies(learner: Learner, given: Any, shape: tuple[int, ...], episode: int) -> Floats:
    policies = np.array(given, dtype=np.float64)
    if policies.shape != shape:
        raise ValueError(f"episode {episode}: {learner.name} must give policies {shape}, got {policies.shape}")
    if not ((policies >= 0).all() and (np.abs(policies.sum(axis=-1) - 1) <= _ROUNDING).all()):
        raise ValueError(f"episode {episode}: policies of {learner.name} must be distributions over actions")
    return policies


def _trajectory(numbers: Floats, mdp: LinearMDP, policies: Floats, weights: Floats) -> Seen:
    rows, length = np.arange(len(numbers)), mdp.shape[0]
    states: Integers = np.zeros((len(rows), length), dtype=np.int64)
    actions, losses = states.copy(), np.zeros((len(rows), length))
    for h in range(length):
        actions[:, h] = labels(policies[rows, h, states[:, h]], numbers[:, h, 0])
        losses[:, h] = (mdp.features[h, states[:, h], actions[:, h]] * weights[:, h]).sum(axis=-1)
        if h + 1 < length:
            states[:, h + 1] = labels(mdp.kernel[h, states[:, h], actions[:, h]], numbers[:, h, 1])
    return Seen(states, actions, losses, policies)
