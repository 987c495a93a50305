"""Gradient flow compiled by Numba for a processor: one row after the other, in threads. Needs Numba."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from experiments.neural_collapse import flow_scalar
from experiments.threads import over_rows

__all__ = ["advance"]

_PIECE = 16  # rows that are worth a thread
_MODE: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz"}}
_flow_row = flow_scalar.row_functions(njit(**_MODE), njit(inline="always", **_MODE))


def _rows(version: int) -> Callable[..., None]:
    """Return the compiled loop over rows; ``version`` of the text it is made from is in the name it is cached by."""

    @njit(cache=True, **_MODE)
    def flow_rows(low, high, arrays, tried, problem, kind, rules):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        depth, width, size = kind[0], kind[1], arrays[0].shape[1]
        classes, samples, block = problem[0].shape[1], problem[0].shape[2], max(width, problem[0].shape[1]) * width
        room = np.empty(depth * block), np.empty(classes * samples), np.empty(block), np.empty(block)
        work = np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size)
        for row in range(low, high):
            tried[row] = _flow_row(row, arrays, problem, kind, rules, room, work)

    return flow_rows


def _version() -> int:
    return int.from_bytes(hashlib.sha256(inspect.getsource(flow_scalar).encode()).digest()[:7], "big")


_flow_rows = _rows(_version())


def advance(
    energy: Any, arrays: tuple[Any, ...], duration: float, rules: tuple[float, ...]
) -> tuple[list[NDArray[np.float64]], int]:
    """Follow all rows for a duration.

    Parameters
    ----------
    energy
        An `Energy` on NumPy.
    arrays
        Parameters, energies, gradients and next steps.
    duration
    rules
        Tolerance, rest and most rounds, and the constants of the rules for steps.

    Returns
    -------
    arrays, rounds
        New arrays, and the most rounds of a row, or -1 if they did not suffice.
    """
    x, values, gradients, steps = (np.array(array, dtype=np.float64, order="C") for array in arrays)
    rows, tried = energy.rows, np.zeros(energy.rows, dtype=np.int64)
    state = x, values, gradients, steps, np.full(rows, float(duration))
    problem = tuple(np.ascontiguousarray(part) for part in (energy.targets, energy.weights, energy.decays))

    def task(low: int, high: int) -> None:
        _flow_rows(low, high, state, tried, problem, flow_scalar.kind_of(energy), rules)

    over_rows(task, rows, rows // _PIECE)
    return [x, values, gradients, steps], int(-1 if tried.min() < 0 else tried.max())
