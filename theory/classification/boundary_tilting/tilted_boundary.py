r"""Strength and error of a linear boundary tilted away from the nearest-centroid boundary, as numbers.

Classes N(+-m b, s_b^2 b b' + s_z^2 z z'); the boundary has the normal cos(delta) b + sin(delta) z, through the middle.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, real_arrays, require, restore
from theory.classification.gaussian_tail import normal_tail

__all__ = ["adversarial_strength", "deviation_cosine", "tilted_error"]


def adversarial_strength(delta: Any) -> Any:
    """Return ``1/cos(delta)``, the distance to the nearest-centroid boundary over that to the tilted one.

    Parameters
    ----------
    delta : number or array
        Deviation angle in radians, 0 <= delta < pi/2.

    Examples
    --------
    >>> adversarial_strength(0.0), round(adversarial_strength(1.5), 6)
    (1.0, 14.136833)
    """
    xp, (delta,), scalar = real_arrays(delta)
    _angles(xp, delta)
    return restore(1 / xp.cos(delta), scalar)


def deviation_cosine(weights: Any, centroids: Any) -> Any:
    """Return ``cos(delta)`` between a boundary's normal and the difference of the centroids, in [-1, 1].

    Parameters
    ----------
    weights : array, shape (..., n)
        Not zero.
    centroids : array, shape (2, n)
        Negative class first; not equal.

    Examples
    --------
    >>> import numpy as np
    >>> float(deviation_cosine(np.asarray([3.0, 4.0]), [[-1.0, 0.0], [1.0, 0.0]]))
    0.6
    """
    xp, (w, centroids), _ = real_arrays(weights, centroids)
    if centroids.ndim != 2 or centroids.shape[0] != 2 or w.ndim < 1 or w.shape[-1] != centroids.shape[1]:
        shapes = f"{tuple(w.shape)} and {tuple(centroids.shape)}"
        raise ValueError(f"weights (..., n) and centroids (2, n) are needed, got {shapes}")
    w, b = _unit(xp, w, "weights"), _unit(xp, centroids[1, :] - centroids[0, :], "difference of the centroids")
    return xp.clip(xp.sum(w * b, axis=-1), -1, 1)


def tilted_error(m: Any, s_b: Any, s_z: Any, delta: Any) -> Any:
    r"""Return ``Q(m/sqrt(s_b^2 + s_z^2 tan^2 delta))``, the exact error of the tilted boundary.

    Parameters
    ----------
    m : number or array
        Half the distance of the centroids, >= 0.
    s_b, s_z : number or array
        Standard deviations along b (positive) and along the direction of tilting (>= 0).
    delta : number or array
        Angle in radians, 0 <= delta < pi/2.

    Examples
    --------
    >>> import math
    >>> round(tilted_error(3.0, 1.0, 0.1, 0.0), 9), round(tilted_error(3.0, 1.0, 0.1, math.acos(0.1)), 9)
    (0.001349898, 0.016724853)
    """
    xp, (m, s_b, s_z, delta), scalar = real_arrays(m, s_b, s_z, delta)
    m, s_b, s_z, delta = broadcast(xp, m=m, s_b=s_b, s_z=s_z, delta=delta)
    require(xp, m >= 0, m, "m", ">= 0")
    require(xp, s_b > 0, s_b, "s_b", "positive")
    require(xp, s_z >= 0, s_z, "s_z", ">= 0")
    _angles(xp, delta)
    return restore(normal_tail(m / xp.hypot(s_b, s_z * xp.tan(delta))), scalar)


def _angles(xp: Any, delta: Array) -> None:
    # the float nearest to pi/2 may lie on either side of it; the cosine says which
    require(xp, (delta >= 0) & (delta < 1.6) & (xp.cos(delta) > 0), delta, "delta", "in [0, pi/2)")


def _unit(xp: Any, vector: Array, name: str) -> Array:
    largest = xp.max(xp.abs(vector), axis=-1, keepdims=True)
    require(xp, (largest > 0) & xp.isfinite(largest), largest, f"largest entry of the {name}", "positive and finite")
    scaled = vector / largest
    return scaled / xp.sqrt(xp.sum(scaled**2, axis=-1, keepdims=True))
