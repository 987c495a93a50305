r"""Simplex equiangular tight frames, orthogonal frames, and how far given vectors are from them.

Vectors are the rows of an array (K, d), one a class; functions of vectors take leading axes too. Distances are those
between Gram matrices divided by their Frobenius norms, so that they depend neither on the scale nor on a rotation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, device_of, namespace, quiet, real_arrays
from theory.collapse.deep_linear.arguments import real_numbers, whole

__all__ = [
    "angles",
    "cosines",
    "etf_distance",
    "frame_distance",
    "general_orthogonal_frame",
    "gram_distance",
    "orthogonal_frame",
    "orthogonality_distance",
    "simplex_etf",
    "simplex_gram",
    "simplex_spreads",
    "unit_gram",
]


def simplex_etf(classes: int, dimension: int | None = None) -> NDArray[np.float64]:
    """Return the K unit vectors of a simplex equiangular tight frame: all inner products are ``-1/(K-1)``.

    Parameters
    ----------
    classes : int
        K >= 2.
    dimension : int, optional
        At least K - 1, which is the default; further coordinates are zero.

    Returns
    -------
    array (K, dimension)

    Raises
    ------
    ValueError
        If there are fewer than two classes or too few dimensions.

    Examples
    --------
    >>> np.round(simplex_etf(3) @ simplex_etf(3).T, 12)
    array([[ 1. , -0.5, -0.5],
           [-0.5,  1. , -0.5],
           [-0.5, -0.5,  1. ]])
    """
    K = whole("classes", classes, least=2)
    d = _dimension(dimension, K - 1, f"a simplex of {K} classes")
    vectors = np.zeros((K, d))
    for column in range(K - 1):  # Helmert's basis of the vectors that sum to zero, one column an element of it
        rest = K - 1 - column
        vectors[column, column] = np.sqrt(rest / (rest + 1))
        vectors[column + 1 :, column] = -1 / np.sqrt(rest * (rest + 1.0))
    return vectors * np.sqrt(K / (K - 1))


def orthogonal_frame(classes: int, dimension: int | None = None) -> NDArray[np.float64]:
    """Return K orthonormal vectors, the first of the standard basis.

    Parameters
    ----------
    classes : int
        K >= 1.
    dimension : int, optional
        At least K, which is the default.

    Returns
    -------
    array (K, dimension)

    Raises
    ------
    ValueError
        If there is no class or there are too few dimensions.

    Examples
    --------
    >>> orthogonal_frame(2, 3)
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    K = whole("classes", classes)
    return np.eye(K, _dimension(dimension, K, f"a frame of {K} classes"))


