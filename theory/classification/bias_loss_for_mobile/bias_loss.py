r"""Cross-entropy weighted by ``z(v) = exp(alpha v) - beta`` with v the scaled variance of a sample's features.

Source: paper ``bias_loss_for_mobile``, form as usually quoted. The weight is positive only above `weight_threshold`.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.classification.comp_sum import loss as comp_sum_loss

__all__ = ["bias_loss", "bias_weight", "weight_threshold"]


@quiet
def bias_weight(variance: Any, *, alpha: Any = 0.3, beta: Any = 0.3) -> Any:
    """Return ``exp(alpha v) - beta``, with the error of a rounding of ``alpha v`` and of ``log(beta)`` near its zero.

    Parameters
    ----------
    variance
        Scaled variance v, not negative.
    alpha, beta
        Positive.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> bias_weight(0.0, alpha=1.0, beta=0.25), bias_weight(0.0, alpha=1.0, beta=1.0)
    (0.75, 0.0)
    """
    xp, (v, a, b), scalar = real_arrays(variance, alpha, beta)
    _positive(xp, a, b)
    require(xp, v >= 0, v, "variance", ">= 0")
    v, a, b = broadcast(xp, variance=v, alpha=a, beta=b)
    excess = a * v - xp.log(b)  # near 0 the difference of exponential and beta would cancel, far off this overflows
    return restore(xp.where(xp.abs(excess) < 1, b * xp.expm1(excess), xp.exp(a * v) - b), scalar)


def weight_threshold(*, alpha: Any, beta: Any) -> Any:
    """Return ``log(beta)/alpha``: for smaller variances the weight is negative and rewards wrong predictions.

    Examples
    --------
    >>> weight_threshold(alpha=2.0, beta=1.0)
    0.0
    """
    xp, (a, b), scalar = real_arrays(alpha, beta)
    _positive(xp, a, b)
    return restore(xp.log(b) / a, scalar)


@quiet
def bias_loss(scores: Any, labels: Any, variance: Any, *, alpha: Any = 0.3, beta: Any = 0.3) -> Array:
    """Return the weighted cross-entropy of each example.

    Parameters
    ----------
    scores
        Shape (..., n).
    labels, variance
        Class and scaled variance of the features, shape (...).
    alpha, beta
        Positive.

    Raises
    ------
    ValueError
        If an argument is out of range, or the scores are no score vectors.

    Examples
    --------
    >>> round(float(bias_loss([0.0, 0.0], 1, 0.0, alpha=1.0, beta=0.25)), 6)
    0.51986
    """
    _, (z, v, a, b), _ = real_arrays(scores, variance, alpha, beta)
    return bias_weight(v, alpha=a, beta=b) * comp_sum_loss(z, labels, 1.0)


def _positive(xp: Any, alpha: Array, beta: Array) -> None:
    require(xp, (alpha > 0) & xp.isfinite(alpha), alpha, "alpha", "positive and finite")
    require(xp, (beta > 0) & xp.isfinite(beta), beta, "beta", "positive and finite")
