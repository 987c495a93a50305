"""One Z-loss step of an output layer of D classes: the factored update against the dense one, as ratios in one run.

Single precision. The dense step is as lean as it can be: one matrix-vector product for the scores, the gradient in
closed form, and a rank-one update in place by BLAS. Both take the same steps, and are compared at the end. BLAS has one
thread: with more, small updates wait for the threads to wake, which made the dense step look 40 times too slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import sger
from threadpoolctl import threadpool_limits

from benchmarks.rows import Row
from theory.classification.z_loss.factored_output import FactoredOutputLayer
from theory.classification.z_loss.spherical_family import spherical_statistics, z_loss_coefficients

SIZES = {64: (1_000, 10_000, 100_000, 1_000_000), 256: (1_000, 10_000, 100_000)}  # classes, by width
STEPS, DENSE_SECONDS = 60, 2.0  # steps of the factored layer; the dense one gets as many as fit
RATE = 1.0
LOSS = partial(z_loss_coefficients, a=0.5, b=3.0)

Matrix = NDArray[np.float32]


def dense_step(W: Matrix, h: Matrix, label: int) -> None:
    """Take one step in place; W is in C order, so that its transpose is what BLAS wants."""
    scores = W @ h
    A, B, C = LOSS(spherical_statistics(scores, label))
    gradient = A * scores + B
    gradient[label] += C
    sger(-RATE, h, gradient, a=W.T, overwrite_a=1)


def timed(step: Callable[[int], object], most: int, seconds: float) -> tuple[float, int]:
    """Return the median time of a step and how many were taken."""
    times: list[float] = []
    begun = time.perf_counter()
    while len(times) < most and (len(times) < 5 or time.perf_counter() - begun < seconds):
        start = time.perf_counter()
        step(len(times))
        times.append(time.perf_counter() - start)
    return float(np.median(times)), len(times)


def compare(D: int, d: int) -> tuple[float, float, float]:
    """Return seconds a step, factored and dense, and the largest difference of the weights after the same steps."""
    rng = np.random.Generator(np.random.Philox(20260101))
    W = rng.standard_normal((D, d), dtype=np.float32)
    h = rng.standard_normal((STEPS, d), dtype=np.float32)
    labels = rng.integers(D, size=STEPS).tolist()
    layer = FactoredOutputLayer(W)
    dense, taken = timed(lambda index: dense_step(W, h[index], labels[index]), STEPS, DENSE_SECONDS)
    factored, _ = timed(lambda index: layer.step(h[index], labels[index], rate=RATE, loss=LOSS), taken, np.inf)
    return factored, dense, float(np.max(np.abs(layer.dense() - W)))


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    rows = []
    for d, sizes in ({8: (50, 100)} if smoke else SIZES).items():
        with threadpool_limits(1):
            found = {D: compare(D, d) for D in sizes}
        first, last = (found[D] for D in (sizes[0], sizes[-1]))
        growth = (
            f"; {sizes[-1] // sizes[0]:,} times the classes: a step takes {last[0] / first[0]:.1f} times as long,"
            f" dense {last[1] / first[1]:.0f} times"
        )
        rows += [
            Row(
                "step of the factored output layer",
                fast,
                slow,
                "dense step",
                f"d = {d}, D = {D:,}; one step",
                f"weights agree to {error:.0e}" + (growth if sizes[-1] == D else ""),
            )
            for D, (fast, slow, error) in found.items()
        ]
    return rows
