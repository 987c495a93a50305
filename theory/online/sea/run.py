r"""Optimistic mirror descent as pure functions, and the inequalities that every one of its paths obeys.

A run keeps all that the inequalities need: plays, centres, gradients, guesses and steps, rounds first, then any axes of
replicates, coordinates last. Each slack is right side less left side of one inequality against a comparator u, and is
nonnegative up to rounding on every path: no probability enters.

>>> trace = descend(lambda t, x: x - 1.0, [0.0], 50, step=adaptive_step(D=2.0, G=2.0, delta=40.0),
...                 project=lambda point: onto_ball(point, 1.0))
>>> trace.plays.shape, bool(adaptive_slack(trace, [1.0], D=2.0, G=2.0, delta=40.0) >= 0)
((50, 1), True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, real_arrays, require
from theory.online.mirror_descent import Projection, euclidean_step, onto_ball, quadratic_step
from theory.online.paths import (
    Gradient,
    checked_gradient,
    checked_start,
    inner,
    like,
    nonnegative,
    norm_sq,
    positive,
    total,
)
from theory.shown import Shown

__all__ = [
    "NewtonTrace",
    "Rounds",
    "Trace",
    "adaptive_slack",
    "adaptive_step",
    "decreasing_steps_slack",
    "descend",
    "newton_descend",
    "newton_slack",
    "onto_ball",
    "round_slack",
    "strongly_convex_slack",
    "strongly_convex_step",
]

StepRule = Callable[[int, Array], Any]
"""Called with the round and the sum of |g - M|^2 so far; returns the step, of the replicates' shape."""


@dataclass(frozen=True)
class Rounds(Shown):
    """What a learner that guesses its gradients played, saw and guessed.

    Attributes
    ----------
    plays, gradients, guesses : arrays, shape (T, ..., d)
    """

    plays: Array
    gradients: Array
    guesses: Array

    @property
    def surprises(self) -> Array:
        """|g - M|^2 of each round, shape (T, ...)."""
        return norm_sq(self.gradients - self.guesses)

    @property
    def variation(self) -> Array:
        """The sum of |g - M|^2 over all rounds."""
        return total(self.surprises)

    @property
    def moves(self) -> Array:
        """|x_t - x_{t-1}|^2 for t = 2, ..., T, shape (T - 1, ...)."""
        return norm_sq(self.plays[1:, ...] - self.plays[:-1, ...])

    def linear_regret(self, u: Any) -> Array:
        """Return the sum of <g_t, x_t - u>, which is at least the regret if the losses are convex.

        A comparator that moves has the shape (T, ..., d), a fixed one (d,).
        """
        return total(inner(self.gradients, self.plays - like(self.plays, u)))


@dataclass(frozen=True)
class Trace(Rounds):
    """A run of optimistic gradient descent over T rounds.

    Attributes
    ----------
    plays, gradients, guesses : arrays, shape (T, ..., d)
    centers : array, shape (T + 1, ..., d)
        The centre before each round, and after the last one.
    steps : array, shape (T, ...)
    """

    centers: Array
    steps: Array


@dataclass(frozen=True)
class NewtonTrace(Trace):
    """A run of optimistic Newton steps; ``matrices`` are the H_t, shape (T, ..., d, d), and ``steps`` are 1."""

    matrices: Array


# -- steps -----------------------------------------------------------------------------------------------------------


def adaptive_step(*, D: float, G: float, delta: float) -> StepRule:
    """Return the rule ``D/sqrt(delta + 4 G^2 + V_{t-1})`` of the convex theorem; its delta is ``10 D^2 L^2``.

    Examples
    --------
    >>> import numpy as np
    >>> float(adaptive_step(D=2.0, G=1.0, delta=0.0)(1, np.asarray(0.0)))
    1.0
    """
    positive(D=D, G=G)
    nonnegative(delta=delta)
    return lambda t, variation: D / (delta + 4 * G**2 + variation) ** 0.5


def strongly_convex_step(lam: float) -> StepRule:
    """Return the rule ``2/(lam t)`` of the strongly convex theorem.

    Examples
    --------
    >>> import numpy as np
    >>> float(strongly_convex_step(0.5)(4, np.asarray(0.0)))
    1.0
    """
    positive(lam=lam)
    return lambda t, variation: 2 / (lam * t) + 0 * variation


