r"""Errors of the two learners on samples in which every class is present.

Naive Bayes is learned from sufficient statistics of their exact law wherever features are independent. Logistic
regression of fewer points than features is fitted in the span of the points, where its weights lie: a QR factorization
brings n features down to m, and is exact. Errors of two classes are exact. Of more classes they are frequencies on
normal scores: given a class the K linear scores are jointly normal, so that K numbers stand for a test point, fresh
ones for each replicate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, backend, backend_of, to_numpy
from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.logistic import logistic
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import Statistics, check_sample, naive_bayes, pooled
from experiments.gaussian_mixture.rules import Rule
from experiments.streams import Stream
from theory.arguments import whole

__all__ = [
    "LEARNERS",
    "errors",
    "frequencies_of_error",
    "labels_of_all_classes",
    "learn",
    "logistic_in_span",
    "sampled_points",
]

LEARNERS = ("naive_bayes", "logistic", "coin")
TEST_POINTS = 400
"""For each class and replicate, where errors are not closed."""
MEMORY = 1 << 26  # bytes of one copy of the data at a time


def errors(
    mixture: GaussianMixture,
    learner: str,
    m: int,
    *,
    stream: Stream,
    replicates: range,
    backend: Backend | None = None,
) -> NDArray[np.float64]:
    """Return the errors of the rules that a learner learns from m points, shape (R,).

    A replicate's numbers depend on the stream and its own index alone.

    Parameters
    ----------
    mixture : GaussianMixture
        With a common covariance and equal weights.
    learner : str
        ``"naive_bayes"`` (pooled variances, estimated priors), ``"logistic"`` (l2 penalty, C = 1) or ``"coin"``, the
        control that does not look at its sample.
    m : int
        Sample size, at least the number of classes.

    Raises
    ------
    ValueError
        If the learner is unknown, or the mixture or m is not as said.
    ArithmeticError
        If a fit of logistic regression did not converge, or an error is not a number.

    Examples
    --------
    >>> pair = GaussianMixture.symmetric_pair(1.0, 3)
    >>> found = errors(pair, "naive_bayes", 50, stream=Stream(1), replicates=range(200))
    >>> bool(0.158655 < found.mean() < 0.18)
    True
    """
    if learner not in LEARNERS:
        raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {learner!r}")
    _require_common(mixture)
    if isinstance(m, bool) or not isinstance(m, int) or m < mixture.classes:
        raise ValueError(f"m must be a whole number of at least {mixture.classes}, one a class, got {m!r}")
    if not isinstance(replicates, range):
        raise ValueError(f"replicates must be a range of rows, got {replicates!r}")
    parts = [np.zeros(0)]
    for rows in _blocks(mixture, learner, m, replicates):
        rule = learn(mixture, learner, m, stream=stream, replicates=rows, backend=backend)
        if mixture.classes == 2:
            found = rule_error(rule, mixture)
        else:
            found = frequencies_of_error(rule, mixture, stream=_beside(stream, "test"), replicates=rows)
        parts.append(to_numpy(found))
    every = np.concatenate(parts)
    if not np.all((every >= 0) & (every <= 1)):
        raise ArithmeticError(f"an error of {learner} at m = {m} is no probability: {every.min()} to {every.max()}")
    return every


def _require_common(mixture: GaussianMixture) -> None:
    if not mixture.shared or np.any(mixture.weights != mixture.weights[0]):
        raise ValueError("a mixture with a common covariance and equal weights is needed")


def _beside(stream: Stream, *names: str | int) -> Stream:
    """Return a stream of its own for each stream, seed and number both."""
    return Stream(Stream.named(stream.seed, *names).seed, stream.stream)


def _blocks(mixture: GaussianMixture, learner: str, m: int, replicates: range) -> list[range]:
    points = mixture.classes if _without_points(mixture, learner) else m
    step = max(1, MEMORY // (8 * points * mixture.dimension))
    return [replicates[start : start + step] for start in range(0, len(replicates), step)]


def _without_points(mixture: GaussianMixture, learner: str) -> bool:
    """Whether a learner's rules are drawn of their law, without the points that it learns from."""
    return learner == "coin" or (learner == "naive_bayes" and mixture.diagonal)


