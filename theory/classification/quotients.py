"""Elementary functions without cancellation: quotients entire at 0, and differences of near-equal numbers.

Private to this package. Each function is accurate to a few units in the last place on its whole domain, which
is what lets the formulas of the comp-sum family cross tau = 1 (where they read 0/0) and beta = 0 without a
special case.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array

__all__ = [
    "expm1_minus",
    "expm1_quotient",
    "log1p_minus",
    "log1p_quotient",
    "product_minus_one",
    "scaled_expm1",
    "sinh_quotient",
]


def expm1_quotient(xp: Any, z: Array) -> Array:
    """Return (exp(z) - 1) / z, equal to 1 at z = 0."""
    zero = z == 0
    return xp.where(zero, xp.ones_like(z), xp.expm1(z) / xp.where(zero, xp.ones_like(z), z))


def log1p_quotient(xp: Any, z: Array) -> Array:
    """Return log(1 + z) / z, equal to 1 at z = 0."""
    zero = z == 0
    return xp.where(zero, xp.ones_like(z), xp.log1p(z) / xp.where(zero, xp.ones_like(z), z))


def sinh_quotient(xp: Any, z: Array) -> Array:
    """Return sinh(z) / z, equal to 1 at z = 0."""
    zero = z == 0
    return xp.where(zero, xp.ones_like(z), xp.sinh(z) / xp.where(zero, xp.ones_like(z), z))


def scaled_expm1(xp: Any, x: Array, d: Array) -> Array:
    """Return (exp(d x) - 1) / d for x >= 0, equal to x at d = 0; x may be infinite."""
    z = d * x
    # Below 1e-9 two terms of the series are exact to working precision, and d * x may be subnormal.
    tiny = x * (1 + z / 2)
    ratio = xp.expm1(z) / xp.where(d == 0, xp.ones_like(d), d)
    return xp.where(d == 0, x, xp.where(xp.abs(z) < 1e-9, tiny, ratio))


def expm1_minus(xp: Any, z: Array) -> Array:
    """Return exp(z) - 1 - z."""
    small = xp.abs(z) < 0.5
    x = xp.where(small, z, xp.zeros_like(z))
    series = xp.ones_like(z)
    for k in range(16, 2, -1):
        series = 1 + series * x / k
    return xp.where(small, series * x * x / 2, xp.expm1(z) - z)


def log1p_minus(xp: Any, s: Array) -> Array:
    """Return log(1 + s) - s for s >= -1."""
    small = xp.abs(s) < 0.3
    x = xp.where(small, s, xp.zeros_like(s))
    w = x / (2 + x)
    square = w * w
    series = xp.zeros_like(x)
    for k in range(25, 1, -2):
        series = series * square + 1 / k
    # log(1 + s) = 2 artanh(w) and 2 w = s - w s.
    return xp.where(small, w * (2 * square * series - x), xp.log1p(s) - s)


def product_minus_one(xp: Any, x: Array, y: Array) -> Array:
    """Return x * y - 1 for x * y near 1, with the rounding error of the product (Dekker) put back."""
    bits = {"float64": 53, "float32": 24}.get(str(x.dtype).rpartition(".")[2])
    product = x * y
    if bits is None:
        return product - 1
    splitter = float(2 ** ((bits + 1) // 2) + 1)
    x_high = splitter * x - (splitter * x - x)
    y_high = splitter * y - (splitter * y - y)
    x_low, y_low = x - x_high, y - y_high
    error = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return (product - 1) + error