# -- runs ------------------------------------------------------------------------------------------------------------


def descend(
    gradient: Gradient,
    start: Any,
    rounds: int,
    *,
    step: StepRule,
    project: Projection | None = None,
    largest: float | None = None,
) -> Trace:
    """Run two-step optimistic gradient descent; the guess is the last gradient, the first guess 0.

    Parameters
    ----------
    gradient : callable
    start : array, shape (..., d)
        The first centre, in the decision set.
    rounds : int, >= 1
    step : callable
    project : callable, optional
        The Euclidean projection on the decision set; without it the whole space.
    largest : float, optional
        The declared bound on gradients.

    Raises
    ------
    ValueError
        If there is no round, the start is no finite point or the projection moves it, a gradient has another shape than
        the play, is not finite or exceeds ``largest``: the message names the round.
    """
    rounds = whole("rounds", rounds)
    center = checked_start(start, project)
    xp, _, _ = real_arrays(center)
    guess, variation = xp.zeros_like(center), xp.sum(xp.zeros_like(center), axis=-1)
    records: tuple[list[Array], ...] = ([], [], [], [center], [])
    for t in range(1, rounds + 1):
        eta = like(center, step(t, variation)) + xp.zeros_like(variation)
        play = euclidean_step(center, guess, eta, project=project)
        seen = checked_gradient(xp, t, play, gradient(t, play), largest)
        center = euclidean_step(center, seen, eta, project=project)
        for record, item in zip(records, (play, seen, guess, center, eta), strict=True):
            record.append(item)
        variation = variation + norm_sq(seen - guess)
        guess = seen
    return Trace(*(xp.stack(record, axis=0) for record in records))


def newton_descend(
    gradient: Gradient, start: Any, rounds: int, *, beta: float, G: float, radius: float | None = None
) -> NewtonTrace:
    """Run optimistic Newton steps with ``H_t = (1 + beta G^2/2) I + (beta/2) sum_{s<t} g_s g_s'``.

    Parameters
    ----------
    gradient, start, rounds
        As in `descend`; gradients may not exceed G.
    beta, G : float, > 0
    radius : float, optional
        The decision set is the ball of this radius around 0; without it the whole space.

    Raises
    ------
    ValueError
        As `descend`.

    Examples
    --------
    >>> newton_descend(lambda t, x: x - 1.0, [0.0], 3, beta=0.1, G=2.0, radius=1.0).matrices.shape
    (3, 1, 1)
    """
    rounds = whole("rounds", rounds)
    positive(beta=beta, G=G)
    center = checked_start(start, None if radius is None else lambda point: onto_ball(point, radius))
    xp, _, _ = real_arrays(center)
    guess = xp.zeros_like(center)
    matrix = (1 + beta * G**2 / 2) * xp.eye(center.shape[-1], dtype=center.dtype) + xp.zeros_like(center)[..., None]
    one = xp.sum(xp.zeros_like(center), axis=-1) + 1
    records: tuple[list[Array], ...] = ([], [], [], [center], [], [])
    for t in range(1, rounds + 1):
        play = quadratic_step(center, guess, matrix, radius=radius)
        seen = checked_gradient(xp, t, play, gradient(t, play), G)
        center = quadratic_step(center, seen, matrix, radius=radius)
        for record, item in zip(records, (play, seen, guess, center, one, matrix), strict=True):
            record.append(item)
        matrix = matrix + beta / 2 * seen[..., :, None] * seen[..., None, :]
        guess = seen
    return NewtonTrace(*(xp.stack(record, axis=0) for record in records))


# -- what every path obeys -------------------------------------------------------------------------------------------


def round_slack(trace: Trace, u: Any) -> Array:
    """Return the slack of each round's inequality, shape (T, ...): 0 where the decision set does not bind.

    ``<g, x - u> <= <g - M, x - y> + [|u - w|^2 - |u - y|^2 - |y - x|^2 - |x - w|^2]/(2 eta)``, w and y being the
    centres before and after the round (``sea.unconstrained_round``, ``sea.constrained_round``).
    """
    u = like(trace.plays, u)
    x, w, y = trace.plays, trace.centers[:-1, ...], trace.centers[1:, ...]
    moved = norm_sq(u - w) - norm_sq(u - y) - norm_sq(y - x) - norm_sq(x - w)
    right = inner(trace.gradients - trace.guesses, x - y) + moved / (2 * trace.steps)
    return right - inner(trace.gradients, x - u)


