"""How long simulators take on the processor and on another back end, at growing sizes, and what the back end could do.

The processor computes in one process by NumPy, with BLAS and the streams on all cores. Both sides have the same
streams, and their results are compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments.arrays import Backend, backend, to_numpy
from experiments.comparing import distance, kinds_of, tolerance_of
from experiments.machine import memory, peak_memory
from experiments.simulator import Cell, Simulator
from experiments.streams import Stream

__all__ = ["Ceilings", "Timing", "ceilings", "compare", "growing", "streams"]

GROWTH = 4
_COUNTS = ("replicates", "starts")  # what can grow: independent copies
_REPEATS = 3
_COPIES = 5  # between waits for the device
_MEMORY = ("OutOfMemory", "out of memory", "can't allocate memory")  # as libraries say it
_LONG, _LARGEST = 0.01, 8192  # seconds of a product of matrices, and their largest order


@dataclass(frozen=True)
class Timing:
    """One size of one simulator.

    Attributes
    ----------
    name, size : str
    cpu, there : float or None
        Seconds by NumPy and on the back end; None where it was not run.
    apart : float or None
        Largest `experiments.comparing.distance` of the results.
    agrees : bool
        Whether that is at most the simulator's tolerance.
    share : float or None
        Share of the memory bandwidth of a copy on the back end that was used, where the bytes are known.
    note : str
    """

    name: str
    size: str
    cpu: float | None = None
    there: float | None = None
    apart: float | None = None
    agrees: bool = True
    share: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Time of the processor over that of the back end."""
        return None if self.cpu is None or self.there is None else self.cpu / self.there

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"ratio": self.ratio}


@dataclass(frozen=True)
class Ceilings:
    """What a back end does at most a second, measured: bytes of a copy (read and written), flops of a product."""

    bandwidth: float
    arithmetic: float


def seconds(where: Backend, work: Callable[[], Any], repeats: int = _REPEATS) -> tuple[float, Any]:
    """Return the least time of some runs, each to the end on the device, and what the last returned."""
    best, found = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        found = work()
        _wait(where)
        best = min(best, time.perf_counter() - start)
    return best, found


def _steady(where: Backend, work: Callable[[], Any], limit: float) -> tuple[float, Any]:
    """Return the least time of one run or, where that was short, of some more, and what the last returned."""
    took, found = seconds(where, work, 1)
    if took * _REPEATS > limit:
        return took, found
    again, found = seconds(where, work, _REPEATS - 1)
    return min(took, again), found


def _wait(where: Backend) -> None:
    if where.library == "cupy":
        (where.device or where.xp.cuda.Device()).synchronize()
    elif where.library == "torch" and str(where.device or "cpu").startswith("cuda"):
        where.xp.cuda.synchronize(where.device)


def ceilings(where: Backend, *, numbers: int = 1 << 24, order: int = 1024) -> Ceilings:
    """Measure copies of ``numbers`` and products of matrices of an order or larger, in double precision.

    Copies go to memory that is there already: on a processor, first touching new memory takes longer than the copy.
    Products grow until one takes so long that starting it does not count.
    """
    xp, arithmetic = where.xp, 0.0
    source, target = (make((numbers,), dtype=xp.float64, device=where.device) for make in (xp.ones, xp.zeros))

    def copying() -> None:
        for _ in range(_COPIES):
            target[...] = source

    seconds(where, copying, 1)
    bandwidth = _COPIES * 16 * numbers / seconds(where, copying)[0]
    while True:
        multiplying = partial(xp.matmul, *(2 * [xp.ones((order, order), dtype=xp.float64, device=where.device)]))
        seconds(where, multiplying, 1)
        took = seconds(where, multiplying)[0]
        arithmetic = max(arithmetic, 2 * order**3 / took)
        if took > _LONG or order >= _LARGEST:
            return Ceilings(bandwidth, arithmetic)
        order *= 2


def streams(where: Backend, ceiling: Ceilings, *, limit: float) -> Iterator[Timing]:
    """Yield times to fill arrays with uniform numbers, which are written once: 8 bytes each."""
    stream, host, rows = Stream(1), backend("numpy"), 64
    _forget_peak()
    while True:
        made = [seconds(side, partial(stream.uniform, rows, 1000, backend=side)) for side in (host, where)]
        (cpu, here), (there, found) = made
        apart = distance({"x": to_numpy(found)}, {"x": here})
        share = 8 * 1000 * rows / there / ceiling.bandwidth
        yield Timing("uniform numbers", f"{1000 * rows:,}", cpu, there, apart, apart == 0.0, share)
        rows *= GROWTH
        if max(cpu, there) * GROWTH > limit or _too_large():
            return


def growing(simulator: Simulator) -> Iterator[tuple[Cell, str]]:
    """Yield cells with more and more independent copies, without end, and what to call them.

    They are of the first kind of those with the least tolerance: how far others may be apart depends on the copies.
    """
    cell = min(kinds_of(simulator), key=partial(tolerance_of, simulator.name))
    count = next((name for name in _COUNTS if name in cell), None)
    while count is not None:
        yield dict(cell), f"{cell[count]:,} {count}"
        cell[count] *= GROWTH


def compare(simulator: Simulator, where: Backend, *, limit: float) -> Iterator[Timing]:
    """Yield times at growing sizes, until a run would take longer than ``limit`` seconds or does not fit in memory."""
    name, host = simulator.name, backend("numpy")
    _forget_peak()
    for number, (cell, size) in enumerate(growing(simulator)):
        try:
            if not number:  # compiles
                simulator.run(cell, backend=host), simulator.run(cell, backend=where)
            cpu, here = _steady(host, partial(simulator.run, cell, backend=host), limit)
            there, found = _steady(where, partial(simulator.run, cell, backend=where), limit)
        except Exception as error:  # noqa: BLE001 -- libraries have errors of their own; the table tells
            full = isinstance(error, MemoryError) or any(word in repr(error) for word in _MEMORY)
            text = "does not fit in memory" if full else f"failed: {type(error).__name__}: {error}"
            yield Timing(name, size, agrees=full, note=text)
            return
        apart = distance(found, here)
        yield Timing(name, size, cpu, there, apart, apart <= tolerance_of(name, cell))
        if max(cpu, there) * GROWTH > limit:
            return
        if _too_large():
            yield Timing(name, "", note="the next size may not fit in memory")
            return


def _too_large() -> bool:
    there = memory()
    return there is not None and GROWTH * peak_memory() > there


def _forget_peak() -> None:
    with suppress(OSError):  # else the peak of an earlier simulator counts: growth stops early
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
