"""The soft maximum functions of one and of many scores, for arrays of any namespace, without overflow."""

from __future__ import annotations

from typing import Any

from theory.arrays import Array

__all__ = ["logistic", "softmax", "softplus"]


def softplus(xp: Any, u: Array) -> Array:
    """Return ``log(1 + exp(u))``, to full relative accuracy.

    Examples
    --------
    >>> import numpy as np
    >>> softplus(np, np.asarray([-1000.0, 0.0, 1000.0])).round(6).tolist()
    [0.0, 0.693147, 1000.0]
    """
    return xp.where(u > 0, u, xp.zeros_like(u)) + xp.log1p(xp.exp(-xp.abs(u)))


def logistic(xp: Any, u: Array) -> Array:
    """Return ``1/(1 + exp(-u))``, to full relative accuracy; what it lacks to 1 is ``logistic(xp, -u)``.

    Examples
    --------
    >>> import numpy as np
    >>> logistic(np, np.asarray([-700.0, 0.0, 1000.0])).tolist()
    [9.85967654375977e-305, 0.5, 1.0]
    """
    small = xp.exp(-xp.abs(u))
    return xp.where(u > 0, xp.ones_like(small), small) / (1 + small)


def softmax(xp: Any, scores: Array) -> Array:
    """Return the probabilities proportional to ``exp(scores)`` along the last axis, whose largest score is finite.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np, np.asarray([1000.0, 1000.0, -np.inf])).tolist()
    [0.5, 0.5, 0.0]
    """
    weights = xp.exp(scores - xp.max(scores, axis=-1, keepdims=True))
    return weights / xp.sum(weights, axis=-1, keepdims=True)
