r"""The best bag size when labels are released under label privacy: closed forms, and the best whole number.

With the noise ``sigma^2 + 2 c^2/(m epsilon^2)`` of `theory.regression.aggregate.optima.effective_noise` the noise per
bag falls with m while bags get fewer. What is best depends on the regulariser, not on privacy alone:

* with the best ridge: bags of one, at every epsilon and whichever loss. The least risk over both penalties solves
  ``1/E = 1/r^2 + 1/(psi (m sigma^2 + 2 c^2/epsilon^2 + m E))`` and so increases with m, and at m = 1 all losses are
  the same;
* instance-level loss without ridge: the risk is a quadratic in 1/m; more noise asks for larger bags because a larger
  bag is also a stronger shrinkage, the only one there is;
* bag-level loss without ridge: the risk increases in m as long as ``psi m < 1``; beyond, the least-norm solution
  shrinks, its risk has one minimum if ``sigma^2 < r^2``, and the lower of the two branches wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from theory.arrays import real_arrays
from theory.regression.aggregate.bags import asymptotic_risk
from theory.regression.aggregate.optima import BestPenalty, best_rho, effective_noise, joint_optimum
from theory.shown import Shown

__all__ = ["BagSizeOptimum", "Loss", "Ridge", "optimal_bag_size"]

Loss = Literal["instance", "bag", "interpolating"]
Ridge = Literal["none", "best"]

_LARGEST, _ALL, _RATIO = 4096, 32, 1.08  # sizes searched: all up to the second, then in this ratio, then refined


@dataclass(frozen=True)
class BagSizeOptimum(Shown):
    """The best bag size for a loss.

    Attributes
    ----------
    closed_form : float or None
        Minimiser over real m >= 1; infinite if larger bags are always better. None where there is no closed form.
    closed_form_risk : float or None
        The risk there.
    bag_size : float
        The best whole number, or infinity.
    risk : float
        The risk at the best whole number; at infinity that of estimating nothing, r^2.
    rho, ridge : float
        Penalties used at that size.
    attained : bool
        False if the risk still falls at the end of what was searched (bags of 4096, or penalties of 1e-9 or 1e9), or
        if larger bags are always better.
    """

    closed_form: float | None
    closed_form_risk: float | None
    bag_size: float
    risk: float
    rho: float
    ridge: float
    attained: bool

    @property
    def interior(self) -> bool:
        """Whether bags of more than one, but finitely many, are best."""
        return self.attained and self.bag_size > 1


@dataclass(frozen=True)
class _Setting:
    """The numbers of one question."""

    epsilon: float
    psi: float
    noise: float
    power: float
    sensitivity: float

    @property
    def privacy(self) -> float:
        """Noise variance that privacy adds to a bag's sum: 2 c^2/epsilon^2."""
        return float(effective_noise(0.0, 1, self.epsilon, self.sensitivity))

    def risk(self, m: float, rho: float) -> float:
        """Return the risk without ridge, also for m = infinity."""
        if math.isinf(m):
            return self.power
        noise = effective_noise(self.noise, m, self.epsilon, self.sensitivity)
        return float(asymptotic_risk(self.psi, m, rho, 0.0, noise, self.power).risk)


def optimal_bag_size(
    epsilon: float,
    psi: float,
    noise_variance: float,
    signal_power: float = 1.0,
    *,
    sensitivity: float,
    loss: Loss = "instance",
    ridge: Ridge = "none",
) -> BagSizeOptimum:
    r"""Return the bag size of least asymptotic risk under label privacy.

    Parameters
    ----------
    epsilon : float
        Level of pure label privacy, > 0; infinite without privacy.
    psi : float
        Features per example, > 0.
    noise_variance, signal_power : float
        sigma^2 >= 0 of one response and r^2 > 0.
    sensitivity : float
        c of the SUM over a bag: 2C for responses clipped to [-C, C], C for [0, C].
    loss : "instance", "bag" or "interpolating"
        rho = 1, rho = 0, or the best rho for each bag size.
    ridge : "none" or "best"
        No ridge (the limit ridge -> 0 where the loss does not determine theta), or the best for each bag size.

    Returns
    -------
    BagSizeOptimum
        Closed forms, but for "interpolating" without ridge: there a search over whole numbers up to 4096.

    Raises
    ------
    ValueError
        If an argument is out of range, responses are not clipped (infinite sensitivity) under a finite epsilon, or
        for "instance" without ridge at psi = 1, where with noise every size has infinite risk.

    Notes
    -----
    Source: derived (paper key aggregate). "There is an interior best bag size" needs a fixed or missing ridge.

    Examples
    --------
    >>> best = optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0)
    >>> round(best.closed_form, 6), best.bag_size, best.interior
    (5.0, 5.0, True)
    >>> optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0, loss="bag", ridge="best").bag_size
    1.0
    """
    setting = _checked(epsilon, psi, noise_variance, signal_power, sensitivity)
    if loss not in get_args(Loss):
        raise ValueError(f"loss must be 'instance', 'bag' or 'interpolating', got {loss!r}")
    if ridge not in get_args(Ridge):
        raise ValueError(f"ridge must be 'none' or 'best', got {ridge!r}")
    if ridge == "best":
        return _jointly_best(setting, loss)
    if loss == "instance":
        return _instance_level(setting)
    return _bag_level(setting) if loss == "bag" else _searched(setting)


