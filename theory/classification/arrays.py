"""What arguments of classification losses must be: posteriors, scores, labels, temperatures and numbers of classes.

How numbers and arrays of any namespace are read is in :mod:`theory.arrays`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.arrays import Array, device_of, is_array, require

__all__ = [
    "SIMPLEX_TOLERANCE",
    "class_counts",
    "class_labels",
    "posterior_fault",
    "posteriors",
    "score_vectors",
    "temperatures",
]

SIMPLEX_TOLERANCE = 1e-6
"""A posterior may miss the sum 1 by so much (64 roundings in low precision); it is then normalised."""


def temperatures(xp: Any, tau: Array) -> None:
    """Check that every ``tau`` is a finite number >= 0.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (tau,), _ = real_arrays(-1)
    >>> temperatures(xp, tau)
    Traceback (most recent call last):
        ...
    ValueError: tau must be a finite number >= 0, got -1.0
    """
    require(xp, (tau >= 0) & xp.isfinite(tau), tau, "tau", "a finite number >= 0")


def class_counts(xp: Any, n: Array) -> None:
    """Check that every ``n`` is a whole number of at least two classes.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (n,), _ = real_arrays(1)
    >>> class_counts(xp, n)
    Traceback (most recent call last):
        ...
    ValueError: n must be a whole number >= 2, got 1.0
    """
    require(xp, (n >= 2) & xp.isfinite(n) & (xp.floor(n) == n), n, "n", "a whole number >= 2")


def posteriors(xp: Any, p: Array) -> None:
    """Check that the last axis of ``p`` holds probabilities of two classes or more.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (p,), _ = real_arrays([[0.5, 0.5], [0.5, 0.6]])
    >>> posteriors(xp, p)
    Traceback (most recent call last):
        ...
    ValueError: posteriors must be >= 0 and sum to 1 within 1e-06; row 1 sums to 1.1
    """
    fault = posterior_fault(xp, p)
    if fault is not None:
        row, text = fault
        where = f"row {row} " if p.ndim > 1 else "this one "
        allowed = f">= 0 and sum to 1 within {_tolerance(xp, p):.2g}"
        raise ValueError(f"posteriors must be {allowed}; {where}{text}")


def posterior_fault(xp: Any, p: Array) -> tuple[int, str] | None:
    """Return the first row (over all leading axes) that is no posterior and what is wrong with it, or None.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (p,), _ = real_arrays([[1.0, 0.0], [1.5, -0.5]])
    >>> posterior_fault(xp, p)
    (1, 'holds -0.5')
    """
    if p.ndim < 1 or p.shape[-1] < 2:
        raise ValueError(f"posteriors need a last axis of at least 2 classes, got the shape {tuple(p.shape)}")
    rows = xp.reshape(p, (-1, p.shape[-1]))
    total = xp.sum(rows, axis=-1)
    inside = xp.all(rows >= 0, axis=-1)
    good = inside & (xp.abs(total - 1) <= _tolerance(xp, p))
    if bool(xp.all(good)):
        return None
    row = int(xp.argmax(xp.astype(~good, xp.int8)))
    if bool(inside[row]):
        return row, f"sums to {float(total[row]):.9g}"
    entry = int(xp.argmax(xp.astype(~(rows[row, :] >= 0), xp.int8)))
    return row, f"holds {float(rows[row, entry])!r}"


def _tolerance(xp: Any, p: Array) -> float:
    return max(SIMPLEX_TOLERANCE, 64 * float(xp.finfo(p.dtype).eps))


def score_vectors(xp: Any, scores: Array) -> None:
    """Check that the last axis holds scores of two classes or more: no NaN, no +inf, not all -inf.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (scores,), _ = real_arrays([0.0, float("nan")])
    >>> score_vectors(xp, scores)
    Traceback (most recent call last):
        ...
    ValueError: scores must be finite or -inf, with a finite one in each row, got nan
    """
    if scores.ndim < 1 or scores.shape[-1] < 2:
        raise ValueError(f"scores need a last axis of at least 2 classes, got {tuple(scores.shape)}")
    allowed = "finite or -inf, with a finite one in each row"
    require(xp, scores < float("inf"), scores, "scores", allowed)
    largest = xp.max(scores, axis=-1)
    require(xp, xp.isfinite(largest), largest, "scores", allowed)


def class_labels(xp: Any, labels: Any, scores: Array) -> Array:
    """Return the one-hot mask (..., n) of integer labels (...) in 0, ..., n-1.

    Examples
    --------
    >>> from theory.arrays import real_arrays
    >>> xp, (scores,), _ = real_arrays([[0.0, 1.0], [2.0, 3.0]])
    >>> class_labels(xp, [1, 0], scores).tolist()
    [[False, True], [True, False]]
    """
    n = scores.shape[-1]
    if not is_array(labels):
        labels = np.asarray(labels)
        if not np.issubdtype(labels.dtype, np.integer):
            raise ValueError(f"labels must be integers in 0, ..., {n - 1}, got {labels.dtype}")
    labels = xp.asarray(labels, device=device_of(scores))
    if not xp.isdtype(labels.dtype, "integral"):
        raise ValueError(f"labels must be integers in 0, ..., {n - 1}, got an array of dtype {labels.dtype}")
    require(xp, (labels >= 0) & (labels < n), labels, "labels", f"integers in 0, ..., {n - 1}")
    classes = xp.arange(n, dtype=labels.dtype, device=device_of(scores))
    try:
        return xp.broadcast_to(labels[..., None] == classes, scores.shape)
    except (ValueError, RuntimeError):
        message = f"labels of shape {tuple(labels.shape)} do not fit scores of shape {tuple(scores.shape)}"
        raise ValueError(message) from None
