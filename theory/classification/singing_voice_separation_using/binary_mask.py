r"""Binary masks of a spectrogram: the ideal one, the signal-to-noise ratio it reaches, and cross-entropy with it.

Source: paper ``singing_voice_separation_using``, forms as usually quoted.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore

__all__ = ["ideal_binary_mask", "mask_cross_entropy", "masked_ratio"]


def ideal_binary_mask(voice: Any, rest: Any) -> Any:
    """Return 1 where the energy of the voice exceeds that of the rest, else 0.

    Raises
    ------
    ValueError
        If an energy is negative.

    Examples
    --------
    >>> ideal_binary_mask([2.0, 1.0, 0.0], [1.0, 1.0, 3.0]).tolist()
    [1.0, 0.0, 0.0]
    """
    xp, s, n, _, scalar = _energies(voice, rest, 0.0)
    return restore(xp.astype(s > n, s.dtype), scalar)


@quiet
def masked_ratio(voice: Any, rest: Any, mask: Any) -> Array:
    """Return the signal-to-noise ratio of a binary mask in decibels, over the last axis (the bins).

    ``10 log10(sum s / sum (m n + (1-m) s))``; infinite where the mask makes no error, minus infinity where there is no
    voice but an error, and NaN where there is neither.

    Parameters
    ----------
    voice, rest
        Energies s and n of the bins, not negative, shape (..., bins).
    mask
        0 or 1, shape (..., bins).

    Raises
    ------
    ValueError
        If an energy is negative or the mask is not binary.

    Examples
    --------
    >>> round(float(masked_ratio([9.0, 1.0], [1.0, 4.0], [1.0, 0.0])), 6)
    6.9897
    """
    xp, s, n, m, scalar = _energies(voice, rest, mask)
    if scalar or s.ndim < 1 or s.shape[-1] < 1:
        raise ValueError("an axis of at least one bin is needed, got none")
    require(xp, (m == 0) | (m == 1), m, "mask", "0 or 1")
    error = xp.sum(xp.where(m > 0, n, s), axis=-1)
    return 10 * xp.log10(xp.sum(s, axis=-1) / error)


@quiet
def mask_cross_entropy(scores: Any, mask: Any) -> Any:
    """Return the binary cross-entropy of each bin from its score (logit), finite or not; the target lies in [0, 1].

    Raises
    ------
    ValueError
        If a score is NaN or a target lies outside [0, 1].

    Examples
    --------
    >>> round(mask_cross_entropy(0.0, 1.0), 6), mask_cross_entropy(-800.0, 1.0)
    (0.693147, 800.0)
    """
    xp, (u, m), scalar = real_arrays(scores, mask)
    require(xp, ~xp.isnan(u), u, "scores", "numbers")
    require(xp, (m >= 0) & (m <= 1), m, "mask", "in [0, 1]")
    u, m = broadcast(xp, scores=u, mask=m)
    tail = xp.log1p(xp.exp(-xp.abs(u)))
    share = xp.where(u > 0, 1 - m, m)  # of the label that the score speaks against
    wrong = xp.where(share > 0, share * xp.abs(u), 0 * m)
    return restore(wrong + tail, scalar)


def _energies(voice: Any, rest: Any, mask: Any) -> tuple[Any, Array, Array, Array, bool]:
    xp, (s, n, m), scalar = real_arrays(voice, rest, mask)
    for energy, name in ((s, "voice"), (n, "rest")):
        require(xp, (energy >= 0) & xp.isfinite(energy), energy, name, "finite and >= 0")
    s, n, m = broadcast(xp, voice=s, rest=n, mask=m)
    return xp, s, n, m, scalar
