"""Z-scores, the Z-loss and samples for statements about every number of classes: some named, the others summed over.

Sig(1) counts the unnamed classes; where D is a symbol of its own, a hypothesis says what it counts. SymPy is imported
only when a function is called.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from theory.engine.words import Sig

__all__ = ["mean", "point_and_rows", "softplus_loss", "variance", "z_score"]


def mean(named: tuple[Any, ...], other: Any, D: Any = None) -> Any:
    """Return the mean of the scores; ``D``, if given, is a symbol for their number."""
    return (sum(named) + Sig(other)) / (len(named) + Sig(1) if D is None else D)


def variance(named: tuple[Any, ...], other: Any, D: Any = None) -> Any:
    """Return the population variance of the scores, ``Q/D - (M/D)^2``."""
    squares = tuple(x**2 for x in named)
    return mean(squares, other**2, D) - mean(named, other, D) ** 2


def z_score(score: Any, named: tuple[Any, ...], other: Any, D: Any = None) -> Any:
    """Return the Z-score of one score among the named and the other ones."""
    import sympy

    return (score - mean(named, other, D)) / sympy.sqrt(variance(named, other, D))


def softplus_loss(z: Any, a: Any, b: Any) -> Any:
    """Return ``log(1 + exp(a (b - z)))/a``."""
    import sympy

    return sympy.log(1 + sympy.exp(a * (b - z))) / a


def point_and_rows(
    rng: random.Random, names: tuple[str, ...], *, positive: tuple[str, ...] = (), rows: tuple[str, ...] = ("o",)
) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Return small rational values of scalars (those in ``positive`` > 0) and one to four rows of per-class ones.

    Examples
    --------
    >>> point, rows = point_and_rows(random.Random(1), ("oc",), positive=("a",))
    >>> sorted(point), point["a"] > 0, set(rows[0])
    (['a', 'oc'], True, {'o'})
    """
    point = {name: Fraction(rng.randint(-6, 6), rng.randint(1, 3)) for name in names}
    point |= {name: Fraction(rng.randint(1, 6), rng.randint(1, 3)) for name in positive}
    drawn = [{name: Fraction(rng.randint(-6, 6), rng.randint(1, 3)) for name in rows} for _ in range(rng.randint(1, 4))]
    return point, drawn
