r"""Directions of descent, their sharpness, and what their best step gains in the quadratic model.

A step :math:`-\eta v` changes the model by :math:`-\eta\langle g,v\rangle+\tfrac{\eta^2}2\langle v,Hv\rangle`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["DIRECTIONS", "best_step", "clipped", "direction", "gain", "model_change", "sharpness"]

Array = np.ndarray[Any, Any]
DIRECTIONS = ("gradient", "clipped", "sign")


def clipped(gradient: Any, tau: float) -> Array:
    """Return the gradient with every coordinate clipped to [-tau, tau].

    Raises
    ------
    ValueError
        If tau is not positive.

    Examples
    --------
    >>> clipped([3.0, -0.5], 1.0).tolist()
    [1.0, -0.5]
    """
    if not tau > 0:
        raise ValueError(f"tau must be positive, got {tau!r}")
    return np.clip(np.asarray(gradient, dtype=float), -tau, tau)


def direction(name: str, gradient: Any) -> Array:
    """Return a direction of `DIRECTIONS`; clipping is at the median of the coordinates' sizes.

    Raises
    ------
    ValueError
        If the name is unknown, the gradient is not a vector of finite numbers, or the median of a clipped gradient is
        zero.

    Examples
    --------
    >>> direction("clipped", [4.0, -2.0, 1.0]).tolist(), direction("sign", [4.0, -2.0, 0.0]).tolist()
    ([2.0, -2.0, 1.0], [1.0, -1.0, 0.0])
    """
    g = _vector("gradient", gradient)
    if name not in DIRECTIONS:
        raise ValueError(f"the direction must be one of {', '.join(DIRECTIONS)}, got {name!r}")
    if name == "clipped":
        return clipped(g, float(np.median(np.abs(g))))
    return g if name == "gradient" else np.sign(g)


def sharpness(hessian: Any, v: Any) -> float:
    """Return <v, H v>/<v, v>.

    Raises
    ------
    ValueError
        If v is zero, a shape is wrong, or a number is not finite; so do the functions below.

    Examples
    --------
    >>> sharpness(np.diag([1.0, 3.0]), [1.0, -1.0])
    2.0
    """
    H, u = _checked(hessian, v)
    u = u / np.abs(u).max()  # so that its square does not vanish
    return float(u @ H @ u) / float(u @ u)


def model_change(gradient: Any, hessian: Any, v: Any, eta: float) -> float:
    """Return the change of the quadratic model by the step -eta v.

    Examples
    --------
    >>> model_change([2.0, 0.0], np.eye(2), [1.0, 0.0], 2.0)
    -2.0
    """
    H, u = _checked(hessian, v)
    return float(-eta * (_vector("gradient", gradient, len(u)) @ u) + eta**2 * (u @ H @ u) / 2)


def best_step(gradient: Any, hessian: Any, v: Any) -> float:
    """Return eta = <g, v>/<v, H v>; infinite if the model is not bounded below along v, 0 if it is constant.

    Examples
    --------
    >>> best_step([2.0, 0.0], np.eye(2), [4.0, 0.0])
    0.5
    """
    size, along, curved = _along(gradient, hessian, v)
    if curved > 0:
        return along / curved / size
    return math.copysign(math.inf, along) if along or curved else 0.0


def gain(gradient: Any, hessian: Any, v: Any) -> float:
    """Return <g, v>^2/(2 <v, H v>), the decrease of the model by the best step; claim ``best_decrease``.

    It is infinite if the model is not bounded below along v, and 0 if it is constant.

    Examples
    --------
    The signs are flatter than the gradient and gain less: claim ``flatter_signs_are_faster`` is refuted.

    >>> g, H = [9.0, 0.1], np.diag([9.0, 1.0])
    >>> sharpness(H, np.sign(g)) < sharpness(H, g), gain(g, H, np.sign(g)) < gain(g, H, g)
    (True, True)
    """
    _, along, curved = _along(gradient, hessian, v)
    if curved > 0:
        return along**2 / (2 * curved)
    return math.inf if along or curved else 0.0


def _along(gradient: Any, hessian: Any, v: Any) -> tuple[float, float, float]:
    """Return the largest coordinate of v; then <g, u> and <u, H u> for v divided by it, so that no square vanishes."""
    H, u = _checked(hessian, v)
    size = float(np.abs(u).max())
    u = u / size
    return size, float(_vector("gradient", gradient, len(u)) @ u), float(u @ H @ u)


def _vector(name: str, given: Any, length: int | None = None) -> Array:
    found = np.asarray(given, dtype=float)
    if found.ndim != 1 or not found.size or (length is not None and len(found) != length):
        raise ValueError(f"the {name} must be of shape ({length or 'd'},), got {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError(f"the {name} must be finite, got {given!r}")
    return found


def _checked(hessian: Any, v: Any) -> tuple[Array, Array]:
    H, u = np.asarray(hessian, dtype=float), np.asarray(v, dtype=float)
    if u.ndim != 1 or H.shape != 2 * u.shape:
        raise ValueError(f"shapes must be (d, d) and (d,), got {H.shape} and {u.shape}")
    if not (np.isfinite(H).all() and np.isfinite(u).all()):
        raise ValueError(f"the Hessian and the direction must be finite, got {hessian!r} and {v!r}")
    if not np.any(u):
        raise ValueError("the direction must be different from zero")
    return H, u
