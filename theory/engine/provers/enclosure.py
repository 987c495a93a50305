r"""Inequalities on boxes, decided by subdivision in ball arithmetic.

`boxes` closes every cell of a bisection by the first of these that succeeds: the ball value of ``lhs - rhs``; its
mean-value form, expanded about the low corner of the monotone variables; its second-order Taylor form. On cells that
touch a declared zero ``x = z`` the quotient ``(lhs - rhs) / (x - z)^k`` is bounded instead, through the Taylor
coefficients in x.

A variable that is unbounded on one side is replaced by a bounded one, ``x = low / v^k`` with v in (0, 1]; the cells at
v = 0 close where the expression, freed of the power of v in front of it, has a limit there.

The order k is not the author's to give: it is found by exact series arithmetic with the other variables symbolic. The
independent checker cannot repeat that symbolic step (it checks the vanishing coefficients to 300 bits at two points);
a certificate says so under ``"assumes"``, and `Boxes.recheck` repeats the exact test itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness

if TYPE_CHECKING:
    from theory.engine.provers.program import Program
    from theory.engine.provers.subdivision import Outcome, Problem, Zero
    from theory.engine.statements.forall import ForAll

_MOST_ORDER = 12
_PRECISIONS = (64, 160)
_REVERSED = ("<=", "<")


def boxes(
    zero_at: Any = None,
    *,
    cells: int = 20_000,
    split: Mapping[Any, Sequence[Any]] | None = None,
    tails: Mapping[Any, int] | None = None,
    precision: int | None = None,
) -> Boxes:
    """Return the prover of `ForAll` inequalities on bounded boxes.

    Parameters
    ----------
    zero_at
        Variables at an end of which both sides are equal: a symbol or several (the engine finds the end), or a
        mapping from symbols to the value, or values, at which they are (``oo`` for a range without end). The order of
        the zero is found, not given.
    cells
        Most cells to look at.
    split
        Values at which a variable's range is cut before bisection, such as the place of a kink.
    tails
        The exponent k in ``x = low / v^k`` for unbounded variables, 1 if not named: large enough to make the powers
        of v that remain integers (2 for square roots).
    precision
        Bits of working precision; without it 64, and 160 where those do not suffice.

    Raises
    ------
    ValueError
        If ``cells`` or ``precision`` is not positive.

    Examples
    --------
    >>> from theory.engine.evidence import Budget
    >>> from theory.engine.statements.forall import Domain, ForAll
    >>> domain = Domain("x in [0,1]")
    >>> (x,) = domain
    >>> boxes(zero_at=x).decide(ForAll(domain, (1 + x) ** 3, ">=", 1 + 3 * x), Budget()).summary
    '1 cell, 64 bits; zero of order 2 at x = 0 (order: symbolic)'
    """
    if cells < 1 or (precision is not None and not 30 <= precision <= 2000):
        raise ValueError(
            f"cells = {cells}, precision = {precision}; allowed: cells >= 1, precision None or 30 to 2000 bits"
        )
    cuts = {str(name): tuple(_exact(value) for value in values) for name, values in (split or {}).items()}
    powers = {str(name): power for name, power in (tails or {}).items()}
    return Boxes(zero_at=_zero_points(zero_at), cells=cells, split=cuts, tails=powers, precision=precision)


@dataclass(frozen=True)
class Boxes:
    """Decide inequalities on boxes; made by `boxes`."""

    zero_at: tuple[tuple[str, Fraction | str | None], ...] = ()
    cells: int = 20_000
    split: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    tails: Mapping[str, int] = field(default_factory=dict)
    precision: int | None = None

    evidence: ClassVar[Evidence] = Evidence.CERTIFIED

    def refute(self, statement: ForAll, budget: Budget) -> Witness | None:
        """Look for a rational point at which the relation certainly fails."""
        from theory.engine.provers.points import PointSearch
        from theory.engine.provers.program import NoBallValue

        try:
            task = _Task.of(statement)
        except NoBallValue:
            return None
        return PointSearch(task.json, task.difference, task.given).run()

    def decide(self, statement: ForAll, budget: Budget) -> Certificate | Undecided:
        """Bisect the box until every cell is closed, or say which one resists."""
        from theory.engine.checker import Rejected
        from theory.engine.provers.orders import NotAnalytic
        from theory.engine.provers.program import NoBallValue

        try:
            task = _Task.of(statement, self._tails(statement.to_json()))
        except (NoBallValue, Rejected) as error:
            return Undecided(str(error))
        if task.json["relation"] == "==":
            return Undecided(
                "boxes cannot show an equality; state it as an identity for the symbolic prover, or as two inequalities"
            )
        try:
            zeros = self._zeros(task)
        except NotAnalytic as error:
            return Undecided(f"the order of the zero was not found: {error}")
        if isinstance(zeros, Undecided):
            return zeros
        return self._subdivide(task, zeros, min(self.cells, budget.cells))

    def recheck(self, statement: ForAll, certificate: Certificate, budget: Budget) -> None:
        """Have the independent checker walk the tree, then repeat the exact test of each zero's order."""
        from theory.engine import checker
        from theory.engine.provers.orders import NotAnalytic, vanishing_order

        checker.check(statement.to_json(), certificate.to_json())
        task = _Task.of(statement, certificate.data["tails"])
        for zero in certificate.data["zeros"]:
            try:
                order = vanishing_order(task.difference.term, zero["name"], Fraction(zero["at"]), most=zero["order"])
            except NotAnalytic as error:
                raise checker.Rejected(f"the order of the zero at {zero['name']} = {zero['at']}: {error}") from error
            if order < zero["order"]:
                raise checker.Rejected(
                    f"the zero at {zero['name']} = {zero['at']} is of order {order}, not {zero['order']}"
                )

    def _tails(self, json: Mapping[str, Any]) -> dict[str, int]:
        """Return the exponent for each unbounded variable."""
        unbounded = [entry["name"] for entry in json["domain"] if entry["low"] is None or entry["high"] is None]
        strange = sorted(set(self.tails) - set(unbounded))
        if strange:
            raise ValueError(
                f"{', '.join(strange)}: not unbounded, so without a tail; unbounded are {unbounded or 'none'}"
            )
        return {name: self.tails.get(name, 1) for name in unbounded}

    def _zeros(self, task: _Task) -> list[Zero] | Undecided:
        from theory.engine.provers.orders import vanishing_order
        from theory.engine.provers.subdivision import Zero

        zeros = []
        for given_name, given_at in self.zero_at:
            name, at = task.place(given_name, given_at)
            axis = task.axis(name)
            ends = [Fraction(task.json["domain"][axis][end]) for end in ("low", "high")]
            found = []
            for point in ends if at is None else [at]:
                order = (
                    vanishing_order(task.difference.term, name, point, most=_MOST_ORDER)
                    if at is not None
                    else task.order(name, point)
                )
                if order == _MOST_ORDER:
                    return Undecided(f"lhs - rhs vanishes at {name} = {point} to order {_MOST_ORDER} or more")
                if order:
                    found.append(Zero(axis, name, point, order))
            if not found:
                where = " or ".join(f"{name} = {point}" for point in (ends if at is None else [at]))
                return Undecided(f"no zero of lhs - rhs is seen at {where}")
            zeros += found
        return zeros

    def _subdivide(self, task: _Task, zeros: list[Zero], cells: int) -> Certificate | Undecided:
        from theory.engine.provers.subdivision import Problem, subdivide

        cuts = self._cuts(task, zeros)
        problem = Problem(task.difference, task.json["relation"] in (">", "<"), task.ends, task.given, zeros)
        spent = 0
        for precision in _PRECISIONS if self.precision is None else (self.precision,):
            outcome = subdivide(problem, cuts=cuts, cells=cells - spent, precision=precision)
            spent += outcome.cells
            if outcome.tree:
                return _certificate(task, problem, outcome, cuts, precision)
            if spent >= cells or "fails" in outcome.failure:
                break
        return _undecided(problem, outcome)

    def _cuts(self, task: _Task, zeros: Sequence[Zero]) -> list[list[Fraction]]:
        marks: dict[str, set[Fraction]] = {name: set(values) for name, values in self.split.items()}
        for zero in zeros:
            marks.setdefault(zero.name, set()).add(zero.at)
        for name in marks:
            if name in task.tails:
                raise ValueError(f"the range of {name} is unbounded and cannot be split")
            task.axis(name)
        inside = zip(task.difference.names, task.ends, strict=True)
        return [sorted(mark for mark in marks.get(name, ()) if low < mark < high) for name, (low, high) in inside]


