"""Worlds of online convex optimisation: random losses whose best fixed point is known exactly after every round.

"quadratic": ``|x - c_t|^2/2`` with random centres; "logarithmic": ``-log(1 + <a_t, x>)``, 1-exp-concave, with a_t along
turned axes; "signs": linear losses with random signs, where no learner beats standing still; on the ball around 0.
"sparse": linear losses on the cube, of one coordinate a round, the i-th with a chance that falls as ``1/i^2``, and -1
three times out of four.

>>> world = ConvexWorld("quadratic", horizon=100)
>>> world.D, world.G, world.lam, world.alpha
(2.0, 1.5, 1.0, 0.4444444444444444)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.streams import Stream
from theory.online.mirror_descent import onto_ball

__all__ = ["KINDS", "ConvexWorld", "Totals"]

Floats = NDArray[np.float64]
KINDS = ("quadratic", "logarithmic", "signs", "sparse")
_OUTER, _INNER = 34, 44  # halvings for the multiplier of the ball and for the point: its loss errs by their squares


@dataclass(frozen=True)
class Totals:
    """What the best fixed point depends on: sums of vectors (R, d), and of the parts of other sign or of squares."""

    vectors: Floats
    others: Floats


@dataclass(frozen=True)
class ConvexWorld:
    """A world of random losses.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    horizon, dimension : int
    size : float
        Largest norm of centres and of linear losses on the ball, norm of a_t (then less than 1/radius); 1 if "sparse".
    radius : float
        Of the ball; half the width of the cube.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """

    kind: str
    horizon: int
    dimension: int = 5
    size: float = 0.5
    radius: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        for name, count, least in (("horizon", self.horizon, 1), ("dimension", self.dimension, 2)):
            if isinstance(count, bool) or not isinstance(count, int) or count < least:
                raise ValueError(f"{name} must be an int >= {least}, got {count!r}")
        for name, value in (("size", self.size), ("radius", self.radius)):
            if not 0 < value < math.inf:
                raise ValueError(f"{name} must be positive and finite, got {value!r}")
        if self.kind == "logarithmic" and not self.size * self.radius < 1:
            raise ValueError(f"size must be less than 1/radius, so that 1 + <a, x> > 0, got {self.size!r}")

    @property
    def cube(self) -> bool:
        """Whether the decision set is the cube, not the ball."""
        return self.kind == "sparse"

    @property
    def D(self) -> float:
        """The Euclidean diameter of the decision set."""
        return 2 * self.radius * (math.sqrt(self.dimension) if self.cube else 1.0)

    @property
    def G(self) -> float:
        """A bound on the Euclidean norms of gradients."""
        bounds = {
            "quadratic": self.radius + self.size,
            "logarithmic": self.size / (1 - self.size * self.radius),
            "signs": self.size,
            "sparse": 1.0,
        }
        return bounds[self.kind]

    @property
    def lam(self) -> float:
        """Strong convexity of every loss; 0 if there is none."""
        return 1.0 if self.kind == "quadratic" else 0.0

    @property
    def alpha(self) -> float:
        """Exp-concavity of every loss; 0 if there is none."""
        return {"quadratic": 1 / self.G**2, "logarithmic": 1.0}.get(self.kind, 0.0)

    # -- losses ------------------------------------------------------------------------------------------------------

    def rounds(self, stream: Stream, rows: range, low: int, high: int) -> Floats:
        """Return the vectors of rounds low, ..., high - 1 (from 1), shape (n, R, d), however rounds are cut."""
        count, d = high - low, self.dimension
        if self.kind in {"quadratic", "signs"}:
            drawn = np.asarray(stream.rademacher(rows, (count, d), offset=low * d))
            noise = self.size / math.sqrt(d) * np.moveaxis(drawn, 0, 1)
            return noise if self.kind == "signs" else (noise + self.size * np.eye(d)[0]) / 2
        drawn = np.moveaxis(np.asarray(stream.uniform(rows, (count, d), offset=low * d)), 0, 1)
        if self.kind == "sparse":
            chances = np.cumsum(1 / np.arange(1.0, d + 1) ** 2)
            place = np.searchsorted(chances / chances[-1], drawn[..., :1])
            return np.where(np.arange(d) == place, np.where(drawn[..., 1:2] < 0.25, 1.0, -1.0), 0.0)
        axis = np.argmin(drawn, axis=-1, keepdims=True)  # each equally likely; the other draws give the sign
        spare = np.take_along_axis(drawn, (axis + 1) % d, axis=-1)
        least = np.take_along_axis(drawn, axis, axis=-1)
        likely = 0.5 + 0.2 / (1 + axis)
        sign = np.where((spare - least) / (1 - least) < likely, 1.0, -1.0)
        return np.where(np.arange(d) == axis, self.size * sign, 0.0)

    def turned(self, x: Floats) -> Floats:
        """Return x in the turned axes of "logarithmic"; the reflection is its own inverse."""
        return x - 2 * np.mean(x, axis=-1, keepdims=True)

    def loss(self, x: Floats, vector: Floats) -> Floats:
        """Return the losses (R,) at points (R, d)."""
        if self.kind == "quadratic":
            return np.asarray(np.sum((x - vector) ** 2, axis=-1) / 2)
        if self.kind == "logarithmic":
            return -np.log1p(np.sum(vector * self.turned(x), axis=-1))
        return np.asarray(np.sum(vector * x, axis=-1))

    def gradient(self, x: Floats, vector: Floats) -> Floats:
        """Return the gradients (R, d) at points (R, d)."""
        if self.kind == "quadratic":
            return x - vector
        if self.kind == "logarithmic":
            inside = 1 + np.sum(vector * self.turned(x), axis=-1, keepdims=True)
            return -self.turned(vector) / inside
        return vector

    # -- the best fixed point ----------------------------------------------------------------------------------------

    def none(self, rows: int) -> Totals:
        """Return the totals before the first round."""
        return Totals(np.zeros((rows, self.dimension)), np.zeros((rows, self.dimension)))

    def added(self, totals: Totals, vector: Floats) -> Totals:
        """Return the totals after one more round."""
        if self.kind == "logarithmic":  # how often each axis came with either sign
            return Totals(totals.vectors + (vector > 0), totals.others + (vector < 0))
        return Totals(totals.vectors + vector, totals.others + vector * vector)

    def support(self, vector: Floats) -> Floats:
        """Return ``max <vector, u>`` over the decision set."""
        if self.cube:
            return np.asarray(self.radius * np.sum(np.abs(vector), axis=-1))
        return np.asarray(self.radius * np.sqrt(np.sum(vector * vector, axis=-1)))

    def contains(self, x: Floats) -> NDArray[np.bool_]:
        """Whether points (R, d) lie in the decision set, up to rounding, (R,)."""
        sizes = np.max(np.abs(x), axis=-1) if self.cube else np.sqrt(np.sum(x * x, axis=-1))
        return np.asarray(sizes <= self.radius * (1 + 1e-9))

    def best_loss(self, totals: Totals, rounds: int) -> Floats:
        """Return the least sum of losses of a fixed point of the decision set, (R,)."""
        if self.kind == "quadratic":
            u = np.asarray(onto_ball(totals.vectors / rounds, self.radius))
            sums = rounds * u * u / 2 - totals.vectors * u + totals.others / 2
            return np.asarray(np.sum(sums, axis=-1))
        if self.kind == "logarithmic":
            plus, minus = totals.vectors, totals.others
            u = self._best_logarithmic(plus, minus, rounds)
            return -np.sum(plus * np.log1p(self.size * u) + minus * np.log1p(-self.size * u), axis=-1)
        return -self.support(totals.vectors)

    def _best_logarithmic(self, plus: Floats, minus: Floats, rounds: int) -> Floats:
        """Return the best point of the ball, in turned axes, by bisection for the ball's multiplier and the point."""
        s, r = self.size, self.radius

        def point(multiplier: Floats) -> Floats:
            low, high = np.full_like(plus, -r), np.full_like(plus, r)
            for _ in range(_INNER):
                x = (low + high) / 2
                rises = plus * s / (1 + s * x) - minus * s / (1 - s * x) - multiplier * x > 0
                low, high = np.where(rises, x, low), np.where(rises, high, x)
            return np.where(plus + minus > 0, (low + high) / 2, 0.0)  # axes never seen take no room in the ball

        # On the sphere <gradient, x> = multiplier r^2, and a round adds at most s r/(1 + s r) to the left.
        least, most = np.zeros((plus.shape[0], 1)), np.full((plus.shape[0], 1), rounds * s / (r * (1 + s * r)))
        free = point(least)
        if (np.sum(free * free, axis=-1) <= r * r).all():
            return free
        for _ in range(_OUTER):
            middle = (least + most) / 2
            outside = np.sum(point(middle) ** 2, axis=-1, keepdims=True) > r * r
            least, most = np.where(outside, middle, least), np.where(outside, most, middle)
        inside = np.sum(free * free, axis=-1, keepdims=True) <= r * r
        bound = point(most)
        bound = bound * (r / np.sqrt(np.sum(bound * bound, axis=-1, keepdims=True)))  # what is left is an angle
        return np.asarray(onto_ball(np.where(inside, free, bound), r))
