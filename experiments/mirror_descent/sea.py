"""Optimistic descent against stochastically extended adversaries, all replicates at once, round by round.

A learner is three pure functions: ``init`` (start (R, d)) -> state, ``act`` (state, t) -> points (R, d), and ``update``
(state, t, points, gradients) -> state; with ``slack`` (state, t) -> (R,), right side less left side of an inequality
that holds on every path, it is checked after every round. See `experiments.mirror_descent.sea_learners`.

One that takes its functions from its arrays plays on every back end:

>>> import numpy as np
>>> from experiments.arrays import backend, namespace
>>> def update(state, t, play, gradient):
...     moved, xp = play - gradient / t**0.5, namespace(play)
...     return moved / xp.maximum(xp.linalg.vector_norm(moved, axis=1, keepdims=True), 1.0)
>>> descent = SeaLearner("gradient descent", lambda start: start, lambda state, t: state, update)
>>> world = SeaWorld("drifting", horizon=200)
>>> found = play_sea(descent, world, replicates=5)
>>> bool((found.regret[-1] < found.bounds["published"][-1]).all())
True
>>> there = play_sea(descent, world, replicates=5, backend=backend("strict"))
>>> bool(np.allclose(there.regret, found.regret))
True
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, to_numpy
from experiments.arrays import backend as backend_named
from experiments.horizons import checkpoints, require_memory, rows_of
from experiments.mirror_descent.sea_learners import (
    SeaLearner,
    optimistic,
    optimistic_newton,
    optimistic_strongly_convex,
    standing_still,
)
from experiments.mirror_descent.sea_worlds import Floats, SeaWorld
from experiments.streams import Stream
from experiments.watch import Watch
from theory.online import sea
from theory.shown import Shown

__all__ = [
    "SeaLearner",
    "SeaRegret",
    "SeaWorld",
    "optimistic",
    "optimistic_newton",
    "optimistic_strongly_convex",
    "play_sea",
    "standing_still",
]

_NUMBERS = 2**17  # of an array that is drawn at a time
_HELD = 15 * 8.0 * _NUMBERS  # bytes, at the most
TOLERANCE = 1e-9


@dataclass(frozen=True)
class SeaRegret(Shown):
    """What a run found.

    Attributes
    ----------
    rounds : int array (P,)
    regret : array (P, R)
        Sum of mean losses less that of the best fixed point for the rounds so far (of all losses, in random order).
    sigma_sq, Sigma_sq : arrays (P,)
        Exact sums of variances and drifts of each path, averaged over replicates.
    bounds : dict of arrays (P,)
        The theorems at these sums, each for the learner that it is about: ``published`` and ``sharper`` for
        `optimistic`; if the mean losses are strongly convex ``strongly_convex``, the finite sum over the rounds' own
        variances and drifts; if the losses drawn are exp-concave ``exp_concave``.
    least_slack : array (R,)
        Of the learner's inequality over all rounds and comparators; infinite where it has none.
    """

    rounds: Any
    regret: Floats
    sigma_sq: Floats
    Sigma_sq: Floats
    bounds: dict[str, Floats]
    least_slack: Floats


def play_sea(
    learner: SeaLearner,
    world: SeaWorld,
    *,
    replicates: int | range,
    seed: int = 0,
    points: int = 30,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> SeaRegret:
    """Run a learner over the world's horizon, from the centre of the ball.

    Computes with NumPy, or on a back end of whose arrays the learner is given.

    Raises
    ------
    ValueError
        If an argument is out of range, more memory is needed, a play has another shape or leaves the ball, or a
        gradient is larger than declared or not finite: the message names the round and the value.
    Violation
        If a path violates the learner's inequality; likewise.
    """
    rows = rows_of(replicates)
    rounds = checkpoints(world.horizon, points)
    held = 16.0 * world.horizon + 16.0 * len(rows) * len(rounds)
    require_memory(world.memory(len(rows)) + _HELD + held, memory, world.horizon)
    run = _Run(learner, world, rows, Stream(seed), backend or backend_named())
    for stop in rounds.tolist():
        run.go(stop)
    return run.result(rounds)


class _Run:
    """A run under way."""

    def __init__(self, learner: SeaLearner, world: SeaWorld, rows: range, stream: Stream, backend: Backend) -> None:
        self.learner, self.world, self.rows, self.stream = learner, world, rows, stream
        self.backend, self.xp, self.watch = backend, backend.xp, Watch(backend)
        start = self.xp.zeros((len(rows), world.dimension), dtype=self.xp.float64, device=backend.device)
        self.state, self.t = learner.init(start), 0
        self.curvature = backend.asarray(world.curvature)
        self.total, self.loss = start, start[:, 0]
        self.variation: list[Array] = []  # means over replicates of variance and drift, (2, rounds)
        self.least = self.loss + math.inf
        self.regrets: list[Array] = []
        self.drawn = self._draws()

    def go(self, stop: int) -> None:
        """Play on until ``stop`` rounds are over."""
        world, xp = self.world, self.xp
        with self.watch:
            while self.t < stop:
                self.t += 1
                self._round(self.t, *next(self.drawn))
        u = world.comparator(self.total, stop, self.stream)
        best = stop / 2 * xp.sum(self.curvature * u * u, axis=1) - xp.sum(self.total * u, axis=1)
        self.regrets.append(self.loss - best)

    def _draws(self) -> Iterator[tuple[Array, Array, Array]]:
        """Yield b, and slope and offset of the gradient, of every round."""
        world, xp = self.world, self.xp
        size = world.horizon if world.kind == "random order" else _NUMBERS // (len(self.rows) * world.dimension)
        for low in range(1, world.horizon + 1, max(1, size)):
            high = min(world.horizon + 1, low + max(1, size))
            part = world.rounds(self.stream, self.rows, low, high, self.backend)
            drift = xp.mean(part.drift, axis=1)
            if low == 1:
                drift[0] = 0.0  # the first round is paid for by G
            self.variation.append(xp.stack([xp.mean(part.variance, axis=1), drift]))
            slope, offset = self.curvature + part.tilt, part.b - part.noise
            for k in range(high - low):
                yield part.b[k, ...], slope[k, ...], offset[k, ...]

    def _round(self, t: int, b: Array, slope: Array, offset: Array) -> None:
        world, learner, xp = self.world, self.learner, self.xp
        play = self._checked(learner.act(self.state, t), t)
        mean = self.curvature * play - b
        seen = slope * play - offset  # exactly 0 in a coordinate that was not drawn, whose steps rounding would start
        self.watch.gradient(seen, world.G, t)
        self.state = learner.update(self.state, t, play, seen)
        self.loss = self.loss + xp.vecdot(play, mean - b) / 2
        self.total = self.total + b
        if learner.slack is not None:
            self.least = xp.minimum(self.least, self._required(learner.slack, t))
        if learner.round_slack is not None:
            self._required(learner.round_slack, t)

    def _required(self, inequality: Any, t: int) -> Array:
        allowed = TOLERANCE * (1 + self.world.G * self.world.D * t)
        return self.watch.slack(inequality(self.state, t), t, self.learner.name, like=self.least, allowed=allowed)

    def _checked(self, play: Any, t: int) -> Array:
        xp, name, radius = self.xp, self.learner.name, self.world.radius
        play = self.backend.asarray(play, dtype=xp.float64)
        if play.shape != self.total.shape:
            shapes = f"{tuple(self.total.shape)}, got shape {tuple(play.shape)}"
            raise ValueError(f"round {t}: {name} must play {shapes}")
        size = xp.sqrt(xp.vecdot(play, play))

        def error(_: Any, size: Floats) -> ValueError:
            norm = float(size.max())
            return ValueError(f"round {t}: {name} plays a point of norm {norm!r}, outside of radius {radius!r}")

        self.watch.require(size <= radius * (1 + 1e-9), error, size)
        return play

    def result(self, rounds: Any) -> SeaRegret:
        world, variation = self.world, to_numpy(self.xp.concat(self.variation, axis=1))
        sigma, Sigma = np.cumsum(variation, axis=1)[:, rounds - 1]
        D, L, G = world.D, world.L, world.G
        bounds = {
            "published": np.asarray(sea.convex_bound(D, L, G, sigma, Sigma)),
            "sharper": np.asarray(sea.convex_bound_sharper(D, L, G, sigma, Sigma)),
        }
        if world.lam:
            parts = [{"sigma_sq": variation[0, :stop], "Sigma_sq": variation[1, :stop]} for stop in rounds.tolist()]
            finite = [sea.strongly_convex_bound_rounds(D, L, G, world.lam, **part) for part in parts]
            bounds["strongly_convex"] = np.asarray(finite, dtype=np.float64)
        if world.alpha:
            bound = sea.exp_concave_bound(D, L, G, world.alpha, world.dimension, sigma_sq=sigma, Sigma_sq=Sigma)
            bounds["exp_concave"] = np.asarray(bound)
        regrets, least = to_numpy(self.xp.stack(self.regrets)), to_numpy(self.least)
        return SeaRegret(rounds, regrets, sigma, Sigma, bounds, least)
