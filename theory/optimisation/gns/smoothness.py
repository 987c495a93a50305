r"""Gradient-normalised smoothness as a number: exact for quadratics, bounds from both sides otherwise.

With the residual :math:`\rho(h)=\|\nabla f(x+h)-\nabla f(x)-Hh\|` and :math:`g=\nabla f(x)`,

.. math:: \gamma=\inf\Bigl\{\max\bigl(\|h\|,\ \|g\|\,\|h\|/\rho(h)\bigr):\ \langle Hh,h\rangle\le\|g\|\,\|h\|\Bigr\}.

Any finite set of h gives an upper bound, `gamma_of_steps`. Lower bounds need a class of functions: `holder_radius`,
`self_concordant_radius`, and `harmonic` for one approximation of the Hessian from another one. Norms are Euclidean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "SELF_CONCORDANCE",
    "gamma_of_quadratic",
    "gamma_of_scalar",
    "gamma_of_steps",
    "harmonic",
    "holder_radius",
    "self_concordant_radius",
]

SELF_CONCORDANCE = 1.2564312086261697
"""The positive root of e^c = 1 + 2c; claim ``gns.self_concordance_constant``."""

Array = np.ndarray[Any, Any]


def holder_radius(gradient_norm: float, A: float, nu: float = 1.0) -> float:
    """Return a lower bound of gamma if the Hessian, H, is Hoelder continuous; claim ``gns.holder_radius``.

    Parameters
    ----------
    gradient_norm
        At least 0.
    A
        Constant of the Hessian, positive. For ``nu=0`` also that of the gradient, with H = 0.
    nu
        Exponent in [0, 1]; 1 is a Lipschitz continuous Hessian.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> holder_radius(8.0, 4.0), holder_radius(8.0, 4.0, nu=0.0)
    (2.0, 2.0)
    """
    _require(gradient_norm >= 0 and math.isfinite(gradient_norm), "gradient_norm", "at least 0", gradient_norm)
    _require(A > 0, "A", "positive", A)
    _require(0 <= nu <= 1, "nu", "in [0, 1]", nu)
    return float(((1 + nu) * gradient_norm / A) ** (1 / (1 + nu)))


def self_concordant_radius(M: float) -> float:
    """Return c/M, a lower bound of gamma for M-quasi-self-concordant functions with H their Hessian.

    Raises
    ------
    ValueError
        If M is not positive.

    Examples
    --------
    >>> round(self_concordant_radius(2.0), 6)
    0.628216
    """
    _require(M > 0, "M", "positive", M)
    return SELF_CONCORDANCE / M


def harmonic(*gammas: float) -> float:
    """Return the bound for a matrix from that for another one and from |g| over the distance of the two.

    The bound of the first matrix must hold in the region of the second one; it does if the second one is at least as
    large. See claim ``gns.harmonic_rule``.

    Raises
    ------
    ValueError
        If there is none, or one is not positive.

    Examples
    --------
    >>> harmonic(1.0, 1.0), harmonic(2.0, math.inf)
    (0.5, 2.0)
    """
    _require(len(gammas) > 0 and all(gamma > 0 for gamma in gammas), "gammas", "positive", gammas)
    total = sum(1 / gamma for gamma in gammas)
    return 1 / total if total > 0 else math.inf


def gamma_of_quadratic(gradient: Any, hessian: Any, approximation: Any) -> float:
    """Return gamma of a quadratic function: |g| over the spectral norm of the error of H; infinite without error.

    Every direction has short steps in the region, and on a line the ratio of residual and length is constant.

    Parameters
    ----------
    gradient : array, shape (d,)
    hessian, approximation : arrays, shape (d, d)

    Raises
    ------
    ValueError
        If a shape is wrong, or the gradient is zero (then H matters in the kernel of H only).

    Examples
    --------
    >>> gamma_of_quadratic([3.0, 4.0], np.diag([2.0, 5.0]), np.diag([2.0, 4.5]))
    10.0
    """
    g = np.asarray(gradient, dtype=float)
    exact, own = np.asarray(hessian, dtype=float), np.asarray(approximation, dtype=float)
    if g.ndim != 1 or exact.shape != 2 * g.shape or own.shape != 2 * g.shape:
        raise ValueError(f"shapes must be (d,), (d, d), (d, d), got {g.shape}, {exact.shape}, {own.shape}")
    norm = float(np.linalg.norm(g))
    _require(norm > 0, "gradient", "different from zero", norm)
    error = float(np.linalg.norm(exact - own, 2))
    return norm / error if error > 0 else math.inf


def gamma_of_steps(gradient: Callable[[Array], Any], x: Any, approximation: Any, steps: Any) -> float:
    """Return the largest gamma that none of the given steps refutes: an upper bound of gamma.

    Parameters
    ----------
    gradient
        Point, shape (d,) -> gradient.
    x : array, shape (d,)
    approximation : array, shape (d, d)
        H, positive semidefinite.
    steps : array, shape (n, d)
        Those outside the region, and zero, do not count.

    Raises
    ------
    ValueError
        If a shape is wrong.

    Examples
    --------
    >>> round(gamma_of_steps(lambda x: x**3, [1.0], [[3.0]], [[1 / 3], [0.1], [-0.2]]), 12)
    0.9
    """
    point, own = np.asarray(x, dtype=float), np.asarray(approximation, dtype=float)
    moves = np.asarray(steps, dtype=float)
    if point.ndim != 1 or own.shape != 2 * point.shape or moves.ndim != 2 or moves.shape[1:] != point.shape:
        raise ValueError(f"shapes must be (d,), (d, d), (n, d), got {point.shape}, {own.shape}, {moves.shape}")
    here = np.asarray(gradient(point), dtype=float)
    norm, least = float(np.linalg.norm(here)), math.inf
    for move in moves:
        length = float(np.linalg.norm(move))
        if length == 0 or move @ own @ move > norm * length * (1 + 1e-12):
            continue
        residual = float(np.linalg.norm(np.asarray(gradient(point + move), dtype=float) - here - own @ move))
        least = min(least, max(length, norm * length / residual if residual > 0 else math.inf))
    return least


def gamma_of_scalar(derivative: Callable[[float], float], x: float, curvature: float, *, points: int = 4000) -> float:
    """Return gamma of a function of one variable, on a grid of the region with its ends: an upper bound.

    Parameters
    ----------
    derivative
        f'.
    x, curvature
        The point, and H >= 0 there.
    points
        On each side; at least 2. Without an end (H = 0) the grid goes to twice the largest gamma found so far.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> round(gamma_of_scalar(lambda x: math.exp(x) - 2, 0.0, 1.0), 5)
    1.39221
    """
    _require(points >= 2, "points", "at least 2", points)
    _require(curvature >= 0, "curvature", "at least 0", curvature)
    slope = abs(derivative(x))
    _require(slope > 0, "derivative at x", "different from zero", slope)
    end = slope / curvature if curvature > 0 else 1.0
    while True:
        grid = np.linspace(end / points, end, points)
        steps = np.concatenate([-grid, grid])[:, None]
        found = gamma_of_steps(lambda at: [derivative(float(at[0]))], [x], [[curvature]], steps)
        if curvature > 0 or found <= end or end > 1e6:
            return found
        end = 2 * end


def _require(holds: bool, name: str, allowed: str, given: Any) -> None:
    if not holds:
        raise ValueError(f"{name} must be {allowed}, got {given!r}")
