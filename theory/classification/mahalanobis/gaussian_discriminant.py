r"""Gaussian discriminant analysis with a tied covariance: fit, posterior and Mahalanobis confidence score.

All functions whiten by the Cholesky factor of the covariance; no inverse is formed. Features lie on the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import array_api_compat

from theory.arguments import whole
from theory.arrays import Array, real_arrays, require
from theory.classification.arrays import class_labels
from theory.shown import Shown

__all__ = ["TiedGaussians", "fit", "gda_posterior", "mahalanobis_score", "preprocessed"]


@dataclass(frozen=True)
class TiedGaussians(Shown):
    """Class means (K, d), the common covariance (d, d) and class priors (K,)."""

    means: Array
    covariance: Array
    priors: Array


def fit(features: Any, labels: Any, *, classes: int, ridge: float = 0.0) -> TiedGaussians:
    r"""Return the maximum-likelihood means, tied covariance (divided by m, not m - K) and priors.

    Parameters
    ----------
    features : array, shape (m, d)
    labels : array of integers, shape (m,)
    classes : int
        Number of classes K; each must occur.
    ridge : float
        Added to the diagonal of the covariance, >= 0: needed where m - K < d.

    Raises
    ------
    ValueError
        If shapes do not fit, a class does not occur, or ``ridge`` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> model = fit(np.asarray([[0.0, 0.0], [2.0, 2.0], [5.0, 0.0], [7.0, 4.0]]), np.asarray([0, 0, 1, 1]), classes=2)
    >>> model.means.tolist(), model.covariance.tolist()
    ([[1.0, 1.0], [6.0, 2.0]], [[1.0, 1.5], [1.5, 2.5]])
    """
    xp, (x,), _ = real_arrays(features)
    if x.ndim != 2:
        raise ValueError(f"features must have the shape (m, d), got {tuple(x.shape)}")
    classes = whole("classes", classes, 2)
    if not ridge >= 0:
        raise ValueError(f"ridge must be >= 0, got {ridge}")
    device = array_api_compat.device(x)
    member = class_labels(xp, labels, xp.zeros((x.shape[0], classes), dtype=x.dtype, device=device))
    weights = xp.astype(member, x.dtype)
    counts = xp.sum(weights, axis=0)
    require(xp, counts > 0, counts, "number of examples of each class", "positive")
    means = xp.matmul(xp.matrix_transpose(weights), x) / counts[:, None]
    centred = x - xp.matmul(weights, means)
    identity = xp.eye(x.shape[1], dtype=x.dtype, device=device)
    covariance = xp.matmul(xp.matrix_transpose(centred), centred) / x.shape[0] + ridge * identity
    return TiedGaussians(means, covariance, counts / x.shape[0])


def gda_posterior(features: Any, model: TiedGaussians) -> Array:
    r"""Return ``P(class | x)``, the softmax of ``mu_k' S^-1 x - mu_k' S^-1 mu_k/2 + log pi_k``.

    Parameters
    ----------
    features : array, shape (..., d)
    model : TiedGaussians

    Returns
    -------
    array, shape (..., K)

    Raises
    ------
    ValueError
        If shapes do not fit, a prior is not positive, or the covariance is not symmetric and positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> model = TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[2.0]]), np.asarray([0.5, 0.5]))
    >>> np.round(gda_posterior([3.0], model), 9).tolist()
    [0.047425873, 0.952574127]
    """
    xp, x, means, priors, factor = _read(features, model)
    require(xp, priors > 0, priors, "priors", "positive")
    centre = xp.mean(means, axis=0)  # scores may be large, their differences are not
    inputs, whitened = _whiten(xp, factor, x - centre), _whiten(xp, factor, means - centre)
    scores = xp.sum(inputs[..., None, :] * whitened, axis=-1) - xp.sum(whitened**2, axis=-1) / 2 + xp.log(priors)
    scores = scores - xp.max(scores, axis=-1, keepdims=True)
    weights = xp.exp(scores)
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def mahalanobis_score(features: Any, model: TiedGaussians) -> Array:
    r"""Return the confidence ``M(x) = max_k -(x - mu_k)' S^-1 (x - mu_k)``, at most 0.

    For x of class k, the k-th term is minus a chi-square variable with d degrees of freedom.

    Examples
    --------
    >>> import numpy as np
    >>> model = TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[2.0]]), np.asarray([0.5, 0.5]))
    >>> round(float(mahalanobis_score([3.0], model)), 12)
    -2.0
    """
    xp, x, means, _, factor = _read(features, model)
    return xp.max(_terms(xp, x, means, factor), axis=-1)


def preprocessed(features: Any, model: TiedGaussians, *, step: float) -> Array:
    r"""Return ``x + step * sign(grad M(x))``: a move towards the nearest mean. The score falls if the step is too long.

    Raises
    ------
    ValueError
        If ``step`` is negative or NaN, shapes do not fit, or the covariance is not positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> model = TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[2.0]]), np.asarray([0.5, 0.5]))
    >>> preprocessed([3.0], model, step=0.5).tolist()
    [2.5]
    """
    if not step >= 0:
        raise ValueError(f"step must be >= 0, got {step}")
    xp, x, means, _, factor = _read(features, model)
    nearest = xp.argmax(_terms(xp, x, means, factor), axis=-1)
    mean = xp.reshape(xp.take(means, xp.reshape(nearest, (-1,)), axis=0), x.shape)
    whitened = _whiten(xp, factor, mean - x)
    rows = xp.reshape(whitened, (-1, x.shape[-1]))
    gradient = xp.linalg.solve(xp.matrix_transpose(factor), xp.matrix_transpose(rows))
    return x + step * xp.sign(xp.reshape(xp.matrix_transpose(gradient), x.shape))


def _read(features: Any, model: TiedGaussians) -> tuple[Any, Array, Array, Array, Array]:
    """Return namespace, inputs, means, priors and the lower Cholesky factor of the covariance, shapes checked."""
    xp, (x, means, covariance, priors), _ = real_arrays(features, model.means, model.covariance, model.priors)
    classes, d = means.shape if means.ndim == 2 else (0, 0)
    if x.ndim < 1 or x.shape[-1] != d or tuple(covariance.shape) != (d, d) or tuple(priors.shape) != (classes,):
        shapes = ", ".join(str(tuple(array.shape)) for array in (x, means, covariance, priors))
        raise ValueError(f"features (..., d), means (K, d), covariance (d, d) and priors (K,) are needed, got {shapes}")
    return xp, x, means, priors, _factor(xp, covariance)


def _factor(xp: Any, covariance: Array) -> Array:
    """Return the lower Cholesky factor."""
    largest = xp.max(xp.abs(covariance))
    skew = xp.abs(covariance - xp.matrix_transpose(covariance))
    require(xp, skew <= 1e-4 * largest, skew, "difference of the covariance and its transpose", "zero (to 1e-4)")
    try:
        return xp.linalg.cholesky(covariance)
    except (ValueError, RuntimeError) as error:  # each library has its own LinAlgError, derived from one of these
        raise ValueError("the covariance must be positive definite; `fit` can add a ridge") from error


def _whiten(xp: Any, factor: Array, vectors: Array) -> Array:
    """Return L^-1 v for each vector on the last axis."""
    rows = xp.reshape(vectors, (-1, vectors.shape[-1]))
    return xp.reshape(xp.matrix_transpose(xp.linalg.solve(factor, xp.matrix_transpose(rows))), vectors.shape)


def _terms(xp: Any, x: Array, means: Array, factor: Array) -> Array:
    """Return minus the squared Mahalanobis distance to each mean, shape (..., K)."""
    return -xp.sum(_whiten(xp, factor, x[..., None, :] - means) ** 2, axis=-1)
