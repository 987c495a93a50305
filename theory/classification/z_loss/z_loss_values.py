"""The Z-loss and its gradient in the scores, accurate also where the target's score is far from all others.

With the other classes' mean taken first, nothing cancels: ``gap`` is the target's score minus that mean, ``dev`` are
the other scores minus it, and

    D s^2 = sum dev^2 + gap^2 (D-1)/D,    z_c = gap (D-1)/(D s).
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, quiet, real_arrays, require
from theory.classification.arrays import class_labels, score_vectors
from theory.elementary import logistic, softplus

__all__ = ["z_loss", "z_loss_gradient", "z_scores"]


def z_scores(scores: Any) -> Array:
    """Standardise score vectors: subtract the mean, divide by the population standard deviation (ddof = 0).

    Parameters
    ----------
    scores : array (..., D)
        Finite scores of D >= 2 classes, not all equal.

    Returns
    -------
    array (..., D)
        Of mean 0 and mean square 1; no entry exceeds sqrt(D - 1) in absolute value.

    Raises
    ------
    ValueError
        If scores are not finite, or all scores of a vector are equal: the Z-scores are then undefined.

    References
    ----------
    Paper key ``z_loss``, definition of the Z-loss.

    Examples
    --------
    >>> z_scores([1.0, 2.0, 3.0]).round(4).tolist()
    [-1.2247, 0.0, 1.2247]
    """
    xp, (scores,), _ = real_arrays(scores)
    _check_scores(xp, scores)
    shifted = scores - xp.max(scores, axis=-1, keepdims=True)  # exact for scores that lie close together
    unit = shifted / xp.max(xp.abs(shifted), axis=-1, keepdims=True)
    centred = unit - xp.mean(unit, axis=-1, keepdims=True)
    return centred / xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True))


@quiet
def z_loss(scores: Any, labels: Any, *, a: Any = 1.0, b: Any = 0.0) -> Array:
    """``softplus(a (b - z_c)) / a`` for the Z-score z_c of the labelled class.

    Parameters
    ----------
    scores : array (..., D)
        Finite scores of D >= 2 classes, not all equal.
    labels : array of integers (...)
        The labelled class, in 0, ..., D - 1.
    a : array (...)
        Positive slope of the softplus.
    b : array (...)
        Margin, in standard deviations of the scores.

    Returns
    -------
    array (...)
        Between ``softplus(a (b - r))/a`` and ``softplus(a (b + r))/a`` with r = sqrt(D - 1).

    Raises
    ------
    ValueError
        If a vector of scores is constant or not finite, a label is no class, or a is not positive.

    References
    ----------
    Paper key ``z_loss``, definition of the Z-loss.

    Examples
    --------
    >>> float(z_loss([1.0, 2.0, 3.0], 2).round(6)), float(z_loss([10.0, 20.0, 30.0], 2).round(6))
    (0.257609, 0.257609)
    """
    xp, (scores, a, b), _ = real_arrays(scores, a, b)
    _check_parameters(xp, a, b)
    gap, dev, _ = _decomposed(xp, scores, class_labels(xp, labels, scores))  # the scale does not matter
    z, _ = _standard(xp, gap, dev)
    return softplus(xp, a * (b - z)) / a


@quiet
def z_loss_gradient(scores: Any, labels: Any, *, a: Any = 1.0, b: Any = 0.0) -> Array:
    """Gradient of `z_loss` in the scores; it is orthogonal to the scores and to the vector of ones.

    ``dL/do_k = -p (delta_ck - 1/D - z_c z_k / D) / s`` with p = 1/(1 + exp(-a (b - z_c))). It vanishes for D = 2,
    where z_c is 1 or -1.

    Parameters
    ----------
    scores, labels, a, b
        As for `z_loss`.

    Returns
    -------
    array (..., D)

    Raises
    ------
    ValueError
        As for `z_loss`.

    References
    ----------
    Paper key ``z_loss``, gradient of the Z-loss.

    Examples
    --------
    >>> z_loss_gradient([0.0, 1.0, 5.0], 2).round(4).tolist()
    [-0.0088, 0.011, -0.0022]
    """
    xp, (scores, a, b), _ = real_arrays(scores, a, b)
    _check_parameters(xp, a, b)
    hot = class_labels(xp, labels, scores)
    gap, dev, scale = _decomposed(xp, scores, hot)
    z, deviation = _standard(xp, gap, dev)
    D = scores.shape[-1]
    others = dev / deviation[..., None]
    spread = xp.sum(others * others, axis=-1)  # of the other classes, in units of s^2
    # 1 - z_c^2/(D-1) is spread/D, and z_k + z_c/(D-1) is others_k: no difference of near numbers is left
    along = -(spread[..., None] / D + z[..., None] * others) / D
    slope = xp.where(hot, ((D - 1) * spread / D**2)[..., None], along)
    weight = logistic(xp, a * (b - z))
    return -slope * (weight / deviation / scale)[..., None]


def _check_scores(xp: Any, scores: Array) -> None:
    """Demand finite scores that are not all equal; -inf, which other losses allow, has no Z-score."""
    score_vectors(xp, scores)
    require(xp, xp.isfinite(scores), scores, "scores", "finite")
    largest = xp.max(scores, axis=-1)
    spread = largest - xp.min(scores, axis=-1)
    require(xp, spread > 0, largest, "scores", "not all equal (their standard deviation must be positive)")
    require(xp, xp.isfinite(spread), spread, "the range of the scores", "finite")


def _check_parameters(xp: Any, a: Array, b: Array) -> None:
    require(xp, (a > 0) & xp.isfinite(a), a, "a", "a finite number > 0")
    require(xp, xp.isfinite(b), b, "b", "a finite number")


def _decomposed(xp: Any, scores: Array, hot: Array) -> tuple[Array, Array, Array]:
    """Return gap (...), dev (..., D; 0 at the target) and the scale (...) that both were divided by."""
    _check_scores(xp, scores)
    D = scores.shape[-1]
    zero = xp.zeros_like(scores)
    reference = xp.max(xp.where(hot, xp.full_like(scores, -float("inf")), scores), axis=-1, keepdims=True)
    shifted = scores - reference  # exact for scores that lie close together
    scale = xp.max(xp.abs(shifted), axis=-1, keepdims=True)
    shifted = shifted / scale
    mean = xp.sum(xp.where(hot, zero, shifted), axis=-1, keepdims=True) / (D - 1)
    moved = shifted - mean
    return xp.sum(xp.where(hot, moved, zero), axis=-1), xp.where(hot, zero, moved), scale[..., 0]


def _standard(xp: Any, gap: Array, dev: Array) -> tuple[Array, Array]:
    """Return the target's Z-score and the standard deviation of the (scaled) scores."""
    D = dev.shape[-1]
    share = (D - 1) / D
    deviation = xp.sqrt((xp.sum(dev * dev, axis=-1) + gap * gap * share) / D)
    return gap * share / deviation, deviation
