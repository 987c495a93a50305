"""Semidefinite programs over Gram matrices: a solver searches, exact multipliers or Gram matrices decide.

To show ``sup <= v`` the multipliers are searched with a small penalty first, so that they come out few and
readable, and are rounded on the face where the slack matrix is singular. To refute it an exact Gram matrix
with a larger value is given; ``sup >= v`` is shown and refuted the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from theory.engine.checker import Rejected, check, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.provers.conic import Point, Region, round_inside, round_on_face, search
from theory.engine.provers.rounding import evaluate
from theory.engine.provers.wording import CLAIMED, apart
from theory.engine.statements.epigraph import Form, Rows, combine, rows

__all__ = ["KnownSolution", "SemidefiniteProver", "semidefinite"]

_HALVES = {"<=": ("<=",), ">=": (">=",), "==": ("<=", ">=")}
_PENALTIES = (Fraction(1, 1000), Fraction(1, 100_000), Fraction(0))  # on multipliers or trace: sparse first
_TOLERANCES = (1e-6, 1e-5, 1e-7, 1e-4)  # up to which a float may stand for zero
_DENOMINATORS = (60, 10**4, 10**8)
_INSIDE = 1e-8  # a point counts as interior if it is this far inside
_ONE = Fraction(1)


@dataclass(frozen=True)
class KnownSolution:
    """A solution that theory provides, to be tried before any search. It is checked as any other.

    Parameters
    ----------
    multipliers
        One for each constraint of the statement, in order. The objective has no ``max``, ``min`` or ``abs``.
    products
        Inner products by pair of names, in both orders.
    scalars
        Values of the scalars by name.
    """

    multipliers: Sequence[Fraction]
    products: Mapping[tuple[str, str], Fraction]
    scalars: Mapping[str, Fraction]

    def data(self, statement: Any, *, dual: bool) -> dict[str, Any]:
        """Return the side that is asked for as the checker reads it.

        Raises
        ------
        ValueError
            If it does not name what the statement names.
        """
        if dual:
            return {"multipliers": [{"weights": [], "constraints": [str(value) for value in self.multipliers]}]}
        missing = [name for name in statement.vectors if (name, name) not in self.products]
        missing += [name for name in statement.scalars if name not in self.scalars]
        if missing:
            raise ValueError(f"the known solution does not say what {', '.join(missing)} are")
        gram = [[str(self.products[u, v]) for v in statement.vectors] for u in statement.vectors]
        named = {name: str(self.scalars[name]) for name in statement.scalars}
        return {"program": 0, "point": {"gram": gram, "scalars": named}}


def semidefinite(known: KnownSolution | None = None) -> SemidefiniteProver:
    """Return the method that decides `WorstCase` statements by exact rational certificates.

    Parameters
    ----------
    known
        A solution in closed form: where it decides the statement, no solver is called.
    """
    return SemidefiniteProver(known)


class SemidefiniteProver:
    """Decide statements on worst cases; see `semidefinite`."""

    evidence = Evidence.CERTIFIED

    def __init__(self, known: KnownSolution | None = None) -> None:
        self.known = known

    def known_certificate(self, statement: Any) -> Certificate | None:
        """Return the certificate that the known solution gives, or None if there is none or the checker rejects it."""
        if self.known is None:
            return None
        left: dict[str, Any] = {}
        for half in _HALVES[statement.relation]:
            left |= self.known.data(statement, dual=half == "<=")
        used = sum(value != 0 for value in self.known.multipliers)
        names = {"<=": f"{used} known multipliers", ">=": "a known Gram matrix"}
        shown = " and ".join(names[half] for half in _HALVES[statement.relation])
        summary = f"{shown}, exact, order {len(statement.vectors)}"
        certificate = Certificate("semidefinite", {"parts": [{"left": left, "right": {}}]}, summary)
        return certificate if _accepts(check, statement.to_json(), certificate) else None

    def _known_witness(self, statement: Any) -> Witness | None:
        if self.known is None:
            return None
        raw = statement.to_json()
        for half in _HALVES[statement.relation]:
            dual = half == ">="
            data = {"part": 0, "left": self.known.data(statement, dual=dual), "right": {}}
            if _accepts(confirm, raw, Witness("semidefinite", data)):
                gap = _Program(statement).known_gap(self.known, dual=dual)
                return Witness("semidefinite", data, _contradiction(statement, gap, "known ", dual=dual))
        return None

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Return an exact Gram matrix of too large a value, or multipliers that show too small a supremum."""
        witness = self._known_witness(statement)
        if witness is not None or self.known_certificate(statement) is not None:
            return witness  # what the known solution shows need not be searched against
        raw, program = statement.to_json(), _Program(statement)
        for half in _HALVES[statement.relation]:
            dual = half == ">="
            budget.step("search multipliers against it" if dual else "search a Gram matrix against it")
            for point in program.inside(dual=dual):
                data = {"part": 0, "left": program.data(point, dual=dual), "right": {}}
                gap = evaluate(program.goal(dual=dual), point)
                witness = Witness("semidefinite", data, _contradiction(statement, gap, "", dual=dual))
                if _accepts(confirm, raw, witness):
                    return witness
        return None

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Return exact multipliers (for ``<=``), an exact Gram matrix (for ``>=``), or both (for ``==``)."""
        known = self.known_certificate(statement)
        if known is not None:
            return known
        program, notes = _Program(statement), []
        left: dict[str, Any] = {}
        (part,) = statement.to_json()["parts"]
        for half in _HALVES[statement.relation]:
            dual = half == "<="
            wanted = "multipliers" if dual else "a Gram matrix that attains the value"
            budget.step(f"search {wanted}")
            raw = {"kind": "semidefinite", "parts": [part | {"relation": half}]}
            candidates = (program.data(point, dual=dual) for point in program.candidates(dual=dual))
            found = _first_accepted(raw, candidates)
            if found is None:
                return Undecided(f"no exact solution was found: {wanted}", program.hint())
            left |= found
            used = sum(text != "0" for text in found["multipliers"][0]["constraints"]) if dual else 0
            notes.append(f"{used} {wanted}" if dual else wanted)
        summary = f"{' and '.join(notes)}, exact, order {len(statement.vectors)}"
        return Certificate("semidefinite", {"parts": [{"left": left, "right": {}}]}, summary)

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Hand the certificate to the independent checker; no solver is called."""
        check(statement.to_json(), certificate.to_json())


