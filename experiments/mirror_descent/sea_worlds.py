"""Stochastically extended adversaries whose variance and drift are exact on every path.

The gradient of the loss drawn in round t = 1, 2, ... is ``A x - b_t + noise_t + tilt_t x`` with A and ``tilt_t``
diagonal: the mean loss is ``x'Ax/2 - <b_t, x>``, and its gradient drifts by ``b_t - b_{t-1}`` wherever x is. With a
tilt of either sign, larger than L, the losses drawn are not convex, their means are.

Where the means are random themselves ("signs", "corrupted") they do not depend on the plays: the theorems hold given
the means, and their average over the means is below the bound at the average variance and drift, by concavity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.mirror_descent.horizons import LONGEST
from experiments.streams import Stream
from theory.online.mirror_descent import quadratic_step

__all__ = ["KINDS", "PRIORS", "Rounds", "SeaWorld"]

Floats = NDArray[np.float64]
KINDS = ("drifting", "nonconvex", "signs", "corrupted", "random order", "label shift", "least squares")
PRIORS = ((0.8, 0.1, 0.1), (0.1, 0.1, 0.8))  # of the classes, at the ends of a period
_FREQUENCY = 0.3  # of the drifting centre, in radians a round
_BOUNDED = 1e100  # a square of what is below does not overflow


@dataclass(frozen=True)
class Rounds:
    """Some rounds of a world: ``b``, ``noise``, ``tilt`` (n, R, d), ``variance`` and ``drift`` (n, R)."""

    b: Floats
    noise: Floats
    tilt: Floats
    variance: Floats
    drift: Floats


@dataclass(frozen=True)
class SeaWorld:
    """A world on the ball of a radius around 0.

    Parameters
    ----------
    kind : str
        "drifting": the centre of the mean losses turns on a circle within ``size``; "nonconvex": so, and
        ``tilt = +-3 L``; "signs": linear losses of size ``size`` with random signs, fixed in advance; "corrupted":
        independent losses with a centre of norm ``size``, the first tenth of which are corrupted by offsets of size
        ``size`` with random signs, fixed in advance; "random order": quadratic losses with ``horizon`` fixed centres
        within ``size``, in random order; "label shift": the loss is the quadratic risk of the class drawn, of three
        fixed ones with centres of norm ``size``, and the priors of the classes swing between `PRIORS` with period
        ``sqrt(horizon)``; "least squares": a coordinate i is drawn and the loss is
        ``(d smooth/2)(x_i - y_i -+ noise)^2``, y the drifting centre.
    horizon, dimension : int
    noise : float, >= 0
        Norm of the noise of each gradient (random signs), of the labels for least squares; not used in "signs" and in
        "random order", where the order is the noise.
    size, radius : float
    smooth, strong : float
        Largest and smallest entry of A; "signs" has A = 0, "least squares" the largest one throughout.

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
            if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= LONGEST:
                raise ValueError(f"{name} must be an int >= {least} and at most {LONGEST}, got {count!r}")
        for name in ("radius", "smooth", "strong", "noise", "size"):
            value, zero = getattr(self, name), name in {"noise", "size"}
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or value < 0 or (value == 0 and not zero) or not value <= _BOUNDED:
                allowed = "nonnegative" if zero else "positive"
                raise ValueError(f"{name} must be {allowed} and finite, at most {_BOUNDED:g}, got {value!r}")
        if self.strong > self.smooth:
            raise ValueError(f"strong must be at most smooth, got {self.strong!r} and {self.smooth!r}")

    @property
    def D(self) -> float:
        """The diameter of the ball."""
        return 2 * self.radius

    @property
    def L(self) -> float:
        """Smoothness of the mean losses."""
        return 0.0 if self.kind == "signs" else self.smooth

    @property
    def lam(self) -> float:
        """Strong convexity of the mean losses."""
        return 0.0 if not self.L else float(self.curvature[0])

    @property
    def alpha(self) -> float:
        """The losses drawn are alpha-exp-concave on the ball; 0 if they are not."""
        if self.kind in {"signs", "nonconvex"}:
            return 0.0
        curvature = self.dimension * self.smooth if self.kind == "least squares" else self.strong
        return curvature / self.G**2

    @cached_property
    def curvature(self) -> Floats:
        """The diagonal of A."""
        if self.kind == "least squares":
            return np.full(self.dimension, float(self.smooth))
        return np.linspace(self.strong, self.smooth, self.dimension) if self.L else np.zeros(self.dimension)

    @property
    def G(self) -> float:
        """A bound on the gradients of the losses drawn."""
        if self.kind == "least squares":
            return self.dimension * self.smooth * (self.radius + self.size + self.noise)
        offset = self.size if self.kind == "signs" else self.smooth * self.size
        offset += self.size if self.kind == "corrupted" else 0.0
        noise = 0.0 if self.kind in {"signs", "random order"} else self.noise
        tilt = 3 * self.smooth if self.kind == "nonconvex" else 0.0
        return (self.L + tilt) * self.radius + offset + noise

    @property
    def corruption(self) -> float:
        """C_T: the sum over rounds of the largest gradient of the corruption; 0 where there is none.

        The drift is at most ``4 size C_T``, as that of a round is at most the square of the corruptions' sum.

        Examples
        --------
        >>> SeaWorld("corrupted", horizon=100).corruption
        5.0
        """
        return self.size * (self.horizon // 10) if self.kind == "corrupted" else 0.0

    def memory(self, replicates: int) -> float:
        """Return about the bytes that the rounds held at a time take."""
        if self.kind == "random order":
            return 8.0 * replicates * self.horizon * (6 * self.dimension + 9)
        return 100.0 * replicates * self.dimension  # of a round

    def rounds(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        """Return rounds low, ..., high - 1 (from 1); the numbers of a round do not depend on how rounds are cut."""
        if self.kind == "random order":
            return self._ordered(stream, rows, low, high)
        times = np.arange(low - 1, high)  # one before, for the drift
        b = self._offsets(stream, rows, times)
        drift = np.sum((b[1:] - b[:-1]) ** 2, axis=-1)
        noise, tilt, variance = self._noise(stream, rows, times[1:], b[1:])
        return Rounds(b[1:], noise, tilt, variance, drift)

    def _noise(self, stream: Stream, rows: range, times: NDArray[np.int64], b: Floats) -> tuple[Floats, Floats, Floats]:
        """Return noise, tilt and the largest variance over the ball."""
        if self.kind == "least squares":
            return self._least_squares(stream, rows, times, b)
        low, (count, replicates, d) = int(times[0]), b.shape
        noise, tilt = np.zeros(b.shape), np.zeros(b.shape)
        variance = np.zeros((count, replicates))
        if self.kind != "signs":
            drawn = np.asarray(stream.rademacher(rows, (count, d), offset=low * d))
            noise += self.noise / math.sqrt(d) * np.moveaxis(drawn, 0, 1)
            variance += self.noise**2
        if self.kind == "nonconvex":
            apart = Stream.named(stream.seed, "flips")
            tilt += 3 * self.smooth * np.asarray(apart.rademacher(rows, count, offset=low)).T[..., None]
            variance += (3 * self.smooth * self.radius) ** 2
        if self.kind == "label shift":
            number = np.asarray(Stream.named(stream.seed, "classes").uniform(rows, count, offset=low)).T
            priors = self.priors(times)
            label = np.sum(number[..., None] > np.cumsum(priors, axis=1)[:, None, :-1], axis=-1)
            noise += b - self._classes[label]
            apart_sq = np.sum((self._classes - b[:, :1]) ** 2, axis=-1)  # (n, classes)
            variance += np.sum(priors * apart_sq, axis=1)[:, None]
        return noise, tilt, variance

    def _least_squares(
        self, stream: Stream, rows: range, times: NDArray[np.int64], b: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """With y = b/smooth: E |grad f|^2 = smooth^2 d (|x - y|^2 + d noise^2), its mean smooth (x - y)."""
        low, (count, _, d) = int(times[0]), b.shape
        index = np.asarray(Stream.named(stream.seed, "coordinates").integers(d, rows, count, offset=low)).T
        drawn = d * (index[..., None] == np.arange(d)).astype(np.float64)
        error = self.noise * np.asarray(stream.rademacher(rows, count, offset=low)).T
        tilt = self.smooth * (drawn - 1.0)
        noise = -b * (drawn - 1.0) - self.smooth * drawn * error[..., None]
        farthest = self.radius + np.sqrt(np.sum(b * b, axis=-1)) / self.smooth
        variance = self.smooth**2 * ((d - 1) * farthest**2 + (d * self.noise) ** 2)
        return noise, tilt, variance

    def _offsets(self, stream: Stream, rows: range, times: NDArray[np.int64]) -> Floats:
        b = np.zeros((times.size, len(rows), self.dimension))
        if self.kind == "signs":
            shape = (times.size, self.dimension)
            drawn = np.asarray(stream.rademacher(rows, shape, offset=int(times[0]) * self.dimension))
            b += self.size / math.sqrt(self.dimension) * np.moveaxis(drawn, 0, 1)
        elif self.kind == "corrupted":
            apart = Stream.named(stream.seed, "corruption")
            drawn = np.asarray(apart.rademacher(rows, times.size, offset=int(times[0]))).T
            b[..., 0] = np.where((times >= 1) & (times <= self.horizon // 10), self.size, 0.0)[:, None] * drawn
            b[..., -1] = self.curvature[-1] * self.size
        elif self.kind == "label shift":
            b += (self.priors(times) @ self._classes)[:, None]
        else:
            b[..., 0] = (self.curvature[0] * self.size / 2 * np.cos(_FREQUENCY * times))[:, None]
            b[..., -1] = (self.curvature[-1] * self.size / 2 * (1 + np.sin(_FREQUENCY * times)))[:, None]
        return b

    @cached_property
    def _classes(self) -> Floats:
        """The offsets of the classes' risks (3, d): A times their centres."""
        angles = math.pi / 3 * np.arange(3)
        centres = np.zeros((3, self.dimension))
        centres[:, 0], centres[:, -1] = self.size * np.cos(angles), self.size * np.sin(angles)
        return self.curvature * centres

    def priors(self, times: NDArray[np.int64]) -> Floats:
        """Return the priors (n, 3) of the classes of "label shift"."""
        share = (1 + np.sin(2 * math.pi / math.sqrt(self.horizon) * times)) / 2
        return (1 - share)[:, None] * np.asarray(PRIORS[0]) + share[:, None] * np.asarray(PRIORS[1])

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
        return Rounds(means[part], noise, np.zeros(noise.shape), variance[part], drift[part])

    def comparator(self, total: Floats, rounds: int, stream: Stream) -> Floats:
        """Return the best fixed point (R, d) for offsets that sum to ``total``; in random order, for all losses."""
        if self.kind == "random order":
            total, rounds = np.broadcast_to(self._centers(stream).sum(axis=0), total.shape), self.horizon
        if not self.L:
            sizes = np.sqrt(np.sum(total * total, axis=-1, keepdims=True))
            return self.radius * total / np.where(sizes > 0, sizes, 1.0)
        best: Any = quadratic_step(np.zeros_like(total), -total / rounds, np.diag(self.curvature), radius=self.radius)
        return np.asarray(best)
