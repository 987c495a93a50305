"""Piecewise linear margin losses, exactly: their transform is a polygon in t, found in rational arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from theory.engine.terms import Term

MAX_PIECES = 100  # beyond it the crossings of two polygons become too many
Line = tuple[Fraction, Fraction]  # slope, value at 0


@dataclass(frozen=True)
class Polygon:
    """A continuous piecewise linear function of the line.

    Attributes
    ----------
    breaks
        Increasing break points.
    lines
        One line more than break points: the function left of, between and right of them.
    """

    breaks: tuple[Fraction, ...]
    lines: tuple[Line, ...]

    def __call__(self, x: Fraction) -> Fraction:
        index = sum(1 for point in self.breaks if point < x)
        slope, offset = self.lines[index]
        return slope * x + offset


def constant(term: Term) -> Fraction | None:
    """Return the rational number that a term is, or None."""
    if isinstance(term, int):
        return Fraction(term)
    return Fraction(term[1], term[2]) if isinstance(term, list) and term[0] == "/" else None


def polygon(term: Term) -> Polygon | None:
    """Return a term in one variable as a polygon, or None if it is none with rational numbers and at most 100 pieces.

    Examples
    --------
    >>> hinge = polygon(["max", 0, ["+", 1, ["*", -1, "u"]]])
    >>> [str(point) for point in hinge.breaks], str(hinge(Fraction(1, 4)))
    (['1'], '3/4')
    >>> polygon(["exp", "u"]) is None
    True
    """
    value = constant(term)
    if value is not None:
        return Polygon((), ((Fraction(0), value),))
    if isinstance(term, str):
        return Polygon((), ((Fraction(1), Fraction(0)),))
    head, *rest = term
    if head not in ("+", "*", "max", "min", "abs"):
        return None
    parts = [polygon(part) for part in rest]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if head == "abs":
        return _combine(known[0], _scale(known[0], Fraction(-1)), max)
    result = known[0]
    for part in known[1:]:
        combined = _multiply(result, part) if head == "*" else _merge(head, result, part)
        if combined is None or len(combined.lines) > MAX_PIECES:
            return None
        result = combined
    return result


def _scale(f: Polygon, factor: Fraction) -> Polygon:
    return Polygon(f.breaks, tuple((factor * slope, factor * offset) for slope, offset in f.lines))


def _multiply(f: Polygon, g: Polygon) -> Polygon | None:
    for constant, other in ((f, g), (g, f)):
        if not constant.breaks and constant.lines[0][0] == 0:
            return _scale(other, constant.lines[0][1])
    return None


def _merge(head: str, f: Polygon, g: Polygon) -> Polygon:
    functions: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        "+": lambda a, b: a + b,
        "max": max,
        "min": min,
    }
    return _combine(f, g, functions[head], linear=head == "+")


def _combine(
    f: Polygon, g: Polygon, function: Callable[[Fraction, Fraction], Fraction], *, linear: bool = False
) -> Polygon:
    """Apply a function of two values that is linear, or linear away from the crossings of f and g."""
    points = sorted({*f.breaks, *g.breaks, *(() if linear else _crossings(f, g))})
    ends = [(points[0] - 2), *points, (points[-1] + 2)] if points else [Fraction(0), Fraction(2)]
    lines = []
    for low, high in itertools.pairwise(ends):
        x, y = low + (high - low) / 3, high - (high - low) / 3  # two points inside one piece give its line
        at_x, at_y = function(f(x), g(x)), function(f(y), g(y))
        slope = (at_y - at_x) / (y - x)
        lines.append((slope, at_x - slope * x))
    return _simplify(tuple(points), tuple(lines))


def _crossings(f: Polygon, g: Polygon) -> set[Fraction]:
    """Return where a piece of one meets a piece of the other: a superset of the crossings."""
    return {(b - a) / (slope - rise) for slope, a in f.lines for rise, b in g.lines if slope != rise}


def _simplify(breaks: tuple[Fraction, ...], lines: tuple[Line, ...]) -> Polygon:
    kept_breaks, kept_lines = [], [lines[0]]
    for point, line in zip(breaks, lines[1:], strict=True):
        if line != kept_lines[-1]:
            kept_breaks.append(point)
            kept_lines.append(line)
    return Polygon(tuple(kept_breaks), tuple(kept_lines))


def transform(phi: Polygon, score_bound: Fraction | None) -> Polygon | None:
    """Return the transform T of a piecewise linear margin loss as a polygon in t, to be read on [0, 1].

    None if the loss is not bounded below on the scores that are allowed.

    Examples
    --------
    >>> ramp = polygon(["min", 1, ["max", 0, ["+", 1, ["*", -1, "u"]]]])
    >>> str(transform(ramp, Fraction(1, 4))(Fraction(1, 2)))
    '1/8'
    """
    if score_bound is None and (phi.lines[0][0] > 0 or phi.lines[-1][0] < 0):
        return None
    corners = {Fraction(0), *map(abs, phi.breaks)}
    if score_bound is not None:
        corners = {corner for corner in corners if corner < score_bound} | {score_bound}
    even_odd = [((phi(v) + phi(-v)) / 2, (phi(v) - phi(-v)) / 2) for v in sorted(corners)]
    right = _least([Polygon((), ((odd, even),)) for even, odd in even_odd])
    wrong = _least([Polygon((), ((-odd, even),)) for even, odd in even_odd])
    excess = _combine(wrong, _scale(right, Fraction(-1)), lambda a, b: a + b, linear=True)
    zero = Polygon((), ((Fraction(0), Fraction(0)),))
    return _combine(excess, zero, max)


def _least(lines: list[Polygon]) -> Polygon:
    result = lines[0]
    for line in lines[1:]:
        result = _combine(result, line, min)
    return result


def pieces(t_transform: Polygon) -> list[tuple[Fraction, Fraction, Line]]:
    """Return the pieces (from, to, line) of a polygon on [0, 1].

    >>> [(str(low), str(high)) for low, high, _ in pieces(Polygon((), ((Fraction(1), Fraction(0)),)))]
    [('0', '1')]
    """
    inner = [point for point in t_transform.breaks if 0 < point < 1]
    ends = [Fraction(0), *inner, Fraction(1)]
    result = []
    for low, high in itertools.pairwise(ends):
        index = sum(1 for point in t_transform.breaks if point < (low + high) / 2)
        result.append((low, high, t_transform.lines[index]))
    return result
