"""Elementary functions on balls and on power series of balls, tight where a ball is wide.

Every function takes an ``arb`` or an ``arb_series`` and returns an enclosure; where a function is not defined on the
whole ball the result is NaN, which compares as unknown. Monotone functions of wide balls are enclosed by their two
end points: a ball is a mid-point and a radius, and its image under exp or a power is far from symmetric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx, fmpq

Ring = Any  # arb or arb_series: python-flint has no common base class

NAN = arb.nan()
_SIGNS = arb(0, 1)
_WIDE = 6  # bits of relative accuracy below which the two end points are worth their price
_WIDE_RADIUS = 1 / 64


@contextmanager
def working(precision: int, terms: int = 10) -> Iterator[None]:
    """Set python-flint's precision (bits) and series length, and restore both: they are global there."""
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = precision, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def rational(value: Fraction) -> fmpq:
    """Return a Python fraction as a FLINT rational."""
    return fmpq(value.numerator, value.denominator)


def fraction(value: fmpq) -> Fraction:
    """Return a FLINT rational as a Python fraction."""
    return Fraction(int(value.p), int(value.q))


def _is_series(x: Ring) -> bool:
    return isinstance(x, arb_series)


def _undefined(x: arb_series) -> arb_series:
    """Return a series of NaNs of full length: a shorter one would leave higher coefficients at 0."""
    return arb_series([NAN] * x.prec, x.prec)


def _hull(function: Callable[[arb], arb], x: arb) -> arb:
    """Enclose a monotone function by its values at the two ends."""
    low, high = function(x.lower()), function(x.upper())
    return low.union(high) if low.is_finite() and high.is_finite() else NAN


def _is_wide(x: arb) -> bool:
    return not x.is_exact() and float(x.rad()) > _WIDE_RADIUS


def exp(x: Ring) -> Ring:
    """Exponential."""
    if not _is_series(x) and _is_wide(x):
        return _hull(arb.exp, x)
    return x.exp()


def log(x: Ring) -> Ring:
    """Logarithm of what is certainly positive."""
    if _is_series(x):
        return x.log() if x[0] > 0 else _undefined(x)
    if not x > 0:
        return NAN
    return _hull(arb.log, x) if x.rel_accuracy_bits() < _WIDE else x.log()


def integer_power(x: Ring, n: int) -> Ring:
    """``x**n`` for an integer n; an even power of a ball around 0 is not negative."""
    if n == -1:
        return reciprocal(x)
    if _is_series(x):
        return x**n if n >= 0 else reciprocal(x ** (-n))
    if n < 0:
        return reciprocal(integer_power(x, -n))
    if x.rel_accuracy_bits() >= _WIDE:
        return x**n
    if n % 2 == 0 and not (x > 0 or x < 0):
        return arb(0).union(x.abs_upper() ** n)
    return _hull(lambda end: end**n, x)


def reciprocal(x: Ring) -> Ring:
    """``1 / x`` of what is certainly not 0."""
    if _is_series(x):
        return 1 / x if x[0] > 0 or x[0] < 0 else _undefined(x)
    if not (x > 0 or x < 0):
        return NAN
    return _hull(lambda end: 1 / end, x) if x.rel_accuracy_bits() < _WIDE else 1 / x


def power(base: Ring, exponent: Ring, *, nonnegative: bool) -> Ring:
    """Real power of a positive base.

    Parameters
    ----------
    base, exponent
        Balls or series.
    nonnegative
        Whether the base is known to be >= 0 wherever it is evaluated. A ball that touches 0 is then read as
        ``[0, high]``, on which a power with positive exponent is monotone; otherwise the result is NaN.
    """
    if _is_series(base) or _is_series(exponent):
        return _series_power(base, exponent)
    if not base > 0:
        if not (nonnegative and exponent > 0):
            return NAN
        high = base.upper()
        return arb(0).union(high ** exponent.lower()).union(high ** exponent.upper()) if high > 0 else arb(0)
    wide_exponent = _is_wide(exponent)
    if base.rel_accuracy_bits() >= _WIDE and not wide_exponent:
        return base**exponent
    ends = (exponent.lower(), exponent.upper()) if not exponent.is_exact() else (exponent,)
    # log of the power is bilinear in (exponent, log base): its extremes are at the corners
    values = [end**e for end in (base.lower(), base.upper()) for e in ends]
    result = values[0]
    for value in values[1:]:
        result = result.union(value)
    return result if all(value.is_finite() for value in values) else NAN


