"""Exponential cone programs: Newton's method searches, exact points and multipliers decide.

A rational point inside the cones bounds the optimum on one side, rational multipliers inside the dual cones bound it on
the other. Both come from the central path, so that the two bounds close in on the optimum as far as the statement asks.
Out of reach, and so undecided: an optimum that is claimed exactly, with no room between the bounds; an infimum that is
not attained; a feasible set that, its equalities aside, has no interior, holds a line or lies beyond 2^20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flint import arb, fmpq_mat

from theory.engine.checker import Rejected, check, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.provers.balls import fraction, rational, working
from theory.engine.provers.barrier import Barrier, Centre, NotSettled, interior
from theory.engine.provers.program import Program
from theory.engine.provers.rounding import evaluate, solve_near
from theory.engine.provers.wording import apart
from theory.engine.statements.epigraph import Form, combine
from theory.engine.terms import number

__all__ = ["ExponentialConeProver", "exponential_cone"]

_KIND = "exponential_cone"
_PRECISION = 512  # bits of the search
_LAST = Fraction(1, 10**30)  # weight of the barrier, and so about the distance of the bounds, at which to give up
_GUARDS = (24, 120)  # bits by which points are rounded more finely than the weight
_ONE = Fraction(1)


def exponential_cone() -> ExponentialConeProver:
    """Return the method that decides `ConeOptimum` by rational points and multipliers.

    Examples
    --------
    >>> from sympy import E, symbols
    >>> from theory.engine.statements.exponential_cone import ConeOptimum, ConeProgram
    >>> x, z = symbols("x z")
    >>> growth = ConeProgram(z, (x, z), [(x, "==", 1)], [(x, 1, z)])
    >>> statement = ConeOptimum(growth, E - Fraction(1, 10**9), E + Fraction(1, 10**9))
    >>> exponential_cone().decide(statement, Budget()).summary
    'a point and multipliers, exact: optimum 2.718281828, known to 3.0e-10'
    """
    return ExponentialConeProver()


@dataclass(frozen=True)
class _Bound:
    """An exact bound of the optimum, and the data that show it: a point, or multipliers."""

    value: Fraction
    data: dict[str, Any]


class ExponentialConeProver:
    """Decide statements on optima of exponential cone programs; see `exponential_cone`."""

    evidence = Evidence.CERTIFIED

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Return a point, or multipliers, that show the optimum to lie beyond a bound, or None."""
        budget.step("follow the central path")
        search = _Search(statement)
        for least, most in search.bounds():
            if search.shown(least, most):
                return None
            witness = search.witness(least, most)
            if witness is not None and _accepts(confirm, search.raw, witness):
                return witness
        return None

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Return a point and multipliers that show the bounds, or why there are none."""
        budget.step("follow the central path")
        search = _Search(statement)
        for least, most in search.bounds():
            if not search.shown(least, most):
                continue
            certificate = search.certificate(least, most)
            if _accepts(check, search.raw, certificate):
                return certificate
        return Undecided(search.reason())

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Hand the certificate to the independent checker; no search is made."""
        check(statement.to_json(), certificate.to_json())


