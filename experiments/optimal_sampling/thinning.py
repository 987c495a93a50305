"""Removing points of a design while its Gram matrix stays well conditioned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from experiments.arrays import Array
from experiments.optimal_sampling.designs import Design

__all__ = ["thinned"]


def thinned(design: Design, delta: float) -> Design:
    r"""Remove points one at a time, each time the one without which ``|G - I|`` is least, while it is at most delta.

    What is removed depends on the points, so that those left no longer have the law they were drawn from: bounds in
    mean are lost, those on the event ``|G - I| <= delta`` hold.

    Parameters
    ----------
    design
        Of R replicates of n points; every step solves R n eigenvalue problems of size m.
    delta
        In (0, 1).

    Returns
    -------
    Design
        With weight 0 at the points removed; the others are multiplied by n over the number left, as G is a mean.

    Raises
    ------
    ValueError
        If delta is not such a number, a weight is not positive, as where points were removed before, or a replicate
        has ``|G - I| > delta`` from the start.

    Examples
    --------
    >>> from experiments.optimal_sampling.designs import conditioned, draw
    >>> from experiments.streams import Stream
    >>> design, _ = conditioned(
    ...     lambda k: draw("process", "legendre", 3, 30, stream=Stream(1, k), replicates=2), 0.5
    ... )
    >>> left = thinned(design, 0.5)
    >>> bool((left.distance() <= 0.5).all()), bool(((left.weights > 0).sum(axis=1) < 15).all())
    (True, True)
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta must be in (0, 1), got {delta!r}")
    xp = design.home.xp
    if not bool(xp.all(design.weights > 0)):
        raise ValueError("every weight must be positive: points cannot be removed from a design twice")
    if not bool(xp.all(design.distance() <= delta)):
        raise ValueError(f"every replicate must have |G - I| <= {delta} before points are removed: condition on it")
    rows, count, m = design.values.shape
    terms = design.weights[..., None, None] * design.values[..., :, None] * design.values[..., None, :]
    numbers = xp.arange(count, device=design.home.device)[None, :]
    kept = xp.ones((rows, count), dtype=xp.bool, device=design.home.device)
    going = xp.ones((rows,), dtype=xp.bool, device=design.home.device)
    for left in range(count - 1, m - 1, -1):
        distances = _without_each(xp, terms, kept, left)
        going = going & (xp.min(distances, axis=1) <= delta)
        if not bool(xp.any(going)):
            break
        removed = (numbers == xp.argmin(distances, axis=1)[:, None]) & going[:, None]
        kept = kept & ~removed
    used = xp.astype(kept, design.weights.dtype)
    return replace(design, weights=design.weights * used * count / xp.sum(used, axis=1)[:, None])


def _without_each(xp: Any, terms: Array, kept: Array, left: int) -> Array:
    """Return ``|G - I|`` without each of the points (R, n), ``left`` of which then remain; infinite if it is gone."""
    total = xp.sum(xp.where(kept[..., None, None], terms, xp.zeros_like(terms)), axis=1)
    values = xp.linalg.eigvalsh((total[:, None, ...] - terms) / left)
    distances = xp.max(xp.abs(values - 1), axis=-1)
    return xp.where(kept, distances, xp.full_like(distances, xp.inf))
