"""The zero test: what it shows is zero, what it must not take for zero."""

import random

import mpmath
import pytest
import sympy

from theory.engine.functions import EntireQuotient, Sig
from theory.engine.provers.symbolic.normal import Normalizer, NotNormal
from theory.engine.provers.symbolic.signs import NONNEGATIVE, Signs, of_range
from theory.engine.statements.forall import Domain

DOMAIN = Domain("x in (0,oo), y in [0,1], z in [-2,3], w in (-1,0), a in (0,1), b in [1,3]")
x, y, z, w, a, b = DOMAIN
SIGNS = Signs({symbol: of_range(item) for symbol, item in zip(DOMAIN.symbols, DOMAIN.ranges, strict=True)})


def is_zero(expression, each=frozenset()):
    return Normalizer(SIGNS, each).is_zero(expression)


@pytest.mark.parametrize(
    "expression",
    [
        (x + 1) ** 2 - x**2 - 2 * x - 1,
        1 / x + 1 / (1 - w) - (1 - w + x) / (x * (1 - w)),
        (4 * x) ** a - 2 ** (2 * a) * x**a,
        sympy.sqrt(6) - sympy.sqrt(2) * sympy.sqrt(3),
        (x + x * y) ** a - x**a * (1 + y) ** a,
        x ** (1 / (1 - a)) - x * x ** (a / (1 - a)),
        sympy.log(6 * x**2) - sympy.log(2) - sympy.log(3) - 2 * sympy.log(x),
        sympy.exp(a * sympy.log(x) + 1) - sympy.E * x**a,
        1 / (w - 1) + 1 / (1 - w),
        (1 - w) ** -2 - (w - 1) ** -2,
        sympy.sqrt((x + y) ** 2) - x - y,
        EntireQuotient(1, x) - (sympy.exp(x) - EntireQuotient(0, x)) / x,
        sympy.Max(x + y * x, 0) - sympy.Max(x * (1 + y), 0),
        sympy.Abs(z * (1 + x) - z - z * x),
    ],
)
def test_identities(expression):
    assert is_zero(expression)


@pytest.mark.parametrize(
    "expression",
    [
        sympy.sqrt(z**2) - z,
        sympy.Abs(z) - z,
        sympy.Max(z, 0) - z,
        (z**4) ** sympy.Rational(1, 4) - z,
        sympy.Pow(z**2, sympy.Rational(3, 2), evaluate=False) - z**3,
        x**a * x**b - x ** (a * b),
        (x + y) ** a - x**a - y**a,
        sympy.log(x + y) - sympy.log(x) - sympy.log(y),
        x + sympy.Rational(1, 10**40),
        sympy.sqrt(2) - sympy.Rational(141421356237309504880168872, 10**26),
    ],
)
def test_false_identities_are_not_shown(expression):
    assert not is_zero(expression)


def test_coefficients_stay_exact():
    """A sign drawn out of a negative base once turned coefficients into floats: 10^17 + 1 became 10^17."""
    large = sympy.Integer(10) ** 17
    assert not is_zero((large + 1) / (w + y - 2) - 2 * large / (2 * w + 2 * y - 4))
    assert is_zero(large / (w + y - 2) - 2 * large / (2 * w + 2 * y - 4))


def test_sums_over_classes_are_linear_and_nothing_else():
    p, s = sympy.symbols("p s", nonnegative=True)
    each = frozenset({p, s})
    signs = Signs({p: NONNEGATIVE, s: NONNEGATIVE, x: SIGNS.enclose(x), a: SIGNS.enclose(a)})
    zero = Normalizer(signs, each).is_zero
    assert zero(Sig(3 * x * p + s) - 3 * x * Sig(p) - Sig(s))
    assert zero(Sig(p * Sig(s)) - Sig(p) * Sig(s))
    assert zero(Sig(p**a * p) - Sig(p ** (a + 1)))
    assert zero(Sig((x * p) ** a) - x**a * Sig(p**a))
    for wrong in (Sig(p * s) - Sig(p) * Sig(s), Sig(p) - p, Sig(p**2) - Sig(p) ** 2, Sig(x) - x, Sig(p) - Sig(s)):
        assert not zero(wrong)


