r"""Regret bounds of linear MDPs with a simulator, all constants explicit: for any step and ridge, and tuned.

The covariance is exact, the bias of the ridge is counted. For a step eta, a ridge gamma and the bonus factor beta, with
``D = (1 + 1/H)^H``:

- log barrier, beta = eta H^2: ``(H P + 2)/eta + gamma d H K/eta + 2 D eta d H^3 K + (1 + 2 sqrt d) H^2``,
  ``P = (A-1) log K - log(A - (A-1)/K)``, if ``gamma >= (D - 1) eta^2 H^4``;
- exponential weights, magnitude-reduced, beta = 4 eta H^2: ``H log(A)/eta + gamma d H K/(4 eta) + 8 D eta d H^3 K``,
  if ``gamma >= 16 (D - 1) eta^2 H^4``; then eta times a cost is at least -5/8.

Sums over layers and episodes are argued: in `dilated_bonus.regret_terms` X is bounded state by state, weighted by the
comparator's visits, which sum to 1 in each layer. At the least ridge the bias dominates, ``d H^5 K eta``: tuned, both
are of the order ``sqrt(d H^6 K)``, as usually quoted. Every step is in ``claims_mdp_regret`` and ``claims_mdp_tuning``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from theory.online.adversarial_mdp.dilated_bonus import dilation
from theory.online.bounds import RegretBound
from theory.online.log_barrier import regret_bound

__all__ = ["Tuned", "log_barrier_regret", "reduced_regret", "tuned_log_barrier", "tuned_reduced"]

_PAPER = "adversarial_mdp"
_SETTING = (
    "the process is linear and layered, features are of norm at most 1 and known, losses lie in [0, 1]",
    "Q of every policy is linear with weights of norm at most sqrt(d) times the layers left",
    "losses are chosen before the first episode; the comparator is any fixed policy; the bound is on the mean",
    "the covariance of the policy played is known exactly (the limit of a simulator)",
)


@dataclass(frozen=True)
class Tuned:
    """Step, ridge and bonus factor of a learner, and the bound on its regret that they give."""

    eta: float
    gamma: float
    beta: float
    bound: RegretBound


def log_barrier_regret(*, K: int, H: int, A: int, d: int, eta: float, gamma: float) -> RegretBound:
    """Return the bound for the log barrier with plain estimates and the bonus factor ``eta H^2``.

    Parameters
    ----------
    K, H, A, d
        Episodes, layers, actions (>= 2), features.
    eta, gamma
        Step and ridge, > 0.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the ridge is too small for the step.

    Examples
    --------
    >>> bound = log_barrier_regret(K=10**6, H=2, A=3, d=2, eta=1e-4, gamma=1e-6)
    >>> sorted(bound.terms)
    ['bias', 'bonus', 'corner', 'penalty', 'truncation']
    """
    _require_sizes(K, H, A, d)
    D = _require_steps(H, eta, gamma, 1)
    penalty = regret_bound(A, K, eta).penalty
    terms = {
        "penalty": H * penalty / eta,
        "bias": gamma * d * H * K / eta,
        "bonus": 2 * D * eta * d * H**3 * K,
        "truncation": (1 + 2 * math.sqrt(d)) * H**2,
        "corner": 2 / eta,
    }
    conditions = ("gamma >= ((1 + 1/H)^H - 1) eta^2 H^4, so that eta H times the bonus is at most 2",)
    return _bound("log barrier, dilated bonus of factor eta H^2", terms, conditions, K, H, A, d, eta, gamma)


def reduced_regret(*, K: int, H: int, A: int, d: int, eta: float, gamma: float) -> RegretBound:
    """Return the bound for exponential weights with magnitude-reduced estimates and the bonus factor ``4 eta H^2``.

    Parameters and errors as of `log_barrier_regret`.

    Examples
    --------
    >>> bound = reduced_regret(K=10**6, H=2, A=3, d=2, eta=1e-5, gamma=1e-6)
    >>> sorted(bound.terms)
    ['bias', 'bonus', 'penalty']
    """
    _require_sizes(K, H, A, d)
    D = _require_steps(H, eta, gamma, 16)
    terms = {
        "penalty": H * math.log(A) / eta,
        "bias": gamma * d * H * K / (4 * eta),
        "bonus": 8 * D * eta * d * H**3 * K,
    }
    conditions = (
        "gamma >= 16 ((1 + 1/H)^H - 1) eta^2 H^4, so that eta H times the bonus is at most 1/2",
        "eta times a cost is then at least -5/8",
    )
    name = "magnitude-reduced exponential weights, dilated bonus of factor 4 eta H^2"
    return _bound(name, terms, conditions, K, H, A, d, eta, gamma)


def tuned_log_barrier(*, K: int, H: int, A: int, d: int) -> Tuned:
    """Return the parameters that balance `log_barrier_regret`.

    It is then at most ``2 sqrt((3e-1) d H^6 K P) + (1 + 2 sqrt d) H^2``, ``P = (A-1) log K - log(A - (A-1)/K) + 2/H``.

    Examples
    --------
    >>> small, large = (tuned_log_barrier(K=K, H=3, A=3, d=3).bound for K in (10**6, 10**8))
    >>> 10 < float(large) / float(small) < 12  # sqrt(K log K)
    True
    """
    _require_sizes(K, H, A, d)
    P = regret_bound(A, K, 1.0).penalty + 2 / H
    eta = math.sqrt(P / ((3 * math.e - 1) * d * K)) / H**2
    gamma = (math.e - 1) * eta**2 * H**4
    return Tuned(eta, gamma, eta * H**2, log_barrier_regret(K=K, H=H, A=A, d=d, eta=eta, gamma=gamma))


def tuned_reduced(*, K: int, H: int, A: int, d: int) -> Tuned:
    """Return the parameters that balance `reduced_regret`: at most ``2 sqrt((12e-4) d H^6 K log A)``.

    Examples
    --------
    >>> small, large = (tuned_reduced(K=K, H=3, A=3, d=3).bound for K in (10**6, 10**8))
    >>> round(float(large) / float(small), 9)
    10.0
    """
    _require_sizes(K, H, A, d)
    eta = math.sqrt(math.log(A) / ((12 * math.e - 4) * d * K)) / H**2
    gamma = 16 * (math.e - 1) * eta**2 * H**4
    return Tuned(eta, gamma, 4 * eta * H**2, reduced_regret(K=K, H=H, A=A, d=d, eta=eta, gamma=gamma))


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
) -> RegretBound:
    parameters = {"K": K, "H": H, "A": A, "d": d, "eta": eta, "gamma": gamma}
    return RegretBound(f"expected regret of {method}", terms, parameters, _SETTING + conditions, _PAPER, "derived")


def _require_sizes(K: int, H: int, A: int, d: int) -> None:
    for name, value, least in (("K", K, 1), ("H", H, 1), ("A", A, 2), ("d", d, 1)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be an int >= {least}, got {value!r}")


def _require_steps(H: int, eta: float, gamma: float, factor: int) -> float:
    """Return the dilation; the ridge must be at least ``factor (dilation - 1) eta^2 H^4``."""
    for name, value in (("eta", eta), ("gamma", gamma)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value!r}")
    D = float(dilation(H))
    least = factor * (D - 1) * eta**2 * H**4
    if gamma < least:
        raise ValueError(
            f"gamma must be at least {factor} ((1 + 1/H)^H - 1) eta^2 H^4 = {least!r}, or the bonus would not pay "
            f"for itself; got {gamma!r}"
        )
    return D
