"""Online convex optimisation, all replicates at once: learners as pure functions, asserted pathwise inequalities.

A learner is three pure functions: ``init`` (start (R, d)) -> state, ``act`` (state, t) -> points (R, d), and ``update``
(state, t, points, gradients) -> state; with ``slack`` (state, t) -> (R,), right side less left side of an inequality
that holds on every path, for the worst comparator of the decision set, and ``bound`` (state, t), one on regret. Both
are asserted at every checkpoint.

>>> import numpy as np
>>> def update(state, t, play, gradient):
...     moved = play - gradient / np.sqrt(t)
...     return moved / np.maximum(1.0, np.sqrt(np.sum(moved**2, axis=1, keepdims=True)))
>>> descent = ConvexLearner("my descent", lambda start: start, lambda state, t: state, update)
>>> found = play_convex(descent, ConvexWorld("signs", horizon=200), replicates=5)
>>> found.regret.shape[1], bool((found.regret[-1] < 30).all())
(5, True)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from experiments.mirror_descent.convex_worlds import ConvexWorld, Floats
from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.streams import Stream
from theory.online import bounds
from theory.online.adagrad import diagonal_move, full_move, metric_root
from theory.online.mirror_descent import onto_ball, quadratic_step
from theory.online.online_newton import first_matrix, newton_move, newton_step_sharper, usual_curvature
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

TOLERANCE = 1e-9
_NUMBERS = 2**18  # drawn at a time
_DELTA = 1e-3  # added to the full matrix of AdaGrad, which may be singular


@dataclass(frozen=True)
class ConvexLearner:
    """A learner as pure functions; see the module."""

    name: str
    init: Callable[[Floats], Any]
    act: Callable[[Any, int], Floats]
    update: Callable[[Any, int, Floats, Floats], Any]
    slack: Callable[[Any, int], Floats] | None = None
    bound: Callable[[Any, int], Any] | None = None


class State(NamedTuple):
    """A play, the learner's metric, and the sums of its inequality."""

    play: Floats
    metric: Any  # matrices (R, d, d), or sums of squares (R, d)
    gained: Floats  # sum of <g, x>, (R,)
    price: Floats  # of the gradients: what the right side holds, (R,)
    squares: Floats  # sum of |x|^2, or of <g, x>^2, (R,)
    gradients: Floats  # sum of g, (R, d)
    points: Floats  # sum of x, or of g <g, x>, (R, d)


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


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("rd,rd->r", a, b)


def _solved(matrix: Any, vector: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0], dtype=np.float64)


def _started(metric: Callable[[Floats], Any] = lambda start: None) -> Callable[[Floats], State]:
    def init(start: Floats) -> State:
        none, vector = np.zeros(start.shape[0]), np.zeros_like(start)
        return State(start, metric(start), none, none, none, vector, vector)

    return init


def _descent(name: str, world: ConvexWorld, step: Callable[[int], float], slack: Any, bound: Any) -> ConvexLearner:
    """Return projected gradient descent with the given steps; the price is ``sum eta_t |g_t|^2/2``."""

    def update(state: State, t: int, play: Floats, seen: Floats) -> State:
        moved = play - step(t) * seen
        moved = (
            np.clip(moved, -world.radius, world.radius) if world.cube else np.asarray(onto_ball(moved, world.radius))
        )
        return State(
            moved, None, state.gained + _dot(seen, play), state.price + step(t) / 2 * _dot(seen, seen),
            state.squares + _dot(play, play), state.gradients + seen, state.points + play,
        )  # fmt: skip

    return ConvexLearner(name, _started(), lambda state, t: state.play, update, slack, bound)


def gradient_descent(world: ConvexWorld) -> ConvexLearner:
    """Return projected gradient descent with steps ``D/(G sqrt t)``.

    Examples
    --------
    >>> gradient_descent(ConvexWorld("signs", horizon=5)).name
    'gradient descent'
    """
    D, G = world.D, world.G

    def step(t: int) -> float:
        return D / (G * math.sqrt(t))

    def slack(state: State, t: int) -> Floats:
        return D**2 / (2 * step(t)) + state.price - state.gained - world.support(-state.gradients)

    def bound(state: State, t: int) -> float:
        return float(bounds.gradient_descent(D=D, G=G, T=t))

    return _descent("gradient descent", world, step, slack, bound)


