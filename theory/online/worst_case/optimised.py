r"""The optimised gradient method, with rational weights: the worst case after N steps, between exact bounds.

With ``z_{k+1} = z_k - (2 / L) theta_k g_k``, ``y_{k+1} = x_k - g_k / L`` and the sums ``S_k = theta_0 + ... + theta_k``
(of which the last counts all but theta_N twice) the next point is a mean of both,
``x_{k+1} = y_{k+1} + (theta_{k+1} / S_{k+1}) (z_{k+1} - y_{k+1})``.
The weights of Kim and Fessler 2016 solve ``theta_k^2 = S_k`` and are nested square roots, with worst case
``L R^2 / (2 theta_N^2)``. For all weights with ``theta_k^2 <= S_k`` the multipliers ``2 S_{k-1} / S_N`` of
Q(x_{k-1}, x_k) and ``2 theta_k / S_N`` of Q(x*, x_k) (``theta_N / S_N`` at the end) show ``L R^2 / (2 S_N)``: what
the slack has more is a sum of ``(S_k - theta_k^2) |g_k|^2``. Weights rounded down to a grid therefore lose nothing
but their rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import isqrt

from theory.arguments import whole
from theory.engine.statements.gram import vectors
from theory.online.worst_case.attained import Solution
from theory.online.worst_case.descent import START, chained, huber, on_line, visit
from theory.online.worst_case.interpolation import (
    MINIMISER,
    Rational,
    Visited,
    points,
    positive,
    smooth_convex,
    within,
)
from theory.online.worst_case.problem import Problem


def rounded_weights(steps: int, *, digits: int = 14) -> list[Fraction]:
    """Return theta_0 = 1, ..., theta_N, each the largest on the grid of so many digits with theta_k^2 <= S_k.

    Raises
    ------
    ValueError
        If the number of steps or of digits is not a whole number, at least 1.

    Examples
    --------
    >>> [float(theta) for theta in rounded_weights(1, digits=3)]
    [1.0, 2.0]
    """
    grid = 10 ** whole("the number of digits", digits)
    weights, total = [Fraction(1)], Fraction(1)
    for k in range(1, points(steps, "the number of steps") + 1):
        before = 2 * total if k == steps else total
        root = isqrt(int((1 + 4 * before) * grid**2))  # floor of grid * sqrt(1 + 4 S)
        weights.append(Fraction((grid + root) // 2, grid))
        total += weights[-1]
    return weights


def sums(weights: Sequence[Fraction]) -> list[Fraction]:
    """Return S_0, ..., S_N; the last counts all weights but its own twice."""
    found = [sum(weights[: k + 1], Fraction(0)) for k in range(len(weights))]
    return [*found[:-1], 2 * found[-2] + weights[-1]]


def optimised_path(weights: Sequence[Fraction], smoothness: Fraction) -> list[Visited]:
    """Return what the method visits with the given weights: x0 to xN."""
    (point,) = vectors("x0")
    visited, far, totals = [visit("0", point)], point, sums(weights)
    for k in range(1, len(weights)):
        last = visited[-1]
        near = last.point - last.gradient * (1 / smoothness)
        far = far - last.gradient * (2 * weights[k - 1] / smoothness)
        visited.append(visit(str(k), near + (weights[k] / totals[k]) * (far - near)))
    return visited


def optimised_gradient(steps: int, *, smoothness: Rational = 1, radius: Rational = 1, digits: int = 14) -> Problem:
    """Return the worst case of ``f(x_N) - f*`` for the optimised gradient method on L-smooth convex functions.

    The weights are those of `rounded_weights`, so that the method itself is rational: bounds are rigorous for
    this method, and equal to ``L R^2 / (2 theta_N^2)`` up to the rounding of the weights.

    Parameters
    ----------
    steps
        N >= 1.
    smoothness, radius
        L > 0 and R >= |x0 - x*| > 0, exact.
    digits
        Decimal digits of the weights.

    Raises
    ------
    ValueError
        If an argument is not exact or outside its range.

    References
    ----------
    Kim and Fessler 2016 (``optimized_gradient``).

    Examples
    --------
    >>> print(optimised_gradient(1).certify().upper)
    1/8
    """
    size, distance = positive(smoothness, "the smoothness constant"), positive(radius, "the radius")
    weights = rounded_weights(steps, digits=digits)
    visited = optimised_path(weights, size)
    conditions = smooth_convex([MINIMISER, *visited], size) | {START: within(distance, visited[0])}
    unit = "L R^2" if size == distance == 1 else ""
    solve = partial(_solution, weights=weights, smoothness=size, radius=distance)
    title = f"optimised gradient method, N = {steps}"
    return Problem(title, unit, [MINIMISER, *visited], visited[-1].value, conditions, solve)


def _solution(problem: Problem, *, weights: Sequence[Fraction], smoothness: Fraction, radius: Fraction) -> Solution:
    visited, totals = problem.visited[1:], sums(weights)
    last = totals[-1]
    forward = [Fraction(0), *[2 * total / last for total in totals[:-1]]]
    multipliers = chained([item.name for item in visited], forward) | {START: smoothness / (2 * last)}
    upper = smoothness * radius**2 / (2 * last)
    moved = -sum(visited[-1].point.coefficients[f"g{k}"] for k in range(len(visited) - 1)) * smoothness
    slope = smoothness * radius / (2 * moved + 1)  # the worst Huber function of any method that stays on its slope
    attained = on_line(visited, radius, *huber(slope, smoothness))
    return Solution(attained.value(problem.objective), upper, multipliers, attained)
