"""The frame that players of bandits share: actions drawn from weights, losses seen, and regret, all replicates at once.

A round takes two numbers of a replicate's stream: one chooses the action, one is the coin of all losses. So learners
meet the same losses whatever they play.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.streams import Stream
from experiments.watch import Watch
from theory.shown import Shown

__all__ = ["BLOCK", "BanditRun", "Regret"]

Floats = NDArray[np.float64]
BLOCK = 2**18  # numbers drawn at a time


@dataclass(frozen=True)
class Regret(Shown):
    """What a run of R replicates found.

    Attributes
    ----------
    rounds : int array (P,)
        After which the regret is recorded.
    pseudo, realised : arrays (P, R)
        Sums of mean losses, resp. of losses, less those of the best single action in hindsight.
    least_slack : array (R,)
        Of the learner's inequality over all rounds; infinite where it has none.
    """

    rounds: NDArray[np.int64]
    pseudo: Floats
    realised: Floats
    least_slack: Floats


class BanditRun(ABC):
    """A run under way: its totals so far, of the plays (R,) and of all actions (R, N).

    A subclass has the learner and its world, and sets ``least``, the least slack so far (R,).

    Parameters
    ----------
    name
        The learner's, for messages.
    count
        N, the number of actions.
    rows
        Numbers of the replicates.
    """

    least: Array

    def __init__(self, name: str, count: int, rows: range, seed: int, backend: Backend) -> None:
        self.name, self.rows, self.shape = name, rows, (len(rows), count)
        self.backend, self.xp, self.stream, self.watch = backend, backend.xp, Stream(seed), Watch(backend)
        xp, given = self.xp, {"dtype": self.xp.float64, "device": backend.device}
        self.loss, self.mean = xp.zeros(len(rows), **given), xp.zeros(len(rows), **given)
        self.totals = xp.zeros(self.shape, **given)
        self.index = xp.arange(len(rows), device=backend.device)

    @abstractmethod
    def act(self, t: int) -> Any:
        """Return nonnegative weights (R, N) of the actions in round t."""

    @abstractmethod
    def losses(self, t: int, coin: Array) -> tuple[Array, Array]:
        """Return losses and mean losses of all actions, both (R, N), by one number (R,) in [0, 1)."""

    @abstractmethod
    def learn(self, t: int, action: Array, seen: Array, weights: Array, total: Array) -> None:
        """Take in the losses seen (R,) of the actions played (R,); ``total`` (R,) are the sums of the weights."""

    @abstractmethod
    def best(self, rounds: int) -> Array:
        """Return the least sum of mean losses of a single action, (R,) or ()."""

    def regret(self, rounds: NDArray[np.int64]) -> Regret:
        """Play all rounds, and return the regret after those that are given."""
        records, t, drawn = [], 0, self._draws(int(rounds[-1]))
        for stop in rounds.tolist():
            with self.watch:
                while t < stop:
                    self._round(t, *next(drawn))
                    t += 1
            records.append((self.mean - self.best(stop), self.loss - self.xp.min(self.totals, axis=1)))
        pseudo, realised = (to_numpy(self.xp.stack(column)) for column in zip(*records, strict=True))
        return Regret(rounds, pseudo, realised, to_numpy(self.least))

    def _draws(self, horizon: int) -> Iterator[tuple[Array, Array]]:
        """Yield the two numbers (R,) of every round."""
        step = max(1, BLOCK // (2 * len(self.rows)))
        for low in range(0, horizon, step):
            count = 2 * min(step, horizon - low)
            numbers = self.stream.uniform(self.rows, count, offset=2 * low, backend=self.backend)
            for k in range(0, count, 2):
                yield numbers[:, k], numbers[:, k + 1]

    def _round(self, t: int, choice: Array, coin: Array) -> None:
        xp = self.xp
        weights, reached = self._weights(t)
        total = reached[:, -1]
        action = xp.count_nonzero(reached[:, :-1] <= (choice * total)[:, None], axis=1)
        losses, means = self.losses(t, coin)
        seen = losses[self.index, action]
        self.loss, self.mean = self.loss + seen, self.mean + means[self.index, action]
        self.totals = self.totals + losses
        self.learn(t, action, seen, weights, total)

    def _weights(self, t: int) -> tuple[Array, Array]:
        """Return weights and their running sums."""
        xp = self.xp
        weights = self.backend.asarray(self.act(t), dtype=xp.float64)
        if weights.shape != self.shape:
            raise ValueError(
                f"round {t}: {self.name} must give weights of shape {self.shape}, got {tuple(weights.shape)}"
            )
        reached = xp.cumulative_sum(weights, axis=1)
        total = reached[:, -1:]
        good = (weights >= 0) & ((total > 0) & (total < np.inf))

        def error(_: Any, weights: Floats) -> ValueError:
            wrong = weights[~((weights >= 0) & np.isfinite(weights))]
            worst = wrong[0] if wrong.size else 0.0 if not weights.any(axis=1).all() else np.inf
            return ValueError(f"round {t}: weights of {self.name} must be >= 0 and not all 0, got {worst}")

        self.watch.require(good, error, weights)
        return weights, reached
