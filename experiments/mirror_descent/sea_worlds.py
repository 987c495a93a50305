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

from experiments.arrays import Array, Backend, backend_of, namespace
from experiments.arrays import backend as backend_named
from experiments.horizons import LONGEST
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

    b: Array
    noise: Array
    tilt: Array
    variance: Array
    drift: Array


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

    def rounds(self, stream: Stream, rows: range, low: int, high: int, backend: Backend | None = None) -> Rounds:
        """Return rounds low, ..., high - 1 (from 1); the numbers of a round do not depend on how rounds are cut."""
        where = backend or backend_named()
        if self.kind == "random order":
            return self._ordered(stream, rows, low, high, where)
        times = np.arange(low - 1, high)  # one before, for the drift
        b = self._offsets(stream, rows, times, where)
        drift = where.xp.sum((b[1:, ...] - b[:-1, ...]) ** 2, axis=-1)
        noise, tilt, variance = self._noise(stream, rows, times[1:], b[1:, ...])
        return Rounds(b[1:, ...], noise, tilt, variance, drift)

    def _noise(self, stream: Stream, rows: range, times: NDArray[np.int64], b: Array) -> tuple[Array, Array, Array]:
        """Return noise, tilt and the largest variance over the ball."""
        if self.kind == "least squares":
            return self._least_squares(stream, rows, times, b)
        low, (count, _, d), where = int(times[0]), b.shape, backend_of(b)
        xp = where.xp
        noise, tilt = xp.zeros_like(b), xp.zeros_like(b)
        variance = xp.zeros_like(b[..., 0])
        if self.kind != "signs":
            drawn = stream.rademacher(rows, (count, d), offset=low * d, backend=where)
            noise += self.noise / math.sqrt(d) * xp.moveaxis(drawn, 0, 1)
            variance += self.noise**2
        if self.kind == "nonconvex":
            flips = Stream.named(stream.seed, "flips").rademacher(rows, count, offset=low, backend=where)
            tilt += 3 * self.smooth * flips.T[..., None]
            variance += (3 * self.smooth * self.radius) ** 2
        if self.kind == "label shift":
            number = Stream.named(stream.seed, "classes").uniform(rows, count, offset=low, backend=where).T
            priors, classes = self.priors(times), where.asarray(self._classes)
            reached = where.asarray(np.cumsum(priors, axis=1)[:, None, :-1])
            label = xp.count_nonzero(number[..., None] > reached, axis=-1)
            noise += b - xp.reshape(xp.take(classes, xp.reshape(label, (-1,)), axis=0), b.shape)
            apart_sq = xp.sum((classes - b[:, :1, :]) ** 2, axis=-1)  # (n, classes)
            variance += xp.sum(where.asarray(priors) * apart_sq, axis=1)[:, None]
        return noise, tilt, variance

    def _least_squares(
        self, stream: Stream, rows: range, times: NDArray[np.int64], b: Array
    ) -> tuple[Array, Array, Array]:
        """With y = b/smooth: E |grad f|^2 = smooth^2 d (|x - y|^2 + d noise^2), its mean smooth (x - y)."""
        low, (count, _, d), where = int(times[0]), b.shape, backend_of(b)
        xp = where.xp
        given: dict[str, Any] = {"offset": low, "backend": where}
        index = Stream.named(stream.seed, "coordinates").integers(d, rows, count, **given).T
        places = xp.arange(d, dtype=index.dtype, device=where.device)
        drawn = d * xp.astype(index[..., None] == places, xp.float64)
        error = self.noise * stream.rademacher(rows, count, **given).T
        tilt = self.smooth * (drawn - 1.0)
        noise = -b * (drawn - 1.0) - self.smooth * drawn * error[..., None]
        farthest = self.radius + xp.sqrt(xp.sum(b * b, axis=-1)) / self.smooth
        variance = self.smooth**2 * ((d - 1) * farthest**2 + (d * self.noise) ** 2)
        return noise, tilt, variance

    def _offsets(self, stream: Stream, rows: range, times: NDArray[np.int64], where: Backend) -> Array:
        shape, xp = (times.size, len(rows), self.dimension), where.xp
        if self.kind == "signs":
            given: dict[str, Any] = {"offset": int(times[0]) * self.dimension, "backend": where}
            drawn = stream.rademacher(rows, (times.size, self.dimension), **given)
            return self.size / math.sqrt(self.dimension) * xp.moveaxis(drawn, 0, 1)
        if self.kind == "label shift":
            return xp.broadcast_to(where.asarray((self.priors(times) @ self._classes)[:, None, :]), shape)
        b = xp.zeros(shape, dtype=xp.float64, device=where.device)
        if self.kind == "corrupted":
            apart = Stream.named(stream.seed, "corruption")
            drawn = apart.rademacher(rows, times.size, offset=int(times[0]), backend=where).T
            early = (times >= 1) & (times <= self.horizon // 10)
            b[..., 0] = where.asarray(np.where(early, self.size, 0.0)[:, None]) * drawn
            b[..., -1] = self.curvature[-1] * self.size
        else:
            cos, sin = np.cos(_FREQUENCY * times), np.sin(_FREQUENCY * times)
            b[..., 0] = where.asarray((self.curvature[0] * self.size / 2 * cos)[:, None])
            b[..., -1] = where.asarray((self.curvature[-1] * self.size / 2 * (1 + sin))[:, None])
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

    def _centers(self, stream: Stream, where: Backend) -> Array:
        """The offsets of all losses in their first order (T, d), each of norm at most ``smooth * size``."""
        xp, shape = where.xp, (self.horizon, self.dimension)
        points = Stream.named(stream.seed, "centres").normal(1, shape, backend=where)[0, ...]
        sizes = xp.sqrt(xp.sum(points * points, axis=1, keepdims=True))
        curvature, first = where.asarray(self.curvature), where.asarray(np.eye(self.dimension)[0])
        return curvature * self.size * (points / xp.maximum(sizes, 1.0) + first) / 2

    def _ordered(self, stream: Stream, rows: range, low: int, high: int, where: Backend) -> Rounds:
        xp, shape = where.xp, (self.horizon, len(rows), self.dimension)
        order = xp.argsort(stream.uniform(rows, self.horizon, backend=where), axis=1).T
        flat = xp.reshape(order, (-1,))
        drawn = xp.reshape(xp.take(self._centers(stream, where), flat, axis=0), shape)
        left = where.asarray(np.arange(self.horizon, 0, -1.0))[:, None]

        def rest(values: Array) -> Array:
            return xp.flip(xp.cumulative_sum(xp.flip(values, axis=0), axis=0), axis=0)

        means = rest(drawn) / left[..., None]
        squares = rest(xp.sum(drawn**2, axis=-1)) / left
        variance = xp.maximum(squares - xp.sum(means**2, axis=-1), 0.0)
        drift = xp.sum((means[1:, ...] - means[:-1, ...]) ** 2, axis=-1)
        drift = xp.concat([xp.zeros_like(variance[:1, ...]), drift])
        part = slice(low - 1, high - 1)
        noise = (means - drawn)[part, ...]
        return Rounds(means[part, ...], noise, xp.zeros_like(noise), variance[part, ...], drift[part, ...])

    def comparator(self, total: Array, rounds: int, stream: Stream) -> Array:
        """Return the best fixed point (R, d) for offsets that sum to ``total``; in random order, for all losses."""
        xp, where = namespace(total), backend_of(total)
        if self.kind == "random order":
            total, rounds = xp.broadcast_to(xp.sum(self._centers(stream, where), axis=0), total.shape), self.horizon
        if not self.L:
            sizes = xp.sqrt(xp.sum(total * total, axis=-1, keepdims=True))
            return self.radius * total / xp.where(sizes > 0, sizes, 1.0)
        curvature = where.asarray(np.diag(self.curvature))
        return quadratic_step(xp.zeros_like(total), -total / rounds, curvature, radius=self.radius)
