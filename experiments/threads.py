"""Compiled loops over rows, in threads where that is worth it (compiled code holds no lock). Needs Numba.

Threads are Python's, not Numba's own, whose pools do not outlive a fork, and end with the call.
"""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba

__all__ = ["allowed", "over_rows"]


def allowed() -> int:
    """Return NUMBA_NUM_THREADS (all cores unless set), and one inside a worker process or thread."""
    worker = multiprocessing.parent_process() is not None or threading.current_thread() is not threading.main_thread()
    settings: Any = numba.config
    return 1 if worker else int(settings.NUMBA_NUM_THREADS)


def over_rows(task: Callable[[int, int], None], rows: int, pieces: int, threads: int | None = None) -> None:
    """Call ``task(low, high)`` on consecutive ranges that make up ``rows``, a thread each.

    Parameters
    ----------
    task
    rows
        How many, at least 1.
    pieces
        How many pieces of work worth a thread there are; one thread is always used.
    threads
        At most so many; `allowed` unless given.

    Examples
    --------
    >>> seen = []
    >>> over_rows(lambda low, high: seen.extend(range(low, high)), rows=5, pieces=9, threads=2)
    >>> sorted(seen)
    [0, 1, 2, 3, 4]
    """
    threads = max(1, min(allowed() if threads is None else threads, rows, pieces))
    edges = [rows * part // threads for part in range(threads + 1)]
    if threads == 1:
        task(0, rows)
        return
    with ThreadPoolExecutor(threads) as pool:
        for part in [pool.submit(task, low, high) for low, high in itertools.pairwise(edges)]:
            part.result()
