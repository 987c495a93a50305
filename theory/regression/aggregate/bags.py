r"""Risk of regression from bag averages: the proportional limit, and exact variances at finite sizes.

Features ``x_i ~ N(0, I_d)``, responses ``y_i = x_i.theta0 + sigma e_i``, ``r^2 = |theta0|^2``; n examples in bags of m,
formed without looking at the data; the learner sees the features and the mean response of each bag. It minimises
``L_bag + rho R + lambda |theta|^2``, where R is the mean squared deviation of the predictions from their bag's mean:
``rho = 0`` is the bag-level loss, ``rho = 1`` the instance-level loss. Bag means times sqrt(m) and contrasts within
bags are independent standard normal matrices Z1, Z2 of n/m and n - n/m rows, so that

    theta = (Z1'Z1 + rho Z2'Z2 + n lambda I)^-1 Z1'(Z1 theta0 + sigma e).

As n, d grow with d/n -> psi, ``s = lim tr Q/d`` for ``Q = (Z1'Z1/n + rho Z2'Z2/n + lambda)^-1`` is the positive root of

    1/s = lambda + beta/(1 + psi s) + (1 - beta) rho/(1 + rho psi s),        beta = 1/m,

and bias and variance are derivatives of s and of tr(Z1'Z1 Q Z1'Z1). With ``x = psi s``, ``L = lambda x``,
``P1 = beta x/(1 + x)``, ``P2 = (1 - beta) rho x/(1 + rho x)`` the equation is ``L + P1 + P2 = psi``, and they are

    E = L + P1/(1 + x) + P2/(1 + rho x),     variance = sigma^2 P1 x/((1 + x) E),
    bias = r^2 (L^2 + L P2 + (P2 (L + P2) + rho x P1 P2)/(1 + rho x))/(psi E),

sums of terms that are not negative, so no digits cancel; they hold at x = infinity too, the limit lambda -> 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.shown import Shown

__all__ = [
    "AsymptoticRisk",
    "asymptotic_risk",
    "bag_level_variance",
    "instance_level_variance",
    "ridge_risk",
]

_HALVINGS = 14  # bring any bracket of double-precision numbers to within a tenth
_STEPS = 7  # of Newton's method from there; each doubles the number of digits


@dataclass(frozen=True)
class AsymptoticRisk(Shown):
    """Limit of ``|theta - theta0|^2``, in parts; numbers or arrays of the broadcast shape.

    Attributes
    ----------
    bias, variance, risk : float or array
        ``risk = bias + variance``; infinite where the limit diverges.
    s : float or array
        The fixed point, infinite where the design is singular.
    pseudo_inverse : bool or array of bool
        Where the ridge is 0 and the loss does not determine theta: the values are then the limit ridge -> 0 from
        above, taken after n -> infinity and at fixed rho.
    """

    bias: Any
    variance: Any
    risk: Any
    s: Any
    pseudo_inverse: Any

    def _repr_latex_(self) -> str | None:
        if getattr(self.risk, "shape", ()):
            return None  # a table of numbers is no formula
        return rf"$\text{{risk}} = {float(self.bias):.6g} + {float(self.variance):.6g} = {float(self.risk):.6g}$"


@quiet
def asymptotic_risk(
    psi: Any, bag_size: Any, rho: Any, ridge: Any, noise_variance: Any, signal_power: Any = 1.0
) -> AsymptoticRisk:
    r"""Return the limit of the risk ``|theta - theta0|^2`` as n and d grow with d/n -> psi.

    Parameters
    ----------
    psi : number or array
        Features per example, > 0.
    bag_size : number or array
        m >= 1. Fractions evaluate the formula between whole sizes.
    rho : number or array
        Weight >= 0 of the deviations within bags: 0 is the bag-level loss, 1 the instance-level loss.
    ridge : number or array
        lambda >= 0, the penalty on ``|theta|^2`` beside losses that are means over the examples.
    noise_variance : number or array
        sigma^2 >= 0 of one response; with private labels, see `theory.regression.aggregate.optima.effective_noise`.
    signal_power : number or array
        ``|theta0|^2`` >= 0. All arguments broadcast.

    Returns
    -------
    AsymptoticRisk
        Without ridge the loss does not determine theta if ``psi >= 1``, or ``psi bag_size >= 1`` and ``rho = 0``: the
        limit ridge -> 0 is then given and said, which is infinite where equality holds. There rho = 0 and
        rho -> 0 may differ: the order of limits matters.

    Raises
    ------
    ValueError
        If an argument is out of range or the shapes do not broadcast.

    Notes
    -----
    Source: derived (paper key aggregate). At ``bag_size = 1`` rho plays no part.

    Examples
    --------
    >>> round(asymptotic_risk(0.25, 2, 0.0, 0.0, 1.0).risk, 12), round(asymptotic_risk(0.25, 2, 1.0, 0.0, 1.0).risk, 12)
    (1.0, 0.5)
    >>> asymptotic_risk(0.5, 2, 0.0, 0.0, 1.0).risk, asymptotic_risk(1.0, 2, 0.0, 0.0, 1.0).pseudo_inverse
    (inf, True)
    """
    xp, arrays, scalar = real_arrays(psi, bag_size, rho, ridge, noise_variance, signal_power)
    names = ("psi", "bag_size", "rho", "ridge", "noise_variance", "signal_power")
    for name, value in zip(names, arrays, strict=True):
        require(xp, xp.isfinite(value) & _allowed(name, value), value, name, _RANGES.get(name, "a finite number >= 0"))
    psi, m, rho, ridge, noise, power = broadcast(xp, **dict(zip(names, arrays, strict=True)))
    beta, zero = 1 / m, xp.zeros_like(m)
    rho = xp.where(beta < 1, rho, zero)
    full = xp.where(rho > 0, zero + 1, beta)  # rows of the design for an example
    singular = (ridge == 0) & (psi >= full)
    x = xp.where(singular, zero + float("inf"), _solve(xp, psi, beta, rho, ridge))
    part, left, part_within, left_within = _shares(xp, x, rho)
    bags, within = beta * part / psi, (1 - beta) * part_within / psi
    penalty = xp.where(singular, psi - full, ridge * x) / psi
    slope = penalty + bags * left + within * left_within
    square = penalty * (penalty + within) + within * ((penalty + within) * left_within + bags * part_within)
    bias = power * xp.where(slope > 0, square / slope, xp.where(square > 0, zero + float("inf"), zero))
    variance = noise * (bags * part / slope)
    bias = xp.where(power > 0, bias, zero)  # 0 times infinity: the limit is taken last
    variance = xp.where(noise > 0, variance, zero)
    bias, variance, risk, s = (restore(value, scalar) for value in (bias, variance, bias + variance, x / psi))
    return AsymptoticRisk(bias, variance, risk, s, bool(singular) if scalar else singular)


@quiet
def ridge_risk(psi: Any, bag_size: Any, noise_variance: Any, signal_power: Any = 1.0) -> Any:
    r"""Return the least risk over all rho >= 0 and ridge >= 0: that of rho = 0 with the best ridge.

    It is the root E >= 0 of ``1/E = 1/r^2 + 1/(psi m (sigma^2 + E))``, the posterior variance of theta0 under an
    isotropic normal prior of power r^2, and no estimator from the bag averages does better on average under it.

    Parameters
    ----------
    psi, bag_size, noise_variance, signal_power : number or array
        As for `asymptotic_risk`.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range or the shapes do not broadcast.

    Notes
    -----
    Source: derived (paper key aggregate). The contrasts within bags carry no information on theta0.

    Examples
    --------
    >>> round(ridge_risk(0.25, 2, 1.0), 12) == round(asymptotic_risk(0.25, 2, 0.0, 0.25, 1.0).risk, 12)
    True
    """
    xp, arrays, scalar = real_arrays(psi, bag_size, noise_variance, signal_power)
    names = ("psi", "bag_size", "noise_variance", "signal_power")
    for name, value in zip(names, arrays, strict=True):
        require(xp, xp.isfinite(value) & _allowed(name, value), value, name, _RANGES.get(name, "a finite number >= 0"))
    psi, m, noise, power = broadcast(xp, **dict(zip(names, arrays, strict=True)))
    # E^2 + linear E - noise power = 0
    linear = noise + (1 / m - psi) / psi * power
    root = xp.hypot(linear, 2 * xp.sqrt(noise) * xp.sqrt(power))
    upper = linear >= 0
    below = xp.where(upper & (root > 0), linear + root, xp.ones_like(root))
    return restore(xp.where(upper, 2 * noise * power / below, (root - linear) / 2), scalar)


def bag_level_variance(examples: int, features: int, bag_size: int, noise_variance: float) -> float:
    r"""Return the exact expected variance of least squares on the bag means, or of its least-norm solution.

    ``sigma^2 d/(B - d - 1)`` for ``B = n/m > d + 1`` bags, ``sigma^2 B/(d - B - 1)`` for ``B < d - 1``, else infinite:
    traces of inverse Wishart matrices.

    Parameters
    ----------
    examples, features, bag_size : int
        n, d, m >= 1; m divides n.
    noise_variance : float
        sigma^2 >= 0 of one response.

    Raises
    ------
    ValueError
        If a number is out of range or m does not divide n.

    Examples
    --------
    >>> bag_level_variance(240, 40, 3, 1.0) == 40 / 39
    True
    """
    n, d, m = _sizes(examples, features, bag_size)
    return _inverse_trace(n // m, d, noise_variance)


def instance_level_variance(examples: int, features: int, bag_size: int, noise_variance: float) -> float:
    r"""Return the exact expected variance of least squares on all examples, each with its bag's mean response.

    ``sigma^2 (B/n) d/(n - d - 1)`` for ``n > d + 1``, ``sigma^2 B/(d - n - 1)`` for ``n < d - 1`` (least norm), else
    infinite: the rows of (Z1, Z2) are exchangeable, and B of n carry noise.

    Parameters
    ----------
    examples, features, bag_size : int
        n, d, m >= 1; m divides n.
    noise_variance : float
        sigma^2 >= 0 of one response.

    Raises
    ------
    ValueError
        If a number is out of range or m does not divide n.

    Examples
    --------
    >>> round(instance_level_variance(240, 40, 3, 1.0), 12)
    0.067001675042
    """
    n, d, m = _sizes(examples, features, bag_size)
    return _inverse_trace(n, d, noise_variance) / m


_RANGES = {"psi": "a positive number", "bag_size": "a finite number >= 1"}


def _allowed(name: str, value: Array) -> Array:
    if name == "psi":
        return value > 0
    return value >= (1 if name == "bag_size" else 0)


def _shares(xp: Any, x: Array, rho: Array) -> tuple[Array, Array, Array, Array]:
    """Return x/(1 + x), 1/(1 + x) and the same of rho x, also at x = infinity."""
    weighted = xp.where(rho > 0, rho * x, xp.zeros_like(x))
    return 1 / (1 + 1 / x), 1 / (1 + x), 1 / (1 + 1 / weighted), 1 / (1 + weighted)


def _solve(xp: Any, psi: Array, beta: Array, rho: Array, ridge: Array) -> Array:
    """Return the root x of ``ridge x + beta x/(1 + x) + (1 - beta) rho x/(1 + rho x) = psi``, where there is one.

    The left side is increasing and concave: after geometric bisection of a bracket Newton's method from the left end
    approaches the root from the left.
    """
    infinite = xp.full_like(psi, float("inf"))
    slower = xp.where(rho < 1, rho, xp.ones_like(rho))  # rows of the smaller weight only: x is larger
    high = xp.where((rho > 0) & (psi < 1), psi / (slower * (1 - psi)), infinite)
    high = xp.minimum(high, xp.where(psi < beta, psi / (beta - psi), infinite))
    high = xp.minimum(high, xp.where(ridge > 0, psi / ridge, infinite))
    high = xp.minimum(high, xp.full_like(psi, float(xp.finfo(psi.dtype).max) / 16))
    low = xp.minimum(psi / (ridge + beta + (1 - beta) * rho), high)
    for _ in range(_HALVINGS):
        middle = xp.sqrt(low) * xp.sqrt(high)
        below = _lack(xp, middle, psi, beta, rho, ridge)[0] > 0
        low, high = xp.where(below, middle, low), xp.where(below, high, middle)
    x = low
    for _ in range(_STEPS):
        lack, slope = _lack(xp, x, psi, beta, rho, ridge)
        x = xp.minimum(xp.maximum(x + x * (lack / slope), low), high)
    return x


def _lack(xp: Any, x: Array, psi: Array, beta: Array, rho: Array, ridge: Array) -> tuple[Array, Array]:
    """Return the right side minus the left side, and x times the derivative of the left side.

    Shares x/(1 + x) near 1 are written 1 - 1/(1 + x), and the ones taken from psi: near psi = 1 the rest counts.
    """
    part, left, part_within, left_within = _shares(xp, x, rho)
    large, large_within = x > 1, rho * x > 1
    within = 1 - beta
    rest = xp.where(large, xp.where(large_within, psi - 1, psi - beta), xp.where(large_within, psi - within, psi))
    rest = rest - beta * xp.where(large, -left, part) - within * xp.where(large_within, -left_within, part_within)
    return rest - ridge * x, ridge * x + beta * part * left + within * part_within * left_within


def _sizes(*given: int) -> tuple[int, int, int]:
    n, d, m = (whole(name, value) for name, value in zip(("examples", "features", "bag_size"), given, strict=True))
    if n % m:
        raise ValueError(f"bag_size must divide the number of examples, got {m} and {n}")
    return n, d, m


def _inverse_trace(rows: int, features: int, noise_variance: float) -> float:
    """Return ``sigma^2 E tr (Z'Z)^+`` for a standard normal matrix Z."""
    (noise,) = real_arrays(noise_variance)[1]
    if noise.ndim or not 0 <= float(noise) < float("inf"):
        raise ValueError(f"noise_variance must be a finite number >= 0, got {noise_variance!r}")
    free = abs(rows - features) - 1
    if not noise:
        return 0.0
    return float(noise) * min(rows, features) / free if free > 0 else float("inf")
