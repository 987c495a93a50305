r"""The conditional risk of the LDR-KL loss, its minimiser, and what a wrong order costs at least.

With z = softmax(f/lam) and r = 1 - e^{-c/lam} the conditional risk is stationary where z_y (1 - r z_y) = t p_y with one
t for all classes. At most the largest z lies beyond 1/(2r), where the left side decreases; all others are the lower
root. So one unknown, u = 1 - z of a most probable class, fixes the rest, and is found by bisection: the risk is convex
in the scores, hence it has one stationary point up to a shift. It ranks the classes strictly in the order of p.

References
----------
Label Distributionally Robust Losses for Multi-class Classification (ldr).
"""

from __future__ import annotations

from typing import Any

from theory.classification.arrays import Array, one_largest, posteriors, quiet, real_arrays, require
from theory.classification.ldr.ldr_kl import ldr_kl

__all__ = ["conditional_minimiser", "conditional_risk", "wrong_order_cost"]

_BISECTIONS = 128  # 50 bits, and 78 halvings before them: 1 - z down to 1e-23


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
    try:
        scores, posterior = xp.broadcast_arrays(scores, posterior)
    except (ValueError, RuntimeError):
        shapes = f"scores {tuple(scores.shape)}, posterior {tuple(posterior.shape)}"
        raise ValueError(f"shapes that broadcast are needed, got {shapes}") from None
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
    row, lam, margin = xp.broadcast_arrays(p[..., 0], lam, margin)
    p = xp.broadcast_to(p, (*row.shape, p.shape[-1]))
    p, lam, decay = p / xp.sum(p, axis=-1, keepdims=True), lam[..., None], xp.exp(-margin / lam)[..., None]
    top = one_largest(xp, p)
    weights = _shares(xp, p, top, decay)
    scores = lam * xp.log(weights)
    return scores - xp.mean(scores, axis=-1, keepdims=True)


def _shares(xp: Any, p: Array, top: Array, decay: Array) -> Array:
    """Return z with z (1 - r z) proportional to p and sum 1, r = 1 - decay, by bisection on u = 1 - z of the top."""
    others = xp.where(top, xp.zeros_like(p), p)
    ratio = others / xp.max(p, axis=-1, keepdims=True)
    low = xp.zeros_like(p[..., :1])
    high = xp.ones_like(low)
    for _ in range(_BISECTIONS):
        u = (low + high) / 2
        above = xp.sum(_lower_roots(xp, ratio, u, decay), axis=-1, keepdims=True) > u
        low, high = xp.where(above, u, low), xp.where(above, high, u)
    u = (low + high) / 2
    return xp.where(top, 1 - u, _lower_roots(xp, ratio, u, decay))


def _lower_roots(xp: Any, ratio: Array, u: Array, decay: Array) -> Array:
    """Return the smaller z with z (1 - r z) = ratio g, where g is that of 1 - u."""
    value = ratio * (1 - u) * (u + (1 - u) * decay)
    room = 1 - 4 * (1 - decay) * value
    return 2 * value / (1 + xp.sqrt(xp.where(room > 0, room, xp.zeros_like(room))))


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
