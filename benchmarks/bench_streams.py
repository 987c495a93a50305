"""Random streams against NumPy's generators, a number, in one run.

The streams make every number from its address (seed, stream, replicate, element); NumPy's generators carry a state,
so that their numbers depend on how many were drawn before.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np

from benchmarks.rows import Row
from experiments.arrays import backend
from experiments.philox import array
from experiments.philox.spec import Window

ROWS, COUNT = 1000, 2000
REPEATS = 5
LAWS = {"uniform": "random", "normal": "standard_normal"}  # and what NumPy calls them


def fastest(draw: Callable[[], object]) -> float:
    """Return the least time of some draws, after one that is not timed."""
    draw()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        draw()
        times.append(time.perf_counter() - start)
    return min(times)


def own(law: str, rows: int) -> dict[str, float]:
    """Return the times of the streams, by implementation."""
    window, numpy = Window((1, 2), 3, 0, rows, 0, COUNT), backend("numpy")
    times = {"array operations": fastest(lambda: getattr(array, law)(numpy, window))}
    if importlib.util.find_spec("numba") is None:
        return times
    from experiments.philox import compiled

    for label, threads in (("Numba, one thread", 1), ("Numba, all threads", None)):
        times[label] = fastest(lambda threads=threads: compiled.fill(law, window, threads=threads))
    return times


def compare(law: str, rows: int) -> list[Row]:
    """Return the rows of one law."""
    found, numbers = [], rows * COUNT
    times = own(law, rows)
    for generator in (np.random.Philox, np.random.PCG64):
        draw = getattr(np.random.Generator(generator(1)), LAWS[law])
        theirs = fastest(lambda draw=draw: draw((rows, COUNT)))
        against, sizes = f"NumPy {generator.__name__}", f"{rows} x {COUNT} numbers; one number"
        found += [
            Row(f"{law} numbers, {name}", seconds / numbers, theirs / numbers, against, sizes)
            for name, seconds in times.items()
        ]
    return found


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    return [row for law in LAWS for row in compare(law, 2 if smoke else ROWS)]
