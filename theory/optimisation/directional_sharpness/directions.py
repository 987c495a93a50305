r"""Directions of descent, their sharpness, and what their best step gains in the quadratic model.

A step :math:`-\eta v` changes the model by :math:`-\eta\langle g,v\rangle+\tfrac{\eta^2}2\langle v,Hv\rangle`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from theory.arrays import Array, namespace, quiet, real_arrays

__all__ = [
    "DIRECTIONS",
    "Line",
    "best_step",
    "clipped",
    "direction",
    "gain",
    "model_change",
    "raw_direction",
    "sharpness",
]

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
    xp, (g,), _ = real_arrays(gradient)
    return xp.maximum(xp.minimum(g, tau), -tau)


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
    xp, (g,), _ = real_arrays(gradient)
    _require_vectors(xp, gradient=g)
    if name == "clipped" and not bool(_median(xp.abs(g)) > 0):
        raise ValueError(f"a gradient is clipped at its median size, which must be positive, got {gradient!r:.200}")
    return raw_direction(name, g)


def raw_direction(name: str, gradient: Array) -> Array:
    """Return `direction` of an array, whose numbers are not looked at: nothing waits for a device.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    if name not in DIRECTIONS:
        raise ValueError(f"the direction must be one of {', '.join(DIRECTIONS)}, got {name!r}")
    xp = namespace(gradient)
    if name == "clipped":
        median = _median(xp.abs(gradient))
        return xp.maximum(xp.minimum(gradient, median), -median)
    return gradient if name == "gradient" else xp.sign(gradient)


def _median(sizes: Array) -> Array:
    ordered, half = namespace(sizes).sort(sizes), sizes.shape[0] // 2
    return (ordered[half] + ordered[-1 - half]) / 2


class Line(NamedTuple):
    """The quadratic model along a direction v = size u, whose largest coordinate is size: no square vanishes.

    Numbers are arrays of shape (), which are not looked at, so that nothing waits for a device: v is not zero, and for
    `best_step` and `gain` the model is curved upwards along it.

    Attributes
    ----------
    size, slope, curved, square
        The largest coordinate of v, <g, u>, <u, H u> and <u, u>.
    """

    size: Array
    slope: Array
    curved: Array
    square: Array

    @classmethod
    def of(cls, gradient: Array, hessian: Array, v: Array) -> Line:
        """Return the line of a gradient (d,), a Hessian (d, d) and a direction (d,)."""
        xp = namespace(v)
        size = xp.max(xp.abs(v))
        u = v / size
        return cls(size, gradient @ u, u @ hessian @ u, u @ u)

    @property
    def sharpness(self) -> Array:
        """Return <v, H v>/<v, v>."""
        return self.curved / self.square

    @property
    def best_step(self) -> Array:
        """Return <g, v>/<v, H v>."""
        return self.slope / self.curved / self.size

    @property
    def gain(self) -> Array:
        """Return <g, v>^2/(2 <v, H v>)."""
        return self.slope**2 / (2 * self.curved)


@quiet
def sharpness(hessian: Any, v: Any) -> float:
    """Return <v, H v>/<v, v>.

    Raises
    ------
    ValueError
        If v is zero, a shape is wrong, or a number is not finite; so do the functions below.

    Examples
    --------
    >>> sharpness([[1.0, 0.0], [0.0, 3.0]], [1.0, -1.0])
    2.0
    """
    return float(Line.of(*_checked(v, hessian, v)).sharpness)


@quiet
def model_change(gradient: Any, hessian: Any, v: Any, eta: float) -> float:
    """Return the change of the quadratic model by the step -eta v.

    Examples
    --------
    >>> model_change([2.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0], 2.0)
    -2.0
    """
    g, H, u = _checked(gradient, hessian, v)
    return float(-eta * (g @ u) + eta**2 * (u @ H @ u) / 2)


@quiet
def best_step(gradient: Any, hessian: Any, v: Any) -> float:
    """Return eta = <g, v>/<v, H v>; infinite if the model is not bounded below along v, 0 if it is constant.

    Examples
    --------
    >>> best_step([2.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [4.0, 0.0])
    0.5
    """
    line = Line.of(*_checked(gradient, hessian, v))
    if line.curved > 0:
        return float(line.best_step)
    return math.copysign(math.inf, line.slope) if line.slope != 0 or line.curved != 0 else 0.0


@quiet
def gain(gradient: Any, hessian: Any, v: Any) -> float:
    """Return <g, v>^2/(2 <v, H v>), the decrease of the model by the best step; claim ``best_decrease``.

    It is infinite if the model is not bounded below along v, and 0 if it is constant.

    Examples
    --------
    The signs are flatter than the gradient and gain less: claim ``flatter_signs_are_faster`` is refuted.

    >>> g, H, signs = [9.0, 0.1], [[9.0, 0.0], [0.0, 1.0]], [1.0, 1.0]
    >>> sharpness(H, signs) < sharpness(H, g), gain(g, H, signs) < gain(g, H, g)
    (True, True)
    """
    line = Line.of(*_checked(gradient, hessian, v))
    if line.curved > 0:
        return float(line.gain)
    return math.inf if line.slope != 0 or line.curved != 0 else 0.0


def _checked(gradient: Any, hessian: Any, v: Any) -> list[Array]:
    xp, (g, H, u), _ = real_arrays(gradient, hessian, v)
    if u.ndim != 1 or tuple(H.shape) != (u.shape[0], u.shape[0]):
        raise ValueError(f"shapes must be (d, d) and (d,), got {tuple(H.shape)} and {tuple(u.shape)}")
    _require_vectors(xp, direction=u, gradient=g)
    if not bool(xp.all(xp.isfinite(H))):
        raise ValueError(f"the Hessian must be finite, got {hessian!r:.200}")
    if not bool(xp.any(u != 0)):
        raise ValueError("the direction must be different from zero")
    return [g, H, u]


def _require_vectors(xp: Any, **vectors: Array) -> None:
    """Refuse what is no vector of finite numbers, as long as the first one."""
    first = next(iter(vectors.values()))
    for name, found in vectors.items():
        length = first.shape[0] if found is not first else None
        if found.ndim != 1 or not found.shape[0] or (length is not None and found.shape[0] != length):
            raise ValueError(f"the {name} must be of shape ({length or 'd'},), got {tuple(found.shape)}")
        if not bool(xp.all(xp.isfinite(found))):
            raise ValueError(f"the {name} must be finite, got {found!r:.200}")
