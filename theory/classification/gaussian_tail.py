r"""The upper tail Q(x) of the standard normal law, its logarithm, and erf: array-API functions, accurate in the tail.

The array-API standard has no erf. For z >= 0 and t = 2/(2 + z) the function ``log(erfc(z) e^{z^2} / t) / (1 - t)`` is
smooth in t on [0, 1], both ends included; it is summed here from its Chebyshev series, so that relative accuracy is
kept as far as the tail is a normal number, and the logarithm beyond. The factor 1 - t makes Q(0) = 1/2 exactly.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, quiet, real_arrays, restore

__all__ = ["erf", "log_normal_tail", "normal_tail"]

# Chebyshev coefficients in 2t - 1 (the first one halved), computed to 60 digits.
_SERIES = (
    -1.3007945719149532,
    0.0037182957335124482,
    0.041146565870970275,
    0.00066894319168475732,
    -0.0015626203403662342,
    -7.8024944890782456e-6,
    7.9657359977031897e-5,
    -2.9760847844890469e-6,
    -4.4952170958730182e-6,
    4.8281061133111254e-7,
    2.4621497621315047e-7,
    -5.2886425793076172e-8,
    -1.1035444139596646e-8,
    4.6993197574874745e-9,
    1.9670967236571899e-10,
    -3.4044378678390417e-10,
    3.1863243239207011e-11,
    1.8298629181697121e-11,
    -4.8421372079692285e-12,
    -4.3879349164536425e-13,
    3.8659851544220973e-13,
    -4.0378037207399522e-14,
    -1.652169540231868e-14,
    5.8102843006864697e-15,
    -2.8212645074532852e-16,
    -2.8242439634870956e-16,
    9.5577440899558756e-17,
    -1.0515597541884525e-17,
    -3.9421124734407279e-18,
    2.4312523726252335e-18,
)
_ERF_TERMS = 24  # of the series about 0, for |z| <= 1


def normal_tail(x: Any) -> Any:
    r"""Return ``Q(x) = P(Z > x)`` for a standard normal Z.

    Parameters
    ----------
    x : number or array
        Any real number, infinities included.

    Returns
    -------
    float or array
        In [0, 1], of relative accuracy some units in the last place.

    Examples
    --------
    >>> round(normal_tail(1.0), 12), round(normal_tail(10.0) * 1e23, 9)
    (0.158655253931, 0.761985302)
    """
    xp, (x,), scalar = real_arrays(x)
    size = xp.abs(x)
    upper = _half_erfcx(xp, size) * _half_square_exponential(xp, size)
    return restore(xp.where(x >= 0, upper, 1 - upper), scalar)


@quiet
def log_normal_tail(x: Any) -> Any:
    r"""Return ``log Q(x)``, also where Q(x) is too small for the dtype.

    Examples
    --------
    >>> round(log_normal_tail(100.0), 9), round(log_normal_tail(0.0), 9)
    (-5005.524208694, -0.693147181)
    """
    xp, (x,), scalar = real_arrays(x)
    size = xp.abs(x)
    scaled = _half_erfcx(xp, size)
    upper = xp.log(xp.where(scaled > 0, scaled, xp.ones_like(scaled))) - size * size / 2
    lower = xp.log1p(-scaled * _half_square_exponential(xp, size))
    return restore(xp.where(x >= 0, upper, lower), scalar)


def erf(z: Any) -> Any:
    """Return the error function, ``P(|Z| <= z sqrt(2))`` for z >= 0, of relative accuracy near 0 too.

    Examples
    --------
    >>> round(erf(1.0), 12), round(erf(-1e-20) * 1e20, 12)
    (0.84270079295, -1.128379167096)
    """
    xp, (z,), scalar = real_arrays(z)
    size = xp.abs(z)
    near = size <= 1
    inner = xp.where(near, z, xp.zeros_like(z))
    term = total = inner
    for k in range(1, _ERF_TERMS):  # e^{z^2} erf(z) = 2/sqrt(pi) sum_k 2^k z^{2k+1} / (2k+1)!!: no cancellation
        term = term * (2 * inner * inner / (2 * k + 1))
        total = total + term
    series = total * xp.exp(-inner * inner) * (2 / math.sqrt(math.pi))
    far = 1 - 2 * normal_tail(xp.where(near, xp.ones_like(size), size) * math.sqrt(2))
    return restore(xp.where(near, series, xp.sign(z) * far), scalar)


def _half_erfcx(xp: Any, x: Array) -> Array:
    """Return Q(x) exp(x^2/2) for x >= 0, by Clenshaw's recurrence."""
    t = 2 / (2 + x / math.sqrt(2))
    y = 2 * t - 1
    current, previous = xp.zeros_like(y), xp.zeros_like(y)
    for coefficient in reversed(_SERIES[1:]):
        current, previous = 2 * y * current - previous + coefficient, current
    return t / 2 * xp.exp((1 - t) * (y * current - previous + _SERIES[0]))


def _half_square_exponential(xp: Any, x: Array) -> Array:
    """Return exp(-x^2/2) for x >= 0; the square is split, because its rounding would be magnified by its size."""
    bounded = xp.where(x < 64, x, xp.full_like(x, 64.0))  # beyond, zero in double precision
    coarse = xp.floor(bounded * 16) / 16  # few bits, so that its square is exact
    return xp.exp(-coarse * coarse / 2) * xp.exp(-(bounded - coarse) * (bounded + coarse) / 2)
