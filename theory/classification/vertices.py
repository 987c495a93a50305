r"""The exact calibration function for tau >= 2 (mean absolute error and beyond) and the inverse of its hull.

For q = tau - 1 >= 1 the conditional risk (1 - sum_y p_y S_y^q)/q is concave in S, so that its least value is
taken at a vertex: at a class of largest p_y without constraint, and at a uniform S on a set of k classes with
class 2 in it under the constraint S_2 >= S_y. The regret is then a minimum over k of a function piecewise
linear in p, and its minimum over p with p_1 = max p = x, p_2 = x - beta is taken at the least possible x:

.. math::
    q\, T_{\tau,n}(\beta) = \min_{1 \le k \le n} \Big[ x - \frac{\min(k x - \beta,\, 1)}{k^q} \Big], \qquad
    x = \max\Big(\beta, \frac{1+\beta}{n}\Big).

Proof of the last step: for given k the bracket is x - k^{-q} R with R <= min(k x - beta, 1) the mass of class
2 and the k - 1 largest others, attained by k - 2 further classes filled up to x; it increases in x since
k^{1-q} <= 1. At q = 1 this is min_k max(beta/k, beta - 1/k). The maximum of min(k x - beta, 1)/k^q over real
k is at min(q beta/((q-1) x), (1+beta)/x), with one rise and one fall, so the best integer is a neighbour.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array
from theory.classification.quotients import product_minus_one

__all__ = ["hull_inverse", "vertex_transform"]


def vertex_transform(xp: Any, beta: Array, tau: Array, n: Array) -> Array:
    """Return the exact calibration function for tau >= 2; arrays that broadcast, 0 <= beta <= 1, n >= 2."""
    q = tau - 1
    spread_out = beta * (n - 1) < 1  # x = (1+beta)/n: all n classes share the mass
    x = xp.where(spread_out, (1 + beta) / n, beta)
    safe = xp.where(x > 0, x, xp.ones_like(x))
    crossing = xp.where(spread_out, n, 1 + 1 / safe)
    peak = q * beta / (xp.where(q > 1, q - 1, xp.ones_like(q)) * safe)
    best = xp.where((q > 1) & (peak < crossing), peak, crossing)
    down = xp.floor(xp.where(best < n, xp.where(best > 1, best, xp.ones_like(best)), n))
    up = xp.where(down + 1 < n, down + 1, n)
    first, second = (_value_at(xp, beta, q, x, k, spread_out) for k in (down, up))
    return xp.where(first < second, first, second) / q


def _value_at(xp: Any, beta: Array, q: Array, x: Array, k: Array, spread_out: Array) -> Array:
    """Return x - min(k x - beta, 1)/k^q as a sum of two terms >= 0."""
    loss = -xp.expm1((1 - q) * xp.log(k))  # 1 - k^(1-q)
    partial = x * loss + beta * xp.exp(-q * xp.log(k))
    k, x = xp.broadcast_arrays(k, x)
    whole = (product_minus_one(xp, k, x) + loss) / k
    return xp.where(spread_out | ((k - 1) * beta <= 1), partial, whole)


def hull_inverse(xp: Any, regret: Array, tau: Array, n: Array) -> Array:
    """Return the b in [0, 1] where the convex hull of the transform is ``regret``; 1 where it exceeds T(1).

    The hull of q T is the polygon through (0, 0) and (1/(k-1), 1/(k-1) - k^{-q}), k = m, ..., 3, 2, with m
    the integer in [2, n] of largest (k-1)/k^q (m = n at q = 1): T lies on the points, and concave pieces or
    steeper ones in between.
    """
    q = tau - 1
    y = xp.where(xp.isfinite(regret), regret, xp.ones_like(regret)) * q
    m = _first_knot(xp, q, n)
    first_slope = _knot_height(xp, q, m) * (m - 1)
    y_safe = xp.where(y < _knot_height(xp, q, 2 * xp.ones_like(q)), y, xp.zeros_like(y))
    k = _segment(xp, y_safe, q, m)
    upper, lower = _knot_height(xp, q, k), _knot_height(xp, q, k + 1)
    # Between the knots 1/k and 1/(k-1); distances are taken from the nearer, lower knot.
    inner = 1 / k + (y_safe - lower) / (upper - lower) / (k * (k - 1))
    linear = y / first_slope
    inner = xp.where(y * (m - 1) <= first_slope, linear, inner)
    return xp.where(y >= _knot_height(xp, q, 2 * xp.ones_like(q)), xp.ones_like(inner), inner)


def _first_knot(xp: Any, q: Array, n: Array) -> Array:
    """Return the integer k in [2, n] of largest (k-1)/k^q."""
    q, n = xp.broadcast_arrays(q, n)
    peak = q / xp.where(q > 1, q - 1, xp.ones_like(q))
    down = xp.floor(xp.where((q > 1) & (peak < n), xp.where(peak > 2, peak, 2 * xp.ones_like(peak)), n))
    up = xp.where(down + 1 < n, down + 1, n)
    gain = xp.log(up - 1) - xp.log(down - 1) - q * (xp.log(up) - xp.log(down))
    return xp.where(gain > 0, up, down)


def _knot_height(xp: Any, q: Array, k: Array) -> Array:
    """Return 1/(k-1) - k^{-q}."""
    return (1 / (k - 1) - xp.expm1((1 - q) * xp.log(k))) / k


def _segment(xp: Any, y: Array, q: Array, m: Array) -> Array:
    """Return k with 2 <= k <= m-1 (2 if m = 2) whose segment from knot k+1 to knot k holds the height y."""
    low, high = 2 * xp.ones_like(y + m), xp.where(m > 2, m, 3 * xp.ones_like(m)) + xp.zeros_like(y)
    # Heights fall as k grows: bisect for the last knot that is not below y.
    while bool(xp.any(high - low > 1)):
        middle = xp.floor((low + high) / 2)
        holds = _knot_height(xp, q, middle) >= y
        low, high = xp.where(holds, middle, low), xp.where(holds, high, middle)
    return low
