"""Polynomial bases and finite measures in exact arithmetic: what the claims enumerate.

Polynomials are monic, with squared norms h_j; lists of fractions, lowest degree first. A `Ground` is a probability
measure on finitely many points with the space of polynomials of degree below m, in the basis of powers. Nothing in it
is normalised, as that would take roots: a determinant of the projection kernel is the quotient of two rational ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations

Matrix = list[list[Fraction]]
FAMILIES = ("legendre", "chebyshev", "hermite")


def squared_coefficient(family: str, j: int) -> Fraction:
    """Return the square of the recurrence's coefficient b_j, j >= 1."""
    if family == "legendre":
        return Fraction(j * j, 4 * j * j - 1)
    if family == "hermite":
        return Fraction(j)
    return Fraction(1, 2) if j == 1 else Fraction(1, 4)


def moment(family: str, power: int) -> Fraction:
    """Return the moment of the measure, as its density gives it: uniform or arcsine on [-1, 1], standard normal.

    >>> [moment(family, 4) for family in FAMILIES]
    [Fraction(1, 5), Fraction(3, 8), Fraction(3, 1)]
    """
    if power % 2:
        return Fraction(0)
    if family == "legendre":
        return Fraction(1, power + 1)
    half = power // 2
    if family == "chebyshev":
        return Fraction(math.comb(power, half), 4**half)
    return Fraction(math.factorial(power), 2**half * math.factorial(half))


def monic(family: str, count: int) -> list[list[Fraction]]:
    """Return the first polynomials of the recurrence ``p_j = x p_{j-1} - b_{j-1}^2 p_{j-2}``.

    >>> monic("legendre", 3)[2]
    [Fraction(-1, 3), Fraction(0, 1), Fraction(1, 1)]
    """
    found = [[Fraction(1)]]
    for j in range(1, count):
        new = [Fraction(0), *found[-1]]
        if j > 1:
            for power, coefficient in enumerate(found[-2]):
                new[power] -= squared_coefficient(family, j - 1) * coefficient
        found.append(new)
    return found


def squared_norm(family: str, j: int) -> Fraction:
    """Return the squared norm of the monic polynomial of degree j, the product of the first j squared coefficients."""
    return math.prod((squared_coefficient(family, i) for i in range(1, j + 1)), start=Fraction(1))


def product(first: Sequence[Fraction], second: Sequence[Fraction]) -> list[Fraction]:
    """Return the product of two polynomials."""
    found = [Fraction(0)] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            found[i + j] += a * b
    return found


def integral(family: str, polynomial: Sequence[Fraction]) -> Fraction:
    """Return the integral of a polynomial over the measure."""
    return sum((c * moment(family, power) for power, c in enumerate(polynomial)), Fraction(0))


def mean_squared_vandermonde(family: str, m: int) -> Fraction:
    """Return the mean of the squared Vandermonde determinant of m independent points, expanded term by term."""
    signed = [(_sign(order), order) for order in permutations(range(m))]
    total = Fraction(0)
    for first, one in signed:
        for second, other in signed:
            term = math.prod((moment(family, i + j) for i, j in zip(one, other, strict=True)), start=Fraction(1))
            total += first * second * term
    return total


def _sign(order: Sequence[int]) -> int:
    return -1 if sum(a > b for a, b in combinations(order, 2)) % 2 else 1


# -- matrices --------------------------------------------------------------------------------------------------------


def determinant(matrix: Matrix) -> Fraction:
    """Return the determinant, by elimination.

    >>> determinant([[Fraction(0), Fraction(2)], [Fraction(3), Fraction(1)]])
    Fraction(-6, 1)
    """
    rows, found = [list(row) for row in matrix], Fraction(1)
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != column:
            rows[column], rows[pivot], found = rows[pivot], rows[column], -found
        found *= rows[column][column]
        for i in range(column + 1, len(rows)):
            ratio = rows[i][column] / rows[column][column]
            if ratio:
                rows[i] = [a - ratio * b for a, b in zip(rows[i], rows[column], strict=True)]
    return found


def adjugate(matrix: Matrix) -> Matrix:
    """Return the adjugate, the transposed matrix of cofactors: the determinant times the inverse where there is one."""
    size = range(len(matrix))

    def cofactor(i: int, j: int) -> Fraction:
        minor = [[matrix[r][c] for c in size if c != j] for r in size if r != i]
        return (-1) ** (i + j) * determinant(minor)

    return [[cofactor(j, i) for j in size] for i in size]


def times(matrix: Matrix, vector: Sequence[Fraction]) -> list[Fraction]:
    """Return a matrix times a vector."""
    return [sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix]


def weighted_sum(rows: Sequence[Sequence[Fraction]], weights: Sequence[Fraction]) -> Matrix:
    """Return the sum of ``w b b'`` over rows b."""
    size = range(len(rows[0]))
    return [
        [sum((w * row[i] * row[j] for w, row in zip(weights, rows, strict=True)), Fraction(0)) for j in size]
        for i in size
    ]


# -- finite measures -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """Points 0, ..., N-1 of masses mu, and polynomials of degree below m on them.

    Attributes
    ----------
    mass : tuple of Fraction
        Positive, of sum 1.
    m : int
        From 1 to N.
    """

    mass: tuple[Fraction, ...]
    m: int

    @classmethod
    def named(cls, size: int, m: int, masses: str) -> Ground:
        """Return N points of ``"equal"`` masses, or ``"graded"`` ones, proportional to 1, ..., N."""
        raw = [1 if masses == "equal" else x + 1 for x in range(size)]
        return cls(tuple(Fraction(value, sum(raw)) for value in raw), m)

    @property
    def points(self) -> range:
        """The points."""
        return range(len(self.mass))

    def row(self, x: int) -> list[Fraction]:
        """Return the powers of a point."""
        return [Fraction(x) ** power for power in range(self.m)]

    def moments(self) -> Matrix:
        """Return the Gram matrix of the powers."""
        return weighted_sum([self.row(x) for x in self.points], self.mass)

    def kernel(self) -> Matrix:
        """Return the reproducing kernel k(x, y) of the space; its diagonal is the Christoffel function k_m."""
        moments = self.moments()
        total, inverse = determinant(moments), adjugate(moments)
        solved = [[value / total for value in times(inverse, self.row(x))] for x in self.points]
        return [
            [sum((a * b for a, b in zip(self.row(x), solved[y], strict=True)), Fraction(0)) for y in self.points]
            for x in self.points
        ]

    def minor(self, kernel: Matrix, chosen: Sequence[int]) -> Fraction:
        """Return det K_S of the projection ``K(x, y) = sqrt(mu_x) k(x, y) sqrt(mu_y)`` at the points of S."""
        weight = math.prod((self.mass[x] for x in chosen), start=Fraction(1))
        return weight * determinant([[kernel[x][y] for y in chosen] for x in chosen])

    def subsets(self) -> Iterator[tuple[int, ...]]:
        """Enumerate the sets of m points."""
        return combinations(self.points, self.m)

    def optimal_law(self, kernel: Matrix) -> list[Fraction]:
        """Return the probabilities mu_x k_m(x)/m of optimal sampling."""
        return [mass * kernel[x][x] / self.m for x, mass in enumerate(self.mass)]
