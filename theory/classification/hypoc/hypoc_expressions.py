"""The Poincare distance from a centre as an exact expression, and slips that people make with it.

Every function takes the coordinates of a point in the place of the scores, a label, which is not used, the centre and
the curvature c of the ball of curvature -c, and returns a SymPy expression. The distance is invariant under exchange of
point and centre, under orthogonal maps and Moebius translations of both; it is least, 0, where they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

Point = Sequence["sympy.Expr"]


def _dot(x: Point, y: Point) -> sympy.Expr:
    import sympy

    return sympy.Add(*(sympy.sympify(a) * b for a, b in zip(x, y, strict=True)))


def _ratio(x: Point, y: Point, c: Any) -> sympy.Expr:
    gap = [a - b for a, b in zip(x, y, strict=True)]
    return c * _dot(gap, gap) / ((1 - c * _dot(x, x)) * (1 - c * _dot(y, y)))


def poincare_distance(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Return ``arcosh(1 + 2c |x-y|^2/((1 - c|x|^2)(1 - c|y|^2)))/sqrt(c)``.

    >>> poincare_distance((0, 0), centre=(0, 0))
    0
    """
    import sympy

    return sympy.acosh(1 + 2 * _ratio(scores, centre, curvature)) / sympy.sqrt(curvature)


def distance_without_factor_two(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Slip: ``arcosh(1 + c |x-y|^2/...)``."""
    import sympy

    return sympy.acosh(1 + _ratio(scores, centre, curvature)) / sympy.sqrt(curvature)


def distance_without_squares(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Slip: norms instead of squared norms below the fraction."""
    import sympy

    gap = [a - b for a, b in zip(scores, centre, strict=True)]
    below = [1 - sympy.sqrt(curvature * _dot(x, x)) for x in (scores, centre)]
    return sympy.acosh(1 + 2 * curvature * _dot(gap, gap) / (below[0] * below[1])) / sympy.sqrt(curvature)


def distance_without_rescaling(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Slip: the factor ``1/sqrt(c)`` left out."""
    import sympy

    return sympy.acosh(1 + 2 * _ratio(scores, centre, curvature))


def distance_of_unit_ball(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Slip: the curvature ignored."""
    return poincare_distance(scores, label, centre=centre)


def half_distance(scores: Point, label: int = 0, *, centre: Point, curvature: Any = 1) -> sympy.Expr:
    """Slip: ``artanh |(-x) + y|`` without its factor 2."""
    return poincare_distance(scores, label, centre=centre, curvature=curvature) / 2
