"""Ridge by normal equations for a batch of problems, and its limit at ridge 0 where the matrix is singular."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from experiments.arrays import Array, backend_of, device_of, namespace

__all__ = ["SAFE", "solve_ridge"]

SAFE = 1e-10
"""A ridge, or the least squared pivot, of this share of the largest diagonal entry is safe for Cholesky."""


def solve_ridge(gram: Array, right: Array, ridge: float) -> tuple[Array, Array]:
    """Solve (G + ridge I) t = b for a batch, where b lies in the range of G; for ridge 0 as the limit ridge -> 0+.

    Cholesky is used where it is safe (`SAFE`). Elsewhere the problem is solved in the eigenvectors of G whose
    eigenvalue is above rounding, 16 p eps times the largest: that is the pseudo-inverse where G is singular.

    Parameters
    ----------
    gram : array, shape (R, p, p)
        Symmetric positive semidefinite matrices G.
    right : array, shape (R, p, k)
        Right-hand sides b.
    ridge : float, >= 0

    Returns
    -------
    solutions : array, shape (R, p, k)
    singular : array of bool, shape (R,)
        Where the ridge is 0 and G singular to rounding: the solution is the one of least norm.

    Raises
    ------
    ValueError
        If a number of G or b is not finite: features, labels or rho are too large.

    Examples
    --------
    >>> gram, right = np.asarray([[[1.0, 1.0], [1.0, 1.0]]]), np.asarray([[[2.0], [2.0]]])
    >>> found, singular = solve_ridge(gram, right, 0.0)
    >>> found[0, :, 0].round(12).tolist(), singular.tolist()
    ([1.0, 1.0], [True])
    """
    xp = namespace(gram)
    if not bool(xp.all(xp.isfinite(gram))) or not bool(xp.all(xp.isfinite(right))):
        raise ValueError("the normal equations overflow: features, labels, noise_variance or rho must be smaller")
    scale = xp.max(xp.linalg.diagonal(gram), axis=-1)
    safe = bool(xp.all(ridge > SAFE * scale))
    if backend_of(gram).library == "numpy":
        return _each(gram, right, ridge, safe)
    if not safe:
        return _spectral(gram, right, ridge)
    unit = xp.eye(gram.shape[-1], dtype=gram.dtype, device=device_of(gram))
    return _positive(xp, gram + ridge * unit, right), xp.zeros(scale.shape, dtype=xp.bool, device=device_of(gram))


def _positive(xp: Any, matrix: Array, right: Array) -> Array:
    """Solve with positive definite matrices; the standard has no Cholesky solve, PyTorch has."""
    if hasattr(xp, "cholesky_solve"):
        return xp.cholesky_solve(right, xp.linalg.cholesky(matrix))
    return xp.linalg.solve(matrix, right)


def _each(gram: Array, right: Array, ridge: float, safe: bool) -> tuple[Array, Array]:
    found, singular = np.empty_like(right), np.zeros(right.shape[0], dtype=bool)
    unsafe: list[int] = []
    for row in range(right.shape[0]):
        matrix = gram[row].copy().T  # in the order of LAPACK, which factors it in place
        np.fill_diagonal(matrix, matrix.diagonal() + ridge)
        try:
            factor, lower = linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:
            factor, lower = None, True
        if factor is not None and (safe or _safe_pivots(factor)):
            found[row] = linalg.cho_solve((factor, lower), right[row], check_finite=False)
        else:
            unsafe.append(row)
    if unsafe:
        found[unsafe], singular[unsafe] = _spectral(gram[unsafe], right[unsafe], ridge)
    return found, singular


def _safe_pivots(factor: Array) -> bool:
    pivots = np.diagonal(factor) ** 2
    return bool(pivots.min() > SAFE * pivots.max())


def _spectral(gram: Array, right: Array, ridge: float) -> tuple[Array, Array]:
    xp = namespace(gram)
    values, vectors = xp.linalg.eigh(gram)
    least = 16 * gram.shape[-1] * float(xp.finfo(gram.dtype).eps) * xp.max(values, axis=-1, keepdims=True)
    kept = values > least
    inverse = xp.where(kept, 1 / xp.where(kept, values + ridge, xp.ones_like(values)), xp.zeros_like(values))
    parts = inverse[..., None] * (xp.matrix_transpose(vectors) @ right)
    return vectors @ parts, ~xp.all(kept, axis=-1) & (ridge == 0)
