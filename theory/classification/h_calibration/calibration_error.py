r"""Calibration errors and the decomposition of proper scores, of finitely many groups and of binned samples.

A *group* is a value of the report: of probability ``weights``, with the reported class probabilities ``reports`` and
the conditional class frequencies ``frequencies``. Source: paper ``h_calibration``, background.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from theory.arrays import Array, broadcast, quiet, real_arrays, require
from theory.classification.arrays import posteriors

__all__ = ["Parts", "binned_calibration_error", "brier_parts", "calibration_error", "log_parts"]

_SERIES_BELOW = 0.3
_SERIES_TERMS = 12  # (0.3/1.7)^24 is below the rounding of double precision


class Parts(NamedTuple):
    """An expected score and its two parts: ``score = calibration + refinement``."""

    score: Array
    calibration: Array
    refinement: Array


def brier_parts(weights: Any, reports: Any, frequencies: Any) -> Parts:
    r"""Split the expected Brier score :math:`\sum_g w_g\,E\|e_Y - q_g\|^2`.

    Parameters
    ----------
    weights
        Probabilities of the groups, shape (..., G).
    reports, frequencies
        Reported and true class probabilities, shape (..., G, n).

    Returns
    -------
    Parts
        ``calibration`` is :math:`\sum_g w_g |q_g - r_g|^2`, ``refinement`` :math:`\sum_g w_g \sum_k r(1-r)`;
        shape (...).

    Raises
    ------
    ValueError
        If a row is no probability vector.

    Examples
    --------
    >>> parts = brier_parts([0.5, 0.5], [[0.8, 0.2], [0.4, 0.6]], [[0.6, 0.4], [0.4, 0.6]])
    >>> [round(float(part), 12) for part in parts]
    [0.52, 0.04, 0.48]
    """
    xp, w, q, r = _groups(weights, reports, frequencies)
    calibration = _mean(xp, w, (q - r) ** 2)
    refinement = _mean(xp, w, r * (1 - r))
    return Parts(_mean(xp, w, r * (1 - q) ** 2 + (1 - r) * q**2), calibration, refinement)


@quiet
def log_parts(weights: Any, reports: Any, frequencies: Any) -> Parts:
    r"""Split the expected log score :math:`-\sum_g w_g \sum_k r_{gk} \log q_{gk}` (natural logarithm).

    Parameters and errors are those of `brier_parts`. ``calibration`` is the Kullback-Leibler calibration error,
    accurate also where reports and frequencies nearly agree; ``refinement`` is the mean entropy. Both the score and the
    calibration are infinite where a class that occurs is reported as impossible.

    Examples
    --------
    >>> parts = log_parts([1.0], [[0.5, 0.5]], [[1.0, 0.0]])
    >>> [round(float(part), 6) for part in parts]
    [0.693147, 0.693147, 0.0]
    """
    xp, w, q, r = _groups(weights, reports, frequencies)
    occurs, zero = r > 0, 0 * r
    safe = xp.where(occurs, r, zero + 1)
    divergence = xp.where(occurs, safe * _excess(xp, (q - safe) / safe), q)
    entropy = xp.where(occurs, -safe * xp.log(safe), zero)
    score = xp.where(occurs, -safe * xp.log(q), zero)
    return Parts(*(_mean(xp, w, part) for part in (score, divergence, entropy)))


def calibration_error(weights: Any, reports: Any, frequencies: Any, *, order: int = 1) -> Array:
    r"""Return :math:`\bigl(\sum_g w_g |q_g - r_g|^p\bigr)^{1/p}` of scalar reports, p = 1 or 2.

    Parameters
    ----------
    weights, reports, frequencies
        Shape (..., G): probability of a group, reported and true probability of the event there.
    order
        1 or 2.

    Raises
    ------
    ValueError
        If the order is neither, the weights are no probabilities, or a report or frequency lies outside [0, 1].

    Examples
    --------
    >>> round(float(calibration_error([0.5, 0.5], [0.9, 0.2], [0.7, 0.2], order=2)), 12)
    0.141421356237
    """
    if order not in (1, 2):
        raise ValueError(f"order is {order!r}; allowed: 1 and 2")
    xp, (w, q, r), _ = real_arrays(weights, reports, frequencies)
    _weights(xp, w)
    for value, name in ((q, "reports"), (r, "frequencies")):
        require(xp, (value >= 0) & (value <= 1), value, name, "in [0, 1]")
    w, q, r = broadcast(xp, weights=w, reports=q, frequencies=r)
    gap = xp.abs(q - r)
    return xp.sum(w * gap, axis=-1) if order == 1 else xp.sqrt(xp.sum(w * gap**2, axis=-1))


def binned_calibration_error(confidences: Any, outcomes: Any, *, bins: int = 15, order: int = 1) -> Array:
    r"""Return the binned estimate of the calibration error, bins of equal width over [0, 1].

    A bin is open below and closed above, the first one also closed below. The estimate is biased upwards: of a
    calibrated model whose m samples fill the bins evenly it is of the order ``sqrt(bins/m)``
    (`claims_h_calibration_binning`).

    Parameters
    ----------
    confidences
        Reported probabilities, shape (..., m).
    outcomes
        1 where the event occurred, else 0, shape (..., m).
    bins, order
        Number of bins; 1 or 2.

    Raises
    ------
    ValueError
        If a confidence lies outside [0, 1], an outcome is neither 0 nor 1, there are no samples, or an option is wrong.

    Examples
    --------
    >>> round(float(binned_calibration_error([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0], bins=2)), 12)
    0.25
    """
    if not isinstance(bins, int | np.integer) or bins < 1 or order not in (1, 2):
        raise ValueError(f"bins = {bins!r}, order = {order!r}; allowed: whole bins >= 1, order 1 or 2")
    xp, (q, y), _ = real_arrays(confidences, outcomes)
    q, y = broadcast(xp, confidences=q, outcomes=y)
    if q.ndim < 1 or q.shape[-1] < 1:
        raise ValueError(f"samples along the last axis are needed, got the shape {tuple(q.shape)}")
    require(xp, (q >= 0) & (q <= 1), q, "confidences", "in [0, 1]")
    require(xp, (y == 0) | (y == 1), y, "outcomes", "0 or 1")
    index = xp.ceil(q * bins) - 1
    index = xp.where(index < 0, 0 * index, index)
    total = 0 * q[..., 0]
    for number in range(bins):
        inside = xp.astype(index == number, q.dtype)
        count = xp.sum(inside, axis=-1)
        gap = xp.abs(xp.sum(inside * (q - y), axis=-1))
        total = total + (gap if order == 1 else gap**2 / xp.where(count > 0, count, count + 1))
    mean = total / q.shape[-1]
    return mean if order == 1 else xp.sqrt(mean)


def _groups(weights: Any, reports: Any, frequencies: Any) -> tuple[Any, Array, Array, Array]:
    xp, (w, q, r), _ = real_arrays(weights, reports, frequencies)
    _weights(xp, w)
    posteriors(xp, q)
    posteriors(xp, r)
    w, q, r = broadcast(xp, weights=w[..., None], reports=q, frequencies=r)
    return xp, w[..., 0], q, r


def _weights(xp: Any, w: Array) -> None:
    if w.ndim < 1:
        raise ValueError("weights need an axis of groups, got a number")
    require(xp, w >= 0, w, "weights", ">= 0")
    total = xp.sum(w, axis=-1)
    slack = max(1e-6, 64 * float(xp.finfo(w.dtype).eps))
    require(xp, xp.abs(total - 1) <= slack, total, "the sum of the weights", "1")


def _mean(xp: Any, w: Array, values: Array) -> Array:
    total = xp.sum(values, axis=-1)
    return xp.sum(xp.where(w > 0, w * total, 0 * w), axis=-1)  # a group that never occurs may cost infinity


def _excess(xp: Any, x: Array) -> Array:
    """Return ``x - log(1+x)``, by a series in ``x/(2+x)`` where the difference cancels."""
    small = xp.abs(x) < _SERIES_BELOW
    near = xp.where(small, x, 0 * x)
    s = near / (2 + near)
    series = 0 * s
    for power in reversed(range(_SERIES_TERMS)):
        series = series * s * s + 1 / (2 * power + 3)
    return xp.where(small, s * near - 2 * s**3 * series, x - xp.log1p(x))
