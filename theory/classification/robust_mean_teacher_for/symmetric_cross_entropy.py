r"""Symmetric cross-entropy between a teacher's posterior q and a student's softmax p, its gradient and its minimiser.

``SCE(q, p) = -sum q log p - sum p log q``. The second sum is infinite for a teacher with zeros, so ``log q`` is taken
of ``max(q, least)``; ``least = 0`` leaves it as it is. The student that minimises the loss is not the teacher but the
sharper ``r = q/(lambda - log q)``.

Source: paper key ``robust_mean_teacher_for``.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, one_largest, quiet, real_arrays
from theory.classification.arrays import posteriors, score_vectors

__all__ = ["best_student", "gradient", "loss"]

_STEPS = 100


@quiet
def loss(scores: Any, teacher: Any, *, least: float = 0.0) -> Array:
    """Return the symmetric cross-entropy, in nats.

    Parameters
    ----------
    scores : array, shape (..., n), the student's scores
    teacher : array, shape (..., n), posteriors
    least : the teacher's probabilities are raised to this inside the logarithm, in [0, 1)

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If scores hold NaN or +inf, the teacher is no posterior, ``least`` is outside [0, 1), or shapes do not fit.

    Examples
    --------
    >>> round(float(loss([1.0, 0.2, -0.5], [0.7, 0.2, 0.1])), 10)
    1.7771543513
    """
    xp, scores, q, log_q = _read(scores, teacher, least)
    log_p = _log_softmax(xp, scores)
    return -xp.sum(_product(xp, q, log_p) + _product(xp, xp.exp(log_p), log_q), axis=-1)


@quiet
def gradient(scores: Any, teacher: Any, *, least: float = 0.0) -> Array:
    """Return the gradient ``p - q - p (log q - <p, log q>)`` of `loss` in the scores.

    Parameters and errors are those of `loss`; infinite or NaN where the loss is infinite.

    Returns
    -------
    array, shape (..., n)

    Examples
    --------
    >>> [round(float(part), 8) for part in gradient([1.0, 0.2, -0.5], [0.7, 0.2, 0.1])]
    [-0.45854975, 0.24506245, 0.2134873]
    """
    xp, scores, q, log_q = _read(scores, teacher, least)
    p, top = xp.exp(_log_softmax(xp, scores)), one_largest(xp, scores)
    mean = xp.sum(_product(xp, p, log_q), axis=-1, keepdims=True)
    # p - q of the top class is taken from the complements: both may be near 1
    forward = xp.where(top, _others(xp, top, q) - _others(xp, top, p), p - q)
    return forward - _product(xp, p, log_q - mean)


@quiet
def best_student(teacher: Any, *, least: float = 0.0) -> Array:
    r"""Return the posterior r that minimises the symmetric cross-entropy: ``r = q/(lambda - log q)`` with sum 1.

    Parameters
    ----------
    teacher, least
        As in `loss`.

    Returns
    -------
    array, shape (..., n)

    Examples
    --------
    >>> best_student([0.5, 0.5]).tolist()
    [0.5, 0.5]
    >>> bool(best_student([0.7, 0.3])[0] > 0.7)
    True
    """
    xp, (q,), _ = real_arrays(teacher)
    q, log_q = _teacher(xp, q, least)
    multiplier = xp.max(log_q + q, axis=-1, keepdims=True)
    for _ in range(_STEPS):  # Newton from the left: the sum is convex and falls in the multiplier
        student = q / (multiplier - log_q)
        excess = xp.sum(student, axis=-1, keepdims=True) - 1
        step = excess / xp.sum(student / (multiplier - log_q), axis=-1, keepdims=True)
        if bool(xp.all(xp.abs(excess) <= 4 * xp.finfo(q.dtype).eps)):
            break
        multiplier = multiplier + step
    student = q / (multiplier - log_q)
    return student / xp.sum(student, axis=-1, keepdims=True)


def _read(scores: Any, teacher: Any, least: float) -> tuple[Any, Array, Array, Array]:
    xp, (scores, q), _ = real_arrays(scores, teacher)
    score_vectors(xp, scores)
    scores, q = broadcast(xp, scores=scores, teacher=q)
    return xp, scores, *_teacher(xp, q, least)


def _teacher(xp: Any, q: Array, least: float) -> tuple[Array, Array]:
    """Return the teacher normalised and its clipped logarithm."""
    posteriors(xp, q)
    if not 0 <= least < 1:
        raise ValueError(f"least must lie in [0, 1), got {least!r}")
    q = q / xp.sum(q, axis=-1, keepdims=True)
    return q, xp.log(xp.where(q > least, q, xp.full_like(q, least)))


def _product(xp: Any, weight: Array, value: Array) -> Array:
    """Return the product, 0 where the weight is 0 even against an infinite logarithm."""
    return xp.where(weight > 0, weight * value, xp.zeros_like(weight))


def _log_softmax(xp: Any, scores: Array) -> Array:
    """Return log p, accurate also for the class whose probability is near 1."""
    top = one_largest(xp, scores)
    centred = scores - xp.max(scores, axis=-1, keepdims=True)
    return centred - xp.log1p(_others(xp, top, xp.exp(centred)))


def _others(xp: Any, top: Array, values: Array) -> Array:
    return xp.sum(xp.where(top, xp.zeros_like(values), values), axis=-1, keepdims=True)
