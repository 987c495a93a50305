"""Episodes as one CUDA kernel from the scalar body: a thread a replicate. Needs Numba, and a GPU or its simulator."""

from __future__ import annotations

from typing import Any

import numba.cuda

from experiments.linear_mdp.episode_scalar import episode_functions
from experiments.philox.scalar import scalar_functions

__all__ = ["advance"]

_THREADS = 64
_CHUNK = 1 << 10  # episodes a launch: displays and watchdogs get their turn
_STATE = 17  # arrays of the state, which are copied there and back

_cuda: Any = numba.cuda
_jit: Any = _cuda.jit(device=True, fastmath=False)
_numbers = scalar_functions(_jit)
_advance_row = episode_functions(_jit, _numbers.pair, _numbers.bits_at)
_kernel_jit: Any = _cuda.jit(fastmath=False)


@_kernel_jit
def _kernel(  # type: ignore[no-untyped-def]
    first, start, stop,
    totals, policies, costs, reductions, visits, inverses, moments, seen, weights, weight_sums, paid, spread,
    matrices, vectors, values, paths, sums,
    key0, key1, stream, sign0, sign1, signs, features, kernel, table, phase, amplitude, block, adaptive,
    learner, reduced, knowledge, draws, eta, gamma, beta, share, allowance,
):  # fmt: skip
    row = _cuda.grid(1)
    if row < totals.shape[0]:
        _advance_row(
            row, start, stop, first + row,
            totals, policies, costs, reductions, visits, inverses, moments, seen, weights, weight_sums, paid, spread,
            matrices, vectors, values, paths, sums,
            key0, key1, stream, sign0, sign1, signs, features, kernel, table, phase, amplitude, block, adaptive,
            learner, reduced, knowledge, draws, eta, gamma, beta, share, allowance,
        )  # fmt: skip


def advance(first: int, start: int, stop: int, *rest: Any) -> None:
    """Play episodes ``start`` to ``stop - 1`` of all rows; the arrays on the host are filled at the end."""
    there = [_cuda.to_device(item) if hasattr(item, "shape") else item for item in rest]
    blocks = -(-rest[0].shape[0] // _THREADS)
    for low in range(start, stop, _CHUNK):
        _kernel[blocks, _THREADS](first, low, min(low + _CHUNK, stop), *there)
    for here, gone in zip(rest[:_STATE], there[:_STATE], strict=True):
        gone.copy_to_host(here)
