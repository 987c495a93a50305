"""Determinantal sampling on N points by the chain rule: all replicates at once against one that recomputes, as ratios.

The other program is a plain one in NumPy: a draw at a time, and in every step the distances of all N features to the
span are computed again, by a least-squares projection. It costs O(N m^3) a draw instead of O(N m^2).
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from experiments.optimal_sampling.processes import finite_process
from experiments.streams import Stream

SIZES = ((200, 10), (1000, 20), (2000, 50))
DRAWS, PLAIN_DRAWS = 200, 5
REPEATS = 3


def features(count: int, m: int) -> NDArray[np.float64]:
    """Return orthonormal columns that span the polynomials of degree below m on N points of [-1, 1]."""
    powers = np.polynomial.legendre.legvander(np.linspace(-1, 1, count), m - 1)
    return np.asarray(np.linalg.qr(powers)[0])


def plain(matrix: NDArray[np.float64], generator: np.random.Generator) -> list[int]:
    """Draw one set, recomputing the projection on the span in every step."""
    chosen: list[int] = []
    for _ in range(matrix.shape[1]):
        left = matrix
        if chosen:
            span = matrix[chosen].T
            left = matrix - (span @ np.linalg.lstsq(span, matrix.T, rcond=None)[0]).T
        weights = np.maximum(np.sum(left**2, axis=1), 0.0)
        weights[chosen] = 0.0
        chosen.append(int(generator.choice(len(matrix), p=weights / weights.sum())))
    return chosen


def compare(count: int, m: int, draws: int) -> Row:
    """Return the row of one size."""
    matrix, generator = features(count, m), np.random.default_rng(1)
    finite_process(matrix, Stream(1), 2)
    own, other = [], []
    for _ in range(REPEATS):
        start = time.perf_counter()
        finite_process(matrix, Stream(1), draws)
        middle = time.perf_counter()
        for _ in range(PLAIN_DRAWS):
            plain(matrix, generator)
        own.append((middle - start) / draws)
        other.append((time.perf_counter() - middle) / PLAIN_DRAWS)
    return Row("determinantal draw", min(own), min(other), "recomputing loop", f"N = {count}, m = {m}, one draw")


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    return [compare(count, m, 5 if smoke else DRAWS) for count, m in (((40, 4),) if smoke else SIZES)]
