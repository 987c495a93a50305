r"""The sampler of random loss derivatives: normal draws, inverse Box-Cox transform, sorted along the margins.

For a batch of margins z_1, ..., z_m and standard normal draws the derivatives are

1. ``x = (1 + lam z)_+^(1/lam)``, the inverse Box-Cox transform of the draws (``e^z`` at lam = 0);
2. ``-x``, clipped at -1 from below and sorted;
3. the j-th smallest derivative for the j-th smallest margin;
4. times the tail factor (1 up to the margin 1, then ``1/z``), minus a small shift.

Steps 1 to 3 give a nondecreasing sequence in [-1, 0]; the factor is positive and nonincreasing, so the sequence stays
nondecreasing. It is *negative* only if no x is 0: for lam > 0 a draw ``z <= -1/lam`` gives 0, for lam < 0 a draw
``z >= -1/lam`` gives infinity (a power of 0), hence -1 after the clip.

Source: paper ``ensloss``; the steps and their constants are those of the authors' code.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore

__all__ = ["PUBLISHED_SHIFT", "TAILS", "inverse_box_cox", "loss_derivatives", "normal_draws", "tail_factor"]

PUBLISHED_SHIFT = 1e-6
"""What the authors' code subtracts from every derivative, so that none is zero."""

TAILS = ("published", "integrable", "none")
"""Tail factors beyond the margin 1: ``1/z``, ``z**-exponent`` with an exponent above 1, or 1."""


@quiet
def inverse_box_cox(z: Array, lam: Array) -> Array:
    r"""Return ``(1 + lam z)_+^(1/lam)``, and ``exp(z)`` at lam = 0.

    Computed as ``exp(z log(1+x)/x)`` with x = lam z, which does not cancel as lam -> 0.

    Parameters
    ----------
    z, lam
        Any real numbers whose product is finite; broadcast against each other. Where ``1 + lam z <= 0`` the value is 0
        for lam > 0 and infinity for lam < 0.

    Raises
    ------
    ValueError
        If z, lam or their product is not finite.

    Examples
    --------
    >>> inverse_box_cox(0.5, 1), inverse_box_cox(-2, 1), inverse_box_cox(2, -1), inverse_box_cox(0, 0)
    (1.5, 0.0, inf, 1.0)
    """
    xp, (z, lam), scalar = real_arrays(z, lam)
    require(xp, xp.isfinite(z), z, "z", "finite")
    require(xp, xp.isfinite(lam), lam, "lam", "finite")
    z, lam = broadcast(xp, z=z, lam=lam)
    x = lam * z
    require(xp, xp.isfinite(x), x, "lam * z", "finite")
    inside = x > -1
    near = xp.where(x == 0, xp.ones_like(x), x)
    ratio = xp.where(x == 0, xp.ones_like(x), xp.log1p(xp.where(inside, near, xp.ones_like(x))) / near)
    # beyond 1/2 dividing by lam itself saves a rounding; nearer to 0 the product lam * z may have underflowed
    large = xp.abs(x) > 0.5
    divisor = xp.where(large, lam, xp.ones_like(lam))
    exponent = xp.where(large, xp.log1p(xp.where(inside, x, xp.zeros_like(x))) / divisor, z * ratio)
    outside = xp.where(lam > 0, xp.zeros_like(x), xp.full_like(x, math.inf))
    return restore(xp.where(inside, xp.exp(exponent), outside), scalar)


def normal_draws(uniforms: Array) -> Any:
    """Return standard normal draws from uniform ones in (0, 1), by inversion (NumPy arrays; for random streams).

    Raises
    ------
    ValueError
        If a uniform draw is outside (0, 1).

    Examples
    --------
    >>> normal_draws(0.5)
    0.0
    """
    from scipy.special import ndtri

    xp, (u,), scalar = real_arrays(uniforms)
    require(xp, (u > 0) & (u < 1), u, "uniforms", "inside (0, 1)")
    return restore(ndtri(u), scalar)


