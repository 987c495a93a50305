r"""Layers of unfolded shrinkage as functions of arrays of any namespace: ISTA, IHT, objectives, rates, fixed points.

Signals are columns: ``x`` has shape (n, count), the measurements ``y`` shape (m, count), ``A`` shape (m, n). The smooth
part of both objectives is :math:`\tfrac12\|Ax-y\|^2`; L is the largest eigenvalue of :math:`A^\top A`.

Examples
--------
>>> import numpy as np
>>> hard(np.array([-2.0, 0.5]), 1.0).tolist(), soft(np.array([-2.0, 0.5]), 1.0).tolist()
([-2.0, 0.0], [-1.0, 0.0])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from theory.arrays import Array, device_of, namespace, real_arrays

__all__ = [
    "ALGORITHMS",
    "fixed_point_residual",
    "hard",
    "layers",
    "lipschitz",
    "local_radius",
    "objective",
    "rate_bound",
    "soft",
    "threshold",
]

ALGORITHMS = ("ista", "iht")


def soft(v: Array, level: float) -> Array:
    """Return v shrunk towards 0 by ``level``: the proximal map of ``level |x|_1``."""
    xp = namespace(v)
    return xp.sign(v) * xp.maximum(xp.abs(v) - level, 0.0)


def hard(v: Array, level: float) -> Array:
    """Return v with all entries of size at most ``level`` set to 0."""
    xp = namespace(v)
    return xp.where(xp.abs(v) > level, v, 0.0)


def threshold(algorithm: str, lam: float, step: float) -> float:
    """Return the level of a layer: ``lam step`` of ISTA, ``sqrt(2 lam step)`` of IHT.

    Raises
    ------
    ValueError
        If the algorithm is unknown, lam is negative or the step not positive.

    Examples
    --------
    >>> threshold("iht", 0.5, 4.0)
    2.0
    """
    _require_algorithm(algorithm)
    _require_weight(lam)
    _require_steps([step])
    return lam * step if algorithm == "ista" else math.sqrt(2 * lam * step)


def lipschitz(A: Any) -> float:
    """Return L, the largest eigenvalue of A'A.

    Raises
    ------
    ValueError
        If A is no matrix of finite numbers, or empty.

    Examples
    --------
    >>> lipschitz([[3.0, 4.0]])
    25.0
    """
    xp, (A,), _ = real_arrays(A)
    if A.ndim != 2 or 0 in A.shape or not bool(xp.all(xp.isfinite(A))):
        raise ValueError(f"A must be a matrix of finite numbers, got shape {tuple(A.shape)}")
    return float(xp.linalg.svdvals(A)[0]) ** 2


def objective(algorithm: str, A: Array, y: Array, x: Array, lam: float) -> Array:
    """Return ``|Ax - y|^2/2 + lam |x|_1``, or for IHT with the number of nonzeros in place of the norm.

    Returns
    -------
    array, shape (count,)

    Raises
    ------
    ValueError
        If the algorithm is unknown, lam is negative, or shapes do not fit.
    """
    _require_algorithm(algorithm)
    _require_weight(lam)
    xp, (A, y, x), _ = real_arrays(A, y, x)
    _require_shapes(A, y, x)
    penalty = xp.abs(x) if algorithm == "ista" else xp.astype(x != 0, x.dtype)
    return 0.5 * xp.sum((A @ x - y) ** 2, axis=0) + lam * xp.sum(penalty, axis=0)


def layers(algorithm: str, A: Array, y: Array, steps: Sequence[float], lam: float) -> list[Array]:
    """Return the outputs x_0 = 0, x_1, ..., x_k of the layers with these steps.

    Raises
    ------
    ValueError
        If the algorithm is unknown, a step is not positive and finite, lam is negative, or A and y are not arrays of
        finite numbers with shapes that fit: on a device, the one time that the host waits.

    Examples
    --------
    >>> import numpy as np
    >>> [float(x[0, 0]) for x in layers("ista", np.eye(1), np.array([[1.0]]), [0.5, 0.5], 0.5)]
    [0.0, 0.25, 0.375]
    """
    _require_algorithm(algorithm)
    _require_steps(steps)
    _require_weight(lam)
    xp, (A, y), _ = real_arrays(A, y)
    _require_shapes(A, y)
    if not bool(xp.all(xp.isfinite(A)) & xp.all(xp.isfinite(y))):
        raise ValueError("A and y must be arrays of finite numbers")
    found = [xp.zeros((A.shape[1], y.shape[1]), dtype=A.dtype, device=device_of(A))]
    for step in steps:
        found.append(_layer(algorithm, A, y, found[-1], step, lam))
    return found


def _layer(algorithm: str, A: Array, y: Array, x: Array, step: float, lam: float) -> Array:
    shrink = soft if algorithm == "ista" else hard
    return shrink(x - step * (A.T @ (A @ x - y)), threshold(algorithm, lam, step))


def rate_bound(L: float, squared_distance: float, k: int, *, sharp: bool = False) -> float:
    """Return the bound ``L |x_0 - u|^2/(2k)`` on ``F(x_k) - F(u)`` after k layers of ISTA with steps 1/L.

    Parameters
    ----------
    sharp
        For one layer alone: ``L |x_0 - u|^2/4``, u a minimiser or any other point; no smaller constant holds.

    Raises
    ------
    ValueError
        If k is no whole number or less than 1, L or the distance is negative, or the sharp constant is asked for k > 1.

    Examples
    --------
    >>> rate_bound(2.0, 1.0, 1), rate_bound(2.0, 1.0, 1, sharp=True)
    (1.0, 0.5)
    """
    if k < 1 or k != int(k):
        raise ValueError(f"k must be a whole number and at least 1, got {k!r}")
    if not (0 <= L < math.inf and 0 <= squared_distance < math.inf):
        raise ValueError(f"L and the squared distance must be nonnegative and finite, got {L!r}, {squared_distance!r}")
    if sharp and k != 1:
        raise ValueError(f"the sharp constant is for k = 1, got {k!r}")
    return L * squared_distance / (4.0 if sharp else 2.0 * k)


def fixed_point_residual(algorithm: str, A: Array, y: Array, x: Array, step: float, lam: float) -> float:
    """Return the largest change of an entry by one more layer: 0 at fixed points.

    Raises
    ------
    ValueError
        As `objective`, or if the step is not positive and finite.
    """
    xp, (A, y, x), _ = real_arrays(A, y, x)
    _require_shapes(A, y, x)
    return float(xp.max(xp.abs(_layer(algorithm, A, y, x, step, lam) - x)))


def local_radius(step: float, lam: float) -> float:
    """Return sqrt(lam step/2): no point within it, entry by entry, has a lower objective than a fixed point of IHT."""
    _require_weight(lam)
    _require_steps([step])
    return math.sqrt(lam * step / 2)


def _require_steps(steps: Sequence[float]) -> None:
    if not all(0 < step < math.inf for step in steps):
        raise ValueError(f"steps must be positive and finite, got {list(steps)!r:.200}")


def _require_weight(lam: float) -> None:
    if not 0 <= lam < math.inf:
        raise ValueError(f"lam must be nonnegative and finite, got {lam!r}")


def _require_shapes(A: Array, y: Array, x: Array | None = None) -> None:
    if A.ndim != 2 or y.ndim != 2 or A.shape[0] != y.shape[0]:
        raise ValueError(f"A must have shape (m, n) and y (m, count), got {tuple(A.shape)} and {tuple(y.shape)}")
    if x is not None and tuple(x.shape) != (A.shape[1], y.shape[1]):
        raise ValueError(f"x must have shape ({A.shape[1]}, {y.shape[1]}), got {tuple(x.shape)}")


def _require_algorithm(algorithm: str) -> None:
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}, got {algorithm!r}")
