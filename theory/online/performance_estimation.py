r"""Performance estimation: worst cases of first-order methods over a class of functions, by Gram matrices.

A method on functions of all dimensions meets finitely many points x_i with gradients g_i and values f_i.
Interpolation conditions say exactly which triples come from a function of the class (Drori and Teboulle 2014;
Taylor, Hendrickx and Glineur 2017), so that the supremum over triples is the worst case itself and not only a
bound of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from theory.engine.statements.gram import Expression, Vector, expression, scalars, vectors

Condition = tuple[Expression, str, Expression]
Rational = int | Fraction


class Visited(NamedTuple):
    """A point that a method visits, with the gradient and the value of the function there."""

    point: Vector
    gradient: Vector
    value: Expression


MINIMISER = Visited(Vector({}), Vector({}), expression(0))
"""A minimiser, by translation at the origin with value 0; its gradient vanishes."""


def smooth_convex(visited: Sequence[Visited], smoothness: Rational) -> list[Condition]:
    r"""Return the interpolation conditions of convex functions with ``smoothness``-Lipschitz gradient.

    For all i != j: ``f_i >= f_j + <g_j, x_i - x_j> + |g_i - g_j|^2 / (2 L)``. Necessary and sufficient.

    Parameters
    ----------
    visited
        The triples, the minimiser's among them where one is assumed.
    smoothness
        L > 0, exact.

    Raises
    ------
    ValueError
        If L is not positive.

    References
    ----------
    Taylor, Hendrickx and Glineur 2017, "Smooth strongly convex interpolation and exact
    worst-case performance of first-order methods", with mu = 0.

    Examples
    --------
    >>> (x, g), (f,) = vectors("x g"), scalars("f")
    >>> len(smooth_convex([MINIMISER, Visited(x, g, f)], 1))
    2
    """
    if smoothness <= 0:
        raise ValueError(f"the smoothness constant must be positive, given: {smoothness}")
    conditions = []
    for i, to in enumerate(visited):
        for j, at in enumerate(visited):
            if i != j:
                change = to.gradient - at.gradient
                lower = at.value + at.gradient @ (to.point - at.point) + change @ change / (2 * Fraction(smoothness))
                conditions.append((to.value, ">=", lower))
    return conditions


def gradient_descent(steps: int, step_size: Rational) -> list[Visited]:
    """Return what gradient descent ``x_{k+1} = x_k - step_size * g_k`` visits: steps + 1 points from x0 on.

    Raises
    ------
    ValueError
        If there are fewer than one step.

    Examples
    --------
    >>> [dict(item.point.coefficients) for item in gradient_descent(1, 2)]
    [{'x0': Fraction(1, 1)}, {'x0': Fraction(1, 1), 'g0': Fraction(-2, 1)}]
    """
    if steps < 1:
        raise ValueError(f"gradient descent needs at least one step, given: {steps}")
    (point,) = vectors("x0")
    visited = []
    for k in range(steps + 1):
        (gradient,), (value,) = vectors(f"g{k}"), scalars(f"f{k}")
        visited.append(Visited(point, gradient, value))
        point = point - step_size * gradient
    return visited


def within(distance_squared: Any, start: Visited) -> Condition:
    """Return the condition that a visited point lies within a squared distance of the minimiser."""
    return start.point @ start.point, "<=", expression(distance_squared)
