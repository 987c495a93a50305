"""Check rational certificates of linear and semidefinite programs, rebuilt from the statement.

A program minimises (or maximises) a convex (concave) piecewise linear objective under linear constraints; its
unknowns are scalars and, where it names vectors, their inner products, which form a positive semidefinite
Gram matrix. A point bounds the minimum from above. Multipliers bound it from below: each ``max`` gives way to
a convex combination of its arguments, which is no larger, and what the weighted constraints leave must be a
constant plus <slack, Gram> with a positive semidefinite slack. All arithmetic is in the field of rationals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flint import fmpq, fmpz

from theory.engine.checker import Rejected

_NUMBER = re.compile(r"(-?[0-9]{1,1000})(?:/([0-9]{1,1000}))?", re.ASCII)  # bounded: a hostile text must not cost time
Form = dict[Any, fmpq]  # an affine form: coefficients by scalar or by pair of vectors, the constant under ""


def check_linear(statement: dict[str, Any], data: dict[str, Any]) -> None:
    """Check that points and multipliers show each comparison of minima, and that the minima exist."""
    _check(statement, data, "linear")


def check_semidefinite(statement: dict[str, Any], data: dict[str, Any]) -> None:
    """Check that Gram matrices and multipliers show each comparison of suprema (minus infinity if empty)."""
    _check(statement, data, "semidefinite")


def confirm_linear(statement: dict[str, Any], data: dict[str, Any]) -> None:
    """Check that points and multipliers refute one of the comparisons of minima."""
    _confirm(statement, data, "linear")


def confirm_semidefinite(statement: dict[str, Any], data: dict[str, Any]) -> None:
    """Check that Gram matrices and multipliers refute one of the comparisons of suprema."""
    _confirm(statement, data, "semidefinite")


def _check(statement: dict[str, Any], data: dict[str, Any], kind: str) -> None:
    parts, given = _parts(statement, kind), data["parts"]
    _require(
        isinstance(given, list) and len(parts) == len(given) > 0,
        f"there are {len(parts)} comparisons to show",
    )
    for part, bounds in zip(parts, given, strict=True):
        left, right = _side(part["left"], bounds["left"]), _side(part["right"], bounds["right"])
        _require(kind != "linear" or None not in (*left, *right), "a point or the multipliers are missing")
        _require(_holds(part["relation"], *left, *right), f"bounds {left}, {right} do not show {part['relation']}")


def _confirm(statement: dict[str, Any], data: dict[str, Any], kind: str) -> None:
    parts, number = _parts(statement, kind), data["part"]
    _require(type(number) is int and 0 <= number < len(parts), "no such comparison")
    relation = parts[number]["relation"]
    bounds = (*_side(parts[number]["left"], data["left"]), *_side(parts[number]["right"], data["right"]))
    opposites = {"<=": [">"], "<": [">="], ">=": ["<"], ">": ["<="], "==": ["<", ">"]}[relation]
    _require(any(_holds(opposite, *bounds) for opposite in opposites), f"bounds {bounds} do not refute {relation}")


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise Rejected(reason[:300])


def _parts(statement: dict[str, Any], kind: str) -> list[Any]:
    _require(statement["kind"] == kind, f"the statement is of kind {statement['kind']!r}, not {kind!r}")
    return list(statement["parts"])


def _number(text: Any) -> fmpq:
    match = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Rejected(f"not a rational number: {str(text)[:40]!r}")
    return fmpq(fmpz(match[1]), fmpz(match[2] or "1"))


def _holds(relation: str, low: Any, high: Any, other_low: Any, other_high: Any) -> bool:
    """Whether the relation holds for all numbers between the bounds; None stands for no bound."""
    if relation == "==":
        return low is not None and bool(low == high == other_low == other_high)
    small, large = (high, other_low) if relation in ("<=", "<") else (other_high, low)
    return None not in (small, large) and bool(small <= large if "=" in relation else small < large)


def _side(side: dict[str, Any], given: dict[str, Any]) -> tuple[Any, Any]:
    """Return proven bounds (low, high) on the least minimum, or greatest maximum, of one side."""
    if "value" in side:
        return _number(side["value"]), _number(side["value"])
    _require(side["sense"] in ("min", "max"), "the sense is min or max")
    programs, low, high, sign = side["programs"], None, None, 1 if side["sense"] == "min" else -1
    if "point" in given:
        number = given["program"]
        _require(type(number) is int and 0 <= number < len(programs), "the point belongs to no program")
        high = _at_point(programs[number], given["point"], sign)
    if "multipliers" in given:
        _require(len(given["multipliers"]) == len(programs) > 0, "multipliers are needed for every program")
        low = min(_below(program, dual, sign) for program, dual in zip(programs, given["multipliers"], strict=True))
    return (low, high) if sign == 1 else (high and -high, low and -low)


def _at_point(program: dict[str, Any], given: dict[str, Any], sign: int) -> fmpq:
    names, rows = program["vectors"], [[_number(text) for text in row] for row in given["gram"]]
    point: Form = {name: _number(text) for name, text in given["scalars"].items()}
    _require(set(point) == set(program["scalars"]), "the point does not name the scalars of the program")
    _require(
        len(rows) == len(names) and all(len(row) == len(names) for row in rows),
        "the Gram matrix has the wrong shape",
    )
    point |= {(u, v): rows[i][j] for i, u in enumerate(names) for j, v in enumerate(names)}
    _require(all(point[u, v] == point[v, u] for u in names for v in names), "the Gram matrix is not symmetric")
    _require(_positive_semidefinite(rows), "the Gram matrix is not positive semidefinite")
    for number, (left, relation, right) in enumerate(program["constraints"]):
        gap = _value(left, point) - _value(right, point)
        _require({"<=": gap <= 0, ">=": gap >= 0, "==": gap == 0}[relation], f"constraint {number} is violated")
    return sign * _value(program["objective"], point)


def _value(term: Any, point: Form) -> fmpq:
    if isinstance(term, (int, str)):
        return point[term] if isinstance(term, str) else fmpq(term)
    head, parts = term[0], term[1:]
    if head == "/":
        return fmpq(*parts)
    if head == "dot":
        return sum((value * point[pair] for pair, value in _minorant(term, 0, iter(())).items()), fmpq(0))
    values = [_value(part, point) for part in parts]
    if head == "*":
        product = fmpq(1)
        for value in values:
            product *= value
        return product
    _require(head in ("+", "max", "min", "abs"), f"{head!r} is not piecewise linear")
    if head == "abs":
        return abs(values[0])
    return sum(values, fmpq(0)) if head == "+" else max(values) if head == "max" else min(values)


def _below(program: dict[str, Any], dual: dict[str, Any], sign: int) -> fmpq:
    """Return c with sign * objective >= c + sum of multiplier * (constraint as ... >= 0) + <slack, Gram>."""
    weights = iter(dual["weights"])
    rest: Form = {}
    _add(rest, _minorant(program["objective"], sign, weights), fmpq(sign))
    _require(next(weights, None) is None, "there are more weights than maxima in the objective")
    _require(len(dual["constraints"]) == len(program["constraints"]), "one multiplier a constraint is needed")
    for text, (left, relation, right) in zip(dual["constraints"], program["constraints"], strict=True):
        multiplier = _number(text)
        _require(
            relation == "==" or (relation in ("<=", ">=") and multiplier >= 0),
            "an inequality has a negative multiplier",
        )
        scale = multiplier if relation == "<=" else -multiplier
        _add(rest, _minorant(left, 0, weights), scale)
        _add(rest, _minorant(right, 0, weights), -scale)
    names, constant = program["vectors"], rest.pop("", fmpq(0))
    slack = [[rest.pop((u, v), fmpq(0)) for v in names] for u in names]
    _require(all(value == 0 for value in rest.values()), "the multipliers leave a variable in the bound")
    _require(_positive_semidefinite(slack), "the slack matrix is not positive semidefinite")
    return constant


def _add(form: Form, other: Form, scale: fmpq) -> None:
    for name, value in other.items():
        form[name] = form.get(name, fmpq(0)) + scale * value


def _minorant(term: Any, sign: int, weights: Iterator[Any]) -> Form:
    """Return an affine form f with sign * f <= sign * term everywhere; sign 0 demands an affine term."""
    if isinstance(term, (int, str)) or term[0] == "/":
        return {term: fmpq(1)} if isinstance(term, str) else {"": _value(term, {})}
    total: Form = {}
    head, parts = term[0], term[1:]
    if head == "dot":  # half of each product on each side of the diagonal
        for u, a in parts[0].items():
            for v, b in parts[1].items():
                _add(total, {(u, v): fmpq(1)}, _number(a) * _number(b) / 2)
                _add(total, {(v, u): fmpq(1)}, _number(a) * _number(b) / 2)
    elif head == "*":
        free = [part for part in parts if _has_names(part)]
        _require(len(free) <= 1, "a product of unknowns is not linear")
        scale = _value(["*", *[part for part in parts if not _has_names(part)]], {})
        inner = _minorant(free[0], sign * ((scale > 0) - (scale < 0)), weights) if free else {"": fmpq(1)}
        _add(total, inner, scale)
    elif head == "+":
        for part in parts:
            _add(total, _minorant(part, sign, weights), fmpq(1))
    else:
        _require((head, sign) in (("max", 1), ("abs", 1), ("min", -1)), f"{head!r} is not convex where it stands")
        parts = parts if head != "abs" else [parts[0], ["*", -1, parts[0]]]
        shares = [_number(text) for text in next(weights, [])]
        convex = len(shares) == len(parts) and min(shares) >= 0 and sum(shares, fmpq(0)) == 1
        _require(convex, f"the weights of a {head} are no convex combination")
        for part, share in zip(parts, shares, strict=True):
            _add(total, _minorant(part, sign, weights), share)
    return total


def _has_names(term: Any) -> bool:
    return isinstance(term, str) or (isinstance(term, list) and (term[0] == "dot" or any(map(_has_names, term[1:]))))


def _positive_semidefinite(matrix: list[list[fmpq]]) -> bool:
    """Decide it exactly by symmetric elimination: a zero pivot of a PSD matrix has a zero row."""
    rows = matrix
    while rows:
        pivot, *tail = rows[0]
        if pivot < 0 or (pivot == 0 and any(value != 0 for value in tail)):
            return False
        scales = [row[0] / pivot if pivot else fmpq(0) for row in rows[1:]]
        rows = [
            [value - scale * head for value, head in zip(row[1:], tail, strict=True)]
            for scale, row in zip(scales, rows[1:], strict=True)
        ]
    return True
