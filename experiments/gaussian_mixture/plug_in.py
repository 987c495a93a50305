"""Plug-in rules: the mean of ``y x`` as direction (two symmetric classes), and the nearest class mean (K classes)."""

from __future__ import annotations

from experiments.arrays import Array, namespace
from experiments.gaussian_mixture.naive_bayes import check_finite, check_sample, statistics
from experiments.gaussian_mixture.rules import Rule
from theory.arrays import quiet

__all__ = ["nearest_mean", "plug_in", "signs"]


def signs(labels: Array, features: Array) -> Array:
    """Return the labels 0 and 1 as -1 and 1, in the dtype of the features.

    Examples
    --------
    >>> import numpy as np
    >>> signs(np.asarray([[0, 1]]), np.zeros((1, 2, 3))).tolist()
    [[-1.0, 1.0]]
    """
    return 2 * namespace(labels, features).astype(labels, features.dtype) - 1  # cast first: labels may be unsigned


@quiet
def plug_in(features: Array, labels: Array) -> Rule:
    """Return the rules ``sign <theta, x>`` with ``theta = (1/m) sum y_i x_i``, y in {-1, 1}: no intercept.

    Parameters
    ----------
    features : array, shape (R, m, d)
    labels : array, shape (R, m)
        0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> plug_in(np.asarray([[[-2.0, 1.0], [4.0, 0.0]]]), np.asarray([[0, 1]])).weights.tolist()
    [[3.0, -0.5]]
    """
    xp = check_sample(features, labels, 2)
    total = (signs(labels, features)[:, None, :] @ features)[:, 0, :]
    check_finite(xp, total)
    weights = total / features.shape[1]
    return Rule(weights, xp.zeros_like(weights[:, 0]))


def nearest_mean(features: Array, labels: Array, *, classes: int = 2) -> Rule:
    """Return the rules of the nearest class mean, Euclidean; a class without points is never predicted.

    Examples
    --------
    >>> import numpy as np
    >>> rule = nearest_mean(np.asarray([[[0.0], [4.0]]]), np.asarray([[0, 1]])).difference()
    >>> rule.weights.tolist(), rule.bias.tolist()
    ([[4.0]], [-8.0])
    """
    kept = statistics(features, labels, classes=classes)
    xp = namespace(features)
    absent = xp.where(kept.counts > 0, xp.zeros_like(kept.counts), xp.full_like(kept.counts, -float("inf")))
    return Rule(kept.means, absent - xp.sum(kept.means * kept.means, axis=-1) / 2)
