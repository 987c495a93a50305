"""Transforms of arbitrary margin losses by numeric minimisation, and their inverses through the convex hull.

These are estimates (about 1e-9 absolute for losses that vary on a scale of 0.01 to 1000); certified values are the
business of `theory.classification.analysis`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GRID = 2001
_GOLDEN = (math.sqrt(5) - 1) / 2
Loss = Callable[[Any], Any]


def _scores(score_bound: float) -> NDArray[np.float64]:
    """Return scores from 0 to the bound, or far enough where there is none."""
    if math.isinf(score_bound):
        return np.concatenate([np.linspace(0.0, 4.0, _GRID), np.geomspace(4.0, 1e6, _GRID)[1:]])
    return np.linspace(0.0, score_bound, _GRID)


def _risk(phi: Loss, v: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weight*phi(v) + (1-weight)*phi(-v), with 0 * infinity = 0."""
    with np.errstate(all="ignore"):
        right, wrong = np.asarray(phi(v), float), np.asarray(phi(-v), float)
        first = np.where(weight == 0, 0.0, weight * right)
        second = np.where(weight == 1, 0.0, (1 - weight) * wrong)
        return np.where(np.isnan(first + second), np.inf, first + second)


def least_risk(phi: Loss, weight: NDArray[np.float64], score_bound: float) -> NDArray[np.float64]:
    """Estimate the least of weight*phi(v) + (1-weight)*phi(-v) over v in [0, B], for each weight.

    Parameters
    ----------
    phi
        Function of an array of margins.
    weight
        Shape (m,), in [0, 1].
    score_bound
        B > 0, infinity allowed.

    Returns
    -------
    array, shape (m,)

    Examples
    --------
    >>> least_risk(lambda u: np.maximum(0, 1 - u), np.array([0.75]), math.inf).round(6).tolist()
    [0.5]
    """
    grid = _scores(score_bound)
    values = _risk(phi, grid[None, :], weight[:, None])
    best = np.argmin(values, axis=1)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
    for _ in range(60):  # golden section on the cell pair around the best grid point
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        smaller = _risk(phi, left, weight) <= _risk(phi, right, weight)
        low, high = np.where(smaller, low, left), np.where(smaller, right, high)
    refined = _risk(phi, (low + high) / 2, weight)
    return np.minimum(refined, values[np.arange(len(weight)), best])


def numeric_transform(t: Any, loss: Loss, score_bound: Any = math.inf) -> Any:
    """Estimate T(t) by minimising over a grid of scores, refined by golden section.

    Raises
    ------
    ValueError
        If t is outside [0, 1], or the score bound is not one positive number.

    Examples
    --------
    >>> round(numeric_transform(0.5, lambda u: np.exp(-u)), 9)
    0.133974596
    """
    limit = _check_bound(score_bound)
    values = np.asarray(t, dtype=float)
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"t must be in [0, 1], got values from {values.min()} to {values.max()}")
    weight = (1 + values.ravel()) / 2
    result = np.empty_like(weight)
    for start in range(0, len(weight), 256):  # bounds memory: 256 x the score grid
        chunk = weight[start : start + 256]
        right, wrong = least_risk(loss, chunk, limit), least_risk(loss, 1 - chunk, limit)
        with np.errstate(invalid="ignore"):  # two infinite risks have no difference: NaN
            result[start : start + 256] = np.maximum(wrong - right, 0.0)
    return float(result[0]) if values.ndim == 0 else result.reshape(values.shape)


def _check_bound(score_bound: Any) -> float:
    limit = float(score_bound) if np.ndim(score_bound) == 0 else math.nan
    if not limit > 0:
        raise ValueError(f"score_bound must be above 0 (infinity is allowed) and one number, got {score_bound!r}")
    return limit


def lower_hull(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the indices of the lower convex hull of points with increasing x.

    >>> lower_hull(np.array([0.0, 1.0, 2.0]), np.array([0.0, 5.0, 2.0])).tolist()
    [0, 2]
    """
    hull: list[int] = []
    for i in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[i] - x[a]) < (y[i] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(i)
    return np.array(hull)


def numeric_bound(regret: Any, loss: Loss, score_bound: Any = math.inf) -> Any:
    """Estimate the largest zero-one regret a surrogate regret allows: inverse of the hull of `numeric_transform`.

    >>> round(numeric_bound(0.25, lambda u: np.maximum(0, 1 - u) ** 2), 4)
    0.5
    """
    limit = _check_bound(score_bound)
    values = np.asarray(regret, dtype=float)
    if not np.all(values >= 0):
        raise ValueError(f"regret must be at least 0, got {values.min()}")
    t = np.concatenate([[0.0], np.geomspace(1e-6, 0.02, 120), np.linspace(0.02, 1.0, 400)[1:]])
    heights = numeric_transform(t, loss, limit)
    corners = lower_hull(t, heights)
    result = np.interp(values, heights[corners], t[corners], right=1.0)
    return float(result) if values.ndim == 0 else result
