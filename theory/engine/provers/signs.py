"""Exact bounds of a term over a box of rationals: what may be assumed of the base of a power.

Balls that touch 0 dip below it by rounding. A power of such a base is only enclosed where the base is known, exactly
and over the whole domain, not to be negative; this module finds that out once, before any cell is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from theory.engine.terms import Term, names

_MAX_POWER = 64
_MAX_MONOMIALS = 256
_MAX_BITS = 20_000
Polynomial = dict[tuple[tuple[str, int], ...], Fraction]


@dataclass(frozen=True)
class Bounds:
    """An exact interval; None as an end is unbounded."""

    low: Fraction | None
    high: Fraction | None


_NOTHING = Bounds(None, None)


def bounds(term: Term, box: Mapping[str, tuple[Fraction | None, Fraction | None]]) -> Bounds:
    """Enclose a term over a closed box by exact rational arithmetic and sign rules.

    Parameters
    ----------
    term
        Any term; what is not understood is unbounded.
    box
        The ends of each variable, None where unbounded.

    Examples
    --------
    >>> bounds(["+", 1, ["*", -1, "b"]], {"b": (Fraction(0), Fraction(1))})
    Bounds(low=Fraction(0, 1), high=Fraction(1, 1))
    """
    multilinear = _vertex_bounds(term, box)
    if multilinear is not None:
        return multilinear
    if isinstance(term, int):
        return Bounds(Fraction(term), Fraction(term))
    if isinstance(term, str):
        return Bounds(*box[term])
    head, *rest = term
    if head == "/":
        return Bounds(Fraction(rest[0], rest[1]), Fraction(rest[0], rest[1]))
    if head == "pi":
        return Bounds(Fraction(3), Fraction(22, 7))
    if head == "E":
        return Bounds(Fraction(0), None)
    parts = [bounds(part, box) for part in rest]
    return _combine(head, parts, rest)


def _combine(head: str, parts: Sequence[Bounds], rest: Sequence[Term]) -> Bounds:
    if head == "+":
        lows, highs = [p.low for p in parts], [p.high for p in parts]
        return Bounds(_total(lows), _total(highs))
    if head == "*":
        result = parts[0]
        for part in parts[1:]:
            result = _times(result, part)
        return result
    if head == "^":
        return _power(parts[0], parts[1], rest[1])
    if head == "erfc":
        low, high = parts[0].low, parts[0].high
        return Bounds(Fraction(int(high is not None and high <= 0)), Fraction(1 if low is not None and low >= 0 else 2))
    if head in ("exp", "abs", "cosh"):
        return Bounds(Fraction(1 if head == "cosh" else 0), None)
    if head == "log":
        low = Fraction(0) if parts[0].low is not None and parts[0].low >= 1 else None
        high = Fraction(0) if parts[0].high is not None and parts[0].high <= 1 else None
        return Bounds(low, high)
    if head in ("max", "min"):
        return _extreme(head, parts)
    if head in ("tanh", "erf", "sinh", "atan"):
        bound = {"tanh": Fraction(1), "erf": Fraction(1), "atan": Fraction(11, 7), "sinh": None}[head]
        low = Fraction(0) if parts[0].low is not None and parts[0].low >= 0 else None if bound is None else -bound
        high = Fraction(0) if parts[0].high is not None and parts[0].high <= 0 else bound
        return Bounds(low, high)
    return _NOTHING


def _total(ends: Sequence[Fraction | None]) -> Fraction | None:
    return None if any(end is None for end in ends) else sum((end for end in ends if end is not None), Fraction(0))


def _times(x: Bounds, y: Bounds) -> Bounds:
    if None not in (x.low, x.high, y.low, y.high):
        corners: list[Any] = [a * b for a, b in product((x.low, x.high), (y.low, y.high))]  # type: ignore[operator]
        return Bounds(min(corners), max(corners))
    if x.low is not None and y.low is not None and x.low >= 0 and y.low >= 0:
        return Bounds(x.low * y.low, None)
    return _NOTHING


def _power(base: Bounds, exponent: Bounds, term: Term) -> Bounds:
    if isinstance(term, int) and 0 <= term <= _MAX_POWER and base.low is not None and base.high is not None:
        ends = [base.low**term, base.high**term]
        crosses = term % 2 == 0 and base.low < 0 < base.high
        return Bounds(Fraction(0) if crosses else min(ends), max(ends))
    if isinstance(term, int) and term % 2 == 0:
        return Bounds(Fraction(0), None)
    if base.low is None or base.low < 0:
        return _NOTHING
    low, high = Fraction(0), None
    nonnegative = exponent.low is not None and exponent.low >= 0
    nonpositive = exponent.high is not None and exponent.high <= 0
    if nonnegative and base.high is not None and base.high <= 1:
        high = Fraction(1)
    if nonnegative and base.low >= 1:
        low = Fraction(1)
    if nonpositive and base.low >= 1:
        high = Fraction(1)
    if nonpositive and base.high is not None and base.high <= 1:
        low = Fraction(1)
    return Bounds(low, high)


def _extreme(head: str, parts: Sequence[Bounds]) -> Bounds:
    lows, highs = [p.low for p in parts], [p.high for p in parts]
    if head == "max":
        known = [low for low in lows if low is not None]
        return Bounds(max(known) if known else None, None if None in highs else max(h for h in highs if h is not None))
    known = [high for high in highs if high is not None]
    return Bounds(None if None in lows else min(low for low in lows if low is not None), min(known) if known else None)


def _vertex_bounds(term: Term, box: Mapping[str, tuple[Fraction | None, Fraction | None]]) -> Bounds | None:
    """Bounds of a polynomial that is affine in each variable: its extremes are at the vertices."""
    polynomial = expand(term)
    if polynomial is None or any(power > 1 for monomial in polynomial for _, power in monomial):
        return None
    used = sorted({name for monomial in polynomial for name, _ in monomial})
    ends = [box[name] for name in used]
    if len(used) > 6 or any(end is None for pair in ends for end in pair):
        return None
    values = []
    for vertex in product(*ends):
        point: dict[str, Any] = dict(zip(used, vertex, strict=True))
        value = Fraction(0)
        for monomial, coefficient in polynomial.items():
            value += coefficient * prod(point[name] for name, _ in monomial)
        values.append(value)
    return Bounds(min(values), max(values))


def expand(term: Term) -> Polynomial | None:
    """Return a polynomial's monomials, or None if the term is none or too large to expand."""
    if isinstance(term, int):
        return {(): Fraction(term)}
    if isinstance(term, str):
        return {((term, 1),): Fraction(1)}
    head, *rest = term
    if head == "/":
        return {(): Fraction(rest[0], rest[1])}
    if head == "^" and isinstance(rest[1], int) and 0 <= rest[1] <= 8:
        rest = [rest[0]] * rest[1] or [1]
    elif head not in ("+", "*"):
        return None
    result: Polynomial | None = {} if head == "+" else {(): Fraction(1)}
    for part in rest:
        other = expand(part)
        if other is None or result is None or len(result) * len(other) > _MAX_MONOMIALS:
            return None
        result = _add(result, other) if head == "+" else _multiply(result, other)
    return result


