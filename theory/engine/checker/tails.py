"""Unbounded ranges made bounded: ``x = low / v^k`` (or ``low - 1 + 1/v^k`` where low <= 0) with v in (0, 1].

The power of v is drawn out of sums, products and powers exactly, so that an expression that has a limit at infinity is
written without ``1/v``, and can be enclosed on cells that touch v = 0. Provers use this very function: it is the
checker's definition of what the bounded statement is.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from theory.engine.checker import Rejected

_MOST_POWER = 12


def without_tails(statement: Mapping[str, Any], powers: Mapping[str, int]) -> dict[str, Any]:
    """Return an equivalent ``forall`` statement in which each named variable is replaced by a bounded one.

    Parameters
    ----------
    statement
        JSON of the statement.
    powers
        The exponent k for each variable to replace; ``x`` becomes ``v_x``.

    Raises
    ------
    Rejected
        If a variable is not unbounded on exactly one side, or an exponent is not an integer from 1 to 12.
    """
    result = dict(statement)
    for name, power in powers.items():
        if type(power) is not int or not 1 <= power <= _MOST_POWER:
            raise Rejected(f"the exponent of a tail is an integer from 1 to {_MOST_POWER}, not {power!r}")
        result = _replaced(result, name, power)
    return result


def _replaced(statement: dict[str, Any], name: str, power: int) -> dict[str, Any]:
    entry = next((item for item in statement["domain"] if item["name"] == name), None)
    new = f"v_{name}"
    if entry is None or (entry["low"] is None) == (entry["high"] is None):
        raise Rejected(f"{name} is not a variable that is unbounded on one side")
    if any(item["name"] == new for item in statement["domain"]):
        raise Rejected(f"the name {new} is taken")
    down = entry["low"] is None
    end = Fraction(entry["high"] if down else entry["low"])
    value: Any = ["*", _number(end), ["^", new, -power]]
    if down:
        value = ["+", _number(end + 1), ["*", -1, ["^", new, -power]]] if end >= 0 else value
    elif end <= 0:
        value = ["+", _number(end - 1), ["^", new, -power]]
    closed = entry["high_closed" if down else "low_closed"]
    bounded = {"name": new, "low": "0", "high": "1", "low_closed": False, "high_closed": closed, "integer": False}

    def sign(left: Any, right: Any) -> Any:
        """Return a term of the same sign as left - right: the power of v in front is positive."""
        difference = left if right == 0 else ["+", left, ["*", -1, right]]
        return _scaled(difference, name, new, value)[1]

    return {
        **statement,
        "domain": [bounded if item is entry else item for item in statement["domain"]],
        "lhs": sign(statement["lhs"], statement["rhs"]),
        "rhs": 0,
        "given": [[sign(left, right), relation, 0] for left, relation, right in statement["given"]],
    }


def _scaled(term: Any, name: str, new: str, value: Any) -> tuple[Fraction, Any]:
    """Return p and a term r with ``term = v^p r`` for all v > 0."""
    if term == name:
        return _scaled(value, name, new, value)
    if term == new:
        return Fraction(1), 1
    if not isinstance(term, list) or term[0] in ("/", "pi"):
        return Fraction(0), term
    head, rest = term[0], term[1:]
    if head == "E":
        return Fraction(0), [head, rest[0], _plain(new, *_scaled(rest[1], name, new, value))]
    parts = [_scaled(part, name, new, value) for part in rest]
    if head == "*":
        return sum((p for p, _ in parts), Fraction(0)), [head, *[r for _, r in parts]]
    if head == "+":
        least = min(p for p, _ in parts)
        return least, [head, *[_plain(new, p - least, r) for p, r in parts]]
    exponent = _rational(rest[1]) if head == "^" else None
    if exponent is not None:  # v > 0: the base is defined and of the same sign with or without v^p
        return parts[0][0] * exponent, ["^", parts[0][1], rest[1]]
    return Fraction(0), [head, *[_plain(new, p, r) for p, r in parts]]


def _plain(new: str, power: Fraction, rest: Any) -> Any:
    if power == 0:
        return rest
    factor = new if power == 1 else ["^", new, _number(power)]
    return factor if rest == 1 else ["*", factor, rest]


def _rational(term: Any) -> Fraction | None:
    if isinstance(term, int):
        return Fraction(term)
    return Fraction(term[1], term[2]) if isinstance(term, list) and term[0] == "/" else None


def _number(value: Fraction) -> Any:
    return value.numerator if value.denominator == 1 else ["/", value.numerator, value.denominator]
