"""How long simulators take on the processor and on another back end, at growing sizes, and what the back end could do.

The processor computes by NumPy, in one process with BLAS and the streams on all cores, and in a process on each core
with a cell of its own (`experiments.all_cores`): its time is the less for a cell. Results of the one process are
compared with those of the back end, which have the same streams. How many bytes and flops a simulator asks for is
counted at every size that the processor runs, by `experiments.counting`, which says what that number is and is not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments.all_cores import AllCores
from experiments.arrays import Backend, backend, to_numpy
from experiments.comparing import distance, kinds_of, tolerance_of
from experiments.counting import Work, work_of
from experiments.kernels import no_cuda
from experiments.machine import memory, peak_memory
from experiments.simulator import Cell, Simulator
from experiments.streams import Stream

__all__ = ["Ceilings", "Timing", "ceilings", "compare", "growing", "streams"]

GROWTH = 4
_COUNTS = {
    "replicates": "replicates",
    "starts": "starts",
    "test": "test samples",
    "size": "a class",
    "dimension": "dimensions",
}  # what can grow, independent copies first, and what to call so many of them
_REPEATS = 3
_COPIES = 5  # between waits for the device
_MEMORY = ("OutOfMemory", "out of memory", "can't allocate memory")  # as libraries say it
_STRAIGHT = 0.05  # of a count, by which a line through others may miss it
_BY_KERNEL = frozenset({"adversarial_mdp", "exp3", "neural_collapse"})  # on CuPy: array operations tell no work there
_LONG, _LARGEST = 0.01, 8192  # seconds of a product of matrices, and their largest order


@dataclass(frozen=True)
class Timing:
    """One size of one simulator.

    Attributes
    ----------
    name, size : str
    cpu, there : float or None
        Seconds of a cell by NumPy and on the back end; None where it was not run.
    apart : float or None
        Largest `experiments.comparing.distance` of the results.
    agrees : bool
        Whether that is at most the simulator's tolerance.
    of_copy, of_flops : float or None
        Bytes and flops a second on the back end, as shares of its `Ceilings`, where it is known how many there are.
    note : str
    at_once : int
        How many cells the processor computed at once, in a process each; 1 where one process with all cores was as
        fast. ``cpu`` is the time of all over their number.
    """

    name: str
    size: str
    cpu: float | None = None
    there: float | None = None
    apart: float | None = None
    agrees: bool = True
    of_copy: float | None = None
    of_flops: float | None = None
    note: str = ""
    at_once: int = 1

    @property
    def ratio(self) -> float | None:
        """Time of the processor for a cell over that of the back end."""
        return None if self.cpu is None or self.there is None else self.cpu / self.there

    @property
    def binds(self) -> str | None:
        """Which ceiling is nearer: "copy" or "flops"."""
        if self.of_copy is None or self.of_flops is None:
            return None
        return "copy" if self.of_copy >= self.of_flops else "flops"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; JSON has no infinity, so that such a distance is a text."""
        found = asdict(self) | {"ratio": self.ratio, "binds": self.binds}
        if self.apart is not None and not math.isfinite(self.apart):
            found["apart"] = str(self.apart)
        return found


@dataclass(frozen=True)
class Ceilings:
    """What a back end does at most a second, measured: bytes of a copy (read and written), flops of a product."""

    bandwidth: float
    arithmetic: float

    def shares(self, work: Work | None, took: float) -> tuple[float | None, float | None]:
        """Return the shares of bytes and of flops that a time means; None where the work is not known.

        Examples
        --------
        >>> Ceilings(bandwidth=100.0, arithmetic=1000.0).shares(Work(bytes=30, products=10, elements=40), 0.5)
        (0.6, 0.1)
        """
        if work is None:
            return None, None
        return work.bytes / took / self.bandwidth, work.operations / took / self.arithmetic


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
    base = _forget_peak()
    while True:
        made = [seconds(side, partial(stream.uniform, rows, 1000, backend=side)) for side in (host, where)]
        (cpu, here), (there, found) = made
        apart = distance({"x": to_numpy(found)}, {"x": here})
        share, _ = ceiling.shares(Work(8 * 1000 * rows), there)
        yield Timing("uniform numbers", f"{1000 * rows:,}", cpu, there, apart, apart == 0.0, share)
        rows *= GROWTH
        if max(cpu, there) * GROWTH > limit or _too_large(base):
            return


