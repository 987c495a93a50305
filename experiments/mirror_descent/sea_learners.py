"""Learners for stochastically extended adversaries, each with the inequality that every one of its paths obeys.

A learner is three pure functions, see `experiments.mirror_descent.sea`. Here slacks are the least over all comparators
of the ball: a run checks an inequality after every round, against every comparator. There are two: the one of the
theorem, which leaves room, and the round's own (``theory.online.sea.run.round_slack``), which leaves none where the
ball does not bind, so that a wrong step is found at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from experiments.mirror_descent.sea_worlds import Floats, SeaWorld
from theory.online.mirror_descent import onto_ball

__all__ = [
    "SeaLearner",
    "best_in_ball",
    "optimistic",
    "optimistic_newton",
    "optimistic_strongly_convex",
    "standing_still",
]

_ITERATIONS = 60  # of Newton's method for a multiplier; about six are taken


@dataclass(frozen=True)
class SeaLearner:
    """A learner as pure functions; see `experiments.mirror_descent.sea`.

    Attributes
    ----------
    name
    init
        (start (R, d)) -> state, of any kind.
    act
        (state, t) -> points (R, d) of the ball, in round t = 1, 2, ...
    update
        (state, t, points, gradients (R, d)) -> the next state.
    slack
        (state, t) -> right side less left side (R,) of an inequality that holds on every path; None if there is none.
    round_slack
        Likewise, of an inequality of the last round alone; it is checked, and not reported.
    bound
        Name of the bound that holds for it, in `experiments.mirror_descent.sea.SeaRegret.bounds`; "" if none does.
    """

    name: str
    init: Callable[[Floats], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Floats, Floats], Any]
    slack: Callable[[Any, int], Any] | None = None
    round_slack: Callable[[Any, int], Any] | None = None
    bound: str = ""


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
    normal: Floats  # g - (w - y)/eta, for the centres w and y before and after the round: 0 inside the ball (R, d)
    level: Floats  # the slack of the round's own inequality for the comparator 0


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("rd,rd->r", a, b)


def _started(start: Floats) -> SeaState:
    none, vector = np.zeros(start.shape[0]), np.zeros_like(start)
    return SeaState(start, vector, start, none, none, none, none, vector, vector, none, vector, none)


def _moved(state: SeaState, step: Any, gradient: Floats, radius: float) -> Floats:
    return np.asarray(onto_ball(state.center - step * gradient, radius))


def _updated(state: SeaState, play: Floats, seen: Floats, step: Any, radius: float, price: Any, move: Any) -> SeaState:
    center = _moved(state, step, seen, radius)
    surprise, jump = seen - state.guess, play - state.last
    surprises, turn = _dot(surprise, surprise), (state.center - center) / step
    return SeaState(
        center, seen, play, state.variation + surprises, state.price + price * surprises,
        state.moves + move * _dot(jump, jump), state.gained + _dot(seen, play), state.gradients + seen,
        state.points + play, state.squares + _dot(play, play), seen - turn,
        _rest(state.center, center, play, surprise, seen, 1 / step),
    )  # fmt: skip


def _rest(before: Floats, after: Floats, play: Floats, surprise: Floats, seen: Floats, weight: Any) -> Floats:
    """Return the slack of a round's inequality for the comparator 0, in the norm of a diagonal matrix."""
    moved = before**2 - after**2 - (after - play) ** 2 - (play - before) ** 2
    return _dot(surprise, play - after) + np.sum(weight * moved, axis=1) / 2 - _dot(seen, play)