@pytest.mark.parametrize(
    "expression",
    [
        sympy.tan(x),
        sympy.zoo,
        sympy.Float(0.5) * x,
        sympy.log(sympy.Add(x, -x, evaluate=False), evaluate=False),
        sympy.Pow(sympy.Add(x, -x, evaluate=False), -1, evaluate=False),
        sympy.Pow(2, 10**6, evaluate=False),
        sympy.Pow(-x, sympy.Rational(1, 2), evaluate=False),
    ],
)
def test_what_has_no_normal_form_is_said_so(expression):
    with pytest.raises(NotNormal):
        is_zero(expression)


def test_zero_to_an_unknown_power_is_refused():
    with pytest.raises(NotNormal, match="zero to a power"):
        is_zero(sympy.Pow(0, z, evaluate=False))


def value(expression, at):
    """Return a 60-digit real value, None where the expression is not defined."""
    if expression.is_Rational:
        return mpmath.mpf(int(expression.p)) / int(expression.q)
    if expression.is_Symbol:
        return at[expression]
    parts = [value(argument, at) for argument in expression.args]
    if None in parts:
        return None
    if expression.is_Add:
        return mpmath.fsum(parts)
    if expression.is_Mul:
        return mpmath.fprod(parts)
    if expression.is_Pow:
        base, exponent = parts
        if expression.exp.is_Integer:
            return None if base == 0 and exponent < 0 else base ** int(exponent)
        return base**exponent if base > 0 else 0 * base if base == 0 and exponent > 0 else None
    if isinstance(expression, sympy.log):
        return mpmath.log(parts[0]) if parts[0] > 0 else None
    if isinstance(expression, sympy.exp):
        return mpmath.exp(parts[0]) if abs(parts[0]) < 1000 else None
    if isinstance(expression, (sympy.Max, sympy.Abs)):
        return max(parts) if isinstance(expression, sympy.Max) else abs(parts[0])
    raise AssertionError(f"no value for {expression.func}")


def grow(rng, depth):
    """Return a random expression in the variables of the domain."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([*DOMAIN, sympy.Rational(rng.randint(-4, 6), rng.choice([1, 1, 2, 3]))])
    kind = rng.random()
    one, two = grow(rng, depth - 1), grow(rng, depth - 1)
    if kind < 0.55:
        return one + two if kind < 0.3 else one * two
    if kind < 0.85:
        exponents = [2, -1, 3, sympy.Rational(1, 2), sympy.Rational(-1, 3), a, -a, b, a - 1, 1 / a, z]
        return sympy.Pow(one, rng.choice(exponents))
    return rng.choice([sympy.log(one), sympy.exp(a * sympy.log(x)), sympy.Max(one, two), sympy.Abs(one), one - two])


def place(rng):
    """Return a random point of the domain, with ends where they are closed."""
    return {
        x: mpmath.mpf(rng.randint(1, 400)) / 50,
        y: rng.choice([mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf(rng.random())]),
        z: mpmath.mpf(rng.randint(-20, 30)) / 10,
        w: mpmath.mpf(rng.randint(-99, -1)) / 100,
        a: mpmath.mpf(rng.randint(1, 99)) / 100,
        b: mpmath.mpf(rng.randint(10, 30)) / 10,
    }


@pytest.mark.parametrize("seed", range(40))
def test_normal_forms_have_the_same_values(seed):
    """So that what reduces to zero is zero: form and expression agree to 60 digits wherever both are defined."""
    rng, compared = random.Random(seed), 0
    with mpmath.workdps(60):
        for _ in range(12):
            try:
                expression = grow(rng, 3)
            except ValueError:  # a Max of what is not real
                continue
            if expression.has(sympy.zoo, sympy.nan, sympy.I):
                continue
            try:
                form = Normalizer(SIGNS).simplified(expression)
            except NotNormal:
                continue
            for at in (place(rng) for _ in range(3)):
                left, right = value(expression, at), value(form, at)
                if left is not None and right is not None:
                    compared += 1
                    assert abs(left - right) <= mpmath.mpf(10) ** -30 * (1 + abs(left)), (expression, form, at)
    assert compared
