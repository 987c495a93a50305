"""Closed forms of margin-loss transforms and of their inverses, for scores in [-B, B], without cancellation.

Each function takes (t or regret, B, array namespace), arrays of one shape. Derived from the definition in
`theory.classification.margin`; they agree with the table of ``hcons_binary`` as usually quoted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from theory import elementary
from theory.arrays import Array

Closed = Callable[[Array, Array, Any], Array]


def _not_too_large(bounds: Array, xp: Any) -> Array:
    """Cut score bounds where exp of twice the score would overflow: so large a bound no longer matters."""
    return smaller(bounds, 0.49 * math.log(float(xp.finfo(bounds.dtype).max)), xp)


def smaller(values: Array, limit: float, xp: Any) -> Array:
    """Return the element-wise minimum with a number."""
    return xp.where(values < limit, values, limit + 0 * xp.where(values < limit, values, xp.zeros_like(values)))


def logistic_tail(u: Array, xp: Any) -> Array:
    """Return 1/(1+exp(u)) to full relative accuracy."""
    return elementary.logistic(xp, -u)


def linear(t: Array, slope: Array, xp: Any) -> Array:
    """Return slope times t."""
    return t * slope


def linear_bound(x: Array, slope: Array, xp: Any) -> Array:
    """Return the inverse of `linear`."""
    return x / slope


def hinge(t: Array, b: Array, xp: Any) -> Array:
    """Return the transform of the hinge loss: t min(B, 1)."""
    return t * smaller(b, 1.0, xp)


def hinge_bound(x: Array, b: Array, xp: Any) -> Array:
    """Return the inverse of `hinge`."""
    return x / smaller(b, 1.0, xp)


def quadratic(t: Array, b: Array, xp: Any) -> Array:
    """Return the transform of the squared hinge loss: t^2, beyond t = B its tangent."""
    b = smaller(b, 1.0, xp)
    return xp.where(t <= b, t * t, b * (2 * t - b))


def quadratic_bound(x: Array, b: Array, xp: Any) -> Array:
    """Return the inverse of `quadratic`."""
    b = smaller(b, 1.0, xp)
    return xp.where(x <= b * b, xp.sqrt(x), (x / b + b) / 2)


def exponential(t: Array, b: Array, xp: Any) -> Array:
    """Return the transform of the exponential loss: 1 - sqrt(1-t^2), beyond t = tanh(B) its tangent."""
    free = t * t / (1 + xp.sqrt((1 - t) * (1 + t)))
    b = _not_too_large(b, xp)
    near = t * xp.sinh(smaller(b, 1.0, xp)) - 2 * xp.sinh(smaller(b, 1.0, xp) / 2) ** 2
    far = 1 - (1 + t) / 2 * xp.exp(-b) - (1 - t) / 2 * xp.exp(b)  # 1-t <= 2 exp(-2b) wherever it is used
    return xp.where(t <= xp.tanh(b), free, xp.where(b <= 1, near, far))


def exponential_bound(x: Array, b: Array, xp: Any) -> Array:
    """Return the inverse of `exponential`."""
    x = smaller(x, 1.0, xp)
    free = xp.sqrt(x * (2 - x))
    b = _not_too_large(b, xp)
    kink = 2 * xp.sinh(b / 2) ** 2 / xp.cosh(b)  # the transform at tanh(b)
    return xp.where(x <= kink, free, (x + 2 * xp.sinh(b / 2) ** 2) / xp.sinh(b))


def _log_cosh(x: Array, xp: Any) -> Array:
    """Return log cosh x for x >= 0."""
    near = xp.log1p(2 * xp.sinh(smaller(x, 1.0, xp) / 2) ** 2)
    return xp.where(x <= 1, near, x + xp.log1p(xp.exp(-2 * x)) - math.log(2))


def _free_logistic(t: Array, xp: Any) -> Array:
    """Return ((1+t) log(1+t) + (1-t) log(1-t)) / 2."""
    inner = smaller(t, 0.5, xp)
    near = inner * xp.atanh(inner) + xp.log1p(-inner * inner) / 2
    rest = xp.where(t < 1, 1 - t, xp.ones_like(t))  # 0 log 0 = 0
    return xp.where(t <= 0.5, near, ((1 + t) * xp.log1p(t) + rest * xp.log(rest)) / 2)


def logistic(t: Array, b: Array, xp: Any) -> Array:
    """Return the transform of the logistic loss, beyond t = tanh(B/2) its tangent."""
    b = _not_too_large(b, xp)
    near = t * b / 2 - _log_cosh(b / 2, xp)
    far = math.log(2) - xp.log1p(xp.exp(-b)) - (1 - t) * b / 2
    return xp.where(t <= xp.tanh(b / 2), _free_logistic(t, xp), xp.where(b <= 2, near, far))


def logistic_bound(x: Array, b: Array, xp: Any) -> Array:
    """Invert by Newton's method from above (the transform is convex and at least t^2/2), then the linear branch."""
    highest = math.log(2)
    x = smaller(x, highest, xp)
    below_one = 1 - float(xp.finfo(x.dtype).eps) / 2
    t = smaller(xp.sqrt(2 * x), below_one, xp)
    for _ in range(9):  # quadratic convergence; nine steps reach full accuracy on a grid of all magnitudes
        slope = xp.where(t > 0, xp.atanh(t), xp.ones_like(t))
        t = xp.clip(t - (_free_logistic(t, xp) - x) / slope, 0.0, below_one)
    t = xp.where(x >= highest, xp.ones_like(t), t)
    b = _not_too_large(b, xp)
    threshold = xp.tanh(b / 2)
    line = xp.where(b <= 2, (x + _log_cosh(b / 2, xp)) * 2 / b, 1 - 2 * (highest - xp.log1p(xp.exp(-b)) - x) / b)
    return xp.where((t <= threshold) | (threshold >= 1), t, line)
