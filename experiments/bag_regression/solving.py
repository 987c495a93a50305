"""Ridge by normal equations for a batch of problems, and its limit at ridge 0 where the matrix is singular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import linalg

from experiments.arrays import Array, backend_of, device_of, namespace

__all__ = ["MANY", "SAFE", "solve_ridge", "solve_ridges"]

SAFE = 1e-10
"""A ridge, or the least squared pivot, of this share of the largest diagonal entry is safe for Cholesky."""
MANY = 16
"""From so many ridges on, one eigendecomposition takes less time than a factorisation each."""

Solved = tuple[Array, Array]


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
    return solve_ridges(gram, right, [ridge])[0]


def solve_ridges(gram: Array, right: Array, ridges: Sequence[float]) -> list[Solved]:
    """Return what `solve_ridge` does for each of several ridges and the same matrices.

    Raises
    ------
    ValueError
        As `solve_ridge`.

    Examples
    --------
    >>> found = solve_ridges(np.asarray([[[1.0]]]), np.asarray([[[2.0]]]), [0.0, 1.0, 3.0])
    >>> [round(float(solved[0, 0, 0]), 12) for solved, _ in found]
    [2.0, 1.0, 0.5]
    """
    xp = namespace(gram)
    if not bool(xp.all(xp.isfinite(gram))) or not bool(xp.all(xp.isfinite(right))):
        raise ValueError("the normal equations overflow: features, labels, noise_variance or rho must be smaller")
    if len(ridges) >= MANY:
        return _spectral(gram, right, ridges)
    scale = xp.max(xp.linalg.diagonal(gram), axis=-1)
    safe = [bool(xp.all(ridge > SAFE * scale)) for ridge in ridges]
    if backend_of(gram).library == "numpy":
        return [_each(gram, right, ridge, sure) for ridge, sure in zip(ridges, safe, strict=True)]
    if not all(safe):
        return _spectral(gram, right, ridges)
    unit = xp.eye(gram.shape[-1], dtype=gram.dtype, device=device_of(gram))
    never = xp.zeros(scale.shape, dtype=xp.bool, device=device_of(gram))
    return [(_positive(xp, gram + ridge * unit, right), never) for ridge in ridges]


def _positive(xp: Any, matrix: Array, right: Array) -> Array:
    """Solve with positive definite matrices; the standard has no Cholesky solve, PyTorch has."""
    if hasattr(xp, "cholesky_solve"):
        return xp.cholesky_solve(right, xp.linalg.cholesky(matrix))
    return xp.linalg.solve(matrix, right)


def _each(gram: Array, right: Array, ridge: float, safe: bool) -> Solved:
    # Without the wrappers of SciPy, which take longer than a small factorisation.
    factorise, substitute = linalg.get_lapack_funcs(("potrf", "potrs"), (gram, right))
    found, singular = np.empty_like(right), np.zeros(right.shape[0], dtype=bool)
    unsafe: list[int] = []
    for row in range(right.shape[0]):
        matrix = gram[row].copy().T  # in the order of LAPACK, which factors it in place
        diagonal = matrix.diagonal() + ridge
        np.fill_diagonal(matrix, diagonal)
        factor, failed = factorise(matrix, lower=True, clean=False, overwrite_a=True)
        if not failed and (safe or _safe_pivots(factor, float(diagonal.max()))):
            found[row], _ = substitute(factor, right[row], lower=True)
        else:
            unsafe.append(row)
    if unsafe:
        found[unsafe], singular[unsafe] = _spectral(gram[unsafe], right[unsafe], [ridge])[0]
    return found, singular


def _safe_pivots(factor: Array, largest: float) -> bool:
    """Whether no pivot is small beside the largest diagonal entry: beside the other pivots it may seem large."""
    return bool((np.diagonal(factor) ** 2).min() > SAFE * largest)


def _spectral(gram: Array, right: Array, ridges: Sequence[float]) -> list[Solved]:
    xp = namespace(gram)
    values, vectors = xp.linalg.eigh(gram)
    least = 16 * gram.shape[-1] * float(xp.finfo(gram.dtype).eps) * xp.max(values, axis=-1, keepdims=True)
    kept, parts = values > least, xp.matrix_transpose(vectors) @ right
    singular, found = ~xp.all(kept, axis=-1), []
    for ridge in ridges:
        inverse = xp.where(kept, 1 / xp.where(kept, values + ridge, xp.ones_like(values)), xp.zeros_like(values))
        found.append((vectors @ (inverse[..., None] * parts), singular & (ridge == 0)))
    return found
