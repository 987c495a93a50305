"""The exact order of a zero: which Taylor coefficients vanish identically, whatever the other variables are.

Coefficients are rational functions of finitely many atoms (the other variables, and powers, exponentials and
logarithms that do not hold the expansion variable). Atoms are treated as independent, so a coefficient that comes out
as zero *is* zero, exactly; one that does not may still be, if the atoms are related in a way that is not seen here.
Wherever the expression is not plainly analytic at the point, nothing is claimed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import factorial
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz

from theory.engine.terms import Term

_ATOMS = 24
_CONTEXT = fmpq_mpoly_ctx.get([f"a{index}" for index in range(_ATOMS)], Ordering.lex)
_ZERO, _ONE = _CONTEXT.constant(0), _CONTEXT.constant(1)


class NotAnalytic(Exception):
    """The expression is not seen to be analytic at the point, or needs more than this module knows."""


class Quotient:
    """A rational function of the atoms, as numerator and denominator without common-factor search.

    A zero test needs the numerator only, so nothing is ever cancelled except denominators that are equal.
    """

    __slots__ = ("den", "num")

    def __init__(self, num: Any, den: Any = _ONE) -> None:
        self.num, self.den = num, den

    def __add__(self, other: Quotient) -> Quotient:
        if self.den == other.den:
            return Quotient(self.num + other.num, self.den)
        return Quotient(self.num * other.den + other.num * self.den, self.den * other.den)

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(self.num * other.num, self.den * other.den)

    def __neg__(self) -> Quotient:
        return Quotient(-self.num, self.den)

    def inverse(self) -> Quotient:
        if self.is_zero():
            raise NotAnalytic("a denominator vanishes at the point")
        return Quotient(self.den, self.num)

    def is_zero(self) -> bool:
        return bool(self.num == 0)

    def rational(self) -> Fraction | None:
        """Return the value if it is a rational number."""
        if self.is_zero():
            return Fraction(0)
        if not (self.num.is_constant() and self.den.is_constant()):
            quotient, remainder = divmod(self.num, self.den)
            if remainder != 0 or not quotient.is_constant():
                return None
            value = quotient.leading_coefficient()
        else:
            value = self.num.leading_coefficient() / self.den.leading_coefficient()
        return Fraction(int(value.p), int(value.q))

    def key(self) -> str:
        common = self.num.gcd(self.den)
        num, den = self.num / common, self.den / common
        scale = den.leading_coefficient()
        return f"{num / scale}|{den / scale}"


Series = list[Quotient]


def constant(value: Fraction | int) -> Quotient:
    exact = Fraction(value)
    return Quotient(_CONTEXT.constant(fmpq(exact.numerator, exact.denominator)))


def vanishing_order(term: Term, name: str, at: Fraction, *, most: int) -> int:
    """Return how many leading Taylor coefficients vanish identically.

    Parameters
    ----------
    term
        The expression.
    name, at
        Expansion variable and point; all other variables stay symbolic.
    most
        Give up (with this answer) once so many coefficients have vanished.

    Raises
    ------
    NotAnalytic
        If the expression is not seen to be analytic there.

    Examples
    --------
    >>> vanishing_order(["+", ["exp", "x"], -1, ["*", -1, "x"]], "x", Fraction(0), most=6)
    2
    """
    for length in sorted({min(step, most) for step in (1, 3, 5, 8, most)}):  # long series are dear: lengthen on demand
        coefficients = _Expansion(name, at, length).series(term)
        for order, coefficient in enumerate(coefficients):
            if not coefficient.is_zero():
                return order
    return most


class _Expansion:
    """Truncated Taylor series in one variable with coefficients in the field of rational functions of atoms."""

    def __init__(self, name: str, at: Fraction, length: int) -> None:
        self._name, self._at, self._length = name, at, length
        self._atoms: dict[str, Quotient] = {}
        self._memo: dict[str, Series] = {}

    def series(self, term: Term) -> Series:
        key = json.dumps(term)
        if key not in self._memo:
            self._memo[key] = self._expand(term)
        return self._memo[key]

    def _expand(self, term: Term) -> Series:
        if isinstance(term, int):
            return self._pad(constant(term))
        if isinstance(term, str):
            if term != self._name:
                return self._pad(self._atom(term))
            return [*self._pad(constant(self._at))[:1], constant(1), *self._pad(constant(0))][: self._length]
        head, *rest = term
        if head == "/":
            return self._pad(constant(Fraction(rest[0], rest[1])))
        if head == "pi":
            return self._pad(self._atom("pi"))
        if head == "+":
            return _sum([self.series(part) for part in rest])
        if head == "*":
            result = self.series(rest[0])
            for part in rest[1:]:
                result = _product(result, self.series(part))
            return result
        if head == "^":
            return self._power(self.series(rest[0]), self.series(rest[1]))
        if head == "E":
            return self._entire(rest[0], self.series(rest[1]))
        if head in ("max", "min", "abs"):
            parts = [self.series(part) for part in rest]
            return _branch(head, parts if head != "abs" else [parts[0], _scale(parts[0], constant(-1))])
        functions: Mapping[str, Callable[[Series], Series]] = {
            "exp": self._exp,
            "log": self._log,
            "tanh": self._tanh,
            "sinh": self._sinh,
            "cosh": self._cosh,
            "atan": self._atan,
            "erf": self._erf,
            "erfc": lambda argument: _sum([self._pad(constant(1)), _scale(self._erf(argument), constant(-1))]),
        }
        if head not in functions:
            raise NotAnalytic(f"no exact Taylor series of {head!r}")
        return functions[head](self.series(rest[0]))

    def _pad(self, first: Quotient) -> Series:
        return [first] + [constant(0)] * (self._length - 1)

    def _atom(self, key: str) -> Quotient:
        if key not in self._atoms:
            if len(self._atoms) == _ATOMS:
                raise NotAnalytic(f"more than {_ATOMS} independent quantities")
            self._atoms[key] = Quotient(_CONTEXT.gen(len(self._atoms)))
        return self._atoms[key]

    # constants

    def _constant_power(self, base: Quotient, exponent: Quotient) -> Quotient:
        """``base ** exponent`` of constants: rational parts of the exponent are split off, the rest is an atom."""
        value = exponent.rational()
        if base.rational() == 1:
            return constant(1)
        if base.is_zero():
            raise NotAnalytic("a power of an expression that vanishes at the point")
        if value is not None and value.denominator == 1:
            return _whole_power(base, int(value))
        name = base.key()
        if value is not None:
            exact = _exact_root(base.rational(), value.denominator)
            if exact is not None:
                return _whole_power(constant(exact), value.numerator)
            root = self._atom(f"root {value.denominator} of {name}")
            whole = value.numerator // value.denominator  # so that 2^(-1/2) and 2^(1/2)/2 come out as one
            return _whole_power(base, whole) * _whole_power(root, value.numerator - whole * value.denominator)
        result = constant(1)
        for monomial, coefficient in _monomials(exponent):
            scale = Fraction(coefficient)
            if monomial is None:
                result = result * self._constant_power(base, constant(scale))
            else:
                root = self._atom(f"{name} to {monomial} / {scale.denominator}")
                result = result * _whole_power(root, scale.numerator)
        return result

    def _exponential(self, value: Quotient) -> Quotient:
        if value.is_zero():
            return constant(1)
        return self._constant_power(self._atom("e"), value)

    def _logarithm(self, value: Quotient) -> Quotient:
        return constant(0) if value.rational() == 1 else self._atom(f"log {value.key()}")

    # series

    def _power(self, base: Series, exponent: Series) -> Series:
        fixed = all(coefficient.is_zero() for coefficient in exponent[1:])
        value = exponent[0].rational() if fixed else None
        if value is not None and value.denominator == 1 and value >= 0:
            result = self._pad(constant(1))
            for _ in range(int(value)):
                result = _product(result, base)
            return result
        if not fixed:
            inner = _product(exponent, self._log(base))  # its first coefficient is the logarithm of the factor in front
            return _scale(self._exp([constant(0), *inner[1:]]), self._constant_power(base[0], exponent[0]))
        head = self._constant_power(base[0], exponent[0])
        small, power = _scaled_tail(base), exponent[0]
        result, binomial, term = self._pad(constant(1)), constant(1), self._pad(constant(1))
        for j in range(1, self._length):
            binomial = binomial * (power + constant(1 - j)) * constant(Fraction(1, j))
            term = _product(term, small)
            result = _sum([result, _scale(term, binomial)])
        return _scale(result, head)

    def _exp(self, argument: Series) -> Series:
        return _scale(
            self._compose(argument, [constant(Fraction(1, factorial(j))) for j in range(self._length)]),
            self._exponential(argument[0]),
        )

    def _log(self, argument: Series) -> Series:
        if argument[0].is_zero():
            raise NotAnalytic("log of an expression that vanishes at the point")
        weights = [constant(0)] + [constant(Fraction((-1) ** (j - 1), j)) for j in range(1, self._length)]
        shifted = [argument[0], *_scaled_tail(argument)[1:]]
        result = self._compose(shifted, weights)
        return [result[0] + self._logarithm(argument[0]), *result[1:]]

    def _entire(self, k: int, argument: Series) -> Series:
        head = argument[0]
        if head.is_zero():
            values = [constant(Fraction(1, k + j + 1)) for j in range(self._length)]
        else:
            grown, inverse = self._exponential(head), head.inverse()
            value = (grown + constant(-1)) * inverse  # E_0; then E_(j) = (e^z - j E_(j-1)) / z
            values = [value]
            for j in range(1, k + self._length):
                value = (grown + constant(-j) * value) * inverse
                values.append(value)
            values = values[k:]
        weights = [value * constant(Fraction(1, factorial(j))) for j, value in enumerate(values)]
        return self._compose(argument, weights)

    def _sinh(self, argument: Series) -> Series:
        up, down = self._exp(argument), self._exp(_scale(argument, constant(-1)))
        return _scale(_sum([up, _scale(down, constant(-1))]), constant(Fraction(1, 2)))

    def _cosh(self, argument: Series) -> Series:
        up, down = self._exp(argument), self._exp(_scale(argument, constant(-1)))
        return _scale(_sum([up, down]), constant(Fraction(1, 2)))

    def _tanh(self, argument: Series) -> Series:
        return _product(self._sinh(argument), self._power(self._cosh(argument), self._pad(constant(-1))))

    def _atan(self, argument: Series) -> Series:
        if not argument[0].is_zero():
            raise NotAnalytic("atan is expanded at 0 only")
        weights = [constant(Fraction((-1) ** (j // 2), j)) if j % 2 else constant(0) for j in range(self._length)]
        return self._compose(argument, weights)

    def _erf(self, argument: Series) -> Series:
        """Integrate ``2/sqrt(pi) exp(-u^2) u'``; the constant is 0 at 0, elsewhere a quantity of its own."""
        head = argument[0]
        first = constant(0) if head.is_zero() else self._atom(f"erf {head.key()}")
        if self._length == 1:
            return [first]
        root = self._constant_power(self._atom("pi"), constant(Fraction(-1, 2)))
        bell = self._exp(_scale(_product(argument, argument), constant(-1)))
        slope = [constant(j) * argument[j] for j in range(1, self._length)]
        inner = _scale(_product(bell[:-1], slope), constant(2) * root)
        return [first, *[constant(Fraction(1, j)) * inner[j - 1] for j in range(1, self._length)]]

    def _compose(self, argument: Series, weights: list[Quotient]) -> Series:
        """Return ``sum_j weights[j] (argument - argument[0])**j``."""
        inner = [constant(0), *argument[1:]]
        result = self._pad(weights[-1])
        for weight in reversed(weights[:-1]):
            result = _product(result, inner)
            result = [result[0] + weight, *result[1:]]
        return result


