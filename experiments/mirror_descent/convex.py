"""Online convex optimisation, all replicates at once: learners as pure functions, asserted pathwise inequalities.

A learner is three pure functions: ``init`` (start (R, d)) -> state, ``act`` (state, t) -> points (R, d), and ``update``
(state, t, points, gradients) -> state; with ``slack`` (state, t) -> (R,), right side less left side of an inequality
that holds on every path, for the worst comparator of the decision set, and ``bound`` (state, t), one on regret. Both
are asserted for every checkpoint.

One that takes its functions from its arrays plays on every back end:

>>> import numpy as np
>>> from experiments.arrays import backend, namespace
>>> def update(state, t, play, gradient):
...     moved, xp = play - gradient / t**0.5, namespace(play)
...     return moved / xp.maximum(xp.linalg.vector_norm(moved, axis=1, keepdims=True), 1.0)
>>> descent = ConvexLearner("my descent", lambda start: start, lambda state, t: state, update)
>>> world = ConvexWorld("signs", horizon=200)
>>> found = play_convex(descent, world, replicates=5)
>>> found.regret.shape[1], bool((found.regret[-1] < 30).all())
(5, True)
>>> there = play_convex(descent, world, replicates=5, backend=backend("strict"))
>>> bool(np.allclose(there.regret, found.regret))
True
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.arrays import backend as backend_named
from experiments.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.mirror_descent.convex_learners import (
    ConvexLearner,
    adagrad,
    gradient_descent,
    newton,
    standing_still,
    strongly_convex_descent,
)
from experiments.mirror_descent.convex_worlds import ConvexWorld, Totals
from experiments.streams import Stream
from experiments.watch import Watch
from theory.shown import Shown

__all__ = [
    "ConvexLearner",
    "ConvexRegret",
    "ConvexWorld",
    "adagrad",
    "gradient_descent",
    "newton",
    "play_convex",
    "standing_still",
    "strongly_convex_descent",
]

Floats = NDArray[np.float64]
TOLERANCE = 1e-9
_NUMBERS = 2**18  # drawn at a time


@dataclass(frozen=True)
class ConvexRegret(Shown):
    """What a run found.

    Attributes
    ----------
    rounds : int array (P,)
    regret : array (P, R)
        Sum of losses less that of the best fixed point for the rounds so far.
    bound : array (P, R) or None
        The learner's own bound on regret.
    least_slack : array (R,)
        Of the learner's inequality over all checkpoints and comparators; infinite where it has none.
    """

    rounds: Any
    regret: Floats
    bound: Floats | None
    least_slack: Floats


def play_convex(
    learner: ConvexLearner,
    world: ConvexWorld,
    *,
    replicates: int | range,
    seed: int = 0,
    points: int = 30,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> ConvexRegret:
    """Run a learner over the world's horizon, from the centre of the decision set.

    The best fixed points for all checkpoints are found together, after the last round. Computes with NumPy, or on a
    back end of whose arrays the learner is given.

    Raises
    ------
    ValueError
        If an argument is out of range, more memory is needed, or a gradient is larger than declared or not finite, or a
        play leaves the decision set or has another shape: the message names the round and the value.
    Violation
        If a path violates the learner's inequality or its bound; likewise.
    """
    rows = rows_of(replicates)
    rounds = checkpoints(world.horizon, points)
    held = 12 * len(rounds) * world.dimension + 3 * world.dimension**2
    require_memory(16.0 * _NUMBERS + 8.0 * len(rows) * held, memory, world.horizon)
    run = _Run(learner, world, rows, Stream(seed), backend or backend_named())
    for stop in rounds.tolist():
        run.go(stop)
    return run.result(rounds)


class _Run:
    """A run under way."""

    def __init__(
        self, learner: ConvexLearner, world: ConvexWorld, rows: range, stream: Stream, backend: Backend
    ) -> None:
        self.learner, self.world, self.rows, self.stream = learner, world, rows, stream
        self.backend, self.xp, self.watch = backend, backend.xp, Watch(backend)
        self.shape, self.t = (len(rows), world.dimension), 0
        self.totals = world.none(len(rows), backend)
        self.state = learner.init(self.totals.vectors)
        self.loss = self.totals.vectors[:, 0]
        self.least = self.loss + math.inf
        self.records: list[tuple[Array, Totals]] = []  # losses, and what the best fixed point depends on
        self.bounds: list[Array] = []
        self.drawn = self._draws()

    def go(self, stop: int) -> None:
        """Play on until ``stop`` rounds are over."""
        with self.watch:
            while self.t < stop:
                self.t += 1
                self._round(self.t, next(self.drawn))
            self._check(stop)
        self.records.append((self.loss, self.totals))

    def _draws(self) -> Iterator[Array]:
        """Yield the vectors of every round."""
        size = max(1, _NUMBERS // (len(self.rows) * self.world.dimension))
        for low in range(1, self.world.horizon + 1, size):
            high = min(self.world.horizon + 1, low + size)
            vectors = self.world.rounds(self.stream, self.rows, low, high, self.backend)
            for k in range(high - low):
                yield vectors[k, ...]

    def _round(self, t: int, vector: Array) -> None:
        world, learner = self.world, self.learner
        play = self.backend.asarray(learner.act(self.state, t), dtype=self.xp.float64)
        if play.shape != self.shape:
            raise ValueError(
                f"round {t}: plays of {learner.name} must have shape {self.shape}, got {tuple(play.shape)}"
            )

        def outside(_: Any, play: Floats) -> ValueError:
            return ValueError(
                f"round {t}: a play of {learner.name} lies outside the decision set: {play.tolist()!r:.80}"
            )

        self.watch.require(world.contains(play), outside, play)
        seen = world.gradient(play, vector)
        self.watch.gradient(seen, world.G, t)
        self.loss = self.loss + world.loss(play, vector)
        self.totals = world.added(self.totals, vector)
        self.state = learner.update(self.state, t, play, seen)

    def _tolerance(self, t: int) -> float:
        return TOLERANCE * (1 + self.world.G * self.world.D * t)

    def _check(self, t: int) -> None:
        """Assert the inequality, and keep the bound."""
        learner, allowed = self.learner, self._tolerance(t)
        if learner.slack is not None:
            slack = self.watch.slack(learner.slack(self.state, t), t, learner.name, like=self.loss, allowed=allowed)
            self.least = self.xp.minimum(self.least, slack)
        if learner.bound is not None:
            self.bounds.append(
                self.xp.broadcast_to(self.backend.asarray(learner.bound(self.state, t)), self.loss.shape)
            )

    def result(self, rounds: Any) -> ConvexRegret:
        """Return what was found, if regret is below the bound at all checkpoints."""
        xp = self.xp
        losses, totals = zip(*self.records, strict=True)
        vectors, others = (xp.stack([getattr(item, name) for item in totals]) for name in ("vectors", "others"))
        played = self.backend.asarray(rounds.astype(np.float64))[:, None, None]
        regret = to_numpy(xp.stack(losses) - self.world.best_loss(Totals(vectors, others), played))
        if not self.bounds:
            return ConvexRegret(rounds, regret, None, to_numpy(self.least))
        bounds = to_numpy(xp.stack(self.bounds))
        for t, found, bound in zip(rounds.tolist(), regret, bounds, strict=True):
            if not (found <= bound + self._tolerance(t)).all():
                row, name = int(np.argmax(found - bound)), self.learner.name
                values = f"{float(found[row])!r} > {float(bound[row])!r}"
                raise Violation(f"round {t}, row {row}: regret of {name} is {values}")
        return ConvexRegret(rounds, regret, bounds, to_numpy(self.least))