def _checked(*given: float) -> _Setting:
    values, names = real_arrays(*given)[1], ("epsilon", "psi", "noise_variance", "signal_power", "sensitivity")
    for name, value in zip(names, values, strict=True):
        if value.ndim:
            raise ValueError(f"{name} must be one number, got an array of shape {tuple(value.shape)}")
    setting = _Setting(*(float(value) for value in values))
    for name, number in (("psi", setting.psi), ("signal_power", setting.power)):
        if not 0 < number < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {number!r}")
    noise = effective_noise(setting.noise, 1, setting.epsilon, setting.sensitivity)  # says what is out of range
    if math.isinf(noise):
        raise ValueError(f"epsilon must be larger beside the sensitivity: the noise overflows, got {setting.epsilon!r}")
    return setting


def _instance_level(setting: _Setting) -> BagSizeOptimum:
    """Minimise the risk ``square beta^2 + linear beta + r^2`` over beta = 1/m in [0, 1]."""
    psi, power = setting.psi, setting.power
    if psi == 1 and setting.noise == setting.privacy == 0:
        return _rounded(setting, 1.0, 1.0, {1.0})
    if psi == 1:
        raise ValueError(
            "psi must differ from 1 for the instance-level loss without ridge: with noise the risk is infinite, got 1.0"
        )
    if psi < 1:
        kappa = psi / (1 - psi)
        square = power * (1 - kappa) + kappa * setting.privacy
        linear = power * (kappa - 2) + kappa * setting.noise
    else:
        kappa = 1 / (psi - 1)
        square = kappa * (setting.privacy - power / psi)
        linear = kappa * (setting.noise + power / psi) - power / psi
    beta = 1.0 if square + linear < 0 else 0.0  # the ends, if concave, as for psi > 1/2 with little added noise
    if square > 0:
        beta = min(max(-linear / (2 * square), 0.0), 1.0)
    best = 1 / beta if beta else math.inf
    return _rounded(setting, 1.0, best, {best})


def _bag_level(setting: _Setting) -> BagSizeOptimum:
    """Compare bags of one with the best on the branch ``y = psi m > 1``.

    There the risk is ``r^2 (1 - 1/y) + (sigma^2 + psi privacy/y)/(y - 1)``, and its derivative has the sign of
    ``(r^2 - sigma^2) y^2 - (r^2 + psi privacy) (2 y - 1)``.
    """
    gain, total = setting.power - setting.noise, setting.power + setting.psi * setting.privacy
    beyond = math.inf
    if gain > 0:
        beyond = max(1.0, (total + math.sqrt(total * (total - gain))) / gain / setting.psi)
    if setting.psi < 1 and setting.risk(1.0, 0.0) <= setting.risk(beyond, 0.0):
        return _rounded(setting, 0.0, 1.0, {1.0, beyond})
    return _rounded(setting, 0.0, beyond, {1.0, beyond})


def _rounded(setting: _Setting, rho: float, best: float, minima: set[float]) -> BagSizeOptimum:
    """Return the best of the whole numbers next to the local minima, beside the minimiser over real numbers."""
    sizes = {
        size for value in minima for size in ((value,) if math.isinf(value) else (math.floor(value), math.ceil(value)))
    }
    risk, size = min((setting.risk(float(size), rho), float(size)) for size in sizes)
    return BagSizeOptimum(best, setting.risk(best, rho), size, risk, rho, 0.0, math.isfinite(size))


def _jointly_best(setting: _Setting, loss: Loss) -> BagSizeOptimum:
    noise = effective_noise(setting.noise, 1, setting.epsilon, setting.sensitivity)
    best = joint_optimum(setting.psi, 1, noise, setting.power)
    rho = 1.0 if loss == "instance" else 0.0
    return BagSizeOptimum(1.0, best.risk, 1.0, best.risk, rho, best.ridge, True)


def _searched(setting: _Setting) -> BagSizeOptimum:
    """Search whole numbers: a grid, then every number between the neighbours of its best."""
    steps = math.ceil(math.log(_LARGEST / _ALL) / math.log(_RATIO))
    grid = np.concatenate([np.arange(1, _ALL), np.geomspace(_ALL, _LARGEST, steps + 1).round()])
    place = int(np.argmin(_with_best_rho(setting, grid).risk))
    sizes = np.arange(grid[max(place - 1, 0)], grid[min(place + 1, grid.size - 1)] + 1)
    best = _with_best_rho(setting, sizes)
    place = int(np.argmin(best.risk))
    attained = bool(best.attained[place]) and bool(sizes[place] < _LARGEST)
    return BagSizeOptimum(
        None, None, float(sizes[place]), float(best.risk[place]), float(best.rho[place]), 0.0, attained
    )


def _with_best_rho(setting: _Setting, sizes: NDArray[np.float64]) -> BestPenalty:
    noise = effective_noise(setting.noise, sizes, setting.epsilon, setting.sensitivity)
    return best_rho(setting.psi, sizes, 0.0, noise, setting.power)
