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

from experiments.arrays import Array, device_of, namespace
from experiments.mirror_descent.sea_worlds import SeaWorld
from theory.arrays import real_arrays
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
    init: Callable[[Array], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Array, Array], Any]
    slack: Callable[[Any, int], Any] | None = None
    round_slack: Callable[[Any, int], Any] | None = None
    bound: str = ""


class SeaState(NamedTuple):
    """The state of optimistic descent: the centre, the guess, the last point, and the sums of the inequality (R,)."""

    center: Array
    guess: Array
    last: Array
    variation: Array  # sum of |g - M|^2
    price: Array  # of the surprises, and of the moves: what the right side holds
    moves: Array
    gained: Array  # sum of <g, x>
    gradients: Array  # sum (R, d)
    points: Array  # sum (R, d)
    squares: Array  # sum of |x|^2
    normal: Array  # g - (w - y)/eta, for the centres w and y before and after the round: 0 inside the ball (R, d)
    level: Array  # the slack of the round's own inequality for the comparator 0


def _dot(a: Array, b: Array) -> Array:
    return namespace(a).vecdot(a, b)


def _started(start: Array) -> SeaState:
    vector = namespace(start).zeros_like(start)
    none = vector[:, 0]
    return SeaState(start, vector, start, none, none, none, none, vector, vector, none, vector, none)


def _moved(state: SeaState, step: Any, gradient: Array, radius: float) -> Array:
    return onto_ball(state.center - step * gradient, radius)


def _updated(state: SeaState, play: Array, seen: Array, step: Any, radius: float, price: Any, move: Any) -> SeaState:
    center = _moved(state, step, seen, radius)
    surprise, jump = seen - state.guess, play - state.last
    surprises, turn = _dot(surprise, surprise), (state.center - center) / step
    return SeaState(
        center, seen, play, state.variation + surprises, state.price + price * surprises,
        state.moves + move * _dot(jump, jump), state.gained + _dot(seen, play), state.gradients + seen,
        state.points + play, state.squares + _dot(play, play), seen - turn,
        _rest(state.center, center, play, surprise, seen, 1 / step),
    )  # fmt: skip


def _rest(before: Array, after: Array, play: Array, surprise: Array, seen: Array, weight: Any) -> Array:
    """Return the slack of a round's inequality for the comparator 0, in the norm of a diagonal matrix."""
    moved = before**2 - after**2 - (after - play) ** 2 - (play - before) ** 2
    return _dot(surprise, play - after) + namespace(play).sum(weight * moved, axis=1) / 2 - _dot(seen, play)


def _round(radius: float) -> Callable[[Any, int], Array]:
    """Return the least slack of the last round's inequality: it is linear in the comparator."""
    return lambda state, t: state.level - radius * _dot(state.normal, state.normal) ** 0.5


def optimistic(world: SeaWorld) -> SeaLearner:
    """Return the learner of the convex theorem: steps ``D/sqrt(delta + 4 G^2 + V_{t-1})``, delta = 10 D^2 L^2.

    Its inequality is ``theory.online.sea.run.adaptive_slack``.

    Examples
    --------
    >>> optimistic(SeaWorld("drifting", horizon=5)).name
    'optimistic, convex'
    """
    D, G, radius, delta = world.D, world.G, world.radius, 10 * world.D**2 * world.L**2

    def step(state: SeaState) -> Array:
        total = delta + 4 * G**2 + state.variation
        xp = namespace(total)
        return (D / xp.sqrt(xp.where(total > 0, total, 1.0)))[:, None]  # 0 only where all gradients are

    def act(state: SeaState, t: int) -> Array:
        return _moved(state, step(state), state.guess, radius)

    def update(state: SeaState, t: int, play: Array, seen: Array) -> SeaState:
        return _updated(state, play, seen, step(state), radius, 0.0, float(t > 1))

    def slack(state: SeaState, t: int) -> Array:
        sqrt = namespace(state.center).sqrt
        right = 2.5 * D * sqrt(delta + 4 * G**2 + state.variation) - math.sqrt(delta) / (4 * D) * state.moves
        worst = radius * sqrt(_dot(state.gradients, state.gradients))  # the largest -<sum of g, u>
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

    def act(state: SeaState, t: int) -> Array:
        return _moved(state, 2 / (lam * t), state.guess, radius)

    def update(state: SeaState, t: int, play: Array, seen: Array) -> SeaState:
        step = 2 / (lam * t)
        return _updated(state, play, seen, step, radius, step * (1 + 1 / t), lam * (t - 1) / 8)

    def slack(state: SeaState, t: int) -> Array:
        slope = lam * state.points - state.gradients
        u = onto_ball(slope / (lam * t), radius)  # the worst comparator
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

    center: Array
    guess: Array
    last: Array
    values: Array
    vectors: Array
    price: Array  # 2 sum |g - M|^2 in the norm of H^-1
    moves: Array  # sum |x_t - x_{t-1}|^2 in the norm of H_{t-1}, over 4
    gained: Array  # sum of <g, x>, less (beta/2) sum of <g, x>^2
    gradients: Array  # sum of g
    squares: Array  # sum of <g, x> g
    normal: Array  # as above, with H in place of 1/eta
    level: Array