@quiet
def tail_factor(margins: Array, *, tail: str = "published", exponent: float = 2.0) -> Array:
    """Return the factor of the derivatives: 1 up to the margin 1, then ``1/z``, ``z**-exponent`` or 1.

    Parameters
    ----------
    margins
        Any shape.
    tail
        One of `TAILS`. Only ``"integrable"`` makes every loss bounded below.
    exponent
        Of the integrable tail; above 1.

    Raises
    ------
    ValueError
        If a margin is NaN, the tail is unknown or the exponent of the integrable tail is not a finite number above 1.

    Examples
    --------
    >>> tail_factor(4.0), tail_factor(4.0, tail="integrable", exponent=1.5), tail_factor(-4.0)
    (0.25, 0.125, 1.0)
    """
    if tail not in TAILS:
        raise ValueError(f"tail is {tail!r}; allowed: {', '.join(TAILS)}")
    if tail == "integrable" and not 1 < exponent < math.inf:
        raise ValueError(f"exponent is {exponent!r}; allowed: a finite number above 1 (the tail 1/z is not integrable)")
    xp, (z,), scalar = real_arrays(margins)
    require(xp, ~xp.isnan(z), z, "margins", "numbers (not NaN)")
    beyond = xp.where(z > 1, z, xp.ones_like(z))
    if tail == "none":
        return restore(xp.ones_like(z), scalar)
    return restore(1 / beyond if tail == "published" else beyond**-exponent, scalar)


@quiet
def loss_derivatives(
    margins: Array,
    draws: Array | np.random.Generator,
    *,
    lam: float = 0.0,
    tail: str = "published",
    exponent: float = 2.0,
    clip: float = 1.0,
    shift: float | None = None,
) -> Array:
    """Return random loss derivatives of a batch, one for each margin.

    Parameters
    ----------
    margins
        ``y f(x)``, shape (..., m): the last axis is the batch.
    draws
        Standard normal draws of the same shape, or a NumPy generator that draws them. Uniform draws go through
        `normal_draws` first.
    lam
        Parameter of the Box-Cox transform; the published algorithm draws it from U(-1, 1) every few epochs.
    tail, exponent
        See `tail_factor`.
    clip
        Derivatives are at least -clip (before the shift); ``math.inf`` for none.
    shift
        Subtracted from every derivative. By default 1e-6 with the published tail, else 0: a shift makes every loss
        unbounded below.

    Returns
    -------
    array
        Same shape as the margins: along the batch nondecreasing in the margin, at most ``-shift``. Equal margins may
        get different derivatives (both are subgradients of one loss, which has a kink there).

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, or clip or shift is negative.

    Examples
    --------
    >>> loss_derivatives([2.0, -1.0, 0.5], [0.0, 1.0, -1.0], lam=1.0, shift=0.0).tolist()
    [-0.0, -1.0, -1.0]
    """
    shift = (PUBLISHED_SHIFT if tail == "published" else 0.0) if shift is None else shift
    if not clip > 0:
        raise ValueError(f"clip is {clip!r}; allowed: a number above 0 (math.inf for none)")
    if not 0 <= shift < math.inf:
        raise ValueError(f"shift is {shift!r}; allowed: a finite number >= 0")
    if isinstance(draws, np.random.Generator):
        _, (z,), _ = real_arrays(margins)
        draws = draws.standard_normal(tuple(z.shape)).tolist()  # numbers adapt to the margins' namespace and dtype
    xp, (z, draws), _ = real_arrays(margins, draws)
    if z.ndim < 1 or z.shape != draws.shape:
        raise ValueError(
            f"margins and draws need one shape with a batch axis, got {tuple(z.shape)} and {tuple(draws.shape)}"
        )
    require(xp, xp.isfinite(z), z, "margins", "finite")
    sampled = -inverse_box_cox(draws, lam)
    ordered = xp.sort(xp.where(sampled > -clip, sampled, xp.full_like(sampled, -clip)), axis=-1)
    rank = xp.argsort(xp.argsort(z, axis=-1), axis=-1)
    assigned = xp.take_along_axis(ordered, rank, axis=-1)
    return assigned * tail_factor(z, tail=tail, exponent=exponent) - shift
