r"""Dice, L1 and L2 losses of a segment under normal noise: second moment and contraction of their gradients.

The predicted segment of length l is off by eta ~ N(d, s^2). Losses: ``min(|eta|/l, 1)``, ``|eta|``, ``eta^2/2``; the
moments are at d = 0, the contraction is the slope in d, at d = 0, of the mean derivative.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.classification.gaussian_tail import erf

__all__ = ["LOSSES", "contraction", "noise_per_contraction", "second_moment", "segment_loss"]

LOSSES = ("dice", "l1", "l2")


def segment_loss(offset: Any, length: Any, *, loss: str = "dice") -> Any:
    """Return the loss of a segment that is off by ``offset``.

    Parameters
    ----------
    offset : number or array
    length : number or array
        l > 0; only dice depends on it.
    loss : str
        ``"dice"``, ``"l1"`` or ``"l2"`` (half the square).

    Examples
    --------
    >>> segment_loss(-1.0, 4.0), segment_loss(9.0, 4.0), segment_loss(3.0, 4.0, loss="l2")
    (0.25, 1.0, 4.5)
    """
    xp, offset, length, scalar = _read(offset, length, "offset", loss)
    size = xp.abs(offset)
    value = {"dice": xp.where(size >= length, xp.ones_like(size), size / length), "l1": size, "l2": size * size / 2}
    return restore(value[loss], scalar)


def second_moment(noise: Any, length: Any, *, loss: str = "dice") -> Any:
    r"""Return ``E[g^2]``: ``erf(l/(s sqrt 2))/l^2``, 1 or s^2.

    Parameters
    ----------
    noise, length : number or array
        s > 0 and l > 0.
    loss : str
        As in :func:`segment_loss`.

    Examples
    --------
    >>> round(second_moment(1.0, 2.0), 9), second_moment(3.0, 2.0, loss="l2")
    (0.238624934, 9.0)
    """
    xp, noise, length, scalar = _read(noise, length, "noise", loss)
    _positive(xp, noise, "noise")
    if loss == "dice":
        return restore(erf(length / (math.sqrt(2) * noise)) / length / length, scalar)
    return restore(xp.ones_like(noise) if loss == "l1" else noise * noise, scalar)


@quiet
def contraction(noise: Any, length: Any, *, loss: str = "dice") -> Any:
    r"""Return how fast the mean derivative grows with the error: ``sqrt(2/pi) (1 - e^(-l^2/2s^2))/(s l)`` for dice.

    ``sqrt(2/pi)/s`` for L1, 1 for L2.

    Examples
    --------
    >>> round(contraction(1.0, 100.0) / contraction(1.0, 100.0, loss="l1"), 12)
    0.01
    """
    xp, noise, length, scalar = _read(noise, length, "noise", loss)
    _positive(xp, noise, "noise")
    if loss == "l2":
        return restore(xp.ones_like(noise), scalar)
    absolute = math.sqrt(2 / math.pi) / noise
    if loss == "l1":
        return restore(absolute, scalar)
    ratio = length / noise
    short = ratio < 1e-8  # 1 - exp(-r^2/2) is r^2/2 to full accuracy, and would underflow
    pull = xp.where(short, ratio / noise / 2, -xp.expm1(-ratio * ratio / 2) / length)
    return restore(absolute * pull, scalar)


def noise_per_contraction(noise: Any, length: Any, *, loss: str = "dice") -> Any:
    """Return moment / contraction^2: what is left at a small step and a fixed rate of contraction. L2 has s^2.

    Examples
    --------
    >>> noise_per_contraction(1.0, 1.0, loss="l2"), round(noise_per_contraction(1.0, 50.0), 9)
    (1.0, 1.570796327)
    """
    moment, slope = second_moment(noise, length, loss=loss), contraction(noise, length, loss=loss)
    return moment / slope / slope


def _read(first: Any, length: Any, name: str, loss: str) -> tuple[Any, Array, Array, bool]:
    if loss not in LOSSES:
        raise ValueError(f"loss is {loss!r}; allowed: {', '.join(LOSSES)}")
    xp, (first, length), scalar = real_arrays(first, length)
    first, length = broadcast(xp, **{name: first, "length": length})
    _positive(xp, length, "length")
    return xp, first, length, scalar


def _positive(xp: Any, value: Array, name: str) -> None:
    require(xp, (value > 0) & xp.isfinite(value), value, name, "positive and finite")
