"""Bernoulli arms whose mean losses are exact: constant, changing by phases, or with random signs by blocks.

In round t = 0, 1, ... one uniform number V serves all arms: arm k loses 1 if V < mean(t, k), else 0. So each arm has
its own mean, the losses of one round depend on each other, and the total loss of every arm costs no further number.
Losses never depend on the plays: bounds for losses fixed in advance hold in expectation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.horizons import LONGEST

__all__ = ["MOST_ARMS", "Arms"]

MOST_ARMS = 32  # the signs of a block are the bits of one word


@dataclass(frozen=True)
class Arms:
    """Mean losses of K arms: ``table[min(t // phase, P - 1), k]``, plus or minus ``amplitude`` by a sign.

    Signs are equally likely, independent over replicates, arms and blocks of ``block`` rounds.

    Parameters
    ----------
    table : tuple of P tuples of K numbers
    phase : int, >= 1
        Rounds of a phase; the last one goes on for ever.
    amplitude : float, >= 0
    block : int, >= 1

    Raises
    ------
    ValueError
        If there are fewer than 2 or more than 32 arms, or a mean loss can leave [0, 1]; the message says which.

    Examples
    --------
    >>> Arms.gap(3, 0.25).table
    ((0.25, 0.5, 0.5),)
    >>> Arms.switching(2, 0.5, 10).table
    ((0.25, 0.5), (0.5, 0.0))
    """

    table: tuple[tuple[float, ...], ...]
    phase: int = 1
    amplitude: float = 0.0
    block: int = 1

    def __post_init__(self) -> None:
        counts = {len(row) for row in self.table}
        if len(counts) != 1 or not 2 <= min(counts) <= MOST_ARMS:
            raise ValueError(f"table must have rows of 2 to {MOST_ARMS} arms, all alike, got {sorted(counts)}")
        for name, value in (("phase", self.phase), ("block", self.block)):
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
                raise ValueError(f"{name} must be an int from 1 to {LONGEST}, got {value!r}")
        if not 0 <= self.amplitude < math.inf:
            raise ValueError(f"amplitude must be >= 0 and finite, got {self.amplitude!r}")
        for number, row in enumerate(self.table):
            for arm, mean in enumerate(row):
                if not self.amplitude <= mean <= 1 - self.amplitude:
                    first = number * self.phase
                    raise ValueError(
                        f"round {first}, arm {arm}: mean loss {mean!r} +- {self.amplitude!r} leaves [0, 1]"
                    )

    @property
    def count(self) -> int:
        """The number of arms."""
        return len(self.table[0])

    @property
    def means(self) -> NDArray[np.float64]:
        """The table as an array (P, K)."""
        return np.asarray(self.table, dtype=np.float64)

    def totals(self, rounds: int) -> NDArray[np.float64]:
        """Return the sums of mean losses (K,) over the first rounds, signs apart.

        Examples
        --------
        >>> Arms.switching(2, 0.5, 10).totals(14).tolist()
        [4.5, 5.0]
        """
        spent = [min(self.phase, max(0, rounds - p * self.phase)) for p in range(len(self.table) - 1)]
        return np.asarray([*spent, rounds - sum(spent)], dtype=np.float64) @ self.means

    @classmethod
    def gap(cls, count: int, gap: float) -> Arms:
        """Return arms of mean 1/2 but the first, which is better by ``gap``."""
        return cls(((0.5 - gap, *(0.5,) * (count - 1)),))

    @classmethod
    def switching(cls, count: int, gap: float, half: int) -> Arms:
        """Return arms the first of which is better by ``gap/2`` for ``half`` rounds, then the last one by ``gap``."""
        return cls(((0.5 - gap / 2, *(0.5,) * (count - 1)), (*(0.5,) * (count - 1), 0.5 - gap)), phase=half)

    @classmethod
    def signs(cls, count: int, amplitude: float, block: int) -> Arms:
        """Return arms of mean 1/2 plus or minus ``amplitude``, with new signs after every ``block`` rounds."""
        return cls(((0.5,) * count,), amplitude=amplitude, block=block)

    def lai_robbins(self) -> float:
        """Return the factor of log t in the lower bound on the regret of consistent policies (Lai, Robbins 1985).

        The sum of ``gap_k/kl(mean_k, best)`` over worse arms, for constant means in (0, 1); NaN for others.

        Examples
        --------
        >>> round(Arms.gap(2, 0.25).lai_robbins(), 3)
        1.738
        """
        row, best = self.table[0], min(self.table[0])
        if len(self.table) > 1 or self.amplitude or best == 0 or max(row) == 1:
            return math.nan
        worse = [mean for mean in row if mean > best]
        return math.fsum((mean - best) / _divergence(mean, best) for mean in worse)


def _divergence(p: float, q: float) -> float:
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
