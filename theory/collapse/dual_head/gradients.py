r"""Gradients of cross-entropy and binary distillation in head and backbone, at collapsed features and at any others.

The two losses of a batch are the mean cross-entropy of the student's logits :math:`z_s` and the mean over examples of
:math:`\sum_k\mathrm{KL}(\mathrm{Bernoulli}(s(z_{t,k}))\,|\,\mathrm{Bernoulli}(s(z_{s,k})))`, s the logistic function;
their gradients in the logits of an example are :math:`p-y` and :math:`s(z_s)-s(z_t)`. In the simplex model logits are a
for the own class and :math:`-a/(K-1)` for the others. There a gradient on row k of the head is a multiple of the mean
of class k, and a gradient on a feature of class k is *the same* multiple of row k: own minus other component of the
gradient in the logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, broadcast, device_of, quiet, real_arrays, require, restore
from theory.elementary import logistic, softmax
from theory.shown import Shown

__all__ = ["Coefficients", "Conflict", "gradient_conflict", "simplex_coefficients"]


@dataclass(frozen=True)
class Coefficients(Shown):
    """Multiples of the simplex direction in both gradients; numbers or arrays of the broadcast shape.

    Attributes
    ----------
    cross_entropy : float or array
        ``-(1-p) K/(K-1)``, p the probability of the own class: negative always.
    binary_kl : float or array
        ``[s(a_s) - s(a_t)] - [s(-a_s/(K-1)) - s(-a_t/(K-1))]``: of the sign of ``a_s - a_t``. The gradients oppose
        each other if and only if it is positive.
    """

    cross_entropy: Any
    binary_kl: Any


@quiet
def simplex_coefficients(classes: Any, student: Any, teacher: Any) -> Coefficients:
    """Return the coefficients of both gradients in the simplex model.

    Parameters
    ----------
    classes : number or array
        K >= 2.
    student, teacher : number or array
        Logits a_s and a_t of the own class, finite. All arguments broadcast.

    Returns
    -------
    Coefficients

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> found = simplex_coefficients(10, 5.0, 4.0)
    >>> round(found.cross_entropy, 12), round(found.binary_kl, 12)
    (-0.037359347123, 0.037399376453)
    """
    xp, arrays, scalar = real_arrays(classes, student, teacher)
    K, a_s, a_t = broadcast(xp, classes=arrays[0], student=arrays[1], teacher=arrays[2])
    require(xp, (K >= 2) & xp.isfinite(K), K, "classes", "a finite number >= 2")
    require(xp, xp.isfinite(a_s), a_s, "student", "finite")
    require(xp, xp.isfinite(a_t), a_t, "teacher", "finite")
    missed = logistic(xp, xp.log(K - 1) - a_s * (K / (K - 1)))  # 1 - p without the cancellation
    gap = xp.abs(a_s - a_t)
    own = _logistic_difference(xp, a_s, a_t, gap)
    other = _logistic_difference(xp, -a_s / (K - 1), -a_t / (K - 1), gap / (K - 1))
    return Coefficients(restore(-missed * (K / (K - 1)), scalar), restore(own - other, scalar))


@dataclass(frozen=True)
class Conflict(Shown):
    """Cosines between the gradients of the two losses; not a number where a gradient is zero.

    Attributes
    ----------
    head : float or None
        In the weights of the shared head; None with an auxiliary head, where the losses share no weights of a head.
    backbone : float
        In the features of the batch, all together.
    opposed : float
        Share of examples whose feature gradients have a negative inner product.
    """

    head: float | None
    backbone: float
    opposed: float


@quiet
def gradient_conflict(
    features: Any, labels: Any, classifier: Any, teacher_logits: Any, auxiliary: Any = None
) -> Conflict:
    """Return the cosines between the gradients of cross-entropy and binary distillation.

    Parameters
    ----------
    features : array (N, d)
    labels : array (N,)
        Integers 0 ... K - 1.
    classifier : array (K, d)
        Head of the cross-entropy, and of the distillation unless there is an auxiliary head.
    teacher_logits : array (N, K)
    auxiliary : array (K, d), optional
        Second head, which the distillation uses instead.

    Returns
    -------
    Conflict

    Raises
    ------
    ValueError
        If shapes do not fit, a label is out of range, or a number or a logit is not finite.

    Notes
    -----
    Computed in double precision.

    Examples
    --------
    >>> from theory.collapse.deep_linear.geometry import simplex_etf
    >>> M = simplex_etf(4)
    >>> found = gradient_conflict(M, [0, 1, 2, 3], 5 * M, 3 * M @ M.T)  # the student's logits exceed the teacher's
    >>> round(found.head, 12), round(found.backbone, 12), found.opposed
    (-1.0, -1.0, 1.0)
    """
    second = classifier if auxiliary is None else auxiliary
    xp, given, _ = real_arrays(features, classifier, second, teacher_logits)
    H, W, A, teacher = (xp.astype(array, xp.float64) for array in given)
    y = _checked_labels(xp, H, labels, W, A, teacher)
    logits, student = H @ xp.matrix_transpose(W), H @ xp.matrix_transpose(A)
    if not bool(xp.all(xp.isfinite(logits))) or not bool(xp.all(xp.isfinite(student))):
        raise ValueError("features and heads are too large: their product overflows")
    classes = xp.arange(W.shape[0], dtype=y.dtype, device=device_of(y))
    target = xp.astype(y[:, None] == classes[None, :], logits.dtype)
    hard = softmax(xp, logits) - target
    soft = _logistic_difference(xp, student, teacher, xp.abs(student - teacher))
    first, other = hard @ W, soft @ A
    inner = xp.sum(first * other, axis=1)
    head = None
    if auxiliary is None:
        head = _cosine(xp, xp.matrix_transpose(hard) @ H, xp.matrix_transpose(soft) @ H)
    return Conflict(head, _cosine(xp, first, other), float(xp.mean(xp.astype(inner < 0, logits.dtype))))


def _checked_labels(xp: Any, H: Array, labels: Any, W: Array, A: Array, teacher: Array) -> Array:
    if H.ndim != 2 or 0 in H.shape:
        raise ValueError(f"features must be an array (examples, dimensions) that is not empty, got {tuple(H.shape)}")
    if W.ndim != 2 or W.shape[1] != H.shape[1] or W.shape[0] < 2:
        raise ValueError(f"the classifier must have the shape (classes, {H.shape[1]}), got {tuple(W.shape)}")
    if A.shape != W.shape:
        raise ValueError(f"the auxiliary head must have the shape {tuple(W.shape)}, got {tuple(A.shape)}")
    if tuple(teacher.shape) != (H.shape[0], W.shape[0]):
        raise ValueError(f"teacher_logits must be {(H.shape[0], W.shape[0])}, got {tuple(teacher.shape)}")
    named = (("features", H), ("the classifier", W), ("the auxiliary head", A), ("teacher_logits", teacher))
    for name, array in named:
        if not bool(xp.all(xp.isfinite(array))):
            raise ValueError(f"{name} must be finite, got infinity or not a number")
    y = xp.asarray(labels)
    if not xp.isdtype(y.dtype, "integral") or tuple(y.shape) != (H.shape[0],):
        raise ValueError(f"labels must be {H.shape[0]} integers, got {tuple(y.shape)} of type {y.dtype}")
    if int(xp.min(y)) < 0 or int(xp.max(y)) >= W.shape[0]:
        raise ValueError(f"labels must be in 0 ... {W.shape[0] - 1}, got {int(xp.min(y))} to {int(xp.max(y))}")
    return xp.asarray(y, dtype=xp.int64, device=device_of(H))


def _cosine(xp: Any, first: Array, second: Array) -> float:
    """Return the cosine of two matrices, not a number if one is zero."""
    scaled = [matrix / xp.max(xp.abs(matrix)) for matrix in (first, second)]
    lengths = [xp.sqrt(xp.sum(matrix**2)) for matrix in scaled]
    return float(xp.clip(xp.sum(scaled[0] * scaled[1]) / (lengths[0] * lengths[1]), -1, 1))


def _logistic_difference(xp: Any, x: Array, y: Array, gap: Array) -> Array:
    """Return ``s(x) - s(y) = sign (1 - exp(-|x-y|)) s(max) s(-min)`` without cancellation, given ``|x-y|``."""
    low, high = xp.minimum(x, y), xp.maximum(x, y)
    size = -xp.expm1(-gap) * logistic(xp, high) * logistic(xp, -low)
    return xp.where(x < y, -size, size)
