"""When a bound of the order ``d_eff sqrt(T)`` says nothing: the effective dimension of orthogonal contexts.

It is the bound that then exceeds T, not the regret. In the world "orthogonal" the regret of every policy, the uniform
one too, is at most ``sqrt(T/K)``, as the mean losses differ by so little. The bound of inverse-gap weights is linear
in T there as well, if the oracle is ridge regression: ``S`` is about ``T K log(1 + 1/K)/4``, all parameters being new.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["effective_dimension", "orthogonal_effective_dimension"]


def effective_dimension(gram: Any, *, lam: float = 1.0) -> float:
    """Return ``log det(I + H/lam)/log(1 + n/lam)`` for the Gram matrix H (n, n) of the contexts of all actions.

    Raises
    ------
    ValueError
        If H is not square and finite, I + H/lam not positive definite, or lam not positive and finite.

    Examples
    --------
    >>> round(effective_dimension(np.eye(8)), 6), round(effective_dimension(np.ones((8, 8))), 6)
    (2.523719, 1.0)
    """
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size or not np.isfinite(matrix).all():
        raise ValueError(f"gram must be a finite square matrix, got shape {matrix.shape}")
    _require("lam", lam)
    sign, log_det = np.linalg.slogdet(np.eye(len(matrix)) + matrix / lam)
    if sign <= 0:
        raise ValueError("gram must be positive semidefinite, got one with det(I + gram/lam) <= 0")
    return float(log_det) / math.log1p(len(matrix) / lam)


def orthogonal_effective_dimension(*, T: int, K: int, c: float = 1.0, lam: float = 1.0) -> float:
    """Return ``T K log(1 + c/lam)/log(1 + T K/lam)``, for the Gram matrix c I of all T K contexts.

    Times sqrt(T) it exceeds T by ever more: a bound of that order, as usually quoted for optimism with networks, is
    larger than the regret can be.

    Raises
    ------
    ValueError
        If a number is not positive.

    Examples
    --------
    >>> round(orthogonal_effective_dimension(T=1000, K=4), 9)
    334.276413078
    """
    for name, value in (("T", T), ("K", K)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be an int >= 1, got {value!r}")
    _require("c", c)
    _require("lam", lam)
    return T * K * math.log1p(c / lam) / math.log1p(T * K / lam)


def _require(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value!r}")
