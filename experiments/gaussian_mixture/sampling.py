"""Draws from Gaussian mixtures: data, the sufficient statistics of naive Bayes without data, and error estimates.

Labels, normals and chi-squares come from different laws of one stream, which are independent. A sample of m rows is
the first m rows of every longer one of the same stream.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, backend, to_numpy
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import Statistics
from experiments.gaussian_mixture.rules import Rule
from experiments.streams import Stream
from theory.arguments import whole

__all__ = ["draw", "estimated_bayes_error", "estimated_error", "naive_bayes_statistics", "plug_in_directions"]

COUNTED = 1 << 21
"""Labels that are held at once while they are counted."""


def draw(
    mixture: GaussianMixture, stream: Stream, replicates: int | range, m: int, *, backend: Backend | None = None
) -> tuple[Array, Array]:
    """Return m labelled points for each replicate.

    Parameters
    ----------
    replicates : int or range
        The rows; a replicate's data do not depend on which others are drawn.

    Returns
    -------
    features : array, shape (R, m, d), float64
    labels : array, shape (R, m), int64

    Examples
    --------
    >>> features, labels = draw(GaussianMixture.symmetric_pair(1.0, 3), Stream(1), 2, 5)
    >>> features.shape, labels.shape
    ((2, 5, 3), (2, 5))
    """
    home = _home(backend)
    labels = stream.categorical(mixture.weights, replicates, m, backend=home)
    noise = stream.normal(replicates, (m, mixture.dimension), backend=home)
    return _coloured(mixture, labels, noise, home), labels


def _home(given: Backend | None) -> Backend:
    return backend("numpy") if given is None else given


def _coloured(mixture: GaussianMixture, labels: Array, noise: Array, home: Backend) -> Array:
    xp = home.xp
    roots, means = home.asarray(mixture.roots), home.asarray(mixture.means)
    flat = xp.reshape(labels, (-1,))
    centres = xp.reshape(xp.take(means, flat, axis=0), noise.shape)
    if mixture.shared:
        return centres + (noise * roots if mixture.diagonal else noise @ xp.matrix_transpose(roots))
    if mixture.diagonal:
        return centres + noise * xp.reshape(xp.take(roots, flat, axis=0), noise.shape)
    total = centres
    for k in range(mixture.classes):
        own = xp.astype(labels == k, noise.dtype)[..., None]
        total = total + own * (noise @ xp.matrix_transpose(roots[k, ...]))
    return total


def naive_bayes_statistics(
    mixture: GaussianMixture,
    stream: Stream,
    replicates: int | range,
    m: int,
    *,
    pooled: bool = False,
    backend: Backend | None = None,
) -> Statistics:
    """Draw what naive Bayes keeps of m points, of its exact joint law, without the points; diagonal covariances only.

    Class counts are binomial (two classes: one uniform, inverted in the exact distribution function to rounding; more:
    m labels are drawn and counted, some at a time). Given the counts, class means are normal, and the sums of squares
    about them chi-square with count - 1 degrees of freedom, all independent.

    Parameters
    ----------
    pooled : bool
        Draw only the sum over classes of the sums of squares, at once if the covariance is common.

    Raises
    ------
    ValueError
        If covariances are full matrices: the coordinates of x are then dependent, and so are their statistics.

    Examples
    --------
    >>> kept = naive_bayes_statistics(GaussianMixture.symmetric_pair(1.0, 3), Stream(1), 2, 10)
    >>> kept.means.shape, kept.counts.sum(axis=1).tolist()
    ((2, 2, 3), [10.0, 10.0])
    """
    m = whole("m", m)
    home = _home(backend)
    xp, K, d = home.xp, mixture.classes, mixture.dimension
    variances = home.asarray(mixture.variances)
    counts = _counts(mixture, stream, replicates, m, home)
    noise = stream.normal(replicates, (K, d), backend=home)
    size = xp.where(counts > 0, counts, xp.ones_like(counts))[..., None]
    means = home.asarray(mixture.means) + noise * xp.sqrt(variances / size)
    means = xp.where(counts[..., None] > 0, means, xp.zeros_like(means))
    if pooled and mixture.shared:
        present = xp.sum(xp.astype(counts > 0, xp.float64), axis=-1)
        scatter = _chisquare(stream, replicates, (m - present)[:, None, None], (1, d), home) * variances[:1, :]
    else:
        scatter = _chisquare(stream, replicates, counts[..., None] - 1, (K, d), home) * variances
        scatter = xp.sum(scatter, axis=1, keepdims=True) if pooled else scatter
    return Statistics(counts, means, scatter)


def _chisquare(stream: Stream, replicates: Any, dof: Array, shape: tuple[int, ...], home: Backend) -> Array:
    """Return chi-square numbers, 0 where there are no degrees of freedom."""
    xp = home.xp
    some = dof > 0
    drawn = stream.chisquare(xp.where(some, dof, xp.ones_like(dof)), replicates, shape, backend=home)
    return xp.where(some, drawn, xp.zeros_like(drawn))


def _counts(mixture: GaussianMixture, stream: Stream, replicates: Any, m: int, home: Backend) -> Array:
    xp = home.xp
    if mixture.classes == 2:
        inner = home.asarray(_binomial_distribution(m, float(mixture.weights[1])))
        ones = xp.astype(xp.searchsorted(inner, stream.uniform(replicates, (), backend=home)), xp.float64)
        return xp.stack([m - ones, ones], axis=-1)
    rows = replicates if isinstance(replicates, int) else len(replicates)
    step = max(1, COUNTED // max(rows, 1))
    total = xp.zeros((rows, mixture.classes), dtype=xp.float64, device=home.device)
    for start in range(0, m, step):
        labels = stream.categorical(mixture.weights, replicates, min(step, m - start), offset=start, backend=home)
        members = [xp.sum(xp.astype(labels == k, xp.float64), axis=-1) for k in range(mixture.classes)]
        total = total + xp.stack(members, axis=-1)
    return total


def _binomial_distribution(m: int, p: float) -> Any:
    """Return P(N <= k) for k = 0, ..., m-1, N binomial: a uniform's count of smaller ones is N."""
    if p in (0.0, 1.0):
        return np.full(m, 1.0 - p)
    from scipy.special import bdtr

    return np.maximum.accumulate(bdtr(np.arange(m, dtype=np.float64), m, p))


