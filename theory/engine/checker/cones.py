"""Check rational certificates of exponential cone programs (kind ``"exponential_cone"``), and witnesses against them.

A program minimises an affine objective where affine forms are >= 0 or == 0 and triples of them lie in the cone
``K = closure {(x, y, z) : y > 0, y exp(x/y) <= z}``. A rational point bounds the minimum from above. Multipliers bound
it from below: with m >= 0 for inequalities and (u, v, w) in the dual cone ``closure {u < 0, -u exp(v/u - 1) <= w}``
for triples, the objective is at least what is left of it when the weighted forms are subtracted, and that must be a
constant. Linear algebra is exact; membership in a cone is decided by a logarithm in ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import arb, fmpq

from theory.engine.checker import Rejected
from theory.engine.checker.boxes import rational, working
from theory.engine.checker.terms import Tape

_PRECISIONS = (64, 256, 1024, 4096)
Form = dict[str, fmpq]  # an affine form: coefficients by unknown, the constant under ""
_ZERO = fmpq(0)


def check_exponential_cone(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Check that a point and multipliers show the optimum to lie between the bounds of the statement."""
    low, high = _ends(statement)
    least, most = _Program(statement).known(data)
    if low is not None and (least is None or _order(least, low) not in (0, 1)):
        raise Rejected(f"the optimum is not shown to be at least the lower bound, only {_shown(least)}")
    if high is not None and (most is None or _order(most, high) not in (0, -1)):
        raise Rejected(f"the optimum is not shown to be at most the upper bound, only {_shown(most)}")


