r"""The squared gap between confidence and correctness, and cross-entropy, both as functions of the temperature.

Source: paper ``correctness_calibration``, form as usually quoted: ``(max_k p_k - 1[argmax_k p_k = y])^2`` with p the
softmax of the scores divided by the temperature.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, one_largest, quiet, real_arrays, require
from theory.classification.arrays import class_labels, score_vectors

__all__ = ["confidence", "correctness_loss", "cross_entropy"]


@quiet
def confidence(scores: Any, *, temperature: Any = 1.0) -> Array:
    """Return the largest softmax probability.

    Parameters
    ----------
    scores
        Shape (..., n).
    temperature
        Positive, shape (...).

    Raises
    ------
    ValueError
        If the scores are no score vectors, or a temperature is not positive and finite.

    Examples
    --------
    >>> round(float(confidence([1.2, 1.0, -1.0])), 6)
    0.51826
    """
    xp, gaps, _ = _gaps(scores, temperature)
    return 1 / xp.sum(xp.exp(gaps), axis=-1)


@quiet
def correctness_loss(scores: Any, labels: Any, *, temperature: Any = 1.0) -> Array:
    """Return ``(confidence - correct)^2`` for each example; of tied scores the first is the prediction.

    Parameters
    ----------
    scores
        Shape (..., n).
    labels
        Integers 0, ..., n-1, shape (...).
    temperature
        Positive, shape (...).

    Raises
    ------
    ValueError
        As `confidence`, or if a label is no class.

    Examples
    --------
    >>> round(float(correctness_loss([1.2, 1.0, -1.0], 1)), 8)
    0.2685933
    """
    xp, gaps, top = _gaps(scores, temperature)
    correct = xp.any(class_labels(xp, labels, gaps) & top, axis=-1)
    weights = xp.exp(gaps)
    others = xp.sum(xp.where(top, 0 * weights, weights), axis=-1)  # 1 - confidence would cancel
    return (xp.where(correct, others, 0 * others + 1) / (1 + others)) ** 2


@quiet
def cross_entropy(scores: Any, labels: Any, *, temperature: Any = 1.0) -> Array:
    """Return ``-log softmax(scores/temperature)[label]`` for each example.

    Parameters and errors are those of `correctness_loss`.

    Examples
    --------
    >>> round(float(cross_entropy([1.2, 1.0, -1.0], 1, temperature=0.95544786)), 8)
    0.85702104
    """
    xp, gaps, top = _gaps(scores, temperature)
    weights = xp.exp(gaps)
    others = xp.sum(xp.where(top, 0 * weights, weights), axis=-1)
    own = class_labels(xp, labels, gaps)
    return xp.log1p(others) - xp.sum(xp.where(own, gaps, 0 * weights), axis=-1)


def _gaps(scores: Any, temperature: Any) -> tuple[Any, Array, Array]:
    """Return the namespace, (scores - largest)/temperature, and the mask of the predicted class."""
    xp, (z, t), _ = real_arrays(scores, temperature)
    score_vectors(xp, z)
    require(xp, (t > 0) & xp.isfinite(t), t, "temperature", "positive and finite")
    z, t = broadcast(xp, scores=z, temperature=t[..., None])
    gaps = (z - xp.max(z, axis=-1, keepdims=True)) / t
    return xp, gaps, one_largest(xp, gaps)
