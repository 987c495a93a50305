"""Multipliers and worst vectors where no closed form is known: a solver searches in floats, the result is exact.

Two ways. Where a one-dimensional worst function is known, optimal multipliers lie on the face that it names:
their slack matrix annihilates it. On that face there is room, so that a rounded point stays feasible and the
bound exact. Where nothing is known the central path is followed to a point close to the optimum and strictly inside,
for multipliers and vectors at once: both are rounded, the bounds are rigorous and leave a gap as small as is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10
from typing import TYPE_CHECKING, Any

from theory.engine.statements.epigraph import Form, combine, rows
from theory.engine.statements.gram import Expression, basis
from theory.online.worst_case.interpolation import Condition

if TYPE_CHECKING:
    from theory.engine.provers.conic import Region

_ONE = Fraction(1)
PATIENCE = 600  # seconds
_DENOMINATORS = (10**3, 10**5, 10**8, 10**12)


class _Program:
    """A worst case in rows: multipliers of named conditions on one side, inner products and scalars on the other."""

    def __init__(self, objective: Expression, conditions: Mapping[str, Condition]) -> None:
        if any(relation == "==" for _, relation, _ in conditions.values()):
            raise ValueError("conditions are inequalities here; equalities are substituted into the vectors")
        if not conditions:
            raise ValueError("a worst case needs at least one condition")
        self.names = list(conditions)
        sides = [(left.term, relation, right.term) for left, relation, right in conditions.values()]
        self.rows = rows(objective.term, sides, sense="max")
        if self.rows.maxima:
            raise ValueError("the objective is linear here; for least(a, b) take a scalar t with t <= a and t <= b")
        self.vectors, self.scalars = basis(["+", objective.term, *[side for a, _, b in sides for side in (a, b)]])

    def left_over(self, key: object) -> Form:
        """Return an unknown's coefficient in cost - sum of multiplier * condition, as a form in the multipliers."""
        pairs = zip(self.names, self.rows.inequalities, strict=True)
        form: Form = {name: -row[key] for name, row in pairs if key in row}
        return combine([(_ONE, form), (self.rows.cost.get(key, Fraction(0)), {"": _ONE})])

    def slack(self) -> list[list[Form]]:
        """Return the slack matrix, affine in the multipliers."""
        return [
            [combine([(_ONE if u == v else _ONE / 2, self.left_over(_pair(u, v)))]) for v in self.vectors]
            for u in self.vectors
        ]

    def bound(self) -> Form:
        """Return the upper bound of the objective that the multipliers show."""
        pairs = zip(self.names, self.rows.inequalities, strict=True)
        constants: Form = {name: row[""] for name, row in pairs if "" in row}
        return combine([(_ONE, constants), (-self.rows.cost.get("", Fraction(0)), {"": _ONE})])


def shows_bound(
    objective: Expression, conditions: Mapping[str, Condition], multipliers: Mapping[str, Fraction]
) -> bool:
    """Return whether multipliers, not negative, leave no scalar and a positive semidefinite slack matrix."""
    from theory.engine.provers.conic import Region
    from theory.engine.provers.rounding import evaluate

    needed = [name for name, value in multipliers.items() if value]
    if any(name not in conditions for name in needed):
        return False
    used = {name: conditions[name] for name in needed}
    program = _Program(objective, used)
    region = Region(program.names, [], [], program.slack())
    return (
        min(multipliers.values()) >= 0
        and all(evaluate(program.left_over(name), multipliers) == 0 for name in program.scalars)
        and _semidefinite(region, multipliers)
    )


