r"""The margin of an attack in probabilities, ``p_y - max_{k != y} p_k``, beside the margin of scores.

Both have the same sign, so an attack succeeds on both or on neither; their gradients differ: that of the probability
margin vanishes to first order in 1 - p_y, that of the logit margin nowhere.

Source: paper key ``pma``.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, one_largest, quiet, real_arrays
from theory.classification.arrays import class_labels, score_vectors
from theory.elementary import softmax

__all__ = ["logit_margin", "probability_margin", "probability_margin_gradient"]


@quiet
def logit_margin(scores: Any, labels: Any) -> Array:
    """Return ``z_y - max_{k != y} z_k``.

    Parameters
    ----------
    scores : array, shape (..., n)
        Real scores; -inf stands for a class of probability 0.
    labels : array of integers in 0, ..., n-1, shape (...)

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If scores hold NaN or +inf, labels are out of range, or shapes do not fit.

    Examples
    --------
    >>> float(logit_margin([1.0, 0.25, -0.5], 0))
    0.75
    """
    xp, scores, chosen, _rival = _read(scores, labels)
    return _true_score(xp, scores, chosen) - xp.max(_rivals(xp, scores, chosen), axis=-1)


@quiet
def probability_margin(scores: Any, labels: Any) -> Array:
    """Return ``p_y - max_{k != y} p_k`` with p = softmax(scores), accurate also near a tie.

    Parameters and errors are those of `logit_margin`.

    Examples
    --------
    >>> round(float(probability_margin([1.0, 0.2, -0.5], 0)), 10)
    0.3292582927
    """
    xp, scores, chosen, rival = _read(scores, labels)
    p = softmax(xp, scores)
    both = _only(xp, p, chosen | rival)[..., 0]
    gap = _true_score(xp, scores, chosen) - xp.max(_rivals(xp, scores, chosen), axis=-1)
    return both * xp.tanh(gap / 2)  # p_y - p_k = (p_y + p_k) tanh((z_y - z_k)/2)


@quiet
def probability_margin_gradient(scores: Any, labels: Any) -> Array:
    """Return the gradient ``p_y (e_y - p) - p_k (e_k - p)`` in the scores, k the strongest other class (the first).

    Parameters and errors are those of `logit_margin`. Where several other classes are strongest the margin has a kink,
    and this is one of its one-sided gradients.

    Returns
    -------
    array, shape (..., n)

    Examples
    --------
    >>> [round(float(part), 8) for part in probability_margin_gradient([1.0, 0.2, -0.5], 0)]
    [0.40105118, -0.35712338, -0.0439278]
    """
    xp, scores, chosen, rival = _read(scores, labels)
    p = softmax(xp, scores)
    margin = probability_margin(scores, labels)[..., None]
    # 1 - margin = (1 - p_y) + p_k and 1 + margin = (1 - p_k) + p_y, where p_y or p_k may be near 1
    short, ahead = (_only(xp, p, ~one) + _only(xp, p, other) for one, other in ((chosen, rival), (rival, chosen)))
    return xp.where(chosen, p * short, xp.where(rival, -p * ahead, -p * margin))


def _only(xp: Any, p: Array, mask: Array) -> Array:
    return xp.sum(xp.where(mask, p, xp.zeros_like(p)), axis=-1, keepdims=True)


def _read(scores: Any, labels: Any) -> tuple[Any, Array, Array, Array]:
    xp, (scores,), _ = real_arrays(scores)
    score_vectors(xp, scores)
    chosen = class_labels(xp, labels, scores)
    return xp, scores, chosen, one_largest(xp, _rivals(xp, scores, chosen)) & ~chosen


def _rivals(xp: Any, scores: Array, chosen: Array) -> Array:
    return xp.where(chosen, xp.full_like(scores, -float("inf")), scores)


def _true_score(xp: Any, scores: Array, chosen: Array) -> Array:
    return xp.max(xp.where(chosen, scores, xp.full_like(scores, -float("inf"))), axis=-1)
