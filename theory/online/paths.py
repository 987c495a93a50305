r"""Paths of online learners that see one gradient a round: play, see, move.

A learner here is one pure function, its move: ``(state, t, play, gradient) -> (state, next play)``. A path keeps what
pathwise inequalities need, rounds first, then any axes of replicates, coordinates last.

>>> path = follow(lambda t, x: x - 1.0, [0.0], 3, move=lambda state, t, x, g: (state, x - g / 2))
>>> path.plays[:, 0].tolist(), float(path.linear_regret([1.0]))
([0.0, 0.5, 0.75], 1.3125)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, quiet, real_arrays, require
from theory.shown import Shown

__all__ = [
    "Gradient",
    "Move",
    "Path",
    "checked_gradient",
    "checked_start",
    "finite_vectors",
    "follow",
    "inner",
    "like",
    "nonnegative",
    "norm_sq",
    "positive",
    "total",
]

Gradient = Callable[[int, Array], Any]
"""Called with the round (from 1) and the plays; returns the gradients seen there, in the same shape."""

Move = Callable[[Any, int, Array, Array], tuple[Any, Array]]
"""Called with state, round, plays and gradients; returns the next state and the next plays."""


@dataclass(frozen=True)
class Path(Shown):
    """T rounds of a learner.

    Attributes
    ----------
    plays, gradients : arrays, shape (T, ..., d)

    Raises
    ------
    ValueError
        If the shapes differ, or there is no round or no coordinate; from the methods, if a comparator has another shape
        than a play or is not finite.
    """

    plays: Array
    gradients: Array

    def __post_init__(self) -> None:
        _, arrays, _ = real_arrays(self.plays, self.gradients)
        plays, gradients = (tuple(array.shape) for array in arrays)
        if plays != gradients or len(plays) < 2 or 0 in plays:
            raise ValueError(f"plays and gradients must have one shape (T, ..., d), got {plays} and {gradients}")
        for name, array in zip(("plays", "gradients"), arrays, strict=True):
            object.__setattr__(self, name, array)

    def apart(self, u: Any) -> Array:
        """Return x_t - u of each round, shape (T, ..., d)."""
        xp, (plays, u), _ = real_arrays(self.plays, u)
        play, given = tuple(plays.shape[1:]), tuple(u.shape)
        fits = all(a in {1, b} for a, b in zip(reversed(given), reversed(play), strict=False))
        if not fits or given[-1:] != play[-1:] or len(given) > len(play):
            raise ValueError(f"the comparator must have the shape of a play, {play}, or broadcast to it, got {given}")
        require(xp, xp.isfinite(u), u, "the comparator", "finite")
        return plays - u

    def within(self, u: Any, most: float, *, by_coordinate: bool = False) -> None:
        """Demand that no play is farther from the comparator than the decision set is wide, up to rounding.

        Raises
        ------
        ValueError
            If one is, in norm or ``by_coordinate``: the inequalities with this diameter or width then say nothing.
        """
        apart = self.apart(u)
        xp, (far,), _ = real_arrays(abs(apart) if by_coordinate else norm_sq(apart) ** 0.5)
        room = most * (1 + float(xp.finfo(far.dtype).eps) ** 0.5)
        require(xp, far <= room, far, "the distance of play and comparator", f"at most {most!r}, as declared")

    def linear(self, u: Any) -> Array:
        """Return <g_t, x_t - u> of each round, shape (T, ...)."""
        return inner(self.gradients, self.apart(u))

    def linear_regret(self, u: Any) -> Array:
        """Return the sum of <g_t, x_t - u>, which is at least the regret if the losses are convex."""
        return total(self.linear(u))

    def curved_regret(self, u: Any, gamma: float) -> Array:
        """Return the sum of ``<g, x - u> - (gamma/2) <g, x - u>^2``: at least the regret of losses so curved."""
        along = self.linear(u)
        return total(along - gamma / 2 * along**2)


def follow(
    gradient: Gradient, start: Any, rounds: int, *, move: Move, state: Any = None, largest: float | None = None
) -> Path:
    """Run a learner from a start.

    Parameters
    ----------
    gradient : callable
    start : array, shape (..., d)
        The first play, in the decision set.
    rounds : int, >= 1
    move : callable
    state : optional
        The first state.
    largest : float, optional
        The declared bound on Euclidean norms of gradients.

    Raises
    ------
    ValueError
        If there is no round, the start is no finite point, a play is not finite, or a gradient has another shape than
        the play, is not finite, is too large to be squared or exceeds ``largest``: the message names the round.
    """
    rounds = whole("rounds", rounds)
    play = checked_start(start)
    xp, _, _ = real_arrays(play)
    plays, gradients = [], []
    for t in range(1, rounds + 1):
        require(xp, xp.isfinite(play), play, f"round {t}: the play", "finite")
        seen = checked_gradient(xp, t, play, gradient(t, play), largest)
        plays.append(play)
        gradients.append(seen)
        state, play = move(state, t, play, seen)
    return Path(xp.stack(plays, axis=0), xp.stack(gradients, axis=0))


# -- arithmetic along paths ------------------------------------------------------------------------------------------


def total(values: Array) -> Array:
    """Return the sum over rounds, the first axis."""
    xp, (values,), _ = real_arrays(values)
    return xp.sum(values, axis=0)


def inner(a: Array, b: Array) -> Array:
    """Return inner products along the last axis."""
    xp, (product,), _ = real_arrays(a * b)
    return xp.sum(product, axis=-1)


def norm_sq(a: Array) -> Array:
    """Return squared Euclidean norms along the last axis."""
    return inner(a, a)


def like(array: Array, value: Any) -> Array:
    """Return a value as an array of the namespace and dtype of another.

    Examples
    --------
    >>> import numpy as np
    >>> like(np.zeros(2), [1, 2]).dtype.name
    'float64'
    """
    return real_arrays(array, value)[1][1]


# -- what callers hand in --------------------------------------------------------------------------------------------


def positive(**values: Any) -> None:
    """Demand that numbers are positive and finite.

    Raises
    ------
    ValueError
        If one is not, or is no number; the message names it.
    """
    for name, value in values.items():
        if not 0 < _read(value) < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value!r}")


def nonnegative(**values: Any) -> None:
    """Demand that numbers are nonnegative and finite; raises as `positive` does."""
    for name, value in values.items():
        if not 0 <= _read(value) < math.inf:
            raise ValueError(f"{name} must be nonnegative and finite, got {value!r}")


def _read(value: Any) -> float:
    """Return a number as a float: NaN if it is none, infinity if it is too large."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def finite_vectors(xp: Any, **arrays: Array) -> None:
    """Demand that arrays are finite and have coordinates along their last axes."""
    for name, array in arrays.items():
        if array.ndim < 1 or array.shape[-1] < 1:
            raise ValueError(f"{name} must have coordinates along its last axis, got shape {tuple(array.shape)}")
        require(xp, xp.isfinite(array), array, name, "finite")


