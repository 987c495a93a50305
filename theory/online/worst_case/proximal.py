r"""The proximal point method on convex functions: ``max f(x_N) - f* = R^2 / (4 (alpha_1 + ... + alpha_N))``.

With the sums ``A_k = alpha_1 + ... + alpha_k`` the multipliers of Q(x_{k-1}, x_k) are
``A_{k-1} / (2 A_N - A_{k-1})``, those of Q(x*, x_k) their differences; the norm ``R |x| / (2 A_N)`` attains it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import accumulate
from typing import Any

from theory.engine.statements.gram import expression, scalars, vectors
from theory.online.worst_case.attained import Attained, Solution
from theory.online.worst_case.descent import START, chained
from theory.online.worst_case.interpolation import MINIMISER, Conditions, Rational, Visited, convex, points, positive
from theory.online.worst_case.problem import Problem


def proximal_path(step_sizes: Sequence[Fraction]) -> list[Visited]:
    """Return what the method visits: x1 to xN, with ``x_k = x_{k-1} - alpha_k g_k`` for a subgradient g_k at x_k."""
    (point,) = vectors("x0")
    visited = []
    for k, length in enumerate(step_sizes, start=1):
        (gradient,), (value,) = vectors(f"g{k}"), scalars(f"f{k}")
        point = point - length * gradient
        visited.append(Visited(f"x{k}", point, gradient, value))
    return visited


def proximal_point(steps: int, step_size: Rational | Sequence[Rational] = 1, *, radius: Rational = 1) -> Problem:
    """Return the worst case of ``f(x_N) - f*`` for the proximal point method on convex functions.

    Parameters
    ----------
    steps
        N >= 1.
    step_size
        alpha > 0, exact, or one for each step.
    radius
        R >= |x0 - x*| > 0, exact.

    Raises
    ------
    ValueError
        If an argument is not exact or outside its range, or the step sizes are not N.

    References
    ----------
    Taylor, Hendrickx and Glineur 2017, "Exact worst-case performance of first-order methods for composite convex
    optimization" (SIAM J. Optim. 27), for the form ``R^2 / (4 sum alpha_k)``.

    Examples
    --------
    >>> proximal_point(4).certify().upper, proximal_point(2, [1, "1/2"]).certify().upper
    (Fraction(1, 16), Fraction(1, 6))
    """
    distance = positive(radius, "the radius")
    points(steps, "the number of steps")
    single = isinstance(step_size, str) or not isinstance(step_size, Sequence)
    each: list[Any] = [step_size] * steps if single else list(step_size)  # type: ignore[arg-type]
    lengths = [positive(length, "the step size") for length in each]
    if len(lengths) != steps:
        raise ValueError(f"one step size for each of {steps} steps is needed, given: {len(lengths)}")
    visited = proximal_path(lengths)
    (start,) = vectors("x0")
    conditions: Conditions = convex([MINIMISER, *visited])
    conditions[START] = (start @ start, "<=", expression(distance**2))
    solve = partial(_solution, lengths=lengths, radius=distance)
    shown = str(lengths[0]) if len(set(lengths)) == 1 else "(" + ", ".join(map(str, lengths)) + ")"
    title = f"proximal point method, N = {steps}, alpha = {shown}"
    return Problem(title, "R^2" if distance == 1 else "", [MINIMISER, *visited], visited[-1].value, conditions, solve)


def _solution(problem: Problem, *, lengths: Sequence[Fraction], radius: Fraction) -> Solution:
    totals = [Fraction(0), *accumulate(lengths)]
    whole = totals[-1]
    forward = [total / (2 * whole - total) for total in totals[:-1]]
    names = [item.name for item in problem.visited[1:]]
    multipliers = chained(names, forward) | {START: 1 / (4 * whole)}
    slope, value = radius / (2 * whole), radius**2 / (4 * whole)
    along = {"x0": (radius,)} | {f"g{k}": (slope,) for k in range(1, len(totals))}
    values = {f"f{k}": slope * (radius - total * slope) for k, total in enumerate(totals) if k}
    return Solution(value, value, multipliers, Attained(along, values))