class _Task:
    """A statement with its two sides subtracted and compiled."""

    def __init__(
        self,
        json: dict[str, Any],
        difference: Program,
        given: list[tuple[Program, str]],
        tails: Mapping[str, int],
    ) -> None:
        self.json, self.difference, self.given, self.tails = json, difference, given, tails

    @classmethod
    def of(cls, statement: Any, tails: Mapping[str, int] | None = None) -> _Task:
        """Compile a statement, its unbounded variables replaced where ``tails`` names them."""
        from theory.engine.checker.tails import without_tails
        from theory.engine.provers.program import Program

        json = statement.to_json()
        if json["kind"] != "forall":
            raise ValueError(f"boxes decides statements of the form ForAll, not {json['kind']!r}")
        json = without_tails(json, tails or {})
        sides = (json["rhs"], json["lhs"]) if json["relation"] in _REVERSED else (json["lhs"], json["rhs"])
        given = [(Program(_minus(left, right), json["domain"]), relation) for left, relation, right in json["given"]]
        return cls(json, Program(_minus(*sides), json["domain"]), given, tails or {})

    @property
    def ends(self) -> list[tuple[Fraction, Fraction]]:
        return [(Fraction(entry["low"]), Fraction(entry["high"])) for entry in self.json["domain"]]

    def place(self, name: str, at: Fraction | str | None) -> tuple[str, Fraction | None]:
        """Translate a zero's place: infinity is the end 0 of the bounded variable."""
        if name not in self.tails:
            if isinstance(at, str):
                raise ValueError(f"{name} does not range to infinity")
            return name, at
        if isinstance(at, Fraction):
            raise ValueError(f"{name} is unbounded: a zero of it is declared at oo, or at either end by its name alone")
        return f"v_{name}", None if at is None else Fraction(0)

    def axis(self, name: str) -> int:
        if name not in self.difference.names:
            raise ValueError(
                f"{name!r} is not a variable of the statement; there are {', '.join(self.difference.names)}"
            )
        return self.difference.names.index(name)

    def order(self, name: str, at: Fraction) -> int:
        """Return the order of the zero at an end, 0 where no zero is seen there."""
        from theory.engine.provers.orders import NotAnalytic, vanishing_order

        try:
            return vanishing_order(self.difference.term, name, at, most=_MOST_ORDER)
        except NotAnalytic:
            return 0