def strongly_convex_descent(world: ConvexWorld) -> ConvexLearner:
    """Return projected gradient descent with steps ``1/(lam t)``.

    Raises
    ------
    ValueError
        If the losses are not strongly convex.

    Examples
    --------
    >>> strongly_convex_descent(ConvexWorld("quadratic", horizon=5)).name
    'gradient descent, strongly convex'
    """
    if not world.lam:
        raise ValueError(f"losses of the world {world.kind!r} are not strongly convex")
    lam = world.lam

    def slack(state: State, t: int) -> Floats:
        slope = lam * state.points - state.gradients
        u = np.asarray(onto_ball(slope / (lam * t), world.radius))  # the worst comparator
        worst = _dot(slope, u) - lam * t / 2 * _dot(u, u)
        return state.price - (state.gained - lam / 2 * state.squares + worst)

    def bound(state: State, t: int) -> float:
        return float(bounds.gradient_descent_strongly_convex(G=world.G, lam=lam, T=t))

    return _descent("gradient descent, strongly convex", world, lambda t: 1 / (lam * t), slack, bound)


def newton(world: ConvexWorld) -> ConvexLearner:
    """Return online Newton steps with the usual curvature gamma and ``A_0 = I/(gamma D)^2``.

    Raises
    ------
    ValueError
        If the losses are not exp-concave.

    Examples
    --------
    >>> newton(ConvexWorld("logarithmic", horizon=5)).name
    'online Newton step'
    """
    if not world.alpha:
        raise ValueError(f"losses of the world {world.kind!r} are not exp-concave")
    gamma = usual_curvature(alpha=world.alpha, G=world.G, D=world.D)
    epsilon = 1 / (gamma * world.D) ** 2

    def update(state: State, t: int, play: Floats, seen: Floats) -> State:
        matrix, moved = newton_move(play, seen, state.metric, gamma=gamma, radius=world.radius)
        along = _dot(seen, play)
        spent = _dot(seen, _solved(matrix, seen))
        return State(
            np.asarray(moved), matrix, state.gained + along, state.price + spent / (2 * gamma),
            state.squares + along**2, state.gradients + seen, state.points + along[:, None] * seen,
        )  # fmt: skip

    def slack(state: State, t: int) -> Floats:
        slope = gamma * state.points - state.gradients
        curved = gamma * state.metric  # the start is 0: epsilon counts as one more gradient in every direction
        u = np.asarray(quadratic_step(np.zeros_like(slope), -slope, curved, radius=world.radius))
        worst = _dot(slope, u) - np.einsum("ri,rij,rj->r", u, curved, u) / 2
        return state.price - (state.gained - gamma / 2 * state.squares + worst)

    def bound(state: State, t: int) -> float:
        return float(newton_step_sharper(d=world.dimension, alpha=world.alpha, G=world.G, D=world.D, T=t))

    init = _started(lambda start: np.asarray(first_matrix(start, epsilon)))
    return ConvexLearner("online Newton step", init, lambda state, t: state.play, update, slack, bound)