def _round(radius: float) -> Callable[[Any, int], Floats]:
    """Return the least slack of the last round's inequality: it is linear in the comparator."""
    return lambda state, t: np.asarray(state.level - radius * np.sqrt(_dot(state.normal, state.normal)))


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
        total = delta + 4 * G**2 + state.variation
        return (D / np.sqrt(np.where(total > 0, total, 1.0)))[:, None]  # 0 only where all gradients are

    def act(state: SeaState, t: int) -> Floats:
        return _moved(state, step(state), state.guess, radius)

    def update(state: SeaState, t: int, play: Floats, seen: Floats) -> SeaState:
        return _updated(state, play, seen, step(state), radius, 0.0, float(t > 1))

    def slack(state: SeaState, t: int) -> Floats:
        right = 2.5 * D * np.sqrt(delta + 4 * G**2 + state.variation) - math.sqrt(delta) / (4 * D) * state.moves
        worst = radius * np.sqrt(_dot(state.gradients, state.gradients))  # the largest -<sum of g, u>
        return right - state.gained - worst

    return SeaLearner("optimistic, convex", _started, act, update, slack, _round(radius), "sharper")


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
    lam, radius, D = world.lam, world.radius, world.D

    def act(state: SeaState, t: int) -> Floats:
        return _moved(state, 2 / (lam * t), state.guess, radius)

    def update(state: SeaState, t: int, play: Floats, seen: Floats) -> SeaState:
        step = 2 / (lam * t)
        return _updated(state, play, seen, step, radius, step * (1 + 1 / t), lam * (t - 1) / 8)

    def slack(state: SeaState, t: int) -> Floats:
        slope = lam * state.points - state.gradients
        u = np.asarray(onto_ball(slope / (lam * t), radius))  # the worst comparator
        worst = _dot(slope, u) - lam * t / 2 * _dot(u, u)
        left = state.gained - lam / 2 * state.squares + worst
        return lam * D**2 / 4 + state.price - state.moves - left

    return SeaLearner("optimistic, strongly convex", _started, act, update, slack, _round(radius), "strongly_convex")


def standing_still() -> SeaLearner:
    """Return the control that never moves.

    Examples
    --------
    >>> standing_still().act(1.0, 5)
    1.0
    """
    return SeaLearner("standing still", lambda start: start, lambda state, _: state, lambda state, *_: state)


# -- Newton steps ----------------------------------------------------------------------------------------------------


class NewtonState(NamedTuple):
    """The state of Newton steps; ``values`` and ``vectors`` are those of the eigenvectors of H (R, d, d)."""

    center: Floats
    guess: Floats
    last: Floats
    values: Floats
    vectors: Floats
    price: Floats  # 2 sum |g - M|^2 in the norm of H^-1
    moves: Floats  # sum |x_t - x_{t-1}|^2 in the norm of H_{t-1}, over 4
    gained: Floats  # sum of <g, x>, less (beta/2) sum of <g, x>^2
    gradients: Floats  # sum of g
    squares: Floats  # sum of <g, x> g
    normal: Floats  # as above, with H in place of 1/eta
    level: Floats


def best_in_ball(linear: Any, values: Any, radius: float) -> Floats:
    """Return ``argmax <linear, u> - sum values u^2/2`` over the ball, for values >= 0.

    The multiplier m of the constraint solves ``|linear/(values + m)| = radius``. It is at least the largest of
    ``|linear_i|/radius - values_i``, and 0; Newton's method for the inverse of the norm climbs to it from there.

    Parameters
    ----------
    linear, values : arrays (R, d)
    radius : float, > 0

    Examples
    --------
    >>> best_in_ball([[1.0, 0.0], [3.0, 0.0]], [[2.0, 0.0], [2.0, 0.0]], 1.0).tolist()
    [[0.5, 0.0], [1.0, 0.0]]
    """
    linear, values = np.asarray(linear, dtype=np.float64), np.asarray(values, dtype=np.float64)
    m = np.maximum((np.abs(linear) / radius - values).max(axis=1, keepdims=True), 0.0)
    for _ in range(_ITERATIONS):
        scale = values + m
        safe = np.where(scale > 0, scale, 1.0)  # where it is 0 so is linear
        u = linear / safe
        size = np.sqrt(np.sum(u * u, axis=1, keepdims=True))
        slope = np.sum(u * u / safe, axis=1, keepdims=True)
        step = np.where(slope > 0, (size / radius - 1.0) * size * size / np.where(slope > 0, slope, 1.0), 0.0)
        step = np.maximum(step, -m)
        if not (np.abs(step) > 1e-15 * (m + values.max(axis=1, keepdims=True))).any():
            break
        m = m + step
    return np.asarray(onto_ball(u, radius))