def _branch(head: str, parts: list[Series]) -> Series:
    """Return the argument of a maximum or minimum that alone counts near the point."""
    values = [part[0].rational() for part in parts]
    known = [value for value in values if value is not None]
    extreme = min(known, default=None) if head == "min" else max(known, default=None)
    if len(known) < len(values) or values.count(extreme) > 1:
        raise NotAnalytic(f"a kink of {head!r} may lie at the point")
    return parts[values.index(extreme)]


def _sum(parts: list[Series]) -> Series:
    result = parts[0]
    for part in parts[1:]:
        result = [a + b for a, b in zip(result, part, strict=True)]
    return result


def _product(x: Series, y: Series) -> Series:
    result = []
    for order in range(len(x)):
        total = constant(0)
        for i in range(order + 1):
            if not (x[i].is_zero() or y[order - i].is_zero()):
                total = total + x[i] * y[order - i]
        result.append(total)
    return result


def _scale(x: Series, factor: Quotient) -> Series:
    return [coefficient if coefficient.is_zero() else coefficient * factor for coefficient in x]


def _scaled_tail(x: Series) -> Series:
    """Return ``x / x[0] - 1``."""
    if x[0].is_zero():
        raise NotAnalytic("a power of an expression that vanishes at the point")
    return [constant(0), *_scale(x[1:], x[0].inverse())]


