"""Metrics of neural collapse of 100,000 features in 512 dimensions, as multiples of one Gram product of the features.

The product is NumPy's ``X.T @ X`` in the type of the features, which BLAS computes as a symmetric one. BLAS has one
thread; the best of a few runs is taken of each, in turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.rows import Row
from theory.collapse.metrics import nc_metrics

EXAMPLES, DIMENSIONS, REPEATS = 100_000, 512, 3


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def compare(dtype: type, classes: int, examples: int) -> tuple[float, float]:
    """Return seconds of the metrics and of the product."""
    rng = np.random.Generator(np.random.Philox(20260101))
    labels = rng.permutation(np.arange(examples) % classes)
    means = rng.standard_normal((classes, DIMENSIONS), dtype=dtype)
    features = means[labels] + rng.standard_normal((examples, DIMENSIONS), dtype=dtype)
    times = [
        (seconds(lambda: nc_metrics(features, labels, means)), seconds(lambda: features.T @ features))
        for _ in range(REPEATS)
    ]
    return min(first for first, _ in times), min(second for _, second in times)


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    rows, examples = [], 400 if smoke else EXAMPLES
    with threadpool_limits(1):
        for dtype in (np.float64, np.float32):
            for classes in (10, 100) if smoke else (10, 100, 1000):
                metrics, product = compare(dtype, classes, examples)
                sizes = f"{np.dtype(dtype).name}, {examples:,} features, {classes:,} classes"
                note = f"the metrics take as long as {metrics / product:.2f} products"
                rows.append(
                    Row("metrics of neural collapse", metrics, product, "one Gram product", sizes, note, yardstick=True)
                )
    return rows
