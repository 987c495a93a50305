"""Vectors of every dimension in statements of mirror descent: one symbol a coordinate, inner products as sums.

A vector is a per-class symbol of `theory.engine.words.ForEveryN`, the classes being the coordinates. A quadratic form
with a matrix is Euclidean in suitable coordinates, so a statement about one round loses nothing by being Euclidean.
SymPy is imported only when a function is called.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from theory.engine.words import Sig

__all__ = ["bregman", "inner", "norm_sq", "point_and_coordinates", "reals"]


def inner(a: Any, b: Any) -> Any:
    """Return the inner product of two vectors."""
    return Sig(a * b)


def norm_sq(a: Any) -> Any:
    """Return the squared Euclidean norm of a vector."""
    return Sig(a**2)


def bregman(value: Any, at: Any, value_at: Any, gradient_at: Any, x: Any) -> Any:
    """Return the Bregman divergence ``B(x, at)`` of a function from its values and its gradient at ``at``."""
    return value - value_at - inner(gradient_at, x - at)


def reals(*names: str) -> str:
    """Return the domain in which each name is a real number.

    Examples
    --------
    >>> reals("x", "u")
    'x in (-oo,oo), u in (-oo,oo)'
    """
    return ", ".join(f"{name} in (-oo,oo)" for name in names)


def point_and_coordinates(
    rng: random.Random, coordinates: tuple[str, ...], *, scalars: tuple[str, ...] = (), positive: tuple[str, ...] = ()
) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Return small rational values of scalars (those in ``positive`` > 0) and of one to three coordinates of vectors.

    Examples
    --------
    >>> point, rows = point_and_coordinates(random.Random(1), ("x", "u"), positive=("eta",))
    >>> point["eta"] > 0, sorted(rows[0])
    (True, ['u', 'x'])
    """
    point = {name: Fraction(rng.randint(-6, 6), rng.randint(1, 3)) for name in scalars}
    point |= {name: Fraction(rng.randint(1, 6), rng.randint(1, 3)) for name in positive}
    rows = [
        {name: Fraction(rng.randint(-4, 4), rng.randint(1, 2)) for name in coordinates}
        for _ in range(rng.randint(1, 3))
    ]
    return point, rows
