"""Stochastically extended adversaries whose variance and drift are exact on every path.

The gradient of the loss drawn in round t = 1, 2, ... is ``A x - b_t + noise_t + e_t kappa x`` with A diagonal: the mean
loss is ``x'Ax/2 - <b_t, x>``, and its gradient drifts by ``b_t - b_{t-1}`` wherever x is. With kappa > L the losses
drawn are not convex, their means are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.streams import Stream
from theory.online.mirror_descent import quadratic_step

__all__ = ["KINDS", "Rounds", "SeaWorld"]

Floats = NDArray[np.float64]
KINDS = ("drifting", "nonconvex", "signs", "corrupted", "random order")
_FREQUENCY = 0.3  # of the drifting centre, in radians a round


@dataclass(frozen=True)
class Rounds:
    """Some rounds of a world: offsets ``b`` and ``noise`` (n, R, d), ``flips`` e_t, ``variance``, ``drift`` (n, R)."""

    b: Floats
    noise: Floats
    flips: Floats
    variance: Floats
    drift: Floats


@dataclass(frozen=True)
class SeaWorld:
    """A world on the ball of a radius around 0.

    Parameters
    ----------
    kind : str
        "drifting": the centre of the mean losses turns on a circle within ``size``; "nonconvex": so, and
        e_t = +-1 with kappa = 3 L; "signs": linear losses of size ``size`` with random signs, fixed in advance;
        "corrupted": independent losses, the first tenth of which have an offset of ``size``; "random order": quadratic
        losses with ``horizon`` fixed centres within ``size``, in random order.
    horizon, dimension : int
    noise : float, >= 0
        Norm of the noise of each round (random signs); 0 in random order, where the order is the noise.
    size, radius : float
    smooth, strong : float
        Largest and smallest entry of A; "signs" has A = 0.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> world = SeaWorld("drifting", horizon=100)
    >>> world.D, world.L, round(world.G, 3)
    (2.0, 1.0, 2.5)
    """

    kind: str
    horizon: int
    dimension: int = 3
    noise: float = 1.0
    size: float = 0.5
    radius: float = 1.0
    smooth: float = 1.0
    strong: float = 0.1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        for name, count, least in (("horizon", self.horizon, 1), ("dimension", self.dimension, 2)):
            if isinstance(count, bool) or not isinstance(count, int) or count < least:
                raise ValueError(f"{name} must be an int >= {least}, got {count!r}")
        numbers = {"radius": self.radius, "smooth": self.smooth, "strong": self.strong}
        for name, value in numbers.items():
            if not 0 < value < math.inf:
                raise ValueError(f"{name} must be positive and finite, got {value!r}")
        if not (0 <= self.noise < math.inf and 0 <= self.size < math.inf and self.strong <= self.smooth):
            raise ValueError("noise and size must be nonnegative and finite, and strong at most smooth")

    @property
    def D(self) -> float:
        """The diameter of the ball."""
        return 2 * self.radius

    @property
    def L(self) -> float:
        """Smoothness of the mean losses."""
        return 0.0 if self.kind == "signs" else self.smooth

    @property
    def kappa(self) -> float:
        """Curvature of either sign that is added to the losses drawn."""
        return 3 * self.smooth if self.kind == "nonconvex" else 0.0

    @property
    def curvature(self) -> Floats:
        """The diagonal of A."""
        return np.linspace(self.strong, self.smooth, self.dimension) if self.L else np.zeros(self.dimension)

    @property
    def G(self) -> float:
        """A bound on the gradients of the losses drawn."""
        offset = self.size if self.kind in {"signs", "corrupted"} else self.smooth * self.size
        noise = {"signs": 0.0, "random order": 0.0}.get(self.kind, self.noise)
        return (self.L + self.kappa) * self.radius + offset + noise

    def memory(self, replicates: int) -> float:
        """Return about the bytes that the order of the losses takes; 0 where there is none."""
        return 8.0 * replicates * self.horizon * (self.dimension + 6) if self.kind == "random order" else 0.0

    def rounds(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        """Return rounds low, ..., high - 1 (from 1); the numbers of a round do not depend on how rounds are cut."""
        if self.kind == "random order":
            return self._ordered(stream, rows, low, high)
        times = np.arange(low - 1, high)  # one before, for the drift
        b = self._offsets(stream, rows, times)
        count, d = high - low, self.dimension
        noise = np.zeros((count, len(rows), d))
        if self.kind != "signs":
            drawn = np.asarray(stream.rademacher(rows, (count, d), offset=low * d))
            noise += self.noise / math.sqrt(d) * np.moveaxis(drawn, 0, 1)
        flips = np.zeros((count, len(rows)))
        if self.kappa:
            apart = Stream.named(stream.seed, "flips")
            flips += np.asarray(apart.rademacher(rows, count, offset=low)).T
        variance = np.sum(noise * noise, axis=-1) + (self.kappa * self.radius) ** 2
        return Rounds(b[1:], noise, flips, variance, np.sum((b[1:] - b[:-1]) ** 2, axis=-1))

    def _offsets(self, stream: Stream, rows: range, times: NDArray[np.int64]) -> Floats:
        b = np.zeros((times.size, len(rows), self.dimension))
        if self.kind in {"drifting", "nonconvex"}:
            b[..., 0] = (self.curvature[0] * self.size / 2 * np.cos(_FREQUENCY * times))[:, None]
            b[..., -1] = (self.curvature[-1] * self.size / 2 * (1 + np.sin(_FREQUENCY * times)))[:, None]
        elif self.kind == "signs":
            shape = (times.size, self.dimension)
            drawn = np.asarray(stream.rademacher(rows, shape, offset=int(times[0]) * self.dimension))
            b += self.size / math.sqrt(self.dimension) * np.moveaxis(drawn, 0, 1)
        else:
            b[..., 0] = np.where(times <= self.horizon // 10, self.size, 0.0)[:, None]
        return b

    def _centers(self, stream: Stream) -> Floats:
        """The offsets of all losses in their first order (T, d), each of norm at most ``smooth * size``."""
        points = np.asarray(Stream.named(stream.seed, "centres").normal(1, (self.horizon, self.dimension)))[0]
        sizes = np.sqrt(np.sum(points * points, axis=1, keepdims=True))
        return self.curvature * self.size * (points / np.maximum(sizes, 1.0) + np.eye(self.dimension)[0]) / 2

    def _ordered(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        order = np.argsort(np.asarray(stream.uniform(rows, self.horizon)), axis=1).T
        drawn = self._centers(stream)[order]  # (T, R, d)
        left = np.arange(self.horizon, 0, -1)[:, None, None]
        means = np.flip(np.cumsum(np.flip(drawn, 0), axis=0), 0) / left
        squares = np.flip(np.cumsum(np.flip(np.sum(drawn**2, axis=-1), 0), axis=0), 0) / left[..., 0]
        variance = np.maximum(squares - np.sum(means**2, axis=-1), 0.0)
        drift = np.sum(np.diff(means, axis=0, prepend=means[:1]) ** 2, axis=-1)
        part = slice(low - 1, high - 1)
        noise = (means - drawn)[part]
        return Rounds(means[part], noise, np.zeros(noise.shape[:2]), variance[part], drift[part])

    def comparator(self, total: Floats, rounds: int, stream: Stream) -> Floats:
        """Return the best fixed point (R, d) for offsets that sum to ``total``; in random order, for all losses."""
        if self.kind == "random order":
            total, rounds = np.broadcast_to(self._centers(stream).sum(axis=0), total.shape), self.horizon
        if not self.L:
            sizes = np.sqrt(np.sum(total * total, axis=-1, keepdims=True))
            return self.radius * total / np.where(sizes > 0, sizes, 1.0)
        best: Any = quadratic_step(np.zeros_like(total), -total / rounds, np.diag(self.curvature), radius=self.radius)
        return np.asarray(best)
