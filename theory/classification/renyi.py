r"""Renyi entropies: the common core of every formula of the comp-sum family below tau = 2.

With q = tau - 1 and the order a = 1/(2 - tau), the least conditional risk of the comp-sum loss and the
two-class calibration function are both one Renyi quantity seen through the same increasing map:

.. math::
    C^*_\tau(p) = \frac{1 - e^{-q H_a(p)}}{q}, \qquad
    T_\tau(\beta) = 2^{-q}\, \frac{e^{q D_a(\beta)} - 1}{q},

where H_a is the Renyi entropy of the posterior and D_a the Renyi divergence of ((1+beta)/2, (1-beta)/2) from
the fair coin. At tau = 1 they become Shannon's. The order is passed as its excess c = a - 1 = q/(2 - tau)
over 1, because a - 1 itself would cancel.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, one_largest
from theory.classification.quotients import expm1_quotient, log1p_quotient, sinh_quotient

__all__ = ["coin_divergence", "coin_divergence_slope", "inverse_coin_divergence", "renyi_entropy"]

LOG_2 = 0.6931471805599453


def renyi_entropy(xp: Any, p: Array, excess: Array) -> Array:
    """Return the Renyi entropy of order 1 + excess of p, classes on the last axis, p normalised by its sum.

    Parameters
    ----------
    p : array, shape (..., n), entries >= 0 with a positive sum
    excess : array, broadcastable to (...), > -1 and finite

    Returns
    -------
    array, shape (...), in nats
    """
    c = excess[..., None]
    top, share, log_share = _shares(xp, p)
    # sum p^a = 1 + c x, every summand of x having one sign.
    x = xp.sum(share * log_share * expm1_quotient(xp, c * log_share), axis=-1)
    near_one = -x * log1p_quotient(xp, excess * x)
    peak = xp.max(log_share, axis=-1)
    tail = xp.sum(xp.where(top, xp.zeros_like(p), xp.exp((1 + c) * (log_share - peak[..., None]))), axis=-1)
    safe = xp.where(excess == 0, xp.ones_like(excess), excess)
    far = -((1 + excess) * peak + xp.log1p(tail)) / safe
    return xp.where(excess * x > -0.5, near_one, far)


def _shares(xp: Any, p: Array) -> tuple[Array, Array, Array]:
    """Return the mask of one largest class, p / sum(p), and its logarithm, accurate for p near one-hot."""
    top = one_largest(xp, p)
    rest = xp.sum(xp.where(top, xp.zeros_like(p), p), axis=-1, keepdims=True)
    largest = xp.max(p, axis=-1, keepdims=True)
    share = p / (largest + rest)
    # log 0 is replaced by a number whose exponential is 0 and whose products stay finite.
    lowest = 2 * math.log(xp.finfo(p.dtype).smallest_normal)
    positive = xp.where(share > 0, share, xp.ones_like(p))
    log_share = xp.where(share > 0, xp.log(positive), xp.full_like(p, lowest))
    return top, share, xp.where(top, -xp.log1p(rest / largest), log_share)


def coin_divergence(xp: Any, b: Array, excess: Array) -> Array:
    """Return D_a(b) = log[((1+b)^a + (1-b)^a)/2] / (a - 1), a = 1 + excess >= 1/2, for b in [0, 1].

    Relative accuracy is kept for b -> 0 (where D ~ a b^2/2), b -> 1 (D -> log 2), a -> 1 and a -> infinity.
    """
    certain = b >= 1
    b = xp.where(certain, 0.5 * xp.ones_like(b), b)
    plus, minus = xp.log1p(b), xp.log1p(-b)
    v = (plus - minus) / 2  # artanh b; 1 +- b = exp(mean +- v) and exp(-mean) = cosh v
    mean = xp.where(b < 0.5, xp.log1p(-b * b), plus + minus) / 2
    d = xp.abs(excess)
    x = d * v
    # cosh(a v)/cosh(v) = cosh(x) + slope sinh(x) for a >= 1, its inverse for a < 1. gap = 1 - slope.
    decay = xp.exp(-2 * (1 + excess) * v)
    slope = xp.where(excess >= 0, b, -xp.expm1(-2 * (1 + excess) * v) / (1 + decay))
    gap = xp.where(excess >= 0, 1 - b, 2 * decay / (1 + decay))
    near = x <= 2
    half = xp.where(near, x, xp.zeros_like(x)) / 2
    # y = [cosh(x) - 1 + slope sinh(x)] / d by half angles, cosh(x) - 1 = 2 sinh(x/2)^2.
    s = sinh_quotient(xp, half)
    y = v * s * (slope * xp.sqrt(1 + (half * s) ** 2) + half * s)
    small = y * log1p_quotient(xp, d * y) + mean
    large = plus + xp.log1p(gap / 2 * xp.expm1(-2 * x)) / xp.where(near, xp.ones_like(d), d)
    return xp.where(certain, LOG_2 * xp.ones_like(b), xp.where(near, small, large))


def coin_divergence_slope(xp: Any, b: Array, excess: Array, divergence: Array) -> Array:
    """Return dD_a/db for b in [0, 1), given D_a(b); accurate enough for Newton steps."""
    plus, minus = xp.log1p(b), xp.log1p(-b)
    # a ((1+b)^c - (1-b)^c) / (2 c phi), phi = exp(c D)
    upper = plus * expm1_quotient(xp, excess * plus) * xp.exp(-excess * divergence)
    lower = minus * expm1_quotient(xp, excess * minus) * xp.exp(-excess * divergence)
    direct = (upper - lower) / 2
    shifted = xp.exp(excess * (plus - divergence)) * -xp.expm1(-excess * (plus - minus))
    scaled = shifted / (2 * xp.where(excess > 1, excess, xp.ones_like(excess)))
    return (1 + excess) * xp.where(excess > 1, scaled, direct)


def inverse_coin_divergence(xp: Any, value: Array, excess: Array) -> Array:
    """Return b in [0, 1] with D_a(b) = value; 1 where value >= log 2 = D_a(1)."""
    value, excess = xp.broadcast_arrays(value, excess)
    inner = (value > 0) & (value < LOG_2)
    target = xp.where(inner, value, 0.1 * xp.ones_like(value))
    low, high = xp.expm1(target), xp.ones_like(target)  # D_a <= D_infinity = log(1 + b)
    guess = xp.sqrt(2 * target / (1 + excess))
    b = xp.where((guess > low) & (guess < 1), guess, xp.where(guess >= 1, (low + 1) / 2, low))
    tolerance = 4 * xp.finfo(target.dtype).eps
    for _ in range(80):
        divergence = coin_divergence(xp, b, excess)
        above = divergence > target
        low, high = xp.where(above, low, b), xp.where(above, b, high)
        elasticity = b * coin_divergence_slope(xp, b, excess, divergence) / divergence
        step = b * xp.exp(-xp.log(divergence / target) / elasticity)
        # Within rounding of the root the sign of the residual, and so the bracket, means nothing any more.
        settled = xp.abs(step - b) <= tolerance * b
        inside = (step > low) & (step < high)
        b = xp.where(settled, b, xp.where(inside, step, (low + high) / 2))
        if bool(xp.all(settled)):
            break
    return xp.where(inner, b, xp.where(value > 0, xp.ones_like(b), xp.zeros_like(b)))
