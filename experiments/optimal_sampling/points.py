"""Independent points: of a measure, and of the law of optimal sampling, by inverting its distribution function.

The distribution function is known in closed form (`theory.regression.wls_dpp.polynomial_bases`). It is tabulated once,
and a uniform number is inverted from its cell of the table by safeguarded Newton steps, to about 1e-13 in the value of
the distribution function, before the point is rounded: for one uniform number a point. In the first and the last cell,
where the law of Legendre polynomials grows like a square, Newton starts from a square root.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, backend_of
from theory.regression.wls_dpp.polynomial_bases import angles_end, cumulative, density, point

__all__ = ["measure_points", "optimal_points"]

CELLS = 8192
STEPS = 4


@lru_cache(maxsize=64)
def _table(name: str, m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coordinates and the distribution function there, increasing from 0 to 1."""
    nodes = np.linspace(*angles_end(name, m), CELLS + 1)
    values = np.maximum.accumulate(np.clip(cumulative(name, m, nodes), 0.0, 1.0))
    values[0], values[-1] = 0.0, 1.0
    return nodes, values


def optimal_points(name: str, m: int, uniforms: Array) -> Array:
    """Return points of the density k_m/m, one for each uniform number.

    Parameters
    ----------
    name
        ``"legendre"``, ``"chebyshev"`` or ``"hermite"``.
    m
        Dimension of the space.
    uniforms
        Numbers in [0, 1], of any shape; the points lie where they do.

    Raises
    ------
    ValueError
        If the name is unknown, m is none of its dimensions, or a number is outside [0, 1].

    Examples
    --------
    >>> optimal_points("legendre", 3, np.asarray([0.5, 1 - 2**-53])).round(6).tolist()
    [0.0, 1.0]
    """
    home = backend_of(uniforms)
    xp = home.xp
    _require_probabilities(xp, uniforms)
    flat = xp.asarray(xp.reshape(uniforms, (-1,)), copy=True)  # in one piece, as searches want it
    nodes, values = (home.asarray(part) for part in _table(name, m))
    right = xp.clip(xp.searchsorted(values, flat), 1, CELLS)
    low, high = xp.take(nodes, right - 1), xp.take(nodes, right)
    below, above = xp.take(values, right - 1), xp.take(values, right)
    gap = xp.where(above > below, above - below, xp.ones_like(above))
    share = xp.clip((flat - below) / gap, 0.0, 1.0)
    share = xp.where(right == 1, xp.sqrt(share), xp.where(right == CELLS, 1 - xp.sqrt(1 - share), share))
    t = low + (high - low) * share
    for _ in range(STEPS):
        excess, slope = cumulative(name, m, t) - flat, density(name, m, t)
        low, high = xp.where(excess < 0, t, low), xp.where(excess > 0, t, high)
        moved = t - excess / xp.where(slope > 0, slope, xp.ones_like(slope))
        inside = (moved >= low) & (moved <= high) & (slope > 0)
        t = xp.where(inside, moved, (low + high) / 2)
    return xp.reshape(point(name, t), uniforms.shape)


def measure_points(name: str, uniforms: Array) -> Array:
    """Return points of the measure itself, uniform or arcsine on [-1, 1] or standard normal: numbers as above.

    Examples
    --------
    >>> measure_points("legendre", np.asarray([0.25])).tolist()
    [-0.5]
    """
    xp = backend_of(uniforms).xp
    _require_probabilities(xp, uniforms)
    if name == "legendre":
        return 2 * uniforms - 1
    if name == "chebyshev":
        return -xp.cos(math.pi * uniforms)
    return optimal_points(name, 1, uniforms)


def _require_probabilities(xp: Any, uniforms: Array) -> None:
    if not bool(xp.all((uniforms >= 0) & (uniforms <= 1))):
        raise ValueError("uniform numbers must be in [0, 1]")