def _add(x: Polynomial, y: Polynomial) -> Polynomial:
    total = dict(x)
    for monomial, coefficient in y.items():
        total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def _multiply(x: Polynomial, y: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for (left, a), (right, b) in product(x.items(), y.items()):
        powers: dict[str, int] = dict(left)
        for name, power in right:
            powers[name] = powers.get(name, 0) + power
        monomial = tuple(sorted(powers.items()))
        result[monomial] = result.get(monomial, Fraction(0)) + a * b
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}


def value_at(term: Term, point: Mapping[str, Fraction]) -> Fraction | None:
    """Return the exact value of a rational term at a rational point, or None if it is not one or not defined."""
    if isinstance(term, int):
        return Fraction(term)
    if isinstance(term, str):
        return point[term]
    head, *rest = term
    if head == "/":
        return Fraction(rest[0], rest[1])
    if head == "^":
        return _exact_power(value_at(rest[0], point), rest[1])
    if head not in ("+", "*", "max", "min", "abs"):
        return None
    values = [value_at(part, point) for part in rest]
    exact = [value for value in values if value is not None]
    if len(exact) < len(values):
        return None
    if head == "*":
        result = Fraction(1)
        for value in exact:
            result *= value
        return result
    return (
        sum(exact, Fraction(0))
        if head == "+"
        else abs(exact[0])
        if head == "abs"
        else max(exact)
        if head == "max"
        else min(exact)
    )


def _exact_power(base: Fraction | None, exponent: Term) -> Fraction | None:
    if base is None or not isinstance(exponent, int) or (base == 0 and exponent <= 0):
        return None
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    return None if size * abs(exponent) > _MAX_BITS else base**exponent


def is_positive_inside(term: Term, domain: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an affine term of one variable is > 0 on its range, 0 at most at an end that is excluded.

    Parameters
    ----------
    term
        Such as ``1 - x``.
    domain
        The JSON ranges of the statement.
    """
    polynomial, used = expand(term), names(term)
    if polynomial is None or len(used) != 1 or any(sum(p for _, p in monomial) > 1 for monomial in polynomial):
        return False
    (name,) = used
    entry = next(item for item in domain if item["name"] == name)
    slope, constant = polynomial.get(((name, 1),), Fraction(0)), polynomial.get((), Fraction(0))
    for end, closed in ((entry["low"], entry["low_closed"]), (entry["high"], entry["high_closed"])):
        if end is None:
            if (slope > 0) != (end is entry["high"]):
                return False
            continue
        value = slope * Fraction(end) + constant
        if value < 0 or (value == 0 and closed):
            return False
    return True
