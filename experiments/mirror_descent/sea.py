"""Optimistic descent against stochastically extended adversaries, all replicates at once, round by round.

A learner is three pure functions: ``init`` (start (R, d)) -> state, ``act`` (state, t) -> points (R, d), and ``update``
(state, t, points, gradients) -> state; with ``slack`` (state, t) -> (R,), right side less left side of an inequality
that holds on every path, it is checked after every round. See `experiments.mirror_descent.sea_learners`.

>>> import numpy as np
>>> def update(state, t, play, gradient):
...     moved = play - gradient / np.sqrt(t)
...     return moved / np.maximum(1.0, np.sqrt(np.sum(moved**2, axis=1, keepdims=True)))
>>> descent = SeaLearner("gradient descent", lambda start: start, lambda state, t: state, update)
>>> found = play_sea(descent, SeaWorld("drifting", horizon=200), replicates=5)
>>> bool((found.regret[-1] < found.bounds["published"][-1]).all())
True
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.mirror_descent.sea_learners import (
    SeaLearner,
    optimistic,
    optimistic_newton,
    optimistic_strongly_convex,
    standing_still,
)
from experiments.mirror_descent.sea_worlds import Floats, SeaWorld
from experiments.streams import Stream
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
) -> SeaRegret:
    """Run a learner over the world's horizon, from the centre of the ball.

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
    run = _Run(learner, world, rows, Stream(seed))
    for stop in rounds.tolist():
        run.go(stop)
    return run.result(rounds)


class _Run:
    """A run under way."""

    def __init__(self, learner: SeaLearner, world: SeaWorld, rows: range, stream: Stream) -> None:
        self.learner, self.world, self.rows, self.stream = learner, world, rows, stream
        start = np.zeros((len(rows), world.dimension))
        self.state, self.t = learner.init(start), 0
        self.total, self.loss = start, np.zeros(len(rows))
        self.variation: list[Floats] = []  # means over replicates of variance and drift, (2, rounds)
        self.least = np.full(len(rows), math.inf)
        self.regrets: list[Floats] = []

    def go(self, stop: int) -> None:
        world = self.world
        size = world.horizon if world.kind == "random order" else _NUMBERS // (len(self.rows) * world.dimension)
        while self.t < stop:
            high = min(stop, self.t + max(1, size))
            part = world.rounds(self.stream, self.rows, self.t + 1, high + 1)
            drift = part.drift.mean(axis=1)
            if self.t == 0:
                drift[0] = 0.0  # the first round is paid for by G
            self.variation.append(np.asarray([part.variance.mean(axis=1), drift]))
            for k in range(high - self.t):
                self._round(self.t + k + 1, part.b[k], part.noise[k], part.tilt[k])
            self.t = high
        u = world.comparator(self.total, stop, self.stream)
        best = stop / 2 * np.sum(world.curvature * u * u, axis=1) - np.sum(self.total * u, axis=1)
        self.regrets.append(self.loss - best)

    def _round(self, t: int, b: Floats, noise: Floats, tilt: Floats) -> None:
        world, learner = self.world, self.learner
        play = self._checked(learner.act(self.state, t), t)
        mean = world.curvature * play - b
        seen = mean + noise + tilt * play
        size = np.sqrt(np.sum(seen * seen, axis=1))
        if not (size <= world.G * (1 + 1e-9)).all():
            raise ValueError(
                f"round {t}: the gradient has norm {float(size.max())!r}, more than {world.G!r}, as declared"
            )
        self.state = learner.update(self.state, t, play, seen)
        self.loss = self.loss + np.sum(play * (mean - b), axis=1) / 2
        self.total = self.total + b
        if learner.slack is not None:
            self.least = np.minimum(self.least, self._required(learner.slack, t))
        if learner.round_slack is not None:
            self._required(learner.round_slack, t)

    def _required(self, inequality: Any, t: int) -> Floats:
        slack, name = np.asarray(inequality(self.state, t)), self.learner.name
        if slack.shape != self.least.shape:
            raise ValueError(f"round {t}: {name} must give a slack of shape {self.least.shape}, got {slack.shape}")
        if not (slack >= -TOLERANCE * (1 + self.world.G * self.world.D * t)).all():
            row = int(np.argmin(slack))
            raise Violation(f"round {t}, row {row}: the path of {name} violates its inequality: {float(slack[row])!r}")
        return slack

    def _checked(self, play: Any, t: int) -> Floats:
        play = np.asarray(play, dtype=np.float64)
        if play.shape != self.total.shape:
            raise ValueError(f"round {t}: {self.learner.name} must play {self.total.shape}, got shape {play.shape}")
        size = np.sqrt(np.sum(play * play, axis=1))
        if not (size <= self.world.radius * (1 + 1e-9)).all():
            raise ValueError(
                f"round {t}: {self.learner.name} plays a point of norm {float(size.max())!r}, "
                f"outside of radius {self.world.radius!r}"
            )
        return play

    def result(self, rounds: Any) -> SeaRegret:
        world, variation = self.world, np.concatenate(self.variation, axis=1)
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
        return SeaRegret(rounds, np.asarray(self.regrets), sigma, Sigma, bounds, self.least)