def checked_start(start: Any, project: Callable[[Array], Array] | None = None) -> Array:
    """Return the first play as an array of at least one finite coordinate that its projection does not move."""
    xp, (start,), _ = real_arrays(start)
    if start.ndim < 1 or 0 in start.shape:
        raise ValueError(f"start must have coordinates along its last axis, got shape {tuple(start.shape)}")
    require(xp, xp.isfinite(start), start, "start", "finite")
    if project is not None:
        room = float(xp.finfo(start.dtype).eps) ** 0.5 * norm_sq(start) ** 0.5
        moved = norm_sq(start - like(start, project(start))) ** 0.5
        require(xp, moved <= room, moved, "the distance of start from the decision set", "0")
    return start


@quiet
def checked_gradient(xp: Any, t: int, play: Array, seen: Any, largest: float | None = None) -> Array:
    """Return the gradients of a round as an array, after checking shape, size and the declared bound."""
    seen = like(play, seen)
    if seen.shape != play.shape:
        raise ValueError(f"round {t}: the gradient has shape {tuple(seen.shape)}, the play {tuple(play.shape)}")
    require(xp, xp.isfinite(seen), seen, f"round {t}: the gradient", "finite")
    size = norm_sq(seen) ** 0.5
    require(xp, xp.isfinite(size), seen, f"round {t}: the gradient", "small enough to be squared")
    if largest is not None:
        allowed = f"at most {largest!r} in norm, as declared"
        room = 1 + max(1e-12, 64 * float(xp.finfo(size.dtype).eps))  # the norm is rounded
        require(xp, size <= largest * room, size, f"round {t}: the gradient", allowed)
    return seen
