"""What the claims on the log barrier share: sums over all coordinates, divergences, and samplers of exact points."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.words import Domain, Sig

if TYPE_CHECKING:
    import sympy

Point = tuple[dict[str, Fraction], list[dict[str, Fraction]]]
Sample = Callable[[random.Random], Point]

NAMED = Domain("eta in (0,oo), x1 in (0,1), x2 in (0,1), y1 in (0,1), y2 in (0,1), c1 in (-oo,oo), c2 in (-oo,oo)")
EACH = Domain("x in (0,1), y in (0,1), c in (-oo,oo)")
ROUND_EACH = Domain("x in (0,1), y in (0,1), u in (0,1), c in (-oo,oo)")


def total(term: Callable[..., sympy.Expr], *columns: str) -> sympy.Expr:
    """Return the sum of a term over all coordinates: the two named ones and the rest.

    Parameters
    ----------
    term
        A function of the columns' symbols.
    columns
        Names among ``x``, ``y``, ``c``.

    Examples
    --------
    >>> total(lambda x, c: x * c, "x", "c")
    c1*x1 + c2*x2 + Sig(c*x)
    """
    known = {symbol.name: symbol for symbol in (*NAMED, *EACH)}
    first, second, each = ([known[name + mark] for name in columns] for mark in ("1", "2", ""))
    return term(*first) + term(*second) + Sig(term(*each))


def divergence(y: sympy.Expr, x: sympy.Expr) -> sympy.Expr:
    """Return one coordinate of the barrier's Bregman divergence ``D(y, x)``: ``y/x - 1 - log(y/x)``."""
    import sympy

    return y / x - 1 - sympy.log(y / x)


def variance() -> sympy.Expr:
    """Return the variance of c under x."""
    return total(lambda x, c: x * c**2, "x", "c") - total(lambda x, c: x * c, "x", "c") ** 2


def two_distributions() -> tuple[tuple[sympy.Expr, str, sympy.Expr], ...]:
    """Return that x and y are distributions, and that coordinates 1 and 2 have the extreme ratios y/x."""
    known = {symbol.name: symbol for symbol in (*NAMED, *EACH)}
    x1, x2, y1, y2, x, y = (known[name] for name in ("x1", "x2", "y1", "y2", "x", "y"))
    return (
        (total(lambda x: x, "x"), "==", 1),
        (total(lambda y: y, "y"), "==", 1),
        (y / x, ">=", y1 / x1),
        (y2 / x2, ">=", y / x),
        (y2 / x2, ">=", y1 / x1),
    )


def round_sample(rng: random.Random) -> Point:
    """Draw one round: x, the next y with ``1/y - 1/x = eta c + delta``, and a comparator u, often y itself."""
    point, between = ordered_sample(rng)
    eta, delta = point["eta"], Fraction(rng.randint(-4, 4), 2)
    rows = [*({name: point[name + mark] for name in "xy"} for mark in "12"), *between]
    comparator = positive_distribution(rng, len(rows)) if rng.random() < 0.5 else [row["y"] for row in rows]
    for row, u in zip(rows, comparator, strict=True):
        row |= {"u": u, "c": (1 / row["y"] - 1 / row["x"] - delta) / eta}
    return {"eta": eta, "delta": delta}, rows


def positive_distribution(rng: random.Random, d: int) -> list[Fraction]:
    """Return a random exact point of the open simplex, at times very uneven."""
    return simplex(rng, d, zeros=0)


def drawn_pair(rng: random.Random) -> tuple[list[Fraction], list[Fraction]]:
    """Return x and y in two to five coordinates; half of the time y is x swapped."""
    swapped = rng.random() < 0.5
    d = 2 if swapped else rng.randint(2, 5)
    x = positive_distribution(rng, d)
    return x, x[::-1] if swapped else positive_distribution(rng, d)


def ordered_sample(rng: random.Random) -> Point:
    """Draw ``eta, x, y, c`` in two to five coordinates, ordered by y/x; half of the time y is x swapped.

    Then c is ``(1/y - 1/x)/eta`` or large against it, so that false neighbours of sharp bounds are met.
    """
    x, y = drawn_pair(rng)
    eta, scale = Fraction(rng.randint(1, 8), 4), rng.choice((1, 1, 1, Fraction(-1, 2), 3))
    c = [scale * (1 / b - 1 / a) / eta for a, b in zip(x, y, strict=True)]
    return split(eta, sorted(zip(x, y, c, strict=True), key=lambda row: row[1] / row[0]))


def split(eta: Fraction, rows: list[tuple[Fraction, Fraction, Fraction]]) -> Point:
    """Return rows in the order of y/x as a sample: the first and the last are the named coordinates 1 and 2."""
    point = {"eta": eta}
    for mark, row in (("1", rows[0]), ("2", rows[-1])):
        point |= {name + mark: value for name, value in zip("xyc", row, strict=True)}
    return point, [dict(zip("xyc", row, strict=True)) for row in rows[1:-1]]


def restricted(sample: Sample, *names: str) -> Sample:
    """Return a sampler without the columns and scalars of the given names.

    Examples
    --------
    >>> point, _ = restricted(ordered_sample, "eta", "c")(random.Random(0))
    >>> sorted(point)
    ['x1', 'x2', 'y1', 'y2']
    """
    dropped = {name + mark for name in names for mark in ("", "1", "2")}

    def smaller(rng: random.Random) -> Any:
        point, rows = sample(rng)
        return (
            {key: value for key, value in point.items() if key not in dropped},
            [{key: value for key, value in row.items() if key not in dropped} for row in rows],
        )

    return smaller
