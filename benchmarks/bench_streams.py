"""Random streams against NumPy's generators, in nanoseconds a number, as ratios in one run.

The streams make every number from its address (seed, stream, replicate, element); NumPy's generators carry a state,
so that their numbers depend on how many were drawn before.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np

from experiments.arrays import backend
from experiments.philox import array
from experiments.philox.spec import Window

ROWS, COUNT = 1000, 2000
REPEATS = 5
LAWS = {"uniform": "random", "normal": "standard_normal"}  # and what NumPy calls them


def nanoseconds(draw: Callable[[], object]) -> float:
    """Return the least time a number of some draws, after one that is not timed."""
    draw()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        draw()
        times.append(time.perf_counter() - start)
    return min(times) / (ROWS * COUNT) * 1e9


def own(law: str) -> dict[str, float]:
    """Return the times of the streams, by implementation."""
    window, numpy = Window((1, 2), 3, 0, ROWS, 0, COUNT), backend("numpy")
    times = {"array operations": nanoseconds(lambda: getattr(array, law)(numpy, window))}
    if importlib.util.find_spec("numba") is None:
        return times
    from experiments.philox import compiled

    for label, threads in (("Numba, one thread", 1), ("Numba, all threads", None)):
        times[label] = nanoseconds(lambda threads=threads: compiled.fill(law, window, threads=threads))
    return times


def compare(law: str) -> list[str]:
    """Return the lines of one law."""
    times = own(law)
    for generator in (np.random.PCG64, np.random.Philox):
        draw = getattr(np.random.Generator(generator(1)), LAWS[law])
        times[f"NumPy {generator.__name__}"] = nanoseconds(lambda draw=draw: draw((ROWS, COUNT)))
    best = times["NumPy Philox"]
    return [f"{law:8}{label:20}{value:7.1f} ns, {value / best:5.2f} of NumPy Philox" for label, value in times.items()]


def run() -> list[str]:
    """Return the lines to print."""
    return [line for law in LAWS for line in compare(law)]