def _exact_root(base: Fraction | None, degree: int) -> Fraction | None:
    """Return the rational root of a positive rational, if it has one."""
    if base is None or base <= 0:
        return None
    roots = [fmpz(part).root(degree) for part in (base.numerator, base.denominator)]
    exact = roots[0] ** degree == base.numerator and roots[1] ** degree == base.denominator
    return Fraction(int(roots[0]), int(roots[1])) if exact else None


def _whole_power(base: Quotient, n: int) -> Quotient:
    if abs(n) > 64:
        raise NotAnalytic(f"the power {n} is too large")
    base = base if n >= 0 else base.inverse()
    return Quotient(base.num ** abs(n), base.den ** abs(n))


def _monomials(value: Quotient) -> list[tuple[str | None, Any]]:
    """Split a polynomial in the atoms into named monomials; a true quotient is one opaque monomial."""
    quotient, remainder = divmod(value.num, value.den)
    if remainder != 0:
        return [(value.key(), Fraction(1))]
    parts: list[tuple[str | None, Any]] = []
    for exponents, coefficient in quotient.terms():
        name = None if not any(exponents) else "*".join(f"a{i}^{e}" for i, e in enumerate(exponents) if e)
        parts.append((name, Fraction(int(coefficient.p), int(coefficient.q))))
    return parts


__all__ = ["NotAnalytic", "vanishing_order"]
