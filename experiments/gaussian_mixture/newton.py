"""Damped Newton for many small convex problems at once: one step of linear algebra for all, each with its own damping.

A problem leaves the batch when it has converged: once half of them have, the rest are gathered and go on alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from experiments.arrays import Array, device_of, namespace

__all__ = ["Convex", "Minimum", "in_chunks", "minimise"]

SUFFICIENT = 1e-4  # share of the predicted decrease that a step must achieve
HALVINGS = 40
ROUNDING = 4096  # units of rounding of 1 + the value: an increase by so much says nothing


class Convex(Protocol):
    """R convex functions of p variables, twice differentiable."""

    def value(self, points: Array) -> Array:
        """Return the values (R,) at points (R, p)."""
        ...

    def derivatives(self, points: Array) -> tuple[Array, Array]:
        """Return gradients (R, p) and Hessians (R, p, p)."""
        ...

    def take(self, index: Array) -> Convex:
        """Return some of the functions."""
        ...


@dataclass(frozen=True, eq=False)
class Minimum:
    """Minima found.

    Attributes
    ----------
    points : array, shape (R, p)
    converged : array of bool, shape (R,)
        False where the limit of steps was reached, or no step decreased the value any more before the tolerance.
    steps : int
        Of the slowest problem.
    """

    points: Array
    converged: Array
    steps: int


def minimise(problem: Convex, start: Array, *, tolerance: float = 1e-14, limit: int = 200) -> Minimum:
    """Minimise from ``start`` (R, p) until the Newton decrement squared is below ``tolerance`` times 1 + the value.

    The decrement squared, gradient' Hessian^-1 gradient, is twice the decrease that a quadratic model predicts, and
    does not change with the coordinates. In single precision the tolerance is at least 100 eps^2.
    """
    xp = namespace(start)
    tolerance = max(tolerance, 100 * float(xp.finfo(start.dtype).eps) ** 2)  # single precision reaches no more
    left: list[list[Array]] = []  # problems that have left the batch: their rows, points, success
    rows = xp.arange(start.shape[0], device=device_of(start))
    points, value = start, problem.value(start)
    done = over = xp.zeros(start.shape[:1], dtype=xp.bool, device=device_of(start))
    steps = 0
    while points.shape[0] and steps < limit:
        gradient, hessian = problem.derivatives(points)
        step = _solve(xp, hessian, -gradient)
        slope = xp.sum(gradient * step, axis=-1)
        small = ~over & (-slope <= tolerance * (1 + xp.abs(value)))
        moved, value, failed = _search(xp, problem, points, value, step, xp.where(small | over, 0.0 * slope, slope))
        # The last step is taken in full: it doubles the digits, and costs nothing more.
        points = xp.where(small[:, None], points + step, moved)
        done, over = done | small, over | small | failed
        steps += 1
        if 2 * int(xp.sum(xp.astype(over, xp.int64))) >= over.shape[0]:
            gone, keep = xp.nonzero(over)[0], xp.nonzero(~over)[0]
            left.append(_taken(xp, gone, rows, points, done))
            rows, points, done, value, over = _taken(xp, keep, rows, points, done, value, over)
            problem = problem.take(keep)
    order, found, success = (xp.concat(list(column)) for column in zip(*left, [rows, points, done], strict=True))
    index = xp.argsort(order)
    return Minimum(xp.take(found, index, axis=0), xp.take(success, index, axis=0), steps)


def _taken(xp: Any, index: Array, *arrays: Array) -> list[Array]:
    return [xp.take(array, index, axis=0) for array in arrays]


def _solve(xp: Any, hessian: Array, target: Array) -> Array:
    """Solve with a unit diagonal, so that what keeps a matrix singular to rounding solvable sees no units."""
    diagonal = xp.linalg.diagonal(hessian)
    scale = 1 / xp.sqrt(xp.where(diagonal > 0, diagonal, xp.ones_like(diagonal)))
    unit = xp.eye(hessian.shape[-1], dtype=hessian.dtype, device=device_of(hessian))
    scaled = hessian * scale[..., None] * scale[:, None, :] + 4 * float(xp.finfo(hessian.dtype).eps) * unit
    return scale * xp.linalg.solve(scaled, (scale * target)[..., None])[..., 0]


def _search(
    xp: Any, problem: Convex, points: Array, value: Array, step: Array, slope: Array
) -> tuple[Array, Array, Array]:
    """Halve each step until it decreases its function enough; problems of slope 0 stay where they are."""
    rounding = ROUNDING * float(xp.finfo(points.dtype).eps) * (1 + xp.abs(value))
    scale = xp.where(slope < 0, xp.ones_like(slope), xp.zeros_like(slope))
    for _ in range(HALVINGS):
        moved = points + scale[:, None] * step
        found = problem.value(moved)
        bad = ~(found <= value + SUFFICIENT * scale * slope + rounding) & (scale > 0)
        if not bool(xp.any(bad)):
            return moved, xp.where(scale > 0, found, value), xp.zeros_like(bad)
        scale = xp.where(bad, scale / 2, scale)
    return xp.where(bad[:, None], points, moved), xp.where(bad, value, found), bad


def in_chunks(
    function: Callable[[int, int], tuple[Array, ...]], replicates: int, bytes_each: int, memory: int
) -> list[Array]:
    """Call ``function(start, stop)`` on as many replicates at a time as ``memory`` bytes hold, and join the results.

    Examples
    --------
    >>> import numpy as np
    >>> in_chunks(lambda start, stop: (np.arange(start, stop),), 5, 8, 16)[0].tolist()
    [0, 1, 2, 3, 4]
    """
    step = max(1, memory // max(1, bytes_each))
    parts = [function(start, min(start + step, replicates)) for start in range(0, max(replicates, 1), step)]
    xp = namespace(parts[0][0])
    return [xp.concat(list(column)) if len(column) > 1 else column[0] for column in zip(*parts, strict=True)]
