"""Signs and definedness: what follows about an expression from the ranges of its symbols, by exact interval reasoning.

Intervals have exact rational or infinite ends that are open or closed. The reasoning is structural (it does not see
that ``(x + 1)**2 - x**2 - 2*x`` is 1); what it cannot see, a proof supplies as a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import arb, ctx

from theory.engine import terms
from theory.engine.checker import Rejected
from theory.engine.checker.rows import value
from theory.engine.functions import EntireQuotient, Sig
from theory.engine.statements.forall import Range

# What is defined wherever its arguments are. Powers and logarithms ask for more; anything else is not let through.
_TOTAL = (
    sympy.Add, sympy.Mul, sympy.exp, sympy.Abs, sympy.Max, sympy.Min, sympy.tanh, sympy.sinh, sympy.cosh, sympy.atan,
    sympy.erf, sympy.erfc, EntireQuotient, Sig,
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """Values between ``low`` and ``high`` (None: unbounded); an open end is not attained."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = True
    high_open: bool = True

    @property
    def positive(self) -> bool:
        """Whether every value is > 0."""
        return self.low is not None and (self.low > 0 or (self.low == 0 and self.low_open))

    @property
    def nonnegative(self) -> bool:
        """Whether every value is >= 0."""
        return self.low is not None and self.low >= 0

    @property
    def nonzero(self) -> bool:
        """Whether all values are > 0 or all are < 0."""
        return self.positive or (-self).positive

    def __neg__(self) -> Interval:
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Interval(low, high, self.high_open, self.low_open)

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high, self.low_open or other.low_open, self.high_open or other.high_open)

    def __mul__(self, other: Interval) -> Interval:
        zero = point(Fraction(0))
        if zero in (self, other):
            return zero
        if self.nonnegative and other.nonnegative:
            return _product(self, other)
        if (-self).nonnegative:
            return -((-self) * other)
        if (-other).nonnegative:
            return -(self * (-other))
        if other.nonnegative:
            return other * self
        return _scaled(self, other) if self.nonnegative else REALS

    def meet(self, other: Interval) -> Interval:
        """Return what two true statements about one value say together."""
        low, low_open = _tighter(self.low, self.low_open, other.low, other.low_open, max)
        high, high_open = _tighter(self.high, self.high_open, other.high, other.high_open, min)
        return Interval(low, high, low_open, high_open)


REALS = Interval()
POSITIVE = Interval(low=Fraction(0))
NONNEGATIVE = Interval(low=Fraction(0), low_open=False)


def point(value: Fraction) -> Interval:
    """Return the interval of one value."""
    return Interval(value, value, False, False)


def of_range(item: Range) -> Interval:
    """Return the interval of a domain's variable."""
    return Interval(item.low, item.high, not item.low_closed, not item.high_closed)


def _tighter(
    a: Fraction | None,
    a_open: bool,
    b: Fraction | None,
    b_open: bool,
    pick: Callable[[Fraction, Fraction], Fraction],
) -> tuple[Fraction | None, bool]:
    if a is None:
        return b, b_open
    if b is None:
        return a, a_open
    if a == b:
        return a, a_open or b_open
    best = pick(a, b)
    return best, a_open if best == a else b_open


def _product(x: Interval, y: Interval) -> Interval:
    """Multiply two intervals of values >= 0."""
    if x.low is None or y.low is None:
        raise ValueError(f"factors must be >= 0, not {x} and {y}")
    low = x.low * y.low
    low_open = (x.low_open and (y.low != 0 or y.low_open)) or (y.low_open and (x.low != 0 or x.low_open))
    if low == 0:  # zero is attained as soon as one factor attains it
        low_open = x.positive and y.positive
    if x.high == 0 or y.high == 0:
        return point(Fraction(0))
    if x.high is None or y.high is None:
        return Interval(low, None, low_open, True)
    return Interval(low, x.high * y.high, low_open, x.high_open or y.high_open)


def _scaled(x: Interval, y: Interval) -> Interval:
    """Multiply values x >= 0 by values of both signs: what is farthest out is the largest x times an end of y."""
    low = None if x.high is None or y.low is None else x.high * y.low
    high = None if x.high is None or y.high is None else x.high * y.high
    return Interval(low, high, low is None or x.high_open or y.low_open, high is None or x.high_open or y.high_open)


