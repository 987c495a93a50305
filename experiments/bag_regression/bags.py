"""Bags of consecutive samples: averages, and the losses that are made of them.

Losses weigh a bag by its size, which changes nothing when sizes are equal:

    L_bag = (1/n) sum_a m_a (ybar_a - fbar_a)^2,   R = (1/n) sum_a sum_{i in a} (f_i - fbar_a)^2,
    L_ins = (1/n) sum_a sum_{i in a} (ybar_a - f_i)^2 = L_bag + R,

so that the identity is exact for bags of different sizes too.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, namespace
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["REMAINDERS", "Bags", "Losses", "losses"]

FEW = 8  # up to this bag size, adding members one by one is faster than a reduction
REMAINDERS = ("smaller", "drop")


@dataclass(frozen=True)
class Bags:
    """Bags of consecutive samples: 0, ..., m-1, then m, ..., 2m-1, and so on.

    Parameters
    ----------
    samples : int
        Their number n >= 1.
    size : int
        The bag size m, from 1 to n.
    remainder : {"smaller", "drop"}
        If m does not divide n, the last bag has the n mod m samples that are left, or these are left out.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> Bags(7, 3).sizes.tolist(), Bags(7, 3, "drop").sizes.tolist()
    ([3, 3, 1], [3, 3])
    >>> Bags(5, 2).averages(np.asarray([[0.0, 2.0, 4.0, 6.0, 9.0]])).tolist()
    [[1.0, 5.0, 9.0]]
    """

    samples: int
    size: int
    remainder: str = "smaller"

    def __post_init__(self) -> None:
        samples, size = whole("samples", self.samples, 1), whole("the bag size", self.size, 1)
        if size > samples:
            raise ValueError(f"the bag size must be at most the number of samples, {samples}, got {size}")
        if self.remainder not in REMAINDERS:
            raise ValueError(f"remainder must be one of {', '.join(REMAINDERS)}, got {self.remainder!r}")

    @property
    def full(self) -> int:
        """Return the number of bags of size m."""
        return self.samples // self.size

    @property
    def rest(self) -> int:
        """Return the size of the last, smaller bag; 0 if there is none."""
        return self.samples % self.size if self.remainder == "smaller" else 0

    @property
    def used(self) -> int:
        """Return the number of samples that are in a bag."""
        return self.full * self.size + self.rest

    @property
    def sizes(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the sizes of the bags (B,)."""
        return np.asarray([self.size] * self.full + [self.rest] * (self.rest > 0), dtype=np.int64)

    def averages(self, values: Array) -> Array:
        """Return the averages (R, B, ...) over bags of values (R, n, ...)."""
        if self.size == 1:
            return values
        xp, (rows, _, *more) = namespace(values), values.shape
        cut = self.full * self.size
        if self.size <= FEW:
            members = [values[:, i : cut : self.size, ...] for i in range(self.size)]
            found = functools.reduce(operator.add, members) / self.size
        else:
            found = xp.mean(xp.reshape(values[:, :cut, ...], (rows, self.full, self.size, *more)), axis=2)
        if not self.rest:
            return found
        return xp.concat([found, xp.mean(values[:, cut : cut + self.rest, ...], axis=1, keepdims=True)], axis=1)

    def spread(self, averages: Array) -> Array:
        """Give each sample that is in a bag the value of its bag: (R, B) to (R, used)."""
        xp, rows = namespace(averages), averages.shape[0]
        full = xp.broadcast_to(averages[:, : self.full, None], (rows, self.full, self.size))
        spread = xp.reshape(full, (rows, self.full * self.size))
        if not self.rest:
            return spread
        return xp.concat([spread, xp.broadcast_to(averages[:, self.full :], (rows, self.rest))], axis=1)


@dataclass(frozen=True)
class Losses(Shown):
    """The squared losses (R,) of predictions.

    Attributes
    ----------
    bag, instance : array
        L_bag and L_ins, each from its definition.
    within : array
        R, the mean squared spread of predictions within bags.
    """

    bag: Array
    instance: Array
    within: Array

    def interpolating(self, rho: float) -> Array:
        """Return L_bag + rho R."""
        return self.bag + rho * self.within


def losses(predictions: Array, averages: Array, bags: Bags) -> Losses:
    """Return the losses of predictions (R, n) for average labels (R, B).

    Examples
    --------
    >>> found = losses(np.asarray([[0.0, 2.0, 5.0]]), np.asarray([[2.0, 4.0]]), Bags(3, 2))
    >>> [round(float(part[0]), 12) for part in (found.bag, found.within, found.instance)]
    [1.0, 0.666666666667, 1.666666666667]
    """
    xp = namespace(predictions)
    means, labels = bags.spread(bags.averages(predictions)), bags.spread(averages)
    predictions = predictions[:, : bags.used]
    return Losses(
        bag=xp.mean((labels - means) ** 2, axis=1),
        instance=xp.mean((labels - predictions) ** 2, axis=1),
        within=xp.mean((predictions - means) ** 2, axis=1),
    )
