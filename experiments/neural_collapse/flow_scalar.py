"""Gradient flow of one row, number by number: one body for Numba on a processor and for Numba on CUDA.

The method and the rules for the steps are those of `experiments.neural_collapse.flow`; sums run in another order.

Arrays of all rows have the row as their first axis: the last to vary on a processor, the first on CUDA (Fortran's
order), where neighbouring threads then read neighbouring numbers. Matrices are stretches of vectors, row-major, and are
named by vector and offset: views are slow to compile.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["kind_of", "row_functions"]

Function = Callable[..., Any]

_whole = np.uint64  # indices that cannot be negative spare the compiled code a test


def kind_of(energy: Any) -> tuple[int, int, bool, bool]:
    """Return depth, width, whether the loss is squared and whether there is a bias, of an `Energy`."""
    model = energy.architecture
    return model.depth, model.width, model.loss == "squared", model.bias


def row_functions(jit: Callable[..., Any], inlined: Callable[..., Any]) -> Function:
    """Return ``flow_row``, compiled by ``jit``; what is called once, by ``inlined``: it need not be compiled alone.

    ``flow_row(row, arrays, problem, kind, rules, room, work)`` follows one row until its clock, the last of ``arrays``
    (parameters, energies, gradients, next steps and clocks of all rows), is at 0 or the row at rest. It changes them in
    place and returns the rounds, -1 if there would be more than are allowed: call it again to go on. ``problem`` has
    targets, weights and decays of all rows, ``kind`` is `kind_of` their energy, ``rules`` are tolerance, rest and most
    rounds and the constants of the rules for steps; ``room`` (products of layers, logits, two derivatives) and ``work``
    (five times the parameters) are vectors to work in.
    """
    lesser, larger = _extremes(inlined)
    length, energy = _length(jit), _energy(jit, inlined, larger)

    @inlined
    def flow_row(row, arrays, problem, kind, rules, room, work):  # type: ignore[no-untyped-def]
        tolerance, rest, most, safety, grow, shrink, rounding = rules
        x, gradient, there, ahead, change = work
        points, values, gradients, steps, clocks = arrays
        for p in range(x.size):
            x[p], gradient[p] = points[row, p], gradients[row, p]
        left, tried, begun, factor, error = clocks[row], 0, False, 0.0, 0.0
        while left > 0 and length(gradient) > rest:
            trial = lesser(left, steps[row])
            if not begun:  # the first half of a round: a step of Euler's
                if tried == most:
                    tried = -1
                    break
                for p in range(x.size):
                    there[p] = x[p] - trial * gradient[p]
            found = energy(there, ahead, problem, row, kind, room)
            begun = not begun
            if begun:
                for p in range(x.size):
                    change[p] = trial * (gradient[p] - ahead[p]) / 2
                    there[p] += change[p]
                error = length(change) / (tolerance * (1 + length(x)))
                factor = safety / math.sqrt(lesser(larger(error, safety**2 / grow**2), safety**2 / shrink**2))
                continue
            tried += 1
            if error <= 1 and found <= values[row] + rounding * (1 + abs(values[row])):
                steps[row] = trial * factor if trial >= steps[row] else larger(trial * factor, steps[row])
                for p in range(x.size):
                    x[p], gradient[p] = there[p], ahead[p]
                values[row], left = found, left - trial
            else:
                steps[row] = trial * (factor if factor < 0.5 else 0.5)  # noqa: FURB136 (a half too where it is no number)
        clocks[row] = left
        for p in range(x.size):
            points[row, p], gradients[row, p] = x[p], gradient[p]
        return tried

    return flow_row


def _products(jit: Callable[..., Any]) -> tuple[Function, Function, Function]:
    """Return products of matrices: left right, left' right and left right'."""

    @jit
    def product(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
        """Write left right."""
        o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
        for i in range(rows):
            for j in range(columns):
                out[o + i * columns + j] = left[a + i * inner] * right[b + j]
            for k in range(_whole(1), inner):
                scale = left[a + i * inner + k]
                for j in range(columns):
                    out[o + i * columns + j] += scale * right[b + k * columns + j]

    @jit
    def product_left(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
        """Write left' right, where left has the shape (inner, rows)."""
        o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
        for i in range(rows):
            for j in range(columns):
                out[o + i * columns + j] = left[a + i] * right[b + j]
            for k in range(_whole(1), inner):
                scale = left[a + k * rows + i]
                for j in range(columns):
                    out[o + i * columns + j] += scale * right[b + k * columns + j]

    @jit
    def product_right(out, o, left, a, right, b, rows, inner, columns):  # type: ignore[no-untyped-def]
        """Write left right', where right has the shape (columns, inner)."""
        o, a, b, rows, inner, columns = _whole(o), _whole(a), _whole(b), _whole(rows), _whole(inner), _whole(columns)
        for i in range(rows):
            for k in range(columns):
                total = 0.0
                for j in range(inner):
                    total += left[a + i * inner + j] * right[b + k * inner + j]
                out[o + i * columns + k] = total

    return product, product_left, product_right