def confirm_exponential_cone(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Check that a point, or multipliers, show the optimum to lie beyond one of the bounds."""
    low, high = _ends(statement)
    least, most = _Program(statement).known(data)
    below = low is not None and most is not None and _order(most, low) == -1
    above = high is not None and least is not None and _order(least, high) == 1
    if not (below or above):
        raise Rejected("the optimum is not shown to lie beyond a bound")


def _ends(statement: Mapping[str, Any]) -> tuple[Any, Any]:
    if statement["kind"] != "exponential_cone":
        raise Rejected(f"a statement of kind {str(statement['kind'])[:40]!r} is not about an exponential cone program")
    if statement["low"] is None and statement["high"] is None:
        raise Rejected("the statement has no bound to show")
    return statement["low"], statement["high"]


def _shown(bound: fmpq | None) -> str:
    return "unbounded" if bound is None else f"{float(arb(bound)):.12g}"


class _Program:
    """A program as minimisation, read from the statement's JSON alone."""

    def __init__(self, statement: Mapping[str, Any]) -> None:
        raw = statement["program"]
        if raw["sense"] not in ("min", "max"):
            raise Rejected("the sense is min or max")
        self.sign = 1 if raw["sense"] == "min" else -1
        self.unknowns = list(raw["unknowns"])
        self.cost = self._form(raw["objective"])
        self.constraints = [(relation, self._form(form)) for relation, form in raw["constraints"]]
        self.cones = [[self._form(form) for form in triple] for triple in raw["cones"]]
        if any(relation not in (">=", "==") for relation, _ in self.constraints):
            raise Rejected("a constraint is neither >= 0 nor == 0")
        if any(len(triple) != 3 for triple in self.cones):
            raise Rejected("a cone is not given by three forms")

    def _form(self, raw: Mapping[str, Any]) -> Form:
        strange = set(raw) - {*self.unknowns, ""}
        if strange or "" in self.unknowns:
            raise Rejected(f"a form names {sorted(strange)}, which are no unknowns")
        return {name: rational(text) for name, text in raw.items()}

    def known(self, data: Mapping[str, Any]) -> tuple[fmpq | None, fmpq | None]:
        """Return what is shown: the optimum is at least the first and at most the second, None for no bound."""
        above = self._value(data["point"]) if "point" in data else None
        below = self._bound(data["multipliers"]) if "multipliers" in data else None
        return (below, above) if self.sign == 1 else (above, below)

    def _value(self, given: Mapping[str, Any]) -> fmpq:
        """Return the objective at a point, which must be feasible."""
        if set(given) != set(self.unknowns):
            raise Rejected("the point does not give a value to each unknown, and to no other")
        point = {name: rational(text) for name, text in given.items()}
        for number, (relation, form) in enumerate(self.constraints):
            value = _at(form, point)
            if value < 0 or (relation == "==" and value != 0):
                raise Rejected(f"the point violates constraint {number}")
        for number, triple in enumerate(self.cones):
            if not _in_cone(*[_at(form, point) for form in triple]):
                raise Rejected(f"the point is not shown to lie in cone {number}")
        return _at(self.cost, point)

    def _bound(self, given: Mapping[str, Any]) -> fmpq:
        """Return the lower bound of ``sign * objective`` by the multipliers, times the sign."""
        weights = [rational(text) for text in given["constraints"]]
        duals = [[rational(text) for text in triple] for triple in given["cones"]]
        if len(weights) != len(self.constraints) or [len(dual) for dual in duals] != [3] * len(self.cones):
            raise Rejected("one multiplier a constraint and three a cone are needed")
        rest = {name: self.sign * value for name, value in self.cost.items()}
        for number, (weight, (relation, form)) in enumerate(zip(weights, self.constraints, strict=True)):
            if relation == ">=" and weight < 0:
                raise Rejected(f"inequality {number} has a negative multiplier")
            _subtract(rest, weight, form)
        for number, (dual, triple) in enumerate(zip(duals, self.cones, strict=True)):
            if not _in_dual_cone(*dual):
                raise Rejected(f"the multipliers of cone {number} are not shown to lie in the dual cone")
            for weight, form in zip(dual, triple, strict=True):
                _subtract(rest, weight, form)
        constant = rest.pop("", _ZERO)
        if any(value != 0 for value in rest.values()):
            raise Rejected("the multipliers leave an unknown in the bound")
        return self.sign * constant


def _at(form: Form, point: Mapping[str, fmpq]) -> fmpq:
    return sum((value * point[name] if name else value for name, value in form.items()), _ZERO)


def _subtract(rest: Form, weight: fmpq, form: Form) -> None:
    for name, value in form.items():
        rest[name] = rest.get(name, _ZERO) - weight * value


def _in_cone(x: fmpq, y: fmpq, z: fmpq) -> bool:
    """Whether ``y exp(x/y) <= z``, or y = 0 and x <= 0 <= z."""
    if y == 0:
        return bool(x <= 0 <= z)
    return bool(y > 0 and z > 0) and _logarithm_at_least(z / y, x / y)


def _in_dual_cone(u: fmpq, v: fmpq, w: fmpq) -> bool:
    """Whether ``-u exp(v/u - 1) <= w`` with u < 0, or u = 0 and v, w >= 0."""
    if u == 0:
        return bool(v >= 0 and w >= 0)
    return bool(u < 0 < w) and _logarithm_at_least(w / -u, v / u - 1)


def _logarithm_at_least(number: fmpq, bound: fmpq) -> bool:
    """Whether ``log(number) >= bound`` for a positive rational; both sides rational only at log 1 = 0."""
    if bound == 0:
        return bool(number >= 1)
    for precision in _PRECISIONS:
        with working(precision, 2):
            gap = arb(number).log() - arb(bound)
            if gap > 0 or gap < 0:
                return bool(gap > 0)
    return False


def _order(number: fmpq, term: Any) -> int | None:
    """Compare a rational with a constant term: 1 if it is larger, -1 if smaller, 0 if equal, None if not seen."""
    tape = Tape({})
    top = tape.add(term)
    exact = tape.span(top, {})
    if exact is not None:
        return int(number > exact[0]) - int(number < exact[0])
    for precision in _PRECISIONS:
        with working(precision, 2):
            gap = arb(number) - tape.values({}, {})[top]
            if gap > 0 or gap < 0:
                return 1 if gap > 0 else -1
    return None
