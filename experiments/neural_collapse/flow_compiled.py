"""Gradient flow compiled by Numba for a processor: one row after the other, in threads. Needs Numba.

The method and the rules for the steps are those of `experiments.neural_collapse.flow`; sums run in another order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from experiments.threads import over_rows

__all__ = ["advance"]

_PIECE = 16  # rows that are worth a thread
_MODE: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz"}}
_jit, _inlined = njit(**_MODE), njit(inline="always", **_MODE)  # what is called once is not compiled by itself

# Matrices are stretches of vectors, row-major, and are named by vector and offset: views are slow to compile.


_whole = np.uint64  # indices that cannot be negative spare the compiled code a test


@_jit
def _product(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
    """Write left right."""
    o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
    for i in range(rows):
        for j in range(columns):
            out[o + i * columns + j] = left[a + i * inner] * right[b + j]
        for k in range(_whole(1), inner):
            scale = left[a + i * inner + k]
            for j in range(columns):
                out[o + i * columns + j] += scale * right[b + k * columns + j]


@_jit
def _product_left(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
    """Write left' right, where left has the shape (inner, rows)."""
    o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
    for i in range(rows):
        for j in range(columns):
            out[o + i * columns + j] = left[a + i] * right[b + j]
        for k in range(_whole(1), inner):
            scale = left[a + k * rows + i]
            for j in range(columns):
                out[o + i * columns + j] += scale * right[b + k * columns + j]