def plug_in_directions(
    mixture: GaussianMixture, stream: Stream, replicates: int | range, m: int, *, backend: Backend | None = None
) -> Rule:
    """Draw plug-in rules ``(1/m) sum y x`` for N(+-mu, Sigma) of its exact law N(mu, Sigma/m), without data.

    Raises
    ------
    ValueError
        If the classes are not N(-mu, Sigma) and N(mu, Sigma) of equal weight.

    Examples
    --------
    >>> plug_in_directions(GaussianMixture.symmetric_pair(1.0, 3), Stream(1), 2, 5).weights.shape
    (2, 3)
    """
    if not mixture.symmetric:
        raise ValueError("two classes N(-mu, Sigma) and N(mu, Sigma) of equal weight are needed")
    m = whole("m", m)
    home = _home(backend)
    noise = stream.normal(replicates, mixture.dimension, backend=home)
    ones = home.xp.ones(noise.shape[:1], dtype=home.xp.int64, device=home.device)
    spread = _coloured(mixture, ones, noise, home) - home.asarray(mixture.means[1])
    return Rule(home.asarray(mixture.means[1]) + spread / math.sqrt(m), 0.0 * noise[:, 0])


def estimated_bayes_error(mixture: GaussianMixture, stream: Stream, m: int = 100_000) -> tuple[float, float]:
    """Return an estimate of the Bayes error and its standard error: the mean of 1 - (largest posterior) over m points.

    Raises
    ------
    ValueError
        If a covariance is singular: there is no density.

    Examples
    --------
    >>> mean, error = estimated_bayes_error(GaussianMixture.symmetric_pair(1.0, 2), Stream(1), 10_000)
    >>> abs(mean - 0.158655) < 4 * error < 0.01
    True
    """
    points, _ = draw(mixture, stream, 1, m)
    scores = np.stack([_log_density(mixture, k, points[0]) for k in range(mixture.classes)], axis=-1)
    posterior = np.exp(scores - scores.max(axis=-1, keepdims=True))
    others = 1 - 1 / posterior.sum(axis=-1)
    return float(others.mean()), float(others.std(ddof=1) / math.sqrt(m))


def _log_density(mixture: GaussianMixture, k: int, points: Any) -> Any:
    from scipy.linalg import solve_triangular

    with np.errstate(divide="ignore"):
        log_weight = np.log(mixture.weights[k])
    try:
        root = np.linalg.cholesky(mixture.covariance(k))
    except np.linalg.LinAlgError:
        raise ValueError(f"the covariance of class {k} is singular: it has no density") from None
    whitened = solve_triangular(root, (points - mixture.means[k]).T, lower=True)
    return log_weight - np.sum(whitened**2, axis=0) / 2 - np.sum(np.log(np.diag(root)))


def estimated_error(rule: Rule, mixture: GaussianMixture, stream: Stream, m: int = 20_000) -> tuple[Any, Any]:
    """Return estimates of the error of any rules on m fresh points that they share, and standard errors, shape (R,).

    Examples
    --------
    >>> rule = Rule(np.asarray([[1.0, 0.0]]), np.asarray([0.0]))
    >>> mean, error = estimated_error(rule, GaussianMixture.symmetric_pair(1.0, 2), Stream(1))
    >>> bool(abs(mean[0] - 0.158655) < 4 * error[0] < 0.02)
    True
    """
    from experiments.arrays import backend_of

    points, labels = draw(mixture, stream, 1, m, backend=backend_of(rule.weights))
    mean = to_numpy(rule.mistakes(points[0, ...], labels[0, ...])) / m
    return mean, np.sqrt(mean * (1 - mean) / m)
