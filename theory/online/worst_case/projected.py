r"""Projected online gradient descent on a set of diameter D with gradients of length at most M: the worst regret.

.. math:: x_{t+1} = \Pi(x_t - \eta_t g_t), \qquad \max \sum_{t \le T} \langle g_t, x_t - u \rangle

The scaled gradients ``h_t = eta_t g_t / D`` have rational squared bounds for the usual step sizes, so that roots
enter only the objective, by the weights ``w_t = D / (M eta_t)``. The comparator is the origin,
``x_{t+1} = x_t - h_t - n_{t+1}`` with a normal of the set at x_{t+1}. The step after the last gradient is free: its
weight may be any v >= w_{T-1}. That is where the bound in closed form beats the one of the textbook,

.. math::

    D M \Bigl(\tfrac{\sqrt{T-1}}{2} + \tfrac{1}{2 \sqrt{T-1}} + \tfrac12 \sum_{t<T} t^{-1/2}\Bigr)
    \le \tfrac32 D M \sqrt T \qquad (T \ge 2).

It is the worst case itself for constant steps, where it is ``D M sqrt(T)``, and for few rounds of anytime steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import isqrt

from theory.engine.statements.gram import Expression, Vector, expression, vectors
from theory.online.worst_case.attained import Attained, Solution
from theory.online.worst_case.interpolation import Conditions, Visited, convex_set, points
from theory.online.worst_case.problem import Problem, searched

STEPS = ("constant", "anytime")
_GRID = 10**14


def root_weights(rounds: int) -> list[Fraction]:
    """Return ``sqrt(t)`` for t = 1, ..., T, exact for squares, else rounded down to 14 digits.

    Examples
    --------
    >>> root_weights(4)[3]
    Fraction(2, 1)
    """
    return [Fraction(isqrt(t * _GRID**2), _GRID) for t in range(1, rounds + 1)]


def projected_descent(rounds: int, steps: str = "constant", *, accuracy: float = 1e-9) -> Problem:
    r"""Return the worst regret of projected online gradient descent.

    Parameters
    ----------
    rounds
        T >= 1.
    steps
        ``"constant"``: eta = D / (M sqrt(T)), in units of ``D M sqrt(T)``; exact. ``"anytime"``:
        eta_t = D / (M sqrt(t)), in units of ``D M``; between bounds, which are searched (seconds at T = 10, half a
        minute at T = 20).
    accuracy
        The gap of these bounds.

    Raises
    ------
    ValueError
        If there is no round, or the step sizes are unknown.

    References
    ----------
    Zinkevich 2003 (``zinkevich``), with 3/2 D M sqrt(T) for anytime steps as usually quoted.

    Examples
    --------
    >>> projected_descent(5).certify().upper
    Fraction(1, 1)
    """
    points(rounds, "the number of rounds")
    if steps not in STEPS:
        raise ValueError(f"the step sizes are {steps!r}; allowed: {', '.join(STEPS)}")
    if steps == "constant":
        weights, squares, unit = [Fraction(1)] * rounds, [Fraction(1, rounds)] * rounds, "D M sqrt(T)"
        rounding = Fraction(0)
    else:
        weights, squares, unit = root_weights(rounds), [Fraction(1, t) for t in range(1, rounds + 1)], "D M"
        rounding = sum((Fraction(weight**2 != t, _GRID) for t, weight in enumerate(weights, start=1)), Fraction(0))
    visited, conditions = _path(squares)
    objective: Expression = expression(0)
    for weight, item in zip(weights, visited, strict=True):
        objective = objective + weight * (item.gradient @ item.point)
    solve = partial(_constant_solution if steps == "constant" else _searched_solution, weights=weights, squares=squares)
    title = f"projected online gradient descent, T = {rounds}, {steps} steps"
    return Problem(title, unit, visited, objective, conditions, solve, rounding, accuracy)


def closed_form(weights: Sequence[Fraction], squares: Sequence[Fraction]) -> tuple[Fraction, dict[str, Fraction]]:
    """Return the bound in closed form, in units of D M, with its multipliers.

    Parameters
    ----------
    weights
        ``w_t = D / (M eta_t)``, positive and non-decreasing.
    squares
        Bounds of ``|h_t|^2``.

    Examples
    --------
    >>> closed_form([Fraction(1)] * 4, [Fraction(1, 4)] * 4)[0]
    Fraction(1, 1)
    """
    rounds = len(weights)
    free = weights[-2] if rounds > 1 else weights[-1]  # any step size as large as the one before
    used = [*weights[:-1], free]
    multipliers = {"|x1 - u| <= D": used[0] / 2}
    for t, (before, after) in enumerate(pairwise(used), start=2):
        multipliers[f"|x{t} - u| <= D"] = (after - before) / 2
        multipliers[f"n(x{t}) against u"] = before
    for t, weight in enumerate(weights, start=1):
        multipliers[f"|h{t}| <= eta{t} M"] = weight / 2 if t < rounds else weight**2 / (2 * free)
    bound = used[-1] / 2
    for t, square in enumerate(squares, start=1):
        bound += multipliers[f"|h{t}| <= eta{t} M"] * square
    return bound, multipliers


def _path(squares: Sequence[Fraction]) -> tuple[list[Visited], Conditions]:
    (point,) = vectors("x1")
    visited: list[Visited] = []
    normals: dict[str, Vector] = {}
    for t in range(1, len(squares) + 1):
        if t > 1:
            (normal,) = vectors(f"n{t}")
            point = point - visited[-1].gradient - normal
            normals[f"x{t}"] = normal
        (gradient,) = vectors(f"h{t}")
        visited.append(Visited(f"x{t}", point, gradient, expression(0)))
    members = {item.name: item.point for item in visited} | {"u": Vector({})}
    conditions = convex_set(members, normals, 1)
    for t, (item, square) in enumerate(zip(visited, squares, strict=True), start=1):
        conditions[f"|h{t}| <= eta{t} M"] = (item.gradient @ item.gradient, "<=", expression(square))
    return visited, conditions


def _constant_solution(problem: Problem, *, weights: Sequence[Fraction], squares: Sequence[Fraction]) -> Solution:
    """Orthogonal gradients lead straight from x_1 to u; the set is wide enough and no step is projected."""
    bound, multipliers = closed_form(weights, squares)
    rounds = len(weights)
    unit = [tuple(Fraction(i == t) for i in range(rounds)) for t in range(rounds)]
    along = {"x1": (Fraction(1),) * rounds} | {f"h{t + 1}": unit[t] for t in range(rounds)}
    along |= {f"n{t}": (Fraction(0),) * rounds for t in range(2, rounds + 1)}
    attained = Attained(along, {}, tuple(squares))
    return Solution(attained.value(problem.objective), bound, multipliers, attained)


def _searched_solution(problem: Problem, *, weights: Sequence[Fraction], squares: Sequence[Fraction]) -> Solution:
    """Search, and keep the bound in closed form where that is not larger: it has the fewer multipliers."""
    found = searched(problem)
    bound, multipliers = closed_form(weights, squares)
    return found if found.upper < bound else replace(found, upper=bound, multipliers=multipliers)
