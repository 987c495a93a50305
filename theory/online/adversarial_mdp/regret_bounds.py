r"""Regret bounds of linear MDPs with a simulator, all constants explicit: for any parameters, and tuned.

The covariance is exact, the bias of the ridge is counted. For a step eta, a ridge gamma and the bonus factor beta, with
``D = (1 + 1/H)^H`` and h layers left,

``H P/eta + gamma d K sum_h h^2/(2 (beta - a eta h^2)) + 2 D beta d H K + R``;

- log barrier: ``a = 1/4``, ``P = (A-1) log K - log(A - (A-1)/K)``, ``R = H (H+1)/2``;
- exponential weights, magnitude-reduced: ``a = 5/6``, ``P = log A``, ``R = 0``, if eta times a cost is at least -4/3.

Both need ``beta > a eta H^2``, and ``a eta H (B + 2 sqrt(d) H) <= 1`` for the largest bonus
``B = 2 (D-1) H beta/gamma``.

Sums over layers and episodes are argued: in `dilated_bonus.regret_terms` X is bounded state by state, weighted by the
comparator's visits, which sum to 1 in each layer. At the least ridge the bias dominates, ``d H^5 K eta``: tuned, both
are of the order ``sqrt(d H^6 K)``, as usually quoted. Every step is in ``claims_mdp_regret`` and ``claims_mdp_tuning``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from theory.arguments import whole
from theory.online.adversarial_mdp.dilated_bonus import dilation
from theory.online.bounds import RegretBound
from theory.online.log_barrier import regret_bound
from theory.shown import Shown

__all__ = ["Tuned", "log_barrier_regret", "reduced_regret", "tuned_log_barrier", "tuned_reduced"]

_PAPER = "adversarial_mdp"
_SETTING = (
    "the process is linear and layered, features are of norm at most 1 and known, losses lie in [0, 1]",
    "Q of every policy is linear with weights of norm at most sqrt(d) times the layers left",
    "losses are chosen before the first episode; the comparator is any fixed policy; the bound is on the mean",
    "the covariance of the policy played is known exactly (the limit of a simulator)",
)
_BARRIER, _REDUCED = 1 / 4, 5 / 6  # what a round costs, in eta times the mean squared cost
_LEAST_COST = 4 / 3  # eta times a cost is no less than minus this, where 5/6 serves
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Tuned(Shown):
    """Step, ridge and bonus factor of a learner, and the bound on its regret that they give."""

    eta: float
    gamma: float
    beta: float
    bound: RegretBound


def log_barrier_regret(*, K: int, H: int, A: int, d: int, eta: float, gamma: float, beta: float) -> RegretBound:
    """Return the bound for the log barrier with plain estimates.

    Parameters
    ----------
    K, H, A, d
        Episodes, layers, actions (>= 2), features.
    eta, gamma, beta
        Step, ridge and factor of the bonus, > 0.

    Raises
    ------
    ValueError
        If a parameter is out of range, or bonus and ridge are too small for the step; the message says what is needed.

    Examples
    --------
    >>> bound = log_barrier_regret(K=10**6, H=2, A=3, d=2, eta=1e-4, gamma=1e-6, beta=4e-4)
    >>> sorted(bound.terms)
    ['bias', 'bonus', 'mixing', 'penalty']
    """
    K, H, A, d = _sizes(K, H, A, d)
    terms = _terms(K, H, d, eta, gamma, beta, _BARRIER, regret_bound(A, K, 1.0).penalty)
    terms["mixing"] = H * (H + 1) / 2
    conditions = ("beta > eta H^2/4, and eta H (B + 2 sqrt(d) H) <= 4 for the largest bonus B",)
    return _bound("log barrier, dilated bonus", terms, conditions, K, H, A, d, eta, gamma, beta)


def reduced_regret(*, K: int, H: int, A: int, d: int, eta: float, gamma: float, beta: float) -> RegretBound:
    """Return the bound for exponential weights with magnitude-reduced estimates.

    Parameters and errors as of `log_barrier_regret`.

    Examples
    --------
    >>> bound = reduced_regret(K=10**6, H=2, A=3, d=2, eta=1e-5, gamma=1e-6, beta=1e-4)
    >>> sorted(bound.terms)
    ['bias', 'bonus', 'penalty']
    """
    K, H, A, d = _sizes(K, H, A, d)
    terms = _terms(K, H, d, eta, gamma, beta, _REDUCED, math.log(A))
    low = eta * (H / (2 * math.sqrt(gamma)) + _largest_bonus(H, gamma, beta))
    if low > _LEAST_COST + _ROUNDING:
        raise ValueError(f"gamma must be larger: eta times a cost may fall to -{low!r}, below -4/3; got {gamma!r}")
    conditions = (
        "beta > 5 eta H^2/6, and 5 eta H (B + 2 sqrt(d) H) <= 6 for the largest bonus B",
        "eta H/(2 sqrt(gamma)) + eta B <= 4/3, so that eta times a cost is at least -4/3",
    )
    name = "magnitude-reduced exponential weights, dilated bonus"
    return _bound(name, terms, conditions, K, H, A, d, eta, gamma, beta)


def tuned_log_barrier(*, K: int, H: int, A: int, d: int) -> Tuned:
    """Return the parameters that balance `log_barrier_regret`.

    Unless K is so small that the bound says nothing it is at most ``2 (u + v) sqrt(d H^4 K P) + H (H+1)/2``, with
    ``u^2 = 5 (D-1) (H+1) (2H+1)/114`` and ``v^2 = D/2``.

    Examples
    --------
    >>> small, large = (tuned_log_barrier(K=K, H=3, A=3, d=3).bound for K in (10**6, 10**8))
    >>> 10 < float(large) / float(small) < 12  # sqrt(K log K)
    True
    """
    K, H, A, d = _sizes(K, H, A, d)
    penalty = regret_bound(A, max(K, 2), 1.0).penalty
    eta, gamma, beta = _tuned(K, H, d, penalty, _BARRIER, 19 / 5)
    return Tuned(eta, gamma, beta, log_barrier_regret(K=K, H=H, A=A, d=d, eta=eta, gamma=gamma, beta=beta))


def tuned_reduced(*, K: int, H: int, A: int, d: int) -> Tuned:
    """Return the parameters that balance `reduced_regret`.

    Unless K is so small that the bound says nothing it is at most ``2 (u + v) sqrt(d H^4 K log A)``, with
    ``u^2 = (D-1) (H+1) (2H+1)/6`` and ``v^2 = 5 D/3``.

    Examples
    --------
    >>> small, large = (tuned_reduced(K=K, H=3, A=3, d=3).bound for K in (10**6, 10**8))
    >>> round(float(large) / float(small), 9)
    10.0
    """
    K, H, A, d = _sizes(K, H, A, d)
    eta, gamma, beta = _tuned(K, H, d, math.log(A), _REDUCED, 1.0)
    return Tuned(eta, gamma, beta, reduced_regret(K=K, H=H, A=A, d=d, eta=eta, gamma=gamma, beta=beta))


def _tuned(K: int, H: int, d: int, penalty: float, price: float, limit: float) -> tuple[float, float, float]:
    """Return eta, gamma and beta; eta H times the largest bonus is ``limit``, eta sqrt(d) H^2 at most 1/10."""
    D = float(dilation(H))
    u, v = math.sqrt((D - 1) * (H + 1) * (2 * H + 1) / (6 * limit)), math.sqrt(2 * D * price)
    eta = min(math.sqrt(penalty / (d * K)) / (H * (u + v)), 1 / (10 * math.sqrt(d) * H**2))
    beta = price * eta * H**2 * (1 + u / v)
    return eta, 2 * (D - 1) * eta * H**2 * beta / limit, beta


def _largest_bonus(H: int, gamma: float, beta: float) -> float:
    return 2 * (float(dilation(H)) - 1) * H * beta / gamma


def _terms(
    K: int, H: int, d: int, eta: float, gamma: float, beta: float, price: float, penalty: float
) -> dict[str, float]:
    _require_steps(H, d, eta, gamma, beta, price)
    bias = sum(h**2 / (2 * (beta - price * eta * h**2)) for h in range(1, H + 1))
    return {
        "penalty": H * penalty / eta,
        "bias": gamma * d * K * bias,
        "bonus": 2 * float(dilation(H)) * beta * d * H * K,
    }


def _bound(
    method: str,
    terms: dict[str, float],
    conditions: tuple[str, ...],
    K: int,
    H: int,
    A: int,
    d: int,
    eta: float,
    gamma: float,
    beta: float,
) -> RegretBound:
    parameters = {"K": K, "H": H, "A": A, "d": d, "eta": eta, "gamma": gamma, "beta": beta}
    return RegretBound(f"expected regret of {method}", terms, parameters, _SETTING + conditions, _PAPER, "derived")


def _sizes(K: int, H: int, A: int, d: int) -> tuple[int, int, int, int]:
    return whole("K", K), whole("H", H), whole("A", A, 2), whole("d", d)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _require_steps(H: int, d: int, eta: float, gamma: float, beta: float, price: float) -> None:
    for name, value in (("eta", eta), ("gamma", gamma), ("beta", beta)):
        if not _is_number(value) or not 0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value!r}")
    most = 1 / (2 * price * math.sqrt(d) * H**2)
    if eta >= most:
        raise ValueError(f"eta must be below {most!r}, or no bonus would pay for itself; got {eta!r}")
    if beta <= price * eta * H**2:
        raise ValueError(f"beta must exceed {price * eta * H**2!r}, the price of second moments; got {beta!r}")
    room = 1 / (price * eta * H) - 2 * math.sqrt(d) * H
    if _largest_bonus(H, gamma, beta) > room * (1 + _ROUNDING):
        least = 2 * (float(dilation(H)) - 1) * H * beta / room
        raise ValueError(f"gamma must be at least {least!r}, or the bonus would not pay for itself; got {gamma!r}")
