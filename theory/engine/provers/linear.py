"""Linear programs: HiGHS finds the active constraints, point and multipliers are then solved for exactly.

A solver's value is never a certificate. Its float solution only says which constraints are active and which
multipliers vanish; a rational point and rational multipliers that agree prove the minimum, and the checker
knows nothing of the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from theory.engine.checker import Rejected, check, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.provers.rounding import evaluate, nearby, solve_near
from theory.engine.provers.wording import apart
from theory.engine.statements.epigraph import Form, Rows, combine, rows

__all__ = ["LinearProver", "linear_program"]

# (largest slack of an active row, largest denominator of an unknown left free by the active rows), in turn
_ROUNDINGS = ((1e-7, 1), (1e-7, 60), (1e-7, 10**6), (1e-9, 10**6), (1e-5, 10**6))
_INFEASIBLE, _UNBOUNDED, _EITHER = 2, 3, 4  # status codes of scipy.optimize.linprog
_BOTTOMLESS = "the objective is unbounded below"


@dataclass(frozen=True)
class _Minimum:
    """What is known exactly of one program's minimum; ``reason`` says why a half is missing."""

    value: Fraction | None = None
    point: dict[str, Fraction] | None = None
    bound: Fraction | None = None
    dual: dict[str, Any] | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Side:
    """Exact bounds of one side of a comparison, with the data that show them."""

    low: Fraction | None
    high: Fraction | None
    low_data: dict[str, Any]
    high_data: dict[str, Any]
    reason: str = ""


def linear_program() -> LinearProver:
    """Return the method that decides `LinearMinimum` and `LinearMinima` by exact points and multipliers."""
    return LinearProver()


