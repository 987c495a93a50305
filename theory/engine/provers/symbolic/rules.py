"""The rules. Each takes the context and its arguments, checks every condition, and returns the new fact.

A rule never searches: what it needs it is told. Conditions are signs that follow from ranges and known facts,
identities shown by the normal form, and definedness of everything that is written down. A rule that does not apply
raises `StepFailed`. Every fact names what it was concluded from (the last arguments of `Context.add`), so that
nothing is concluded from a class where there may be none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import sympy

from theory.engine.functions import Sig
from theory.engine.provers.symbolic.context import Context, Fact, StepFailed, exact
from theory.engine.provers.symbolic.signs import NONNEGATIVE, Interval

Expr: TypeAlias = sympy.Expr


def hypothesis(context: Context, index: int) -> Fact:
    """Use the statement's hypothesis number ``index``."""
    if int(index) != index or not 0 <= index < len(context.hypotheses):
        raise StepFailed(f"there is no hypothesis {index}; there are {len(context.hypotheses)}")
    return context.hypotheses[int(index)]


def sign(context: Context, expression: Expr, op: str) -> Fact:
    """``expression op 0``, read off the ranges of the symbols and the facts known so far."""
    context.require_defined(expression)
    context.require(expression, op)
    return context.add(expression, op, sympy.Integer(0))


def identity(context: Context, lhs: Expr, rhs: Expr) -> Fact:
    """``lhs == rhs`` by normal form; both must be defined on the whole domain, so that no hole is jumped."""
    context.require_defined(lhs, rhs)
    context.require_zero(lhs - rhs, "identity")
    return context.add(lhs, "==", rhs)


def show(context: Context, lhs: Expr, op: str, rhs: Expr, by: Sequence[Any] = ()) -> Fact:
    """A combination: ``lhs - rhs`` is a sum of known differences times coefficients, plus a rest of known sign.

    Parameters
    ----------
    context
        What is known.
    lhs, op, rhs
        What is to be shown.
    by
        Facts, or pairs ``(coefficient, fact)``. The coefficient of an inequality must be >= 0; that of an equality
        is free.
    """
    flipped = op in ("<=", "<")
    left, right, relation = (rhs, lhs, {"<=": ">=", "<": ">"}[op]) if flipped else (lhs, rhs, op)
    rest, strict, premises = exact(left) - exact(right), False, []
    for item in by:
        coefficient, fact = item if isinstance(item, (tuple, list)) else (sympy.Integer(1), item)
        coefficient, fact = exact(coefficient), context.usable(fact)
        context.require_defined(coefficient)
        if fact.op != "==":
            context.require(coefficient, ">=")
            if relation == "==":
                raise StepFailed("an equality does not follow from an inequality")
            strict = strict or (fact.op == ">" and context.signs().enclose(coefficient).positive)
        rest -= coefficient * fact.excess
        premises += [coefficient, fact]
    context.require_defined(lhs, rhs)
    _require_rest(context, rest, relation, strict)
    return context.add(lhs, op, rhs, *premises)


def _require_rest(context: Context, rest: Expr, relation: str, strict: bool) -> None:
    """Demand that what a combination leaves over is zero or of the right sign, as it stands or in another form."""
    normal = sympy.Integer(0) if rest == 0 else context.simplified(rest)
    if normal == 0:
        if relation == ">" and not strict:
            raise StepFailed("a strict relation needs a strict premise with a positive coefficient")
        return
    if relation == "==":
        raise StepFailed(f"combination: not shown to be zero: {normal}")
    needed = ">" if relation == ">" and not strict else ">="
    # the normal form rests on continuity: it is used only for a relation that survives limits
    for form in (rest, sympy.expand(rest), *([normal] if needed == ">=" else [])):
        signs = context.signs()
        if signs.defined(form):
            inside = signs.enclose(form)
            if inside.positive or (needed == ">=" and inside.nonnegative):
                return
    raise StepFailed(f"combination: not shown to be {needed} 0: {normal}")


def power(context: Context, fact: Fact, exponent: Expr) -> Fact:
    """``x >= y >= 0`` gives ``x**e >= y**e`` for e >= 0; ``x >= y > 0`` gives ``y**e >= x**e`` for e <= 0."""
    fact = context.usable(fact)
    exponent = exact(exponent)
    inside = context.signs().enclose(exponent)
    x, y = fact.lhs**exponent, fact.rhs**exponent
    context.require_defined(exponent, x, y)
    if fact.op == "==":
        return context.add(x, "==", y, fact, exponent)
    context.require(fact.rhs, ">=")
    op = ">" if fact.op == ">" and inside.nonzero else ">="
    if inside.nonnegative:
        return context.add(x, op, y, fact, exponent)
    if (-inside).nonnegative:
        return context.add(y, op, x, fact, exponent)
    raise StepFailed(f"the sign of the exponent {exponent} is not known")


