r"""The trajectory penalty of sharpness-aware training for free, as numbers: value, gradient and its Fisher term.

The penalty of new scores z' against old scores z, both over the temperature tau, is
:math:`\mathrm{KL}(\mathrm{softmax}(z/\tau)\,\|\,\mathrm{softmax}(z'/\tau))`. Its gradient in z' is the difference of
the probabilities over tau; for centred steps :math:`d=(u-\langle q,u\rangle)/\tau`, u = z' - z, of size at most
:math:`\rho\le1` it is within :math:`y/(1+y)`, :math:`y=(1-\rho/3)V/2`, and :math:`(1+\rho/2)V/2` for
:math:`V=\sum q\,d^2`.

Examples
--------
>>> import numpy as np
>>> old, new = np.array([0.0, 1.0, -1.0]), np.array([0.1, 0.9, -1.0])
>>> low, high = fisher_enclosure(old, new, tau=2.0)
>>> bool(low <= penalty(old, new, tau=2.0) <= high), bool(abs(penalty(old, old + 7.0, tau=2.0)) < 1e-15)
(True, True)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["fisher_enclosure", "fisher_term", "gradient", "penalty", "softmax"]

Floats = NDArray[np.float64]
_LARGE = 600.0  # up to here the exponential is a float


def softmax(scores: Floats, tau: float = 1.0) -> Floats:
    """Return probabilities along the last axis at temperature tau.

    Raises
    ------
    ValueError
        If tau is not positive and finite, or the scores are no array of finite numbers.
    """
    _require(tau, scores)
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) / tau)
    found: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return found


def penalty(old: Floats, new: Floats, *, tau: float) -> Floats:
    """Return KL(softmax(old/tau) || softmax(new/tau)) along the last axis.

    It is summed so that small values keep their digits: ln(1 + sum q (e^d - 1 - d)) with d of mean 0, where no term is
    negative.

    Raises
    ------
    ValueError
        If tau is not positive and finite, or scores are not arrays of finite numbers.
    """
    d = _centred(old, new, tau)
    q = softmax(old, tau)
    with np.errstate(over="ignore", invalid="ignore"):
        powers = d**2 / 2 * (1 + d / 3 * (1 + d / 4 * (1 + d / 5)))
        small = np.log1p(np.sum(q * np.where(np.abs(d) < 1e-3, powers, np.expm1(d) - d), axis=-1))
    top = d.max(axis=-1, keepdims=True)
    large = top[..., 0] + np.log(np.sum(q * np.exp(d - top), axis=-1))
    found: Floats = np.where(top[..., 0] < _LARGE, small, large)
    return found


def gradient(old: Floats, new: Floats, *, tau: float) -> Floats:
    """Return the gradient of the penalty in the new scores: (softmax(new/tau) - softmax(old/tau))/tau."""
    found: Floats = (softmax(new, tau) - softmax(old, tau)) / tau
    return found


def fisher_term(old: Floats, step: Floats, *, tau: float) -> Floats:
    """Return ``u'(diag q - q q')u/(2 tau^2)`` for the step u of the scores."""
    d = _centred(old, old + step, tau)
    found: Floats = 0.5 * np.sum(softmax(old, tau) * d**2, axis=-1)
    return found


def fisher_enclosure(old: Floats, new: Floats, *, tau: float) -> tuple[Floats, Floats]:
    """Return bounds on the penalty by its Fisher term, for centred steps of size at most tau.

    Raises
    ------
    ValueError
        If a centred step is larger than tau.
    """
    rho = np.max(np.abs(_centred(old, new, tau)), axis=-1)
    if np.any(rho > 1):
        raise ValueError(f"centred steps must be at most tau = {tau!r} in size, got {float(np.max(rho)) * tau!r}")
    half = fisher_term(old, new - old, tau=tau)
    y = (1 - rho / 3) * half
    return y / (1 + y), (1 + rho / 2) * half


def _centred(old: Floats, new: Floats, tau: float) -> Floats:
    _require(tau, old)
    _require(tau, new)
    if old.shape[-1] != new.shape[-1]:
        raise ValueError(f"scores must have the same classes, got shapes {old.shape} and {new.shape}")
    step = (new - old) / tau
    found: Floats = step - np.sum(softmax(old, tau) * step, axis=-1, keepdims=True)
    return found


def _require(tau: float, scores: Floats) -> None:
    if not 0 < tau < math.inf:
        raise ValueError(f"tau must be positive and finite, got {tau!r}")
    if not (isinstance(scores, np.ndarray) and scores.ndim and scores.shape[-1] and np.all(np.isfinite(scores))):
        raise ValueError(f"scores must be an array of finite numbers, classes last, got {scores!r:.200}")
