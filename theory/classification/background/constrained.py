r"""Constrained losses as numbers: conditional risks, regret bounds and their inverses.

For scores h of sum zero a constrained loss charges ``sum_{y' != y} Phi(-h_{y'})``; its conditional risk is ``sum_y
(1 - p_y) Phi(-h_y)``. ``BOUNDS`` are lower bounds on the conditional regret of a wrong prediction in terms of the
conditional zero-one regret b, for every number of classes, proved in
`theory.classification.background.claims_constrained` and
`theory.classification.background.claims_constrained_exponential`:

- ``hinge``: b (exact for b <= 1/(n-1)),
- ``squared-hinge``: b^2/(2-b),
- ``exponential``: (1 - sqrt(1-b))^2, sharper than ``exponential-quoted``: 2 - sqrt(4-b^2).

All are written so that nothing cancels near b = 0. Source: paper key ``hcons_multiclass``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theory.arrays import Array, quiet, real_arrays, require, restore

__all__ = ["BOUNDS", "conditional_risk", "exponential_transform", "regret_bound", "zero_one_bound"]

Formula = Callable[[Array, Any], Array]


def _exponential_quoted(b: Array, xp: Any) -> Array:
    return b * b / (2 + xp.sqrt((2 - b) * (2 + b)))


def _exponential_sharper(b: Array, xp: Any) -> Array:
    return (b / (1 + xp.sqrt(1 - b))) ** 2


def _inverse_squared_hinge(x: Array, xp: Any) -> Array:
    positive = xp.where(x > 0, x, xp.ones_like(x))
    return xp.where(x > 0, 4 * positive / (positive + xp.sqrt(positive * (positive + 8))), xp.zeros_like(x))


def _inverse_exponential_sharper(x: Array, xp: Any) -> Array:
    root = xp.sqrt(x)
    return root * (2 - root)


# name: (lower bound of the surrogate regret at zero-one regret b, its inverse, its value at b = 1)
BOUNDS: dict[str, tuple[Formula, Formula, float]] = {
    "hinge": (lambda b, xp: b, lambda x, xp: x, 1.0),
    "squared-hinge": (lambda b, xp: b * b / (2 - b), _inverse_squared_hinge, 1.0),
    "exponential": (_exponential_sharper, _inverse_exponential_sharper, 1.0),
    "exponential-quoted": (_exponential_quoted, lambda x, xp: xp.sqrt(x * (4 - x)), 2 - 3**0.5),
}


def _lookup(loss: str) -> tuple[Formula, Formula, float]:
    if loss not in BOUNDS:
        raise ValueError(f"loss is {loss!r}; allowed: {', '.join(BOUNDS)}")
    return BOUNDS[loss]


@quiet
def regret_bound(b: Array, loss: str) -> Array:
    """Return the least surrogate regret that a zero-one regret b certainly costs, for every number of classes.

    Parameters
    ----------
    b
        Conditional zero-one regret, in [0, 1]; any shape.
    loss
        A name in `BOUNDS`.

    Raises
    ------
    ValueError
        If b is outside [0, 1] or NaN, or the loss is unknown.

    Examples
    --------
    >>> regret_bound(0.5, "hinge"), round(regret_bound(1.0, "exponential"), 6)
    (0.5, 1.0)
    """
    formula, _, _ = _lookup(loss)
    xp, (values,), scalar = real_arrays(b)
    require(xp, (values >= 0) & (values <= 1), values, "b", "in [0, 1]")
    return restore(formula(values, xp), scalar)


@quiet
def zero_one_bound(regret: Array, loss: str) -> Array:
    """Return the largest zero-one regret that a surrogate regret allows, at most 1: the inverse of `regret_bound`.

    Parameters
    ----------
    regret
        Surrogate excess risk, at least 0; any shape. All bounds but the identity are convex, so that this holds of
        averages over the inputs too.
    loss
        A name in `BOUNDS`.

    Raises
    ------
    ValueError
        If the regret is negative or NaN, or the loss is unknown.

    Examples
    --------
    >>> zero_one_bound(0.25, "exponential"), zero_one_bound(7.0, "hinge")
    (0.75, 1.0)
    """
    _, inverse, highest = _lookup(loss)
    xp, (values,), scalar = real_arrays(regret)
    require(xp, values >= 0, values, "regret", "at least 0")
    inside = xp.where(values < highest, values, xp.full_like(values, highest))
    bounds = xp.where(values < highest, inverse(inside, xp), xp.ones_like(values))
    return restore(xp.clip(bounds, 0.0, 1.0), scalar)


@quiet
def exponential_transform(b: Array, classes: int) -> Array:
    """Return the exact transform of the constrained exponential loss for two or three classes.

    Two classes: 1 - sqrt(1-b^2). Three: with ``delta = sqrt(1 + 3b^2/4) - 1`` it is ``2 - 2 ((1-delta)^2
    (1+delta/2))^(1/3)`` up to b = 2 - sqrt 2, where class 2 has no mass left; then ``2 - 3 (b(1-b))^(1/3)`` up to
    2/3, and ``3 b^(1/3) ((1-b/2)^(2/3) - (1-b)^(1/3))``. For three classes this is derived and compared with a
    brute-force minimum, not proved here.

    Parameters
    ----------
    b
        Conditional zero-one regret, in [0, 1]; any shape.
    classes
        2 or 3.

    Raises
    ------
    ValueError
        If b is outside [0, 1] or NaN, or there are other than two or three classes.

    Examples
    --------
    >>> round(exponential_transform(0.3, 3), 10), round(exponential_transform(0.3, 2), 10)
    (0.0337531522, 0.0460607986)
    """
    if classes not in (2, 3):
        raise ValueError(f"classes is {classes!r}; allowed: 2 and 3")
    xp, (values,), scalar = real_arrays(b)
    require(xp, (values >= 0) & (values <= 1), values, "b", "in [0, 1]")
    if classes == 2:
        return restore(values * values / (1 + xp.sqrt((1 - values) * (1 + values))), scalar)
    square = 0.75 * values * values
    delta = square / (1 + xp.sqrt(1 + square))
    near = 0.0 - 2 * xp.expm1((2 * xp.log1p(-delta) + xp.log1p(delta / 2)) / 3)
    middle = 2 - 3 * (values * (1 - values)) ** (1 / 3)
    far = 3 * values ** (1 / 3) * ((1 - values / 2) ** (2 / 3) - (1 - values) ** (1 / 3))
    beyond = xp.where(values <= 2 / 3, middle, far)
    return restore(xp.where(values <= 2 - 2**0.5, near, beyond), scalar)


@quiet
def conditional_risk(scores: Array, posterior: Array, phi: Callable[[Array], Array]) -> Array:
    """Return ``sum_y (1 - p_y) Phi(-h_y)``.

    Parameters
    ----------
    scores
        h, shape (..., n), each row of sum zero to rounding.
    posterior
        p, shape (..., n), each row of sum one; broadcasts against the scores.
    phi
        A function of an array of margins, such as `theory.classification.margin.hinge`'s.

    Raises
    ------
    ValueError
        If there are fewer than two classes or not as many probabilities as scores, a row of scores does not add up to
        zero (to 1e-3 of its largest size), or a row of the posterior is no distribution (to 1e-3).

    Examples
    --------
    >>> import numpy as np
    >>> from theory.classification.margin import hinge
    >>> conditional_risk(np.array([2.0, -1.0, -1.0]), np.array([0.5, 0.25, 0.25]), hinge())
    1.5
    """
    xp, (h, p), _ = real_arrays(scores, posterior)
    if min(h.ndim, p.ndim) < 1 or h.shape[-1] != p.shape[-1] or h.shape[-1] < 2:
        shapes = f"{tuple(h.shape)} and {tuple(p.shape)}"
        raise ValueError(f"scores (..., n) and posterior (..., n) of n >= 2 classes are needed, got {shapes}")
    size, sums, masses = xp.max(xp.abs(h), axis=-1), xp.sum(h, axis=-1), xp.sum(p, axis=-1)
    require(xp, xp.abs(sums) <= 1e-3 * (size + 1e-30), sums, "scores", "of sum zero along the last axis")
    require(xp, p >= 0, p, "posterior", "at least 0")
    require(xp, xp.abs(masses - 1) <= 1e-3, masses, "posterior", "of sum one along the last axis")
    total = xp.sum((1 - p) * phi(-h), axis=-1)
    return restore(total, total.ndim == 0)
