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

from theory.arguments import whole

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
        If a shape is wrong, a matrix is not finite, or the gradient is zero (then only the kernel of H matters).

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
    _require(0 < norm < math.inf, "gradient", "finite and different from zero", gradient)
    for name, matrix in (("hessian", exact), ("approximation", own)):
        _require(bool(np.isfinite(matrix).all()), name, "finite", matrix)
    error = float(np.linalg.norm(exact - own, 2))
    return norm / error if error > 0 else math.inf


def gamma_of_steps(gradient: Callable[[Array], Any], x: Any, approximation: Any, steps: Any) -> float:
    """Return the largest gamma that none of the given steps refutes: an upper bound of gamma, infinite without any.

    Parameters
    ----------
    gradient
        Point, shape (d,) -> gradient.
    x : array, shape (d,)
    approximation : array, shape (d, d)
        H, positive semidefinite.
    steps : array, shape (n, d)
        Those outside the region, and zero, do not count; nor do those longer than the bound by shorter ones.

    Raises
    ------
    ValueError
        If a shape is wrong, H is not positive semidefinite, a step is not finite, or the gradient is not a number.

    Examples
    --------
    >>> round(gamma_of_steps(lambda x: x**3, [1.0], [[3.0]], [[1 / 3], [0.1], [-0.2]]), 12)
    0.9
    """
    point, own = np.asarray(x, dtype=float), np.asarray(approximation, dtype=float)
    moves = np.asarray(steps, dtype=float)
    if point.ndim != 1 or own.shape != 2 * point.shape or moves.ndim != 2 or moves.shape[1:] != point.shape:
        raise ValueError(f"shapes must be (d,), (d, d), (n, d), got {point.shape}, {own.shape}, {moves.shape}")
    _require(bool(np.isfinite(moves).all()), "steps", "finite", moves)
    symmetric = np.isfinite(own).all() and np.allclose(own, own.T, rtol=1e-9, atol=0)
    _require(bool(symmetric and np.linalg.eigvalsh(own)[0] >= -1e-9 * np.abs(own).max()), "approximation",
             "positive semidefinite", approximation)  # fmt: skip
    here = np.asarray(gradient(point), dtype=float)
    norm, least = float(np.linalg.norm(here)), math.inf
    _require(math.isfinite(norm), "gradient at x", "finite", here)
    lengths = np.linalg.norm(moves, axis=1)
    for k in np.argsort(lengths, kind="stable"):
        move, length = moves[k], float(lengths[k])
        if length >= least:
            break
        if length == 0 or move @ own @ move > norm * length * (1 + 1e-12):
            continue
        residual = float(np.linalg.norm(np.asarray(gradient(point + move), dtype=float) - here - own @ move))
        _require(not math.isnan(residual), "gradient", "a number at every step", residual)
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
        On each side; at least 2. The grid ends where the region does, and is refined, while gamma is found to be less
        than half of it, to end there; without an end (H = 0) it is widened to twice its width as long as gamma is more.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> round(gamma_of_scalar(lambda x: math.exp(x) - 2, 0.0, 1.0), 5)
    1.39221
    """
    points = whole("points", points, 2)
    _require(0 <= curvature < math.inf, "curvature", "at least 0 and finite", curvature)
    slope = abs(derivative(x))
    _require(slope > 0, "derivative at x", "different from zero", slope)
    region, least = slope / curvature if curvature > 0 else math.inf, math.inf
    end = min(1.0, region)
    while True:
        grid = np.linspace(end / points, end, points)
        steps = np.concatenate([-grid, grid])[:, None]
        least = min(least, gamma_of_steps(lambda at: [derivative(float(at[0]))], [x], [[curvature]], steps))
        if least < end / 2 and end > 1e-9:
            end = least
        elif end < min(least, region) and end <= 1e6:
            end = min(2 * end, region)
        else:
            return least


def _require(holds: bool, name: str, allowed: str, given: Any) -> None:
    if not holds:
        raise ValueError(f"{name} must be {allowed}, got {given!r}")
