r"""Losses known by their derivative alone: the three conditions, the loss value, and the psi-transform.

A loss phi is given by ``g = phi'``. With the posterior (1+t)/2 the conditional risk of the score u is
``phi(0) + int_0^u D_t``, ``D_t(s) = (1+t)/2 g(s) - (1-t)/2 g(-s)``. For nondecreasing g the function D_t is
nondecreasing and D_t(0) = t g(0), so that no wrong-sign score costs less than phi(0), and

.. math:: \psi(t) = \varphi(0) - \inf_u C_t(u) = \int_0^\infty \max(-D_t(s), 0)\,ds .

For piecewise linear g (a batch of sampled derivatives, or a step function) every segment is integrated exactly.

Source: paper ``ensloss``; the psi-transform is that of ``bartlett``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import array_api_compat
import numpy as np

from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.shown import Shown

__all__ = ["Conditions", "PiecewiseLinear", "conditions", "loss_value", "psi_transform"]

RIGHT = ("constant", "zero")


@dataclass(frozen=True, eq=False)
class PiecewiseLinear(Shown):
    """A piecewise linear derivative g, such as the one of a sampled batch.

    Parameters
    ----------
    knots : (k,) array
        Margins in nondecreasing order, k >= 1. A knot that occurs twice is a jump of g, a kink of the loss.
    values : (k,) array
        g at the knots: linear in between, constant to the left of the first.
    right
        To the right of the last knot: ``"constant"`` (its value), or ``"zero"`` (the loss is flat there).

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, knots decrease or one occurs more than twice.

    Examples
    --------
    >>> hinge = PiecewiseLinear([1.0], [-1.0], right="zero")
    >>> hinge([0.0, 2.0]).tolist()
    [-1.0, 0.0]
    """

    knots: Array
    values: Array
    right: str = "constant"

    def __post_init__(self) -> None:
        xp, (knots, values), _ = real_arrays(self.knots, self.values)
        if knots.ndim != 1 or knots.shape[0] < 1 or knots.shape != values.shape:
            raise ValueError(
                f"knots and values need one shape (k,), k >= 1; got {tuple(knots.shape)} and {tuple(values.shape)}"
            )
        if self.right not in RIGHT:
            raise ValueError(f"right is {self.right!r}; allowed: {', '.join(RIGHT)}")
        require(xp, xp.isfinite(knots), knots, "knots", "finite")
        require(xp, xp.isfinite(values), values, "values", "finite")
        require(xp, knots[1:] >= knots[:-1], knots[1:], "knots", "in nondecreasing order")
        require(xp, knots[2:] > knots[:-2], knots[2:], "knots", "given at most twice (a jump)")
        for name, array in (("knots", knots), ("values", values)):
            if not array_api_compat.is_array_api_obj(getattr(self, name)):  # a sequence adapts to what it meets
                object.__setattr__(self, name, tuple(float(value) for value in array))

    def __call__(self, margin: Array, *, side: str = "right") -> Array:
        """Return g, at a jump its limit from the right or from the left."""
        if side not in ("right", "left"):
            raise ValueError(f"side is {side!r}; allowed: right, left")
        xp, (z, knots, values), _ = real_arrays(margin, self.knots, self.values)
        require(xp, ~xp.isnan(z), z, "margin", "a number (not NaN)")
        flat = xp.reshape(z, (-1,))
        count = knots.shape[0]
        index = xp.searchsorted(knots, flat, side=side)  # knots before z; at z itself only for side="right"
        low, high = xp.clip(index - 1, 0, count - 1), xp.clip(index, 0, count - 1)
        x0, x1 = xp.take(knots, low), xp.take(knots, high)
        y0, y1 = xp.take(values, low), xp.take(values, high)
        width = xp.where(x1 > x0, x1 - x0, xp.ones_like(x0))
        weight = xp.where(x1 > x0, (flat - x0) / width, xp.zeros_like(flat))
        found = y0 * (1 - weight) + y1 * weight
        if self.right == "zero":
            found = xp.where(index == count, xp.zeros_like(found), found)
        return restore(xp.reshape(found, z.shape), _is_number(margin))


@dataclass(frozen=True)
class Conditions(Shown):
    """What is asked of the derivative of a calibrated, convex loss that is bounded below.

    Attributes
    ----------
    nondecreasing
        g does not decrease: the loss is convex.
    negative_at_zero, continuous_at_zero
        g(0) < 0 and no jump there: a convex loss is calibrated if and only if both hold.
    bounded_below
        The integral of g to the right converges or g ends >= 0, and g begins <= 0.
    """

    nondecreasing: bool
    negative_at_zero: bool
    continuous_at_zero: bool
    bounded_below: bool

    @property
    def calibrated(self) -> bool:
        """Whether the loss is convex and classification-calibrated."""
        return self.nondecreasing and self.negative_at_zero and self.continuous_at_zero


def conditions(g: PiecewiseLinear) -> Conditions:
    """Return which conditions a piecewise linear derivative meets.

    Examples
    --------
    >>> conditions(PiecewiseLinear([1.0], [-1.0], right="zero"))
    Conditions(nondecreasing=True, negative_at_zero=True, continuous_at_zero=True, bounded_below=True)
    >>> conditions(PiecewiseLinear([0.0], [-1.0], right="zero")).calibrated  # the perceptron's loss max(0, -z)
    False
    """
    xp, (values,), _ = real_arrays(g.values)
    last = float(values[-1])
    rises = bool(xp.all(values[1:] >= values[:-1])) and (g.right == "constant" or last <= 0)
    left, right = g(0.0, side="left"), g(0.0, side="right")
    bounded = (g.right == "zero" or last >= 0) and float(values[0]) <= 0
    return Conditions(rises, left < 0 and right < 0, left == right, bounded)


@quiet
def loss_value(margin: Array, g: PiecewiseLinear, *, anchor: str = "origin") -> Array:
    """Return the loss from its derivative: ``phi(z) = phi(0) + int_0^z g`` or ``- int_z^oo g``.

    Parameters
    ----------
    margin
        Any shape.
    g
        The derivative.
    anchor
        ``"origin"``: phi(0) = 0; ``"infinity"``: phi(oo) = 0, for ``right="zero"`` only.

    Raises
    ------
    ValueError
        If the anchor is unknown or the loss has no finite limit to anchor it.

    Examples
    --------
    >>> hinge = PiecewiseLinear([1.0], [-1.0], right="zero")
    >>> loss_value([-1.0, 0.0, 3.0], hinge, anchor="infinity").tolist(), loss_value(0.25, hinge)
    ([2.0, 1.0, 0.0], -0.25)
    """
    if anchor not in ("origin", "infinity"):
        raise ValueError(f"anchor is {anchor!r}; allowed: origin, infinity")
    if anchor == "infinity" and g.right != "zero":
        raise ValueError("anchor='infinity' needs a derivative with right='zero': the loss must be flat at the end")
    xp, (z, knots, values), _ = real_arrays(margin, g.knots, g.values)
    require(xp, xp.isfinite(z), z, "margin", "finite")
    base = _antiderivative(xp, z, knots, values, g)
    if anchor == "origin":
        return restore(base - _antiderivative(xp, xp.zeros_like(z), knots, values, g), _is_number(margin))
    end = _antiderivative(xp, xp.full_like(z, float(knots[-1])), knots, values, g)
    return restore(base - end, _is_number(margin))


def _is_number(value: Any) -> bool:
    """Whether one number was given: then one comes back, though the knots are arrays."""
    return isinstance(value, int | float)


def _antiderivative(xp: Any, z: Array, knots: Array, values: Array, g: PiecewiseLinear) -> Array:
    """Return the integral of g from its first knot to z: a sum of trapezoids, exact but for roundings."""
    flat = xp.reshape(z, (-1,))
    areas = (knots[1:] - knots[:-1]) * (values[1:] + values[:-1]) / 2
    totals = xp.concat([xp.zeros_like(knots[:1]), xp.cumulative_sum(areas, axis=0)])
    index = xp.clip(xp.searchsorted(knots, flat, side="right") - 1, 0, knots.shape[0] - 1)
    start = xp.take(knots, index)
    first = xp.where(flat < start, g(flat, side="left"), g(start, side="right"))
    return xp.reshape(xp.take(totals, index) + (flat - start) * (first + g(flat, side="left")) / 2, z.shape)


@quiet
def psi_transform(t: Array, g: PiecewiseLinear | Callable[[Any], Any], *, reach: float = 1e6) -> Array:
    """Return psi(t), the least excess conditional risk of a wrong-sign score, from the derivative alone.

    Parameters
    ----------
    t
        Twice the distance of the posterior from 1/2, in [0, 1]; any shape.
    g
        A nondecreasing derivative: a `PiecewiseLinear` (exact but for roundings), or a function of one margin
        (integrated numerically, to about 1e-9; that it is nondecreasing is then the caller's to know).
    reach
        For a function: scores up to this one are looked at.

    Returns
    -------
    array
        Infinity where the conditional risk is unbounded below (piecewise linear derivatives only).

    Raises
    ------
    ValueError
        If t is outside [0, 1], a piecewise linear g decreases, or the conditional risk of a function still falls at
        ``reach``: it may be unbounded below.

    Examples
    --------
    >>> psi_transform([0.25, 1.0], PiecewiseLinear([1.0], [-1.0], right="zero")).tolist()  # the hinge: t
    [0.25, 1.0]
    >>> psi_transform(0.5, PiecewiseLinear([0.0, 1.0], [-1.0, -0.5]))  # still falling at the end
    inf
    >>> import math
    >>> round(psi_transform(0.5, lambda z: -math.exp(-z)), 9)  # 1 - sqrt(1 - t^2)
    0.133974596
    """
    if not isinstance(g, PiecewiseLinear):
        return _numeric_psi(t, g, reach)
    if not conditions(g).nondecreasing:
        raise ValueError("the derivative decreases somewhere: the loss is not convex, and psi is not given by it alone")
    scalar = _is_number(t)
    xp, (t, knots), _ = real_arrays(t, g.knots)
    require(xp, (t >= 0) & (t <= 1), t, "t", "in [0, 1]")
    grid = xp.sort(xp.unique_values(xp.concat([xp.zeros_like(knots[:1]), xp.abs(knots)])))
    right, left, t = (1 + t[..., None]) / 2, (1 - t[..., None]) / 2, t[..., None]
    # D_t just after the start and just before the end of each piece of the half-line, the last of them constant
    begin = right * g(grid, side="right") - left * g(-grid, side="left")
    end = right * g(grid[1:], side="left") - left * g(-grid[1:], side="right")
    saved = xp.sum((grid[1:] - grid[:-1]) * _negative_part(xp, begin[..., :-1], end), axis=-1)
    falling = begin[..., -1] < 0
    return restore(xp.where(falling, xp.full_like(saved, math.inf), saved), scalar)


def _negative_part(xp: Any, a: Array, b: Array) -> Array:
    """Return the mean of max(-f, 0) for f linear from a to b >= a."""
    crossing = (a < 0) & (b > 0)
    rise = xp.where(crossing, b - a, xp.ones_like(a))
    return xp.where(crossing, a * a / (2 * rise), xp.where(b <= 0, -(a + b) / 2, xp.zeros_like(a)))


def _numeric_psi(t: Array, g: Callable[[Any], Any], reach: float) -> Any:
    if not 0 < reach < math.inf:
        raise ValueError(f"reach is {reach!r}; allowed: a finite number above 0")
    xp, (values,), scalar = real_arrays(t)
    require(xp, (values >= 0) & (values <= 1), values, "t", "in [0, 1]")
    flat = [_numeric_psi_at(float(value), g, reach) for value in np.ravel(np.asarray(values))]
    return restore(xp.reshape(xp.asarray(flat, dtype=values.dtype), values.shape), scalar)


def _numeric_psi_at(t: float, g: Callable[[Any], Any], reach: float) -> float:
    from scipy.integrate import quad
    from scipy.optimize import brentq

    def slope(u: float) -> float:
        return (1 + t) / 2 * float(g(u)) - (1 - t) / 2 * float(g(-u))

    high = 1.0
    while slope(high) < 0:
        if high >= reach:
            raise ValueError(
                f"at t = {t!r} the conditional risk still falls at the score {high!r}: it may be unbounded below; "
                "give a larger reach, or decide the tail first (derivative_tail.tail)"
            )
        high = min(2 * high, reach)
    if slope(0.0) >= 0:
        return 0.0
    best = high if slope(high) == 0 else brentq(slope, 0.0, high, xtol=1e-14 * high)
    # split where the loss is apt to have a corner, so that the quadrature does not step over it
    ends = sorted({0.0, min(1.0, best), best})
    pieces = itertools.pairwise(ends)
    return max(0.0, -sum(quad(slope, low, up, epsabs=1e-12, epsrel=1e-11, limit=200)[0] for low, up in pieces))