class LinearProver:
    """Decide comparisons of linear minima; see `linear_program`."""

    evidence = Evidence.CERTIFIED

    def __init__(self) -> None:
        self._solved: dict[int, tuple[Any, _Minimum]] = {}  # refuter and prover of one claim meet the same programs

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Return points and multipliers that contradict one comparison, exactly, or None."""
        raw = statement.to_json()
        for number, part in enumerate(raw["parts"]):
            budget.step(f"linear programs of comparison {number + 1} of {len(raw['parts'])}")
            left, right = self._sides(part)
            for small, large in ((left, right), (right, left)):
                if small.high is None or large.low is None or small.high > large.low:
                    continue
                names = ("left", "right") if small is left else ("right", "left")
                data = {"part": number, names[0]: small.high_data, names[1]: large.low_data}
                where = f"comparison {number + 1} of {len(raw['parts'])}: " if len(raw["parts"]) > 1 else ""
                found = _contradiction(names, small.high, large.low, part["relation"])
                witness = Witness("linear", data, where + found)
                if _confirmed(raw, witness):
                    return witness
        return None

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Return exact points and multipliers for each comparison, or why there are none."""
        raw, parts, values = statement.to_json(), [], []
        for number, part in enumerate(raw["parts"]):
            budget.step(f"linear programs of comparison {number + 1} of {len(raw['parts'])}")
            left, right = self._sides(part)
            for side in (left, right):
                if side.reason:
                    return Undecided(side.reason, f"comparison {number + 1} of {len(raw['parts'])}")
            parts.append({"left": left.low_data | left.high_data, "right": right.low_data | right.high_data})
            values.append(f"{left.high} {part['relation']} {right.low}")
        shown = values if len(values) <= 3 else [*values[:2], f"... ({len(values)} in all)"]
        programs = sum(len(side.get("programs", ())) for part in raw["parts"] for side in (part["left"], part["right"]))
        certificate = Certificate(
            "linear", {"parts": parts}, f"{', '.join(shown)}; exact optima of {programs} linear programs"
        )
        try:
            check(raw, certificate.to_json())
        except Rejected as error:
            return Undecided(f"the exact optima do not show the statement: {error}")
        return certificate

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Hand the certificate to the independent checker; no solver is called."""
        check(statement.to_json(), certificate.to_json())

    def _sides(self, part: dict[str, Any]) -> tuple[_Side, _Side]:
        left, right = self._side(part["left"]), self._side(part["right"])
        for side, other in ((left, right), (right, left)):
            if side.reason.endswith(_BOTTOMLESS) and other.low is not None:
                lower = self._side(part["left" if side is left else "right"], floor=other.low - 1)
                return (lower, right) if side is left else (left, lower)
        return left, right

    def _side(self, side: dict[str, Any], floor: Fraction | None = None) -> _Side:
        if "value" in side:
            value = Fraction(side["value"])
            return _Side(value, value, {}, {})
        found = [self._minimum(program, floor) for program in side["programs"]]
        reason = next((f"program {number + 1}: {item.reason}" for number, item in enumerate(found) if item.reason), "")
        values = [(item.value, number) for number, item in enumerate(found) if item.value is not None]
        bounds = [item.bound for item in found if item.bound is not None]
        high, best = min(values) if values else (None, 0)
        point = found[best].point
        low = min(bounds) if len(bounds) == len(found) else None
        high_data = {} if point is None else {"program": best, "point": _point_json(point)}
        low_data = {} if low is None else {"multipliers": [item.dual for item in found]}
        return _Side(low, high, low_data, high_data, reason)

    def _minimum(self, program: dict[str, Any], floor: Fraction | None) -> _Minimum:
        if floor is not None:
            return _minimise(program, floor)
        if id(program) not in self._solved:  # the program is kept beside its minimum, so that the id stays its own
            self._solved[id(program)] = (program, _minimise(program, None))
        return self._solved[id(program)][1]


def _contradiction(names: tuple[str, str], high: Fraction, low: Fraction, relation: str) -> str:
    """Return in words that the first side is at most ``high`` and the second at least ``low``."""
    shown = apart(high, low)
    found = {names[0]: f"at most {shown[0]}", names[1]: f"at least {shown[1]}"}
    return f"the left side is {found['left']} and the right side {found['right']}, claimed is left {relation} right"


def _minimise(program: dict[str, Any], floor: Fraction | None) -> _Minimum:
    """Solve one program in floats, then exactly; with a ``floor`` look for a point of that value only."""
    convex = rows(program["objective"], program["constraints"])
    unknowns = [*dict.fromkeys([*program["scalars"], *convex.unknowns()])]
    inequalities = convex.inequalities
    if floor is not None:
        inequalities = [*inequalities, combine([(Fraction(1), convex.cost), (-floor, {"": Fraction(1)})])]
    result = _solve(convex.cost, inequalities, convex.equalities, unknowns)
    if result.status in (_INFEASIBLE, _UNBOUNDED, _EITHER):
        infeasible = result.status == _INFEASIBLE or not _solve({}, inequalities, convex.equalities, unknowns).success
        return _Minimum(reason="no point meets the constraints" if infeasible else _BOTTOMLESS)
    if not result.success:
        return _Minimum(reason=f"the solver stopped: {result.message}")
    guess = dict(zip(unknowns, result.x, strict=True))
    point = _exact_point(inequalities, convex.equalities, guess, unknowns)
    if point is None:
        return _Minimum(reason="no exact point was found near the solver's")
    value, scalars = evaluate(convex.cost, point), {name: point[name] for name in program["scalars"]}
    if floor is not None:
        return _Minimum(value=value, point=scalars, reason=_BOTTOMLESS)
    multipliers = _exact_multipliers(convex, unknowns, result)
    if multipliers is None:
        return _Minimum(value=value, point=scalars, reason="no exact multipliers were found near the solver's")
    forms = [*convex.inequalities, *convex.equalities]
    rest = combine([(Fraction(1), convex.cost), *[(-y, form) for y, form in zip(multipliers, forms, strict=True)]])
    return _Minimum(value, scalars, rest.get("", Fraction(0)), convex.dual_json(multipliers))


def _solve(cost: Form, inequalities: Sequence[Form], equalities: Sequence[Form], unknowns: Sequence[Any]) -> Any:
    from scipy.optimize import linprog  # not needed to re-check

    def matrix(forms: Sequence[Form]) -> tuple[Any, Any]:
        if not forms:
            return None, None
        table = [[float(form.get(key, 0)) for key in unknowns] for form in forms]
        return np.array(table), np.array([float(form.get("", 0)) for form in forms])

    above, slack = matrix(inequalities)
    equal, offset = matrix(equalities)
    return linprog(
        [float(cost.get(key, 0)) for key in unknowns],
        A_ub=None if above is None else -above,
        b_ub=slack,
        A_eq=equal,
        b_eq=None if offset is None else -offset,
        bounds=(None, None),
        method="highs-ds",  # simplex: a vertex has the active rows that determine it
    )


def _exact_point(
    inequalities: Sequence[Form], equalities: Sequence[Form], guess: dict[Any, float], unknowns: Sequence[Any]
) -> dict[Any, Fraction] | None:
    slacks = [
        float(form.get("", 0)) + sum(float(form[key]) * guess[key] for key in form if key != "")
        for form in inequalities
    ]
    for tolerance, denominator in _ROUNDINGS:
        active = [form for form, slack in zip(inequalities, slacks, strict=True) if slack < tolerance]
        point = solve_near([*equalities, *active], nearby(guess, denominator), unknowns)
        if point is not None and all(evaluate(form, point) >= 0 for form in inequalities):
            return point
    return None


def _exact_multipliers(convex: Rows, unknowns: Sequence[Any], result: Any) -> list[Fraction] | None:
    """Solve ``cost == sum of multiplier * row`` exactly; multipliers that the solver calls zero are zero."""
    inequalities = -result.ineqlin.marginals if convex.inequalities else np.zeros(0)
    equalities = result.eqlin.marginals if convex.equalities else np.zeros(0)
    forms, floats = [*convex.inequalities, *convex.equalities], [*inequalities, *equalities]
    for tolerance, denominator in _ROUNDINGS:
        support = [row for row, value in enumerate(floats) if value > tolerance or row >= len(convex.inequalities)]
        guess = nearby({row: floats[row] for row in support}, denominator)
        found = solve_near([_balance(convex.cost, forms, key, support) for key in unknowns], guess, support)
        if found is not None and all(value >= 0 for row, value in found.items() if row < len(convex.inequalities)):
            return [found.get(row, Fraction(0)) for row in range(len(forms))]
    return None


def _balance(cost: Form, forms: Sequence[Form], key: Any, support: Sequence[int]) -> Form:
    """Return the coefficient of one unknown that the multipliers must cancel, as a form in them."""
    balance: Form = {row: -forms[row][key] for row in support if key in forms[row]}
    return balance | {"": cost.get(key, Fraction(0))}


def _point_json(point: dict[str, Fraction]) -> dict[str, Any]:
    return {"gram": [], "scalars": {name: str(value) for name, value in point.items()}}


def _confirmed(raw: dict[str, Any], witness: Witness) -> bool:
    try:
        confirm(raw, witness.to_json())
    except Rejected:
        return False
    return True
