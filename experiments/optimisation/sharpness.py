"""Two small experiments on penalties against sharp minima, with exact references: SAF and IGNITE.

>>> table = difference_errors([0.1, 0.01, 0.001])
>>> [round(error, 5) for error in table]
[0.09497, 0.00944, 0.00094]
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.streams import Stream
from theory.optimisation.ignite.norm import exact, finite_difference, multiplier_step
from theory.optimisation.saf.trajectory import fisher_enclosure, fisher_term, penalty

__all__ = ["POINT", "difference_errors", "fisher_ratios", "hessian", "multipliers", "slope"]

Floats = NDArray[np.float64]
POINT = (0.7, -1.2)  # where the surrogate sin(a) b^2 + a b is looked at


def slope(phi: Floats) -> Floats:
    """Return the gradient of the surrogate sin(a) b^2 + a b."""
    a, b = phi
    return np.array([np.cos(a) * b**2 + b, 2 * np.sin(a) * b + a])


def hessian(phi: Floats) -> Floats:
    """Return its Hessian."""
    a, b = phi
    mixed = 2 * np.cos(a) * b + 1
    return np.array([[-np.sin(a) * b**2, mixed], [mixed, 2 * np.sin(a)]])


def difference_errors(lengths: Sequence[float]) -> list[float]:
    """Return the norm of the error of the finite difference for every length, at `POINT`: of first order."""
    phi = np.array(POINT)
    right = exact(slope(phi), hessian(phi))
    return [float(np.linalg.norm(finite_difference(slope, phi, length) - right)) for length in lengths]


def multipliers(rounds: int, *, clip: bool, norm: float = 0.1) -> list[float]:
    """Return the multiplier after every round when the gradient norm stays below the target 0.5."""
    found = [0.0]
    for _ in range(rounds):
        found.append(multiplier_step(found[-1], norm, rho=1.0, target=0.5, step=0.1, clip=clip))
    return found


def fisher_ratios(scale: float, *, classes: int, count: int, tau: float, seed: int) -> dict[str, Floats]:
    """Return penalty over Fisher term, and the bounds of `fisher_enclosure`, for random scores and steps of one size.

    Parameters
    ----------
    scale
        Largest size of a centred step over tau, in (0, 1].

    Returns
    -------
    dict
        ``ratio``, ``low``, ``high``: arrays of shape (count,).

    Raises
    ------
    ValueError
        If the scale is not in (0, 1], tau is not positive and finite, or there are less than two classes.
    """
    if not 0 < scale <= 1:
        raise ValueError(f"scale must be in (0, 1], got {scale!r}")
    if not 0 < tau < math.inf:
        raise ValueError(f"tau must be positive and finite, got {tau!r}")
    if classes < 2:
        raise ValueError(f"there must be at least two classes, got {classes!r}")
    old = 2 * Stream.named(seed, "saf scores").normal(count, classes)
    step = Stream.named(seed, "saf steps").normal(count, classes)
    weights = np.exp(old / tau)
    weights /= weights.sum(axis=1, keepdims=True)
    step -= np.sum(weights * step, axis=1, keepdims=True)
    step *= scale * tau * (1 - 1e-12) / np.max(np.abs(step), axis=1, keepdims=True)
    low, high = fisher_enclosure(old, old + step, tau=tau)
    term = fisher_term(old, step, tau=tau)
    return {"ratio": penalty(old, old + step, tau=tau) / term, "low": low / term, "high": high / term}
