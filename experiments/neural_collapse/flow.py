"""Gradient flow of many energies at once: Heun's method with a step and a clock of its own for every row.

A step is taken only if the local error is small and the energy does not rise beyond rounding. A row's path depends on
the row alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, to_numpy
from experiments.kernels import instead
from theory.arrays import quiet

__all__ = ["State", "flow", "log_times"]

SHRINK, GROW, SAFETY = 0.2, 2.0, 0.9
STAY = 0.75  # of the rows still move: with fewer, the arrays are cut down to them
_MODULES = {"numba": "compiled", "cuda": "cuda"}
ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of the energy, by which a step may raise it


@dataclass
class State:
    """Where the rows are.

    Attributes
    ----------
    time : float
        The same for all rows.
    x, values, gradients : arrays
        Parameters (B, P), energies (B,) and gradients (B, P).
    steps : array of shape (B,)
        The length of step that a row would try next.
    tried : int
        Rounds of the integrator so far, of the slowest row between any two times; in each, a row tries a step.
    """

    time: float
    x: Array
    values: Array
    gradients: Array
    steps: Array
    tried: int = 0


def flow(
    energy: Any,
    x: Array,
    times: Sequence[float],
    *,
    tolerance: float = 1e-4,
    rest: float = 1e-12,
    first: float = 1e-3,
    most: int = 1_000_000,
    engine: str | None = None,
) -> Iterator[State]:
    """Follow x' = -grad E from parameters (B, P), and yield the state at each of the times.

    Parameters
    ----------
    energy
        An `Energy`: parameters -> values and gradients.
    times
        Increasing, finite, >= 0.
    tolerance
        Bound on the local error of a step, relative to 1 + the length of the parameters.
    rest
        A row whose gradient is no longer than this waits where it is.
    first
        Length of the first step that is tried.
    most
        Rounds between two times at most.
    engine
        "numba" (for NumPy's arrays), "cuda" (for NumPy's and CuPy's) or "array". Unless given, Numba where it is
        installed and the energy is NumPy's, CUDA where Numba can run kernels and the energy is CuPy's (a warning tells
        where it cannot).

    Yields
    ------
    State
        A new one each time, whose arrays are not written to again.

    Raises
    ------
    ValueError
        If the times do not increase, the tolerance or the first step is not positive, the value or the squared
        length of the gradient is not finite at the start, or the engine is unknown or cannot be had on the back end.
    RuntimeError
        If the rounds do not suffice.
    """
    times = [float(time) for time in times]
    rising = all(time < later for time, later in itertools.pairwise(times))
    if not times or not rising or not all(0 <= time < np.inf for time in times):
        raise ValueError(f"times must be finite, >= 0 and increase, got {times!r:.200}")
    if not (tolerance > 0 and first > 0 and rest >= 0):
        raise ValueError(f"tolerance and first must be > 0, and rest >= 0, got {tolerance!r}, {first!r} and {rest!r}")
    follow = _engine(engine, energy)
    values, gradients = energy(x)
    if not np.all(np.isfinite(to_numpy(values)) & np.isfinite(to_numpy(quiet(_length)(energy.backend.xp, gradients)))):
        raise ValueError("the value and the squared length of the gradient must be finite at every start")
    now = (x, values, gradients, energy.backend.xp.full_like(values, first))
    start, rounds, rules = 0.0, 0, (tolerance, rest, most, SAFETY, GROW, SHRINK, ROUNDING)
    for time in times:
        now, tried = follow(energy, now, time - start, rules)
        if tried < 0:
            raise RuntimeError(f"{most} rounds do not reach the time {time:g}: allow more, or a larger tolerance")
        start, rounds = time, rounds + tried
        x, values, gradients, steps = now
        yield State(time, x, values, gradients, steps, rounds)


def _engine(name: str | None, energy: Any) -> Any:
    library = energy.backend.library
    allowed = {"numpy": ("array", "numba", "cuda"), "cupy": ("array", "cuda")}.get(library, ("array",))
    if name not in (None, *allowed):
        given = f"{name!r} on {energy.backend.name}"
        raise ValueError(f"engine must be array, numba for NumPy's arrays, or cuda for these and CuPy's, got {given}")
    if name is None:
        name = {"numpy": _compiled, "cupy": instead}.get(library, lambda: "array")()
    if name == "array":
        return _advance
    return importlib.import_module(f"experiments.neural_collapse.flow_{_MODULES[name]}").advance


def _compiled() -> str:
    return "numba" if importlib.util.find_spec("numba") else "array"


def _advance(
    energy: Any, arrays: tuple[Array, ...], duration: float, rules: tuple[Any, ...]
) -> tuple[list[Array], int]:
    """Follow all rows for a duration; those that are there leave the arrays once they are a quarter of them."""
    xp, tolerance, rest, most = energy.backend.xp, *rules[:3]
    now, rows = (*arrays, xp.full_like(arrays[1], duration)), np.arange(energy.rows)
    gone: list[tuple[Any, tuple[Array, ...]]] = []
    for tried in range(most + 1):
        moving = to_numpy((now[4] > 0) & (_length(xp, now[2]) > rest))
        if not moving.any():
            parts = [*(part for _, part in gone), now]
            order = energy.backend.asarray(np.argsort(np.concatenate([*(index for index, _ in gone), rows])))
            return [xp.take(xp.concat([part[k] for part in parts]), order, axis=0) for k in range(4)], tried
        if moving.sum() <= STAY * len(rows):
            gone.append((rows[~moving], _rows(energy, now, ~moving)))
            energy, now, rows = energy.take(np.flatnonzero(moving)), _rows(energy, now, moving), rows[moving]
        now = _round(energy, now, tolerance, rest)
    return [], -1


def _rows(energy: Any, arrays: tuple[Array, ...], chosen: Any) -> tuple[Array, ...]:
    index = energy.backend.asarray(np.flatnonzero(chosen))
    return tuple(energy.backend.xp.take(array, index, axis=0) for array in arrays)


@quiet  # a trial step that overflows is refused
def _round(energy: Any, now: tuple[Array, ...], tolerance: float, rest: float) -> tuple[Array, ...]:
    """Let every row that moves try one step."""
    xp, (x, values, gradients, steps, left) = energy.backend.xp, now
    moving = (left > 0) & (_length(xp, gradients) > rest)
    step = xp.where(left < steps, left, steps)
    there, found, slopes, error = _heun(energy, x, gradients, step)
    error = error / (tolerance * (1 + _length(xp, x)))
    taken = moving & (error <= 1) & (found <= values + ROUNDING * (1 + xp.abs(values)))
    row = taken[:, None]
    return (
        xp.where(row, there, x),
        xp.where(taken, found, values),
        xp.where(row, slopes, gradients),
        _next_steps(xp, steps, step, error, moving, taken),
        xp.where(taken, left - step, left),
    )


def _heun(energy: Any, x: Array, gradients: Array, step: Array) -> tuple[Array, Array, Array, Array]:
    """Return the parameters after a step, with their energies and gradients, and the estimated errors (B,)."""
    xp = energy.backend.xp
    length = step[:, None]
    euler = x - length * gradients
    _, ahead = energy(euler)
    change = length * (gradients - ahead) / 2
    there = euler + change
    values, slopes = energy(there)
    return there, values, slopes, _length(xp, change)


def _next_steps(xp: Any, steps: Array, step: Array, error: Array, moving: Array, taken: Array) -> Array:
    """Return the steps to try next: grown by the error where taken, halved or less where not."""
    factor = SAFETY / xp.sqrt(xp.clip(error, SAFETY**2 / GROW**2, SAFETY**2 / SHRINK**2))
    grown = step * factor
    longest = xp.where(grown > steps, grown, steps)  # a step cut short by the clock says nothing against the longer
    whole = step >= steps
    after = xp.where(whole, grown, longest)
    refused = step * xp.where(factor < 0.5, factor, xp.full_like(factor, 0.5))
    return xp.where(moving, xp.where(taken, after, refused), steps)


def _length(xp: Any, rows: Array) -> Array:
    return xp.sqrt(xp.sum(rows * rows, axis=1))


def log_times(first: float, last: float, count: int) -> list[float]:
    """Return zero and ``count`` times that grow by one factor.

    Raises
    ------
    ValueError
        Unless 0 < first < last < infinity and the count is at least 2.

    Examples
    --------
    >>> log_times(1.0, 100.0, 3)
    [0.0, 1.0, 10.0, 100.0]
    """
    if not (0 < first < last < np.inf and count >= 2):
        raise ValueError(f"first and last must be finite, > 0 and increase, count >= 2, got {first}, {last}, {count}")
    ratio = (last / first) ** (1 / (count - 1))
    return [0.0, *(float(f"{first * ratio**index:.12g}") for index in range(count - 1)), float(last)]
