"""Learners of linear bandits as three pure functions, and the player that runs any of them on all replicates at once.

A learner of one's own is the functions ``init``, ``act`` and ``update``. One that takes its functions from its arrays
plays on every back end:

>>> import numpy as np
>>> from experiments.arrays import backend, device_of, namespace
>>> from experiments.linear_bandits.exp2 import UNIFORM
>>> from experiments.linear_bandits.worlds import cube
>>> def init(actions, replicates, horizon):
...     xp = namespace(actions)
...     eye = xp.eye(actions.shape[1], dtype=actions.dtype, device=device_of(actions))
...     matrix = xp.stack([eye] * replicates)
...     return actions, xp.zeros_like(matrix[:, 0, :]), matrix
>>> def act(state, t):
...     actions, sums, matrix = state
...     xp = namespace(actions)
...     guess = xp.linalg.solve(matrix, sums[..., None])[..., 0] @ actions.T  # ridge regression
...     best = guess == xp.min(guess, axis=1, keepdims=True)
...     return 0.1 / actions.shape[0] + 0.9 * xp.astype(best, guess.dtype)  # weights
>>> def update(state, t, action, loss, probabilities):
...     actions, sums, matrix = state
...     played = namespace(actions).take(actions, action, axis=0)
...     return actions, sums + loss[:, None] * played, matrix + played[:, :, None] * played[:, None, :]
>>> greedy, given = LinearLearner("greedy", init, act, update), {"horizon": 300, "replicates": 10}
>>> found, control = (play(learner, cube(3, 0.5), **given) for learner in (greedy, UNIFORM))
>>> bool(found.pseudo[-1].mean() < control.pseudo[-1].mean())
True
>>> there = play(greedy, cube(3, 0.5), **given, backend=backend("strict"))
>>> bool(np.allclose(there.pseudo, found.pseudo))
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from experiments.horizons import checkpoints, require_memory, rows_of
from experiments.linear_bandits.worlds import LinearWorld
from experiments.mirror_descent.bandit_run import BLOCK, BanditRun, Regret

__all__ = ["TOLERANCE", "Check", "LinearLearner", "play"]

Floats = NDArray[np.float64]
TOLERANCE = 1e-9  # of rounding, relative to the scale of a check


@dataclass(frozen=True)
class Check:
    """An inequality after a round: right side less left side (R,), and the size (R,) of what was added up."""

    slack: Array
    scale: Array


@dataclass(frozen=True)
class LinearLearner:
    """A learner that sees the loss of the action it plays.

    Attributes
    ----------
    name
    init
        (actions (N, D), replicates R, horizon T) -> state, of any kind.
    act
        (state, t) -> nonnegative weights (R, N) of the actions in round t = 0, 1, ...; they need no common sum.
    update
        (state, t, action (R,), loss (R,), probabilities (R, N)) -> the next state.
    checks
        state -> name -> `Check`: inequalities that hold after each round on every path; None if there are none. The
        first is the one whose least slack is recorded.
    """

    name: str
    init: Callable[[Array, int, int], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Any, Any, Any], Any]
    checks: Callable[[Any], Mapping[str, Check]] | None = None


def play(
    learner: LinearLearner,
    world: LinearWorld,
    *,
    horizon: int,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> Regret:
    """Run a learner.

    Parameters
    ----------
    learner, world
    horizon : int
        Rounds, from 1 to 2^40.
    replicates : int or range
        A replicate's path depends on its number and the seed alone.
    points : int
        Regret is recorded after so many rounds, spread evenly on a logarithmic scale.
    memory : float
        Bytes that may be used.
    backend : Backend, optional
        NumPy by default. All arrays that the learner is given are of this one.

    Returns
    -------
    Regret
        ``pseudo`` is exact given the plays: mean losses of what was played less that of the best single action.

    Raises
    ------
    ValueError
        If a number is out of range, the weights of a learner are wrong, or more memory is needed.
    Violation
        If a path violates one of the learner's inequalities; the message names the round and the value.
    """
    rows = rows_of(replicates)
    rounds = checkpoints(horizon, points)
    count, width = world.table.shape
    require_memory(8.0 * len(rows) * (8 * count + 4 * width**2 + 2 * len(rounds)) + 16.0 * BLOCK, memory, horizon)
    return _Run(learner, world, rows, horizon, seed, backend or backend_named()).regret(rounds)


class _Run(BanditRun):
    """A run under way; ``table`` (K, N) holds the losses of all vectors, the other arrays change with the phase."""

    def __init__(
        self, learner: LinearLearner, world: LinearWorld, rows: range, horizon: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(learner.name, world.table.shape[0], rows, seed, backend)
        self.learner, self.world, self.part = learner, world, -1
        self.table = backend.asarray(world.losses)
        self.reached = self.means = self.table
        self.state = learner.init(backend.asarray(world.table), len(rows), horizon)
        self.least = self.loss + math.inf

    def act(self, t: int) -> Any:
        return self.learner.act(self.state, t)

    def losses(self, t: int, coin: Array) -> tuple[Array, Array]:
        world, part = self.world, min(t // self.world.phase, len(self.world.chances) - 1)
        if part != self.part:
            self.part, self.reached = part, self.backend.asarray(world.reached[part])
            self.means = self.xp.broadcast_to(self.backend.asarray(world.means[part]), self.shape)
        found = self.xp.asarray(coin, copy=True)  # PyTorch searches for no column of a larger array
        vector = self.xp.searchsorted(self.reached, found, side="right")
        return self.xp.take(self.table, vector, axis=0), self.means

    def learn(self, t: int, action: Array, seen: Array, weights: Array, total: Array) -> None:
        learner = self.learner
        self.state = learner.update(self.state, t, action, seen, weights / total[:, None])
        if learner.checks is None:
            return
        checks = learner.checks(self.state)
        for what, check in checks.items():
            allowed = TOLERANCE * (1 + check.scale)
            self.watch.slack(check.slack, t, self.name, like=self.loss, allowed=allowed, what=what)
        self.least = self.xp.minimum(self.least, next(iter(checks.values())).slack)

    def best(self, rounds: int) -> Array:
        return self.backend.asarray(self.world.totals(rounds).min())