def learn(
    mixture: GaussianMixture,
    learner: str,
    m: int,
    *,
    stream: Stream,
    replicates: range,
    backend: Backend | None = None,
) -> Rule:
    """Return the rules that a learner learns; parameters as of :func:`errors`.

    Examples
    --------
    >>> pair = GaussianMixture.symmetric_pair(1.0, 3)
    >>> learn(pair, "logistic", 5, stream=Stream(1), replicates=range(7)).weights.shape
    (7, 3)
    """
    home = _home(backend)
    if learner == "coin":
        shape = (mixture.dimension,) if mixture.classes == 2 else mixture.means.shape
        weights = _beside(stream, "coin").normal(replicates, shape, backend=home)
        return Rule(weights, 0.0 * weights[..., 0])
    if _without_points(mixture, learner):
        return pooled(_statistics(mixture, stream, replicates, m, home))
    features, labels = sampled_points(mixture, m, stream=stream, replicates=replicates, backend=home)
    if learner == "naive_bayes":
        return naive_bayes(features, labels, classes=mixture.classes)
    return logistic_in_span(features, labels, classes=mixture.classes)


def _home(given: Backend | None) -> Backend:
    return backend("numpy") if given is None else given


def sampled_points(
    mixture: GaussianMixture, m: int, *, stream: Stream, replicates: range, backend: Backend | None = None
) -> tuple[Array, Array]:
    """Return features (R, m, n) and labels (R, m) of samples in which every class is present.

    Raises
    ------
    ValueError
        If the mixture has no common covariance or unequal weights, or m is less than the number of classes.
    """
    _require_common(mixture)
    home = _home(backend)
    xp = home.xp
    labels = labels_of_all_classes(mixture.classes, m, stream=stream, replicates=replicates, backend=home)
    noise = stream.normal(replicates, (m, mixture.dimension), backend=home)
    roots = home.asarray(mixture.roots)
    spread = noise * roots if mixture.diagonal else noise @ xp.matrix_transpose(roots)
    centres = xp.take(home.asarray(mixture.means), xp.reshape(labels, (-1,)), axis=0)
    return spread + xp.reshape(centres, noise.shape), labels


def labels_of_all_classes(
    classes: int, m: int, *, stream: Stream, replicates: range, backend: Backend | None = None
) -> Array:
    """Return labels (R, m) of equally likely classes, each row drawn again until every class is in it.

    Examples
    --------
    >>> labels_of_all_classes(3, 3, stream=Stream(1), replicates=range(100)).sum(axis=1).tolist() == [3] * 100
    True
    """
    if m < classes:
        raise ValueError(f"m must be at least the number of classes, {classes}, got {m}")
    home = _home(backend)
    xp = home.xp
    weights = np.full(classes, 1 / classes)
    labels = stream.categorical(weights, replicates, m, backend=home)
    attempt = 0
    while not bool(xp.all(complete := _complete(xp, labels, classes))):
        attempt += 1
        again = _beside(stream, "again", attempt).categorical(weights, replicates, m, backend=home)
        labels = xp.where(complete[:, None], labels, again)
    return labels


def _complete(xp: Any, labels: Array, classes: int) -> Array:
    found = xp.any(labels == 0, axis=-1)
    for k in range(1, classes):
        found = found & xp.any(labels == k, axis=-1)
    return found


def _statistics(mixture: GaussianMixture, stream: Stream, replicates: range, m: int, home: Backend) -> Statistics:
    """Draw what naive Bayes keeps of m points, of its law given that every class is present."""
    xp = home.xp
    K, n = mixture.means.shape
    counts = _pair_counts(stream, replicates, m, home) if K == 2 else _many_counts(stream, replicates, m, K, home)
    variances = home.asarray(mixture.covariances)
    noise = stream.normal(replicates, (K, n), backend=home)
    means = home.asarray(mixture.means) + noise * xp.sqrt(variances / counts[..., None])
    if m == K:
        return Statistics(counts, means, 0.0 * means[:, :1, :])
    scatter = stream.chisquare(float(m - K), replicates, (1, n), backend=home) * variances
    return Statistics(counts, means, scatter)


def _many_counts(stream: Stream, replicates: range, m: int, classes: int, home: Backend) -> Array:
    xp = home.xp
    labels = labels_of_all_classes(classes, m, stream=stream, replicates=replicates, backend=home)
    return xp.stack([xp.sum(xp.astype(labels == k, xp.float64), axis=-1) for k in range(classes)], axis=-1)


