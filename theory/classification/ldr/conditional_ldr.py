r"""The conditional risk of the LDR-KL loss, its minimiser, and what a wrong order costs at least.

With z = softmax(f/lam) and r = 1 - e^{-c/lam} the conditional risk is stationary where z_y (1 - r z_y) = t p_y with one
t for all classes. At most the largest z lies beyond 1/(2r), where the left side decreases; all others are the lower
root. So one unknown, u = 1 - z of a most probable class, fixes the rest, and is found by bisection: the risk is convex
in the scores, hence it has one stationary point up to a shift. It ranks the classes strictly in the order of p.

For a large margin u is as small as e^{-c/lam}: it is sought by its logarithm, and no two near numbers are subtracted.

References
----------
Label Distributionally Robust Losses for Multi-class Classification (ldr).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, broadcast, one_largest, quiet, real_arrays, require
from theory.classification.arrays import posteriors
from theory.classification.ldr.ldr_kl import ldr_kl

__all__ = ["conditional_minimiser", "conditional_risk", "wrong_order_cost"]

_BISECTIONS = 128  # 53 bits, and 75 halvings before them: more than any range of log u that floats allow


def conditional_risk(scores: Any, posterior: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return ``sum_y p_y psi_lam(f, y)``.

    Parameters
    ----------
    scores : array, shape (..., K)
    posterior : array, shape (..., K)
        Probabilities of the labels; broadcast against ``scores``.
    lam, margin
        As in `theory.classification.ldr.ldr_kl.ldr_kl`, broadcast against (...).

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If the posterior is none, or the loss refuses its arguments.

    Examples
    --------
    >>> import numpy as np
    >>> float(conditional_risk(np.array([0.0, 0.0]), [0.5, 0.5], margin=0.0))
    0.0
    """
    xp, (scores, posterior), _ = real_arrays(scores, posterior)
    posteriors(xp, posterior)
    scores, posterior = broadcast(xp, scores=scores, posterior=posterior)
    rows = scores.shape[:-1]
    parts = []
    for label in range(scores.shape[-1]):
        labels = xp.full(rows, label, dtype=xp.int64)
        parts.append(posterior[..., label] * ldr_kl(scores, labels, lam=lam, margin=margin))
    return xp.sum(xp.stack(parts, axis=-1), axis=-1)


