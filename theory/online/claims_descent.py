"""Worst cases of gradient descent, by exact rational multipliers and matching Gram matrices."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from theory.engine.claim import claim

if TYPE_CHECKING:
    from theory.engine.evidence import Prover
    from theory.engine.statements.base import Statement


@claim(
    paper="drori_teboulle",
    where="tight bound of gradient descent, N = 3, step size 1/L",
    says=r"\sup\,(f(x_N)-f_\star)=\frac{L\,\lVert x_0-x_\star\rVert^2}{4N+2}=\frac{1}{14}"
    r"\quad(N=3,\ L=\lVert x_0-x_\star\rVert=1)",
    expected="certified",
    strength="tight",
    stored=True,
    form="as usually quoted",
    assumptions=("L = 1 and |x0 - x*| <= 1 without loss of generality: both sides scale",),
)
def gradient_descent_worst_case(factor: int | Fraction = 1) -> tuple[Statement, Prover]:
    """Three steps of size 1/L on an L-smooth convex function leave L R^2/14 in the worst case, exactly."""
    from theory.engine.provers.semidefinite import semidefinite
    from theory.engine.statements.semidefinite import WorstCase
    from theory.online.worst_case.descent import descent_path
    from theory.online.worst_case.interpolation import MINIMISER, smooth_convex, within

    steps = 3
    visited = descent_path(steps, step_size=1)
    conditions = [*smooth_convex([MINIMISER, *visited], smoothness=1).values(), within(1, visited[0])]
    return WorstCase(visited[-1].value, conditions, "==", factor * Fraction(1, 4 * steps + 2)), semidefinite()


gradient_descent_worst_case.false_if("the bound were 1 % smaller", factor=Fraction(99, 100))
gradient_descent_worst_case.false_if("the worst case were 1 % larger", factor=Fraction(101, 100))
