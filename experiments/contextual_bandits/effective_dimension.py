"""When a bound of the order ``d_eff sqrt(T)`` says nothing: the effective dimension of orthogonal contexts.

It is the bound that then exceeds T, not the regret. In the world "orthogonal" the regret of every policy, the uniform
one too, is at most ``sqrt(T/K)``, as the mean losses differ by so little. The bound of inverse-gap weights is linear
in T there as well, if the oracle is ridge regression: ``S`` is about ``T K log(1 + 1/K)/4``, all parameters being new.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.contextual_bandits.checks import require_int, require_positive

__all__ = ["effective_dimension", "orthogonal_effective_dimension"]

MOST = 2**53  # rounds, actions
_ROUNDING = 1e-10  # of a Gram matrix, relative to its largest eigenvalue


def effective_dimension(gram: Any, *, lam: float = 1.0) -> float:
    """Return ``log det(I + H/lam)/log(1 + n/lam)`` for the Gram matrix H (n, n) of the contexts of all actions.

    Raises
    ------
    ValueError
        If H is not square, finite, symmetric and positive semidefinite, or lam not positive and finite.

    Examples
    --------
    >>> round(effective_dimension(np.eye(8)), 6), round(effective_dimension(np.ones((8, 8))), 6)
    (2.523719, 1.0)
    """
    require_positive("lam", lam)
    matrix = np.asarray(gram)
    if matrix.dtype.kind not in "biuf" or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"gram must be a finite square matrix, got shape {matrix.shape} of {matrix.dtype}")
    matrix = matrix.astype(np.float64)
    if not np.isfinite(matrix).all():
        raise ValueError("gram must be a finite square matrix, got entries that are not finite")
    if np.abs(matrix - matrix.T).max() > _ROUNDING * np.abs(matrix).max():
        raise ValueError("gram must be symmetric")
    values = np.linalg.eigvalsh(matrix)
    if values[0] < -_ROUNDING * np.abs(values).max():
        raise ValueError(f"gram must be positive semidefinite, got one with the eigenvalue {float(values[0])!r}")
    return sum(_log1p_ratio(float(value), lam) for value in values if value > 0) / _log1p_ratio(len(matrix), lam)


def orthogonal_effective_dimension(*, T: int, K: int, c: float = 1.0, lam: float = 1.0) -> float:
    """Return ``T K log(1 + c/lam)/log(1 + T K/lam)``, for the Gram matrix c I of all T K contexts.

    Times sqrt(T) it exceeds T for c = lam = 1 and two actions or more, and in all cases once T is large: a bound of
    that order, as usually quoted for optimism with networks, is then larger than the regret can be.

    Raises
    ------
    ValueError
        If T or K is not an int from 1 to 2^53, or c or lam not positive and finite.

    Examples
    --------
    >>> round(orthogonal_effective_dimension(T=1000, K=4), 9)
    334.276413078
    """
    require_int("T", T, 1, MOST)
    require_int("K", K, 1, MOST)
    require_positive("c", c)
    require_positive("lam", lam)
    return T * K * _log1p_ratio(c, lam) / _log1p_ratio(T * K, lam)


def _log1p_ratio(value: float, lam: float) -> float:
    """Return ``log(1 + value/lam)`` for positive numbers, where the ratio may overflow too."""
    return math.log1p(value / lam) if value / lam < math.inf else math.log(value) - math.log(lam)
