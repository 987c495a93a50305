"""Whether a formula in one variable is convex: by rules, by the sign of its second derivative, or not, by a witness."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from theory.classification.analysis.answers import Answer
from theory.classification.analysis.attempts import Symbolic
from theory.classification.analysis.curvature import curvature
from theory.classification.analysis.infimum import infimum, mirrored
from theory.classification.analysis.intervals import Evaluator, add, at, compile_term, enclose, multiply
from theory.engine.terms import Term

SECONDS = 5.0  # for the sign of a second derivative
RANGE = 20  # a second derivative whose sign is not seen on the whole line is enclosed on [-RANGE, RANGE]
_LADDER = [Fraction(k, 4) for k in range(-16, 17)] + [Fraction(k) for k in (-20, -12, -8, -6, 6, 8, 12, 20)]


def convexity(term: Term, symbolic: Symbolic, *, high: Fraction | None = None, low: Fraction | None = None) -> Answer:
    """Answer the question "convex" for the function that a term in u defines on the line, or on [low, high].

    Returns an `Answer` whose ``answer`` is "yes", "no" or "not decided".
    """
    if curvature(term).convex:
        return Answer("convex", "yes", "proved", "all real u", "by the rules of composition of convex functions")
    function = compile_term(term)
    points = sorted(p for p in _LADDER if (low is None or p >= low) and (high is None or p <= high))
    witness = _dent(function, points)
    if witness is not None:
        x, y = witness
        reason = f"phi(({x} + {y})/2) > (phi({x}) + phi({y}))/2, in interval arithmetic"
        return Answer("convex", "no", "certified", f"u in [{x}, {y}]", reason, {"x": str(x), "y": str(y)})
    second = symbolic.ask("second_derivative", term)
    if second is None:
        return Answer("convex", "not decided", "undecided", "", "no rule applies and no second derivative was found")
    if second["nonnegative"]:
        reason = f"phi'' = {second['text']} is never negative (signs by SymPy)"
        return Answer("convex", "yes", "proved", "all real u", reason)
    return _by_enclosure(second, low, high)


def _by_enclosure(second: dict[str, Any], low: Fraction | None, high: Fraction | None) -> Answer:
    curve, deadline = compile_term(second["term"]), time.monotonic() + SECONDS
    if low is None and high is None:
        halves = [
            infimum(half, Fraction(0), None, tolerance=1e-6, cells=400, deadline=deadline)
            for half in (curve, mirrored(curve))
        ]
        if all(half.value.low >= 0 for half in halves):
            reason = f"phi'' = {second['text']} >= 0 in interval arithmetic"
            return Answer("convex", "yes", "certified", "all real u", reason)
    start = Fraction(-RANGE) if low is None else low
    end = Fraction(RANGE) if high is None else high
    least = infimum(curve, start, end, tolerance=1e-6, deadline=deadline)
    scope = f"u in [{start}, {end}]"
    if least.value.low >= 0:
        return Answer("convex", "yes", "certified", scope, f"phi'' = {second['text']} >= 0 in interval arithmetic")
    reason = f"phi'' = {second['text']} is not enclosed away from negative values near u in {least.worst}"
    return Answer("convex", "not decided", "undecided", scope, reason)


def _dent(function: Evaluator, points: list[Fraction]) -> tuple[Fraction, Fraction] | None:
    """Return two points whose middle lies strictly above the chord, checked with outward rounding."""
    half = enclose(Fraction(1, 2))
    for gap in (1, 2, 4, 8):
        for x, y in zip(points, points[gap:], strict=False):
            middle, ends = at(function, (x + y) / 2), (at(function, x), at(function, y))
            if middle.low > multiply(half, add(*ends)).high:
                return x, y
    return None
