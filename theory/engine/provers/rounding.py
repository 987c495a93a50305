"""From a solver's floats to exact rationals: simple guesses, repaired by solving equalities in Q."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from theory.engine.statements.epigraph import Form


def nearby(values: Mapping[Any, float], denominator: int) -> dict[Any, Fraction]:
    """Return each value's nearest rational whose denominator is at most ``denominator``.

    >>> nearby({"x": 0.3333333}, 100)
    {'x': Fraction(1, 3)}
    """
    return {key: Fraction(float(value)).limit_denominator(denominator) for key, value in values.items()}


def evaluate(form: Form, point: Mapping[Any, Fraction]) -> Fraction:
    """Return the value of an affine form; unknowns that the point does not name are zero.

    >>> evaluate({"x": Fraction(2), "": Fraction(1)}, {"x": Fraction(1, 2)})
    Fraction(2, 1)
    """
    return sum(
        (value * (Fraction(1) if key == "" else point.get(key, Fraction(0))) for key, value in form.items()),
        Fraction(0),
    )


def solve_near(
    equalities: Sequence[Form], guess: Mapping[Any, Fraction], order: Sequence[Any]
) -> dict[Any, Fraction] | None:
    """Solve equalities exactly, close to a guess.

    Parameters
    ----------
    equalities
        Affine forms that must vanish.
    guess
        A point nearby. Unknowns that the equalities leave free keep its value, so that zeros stay exact
        zeros.
    order
        All unknowns. Those that come first are solved for, those that come last stay free: put first what
        must not stay at a rounded value, such as large multipliers.

    Returns
    -------
    dict or None
        None if the equalities contradict each other.

    Examples
    --------
    >>> one = Fraction(1)
    >>> solve_near([{"x": one, "y": 2 * one, "": -one}], {"x": one / 3, "y": one / 4}, ["x", "y"])
    {'x': Fraction(1, 2), 'y': Fraction(1, 4)}
    """
    solution = {key: guess[key] for key in order}
    if not equalities:
        return solution
    entries = [_fmpq(form.get(key, Fraction(0))) for form in equalities for key in [*order, ""]]
    reduced, rank = fmpq_mat(len(equalities), len(order) + 1, entries).rref()
    for row in range(rank):
        columns = [column for column in range(len(order) + 1) if reduced[row, column] != 0]
        pivot, *others = columns
        if pivot == len(order):
            return None
        value = Fraction(0)
        for column in others:  # pivots of other rows do not occur in a reduced row
            value -= _fraction(reduced[row, column]) * (Fraction(1) if column == len(order) else guess[order[column]])
        solution[order[pivot]] = value
    return solution


def rational_kernel(matrix: np.ndarray, *, tolerance: float, denominator: int = 200) -> list[list[Fraction]]:
    """Return a rational basis of the numerical kernel of a symmetric matrix.

    The echelon form of the kernel's eigenvectors is rounded: its entries are simple where the kernel is
    rational at all.

    Parameters
    ----------
    matrix
        Symmetric, shape (n, n).
    tolerance
        Eigenvalues up to ``tolerance`` times the largest count as zero.
    denominator
        Largest denominator of an entry.

    Examples
    --------
    >>> rational_kernel(np.array([[1.0, -2.0], [-2.0, 4.0]]), tolerance=1e-9)
    [[Fraction(1, 1), Fraction(1, 2)]]
    """
    values, vectors = np.linalg.eigh(matrix)
    basis = vectors[:, values <= tolerance * max(1e-12, float(values[-1]))].T.copy()
    free: list[int] = list(range(len(matrix)))
    for row in range(len(basis)):  # Gauss-Jordan with complete pivoting, for the sake of accuracy
        block = np.abs(basis[row:][:, np.array(free)])
        first, second = divmod(int(np.argmax(block)), len(free))
        basis[[row, row + first]] = basis[[row + first, row]]
        column = free.pop(second)
        basis[row] /= basis[row, column]
        for other in range(len(basis)):
            if other != row:
                basis[other] -= basis[other, column] * basis[row]
    return [[Fraction(float(value)).limit_denominator(denominator) for value in row] for row in basis]


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
