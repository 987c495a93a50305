"""Gradient flow as one CUDA kernel from the scalar body: a thread a start. Needs Numba, and a GPU or its simulator.

What a start works in (seven times its parameters, and some) is too much for registers. It lies in global memory with
the starts next to each other, so that the threads of a warp read one stretch of memory: local memory would lie there in
the same way, but its size would have to be known when the kernel is compiled.
"""

from __future__ import annotations

from typing import Any

import numba.cuda
import numpy as np

from experiments.arrays import Array, to_numpy
from experiments.kernels import on_device
from experiments.neural_collapse.flow_scalar import kind_of, row_functions

__all__ = ["advance"]

_THREADS = 64
_CHUNK = 1 << 12  # rounds a launch: displays and watchdogs get their turn

_cuda: Any = numba.cuda
_jit: Any = _cuda.jit(device=True, fastmath=False)
_flow_row = row_functions(_jit, _jit)
_kernel_jit: Any = _cuda.jit(fastmath=False)


@_kernel_jit
def _kernel(  # type: ignore[no-untyped-def]
    points, values, gradients, steps, clocks, tried, targets, weights, decays, chains, logits, pulls, works,
    depth, width, squared, bias, tolerance, rest, most, safety, grow, shrink, rounding,
):  # fmt: skip
    row = _cuda.grid(1)
    if row < points.shape[0]:
        room = chains[row], logits[row], pulls[row, 0], pulls[row, 1]
        work = works[row, 0], works[row, 1], works[row, 2], works[row, 3], works[row, 4]
        tried[row] = _flow_row(
            row, (points, values, gradients, steps, clocks), (targets, weights, decays), (depth, width, squared, bias),
            (tolerance, rest, most, safety, grow, shrink, rounding), room, work,
        )  # fmt: skip


def advance(energy: Any, arrays: tuple[Array, ...], duration: float, rules: tuple[Any, ...]) -> tuple[list[Array], int]:
    """Follow all rows for a duration, as `experiments.neural_collapse.flow_compiled.advance` does.

    Arrays of NumPy or CuPy go in and come out; they go over the host, once each way.
    """
    x, values, gradients, steps = map(to_numpy, arrays)
    state = [x, values, gradients, steps, np.full(energy.rows, float(duration))]
    with on_device(energy.backend):
        rounds = _follow(energy, state, rules)
    return [energy.backend.asarray(np.ascontiguousarray(array)) for array in state[:4]], rounds


def _follow(energy: Any, state: list[Any], rules: tuple[Any, ...]) -> int:
    """Replace the state by that at the end, and return the most rounds of a row, -1 if they did not suffice."""
    there, tried = [_there(array) for array in state], _cuda.to_device(np.zeros(energy.rows, dtype=np.int64))
    fixed = [_there(to_numpy(array)) for array in (energy.targets, energy.weights, energy.decays)]
    tolerance, rest, most, *constants = rules
    kind, room, done = kind_of(energy), _room(energy), 0
    while True:
        chunk = min(_CHUNK, most - done)
        grid = -(-energy.rows // _THREADS)
        _kernel[grid, _THREADS](*there, tried, *fixed, *room, *kind, tolerance, rest, chunk, *constants)
        rounds = tried.copy_to_host()
        if rounds.min() >= 0:
            break
        done += chunk
        if done == most:
            return -1
    state[:] = [array.copy_to_host() for array in there]
    return done + int(rounds.max())


def _there(array: Any) -> Any:
    return _cuda.to_device(np.array(array, order="F"))


def _room(energy: Any) -> list[Any]:
    """Return products of layers, logits, two derivatives by them, and five vectors of parameters, of every row."""
    classes, samples = (int(size) for size in energy.targets.shape[1:])
    depth, width = energy.architecture.depth, energy.architecture.width
    block = max(width, classes) * width
    sizes = ((depth * block,), (classes * samples,), (2, block), (5, energy.parameters))
    return [_cuda.device_array((energy.rows, *size), dtype=np.float64, order="F") for size in sizes]
