"""Numbers of every law, made by the device functions in one kernel, to be held against the streams. Needs Numba."""

from __future__ import annotations

from typing import Any

import numba.cuda
import numpy as np
from numpy.typing import NDArray

from experiments.philox.cuda import bits_at, exponential_at, gamma_at, normal_at, rademacher_at, uniform_at
from experiments.streams import Stream

__all__ = ["EXACT", "GAMMA_SHAPE", "LAWS", "on_cuda", "on_the_host"]

LAWS = ("bits", "uniform", "normal", "exponential", "rademacher", "gamma")
EXACT = ("bits", "uniform", "rademacher")
"""Laws of integer operations and one exact scaling, which must agree to the last bit."""

GAMMA_SHAPE = 0.5

_cuda: Any = numba.cuda
_THREADS = 64


@_cuda.jit(fastmath=False)
def _kernel(key0, key1, stream, shape, out):  # type: ignore[no-untyped-def]
    row = _cuda.grid(1)
    if row < out.shape[0]:
        for index in range(out.shape[2]):
            out[row, 0, index] = bits_at(key0, key1, stream, row, index)
            out[row, 1, index] = uniform_at(key0, key1, stream, row, index)
            out[row, 2, index] = normal_at(key0, key1, stream, row, index)
            out[row, 3, index] = exponential_at(key0, key1, stream, row, index)
            out[row, 4, index] = rademacher_at(key0, key1, stream, row, index)
            out[row, 5, index] = gamma_at(shape, key0, key1, stream, row, index)


def on_cuda(stream: Stream, rows: int, columns: int) -> NDArray[np.float64]:
    """Return numbers (rows, laws, columns) as the kernel makes them, in the order of `LAWS`."""
    out = np.zeros((rows, len(LAWS), columns))
    there = _cuda.to_device(out)
    _kernel[-(-rows // _THREADS), _THREADS](*stream.key, stream.stream, GAMMA_SHAPE, there)
    there.copy_to_host(out)
    return out


def on_the_host(stream: Stream, rows: int, columns: int) -> NDArray[np.float64]:
    """Return the same numbers (rows, laws, columns) as the streams fill NumPy's arrays."""
    plain = [getattr(stream, law)(rows, columns) for law in LAWS[:-1]]
    return np.stack([*plain, stream.gamma(GAMMA_SHAPE, rows, columns)], axis=1).astype(np.float64)