class _Program:
    """The finder's own expansion of a worst case.

    Primal points give scalars and Gram matrix entries; dual points give one multiplier a row. Either has a
    goal, a form that is not negative where the point shows its half of the statement.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self.rows: Rows = rows(statement.objective, statement.constraints, sense="max")
        self.forms = [*self.rows.inequalities, *self.rows.equalities]
        self.pairs = [[tuple(sorted((u, v))) for v in statement.vectors] for u in statement.vectors]
        entries = dict.fromkeys(pair for row in self.pairs for pair in row)
        named = dict.fromkeys([*statement.scalars, *self.rows.unknowns()])
        self.scalars = [key for key in named if key not in entries]
        self.unknowns = [*self.scalars, *entries]

    def goal(self, *, dual: bool) -> Form:
        """Return objective - value, or value - bound in the multipliers."""
        value = (_ONE, {"": self.statement.value})
        if not dual:
            return combine([(-_ONE, self.rows.cost), (-value[0], value[1])])
        constants = [(-form[""], {number: _ONE}) for number, form in enumerate(self.forms) if "" in form]
        return combine([(self.rows.cost.get("", Fraction(0)), {"": _ONE}), value, *constants])

    def known_gap(self, known: KnownSolution, *, dual: bool) -> Fraction:
        """Return the goal at a known solution; its multipliers are those of an objective without maxima."""
        if not dual:
            point: dict[Any, Fraction] = {**known.products, **known.scalars}
            for unknown, numbers in reversed(list(enumerate(self.rows.maxima))):  # a maximum's arguments come after it
                ends = [-evaluate(self.forms[row], point) / self.forms[row][unknown] for row in numbers]
                point[unknown] = max(ends) if self.forms[numbers[0]][unknown] > 0 else min(ends)
            return evaluate(self.goal(dual=False), point)
        first = {"inequality": 0, "equality": len(self.rows.inequalities)}
        places = [first[family] + row for family, row in self.rows.places]
        return evaluate(self.goal(dual=True), dict(zip(places, known.multipliers, strict=True)))

    def region(self, *, dual: bool, reaching_goal: bool) -> Region:
        """Return the feasible set, or only what reaches the goal."""
        goal = [self.goal(dual=dual)] if reaching_goal else []
        if not dual:
            matrix: list[list[Form]] = [[{pair: _ONE} for pair in row] for row in self.pairs]
            return Region(self.unknowns, self.rows.equalities, [*self.rows.inequalities, *goal], matrix)
        signs: list[Form] = [{number: _ONE} for number in range(len(self.rows.inequalities))]
        slack = [
            [combine([(_ONE if u == v else _ONE / 2, self._left_over((u, v)))]) for u, v in row] for row in self.pairs
        ]
        equalities = [self._left_over(key) for key in self.scalars]
        return Region(range(len(self.forms)), equalities, [*signs, *goal], slack)

    def _left_over(self, key: Any) -> Form:
        """Return an unknown's coefficient in cost - sum of multiplier * row, as a form in the multipliers."""
        form: Form = {number: -row[key] for number, row in enumerate(self.forms) if key in row}
        return form | {"": self.rows.cost.get(key, Fraction(0))}

    def inside(self, *, dual: bool) -> Iterator[Point]:
        """Yield rounded points that reach the goal with room to spare; nothing if there is no room."""
        region = self.region(dual=dual, reaching_goal=True)
        found = search(region)
        if found is not None and found[1] > _INSIDE:
            for denominator in _DENOMINATORS:
                point = round_inside(region, found[0], denominator=denominator)
                if point is not None:
                    yield point

    def candidates(self, *, dual: bool) -> Iterator[Point]:
        """Yield exact points that may reach the goal: on the optimum's face, sparse first, then inside."""
        region = self.region(dual=dual, reaching_goal=False)
        final = self.region(dual=dual, reaching_goal=True)
        diagonal = [row[number] for number, row in enumerate(self.pairs)]
        size: Form = dict.fromkeys(range(len(self.rows.inequalities)) if dual else diagonal, _ONE)
        for penalty in _PENALTIES:
            found = search(region, combine([(-_ONE, self.goal(dual=dual)), (penalty, size)]))
            if found is None:
                continue
            for tolerance in _TOLERANCES:
                for denominator in _DENOMINATORS:
                    point = round_on_face(final, found[0], tolerance=tolerance, denominator=denominator)
                    if point is not None:
                        yield point
        yield from self.inside(dual=dual)

    def hint(self) -> str:
        """Return the solver's optimum, which mostly shows the cause."""
        found = search(self.region(dual=False, reaching_goal=False), combine([(-_ONE, self.goal(dual=False))]))
        if found is None:
            return "the solver found no optimum: infeasible, unbounded or badly conditioned"
        claimed = Fraction(self.statement.value)
        shown, value = apart(arb(float(claimed) - found[1]), claimed)
        return f"the solver's optimum is {shown}, claimed is {CLAIMED[self.statement.relation]} {value}"

    def data(self, point: Point, *, dual: bool) -> dict[str, Any]:
        """Return a point as the checker reads it."""
        if dual:
            return {"multipliers": [self.rows.dual_json([point[number] for number in range(len(self.forms))])]}
        gram = [[str(point[pair]) for pair in row] for row in self.pairs]
        named = {name: str(point[name]) for name in self.statement.scalars}
        return {"program": 0, "point": {"gram": gram, "scalars": named}}


def _contradiction(statement: Any, gap: Fraction, origin: str, *, dual: bool) -> str:
    """Return in words what a point or multipliers show, ``gap`` beyond the value that is claimed."""
    claimed = Fraction(statement.value)
    shown, value = apart(claimed - gap if dual else claimed + gap, claimed)
    what = "multipliers show" if dual else "Gram matrix shows"
    found = f"{origin}{what} the worst case to be at {'most' if dual else 'least'} {shown}"
    return f"{'' if dual else 'a '}{found}, claimed is {CLAIMED[statement.relation]} {value}"


def _first_accepted(raw: dict[str, Any], candidates: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
    for candidate in candidates:
        certificate = Certificate("semidefinite", {"parts": [{"left": candidate, "right": {}}]})
        if _accepts(check, raw, certificate):
            return candidate
    return None


def _accepts(judge: Any, raw: dict[str, Any], evidence: Certificate | Witness) -> bool:
    try:
        judge(raw, evidence.to_json())
    except Rejected:
        return False
    return True