class _Search:
    """The finder's own reading of a statement: a minimisation or maximisation, its equalities solved for."""

    def __init__(self, statement: Any) -> None:
        self.raw: dict[str, Any] = statement.to_json()
        program = self.raw["program"]
        self._sign = 1 if program["sense"] == "min" else -1
        self._names: list[str] = program["unknowns"]
        self._objective = _form(program["objective"])
        self._constraints = [(relation, _form(raw)) for relation, raw in program["constraints"]]
        self._cones = [[_form(raw) for raw in triple] for triple in program["cones"]]
        self.low, self.high = _number(self.raw["low"]), _number(self.raw["high"])
        self._least: _Bound | None = None
        self._most: _Bound | None = None
        self._why = ""

    def bounds(self) -> Iterator[tuple[_Bound | None, _Bound | None]]:
        """Yield what is known of the optimum, at least and at most, ever closer."""
        with working(_PRECISION):
            try:
                yield from self._follow()
            except NotSettled as error:
                self._why = str(error)

    def _follow(self) -> Iterator[tuple[_Bound | None, _Bound | None]]:
        solved = _eliminated([form for relation, form in self._constraints if relation == "=="], self._names)
        if solved is None:
            raise NotSettled("the equalities contradict each other")
        free = [name for name in self._names if name not in solved]
        if not free:
            yield self._fixed(solved)
            return
        inequalities = [_substituted(form, solved) for relation, form in self._constraints if relation == ">="]
        cones = [[_substituted(form, solved) for form in triple] for triple in self._cones]
        start = interior(free, inequalities, cones)
        if start is None:
            raise NotSettled("no point strictly inside all inequalities and cones was found")
        cost = combine([(Fraction(self._sign), _substituted(self._objective, solved))])
        for centre in Barrier(free, cost, inequalities, cones).centres(start, last=_LAST):
            for guard in _GUARDS:
                bits = guard + centre.weight.denominator.bit_length()
                found = self._at_point(centre, free, solved, bits), self._by_multipliers(centre, bits)
                for bound, at_least in zip(found, (self._sign < 0, self._sign > 0), strict=True):
                    self._keep(bound, at_least=at_least)
                if None not in found:
                    break
            yield self._least, self._most

    def _fixed(self, solved: dict[Any, Form]) -> tuple[_Bound | None, _Bound | None]:
        """Return the bounds where the equalities leave one point: their own multipliers are enough."""
        inequalities = [arb(0)] * sum(relation == ">=" for relation, _ in self._constraints)
        centre = Centre(_ONE, [], inequalities, [[arb(0)] * 3 for _ in self._cones])
        found = self._at_point(centre, [], solved, 0), self._by_multipliers(centre, 0)
        for bound, at_least in zip(found, (self._sign < 0, self._sign > 0), strict=True):
            self._keep(bound, at_least=at_least)
        return self._least, self._most

    def _keep(self, bound: _Bound | None, *, at_least: bool) -> None:
        """Keep a bound that the checker accepts and that is no weaker than the last one."""
        if bound is None:
            return
        ends = {"low": number(bound.value), "high": None} if at_least else {"low": None, "high": number(bound.value)}
        if not _accepts(check, self.raw | ends, Certificate(_KIND, bound.data)):
            return
        if at_least and (self._least is None or bound.value >= self._least.value):
            self._least = bound
        if not at_least and (self._most is None or bound.value <= self._most.value):
            self._most = bound

    def _at_point(self, centre: Centre, free: Sequence[str], solved: dict[Any, Form], bits: int) -> _Bound:
        point = {name: _rounded(value, bits) for name, value in zip(free, centre.point, strict=True)}
        point |= {name: evaluate(form, point) for name, form in solved.items()}
        return _Bound(evaluate(self._objective, point), {"point": {name: str(point[name]) for name in self._names}})

    def _by_multipliers(self, centre: Centre, bits: int) -> _Bound | None:
        """Round the multipliers and solve the dual equations exactly, those of the equalities first."""
        inequalities = iter(centre.inequalities)
        guess, forms, first = {}, {}, []
        for index, (relation, form) in enumerate(self._constraints):
            forms[index] = form
            if relation == "==":
                first.append(index)
            guess[index] = Fraction(0) if relation == "==" else _rounded(next(inequalities), bits)
        count = len(self._constraints)
        for triple, values in zip(self._cones, centre.cones, strict=True):
            for form, value in zip(triple, values, strict=True):
                forms[count], guess[count] = form, _rounded(value, bits)
                count += 1
        equations = [
            {index: form[name] for index, form in forms.items() if name in form}
            | {"": -self._sign * self._objective.get(name, Fraction(0))}
            for name in self._names
        ]
        order = [*first, *sorted(guess.keys() - set(first), key=lambda index: -abs(guess[index]))]
        weights = solve_near(equations, guess, order)
        if weights is None:
            return None
        constant = self._sign * self._objective.get("", Fraction(0))
        constant -= sum((weights[index] * form.get("", Fraction(0)) for index, form in forms.items()), Fraction(0))
        texts = [str(weights[index]) for index in range(count)]
        cut = len(self._constraints)
        cones = [texts[place : place + 3] for place in range(cut, count, 3)]
        return _Bound(self._sign * constant, {"multipliers": {"constraints": texts[:cut], "cones": cones}})

    # what the bounds show

    def shown(self, least: _Bound | None, most: _Bound | None) -> bool:
        """Whether the bounds lie within those of the statement."""
        low = self.low is None or (least is not None and least.value >= self.low)
        return low and (self.high is None or (most is not None and most.value <= self.high))

    def witness(self, least: _Bound | None, most: _Bound | None) -> Witness | None:
        """Return the data of a bound that contradicts the statement, if one does."""
        if most is not None and self.low is not None and most.value < self.low:
            found = "the optimum is at most {}, claimed is at least {}".format(*apart(most.value, self.low))
            return Witness(_KIND, most.data, found)
        if least is not None and self.high is not None and least.value > self.high:
            found = "the optimum is at least {}, claimed is at most {}".format(*apart(least.value, self.high))
            return Witness(_KIND, least.data, found)
        return None

    def certificate(self, least: _Bound | None, most: _Bound | None) -> Certificate:
        """Return the data of the bounds that the statement needs."""
        used = [bound for bound, end in ((least, self.low), (most, self.high)) if end is not None and bound is not None]
        data = {key: value for bound in used for key, value in bound.data.items()}
        words = " and ".join({"point": "a point", "multipliers": "multipliers"}[key] for key in sorted(data)[::-1])
        return Certificate(_KIND, data, f"{words}, exact: {_described(least, most)}")

    def reason(self) -> str:
        """Return why nothing was decided."""
        claimed = " and ".join(
            f"at {word} {_real(end):.12g}"
            for word, end in (("least", self.low), ("most", self.high))
            if end is not None
        )
        return f"{_described(self._least, self._most)}; claimed is {claimed}{f'; {self._why}' if self._why else ''}"


