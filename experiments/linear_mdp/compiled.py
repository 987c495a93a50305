"""Episodes compiled by Numba for a processor: replicates over threads. Needs Numba."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

from numba import njit

from experiments.linear_mdp import episode_scalar, estimates_scalar, losses
from experiments.philox import scalar, spec
from experiments.philox.compiled import bits_at, pair
from experiments.threads import over_rows

__all__ = ["advance"]

_jit = njit(nogil=True, error_model="numpy")
_advance_row = episode_scalar.episode_functions(_jit, pair, bits_at)
_PIECE = 500  # episodes of replicates that are worth a thread


def _rows(version: int) -> Callable[..., None]:
    """Return the compiled loop over rows; ``version`` of the texts it is made from is in the name it is cached by."""

    @njit(cache=True, nogil=True, error_model="numpy")
    def advance_rows(low, high, first, start, stop, *rest):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        for row in range(low, high):
            _advance_row(row, start, stop, first + row, *rest)

    return advance_rows


def _version() -> int:
    texts = "".join(inspect.getsource(module) for module in (episode_scalar, estimates_scalar, losses, scalar, spec))
    return int.from_bytes(hashlib.sha256(texts.encode()).digest()[:7], "big")


_advance_rows = _rows(_version())


def advance(first: int, start: int, stop: int, *rest: Any, threads: int | None = None) -> None:
    """Play episodes ``start`` to ``stop - 1`` of all rows in place; the arguments are those of the scalar body."""
    rows = rest[0].shape[0]

    def task(low: int, high: int) -> None:
        _advance_rows(low, high, first, start, stop, *rest)

    over_rows(task, rows, 1 + rows * (stop - start) // _PIECE, threads)