@quiet
def conditional_minimiser(posterior: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return the scores of mean 0 that minimise the conditional risk.

    Parameters
    ----------
    posterior : array, shape (..., K)
        Positive probabilities (a class of probability 0 has no finite best score).
    lam : temperatures in (0, oo), broadcast against (...)
    margin : finite margins >= 0, broadcast against (...)

    Returns
    -------
    array, shape (..., K)
        In the order of ``posterior``; ``lam log p`` up to a shift where the margin is 0.

    Raises
    ------
    ValueError
        If the posterior is none or not positive, or a parameter is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> f = conditional_minimiser([0.5, 0.3, 0.2], margin=1.0)
    >>> bool(f[0] > f[1] > f[2]), round(float(f[0] - f[1]), 6)
    (True, 0.779348)
    """
    xp, (p, lam, margin), _ = real_arrays(posterior, lam, margin)
    posteriors(xp, p)
    require(xp, p > 0, p, "posterior", "positive in each class here")
    require(xp, (lam > 0) & xp.isfinite(lam), lam, "lam", "in (0, oo) here")
    require(xp, (margin >= 0) & xp.isfinite(margin), margin, "margin", "a finite number >= 0")
    row, lam, margin = broadcast(xp, posterior=p[..., 0], lam=lam, margin=margin)
    p = xp.broadcast_to(p, (*row.shape, p.shape[-1]))
    decay = margin / lam
    require(xp, xp.isfinite(decay), decay, "margin/lam", "finite")
    scores = lam[..., None] * _log_shares(xp, p, decay[..., None])
    return scores - xp.mean(scores, axis=-1, keepdims=True)


def _log_shares(xp: Any, p: Array, decay: Array) -> Array:
    """Return log z, where z (1 - r z) is proportional to p, sum z = 1, r = 1 - e^-decay."""
    top = one_largest(xp, p)
    largest = xp.max(p, axis=-1, keepdims=True)
    second = one_largest(xp, xp.where(top, xp.zeros_like(p), p))
    others = _Others(xp, top, second, xp.log(p / largest), (largest - p) / largest, decay)
    low = xp.min(others.log_ratio, axis=-1, keepdims=True) - decay - 8
    high = xp.zeros_like(low)
    for _ in range(_BISECTIONS):
        log_u = (low + high) / 2
        above = others.exceed(log_u)
        low, high = xp.where(above, log_u, low), xp.where(above, high, log_u)
    return others.log_shares((low + high) / 2)


@dataclass(frozen=True)
class _Others:
    """The lower roots of z (1 - r z) = ratio g for the classes other than the top one, g being that of the top."""

    xp: Any
    top: Array
    second: Array
    log_ratio: Array
    missing: Array  # 1 - ratio
    decay: Array

    def log_shares(self, log_u: Array) -> Array:
        """Return log z of every class where the top one has z = 1 - u."""
        log_top, log_value, _, root = self._roots(log_u)
        lower = math.log(2) + self.log_ratio + log_value - self.xp.log1p(root)
        return self.xp.where(self.top, log_top, lower)

    def exceed(self, log_u: Array) -> Array:
        """Whether the lower roots add up to more than u.

        With w = 1 - 2 r (1 - u) <= 0 that of the second class is u + e^-decay/r - 2 g (1 - ratio)/(root - w), where
        root = sqrt(1 - 4 r g ratio): the u cancel, and positive terms are compared.
        """
        xp = self.xp
        _, log_value, w, root = self._roots(log_u)
        lower = xp.where(self.top, -xp.ones_like(root) * float("inf"), self.log_shares(log_u))
        constant = -self.decay - xp.log(-xp.expm1(-self.decay))
        gain = _log_sum(xp, xp.where(self.second, constant, lower))
        gap = xp.log(2 * self.missing / (root - w)) + log_value
        loss = xp.max(xp.where(self.second, gap, -xp.ones_like(gap) * float("inf")), axis=-1, keepdims=True)
        return xp.where(w <= 0, gain > loss, _log_sum(xp, lower) > log_u)

    def _roots(self, log_u: Array) -> tuple[Array, Array, Array, Array]:
        """Return log z of the top class, log g, w = 1 - 2 r z, and sqrt(1 - 4 r g ratio) of each class."""
        xp = self.xp
        log_top = xp.log(-xp.expm1(log_u))
        log_value = log_top + xp.logaddexp(log_u, log_top - self.decay)
        r = -xp.expm1(-self.decay)
        w = 1 - 2 * r * xp.exp(log_top)
        return log_top, log_value, w, xp.sqrt(self.missing + (1 - self.missing) * w**2)


def _log_sum(xp: Any, logs: Array) -> Array:
    """Return the logarithm of the sum of exponentials along the last axis, kept."""
    largest = xp.max(logs, axis=-1, keepdims=True)
    return largest + xp.log(xp.sum(xp.exp(logs - largest), axis=-1, keepdims=True))


@quiet
def wrong_order_cost(larger: Any, smaller: Any, *, lam: Any = 1.0) -> Any:
    """Return ``lam (p log(2p/(p+q)) + q log(2q/(p+q)))``, which a wrong order of two classes costs at least.

    Every score vector that gives a class of probability p no larger score than a class of probability q <= p has a
    conditional risk above the infimum by this or more, for every margin and every number of classes; it is sharp for
    margin 0 (equality at the best tied scores) and at least ``lam (p - q)^2/(2 (p + q))``.

    Parameters
    ----------
    larger, smaller : numbers in [0, 1], ``larger >= smaller``
    lam : finite temperatures >= 0

    Returns
    -------
    float or array

    Examples
    --------
    >>> round(wrong_order_cost(0.6, 0.4), 9), wrong_order_cost(0.5, 0.5)
    (0.020135514, 0.0)
    """
    xp, (p, q, lam), scalar = real_arrays(larger, smaller, lam)
    require(xp, (p >= q) & (p <= 1), p, "larger", "at least the other probability, and at most 1")
    require(xp, q >= 0, q, "smaller", ">= 0")
    require(xp, (lam >= 0) & xp.isfinite(lam), lam, "lam", "a finite number >= 0")
    total = p + q
    safe = xp.where(total > 0, total, xp.ones_like(total))
    x = (p - q) / safe
    low = xp.where(x < 1, x, xp.zeros_like(x))
    # (1+x) log(1+x) + (1-x) log(1-x) = log(1-x^2) + 2 x atanh x; near 0 its series x^2 + x^4/6 + ...
    direct = (1 + x) * xp.log1p(x) + xp.where(x < 1, (1 - low) * xp.log1p(-low), xp.zeros_like(x))
    small = x < 0.1
    near = xp.where(small, x, xp.zeros_like(x)) ** 2
    series = xp.zeros_like(near)
    for n in range(8, 0, -1):
        series = 1 / (n * (2 * n - 1)) + near * series
    cost = lam * safe / 2 * xp.where(small, near * series, direct)
    return float(cost) if scalar else cost