def _losses(inlined: Callable[..., Any], larger: Function) -> tuple[Function, Function]:
    """Return the mean losses of logits, which write their derivatives over them."""

    @inlined
    def squared(logits, targets, weights, row, samples, classes):  # type: ignore[no-untyped-def]
        """Return the mean loss, and write its derivatives over the logits."""
        value = 0.0
        for i in range(classes):
            for j in range(samples):
                off = logits[i * samples + j] - targets[row, i, j]
                logits[i * samples + j] = off * weights[row, 0, j]
                value += logits[i * samples + j] * off
        return value / 2

    @inlined
    def cross_entropy(logits, targets, weights, row, samples, classes):  # type: ignore[no-untyped-def]
        """Return the mean loss, and write its derivatives over the logits."""
        value = 0.0
        for j in range(samples):
            most, own, total = logits[j], 0.0, 0.0
            for i in range(1, classes):
                most = larger(most, logits[i * samples + j])
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

    return squared, cross_entropy


def _energy(jit: Callable[..., Any], inlined: Callable[..., Any], larger: Function) -> Function:
    product, product_left, product_right = _products(jit)
    squared, cross_entropy = _losses(inlined, larger)

    @inlined
    def energy(x, gradient, problem, row, kind, room):  # type: ignore[no-untyped-def]
        """Write the gradient and return the value; ``room`` has products of layers, logits, the derivative by them."""
        targets, weights, decays = problem
        depth, width, is_squared, bias = kind
        chain, logits, pull, spare = room
        classes, samples = targets.shape[1], targets.shape[2]
        square, top, none = width * width, (depth - 1) * width * width, width - width  # a 0 compiles products again
        start = top + classes * width
        free = start + width * samples
        for p in range(square if depth > 1 else classes * width):
            chain[p] = x[p]
        for layer in range(1, depth):
            rows = width if layer < depth - 1 else classes
            product(chain, layer * square, x, layer * square, chain, (layer - 1) * square, rows, width, width)
        product(logits, none, chain, top, x, start, classes, width, samples)
        if bias:
            for i in range(classes):
                for j in range(samples):
                    logits[i * samples + j] += x[free + i]
        if is_squared:
            value = squared(logits, targets, weights, row, samples, classes)
        else:
            value = cross_entropy(logits, targets, weights, row, samples, classes)
        if bias:
            for i in range(classes):
                total = 0.0
                for j in range(samples):
                    total += logits[i * samples + j]
                gradient[free + i] = total
        product_left(gradient, start, chain, top, logits, none, width, classes, samples)
        product_right(pull, none, logits, none, x, start, classes, samples, width)
        for layer in range(depth - 1, 0, -1):
            rows, at = width if layer < depth - 1 else classes, layer * square
            product_right(gradient, at, pull, none, chain, at - square, rows, width, width)
            product_left(spare, none, x, at, pull, none, width, rows, width)
            for p in range(square):
                pull[p] = spare[p]
        for p in range(square if depth > 1 else classes * width):
            gradient[p] = pull[p]
        for p in range(x.size):
            decay = decays[row, p] * x[p]
            value += decay * x[p] / 2
            gradient[p] += decay
        return value

    return energy


def _length(jit: Callable[..., Any]) -> Function:
    @jit
    def length(x):  # type: ignore[no-untyped-def]
        total = 0.0
        for p in range(x.size):
            total += x[p] * x[p]
        return math.sqrt(total)

    return length


def _extremes(inlined: Callable[..., Any]) -> tuple[Function, Function]:
    """Return the lesser and the larger of two, the first where one is no number: compilers differ there in theirs.

    (Numba 0.68 compiles neither of Python's for CUDA.)
    """

    @inlined
    def lesser(a, b):  # type: ignore[no-untyped-def]
        return b if b < a else a  # noqa: FURB136

    @inlined
    def larger(a, b):  # type: ignore[no-untyped-def]
        return b if b > a else a  # noqa: FURB136

    return lesser, larger