def adagrad(world: ConvexWorld) -> ConvexLearner:
    """Return AdaGrad: diagonal on the cube, with full matrices on the ball; ``eta`` is the width over sqrt(2).

    Examples
    --------
    >>> adagrad(ConvexWorld("sparse", horizon=5)).name
    'AdaGrad, diagonal'
    """
    width = 2 * world.radius
    eta = width / math.sqrt(2)

    def move(play: Floats, seen: Floats, metric: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the next metric and play, and ``<g, H^{-1} g>``."""
        if world.cube:
            metric, play = diagonal_move(play, seen, metric, eta=eta, width=width)
            return metric, play, np.sum(seen**2 / np.sqrt(np.where(metric > 0, metric, 1.0)), axis=-1)
        metric, play = full_move(play, seen, metric, eta=eta, delta=_DELTA, radius=world.radius)
        root = np.asarray(metric_root(metric, _DELTA))
        return metric, play, _dot(seen, _solved(root, seen))

    def size(state: State, delta: float) -> Floats:
        """The sum of the roots, or the trace of the root: what the regret is a multiple of."""
        if world.cube:
            return np.asarray(np.sum(np.sqrt(state.metric), axis=-1))
        return np.asarray(np.trace(np.asarray(metric_root(state.metric, delta)), axis1=1, axis2=2))

    def update(state: State, t: int, play: Floats, seen: Floats) -> State:
        metric, moved, spent = move(play, seen, state.metric)
        return State(
            np.asarray(moved), metric, state.gained + _dot(seen, play), state.price + eta / 2 * spent,
            state.squares, state.gradients + seen, state.points,
        )  # fmt: skip

    def slack(state: State, t: int) -> Floats:
        start = width**2 / (2 * eta) * size(state, _DELTA)
        return start + state.price - state.gained - world.support(-state.gradients)

    def bound(state: State, t: int) -> Floats:
        return width**2 / (2 * eta) * size(state, _DELTA) + eta * size(state, 0.0)

    def metric(start: Floats) -> Floats:
        return np.zeros_like(start) if world.cube else np.zeros((*start.shape, start.shape[-1]))

    name = "AdaGrad, diagonal" if world.cube else "AdaGrad, full matrix"
    return ConvexLearner(name, _started(metric), lambda state, t: state.play, update, slack, bound)


def standing_still() -> ConvexLearner:
    """Return the control that never moves.

    Examples
    --------
    >>> standing_still().act(1.0, 5)
    1.0
    """
    return ConvexLearner("standing still", lambda start: start, lambda state, _: state, lambda state, *_: state)


def play_convex(
    learner: ConvexLearner,
    world: ConvexWorld,
    *,
    replicates: int | range,
    seed: int = 0,
    points: int = 30,
    memory: float = 2.0**32,
) -> ConvexRegret:
    """Run a learner over the world's horizon, from the centre of the decision set.

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
    needed = 16.0 * _NUMBERS + 8.0 * len(rows) * (3 * points + 3 * world.dimension**2)
    require_memory(needed, memory, world.horizon)
    run = _Run(learner, world, rows, Stream(seed))
    for stop in rounds.tolist():
        run.go(stop)
    bound = np.asarray(run.bounds) if run.bounds else None
    return ConvexRegret(rounds, np.asarray(run.regrets), bound, run.least)


class _Run:
    """A run under way."""

    def __init__(self, learner: ConvexLearner, world: ConvexWorld, rows: range, stream: Stream) -> None:
        self.learner, self.world, self.rows, self.stream = learner, world, rows, stream
        self.shape = (len(rows), world.dimension)
        self.state, self.t = learner.init(np.zeros(self.shape)), 0
        self.totals, self.loss = world.none(len(rows)), np.zeros(len(rows))
        self.least = np.full(len(rows), math.inf)
        self.regrets: list[Floats] = []
        self.bounds: list[Floats] = []

    def go(self, stop: int) -> None:
        world = self.world
        size = max(1, _NUMBERS // (len(self.rows) * world.dimension))
        while self.t < stop:
            high = min(stop, self.t + size)
            for vector in world.rounds(self.stream, self.rows, self.t + 1, high + 1):
                self.t += 1
                self._round(self.t, vector)
        self.regrets.append(self.loss - world.best_loss(self.totals, stop))
        self._check(stop)

    def _round(self, t: int, vector: Floats) -> None:
        world, learner = self.world, self.learner
        play = np.asarray(learner.act(self.state, t))
        if play.shape != self.shape:
            raise ValueError(f"round {t}: plays of {learner.name} must have shape {self.shape}, got {play.shape}")
        if not world.contains(play).all():
            raise ValueError(
                f"round {t}: a play of {learner.name} lies outside the decision set: {play.tolist()!r:.80}"
            )
        seen = world.gradient(play, vector)
        size = np.sqrt(_dot(seen, seen))
        if not (size <= world.G * (1 + 1e-9)).all():
            raise ValueError(f"round {t}: the gradient has norm {size.max()!r}, more than {world.G!r}, as declared")
        self.loss = self.loss + world.loss(play, vector)
        self.totals = world.added(self.totals, vector)
        self.state = learner.update(self.state, t, play, seen)

    def _check(self, t: int) -> None:
        """Assert the inequality and the bound."""
        learner, regret = self.learner, self.regrets[-1]
        tolerance = TOLERANCE * (1 + self.world.G * self.world.D * t)
        if learner.slack is not None:
            slack = learner.slack(self.state, t)
            if not (slack >= -tolerance).all():
                row = int(np.argmin(slack))
                raise Violation(
                    f"round {t}, row {row}: the path of {learner.name} violates its inequality: {slack[row]!r}"
                )
            self.least = np.minimum(self.least, slack)
        if learner.bound is not None:
            bound = np.broadcast_to(np.asarray(learner.bound(self.state, t)), regret.shape)
            if not (regret <= bound + tolerance).all():
                row = int(np.argmax(regret - bound))
                raise Violation(f"round {t}, row {row}: regret of {learner.name} is {regret[row]!r} > {bound[row]!r}")
            self.bounds.append(bound)
