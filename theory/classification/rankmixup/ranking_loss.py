r"""The mixup ranking loss and the normalised discounted cumulative gain.

Source: paper ``rankmixup``, forms as usually quoted.
"""

from __future__ import annotations

from typing import Any

import array_api_compat

from theory.arrays import Array, broadcast, real_arrays, require, restore

__all__ = ["mixup_ranking_loss", "normalized_gain"]


def mixup_ranking_loss(raw: Any, mixed: Any, *, margin: Any = 0.0) -> Any:
    """Return ``max(0, mixed - raw + margin)``: raw samples should be the more confident ones, by the margin.

    Parameters
    ----------
    raw, mixed
        Confidences in [0, 1] of the raw and of the mixed sample.
    margin
        Not negative.

    Raises
    ------
    ValueError
        If a confidence lies outside [0, 1] or a margin is negative.

    Examples
    --------
    >>> mixup_ranking_loss(0.75, 0.5, margin=0.25), mixup_ranking_loss(0.5, 0.75)
    (0.0, 0.25)
    """
    xp, (c, a, m), scalar = real_arrays(raw, mixed, margin)
    require(xp, (c >= 0) & (c <= 1), c, "raw", "in [0, 1]")
    require(xp, (a >= 0) & (a <= 1), a, "mixed", "in [0, 1]")
    require(xp, m >= 0, m, "margin", ">= 0")
    c, a, m = broadcast(xp, raw=c, mixed=a, margin=m)
    excess = a - c + m
    return restore(xp.where(excess > 0, excess, 0 * excess), scalar)


def normalized_gain(gains: Any, keys: Any = None) -> Array:
    r"""Return the NDCG: ``sum_i g_i/log2(1+i)`` over the same sum of the sorted gains.

    The base of the logarithm does not matter: it cancels.

    Parameters
    ----------
    gains
        Not negative, one of them positive, shape (..., n): mixing coefficients or confidences.
    keys
        What the items are ranked by, largest first, shape (..., n); None: the gains stand in their ranking.

    Raises
    ------
    ValueError
        If a gain is negative or not finite, a row holds no positive one, or a key is NaN.

    Examples
    --------
    >>> float(normalized_gain([3.0, 2.0, 2.0]))
    1.0
    >>> round(float(normalized_gain([0.3, 0.9], keys=[0.8, 0.1])), 6)
    0.796708
    """
    xp, (g, k), _ = real_arrays(gains, gains if keys is None else keys)
    if g.ndim < 1 or g.shape[-1] < 1:
        raise ValueError(f"gains need an axis of at least one item, got the shape {tuple(g.shape)}")
    require(xp, (g >= 0) & xp.isfinite(g), g, "gains", "finite and >= 0")
    best = xp.max(g, axis=-1)
    require(xp, best > 0, best, "the largest gain", "positive")
    require(xp, ~xp.isnan(k), k, "keys", "numbers")
    g = g / best[..., None]  # sums of gains near the largest number would leave the range
    if keys is not None:
        g, k = broadcast(xp, gains=g, keys=k)
        g = xp.take_along_axis(g, xp.argsort(k, axis=-1, descending=True, stable=True), axis=-1)
    places = xp.arange(g.shape[-1], dtype=g.dtype, device=array_api_compat.device(g))
    discounts = 1 / xp.log2(places + 2)
    ideal = xp.sort(g, axis=-1, descending=True)
    return xp.sum(g * discounts, axis=-1) / xp.sum(ideal * discounts, axis=-1)
