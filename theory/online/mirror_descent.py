r"""Mirror descent and follow-the-regularised-leader as pure functions: one step in, the next point out.

Every step is ``argmin_y <g, y> + B(y, center)`` over the decision set, with B the Bregman divergence of the regulariser
over the step size: Euclidean (with any projection), entropy and log barrier on the simplex, quadratic with a matrix.
Vectors lie along the last axis; all leading axes are independent replicates. Optimism needs no code of its own: a round
takes two steps from the same centre, one with the guess and one with the gradient seen.

Arrays of any namespace may be given (see `theory.arrays`); they come back in the same namespace, dtype and device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theory.arrays import Array, device_of, quiet, real_arrays, require
from theory.elementary import softmax
from theory.online.log_barrier import ftrl_weights as log_barrier_leader
from theory.online.paths import finite_vectors

__all__ = [
    "entropy_leader",
    "entropy_step",
    "euclidean_leader",
    "euclidean_step",
    "log_barrier_leader",
    "log_barrier_step",
    "onto_ball",
    "onto_simplex",
    "quadratic_step",
]

Projection = Callable[[Array], Array]
_BISECTIONS = 100  # halvings of the bracket of a multiplier: beyond the resolution of double precision


def onto_ball(point: Any, radius: Any = 1.0) -> Array:
    """Return the Euclidean projection on the ball around 0.

    Parameters
    ----------
    point : array, shape (..., d)
    radius : number or array that broadcasts against the leading axes, > 0

    Raises
    ------
    ValueError
        If the radius is not positive and finite, or the point is not finite or has no coordinates.

    Examples
    --------
    >>> onto_ball([3.0, 4.0]).tolist(), onto_ball([0.25, 0.5]).tolist()
    ([0.6, 0.8], [0.25, 0.5])
    """
    xp, (point, radius), _ = real_arrays(point, radius)
    require(xp, (radius > 0) & xp.isfinite(radius), radius, "radius", "positive and finite")
    finite_vectors(xp, point=point)
    size = _norm(xp, point)
    outside = (size > radius)[..., None]
    return xp.where(outside, point / xp.where(outside, size[..., None], xp.ones_like(point)) * radius[..., None], point)


def _norm(xp: Any, vectors: Array) -> Array:
    """Return Euclidean norms along the last axis; the largest entry is taken out, so that no square overflows."""
    largest = xp.max(xp.abs(vectors), axis=-1, keepdims=True)
    scaled = vectors / xp.where(largest > 0, largest, xp.ones_like(largest))
    return largest[..., 0] * xp.sqrt(xp.sum(scaled * scaled, axis=-1))


def onto_simplex(point: Any) -> Array:
    """Return the Euclidean projection on the probability simplex.

    Parameters
    ----------
    point : array, shape (..., d)

    Raises
    ------
    ValueError
        If the point is not finite or has no coordinates.

    Examples
    --------
    >>> onto_simplex([0.5, 0.5, 2.0]).tolist(), onto_simplex([1.0, 1.0]).tolist()
    ([0.0, 0.0, 1.0], [0.5, 0.5])
    """
    xp, (point,), _ = real_arrays(point)
    finite_vectors(xp, point=point)
    point, size = point - xp.max(point, axis=-1, keepdims=True), point.shape[-1]  # changes nothing, but rounds nothing
    falling = xp.flip(xp.sort(point, axis=-1), axis=-1)
    count = xp.arange(1, size + 1, dtype=point.dtype, device=device_of(point))
    level = (xp.cumulative_sum(falling, axis=-1) - 1) / count
    kept = xp.sum(xp.astype(falling > level, xp.int64), axis=-1, keepdims=True)  # at least the largest
    chosen = xp.astype(xp.astype(count, xp.int64) == kept, point.dtype)
    threshold = xp.sum(level * chosen, axis=-1, keepdims=True)
    shifted = point - threshold
    return xp.where(shifted > 0, shifted, xp.zeros_like(shifted))


def euclidean_step(center: Any, gradient: Any, step: Any, *, project: Projection | None = None) -> Array:
    """Return ``argmin <g, y> + |y - center|^2/(2 step)`` over the set that ``project`` projects on.

    Parameters
    ----------
    center, gradient : arrays, shape (..., d)
    step : number or array that broadcasts against the leading axes, > 0
    project : callable, optional
        The Euclidean projection on the decision set; without it the whole space.

    Raises
    ------
    ValueError
        If the step is not positive, or a value is not finite.

    Examples
    --------
    >>> euclidean_step([1.0, 0.0], [0.0, 2.0], 0.5).tolist()
    [1.0, -1.0]
    """
    xp, (center, gradient, step), _ = real_arrays(center, gradient, step)
    require(xp, (step > 0) & xp.isfinite(step), step, "step", "positive and finite")
    finite_vectors(xp, center=center, gradient=gradient)
    moved = center - step[..., None] * gradient
    return moved if project is None else project(moved)


def euclidean_leader(total: Any, step: Any, *, project: Projection | None = None) -> Array:
    """Return ``argmin <total, y> + |y|^2/(2 step)``: the leader after gradients that sum to ``total``.

    Examples
    --------
    >>> euclidean_leader([2.0, -4.0], 0.5).tolist()
    [-1.0, 2.0]
    """
    xp, (total, step), _ = real_arrays(total, step)
    return euclidean_step(xp.zeros_like(total), total, step, project=project)


@quiet
def entropy_step(center: Any, gradient: Any, step: Any) -> Array:
    """Return ``argmin <g, y> + KL(y, center)/step`` over the simplex: multiplicative weights.

    Parameters
    ----------
    center : array, shape (..., d), entries >= 0 with a positive sum
        Coordinates that are 0 stay 0.
    gradient : array, shape (..., d)
        Of any size: the largest exponent is taken out.
    step : number or array that broadcasts against the leading axes, > 0

    Raises
    ------
    ValueError
        If the step is not positive, an entry of the centre is negative or all are 0, or a value is not finite.

    Examples
    --------
    >>> entropy_step([0.5, 0.5], [0.0, 1e6], 1.0).tolist()
    [1.0, 0.0]
    """
    xp, (center, gradient, step), _ = real_arrays(center, gradient, step)
    require(xp, (step > 0) & xp.isfinite(step), step, "step", "positive and finite")
    require(xp, center >= 0, center, "center", "nonnegative")
    require(xp, xp.sum(center, axis=-1) > 0, center, "the sum of center", "positive")
    finite_vectors(xp, center=center, gradient=gradient)
    return softmax(xp, xp.log(center) - step[..., None] * gradient)


@quiet
def entropy_leader(total: Any, step: Any) -> Array:
    """Return ``argmin <total, y> + (1/step) sum y log y`` over the simplex.

    Examples
    --------
    >>> entropy_leader([0.0, 0.0, 0.0, 0.0], 1.0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    xp, (total, step), _ = real_arrays(total, step)
    require(xp, (step > 0) & xp.isfinite(step), step, "step", "positive and finite")
    finite_vectors(xp, total=total)
    return softmax(xp, -step[..., None] * total)


def log_barrier_step(center: Any, gradient: Any, step: Any) -> Array:
    """Return ``argmin <g, y> + D(y, center)/step`` over the simplex, D the divergence of ``-sum log y``.

    The gradient of the barrier at the centre joins the losses: it is a leader's problem.

    Parameters
    ----------
    center : array, shape (..., d), entries > 0
    gradient : array, shape (..., d)
    step : number or array that broadcasts against the leading axes, > 0

    Raises
    ------
    ValueError
        If the step or an entry of the centre is not positive, or a value is not finite.

    Examples
    --------
    >>> [round(float(p), 6) for p in log_barrier_step([0.5, 0.5], [0.0, 1.5], 2.0)]
    [0.767592, 0.232408]
    """
    xp, (center, gradient, step), _ = real_arrays(center, gradient, step)
    require(xp, (step > 0) & xp.isfinite(step), step, "step", "positive and finite")
    require(xp, center > 0, center, "center", "positive")
    finite_vectors(xp, center=center, gradient=gradient)
    return log_barrier_leader(gradient + 1 / (step[..., None] * center), step)


def quadratic_step(center: Any, gradient: Any, matrix: Any, *, radius: Any = None) -> Array:
    """Return ``argmin <g, y> + (y - center)' H (y - center)/2``, over the ball of a radius if one is given.

    Parameters
    ----------
    center, gradient : arrays, shape (..., d)
    matrix : array, shape (..., d, d)
        H, symmetric and positive definite.
    radius : number, optional
        The decision set is the Euclidean ball; the projection is the one of the norm of H, not the Euclidean one.

    Raises
    ------
    ValueError
        If the matrix is not square or not symmetric, an eigenvalue of it or the radius is not positive, or a value is
        not finite.

    Examples
    --------
    >>> quadratic_step([0.0, 0.0], [1.0, 1.0], [[1.0, 0.0], [0.0, 4.0]]).tolist()
    [-1.0, -0.25]
    """
    xp, (center, gradient, matrix), _ = real_arrays(center, gradient, matrix)
    finite_vectors(xp, center=center, gradient=gradient, matrix=matrix)
    size = max(center.shape[-1], gradient.shape[-1])
    if matrix.ndim < 2 or matrix.shape[-2:] != (size, size):
        raise ValueError(f"matrix must have shape (..., {size}, {size}), got {tuple(matrix.shape)}")
    skew = xp.abs(matrix - xp.matrix_transpose(matrix))
    tolerance = float(xp.finfo(matrix.dtype).eps) ** 0.5 * xp.max(xp.abs(matrix), axis=(-2, -1), keepdims=True)
    require(xp, skew <= tolerance, skew, "matrix less its transpose", "0")
    values, vectors = xp.linalg.eigh(matrix)
    require(xp, values > 0, values, "every eigenvalue of the matrix", "positive")
    turned = xp.matmul(xp.matrix_transpose(vectors), xp.stack([center, gradient], axis=-1))
    inner = turned[..., 0] - turned[..., 1] / values
    if radius is not None:
        inner = _onto_ball_weighted(xp, inner, values, radius)
    return xp.matmul(vectors, inner[..., None])[..., 0]


def _onto_ball_weighted(xp: Any, point: Array, weights: Array, radius: Any) -> Array:
    """Project on the ball in the norm ``sum weights x^2`` by bisection for the multiplier of the constraint."""
    _, (radius, point), _ = real_arrays(radius, point)
    require(xp, (radius > 0) & xp.isfinite(radius), radius, "radius", "positive and finite")
    size = _norm(xp, point)[..., None]
    low = xp.zeros_like(size)
    high = xp.max(weights, axis=-1, keepdims=True) * (size / radius)  # there the point is inside
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        outside = _norm(xp, weights * point / (weights + middle))[..., None] > radius
        low, high = xp.where(outside, middle, low), xp.where(outside, high, middle)
    projected = weights * point / (weights + high)
    return xp.where(size > radius, projected, point)
