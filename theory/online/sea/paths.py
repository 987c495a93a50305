"""What the runs of this package share: sums along paths, and the checks of what a caller hands in round by round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theory.arrays import Array, real_arrays, require

__all__ = [
    "Gradient",
    "checked_gradient",
    "checked_rounds",
    "checked_start",
    "inner",
    "like",
    "nonnegative",
    "norm_sq",
    "positive",
    "total",
]

Gradient = Callable[[int, Array], Any]
"""Called with the round (from 1) and the plays; returns the gradients seen there, in the same shape."""


def total(values: Array) -> Array:
    """Return the sum over the rounds, the first axis."""
    xp, (values,), _ = real_arrays(values)
    return xp.sum(values, axis=0)


def inner(a: Array, b: Array) -> Array:
    """Return the inner products along the last axis."""
    xp, (product,), _ = real_arrays(a * b)
    return xp.sum(product, axis=-1)


def norm_sq(a: Array) -> Array:
    """Return the squared Euclidean norms along the last axis."""
    return inner(a, a)


def like(array: Array, value: Any) -> Array:
    """Return a value as an array of the kind of another one."""
    return real_arrays(array, value)[1][1]


def positive(**values: float) -> None:
    """Demand that every number is positive and finite."""
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} must be positive and finite, got {value!r}")


def nonnegative(**values: float) -> None:
    """Demand that every number is nonnegative and finite."""
    for name, value in values.items():
        if not 0 <= value < float("inf"):
            raise ValueError(f"{name} must be nonnegative and finite, got {value!r}")


def checked_rounds(rounds: int) -> None:
    """Demand that the number of rounds is an integer of at least 1."""
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise ValueError(f"rounds must be an integer of at least 1, got {rounds!r}")


def checked_start(start: Any) -> Array:
    """Return the first centre as an array, after checking that it has coordinates and is finite."""
    xp, (center,), _ = real_arrays(start)
    if center.ndim < 1:
        raise ValueError(f"start must have the coordinates along its last axis, got {start!r}")
    require(xp, xp.isfinite(center), center, "start", "finite")
    return center


def checked_gradient(xp: Any, t: int, play: Array, seen: Any, largest: float | None) -> Array:
    """Return the gradients of a round as an array, after checking shape, finiteness and the declared bound."""
    seen = like(play, seen)
    if seen.shape != play.shape:
        raise ValueError(f"round {t}: the gradient has shape {tuple(seen.shape)}, the play {tuple(play.shape)}")
    require(xp, xp.isfinite(seen), seen, f"round {t}: the gradient", "finite")
    if largest is not None:
        size = norm_sq(seen) ** 0.5
        allowed = f"at most {largest!r} in norm, as declared"
        require(xp, size <= largest * (1 + 1e-12), size, f"round {t}: the gradient", allowed)
    return seen