def _described(least: _Bound | None, most: _Bound | None) -> str:
    if least is None or most is None:
        known = [f"at {word} {_real(bound.value):.12g}" for word, bound in (("least", least), ("most", most)) if bound]
        return f"optimum {known[0]}" if known else "nothing is known of the optimum"
    return f"optimum {_real((least.value + most.value) / 2):.10g}, known to {_real(most.value - least.value):.1e}"


def _real(value: Fraction) -> float | Decimal:
    """Return a number to print, also beyond the range of floats."""
    try:
        return float(value)
    except OverflowError:
        return Decimal(value.numerator) / Decimal(value.denominator)


def _form(raw: dict[str, str]) -> Form:
    return {name: Fraction(text) for name, text in raw.items()}


def _number(term: Any) -> Fraction | None:
    """Return a constant, rounded: the checker compares with the constant itself."""
    if term is None:
        return None
    with working(_PRECISION):
        return fraction(Program(term, []).value([]).mid().fmpq())


def _rounded(value: arb, bits: int) -> Fraction:
    return Fraction(round(fraction(value.fmpq()) * 2**bits), 2**bits)


def _eliminated(equalities: Sequence[Form], names: Sequence[str]) -> dict[Any, Form] | None:
    """Solve equalities for some of the unknowns in terms of the others; None if they contradict each other."""
    if not equalities:
        return {}
    entries = [rational(form.get(key, Fraction(0))) for form in equalities for key in [*names, ""]]
    reduced, rank = fmpq_mat(len(equalities), len(names) + 1, entries).rref()
    solved: dict[Any, Form] = {}
    for row in range(rank):
        pivot, *others = [column for column in range(len(names) + 1) if reduced[row, column] != 0]
        if pivot == len(names):
            return None
        keys = [*names, ""]
        solved[names[pivot]] = {keys[column]: -fraction(reduced[row, column]) for column in others}
    return solved


def _substituted(form: Form, solved: dict[Any, Form]) -> Form:
    return combine([(value, solved.get(key, {key: _ONE})) for key, value in form.items()])


def _accepts(judge: Any, raw: dict[str, Any], evidence: Certificate | Witness) -> bool:
    try:
        judge(raw, evidence.to_json())
    except Rejected:
        return False
    return True
