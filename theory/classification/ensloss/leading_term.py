r"""Leading terms of formulas at infinity, in the scale ``c exp(P(z)) z^a (log z)^b (log log z)^d``.

``leading_term(f, z)`` returns the term that f is asymptotic to as z -> oo, with exact exponents. It walks the formula:
products multiply, sums keep the largest term, and give up where the largest cancel. P is a sum of positive rational
powers of z. Everything is exact; what leaves the scale raises `UnknownScale`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["Leading", "UnknownScale", "leading_term"]

_MOST_OPERATIONS = 100  # of a formula that is multiplied out after a cancellation
_MOST_POWER = 12  # of sums in it, all together


class UnknownScale(ValueError):
    """The formula is not known to be asymptotic to one term of the scale; says why."""


@dataclass(frozen=True)
class Leading:
    """``coefficient * exp(sum of k z^r) * z^a * log(z)^b * log(log(z))^d``, the coefficient not 0.

    Attributes
    ----------
    coefficient
        An exact SymPy number.
    growth
        Pairs (r, k), r > 0 falling: the exponent's terms ``k z^r``.
    a, b, d
        Rational exponents.
    """

    coefficient: Any
    growth: tuple[tuple[Fraction, Any], ...] = ()
    a: Fraction = Fraction(0)
    b: Fraction = Fraction(0)
    d: Fraction = Fraction(0)

    def positive(self) -> bool:
        """Whether the coefficient, hence the formula far out, is positive."""
        return _sign(self.coefficient) > 0

    def size(self) -> tuple[Any, ...]:
        """Return what terms have in common that differ in the coefficient only."""
        return self.growth, self.a, self.b, self.d

    def times(self, other: Leading) -> Leading:
        """Multiply."""
        growth = dict(self.growth)
        for power, rate in other.growth:
            growth[power] = growth.get(power, 0) + rate
        kept = tuple(
            sorted(((r, k) for r, k in growth.items() if _sign(k) != 0), reverse=True, key=lambda item: item[0])
        )
        return Leading(self.coefficient * other.coefficient, kept, self.a + other.a, self.b + other.b, self.d + other.d)

    def power(self, exponent: Fraction) -> Leading:
        """Raise to a rational power."""
        import sympy

        if exponent.denominator != 1 and not self.positive():
            raise UnknownScale("a fractional power of what is negative far out")
        e = sympy.Rational(exponent)
        growth = tuple((r, k * e) for r, k in self.growth) if exponent else ()
        return Leading(self.coefficient**e, growth, self.a * exponent, self.b * exponent, self.d * exponent)

    def order(self) -> int:
        """Return 1, 0 or -1: the term without its coefficient tends to infinity, is 1, or tends to 0."""
        if self.growth:
            return _sign(self.growth[0][1])
        for exponent in (self.a, self.b, self.d):
            if exponent:
                return 1 if exponent > 0 else -1
        return 0

    def above(self, other: Leading) -> int:
        """Return 1, 0 or -1: this term is of larger, equal or smaller order."""
        inverse = Leading(other.coefficient, other.growth, other.a, other.b, other.d).power(Fraction(-1))
        return self.times(inverse).order()

    def integrable(self) -> bool:
        """Whether the integral to infinity converges (Bertrand)."""
        if self.growth:
            return self.order() < 0
        return next((exponent < -1 for exponent in (self.a, self.b, self.d) if exponent != -1), False)

    def times_z_vanishes(self) -> bool:
        """Whether z times the term tends to 0."""
        import sympy

        return self.times(Leading(sympy.Integer(1), a=Fraction(1))).order() < 0

    def expression(self, z: sympy.Symbol) -> sympy.Expr:
        """Return the term in a symbol."""
        import sympy

        def rational(value: Fraction) -> sympy.Rational:
            return sympy.Rational(value)

        exponent = sympy.Add(*[k * z ** rational(r) for r, k in self.growth])
        logs = sympy.log(z) ** rational(self.b) * sympy.log(sympy.log(z)) ** rational(self.d)
        return self.coefficient * sympy.exp(exponent) * z ** rational(self.a) * logs


def leading_term(expression: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    """Return the leading term of a formula as z -> oo, None if it is 0.

    Raises
    ------
    UnknownScale
        If the formula leaves the scale, or its leading terms cancel and multiplying out does not help.

    Examples
    --------
    >>> import sympy
    >>> z = sympy.Symbol("z", real=True)
    >>> leading_term((z + 3) / (z**3 - sympy.log(z)), z).expression(z)
    z**(-2)
    """
    import sympy

    if expression.is_zero:
        return None
    if not expression.has(z):
        _sign(expression)
        return Leading(expression)
    if expression == z:
        return Leading(sympy.Integer(1), a=Fraction(1))
    if expression.is_Mul:
        return _product(expression, z)
    if expression.is_Add:
        return _sum(expression, z)
    if isinstance(expression, sympy.exp):
        return _exponential(expression.args[0], z)
    if expression.is_Pow:
        return _power(expression, z)
    if isinstance(expression, sympy.log):
        return _logarithm(expression.args[0], z)
    if isinstance(expression, sympy.Abs):
        inner = leading_term(expression.args[0], z)
        return inner if inner is None or inner.positive() else inner.times(Leading(sympy.Integer(-1)))
    if isinstance(expression, (sympy.Max, sympy.Min)):
        return _extreme(expression, z)
    if isinstance(expression, (sympy.tanh, sympy.sinh, sympy.cosh)):
        return leading_term(sympy.together(expression.rewrite(sympy.exp)), z)
    raise UnknownScale(f"{expression.func.__name__} is outside the scale of powers, exponentials and logarithms")


def _product(expression: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    import sympy

    result = Leading(sympy.Integer(1))
    for factor in expression.args:
        found = leading_term(factor, z)
        if found is None:
            return None
        result = result.times(found)
    return result


def _sum(expression: sympy.Expr, z: sympy.Symbol, *, expanded: bool = False) -> Leading | None:
    """Keep the largest terms; where they cancel, multiply out over a common denominator, once."""
    terms = [found for found in (leading_term(term, z) for term in expression.args) if found is not None]
    top = terms[0]
    for term in terms[1:]:
        top = term if term.above(top) > 0 else top
    total = sum((term.coefficient for term in terms if term.size() == top.size()), 0 * top.coefficient)
    if any(term.size() != top.size() and term.above(top) == 0 for term in terms):
        raise UnknownScale(f"terms of one size in two forms in {expression}")
    if _sign(total) != 0:
        return Leading(total, top.growth, top.a, top.b, top.d)
    if expanded:
        raise UnknownScale(f"the leading terms of {expression} cancel")
    return _multiplied_out(expression, z)


def _multiplied_out(expression: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    import sympy

    powers = [abs(item.exp) for item in expression.atoms(sympy.Pow) if item.exp.is_Integer and item.base.is_Add]
    if sympy.count_ops(expression) > _MOST_OPERATIONS or sum(powers) > _MOST_POWER:
        raise UnknownScale("the leading terms cancel in a formula too large to multiply out")
    hyperbolic = expression.replace(
        lambda item: isinstance(item, (sympy.tanh, sympy.sinh, sympy.cosh)), lambda item: item.rewrite(sympy.exp)
    )
    above, below = sympy.fraction(sympy.together(hyperbolic))
    above = sympy.powsimp(sympy.expand(above), combine="exp")
    if above.is_zero:
        return None
    numerator = _sum(above, z, expanded=True) if above.is_Add else leading_term(above, z)
    denominator = leading_term(sympy.expand(below), z)
    if numerator is None or denominator is None:
        return None
    return numerator.times(denominator.power(Fraction(-1)))


def _power(expression: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    import sympy

    base, exponent = expression.base, expression.exp
    if not exponent.is_Rational:
        if exponent.has(z) and not base.has(z) and base.is_positive:
            return _exponential(exponent * sympy.log(base), z)
        raise UnknownScale(f"the exponent {exponent} is not rational")
    inner = leading_term(base, z)
    if inner is None:
        raise UnknownScale(f"a power of 0 in {expression}")
    return inner.power(Fraction(int(exponent.p), int(exponent.q)))


def _exponential(argument: sympy.Expr, z: sympy.Symbol) -> Leading:
    """``exp`` of constants, ``k z^r``, ``a log z`` and ``b log log z`` is in the scale; so is what tends to 0."""
    import sympy

    result = Leading(sympy.Integer(1))
    for term in sympy.Add.make_args(sympy.expand(argument)):
        found = leading_term(term, z)
        if found is None or (found.order() < 0):
            continue
        exact = sympy.expand(term - found.expression(z)) == 0
        if not exact:
            raise UnknownScale(f"exp({term}) is outside the scale")
        result = result.times(_exponential_of(found, term))
    return result


def _exponential_of(found: Leading, term: sympy.Expr) -> Leading:
    import sympy

    if found.order() == 0:
        return Leading(sympy.exp(found.coefficient))
    if not found.growth and not found.b and not found.d:
        return Leading(sympy.Integer(1), ((found.a, found.coefficient),))
    rate = found.coefficient
    if not found.growth and not found.a and rate.is_Rational:
        value = Fraction(int(rate.p), int(rate.q))
        if found.b == 1 and found.d == 0:
            return Leading(sympy.Integer(1), a=value)
        if found.b == 0 and found.d == 1:
            return Leading(sympy.Integer(1), b=value)
    raise UnknownScale(f"exp({term}) is outside the scale")


def _logarithm(argument: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    import sympy

    inner = leading_term(argument, z)
    if inner is None or not inner.positive():
        raise UnknownScale(f"the logarithm of {argument}, which is not positive far out")
    if inner.growth:
        power, rate = inner.growth[0]
        return Leading(rate, a=power)
    one = sympy.Integer(1)
    for exponent, found in ((inner.a, Leading(one, b=Fraction(1))), (inner.b, Leading(one, d=Fraction(1)))):
        if exponent:
            return found.times(Leading(sympy.Rational(exponent)))
    if inner.d:
        raise UnknownScale("a logarithm nested four times")
    if inner.coefficient == 1:  # log(1 + x) is asymptotic to x as x -> 0
        return leading_term(sympy.expand(argument - 1), z)
    return Leading(sympy.log(inner.coefficient))


def _extreme(expression: sympy.Expr, z: sympy.Symbol) -> Leading | None:
    """The larger (smaller) of several is, far out, the one whose difference from each other one has that sign."""
    import sympy

    wanted = 1 if isinstance(expression, sympy.Max) else -1
    best = expression.args[0]
    for other in expression.args[1:]:
        difference = leading_term(sympy.expand(other - best), z)
        if difference is not None and (1 if difference.positive() else -1) == wanted:
            best = other
    return leading_term(best, z)


def _sign(number: Any) -> int:
    """Return the sign of an exact number; a number whose sign SymPy does not know leaves the scale."""
    import sympy

    number = sympy.sympify(number)
    if number.is_zero:
        return 0
    if number.is_positive:
        return 1
    if number.is_negative:
        return -1
    raise UnknownScale(f"the sign of {number} is not known")