def logarithm(context: Context, fact: Fact) -> Fact:
    """``x >= y > 0`` gives ``log x >= log y``."""
    fact = context.usable(fact)
    x, y = sympy.log(fact.lhs), sympy.log(fact.rhs)
    context.require_defined(sympy.log(fact.lhs, evaluate=False), sympy.log(fact.rhs, evaluate=False))
    return context.add(x, fact.op, y, fact)


def exponential(context: Context, fact: Fact) -> Fact:
    """``x >= y`` gives ``exp x >= exp y``."""
    fact = context.usable(fact)
    context.require_defined(fact.lhs, fact.rhs)
    return context.add(sympy.exp(fact.lhs), fact.op, sympy.exp(fact.rhs), fact)


# -- convexity -------------------------------------------------------------------------------------------------------


def _at(context: Context, f: Expr, v: sympy.Symbol, value: Expr) -> Expr:
    """Put ``value`` in place of v. No sum over classes may capture a class's own symbols in it, nor own v itself."""
    value = exact(value)
    if context.loose(v, value) and any(v in total.free_symbols for total in f.atoms(Sig)):
        raise StepFailed(f"{v} stands inside a sum over classes in {f}; it cannot be {value}, which is one class's own")
    return f.subs(v, value)


def _curvature(context: Context, f: Expr, v: sympy.Symbol, over: Interval) -> int:
    """Return +1 if f'' >= 0 on the open interval, -1 if f'' <= 0."""
    inner = {v: Interval(over.low, over.high)}
    context.require_defined(f, f.diff(v), f.diff(v, 2), extra=inner)
    curvature = context.signs(inner).enclose(f.diff(v, 2))
    if curvature.nonnegative:
        return 1
    if (-curvature).nonnegative:
        return -1
    raise StepFailed(f"the sign of the second derivative is not known: {f.diff(v, 2)}")


def _inside(context: Context, f: Expr, v: sympy.Symbol, over: Interval, value: Expr, *, interior: bool = False) -> None:
    """Demand that ``value`` lies in the interval (or its interior), and that f is continuous up to the closed ends."""
    context.require_defined(value, _at(context, f, v, value))
    if over.low is not None:
        distance = value - sympy.Rational(over.low.numerator, over.low.denominator)
        context.require(distance, ">" if over.low_open or interior else ">=")
    if over.high is not None:
        distance = sympy.Rational(over.high.numerator, over.high.denominator) - value
        context.require(distance, ">" if over.high_open or interior else ">=")
    context.require_defined(f, extra={v: over})


def tangent(context: Context, f: Expr, v: sympy.Symbol, at: Expr, value: Expr) -> Fact:
    """Convex f: ``f(value) >= f(at) + f'(at) (value - at)``; concave f: ``<=``. ``at`` lies in the interior.

    ``v`` is a fresh symbol; f'' has one sign on the interior of its range, f is continuous on all of it.
    """
    interval = context.fresh_range(v)
    curvature = _curvature(context, f, v, interval)
    _inside(context, f, v, interval, value)
    _inside(context, f, v, interval, at, interior=True)
    there = _at(context, f, v, value)
    line = _at(context, f, v, at) + _at(context, f.diff(v), v, at) * (value - at)
    context.require_defined(there, line)
    return context.add(there, ">=" if curvature > 0 else "<=", line, exact(at), exact(value))


def chord(context: Context, f: Expr, v: sympy.Symbol, x: Expr, y: Expr, weight: Expr) -> Fact:
    """Convex f and 0 <= w <= 1: ``w f(x) + (1-w) f(y) >= f(w x + (1-w) y)``; concave f: ``<=``."""
    interval = context.fresh_range(v)
    curvature = _curvature(context, f, v, interval)
    x, y, weight = exact(x), exact(y), exact(weight)
    for value in (x, y):
        _inside(context, f, v, interval, value)
    context.require_defined(weight)
    context.require(weight, ">=")
    context.require(1 - weight, ">=")
    mean = weight * _at(context, f, v, x) + (1 - weight) * _at(context, f, v, y)
    inner = _at(context, f, v, weight * x + (1 - weight) * y)
    context.require_defined(mean, inner)
    return context.add(mean, ">=" if curvature > 0 else "<=", inner, x, y, weight)


