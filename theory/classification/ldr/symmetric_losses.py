r"""Two symmetric, bounded losses that are top-k calibrated for every k.

- `normalised_score_loss`: 1 - (f_y - mean f)/|f - mean f|_2, sum K over the labels, values in [0, 2];
- `pairwise_sigmoid_loss`: sum over k != y of 1/(1 + e^{f_y - f_k}), sum K (K-1)/2, smooth everywhere.

References
----------
They answer the negative result of: Label Distributionally Robust Losses for Multi-class Classification (ldr).
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, quiet, real_arrays, require
from theory.classification.arrays import class_labels
from theory.elementary import logistic

__all__ = ["normalised_score_loss", "pairwise_sigmoid_loss"]


@quiet
def normalised_score_loss(scores: Any, labels: Any) -> Array:
    """Return ``1 - (f_y - mean f)/|f - mean f|``; undefined (an error) at equal scores.

    Parameters
    ----------
    scores : array, shape (..., K)
        Finite, not all equal in a row.
    labels : array of integers in 0, ..., K-1, shape (...)

    Returns
    -------
    array, shape (...)
        The least conditional risk is ``1 - |p - 1/K|``, at scores ``t (p - 1/K)``, t > 0.

    Raises
    ------
    ValueError
        If a score is not finite, the scores of a row are equal, or a label is none.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(normalised_score_loss(np.array([1.0, -1.0, 0.0]), 0)), 6)
    0.292893
    """
    xp, scores, label = _read(scores, labels)
    half = scores / 2 - scores[..., :1] / 2  # differences first: exactly 0 for equal scores, and they cannot overflow
    largest = xp.max(xp.abs(half), axis=-1, keepdims=True)
    require(xp, largest > 0, largest, "largest difference of the scores in a row", "positive")
    scaled = half / largest  # no overflow, no underflow in the squares
    deviation = scaled - xp.mean(scaled, axis=-1, keepdims=True)
    norm = xp.sqrt(xp.sum(deviation**2, axis=-1))
    return 1 - xp.sum(xp.where(label, deviation, xp.zeros_like(deviation)), axis=-1) / norm


@quiet
def pairwise_sigmoid_loss(scores: Any, labels: Any) -> Array:
    """Return ``sum_{k != y} 1/(1 + e^{f_y - f_k})``.

    Parameters
    ----------
    scores : array, shape (..., K)
        Finite.
    labels : array of integers in 0, ..., K-1, shape (...)

    Returns
    -------
    array, shape (...)
        The infimum of the conditional risk is the sum of min(p_y, p_k) over the pairs.

    Raises
    ------
    ValueError
        If a score is not finite or a label is none.

    Examples
    --------
    >>> import numpy as np
    >>> float(pairwise_sigmoid_loss(np.array([0.0, 0.0, 0.0]), 1))
    1.0
    """
    xp, scores, label = _read(scores, labels)
    own = xp.sum(xp.where(label, scores, xp.zeros_like(scores)), axis=-1, keepdims=True)
    value = logistic(xp, scores - own)
    return xp.sum(xp.where(label, xp.zeros_like(value), value), axis=-1)


def _read(scores: Any, labels: Any) -> tuple[Any, Array, Array]:
    xp, (scores,), _ = real_arrays(scores)
    if scores.ndim < 1 or scores.shape[-1] < 2:
        raise ValueError(f"scores need a last axis of at least 2 classes, got the shape {tuple(scores.shape)}")
    require(xp, xp.isfinite(scores), scores, "scores", "finite")
    return xp, scores, class_labels(xp, labels, scores)
