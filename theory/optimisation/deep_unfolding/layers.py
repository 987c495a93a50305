r"""Layers of unfolded shrinkage as array functions: ISTA, IHT, their objectives, rates and fixed points.

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

import numpy as np
from numpy.typing import NDArray

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
Floats = NDArray[np.float64]


def soft(v: Floats, level: float) -> Floats:
    """Return v shrunk towards 0 by ``level``: the proximal map of ``level |x|_1``."""
    return np.sign(v) * np.maximum(np.abs(v) - level, 0.0)


def hard(v: Floats, level: float) -> Floats:
    """Return v with all entries of size at most ``level`` set to 0."""
    return np.where(np.abs(v) > level, v, 0.0)


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


def lipschitz(A: Floats) -> float:
    """Return L, the largest eigenvalue of A'A.

    Raises
    ------
    ValueError
        If A is no matrix of finite numbers.
    """
    if np.ndim(A) != 2 or not np.all(np.isfinite(A)):
        raise ValueError(f"A must be a matrix of finite numbers, got shape {np.shape(A)}")
    return float(np.linalg.norm(A, 2)) ** 2


def objective(algorithm: str, A: Floats, y: Floats, x: Floats, lam: float) -> Floats:
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
    _require_problem(A, y)
    penalty = np.abs(x) if algorithm == "ista" else (x != 0)
    found: Floats = 0.5 * np.sum((A @ x - y) ** 2, axis=0) + lam * penalty.sum(axis=0)
    return found


def layers(algorithm: str, A: Floats, y: Floats, steps: Sequence[float], lam: float) -> list[Floats]:
    """Return the outputs x_0 = 0, x_1, ..., x_k of the layers with these steps.

    Raises
    ------
    ValueError
        If the algorithm is unknown, a step is not positive and finite, lam is negative, or A and y are not arrays of
        finite numbers with shapes that fit.

    Examples
    --------
    >>> import numpy as np
    >>> [float(x[0, 0]) for x in layers("ista", np.eye(1), np.array([[1.0]]), [0.5, 0.5], 0.5)]
    [0.0, 0.25, 0.375]
    """
    _require_algorithm(algorithm)
    _require_steps(steps)
    _require_weight(lam)
    _require_problem(A, y)
    shrink, found = soft if algorithm == "ista" else hard, [np.zeros((A.shape[1], y.shape[1]))]
    for step in steps:
        x = found[-1]
        found.append(shrink(x - step * (A.T @ (A @ x - y)), threshold(algorithm, lam, step)))
    return found


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


def fixed_point_residual(algorithm: str, A: Floats, y: Floats, x: Floats, step: float, lam: float) -> float:
    """Return the largest change of an entry by one more layer: 0 at fixed points."""
    _require_algorithm(algorithm)
    shrink = soft if algorithm == "ista" else hard
    moved = shrink(x - step * (A.T @ (A @ x - y)), threshold(algorithm, lam, step))
    return float(np.max(np.abs(moved - x)))


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


def _require_problem(A: Floats, y: Floats) -> None:
    shapes = np.shape(A), np.shape(y)
    if len(shapes[0]) != 2 or len(shapes[1]) != 2 or shapes[0][0] != shapes[1][0]:
        raise ValueError(f"A must have shape (m, n) and y (m, count), got {shapes[0]} and {shapes[1]}")
    if not all(isinstance(array, np.ndarray) and np.all(np.isfinite(array)) for array in (A, y)):
        raise ValueError("A and y must be NumPy arrays of finite numbers")


def _require_algorithm(algorithm: str) -> None:
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}, got {algorithm!r}")
