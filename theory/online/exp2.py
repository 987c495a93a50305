r"""EXP2 with exploration by a G-optimal design: its two numbers, and its regret bound for any choice of them.

N actions span d dimensions, the losses of a round are linear and at most 1 in size, and only that of the action played
is seen. EXP2 plays from ``p = (1 - gamma) q + gamma w``: q has weights ``exp(-eta Lhat)`` for the estimated total
losses, w is a design of largest leverage g (`theory.online.optimal_design`; g = d for an optimal one). Estimates times
eta are then at most ``y = eta g/gamma`` in size, and the expected regret is at most

    (1 - gamma) ln(N)/eta + phi(y) eta d T + 2 gamma T,    phi(y) = (e^y - 1 - y)/y^2.

Source: key ``bubeck_exp2``, as usually quoted: y = 1 and phi(1) = e - 2 replaced by 1 give ``2 sqrt(3 T d ln N)``.
Derived: the y best for the leading term is 2, whatever d, N and T are, which gives
``sqrt((e^2 + 1) T d ln N) - (d/2) ln N`` (``claims_exp2_regret``): 16 % less and a term that is subtracted.

>>> usual, derived = tuned(3, 8, 400, form="as usually quoted"), tuned(3, 8, 400)
>>> round(float(usual.bound), 2), round(float(derived.bound), 2)
(173.04, 141.56)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from theory.arguments import whole
from theory.online import bounds
from theory.online.bounds import RegretBound
from theory.shown import Shown

__all__ = ["FORMS", "Tuning", "price", "regret_bound", "sharper_bound", "tuned"]

FORMS = ("derived", "as usually quoted")
_SHARP = math.exp(2) + 1
_LARGEST = 700  # e^y is a double up to there


@dataclass(frozen=True)
class Tuning(Shown):
    """Step and exploration of EXP2, and the bound on its expected regret that they give."""

    eta: float
    gamma: float
    bound: RegretBound


def price(y: float) -> float:
    """Return ``(e^y - 1 - y)/y^2`` for y >= 0, 1/2 at 0.

    Examples
    --------
    >>> price(0), round(price(1), 6), round(price(2), 6)
    (0.5, 0.718282, 1.097264)
    """
    if not 0 <= y <= _LARGEST:
        raise ValueError(f"y must be from 0 to {_LARGEST}, got {y!r}")
    if y < 0.1:  # the difference below would lose digits
        return math.fsum(y**k / math.factorial(k + 2) for k in range(12))
    return (math.expm1(y) - y) / y**2


def regret_bound(d: int, N: int, T: int, *, eta: float, gamma: float, leverage: float | None = None) -> RegretBound:
    """Return the bound on the expected regret for any step and exploration.

    Parameters
    ----------
    d, N, T
        Dimension of the span of the actions, their number, at least d, and the number of rounds.
    eta, gamma
        Step, > 0, and exploration, in (0, 1]; ``eta leverage/gamma`` is at most 700, so that e^y is a number.
    leverage
        Largest of the design, at least d; d if it is not given.

    Examples
    --------
    >>> found = regret_bound(3, 8, 400, eta=0.02, gamma=0.06)
    >>> {name: round(value, 2) for name, value in found.terms.items()}
    {'prior': 97.73, 'estimates': 17.24, 'exploration': 48.0}
    """
    d, N, T = _sizes(d, N, T)
    if not 0 < eta < math.inf:
        raise ValueError(f"eta must be positive and finite, got {eta!r}")
    if not 0 < gamma <= 1:
        raise ValueError(f"gamma must be in (0, 1], got {gamma!r}: the regret is not bounded so without exploration")
    largest = float(d) if leverage is None else leverage
    if not d * (1 - 1e-9) <= largest < math.inf:
        raise ValueError(f"leverage must be at least d = {d}, as it is for every design, got {leverage!r}")
    y = eta * largest / gamma
    if y > _LARGEST:
        raise ValueError(
            f"eta must be at most {_LARGEST} gamma/leverage = {_LARGEST * gamma / largest:.6g}, got {eta!r}"
        )
    terms = {
        "prior": (1 - gamma) * math.log(N) / eta,
        "estimates": price(y) * eta * d * T,
        "exploration": 2 * gamma * T,
    }
    assumptions = (
        "linear losses of at most 1 in size, fixed in advance; that of the action played is seen",
        f"exploration by a design of largest leverage {largest:g}, on actions that span {d} dimensions",
        "the regret is expected, against a fixed action",
    )
    given = {"d": d, "N": N, "T": T, "eta": eta, "gamma": gamma, "leverage": largest}
    return RegretBound("expected regret of EXP2", terms, given, assumptions, "bubeck_exp2", "derived")


def _sizes(d: int, N: int, T: int, *, least: int = 1) -> tuple[int, int, int]:
    d, N, T = whole("d", d), whole("N", N, least), whole("T", T)
    if d > N:
        raise ValueError(f"d must be at most N = {N}, as N actions span no more dimensions, got {d!r}")
    return d, N, T


def sharper_bound(d: int, N: int, T: int) -> RegretBound:
    """Return ``sqrt((e^2 + 1) T d ln N) - (d/2) ln N``: the bound at the tuned step and exploration.

    Raises
    ------
    ValueError
        If the horizon is too short for it; the message names the least one.

    Examples
    --------
    >>> round(float(sharper_bound(3, 8, 400)), 2)
    141.56
    """
    return tuned(d, N, T).bound


def tuned(d: int, N: int, T: int, *, form: str = "derived") -> Tuning:
    """Return step and exploration for a horizon.

    Parameters
    ----------
    d, N, T
        As in `regret_bound`; N >= 2.
    form
        "derived": ``gamma = eta d/2`` and ``eta = sqrt(4 ln N/((e^2+1) T d))``; "as usually quoted": ``gamma = eta d``
        and ``eta = sqrt(ln N/(3 T d))``, with the bound `theory.online.bounds.exp2`.

    Raises
    ------
    ValueError
        If the exploration were more than 1: the horizon is too short; or the form is another one; or there are fewer
        actions than dimensions.

    Examples
    --------
    >>> found = tuned(6, 64, 10_000)
    >>> round(found.eta, 6), round(found.gamma, 6)
    (0.005749, 0.017247)
    """
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
    d, N, T = _sizes(d, N, T, least=2)
    ratio, constant = (2.0, _SHARP / 4) if form == "derived" else (1.0, 3.0)
    eta = math.sqrt(math.log(N) / (constant * T * d))
    gamma = eta * d / ratio
    if gamma > 1:
        least = math.ceil(d * math.log(N) / (constant * ratio**2))
        raise ValueError(f"T = {T} is too short: exploration would be {gamma:.3g}; at least {least} rounds are needed")
    if form == "derived":
        return Tuning(eta, gamma, regret_bound(d, N, T, eta=eta, gamma=gamma))
    return Tuning(eta, gamma, replace(bounds.exp2(d=d, N=N, T=T), paper="bubeck_exp2"))
