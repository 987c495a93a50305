"""EXP3 as one CUDA kernel from the scalar body: a thread a replicate. Needs Numba, and a GPU or its simulator."""

from __future__ import annotations

from typing import Any

import numba.cuda

from experiments.mirror_descent.exp3_scalar import round_functions
from experiments.philox.scalar import scalar_functions

__all__ = ["advance"]

_THREADS = 64
_CHUNK = 1 << 14  # rounds a launch: displays and watchdogs get their turn
_STATE = 8  # arrays of the state, which are copied there and back

_cuda: Any = numba.cuda
_jit: Any = _cuda.jit(device=True, fastmath=False)
_numbers = scalar_functions(_jit)
_, _advance_row = round_functions(_jit, _numbers.pair, _numbers.bits_at)
_kernel_jit: Any = _cuda.jit(fastmath=False)


@_kernel_jit
def _kernel(  # type: ignore[no-untyped-def]
    first, start, stop, estimates, weights, reached, losses, means, balance, sums, words,
    key0, key1, stream, eta, penalty, table, phase, amplitude, block,
):  # fmt: skip
    row = _cuda.grid(1)
    if row < estimates.shape[0]:
        _advance_row(
            row, start, stop, first + row, estimates, weights, reached, losses, means, balance, sums, words,
            key0, key1, stream, eta, penalty, table, phase, amplitude, block,
        )  # fmt: skip


def advance(first: int, start: int, stop: int, *rest: Any) -> None:
    """Play rounds ``start`` to ``stop - 1`` of all rows; the arrays on the host are filled at the end."""
    there = [_cuda.to_device(item) if hasattr(item, "shape") else item for item in rest]
    blocks = -(-rest[0].shape[0] // _THREADS)
    for low in range(start, stop, _CHUNK):
        _kernel[blocks, _THREADS](first, low, min(low + _CHUNK, stop), *there)
    for here, gone in zip(rest[:_STATE], there[:_STATE], strict=True):
        gone.copy_to_host(here)
