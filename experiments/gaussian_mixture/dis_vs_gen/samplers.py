"""What the claims that are decided by sampling draw: a number for each replicate, several dimensions in one statement.

The largest excess over several dimensions bounds that of each, and so does the smallest: a claim on the extreme is a
claim on all of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.gaussian_mixture.dis_vs_gen.designs import design, limit_error
from experiments.gaussian_mixture.dis_vs_gen.training import errors, sampled_points
from experiments.gaussian_mixture.errors import mixture_bayes_error, rule_error
from experiments.gaussian_mixture.learners import LEARNERS
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.twins import random_rotation
from experiments.streams import Stream

__all__ = [
    "excess_by_size",
    "extreme_excess",
    "logistic_ahead",
    "near_limit",
    "sample_size",
    "twin_differs",
    "within",
]

Floats = NDArray[np.float64]
ROUNDING = 1e-9


def sample_size(growth: str, factor: float, n: int) -> int:
    """Return ``factor`` times 1, log n or n, rounded up, for ``growth`` "constant", "logarithmic" or "linear".

    Examples
    --------
    >>> [sample_size(growth, 2.0, 50) for growth in ("constant", "logarithmic", "linear")]
    [2, 8, 100]
    """
    rates = {"constant": 1.0, "logarithmic": math.log(n), "linear": float(n)}
    if growth not in rates:
        raise ValueError(f"growth must be one of {', '.join(rates)}, got {growth!r}")
    return math.ceil(factor * rates[growth])


def _excess(stream: Stream, replicates: range, regime: str, learner: str, n: int, m: int) -> Floats:
    """Return the excess over the Bayes error: not negative but for rounding, which is taken off.

    Raises
    ------
    ArithmeticError
        If an error is below the Bayes error by more than rounding: one of the two would be wrong.
    """
    mixture = design(regime, n)
    own = Stream.named(stream.seed, regime, n, m)
    found = errors(mixture, learner, m, stream=own, replicates=replicates)
    excess = found - mixture_bayes_error(mixture)
    if excess.size and excess.min() < -ROUNDING:
        raise ArithmeticError(f"an error of {learner} ({regime}, n = {n}, m = {m}) is {-excess.min()} below Bayes")
    return np.maximum(excess, 0.0)


def extreme_excess(
    stream: Stream,
    replicates: range,
    *,
    regime: str,
    learner: str,
    dimensions: tuple[int, ...],
    growth: str,
    factor: float,
    largest: bool,
) -> Floats:
    """Return the largest, or the smallest, excess over the Bayes error among dimensions, shape (R,), in [0, 1]."""
    rows = [_excess(stream, replicates, regime, learner, n, sample_size(growth, factor, n)) for n in dimensions]
    return np.max(rows, axis=0) if largest else np.min(rows, axis=0)


def within(
    stream: Stream,
    replicates: range,
    *,
    regime: str,
    learner: str,
    dimensions: tuple[int, ...],
    growth: str,
    factor: float,
    excess: float,
    every: bool,
) -> Floats:
    """Return 1 where the rules are within ``excess`` of the Bayes error in every dimension, or in any; else 0."""
    extreme = extreme_excess(
        stream, replicates, regime=regime, learner=learner, dimensions=dimensions,
        growth=growth, factor=factor, largest=every,
    )  # fmt: skip
    return np.asarray(extreme <= excess, dtype=np.float64)


def excess_by_size(
    stream: Stream, replicates: range, *, sizes: tuple[int, ...], regime: str, learner: str, n: int
) -> Floats:
    """Return the excess over the Bayes error at sample sizes, shape (R, sizes), drawn independently."""
    return np.stack([_excess(stream, replicates, regime, learner, n, m) for m in sizes], axis=-1)


def logistic_ahead(
    stream: Stream, replicates: range, *, regime: str, n: int, m: int, margin: float, reverse: bool
) -> Floats:
    """Return 1 where logistic regression is ahead by the margin, or naive Bayes if reversed; else 0."""
    mixture = design(regime, n)
    naive, logistic = (
        errors(mixture, learner, m, stream=Stream.named(stream.seed, regime, n, m), replicates=replicates)
        for learner in ("naive_bayes", "logistic")
    )
    ahead = logistic - naive if reverse else naive - logistic
    return np.asarray(ahead >= margin, dtype=np.float64)


def near_limit(
    stream: Stream, replicates: range, *, regime: str, limit_of: str, n: int, m: int, tolerance: float
) -> Floats:
    """Return 1 where the error of naive Bayes is within the tolerance of the limit of a learner, else 0."""
    mixture = design(regime, n)
    found = errors(mixture, "naive_bayes", m, stream=stream, replicates=replicates)
    return np.asarray(np.abs(found - limit_error(limit_of, mixture)) <= tolerance, dtype=np.float64)


def twin_differs(
    stream: Stream, replicates: range, *, regime: str, learner: str, twin: str, n: int, m: int, tolerance: float
) -> Floats:
    """Return 1 where the rule learned on a transformed sample has another error on the transformed mixture.

    Parameters
    ----------
    twin : str
        ``"permutation"`` of features, ``"rescaling"`` of each by a factor of its own, ``"rotation"`` or ``"labels"``
        (swapped).
    """
    mixture = design(regime, n)
    features, labels = sampled_points(mixture, m, stream=stream, replicates=replicates)
    moved: tuple[GaussianMixture, Any, Any] = (mixture.relabelled([1, 0]), features, 1 - labels)
    if twin != "labels":
        matrix = _matrix(twin, n)
        moved = (mixture.transformed(matrix), features @ matrix.T, labels)
    learn = LEARNERS[learner]
    first, second = (
        rule_error(learn.rules(points, classes_of, classes=2, stream=stream, replicates=replicates), world)
        for world, points, classes_of in ((mixture, features, labels), moved)
    )
    return np.asarray(np.abs(first - second) > tolerance, dtype=np.float64)


def _matrix(twin: str, n: int) -> Floats:
    if twin == "permutation":
        return np.roll(np.eye(n), 1, axis=0)
    if twin == "rescaling":
        return np.diag(np.geomspace(0.5, 2.0, n))  # the smoothing of naive Bayes sees 1e-9 of the largest variance
    if twin == "rotation":
        return random_rotation(n)
    raise ValueError(f"twin must be permutation, rescaling, rotation or labels, got {twin!r}")
