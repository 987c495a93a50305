"""Points of spectrahedra: Clarabel finds one in floats, facial rounding makes it exact.

A region is given by equalities, inequalities and one matrix, all affine in the unknowns, the matrix positive
semidefinite. A point inside is rounded at once. On the boundary the active inequalities and the kernel of the
matrix become equalities, solved exactly in Q: only then does the rounded matrix stay semidefinite, though
singular.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from theory.engine.provers.rounding import evaluate, nearby, rational_kernel, solve_near
from theory.engine.statements.epigraph import Form, combine

Point = dict[Any, Fraction]


@dataclass(frozen=True)
class Region:
    """All points with ``equalities == 0``, ``inequalities >= 0`` and ``matrix`` positive semidefinite.

    Attributes
    ----------
    unknowns
        Keys of the unknowns.
    equalities, inequalities
        Affine forms.
    matrix
        Symmetric, of affine forms.
    """

    unknowns: Sequence[Any]
    equalities: Sequence[Form]
    inequalities: Sequence[Form]
    matrix: Sequence[Sequence[Form]]


def search(
    region: Region, cost: Form | None = None, *, accuracy: float | None = None
) -> tuple[dict[Any, float], float] | None:
    """Return a point found in floats: of least cost, or, without a cost, as far inside as there is.

    Parameters
    ----------
    region
        Where to search.
    cost
        An affine form to be minimised.
    accuracy
        Gap and residuals that the solver aims at, if other than its own; it may stop short of them.

    Returns
    -------
    tuple or None
        The point, and the cost or how far inside: all inequalities and eigenvalues are at least that, 1 at
        most. None if the solver found nothing.
    """
    cvxpy: Any = importlib.import_module("cvxpy")  # dear to import, and needed for the search only

    point = cvxpy.Variable(len(region.unknowns))
    inside = cvxpy.Variable()
    margin = inside if cost is None else 0

    def stack(forms: Sequence[Form]) -> Any:
        table = np.array([[float(form.get(key, 0)) for key in region.unknowns] for form in forms])
        return table @ point + np.array([float(form.get("", 0)) for form in forms])

    conditions = [stack(region.equalities) == 0] if region.equalities else []
    conditions += [stack(region.inequalities) >= margin] if region.inequalities else []
    if region.matrix:
        order = len(region.matrix)
        square = cvxpy.reshape(stack([form for row in region.matrix for form in row]), (order, order), order="C")
        conditions.append((square + square.T) / 2 - margin * np.eye(order) >> 0)
    if cost is None:
        problem = cvxpy.Problem(cvxpy.Maximize(inside), [*conditions, inside <= 1])
    else:
        problem = cvxpy.Problem(cvxpy.Minimize(stack([cost])[0]), conditions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of inaccurate solutions: the guess is made exact and checked in any case
        try:
            problem.solve(solver=cvxpy.CLARABEL, **_tolerances(accuracy))
        except cvxpy.SolverError:
            return None
    if point.value is None:
        return None
    return dict(zip(region.unknowns, map(float, point.value), strict=True)), float(problem.value)


def _tolerances(accuracy: float | None) -> dict[str, float]:
    names = ("tol_gap_abs", "tol_gap_rel", "tol_feas", "tol_ktratio")
    return {} if accuracy is None else dict.fromkeys(names, accuracy)


def round_inside(region: Region, guess: dict[Any, float], *, denominator: int) -> Point | None:
    """Round a point that lies inside; only the equalities are repaired. The result is not yet checked.

    Returns None if the equalities contradict each other.
    """
    order = sorted(region.unknowns, key=lambda key: -abs(guess[key]))
    return solve_near(region.equalities, nearby(guess, denominator), order)


def round_on_face(region: Region, guess: dict[Any, float], *, tolerance: float, denominator: int) -> Point | None:
    """Round a point on the boundary: what is active within the tolerance becomes an exact equality.

    Parameters
    ----------
    region, guess
        The region and a point near its boundary.
    tolerance
        Inequalities and (relative) eigenvalues up to this are taken for zero.
    denominator
        Largest denominator of the unknowns that the equalities leave free.

    Returns
    -------
    dict or None
        A point that meets the equalities and active inequalities exactly, or None if they contradict each
        other. Whether the matrix is positive semidefinite there is for the checker to say.
    """
    active = [form for form in region.inequalities if _float(form, guess) <= tolerance]
    matrix = np.array([[_float(form, guess) for form in row] for row in region.matrix])
    kernel = rational_kernel((matrix + matrix.T) / 2, tolerance=tolerance) if len(matrix) else []
    annihilated = [combine(list(zip(vector, row, strict=True))) for vector in kernel for row in region.matrix]
    order = sorted(region.unknowns, key=lambda key: -abs(guess[key]))
    point = solve_near([*region.equalities, *active, *annihilated], nearby(guess, denominator), order)
    if point is None or any(evaluate(form, point) < 0 for form in region.inequalities):
        return None
    return point


def _float(form: Form, point: dict[Any, float]) -> float:
    return float(form.get("", 0)) + sum(float(value) * point[key] for key, value in form.items() if key != "")
