"""Witnesses against statements for every number of classes: explicit exact values, a row for each unnamed class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

from flint import arb, ctx, fmpq

from theory.engine.checker import Rejected

Value = Fraction | arb  # exact as long as nothing but rational arithmetic was done
_MOST_ROWS = 200
_MOST_EXACT = 64  # larger powers are taken of balls
_FUNCTIONS: dict[str, Callable[[arb], arb]] = {
    "exp": arb.exp,
    "log": arb.log,
    "abs": abs,
    "tanh": arb.tanh,
    "cosh": arb.cosh,
    "sinh": arb.sinh,
    "atan": arb.atan,
    "erf": arb.erf,
    "erfc": arb.erfc,
}


def confirm_rows(statement: dict[str, Any], data: dict[str, Any]) -> None:
    """Check that at the given values every hypothesis holds and the conclusion definitely fails."""
    try:
        point = {name: Fraction(value) for name, value in data["point"].items()}
        rows = [{name: Fraction(value) for name, value in row.items()} for row in data["rows"]]
        precision = int(data.get("precision", 200))
    except (ValueError, TypeError, AttributeError, KeyError, ZeroDivisionError) as error:
        raise Rejected(f"malformed witness: {error}") from None
    if len(rows) > _MOST_ROWS or not 53 <= precision <= 4000:
        raise Rejected(f"{len(rows)} rows at {precision} bits; allowed: {_MOST_ROWS} rows, 53 to 4000 bits")
    _check_ranges(statement["domain"], point)
    for row in rows:
        _check_ranges(statement["each"], row)
    with_rows = [point | row for row in rows]
    before, ctx.prec = ctx.prec, precision
    try:
        each = {item["name"] for item in statement["each"]}
        for left, relation, right in statement["given"]:
            loose = (_loose(left) | _loose(right)) & each
            for values in with_rows if loose else [point]:
                if not _definitely(value(left, values, with_rows), relation, value(right, values, with_rows)):
                    raise Rejected(f"the hypothesis {left} {relation} {right} does not hold at {values}")
        sides = value(statement["lhs"], point, with_rows), value(statement["rhs"], point, with_rows)
        if not _definitely_not(sides[0], statement["relation"], sides[1]):
            raise Rejected(
                f"the statement is not definitely false there: {sides[0]} {statement['relation']} {sides[1]}"
            )
    finally:
        ctx.prec = before


def value(term: Any, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]]) -> Value:
    """Evaluate a term, exactly as long as it stays rational, else in balls."""
    if isinstance(term, int):
        return Fraction(term)
    if isinstance(term, str):
        return values[term]
    head, *rest = term
    if head == "/":
        return Fraction(rest[0], rest[1])
    if head == "sum":
        return _add([value(rest[0], {**values, **row}, rows) for row in rows])
    if head == "E":
        return _entire(rest[0], _ball(value(rest[1], values, rows)))
    parts = [value(part, values, rows) for part in rest]
    if head == "+":
        return _add(parts)
    if head == "*":
        exact = all(isinstance(part, Fraction) for part in parts)
        return prod(parts, start=Fraction(1)) if exact else prod(map(_ball, parts), start=arb(1))
    if head == "^":
        return _power(parts[0], parts[1])
    if head in ("max", "min"):
        return _extreme(head, parts)
    if head == "pi":
        return arb.pi()
    if head not in _FUNCTIONS:
        raise Rejected(f"cannot evaluate {head!r}")
    return _FUNCTIONS[head](_ball(parts[0]))


def _extreme(head: str, parts: list[Value]) -> Value:
    exact = [part for part in parts if isinstance(part, Fraction)]
    if len(exact) == len(parts):
        return max(exact) if head == "max" else min(exact)
    return reduce(arb.max if head == "max" else arb.min, map(_ball, parts))


def _add(parts: list[Value]) -> Value:
    exact = sum((part for part in parts if isinstance(part, Fraction)), Fraction(0))
    balls = [part for part in parts if not isinstance(part, Fraction)]
    return sum(balls, _ball(exact)) if balls else exact


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, Fraction) and base == 0:
        if not exponent > 0:
            raise Rejected("zero to a power that is not positive")
        return Fraction(0)
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        return base ** int(exponent) if abs(exponent) <= _MOST_EXACT else _ball(base) ** int(exponent)
    return _ball(base) ** _ball(exponent)


def _entire(k: int, z: arb) -> arb:
    """``int_0^1 s^k e^(s z) ds`` as a confluent hypergeometric function."""
    return z.hypgeom_1f1(arb(k + 1), arb(k + 2)) / (k + 1)


def _ball(number: Value) -> arb:
    return arb(fmpq(number.numerator, number.denominator)) if isinstance(number, Fraction) else number


def _definitely(left: Value, relation: str, right: Value) -> bool:
    """Whether the relation certainly holds; of balls only what holds with room is certain."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        sign = (left > right) - (left < right)
        return {"==": sign == 0, ">=": sign >= 0, ">": sign > 0, "<=": sign <= 0, "<": sign < 0}[relation]
    gap = _ball(left) - _ball(right)
    return relation != "==" and bool(gap > 0 if relation in (">", ">=") else gap < 0)


def _definitely_not(left: Value, relation: str, right: Value) -> bool:
    if relation == "==":
        gap = _ball(left) - _ball(right)
        return bool(gap > 0) or bool(gap < 0)
    return _definitely(left, {">=": "<", ">": "<=", "<=": ">", "<": ">="}[relation], right)


def _check_ranges(domain: list[dict[str, Any]], point: dict[str, Fraction]) -> None:
    if set(point) != {item["name"] for item in domain}:
        raise Rejected(f"values for {sorted(point)}, variables {sorted(item['name'] for item in domain)}")
    for item in domain:
        value, low, high = point[item["name"]], item["low"], item["high"]
        above = low is None or value > Fraction(low) or (item["low_closed"] and value == Fraction(low))
        below = high is None or value < Fraction(high) or (item["high_closed"] and value == Fraction(high))
        if not (above and below) or (item["integer"] and value.denominator != 1):
            raise Rejected(f"{item['name']} = {value} is outside its range")


def _loose(term: Any) -> set[str]:
    if isinstance(term, str):
        return {term}
    if isinstance(term, int) or term[0] in ("/", "pi", "sum"):
        return set()
    return set().union(*[_loose(part) for part in (term[2:] if term[0] == "E" else term[1:])])
