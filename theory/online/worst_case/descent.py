r"""Gradient descent on smooth convex functions: the worst case after N steps of size h/L, for every 0 < h < 2.

.. math:: \max f(x_N) - f_\star = L R^2 \max\Bigl\{\frac{1}{4 N h + 2},\ \frac{(1-h)^{2 N}}{2}\Bigr\}

A Huber function attains the first branch, a parabola the second. With ``rho = 1 - h`` the chain of multipliers
of Q(x_{i-1}, x_i) is ``i / (2 N + 1 - i)`` on the first (Drori and Teboulle 2014, for h <= 1) and
``|rho|^(2 (N - i) + 1)`` on the second branch; those of Q(x*, x_i) are its differences. No other multipliers on
these conditions annihilate the worst function, and near the crossover of the branches they no longer suffice:
there multipliers of all Q(x_i, x_j), i < j, are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial

from theory.engine.statements.gram import Vector, scalars, vectors
from theory.online.worst_case.attained import Attained, Solution
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

START = "|x0 - x*| <= R"


def visit(name: str, point: Vector) -> Visited:
    """Return the visited point ``x<name>`` with gradient ``g<name>`` and value ``f<name>``."""
    (gradient,), (value,) = vectors(f"g{name}"), scalars(f"f{name}")
    return Visited(f"x{name}", point, gradient, value)


def descent_path(steps: int, step_size: Rational) -> list[Visited]:
    """Return what gradient descent ``x_{k+1} = x_k - step_size * g_k`` visits: steps + 1 points from x0 on.

    Raises
    ------
    ValueError
        If there are fewer than one step, or the step size is not positive.

    Examples
    --------
    >>> [dict(item.point.coefficients) for item in descent_path(1, 2)]
    [{'x0': Fraction(1, 1)}, {'x0': Fraction(1, 1), 'g0': Fraction(-2, 1)}]
    """
    length = positive(step_size, "the step size")
    (point,) = vectors("x0")
    visited = []
    for k in range(points(steps, "the number of steps") + 1):
        visited.append(visit(str(k), point))
        point = point - length * visited[-1].gradient
    return visited


def gradient_descent(steps: int, step_size: Rational = 1, *, smoothness: Rational = 1, radius: Rational = 1) -> Problem:
    """Return the worst case of ``f(x_N) - f*`` for gradient descent on L-smooth convex functions.

    Parameters
    ----------
    steps
        N >= 1.
    step_size
        h in units of 1/L: ``x_{k+1} = x_k - (h / L) g_k``, 0 < h < 2, exact.
    smoothness, radius
        L > 0 and R >= |x0 - x*| > 0, exact.

    Raises
    ------
    ValueError
        If an argument is not exact or outside its range.

    References
    ----------
    Drori and Teboulle 2014 (``drori_teboulle``); Taylor, Hendrickx and Glineur 2017.

    Examples
    --------
    >>> gradient_descent(3, "9/5").certify().upper == Fraction(4, 5) ** 6 / 2
    True
    """
    h, size, distance = (
        positive(step_size, "the step size h"),
        positive(smoothness, "the smoothness constant"),
        positive(radius, "the radius"),
    )
    if h >= 2:
        raise ValueError(f"the step size h is in units of 1/L and must be below 2, given: {step_size}")
    visited = descent_path(steps, h / size)
    conditions = smooth_convex([MINIMISER, *visited], size) | {START: within(distance, visited[0])}
    solve = partial(_solution, h=h, smoothness=size, radius=distance)
    title = f"gradient descent, N = {steps}, h = {h}"
    return Problem(title, _unit(size, distance), [MINIMISER, *visited], visited[-1].value, conditions, solve)


def on_line(
    visited: Sequence[Visited],
    start: Fraction,
    gradient: Callable[[Fraction], Fraction],
    value: Callable[[Fraction], Fraction],
) -> Attained:
    """Run an explicit method exactly on a function of one variable with its minimum 0 at 0."""
    along: dict[str, tuple[Fraction, ...]] = {"x0": (start,)}
    values: dict[str, Fraction] = {}
    for k, item in enumerate(visited):
        (point,) = Attained(along, {}).combination(item.point)
        along[f"g{k}"] = (gradient(point),)
        values[f"f{k}"] = value(point)
    return Attained(along, values)


def huber(
    slope: Fraction, smoothness: Fraction
) -> tuple[Callable[[Fraction], Fraction], Callable[[Fraction], Fraction]]:
    """Return gradient and value of the Huber function: a parabola of curvature L up to the slope, then linear."""

    def gradient(x: Fraction) -> Fraction:
        return max(-slope, min(slope, smoothness * x))

    def value(x: Fraction) -> Fraction:
        inside = abs(smoothness * x) <= slope
        return smoothness * x * x / 2 if inside else slope * abs(x) - slope**2 / (2 * smoothness)

    return gradient, value


def chained(names: Sequence[str], forward: Sequence[Fraction]) -> dict[str, Fraction]:
    """Return multipliers from the chain: ``forward[i]`` for Q(previous, names[i]), differences for Q(x*, names[i]).

    ``forward[0]`` is 0: the first point has none before it. All multipliers into a point balance those out of
    it, so that its value cancels, but for one unit at the last.
    """
    found: dict[str, Fraction] = {}
    after = [*forward[1:], Fraction(1)]
    for i, name in enumerate(names):
        if i:
            found[f"Q({names[i - 1]}, {name})"] = forward[i]
        found[f"Q(x*, {name})"] = after[i] - forward[i]
    return found


def _solution(problem: Problem, *, h: Fraction, smoothness: Fraction, radius: Fraction) -> Solution:
    steps = len(problem.visited) - 2
    flat, bent = 1 / (4 * steps * h + 2), (1 - h) ** (2 * steps) / 2
    unit, rho = smoothness * radius**2, 1 - h
    if flat >= bent:
        forward = [Fraction(i, 2 * steps + 1 - i) for i in range(steps + 1)]
        worst = on_line(problem.visited[1:], radius, *huber(2 * flat * smoothness * radius, smoothness))
    else:
        forward = [Fraction(0), *[abs(rho) ** (2 * (steps - i) + 1) for i in range(1, steps + 1)]]
        worst = on_line(problem.visited[1:], radius, lambda x: smoothness * x, lambda x: smoothness * x * x / 2)
    value = max(flat, bent) * unit
    names = [item.name for item in problem.visited[1:]]
    multipliers: Mapping[str, Fraction] = chained(names, forward) | {START: value / radius**2}
    if not _slack_is_semidefinite(problem, multipliers):
        multipliers = _searched(problem, value, worst) or multipliers
    return Solution(value, value, multipliers, worst)


def _slack_is_semidefinite(problem: Problem, multipliers: Mapping[str, Fraction]) -> bool:
    from theory.online.worst_case.search import shows_bound

    return shows_bound(problem.objective, problem.conditions, multipliers)


def _searched(problem: Problem, value: Fraction, worst: Attained) -> dict[str, Fraction] | None:
    """Search multipliers of Q(x_i, x_j), i < j, and Q(x*, x_i), on the face of the worst function."""
    from theory.online.worst_case.search import multipliers_on_face

    names = [item.name for item in problem.visited]
    kept = {f"Q({a}, {b})" for i, a in enumerate(names) for b in names[i + 1 :]} | {START}
    conditions = {name: condition for name, condition in problem.conditions.items() if name in kept}
    along = {name: coordinates[0] for name, coordinates in worst.vectors.items()}
    return multipliers_on_face(problem.objective, conditions, value, along)


def _unit(smoothness: Fraction, radius: Fraction) -> str:
    return "L R^2" if smoothness == radius == 1 else ""
