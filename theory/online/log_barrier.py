r"""The log barrier on the simplex: exact one-step stability, its bounds, follow the regularized leader, its regret.

The barrier is ``Psi(p) = -sum_i ln p_i``, its divergence ``D(y, x) = sum_i (y_i/x_i - 1 - ln(y_i/x_i))``. Losses may be
of any size and sign. Normalisation: everything called stability here is **eta times** the stability of a step,

``stability(x, c, eta) = eta sup_y { <x - y, c> - D(y, x)/eta } = sup_y { <x - y, eta c> - D(y, x) }``,

so that it depends on ``eta c`` alone and, at ``eta = 1``, is the stability itself. Coordinates lie along the last axis;
all other axes, and ``eta``, broadcast.

Sources: key ``adversarial_mdp`` (log-barrier lemma); the constant 1/4, the dual choice ``Var/4`` and the regret bound
are derived and proved in `theory.online.adversarial_mdp.claims_log_barrier_dual` and ``claims_log_barrier_regret``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.online.bounds import RegretBound
from theory.online.paths import finite_vectors
from theory.shown import Shown

__all__ = ["LogBarrierBound", "dual_value", "ftrl_weights", "regret_bound", "stability", "variance_bound"]

_STEPS = 200  # Newton's method needs about six; it stops by itself as soon as no entry grows
_ASKED = 2  # whether one grows is asked at every second step: a device is waited for then; what has stopped stays
_TERMS = 12  # of the series of atanh, for |s| <= 1/10


@quiet
def stability(x: Any, c: Any, eta: Any) -> Any:
    """Return eta times the exact one-step stability, ``sup_y <x - y, eta c> - D(y, x)``.

    Parameters
    ----------
    x : array, shape (..., d)
        Points of the open simplex.
    c : array, shape (..., d)
        Losses, any real numbers.
    eta : number or array, shape (...)
        Step size, positive.

    Returns
    -------
    float or array, shape (...)
        At least 0, and at most `variance_bound`.

    Raises
    ------
    ValueError
        If x is not positive, does not sum to 1, c is not finite, or eta is not positive.

    Examples
    --------
    >>> round(stability([0.001, 0.999], [-900.0, 0.0], 1.0), 4)
    1.4025
    >>> swap = stability([0.8, 0.2], [3.75, -3.75], 1.0)  # the worst losses at this point
    >>> round(swap / variance_bound([0.8, 0.2], [3.75, -3.75], 1.0), 12)
    1.0
    """
    xp, x, v, scalar = _centred(x, c, eta)
    u, ratio = _ratio_minus_one(xp, x, v)
    return restore(xp.sum(_minus_log1p(xp, u, ratio), axis=-1), scalar)


@quiet
def variance_bound(x: Any, c: Any, eta: Any) -> Any:
    """Return ``eta^2 Var_{i ~ x}(c_i)/4``, which `stability` never exceeds; arguments as there.

    Examples
    --------
    >>> variance_bound([0.5, 0.5], [1.0, -1.0], 2.0)
    1.0
    """
    xp, x, v, scalar = _centred(x, c, eta)
    return restore(xp.sum(x * v * v, axis=-1) / 4, scalar)


@quiet
def dual_value(x: Any, c: Any, eta: Any, lam: Any = None) -> Any:
    """Return ``lam - sum ln(1 + x (v + lam))`` with ``v = eta (c - <x, c>)``: an upper bound of `stability`.

    Every lam with positive arguments certifies a bound. The default, a quarter of the variance of ``eta c``, always
    has positive arguments, and its value is at most itself.

    Raises
    ------
    ValueError
        As `stability`; also if an argument of a logarithm is not positive.

    Examples
    --------
    >>> x, c = [0.5, 0.3, 0.2], [-4.0, 1.0, 2.0]
    >>> stability(x, c, 1.0) <= dual_value(x, c, 1.0) <= variance_bound(x, c, 1.0)
    True
    """
    xp, x, v, scalar = _centred(x, c, eta)
    if lam is None:
        lam = xp.sum(x * v * v, axis=-1) / 4
    else:
        xp, (x, v, lam), _ = real_arrays(x, v, lam)
    u = x * (v + xp.expand_dims(lam, axis=-1))
    require(xp, u > -1, u, "x (v + lam)", "greater than -1")
    return restore(lam - xp.sum(xp.log1p(u), axis=-1), scalar)


@quiet
def ftrl_weights(cumulative_losses: Any, eta: Any) -> Array:
    """Return ``argmin_p eta <p, L> - sum_i ln p_i`` over the simplex, by a monotone Newton iteration.

    Parameters
    ----------
    cumulative_losses : array, shape (..., d)
        Sums L of the losses so far.
    eta : number or array, shape (...)
        Step size, positive.

    Returns
    -------
    array, shape (..., d)
        ``1/(eta L_i + mu)``; positive, rows sum to 1.

    Raises
    ------
    ValueError
        If a loss is not finite or eta is not positive.

    Examples
    --------
    >>> [round(float(p), 6) for p in ftrl_weights([0.0, 1.5], 2.0)]
    [0.767592, 0.232408]
    """
    xp, (losses, eta), _ = real_arrays(cumulative_losses, eta)
    _require_losses(xp, losses, eta, "cumulative_losses")
    weights: Array = _inverse_weights(xp, xp.expand_dims(eta, axis=-1) * losses)[0]
    return weights


@dataclass(frozen=True)
class LogBarrierBound(Shown):
    """Regret of follow the regularized leader with the log barrier and constant step, for arbitrary losses.

    Attributes
    ----------
    d, horizon, eta
        Number of actions, number of rounds T, step size.
    assumptions
        What the bound needs; nothing else is assumed of the losses, which may be adaptive.
    """

    d: int
    horizon: int
    eta: float
    assumptions: tuple[str, ...] = (
        "p_t minimises eta <p, c_1 + ... + c_{t-1}> - sum_i ln p_i over the simplex",
        "eta is fixed before the first round",
        "the losses c_t are real; c_t may depend on p_1, ..., p_t",
    )

    @property
    def penalty(self) -> float:
        """``K = (d-1) ln T - ln(d - (d-1)/T)``: the largest ``Psi(y') - Psi(p_1)`` over comparators mixed with 1/T."""
        return (self.d - 1) * math.log(self.horizon) - math.log(self.d - (self.d - 1) / self.horizon)

    def interior(self, potential: float, variances: float) -> RegretBound:
        """Bound the regret against y by ``potential = Psi(y) - Psi(p_1)`` and ``variances = sum_t Var_{p_t}(c_t)``.

        Examples
        --------
        >>> float(regret_bound(2, 100, 0.5).interior(1.0, 8.0))
        3.0
        """
        _require_amounts(potential=potential, variances=variances)
        terms = {"potential": potential / self.eta, "stability": self.eta * variances / 4}
        return self._bound("against a point of the open simplex", terms)

    def everywhere(self, variances: float, spreads: float) -> RegretBound:
        """Bound the regret against any point of the closed simplex.

        ``spreads`` is ``sum_t (mean_i c_{t,i} - <y, c_t>)`` or an upper bound of it, such as the sum of the ranges of
        the losses. It is divided by T, and must be kept: for heavy-tailed losses it is not small.
        """
        _require_amounts(variances=variances)
        if not math.isfinite(spreads):
            raise ValueError(f"spreads must be finite, got {spreads!r}")
        terms = {"potential": self.penalty / self.eta, "stability": self.eta * variances / 4}
        return self._bound("against any point", terms | {"truncation": spreads / self.horizon})

    def importance_weighted(self) -> RegretBound:
        """Bound the expected regret of a bandit: losses in [-1, 1], estimated by ``l_I e_I / p_I``."""
        terms = self.everywhere((self.d - 1.0) * self.horizon, 2.0 * self.horizon).terms
        return self._bound("in expectation, importance-weighted bandit losses", terms, ("the losses lie in [-1, 1]",))

    def _bound(self, against: str, terms: Mapping[str, float], more: tuple[str, ...] = ()) -> RegretBound:
        parameters = {"d": self.d, "T": self.horizon, "eta": self.eta}
        name = f"regret of follow the regularized leader with the log barrier, {against}"
        return RegretBound(name, terms, parameters, self.assumptions + more, "adversarial_mdp", "derived")

    def tuned_eta(self, variances: float) -> float:
        """Return the step that minimises `everywhere`, ``2 sqrt(K / variances)`` (known in hindsight only)."""
        if not 0 < variances < math.inf:
            raise ValueError(f"variances must be positive and finite, got {variances!r}")
        if self.horizon < 2:
            raise ValueError("one round has no best step: its penalty is 0")
        return 2 * math.sqrt(self.penalty / variances)


def regret_bound(d: int, horizon: int, eta: float) -> LogBarrierBound:
    """Return the regret bound as an object; its steps are proved for every d, T, eta and all losses.

    Raises
    ------
    ValueError
        If d < 2, horizon < 1, or eta is not positive and finite.

    Examples
    --------
    >>> bound = regret_bound(2, 1000, 0.1)
    >>> round(bound.penalty, 4), round(float(bound.importance_weighted()), 2)
    (6.2151, 89.15)
    """
    d, horizon = whole("d", d, 2), whole("horizon", horizon)
    if not 0 < eta < math.inf:
        raise ValueError(f"eta must be positive and finite, got {eta!r}")
    return LogBarrierBound(d, horizon, float(eta))


def _require_amounts(**amounts: float) -> None:
    for name, amount in amounts.items():
        if not 0 <= amount < math.inf:
            raise ValueError(f"{name} must be nonnegative and finite, got {amount!r}")


def _require_losses(xp: Any, losses: Array, eta: Array, name: str) -> None:
    finite_vectors(xp, **{name: losses})
    require(xp, (eta > 0) & xp.isfinite(eta), eta, "eta", "positive and finite")


def _centred(x: Any, c: Any, eta: Any) -> tuple[Any, Array, Array, bool]:
    """Return namespace, x and ``v = eta (c - <x, c>)``, broadcast, and whether the result is one plain number."""
    xp, (x, c, eta), _ = real_arrays(x, c, eta)
    _require_losses(xp, c, eta, "c")
    require(xp, (x > 0) & xp.isfinite(x), x, "x", "positive and finite")
    if x.ndim < 1 or x.shape[-1] != c.shape[-1]:
        raise ValueError(f"x and c must agree in their last axis, got {tuple(x.shape)} and {tuple(c.shape)}")
    sums = xp.sum(x, axis=-1)
    tolerance = float(xp.finfo(x.dtype).eps) ** 0.5
    require(xp, xp.abs(sums - 1) <= tolerance, sums, "sum of x", "1")
    scalar = x.ndim == 1 and c.ndim == 1 and eta.ndim == 0
    eta = xp.expand_dims(eta, axis=-1)
    mean = xp.sum(x * c, axis=-1, keepdims=True)
    x, v = xp.broadcast_arrays(x, eta * (c - mean))
    require(xp, xp.isfinite(2 * v), v, "twice eta (c - <x, c>)", "finite")
    return xp, x, v, scalar


def _inverse_weights(xp: Any, theta: Array) -> tuple[Array, Array]:
    """Return ``y_i = 1/(theta_i + mu)`` with sum 1, and ``1/y``.

    After a shift by the least theta the multiplier lies in [1, d]. The reciprocal of the sum is concave in it, so that
    Newton's method from the left end grows towards the root and never passes it; it is exact for equal thetas.
    """
    gaps = theta - xp.min(theta, axis=-1, keepdims=True)
    shift = xp.ones_like(gaps[..., :1])
    for step in range(1, _STEPS + 1):
        y = 1 / (gaps + shift)
        total = xp.sum(y, axis=-1, keepdims=True)
        grown = xp.maximum(shift, shift + (total - 1) * total / xp.sum(y * y, axis=-1, keepdims=True))
        if step % _ASKED == 0 and not bool(xp.any(grown > shift)):
            break
        shift = grown
    inverse = gaps + shift
    return 1 / inverse, inverse


def _ratio_minus_one(xp: Any, x: Array, v: Array) -> tuple[Array, Array]:
    """Return ``u = x/y - 1 = x (v + lambda)`` and ``x/y`` at the maximiser y.

    For small losses ``x/y - 1`` would cancel: there lambda comes from ``sum x y (v + lambda) = 0``, a weighted mean
    that inherits the relative accuracy of y.
    """
    y, inverse = _inverse_weights(xp, 1 / x + v)
    ratio = x * inverse
    far = ratio - 1
    weight = x * y
    lam = -xp.sum(weight * v, axis=-1, keepdims=True) / xp.sum(weight, axis=-1, keepdims=True)
    near = x * (v + lam)
    return xp.where(xp.abs(far) < 0.1, near, far), ratio


def _minus_log1p(xp: Any, u: Array, ratio: Array) -> Array:
    """Return ``u - ln(1 + u)``, accurate where it cancels: with ``s = u/(2 + u)``, ``ln(1 + u) = 2 atanh(s)``.

    ``ratio`` is 1 + u, more accurate than that where it is near 0.
    """
    small = xp.abs(u) < 0.15
    near = xp.where(small, u, xp.zeros_like(u))
    s = near / (2 + near)
    square, series = s * s, xp.zeros_like(s)
    for k in range(_TERMS, 0, -1):
        series = square * (series + 1 / (2 * k + 1))
    logarithm = xp.log(xp.where(small, xp.ones_like(u), ratio))
    return xp.where(small, near * s - 2 * s * series, u - logarithm)