class Signs:
    """Encloses expressions over a context.

    Parameters
    ----------
    ranges
        Interval of each symbol.
    facts
        Further true statements ``(expression, interval)``, found by the expression as it is written.

    Examples
    --------
    >>> x = sympy.Symbol("x", positive=True)
    >>> signs = Signs({x: POSITIVE})
    >>> signs.enclose(1 + x**2).low, signs.defined(1 / x), signs.defined(sympy.log(x - 1))
    (Fraction(1, 1), True, False)
    """

    def __init__(
        self,
        ranges: dict[sympy.Symbol, Interval],
        facts: Iterable[tuple[sympy.Expr, Interval]] = (),
    ) -> None:
        self._ranges = ranges
        self._facts: dict[sympy.Expr, Interval] = {}
        for expression, interval in facts:
            self._facts[expression] = self._facts.get(expression, REALS).meet(interval)
        self._cache: dict[sympy.Expr, Interval] = {}

    def enclose(self, expression: sympy.Expr) -> Interval:
        """Return an interval that holds the expression's value wherever it is defined."""
        if expression not in self._cache:
            known = self._facts.get(expression, REALS)
            self._cache[expression] = known  # cuts a circle: a fact about an expression inside itself
            self._cache[expression] = known.meet(self._structural(expression))
        return self._cache[expression]

    def defined(self, expression: sympy.Expr) -> bool:
        """Whether the expression is defined, hence continuous, at every point of the context.

        That is: real, made of functions that are continuous where they are defined, over symbols with a range.
        """
        if not expression.args:
            known = expression.is_Symbol and expression in self._ranges
            return bool(known or expression.is_Rational or expression in (sympy.pi, sympy.E))
        if not all(self.defined(argument) for argument in expression.args):
            return False
        if isinstance(expression, sympy.log):
            return self.enclose(expression.args[0]).positive
        if expression.is_Pow:
            return self._power_defined(expression.base, expression.exp)
        return isinstance(expression, _TOTAL)

    def _power_defined(self, base: sympy.Expr, exponent: sympy.Expr) -> bool:
        inside = self.enclose(base)
        if exponent.is_Integer:
            return bool(exponent >= 0) or inside.nonzero
        return inside.positive or (inside.nonnegative and self.enclose(exponent).positive)

    def _structural(self, expression: sympy.Expr) -> Interval:
        if expression.is_Rational:
            return point(Fraction(int(expression.p), int(expression.q)))
        if expression.is_Symbol:
            return self._ranges.get(expression, REALS)
        if not expression.free_symbols and not expression.has(Sig):
            return _constant(expression)
        if expression.is_Add:
            return self._sum(expression)
        if expression.is_Mul:
            result = point(Fraction(1))
            for argument in expression.args:
                result = result * self.enclose(argument)
            return result
        if isinstance(expression, (sympy.exp, EntireQuotient)):
            return self._increasing(expression)
        if isinstance(expression, sympy.log):
            return self._logarithm(self.enclose(expression.args[0]))
        if expression.is_Pow:
            return self._power(self.enclose(expression.base), expression.exp)
        if isinstance(expression, Sig):
            return NONNEGATIVE if self.enclose(expression.args[0]).nonnegative else REALS
        if isinstance(expression, sympy.Max):
            lows = [(low.low, low.low_open) for low in map(self.enclose, expression.args) if low.low is not None]
            return Interval(max(lows)[0], None, max(lows)[1]) if lows else REALS
        if isinstance(expression, sympy.Abs):
            return NONNEGATIVE
        if isinstance(expression, (sympy.tanh, sympy.erf)):
            return self._odd_and_bounded(self.enclose(expression.args[0]))
        if isinstance(expression, sympy.erfc):
            return point(Fraction(1)) + -self._odd_and_bounded(self.enclose(expression.args[0]))
        return REALS

    def _sum(self, expression: sympy.Expr) -> Interval:
        """Add up the terms; if that shows no sign, try with common factors drawn out."""
        total = point(Fraction(0))
        for argument in expression.args:
            total = total + self.enclose(argument)
        if not total.nonzero and not total.nonnegative:
            factored = sympy.factor_terms(expression)
            if factored.is_Mul and factored != expression and self.defined(factored):
                total = total.meet(self.enclose(factored))
        return total

    def _increasing(self, expression: sympy.Expr) -> Interval:
        """Enclose exp or an entire quotient: both are positive, exp is also compared with 1."""
        if not isinstance(expression, sympy.exp):
            return POSITIVE
        inside = self.enclose(expression.args[0])
        if inside.nonnegative:
            return Interval(Fraction(1), None, inside.positive)
        if (-inside).nonnegative:
            return Interval(Fraction(0), Fraction(1), True, (-inside).positive)
        return POSITIVE

    @staticmethod
    def _odd_and_bounded(inside: Interval) -> Interval:
        """Enclose an odd function that increases from -1 to 1, neither attained."""
        low, high = Fraction(-1), Fraction(1)
        if inside.nonnegative:
            return Interval(Fraction(0), high, inside.positive)
        if (-inside).nonnegative:
            return Interval(low, Fraction(0), True, (-inside).positive)
        return Interval(low, high)

    @staticmethod
    def _logarithm(inside: Interval) -> Interval:
        if inside.low is not None and inside.low >= 1:
            return Interval(Fraction(0), None, inside.low > 1 or inside.low_open)
        if inside.high is not None and inside.high <= 1:
            return Interval(None, Fraction(0), True, inside.high < 1 or inside.high_open)
        return REALS

    def _power(self, base: Interval, exponent: sympy.Expr) -> Interval:
        """Enclose a power: by multiplication, or, for a real exponent, by comparison with 0 and 1."""
        if exponent.is_Integer:
            return self._integer_power(base, int(exponent))
        if not base.nonnegative:
            return REALS
        power = self.enclose(exponent)
        result = POSITIVE if base.positive else NONNEGATIVE
        one_low = base.low is not None and base.low >= 1
        one_high = base.high is not None and base.high <= 1
        strict_low = one_low and (base.low != 1 or base.low_open)
        strict_high = one_high and (base.high != 1 or base.high_open)
        if (one_low and power.nonnegative) or (one_high and base.positive and (-power).nonnegative):
            strict = power.nonzero and (strict_low or strict_high)
            return Interval(Fraction(1), None, strict)
        if (one_high and power.nonnegative) or (one_low and (-power).nonnegative):
            strict = power.nonzero and (strict_low or strict_high)
            return result.meet(Interval(None, Fraction(1), True, strict))
        return result

    @staticmethod
    def _integer_power(base: Interval, exponent: int) -> Interval:
        if exponent < 0:
            return _reciprocal(Signs._integer_power(base, -exponent))
        if exponent % 2 == 0 and not base.nonnegative and not (-base).nonnegative:
            return POSITIVE if base.nonzero else NONNEGATIVE
        result = point(Fraction(1))
        for _ in range(min(exponent, 64)):
            result = result * base
        return result if exponent <= 64 else (POSITIVE if base.positive else NONNEGATIVE if base.nonnegative else REALS)


def _constant(expression: sympy.Expr) -> Interval:
    """Enclose a number in a ball; an exact zero is not recognised, as it must not be."""
    ctx.prec, before = 256, ctx.prec
    try:
        ball = value(terms.from_sympy(expression), {}, [])
        if isinstance(ball, Fraction):
            return point(ball)
        if not ball.is_finite():
            return REALS
        low, high = (_fraction(end) for end in (ball.lower(), ball.upper()))
    except (Rejected, ValueError):
        return REALS
    finally:
        ctx.prec = before
    return Interval(low, high, False, False)


def _fraction(end: arb) -> Fraction:
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _reciprocal(x: Interval) -> Interval:
    if (-x).positive:
        return -_reciprocal(-x)
    if not x.positive:
        return REALS
    low = Fraction(0) if x.high is None else 1 / x.high
    high = None if x.low == 0 or x.low is None else 1 / x.low
    return Interval(low, high, x.high_open or x.high is None, x.low_open)