@_jit
def _product_right(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
    """Write left right', where right has the shape (columns, inner)."""
    o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
    for i in range(rows):
        for k in range(columns):
            total = 0.0
            for j in range(inner):
                total += left[a + i * inner + j] * right[b + k * inner + j]
            out[o + i * columns + k] = total


@_inlined
def _squared(logits, targets, weights, row, samples, classes):  # type: ignore[no-untyped-def]
    """Return the mean loss, and write its derivatives over the logits."""
    value = 0.0
    for i in range(classes):
        for j in range(samples):
            off = logits[i * samples + j] - targets[row, i, j]
            logits[i * samples + j] = off * weights[row, 0, j]
            value += logits[i * samples + j] * off
    return value / 2


@_inlined
def _cross_entropy(logits, targets, weights, row, samples, classes):  # type: ignore[no-untyped-def]
    """Return the mean loss, and write its derivatives over the logits."""
    value = 0.0
    for j in range(samples):
        most, own, total = logits[j], 0.0, 0.0
        for i in range(1, classes):
            most = max(most, logits[i * samples + j])
        for i in range(classes):
            shifted = logits[i * samples + j] - most
            own += shifted * targets[row, i, j]
            logits[i * samples + j] = math.exp(shifted)
            total += logits[i * samples + j]
        value += (math.log(total) - own) * weights[row, 0, j]
        for i in range(classes):
            at = i * samples + j
            logits[at] = (logits[at] / total - targets[row, i, j]) * weights[row, 0, j]
    return value


@_inlined
def _energy(x, gradient, problem, row, kind, room):  # type: ignore[no-untyped-def]
    """Write the gradient and return the value; ``room`` has products of layers, logits, the derivative by them."""
    targets, weights, decays = problem
    depth, width, squared, bias = kind
    chain, logits, pull, spare = room
    classes, samples = targets.shape[1], targets.shape[2]
    square, top, none = width * width, (depth - 1) * width * width, width - width  # a 0 compiles products again
    start = top + classes * width
    free = start + width * samples
    for p in range(square if depth > 1 else classes * width):
        chain[p] = x[p]
    for layer in range(1, depth):
        rows = width if layer < depth - 1 else classes
        _product(chain, layer * square, x, layer * square, chain, (layer - 1) * square, rows, width, width)
    _product(logits, none, chain, top, x, start, classes, width, samples)
    if bias:
        for i in range(classes):
            for j in range(samples):
                logits[i * samples + j] += x[free + i]
    if squared:
        value = _squared(logits, targets, weights, row, samples, classes)
    else:
        value = _cross_entropy(logits, targets, weights, row, samples, classes)
    if bias:
        for i in range(classes):
            total = 0.0
            for j in range(samples):
                total += logits[i * samples + j]
            gradient[free + i] = total
    _product_left(gradient, start, chain, top, logits, none, width, classes, samples)
    _product_right(pull, none, logits, none, x, start, classes, samples, width)
    for layer in range(depth - 1, 0, -1):
        rows, at = width if layer < depth - 1 else classes, layer * square
        _product_right(gradient, at, pull, none, chain, at - square, rows, width, width)
        _product_left(spare, none, x, at, pull, none, width, rows, width)
        for p in range(square):
            pull[p] = spare[p]
    for p in range(square if depth > 1 else classes * width):
        gradient[p] = pull[p]
    for p in range(x.size):
        decay = decays[row, p] * x[p]
        value += decay * x[p] / 2
        gradient[p] += decay
    return value


@_jit
def _length(x):  # type: ignore[no-untyped-def]
    total = 0.0
    for p in range(x.size):
        total += x[p] * x[p]
    return math.sqrt(total)


@_inlined
def _flow_row(arrays, row, duration, rules, problem, kind, room, work):  # type: ignore[no-untyped-def]
    """Follow one row in place, and return the rounds, -1 if they do not suffice."""
    tolerance, rest, most, safety, grow, shrink, rounding = rules
    x, gradient, there, ahead, change = work
    points, values, gradients, steps = arrays
    for p in range(x.size):
        x[p], gradient[p] = points[row, p], gradients[row, p]
    left, tried, begun, factor, error = duration, 0, False, 0.0, 0.0
    while left > 0 and _length(gradient) > rest:
        trial = min(left, steps[row])
        if not begun:  # the first half of a round: a step of Euler's
            if tried == most:
                return -1
            for p in range(x.size):
                there[p] = x[p] - trial * gradient[p]
        found = _energy(there, ahead, problem, row, kind, room)
        begun = not begun
        if begun:
            for p in range(x.size):
                change[p] = trial * (gradient[p] - ahead[p]) / 2
                there[p] += change[p]
            error = _length(change) / (tolerance * (1 + _length(x)))
            factor = safety / math.sqrt(min(max(error, safety**2 / grow**2), safety**2 / shrink**2))
            continue
        tried += 1
        if error <= 1 and found <= values[row] + rounding * (1 + abs(values[row])):
            steps[row] = trial * factor if trial >= steps[row] else max(trial * factor, steps[row])
            for p in range(x.size):
                x[p], gradient[p] = there[p], ahead[p]
            values[row], left = found, left - trial
        else:
            steps[row] = trial * (factor if factor < 0.5 else 0.5)  # noqa: FURB136 (a half too where it is no number)
    for p in range(x.size):
        points[row, p], gradients[row, p] = x[p], gradient[p]
    return tried


@njit(cache=True, **_MODE)
def _flow_rows(low, high, arrays, tried, problem, kind, duration, rules):  # type: ignore[no-untyped-def]
    depth, width = kind[0], kind[1]
    classes, samples, size = problem[0].shape[1], problem[0].shape[2], arrays[0].shape[1]
    block = max(width, classes) * width
    room = np.empty(depth * block), np.empty(classes * samples), np.empty(block), np.empty(block)
    work = np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    for row in range(low, high):
        tried[row] = _flow_row(arrays, row, duration, rules, problem, kind, room, work)


def advance(
    energy: Any, arrays: tuple[Any, ...], duration: float, rules: tuple[float, ...]
) -> tuple[list[NDArray[np.float64]], int]:
    """Follow all rows for a duration.

    Parameters
    ----------
    energy
        An `Energy` on NumPy.
    arrays
        Parameters, energies, gradients and next steps.
    duration
    rules
        Tolerance, rest and most rounds, and the constants of the rules for steps.

    Returns
    -------
    arrays, rounds
        New arrays, and the most rounds of a row, or -1 if they did not suffice.
    """
    x, values, gradients, steps = (np.array(array, dtype=np.float64, order="C") for array in arrays)
    architecture = energy.architecture
    kind = (architecture.depth, architecture.width, architecture.loss == "squared", architecture.bias)
    tried = np.zeros(energy.rows, dtype=np.int64)
    problem = tuple(np.ascontiguousarray(part) for part in (energy.targets, energy.weights, energy.decays))

    def task(low: int, high: int) -> None:
        _flow_rows(low, high, (x, values, gradients, steps), tried, problem, kind, float(duration), rules)

    over_rows(task, energy.rows, energy.rows // _PIECE)
    return [x, values, gradients, steps], int(-1 if tried.min() < 0 else tried.max())