def _minus(left: Any, right: Any) -> Any:
    return left if right == 0 else ["+", left, ["*", -1, right]]


def _certificate(
    task: _Task, problem: Problem, outcome: Outcome, cuts: Sequence[Sequence[Fraction]], precision: int
) -> Certificate:
    data = {
        "tree": outcome.tree,
        "precision": precision,
        "tails": dict(task.tails),
        "cuts": [[str(mark) for mark in marks] for marks in cuts],
        "zeros": [zero.to_json() for zero in problem.zeros],
        "assumes": [
            f"lhs - rhs vanishes at {zero.name} = {zero.at} to order {zero.order} (shown by the prover only)"
            for zero in problem.zeros
        ],
    }
    summary = f"{outcome.cells} cell{'s' if outcome.cells > 1 else ''}, {precision} bits"
    if problem.zeros:
        summary += "; " + ", ".join(
            f"zero of order {z.order} at {z.name} = {z.at} (order: symbolic)" for z in problem.zeros
        )
    summary += "".join(f"; {name} to infinity by v_{name}, power {power}" for name, power in task.tails.items())
    return Certificate("boxes", data, summary)


def _undecided(problem: Problem, outcome: Outcome) -> Undecided:
    from theory.engine.provers.balls import fraction
    from theory.engine.provers.subdivision import describe

    cell = outcome.worst
    if cell is None:
        return Undecided(outcome.failure)
    touched = {
        zero.name
        for zero in problem.zeros
        if abs(fraction(cell[zero.axis][0]) - zero.at) <= fraction(cell[zero.axis][1])
    }
    hint = (
        f"; the zeros in {' and '.join(sorted(touched))} meet there: divide the common factor out"
        if len(touched) > 1
        else ""
    )
    return Undecided(f"{outcome.failure} ({outcome.cells} cells){hint}", describe(cell, problem.names))


def _exact(value: Any) -> Fraction:
    if isinstance(value, float):
        raise ValueError(f"{value} is a float; give an exact rational")
    return Fraction(str(value))


def _zero_points(zero_at: Any) -> tuple[tuple[str, Fraction | str | None], ...]:
    if zero_at is None:
        return ()
    if isinstance(zero_at, Mapping):
        pairs: list[tuple[str, Fraction | str | None]] = []
        for name, values in zero_at.items():
            several = values if isinstance(values, (list, tuple)) else [values]
            pairs += [(str(name), "oo" if str(value) in ("oo", "-oo") else _exact(value)) for value in several]
        return tuple(pairs)
    symbols = zero_at if isinstance(zero_at, (list, tuple, set)) else [zero_at]
    return tuple((str(name), None) for name in symbols)
