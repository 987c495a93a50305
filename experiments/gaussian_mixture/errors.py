r"""Errors of rules on Gaussian mixtures: exact where closed, else an estimate with its standard error.

With a common covariance Sigma, whitened means on one line are positions t_k there, and the Bayes rule is the upper
envelope of the K lines ``t_k z - t_k^2/2 + log w_k``: any weights, any gaps. Linear rules of two classes are normal
tails, whatever the two covariances; an l2 adversary of radius r shifts both margins by ``r |w|``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.arrays import Array, backend_of, namespace
from experiments.gaussian_mixture.mixture import GaussianMixture, Matrix, cholesky, rounding_tolerance
from experiments.gaussian_mixture.rules import Rule
from theory.arrays import is_array, quiet
from theory.classification.dis_vs_gen import gaussian_errors
from theory.classification.gaussian_tail import normal_tail

__all__ = [
    "NotClosed",
    "adversarial_error",
    "bayes_error",
    "linear_rule_error",
    "mixture_bayes_error",
    "rule_error",
    "shifted",
    "whitened_means",
]

COLLINEAR = 1e-9
"""Whitened means within so many standard deviations of a line, or of their spread if that is less, are read as lying on
it, and rounding is allowed for; the Bayes error moves by less than that."""


class NotClosed(ValueError):
    """No closed form is known here for the error that was asked for."""


def bayes_error(separation: Any, positions: Any = (-1.0, 1.0)) -> Any:
    """Return the Bayes error of classes of equal weight at ``positions`` on a line; of N(+-mu, sigma^2 I) by default.

    Parameters
    ----------
    separation : number or array
        s >= 0, standard deviations per unit of position; |mu|/sigma for the pair, whose Bayes error is Q(s).
    positions : array, shape (..., K), optional
        Increasing.

    Examples
    --------
    >>> round(bayes_error(1.0), 8), round(bayes_error(1.0, [-1.0, 1.0, 2.0]), 8)
    (0.15865525, 0.31146186)
    """
    return gaussian_errors.bayes_error(list(positions) if isinstance(positions, tuple) else positions, separation)


def whitened_means(mixture: GaussianMixture) -> Matrix:
    """Return ``A^-1 (mu_k - mu_0)``, shape (K, d), for a common covariance ``A A'``.

    A is the Cholesky factor. Where there is none the covariance is singular: its eigenvalues up to 8 d eps of the
    largest are read as 0, and infinite entries stand for a difference outside its range by more than 8 d eps of its
    length: such classes do not overlap.

    Raises
    ------
    NotClosed
        If classes have covariances of their own.

    Examples
    --------
    >>> whitened_means(GaussianMixture([[0.0, 0.0], [2.0, 3.0]], [4.0, 1.0], covariance_type="tied_diag"))[1].tolist()
    [1.0, 3.0]
    """
    if not mixture.shared:
        raise NotClosed(_estimate("the Bayes error of classes with covariances of their own"))
    differences = mixture.means - mixture.means[0]
    if mixture.diagonal:
        scales = np.sqrt(mixture.covariances)
        missing = scales == 0
    elif (root := cholesky(mixture.covariances)) is not None:
        from scipy.linalg import solve_triangular

        return np.asarray(solve_triangular(root, differences.T, lower=True).T)
    else:
        eigenvalues, vectors = np.linalg.eigh((mixture.covariances + mixture.covariances.T) / 2)
        differences = differences @ vectors
        missing = eigenvalues <= rounding_tolerance(mixture.dimension) * max(float(eigenvalues[-1]), 0.0)
        scales = np.sqrt(np.where(missing, 0.0, eigenvalues))
    size = float(np.max(np.linalg.norm(differences, axis=1)))
    lost = missing & (np.abs(differences) > rounding_tolerance(mixture.dimension) * size)
    whitened = differences / np.where(missing, 1.0, scales)
    return np.where(lost, np.copysign(np.inf, differences), np.where(missing, 0.0, whitened))


def mixture_bayes_error(mixture: GaussianMixture) -> float:
    """Return the Bayes error, exact, for a common covariance and whitened means on a line; so always for two classes.

    Raises
    ------
    NotClosed
        For other mixtures; :func:`experiments.gaussian_mixture.sampling.estimated_bayes_error` estimates.

    Examples
    --------
    >>> round(mixture_bayes_error(GaussianMixture.symmetric_pair(1.0, 5)), 8)
    0.15865525
    >>> mixture_bayes_error(GaussianMixture([[0.0], [0.0]], [1.0], weights=[0.25, 0.75]))
    0.25
    """
    means = whitened_means(mixture)
    if mixture.classes == 2:
        return _line_error(np.asarray([0.0, float(np.linalg.norm(means[1]))]), mixture.weights)
    if not np.all(np.isfinite(means)):
        raise NotClosed(_estimate("the Bayes error of three classes or more with a singular covariance that some part"))
    farthest = means[np.argmax(np.linalg.norm(means, axis=1))]
    spread = float(np.linalg.norm(farthest))
    direction = farthest / spread if spread > 0 else farthest
    positions = means @ direction
    allowed = COLLINEAR * min(spread, 1.0) + rounding_tolerance(mixture.dimension) * spread
    if np.max(np.linalg.norm(means - positions[:, None] * direction, axis=1)) > allowed:
        raise NotClosed(_estimate("the Bayes error of three classes or more whose whitened means are not on a line"))
    return _line_error(positions, mixture.weights)


def _estimate(what: str) -> str:
    return f"{what} has no closed form here; estimated_bayes_error and estimated_error give one with its standard error"


def _line_error(positions: Matrix, weights: Matrix) -> float:
    """Return the Bayes error of classes N(t_k, 1): a class is right on one interval, where its line is on top."""
    if math.inf in positions:
        return 0.0
    error = 0.0
    for k, (own, weight) in enumerate(zip(positions.tolist(), weights.tolist(), strict=True)):
        if weight == 0:
            continue
        low, high = _interval(k, positions.tolist(), weights.tolist())
        error += weight * (1.0 if low >= high else normal_tail(own - low) + normal_tail(high - own))
    return error


def _interval(k: int, positions: list[float], weights: list[float]) -> tuple[float, float]:
    """Return the interval on which class k beats all others; of equal classes the first is taken."""
    low, high = -math.inf, math.inf
    for j, (other, weight) in enumerate(zip(positions, weights, strict=True)):
        if j == k or weight == 0:
            continue
        gap = other - positions[k]
        advantage = math.log(weights[k] / weight)
        if gap == 0:
            if advantage < 0 or (advantage == 0 and j < k):
                return math.inf, -math.inf
            continue
        crossing = (positions[k] + other) / 2 + advantage / gap
        low, high = (low, min(high, crossing)) if gap > 0 else (max(low, crossing), high)
    return low, high


def linear_rule_error(weights: Any, bias: Any, mixture: GaussianMixture) -> Array:
    """Return the exact error of "class 1 where ``<w, x> + b > 0``" for two classes, any covariances, any weights.

    Parameters
    ----------
    weights : array, shape (..., d)
        May be zero: the rule is then constant.
    bias : array, shape (...)
        May be infinite.

    Returns
    -------
    array, shape (...)
        NaN where the rule is.

    Raises
    ------
    NotClosed
        If there are more than two classes.

    Examples
    --------
    >>> pair = GaussianMixture.symmetric_pair(1.0, 2)
    >>> np.round(linear_rule_error([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], pair), 8).tolist()
    [0.15865525, 0.5]
    """
    return adversarial_error(weights, bias, mixture, 0.0)


@quiet
def adversarial_error(weights: Any, bias: Any, mixture: GaussianMixture, radius: float) -> Array:
    """Return the exact error of a linear rule against an adversary who moves every x by ``radius`` in l2.

    Examples
    --------
    >>> pair = GaussianMixture.symmetric_pair(1.5, 2)
    >>> round(float(adversarial_error([2.0, 0.0], 0.0, pair, 0.5)), 8) == round(bayes_error(1.0), 8)
    True
    """
    if mixture.classes != 2:
        raise NotClosed(_estimate(f"the error of linear rules on {mixture.classes} classes"))
    if not 0 <= radius < math.inf:
        raise ValueError(f"radius must be a finite number >= 0, got {radius!r}")
    weights = _floats("weights", weights)
    bias = _floats("bias", bias) if is_array(bias) else backend_of(weights).asarray(_floats("bias", bias))
    if weights.ndim < 1 or weights.shape[-1] != mixture.dimension or tuple(bias.shape) != tuple(weights.shape[:-1]):
        shapes = f"{tuple(weights.shape)} and {tuple(bias.shape)}"
        raise ValueError(f"weights (..., {mixture.dimension}) and bias (...) are needed, got {shapes}")
    xp = namespace(weights, bias)
    host = backend_of(weights)
    reach = radius * _length(xp, weights) if radius else xp.zeros_like(bias)
    total = xp.zeros_like(bias)
    for k, sign in ((0, -1.0), (1, 1.0)):
        mean = host.asarray(mixture.means[k], dtype=weights.dtype)
        margin = sign * (xp.sum(weights * mean, axis=-1) + bias) - reach
        spread = _spread(xp, weights, mixture, k)
        ratio = margin / xp.where(spread > 0, spread, xp.ones_like(spread))
        # Without spread the class lies on one value of the score, and a score of 0 is class 0.
        certain = (margin < 0) | ((margin == 0) & (k == 1))
        tail = xp.where(spread > 0, normal_tail(ratio), xp.astype(certain, weights.dtype))
        total = total + float(mixture.weights[k]) * xp.where(xp.isnan(margin), margin, tail)
    return total


def _floats(name: str, value: Any) -> Array:
    """Return real numbers as an array of floating ones: what is no array, and integers, in double precision."""
    if is_array(value):
        xp = namespace(value)
        if xp.isdtype(value.dtype, "real floating"):
            return value
        if xp.isdtype(value.dtype, "integral"):
            return xp.astype(value, xp.float64)
        raise ValueError(f"{name} must be real numbers, got dtype {value.dtype}")
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be real numbers, got {value!r:.80}") from None


def _spread(xp: Any, weights: Array, mixture: GaussianMixture, k: int) -> Array:
    """Return the standard deviation of ``<w, x>`` in class k."""
    root = mixture.roots if mixture.shared else mixture.roots[k]
    factor = backend_of(weights).asarray(root, dtype=weights.dtype)
    scaled = weights * factor if mixture.diagonal else weights @ factor
    return _length(xp, scaled)


def _length(xp: Any, vectors: Array) -> Array:
    """Return Euclidean lengths, also where squares leave the range of the numbers."""
    size = xp.max(xp.abs(vectors), axis=-1)
    safe = float(xp.finfo(vectors.dtype).max) ** 0.25
    scale = xp.where((size > 1 / safe) & (size < safe) | (size == 0) | ~xp.isfinite(size), xp.ones_like(size), size)
    scaled = vectors / scale[..., None]
    return scale * xp.sqrt(xp.sum(scaled * scaled, axis=-1))


def rule_error(rule: Rule, mixture: GaussianMixture, *, radius: float = 0.0) -> Array:
    """Return the exact error of linear rules of two classes, given by one score or by two, shape (R,).

    Raises
    ------
    NotClosed
        For curved rules, or more than two classes.
    """
    if not rule.linear:
        raise NotClosed(_estimate("the error of rules with squares"))
    if mixture.classes != 2:
        raise NotClosed(_estimate(f"the error of linear rules on {mixture.classes} classes"))
    one = rule.difference()
    return adversarial_error(one.weights, one.bias, mixture, radius)


def shifted(mixture: GaussianMixture, shift: Any) -> GaussianMixture:
    """Return the out-of-domain mixture whose means are moved: all by one vector (d,), or each by its own (K, d).

    Examples
    --------
    >>> shifted(GaussianMixture.symmetric_pair(1.0, 2), [[0.0, -0.5], [0.0, 0.5]]).means.tolist()
    [[-1.0, -0.5], [1.0, 0.5]]
    """
    move = np.asarray(shift, dtype=np.float64)
    if move.shape not in ((mixture.dimension,), mixture.means.shape):
        raise ValueError(f"shift must have shape {(mixture.dimension,)} or {mixture.means.shape}, got {move.shape}")
    return GaussianMixture(mixture.means + move, mixture.covariances, mixture.weights, mixture.covariance_type)
