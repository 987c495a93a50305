r"""The Poincare ball of curvature -c: distance, Moebius sum, exponential and logarithmic map at the centre.

Source: paper ``hypoc``, forms as usually quoted: metric factor 2, so that ``d_c(0, exp_0(v)) = 2 |v|``. Norms near
``1/sqrt(c)`` lose what separates them from the boundary: see `largest_distance`.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require

__all__ = ["distance", "exponential_map", "largest_distance", "logarithmic_map", "moebius_sum"]


def distance(x: Any, y: Any, *, curvature: Any = 1.0) -> Array:
    r"""Return the hyperbolic distance along the last axis, accurate also for near points.

    ``2/sqrt(c) arsinh(sqrt(c) |x-y|/sqrt((1 - c|x|^2)(1 - c|y|^2)))``, the same as
    ``arcosh(1 + 2 c |x-y|^2/(...))/sqrt(c)`` and ``2/sqrt(c) artanh(sqrt(c) |(-x) + y|)``.

    Parameters
    ----------
    x, y
        Points of the open ball ``c |x|^2 < 1``, shape (..., d).
    curvature
        c > 0, a number.

    Raises
    ------
    ValueError
        If a point lies outside or the curvature is not positive.

    Examples
    --------
    >>> round(float(distance([0.3, -0.2], [-0.1, 0.4])), 12)
    1.540340615818
    """
    xp, x, y, c = _points(x, y, curvature)
    conformal = _inside(xp, x, c, "x") * _inside(xp, y, c, "y")
    return 2 * xp.asinh(xp.sqrt(c) * _norm(xp, x - y) / xp.sqrt(conformal)) / xp.sqrt(c)


def moebius_sum(x: Any, y: Any, *, curvature: Any = 1.0) -> Array:
    """Return the Moebius sum of points of the ball; parameters and errors are those of `distance`.

    Examples
    --------
    >>> moebius_sum([0.5, 0.0], [0.0, 0.0]).tolist(), moebius_sum([-0.5, 0.0], [0.5, 0.0]).tolist()
    ([0.5, 0.0], [0.0, 0.0])
    """
    xp, x, y, c = _points(x, y, curvature)
    _inside(xp, x, c, "x")
    _inside(xp, y, c, "y")
    inner, a, b = (xp.sum(product, axis=-1, keepdims=True) for product in (x * y, x * x, y * y))
    numerator = (1 + 2 * c * inner + c * b) * x + (1 - c * a) * y
    return numerator / (1 + 2 * c * inner + c * c * a * b)


@quiet
def exponential_map(v: Any, *, curvature: Any = 1.0) -> Array:
    """Return ``tanh(sqrt(c) |v|) v/(sqrt(c) |v|)``, 0 at v = 0, for tangent vectors along the last axis.

    Vectors longer than half of `largest_distance` round to the boundary, which the other functions refuse.

    Raises
    ------
    ValueError
        If a vector is not finite or the curvature is not positive.

    Examples
    --------
    >>> [round(entry, 8) for entry in exponential_map([0.5, 0.5]).tolist()]
    [0.43052859, 0.43052859]
    """
    xp, v, _, c = _points(v, v, curvature)
    require(xp, xp.isfinite(v), v, "v", "finite")
    norm = xp.sqrt(c) * _norm(xp, v)[..., None]
    return v * xp.where(norm > 0, xp.tanh(norm) / norm, 0 * norm + 1)


@quiet
def logarithmic_map(y: Any, *, curvature: Any = 1.0) -> Array:
    """Return the tangent vector that `exponential_map` takes to y; errors are those of `distance`.

    Examples
    --------
    >>> [round(entry, 6) for entry in logarithmic_map([0.43052859, 0.43052859]).tolist()]
    [0.5, 0.5]
    """
    xp, y, _, c = _points(y, y, curvature)
    _inside(xp, y, c, "y")
    norm = xp.sqrt(c) * _norm(xp, y)[..., None]
    return y * xp.where(norm > 0, xp.atanh(norm) / norm, 0 * norm + 1)


def largest_distance(bits: int) -> float:
    """Return ``2 artanh(1 - 2^-bits)``: the distance from the centre of the last norm below 1 (curvature -1).

    ``bits`` is the precision of the significand: 11 for half, 24 for single, 53 for double precision.

    Raises
    ------
    ValueError
        If there is no bit.

    Examples
    --------
    >>> [round(largest_distance(bits), 4) for bits in (11, 24, 53)]
    [8.3175, 17.3287, 37.4299]
    """
    if bits < 1:
        raise ValueError(f"bits is {bits!r}; allowed: 1, 2, ...")
    return (bits + 1) * math.log(2) + math.log1p(-(2.0 ** -(bits + 1)))


def _points(x: Any, y: Any, curvature: Any) -> tuple[Any, Array, Array, Array]:
    xp, (x, y, c), _ = real_arrays(x, y, curvature)
    if x.ndim < 1 or y.ndim < 1 or 0 in (x.shape[-1], y.shape[-1]) or c.ndim != 0:
        raise ValueError("points need a last axis of coordinates, and the curvature is one number")
    require(xp, (c > 0) & xp.isfinite(c), c, "curvature", "positive and finite")
    x, y = broadcast(xp, x=x, y=y)
    return xp, x, y, c


def _norm(xp: Any, x: Array) -> Array:
    """Return the Euclidean norm, of the entries over the largest of them: their squares may leave the range."""
    largest = xp.max(xp.abs(x), axis=-1, keepdims=True)
    scale = xp.where(largest > 0, largest, 0 * largest + 1)
    return scale[..., 0] * xp.sqrt(xp.sum((x / scale) ** 2, axis=-1))


def _inside(xp: Any, x: Array, c: Array, name: str) -> Array:
    """Return ``1 - c |x|^2``; the norm is taken first, so that 1 - |x| keeps its bits."""
    norm = xp.sqrt(c) * _norm(xp, x)
    require(xp, norm < 1, norm, f"sqrt(curvature) times the norm of {name}", "below 1")
    return (1 - norm) * (1 + norm)
