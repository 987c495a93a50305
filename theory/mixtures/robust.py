r"""Distributionally robust losses of a linear rule: the terms at a price, and the worst case of an empirical sample.

Points may be moved, at the squared distance as cost. At the price gamma a unit of cost the terms are suprema over the
place to move to, in closed form (`robust_hinge`, `robust_zero_one`); over all plans of mean cost at most epsilon the
worst mean loss is ``min_gamma gamma epsilon + mean of terms``. This minimum over one variable is not searched for: its
dual is a maximum over the share q of points that are moved, which is taken piece by piece, in closed form. The cost of
the authors' poster is the distance itself; this is the quadratic one. Source: paper key ``ood_unlabeled``; decided in
`theory.mixtures.ood_unlabeled.claims_ood_robust`. Margins are ``z = y <theta, x>``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from theory.arrays import Array, broadcast, is_array, quiet, real_arrays, require, restore

__all__ = ["WorstCase", "robust_hinge", "robust_zero_one", "worst_case_hinge", "worst_case_zero_one"]


class WorstCase(NamedTuple):
    """The worst mean loss within a budget: its ``value``, a best ``price`` and the ``share`` of points at issue.

    The price is infinite for the hinge loss without a budget, where no finite one is best, and 0 where more budget
    would change nothing.
    """

    value: Any
    price: Any
    share: Any


@quiet
def robust_hinge(margin: Any, norm: Any, gamma: Any) -> Any:
    r"""Return ``sup_u max(0, 1 - y <theta, u>) - gamma |u - x|^2 = max(0, 1 - z + |theta|^2/(4 gamma))``.

    Parameters
    ----------
    margin : number or array
        z = y <theta, x>, finite.
    norm : number or array
        |theta| >= 0.
    gamma : number or array
        >= 0; at 0 the value is infinite unless theta is 0. All three broadcast.

    Returns
    -------
    float or array
        At least the hinge loss ``max(0, 1 - z)``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> robust_hinge(1.0, 2.0, 1.0), robust_hinge(3.0, 2.0, 1.0), robust_hinge(1.0, 2.0, 0.0)
    (1.0, 0.0, inf)
    """
    xp, z, norm, gamma, scalar = _term(margin, norm, gamma)
    require(xp, norm >= 0, norm, "norm", ">= 0")
    gain = xp.where(norm > 0, norm * (norm / (4 * gamma)), xp.zeros_like(norm))
    value = 1 - z + gain
    return restore(xp.where(value > 0, value, xp.zeros_like(value)), scalar)


@quiet
def robust_zero_one(margin: Any, norm: Any, gamma: Any) -> Any:
    r"""Return ``sup_u 1[y <theta, u> <= 0] - gamma |u - x|^2``: 1 if z <= 0, else ``max(0, 1 - gamma z^2/|theta|^2)``.

    Parameters
    ----------
    margin : number or array
        z = y <theta, x>, finite.
    norm : number or array
        |theta| > 0.
    gamma : number or array
        >= 0. All three broadcast.

    Returns
    -------
    float or array
        In [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> robust_zero_one(0.5, 1.0, 1.0), robust_zero_one(-0.5, 1.0, 1.0), robust_zero_one(2.0, 1.0, 1.0)
    (0.75, 1.0, 0.0)
    """
    xp, z, norm, gamma, scalar = _term(margin, norm, gamma)
    require(xp, norm > 0, norm, "norm", "> 0")
    distance = xp.where(z > 0, z, xp.zeros_like(z)) / norm
    value = 1 - gamma * distance * distance
    return restore(xp.where(value > 0, value, xp.zeros_like(value)), scalar)


@quiet
def worst_case_hinge(margins: Any, norm: Any, budget: Any) -> WorstCase:
    r"""Return the largest mean hinge loss of a sample whose points are moved at a mean squared distance <= budget.

    With ``h = 1 - z`` in falling order and H(q) the mean of its largest share q, it is the maximum over q in [0, 1] of
    the concave ``H(q) + |theta| sqrt(q budget)``: each piece between neighbours has its maximum in closed form.

    Parameters
    ----------
    margins : array, shape (..., m)
        z = y <theta, x> of the m points, finite.
    norm : number or array, shape (...)
        |theta| >= 0.
    budget : number or array, shape (...)
        Mean squared distance >= 0, the squared radius of the Wasserstein-2 ball.

    Returns
    -------
    WorstCase
        Of arrays of shape (...), or of floats for one sample given as a sequence of numbers.

    Raises
    ------
    ValueError
        If an argument is out of range or the sample is empty.

    Examples
    --------
    >>> worst_case_hinge([0.0, 1.0], 1.0, 0.25)
    WorstCase(value=1.0, price=1.0, share=1.0)
    """
    xp, z, norm, budget, scalar = _sample(margins, norm, budget)
    require(xp, norm >= 0, norm, "norm", ">= 0")
    m = z.shape[-1]
    h = -xp.sort(z - 1, axis=-1)
    left, right = _ends(xp, h, m)
    before = _sum_before(xp, h) / m
    reach = (norm * xp.sqrt(budget))[..., None]
    best = (reach / (2 * xp.where(h < 0, h, -xp.ones_like(h)))) ** 2  # where the slope h + reach/(2 sqrt q) vanishes
    q = xp.where(h < 0, xp.clip(best, left, right), right)
    values = before + h * (q - left) + reach * xp.sqrt(q)
    value, share = _largest(xp, values, q)
    price = xp.where(budget > 0, norm / 2 * xp.sqrt(share / budget), xp.full_like(budget, float("inf")))
    return WorstCase(*(restore(part, scalar) for part in (value, price, share)))


@quiet
def worst_case_zero_one(margins: Any, norm: Any, budget: Any) -> WorstCase:
    r"""Return the largest mean zero-one loss of a sample whose points are moved at a mean squared distance <= budget.

    Points are taken over the boundary in the order of their distance ``max(0, z)/|theta|`` until the budget is spent,
    the last one in part.

    Parameters
    ----------
    margins : array, shape (..., m)
        z = y <theta, x> of the m points, finite; a point on the boundary counts as an error.
    norm : number or array, shape (...)
        |theta| > 0.
    budget : number or array, shape (...)
        Mean squared distance >= 0, the squared radius of the Wasserstein-2 ball.

    Returns
    -------
    WorstCase
        Of arrays of shape (...), or of floats for one sample given as a sequence of numbers. The share counts the
        errors that were there before.

    Raises
    ------
    ValueError
        If an argument is out of range or the sample is empty.

    Examples
    --------
    >>> worst_case_zero_one([-1.0, 1.0, 2.0, 3.0], 1.0, 0.75)
    WorstCase(value=0.625, price=0.25, share=0.625)
    """
    xp, z, norm, budget, scalar = _sample(margins, norm, budget)
    require(xp, norm > 0, norm, "norm", "> 0")
    m = z.shape[-1]
    distance = xp.where(z > 0, z, xp.zeros_like(z)) / norm[..., None]
    cost = xp.sort(distance * distance, axis=-1)
    rest = budget[..., None] - _sum_before(xp, cost) / m
    free = cost == 0
    affordable = xp.where(rest > 0, rest, xp.zeros_like(rest)) / xp.where(free, xp.ones_like(cost), cost)
    full = xp.ones_like(cost) / m
    taken = xp.where(free, full, xp.clip(affordable, xp.zeros_like(cost), full))
    value = xp.sum(taken, axis=-1)
    price = 1 / xp.min(xp.where(taken < full, cost, xp.full_like(cost, float("inf"))), axis=-1)
    return WorstCase(*(restore(part, scalar) for part in (value, price, value)))


def _term(margin: Any, norm: Any, gamma: Any) -> tuple[Any, Array, Array, Array, bool]:
    xp, (z, norm, gamma), scalar = real_arrays(margin, norm, gamma)
    _finite(xp, margin=z, norm=norm, gamma=gamma)
    require(xp, gamma >= 0, gamma, "gamma", ">= 0")
    return xp, *broadcast(xp, margin=z, norm=norm, gamma=gamma), scalar


def _sample(margins: Any, norm: Any, budget: Any) -> tuple[Any, Array, Array, Array, bool]:
    """Read a sample, and its norm and budget broadcast to the shape of its leading axes."""
    given = (margins, norm, budget)
    xp, (z, norm, budget), _ = real_arrays(*given)
    if z.ndim < 1 or z.shape[-1] < 1:
        raise ValueError(f"margins need a last axis of at least one point, got the shape {tuple(z.shape)}")
    _finite(xp, margins=z, norm=norm, budget=budget)
    require(xp, budget >= 0, budget, "budget", ">= 0")
    first, norm, budget = broadcast(xp, margins=z[..., 0], norm=norm, budget=budget)
    scalar = first.ndim == 0 and not any(map(is_array, given))
    return xp, xp.broadcast_to(z, (*first.shape, z.shape[-1])), norm, budget, scalar


def _finite(xp: Any, **values: Array) -> None:
    for name, value in values.items():
        require(xp, xp.isfinite(value), value, name, "finite")


def _ends(xp: Any, like: Array, m: int) -> tuple[Array, Array]:
    """Return the shares (k-1)/m and k/m at which the k-th point begins and ends, in the shape of ``like``."""
    right = xp.cumulative_sum(xp.ones_like(like), axis=-1) / m
    return right - 1 / m, right


def _sum_before(xp: Any, values: Array) -> Array:
    """Return the sums of all entries before each one; subtracting it from the running sum would lose small ones."""
    running = xp.cumulative_sum(values, axis=-1)
    return xp.concat([xp.zeros_like(values[..., :1]), running[..., :-1]], axis=-1)


def _largest(xp: Any, values: Array, shares: Array) -> tuple[Array, Array]:
    """Return the largest of the values along the last axis, 0 at share 0 included, and its share."""
    value = xp.max(values, axis=-1)
    share = xp.min(xp.where(values == value[..., None], shares, xp.full_like(shares, 2.0)), axis=-1)
    nothing = xp.zeros_like(value)
    return xp.where(value > 0, value, nothing), xp.where(value > 0, share, nothing)
