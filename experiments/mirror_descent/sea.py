"""Optimistic gradient descent against stochastically extended adversaries, all replicates at once, round by round.

A learner is three pure functions: ``init`` (start (R, d)) -> state, ``act`` (state, t) -> points (R, d), and ``update``
(state, t, points, gradients) -> state; with ``slack`` (state, t) -> (R,), right side less left side of an inequality
that holds on every path. Here the slack is the least over all comparators of the ball, in closed form: a run checks the
inequality after every round, against every comparator.

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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory
from experiments.mirror_descent.sea_worlds import Floats, SeaWorld
from experiments.streams import Stream
from theory.online import sea
from theory.online.mirror_descent import onto_ball

__all__ = ["SeaLearner", "SeaRegret", "optimistic", "optimistic_strongly_convex", "play_sea", "standing_still"]

_NUMBERS = 2**18  # drawn at a time
TOLERANCE = 1e-9


@dataclass(frozen=True)
class SeaLearner:
    """A learner as pure functions; see the module."""

    name: str
    init: Callable[[Floats], Any]
    act: Callable[[Any, int], Floats]
    update: Callable[[Any, int, Floats, Floats], Any]
    slack: Callable[[Any, int], Floats] | None = None


class SeaState(NamedTuple):
    """The state of optimistic descent: the centre, the guess, the last point, and the sums of the inequality (R,)."""

    center: Floats
    guess: Floats
    last: Floats
    variation: Floats  # sum of |g - M|^2
    price: Floats  # of the surprises, and of the moves: what the right side holds
    moves: Floats
    gained: Floats  # sum of <g, x>
    gradients: Floats  # sum (R, d)
    points: Floats  # sum (R, d)
    squares: Floats  # sum of |x|^2


@dataclass(frozen=True)
class SeaRegret:
    """What a run found.

    Attributes
    ----------
    rounds : int array (P,)
    regret : array (P, R)
        Sum of mean losses less that of the best fixed point for the rounds so far (of all losses, in random order).
    sigma_sq, Sigma_sq : arrays (P,)
        Exact sums of variances and drifts of each path, averaged over replicates.
    bounds : dict of arrays (P,)
        The convex theorem at these sums: ``published`` and ``sharper``.
    least_slack : array (R,)
        Of the learner's inequality over all rounds and comparators; infinite where it has none.
    """

    rounds: Any
    regret: Floats
    sigma_sq: Floats
    Sigma_sq: Floats
    bounds: dict[str, Floats]
    least_slack: Floats


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("rd,rd->r", a, b)


def _started(start: Floats) -> SeaState:
    none, vector = np.zeros(start.shape[0]), np.zeros_like(start)
    return SeaState(start, vector, start, none, none, none, none, vector, vector, none)


def _moved(state: SeaState, step: Any, gradient: Floats, radius: float) -> Floats:
    return np.asarray(onto_ball(state.center - step * gradient, radius))


def _updated(state: SeaState, play: Floats, seen: Floats, center: Floats, price: Any, move: Any) -> SeaState:
    surprise, jump = seen - state.guess, play - state.last
    surprises = _dot(surprise, surprise)
    return SeaState(
        center, seen, play, state.variation + surprises, state.price + price * surprises,
        state.moves + move * _dot(jump, jump), state.gained + _dot(seen, play), state.gradients + seen,
        state.points + play, state.squares + _dot(play, play),
    )  # fmt: skip


def optimistic(world: SeaWorld) -> SeaLearner:
    """Return the learner of the convex theorem: steps ``D/sqrt(delta + 4 G^2 + V_{t-1})``, delta = 10 D^2 L^2.

    Its inequality is ``theory.online.sea.run.adaptive_slack``.

    Examples
    --------
    >>> optimistic(SeaWorld("drifting", horizon=5)).name
    'optimistic, convex'
    """
    D, G, radius, delta = world.D, world.G, world.radius, 10 * world.D**2 * world.L**2

    def step(state: SeaState) -> Floats:
        return (D / np.sqrt(delta + 4 * G**2 + state.variation))[:, None]

    def act(state: SeaState, t: int) -> Floats:
        return _moved(state, step(state), state.guess, radius)

    def update(state: SeaState, t: int, play: Floats, seen: Floats) -> SeaState:
        return _updated(state, play, seen, _moved(state, step(state), seen, radius), 0.0, float(t > 1))

    def slack(state: SeaState, t: int) -> Floats:
        right = 2.5 * D * np.sqrt(delta + 4 * G**2 + state.variation) - math.sqrt(delta) / (4 * D) * state.moves
        worst = radius * np.sqrt(_dot(state.gradients, state.gradients))  # the largest -<sum of g, u>
        return right - state.gained - worst

    return SeaLearner("optimistic, convex", _started, act, update, slack)


def optimistic_strongly_convex(world: SeaWorld) -> SeaLearner:
    """Return the learner with steps ``2/(lam t)``; its inequality is ``theory.online.sea.run.strongly_convex_slack``.

    Raises
    ------
    ValueError
        If the mean losses are linear.

    Examples
    --------
    >>> optimistic_strongly_convex(SeaWorld("drifting", horizon=5)).name
    'optimistic, strongly convex'
    """
    if not world.L:
        raise ValueError(f"mean losses of the world {world.kind!r} are linear, not strongly convex")
    lam, radius, D = world.strong, world.radius, world.D

    def act(state: SeaState, t: int) -> Floats:
        return _moved(state, 2 / (lam * t), state.guess, radius)

    def update(state: SeaState, t: int, play: Floats, seen: Floats) -> SeaState:
        step = 2 / (lam * t)
        return _updated(state, play, seen, _moved(state, step, seen, radius), step * (1 + 1 / t), lam * (t - 1) / 8)

    def slack(state: SeaState, t: int) -> Floats:
        slope = lam * state.points - state.gradients
        u = np.asarray(onto_ball(slope / (lam * t), radius))  # the worst comparator
        worst = _dot(slope, u) - lam * t / 2 * _dot(u, u)
        left = state.gained - lam / 2 * state.squares + worst
        return lam * D**2 / 4 + state.price - state.moves - left

    return SeaLearner("optimistic, strongly convex", _started, act, update, slack)


def standing_still() -> SeaLearner:
    """Return the control that never moves.

    Examples
    --------
    >>> standing_still().act(1.0, 5)
    1.0
    """
    return SeaLearner("standing still", lambda start: start, lambda state, _: state, lambda state, *_: state)


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
        If an argument is out of range, more memory is needed, or a gradient is larger than declared or not finite: the
        message names the round and the value.
    Violation
        If a path violates the learner's inequality; likewise.
    """
    rows = range(replicates) if isinstance(replicates, int) else replicates
    if not len(rows):
        raise ValueError("replicates must be at least 1, got none")
    rounds = checkpoints(world.horizon, points)
    require_memory(world.memory(len(rows)) + 16.0 * _NUMBERS + 16.0 * len(rows) * points, memory, world.horizon)
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
        self.sums, self.least = np.zeros(2), np.full(len(rows), math.inf)
        self.regrets: list[Floats] = []
        self.variations: list[Floats] = []

    def go(self, stop: int) -> None:
        world = self.world
        size = world.horizon if world.kind == "random order" else _NUMBERS // (len(self.rows) * world.dimension)
        while self.t < stop:
            high = min(stop, self.t + max(1, size))
            part = world.rounds(self.stream, self.rows, self.t + 1, high + 1)
            drift = part.drift.mean(axis=1)
            if self.t == 0:
                drift[0] = 0.0  # the first round is paid for by G
            self.sums = self.sums + np.asarray([part.variance.mean(axis=1).sum(), drift.sum()])
            for k in range(high - self.t):
                self._round(self.t + k + 1, part.b[k], part.noise[k], part.flips[k])
            self.t = high
        u = world.comparator(self.total, stop, self.stream)
        best = stop / 2 * np.sum(world.curvature * u * u, axis=1) - _dot(self.total, u)
        self.regrets.append(self.loss - best)
        self.variations.append(self.sums)

    def _round(self, t: int, b: Floats, noise: Floats, flips: Floats) -> None:
        world, learner = self.world, self.learner
        play = learner.act(self.state, t)
        mean = world.curvature * play - b
        seen = mean + noise + world.kappa * flips[:, None] * play
        size = np.sqrt(_dot(seen, seen))
        if not (size <= world.G * (1 + 1e-9)).all():
            raise ValueError(f"round {t}: the gradient has norm {size.max()!r}, more than {world.G!r}, as declared")
        self.state = learner.update(self.state, t, play, seen)
        self.loss = self.loss + _dot(play, mean - b) / 2
        self.total = self.total + b
        if learner.slack is None:
            return
        slack = learner.slack(self.state, t)
        if not (slack >= -TOLERANCE * (1 + world.G * world.D * t)).all():
            row = int(np.argmin(slack))
            raise Violation(f"round {t}, row {row}: the path of {learner.name} violates its inequality: {slack[row]!r}")
        self.least = np.minimum(self.least, slack)

    def result(self, rounds: Any) -> SeaRegret:
        world = self.world
        sigma, Sigma = np.asarray(self.variations).T
        given = (world.D, world.L, world.G, sigma, Sigma)
        bounds = {
            "published": np.asarray(sea.convex_bound(*given)),
            "sharper": np.asarray(sea.convex_bound_sharper(*given)),
        }
        return SeaRegret(rounds, np.asarray(self.regrets), sigma, Sigma, bounds, self.least)
