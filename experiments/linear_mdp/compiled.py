"""Episodes compiled by Numba for a processor: replicates over threads. Needs Numba."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
from numba import njit

from experiments.linear_mdp import episode_scalar, estimates_scalar, losses
from experiments.philox import scalar, spec
from experiments.philox.compiled import bits_at, pair

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
    threads = min(_threads() if threads is None else threads, rows, 1 + rows * (stop - start) // _PIECE)
    edges = [rows * part // threads for part in range(threads + 1)]
    if threads == 1:
        _advance_rows(0, rows, first, start, stop, *rest)
        return
    with ThreadPoolExecutor(threads) as pool:
        parts = [
            pool.submit(_advance_rows, low, high, first, start, stop, *rest) for low, high in itertools.pairwise(edges)
        ]
        for part in parts:
            part.result()


def _threads() -> int:
    """Return NUMBA_NUM_THREADS (all cores unless set), and one inside a worker process or thread."""
    worker = multiprocessing.parent_process() is not None or threading.current_thread() is not threading.main_thread()
    settings: Any = numba.config
    return 1 if worker else int(settings.NUMBA_NUM_THREADS)
