r"""Calibration functions and psi-transforms of margin losses, for losses given in closed form or as any callable.

At posterior eta, ``t = |2 eta - 1|`` is the zero-one excess risk of a score of the wrong sign (a score 0 counts as
one).

- `pointwise_calibration`: ``delta_max(eps, eta)``, the least surrogate excess risk of a score whose zero-one excess
  risk is at least eps: T(t) for 0 < eps <= t, infinite for eps > t, 0 for eps = 0.
- `calibration_function`: its infimum over the posteriors. It is T(eps) where the transform T does not fall, as it does
  not for the six losses of `theory.classification.margin`.
- `psi_transform`: the convex hull of T, psi. Surrogate regret is at least psi of the zero-one regret.

Losses without a closed form are minimised numerically (NumPy only, to about 1e-6, since infima over posteriors and
hulls are taken on a grid).

Source: paper keys ``steinwart`` (calibration functions) and ``bartlett`` (psi-transform).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.classification.margin import MarginLoss, transform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["calibration_function", "pointwise_calibration", "psi_transform"]

_GRID = 801


@quiet
def pointwise_calibration(
    eps: Array, eta: Array, loss: MarginLoss | Callable[[Array], Array], score_bound: Array = math.inf
) -> Array:
    """Return ``delta_max(eps, eta)``.

    Parameters
    ----------
    eps
        Zero-one excess risk, in [0, 1]; any shape.
    eta
        Posterior of the positive class, in [0, 1]; broadcasts against ``eps``.
    loss, score_bound
        As in `theory.classification.margin.transform`.

    Returns
    -------
    array of the common shape
        Infinite where no score has so large an excess risk, eps > |2 eta - 1| (by more than rounding).

    Raises
    ------
    ValueError
        If eps or eta is outside [0, 1] or NaN, or the score bound is not positive.

    Examples
    --------
    >>> from theory.classification.margin import hinge
    >>> pointwise_calibration(0.25, 0.75, hinge()), pointwise_calibration(0.75, 0.75, hinge())
    (0.5, inf)
    >>> round(pointwise_calibration(0.4, 0.7, hinge()), 12)
    0.4
    """
    xp, (levels, posteriors), scalar = real_arrays(eps, eta)
    require(xp, (levels >= 0) & (levels <= 1), levels, "eps", "in [0, 1]")
    require(xp, (posteriors >= 0) & (posteriors <= 1), posteriors, "eta", "in [0, 1]")
    t = xp.abs(2 * posteriors - 1)
    costs = transform(t, loss, score_bound)
    rounding = 2 * float(xp.finfo(t.dtype).eps)  # of eta, twice: .4 counts as |2 * .7 - 1|
    values = xp.where(levels <= t + rounding, costs, xp.full_like(costs, math.inf))
    return restore(xp.where(levels == 0, xp.zeros_like(values), values), scalar)


def calibration_function(
    eps: Array, loss: MarginLoss | Callable[[Array], Array], score_bound: Array = math.inf
) -> Array:
    """Return the uniform calibration function: the infimum of `pointwise_calibration` over the posteriors.

    Parameters
    ----------
    eps, loss, score_bound
        As in `pointwise_calibration`. A loss without a closed form takes one score bound.

    Raises
    ------
    ValueError
        If eps is outside [0, 1] or NaN, or the score bound is not positive.

    Examples
    --------
    >>> from theory.classification.margin import quadratic
    >>> calibration_function(0.5, quadratic())
    0.25
    """
    if isinstance(loss, MarginLoss) and loss.closed_transform is not None:
        return transform(eps, loss, score_bound)  # it does not fall, so that the posterior with t = eps is the worst
    import numpy as np

    levels = _levels(eps)
    grid = np.unique(np.concatenate([levels.ravel(), _grid()]))
    least = np.minimum.accumulate(transform(grid, loss, score_bound)[::-1])[::-1]
    return _shaped(np.where(levels == 0, 0.0, least[np.searchsorted(grid, levels)]))


def psi_transform(t: Array, loss: MarginLoss | Callable[[Array], Array], score_bound: Array = math.inf) -> Array:
    """Return psi(t), the convex hull of the transform.

    Parameters
    ----------
    t, loss, score_bound
        As in `theory.classification.margin.transform`. A loss without a closed form takes one score bound.

    Raises
    ------
    ValueError
        If t is outside [0, 1] or NaN, or the score bound is not positive.

    Examples
    --------
    >>> from theory.classification.margin import logistic, transform
    >>> psi_transform(0.5, logistic()) == transform(0.5, logistic())
    True
    """
    if isinstance(loss, MarginLoss) and loss.closed_transform is not None:
        return transform(t, loss, score_bound)  # all closed forms are convex
    import numpy as np

    from theory.classification.margin_search import lower_hull

    levels = _levels(t)
    grid = np.unique(np.concatenate([levels.ravel(), _grid()]))
    heights = transform(grid, loss, score_bound)
    corners = lower_hull(grid, heights)
    return _shaped(np.interp(levels, grid[corners], heights[corners]))


def _levels(values: Any) -> NDArray[np.float64]:
    import numpy as np

    levels = np.asarray(values, dtype=float)
    if not np.all((levels >= 0) & (levels <= 1)):
        raise ValueError(f"values from {levels.min()} to {levels.max()} given; they must be in [0, 1]")
    return levels


def _grid() -> NDArray[np.float64]:
    import numpy as np

    return np.concatenate([[0.0], np.geomspace(1e-6, 0.01, 60), np.linspace(0.01, 1.0, _GRID)])


def _shaped(values: NDArray[np.float64]) -> Any:
    return float(values) if values.ndim == 0 else values
