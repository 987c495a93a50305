r"""Hedge (exponential weights): weights and regret bound; for two experts its exact worst case and the minimax.

Losses lie in [0, 1], Hedge plays ``p_{t,i}`` proportional to ``exp(-eta L_{t-1,i})``, and the regret is against the
best expert after T rounds. With two experts and losses in {0, 1} it depends on the gap ``n = |L_1 - L_2|`` alone: with
``s(n) = 1/(1 + e^{eta n})``, the weight of the worse expert, a round that widens the gap from n adds ``s(n)`` to the
regret, one that narrows it to n takes ``s(n + 1)`` away, any other changes nothing. A narrowing undoes a widening, and
``s(n) - s(n+1)`` is largest at n = 0; so the worst path alternates between gaps 0 and 1 for some rounds, then
widens the gap to m: a closed form.

With losses in all of [0, 1] the worst case can be larger (T = 2, eta = 10: ``claims_hedge_worst_case``; T = 10,
eta = 1): the value here is then a lower bound of it. At the tuned step ``sqrt(8 ln 2/T)`` an induction over a fine
grid of losses found nothing larger, which is no proof. The regret bound holds for both.

Sources: keys ``hedge`` (algorithm and bound) and ``cover`` (minimax of two experts); the closed form is derived.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arguments import whole
from theory.arrays import Array, quiet, real_arrays, require
from theory.online import bounds
from theory.online.paths import finite_vectors
from theory.shown import Shown

__all__ = [
    "HedgeWorstCase", "minimax_regret", "regret_bound", "tuned_eta", "weights", "worst_case", "worst_case_regret",
]  # fmt: skip

_BLOCK = 2**20  # terms summed at a time
_LONGEST = 10**9  # terms: some ten seconds
_LARGEST = 2**53
_SHOWN = 10**8  # rounds of losses: 1.6 GB


@quiet
def weights(cumulative_losses: Any, eta: Any) -> Array:
    """Return Hedge's distribution over the experts.

    Parameters
    ----------
    cumulative_losses : array, shape (..., N)
        Losses of each expert so far.
    eta : number or array, shape (...)
        Step size, positive.

    Raises
    ------
    ValueError
        If a loss is not finite or eta is not positive.

    Examples
    --------
    >>> [round(float(p), 6) for p in weights([0.0, 2.0], 0.5)]
    [0.731059, 0.268941]
    """
    xp, (losses, eta), _ = real_arrays(cumulative_losses, eta)
    finite_vectors(xp, cumulative_losses=losses)
    require(xp, (eta > 0) & xp.isfinite(eta), eta, "eta", "positive and finite")
    excess = losses - xp.min(losses, axis=-1, keepdims=True)
    raw = xp.exp(-xp.expand_dims(eta, axis=-1) * excess)
    result: Array = raw / xp.sum(raw, axis=-1, keepdims=True)
    return result


def tuned_eta(experts: int, horizon: int) -> float:
    """Return ``sqrt(8 ln N / T)``, which minimises `regret_bound`.

    Examples
    --------
    >>> round(tuned_eta(2, 100), 6)
    0.235482
    """
    return float(bounds.hedge(**_sizes(experts, horizon)).parameters["eta"])


def regret_bound(experts: int, horizon: int, eta: float) -> float:
    """Return ``ln(N)/eta + eta T/8``, the number of `theory.online.bounds.hedge`: no losses in [0, 1] give more regret.

    Raises
    ------
    ValueError
        If experts < 2, horizon < 1, or eta is not positive and finite.

    Examples
    --------
    >>> round(regret_bound(2, 100, tuned_eta(2, 100)), 4)
    5.8871
    """
    return float(bounds.hedge(**_sizes(experts, horizon), eta=_require_eta(eta)))


def minimax_regret(horizon: int) -> Fraction:
    """Return ``E|S_T|/2`` with S_T a simple random walk: the exact minimax regret of two experts (key ``cover``).

    No algorithm guarantees less, as fair coins show; Cover's algorithm guarantees it.

    Examples
    --------
    >>> minimax_regret(2), float(minimax_regret(10))
    (Fraction(1, 2), 1.23046875)
    """
    horizon = whole("horizon", horizon, most=_LARGEST)
    return Fraction(horizon * math.comb(horizon - 1, (horizon - 1) // 2), 2**horizon)


@dataclass(frozen=True)
class HedgeWorstCase(Shown):
    """The largest regret of Hedge with two experts over all losses in {0, 1}, and losses that attain it.

    Attributes
    ----------
    value
        The regret.
    horizon, eta
        Number of rounds T and step size.
    turns, climb
        The gap goes ``turns`` times from 0 to 1 and back, then ``climb`` times up: ``2 turns + climb = T``.
    """

    value: float
    horizon: int
    eta: float
    turns: int
    climb: int

    def losses(self) -> NDArray[np.float64]:
        """Return worst losses, shape (T, 2).

        Examples
        --------
        >>> worst_case(4, 1.0).losses().tolist()
        [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]
        """
        if self.horizon > _SHOWN:
            raise ValueError(f"losses of {self.horizon} rounds do not fit in memory; at most {_SHOWN}")
        result = np.zeros((self.horizon, 2))
        result[:, 0] = 1.0
        result[1 : 2 * self.turns : 2] = (0.0, 1.0)
        return result


def worst_case(horizon: int, eta: float) -> HedgeWorstCase:
    """Return the worst case of Hedge with two experts and losses in {0, 1}, in closed form.

    Going up two more gaps gains ``s(m) + s(m+1)``, one more turn gains ``s(0) - s(1)``; the first falls with m, so that
    the best m is found by bisection.

    Raises
    ------
    ValueError
        If horizon < 1, eta is not positive and finite, or the sum has more than 10^9 terms.

    Examples
    --------
    >>> found = worst_case(10, tuned_eta(2, 10))
    >>> round(found.value, 12), found.turns, found.climb
    (1.636792238936, 3, 4)
    """
    horizon = whole("horizon", horizon, most=_LARGEST)
    eta = _require_eta(eta)
    turn = math.tanh(eta / 2) / 2  # s(0) - s(1)
    first = horizon % 2
    low, high = 0, (horizon - first) // 2  # climb = first + 2 k: the smallest k at which one more turn is no worse
    while low < high:
        middle = (low + high) // 2
        m = first + 2 * middle
        if _share(eta * m) + _share(eta * (m + 1)) > turn:
            low = middle + 1
        else:
            high = middle
    climb = first + 2 * low
    if climb > _LONGEST:
        raise ValueError(f"the worst case of {horizon} rounds at eta = {eta} sums {climb} terms; at most {_LONGEST}")
    turns = (horizon - climb) // 2
    return HedgeWorstCase(turns * turn + _shares(eta, climb), horizon, eta, turns, climb)


def worst_case_regret(horizon: int, eta: float) -> float:
    """Return the value of `worst_case`: the largest regret of Hedge with two experts over all losses in {0, 1}.

    Examples
    --------
    >>> round(worst_case_regret(100, tuned_eta(2, 100)), 12)
    5.550906253317
    """
    return worst_case(horizon, eta).value


def _share(z: float) -> float:
    """Return ``1/(1 + e^z)`` for z >= 0."""
    small = math.exp(-z)
    return small / (1 + small)


def _shares(eta: float, count: int) -> float:
    """Return ``s(0) + ... + s(count - 1)``, block by block."""
    sums = []
    for start in range(0, count, _BLOCK):
        small = np.exp(-eta * np.arange(start, min(start + _BLOCK, count), dtype=np.float64))
        sums.append(float(np.sum(small / (1 + small))))
    return math.fsum(sums)


def _sizes(experts: int, horizon: int) -> dict[str, int]:
    return {"N": whole("experts", experts, 2, _LARGEST), "T": whole("horizon", horizon, most=_LARGEST)}


def _require_eta(eta: float) -> float:
    if isinstance(eta, bool) or not isinstance(eta, int | float | np.number) or not 0 < eta < math.inf:
        raise ValueError(f"eta must be a positive finite number, got {eta!r}")
    return float(eta)
