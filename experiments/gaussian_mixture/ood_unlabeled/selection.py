r"""What selection on the test set brings: the best of N coins, and the best of N trained rules, told their true errors.

The published code of the experiment draws constants and restarts at random (500 times for the labelled baseline, 4000
times for robust self-training) and reports the accuracy of the candidate that is best on the test set. The candidates
here are selected by their exact error, as on an endless test set: an optimistic estimate, not an error that a learner
has. The best of N directions that never saw a point is its control.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from experiments.arrays import Array, Backend, backend_of, namespace
from experiments.gaussian_mixture.ood_unlabeled.rss import RssParameters, rss, unit
from experiments.gaussian_mixture.plug_in import plug_in
from experiments.gaussian_mixture.rules import Rule
from experiments.streams import Stream

__all__ = ["RANGES", "best_cosine", "rss_selected"]

RANGES = {"gamma": (0.1, 10.0), "gamma_unlabelled": (0.1, 3.0), "weight": (0.1, 100.0)}
"""Of the candidates' constants, drawn log-uniformly; ours, the published ranges being of another parametrisation."""


def best_cosine(
    stream: Stream, replicates: int | range, dimension: int, candidates: int, *, backend: Backend | None = None
) -> Array:
    """Draw the largest cosine with a fixed direction among N independent uniform directions, or 0, shape (R,).

    A uniform direction is a normal vector over its length, whose square is that of its first coordinate plus a
    chi-square number of d - 1 degrees of freedom: two numbers a direction. The 0 stands for a coin that is tossed at
    every point; it changes the maximum with probability ``2^-N``.

    Raises
    ------
    ValueError
        Unless d >= 2 and N >= 1.

    Examples
    --------
    >>> bool(0.2 < best_cosine(Stream(1), 1, 200, 4000)[0] < 0.4)
    True
    """
    if dimension < 2 or candidates < 1:
        raise ValueError(f"dimension >= 2 and candidates >= 1 are needed, got {dimension!r} and {candidates!r}")
    first = stream.normal(replicates, candidates, backend=backend)
    others = stream.chisquare(dimension - 1, replicates, candidates, backend=backend)
    xp = namespace(first)
    best = xp.max(first / xp.sqrt(first * first + others), axis=-1)
    return xp.where(best > 0, best, xp.zeros_like(best))


def rss_selected(
    features: Array,
    labels: Array,
    *,
    unlabelled: Array | None,
    stream: Stream,
    replicates: range,
    candidates: int,
    error: Callable[[Rule], Array],
) -> Rule:
    """Return, for each sample, the candidate of least true error: selected on the test set.

    A candidate trains with constants drawn log-uniformly from :data:`RANGES`, from the sum of the unit plug-in
    direction and a random unit direction.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
    unlabelled : array, shape (R, n, d), or None
        None trains on the labelled ramp loss alone.
    stream : Stream
        Of constants and starts.
    replicates : range
        The rows of the stream.
    candidates : int
        At least 1.
    error : callable
        The true error of rules, shape (R,): what no learner knows.
    """
    if candidates < 1:
        raise ValueError(f"candidates must be at least 1, got {candidates!r}")
    xp, home = namespace(features), backend_of(features)
    d = int(features.shape[-1])
    plain = unit(plug_in(features, labels).weights)
    best, lowest = plain, error(Rule(plain, 0.0 * plain[:, 0])) * 0 + math.inf
    for c in range(candidates):
        noise = stream.normal(replicates, d, offset=c * d, backend=home)
        draws = stream.uniform(replicates, len(RANGES), offset=c * len(RANGES), backend=home)
        chosen = _constants(xp, draws, labelled_only=unlabelled is None)
        points = features if unlabelled is None else unlabelled
        found = rss(features, labels, unlabelled=points, parameters=chosen, start=plain + unit(noise))
        reached = error(found)
        better = reached < lowest
        best = xp.where(better[:, None], found.weights, best)
        lowest = xp.where(better, reached, lowest)
    return Rule(best, xp.zeros_like(best[:, 0]))


def _constants(xp: Any, draws: Array, *, labelled_only: bool) -> RssParameters:
    values = {}
    for k, (name, (low, high)) in enumerate(RANGES.items()):
        values[name] = low * xp.exp(math.log(high / low) * draws[:, k : k + 1])
    if labelled_only:
        values["weight"] = 0.0 * values["weight"]
    return RssParameters(**values)
