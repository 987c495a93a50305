"""Sums of products of powers of atoms, as dictionaries: their arithmetic, with exact coefficients."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import sympy

Monomial: TypeAlias = frozenset[tuple[sympy.Expr, sympy.Expr]]  # of (atom, exponent) pairs
Form: TypeAlias = dict[Monomial, Fraction]

ONE: Monomial = frozenset()
MOST_TERMS = 4000
MOST_POWER = 24
MOST_BITS = 100_000  # of a coefficient


class NotNormal(ValueError):
    """The expression is outside what the normal form handles, or grows too large."""


def atom(expression: sympy.Expr) -> Form:
    """Return the form of a single atom."""
    return {frozenset({(expression, sympy.Integer(1))}): Fraction(1)}


def negated(form: Form) -> Form:
    """Change the sign of a form."""
    return {monomial: -coefficient for monomial, coefficient in form.items()}


def bits(value: Fraction) -> int:
    """Return the length of the longer of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def few(shift: int) -> int:
    """Return how often to multiply by a sum, if that is not too often."""
    if shift > MOST_POWER:
        raise NotNormal("an exponent is too large to multiply out")
    return shift


def lowest(powers: list[sympy.Expr]) -> list[sympy.Expr]:
    """Return the smallest of each class of exponents that differ by integers."""
    found: list[sympy.Expr] = []
    for power in powers:
        for index, low in enumerate(found):
            shift = canonical(power - low)
            if shift.is_Integer:
                found[index] = power if shift < 0 else low
                break
        else:
            found.append(power)
    return found


def product(powers: dict[sympy.Expr, sympy.Expr]) -> Form:
    """Make a monomial from powers of atoms; integer powers of primes go to the coefficient."""
    coefficient, kept = Fraction(1), {}
    for base, given in powers.items():
        power = canonical(given)
        if base.is_Integer and power != 0:
            whole = whole_part(power)
            if abs(whole) * int(base).bit_length() > MOST_BITS:
                raise NotNormal("an exponent is too large to multiply out")
            coefficient *= Fraction(int(base)) ** whole
            power = canonical(power - whole)
        if power != 0:
            kept[base] = power
    return {frozenset(kept.items()): coefficient}


@lru_cache(maxsize=20_000)
def canonical(power: sympy.Expr) -> sympy.Expr:
    """Return a rational function in lowest terms; exponents recur, and this is where the time goes."""
    return power if power.is_Rational or power.is_Symbol else sympy.cancel(sympy.together(power))


@lru_cache(maxsize=20_000)
def whole_part(power: sympy.Expr) -> int:
    """Return the integer that a rational function sheds, so that p and p + 1 shed the same rest.

    It is the floor of the constant of its polynomial part.
    """
    if not power.free_symbols:
        return int(sympy.floor(power))
    numerator, denominator = sympy.fraction(power)
    polynomial, _ = sympy.div(numerator, denominator, *sorted(power.free_symbols, key=str))
    return int(sympy.floor(polynomial.as_coeff_Add()[0]))


def multiply(left: Form, right: Form) -> Form:
    """Multiply two forms.

    >>> x = sympy.Symbol("x")
    >>> multiply(atom(x), {ONE: Fraction(1, 2)})
    {frozenset({(x, 1)}): Fraction(1, 2)}
    """
    if len(left) * len(right) > MOST_TERMS:
        raise NotNormal("the normal form grows too large")
    result: Form = {}
    for first, x in left.items():
        for second, y in right.items():
            if not first or not second:
                _accumulate(result, {first or second: x * y})
                continue
            powers = dict(first)
            for base, power in second:
                powers[base] = powers[base] + power if base in powers else power
            for monomial, factor in product(powers).items():
                _accumulate(result, {monomial: factor * x * y})
    return result


def total(summands: Iterable[Form]) -> Form:
    """Add up forms."""
    result: Form = {}
    for summand in summands:
        _accumulate(result, summand)
    return result


def _accumulate(result: Form, other: Form) -> None:
    """Add to a form in place; terms that cancel are dropped."""
    for monomial, coefficient in other.items():
        value = result.get(monomial, Fraction(0)) + coefficient
        if value:
            result[monomial] = value
        else:
            result.pop(monomial, None)


def primes(value: Fraction) -> list[tuple[int, int]]:
    """Factor a positive rational into primes with their multiplicities."""
    up, down = sympy.factorint(value.numerator), sympy.factorint(value.denominator)
    return [(int(p), int(m)) for p, m in up.items()] + [(int(p), -int(m)) for p, m in down.items()]
