r"""Soft confusion matrices and the losses that AnyLoss makes of classification metrics, with their gradients.

A probability p is amplified to ``A = 1/(1 + exp(-L (p - 1/2)))``, close to the hard prediction ``1[p >= 1/2]`` for
large L; summing A instead of hard predictions gives a differentiable confusion matrix. The last axis holds the
examples of a batch. Slopes are computed as ``L sigma(x) sigma(-x)``, which stays positive where ``L A (1 - A)`` has
rounded to 0.

Source: paper key ``anyloss``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.elementary import logistic

__all__ = [
    "METRICS",
    "SoftCounts",
    "amplified",
    "amplified_slope",
    "gradient",
    "loss",
    "soft_counts",
]

METRICS = ("accuracy", "f_beta", "balanced_accuracy", "geometric_mean")
"""The metrics that `loss` and `gradient` know; ``f_beta`` with beta = 1 is F1."""


class SoftCounts(NamedTuple):
    """Entries of the soft confusion matrix; each has the shape of the batch without its last axis."""

    tp: Array
    fn: Array
    fp: Array
    tn: Array


@quiet
def amplified(p: Any, amplification: Any) -> Any:
    r"""Return ``A = 1/(1 + exp(-L (p - 1/2)))``.

    Parameters
    ----------
    p : probabilities in [0, 1]
    amplification : the number L > 0, broadcast against ``p``

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If p lies outside [0, 1] or L is not positive and finite.

    Examples
    --------
    >>> amplified(0.5, 73)
    0.5
    """
    xp, p, amplification, scalar = _read(p, amplification)
    return restore(logistic(xp, amplification * (p - 0.5)), scalar)


@quiet
def amplified_slope(p: Any, amplification: Any) -> Any:
    """Return ``dA/dp = L A (1 - A)``, without the cancellation in 1 - A.

    Parameters and errors are those of `amplified`.

    Examples
    --------
    >>> amplified_slope(0.5, 8)
    2.0
    """
    xp, p, amplification, scalar = _read(p, amplification)
    return restore(_slope(xp, p, amplification), scalar)


@quiet
def soft_counts(p: Any, labels: Any, amplification: Any) -> SoftCounts:
    """Return the soft confusion matrix of each batch.

    Parameters
    ----------
    p : array, shape (..., N), probabilities of the positive class
    labels : array, shape (..., N), 0 or 1
    amplification : the number L > 0, broadcast against (...)

    Raises
    ------
    ValueError
        If p lies outside [0, 1], a label is not 0 or 1, a batch is empty, or shapes do not fit.

    Examples
    --------
    >>> [float(entry) for entry in soft_counts([0.5, 0.5], [1, 0], 10)]
    [0.5, 0.5, 0.5, 0.5]
    """
    xp, p, y, amplification = _batch(p, labels, amplification)
    return _counts(xp, p, y, amplification)


@quiet
def loss(p: Any, labels: Any, amplification: Any, *, metric: str = "f_beta", beta: float = 1.0) -> Array:
    r"""Return one minus the soft metric of each batch.

    Parameters
    ----------
    p, labels, amplification
        As in `soft_counts`.
    metric
        One of `METRICS`.
    beta
        The weight of recall in F-beta.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        As in `soft_counts`; also if the metric is unknown, beta is not positive and finite, or a metric of rates meets
        a batch without positives or without negatives.

    Examples
    --------
    >>> round(float(loss([1.0, 0.0], [1, 0], 10)), 6)
    0.006693
    """
    xp, p, y, amplification = _batch(p, labels, amplification)
    _check_metric(xp, metric, beta, y)
    counts = _counts(xp, p, y, amplification)
    if metric == "accuracy":
        return (counts.fn + counts.fp) / p.shape[-1]
    positives, negatives = _class_sizes(xp, y)
    if metric == "f_beta":
        missed = beta**2 * counts.fn + counts.fp
        total = (1 + beta**2) * counts.tp + missed
        return xp.where(total > 0, missed / total, xp.ones_like(total))
    if metric == "balanced_accuracy":
        return (counts.fn / positives + counts.fp / negatives) / 2
    a, b = counts.fn / positives, counts.fp / negatives
    mean = xp.sqrt(counts.tp / positives * (counts.tn / negatives))
    return (a + b - a * b) / (1 + mean)  # 1 - sqrt((1-a)(1-b)) without cancellation


@quiet
def gradient(p: Any, labels: Any, amplification: Any, *, metric: str = "f_beta", beta: float = 1.0) -> Array:
    r"""Return the gradient of `loss` in the probabilities.

    Parameters and errors are those of `loss`; the geometric mean has no finite gradient where TP or TN underflows.

    Returns
    -------
    array, shape (..., N)

    Examples
    --------
    >>> gradient([0.5, 0.5], [1, 0], 4, metric="accuracy").tolist()
    [-0.5, 0.5]
    """
    xp, p, y, amplification = _batch(p, labels, amplification)
    _check_metric(xp, metric, beta, y)
    counts = SoftCounts(*(entry[..., None] for entry in _counts(xp, p, y, amplification)))
    positives, negatives = (size[..., None] for size in _class_sizes(xp, y))
    if metric == "accuracy":
        weight = (2 * y - 1) / p.shape[-1]
    elif metric == "f_beta":
        total = counts.tp + counts.fp + beta**2 * positives
        total = xp.where(total > 0, total, xp.ones_like(total))  # 0: no positives, all A underflow; the loss is flat
        weight = (1 + beta**2) * xp.where(y > 0, counts.fp + beta**2 * positives, -counts.tp) / total**2
    elif metric == "balanced_accuracy":
        weight = xp.where(y > 0, 1 / positives, -1 / negatives) / 2
    else:
        mean = xp.sqrt(counts.tp / positives * (counts.tn / negatives))
        weight = mean / 2 * xp.where(y > 0, 1 / counts.tp, -1 / counts.tn)
    return -weight * _slope(xp, p, amplification)


# -- parts ----------------------------------------------------------------------------------------------------------


def _read(p: Any, amplification: Any) -> tuple[Any, Array, Array, bool]:
    xp, (p, amplification), scalar = real_arrays(p, amplification)
    require(xp, (p >= 0) & (p <= 1), p, "p", "a probability in [0, 1]")
    require(xp, (amplification > 0) & xp.isfinite(amplification), amplification, "amplification", "positive and finite")
    p, amplification = broadcast(xp, p=p, amplification=amplification)
    return xp, p, amplification, scalar


def _batch(p: Any, labels: Any, amplification: Any) -> tuple[Any, Array, Array, Array]:
    xp, (p, y, amplification), _ = real_arrays(p, labels, amplification)
    if p.ndim < 1 or p.shape[-1] < 1:
        raise ValueError(f"a batch needs a last axis of at least 1 example, got the shape {tuple(p.shape)}")
    require(xp, (y == 0) | (y == 1), y, "labels", "0 or 1")
    p, y = broadcast(xp, p=p, labels=y)
    _, p, amplification, _ = _read(p, amplification[..., None])
    return xp, p, xp.broadcast_to(y, p.shape), amplification


def _check_metric(xp: Any, metric: str, beta: float, y: Array) -> None:
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}; allowed: {', '.join(METRICS)}")
    if not 0 < beta < math.inf:
        raise ValueError(f"beta must be positive and finite, got {beta!r}")
    if metric in ("balanced_accuracy", "geometric_mean"):
        for size, name in zip(_class_sizes(xp, y), ("positive", "negative"), strict=True):
            require(xp, size > 0, size, f"the number of {name} examples in a batch", f"at least 1 for {metric}")


def _class_sizes(xp: Any, y: Array) -> tuple[Array, Array]:
    return xp.sum(y, axis=-1), xp.sum(1 - y, axis=-1)


def _counts(xp: Any, p: Array, y: Array, amplification: Array) -> SoftCounts:
    x = amplification * (p - 0.5)
    share, rest = logistic(xp, x), logistic(xp, -x)
    return SoftCounts(*(xp.sum(part, axis=-1) for part in (y * share, y * rest, (1 - y) * share, (1 - y) * rest)))


def _slope(xp: Any, p: Array, amplification: Array) -> Array:
    x = amplification * (p - 0.5)
    return amplification * logistic(xp, x) * logistic(xp, -x)
