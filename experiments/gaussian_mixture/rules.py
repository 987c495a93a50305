"""Classification rules, a batch of them at once: linear scores, and scores with one square a feature.

Two classes may be given by one score, positive for class 1; otherwise every class has a score and the largest one wins,
the first of equal ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, backend_of, device_of, namespace
from theory.arrays import is_array
from theory.shown import Shown

__all__ = ["Rule", "as_rule", "coin", "working_memory"]


def working_memory(array: Array, given: int | None = None) -> int:
    """Return the bytes of an array to work on at a time, unless given: few on a CPU, where they stay in its cache.

    Examples
    --------
    >>> import numpy as np
    >>> working_memory(np.zeros(1)), working_memory(np.zeros(1), 100)
    (2097152, 100)
    """
    if given is not None:
        return given
    on_cpu = "cpu" in str(device_of(array)).lower()
    return 1 << (21 if on_cpu else 28)


@dataclass(frozen=True, eq=False)
class Rule(Shown):
    """Rules ``score(x) = <w, x> + b``, plus ``<c, x^2>`` where there is a curvature c; a batch in the leading axes.

    Parameters
    ----------
    weights : array, shape (R, d) or (R, K, d)
        One score, class 1 where it is > 0, or K scores.
    bias : array, shape (R,) or (R, K)
        An infinite bias decides alone: a class that a learner has not seen gets -inf.
    curvature : array of the shape of weights, optional

    Examples
    --------
    >>> import numpy as np
    >>> rule = Rule(np.asarray([[1.0, -1.0]]), np.asarray([0.5]))
    >>> rule.predict(np.asarray([[0.0, 0.0], [0.0, 1.0]])).tolist()
    [[1, 0]]
    """

    weights: Array
    bias: Array
    curvature: Array | None = None

    def __post_init__(self) -> None:
        weights, bias = tuple(self.weights.shape), tuple(self.bias.shape)
        if len(weights) not in (2, 3) or bias != weights[:-1] or (len(weights) == 3 and weights[1] < 2):
            raise ValueError(f"a rule needs weights (R, d), bias (R,) or (R, K, d), (R, K), got {weights} and {bias}")
        if self.curvature is not None and tuple(self.curvature.shape) != weights:
            raise ValueError(f"the curvature must have the weights' shape {weights}, got {tuple(self.curvature.shape)}")

    @property
    def replicates(self) -> int:
        """The number R of rules."""
        return int(self.weights.shape[0])

    @property
    def classes(self) -> int:
        """The number of classes they tell apart."""
        return 2 if self.weights.ndim == 2 else int(self.weights.shape[1])

    @property
    def linear(self) -> bool:
        """True if no score has a square."""
        return self.curvature is None

    def difference(self) -> Rule:
        """Return the same rules of two classes by one score, that of class 1 less that of class 0.

        Raises
        ------
        ValueError
            If there are more classes.
        """
        if self.weights.ndim == 2:
            return self
        if self.classes != 2:
            raise ValueError(f"one score decides between 2 classes only, got {self.classes}")
        curvature = None if self.curvature is None else self.curvature[:, 1, :] - self.curvature[:, 0, :]
        return Rule(self.weights[:, 1, :] - self.weights[:, 0, :], self.bias[:, 1] - self.bias[:, 0], curvature)

    def scores(self, points: Array) -> Array:
        """Return the scores of points that all rules share, shape (R, T) or (R, K, T).

        Parameters
        ----------
        points : array, shape (T, d)
        """
        return self._scored(self._augmented(points))

    def _augmented(self, points: Array) -> Array:
        """Return the points, their squares where needed, and ones, a column each: every score is one product then."""
        xp = namespace(self.weights, points)
        ones = xp.ones((points.shape[0], 1), dtype=points.dtype, device=device_of(points))
        squares = [] if self.curvature is None else [points * points]
        return xp.matrix_transpose(xp.concat([points, *squares, ones], axis=-1))

    def _scored(self, augmented: Array) -> Array:
        xp = namespace(self.weights, augmented)
        squares = [] if self.curvature is None else [self.curvature]
        coefficients = xp.concat([self.weights, *squares, self.bias[..., None]], axis=-1)
        flat = xp.reshape(coefficients, (-1, coefficients.shape[-1])) @ augmented
        return xp.reshape(flat, (*self.bias.shape, augmented.shape[-1]))

    def predict(self, points: Array) -> Array:
        """Return the classes of points that all rules share, shape (R, T), int64."""
        xp = namespace(self.weights, points)
        # A class with bias -inf loses against every finite score; +inf in a single score wins.
        return xp.astype(self._chosen(self.scores(points)), xp.int64)

    @staticmethod
    def _chosen(scores: Array) -> Array:
        return scores > 0 if scores.ndim == 2 else namespace(scores).argmax(scores, axis=1)

    def mistakes(self, points: Array, labels: Array, *, memory: int | None = None) -> Array:
        """Return how many of the shared points each rule gets wrong, shape (R,), float64.

        Parameters
        ----------
        points : array, shape (T, d)
        labels : array, shape (T,)
        memory : int
            Bytes of scores at a time; 8 times :func:`working_memory` unless given.

        Raises
        ------
        ValueError
            If a label is no class of the rules.
        """
        rule = self.difference() if self.classes == 2 else self
        xp = namespace(points)
        several = rule.weights.ndim == 3
        room = 8 * working_memory(points) if memory is None else memory  # long products pay for more rows
        step = max(1, room // (8 * max(1, points.shape[0]) * (rule.classes if several else 1)))
        own = [
            rule._augmented(xp.take(points, xp.nonzero(labels == k)[0], axis=0))  # noqa: SLF001 (a Rule too)
            for k in range(rule.classes)
        ]

        if sum(int(mine.shape[-1]) for mine in own) != labels.shape[0]:
            raise ValueError(f"labels must be in 0, ..., {rule.classes - 1}, one a point")

        def wrong(part: Rule) -> Array:
            found = [part._chosen(part._scored(mine)) != (k if several else bool(k)) for k, mine in enumerate(own)]
            return sum(xp.astype(xp.count_nonzero(one, axis=-1), xp.float64) for one in found)

        starts = range(0, max(rule.replicates, 1), step)
        return xp.concat([wrong(rule.rows(start, min(start + step, rule.replicates))) for start in starts])

    def rows(self, start: int, stop: int) -> Rule:
        """Return some of the rules."""
        curvature = None if self.curvature is None else self.curvature[start:stop, ...]
        return Rule(self.weights[start:stop, ...], self.bias[start:stop, ...], curvature)


def as_rule(found: Any, replicates: int, dimension: int, classes: int) -> Rule:
    """Return what a learner gave, a Rule or a pair (weights, bias), as a checked Rule.

    Raises
    ------
    ValueError
        If it is neither, or its shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> as_rule((np.zeros((3, 2)), np.zeros(3)), replicates=3, dimension=2, classes=2).linear
    True
    """
    if not isinstance(found, Rule):
        if not isinstance(found, tuple) or len(found) != 2:
            raise ValueError(f"a learner returns a Rule or a pair (weights, bias), got {type(found).__name__}")
        if not all(is_array(part) for part in found):
            kinds = " and ".join(type(part).__name__ for part in found)
            raise ValueError(f"a learner returns weights and bias as arrays, got {kinds}")
        found = Rule(*found)
    shape = (found.replicates, int(found.weights.shape[-1]), found.classes)
    if shape != (replicates, dimension, classes):
        wanted = f"{replicates} rules on {dimension} features and {classes} classes"
        raise ValueError(f"a learner must return {wanted}, got {shape[0]} on {shape[1]} and {shape[2]}")
    return found


def coin(features: Array, labels: Array, *, classes: int = 2, stream: Any, replicates: range | None = None) -> Rule:
    """Return directions drawn without looking at the data: the learner that every other one must beat.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
        Only the sizes and the device are used.
    stream : Stream
    replicates : range, optional
        Which rows of the stream; 0, ..., R-1 unless given.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.streams import Stream
    >>> coin(np.zeros((4, 1, 3)), np.zeros((4, 1), dtype=int), stream=Stream(1)).weights.shape
    (4, 3)
    """
    xp = namespace(features, labels)
    rows = range(int(features.shape[0])) if replicates is None else replicates
    dimension = int(features.shape[-1])
    shape = (dimension,) if classes == 2 else (classes, dimension)
    weights = stream.normal(rows, shape, backend=backend_of(features))
    return Rule(weights, xp.zeros((len(rows), *shape[:-1]), dtype=weights.dtype, device=device_of(features)))
