r"""Projected online gradient descent and its lazy form, and the inequalities that every one of their paths obeys.

>>> path = descend(lambda t, x: x - 1.0, [0.0], 50, step=lambda t: 1 / t, project=lambda point: onto_ball(point, 2.0))
>>> bool(strongly_convex_slack(path, [1.5], lam=1.0) >= 0)
True
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from theory.arrays import Array
from theory.online.mirror_descent import Projection, euclidean_leader, euclidean_step, onto_ball
from theory.online.paths import Gradient, Path, checked_start, follow, like, norm_sq, positive, total

__all__ = ["decreasing_steps_slack", "descend", "follow_leader", "leader_slack", "onto_ball", "strongly_convex_slack"]

Steps = Callable[[int], float]
"""Round (from 1) -> step size."""


def descend(
    gradient: Gradient,
    start: Any,
    rounds: int,
    *,
    step: Steps,
    project: Projection | None = None,
    largest: float | None = None,
) -> Path:
    """Run ``x_{t+1} = project(x_t - eta_t g_t)``; arguments as in `theory.online.paths.follow`.

    Raises
    ------
    ValueError
        If a step is not positive and finite, or the projection moves the start; else as `theory.online.paths.follow`.
    """
    start = checked_start(start, project)

    def move(state: Any, t: int, play: Array, seen: Array) -> tuple[Any, Array]:
        return state, euclidean_step(play, seen, _step_of(step, t), project=project)

    return follow(gradient, start, rounds, move=move, largest=largest)


def _step_of(step: Steps, t: int) -> float:
    """Return the step of a round after checking it."""
    size = step(t)
    positive(**{f"round {t}: the step": size})
    return float(size)


def follow_leader(
    gradient: Gradient,
    shape: tuple[int, ...],
    rounds: int,
    *,
    step: float,
    project: Projection | None = None,
    largest: float | None = None,
) -> Path:
    """Run follow the regularized leader, ``x_{t+1} = argmin <g_1 + ... + g_t, x> + |x|^2/(2 step)``, from 0.

    Without a constraint it is gradient descent with a fixed step.

    Examples
    --------
    >>> follow_leader(lambda t, x: x - 1.0, (1,), 3, step=0.5).plays[:, 0].tolist()
    [0.0, 0.5, 0.75]
    """
    import numpy as np

    positive(step=step)
    start = np.zeros(shape)

    def move(state: Array, t: int, play: Array, seen: Array) -> tuple[Array, Array]:
        return state + seen, euclidean_leader(state + seen, step, project=project)

    return follow(gradient, start, rounds, move=move, state=start, largest=largest)


def _over_rounds(values: list[float], shaped: Array) -> Array:
    """Return one number a round, (T, 1, ...), against an array of shape (T, ...)."""
    return like(shaped, values).reshape((-1,) + (1,) * (shaped.ndim - 1))


def decreasing_steps_slack(path: Path, u: Any, *, step: Steps, D: float) -> Array:
    """Return ``D^2/(2 eta_T) + sum eta_t |g_t|^2/2`` less the linear regret, for steps that do not increase.

    Raises
    ------
    ValueError
        If D or a step is not positive, a step is larger than the one before, or the comparator is farther than D.
    """
    positive(D=D)
    path.within(u, D)
    squares = norm_sq(path.gradients)
    steps = [_step_of(step, t) for t in range(1, squares.shape[0] + 1)]
    for t, (before, now) in enumerate(itertools.pairwise(steps), 2):
        if now > before:
            raise ValueError(f"round {t}: the step must be at most the one before, {before!r}, got {now!r}")
    return D**2 / (2 * steps[-1]) + total(_over_rounds(steps, squares) * squares) / 2 - path.linear_regret(u)


def strongly_convex_slack(path: Path, u: Any, *, lam: float) -> Array:
    """Return ``sum |g_t|^2/(2 lam t)`` less ``sum [<g, x - u> - (lam/2)|x - u|^2]``, for steps ``1/(lam t)``."""
    positive(lam=lam)
    squares = norm_sq(path.gradients)
    prices = _over_rounds([1 / (2 * lam * t) for t in range(1, squares.shape[0] + 1)], squares)
    return total(prices * squares) + lam / 2 * total(norm_sq(path.apart(u))) - path.linear_regret(u)


def leader_slack(path: Path, u: Any, *, step: float) -> Array:
    """Return ``|u|^2/(2 step) + (step/2) sum |g_t|^2`` less the linear regret, for `follow_leader`."""
    positive(step=step)
    regret = path.linear_regret(u)
    return norm_sq(like(path.plays, u)) / (2 * step) + step / 2 * total(norm_sq(path.gradients)) - regret