def multipliers_on_face(
    objective: Expression, conditions: Mapping[str, Condition], value: Fraction, worst: Mapping[str, Fraction]
) -> dict[str, Fraction] | None:
    """Return exact multipliers that bound the objective by ``value``, on the face that a worst function names.

    Parameters
    ----------
    objective
        Linear in scalars and inner products.
    conditions
        The inequalities that may carry a multiplier. With fewer of them there is more often room to round.
    value
        The exact worst case.
    worst
        Coordinate of each vector at a worst function of one variable.

    Returns
    -------
    dict or None
        None if none was found. Otherwise the multipliers meet all equalities exactly and are not negative;
        whether the slack is positive semidefinite is for the checker to say.
    """
    from theory.engine.provers.conic import Region, search

    program = _Program(objective, conditions)
    slack = program.slack()
    annihilated = [combine([(worst[v], form) for v, form in zip(program.vectors, row, strict=True)]) for row in slack]
    on_value = combine([(_ONE, program.bound()), (-value, {"": _ONE})])
    equalities = [form for form in [*map(program.left_over, program.scalars), *annihilated, on_value] if form]
    left_out = next(i for i, v in enumerate(program.vectors) if worst[v])  # annihilated: the rest decides
    kept = [i for i in range(len(slack)) if i != left_out]
    signs: list[Form] = [{name: _ONE} for name in program.names]
    region = Region(program.names, equalities, signs, [[slack[i][j] for j in kept] for i in kept])
    found = search(region)
    if found is None or found[1] <= 0:
        return None
    for denominator in _DENOMINATORS:
        point = _rounded(region, found[0], denominator)
        if point is not None:
            return point
    return None


@dataclass(frozen=True)
class Found:
    """Exact bounds of a worst case with what shows them.

    Attributes
    ----------
    lower, upper
        A value that is attained, and one that is not exceeded.
    multipliers
        By name of the condition: they show the upper bound.
    products, scalars
        Inner products by sorted pair and scalars, which attain the lower bound.
    """

    lower: Fraction
    upper: Fraction
    multipliers: dict[str, Fraction]
    products: dict[tuple[str, str], Fraction]
    scalars: dict[str, Fraction]


def bounds(objective: Expression, conditions: Mapping[str, Condition], *, accuracy: float = 1e-9) -> Found | None:
    """Return exact bounds of a worst case that differ by about ``accuracy``, found along the central path.

    Parameters
    ----------
    objective
        Linear in scalars and inner products.
    conditions
        Inequalities that some vectors meet strictly.
    accuracy
        The gap aimed at, between 1e-12 and 1.

    Returns
    -------
    Found or None
        None if the path is lost. Both sides meet their conditions exactly, which is checked here and again by the
        checker.

    Raises
    ------
    ValueError
        If a condition is an equality, the accuracy is outside its range, or the search would take too long.
    """
    from theory.engine.provers.conic import Region, search
    from theory.engine.provers.rounding import evaluate
    from theory.online.worst_case.central_path import Rows, follow, seconds

    if not isinstance(accuracy, int | float) or not 1e-12 <= accuracy <= 1:
        raise ValueError(f"the accuracy must lie between 1e-12 and 1, given: {accuracy!r}")
    order = len(basis(["+", objective.term, *[side.term for a, _, b in conditions.values() for side in (a, b)]])[0])
    estimate = seconds(order, len(conditions))
    if estimate > PATIENCE:
        raise ValueError(
            f"{len(conditions)} conditions on {order} vectors would take about {estimate / 60:.0f} minutes to search; "
            f"allowed are {PATIENCE // 60}"
        )
    program = _Program(objective, conditions)
    cost = combine([(-_ONE, program.rows.cost)])
    signs: list[Form] = [{name: _ONE} for name in program.names]
    dual = Region(program.names, [*map(program.left_over, program.scalars)], signs, program.slack())
    start = search(dual)
    if start is None or start[1] <= 0:
        return None
    problem = Rows(program.vectors, program.scalars, cost, program.rows.inequalities)
    central = follow(problem, [start[0][name] for name in program.names], accuracy / 2)
    if central is None:
        return None
    pairs = list(central.products)
    matrix: list[list[Form]] = [[{_pair(u, v): _ONE} for v in program.vectors] for u in program.vectors]
    primal = Region([*program.scalars, *pairs], [], program.rows.inequalities, matrix)
    multipliers = _rounded_inside(dual, dict(zip(program.names, central.multipliers, strict=True)), central.inside)
    point = _rounded_inside(primal, central.products | central.scalars, central.inside)
    if multipliers is None or point is None:
        return None
    return Found(
        evaluate(cost, point),
        evaluate(program.bound(), multipliers),
        multipliers,
        {pair: point[pair] for pair in pairs},
        {name: point[name] for name in program.scalars},
    )


