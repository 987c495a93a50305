r"""The world of the experiment: labelled points of ``N(y mu, I)``, unlabelled ones of ``N(y (mu + alpha |mu| v), I)``.

v is a uniform random direction, one a replicate; |mu| = s, and mu lies along the first axis, which loses nothing since
all learners turn with their data. Labelled points, unlabelled points and v come from streams that depend on
the seed alone: the first m points of a replicate are the same at every larger m, whatever learner looks at them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from experiments.arrays import Array, Backend
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.ood_unlabeled.rss import unit
from experiments.gaussian_mixture.plug_in import signs
from experiments.gaussian_mixture.sampling import draw
from experiments.streams import Stream
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["Sample", "World"]

MEMORY = 1 << 27  # bytes of points that are held at once


@dataclass(frozen=True, eq=False)
class Sample(Shown):
    """Points of some replicates.

    Attributes
    ----------
    rows : range
        Which replicates.
    features, labels : array, shape (R, m, d) and (R, m)
    unlabelled : array, shape (R, n, d), or None
        None if n = 0.
    """

    rows: range
    features: Array
    labels: Array
    unlabelled: Array | None


@dataclass(frozen=True)
class World:
    """Sizes and laws of the points.

    Parameters
    ----------
    dimension : int
        d >= 2.
    separation : float
        s = |mu| > 0, sigma being 1.
    shift : float
        alpha >= 0: the unlabelled mean is ``mu + alpha |mu| v``.

    Raises
    ------
    ValueError
        If one is out of range.
    """

    dimension: int
    separation: float
    shift: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, 2))
        if not (0 < self.separation < math.inf and 0 <= self.shift < math.inf):
            given = f"{self.separation!r}, {self.shift!r}"
            raise ValueError(f"finite separation > 0 and shift >= 0 are needed, got {given}")

    @property
    def mixture(self) -> GaussianMixture:
        """The law of the labelled points, and of the test points."""
        return GaussianMixture.symmetric_pair(self.separation, self.dimension)

    def sample(self, seed: int, rows: range, m: int, n: int = 0, *, backend: Backend | None = None) -> Sample:
        """Draw m labelled and n unlabelled points for each replicate.

        Examples
        --------
        >>> found = World(3, 1.0, 0.5).sample(1, range(2), 4, 5)
        >>> found.features.shape, found.labels.shape, found.unlabelled.shape
        ((2, 4, 3), (2, 4), (2, 5, 3))
        """
        features, labels = draw(self.mixture, Stream.named(seed, "labelled"), rows, m, backend=backend)
        if n == 0:
            return Sample(rows, features, labels, None)
        points, hidden = draw(self.mixture, Stream.named(seed, "unlabelled"), rows, n, backend=backend)
        if self.shift:
            v = unit(Stream.named(seed, "shift").normal(rows, self.dimension, backend=backend))
            points = points + self.shift * self.separation * signs(hidden, points)[..., None] * v[:, None, :]
        return Sample(rows, features, labels, points)

    def samples(
        self, seed: int, replicates: int, m: int, n: int = 0, *, backend: Backend | None = None, memory: int = MEMORY
    ) -> Iterator[Sample]:
        """Yield samples of all replicates, as many at once as there is memory for."""
        step = max(1, memory // (8 * self.dimension * (m + n)))
        for start in range(0, replicates, step):
            yield self.sample(seed, range(start, min(start + step, replicates)), m, n, backend=backend)
