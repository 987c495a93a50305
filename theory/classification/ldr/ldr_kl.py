r"""The LDR-KL loss, its worst-case label weights and gradient, and the temperature update of ALDR-KL.

With gaps d_k = f_k - f_y + c (k != y), d_y = 0, the loss is

.. math::
    \psi_\lambda(f, y) = \lambda \log \frac1K \sum_k e^{d_k/\lambda}
        = \max_q \sum_k q_k d_k - \lambda\,\mathrm{KL}(q\,\|\,1/K),

the maximum being at q = softmax((f + c 1[k != y])/lambda). lambda = 0 is the maximum of the gaps (Crammer-Singer),
lambda = oo their mean; lambda = 1 without margin is cross-entropy minus log K.

References
----------
Label Distributionally Robust Losses for Multi-class Classification (ldr).
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require
from theory.classification.arrays import class_labels, posteriors

__all__ = [
    "label_divergence",
    "ldr_kl",
    "ldr_kl_gradient",
    "temperature_update",
    "worst_case_objective",
    "worst_case_weights",
]

_SERIES = 14  # terms of (1+x) log(1+x) - x below |x| = 0.1: the next one is under 1e-16 of the sum


@quiet
def ldr_kl(scores: Any, labels: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return the LDR-KL loss of score vectors.

    Parameters
    ----------
    scores : array, shape (..., K)
        Finite scores whose differences are finite too, K >= 2.
    labels : array of integers in 0, ..., K-1, shape (...)
    lam : temperatures in [0, oo], both ends included as limits; broadcast against (...)
    margin : finite margins >= 0, broadcast against (...)

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If a score is not finite, a label is none, or a parameter is outside its range.

    Notes
    -----
    Written as ``max d + lam log1p(mean expm1((d - max d)/lam))``, which neither overflows for small lam nor cancels
    for large lam. Source: ldr, definition of the LDR-KL loss.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([2.0, 1.0, 0.0])
    >>> [round(float(ldr_kl(scores, 0, lam=lam, margin=0.5)), 6) for lam in (0, 1, float("inf"))]
    [0.0, -0.494482, -0.666667]
    """
    xp, gaps, temperature, _ = _gaps(scores, labels, lam, margin)
    top = xp.max(gaps, axis=-1)
    safe = _proper(xp, temperature)
    moderate = top + safe * _log_mean(xp, (gaps - top[..., None]) / safe[..., None])
    return _at_ends(xp, temperature, moderate, top, xp.mean(gaps, axis=-1))


