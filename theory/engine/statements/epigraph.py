"""Convex programs in terms, brought to rows: the one place where provers replace a maximum by a new unknown.

``minimise 2 max(x, y)`` becomes ``minimise 2 t`` with ``t - x >= 0`` and ``t - y >= 0``. The checker does not
use this: it bounds a maximum by convex combinations instead, so that an error here cannot make a false
certificate pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.engine.terms import Term

Form = dict[Any, Fraction]
"""An affine form: coefficients by unknown, the constant under ``""``.

Unknowns are names of scalars, sorted pairs of vectors (their inner products) and integers (the maxima)."""

CONSTRAINT_RELATIONS = ("<=", ">=", "==")


@dataclass
class Rows:
    """A convex program in rows: minimise ``cost`` where ``inequalities >= 0`` and ``equalities == 0``.

    Attributes
    ----------
    cost, inequalities, equalities
        Affine forms; the first inequalities come from maxima, then those of the constraints, in order.
    maxima
        For each maximum, in the order of a walk through the objective, the numbers of its inequalities.
    places
        For each constraint whether it is an ``"equality"`` or ``"inequality"``, and the number of its row.
    """

    cost: Form = field(default_factory=dict)
    inequalities: list[Form] = field(default_factory=list)
    equalities: list[Form] = field(default_factory=list)
    maxima: list[list[int]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def unknowns(self) -> list[Any]:
        """Return the unknowns in order of their first appearance."""
        forms = [self.cost, *self.inequalities, *self.equalities]
        return [key for key in dict.fromkeys(key for form in forms for key in form) if key != ""]

    def dual_json(self, multipliers: Sequence[Fraction]) -> dict[str, list[Any]]:
        """Return multipliers of the rows (inequalities first) as the checker reads them.

        The multipliers of a maximum's rows, made to sum to 1, are the weights of its arguments.
        """
        weights = []
        for numbers in self.maxima:
            total = sum((multipliers[row] for row in numbers), Fraction(0))
            if total:
                weights.append([str(multipliers[row] / total) for row in numbers])
            else:  # this maximum does not enter the bound; any convex combination will do
                weights.append(["1"] + ["0"] * (len(numbers) - 1))
        first = {"inequality": 0, "equality": len(self.inequalities)}
        return {
            "weights": weights,
            "constraints": [str(multipliers[first[family] + row]) for family, row in self.places],
        }


def rows(objective: Term, constraints: Sequence[Sequence[Any]], *, sense: str = "min") -> Rows:
    """Bring a program to rows.

    Parameters
    ----------
    objective
        A convex piecewise linear term (concave where ``sense`` is ``"max"``).
    constraints
        ``(left, relation, right)`` with affine sides.
    sense
        ``"min"`` or ``"max"``; the cost of a maximisation is the objective's negative.

    Raises
    ------
    ValueError
        If the objective is not of that shape or a constraint is not affine.

    Examples
    --------
    >>> program = rows(["max", "x", ["*", 2, "y"]], [("x", ">=", 1)])
    >>> program.cost, len(program.inequalities), program.maxima
    ({0: Fraction(1, 1)}, 3, [[0, 1]])
    """
    result = Rows()
    sign = 1 if sense == "min" else -1
    result.cost = _scaled(_form(objective, sign, result), Fraction(sign))
    for left, relation, right in constraints:
        if relation not in CONSTRAINT_RELATIONS:
            raise ValueError(f"relation of a constraint is {relation!r}; allowed: {' '.join(CONSTRAINT_RELATIONS)}")
        sides = [_form(left, 0, result), _form(right, 0, result)]
        small, large = sides if relation == "<=" else sides[::-1]
        family = result.equalities if relation == "==" else result.inequalities
        result.places.append(("equality" if relation == "==" else "inequality", len(family)))
        family.append(combine([(Fraction(1), large), (Fraction(-1), small)]))
    return result


def combine(parts: Sequence[tuple[Fraction, Form]]) -> Form:
    """Return the linear combination, without zero coefficients.

    >>> combine([(Fraction(2), {"x": Fraction(1), "": Fraction(3)}), (Fraction(-2), {"x": Fraction(1)})])
    {'': Fraction(6, 1)}
    """
    total: Form = {}
    for factor, form in parts:
        for key, value in form.items():
            total[key] = total.get(key, Fraction(0)) + factor * value
    return {key: value for key, value in total.items() if value}


def _scaled(form: Form, factor: Fraction) -> Form:
    return combine([(factor, form)])


def _form(term: Term, sign: int, result: Rows) -> Form:
    """Return the term as an affine form; ``sign`` is the curvature wanted: 1 convex, 0 affine, -1 concave."""
    if isinstance(term, int):
        return {"": Fraction(term)} if term else {}
    if isinstance(term, str):
        return {term: Fraction(1)}
    head, *parts = term
    if head == "/":
        return {"": Fraction(*parts)}
    if head == "dot":
        return _inner_product(*parts)
    if head == "+":
        return combine([(Fraction(1), _form(part, sign, result)) for part in parts])
    if head == "*":
        return _product(parts, sign, result)
    if (head, sign) in (("max", 1), ("abs", 1), ("min", -1)):
        return _maximum(parts if head != "abs" else [parts[0], ["*", -1, parts[0]]], sign, result)
    place = {1: "convex piecewise linear", 0: "linear", -1: "concave piecewise linear"}[sign]
    raise ValueError(f"{head!r} in {term} is not {place}, as it must be where it stands")


def _inner_product(left: dict[str, str], right: dict[str, str]) -> Form:
    products = [
        ({tuple(sorted((u, v))): Fraction(1)}, Fraction(a) * Fraction(b))
        for u, a in left.items()
        for v, b in right.items()
    ]
    return combine([(factor, dict(form)) for form, factor in products])


def _product(parts: list[Term], sign: int, result: Rows) -> Form:
    scale, free = Fraction(1), None
    for part in parts:
        if not has_unknowns(part):
            scale *= _form(part, 0, result).get("", Fraction(0))
        elif free is None:
            free = part
        else:
            raise ValueError(f"the product {['*', *parts]} of unknowns is not linear")
    if free is None:
        return {"": scale} if scale else {}
    return _scaled(_form(free, sign * ((scale > 0) - (scale < 0)), result), scale)


def _maximum(parts: list[Term], sign: int, result: Rows) -> Form:
    unknown, numbers = len(result.maxima), []
    result.maxima.append([])  # before its arguments: the order of a walk
    forms = [_form(part, sign, result) for part in parts]
    for form in forms:
        numbers.append(len(result.inequalities))
        result.inequalities.append(combine([(Fraction(sign), {unknown: Fraction(1)}), (Fraction(-sign), form)]))
    result.maxima[unknown] = numbers
    return {unknown: Fraction(1)}


def has_unknowns(term: Term) -> bool:
    """Return whether a term depends on any unknown.

    >>> has_unknowns(["*", 2, ["/", 1, 3]]), has_unknowns(["+", 1, "x"])
    (False, True)
    """
    if isinstance(term, list):
        return term[0] == "dot" or any(has_unknowns(part) for part in term[1:])
    return isinstance(term, str)


def exact(value: Any, what: str) -> Fraction:
    """Return a number given as int, Fraction, SymPy Rational or text like ``"9/20"`` as a Fraction.

    Raises
    ------
    ValueError
        If it is anything else; floats are not exact.
    """
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    numerator, denominator = getattr(value, "p", None), getattr(value, "q", None)
    if numerator is not None and denominator is not None:
        return Fraction(int(numerator), int(denominator))
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    raise ValueError(f'{what} is {value!r}; allowed are exact rationals: 2, Fraction(9, 20), "9/20"')
