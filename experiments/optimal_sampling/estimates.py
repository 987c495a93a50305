"""Weighted least squares on a design, and its error in the norm of the measure, for given functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, backend_of
from experiments.optimal_sampling.designs import Design
from theory.regression.wls_dpp.polynomial_bases import angles_end, evaluate, point

__all__ = ["FUNCTIONS", "best_approximation", "coefficients", "error_ratio"]

PANELS, NODES = 96, 24
RESOLVED = 1e-22
"""Least squared error of the best approximation, over the squared norm, that stands clear of rounding."""

FUNCTIONS: dict[str, Callable[[Any, Array], Array]] = {
    "exp": lambda xp, x: xp.exp(x),
    "runge": lambda xp, x: 1 / (1 + 25 * x**2),
    "kink": lambda xp, x: xp.abs(x - 0.2),
}
"""Names -> functions of a namespace and points: entire, analytic near the interval, and of bounded variation."""


def _known(function: str) -> Callable[[Any, Array], Array]:
    if function not in FUNCTIONS:
        raise ValueError(f"the function must be one of {', '.join(FUNCTIONS)}, got {function!r}")
    return FUNCTIONS[function]


@lru_cache(maxsize=64)
def _rule(name: str, m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and masses of a composite Gauss rule for the measure, in the coordinate of its points."""
    low, high = angles_end(name, m)
    nodes, masses = np.polynomial.legendre.leggauss(NODES)
    half = (high - low) / (2 * PANELS)
    centres = low + half * (2 * np.arange(PANELS) + 1)
    t = (centres[:, None] + half * nodes).ravel()
    own = {"legendre": np.sin(t) / 2, "chebyshev": np.full_like(t, 1 / math.pi)}.get(name)
    law = np.exp(-t * t / 2) / math.sqrt(2 * math.pi) if own is None else own
    return np.asarray(point(name, t)), np.tile(half * masses, PANELS) * law


@lru_cache(maxsize=256)
def best_approximation(name: str, m: int, function: str) -> tuple[NDArray[np.float64], float]:
    """Return the coefficients of the best approximation, shape (m,), read-only, and its squared error.

    Raises
    ------
    ValueError
        If the function is unknown.

    Examples
    --------
    >>> best, error = best_approximation("legendre", 2, "exp")
    >>> round(float(best[0]), 6), round(error, 6)
    (1.175201, 0.026327)
    """
    x, masses = _rule(name, m)
    u, values = _known(function)(np, x), evaluate(name, m, x)
    best = values.T @ (masses * u)
    best.flags.writeable = False  # what is returned is kept
    return best, float(masses @ (u - values @ best) ** 2)


def coefficients(design: Design, targets: Array) -> Array:
    """Return the coefficients of weighted least squares: targets (R, n) at the points -> (R, m), by a QR."""
    xp = backend_of(targets).xp
    roots = xp.sqrt(design.weights)
    q, r = xp.linalg.qr(design.values * roots[..., None], mode="reduced")
    right = xp.matrix_transpose(q) @ (roots * targets)[..., None]
    return xp.linalg.solve(r, right)[..., 0]


def error_ratio(design: Design, function: str) -> Array:
    """Return the squared errors of the estimates over that of the best approximation, shape (R,): at least 1.

    Raises
    ------
    ValueError
        If the function is unknown, or its best approximation exact to rounding: the ratio would be noise.
    """
    home, m = backend_of(design.points), design.values.shape[-1]
    best, error = best_approximation(design.basis, m, function)
    if error <= RESOLVED * float(best @ best):
        raise ValueError(f"{function} is approximated to rounding by {design.basis} polynomials, m = {m}: no ratio")
    found = coefficients(design, _known(function)(home.xp, design.points))
    return 1 + home.xp.sum((found - home.asarray(best)) ** 2, axis=-1) / error