def _times(matrix: Floats, vector: Floats) -> Floats:
    return np.einsum("rij,rj->ri", matrix, vector)


def _turned(matrix: Floats, vector: Floats) -> Floats:
    return np.einsum("rji,rj->ri", matrix, vector)


def optimistic_newton(world: SeaWorld) -> SeaLearner:
    """Return Newton steps: ``H_t = (1 + beta G^2/2) I + (beta/2) sum_{s<t} g_s g_s'``, projected in its norm.

    ``beta = min(1/(4 G D), alpha)/2``; the inequality is ``theory.online.sea.run.newton_slack``.

    Raises
    ------
    ValueError
        If the losses drawn are not exp-concave.

    Examples
    --------
    >>> optimistic_newton(SeaWorld("least squares", horizon=5)).name
    'optimistic, Newton steps'
    """
    if not world.alpha:
        raise ValueError(f"losses drawn in the world {world.kind!r} are not exp-concave")
    radius, D, G = world.radius, world.D, world.G
    beta = min(1 / (4 * G * D), world.alpha) / 2
    first = 1 + beta * G**2 / 2

    def init(start: Floats) -> NewtonState:
        none, vector = np.zeros(start.shape[0]), np.zeros_like(start)
        eye = np.broadcast_to(np.eye(start.shape[1]), (*start.shape, start.shape[1]))
        return NewtonState(start, vector, start, vector + first, eye, none, none, none, vector, vector, vector, none)

    def moved(state: NewtonState, gradient: Floats) -> Floats:
        linear = state.values * _turned(state.vectors, state.center) - _turned(state.vectors, gradient)
        return _times(state.vectors, best_in_ball(linear, state.values, radius))

    def act(state: NewtonState, t: int) -> Floats:
        return moved(state, state.guess)

    def update(state: NewtonState, t: int, play: Floats, seen: Floats) -> NewtonState:
        center, jump, along = moved(state, seen), play - state.last, _dot(seen, play)
        before, after, played, surprise, turned, length = (
            _turned(state.vectors, item) for item in (state.center, center, play, seen - state.guess, seen, jump)
        )
        grown = np.einsum("rik,rk,rjk->rij", state.vectors, state.values, state.vectors)
        values, vectors = np.linalg.eigh(grown + beta / 2 * seen[:, :, None] * seen[:, None, :])
        moves = _dot(state.values * length, length) - beta / 2 * _dot(state.guess, jump) ** 2  # in the norm of H_{t-1}
        return NewtonState(
            center, seen, play, values, vectors, state.price + 2 * _dot(surprise / state.values, surprise),
            state.moves + float(t > 1) / 4 * moves, state.gained + along - beta / 2 * along**2,
            state.gradients + seen, state.squares + along[:, None] * seen,
            seen - _times(state.vectors, state.values * (before - after)),
            _rest(before, after, played, surprise, turned, state.values),
        )  # fmt: skip

    def slack(state: NewtonState, t: int) -> Floats:
        linear = _turned(state.vectors, beta * state.squares - state.gradients)
        values = np.maximum(2 * (state.values - first), 0.0)  # of beta sum g g'
        u = best_in_ball(linear, values, radius)  # the worst comparator
        left = state.gained + _dot(linear, u) - _dot(values * u, u) / 2
        return D**2 / 2 * first + state.price - state.moves - left

    return SeaLearner("optimistic, Newton steps", init, act, update, slack, _round(radius), "exp_concave")