@quiet
def worst_case_weights(scores: Any, labels: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return the label distribution at which the LDR-KL loss is taken, ``softmax((f + c)/lam)``.

    At lam = 0 the mass is shared by the largest gaps, at lam = oo by all classes. Parameters as in `ldr_kl`.

    Returns
    -------
    array, shape (..., K)

    Examples
    --------
    >>> import numpy as np
    >>> worst_case_weights(np.array([2.0, 1.0, 0.0]), 0, lam=0).tolist()
    [1.0, 0.0, 0.0]
    """
    xp, gaps, temperature, _ = _gaps(scores, labels, lam, margin)
    top = xp.max(gaps, axis=-1, keepdims=True)
    safe = _proper(xp, temperature)[..., None]
    raised = xp.exp((gaps - top) / safe)
    hard = xp.astype(gaps == top, gaps.dtype)
    even = xp.ones_like(gaps) / gaps.shape[-1]
    return _at_ends(xp, temperature[..., None], raised / _total(xp, raised), hard / _total(xp, hard), even)


@quiet
def ldr_kl_gradient(scores: Any, labels: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return the gradient in the scores, ``q - e_y`` with q the worst-case weights; a subgradient at lam = 0.

    Parameters as in `ldr_kl`.

    Returns
    -------
    array, shape (..., K)
        Adds up to 0. The entry of the label is minus the sum of the others, which does not cancel.

    Examples
    --------
    >>> import numpy as np
    >>> ldr_kl_gradient(np.array([0.0, 0.0]), 0).tolist()
    [-0.5, 0.5]
    """
    weights = worst_case_weights(scores, labels, lam=lam, margin=margin)
    xp, (weights,), _ = real_arrays(weights)
    label = class_labels(xp, labels, weights)
    others = xp.where(label, xp.zeros_like(weights), weights)
    return xp.where(label, -_total(xp, others), others)


@quiet
def label_divergence(scores: Any, labels: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return ``KL(q || 1/K)`` of the worst-case weights q: minus the derivative of the loss in lam.

    Parameters as in `ldr_kl`; accurate also for large lam, where it is Var(d)/(2 lam^2) and the plain sum cancels.

    Returns
    -------
    array, shape (...)
        Between 0 and log K.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(label_divergence(np.array([1.0, -1.0]), 0, lam=1e6) * 1e12), 9)
    0.5
    """
    xp, gaps, temperature, _ = _gaps(scores, labels, lam, margin)
    top = xp.max(gaps, axis=-1, keepdims=True)
    x = (gaps - top) / _proper(xp, temperature)[..., None]
    moderate = xp.mean(_relative_entropy(xp, x - _log_mean(xp, x)[..., None]), axis=-1)
    ties = _total(xp, xp.astype(gaps == top, gaps.dtype))[..., 0]
    hard = xp.log(gaps.shape[-1] / ties)
    return _at_ends(xp, temperature, moderate, hard, xp.zeros_like(hard))


@quiet
def worst_case_objective(weights: Any, scores: Any, labels: Any, *, lam: Any = 1.0, margin: Any = 0.0) -> Array:
    """Return ``sum q_k d_k - lam KL(q || 1/K)`` for any label distribution q; its maximum over q is the loss.

    Parameters
    ----------
    weights : array, shape (..., K)
        Numbers >= 0 that add up to 1; zeros count as 0 log 0 = 0.
    scores, labels, lam, margin
        As in `ldr_kl`, lam finite.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If the weights are no label distribution of these scores, or an argument is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> float(worst_case_objective([0.5, 0.5], np.array([3.0, 1.0]), 0))
    -1.0
    """
    xp, gaps, temperature, (q,) = _gaps(scores, labels, lam, margin, weights)
    require(xp, xp.isfinite(temperature), temperature, "lam", "finite here")
    posteriors(xp, q)
    q, gaps = broadcast(xp, weights=q, scores=gaps)
    positive = xp.where(q > 0, q, xp.ones_like(q))
    divergence = xp.sum(xp.where(q > 0, q * xp.log(positive * gaps.shape[-1]), xp.zeros_like(q)), axis=-1)
    return xp.sum(q * gaps, axis=-1) - temperature * divergence


@quiet
def temperature_update(
    scores: Any, labels: Any, lam: Any, *, lam0: Any = 1.0, alpha: Any = 2.0, margin: Any = 0.0
) -> Array:
    """Return the next temperature of ALDR-KL, ``lam0 - lam0 KL/(alpha log K)``, in [lam0 (1 - 1/alpha), lam0].

    KL is the divergence of the worst-case weights at ``lam``, margin included: with the softmax of the bare scores
    the update does not stand still where the objective is stationary.

    Parameters
    ----------
    scores, labels, margin
        As in `ldr_kl`.
    lam : present temperatures in [0, oo]
    lam0 : finite numbers > 0
    alpha : finite numbers >= 1, so that the next temperature is not negative

    Returns
    -------
    array, shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> float(temperature_update(np.array([0.0, 0.0]), 0, 1.0, lam0=2.0))
    2.0
    """
    divergence = label_divergence(scores, labels, lam=lam, margin=margin)
    xp, (divergence, start, weight), _ = real_arrays(divergence, lam0, alpha)
    require(xp, (start > 0) & xp.isfinite(start), start, "lam0", "a finite number > 0")
    require(xp, (weight >= 1) & xp.isfinite(weight), weight, "alpha", "a finite number >= 1")
    classes = xp.log(xp.asarray(_class_count(scores), dtype=divergence.dtype))
    return start - start * divergence / (weight * classes)


# -- parts ------------------------------------------------------------------------------------------------------------


def _gaps(scores: Any, labels: Any, lam: Any, margin: Any, *further: Any) -> tuple[Any, Array, Array, list[Array]]:
    """Check the arguments; return namespace, gaps (..., K), temperatures (...) and the further arrays."""
    xp, (scores, lam, margin, *rest), _ = real_arrays(_as_array(scores), lam, margin, *further)
    if scores.ndim < 1 or scores.shape[-1] < 2:
        raise ValueError(f"scores need a last axis of at least 2 classes, got the shape {tuple(scores.shape)}")
    require(xp, xp.isfinite(scores), scores, "scores", "finite")
    require(xp, lam >= 0, lam, "lam", "in [0, oo]")
    require(xp, (margin >= 0) & xp.isfinite(margin), margin, "margin", "a finite number >= 0")
    row, lam, margin = broadcast(xp, rows=scores[..., 0], lam=lam, margin=margin)
    scores = xp.broadcast_to(scores, (*row.shape, scores.shape[-1]))
    label = class_labels(xp, labels, scores)
    own = xp.sum(xp.where(label, scores, xp.zeros_like(scores)), axis=-1, keepdims=True)
    gaps = xp.where(label, xp.zeros_like(scores), scores - own + margin[..., None])
    require(xp, xp.isfinite(gaps), gaps, "differences of scores", "finite in this dtype")
    return xp, gaps, lam, rest


def _as_array(scores: Any) -> Any:
    """Read nested sequences, so that a list of scores is an array as well."""
    return scores if hasattr(scores, "shape") else real_arrays(scores)[1][0]


def _class_count(scores: Any) -> int:
    return int(_as_array(scores).shape[-1])


def _proper(xp: Any, temperature: Array) -> Array:
    """Put 1 in place of the limits 0 and oo, whose values are chosen afterwards."""
    inside = (temperature > 0) & xp.isfinite(temperature)
    return xp.where(inside, temperature, xp.ones_like(temperature))


def _at_ends(xp: Any, temperature: Array, inside: Array, zero: Array, infinite: Array) -> Array:
    return xp.where(temperature == 0, zero, xp.where(xp.isfinite(temperature), inside, infinite))


def _total(xp: Any, values: Array) -> Array:
    return xp.sum(values, axis=-1, keepdims=True)


def _log_mean(xp: Any, x: Array) -> Array:
    """Return ``log mean e^x`` for x <= 0 with largest entry 0."""
    return xp.log1p(xp.mean(xp.expm1(x), axis=-1))


def _relative_entropy(xp: Any, log_ratio: Array) -> Array:
    """Return ``v log v - v + 1`` at v = e^log_ratio, by its series near v = 1."""
    excess = xp.expm1(log_ratio)
    small = xp.abs(excess) < 0.1
    near = xp.where(small, excess, xp.zeros_like(excess))
    series = xp.zeros_like(near)
    for n in range(_SERIES, 1, -1):
        series = (1 - 2 * (n % 2)) / (n * (n - 1)) + near * series
    finite = xp.where(log_ratio > -float("inf"), log_ratio, xp.zeros_like(log_ratio))
    return xp.where(small, near**2 * series, (1 + excess) * finite - excess)