def increments(context: Context, f: Expr, v: sympy.Symbol, x: Expr, y: Expr, step: Expr) -> Fact:
    """Convex f, x >= y, step >= 0: ``f(x + step) - f(x) >= f(y + step) - f(y)``; concave f: ``<=``."""
    interval = context.fresh_range(v)
    curvature = _curvature(context, f, v, interval)
    x, y, step = exact(x), exact(y), exact(step)
    for value in (x + step, y):  # x and y + step lie between these two
        _inside(context, f, v, interval, value)
    context.require_defined(x, y, step)
    context.require(step, ">=")
    context.require(x - y, ">=")
    far = _at(context, f, v, x + step) - _at(context, f, v, x)
    near = _at(context, f, v, y + step) - _at(context, f, v, y)
    context.require_defined(far, near)
    return context.add(far, ">=" if curvature > 0 else "<=", near, x, y, step)


# -- sums over classes -----------------------------------------------------------------------------------------------


def sum_up(context: Context, fact: Fact) -> Fact:
    """A fact that holds for each unnamed class, summed over them. It is no longer strict: there may be none."""
    fact = context.usable(fact)
    return context.add(Sig(fact.lhs), "==" if fact.op == "==" else ">=", Sig(fact.rhs))


def member(context: Context, expression: Expr) -> Fact:
    """``Sig(e) >= e`` for e >= 0: a sum of nonnegative terms is at least each of them."""
    context.require_defined(expression)
    context.require(expression, ">=")
    if not context.loose(expression):
        raise StepFailed(f"{expression} belongs to no class; there may be none")
    return context.add(Sig(expression), ">=", expression)


def support(context: Context, expression: Expr, exponent: Expr) -> Fact:
    """For e >= 0, ``Sig(e) > 0`` gives ``Sig(e**a) > 0`` for every a > 0: some class has e > 0."""
    context.require_defined(expression, exponent)
    context.require(expression, ">=")
    context.require(Sig(expression), ">")
    context.require(exponent, ">")
    return context.add(Sig(expression**exponent), ">", sympy.Integer(0))


def part(context: Context, symbol: sympy.Symbol, expression: Expr) -> tuple[Fact, Fact, Fact, Fact]:
    """Name the positive part, ``m = Max(e, 0)``; a per-class one if e is.

    Returns ``m == Max(e, 0)``, ``m >= 0``, ``m >= e`` and ``m (m - e) == 0``. The name must be new: e is made of
    symbols that stand for something already.
    """
    context.require_defined(expression)
    if NONNEGATIVE.meet(context.fresh_range(symbol)) != NONNEGATIVE:
        raise StepFailed(f"declare {symbol} in [0,oo): a positive part may take any such value")
    context.bind(symbol, NONNEGATIVE, per_class=context.loose(expression))
    zero = sympy.Integer(0)
    return (
        context.add(symbol, "==", sympy.Max(expression, 0)),
        context.add(symbol, ">=", zero),
        context.add(symbol, ">=", expression),
        context.add(symbol * (symbol - expression), "==", zero),
    )


def at_most(context: Context, fact: Fact, bound: Expr) -> Fact:
    """``m == Max(x, y, ...)`` is at most any bound that x, y, ... are at most."""
    fact = context.usable(fact)
    if fact.op != "==" or not isinstance(fact.rhs, sympy.Max):
        raise StepFailed("needs a fact m == Max(...)")
    context.require_defined(bound)
    for argument in fact.rhs.args:
        context.require(bound - argument, ">=")
    return context.add(bound, ">=", fact.lhs, fact)


def either(context: Context, fact: Fact, w: sympy.Symbol, x: sympy.Symbol, y: Expr, vanishing: Expr) -> Fact:
    """``w (x - y) == 0``: an expression that is zero for w = 0, and for x = y, is zero.

    Both substitutions speak of one point (and one class): the value of every other symbol stays what it is there.
    """
    fact = context.usable(fact)
    y, vanishing = exact(y), exact(vanishing)
    if fact.op != "==" or w not in context.ranges or x not in context.ranges:
        raise StepFailed("needs an equality w*(x - y) == 0 with symbols w and x")
    context.require_defined(y, vanishing)
    difference = fact.excess
    if not (context.is_zero(difference - w * (x - y)) or context.is_zero(difference + w * (x - y))):
        raise StepFailed(f"{fact} is not {w}*({x} - ({y})) == 0")
    if fact.loose and any({w, x} & total.free_symbols for total in vanishing.atoms(Sig)):
        raise StepFailed(f"{fact} is about one class; {vanishing} holds {w} or {x} inside a sum over all of them")
    context.require_zero(vanishing.xreplace({w: sympy.Integer(0)}), f"{w} = 0")
    context.require_zero(vanishing.xreplace({x: y}), f"{x} = {y}")
    return context.add(vanishing, "==", sympy.Integer(0), fact)


# -- moving a variable -----------------------------------------------------------------------------------------------