def decreasing_steps_slack(trace: Trace, u: Any, *, D: float) -> Array:
    """Return the slack of the inequality for steps that do not increase (``sea.decreasing_steps_round`` summed up).

    ``sum <g_t, x_t - u> <= D^2/(2 eta_T) + sum eta_t |g_t - M_t|^2 - sum_{t>=2} |x_t - x_{t-1}|^2/(4 eta_{t-1})``.

    Raises
    ------
    ValueError
        If a step is larger than the one before.
    """
    positive(D=D)
    xp, (steps,), _ = real_arrays(trace.steps)
    later, earlier = steps[1:, ...], steps[:-1, ...]
    require(xp, later <= earlier * (1 + 1e-12), later, "every step", "at most the one before")
    right = D**2 / (2 * steps[-1, ...]) + total(steps * trace.surprises) - total(trace.moves / (4 * earlier))
    return right - trace.linear_regret(u)


def adaptive_slack(trace: Trace, u: Any, *, D: float, G: float, delta: float, sharper: bool = False) -> Array:
    """Return the slack of the inequality for the adaptive step, as published or with ``2 D sqrt(delta)`` kept.

    ``sum <g_t, x_t - u> <= (5/2) D sqrt(delta + 4 G^2 + V_T) - (sqrt(delta)/(4 D)) sum |x_t - x_{t-1}|^2``
    (``sea.adaptive_step_sum``, ``sea.adaptive_step_sum_sharper``).
    """
    positive(D=D, G=G)
    nonnegative(delta=delta)
    root = delta**0.5
    right = 2.5 * D * (delta + 4 * G**2 + trace.variation) ** 0.5 - root / (4 * D) * total(trace.moves)
    return right - (2 * D * root if sharper else 0.0) - trace.linear_regret(u)


def strongly_convex_slack(trace: Trace, u: Any, *, lam: float, D: float) -> Array:
    """Return the slack of the inequality for steps ``2/(lam t)`` (``sea.strongly_convex_round`` summed up).

    ``sum [<g_t, x_t - u> - (lam/2)|x_t - u|^2] <= lam D^2/4 + sum (2/(lam t))(1 + 1/t)|g_t - M_t|^2
    - sum_{t>=2} (lam (t - 1)/8)|x_t - x_{t-1}|^2``.
    """
    positive(lam=lam, D=D)
    xp, (surprises,), _ = real_arrays(trace.surprises)
    t = xp.arange(1, surprises.shape[0] + 1, dtype=surprises.dtype)
    t = xp.reshape(t, (-1,) + (1,) * (surprises.ndim - 1))
    right = lam * D**2 / 4 + total(2 / (lam * t) * (1 + 1 / t) * surprises) - total(lam * t[:-1, ...] / 8 * trace.moves)
    gain = lam / 2 * total(norm_sq(trace.plays - like(trace.plays, u)))
    return right + gain - trace.linear_regret(u)


def newton_slack(trace: NewtonTrace, u: Any, *, beta: float, G: float, D: float) -> Array:
    """Return the slack of the inequality for Newton steps (``sea.newton_round`` summed up).

    ``sum [<g_t, x_t - u> - (beta/2)<g_t, x_t - u>^2] <= (D^2/2)(1 + beta G^2/2) + 2 sum |g_t - M_t|^2 in the norm of
    H_t^{-1}, less (1/4) sum_{t>=2} |x_t - x_{t-1}|^2 in that of H_{t-1}``.
    """
    positive(beta=beta, G=G, D=D)
    xp, (matrices, d), _ = real_arrays(trace.matrices, trace.gradients - trace.guesses)
    surprise = inner(d, xp.linalg.solve(matrices, d[..., None])[..., 0])
    move = trace.plays[1:, ...] - trace.plays[:-1, ...]
    moved = inner(move, xp.matmul(matrices[:-1, ...], move[..., None])[..., 0])
    gain = beta / 2 * total(inner(trace.gradients, trace.plays - like(trace.plays, u)) ** 2)
    right = D**2 / 2 * (1 + beta * G**2 / 2) + 2 * total(surprise) - total(moved) / 4
    return right + gain - trace.linear_regret(u)