def general_orthogonal_frame(norms: Any, dimension: int | None = None) -> NDArray[np.float64]:
    """Return orthogonal vectors of given norms; classes of norm zero, as after minority collapse, are zero vectors.

    Parameters
    ----------
    norms : sequence of K numbers
        All >= 0 and finite.
    dimension : int, optional
        At least K, which is the default.

    Returns
    -------
    array (K, dimension)

    Raises
    ------
    ValueError
        If a norm is negative or not finite, or there are too few dimensions.

    Examples
    --------
    >>> general_orthogonal_frame([2, 0, 1]).tolist()
    [[2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    lengths = real_numbers("norms", norms)
    if lengths.ndim != 1 or not np.all(np.isfinite(lengths) & (lengths >= 0)):
        raise ValueError(f"norms must be one finite number >= 0 for each class, got {norms!r}")
    return lengths[:, None] * orthogonal_frame(len(lengths), dimension)


def simplex_gram(classes: int) -> NDArray[np.float64]:
    """Return ``(I - 1 1'/K)/sqrt(K-1)``, the Gram matrix of a simplex ETF divided by its Frobenius norm.

    Examples
    --------
    >>> simplex_gram(2)
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
    """
    K = whole("classes", classes, least=2)
    return (np.eye(K) - 1 / K) / np.sqrt(K - 1)


def unit_gram(vectors: Any) -> Array:
    """Return the Gram matrix of the rows divided by its Frobenius norm.

    Parameters
    ----------
    vectors : array (..., K, d)

    Returns
    -------
    array (..., K, K)

    Raises
    ------
    ValueError
        If the shape does not fit, a number is not finite, or all vectors are zero.

    Examples
    --------
    >>> unit_gram([[3.0, 0.0], [0.0, 0.0]])
    array([[1., 0.],
           [0., 0.]])
    """
    xp, V = _vectors(vectors)
    scale = xp.max(xp.abs(V), axis=(-2, -1), keepdims=True)
    if bool(xp.any(scale == 0)):
        raise ValueError("all vectors are zero: their directions are not defined")
    V = V / scale
    return _normalised(xp, V @ xp.matrix_transpose(V))


def gram_distance(gram: Any, target: Any) -> Array:
    """Return the Frobenius distance of two Gram matrices (..., K, K), not zero, each divided by its Frobenius norm.

    Examples
    --------
    >>> round(float(gram_distance(np.eye(2), [[1.0, 0.0], [0.0, 0.0]])), 6)
    0.765367
    """
    xp, (first, second), _ = real_arrays(gram, target)
    if first.ndim < 2 or first.shape[-2:] != second.shape[-2:]:
        raise ValueError(f"Gram matrices must have one shape, got {tuple(first.shape)} and {tuple(second.shape)}")
    difference = _normalised(xp, first) - _normalised(xp, second)
    return xp.sqrt(xp.sum(difference**2, axis=(-2, -1)))


def etf_distance(vectors: Any) -> Any:
    """Return how far vectors are from a simplex ETF: ``| G/|G| - (I - 1 1'/K)/sqrt(K-1) |``, G their Gram matrix.

    Zero if and only if the vectors are a rotated, scaled simplex ETF; at most sqrt(2).

    Parameters
    ----------
    vectors : array (..., K, d)
        K >= 2.

    Returns
    -------
    float, or array (...) if there are leading axes

    Raises
    ------
    ValueError
        If the shape does not fit, a number is not finite, or all vectors are zero.

    Examples
    --------
    >>> etf_distance(3 * simplex_etf(4)) < 1e-15
    True
    >>> round(etf_distance(orthogonal_frame(4)), 6)
    0.517638
    """
    xp, V = _vectors(vectors)
    target = simplex_gram(V.shape[-2])
    return _number(gram_distance(unit_gram(V), xp.asarray(target, dtype=V.dtype, device=device_of(V))))


def frame_distance(vectors: Any, norms: Any = None) -> Any:
    """Return how far vectors are from an orthogonal frame: ``| G/|G| - D/|D| |``, D the diagonal of squared norms.

    Parameters
    ----------
    vectors : array (..., K, d)
    norms : sequence of K numbers, optional
        Relative norms of the frame; all alike by default.

    Returns
    -------
    float, or array (...) if there are leading axes

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or all vectors or all norms are zero.

    Examples
    --------
    >>> frame_distance(2 * orthogonal_frame(3)), frame_distance(general_orthogonal_frame([1, 2]), [1, 2])
    (0.0, 0.0)
    """
    xp, V = _vectors(vectors)
    K = V.shape[-2]
    lengths = np.ones(K) if norms is None else real_numbers("norms", norms)
    if lengths.shape != (K,) or not np.all(np.isfinite(lengths) & (lengths >= 0)) or not np.any(lengths):
        raise ValueError(f"norms must be {K} finite numbers >= 0, not all zero, got {norms!r}")
    target = np.diag((lengths / np.max(lengths)) ** 2)
    return _number(gram_distance(unit_gram(V), xp.asarray(target, dtype=V.dtype, device=device_of(V))))


def orthogonality_distance(vectors: Any) -> Any:
    """Return how far vectors are from orthogonal, whatever their norms: the off-diagonal part of ``G/|G|``.

    It is the distance of ``G/|G|`` from the nearest diagonal matrix, zero if and only if the vectors are orthogonal.

    Parameters
    ----------
    vectors : array (..., K, d)

    Returns
    -------
    float, or array (...) if there are leading axes

    Raises
    ------
    ValueError
        If the shape does not fit, a number is not finite, or all vectors are zero.

    Examples
    --------
    >>> orthogonality_distance(general_orthogonal_frame([5, 1, 0]))
    0.0
    """
    gram = unit_gram(vectors)
    xp = namespace(gram)
    eye = xp.eye(gram.shape[-1], dtype=gram.dtype, device=device_of(gram))
    return _number(xp.sqrt(xp.sum((gram * (1 - eye)) ** 2, axis=(-2, -1))))


@quiet
def simplex_spreads(vectors: Any) -> tuple[Any, Any, Any]:
    """Return three numbers that are zero for a simplex ETF: spreads of norms and of cosines, and offset of cosines.

    The standard deviation of the norms over their mean; that of the cosines of pairs; the mean distance of these from
    ``-1/(K-1)``. Not a number with zero vectors among them, the first only if all are zero.

    Parameters
    ----------
    vectors : array (..., K, d)
        K >= 2.

    Returns
    -------
    norms, cosines, offset : float, or array (...) if there are leading axes

    Examples
    --------
    >>> norms, spread, offset = simplex_spreads([[1.0, 0.0], [0.0, 1.0], [0.0, 3.0]])
    >>> round(norms, 6), round(spread, 6), round(offset, 6)
    (0.565685, 0.471405, 0.833333)
    """
    xp, V = _vectors(vectors)
    K = whole("classes", V.shape[-2], least=2)
    largest = xp.max(xp.abs(V), axis=(-2, -1), keepdims=True)
    norms = xp.sqrt(xp.sum((V / largest) ** 2, axis=-1))
    pairs = xp.astype(xp.triu(xp.ones((K, K), dtype=V.dtype, device=device_of(V)), k=1), V.dtype)
    found, count = cosines(V), K * (K - 1) // 2
    mean = xp.sum(found * pairs, axis=(-2, -1), keepdims=True) / count
    spread = xp.sqrt(xp.sum((found - mean) ** 2 * pairs, axis=(-2, -1)) / count)
    offset = xp.sum(xp.abs(found + 1 / (K - 1)) * pairs, axis=(-2, -1)) / count
    return _number(xp.std(norms, axis=-1) / xp.mean(norms, axis=-1)), _number(spread), _number(offset)


def cosines(vectors: Any) -> Array:
    """Return the cosines (..., K, K) of the angles between the rows, in [-1, 1]; not a number for zero vectors.

    Examples
    --------
    >>> cosines([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]).tolist()
    [[1.0, 0.0, -1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]
    """
    xp, V = _vectors(vectors)
    unit = _directions(xp, V)
    found = unit @ xp.matrix_transpose(unit)
    return xp.clip(found, -1, 1)


def angles(vectors: Any) -> Array:
    """Return the angles (..., K, K) between the rows in radians, accurate for small ones too.

    Computed as ``2 atan2(|u - v|, |u + v|)`` for unit vectors u, v, since the arc cosine of a number near 1 has lost
    half the digits. Not a number for zero vectors.

    Parameters
    ----------
    vectors : array (..., K, d)

    Returns
    -------
    array (..., K, K)

    Raises
    ------
    ValueError
        If the shape does not fit or a number is not finite.

    Examples
    --------
    >>> angles([[1.0, 0.0], [1.0, 1e-12]])[0, 1]
    np.float64(1e-12)
    """
    xp, V = _vectors(vectors)
    unit = _directions(xp, V)
    rows = []
    for k in range(V.shape[-2]):  # one row of the answer at a time bounds the memory
        one = unit[..., k : k + 1, :]
        apart = xp.sqrt(xp.sum((unit - one) ** 2, axis=-1))
        together = xp.sqrt(xp.sum((unit + one) ** 2, axis=-1))
        rows.append(2 * xp.atan2(apart, together))
    return xp.stack(rows, axis=-2)


def _vectors(vectors: Any) -> tuple[Any, Array]:
    xp, (V,), _ = real_arrays(vectors)
    if V.ndim < 2 or 0 in V.shape:
        raise ValueError(f"vectors must be an array (..., classes, dimension) that is not empty, got {tuple(V.shape)}")
    if not bool(xp.all(xp.isfinite(V))):
        raise ValueError("vectors must be finite, got infinity or not a number")
    return xp, V


def _directions(xp: Any, V: Array) -> Array:
    """Return unit vectors; not a number for zero vectors."""
    largest = xp.max(xp.abs(V), axis=-1, keepdims=True)
    none = largest == 0
    V = V / xp.where(none, xp.full_like(largest, 1), largest)
    norms = xp.sqrt(xp.sum(V**2, axis=-1, keepdims=True))
    return xp.where(none, xp.full_like(V, float("nan")), V / xp.where(none, xp.full_like(norms, 1), norms))


def _normalised(xp: Any, gram: Array) -> Array:
    largest = xp.max(xp.abs(gram), axis=(-2, -1), keepdims=True)
    if not bool(xp.all(xp.isfinite(largest) & (largest > 0))):
        raise ValueError("a Gram matrix must be finite and not zero")
    gram = gram / largest
    return gram / xp.sqrt(xp.sum(gram**2, axis=(-2, -1), keepdims=True))


def _number(value: Array) -> Any:
    return float(value) if value.ndim == 0 else value


def _dimension(dimension: int | None, least: int, what: str) -> int:
    if dimension is None:
        return least
    if whole("dimension", dimension) < least:
        raise ValueError(f"{what} needs a dimension of at least {least}, got {dimension!r}")
    return int(dimension)
