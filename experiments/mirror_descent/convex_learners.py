"""Learners of online convex optimisation, each with the inequality that every one of its paths obeys.

A learner is three pure functions, see `experiments.mirror_descent.convex`. Slacks are the least over all comparators of
the decision set.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from experiments.arrays import Array, namespace
from experiments.mirror_descent.convex_worlds import ConvexWorld
from theory.online import bounds
from theory.online.adagrad import diagonal_move, full_move, metric_root
from theory.online.mirror_descent import onto_ball, quadratic_step
from theory.online.online_newton import first_matrix, newton_move, newton_step_sharper, usual_curvature

__all__ = [
    "ConvexLearner",
    "adagrad",
    "gradient_descent",
    "newton",
    "standing_still",
    "strongly_convex_descent",
]

_NOISE = 1e-15  # of an eigenvalue, relative to the largest, times the dimension
_DELTA = 1e-3  # added to the full matrix of AdaGrad, which may be singular


@dataclass(frozen=True)
class ConvexLearner:
    """A learner as pure functions; see `experiments.mirror_descent.convex`."""

    name: str
    init: Callable[[Array], Any]
    act: Callable[[Any, int], Array]
    update: Callable[[Any, int, Array, Array], Any]
    slack: Callable[[Any, int], Array] | None = None
    bound: Callable[[Any, int], Any] | None = None


class State(NamedTuple):
    """A play, the learner's metric, and the sums of its inequality."""

    play: Array
    metric: Any  # matrices (R, d, d), or sums of squares (R, d)
    gained: Array  # sum of <g, x>, (R,)
    price: Array  # of the gradients: what the right side holds, (R,)
    squares: Array  # sum of |x|^2, or of <g, x>^2, (R,)
    gradients: Array  # sum of g, (R, d)
    points: Array  # sum of x, or of g <g, x>, (R, d)


def _dot(a: Array, b: Array) -> Array:
    return namespace(a).vecdot(a, b)


def _solved(matrix: Any, vector: Array) -> Array:
    return namespace(vector).linalg.solve(matrix, vector[..., None])[..., 0]


def _started(metric: Callable[[Array], Any] = lambda start: None) -> Callable[[Array], State]:
    def init(start: Array) -> State:
        vector = namespace(start).zeros_like(start)
        none = vector[:, 0]
        return State(start, metric(start), none, none, none, vector, vector)

    return init


def _descent(name: str, world: ConvexWorld, step: Callable[[int], float], slack: Any, bound: Any) -> ConvexLearner:
    """Return projected gradient descent with the given steps; the price is ``sum eta_t |g_t|^2/2``."""

    def update(state: State, t: int, play: Array, seen: Array) -> State:
        xp, r, eta = namespace(seen), world.radius, step(t)
        moved = play - eta * seen
        moved = xp.minimum(xp.maximum(moved, -r), r) if world.cube else onto_ball(moved, r)
        return State(
            moved, None, state.gained + xp.vecdot(seen, play), state.price + eta / 2 * xp.vecdot(seen, seen),
            state.squares + xp.vecdot(play, play), state.gradients + seen, state.points + play,
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

    def slack(state: State, t: int) -> Array:
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

    def slack(state: State, t: int) -> Array:
        slope = lam * state.points - state.gradients
        u = onto_ball(slope / (lam * t), world.radius)  # the worst comparator
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

    def update(state: State, t: int, play: Array, seen: Array) -> State:
        matrix, moved = newton_move(play, seen, state.metric, gamma=gamma, radius=world.radius)
        along = _dot(seen, play)
        spent = _dot(seen, _solved(matrix, seen))
        return State(
            moved, matrix, state.gained + along, state.price + spent / (2 * gamma),
            state.squares + along**2, state.gradients + seen, state.points + along[:, None] * seen,
        )  # fmt: skip

    def slack(state: State, t: int) -> Array:
        slope = gamma * state.points - state.gradients
        curved = gamma * state.metric  # the start is 0: epsilon counts as one more gradient in every direction
        u = quadratic_step(namespace(slope).zeros_like(slope), -slope, curved, radius=world.radius)
        worst = _dot(slope, u) - _dot(u, (curved @ u[..., None])[..., 0]) / 2
        return state.price - (state.gained - gamma / 2 * state.squares + worst)

    def bound(state: State, t: int) -> float:
        return float(newton_step_sharper(d=world.dimension, alpha=world.alpha, G=world.G, D=world.D, T=t))

    init = _started(lambda start: first_matrix(start, epsilon))
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

    def move(play: Array, seen: Array, metric: Array) -> tuple[Array, Array, Array]:
        """Return the next metric and play, and ``<g, H^{-1} g>``."""
        if world.cube:
            metric, play = diagonal_move(play, seen, metric, eta=eta, width=width)
            xp = namespace(seen)
            return metric, play, xp.sum(seen**2 / xp.sqrt(xp.where(metric > 0, metric, 1.0)), axis=-1)
        metric, play = full_move(play, seen, metric, eta=eta, delta=_DELTA, radius=world.radius)
        return metric, play, _dot(seen, _solved(metric_root(metric, _DELTA), seen))

    def size(state: State, delta: float) -> Array:
        """The sum of the roots, or the trace of the root: what the regret is a multiple of."""
        xp = namespace(state.metric)
        if world.cube:
            return xp.sum(xp.sqrt(state.metric), axis=-1)
        values = xp.linalg.eigvalsh(state.metric)
        noise = _NOISE * world.dimension * xp.max(values, axis=-1, keepdims=True)  # its root would be no noise
        return xp.sum(delta + xp.sqrt(xp.where(values > noise, values, 0.0)), axis=-1)

    def update(state: State, t: int, play: Array, seen: Array) -> State:
        metric, moved, spent = move(play, seen, state.metric)
        return State(
            moved, metric, state.gained + _dot(seen, play), state.price + eta / 2 * spent,
            state.squares, state.gradients + seen, state.points,
        )  # fmt: skip

    def slack(state: State, t: int) -> Array:
        start = width**2 / (2 * eta) * size(state, _DELTA)
        return start + state.price - state.gained - world.support(-state.gradients)

    def bound(state: State, t: int) -> Array:
        return width**2 / (2 * eta) * size(state, _DELTA) + eta * size(state, 0.0)

    def metric(start: Array) -> Array:
        none = namespace(start).zeros_like(start)
        return none if world.cube else none[..., None] * none[..., None, :]

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
