"""How long the processor takes a cell where every core computes one: processes with a thread each, all at once.

One process of NumPy leaves cores idle wherever it is not in BLAS or in random numbers. So the processor's time is that
of as many cells as there are cores, with seeds of their own, divided by their number; or of one process with all cores
where that is less.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from experiments.arrays import backend
from experiments.executors import open_pool
from experiments.machine import memory, peak_memory, usable_cores
from experiments.simulator import Cell, Simulator

__all__ = ["AllCores", "all_cores"]

_LONG = 0.1  # seconds of a task, beside which it does not count that it is sent to a process
_MOST = 100  # cells of a task
_REPEATS = 3


class AllCores:
    """Processes that compute cells at the same time; each is started when it is first needed."""

    def __init__(self, executors: list[Executor]) -> None:
        self._executors = executors
        self._ready: set[tuple[int, str]] = set()

    def count(self) -> int:
        """Return how many processes fit in memory, if each and this one come to hold what this one has held at most."""
        there = memory()
        fitting = math.inf if there is None else there / peak_memory() - 1
        return int(min(len(self._executors), max(0, fitting)))

    def seconds(self, simulator: Simulator, cell: Cell, *, alone: float, limit: float) -> tuple[float, int]:
        """Return the seconds of so many cells at once, and how many; ``(alone, 1)`` where there are not two at least.

        Parameters
        ----------
        simulator, cell
        alone : float
            Seconds of the cell in this process, which tell how often it must run to be timed.
        limit : float
            Seconds, beyond which it is timed once.

        Raises
        ------
        Exception
            What the simulator raises, but for want of memory.
        """
        count = self.count()
        if count < 2:
            return alone, 1
        times = min(_MOST, max(1, math.ceil(_LONG / alone)))
        try:
            self._start(simulator, cell, count)
            took = self._once(simulator, cell, count, times)
            for _ in range(_REPEATS - 1):
                if took * times * _REPEATS > limit:
                    break
                took = min(took, self._once(simulator, cell, count, times))
        except (BrokenExecutor, MemoryError):  # a process that was killed takes its executor with it
            self._executors = []
            return alone, 1
        return took, count

    def _start(self, simulator: Simulator, cell: Cell, count: int) -> None:
        """Let the processes import and compile what a simulator needs."""
        new = [number for number in range(count) if (number, simulator.name) not in self._ready]
        self._all([partial(_play, simulator.run, cell, 1)] * len(new), [self._executors[number] for number in new])
        self._ready |= {(number, simulator.name) for number in new}

    def _once(self, simulator: Simulator, cell: Cell, count: int, times: int) -> float:
        """Return the seconds of a cell in each process, of which each computes it so many times."""
        cells = [cell | {"seed": cell["seed"] + number} if "seed" in cell else cell for number in range(count)]
        start = time.perf_counter()
        self._all([partial(_play, simulator.run, each, times) for each in cells], self._executors)
        return (time.perf_counter() - start) / times

    def _all(self, tasks: list[Callable[[], None]], executors: list[Executor]) -> None:
        for done in [executor.submit(task) for task, executor in zip(tasks, executors, strict=False)]:
            done.result()


@contextmanager
def all_cores(cores: int | None = None) -> Iterator[AllCores]:
    """Open as many processes as this one may use cores, or fewer; end them with the block."""
    with ExitStack() as stack:  # an executor each, so that no process computes two cells and another none
        pools = [stack.enter_context(open_pool("processes:1")) for _ in range(cores or usable_cores())]
        yield AllCores([pool.executor for pool in pools])


def _play(run: Callable[..., Any], cell: Cell, times: int) -> None:
    where = backend("numpy")
    for _ in range(times):
        run(cell, backend=where)
