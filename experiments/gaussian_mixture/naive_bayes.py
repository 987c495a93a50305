"""Gaussian naive Bayes from sufficient statistics, pooled variances (linear rule) or per class (a square a feature).

Counts, class means and sums of squares about them are all that naive Bayes keeps of its data; they come from data by
:func:`statistics`, or drawn without data by :func:`experiments.gaussian_mixture.sampling.naive_bayes_statistics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, device_of, namespace
from experiments.gaussian_mixture.rules import Rule
from theory.arrays import is_array, quiet
from theory.shown import Shown

__all__ = [
    "Statistics",
    "check_finite",
    "check_sample",
    "naive_bayes",
    "per_class",
    "per_class_naive_bayes",
    "pooled",
    "statistics",
]

SMOOTHING = 1e-9
"""Added to every variance, as a share of the largest variance of a feature over all classes together."""


@dataclass(frozen=True, eq=False)
class Statistics(Shown):
    """What naive Bayes keeps of R samples.

    Attributes
    ----------
    counts : array, shape (R, K)
        Points of each class, floating.
    means : array, shape (R, K, d)
        Class means, 0 for a class without points.
    scatter : array, shape (R, K, d) or (R, 1, d)
        Sums of squares about the class means, for each class, or over all classes together.
    """

    counts: Array
    means: Array
    scatter: Array


@quiet
def statistics(features: Array, labels: Array, *, classes: int = 2) -> Statistics:
    """Return the sufficient statistics of samples, the sums of squares by two passes.

    Parameters
    ----------
    features : array, shape (R, m, d)
    labels : array, shape (R, m)
        Integers in 0, ..., classes-1.

    Examples
    --------
    >>> import numpy as np
    >>> kept = statistics(np.asarray([[[0.0], [2.0], [5.0]]]), np.asarray([[0, 0, 1]]))
    >>> kept.counts.tolist(), kept.means.tolist(), kept.scatter.tolist()
    ([[2.0, 1.0]], [[[1.0], [5.0]]], [[[2.0], [0.0]]])
    """
    xp = check_sample(features, labels, classes)
    index = xp.arange(classes, dtype=labels.dtype, device=device_of(labels))
    member = xp.astype(labels[:, None, :] == index[None, :, None], features.dtype)  # (R, K, m)
    counts = xp.sum(member, axis=-1)
    means = (member @ features) / xp.where(counts > 0, counts, xp.ones_like(counts))[..., None]
    centred = features - xp.matrix_transpose(member) @ means  # exact: one class a row
    scatter = member @ (centred * centred)
    check_finite(xp, scatter)
    return Statistics(counts, means, scatter)


def check_sample(features: Array, labels: Array, classes: int) -> Any:
    """Return the namespace of a batch of samples whose shapes and labels are right.

    Raises
    ------
    ValueError
        If they are not.

    Examples
    --------
    >>> import numpy as np
    >>> check_sample(np.zeros((1, 2, 3)), np.asarray([[0, 2]]), 2)
    Traceback (most recent call last):
        ...
    ValueError: labels must be in 0, ..., 1, got 0 to 2
    """
    if not (is_array(features) and is_array(labels)):
        raise ValueError(f"features and labels must be arrays, got {type(features).__name__}, {type(labels).__name__}")
    xp = namespace(features, labels)
    if features.ndim != 3 or tuple(labels.shape) != tuple(features.shape[:2]) or 0 in features.shape[1:]:
        shapes = f"{tuple(features.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"features (R, m, d) and labels (R, m) with m >= 1 and d >= 1 are needed, got {shapes}")
    if not xp.isdtype(features.dtype, "real floating"):
        raise ValueError(f"features must be floating-point numbers, got {features.dtype}")
    if not xp.isdtype(labels.dtype, "integral"):
        raise ValueError(f"labels must be integers, got {labels.dtype}")
    if features.shape[0] and not bool(xp.all((labels >= 0) & (labels < classes))):
        span = f"{int(xp.min(labels))} to {int(xp.max(labels))}"
        raise ValueError(f"labels must be in 0, ..., {classes - 1}, got {span}")
    return xp


def check_finite(xp: Any, kept: Array) -> None:
    """Check sums over samples, which are finite only if the features are.

    Raises
    ------
    ValueError
        If one is not.
    """
    if not bool(xp.all(xp.isfinite(kept))):
        raise ValueError("features must be finite, and not so large that sums of their squares overflow")


def pooled(kept: Statistics, *, prior: Any = None, smoothing: float = SMOOTHING) -> Rule:
    """Return naive Bayes rules with one variance a feature for all classes: linear, by one score for two classes.

    The variance is the maximum-likelihood one, sum of squares / m, plus the smoothing. A class without points is never
    predicted. Where no class has two points the variances are the smoothing alone, so equal: the nearest mean.

    Parameters
    ----------
    prior : array, shape (K,), optional
        Probabilities of the classes; estimated by their frequencies if left out.
    smoothing : float
        As in scikit-learn's GaussianNB, relative to the largest variance of a feature.

    Examples
    --------
    >>> import numpy as np
    >>> data = np.asarray([[[0.0], [2.0], [5.0], [7.0]]]), np.asarray([[0, 0, 1, 1]])
    >>> rule = pooled(statistics(*data), smoothing=0.0)
    >>> rule.weights.tolist(), rule.bias.tolist()
    ([[5.0]], [-17.5])
    """
    xp = namespace(kept.counts)
    m = xp.sum(kept.counts, axis=-1)[:, None]
    variance = _positive(xp, xp.sum(kept.scatter, axis=1) / m + smoothing * _largest_variance(xp, kept))
    prior = _log_prior(xp, kept, prior)
    if kept.counts.shape[1] == 2:
        low, high = kept.means[:, 0, :], kept.means[:, 1, :]
        seen = xp.all(kept.counts > 0, axis=-1)
        weights = xp.where(seen[:, None], (high - low) / variance, xp.zeros_like(low))
        return Rule(weights, prior[:, 1] - prior[:, 0] - xp.sum(weights * (low + high), axis=-1) / 2)
    weights = kept.means / variance[:, None, :]
    return Rule(weights, prior - xp.sum(weights * kept.means, axis=-1) / 2)


def per_class(kept: Statistics, *, prior: Any = None, smoothing: float = SMOOTHING) -> Rule:
    """Return naive Bayes rules with variances of each class, as scikit-learn's GaussianNB: one square a feature.

    A class without points is never predicted; one with a single point has the smoothing for its variances.

    Raises
    ------
    ValueError
        If the sums of squares were pooled.
    """
    xp = namespace(kept.counts)
    if kept.scatter.shape[1] != kept.counts.shape[1]:
        raise ValueError("variances of each class need the sums of squares of each class, these are pooled")
    size = xp.where(kept.counts > 0, kept.counts, xp.ones_like(kept.counts))[..., None]
    floor = smoothing * _largest_variance(xp, kept)[:, None, :]
    seen = kept.counts[..., None] > 0
    variance = _positive(xp, xp.where(seen, kept.scatter / size + floor, xp.ones_like(kept.scatter)))
    weights = kept.means / variance
    constants = xp.sum(weights * kept.means + xp.log(variance), axis=-1) / 2
    return Rule(weights, _log_prior(xp, kept, prior) - constants, -0.5 / variance)


def naive_bayes(features: Array, labels: Array, *, classes: int = 2, smoothing: float = SMOOTHING) -> Rule:
    """Return pooled naive Bayes rules of samples: :func:`pooled` of their :func:`statistics`."""
    return pooled(statistics(features, labels, classes=classes), smoothing=smoothing)


def per_class_naive_bayes(features: Array, labels: Array, *, classes: int = 2, smoothing: float = SMOOTHING) -> Rule:
    """Return naive Bayes rules of samples with variances of each class: :func:`per_class` of :func:`statistics`."""
    return per_class(statistics(features, labels, classes=classes), smoothing=smoothing)


def _largest_variance(xp: Any, kept: Statistics) -> Array:
    """Return the largest variance of a feature over all classes together, shape (R, 1)."""
    share = (kept.counts / xp.sum(kept.counts, axis=-1, keepdims=True))[..., None]
    centre = xp.sum(share * kept.means, axis=1, keepdims=True)
    between = xp.sum(share * (kept.means - centre) ** 2, axis=1)
    within = xp.sum(kept.scatter, axis=1) / xp.sum(kept.counts, axis=-1)[:, None]
    return xp.max(between + within, axis=-1, keepdims=True)


def _positive(xp: Any, variance: Array) -> Array:
    # A variance of exactly 0 says that the feature was constant, and unsmoothed: it is given no say beyond its mean.
    return xp.where(variance > 0, variance, xp.ones_like(variance))


@quiet
def _log_prior(xp: Any, kept: Statistics, prior: Any) -> Array:
    absent = xp.full_like(kept.counts, -float("inf"))
    if prior is None:
        share = kept.counts / xp.sum(kept.counts, axis=-1, keepdims=True)
    else:
        share = xp.asarray(prior, dtype=kept.counts.dtype, device=device_of(kept.counts))
        if tuple(share.shape) != (kept.counts.shape[1],) or not bool(xp.all(share >= 0)):
            raise ValueError(f"prior must be {kept.counts.shape[1]} probabilities, got {prior!r}")
    # The logarithm of 1 stands in where there is nothing to take it of: some namespaces warn at 0.
    some = (kept.counts > 0) & (share > 0)
    if not bool(xp.all(xp.any(some, axis=-1))):
        raise ValueError(f"prior must be positive for some class of every sample, got {prior!r}")
    return xp.where(some, xp.log(xp.where(some, share, xp.ones_like(kept.counts))), absent)