def grows(context: Context, fact: Fact, f: Expr, v: sympy.Symbol, end: str = "low") -> Fact:
    """``f'(v) >= 0`` gives ``f(v) >= f(low)`` or, with ``end="high"``, ``f(high) >= f(v)`` (mean value theorem).

    v is a real variable of the statement that no assumption binds, so that it may be moved with all else fixed. The
    end must belong to its range, where f is then defined, hence continuous.
    """
    fact = context.usable(fact)
    context.require_free(v)
    interval = context.ranges[v]
    at, is_open = (interval.low, interval.low_open) if end == "low" else (interval.high, interval.high_open)
    if end not in ("low", "high") or at is None or is_open:
        raise StepFailed(f"the range of {v} has no closed {end} end")
    context.require_defined(f)
    context.require_defined(f.diff(v), extra={v: Interval(interval.low, interval.high)})
    if fact.op == "==":
        raise StepFailed("needs an inequality")
    context.require_zero(fact.excess - f.diff(v), "derivative")
    there = _at(context, f, v, sympy.Rational(at.numerator, at.denominator))
    context.require_defined(there)
    return context.add(f, ">=", there, fact) if end == "low" else context.add(there, ">=", f, fact)


def root(
    context: Context, f: Expr, v: sympy.Symbol, low: Expr, high: Expr, at_low: Fact, at_high: Fact
) -> tuple[Fact, Fact, Fact]:
    """Intermediate value theorem: f(low) >= 0 >= f(high) gives a root; ``v`` names it from here on.

    Returns ``v >= low``, ``high >= v`` and ``f(v) == 0``. The ends are made of symbols that stand for something
    already, and neither they nor f depend on a class.
    """
    at_low, at_high = context.usable(at_low), context.usable(at_high)
    declared = context.fresh_range(v)
    context.require_defined(low, high)
    if context.loose(low, high, f) or at_low.loose or at_high.loose:
        raise StepFailed("a root may not depend on a class's own symbols")
    context.require(high - low, ">=")
    if at_low.op not in (">=", ">") or at_high.op not in (">=", ">"):
        raise StepFailed("needs f(low) >= 0 and 0 >= f(high)")
    context.require_zero(at_low.excess - _at(context, f, v, low), "f(low)")
    context.require_zero(at_high.excess + _at(context, f, v, high), "-f(high)")
    below, above = context.signs().enclose(low), context.signs().enclose(high)
    between = Interval(below.low, above.high, below.low_open, above.high_open)
    if between.meet(declared) != between:
        raise StepFailed(f"the root lies in {between}, which is wider than the range declared for {v}")
    context.require_defined(f, extra={v: between})
    context.bind(v, between)
    return context.add(v, ">=", low), context.add(high, ">=", v), context.add(f, "==", sympy.Integer(0))


# -- cases -----------------------------------------------------------------------------------------------------------


def open_case(context: Context, lhs: Expr, op: str, rhs: Expr) -> Fact:
    """Suppose ``lhs op rhs`` until the case is closed. The condition may not distinguish classes."""
    if op not in (">=", ">", "<=", "<"):
        raise StepFailed(f"a case is supposed by an inequality, not {op!r}")
    context.require_defined(lhs, rhs)
    if context.loose(exact(lhs), exact(rhs)):
        raise StepFailed(f"the condition {lhs} {op} {rhs} distinguishes classes")
    return context.enter(lhs, op, rhs)


def close_case(context: Context, result: Fact) -> Fact:
    """Close the innermost case with what was shown in it; `join` makes use of it.

    Symbols introduced in the case (roots, positive parts) end with it: they were shown to exist only there.
    """
    result = context.usable(result)
    if not context.scope or result.scope != context.scope:
        raise StepFailed("the result was not shown in the innermost open case")
    context.leave()
    return result


def join(context: Context, first: Fact, second: Fact) -> Fact:
    """Two closed cases that leave nothing out and end in the same relation give it without a case."""
    for fact in (first, second):
        context.require_own(fact)
        if not fact.scope or fact.scope[:-1] != context.scope:
            raise StepFailed("not the result of a case that was opened here and closed")
    one, two = context.case_conditions[first.scope[-1]], context.case_conditions[second.scope[-1]]
    context.require_zero(one.excess + two.excess, "the two conditions are not opposite")
    if one.op == two.op == ">":
        raise StepFailed("both conditions are strict: equality is left out")
    context.require_defined(first.lhs, first.rhs)
    context.require_zero(first.excess - second.excess, "the two results differ")
    ops = {first.op, second.op}
    op = "==" if ops == {"=="} else ">=" if ">=" in ops or "==" in ops else ">"
    return context.add(first.lhs, op, first.rhs, first, second)


RULES: dict[str, Callable[..., Any]] = {
    rule.__name__: rule
    for rule in (
        hypothesis, sign, identity, show, power, logarithm, exponential, tangent, chord, increments,
        sum_up, member, support, part, at_most, either, grows, root, open_case, close_case, join,
    )
}  # fmt: skip
