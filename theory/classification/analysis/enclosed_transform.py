"""Rigorous two-sided bounds on the transform of a margin loss, at rational t."""

from __future__ import annotations

import math
import time
from fractions import Fraction

from theory.classification.analysis.answers import TransformPoint
from theory.classification.analysis.infimum import Infimum, infimum, mirrored, weighted
from theory.classification.analysis.intervals import compile_term
from theory.engine.provers.balls import working
from theory.engine.terms import Term

GRID = (Fraction(1, 100), *[Fraction(k, 20) for k in range(1, 21)])
SECONDS = 20.0  # typical losses take one to three
PRECISION = 80  # bits: T(1/100) of a smooth loss is 1e-4 of its value, and its enclosure should be far narrower


def risks(
    term: Term, t: Fraction, score_bound: Fraction | None, *, convex: bool = False, deadline: float = math.inf
) -> tuple[Infimum, Infimum]:
    """Enclose the infimum of the conditional risk over scores of the right and of the wrong sign (0 in both).

    ``convex`` asserts that phi is convex on the scores that are allowed.
    """
    phi = compile_term(term)
    reflected, weight = mirrored(phi), (1 + t) / 2
    tolerance = min(1e-10, 1e-9 * float(t) ** 2)
    right, wrong = (
        infimum(
            weighted(phi, reflected, w),
            Fraction(0),
            score_bound,
            convex=convex,
            tolerance=tolerance,
            cells=400,
            deadline=deadline,
        )
        for w in (weight, 1 - weight)
    )
    return right, wrong


def enclosed_point(
    term: Term, t: Fraction, score_bound: Fraction | None, *, convex: bool = False, deadline: float = math.inf
) -> TransformPoint:
    """Enclose T(t) = inf over the wrong sign minus inf over all scores.

    >>> hinge = ["max", 0, ["+", 1, ["*", -1, "u"]]]
    >>> point = enclosed_point(hinge, Fraction(1, 2), None)
    >>> point.low <= 0.5 <= point.high, point.high - point.low < 1e-9
    (True, True)
    """
    with working(PRECISION):
        right, wrong = risks(term, t, score_bound, convex=convex, deadline=deadline)
        low = (wrong.value.low - right.value.high).lower()
        high = (wrong.value.high - right.value.low).upper()
        low_end = float(low) if low > 0 else 0.0  # NaN, from two infinite risks, bounds nothing
        high_end = float(high) if high > 0 else math.inf if high.is_nan() else 0.0
    return TransformPoint(t, _down(low_end), _up(high_end))


def _down(value: float) -> float:
    return math.nextafter(value, 0.0) if value > 0 else 0.0  # a double may have been rounded up


def _up(value: float) -> float:
    return math.nextafter(value, math.inf) if value > 0 else 0.0


def enclosed_transform(
    term: Term, score_bound: Fraction | None, grid: tuple[Fraction, ...] = GRID, *, convex: bool = False
) -> tuple[TransformPoint, ...]:
    """Enclose the transform at each t of a grid in (0, 1], within about `SECONDS` in all.

    What is not done by then comes out wide, never wrong.

    Raises
    ------
    ValueError
        If a t is outside (0, 1].
    """
    for t in grid:
        if not 0 < t <= 1:
            raise ValueError(f"the grid holds t = {t}; allowed: numbers in (0, 1]")
    deadline = time.monotonic() + SECONDS
    return tuple(enclosed_point(term, t, score_bound, convex=convex, deadline=deadline) for t in grid)
