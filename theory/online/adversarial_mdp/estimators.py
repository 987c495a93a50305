r"""Estimates of Q from one trajectory, plain and magnitude-reduced, and how their covariance is come by.

``z = phi' S phi_visited`` with ``S = (gamma I + Sigma)^{-1}``; L is the loss from the visited layer on, in [0, h].
Bounds are decided in ``claims_mdp_reduced``, ``claims_mdp_resampling`` and ``claims_mdp_concentration``. Source: key
``adversarial_mdp``; estimates as usually quoted, constants derived.
"""

from __future__ import annotations

import math
from typing import Any, SupportsFloat

from theory.arguments import whole
from theory.arrays import broadcast, quiet, real_arrays, require, restore
from theory.online.bounds import checked

__all__ = [
    "least_plain",
    "least_reduced",
    "plain",
    "reduced",
    "resampling_draws",
    "resampling_eigenvalue",
    "sample_draws",
]


@quiet
def plain(z: Any, loss: Any) -> Any:
    """Return ``z L``."""
    xp, (z, loss), scalar = real_arrays(z, loss)
    z, loss = broadcast(xp, z=z, loss=loss)
    require(xp, xp.isfinite(z), z, "z", "finite")
    require(xp, (loss >= 0) & xp.isfinite(loss), loss, "loss", "nonnegative and finite")
    return restore(z * loss, scalar)


@quiet
def reduced(z: Any, loss: Any, h: Any, mean_negative: Any) -> Any:
    """Return ``z L - h min(z, 0) + h E min(z, 0)``.

    Parameters
    ----------
    z, loss : number or array
    h : number or array
        Layers left, the largest loss; > 0.
    mean_negative : number or array
        ``E min(z, 0)`` under the policy, or the mean of draws that are independent of the visit; at most 0.

    Raises
    ------
    ValueError
        If a loss is not in [0, h], or the mean is positive.

    Examples
    --------
    >>> reduced(-50.0, 3.0, 3.0, -0.25)  # the plain estimate is -150
    -0.75
    """
    xp, (z, loss, h, mean), scalar = real_arrays(z, loss, h, mean_negative)
    z, loss, h, mean = broadcast(xp, z=z, loss=loss, h=h, mean_negative=mean)
    require(xp, xp.isfinite(z), z, "z", "finite")
    require(xp, (h > 0) & xp.isfinite(h), h, "h", "positive and finite")
    require(xp, (loss >= 0) & (loss <= h), loss, "loss", "from 0 to h")
    require(xp, mean <= 0, mean, "mean_negative", "at most 0")
    low = xp.where(z < 0, z, xp.zeros_like(z))
    return restore(z * loss + h * (mean - low), scalar)


def least_plain(h: Any, gamma: Any) -> Any:
    """Return ``-h/gamma``, below which no plain estimate lies; features of norm at most 1.

    Examples
    --------
    >>> least_plain(3, 0.01)
    -300.0
    """
    _, p, scalar = checked(("h", "gamma"), h=h, gamma=gamma)
    return restore(-p["h"] / p["gamma"], scalar)


def least_reduced(h: Any, gamma: Any) -> Any:
    """Return ``-h/(2 sqrt gamma)``, below which no magnitude-reduced estimate lies; half of what is usually quoted.

    Examples
    --------
    >>> least_reduced(3, 0.01)
    -15.0
    """
    xp, p, scalar = checked(("h", "gamma"), h=h, gamma=gamma)
    return restore(-p["h"] / (2 * xp.sqrt(p["gamma"])), scalar)


@quiet
def resampling_eigenvalue(eigenvalue: Any, gamma: Any, terms: int, rate: float = 0.5) -> Any:
    """Return the mean of geometric resampling, ``(1 - (1 - c lam)^terms)/lam`` with ``lam = eigenvalue + gamma``.

    Parameters
    ----------
    eigenvalue : number or array
        Of the covariance, in [0, 1].
    gamma : number or array
        The ridge, > 0; ``rate (1 + 2 gamma) <= 2``, or the powers need not stay below those of the ridge alone.
    terms : int
        Terms of the sum, the first being the identity: N + 1.
    rate
        c.

    Examples
    --------
    >>> resampling_eigenvalue(0.5, 0.5, 1), resampling_eigenvalue(0.5, 0.5, 60)  # 1/lam is 1
    (0.5, 1.0)
    """
    terms = whole("terms", terms)
    xp, (value, gamma), scalar = real_arrays(eigenvalue, gamma)
    value, gamma = broadcast(xp, eigenvalue=value, gamma=gamma)
    require(xp, (value >= 0) & (value <= 1), value, "eigenvalue", "from 0 to 1")
    require(xp, (gamma > 0) & xp.isfinite(gamma), gamma, "gamma", "positive and finite")
    _require_positive("rate", rate)
    require(xp, rate * (1 + 2 * gamma) <= 2, gamma, "gamma", f"at most 1/{rate} - 1/2")
    lam = value + gamma
    return restore((1 - (1 - rate * lam) ** terms) / lam, scalar)


def resampling_draws(gamma: float, bias: float, rate: float = 0.5) -> int:
    """Return the terms of geometric resampling that bound its bias by a number: ``log(1/(gamma bias))/(c gamma)``.

    The bias is that in each eigenvalue, in absolute value. Of the terms the first, the identity, takes no trajectory.

    Raises
    ------
    ValueError
        If a number is not positive, or ``rate (1 + 2 gamma)`` exceeds 2: more terms then need not help.

    Examples
    --------
    >>> resampling_draws(0.01, 0.1)
    1382
    """
    for name, value in (("gamma", gamma), ("bias", bias), ("rate", rate)):
        _require_positive(name, value)
    if rate * (1 + 2 * gamma) > 2:
        raise ValueError(f"gamma must be at most 1/rate - 1/2 = {1 / rate - 0.5!r}, got {gamma!r}")
    return max(1, math.ceil(-math.log(gamma * bias) / (rate * gamma)))


def sample_draws(d: int, gamma: float, failure: float) -> int:
    """Return ``37/4 (1 + 1/gamma) log(2d/failure)``, rounded up: trajectories for a whitened covariance in [1/2, 3/2].

    It fails with probability at most ``failure``; this rests on the matrix Chernoff bound, as usually quoted.

    Examples
    --------
    >>> sample_draws(3, 0.01, 0.05)
    4473
    """
    d = whole("d", d)
    _require_positive("gamma", gamma)
    _require_positive("failure", failure)
    if failure >= 1:
        raise ValueError(f"failure must be below 1, got {failure!r}")
    return math.ceil(9.25 * (1 + 1 / gamma) * math.log(2 * d / failure))


def _require_positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat) or not 0 < float(value) < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value!r}")
