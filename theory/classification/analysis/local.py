"""What a margin loss does at 0, exactly: one-sided slopes, smoothness, Taylor coefficients (SymPy)."""

from __future__ import annotations

from typing import Any

import sympy

MAX_ORDER = 4


class Unclear(Exception):
    """An exact question could not be answered."""


def sign(value: sympy.Expr) -> int:
    """Return the sign of a real constant, exactly.

    Raises
    ------
    Unclear
        If the constant is not real, or neither its digits nor SymPy tell whether it is zero.
    """
    value = sympy.sympify(value)
    if value.is_Rational:
        return int(value.p > 0) - int(value.p < 0)
    if value.free_symbols or value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise Unclear(f"{value} is not a finite constant")
    digits = _ball_sign(value)
    if digits is not None:
        return digits
    if sympy.simplify(value).is_zero:
        return 0
    raise Unclear(f"the sign of {value}")


def _ball_sign(value: sympy.Expr) -> int | None:
    from theory.classification.analysis.intervals import WHOLE, compile_term
    from theory.engine.provers.balls import working
    from theory.engine.terms import from_sympy

    try:
        term = from_sympy(value)
    except ValueError as error:
        raise Unclear(f"the sign of {value}: {error}") from None
    for precision in (64, 256, 1024):
        with working(precision):  # constants are enclosed when they are compiled
            span = compile_term(term)(WHOLE)[0]
        if span.low > 0 or span.high < 0:
            return 1 if span.low > 0 else -1
    return None


def branch(expression: sympy.Expr, u: sympy.Symbol, side: int) -> sympy.Expr:
    """Return the smooth formula that equals the expression for small u of the given side (+1 right, -1 left)."""
    if not expression.args:
        return expression
    arguments = [branch(argument, u, side) for argument in expression.args]
    if isinstance(expression, (sympy.Max, sympy.Min)):
        largest = isinstance(expression, sympy.Max)
        result = arguments[0]
        for argument in arguments[1:]:
            order = _order(argument - result, u, side)
            result = argument if (order > 0) == largest and order != 0 else result
        return result
    if isinstance(expression, sympy.Abs):
        return arguments[0] if _order(arguments[0], u, side) >= 0 else -arguments[0]
    return expression.func(*arguments)


def _order(difference: sympy.Expr, u: sympy.Symbol, side: int) -> int:
    """Return the sign of an analytic function just beside 0, from its first non-zero derivative there."""
    if sympy.expand(difference) == 0:
        return 0
    derivative = difference
    for order in range(2 * MAX_ORDER):
        found = sign(_at_zero(derivative, u))
        if found:
            return found * side**order
        derivative = sympy.diff(derivative, u)
    raise Unclear(f"which of two branches of {difference} is larger near 0")


def _at_zero(expression: sympy.Expr, u: sympy.Symbol) -> sympy.Expr:
    value = expression.subs(u, 0)
    if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise Unclear(f"{expression} has no value at 0")
    return value


def analytic_at_zero(expression: sympy.Expr, u: sympy.Symbol) -> bool:
    """Return whether the formula is visibly analytic at 0: no kink, and no root, logarithm or pole at its own zero."""
    if expression.has(sympy.Max, sympy.Min, sympy.Abs):
        return False
    for part in sympy.preorder_traversal(expression):
        root = part.is_Pow and not (part.exp.is_Integer and part.exp >= 0) and part.base.has(u)
        if root and sign(_at_zero(part.base, u)) <= 0 and not part.exp.is_Integer:
            return False
        if root and sign(_at_zero(part.base, u)) == 0:
            return False
        if isinstance(part, sympy.log) and sign(_at_zero(part.args[0], u)) <= 0:
            return False
    return True


def at_zero(expression: sympy.Expr, u: sympy.Symbol) -> dict[str, Any]:
    """Return value, one-sided slopes and, where phi is analytic at 0, its derivatives, as SymPy constants.

    Keys: ``value``, ``left``, ``right`` (slopes), ``signs`` (of left, right and right - left), ``smooth`` and
    ``derivatives`` (orders 0 to `MAX_ORDER`, only if smooth).
    """
    left, right = branch(expression, u, -1), branch(expression, u, 1)
    if not (analytic_at_zero(left, u) and analytic_at_zero(right, u)):
        raise Unclear("the formula is not visibly smooth on both sides of 0")
    value = _at_zero(right, u)
    if sign(sympy.expand(_at_zero(left, u) - value)):
        raise Unclear("the formula jumps at 0")
    slopes = [sympy.simplify(_at_zero(sympy.diff(side, u), u)) for side in (left, right)]
    result: dict[str, Any] = {
        "value": sympy.simplify(value),
        "left": slopes[0],
        "right": slopes[1],
        "signs": [sign(slopes[0]), sign(slopes[1]), sign(sympy.simplify(slopes[1] - slopes[0]))],
        "smooth": sympy.expand(left - right) == 0,
    }
    if result["smooth"]:
        result["derivatives"] = _derivatives(right, u)
    return result


def _derivatives(expression: sympy.Expr, u: sympy.Symbol) -> list[sympy.Expr]:
    found, derivative = [], expression
    for _ in range(MAX_ORDER + 1):
        found.append(sympy.simplify(_at_zero(derivative, u)))
        derivative = sympy.diff(derivative, u)
    return found
