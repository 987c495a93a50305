r"""G-optimal designs on finite sets of actions: weights whose largest leverage is the dimension.

A design is a distribution w on the actions; with ``M(w) = sum_a w_a a a'``, the leverage of an action is ``a' M^+ a``.
The leverages average to the rank d of the actions, so the largest is at least d. Kiefer and Wolfowitz (key
``kiefer_wolfowitz``): the least largest leverage is d, and the designs that attain it are those that maximise
``log det M(w)``. `optimal_design` finds one in double precision: first the pivots of a Gram-Schmidt sweep, alike, then
exchanges of weight with the action of largest leverage, or away from that of least leverage, each as long as
``log det M`` tells (Frank-Wolfe with away steps; line search in closed form). `rational_design` rounds it to exact
weights and computes every leverage exactly: what it returns is a certificate.

Leverages do not change under invertible linear maps, so coordinates may have any units, and the actions may span less
than the space they lie in. In double precision the rank must be plain: actions that are neither dependent nor clearly
independent are refused, as leverages computed from them would be wrong; `rational_design` takes them.

>>> import numpy as np
>>> found = optimal_design([[1, 0], [0, 1], [1, 1], [0.1, 0.2]])
>>> found.rank, bool(abs(found.largest - 2) < 1e-6), np.round(found.weights, 4).tolist()
(2, True, [0.3333, 0.3333, 0.3333, 0.0])
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arguments import whole
from theory.shown import Shown

__all__ = ["OptimalDesign", "RationalDesign", "leverages_of", "optimal_design", "rational_design"]

Floats = NDArray[np.float64]
_NONE, _SOME = 1e-13, 1e-9  # parts of the largest singular value: below the first one is 0, above the second it is not
_FRESH = 50  # rank-one updates before leverages are computed anew
_MOST_DIGITS = 9


@dataclass(frozen=True)
class OptimalDesign(Shown):
    """A design in double precision.

    Attributes
    ----------
    weights : array (N,)
        Nonnegative, sum 1.
    leverages : array (N,)
        Of every action under the design.
    largest : float
        Leverage; at least the rank, and at most ``rank (1 + tolerance)``, up to rounding.
    rank : int
        Dimension d of the span of the actions.
    iterations : int
        Exchanges of weight.
    coordinates : array (N, d)
        The actions in coordinates of their span in which ``M(w)`` is the identity.
    """

    weights: Floats
    leverages: Floats
    largest: float
    rank: int
    iterations: int
    coordinates: Floats

    @property
    def log_det_gap(self) -> float:
        """By how much ``log det M`` can fall short of its maximum: ``d log(largest/d)`` at most."""
        return self.rank * math.log(max(self.largest / self.rank, 1.0))


@dataclass(frozen=True)
class RationalDesign(Shown):
    """A design in exact arithmetic: ``largest <= rank (1 + 10^-digits)`` was checked, not estimated.

    Attributes
    ----------
    weights, leverages : tuples of N Fractions
    largest : Fraction
    rank : int
    digits : int
    """

    weights: tuple[Fraction, ...]
    leverages: tuple[Fraction, ...]
    largest: Fraction
    rank: int
    digits: int


def optimal_design(actions: Any, *, tolerance: float = 1e-8, iterations: int = 100_000) -> OptimalDesign:
    """Return a design whose largest leverage is at most ``d (1 + tolerance)``, up to rounding.

    Parameters
    ----------
    actions : array (N, D)
        Finite; not all zero. They may span less than R^D. With every coordinate scaled to be at most 1 in size,
        singular values below 1e-13 of the largest count as 0.
    tolerance : float
        From 1e-13 to 1.
    iterations : int
        After so many exchanges the search gives up.

    Raises
    ------
    ValueError
        If the actions or the tolerance are not as said, or a singular value is from 1e-13 to 1e-9 of the largest.
    ArithmeticError
        If the search gives up; the message says how far it came.

    Examples
    --------
    >>> corners = [[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    >>> found = optimal_design(corners)
    >>> found.rank, round(found.largest, 7)
    (3, 3.0)
    """
    if not 1e-13 <= tolerance <= 1:
        raise ValueError(f"tolerance must be from 1e-13 to 1, got {tolerance!r}")
    rows = _orthonormal(_checked(actions))
    weights = _pivots(rows)
    rank, done = rows.shape[1], 0
    inverse, leverages = _computed(rows, weights)
    while True:
        if done and done % _FRESH == 0:
            inverse, leverages = _computed(rows, weights)
        if leverages.max() <= rank * (1 + tolerance):
            found = _finished(rows, weights, done)
            if found.largest <= rank * (1 + 2 * tolerance):  # else the updates have drifted
                return found
            inverse, leverages = _computed(rows, weights)
        if done == iterations:
            raise ArithmeticError(f"after {done} exchanges the largest leverage is {leverages.max()}, wanted is {rank}")
        weights, inverse, leverages = _exchanged(rows, weights, inverse, leverages)
        done += 1


def _checked(actions: Any) -> Floats:
    table = np.asarray(actions, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"actions must be an array (N, D) with N, D >= 1, got shape {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError(f"actions must be finite, got {table[~np.isfinite(table)][0]}")
    if not table.any():
        raise ValueError("actions must not all be zero: they span nothing")
    return table


def _orthonormal(table: Floats) -> Floats:
    """Return coordinates (N, d) of the actions in which ``sum_a a a'`` is the identity."""
    sizes = np.abs(table).max(axis=0)
    left, values, _ = np.linalg.svd(table[:, sizes > 0] / sizes[sizes > 0], full_matrices=False)
    doubtful = values[(values > _NONE * values[0]) & (values < _SOME * values[0])] / values[0]
    if doubtful.size:
        raise ValueError(f"actions must be dependent or not, got a singular value of {doubtful[0]:.3g} of the largest")
    return np.ascontiguousarray(left[:, values >= _SOME * values[0]])


def _pivots(rows: Floats) -> Floats:
    """Return equal weights on d independent actions, each the farthest from the span of those before it."""
    weights: Floats = np.zeros(rows.shape[0])
    rest = rows.copy()
    for _ in range(rows.shape[1]):
        chosen = int(np.argmax(np.sum(rest**2, axis=1)))
        weights[chosen] = 1 / rows.shape[1]
        direction: Floats = rest[chosen] / np.linalg.norm(rest[chosen])
        rest -= np.outer(rest @ direction, direction)
    return weights


def _computed(rows: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the inverse of ``M(w)`` and all leverages."""
    inverse = np.asarray(np.linalg.inv((rows * weights[:, None]).T @ rows), dtype=np.float64)
    return inverse, np.sum((rows @ inverse) * rows, axis=1)


def _exchanged(rows: Floats, weights: Floats, inverse: Floats, leverages: Floats) -> tuple[Floats, Floats, Floats]:
    """Move weight to the action of largest leverage or, if that promises more, away from that of least leverage."""
    rank = rows.shape[1]
    best = int(np.argmax(leverages))
    worst = int(np.argmin(np.where(weights > 0, leverages, np.inf)))
    towards = leverages[best] - rank >= rank - leverages[worst]
    moved = best if towards else worst
    leverage = float(leverages[moved])
    most = -weights[moved] / (1 - weights[moved])  # all of its weight goes
    step = most if leverage <= 1 else max((leverage - rank) / (rank * (leverage - 1)), most)
    weights = (1 - step) * weights
    weights[moved] = 0.0 if step == most else weights[moved] + step
    image = inverse @ rows[moved]
    factor = step / (1 - step + step * leverage)
    leverages = (leverages - factor * (rows @ image) ** 2) / (1 - step)
    return weights, (inverse - factor * np.outer(image, image)) / (1 - step), leverages


def _finished(rows: Floats, weights: Floats, done: int) -> OptimalDesign:
    weights = weights / weights.sum()
    lower = np.linalg.cholesky((rows * weights[:, None]).T @ rows)
    coordinates = np.linalg.solve(lower, rows.T).T
    leverages = np.sum(coordinates**2, axis=1)
    return OptimalDesign(weights, leverages, float(leverages.max()), rows.shape[1], done, coordinates)


# -- exact arithmetic ------------------------------------------------------------------------------------------------


def rational_design(actions: Sequence[Sequence[int | Fraction]], *, digits: int = 6) -> RationalDesign:
    """Return exact weights whose largest leverage is at most ``d (1 + 10^-digits)``, checked exactly.

    Parameters
    ----------
    actions
        N rows of ints and Fractions, not all zero.
    digits
        From 1 to 9.

    Raises
    ------
    ValueError
        If a number is a float, the rows differ in length, or digits is out of range.
    ArithmeticError
        If no rounding of the design in double precision passes the check.

    Examples
    --------
    >>> found = rational_design([[1, 0], [0, 1], [1, 1]])
    >>> found.rank, found.largest, found.weights[0]
    (2, Fraction(2, 1), Fraction(1, 3))
    """
    digits = whole("digits", digits, most=_MOST_DIGITS)
    rows = _exact(actions)
    found = optimal_design(_floats(rows), tolerance=0.1 / 10**digits)
    for parts in _roundings(found.weights, digits):
        total = sum(parts)
        weights = tuple(part / total for part in parts)
        try:
            rank, leverages = leverages_of(rows, weights)
        except ZeroDivisionError:
            continue
        if max(leverages) <= rank * (1 + Fraction(1, 10**digits)):
            return RationalDesign(weights, leverages, max(leverages), rank, digits)
    raise ArithmeticError(f"no rational weights were found that reach {digits} digits")


def _floats(rows: list[list[Fraction]]) -> Floats:
    """Return the actions in coordinates of d of them, exact up to the last step: so the rank is the true one.

    The columns of the reduced echelon form of the transpose are such coordinates. While one is above 2 in size its
    action replaces one of the d, which at least doubles their volume: so the search ends, and numbers are tame.
    """
    reduced, rank = _matrix(list(zip(*rows, strict=True))).rref()
    axes = [[Fraction(int(x.p), int(x.q)) for x in row] for row in reduced.tolist()[:rank]]
    table = list(zip(*axes, strict=True))
    while True:
        size, i, j = max((abs(x), i, j) for i, row in enumerate(table) for j, x in enumerate(row))
        if size <= 2:
            return np.array(table, dtype=np.float64)
        unit = [x / table[i][j] for x in table[i]]
        table = [tuple(x / table[i][j] if k == j else x - row[j] * unit[k] for k, x in enumerate(row)) for row in table]


def _roundings(weights: Floats, digits: int) -> Iterator[list[Fraction]]:
    """Yield exact weights near the given ones, up to a factor: simple fractions first, then finer decimals."""
    simple = [Fraction(float(weight)).limit_denominator(100) for weight in weights]
    finer = ([Fraction(round(float(w) * 10**n)) for w in weights] for n in (digits // 2 + 2, digits + 3, digits + 6))
    yield from (parts for parts in (simple, *finer) if any(parts))


def leverages_of(
    actions: Sequence[Sequence[int | Fraction]], weights: Sequence[int | Fraction]
) -> tuple[int, tuple[Fraction, ...]]:
    """Return the rank of the actions and their leverages under a design, exactly.

    Raises
    ------
    ValueError
        If a number is a float, a weight is negative, or the weights do not sum to 1.
    ZeroDivisionError
        If the actions with positive weight span less than all actions.

    Examples
    --------
    >>> leverages_of([[2, 0], [0, 3]], [Fraction(1, 2)] * 2)
    (2, (Fraction(2, 1), Fraction(2, 1)))
    """
    rows, (w,) = _exact(actions), _exact([weights])
    if len(w) != len(rows) or min(w) < 0 or sum(w) != 1:
        raise ValueError(f"weights must be {len(rows)} nonnegative numbers of sum 1, got {len(w)} of sum {sum(w)}")
    from flint import fmpq

    reduced, rank = _matrix(rows).rref()
    pivots = [next(j for j in range(len(rows[0])) if reduced[i, j] != 0) for i in range(rank)]
    basis = _matrix([[row[j] for j in pivots] for row in rows])  # an injective linear map of the span
    scaled = _matrix([[weight * row[j] for j in pivots] for row, weight in zip(rows, w, strict=True)])
    images = (basis.transpose() * scaled).solve(basis.transpose())
    found = [sum((basis[i, j] * images[j, i] for j in range(rank)), start=fmpq(0)) for i in range(len(rows))]
    return rank, tuple(Fraction(int(x.p), int(x.q)) for x in found)


def _matrix(table: Sequence[Sequence[Fraction]]) -> Any:
    from flint import fmpq, fmpq_mat

    entries = [fmpq(x.numerator, x.denominator) for row in table for x in row]
    return fmpq_mat(len(table), len(table[0]), entries)


def _exact(table: Sequence[Sequence[int | Fraction]]) -> list[list[Fraction]]:
    rows = [list(row) for row in table]
    if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
        raise ValueError(f"needs rows of one length >= 1, got lengths {sorted({len(row) for row in rows})}")
    for row in rows:
        for x in row:
            if isinstance(x, bool) or not isinstance(x, int | Fraction):
                raise ValueError(f"numbers must be ints or Fractions, which are exact, got {x!r}")
    if not any(x for row in rows for x in row):
        raise ValueError("the rows must not all be zero")
    return [[Fraction(x) for x in row] for row in rows]
