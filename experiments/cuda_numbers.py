"""Numbers of every law, made by the device functions in one kernel, to be held against the streams. Needs Numba."""

from __future__ import annotations

from typing import Any

import numba.cuda
import numpy as np
from numpy.typing import NDArray

from experiments.philox.cuda import (
    bits_at,
    categorical_at,
    chisquare_at,
    exponential_at,
    gamma_at,
    integer_at,
    normal_at,
    rademacher_at,
    uniform_at,
)
from experiments.streams import Stream

__all__ = ["EXACT", "LAWS", "on_cuda", "on_the_host"]

LAWS = ("bits", "uniform", "normal", "exponential", "rademacher", "integers", "categorical", "gamma", "chisquare")
EXACT = ("bits", "uniform", "rademacher", "integers", "categorical")
"""Laws of integer operations, exact scalings and comparisons, which must agree to the last bit."""

GAMMA_SHAPE, FREEDOM, BOUND = 0.5, 3.0, 1_000_003
WEIGHTS = (0.5, 0.25, 0.125, 0.125)  # their sums are exact
_GIVEN: dict[str, Any] = {"integers": BOUND, "categorical": WEIGHTS, "gamma": GAMMA_SHAPE, "chisquare": FREEDOM}

_cuda: Any = numba.cuda
_THREADS = 64


@_cuda.jit(fastmath=False)
def _kernel(key0, key1, stream, shape, freedom, bound, inner, out):  # type: ignore[no-untyped-def]
    row = _cuda.grid(1)
    if row < out.shape[0]:
        for index in range(out.shape[2]):
            out[row, 0, index] = bits_at(key0, key1, stream, row, index)
            out[row, 1, index] = uniform_at(key0, key1, stream, row, index)
            out[row, 2, index] = normal_at(key0, key1, stream, row, index)
            out[row, 3, index] = exponential_at(key0, key1, stream, row, index)
            out[row, 4, index] = rademacher_at(key0, key1, stream, row, index)
            out[row, 5, index] = integer_at(bound, key0, key1, stream, row, index)
            out[row, 6, index] = categorical_at(inner, key0, key1, stream, row, index)
            out[row, 7, index] = gamma_at(shape, key0, key1, stream, row, index)
            out[row, 8, index] = chisquare_at(freedom, key0, key1, stream, row, index)


def on_cuda(stream: Stream, rows: int, columns: int) -> NDArray[np.float64]:
    """Return numbers (rows, laws, columns) as the kernel makes them, in the order of `LAWS`."""
    out = np.zeros((rows, len(LAWS), columns))
    inner, there = _cuda.to_device(np.cumsum(WEIGHTS)[:-1]), _cuda.to_device(out)
    blocks, given = -(-rows // _THREADS), (GAMMA_SHAPE, FREEDOM, BOUND)
    _kernel[blocks, _THREADS](*stream.key, stream.stream, *given, inner, there)
    there.copy_to_host(out)
    return out


def on_the_host(stream: Stream, rows: int, columns: int) -> NDArray[np.float64]:
    """Return the same numbers (rows, laws, columns) as the streams fill NumPy's arrays."""
    made = [getattr(stream, law)(*([_GIVEN[law]] if law in _GIVEN else []), rows, columns) for law in LAWS]
    return np.stack(made, axis=1).astype(np.float64)