def best_in_ball(linear: Any, values: Any, radius: float) -> Array:
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
    xp, (linear, values), _ = real_arrays(linear, values)
    m = xp.max(xp.abs(linear) / radius - values, axis=1, keepdims=True)
    m, largest = xp.where(m > 0, m, 0.0), xp.max(values, axis=1, keepdims=True)
    for _ in range(_ITERATIONS):
        scale = values + m
        safe = xp.where(scale > 0, scale, 1.0)  # where it is 0 so is linear
        u = linear / safe
        size = xp.sqrt(xp.sum(u * u, axis=1, keepdims=True))
        slope = xp.sum(u * u / safe, axis=1, keepdims=True)
        step = xp.where(slope > 0, (size / radius - 1.0) * size * size / xp.where(slope > 0, slope, 1.0), 0.0)
        step = xp.maximum(step, -m)
        if not bool(xp.any(xp.abs(step) > 1e-15 * (m + largest))):
            break
        m = m + step
    return onto_ball(u, radius)


def _times(matrix: Array, vector: Array) -> Array:
    return (matrix @ vector[..., None])[..., 0]


def _turned(matrix: Array, vector: Array) -> Array:
    return (vector[:, None, :] @ matrix)[:, 0, :]


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

    def init(start: Array) -> NewtonState:
        xp, d = namespace(start), start.shape[1]
        vector = xp.zeros_like(start)
        none = vector[:, 0]
        eye = xp.broadcast_to(xp.eye(d, dtype=start.dtype, device=device_of(start)), (*start.shape, d))
        return NewtonState(start, vector, start, vector + first, eye, none, none, none, vector, vector, vector, none)

    def moved(state: NewtonState, gradient: Array) -> Array:
        linear = state.values * _turned(state.vectors, state.center) - _turned(state.vectors, gradient)
        return _times(state.vectors, best_in_ball(linear, state.values, radius))

    def act(state: NewtonState, t: int) -> Array:
        return moved(state, state.guess)

    def update(state: NewtonState, t: int, play: Array, seen: Array) -> NewtonState:
        center, jump, along = moved(state, seen), play - state.last, _dot(seen, play)
        before, after, played, surprise, turned, length = (
            _turned(state.vectors, item) for item in (state.center, center, play, seen - state.guess, seen, jump)
        )
        xp = namespace(seen)
        grown = (state.vectors * state.values[:, None, :]) @ xp.matrix_transpose(state.vectors)
        values, vectors = xp.linalg.eigh(grown + beta / 2 * seen[:, :, None] * seen[:, None, :])
        moves = _dot(state.values * length, length) - beta / 2 * _dot(state.guess, jump) ** 2  # in the norm of H_{t-1}
        return NewtonState(
            center, seen, play, values, vectors, state.price + 2 * _dot(surprise / state.values, surprise),
            state.moves + float(t > 1) / 4 * moves, state.gained + along - beta / 2 * along**2,
            state.gradients + seen, state.squares + along[:, None] * seen,
            seen - _times(state.vectors, state.values * (before - after)),
            _rest(before, after, played, surprise, turned, state.values),
        )  # fmt: skip

    def slack(state: NewtonState, t: int) -> Array:
        linear = _turned(state.vectors, beta * state.squares - state.gradients)
        values = 2 * (state.values - first)  # of beta sum g g'
        values = namespace(values).where(values > 0, values, 0.0)
        u = best_in_ball(linear, values, radius)  # the worst comparator
        left = state.gained + _dot(linear, u) - _dot(values * u, u) / 2
        return D**2 / 2 * first + state.price - state.moves - left

    return SeaLearner("optimistic, Newton steps", init, act, update, slack, _round(radius), "exp_concave")
