r"""Best weight, ridge and bag size of regression from bag averages, with and without private labels.

Private labels: the mean response of each bag is released with Laplace noise of scale ``c/(m epsilon)``, where c is the
*sensitivity of the sum*: the most that changing one response can change the sum over its bag. Responses clipped to
[-C, C] have c = 2C, responses in [0, C] have c = C; scale ``C/(m epsilon)`` with [-C, C] protects at level 2 epsilon
only. In the model of `theory.regression.aggregate.bags` the noise variance of one response becomes
``sigma^2 + 2 c^2/(m epsilon^2)``. What clipping does to the responses is not modelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, broadcast, device_of, one_largest, quiet, real_arrays, require, restore
from theory.regression.aggregate.bags import asymptotic_risk, ridge_risk
from theory.shown import Shown

__all__ = [
    "BestPenalty",
    "best_rho",
    "best_ridge",
    "effective_noise",
    "joint_optimum",
]

_DECADES, _PER_DECADE = 9, 10  # penalties searched: 0 and 1e-9 to 1e9
_ROUNDS, _CLOSER = 8, 8  # of refinement; each divides the spacing of the grid


@dataclass(frozen=True)
class BestPenalty(Shown):
    """The best rho and ridge with the risk there; numbers or arrays of the broadcast shape.

    Attributes
    ----------
    rho, ridge, risk : float or array
    attained : bool or array of bool
        False where the risk still falls at an end of the range searched, 1e-9 to 1e9: the infimum is then that of a
        limit, and rho or ridge is the end.
    """

    rho: Any
    ridge: Any
    risk: Any
    attained: Any


@quiet
def effective_noise(noise_variance: Any, bag_size: Any, epsilon: Any, sensitivity: Any) -> Any:
    r"""Return ``sigma^2 + 2 c^2/(m epsilon^2)``, the noise variance of one response under label privacy.

    Parameters
    ----------
    noise_variance : number or array
        sigma^2 >= 0.
    bag_size : number or array
        m >= 1.
    epsilon : number or array
        Level of pure label privacy, > 0; infinite without privacy.
    sensitivity : number or array
        c > 0 of the SUM over a bag: 2C for responses in [-C, C], C for [0, C]. All arguments broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range, or the sensitivity infinite (responses not clipped) under a finite epsilon.

    Notes
    -----
    Source: derived (paper key aggregate).

    Examples
    --------
    >>> effective_noise(1.0, 4, 2.0, sensitivity=2.0), effective_noise(1.0, 4, float("inf"), sensitivity=2.0)
    (1.5, 1.0)
    """
    xp, arrays, scalar = real_arrays(noise_variance, bag_size, epsilon, sensitivity)
    noise, m, level, c = arrays
    require(xp, (noise >= 0) & xp.isfinite(noise), noise, "noise_variance", "a finite number >= 0")
    require(xp, (m >= 1) & xp.isfinite(m), m, "bag_size", "a finite number >= 1")
    require(xp, level > 0, level, "epsilon", "positive")
    require(xp, c > 0, c, "sensitivity", "positive")
    noise, m, level, c = broadcast(xp, noise_variance=noise, bag_size=m, epsilon=level, sensitivity=c)
    clipped = xp.isfinite(c) | xp.isinf(level)
    require(xp, clipped, c, "sensitivity", "finite under privacy (clip the responses first)")
    added = xp.where(xp.isinf(level), xp.zeros_like(c), 2 * (c / level) ** 2 / m)
    return restore(noise + added, scalar)


@quiet
def best_rho(psi: Any, bag_size: Any, ridge: Any, noise_variance: Any, signal_power: Any = 1.0) -> BestPenalty:
    r"""Return the rho >= 0 of least asymptotic risk at a given ridge, by a search over 0 and 1e-9 to 1e9.

    Parameters
    ----------
    psi, bag_size, ridge, noise_variance, signal_power : number or array
        As for `theory.regression.aggregate.bags.asymptotic_risk`.

    Returns
    -------
    BestPenalty
        rho = 0 for bags of one, where rho plays no part, and wherever nothing is better. Of several local minima on a
        grid of ten points a decade the lowest is refined.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> best = best_rho(0.25, 3, 0.0, 1.0)
    >>> best.rho > 0, best.risk < asymptotic_risk(0.25, 3, 1.0, 0.0, 1.0).risk, best.attained
    (True, True, True)
    """
    at_zero = asymptotic_risk(psi, bag_size, 0.0, ridge, noise_variance, signal_power).risk  # says what is out of range
    xp, arrays, scalar = real_arrays(psi, bag_size, ridge, noise_variance, signal_power)
    psi, m, ridge, noise, power = xp.broadcast_arrays(*arrays)

    def risk(rho: Array) -> Array:
        psi_, m_, ridge_, noise_, power_ = (value[..., None] for value in (psi, m, ridge, noise, power))
        return asymptotic_risk(psi_, m_, rho, ridge_, noise_, power_).risk

    found, least, attained = _search(xp, risk, xp.asarray(at_zero, dtype=psi.dtype, device=device_of(psi)))
    return _give(found, ridge, least, attained, scalar)


@quiet
def best_ridge(psi: Any, bag_size: Any, rho: Any, noise_variance: Any, signal_power: Any = 1.0) -> BestPenalty:
    r"""Return the ridge >= 0 of least asymptotic risk at a given rho.

    It is ``psi sigma^2/r^2`` for rho = 0 and for bags of one; otherwise a search over 0 and 1e-9 to 1e9, as `best_rho`.

    Parameters
    ----------
    psi, bag_size, rho, noise_variance : number or array
        As for `theory.regression.aggregate.bags.asymptotic_risk`.
    signal_power : number or array
        r^2 > 0.

    Returns
    -------
    BestPenalty

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> best_ridge(0.25, 2, 0.0, 1.0, 2.0).ridge, best_ridge(0.25, 2, 1.0, 0.0).ridge
    (0.125, 0.0)
    """
    at_zero = asymptotic_risk(psi, bag_size, rho, 0.0, noise_variance, signal_power).risk
    xp, arrays, scalar = real_arrays(psi, bag_size, rho, noise_variance, signal_power)
    require(xp, arrays[-1] > 0, arrays[-1], "signal_power", "positive")
    psi, m, rho, noise, power = xp.broadcast_arrays(*arrays)

    def risk(ridge: Array) -> Array:
        psi_, m_, rho_, noise_, power_ = (value[..., None] for value in (psi, m, rho, noise, power))
        return asymptotic_risk(psi_, m_, rho_, ridge, noise_, power_).risk

    found, least, attained = _search(xp, risk, xp.asarray(at_zero, dtype=psi.dtype, device=device_of(psi)))
    closed = (rho == 0) | (m == 1)
    found = xp.where(closed, psi * (noise / power), found)
    least = xp.where(closed, ridge_risk(psi, m, noise, power), least)
    return _give(rho, found, least, attained | closed, scalar)


@quiet
def joint_optimum(psi: Any, bag_size: Any, noise_variance: Any, signal_power: Any = 1.0) -> BestPenalty:
    r"""Return the best pair: rho = 0 and ridge = ``psi sigma^2/r^2``.

    The features are isotropic and the contrasts within bags carry no information on theta0, so the bag-level loss with
    this ridge gives the posterior mean under an isotropic normal prior, and the risk depends on theta0 by r^2 alone.

    Parameters
    ----------
    psi, bag_size, noise_variance : number or array
        As for `theory.regression.aggregate.bags.asymptotic_risk`.
    signal_power : number or array
        r^2 > 0.

    Returns
    -------
    BestPenalty

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> best = joint_optimum(0.25, 2, 1.0)
    >>> best.rho, best.ridge, round(best.risk, 9)
    (0.0, 0.25, 0.414213562)
    """
    risk = ridge_risk(psi, bag_size, noise_variance, signal_power)  # says what is out of range
    xp, arrays, scalar = real_arrays(psi, bag_size, noise_variance, signal_power)
    require(xp, arrays[-1] > 0, arrays[-1], "signal_power", "positive")
    psi, _, noise, power = xp.broadcast_arrays(*arrays)
    ridge = psi * (noise / power)
    attained = True if scalar else ridge >= 0
    return BestPenalty(restore(xp.zeros_like(ridge), scalar), restore(ridge, scalar), risk, attained)


def _give(rho: Array, ridge: Array, risk: Array, attained: Array, scalar: bool) -> BestPenalty:
    rho, ridge, risk = (restore(value, scalar) for value in (rho, ridge, risk))
    return BestPenalty(rho, ridge, risk, bool(attained) if scalar else attained)


def _search(xp: Any, risk: Callable[[Array], Array], at_zero: Array) -> tuple[Array, Array, Array]:
    """Return the place of the least risk, the risk there, and whether it is more than the end of the range.

    The function is given penalties along a new last axis, and the risk at 0.
    """
    options = {"dtype": at_zero.dtype, "device": device_of(at_zero)}
    steps = xp.arange(-_DECADES * _PER_DECADE, _DECADES * _PER_DECADE + 1, **options) / _PER_DECADE
    around = xp.arange(-_CLOSER, _CLOSER + 1, **options) / _CLOSER
    exponents, centre, spacing = steps, at_zero, 1 / _PER_DECADE
    values = risk(10.0**exponents)
    for _ in range(_ROUNDS):
        lowest = one_largest(xp, -values)
        centre = xp.sum(xp.where(lowest, exponents, xp.zeros_like(values)), axis=-1)
        exponents = centre[..., None] + spacing * around
        values, spacing = risk(10.0**exponents), spacing / _CLOSER
    lowest = one_largest(xp, -values)
    centre = xp.sum(xp.where(lowest, exponents, xp.zeros_like(values)), axis=-1)
    least = xp.min(values, axis=-1)
    better = least < at_zero * (1 - 64 * float(xp.finfo(at_zero.dtype).eps))  # not by rounding alone
    inside = xp.abs(centre) < _DECADES - 1 / _PER_DECADE
    found = xp.where(better, 10.0**centre, xp.zeros_like(centre))
    return found, xp.where(better, least, at_zero), inside | ~better
