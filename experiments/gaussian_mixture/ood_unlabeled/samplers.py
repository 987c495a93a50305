"""What the claims decided by sampling draw: one row a replicate, whatever others are drawn with it.

Every function is ``function(stream, replicates, **parameters)`` with ``replicates`` a range, as
:class:`experiments.sampling.Sampler` wants it; the mean lies along the first axis and sigma is 1, unless said
otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.ood_unlabeled.selection import best_cosine
from experiments.gaussian_mixture.ood_unlabeled.trained import Task, outcome
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from experiments.gaussian_mixture.plug_in import plug_in
from experiments.gaussian_mixture.sampling import draw
from experiments.gaussian_mixture.self_training import pseudo_signs
from experiments.streams import Stream
from theory.classification.gaussian_tail import normal_tail

__all__ = [
    "TWINS",
    "alignment_gain",
    "best_coin_accuracy",
    "excess_curve",
    "gain_over_plug_in",
    "plug_in_errors",
    "principal_alignments",
    "scaled_worst_excess",
    "self_training_cosines",
]

Floats = NDArray[np.float64]

TWINS = ("plain", "rotated", "rescaled", "swapped")
NUMBERS = 1 << 20  # that are held at once: a few megabytes, which a cache nearly holds
WORST = (math.sqrt(5.0) - 1.0) / 2.0  # s^2 m/d of the largest excess, d/m -> 0
WIDTH = 3.0  # of the rescaled twin


def _pieces(replicates: range, numbers: int) -> Iterator[range]:
    """Yield the replicates in pieces of at most about :data:`NUMBERS` numbers."""
    step = max(1, NUMBERS // numbers)
    for start in range(replicates.start, replicates.stop, step):
        yield range(start, min(start + step, replicates.stop))


def _gathered(replicates: range, numbers: int, one: Callable[[range], Floats]) -> Floats:
    return np.concatenate([one(rows) for rows in _pieces(replicates, numbers)])


def _twin(name: str, s: float, d: int) -> GaussianMixture:
    plain = GaussianMixture.symmetric_pair(s, d)
    if name == "plain":
        return plain
    if name == "rotated":
        mean = np.full(d, s / math.sqrt(d))
        return GaussianMixture(np.stack([-mean, mean]), np.ones(d), covariance_type="tied_diag")
    if name == "rescaled":
        return GaussianMixture(WIDTH * plain.means, np.full(d, WIDTH**2), covariance_type="tied_diag")
    if name == "swapped":
        return plain.relabelled([1, 0])
    raise ValueError(f"a twin is one of {', '.join(TWINS)}, got {name!r}")


def plug_in_errors(stream: Stream, replicates: range, *, d: int, m: int, s: float, twin: str = "plain") -> Floats:
    """Draw exact errors of plug-in rules trained on m drawn points.

    Parameters
    ----------
    twin : str
        "plain"; "rotated", the mean along the diagonal; "rescaled", all points times 3; "swapped", the classes' names
        exchanged. The expectation is the same.

    Examples
    --------
    >>> plug_in_errors(Stream(1), range(2), d=3, m=4, s=1.0).shape
    (2,)
    """
    mixture = _twin(twin, s, d)

    def one(rows: range) -> Floats:
        return np.asarray(rule_error(plug_in(*draw(mixture, stream, rows, m)), mixture))

    return _gathered(replicates, d * m, one)


def excess_curve(
    stream: Stream,
    replicates: range,
    *,
    d: int,
    s: float,
    sizes: tuple[int, ...],
    along: str = "fixed",
    estimator: str = "plug_in",
) -> Floats:
    """Draw exact errors less the Bayes error at labelled sizes, shape (R, sizes).

    Parameters
    ----------
    along : str
        "fixed" separation s, or "worst": separation ``sqrt(0.618 d/m)``, and s is not used.
    estimator : str
        "plug_in", drawn of its exact law N(mu, I/m), one normal vector for all sizes; or "coin", a direction that is
        drawn anew at every size without data.

    Examples
    --------
    >>> bool((excess_curve(Stream(1), range(3), d=5, s=1.0, sizes=(10, 20)) > 0).all())
    True
    """
    if along not in ("fixed", "worst") or estimator not in ("plug_in", "coin"):
        raise ValueError(f"along is fixed or worst, estimator plug_in or coin, got {along!r} and {estimator!r}")
    columns = []
    for place, m in enumerate(sizes):
        separation = s if along == "fixed" else math.sqrt(WORST * d / m)
        if estimator == "plug_in":
            theta = stream.normal(replicates, d) / math.sqrt(m)
            theta[:, 0] += separation
        else:
            theta = stream.normal(replicates, d, offset=place * d)
        cosine = theta[:, 0] / np.sqrt(np.sum(theta * theta, axis=-1))
        columns.append(normal_tail(separation * cosine) - normal_tail(separation))
    return np.stack(columns, axis=-1)


def scaled_worst_excess(stream: Stream, replicates: range, *, d: int, m: int, estimator: str = "plug_in") -> Floats:
    """Draw excess errors times ``sqrt(m/d)`` where the separation is the worst one for m points.

    Examples
    --------
    >>> scaled_worst_excess(Stream(1), range(2), d=5, m=20).shape
    (2,)
    """
    curve = excess_curve(stream, replicates, d=d, s=0.0, sizes=(m,), along="worst", estimator=estimator)
    return curve[:, 0] * math.sqrt(m / d)


def principal_alignments(stream: Stream, replicates: range, *, d: int, n: int, s: float) -> Floats:
    """Draw cos^2 between mean and leading direction of n unlabelled points.

    Examples
    --------
    >>> principal_alignments(Stream(1), range(2), d=5, n=20, s=1.0).shape
    (2,)
    """
    return _alignments(stream, replicates, "pca", d=d, m=1, n=n, s=s)


def alignment_gain(stream: Stream, replicates: range, *, d: int, m: int, n: int, s: float) -> Floats:
    """Draw the difference of cos^2 with the mean: leading direction of n unlabelled points, less plug-in of m labelled.

    Examples
    --------
    >>> alignment_gain(Stream(1), range(2), d=5, m=3, n=20, s=1.0).shape
    (2,)
    """
    unlabelled = _alignments(stream, replicates, "pca", d=d, m=1, n=n, s=s)
    return unlabelled - _alignments(stream, replicates, "plug_in", d=d, m=m, n=0, s=s)


def _alignments(stream: Stream, replicates: range, learner: str, *, d: int, m: int, n: int, s: float) -> Floats:
    world = World(d, s)
    task = Task(world, stream.seed)

    def one(rows: range) -> Floats:
        return np.asarray(outcome(learner, world.sample(stream.seed, rows, m, n), task).alignments)

    return _gathered(replicates, d * (m + n), one)


def self_training_cosines(
    stream: Stream, replicates: range, *, d: int, n: int, s: float, cosine: float, rounds: int = 1
) -> Floats:
    """Draw the cosine with the mean after self-training on n points, from a given direction of a given cosine.

    Examples
    --------
    >>> bool((self_training_cosines(Stream(1), range(2), d=5, n=5000, s=1.0, cosine=0.5) > 0.7).all())
    True
    """
    mixture = GaussianMixture.symmetric_pair(s, d)

    def one(rows: range) -> Floats:
        points, _ = draw(mixture, stream, rows, n)
        theta = np.zeros((len(rows), d))
        theta[:, 0], theta[:, 1] = cosine, math.sqrt(1.0 - cosine**2)
        for _ in range(rounds):
            theta = (pseudo_signs(theta, points)[:, None, :] @ points)[:, 0, :]
        return np.asarray(theta[:, 0] / np.sqrt(np.sum(theta * theta, axis=-1)))

    return _gathered(replicates, d * n, one)


def gain_over_plug_in(
    stream: Stream,
    replicates: range,
    *,
    learner: str,
    d: int,
    m: int,
    n: int,
    s: float,
    shift: float = 0.0,
    candidates: int = 1,
) -> Floats:
    """Draw the exact error of the plug-in rule less that of a learner on the same labelled, and n unlabelled points.

    Examples
    --------
    >>> gain_over_plug_in(Stream(1), range(2), learner="pca", d=5, m=3, n=20, s=1.0).shape
    (2,)
    """
    world = World(d, s, shift)
    task = Task(world, stream.seed, candidates)

    def one(rows: range) -> Floats:
        sample = world.sample(stream.seed, rows, m, n)
        return np.asarray(outcome("plug_in", sample, task).errors - outcome(learner, sample, task).errors)

    return _gathered(replicates, d * (m + n), one)


def best_coin_accuracy(stream: Stream, replicates: range, *, d: int, s: float, candidates: int) -> Floats:
    """Draw the accuracy of the best of N directions that never saw a point, or 1/2.

    Examples
    --------
    >>> bool((best_coin_accuracy(Stream(1), range(2), d=200, s=1.0, candidates=500) > 0.55).all())
    True
    """

    def one(rows: range) -> Floats:
        return np.asarray(normal_tail(-s * best_cosine(stream, rows, d, candidates)))

    return _gathered(replicates, 2 * candidates, one)
