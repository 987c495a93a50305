r"""Interpolation conditions: which points, gradients and values come from a function of a class.

A method on functions of all dimensions meets finitely many points x_i with gradients g_i and values f_i.
Interpolation conditions say exactly which triples come from a function of the class (Drori and Teboulle 2014;
Taylor, Hendrickx and Glineur 2017), so that the supremum over triples is the worst case itself and not only a
bound of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from typing import NamedTuple, Self

from theory.arguments import whole
from theory.engine.statements.epigraph import exact
from theory.engine.statements.gram import Expression, Vector, expression

Condition = tuple[Expression, str, Expression]
Rational = int | Fraction | str


class Visited(NamedTuple):
    """A point that a method visits, with the gradient and the value of the function there."""

    name: str
    point: Vector
    gradient: Vector
    value: Expression


class Conditions(dict[str, Condition]):
    """Conditions by name, so that the multipliers of a certificate can be read.

    ``|`` joins the conditions of several functions, and refuses to lose one: visited points need other names.

    Examples
    --------
    >>> Conditions(a=(expression(0), "<=", expression(1))) | {"a": (expression(0), "<=", expression(2))}
    Traceback (most recent call last):
        ...
    ValueError: conditions that are joined need names of their own, both have 'a'
    """

    def __or__(self, other: Mapping[str, Condition]) -> Conditions:  # type: ignore[override]
        shared = next((name for name in self if name in other), None)
        if shared is not None:
            raise ValueError(f"conditions that are joined need names of their own, both have {shared!r}")
        return Conditions({**self, **other})

    __ror__ = __or__  # type: ignore[assignment]

    def __ior__(self, other: Mapping[str, Condition]) -> Self:  # type: ignore[override]
        self.update(self | other)
        return self


MINIMISER = Visited("x*", Vector({}), Vector({}), expression(0))
"""A minimiser, by translation at the origin with value 0; its gradient vanishes."""


def positive(value: Rational, what: str) -> Fraction:
    """Return an exact positive number.

    Raises
    ------
    ValueError
        If it is not exact or not positive.

    Examples
    --------
    >>> positive("3/2", "the step size")
    Fraction(3, 2)
    """
    number = exact(value, what)
    if number <= 0:
        raise ValueError(f"{what} must be positive, given: {value}")
    return number


_BYTES = 500  # that a problem takes in memory, by the cube of its number of points; measured
_MEMORY = 2**30


def points(value: int, what: str) -> int:
    """Return a whole number of points to be visited, at least 1 and small enough that the problem fits in memory.

    Raises
    ------
    ValueError
        If it is anything else; where it is too large with an estimate of the memory.
    """
    number = whole(what, value)
    if _BYTES * number**3 > _MEMORY:
        most = int((_MEMORY / _BYTES) ** (1 / 3))
        raise ValueError(
            f"{what} is {number}: about {number**2} conditions would need {_BYTES * number**3 / 2**30:.3g} GiB; "
            f"allowed are at most {most}"
        )
    return number


def distinct(visited: Sequence[Visited]) -> list[Visited]:
    """Return the visited points, which need names of their own.

    Raises
    ------
    ValueError
        If two have the same name: conditions would be lost.
    """
    names = [item.name for item in visited]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"visited points need names of their own, several are called {twice!r}")
    return list(visited)


def smooth_convex(visited: Sequence[Visited], smoothness: Rational) -> Conditions:
    r"""Return the interpolation conditions of convex functions with ``smoothness``-Lipschitz gradient.

    For all i != j, under the name ``Q(x_i, x_j)``: ``f_i >= f_j + <g_j, x_i - x_j> + |g_i - g_j|^2 / (2 L)``.
    Necessary and sufficient.

    Parameters
    ----------
    visited
        The triples, the minimiser's among them where one is assumed.
    smoothness
        L > 0, exact.

    Raises
    ------
    ValueError
        If L is not positive, or two points have the same name.

    References
    ----------
    Taylor, Hendrickx and Glineur 2017, "Smooth strongly convex interpolation and exact
    worst-case performance of first-order methods", with mu = 0.

    Examples
    --------
    >>> from theory.engine.statements.gram import scalars, vectors
    >>> (x, g), (f,) = vectors("x g"), scalars("f")
    >>> list(smooth_convex([MINIMISER, Visited("x", x, g, f)], 1))
    ['Q(x*, x)', 'Q(x, x*)']
    """
    double = 2 * positive(smoothness, "the smoothness constant")
    found = Conditions()
    for to, at in permutations(distinct(visited), 2):
        change = to.gradient - at.gradient
        lower = at.value + at.gradient @ (to.point - at.point) + change @ change / double
        found[f"Q({to.name}, {at.name})"] = (to.value, ">=", lower)
    return found


def convex(visited: Sequence[Visited]) -> Conditions:
    """Return the interpolation conditions of convex functions: each lies above each of its tangents.

    For all i != j, under the name ``Q(x_i, x_j)``: ``f_i >= f_j + <g_j, x_i - x_j>``. Necessary and sufficient.

    Examples
    --------
    >>> from theory.engine.statements.gram import scalars, vectors
    >>> (x, g), (f,) = vectors("x g"), scalars("f")
    >>> len(convex([MINIMISER, Visited("x", x, g, f)]))
    2
    """
    found = Conditions()
    for to, at in permutations(distinct(visited), 2):
        found[f"Q({to.name}, {at.name})"] = (to.value, ">=", at.value + at.gradient @ (to.point - at.point))
    return found


def convex_set(points: dict[str, Vector], normals: dict[str, Vector], diameter: Rational) -> Conditions:
    """Return the conditions that points lie in one closed convex set, with given normals there.

    Necessary and sufficient: the convex hull of the points has the diameter of the points and these normals.

    Parameters
    ----------
    points
        Points of the set by name.
    normals
        Normals of the set at some of the points, under the same names.
    diameter
        The largest distance allowed, positive and exact.

    Examples
    --------
    >>> from theory.engine.statements.gram import vectors
    >>> x, y, n = vectors("x y n")
    >>> list(convex_set({"x": x, "y": y}, {"x": n}, 1))
    ['|x - y| <= D', 'n(x) against y']
    """
    largest = expression(positive(diameter, "the diameter") ** 2)
    found = Conditions()
    for (a, first), (b, second) in combinations(points.items(), 2):
        found[f"|{a} - {b}| <= D"] = ((first - second) @ (first - second), "<=", largest)
    for a, normal in normals.items():
        for b, other in points.items():
            if a != b:
                found[f"n({a}) against {b}"] = (normal @ (other - points[a]), "<=", expression(0))
    return found


def within(radius: Rational, start: Visited) -> Condition:
    """Return the condition that a visited point lies within a distance of the minimiser."""
    return start.point @ start.point, "<=", expression(positive(radius, "the radius") ** 2)
