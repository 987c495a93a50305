"""Losses of linear processes that an adversary changes from episode to episode.

Weights of episode k = 0, 1, ... are ``table[min(k // phase, P - 1)]`` plus or minus ``amplitude``, a sign for each
layer and feature. Oblivious signs are equally likely and drawn anew after every ``block`` episodes. Adaptive signs
follow the learner: a feature costs more if the learner has visited it more than the mean feature of its layer; regret
is then that against the best fixed policy for the losses that came out. Weights lie in [0, 1], and so do losses, as
features are distributions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from experiments.streams import Stream

__all__ = ["DRAWN", "TIE", "WORD", "Losses", "signs"]

Floats = NDArray[np.float64]
WORD = 32  # signs that one word of random bits holds
DRAWN = 2**20  # uniforms that array operations hold at a time
TIE = 1 + 1e-9  # above the mean is above this multiple: visits that are equal up to rounding are in no engine above it
_STREAM = "losses of a linear MDP"


@dataclass(frozen=True)
class Losses:
    """Weights of the losses.

    Parameters
    ----------
    table : P tuples of H tuples of d numbers
    phase : int, >= 1
        Episodes of a phase; the last one goes on for ever.
    amplitude : float, >= 0
    block : int, >= 1
        Episodes for which signs stay; 1 for adaptive signs.
    adaptive : bool

    Raises
    ------
    ValueError
        If weights can leave [0, 1], or the table is not rectangular; the message says where.

    Examples
    --------
    >>> losses = Losses.blocks(2, 3, amplitude=0.25, block=10)
    >>> losses.weights(1, range(20), seed=1).shape
    (1, 20, 2, 3)
    >>> Losses.switching(1, 2, gap=0.5, half=10).table
    (((0.25, 0.5),), ((0.5, 0.0),))
    """

    table: tuple[tuple[tuple[float, ...], ...], ...]
    phase: int = 1
    amplitude: float = 0.0
    block: int = 1
    adaptive: bool = False

    def __post_init__(self) -> None:
        shapes = {(len(part), len(row)) for part in self.table for row in part}
        if len(shapes) != 1 or min(min(shapes)) < 1:
            raise ValueError(f"table must hold for each phase H rows of d weights, all alike, got {sorted(shapes)}")
        for name, value in (("phase", self.phase), ("block", self.block)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be an int >= 1, got {value!r}")
        if not 0 <= self.amplitude < math.inf:
            raise ValueError(f"amplitude must be >= 0 and finite, got {self.amplitude!r}")
        if self.adaptive and self.block != 1:
            raise ValueError(f"block must be 1 for adaptive losses, got {self.block}")
        for part, rows in enumerate(self.table):
            for layer, row in enumerate(rows):
                for feature, weight in enumerate(row):
                    if not self.amplitude <= weight <= 1 - self.amplitude:
                        where = f"episode {part * self.phase}, layer {layer}, feature {feature}"
                        raise ValueError(f"{where}: the weight {weight!r} +- {self.amplitude!r} leaves [0, 1]")

    @property
    def shape(self) -> tuple[int, int]:
        """Layers H and features d."""
        return len(self.table[0]), len(self.table[0][0])

    @property
    def centers(self) -> Floats:
        """The table as an array (P, H, d)."""
        return np.asarray(self.table, dtype=np.float64)

    @property
    def words(self) -> int:
        """The number of random words that the signs of a block take."""
        return -(-self.shape[0] * self.shape[1] // WORD)

    @classmethod
    def blocks(cls, horizon: int, dimension: int, *, amplitude: float, block: int) -> Losses:
        """Return weights 1/2 plus or minus ``amplitude``, with new signs after every ``block`` episodes."""
        return cls(_constant(horizon, dimension, 0.5), amplitude=amplitude, block=block)

    @classmethod
    def follower(cls, horizon: int, dimension: int, *, amplitude: float) -> Losses:
        """Return weights 1/2 plus or minus ``amplitude`` by adaptive signs."""
        return cls(_constant(horizon, dimension, 0.5), amplitude=amplitude, adaptive=True)

    @classmethod
    def gap(cls, horizon: int, dimension: int, *, gap: float, amplitude: float = 0.0) -> Losses:
        """Return weights 1/2 but for the first feature, less by ``gap``; signs are new in every episode."""
        row = (0.5 - gap, *(0.5,) * (dimension - 1))
        return cls(((row,) * horizon,), amplitude=amplitude)

    @classmethod
    def switching(cls, horizon: int, dimension: int, *, gap: float, half: int) -> Losses:
        """Return weights that favour the first feature by ``gap/2`` for ``half`` episodes, then the last by ``gap``."""
        before = (0.5 - gap / 2, *(0.5,) * (dimension - 1))
        after = (*(0.5,) * (dimension - 1), 0.5 - gap)
        return cls(((before,) * horizon, (after,) * horizon), phase=half)

    def stream(self, seed: int) -> Stream:
        """Return the stream of the signs: word w of block b of a replicate has the index ``b words + w``."""
        return Stream.named(seed, _STREAM)

    def weights(self, replicates: int | range, episodes: range, *, seed: int, backend: Backend | None = None) -> Array:
        """Return the weights (R, K, H, d) of some episodes; oblivious losses only.

        Parameters
        ----------
        replicates
            A number, or a range of rows; a replicate keeps its signs.
        episodes
            Of step 1.
        seed
        backend
            NumPy unless given.

        Raises
        ------
        ValueError
            If the losses are adaptive, or the episodes not a range of step 1 from 0 on.
        """
        if self.adaptive:
            raise ValueError("adaptive losses depend on the learner: they are known after a run only")
        if not isinstance(episodes, range) or episodes.step != 1 or episodes.start < 0:
            raise ValueError(f"episodes must be a range of step 1 from 0 on, got {episodes!r}")
        where = backend_named() if backend is None else backend
        xp, times = where.xp, np.arange(episodes.start, episodes.stop)
        centers = where.asarray(self.centers[np.minimum(times // self.phase, len(self.table) - 1)])
        rows = replicates if isinstance(replicates, range) else range(replicates)
        if not self.amplitude or not len(times):
            return xp.asarray(xp.broadcast_to(centers, (len(rows), *centers.shape)), copy=True)
        first, last = episodes.start // self.block, (episodes.stop - 1) // self.block
        drawn = signs(self.stream(seed), rows, first, last + 1, self.shape, where)
        return centers + self.amplitude * xp.take(drawn, where.asarray(times // self.block - first), axis=1)

    def totals(self, replicates: int | range, episodes: int, *, seed: int) -> Floats:
        """Return the sums of the weights (R, H, d) over the first episodes, block by block; oblivious losses only.

        Examples
        --------
        >>> Losses.switching(1, 2, gap=0.5, half=10).totals(1, 14, seed=0)[0].tolist()
        [[4.5, 5.0]]
        """
        if self.adaptive:
            raise ValueError("adaptive losses depend on the learner: their sums are known after a run only")
        rows = replicates if isinstance(replicates, range) else range(replicates)
        spent = [min(self.phase, max(0, episodes - p * self.phase)) for p in range(len(self.table) - 1)]
        sums = np.tensordot(np.asarray([*spent, episodes - sum(spent)], dtype=np.float64), self.centers, axes=1)
        result = np.array(np.broadcast_to(sums, (len(rows), *self.shape)))
        if self.amplitude:
            for low in range(0, -(-episodes // self.block), _CHUNK):
                blocks = np.arange(low, min(low + _CHUNK, -(-episodes // self.block)))
                lengths = np.minimum(self.block, episodes - blocks * self.block)
                drawn = signs(self.stream(seed), rows, low, low + len(blocks), self.shape, backend_named())
                result += self.amplitude * np.einsum("b,rbhi->rhi", lengths, drawn)
        return result


def signs(stream: Stream, rows: range, first: int, last: int, shape: tuple[int, int], backend: Backend) -> Array:
    """Return the signs (R, last - first, H, d) of blocks, one bit each of the words of the stream.

    Examples
    --------
    >>> drawn = signs(Losses.gap(2, 3, gap=0.1).stream(1), range(2), 0, 5, (2, 3), backend_named())
    >>> drawn.shape, sorted(set(drawn.flatten().tolist()))
    ((2, 5, 2, 3), [-1.0, 1.0])
    """
    xp, count = backend.xp, math.prod(shape)
    words = -(-count // WORD)
    drawn = stream.bits(rows, (last - first, words), offset=first * words, backend=backend)
    places = np.arange(count)
    spread = xp.take(drawn, backend.asarray(places // WORD), axis=2)
    bits = xp.bitwise_and(xp.bitwise_right_shift(spread, backend.asarray(places % WORD)), 1)
    return xp.reshape(2.0 * xp.astype(bits, xp.float64) - 1.0, (len(rows), last - first, *shape))


_CHUNK = 1 << 12  # blocks whose signs are held at a time


def _constant(horizon: int, dimension: int, weight: float) -> tuple[tuple[tuple[float, ...], ...], ...]:
    return (((weight,) * dimension,) * horizon,)
