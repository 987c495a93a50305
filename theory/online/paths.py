r"""Paths of online learners that see one gradient a round: play, see, move.

A learner here is one pure function, its move: ``(state, t, play, gradient) -> (state, next play)``. A path keeps what
pathwise inequalities need, rounds first, then any axes of replicates, coordinates last.

>>> path = follow(lambda t, x: x - 1.0, [0.0], 3, move=lambda state, t, x, g: (state, x - g / 2))
>>> path.plays[:, 0].tolist(), float(path.linear_regret([1.0]))
([0.0, 0.5, 0.75], 1.3125)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, real_arrays, require

__all__ = ["Gradient", "Move", "Path", "follow", "inner", "like", "positive"]

Gradient = Callable[[int, Array], Any]
"""Called with the round (from 1) and the plays; returns the gradients seen there, in the same shape."""

Move = Callable[[Any, int, Array, Array], tuple[Any, Array]]
"""Called with state, round, plays and gradients; returns the next state and the next plays."""


@dataclass(frozen=True)
class Path:
    """T rounds of a learner.

    Attributes
    ----------
    plays, gradients : arrays, shape (T, ..., d)
    """

    plays: Array
    gradients: Array

    def linear(self, u: Any) -> Array:
        """Return <g_t, x_t - u> of each round, shape (T, ...)."""
        return inner(self.gradients, self.plays - like(self.plays, u))

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
        If there is no round, or a gradient has another shape than the play, is not finite or exceeds ``largest``: the
        message names the round.
    """
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise ValueError(f"rounds must be an integer of at least 1, got {rounds!r}")
    xp, (play,), _ = real_arrays(start)
    plays, gradients = [], []
    for t in range(1, rounds + 1):
        seen = like(play, gradient(t, play))
        if seen.shape != play.shape:
            raise ValueError(f"round {t}: the gradient has shape {tuple(seen.shape)}, the play {tuple(play.shape)}")
        require(xp, xp.isfinite(seen), seen, f"round {t}: the gradient", "finite")
        if largest is not None:
            size = xp.sqrt(inner(seen, seen))
            allowed = f"at most {largest!r} in norm, as declared"
            require(xp, size <= largest * (1 + 1e-12), size, f"round {t}: the gradient", allowed)
        plays.append(play)
        gradients.append(seen)
        state, play = move(state, t, play, seen)
    return Path(xp.stack(plays, axis=0), xp.stack(gradients, axis=0))


def total(values: Array) -> Array:
    """Return the sum over rounds, the first axis."""
    xp, (values,), _ = real_arrays(values)
    return xp.sum(values, axis=0)


def inner(a: Array, b: Array) -> Array:
    """Return inner products along the last axis."""
    xp, (product,), _ = real_arrays(a * b)
    return xp.sum(product, axis=-1)


def like(array: Array, value: Any) -> Array:
    """Return a value as an array of the namespace and dtype of another.

    Examples
    --------
    >>> import numpy as np
    >>> like(np.zeros(2), [1, 2]).dtype.name
    'float64'
    """
    return real_arrays(array, value)[1][1]


def positive(**values: float) -> None:
    """Demand that numbers are positive and finite.

    Raises
    ------
    ValueError
        If one is not; the message names it.
    """
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} must be positive and finite, got {value!r}")
