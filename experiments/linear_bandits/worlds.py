"""Finite sets of actions and linear losses in [-1, 1]: in every round one of finitely many loss vectors is drawn.

In round t = 0, 1, ... the loss of action a is ``<a, v_k>``, where the number k of the vector has the chances of the
phase that t lies in. So mean losses are exact, and never depend on the plays.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.streams import Stream

__all__ = ["LinearWorld", "arms", "cube", "sphere"]

Floats = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]
_ROUNDING = 1e-12


@dataclass(frozen=True)
class LinearWorld:
    """Actions, loss vectors, and their chances in each phase.

    Parameters
    ----------
    actions : N rows of D numbers
    vectors : K rows of D numbers
    chances : P rows of K numbers
        Nonnegative, of sum 1: those of round t are row ``min(t // phase, P - 1)``.
    phase : int
        Rounds of a phase; the last one goes on for ever.

    Raises
    ------
    ValueError
        If shapes or chances are wrong, or a loss that can occur leaves [-1, 1]: the message names the first such
        round, the action and the loss.

    Examples
    --------
    >>> world = LinearWorld(((1.0, 0.0), (0.0, 1.0)), ((1.0, 0.5), (-1.0, 0.5)), ((0.25, 0.75),))
    >>> world.means.tolist()
    [[-0.5, 0.5]]
    """

    actions: Rows
    vectors: Rows
    chances: Rows
    phase: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.phase, bool) or not isinstance(self.phase, int) or self.phase < 1:
            raise ValueError(f"phase must be an int >= 1, got {self.phase!r}")
        for name in ("actions", "vectors", "chances"):
            widths = sorted({len(row) for row in getattr(self, name)})
            if len(widths) != 1 or not widths[0]:
                raise ValueError(f"{name} must have rows of one length >= 1, got lengths {widths}")
        if len(self.actions[0]) != len(self.vectors[0]) or len(self.chances[0]) != len(self.vectors):
            raise ValueError("vectors must be as long as actions, and each must have a chance in every phase")
        for row in self.chances:
            if min(row) < 0 or not math.isclose(math.fsum(row), 1, abs_tol=_ROUNDING):
                raise ValueError(f"chances must be >= 0 with sum 1, got {row}")
        for name in ("actions", "vectors"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be finite, got {getattr(self, name)}")
        self._require_losses()

    def _require_losses(self) -> None:
        for number, row in enumerate(self.chances):
            possible = [k for k, chance in enumerate(row) if chance > 0]
            table = self.losses[possible]
            wrong = ~(np.abs(table) <= 1 + _ROUNDING)
            if wrong.any():
                k, action = (int(i[0]) for i in np.nonzero(wrong))
                value = float(table[k, action])
                raise ValueError(f"round {number * self.phase}: loss {value!r} of action {action} leaves [-1, 1]")

    @cached_property
    def table(self) -> Floats:
        """The actions as an array (N, D)."""
        return np.asarray(self.actions, dtype=np.float64)

    @cached_property
    def losses(self) -> Floats:
        """Losses (K, N) of all actions under each vector."""
        found: Floats = np.asarray(self.vectors, dtype=np.float64) @ self.table.T
        return found

    @cached_property
    def means(self) -> Floats:
        """Mean losses (P, N) of all actions in each phase."""
        found: Floats = np.asarray(self.chances, dtype=np.float64) @ self.losses
        return found

    @cached_property
    def reached(self) -> Floats:
        """Running sums (P, K) of the chances, but for the last."""
        return np.cumsum(np.asarray(self.chances, dtype=np.float64), axis=1)[:, :-1]

    def totals(self, rounds: int) -> Floats:
        """Return the sums of mean losses (N,) over the first rounds, 0 or more."""
        if rounds < 0:
            raise ValueError(f"rounds must be at least 0, got {rounds!r}")
        spent = [min(self.phase, max(0, rounds - p * self.phase)) for p in range(len(self.chances) - 1)]
        found: Floats = np.asarray([*spent, rounds - sum(spent)], dtype=np.float64) @ self.means
        return found


def cube(dimension: int, gap: float, *, switch: int | None = None) -> LinearWorld:
    """Return the corners of [-1, 1]^d, and losses that are one coordinate or its negative.

    The corner of all ones has the mean loss ``-gap``, its negative ``gap``. With ``switch``, after so many rounds it
    is the corner whose first coordinate is -1 that is best.

    Examples
    --------
    >>> cube(2, 0.5).means.tolist()
    [[0.5, 0.0, 0.0, -0.5]]
    """
    _require_whole("dimension", dimension)
    if switch is not None:
        _require_whole("switch", switch)
    signs = np.ones((1 if switch is None else 2, dimension))
    signs[1:, 0] = -1.0
    actions = tuple(itertools.product((-1.0, 1.0), repeat=dimension))
    return _signed(actions, signs, gap, switch or 1)


def sphere(count: int, dimension: int, gap: float, *, seed: int = 0) -> LinearWorld:
    """Return random unit vectors, and losses that are one coordinate or its negative: the mean vector is -gap/d.

    Examples
    --------
    >>> sphere(20, 3, 0.5).losses.shape
    (6, 20)
    """
    _require_whole("count", count)
    _require_whole("dimension", dimension)
    numbers = np.asarray(Stream.named(seed, "sphere", count, dimension).normal(count, dimension))
    rows = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    return _signed(tuple(map(tuple, rows.tolist())), np.ones((1, dimension)), gap, 1)


def _require_whole(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be an int >= 1, got {value!r}")


def _signed(actions: Rows, signs: Floats, gap: float, phase: int) -> LinearWorld:
    if not 0 <= gap <= 1:
        raise ValueError(f"gap must be from 0 to 1, got {gap!r}")
    units = np.eye(signs.shape[1])
    chances = np.concatenate([1 - gap * signs, 1 + gap * signs], axis=1) / (2 * signs.shape[1])
    vectors = np.concatenate([units, -units])
    return LinearWorld(actions, tuple(map(tuple, vectors.tolist())), tuple(map(tuple, chances.tolist())), phase)


def arms(count: int, gap: float) -> LinearWorld:
    """Return the unit vectors as actions: arms that lose 1 with chance 1/2, the first one with chance 1/2 - gap.

    Examples
    --------
    >>> arms(3, 0.25).means.tolist()
    [[0.25, 0.5, 0.5]]
    """
    if count < 2 or not 0 <= gap <= 0.5:
        raise ValueError(f"needs at least 2 arms and a gap from 0 to 1/2, got {count!r} and {gap!r}")
    actions = tuple(map(tuple, np.eye(count).tolist()))
    vectors = ((1.0,) * count, (0.0, *(1.0,) * (count - 1)), (0.0,) * count)
    return LinearWorld(actions, vectors, ((0.5 - gap, gap, 0.5),))