def growing(simulator: Simulator) -> Iterator[tuple[Cell, str]]:
    """Yield larger and larger cells, without end, and what to call them; a single one of what has no size.

    More independent copies, where a cell has them. They are of the first kind of those with the least tolerance: how
    far others may be apart depends on the copies.
    """
    cell = min(kinds_of(simulator), key=partial(tolerance_of, simulator.name))
    count = _count_of(cell)
    if count is None:
        yield cell, "one size"
    while count is not None:
        yield dict(cell), f"{cell[count]:,} {_COUNTS[count]}"
        cell[count] *= GROWTH


def _count_of(cell: Cell) -> str | None:
    return next((name for name in _COUNTS if name in cell), None)


def compare(
    simulator: Simulator,
    where: Backend,
    *,
    limit: float,
    ceiling: Ceilings | None = None,
    cores: AllCores | None = None,
) -> Iterator[Timing]:
    """Yield times at growing sizes, until a run would take longer than ``limit`` seconds or does not fit in memory.

    Where that would be the processor, the back end goes on alone. With ``ceiling`` shares of it are told; without
    ``cores`` the processor computes in one process only.
    """
    name, host, alone = simulator.name, backend("numpy"), False
    by_kernel = name in _BY_KERNEL and where.library == "cupy" and not no_cuda()
    counted: list[tuple[int, Work]] = []
    base, longest = _forget_peak(), 0.0
    for number, (cell, size) in enumerate(growing(simulator)):
        cpu, apart, work, at_once = None, None, None, 1
        try:
            if not number:  # compiles
                simulator.run(cell, backend=host), simulator.run(cell, backend=where)
            if not alone:
                cpu, here = _steady(host, partial(simulator.run, cell, backend=host), limit)
                longest = cpu
            there, found = _steady(where, partial(simulator.run, cell, backend=where), limit)
            if not alone:
                apart = distance(found, here)
            if cpu is not None and cores:
                cpu, at_once, longest = _on_all_cores(cores, simulator, cell, cpu, limit)
            if ceiling and not by_kernel:
                work = _work(simulator, cell, counted, alone=alone)
        except Exception as error:  # noqa: BLE001 -- libraries have errors of their own; the table tells
            full = isinstance(error, MemoryError) or any(word in repr(error) for word in _MEMORY)
            text = "does not fit in memory" if full else f"failed: {type(error).__name__}: {error}"
            yield Timing(name, size, agrees=full, note=text)
            return
        shares = ceiling.shares(work, there) if ceiling else (None, None)
        agrees = apart is None or apart <= tolerance_of(name, cell)
        yield Timing(name, size, cpu, there, apart, agrees, *shares, at_once=at_once)
        alone = alone or max(longest, there) * GROWTH > limit
        if there * GROWTH > limit:
            return
        if _too_large(base):
            yield Timing(name, "", note="the next size may not fit in memory")
            return


def _on_all_cores(
    cores: AllCores, simulator: Simulator, cell: Cell, alone: float, limit: float
) -> tuple[float, int, float]:
    """Return the seconds of a cell, by one process or by all cores at once; of how many cells; and the longest run."""
    together, count = cores.seconds(simulator, cell, alone=alone, limit=limit)
    best, at_once = min((alone, 1), (together / count, count))
    return best, at_once, max(alone, together)


def _work(simulator: Simulator, cell: Cell, counted: list[tuple[int, Work]], *, alone: bool) -> Work | None:
    """Return the work of a cell: counted or, where the back end is alone, by a line through the last sizes."""
    copies = cell.get(_count_of(cell) or "", 1)
    if alone:
        return _extended(counted[-3:], copies)
    counted.append((copies, work_of(lambda where: simulator.run(cell, backend=where))))
    return counted[-1][1]


def _extended(counted: list[tuple[int, Work]], copies: int) -> Work | None:
    """Return the work of more copies by the line through two sizes, if that meets the size before; else None."""
    if len(counted) < 3:
        return None
    (before, seen), (low, below), (high, above) = counted

    def line(name: str, at: int) -> int:
        slope = (getattr(above, name) - getattr(below, name)) / (high - low)
        return round(getattr(above, name) + slope * (at - high))

    for name in ("bytes", "products", "elements"):
        if abs(line(name, before) - getattr(seen, name)) > _STRAIGHT * getattr(seen, name):
            return None
    return Work(*(line(name, copies) for name in ("bytes", "products", "elements")))


def _too_large(base: float) -> bool:
    """Whether the next size may not fit: what was held at most beyond ``base`` grows as the size does."""
    there = memory()
    return there is not None and base + GROWTH * (peak_memory() - base) > there


def _forget_peak() -> float:
    """Return the GiB that are held now; what an earlier simulator held at most counts no more."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return peak_memory()
