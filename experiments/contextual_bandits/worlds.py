"""Worlds of contextual bandits: contexts of norm 1 at most, and the exact mean loss of every action, in [0, 1].

A world of one's own is any object with the attributes of `Environment`. Losses are drawn by one coin a round: 1 with
the mean loss as probability, else 0. Contexts and means never depend on the plays.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend
from experiments.contextual_bandits.checks import require_int
from experiments.contextual_bandits.features import NUMPY
from experiments.horizons import LONGEST
from experiments.streams import Stream

__all__ = ["KINDS", "LARGEST", "Environment", "Rounds", "World", "digits"]

Floats = NDArray[np.float64]
KINDS = ("linear", "small loss", "even", "orthogonal", "digits")
LARGEST = 2048  # dimension of a world
_SMALL = 0.02  # the best mean loss of the world "small loss"


class Rounds(NamedTuple):
    """Some rounds: contexts (n, R, K, d), or (n, R, 1, d) where all actions share one; mean losses (n, R, K)."""

    contexts: Array
    means: Array


class Environment(Protocol):
    """What the player needs of a world."""

    @property
    def horizon(self) -> int:
        """Rounds."""

    @property
    def actions(self) -> int:
        """K."""

    @property
    def dimension(self) -> int:
        """d, of a context."""

    def rounds(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        """Return rounds low, ..., high - 1, counted from 0."""


@dataclass(frozen=True)
class World:
    """A world by its kind.

    "linear": contexts uniform on the sphere, mean ``(1 + x_1)/2``, so linear with a parameter of norm 1/2 about 1/2;
    "small loss": the same, but one action at random always has mean 0.02 and the others at least 0.5;
    "even": sphere, mean ``1 - x_1^2``, orthogonal to all linear functions;
    "orthogonal": all T K contexts are different unit vectors, means ``1/2 +- 1/(2 sqrt(T K))`` by random signs: linear
    with a parameter of norm 1/2, and nothing that is seen says anything about what comes;
    "digits": scikit-learn's 1797 images, in a new order every replicate and again from its start after the last; the
    context, shared by 10 actions, is the image divided by its norm, the loss 1 unless the action is the label. All
    images are played, none is held out; after round 1797 they were all seen before.

    Parameters
    ----------
    kind : str
    horizon : int
    actions, dimension : int
        K and d; for digits 10 and 64, for orthogonal contexts d = T K. 0 takes these, else 5 and 8.
    backend : Backend
        Where rounds are drawn.

    Raises
    ------
    ValueError
        If the kind is unknown or a number is out of range.

    Examples
    --------
    >>> World("linear", horizon=100).dimension, World("orthogonal", horizon=100, actions=2).dimension
    (8, 200)
    """

    kind: str
    horizon: int
    actions: int = 0
    dimension: int = 0
    backend: Backend = field(default=NUMPY, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        require_int("horizon", self.horizon, 1, LONGEST)
        defaults = {"digits": (10, 64)}.get(self.kind, (5, 8))
        require_int("actions", self.actions, 0, LARGEST)
        object.__setattr__(self, "actions", self.actions or defaults[0])
        if self.kind == "orthogonal":
            defaults = (0, self.horizon * self.actions)
        require_int("dimension", self.dimension, 0, LARGEST)
        object.__setattr__(self, "dimension", self.dimension or defaults[1])
        require_int("actions", self.actions, 2, LARGEST)
        require_int("dimension", self.dimension, 2, LARGEST)
        if self.kind == "digits" and (self.actions, self.dimension) != (10, 64):
            raise ValueError(f"digits have 10 actions and dimension 64, got {self.actions} and {self.dimension}")
        if self.kind == "orthogonal" and self.dimension != self.horizon * self.actions:
            raise ValueError(f"orthogonal contexts have dimension {self.horizon * self.actions}, got {self.dimension}")

    @property
    def shared(self) -> bool:
        """Whether all actions have the same context, so that each needs its own parameters."""
        return self.kind == "digits"

    @property
    def linear(self) -> bool:
        """Whether the means are 1/2 plus a linear function of norm 1/2 at most."""
        return self.kind in {"linear", "small loss", "orthogonal"}

    def rounds(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        """Return rounds low, ..., high - 1; the numbers of a round do not depend on how rounds are cut."""
        if self.kind == "digits":
            return self._digits(stream, rows, low, high)
        if self.kind == "orthogonal":
            return self._orthogonal(stream, rows, low, high)
        xp, shape = self.backend.xp, (high - low, self.actions, self.dimension)
        offset = low * self.actions * self.dimension
        drawn = xp.permute_dims(stream.normal(rows, shape, offset=offset, backend=self.backend), (1, 0, 2, 3))
        contexts = drawn / xp.sqrt(xp.sum(drawn * drawn, axis=-1, keepdims=True))
        if self.kind == "small loss":
            contexts = self._with_small_loss(contexts, stream, rows, low, high)
        first = contexts[..., 0]
        means = 1 - first**2 if self.kind == "even" else (1 + first) / 2
        return Rounds(contexts, xp.minimum(xp.maximum(means, 0.0), 1.0))

    def _with_small_loss(self, contexts: Array, stream: Stream, rows: range, low: int, high: int) -> Array:
        """Put the first coordinates of all actions but one to their sizes, and of that one to 2 * 0.02 - 1."""
        xp, apart = self.backend.xp, Stream.named(stream.seed, "best")
        best = xp.permute_dims(apart.integers(self.actions, rows, high - low, offset=low, backend=self.backend), (1, 0))
        chosen = xp.arange(self.actions, device=self.backend.device) == best[..., None]
        others = contexts[..., 1:]
        first = xp.where(chosen, 2 * _SMALL - 1, xp.abs(contexts[..., 0]))
        left = xp.sqrt((1 - first**2) / xp.sum(others**2, axis=-1))
        return xp.concat([first[..., None], others * left[..., None]], axis=-1)

    def _orthogonal(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        xp, device, count, K = self.backend.xp, self.backend.device, high - low, self.actions
        pairs = xp.reshape(xp.arange(low * K, high * K, device=device), (count, 1, K, 1))
        units = xp.astype(xp.arange(self.dimension, device=device) == pairs, xp.float64)
        drawn = stream.rademacher(rows, (count, K), offset=low * K, backend=self.backend)
        signs = xp.permute_dims(drawn, (1, 0, 2))
        contexts = xp.broadcast_to(units, (count, len(rows), K, self.dimension))
        return Rounds(contexts, 0.5 + signs / (2 * math.sqrt(self.dimension)))

    def _digits(self, stream: Stream, rows: range, low: int, high: int) -> Rounds:
        xp, device = self.backend.xp, self.backend.device
        images, labels = (self.backend.asarray(part) for part in digits())
        count = labels.shape[0]
        order = xp.argsort(stream.uniform(rows, count, backend=self.backend), axis=1, stable=False)
        seen = xp.take(xp.permute_dims(order, (1, 0)), xp.arange(low, high, device=device) % count, axis=0)
        flat, shape = xp.reshape(seen, (-1,)), (*seen.shape, 1)
        means = xp.arange(10, device=device) != xp.reshape(xp.take(labels, flat), shape)
        contexts = xp.reshape(xp.take(images, flat, axis=0), (*shape, images.shape[1]))
        return Rounds(contexts, xp.astype(means, xp.float64))


@functools.cache
def digits() -> tuple[Floats, NDArray[np.int64]]:
    """Return scikit-learn's images of digits (1797, 64), each divided by its norm, and labels (1797,).

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is missing.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("the world 'digits' needs scikit-learn: pip install scikit-learn") from error
    images, labels = load_digits(return_X_y=True)
    return images / np.sqrt(np.sum(images * images, axis=1, keepdims=True)), np.asarray(labels, dtype=np.int64)
