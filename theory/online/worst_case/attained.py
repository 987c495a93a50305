"""What shows a worst case: multipliers from above, and from below vectors that attain it, a worst function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from theory.engine.statements.epigraph import rows
from theory.engine.statements.gram import Expression, Vector
from theory.shown import Shown

__all__ = ["Attained", "Solution", "WorstFunction"]

_ZERO = Fraction(0)


@dataclass(frozen=True)
class Attained(Shown):
    """Vectors and scalars that meet all conditions of a problem, in exact numbers.

    Parameters
    ----------
    vectors
        Coordinates of each vector of the problem in one orthogonal basis.
    scalars
        The value of each scalar of the problem.
    squares
        Squared lengths of the basis vectors: the lengths themselves may be irrational.
    products
        Inner products by sorted pair of names, where they are known already: long numbers are multiplied once.

    Examples
    --------
    >>> Attained({"u": (Fraction(1), Fraction(2))}, {}, (Fraction(1), Fraction(1, 3))).inner("u", "u")
    Fraction(7, 3)
    """

    vectors: Mapping[str, Sequence[Fraction]]
    scalars: Mapping[str, Fraction] = field(default_factory=dict)
    squares: Sequence[Fraction] = (Fraction(1),)
    products: Mapping[tuple[str, str], Fraction] = field(default_factory=dict, repr=False)

    def inner(self, first: str, second: str) -> Fraction:
        """Return the inner product of two of the vectors."""
        known = self.products.get((first, second) if first <= second else (second, first))
        if known is not None:
            return known
        pairs = zip(self.squares, self.vectors[first], self.vectors[second], strict=True)
        return sum((square * a * b for square, a, b in pairs if a and b), _ZERO)

    def combination(self, vector: Vector) -> tuple[Fraction, ...]:
        """Return the coordinates of a combination of the vectors."""
        total = [_ZERO] * len(self.squares)
        for name, factor in vector.coefficients.items():
            total = [value + factor * other for value, other in zip(total, self.vectors[name], strict=True)]
        return tuple(total)

    def value(self, number: Expression) -> Fraction:
        """Return the value of an expression that is linear in scalars and inner products."""
        form = rows(number.term, []).cost
        return sum(
            (
                factor
                * (self.inner(*key) if isinstance(key, tuple) else Fraction(1) if key == "" else self.scalars[key])
                for key, factor in form.items()
            ),
            _ZERO,
        )


@dataclass(frozen=True)
class WorstFunction(Shown):
    """A function of the class on which the method does as badly as it can: its data at the visited points.

    Any function of the class that interpolates them is a worst one. Coordinates are exact, in an orthogonal
    basis whose vectors have the squared lengths ``squares``.

    Attributes
    ----------
    points, gradients
        Coordinates by name of the point.
    values
        Function values by name of the point; empty where the method sees gradients only.
    squares
        Squared lengths of the basis vectors.
    """

    points: Mapping[str, tuple[Fraction, ...]]
    gradients: Mapping[str, tuple[Fraction, ...]]
    values: Mapping[str, Fraction]
    squares: tuple[Fraction, ...]

    @property
    def dimension(self) -> int:
        """Dimension of the space that the points and gradients span."""
        return len(self.squares)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Return points and gradients in an orthonormal basis, as floats of shape (points, dimension)."""
        lengths = np.sqrt(np.array(self.squares, dtype=float))
        points, gradients = (np.array(list(table.values()), dtype=float) for table in (self.points, self.gradients))
        return points * lengths, gradients * lengths


@dataclass(frozen=True)
class Solution(Shown):
    """Bounds of a worst case with what shows them: multipliers for the upper, vectors for the lower one."""

    lower: Fraction
    upper: Fraction
    multipliers: Mapping[str, Fraction]
    attained: Attained
