"""Whether a margin loss is calibrated: a wrong-sign score always costs more than the best score.

Equivalent to T(t) > 0 for every t in (0, 1]. For a convex loss it is decided at 0 alone (Bartlett, Jordan,
McAuliffe): calibrated if and only if phi is differentiable at 0 with phi'(0) < 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import arb

from theory.classification.analysis import polygons
from theory.classification.analysis.answers import Answer
from theory.classification.analysis.intervals import WHOLE, at, compile_term, negate
from theory.engine.provers.balls import working
from theory.engine.terms import names

if TYPE_CHECKING:
    from theory.classification.analysis.margin_facts import Facts


def calibration(facts: Facts) -> Answer:
    """Answer the question "calibrated": "yes", "no" or "not decided"."""
    scope = f"all t in (0, 1], {facts.scores}"
    if "u" not in names(facts.term):
        reason = "phi is constant: every score has the same risk; witness eta = 3/4, score -1"
        return Answer("calibrated", "no", "proved", scope, reason, {"eta": "3/4", "score": "-1"})
    if facts.even:
        reason = (
            "phi is even (SymPy's zero test): a score and its opposite have the same risk; witness eta = 3/4, score -1"
        )
        return Answer("calibrated", "no", "proved", scope, reason, {"eta": "3/4", "score": "-1"})
    if facts.non_decreasing:
        reason = (
            "phi never decreases (interval arithmetic): a wrong-sign score costs no more; witness eta = 3/4, score -1"
        )
        return Answer("calibrated", "no", "certified", scope, reason, {"eta": "3/4", "score": "-1"})
    if facts.transform_polygon is not None:
        return _of_polygon(facts.transform_polygon, scope)
    if facts.is_convex and facts.local is not None:
        return _of_convex(facts.convex.evidence, facts.local, scope)
    if facts.symmetric and facts.non_increasing and _decreases(facts):
        reason = "phi(u) + phi(-u) is constant and phi does not increase, so that T(t) = s t with s > 0"
        return Answer("calibrated", "yes", "proved", scope, reason)
    return _of_grid(facts)


def _decreases(facts: Facts) -> bool:
    function, step = compile_term(facts.term), facts.score_bound or Fraction(1)
    return bool(at(function, step).high < at(function, -step).low)


def _of_polygon(transform: polygons.Polygon, scope: str) -> Answer:
    _, first_high, (slope, _) = polygons.pieces(transform)[0]
    zero = [high for _, high, _ in polygons.pieces(transform) if transform(high) == 0]
    if slope > 0 and not zero:
        reason = "T is piecewise linear with T(t) > 0 at every corner t > 0 (rational arithmetic)"
        return Answer("calibrated", "yes", "proved", scope, reason)
    t = first_high / 2 if slope <= 0 else zero[0]
    eta = (1 + t) / 2
    reason = f"T({t}) = 0: at eta = {eta} some wrong-sign score, or 0, has the least risk (rational arithmetic)"
    return Answer("calibrated", "no", "proved", scope, reason, {"eta": str(eta), "t": str(t)})


def _of_convex(evidence: str, local: dict[str, Any], scope: str) -> Answer:
    _, right, jump = local["signs"]
    slopes = f"phi'(0-) = {local['left']['text']}, phi'(0+) = {local['right']['text']}"
    if jump == 0 and right < 0:
        reason = f"convex, differentiable at 0, phi'(0) = {local['right']['text']} < 0"
        return Answer("calibrated", "yes", evidence, scope, reason)
    if jump == 0:
        reason = f"convex with phi'(0) = {local['right']['text']} >= 0: at eta = 3/4 no positive score beats score 0"
        return Answer("calibrated", "no", evidence, scope, reason, {"eta": "3/4", "score": "0"})
    eta = (1 + _stuck(local, right)) / 2
    reason = f"convex with a kink at 0 ({slopes}): at eta = {eta} no positive score beats score 0"
    return Answer("calibrated", "no", evidence, scope, reason, {"eta": str(eta), "score": "0"})


def _stuck(local: dict[str, Any], right: int) -> Fraction:
    """Return a t > 0 at which the risk does not fall to the right of 0: (1+t) phi'(0+) >= (1-t) phi'(0-)."""
    if right >= 0:
        return Fraction(1, 2)
    with working(2048):  # far more than it took to see that the two slopes differ
        before, after = (negate(compile_term(local[key]["term"])(WHOLE)[0]) for key in ("left", "right"))
        power = next(k for k in range(1, 2000) if (1 + arb(2) ** -k) * after.high < (1 - arb(2) ** -k) * before.low)
    return Fraction(1, 2**power)


def _of_grid(facts: Facts) -> Answer:
    """Decide from the enclosures on the grid; between grid points only where T is known not to decrease."""
    zero = [point for point in facts.grid if point.high == 0]
    if zero:
        t = zero[0].t
        eta = (1 + t) / 2
        reason = f"at eta = {eta} no score of the right sign beats all of the wrong sign (interval arithmetic)"
        return Answer("calibrated", "no", "certified", facts.scores, reason, {"eta": str(eta), "t": str(t)})
    positive = [point for point in facts.grid if point.low > 0]
    if len(positive) < len(facts.grid):
        bad = next(point.t for point in facts.grid if not point.low > 0)
        reason = f"the enclosure of T({bad}) does not exclude 0"
        return Answer("calibrated", "not decided", "undecided", facts.scores, reason)
    least = min(point.t for point in facts.grid)
    if facts.non_increasing:
        scope = f"all t in [{least}, 1], {facts.scores}"
        reason = f"T does not decrease because phi does not increase, and T({least}) > 0 in interval arithmetic"
        return Answer("calibrated", "yes", "certified", scope, reason)
    scope = f"t in {{{', '.join(str(p.t) for p in facts.grid)}}} only, {facts.scores}"
    return Answer("calibrated", "yes", "certified", scope, "T(t) > 0 at each of these t in interval arithmetic")