def _series_power(base: Ring, exponent: Ring) -> arb_series:
    if not (base[0] if _is_series(base) else base) > 0:
        return _undefined(base if _is_series(base) else exponent)
    if _is_series(exponent):
        return (exponent * base.log()).exp()
    return base**exponent


def x_log_x(x: Ring, *, nonnegative: bool) -> Ring:
    """``x log x``, continued by 0 at x = 0 if the base is known to be >= 0."""
    if _is_series(x):
        return x * log(x)
    if x > 0:
        return x * log(x)
    if not nonnegative:
        return NAN
    high = x.upper()
    if not high > 0:
        return arb(0)
    valley = -arb(-1).exp()
    end = high * high.log()
    return arb(0).union(end) if high <= arb(-1).exp().lower() else valley.union(arb(0)).union(end)


def entire(k: int, z: Ring) -> Ring:
    """``E_k(z) = int_0^1 s^k e^(s z) ds``, increasing in z; of a series by its Taylor series, as E_k' = E_(k+1)."""
    if _is_series(z):
        inner, result = z - z[0], arb_series([0], z.prec)
        factorial = 1
        coefficients = []
        for j in range(z.prec):
            factorial *= max(j, 1)
            coefficients.append(entire(k + j, z[0]) / factorial)
        for coefficient in reversed(coefficients):
            result = result * inner + coefficient
        return result
    if not z.is_finite():
        return NAN
    return _entire_point(k, z) if z.is_exact() else _hull(lambda end: _entire_point(k, end), z)


def _entire_point(k: int, z: arb) -> arb:
    return z.hypgeom_1f1(k + 1, k + 2) / (k + 1)


def tanh(x: Ring) -> Ring:
    """Hyperbolic tangent."""
    if _is_series(x):
        return 1 - 2 * reciprocal((2 * x).exp() + 1)
    return _hull(arb.tanh, x)


def sinh(x: Ring) -> Ring:
    """Hyperbolic sine."""
    return (x.exp() - (-x).exp()) / 2 if _is_series(x) else _hull(arb.sinh, x)


def cosh(x: Ring) -> Ring:
    """Hyperbolic cosine, even and at least 1."""
    if _is_series(x):
        return (x.exp() + (-x).exp()) / 2
    if x > 0 or x < 0:
        return _hull(arb.cosh, x)
    return arb(1).union(x.abs_upper().cosh()) if x.is_finite() else NAN


def atan(x: Ring) -> Ring:
    """Arc tangent."""
    return x.atan() if _is_series(x) else _hull(arb.atan, x)


def erf(x: Ring) -> Ring:
    """Error function."""
    return x.erf() if _is_series(x) else _hull(arb.erf, x)


def erfc(x: Ring) -> Ring:
    """Complementary error function, of full relative accuracy in the tail, where 1 - erf has none."""
    return x.erfc() if _is_series(x) else _hull(arb.erfc, x)


def sign(x: Ring) -> Ring:
    """The sign, as the ball [-1, 1] where it is not known; of a series that of its first coefficient, or NaN."""
    head = x[0] if _is_series(x) else x
    if head > 0 or head < 0:
        return arb(1) if head > 0 else arb(-1)
    return _undefined(x) if _is_series(x) else _SIGNS if head.is_finite() else NAN  # a kink has no second derivative


def absolute(x: Ring) -> Ring:
    """Absolute value; a series must have a known sign."""
    if _is_series(x):
        return x if x[0] > 0 else -x if x[0] < 0 else _undefined(x)
    return abs(x)


def step(x: Ring) -> Ring:
    """1 where x > 0, 0 where x < 0, the ball [0, 1] where the sign is not known (NaN for a series)."""
    return (sign(x) + 1) / 2


def maximum(x: Ring, y: Ring) -> Ring:
    """Larger of two; of series the one that is certainly larger."""
    if _is_series(x) or _is_series(y):
        difference = x - y
        return x if difference[0] > 0 else y if difference[0] < 0 else _undefined(difference)
    return x.max(y)


def minimum(x: Ring, y: Ring) -> Ring:
    """Smaller of two; of series the one that is certainly smaller."""
    return -maximum(-x, -y)
