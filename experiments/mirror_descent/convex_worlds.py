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
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, namespace
from experiments.arrays import backend as backend_named
from experiments.streams import Stream
from theory.online.mirror_descent import onto_ball

__all__ = ["KINDS", "ConvexWorld", "Totals"]

KINDS = ("quadratic", "logarithmic", "signs", "sparse")
_OUTER, _INNER = 34, 44  # halvings for the multiplier of the ball and for the point: its loss errs by their squares


@dataclass(frozen=True)
class Totals:
    """What the best fixed point depends on: sums of vectors (R, d), and of the parts of other sign or of squares."""

    vectors: Array
    others: Array


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

    def rounds(self, stream: Stream, rows: range, low: int, high: int, backend: Backend | None = None) -> Array:
        """Return the vectors of rounds low, ..., high - 1 (from 1), shape (n, R, d), however rounds are cut."""
        where, shape, d = backend or backend_named(), (high - low, self.dimension), self.dimension
        given: dict[str, Any] = {"offset": low * d, "backend": where}
        xp = where.xp
        if self.kind in {"quadratic", "signs"}:
            noise = self.size / math.sqrt(d) * xp.moveaxis(stream.rademacher(rows, shape, **given), 0, 1)
            return noise if self.kind == "signs" else (noise + where.asarray(self.size * np.eye(d)[0])) / 2
        drawn, places = xp.moveaxis(stream.uniform(rows, shape, **given), 0, 1), where.asarray(np.arange(d))
        if self.kind == "sparse":
            chances = np.cumsum(1 / np.arange(1.0, d + 1) ** 2)
            reached = where.asarray(chances / chances[-1])
            first = xp.asarray(drawn[..., 0], copy=True)  # PyTorch searches for no other
            place = xp.reshape(xp.searchsorted(reached, xp.reshape(first, (-1,))), first.shape)
            return xp.where(places == place[..., None], _signs(xp, drawn[..., 1:2] < 0.25), 0.0)
        axis = xp.argmin(drawn, axis=-1, keepdims=True)  # each equally likely; the other draws give the sign
        spare = xp.take_along_axis(drawn, (axis + 1) % d, axis=-1)
        least = xp.min(drawn, axis=-1, keepdims=True)
        likely = xp.take(where.asarray(0.5 + 0.2 / (1 + np.arange(d))), xp.reshape(axis, (-1,)), axis=0)
        rises = (spare - least) / (1 - least) < xp.reshape(likely, axis.shape)
        return xp.where(places == axis, self.size * _signs(xp, rises), 0.0)

    def turned(self, x: Array) -> Array:
        """Return x in the turned axes of "logarithmic"; the reflection is its own inverse."""
        return x - 2 * namespace(x).mean(x, axis=-1, keepdims=True)

    def loss(self, x: Array, vector: Array) -> Array:
        """Return the losses (R,) at points (R, d)."""
        xp = namespace(x)
        if self.kind == "quadratic":
            return xp.sum((x - vector) ** 2, axis=-1) / 2
        if self.kind == "logarithmic":
            return -xp.log1p(xp.sum(vector * self.turned(x), axis=-1))
        return xp.vecdot(vector, x)

    def gradient(self, x: Array, vector: Array) -> Array:
        """Return the gradients (R, d) at points (R, d)."""
        if self.kind == "quadratic":
            return x - vector
        if self.kind == "logarithmic":
            inside = 1 + namespace(x).sum(vector * self.turned(x), axis=-1, keepdims=True)
            return -self.turned(vector) / inside
        return vector

    # -- the best fixed point ----------------------------------------------------------------------------------------

    def none(self, rows: int, backend: Backend | None = None) -> Totals:
        """Return the totals before the first round."""
        none = (backend or backend_named()).asarray(np.zeros((rows, self.dimension)))
        return Totals(none, none)

    def added(self, totals: Totals, vector: Array) -> Totals:
        """Return the totals after one more round."""
        if self.kind == "logarithmic":  # how often each axis came with either sign
            xp = namespace(vector)
            plus, minus = (xp.astype(found, vector.dtype) for found in (vector > 0, vector < 0))
            return Totals(totals.vectors + plus, totals.others + minus)
        return Totals(totals.vectors + vector, totals.others + vector * vector)

    def support(self, vector: Array) -> Array:
        """Return ``max <vector, u>`` over the decision set."""
        xp = namespace(vector)
        if self.cube:
            return self.radius * xp.sum(xp.abs(vector), axis=-1)
        return self.radius * xp.sqrt(xp.vecdot(vector, vector))

    def contains(self, x: Array) -> Array:
        """Whether points (R, d) lie in the decision set, up to rounding, (R,)."""
        xp = namespace(x)
        sizes = xp.max(xp.abs(x), axis=-1) if self.cube else xp.sqrt(xp.vecdot(x, x))
        return sizes <= self.radius * (1 + 1e-9)

    def best_loss(self, totals: Totals, rounds: int | Array) -> Array:
        """Return the least sum of losses of a fixed point of the decision set, (..., R).

        Parameters
        ----------
        totals
            Of arrays (..., R, d).
        rounds
            How many there were; an array if it has the shape (..., 1, 1).
        """
        if self.kind == "quadratic":
            u = onto_ball(totals.vectors / rounds, self.radius)
            return namespace(u).sum(rounds * u * u / 2 - totals.vectors * u + totals.others / 2, axis=-1)
        if self.kind == "logarithmic":
            plus, minus = totals.vectors, totals.others
            u, xp = self._best_logarithmic(plus, minus, rounds), namespace(plus)
            return -xp.sum(plus * xp.log1p(self.size * u) + minus * xp.log1p(-self.size * u), axis=-1)
        return -self.support(totals.vectors)

    def _best_logarithmic(self, plus: Array, minus: Array, rounds: int | Array) -> Array:
        """Return the best point of the ball, in turned axes, by bisection for the ball's multiplier and the point."""
        s, r, xp = self.size, self.radius, namespace(plus)

        def point(multiplier: Array) -> Array:
            low, high = xp.full_like(plus, -r), xp.full_like(plus, r)
            for _ in range(_INNER):
                x = (low + high) / 2
                rises = plus * s / (1 + s * x) - minus * s / (1 - s * x) - multiplier * x > 0
                low, high = xp.where(rises, x, low), xp.where(rises, high, x)
            return xp.where(plus + minus > 0, (low + high) / 2, 0.0)  # axes never seen take no room in the ball

        # On the sphere <gradient, x> = multiplier r^2, and a round adds at most s r/(1 + s r) to the left.
        least = xp.zeros_like(plus[..., :1])
        most = least + rounds * s / (r * (1 + s * r))
        free = point(least)
        inside = xp.sum(free * free, axis=-1, keepdims=True) <= r * r
        if bool(xp.all(inside)):
            return free
        for _ in range(_OUTER):
            middle = (least + most) / 2
            outside = xp.sum(point(middle) ** 2, axis=-1, keepdims=True) > r * r
            least, most = xp.where(outside, middle, least), xp.where(outside, most, middle)
        bound = point(most)
        bound = bound * (r / xp.sqrt(xp.sum(bound * bound, axis=-1, keepdims=True)))  # what is left is an angle
        return onto_ball(xp.where(inside, free, bound), r)


def _signs(xp: Any, positive: Array) -> Array:
    return 2.0 * xp.astype(positive, xp.float64) - 1.0
