r"""The three families of mixtures in n features, and the errors that the learners have in the limit of many samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.gaussian_mixture.errors import linear_rule_error, mixture_bayes_error
from experiments.gaussian_mixture.mixture import GaussianMixture
from theory.classification.dis_vs_gen.gaussian_errors import simulated_positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CORRELATION", "REGIMES", "SEPARATION", "design", "limit_error"]

REGIMES = ("growing", "fixed", "correlated")
SEPARATION = 2.0
"""Standard deviations between the middle and a mean of two classes, in the regimes of fixed Bayes error Q(2)."""
CORRELATION = 0.6
"""Of the two features of a pair in the correlated regime: naive Bayes loses the factor sqrt(1 - .36) = .8."""


def design(regime: str, n: int, classes: int = 2) -> GaussianMixture:
    """Return the mixture of a regime.

    Parameters
    ----------
    regime : str
        ``"growing"``: means ``c_k (1, ..., 1)``, c = -1, 1, 2, 4, ..., variances n for the first half of the features
        and 1 for the others, as published. ``"fixed"``: means ``c_k (2, ..., 2)/sqrt(n)``, variances 1.
        ``"correlated"``: two classes; half of the features have variance n and no information, the others come in
        pairs of correlation .6 and variance 1, the mean being in the first of each pair; Bayes error Q(2).
    n : int
        Number of features: even, and for ``"correlated"`` a multiple of 4.
    classes : int
        K >= 2.

    Raises
    ------
    ValueError
        If the regime is unknown, or n or K is not what it allows.

    Examples
    --------
    >>> design("growing", 4).covariances.tolist(), design("fixed", 4, 3).means[:, 0].tolist()
    ([4.0, 4.0, 1.0, 1.0], [-1.0, 1.0, 2.0])
    """
    divisor = 4 if regime == "correlated" else 2
    if regime not in REGIMES:
        raise ValueError(f"regime must be one of {', '.join(REGIMES)}, got {regime!r}")
    if isinstance(n, bool) or not isinstance(n, int) or n < divisor or n % divisor:
        raise ValueError(f"n must be a positive multiple of {divisor} in the regime {regime!r}, got {n!r}")
    positions = np.asarray(simulated_positions(classes), dtype=np.float64)[:, None]
    if regime == "growing":
        variances = np.repeat([float(n), 1.0], n // 2)
        return GaussianMixture(positions * np.ones(n), variances, covariance_type="tied_diag")
    if regime == "fixed":
        means = positions * np.full(n, SEPARATION / math.sqrt(n))
        return GaussianMixture(means, np.ones(n), covariance_type="tied_diag")
    if classes != 2:
        raise ValueError(f"the correlated regime has 2 classes, got {classes}")
    mean, covariance = _correlated(n)
    return GaussianMixture(positions * mean, covariance, covariance_type="tied")


def _correlated(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = n // 4
    # The inverse of [[1, r], [r, 1]] has 1/(1 - r^2) on its diagonal: separation^2 = pairs a^2/(1 - r^2).
    height = SEPARATION * math.sqrt((1 - CORRELATION**2) / pairs)
    covariance = np.diag(np.repeat([1.0, float(n)], n // 2))
    first = np.arange(0, n // 2, 2)
    covariance[first, first + 1] = covariance[first + 1, first] = CORRELATION
    return np.concatenate([np.tile([height, 0.0], pairs), np.zeros(n // 2)]), covariance


def limit_error(learner: str, mixture: GaussianMixture) -> float:
    """Return the error of a learner in the limit of many samples, exact.

    That of logistic regression is the Bayes error of these mixtures of common covariance: its model holds, and a
    penalty that does not grow with m fades. Naive Bayes tends to the rule that takes the variances for the covariance.

    Parameters
    ----------
    learner : str
        ``"naive_bayes"`` or ``"logistic"``.
    mixture : GaussianMixture
        With a common covariance and equal weights; for naive Bayes with dependent features, of two classes.

    Raises
    ------
    ValueError
        If the learner is another, or the mixture is none of these.

    Examples
    --------
    >>> [round(limit_error(learner, design("correlated", 8)), 8) for learner in ("naive_bayes", "logistic")]
    [0.05479929, 0.02275013]
    """
    if learner not in ("naive_bayes", "logistic"):
        raise ValueError(f"learner must be naive_bayes or logistic, got {learner!r}")
    if not mixture.shared or np.any(mixture.weights != mixture.weights[0]):
        raise ValueError("a mixture with a common covariance and equal weights is needed")
    if learner == "logistic" or mixture.diagonal:
        return mixture_bayes_error(mixture)
    if mixture.classes != 2:
        raise ValueError(f"with dependent features the limit of naive Bayes is for 2 classes, got {mixture.classes}")
    weights = (mixture.means[1] - mixture.means[0]) / np.diag(mixture.covariance(0))
    middle = (mixture.means[1] + mixture.means[0]) / 2
    return float(linear_rule_error(weights, np.asarray(-weights @ middle), mixture))
