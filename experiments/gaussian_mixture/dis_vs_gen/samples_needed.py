r"""How many samples a learner needs: where its mean error first falls below a threshold, read off a grid of sizes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from theory.shown import Shown

__all__ = ["EXCESS", "Crossing", "crossing", "crossings"]

EXCESS = 0.01
"""A learner has come near when its mean error is at most so much above its limit, as in the published simulation."""


@dataclass(frozen=True)
class Crossing(Shown):
    """Where a learning curve falls below a threshold.

    Attributes
    ----------
    estimate : float
        Between the last size before the first mean below the threshold and that size, linear in log m; NaN if no mean
        is below, and the first size if all are.
    low : float
        The largest size such that the means up to it are above by two standard errors; 0 if the first is not.
    high : float
        The smallest size whose mean is below by two standard errors, while no later mean is above by two; infinite if
        there is none. So a curve that comes back has a wide bracket, though its estimate is the first crossing.
    """

    estimate: float
    low: float
    high: float


def crossing(curve: Iterable[tuple[float, float, float]], threshold: float) -> Crossing:
    """Return where a curve of points (m, mean, standard error) first falls below a threshold.

    The bracket is what single standard errors say, two of them at each size; it is no confidence interval of the
    crossing.

    Raises
    ------
    ValueError
        If the curve is empty or has two points of one size, or a number is not finite, a size not positive or a
        standard error negative.

    Examples
    --------
    >>> crossing([(10, 0.3, 0.01), (20, 0.2, 0.01), (40, 0.1, 0.01)], 0.15)
    Crossing(estimate=28.284271247461902, low=20, high=40)
    """
    points = sorted(curve)
    if not points or len({m for m, _, _ in points}) < len(points):
        raise ValueError("a curve of at least one point, of different sizes, is needed")
    finite = all(map(math.isfinite, [threshold, *(number for point in points for number in point)]))
    if not finite or any(m <= 0 or error < 0 for m, _, error in points):
        raise ValueError(f"finite numbers, sizes > 0 and standard errors >= 0 are needed, got {points!r:.200}")
    low, high = 0.0, math.inf
    for m, mean, error in points:
        if mean - 2 * error <= threshold:
            break
        low = m
    for m, mean, error in reversed(points):
        if mean - 2 * error > threshold:
            break
        if mean + 2 * error < threshold:
            high = m
    return Crossing(_estimate(points, threshold), low, high)


def _estimate(points: list[tuple[float, float, float]], threshold: float) -> float:
    before: tuple[float, float] | None = None
    for m, mean, _ in points:
        if mean < threshold:
            if before is None:
                return float(m)
            share = (before[1] - threshold) / (before[1] - mean)
            return float(before[0] * (m / before[0]) ** share)
        before = (m, mean)
    return math.nan


def crossings(
    rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]], *, excess: float = EXCESS
) -> dict[tuple[str, int, str, int], Crossing]:
    """Return (regime, classes, learner, n) -> where the mean error comes within ``excess`` of the learner's limit.

    Parameters
    ----------
    rows
        Cells and results of the simulator, as a store iterates over them.
    excess : float
        Positive.

    Examples
    --------
    >>> cell = {"regime": "fixed", "classes": 2, "learner": "naive_bayes", "n": 50}
    >>> rows = [(cell | {"m": m}, {"error": 1 / m, "standard_error": 0.0, "limit": 0.0}) for m in (64, 128)]
    >>> crossings(rows)[("fixed", 2, "naive_bayes", 50)].high
    128
    """
    if not excess > 0:
        raise ValueError(f"excess must be positive, got {excess!r}")
    curves: dict[tuple[str, int, str, int], list[tuple[float, float, float]]] = {}
    for cell, found in rows:
        key = (cell["regime"], cell["classes"], cell["learner"], cell["n"])
        above = found["error"] - found["limit"]
        curves.setdefault(key, []).append((cell["m"], above, found["standard_error"]))
    return {key: crossing(curve, excess) for key, curve in curves.items()}
