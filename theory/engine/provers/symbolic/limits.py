"""Rules whose conclusion is a limit."""

from __future__ import annotations

import sympy

from theory.engine.functions import EntireQuotient
from theory.engine.provers.symbolic.context import Context, Fact, Limit, StepFailed
from theory.engine.provers.symbolic.signs import Interval

_ENTIRE = (EntireQuotient, sympy.sinh, sympy.cosh, sympy.tanh, sympy.erf, sympy.erfc, sympy.atan)


def squeeze(context: Context, below: Fact, above: Fact, v: sympy.Symbol, side: str) -> Limit:
    """``x >= lower`` and ``upper >= x`` with bounds that meet at the open end of v's range: x tends to their value.

    An equality serves as either bound. The bounds must be defined, hence continuous, with the end included, and v
    must be a real variable of the statement that no assumption binds.
    """
    below, above = context.usable(below), context.usable(above)
    context.require_free(v)
    interval = context.ranges[v]
    at = interval.low if side == "+" else interval.high
    is_open = interval.low_open if side == "+" else interval.high_open
    if side not in ("+", "-") or at is None or not is_open:
        raise StepFailed(f"the range of {v} has no open end on the side {side!r}")
    x, lower = below.lhs, below.rhs
    upper, same = above.lhs, above.rhs
    if above.op == "==" and same != x:
        upper, same = same, upper
    context.require_zero(x - same, "the two facts bound different expressions")
    closed = Interval(
        interval.low, interval.high, interval.low_open and side != "+", interval.high_open and side != "-"
    )
    context.require_defined(lower, upper, extra={v: closed})
    end = sympy.Rational(at.numerator, at.denominator)
    value = lower.subs(v, end)
    context.require_zero(value - upper.subs(v, end), "the bounds do not meet")
    return _limit(context, x, v, end, side, value)


def taylor(context: Context, f: sympy.Expr, v: sympy.Symbol, order: int) -> Limit:
    """For f analytic at 0 with vanishing derivatives below ``order``: ``f / v**order`` tends to the next coefficient.

    v is a real variable of the statement, its range open at 0, that no assumption binds.
    """
    context.require_free(v)
    interval = context.ranges[v]
    if interval.low != 0 or not interval.low_open:
        raise StepFailed(f"the range of {v} does not begin at an open 0")
    if int(order) != order or not 1 <= order <= 12:
        raise StepFailed(f"order is {order}; allowed: the integers 1 to 12")
    _require_analytic(context, f, v)
    derivative = f
    for count in range(int(order)):
        context.require_zero(derivative.subs(v, 0), f"derivative {count} at 0")
        derivative = derivative.diff(v)
    value = derivative.subs(v, 0) / sympy.factorial(order)
    context.require_defined(value)
    return _limit(context, f / v**order, v, sympy.Integer(0), "+", value)


def _require_analytic(context: Context, f: sympy.Expr, v: sympy.Symbol) -> None:
    """Demand that f is made of functions that are analytic where they are taken at v = 0.

    Real powers and logarithms need a positive argument there, quotients a nonzero one: substitution alone sees no
    kink. A part without v only has to be defined.
    """
    if not f.has(v):
        context.require_defined(f)
        return
    for argument in f.args:
        _require_analytic(context, argument, v)
    if f.is_Pow:
        base = sympy.expand(f.base.subs(v, 0))
        if not f.exp.is_Integer:
            context.require(base, ">")
        elif f.exp < 0 and not context.signs().enclose(base).nonzero:
            raise StepFailed(f"{f} is not analytic at {v} = 0: the base may vanish")
    elif isinstance(f, sympy.log):
        context.require(sympy.expand(f.args[0].subs(v, 0)), ">")
    elif not (f.is_Add or f.is_Mul or f.is_Symbol or isinstance(f, (sympy.exp, *_ENTIRE))):
        raise StepFailed(f"{f.func.__name__} is not known to be analytic at {v} = 0")


def _limit(context: Context, x: sympy.Expr, v: sympy.Symbol, at: sympy.Expr, side: str, value: sympy.Expr) -> Limit:
    fact = Limit(x, v, at, side, value, len(context.facts), context.scope)
    context.facts.append(fact)
    return fact