def _pair_counts(stream: Stream, replicates: range, m: int, home: Backend) -> Array:
    """Return counts of two classes: binomial given 0 < N < m, by inversion of the distribution function."""
    from scipy.special import bdtr

    xp = home.xp
    empty = 2.0**-m
    inner = home.asarray(np.maximum.accumulate(bdtr(np.arange(m, dtype=np.float64), m, 0.5)))
    place = empty + (1 - 2 * empty) * stream.uniform(replicates, (), backend=home)
    ones = xp.astype(xp.searchsorted(inner, place), xp.float64)
    ones = xp.clip(ones, 1.0, float(m - 1))  # rounding at the two ends
    return xp.stack([m - ones, ones], axis=-1)


def logistic_in_span(features: Array, labels: Array, *, classes: int = 2) -> Rule:
    """Return logistic-regression rules (l2 penalty, C = 1), fitted in the span of the points where that is smaller.

    What is orthogonal to all points changes no score and only adds to the penalty, so that the weights lie in the span;
    an orthonormal basis of it keeps their norm, and the intercept is not penalised in either.

    Raises
    ------
    ValueError
        If shapes or labels are wrong.
    ArithmeticError
        If a fit did not converge.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[[-2.0, 1.0, 0.0], [1.0, 0.0, 2.0]]]), np.asarray([[0, 1]])
    >>> whole = logistic(x, y)
    >>> bool(np.allclose(logistic_in_span(x, y).weights, whole.weights, atol=1e-10))
    True
    """
    xp = check_sample(features, labels, classes)
    if features.shape[1] >= features.shape[2]:
        return logistic(features, labels, classes=classes)
    basis, triangle = xp.linalg.qr(xp.matrix_transpose(features))  # X' = Q R, so the points are the columns of R
    inside = logistic(xp.matrix_transpose(triangle), labels, classes=classes)
    several = inside.weights if inside.weights.ndim == 3 else inside.weights[:, None, :]
    weights = several @ xp.matrix_transpose(basis)
    return Rule(weights if inside.weights.ndim == 3 else weights[:, 0, :], inside.bias)


def frequencies_of_error(
    rule: Rule, mixture: GaussianMixture, *, stream: Stream, replicates: range, points: int = TEST_POINTS
) -> Array:
    """Return frequencies of mistakes of linear rules of K scores on fresh normal scores, shape (R,).

    Unbiased; the classes of a replicate share their noise, the replicates share nothing.

    Raises
    ------
    ValueError
        If the rules have no linear score for each class of the mixture, or there are no points.

    Examples
    --------
    >>> line = GaussianMixture([[-1.0], [1.0], [2.0]], [1.0])
    >>> bayes = Rule(line.means[None], -(line.means[None, :, 0] ** 2) / 2)
    >>> found = frequencies_of_error(bayes, line, stream=Stream(1), replicates=range(1), points=20_000)
    >>> bool(abs(found[0] - 0.31146186) < 0.01)
    True
    """
    K, n = mixture.means.shape
    if tuple(rule.weights.shape[1:]) != (K, n) or rule.curvature is not None:
        raise ValueError(f"linear scores of shape (R, {K}, {n}) are needed, got {tuple(rule.weights.shape)}")
    points = whole("points", points)
    _require_common(mixture)
    home = backend_of(rule.weights)
    xp = home.xp
    root = home.asarray(mixture.roots)
    coloured = rule.weights * root if mixture.diagonal else rule.weights @ root
    _, triangle = xp.linalg.qr(xp.matrix_transpose(coloured))  # W Sigma W' = R' R
    noise = stream.normal(replicates, (points, int(triangle.shape[-2])), backend=home) @ triangle
    wrong = xp.zeros(noise.shape[:1], dtype=noise.dtype, device=home.device)
    for k in range(K):
        centre = xp.sum(rule.weights * home.asarray(mixture.means[k]), axis=-1) + rule.bias
        chosen = xp.argmax(noise + centre[:, None, :], axis=-1)
        wrong = wrong + xp.mean(xp.astype(chosen != k, noise.dtype), axis=-1)
    return wrong / K
