r"""The exact calibration function for tau* < tau < 2 and n >= 3: minima over pooled configurations.

A configuration is a posterior p with p_1 = max p, p_1 - p_2 = beta, and a prediction of class 2. The least
conditional risk under the constraint S_2 >= S_y is found by pooling class 2 with the classes above the common
mean theta, so that with a = 1/(2 - tau), r = 2 - tau and q = tau - 1 the regret is (N(p) - N(p'))/q, N the
l_a norm, p' the pooled p. Three families compete; that no other configuration is lower is numerical:

* two classes: ((1+beta)/2, (1-beta)/2);
* unpooled edge, beta >= 2/3: (beta, 0, 1-beta);
* pooled, with J rest classes: (x, x-beta, z, ..., z), J z = 1-2x+beta, z >= theta = 1/(2+J), beta <= 2/(2+J).

In a pooled family write p/theta = 1+e+B, 1+e-B, 1-2e/J with B = (2+J) beta/2. The sum of p^a is then
convex in e on [B-1, 0] (a >= 2), and stationary where the mean of order a-1 of the first two is the third.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array
from theory.classification.quotients import expm1_minus, log1p_minus
from theory.classification.renyi import LOG_2, coin_divergence

__all__ = ["least_pooled_regret", "pooled_regret", "unpooled_edge_regret"]


def least_pooled_regret(xp: Any, beta: Array, tau: Array, n: Array) -> Array:
    """Return the minimum of the pooled families with 1 <= J <= n-2 rest classes and of the unpooled edge.

    The number of rest classes is found by bisection on the sign of the derivative in a real J, then over the
    integers around. That the regret has one valley beyond J = 1/beta - 2, and that no smaller J is best
    unless n - 2 cuts the range, is observed and tested against full enumeration, not proved; the value
    returned is attained in any case.

    Parameters
    ----------
    beta, tau, n : one-dimensional arrays, 0 <= beta <= 1, 3/2 < tau < 2, n >= 3

    Returns
    -------
    array; infinity where no such configuration exists
    """
    positive = xp.where(beta > 0, beta, xp.ones_like(beta))
    most = xp.where(n - 2 < 2 / positive - 2, n - 2, xp.floor(2 / positive - 2))
    high = xp.where(most >= 1, most, xp.ones_like(most))
    low = xp.where(1 / positive - 2 > 1, 1 / positive - 2, xp.ones_like(high))
    low = xp.where(low < high, low, high)
    last = high
    while bool(xp.any(high - low > 1)):
        middle = (low + high) / 2
        rising = _regret_rises_with_classes(xp, beta, tau, middle)
        low, high = xp.where(rising, low, middle), xp.where(rising, middle, high)
    best = unpooled_edge_regret(xp, beta, tau)
    centre = xp.round((low + high) / 2)
    for shift in (-1, 0, 1) if bool(xp.any(last > 1)) else (0,):
        rest = xp.where(centre + shift < last, centre + shift, last)
        rest = xp.where(rest >= 1, rest, xp.ones_like(rest))
        value = pooled_regret(xp, beta, tau, rest)
        best = xp.where(value < best, value, best)
    return best


def pooled_regret(xp: Any, beta: Array, tau: Array, rest: Array) -> Array:
    """Return the least regret of the pooled family with ``rest`` further classes; infinity if it is empty."""
    spread = (2 + rest) * beta / 2
    shift = _stationary_shift(xp, spread, 1 / (2 - tau) - 2, rest)
    q = tau - 1
    excess = (2 - tau) * _log_mean_power(xp, shift, spread, tau, rest)
    value = xp.exp(-q * xp.log(2 + rest)) * xp.expm1(excess) / q
    return xp.where(spread <= 1, value, xp.full_like(value, float("inf")))


def unpooled_edge_regret(xp: Any, beta: Array, tau: Array) -> Array:
    """Return the regret of (beta, 0, 1-beta), infinity for beta < 2/3, where that configuration pools."""
    edge = 3 * beta >= 2
    b = xp.where(edge, beta, xp.ones_like(beta))
    r = 2 - tau
    a = 1 / r
    ratio = xp.where(b < 1, xp.log(xp.where(b < 1, 1 - b, b) / b), xp.full_like(b, -1e3))
    third = xp.exp(a * ratio)
    free = r * xp.log1p(third)
    # (2 (b/2)^a + (1-b)^a)^r / b, by logarithms because 2^(1-a) may underflow.
    tied = (r - 1) * LOG_2 + r * xp.log1p(xp.exp(a * ratio + (a - 1) * LOG_2))
    value = b * xp.exp(tied) * xp.expm1(free - tied) / (tau - 1)
    return xp.where(edge, value, xp.full_like(value, float("inf")))


def _stationary_shift(xp: Any, spread: Array, order_excess: Array, rest: Array) -> Array:
    """Solve (1+e) zeta(B/(1+e)) = 1 - 2e/J for e by Newton, zeta(s) the mean of order a-1 of 1+s and 1-s.

    The left side minus the right is convex and increasing in e and >= 0 at e = 0, so that Newton's steps fall
    to the root; where the root lies below B-1 (a negative p_2) the end point B-1 is the minimiser.
    """
    c = order_excess
    spread = xp.where(spread < 1, spread, xp.ones_like(spread))
    shift = xp.zeros_like(spread)
    tolerance = 16 * xp.finfo(spread.dtype).eps
    for _ in range(60):
        s = spread / (1 + shift)
        s = xp.where(s < 1, s, xp.ones_like(s))
        log_mean = c * coin_divergence(xp, s, c) / (1 + c)
        residual = shift * (1 + 2 / rest) + (1 + shift) * xp.expm1(log_mean)
        slope = 2 / rest + (xp.exp(c * (xp.log1p(s) - log_mean)) + xp.exp(c * (xp.log1p(-s) - log_mean))) / 2
        step = shift - residual / slope
        step = xp.where(step > spread - 1, step, spread - 1)
        step = xp.where(step < 0, step, xp.zeros_like(step))
        moved = shift - step > tolerance * xp.abs(step)
        shift = step
        if not bool(xp.any(moved)):
            break
    return shift


def _log_mean_power(xp: Any, shift: Array, spread: Array, tau: Array, rest: Array) -> Array:
    """Return log of the mean of (p/theta)^a over the 2 + J classes."""
    a = 1 / (2 - tau)
    third = -2 * shift / rest
    deviations = (shift + spread, shift - spread, third)
    weights = (1 / (2 + rest), 1 / (2 + rest), rest / (2 + rest))
    # p/theta has the mean 1, its a-th power the mean 1 + sum of weighted (1+s)^a - 1 - a s >= 0.
    total = sum(w * _power_divergence(xp, s, a) for w, s in zip(weights, deviations, strict=True))
    largest = xp.where(deviations[0] > third, deviations[0], third)
    top = a * xp.log1p(largest)
    by_logs = top + xp.log(sum(w * xp.exp(a * _log1p(xp, s) - top) for w, s in zip(weights, deviations, strict=True)))
    return xp.where(top < 60, xp.log1p(total), by_logs)


def _power_divergence(xp: Any, s: Array, a: Array) -> Array:
    """Return (1+s)^a - 1 - a s for s >= -1, a >= 1."""
    inside = s > -1
    safe = xp.where(inside, s, xp.zeros_like(s))
    value = expm1_minus(xp, a * xp.log1p(safe)) + a * log1p_minus(xp, safe)
    return xp.where(inside, value, a - 1)


def _log1p(xp: Any, s: Array) -> Array:
    """Return log(1+s), a very negative number at s = -1."""
    inside = s > -1
    return xp.where(inside, xp.log1p(xp.where(inside, s, xp.zeros_like(s))), xp.full_like(s, -1e3))


def _regret_rises_with_classes(xp: Any, beta: Array, tau: Array, rest: Array) -> Array:
    """Return whether the pooled regret increases with a real number of rest classes (envelope theorem)."""
    spread = (2 + rest) * beta / 2
    shift = _stationary_shift(xp, spread, 1 / (2 - tau) - 2, rest)
    log_mean = _log_mean_power(xp, shift, spread, tau, rest)
    return (tau - 1) * (2 - tau) * log_mean > xp.log1p(-2 * shift / rest)
