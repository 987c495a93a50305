"""Enclosures of a function of one variable, and of its slope, on intervals that may reach infinity.

The natural interval extension of a formula (`theory.engine.terms`), carried with the extension of its derivative.
End points are python-flint numbers rounded outwards, so that every enclosure is rigorous. Where a formula is not
defined on a whole interval the enclosure is the whole line, which proves nothing. At a kink of ``abs``, ``max`` or
``min`` the slope encloses all one-sided slopes, which is what the mean-value theorem of Lipschitz functions needs.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from flint import arb, fmpq

from theory.engine.terms import Term

INFINITY = arb("inf")
_ZERO, _ONE = arb(0), arb(1)


class Undefined(Exception):
    """A formula is not defined, or not known to be, on the whole of an interval."""


class Interval(NamedTuple):
    """A closed interval of the extended line; the ends are exact python-flint numbers."""

    low: arb
    high: arb

    def is_point(self) -> bool:
        return bool(self.low == self.high)

    def contains_zero(self) -> bool:
        return bool(self.low <= 0) and bool(self.high >= 0)

    def __str__(self) -> str:
        return f"[{float(self.low):.6g}, {float(self.high):.6g}]"


Dual = tuple[Interval, Interval]  # value and slope
WHOLE = Interval(-INFINITY, INFINITY)
ZERO, ONE = Interval(_ZERO, _ZERO), Interval(_ONE, _ONE)
NON_NEGATIVE = Interval(_ZERO, INFINITY)


def enclose(value: Fraction) -> Interval:
    """Return the tightest interval of working precision around a rational."""
    ball = arb(fmpq(value.numerator, value.denominator))
    return outward(ball, ball)


def outward(low: arb, high: arb) -> Interval:
    """Return the interval from the lower end of one ball to the upper end of another; NaN is no bound at all."""
    low, high = low.lower(), high.upper()
    return Interval(-INFINITY if low.is_nan() else low, INFINITY if high.is_nan() else high)


def hull(*parts: Interval) -> Interval:
    """Return the least interval that holds all of them."""
    low, high = parts[0]
    for part in parts[1:]:
        low, high = _least(low, part.low), _greatest(high, part.high)
    return Interval(low, high)


def _least(a: arb, b: arb) -> arb:
    return min(b, a)


def _greatest(a: arb, b: arb) -> arb:
    return max(b, a)


def add(x: Interval, y: Interval) -> Interval:
    """Return x + y."""
    low = -INFINITY if x.low == -INFINITY or y.low == -INFINITY else x.low + y.low
    high = INFINITY if INFINITY in (x.high, y.high) else x.high + y.high
    return outward(low, high)


def negate(x: Interval) -> Interval:
    """Return -x."""
    return Interval(-x.high, -x.low)


def _product(a: arb, b: arb) -> arb:
    return _ZERO if a == 0 or b == 0 else a * b  # an infinite end is never attained: 0 times it is 0


def multiply(x: Interval, y: Interval) -> Interval:
    """Return x y."""
    if x.low >= 0 and y.low >= 0:
        return outward(_product(x.low, y.low), _product(x.high, y.high))
    products = [_product(a, b) for a in x for b in y]
    return hull(*[outward(product, product) for product in products])


def reciprocal(x: Interval) -> Interval:
    """Return 1/x; for an interval that ends at 0 the half-line (x is never 0 where the formula is defined)."""
    if x.low > 0 or x.high < 0:
        return outward(1 / x.high, 1 / x.low)
    if x.low == 0 and x.high > 0:
        return outward(1 / x.high, INFINITY)
    raise Undefined


def _monotone(function: Callable[[arb], arb], low_limit: arb, high_limit: arb) -> Callable[[Interval], Interval]:
    """Extend an increasing function of the line by its limits."""

    def extended(x: Interval) -> Interval:
        low = low_limit if x.low == -INFINITY else high_limit if x.low == INFINITY else function(x.low)
        high = high_limit if x.high == INFINITY else low_limit if x.high == -INFINITY else function(x.high)
        return outward(low, high)

    return extended


_HALF_PI = arb.pi() / 2
exponential = _monotone(arb.exp, _ZERO, INFINITY)
tanh = _monotone(arb.tanh, -_ONE, _ONE)
sinh = _monotone(arb.sinh, -INFINITY, INFINITY)
atan = _monotone(arb.atan, -_HALF_PI, _HALF_PI)
erf = _monotone(arb.erf, -_ONE, _ONE)
_minus_erfc = _monotone(lambda x: -x.erfc(), arb(-2), _ZERO)


def erfc(x: Interval) -> Interval:
    """Return erfc x, of full relative accuracy in the tail."""
    return negate(_minus_erfc(x))


def logarithm(x: Interval) -> Interval:
    """Return log x for x > 0; 0 may be an end."""
    if not (x.low >= 0 and x.high > 0):
        raise Undefined
    return outward(-INFINITY if x.low == 0 else x.low.log(), INFINITY if x.high == INFINITY else x.high.log())


def absolute(x: Interval) -> Interval:
    """Return abs x."""
    if x.low >= 0:
        return x
    return negate(x) if x.high <= 0 else Interval(_ZERO, _greatest(-x.low, x.high))


def cosh(x: Interval) -> Interval:
    """Return cosh x."""
    size = absolute(x)
    return outward(*[end if end == INFINITY else end.cosh() for end in size])


def integer_power(x: Interval, n: int) -> Interval:
    """Return x**n for any integer n."""
    if n < 0:
        return reciprocal(integer_power(x, -n))
    if n == 0:
        return ONE
    base = absolute(x) if n % 2 == 0 else x
    ends = [end if abs(end) == INFINITY else end**n for end in base]
    return outward(*ends)


def rational_power(x: Interval, exponent: Fraction) -> Interval:
    """Return a power with a fixed rational exponent of an interval of non-negative numbers."""
    if exponent.denominator == 1:
        return integer_power(x, exponent.numerator)
    if not x.low >= 0:
        raise Undefined
    if exponent < 0:
        return reciprocal(rational_power(x, -exponent))
    power = fmpq(exponent.numerator, exponent.denominator)
    ends = [end if end in (0, INFINITY) else end ** arb(power) for end in x]
    return outward(*ends)


# ---------------------------------------------------------------------------------------------------------------
# values with slopes


Function = Callable[[Dual], Dual]
Evaluator = Callable[[Interval], Dual]


def _chain(function: Callable[[Interval], Interval], slope: Callable[[Interval, Interval], Interval]) -> Function:
    def apply(x: Dual) -> Dual:
        value = function(x[0])
        if x[1] == ZERO:
            return value, ZERO
        try:
            return value, multiply(slope(x[0], value), x[1])
        except Undefined:  # as that of the square root at 0, where the value is defined
            return value, WHOLE

    return apply


def _gaussian(x: Interval, _: Interval) -> Interval:
    ball = 2 / arb.pi().sqrt()
    return multiply(outward(ball, ball), exponential(negate(integer_power(x, 2))))


def _one_minus_square(_: Interval, value: Interval) -> Interval:
    return add(ONE, negate(integer_power(value, 2)))


_UNARY: dict[str, Function] = {
    "exp": _chain(exponential, lambda x, value: value),
    "log": _chain(logarithm, lambda x, value: reciprocal(x)),
    "tanh": _chain(tanh, _one_minus_square),
    "sinh": _chain(sinh, lambda x, value: cosh(x)),
    "cosh": _chain(cosh, lambda x, value: sinh(x)),
    "atan": _chain(atan, lambda x, value: reciprocal(add(ONE, integer_power(x, 2)))),
    "erf": _chain(erf, _gaussian),
    "erfc": _chain(erfc, lambda x, value: negate(_gaussian(x, value))),
}


def _maximum(x: Dual, y: Dual) -> Dual:
    (a, da), (b, db) = x, y
    value = Interval(_greatest(a.low, b.low), _greatest(a.high, b.high))
    return value, da if a.low > b.high else db if b.low > a.high else hull(da, db)


def _opposite(x: Dual) -> Dual:
    return negate(x[0]), negate(x[1])


def _minimum(x: Dual, y: Dual) -> Dual:
    return _opposite(_maximum(_opposite(x), _opposite(y)))


def _sum(x: Dual, y: Dual) -> Dual:
    return add(x[0], y[0]), add(x[1], y[1])


def _times(x: Dual, y: Dual) -> Dual:
    return multiply(x[0], y[0]), add(multiply(x[0], y[1]), multiply(x[1], y[0]))


def _fixed_power(exponent: Fraction) -> Function:
    factor = enclose(exponent)

    def slope(x: Interval, _: Interval) -> Interval:
        return multiply(factor, rational_power(x, exponent - 1))

    return _chain(lambda x: rational_power(x, exponent), slope)


def compile_term(term: Term, variable: str = "u") -> Evaluator:
    """Translate a term in one variable into a function from an interval to enclosures of value and slope.

    Raises
    ------
    ValueError
        If the term holds another variable or something that has no enclosure here.

    Examples
    --------
    >>> half_line = Interval(arb(1), INFINITY)
    >>> value, slope = compile_term(["exp", ["*", -1, "u"]])(half_line)
    >>> print(value, slope)
    [0, 0.367879] [-0.367879, 0]
    """
    inner = _compile(term, variable)

    def evaluate(x: Interval) -> Dual:
        try:
            return inner(x)
        except Undefined:
            return WHOLE, WHOLE

    return evaluate


def _compile(term: Term, variable: str) -> Evaluator:
    if isinstance(term, int) or (isinstance(term, list) and term[0] == "/"):
        constant = enclose(Fraction(term) if isinstance(term, int) else Fraction(term[1], term[2])), ZERO
        return lambda x: constant
    if isinstance(term, str):
        if term != variable:
            raise ValueError(f"the variable is {variable!r}, the formula has {term!r}")
        return lambda x: (x, ONE)
    head, *rest = term
    if head == "pi":
        pi = outward(arb.pi(), arb.pi()), ZERO
        return lambda x: pi
    if head == "^":
        return _compile_power(rest[0], rest[1], variable)
    parts = [_compile(part, variable) for part in rest]
    if head in _UNARY:
        function, inner = _UNARY[head], parts[0]
        return lambda x: function(inner(x))
    if head == "abs":
        inside = parts[0]
        return lambda x: _absolute(inside(x))
    combine: dict[str, Callable[[Dual, Dual], Dual]] = {
        "+": _sum,
        "*": _times,
        "max": _maximum,
        "min": _minimum,
    }
    if head not in combine:
        raise ValueError(f"no enclosure of {head!r}; known: {', '.join([*combine, *_UNARY, '^', 'abs', 'pi'])}")
    return _fold(combine[head], parts)


def _absolute(x: Dual) -> Dual:
    value, _ = x
    return absolute(value), _maximum(x, _opposite(x))[1]


def _fold(combine: Callable[[Dual, Dual], Dual], parts: list[Evaluator]) -> Evaluator:
    def evaluate(x: Interval) -> Dual:
        result = parts[0](x)
        for part in parts[1:]:
            result = combine(result, part(x))
        return result

    return evaluate


def _compile_power(base: Term, exponent: Term, variable: str) -> Evaluator:
    inner = _compile(base, variable)
    if isinstance(exponent, int) or (isinstance(exponent, list) and exponent[0] == "/"):
        fixed = Fraction(exponent) if isinstance(exponent, int) else Fraction(exponent[1], exponent[2])
        power = _fixed_power(fixed)
        return lambda x: power(inner(x))
    outer = _compile(exponent, variable)
    return lambda x: _UNARY["exp"](_times(outer(x), _UNARY["log"](inner(x))))


def at(evaluator: Evaluator, point: Fraction) -> Interval:
    """Return the enclosure of the value at a rational point.

    >>> print(at(compile_term(["^", "u", 2]), Fraction(3, 2)))
    [2.25, 2.25]
    """
    return evaluator(enclose(point))[0]
