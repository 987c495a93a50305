"""Shared tensors: the same exact numbers for every implementation, on every machine.

Reals are multiples of 1/16 below 4 in size and probabilities multiples of 1/64, so that they are the same numbers in
float16, float32 and float64. Neither reals nor their differences within a row are 0 or powers of two: at such places,
however the row is scaled, lie the kinks of maxima and of hinges with margin 1, where there is no gradient to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from theory.engine.conformance.inputs import Batch, Input
from theory.engine.conformance.reference import Invariance, Reference

_SEED = 20_230_714
_BATCH = 7
_WHOLE_BATCHES = 4
_POWERS = frozenset({0} | {2**power for power in range(8)})
_PAIRED = (5, 4)  # positives, negatives: different, so that a mean over the wrong ones shows


def batches(reference: Reference) -> list[Batch]:
    """Return the shared tensors for a reference: one batch for each number of classes."""
    sizes = reference.sizes if reference.per_class else (2,)
    repeats = _WHOLE_BATCHES if reference.whole_batch else 1  # each of these gives one number only
    return [make(reference, classes, repeat) for classes in sizes for repeat in range(repeats)]


def make(reference: Reference, classes: int | None = None, repeat: int = 0) -> Batch:
    """Return the shared tensors for a number of classes (the first that is tried by default); nothing else matters."""
    classes = classes or (reference.sizes[0] if reference.per_class else 2)
    random = np.random.Generator(np.random.Philox(key=[_SEED + repeat, classes]))
    lengths = _PAIRED if reference.ragged else (_BATCH,) * len(reference.inputs)
    columns = {
        item.name: _column(random, item, length, classes)
        for item, length in zip(reference.inputs, lengths, strict=True)
    }
    return Batch(columns, reference.inputs, classes)


def _column(random: np.random.Generator, item: Input, size: int, classes: int) -> list[Any]:
    if item.per_class:
        return [_ROWS[item.kind](random, classes) for _ in range(size)]
    if item.kind == "real":
        return list(_reals(random, size))
    if item.kind == "probability":
        return list(_probabilities(random, size))
    values = [int(random.integers(0, classes if item.kind == "label" else 2)) for _ in range(size)]
    values[:2] = [0, 1]  # both kinds of example occur
    return [2 * value - 1 for value in values] if item.kind == "sign" else values


def _reals(random: np.random.Generator, count: int) -> tuple[Fraction, ...]:
    chosen: list[int] = []
    for k in map(int, random.permutation(np.arange(-60, 61))):
        if len(chosen) < count and not any(abs(gap) in _POWERS for gap in (k, *(k - other for other in chosen))):
            chosen.append(k)
    return tuple(Fraction(k, 16) for k in chosen)


def _simplex(random: np.random.Generator, count: int) -> tuple[Fraction, ...]:
    cuts = np.sort(random.choice(np.arange(1, 64), count - 1, replace=False))
    parts = np.diff(np.concatenate([[0], cuts, [64]]))
    return tuple(Fraction(int(part), 64) for part in parts)


def _probabilities(random: np.random.Generator, count: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k), 64) for k in random.choice(np.arange(2, 63), count, replace=False))


def _ball(random: np.random.Generator, count: int) -> tuple[Fraction, ...]:
    """Return a point less than 15/16 from the centre, for up to 16 coordinates."""
    return tuple(x / 16 for x in _reals(random, count))


def _bits(random: np.random.Generator, count: int) -> tuple[int, ...]:
    """Return a row with both of 0 and 1."""
    ones = random.choice(count, int(random.integers(1, count)), replace=False)
    return tuple(int(k in ones) for k in range(count))


_ROWS: dict[str, Callable[[np.random.Generator, int], tuple[Any, ...]]] = {
    "real": _reals,
    "probability": _probabilities,
    "simplex": _simplex,
    "ball": _ball,
    "bit": _bits,
}


# -- changes that may leave a loss as it is --------------------------------------------------------------------------


def shift(name: str = "scores", by: Fraction = Fraction(3, 4)) -> Invariance:
    """Adding one number to all scores of an example changes nothing."""
    return Invariance("shift", f"{name} + c", _each(name, lambda x: x + by))


def scale(name: str = "scores", by: Fraction = Fraction(2)) -> Invariance:
    """Multiplying the scores by a positive number changes nothing."""
    return Invariance("scale", f"{by} * {name}", _each(name, lambda x: x * by))


def reorder_classes() -> Invariance:
    """Renaming the classes changes nothing."""

    def change(batch: Batch) -> Batch:
        columns = {}
        for item in batch.inputs:
            column = batch.columns[item.name]
            if item.per_class:
                columns[item.name] = [row[1:] + row[:1] for row in column]
            elif item.kind == "label":
                columns[item.name] = [(label - 1) % batch.classes for label in column]
        return batch.replaced(**columns)

    return Invariance("classes", "classes renamed", change)


def reorder_batch() -> Invariance:
    """The order of the examples in a batch changes nothing: for losses of a whole batch."""

    def change(batch: Batch) -> Batch:
        return batch.replaced(**{name: column[::-1] for name, column in batch.columns.items()})

    return Invariance("order", "examples reordered", change)


def swap_signs() -> Invariance:
    """Changing the sign of score and label (or the bit) changes nothing: a function of the margin alone."""

    def change(batch: Batch) -> Batch:
        bits = {item.name for item in batch.inputs if item.kind == "bit"}
        turned = {
            name: [1 - value if name in bits else -value for value in column] for name, column in batch.columns.items()
        }
        return batch.replaced(**turned)

    return Invariance("margin", "signs of score and label changed", change)


def shift_all(by: Fraction = Fraction(3, 4)) -> Invariance:
    """Adding one number to every score of the batch changes nothing: for losses of score differences."""

    def moved(value: Any) -> Any:
        return tuple(map(moved, value)) if isinstance(value, tuple) else value + by

    def change(batch: Batch) -> Batch:
        return batch.replaced(**{name: list(map(moved, column)) for name, column in batch.columns.items()})

    return Invariance("shift", "all scores + c", change)


def _each(name: str, function: Callable[[Fraction], Fraction]) -> Callable[[Batch], Batch]:
    def change(batch: Batch) -> Batch:
        return batch.replaced(**{name: [tuple(function(x) for x in row) for row in batch.columns[name]]})

    return change