def _rounded_inside(region: Region, point: Mapping[Any, Fraction], inside: float) -> dict[Any, Fraction] | None:
    """Round a point that lies inside by about so much, to as few digits as will do."""
    digits = 1 - floor(log10(inside))
    return next(filter(None, (_rounded(region, point, 10**more) for more in range(digits, digits + 7, 2))), None)


def orthogonal_coordinates(
    names: Sequence[str], products: Mapping[tuple[str, str], Fraction]
) -> tuple[dict[str, tuple[Fraction, ...]], tuple[Fraction, ...]] | None:
    """Return coordinates with the given inner products, in an orthogonal basis, and its squared lengths.

    The Gram matrix G = C D C' is taken apart by symmetric elimination, exactly. None if it is not positive
    semidefinite.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> orthogonal_coordinates(["u", "v"], {("u", "u"): 2 * half, ("u", "v"): half, ("v", "v"): 2 * half})[1]
    (Fraction(1, 1), Fraction(3, 4))
    """
    rest = [[products[_pair(u, v)] for v in names] for u in names]
    columns: list[list[Fraction]] = []
    squares: list[Fraction] = []
    for k in range(len(names)):
        pivot = rest[k][k]
        if pivot < 0 or (pivot == 0 and any(rest[k])):
            return None
        if pivot == 0:
            continue
        column = [row[k] / pivot for row in rest]
        rest = [[a - c * b for a, b in zip(row, rest[k], strict=True)] for row, c in zip(rest, column, strict=True)]
        columns.append(column)
        squares.append(pivot)
    return {name: tuple(column[i] for column in columns) for i, name in enumerate(names)}, tuple(squares)


def _rounded(region: Region, guess: Mapping[Any, Any], denominator: int) -> dict[Any, Fraction] | None:
    """Return a feasible point near the guess, or None. What the equalities leave free lies on one grid.

    One common denominator, so that the numbers stay short where the equalities are solved.
    """
    from theory.engine.provers.rounding import evaluate, solve_near

    grid = {key: Fraction(round(guess[key] * denominator), denominator) for key in region.unknowns}
    order = sorted(region.unknowns, key=lambda key: -abs(guess[key]))
    point = solve_near(region.equalities, grid, order)
    if point is None or any(evaluate(form, point) < 0 for form in region.inequalities):
        return None
    return point if _semidefinite(region, point) else None


def _semidefinite(region: Region, point: Mapping[Any, Fraction]) -> bool:
    """Decide exactly whether the region's matrix is positive semidefinite at a point."""
    from flint import fmpq

    from theory.engine.provers.rounding import evaluate

    values = [[evaluate(form, point) for form in row] for row in region.matrix]
    rest = [[fmpq(value.numerator, value.denominator) for value in row] for row in values]
    while rest:
        pivot, *tail = rest[0]
        if pivot < 0 or (pivot == 0 and any(value != 0 for value in tail)):
            return False
        scales = [row[0] / pivot if pivot else fmpq(0) for row in rest[1:]]
        rest = [
            [value - scale * head for value, head in zip(row[1:], tail, strict=True)]
            for scale, row in zip(scales, rest[1:], strict=True)
        ]
    return True


def _pair(u: str, v: str) -> tuple[str, str]:
    return (u, v) if u <= v else (v, u)
