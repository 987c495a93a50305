r"""Unlabelled principal component and labelled mean: the limits of their alignment with the mean.

Classes ``N(y mu, sigma^2 I_d)``, separation ``s = |mu|/sigma``. With d/n -> g the leading eigenvector of the second
moments of n unlabelled points has ``cos^2 -> (1 - g/s^4)/(1 + g/s^2)`` if ``s^4 > g``, and 0 below this threshold
(spiked covariance model); the mean of m labelled points has ``1/(1 + h/s^2)``, d/m -> h. The comparison of the two
formulas is decided in `theory.mixtures.ood_unlabeled.claims_ood_pca`. Source: paper key ``ood_unlabeled``.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.classification.gaussian_tail import normal_tail

__all__ = ["alignment_error", "pca_alignment", "pca_threshold", "plug_in_alignment", "unlabelled_needed"]


@quiet
def pca_alignment(ratio: Any, separation: Any) -> Any:
    """Return the limit of cos^2 between the leading eigenvector and the mean.

    Parameters
    ----------
    ratio : number or array
        g = d/n >= 0.
    separation : number or array
        s > 0; broadcasts against the ratio.

    Returns
    -------
    float or array
        In [0, 1]; 0 up to the threshold ``s^4 = g``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> pca_alignment(0.5, 1.0), pca_alignment(2.0, 1.0), pca_alignment(0.0, 1.0)
    (0.3333333333333333, 0.0, 1.0)
    """
    xp, g, s, scalar = _read(ratio, separation)
    weak = g / s / s  # in steps: the powers of a small s underflow
    strong = weak / s / s
    value = xp.where(strong < 1, (1 - strong) / (1 + weak), xp.zeros_like(g))
    return restore(value, scalar)


@quiet
def pca_threshold(separation: Any) -> Any:
    """Return ``s^4``: the largest d/n, exclusive, at which the leading eigenvector sees the mean at all.

    Parameters
    ----------
    separation : number or array
        s > 0.

    Examples
    --------
    >>> pca_threshold(0.5)
    0.0625
    """
    xp, (s,), scalar = real_arrays(separation)
    _separations(xp, s)
    return restore(s**4, scalar)


@quiet
def plug_in_alignment(ratio: Any, separation: Any) -> Any:
    """Return ``1/(1 + h/s^2)``, the limit of cos^2 between the mean of label times point and mu.

    Parameters
    ----------
    ratio : number or array
        h = d/m >= 0.
    separation : number or array
        s > 0; broadcasts against the ratio.

    Examples
    --------
    >>> plug_in_alignment(1.0, 1.0)
    0.5
    """
    _, h, s, scalar = _read(ratio, separation)
    return restore(1 / (1 + h / s / s), scalar)


def alignment_error(alignment: Any, separation: Any) -> Any:
    """Return ``Q(s cos t)``, the error of a rule whose direction has the given cos^2, its sign being right.

    Parameters
    ----------
    alignment : number or array
        cos^2 in [0, 1].
    separation : number or array
        s > 0; broadcasts against the alignment.

    Examples
    --------
    >>> round(alignment_error(0.0, 1.0), 6), round(alignment_error(1.0, 1.0), 6)
    (0.5, 0.158655)
    """
    xp, (alignment, s), scalar = real_arrays(alignment, separation)
    require(xp, (alignment >= 0) & (alignment <= 1), alignment, "alignment", "in [0, 1]")
    _separations(xp, s)
    alignment, s = broadcast(xp, alignment=alignment, separation=s)
    return restore(normal_tail(s * xp.sqrt(alignment)), scalar)


@quiet
def unlabelled_needed(d: Any, m: Any, separation: Any) -> Any:
    """Return ``m (1 + 1/s^2) + d/s^4``: with more unlabelled points than this the eigenvector is the nearer one.

    Parameters
    ----------
    d, m : number or array
        Dimension and number of labelled points, both > 0.
    separation : number or array
        s > 0; all three broadcast.

    Returns
    -------
    float or array
        The number n at which `pca_alignment` of d/n equals `plug_in_alignment` of d/m.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> unlabelled_needed(100, 50, 1.0)
    200.0
    """
    xp, (d, m, s), scalar = real_arrays(d, m, separation)
    for value, name in ((d, "d"), (m, "m")):
        require(xp, (value > 0) & xp.isfinite(value), value, name, "a finite number > 0")
    _separations(xp, s)
    d, m, s = broadcast(xp, d=d, m=m, separation=s)
    return restore(m * (1 + 1 / s / s) + d / s / s / s / s, scalar)


def _read(ratio: Any, separation: Any) -> tuple[Any, Array, Array, bool]:
    xp, (ratio, s), scalar = real_arrays(ratio, separation)
    require(xp, (ratio >= 0) & xp.isfinite(ratio), ratio, "ratio", "a finite number >= 0")
    _separations(xp, s)
    ratio, s = broadcast(xp, ratio=ratio, separation=s)
    return xp, ratio, s, scalar


def _separations(xp: Any, s: Array) -> None:
    require(xp, (s > 0) & xp.isfinite(s), s, "separation", "a finite number > 0")
