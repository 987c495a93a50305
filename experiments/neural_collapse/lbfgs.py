"""L-BFGS of many functions at once, a line search of its own for every row.

In every round each row evaluates one trial point of its own bracket (bisection for the weak Wolfe conditions), and rows
that found a step turn at once: none waits for another, and a row's path depends on the row alone. Near the minimum,
where differences of values are rounding, the decrease is judged by slopes (the approximate condition of Hager and
Zhang).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, to_numpy
from theory.arrays import quiet
from theory.shown import Shown

__all__ = ["Minima", "minimise"]

DECREASE, CURVATURE = 1e-4, 0.9
NOISE = 1e-14  # relative, of values near a minimum
HALVINGS = 40  # of a bracket, before a row is sent down its gradient, and the second time given up
STAY = 0.75  # of the rows still move: with fewer, the arrays are cut down to them


@dataclass(frozen=True)
class Minima(Shown):
    """Where the rows ended.

    Attributes
    ----------
    x : array of shape (B, P)
    values : array of shape (B,)
    slopes : array of shape (B,)
        Largest absolute entry of the gradient.
    rounds : int
        Evaluations of the slowest row.
    """

    x: Array
    values: Array
    slopes: Array
    rounds: int


@dataclass
class _Rows:
    """The state of the rows that still move; all arrays have them first, the memory of steps and changes second."""

    x: Array
    values: Array
    gradients: Array
    direction: Array
    slope: Array  # of the direction, at x
    step: Array
    low: Array
    high: Array
    halvings: Array
    steps: Array  # (B, memory, P), the latest last
    changes: Array
    inverse: Array  # (B, memory): 1/(step . change), zero where there is no pair yet

    def take(self, xp: Any, index: Array) -> _Rows:
        return _Rows(**{name: xp.take(array, index, axis=0) for name, array in vars(self).items()})


@quiet  # a trial step that overflows is refused
def minimise(energy: Any, x: Array, *, tolerance: float = 1e-9, memory: int = 10, most: int = 5000) -> Minima:
    """Minimise every row from parameters (B, P).

    Parameters
    ----------
    energy
        An `Energy`, or anything with its ``backend``, ``rows`` and ``take``: parameters -> values (B,), gradients.
    tolerance
        A row is done when no entry of its gradient is larger, or when no step decreases its value any more.
    memory
        Pairs that are kept.
    most
        Evaluations of a row.

    Raises
    ------
    ValueError
        If a number is not positive, or a value or the squared length of a gradient is not finite at the start.

    Examples
    --------
    >>> from experiments.neural_collapse.energy import Architecture, Energy, Setting
    >>> energy = Energy.of(Architecture(2, 1, 2), [Setting((1, 1), (0.125,), 0.125)])
    >>> round(float(minimise(energy, np.asarray([[1.0, 0.2, 0.1, 1.0] * 2])).values[0]), 12)
    0.21875
    """
    if not (tolerance > 0 and memory >= 1 and most >= 1):
        raise ValueError(f"tolerance, memory and most must be positive, got {tolerance!r}, {memory!r}, {most!r}")
    xp = energy.backend.xp
    now, index, gone = _start(energy, x, memory), np.arange(energy.rows), []
    for rounds in range(most + 1):
        slopes = xp.max(xp.abs(now.gradients), axis=1)
        moving = to_numpy((slopes > tolerance) & (now.halvings < 2 * HALVINGS))
        if rounds == most or not moving.any():
            break
        if moving.sum() <= STAY * len(index):
            gone.append((index[~moving], _ends(xp, now.take(xp, _positions(energy, ~moving)))))
            kept = _positions(energy, moving)
            energy, now, index = energy.take(np.flatnonzero(moving)), now.take(xp, kept), index[moving]
            moving = moving[moving]
        now = _round(energy, now, energy.backend.asarray(moving))
    gone.append((index, _ends(xp, now)))
    order = energy.backend.asarray(np.argsort(np.concatenate([rows for rows, _ in gone])))
    x, values, slopes = (xp.take(xp.concat([ends[part] for _, ends in gone]), order, axis=0) for part in range(3))
    return Minima(x, values, slopes, rounds)


def _positions(energy: Any, chosen: Any) -> Array:
    return energy.backend.asarray(np.flatnonzero(chosen))


def _ends(xp: Any, now: _Rows) -> tuple[Array, Array, Array]:
    return now.x, now.values, xp.max(xp.abs(now.gradients), axis=1)


def _start(energy: Any, x: Array, memory: int) -> _Rows:
    xp = energy.backend.xp
    values, gradients = energy(x)
    square = xp.sum(gradients * gradients, axis=1)
    if not np.all(np.isfinite(to_numpy(values)) & np.isfinite(to_numpy(square))):
        raise ValueError("the value and the squared length of the gradient must be finite at every start")
    none = xp.zeros_like(values)
    pairs = xp.zeros((x.shape[0], memory, x.shape[1]), dtype=x.dtype, device=energy.backend.device)
    first = 1 / (1 + xp.sqrt(square))
    return _Rows(
        x, values, gradients, -gradients, -square, first, none, none + np.inf, none, pairs, pairs, pairs[:, :, 0]
    )


def _round(energy: Any, now: _Rows, moving: Array) -> _Rows:
    """Evaluate one trial point of every row, and narrow its bracket or turn."""
    xp = energy.backend.xp
    there = now.x + now.step[:, None] * now.direction
    values, gradients = energy(there)
    slope = xp.sum(gradients * now.direction, axis=1)
    level = now.values + NOISE * xp.abs(now.values)
    falls = values <= now.values + DECREASE * now.step * now.slope
    flat = (values <= level) & (slope <= (2 * DECREASE - 1) * now.slope)
    falls = falls | flat
    bends = slope >= CURVATURE * now.slope
    turn = moving & falls & bends
    high = xp.where(falls, now.high, now.step)  # not finite values do not fall
    low = xp.where(falls & ~bends, now.step, now.low)
    step = xp.where(xp.isfinite(high), (low + high) / 2, 2 * now.step)
    now.low, now.high, now.step, now.halvings = low, high, step, xp.where(moving, now.halvings + 1, now.halvings)
    if bool(to_numpy(xp.any(turn))):
        now = _turn(xp, now, turn, there, values, gradients)
    return _down(xp, now, now.halvings == HALVINGS)


def _turn(xp: Any, now: _Rows, turn: Array, there: Array, values: Array, gradients: Array) -> _Rows:
    """Move the rows of ``turn`` to their trial points, remember the pair, and point them anew."""
    row, block = turn[:, None], turn[:, None, None]
    step, change = there - now.x, gradients - now.gradients
    product = xp.sum(step * change, axis=1)
    inverse = xp.where(turn & (product > 0), 1 / xp.where(product > 0, product, xp.ones_like(product)), product * 0)
    now.steps = xp.where(block, _shifted(xp, now.steps, step), now.steps)
    now.changes = xp.where(block, _shifted(xp, now.changes, change), now.changes)
    now.inverse = xp.where(row, _shifted(xp, now.inverse, inverse), now.inverse)
    now.x, now.gradients = xp.where(row, there, now.x), xp.where(row, gradients, now.gradients)
    now.values = xp.where(turn, values, now.values)
    direction = _two_loops(xp, now)
    none = xp.zeros_like(values)
    now.direction = xp.where(row, direction, now.direction)
    now.slope = xp.where(turn, xp.sum(direction * now.gradients, axis=1), now.slope)
    now.step, now.low = xp.where(turn, none + 1, now.step), xp.where(turn, none, now.low)
    now.high, now.halvings = xp.where(turn, none + np.inf, now.high), xp.where(turn, none, now.halvings)
    return now


def _shifted(xp: Any, kept: Array, latest: Array) -> Array:
    """Return the memory without its oldest entry, and with the latest."""
    return xp.concat([kept[:, 1:, ...], xp.expand_dims(latest, axis=1)], axis=1)


def _two_loops(xp: Any, now: _Rows) -> Array:
    """Return minus the inverse Hessian of the memory times the gradients; without pairs, minus the gradients."""
    found, alphas = now.gradients, []
    memory = now.inverse.shape[1]
    for k in range(memory - 1, -1, -1):
        alpha = now.inverse[:, k] * xp.sum(now.steps[:, k, :] * found, axis=1)
        found = found - alpha[:, None] * now.changes[:, k, :]
        alphas.append(alpha)
    square = xp.sum(now.changes[:, -1, :] ** 2, axis=1) * now.inverse[:, -1]
    scale = xp.where(square > 0, 1 / xp.where(square > 0, square, xp.ones_like(square)), xp.ones_like(square))
    found = scale[:, None] * found
    for k in range(memory):
        beta = now.inverse[:, k] * xp.sum(now.changes[:, k, :] * found, axis=1)
        found = found + (alphas[memory - 1 - k] - beta)[:, None] * now.steps[:, k, :]
    return -found


def _down(xp: Any, now: _Rows, lost: Array) -> _Rows:
    """Send rows whose bracket shrank to nothing down their gradients, without memory."""
    if not bool(to_numpy(xp.any(lost))):
        return now
    square = xp.sum(now.gradients**2, axis=1)
    none = xp.zeros_like(square)
    now.direction = xp.where(lost[:, None], -now.gradients, now.direction)
    now.slope = xp.where(lost, -square, now.slope)
    now.inverse = xp.where(lost[:, None], xp.zeros_like(now.inverse), now.inverse)
    now.step, now.low = xp.where(lost, 1 / (1 + xp.sqrt(square)), now.step), xp.where(lost, none, now.low)
    now.high = xp.where(lost, none + np.inf, now.high)
    return now
