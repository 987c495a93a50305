"""Answers about a margin loss of the user's own: convex, calibrated, its transform, growth, bound and tightness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from theory.classification.analysis import polygons
from theory.classification.analysis.answers import Analysis, Answer
from theory.classification.analysis.attempts import Symbolic
from theory.classification.analysis.calibration_margin import calibration
from theory.classification.analysis.enclosed_transform import GRID, risks
from theory.classification.analysis.intervals import Interval, at, compile_term, enclose
from theory.classification.analysis.margin_bound import MarginBound
from theory.classification.analysis.margin_facts import Facts, check_real, gather, read_term
from theory.engine.errors import BadInput

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True)
class MarginAnalysis(Analysis):
    """The analysis of a margin loss phi(u).

    Attributes
    ----------
    score_bound
        B, scores lie in [-B, B]; infinity by default.
    bound
        Turns a surrogate regret into a zero-one regret; None if the loss is not calibrated.
    """

    score_bound: float = math.inf
    bound: MarginBound | None = None

    kind: ClassVar[str] = "margin loss"

    def to_json(self) -> dict[str, Any]:
        finite = None if math.isinf(self.score_bound) else self.score_bound
        return {**super().to_json(), "score_bound": finite}


def analyze_margin(
    formula: str | sympy.Expr,
    *,
    score_bound: float | Fraction | None = None,
    grid: tuple[Fraction, ...] = GRID,
    symbolic: Symbolic | None = None,
) -> MarginAnalysis:
    """Analyze a margin loss phi(u), u = y h(x).

    Parameters
    ----------
    formula
        Such as ``"log(1+exp(-u))"``, read by `theory.engine.expression.parse`, or a SymPy expression in one symbol.
    score_bound
        B > 0 if scores are limited to [-B, B].
    grid
        The t in (0, 1] at which the transform is enclosed.
    symbolic
        A child process for symbolic attempts to share between analyses; without it one is started and ended.

    Raises
    ------
    BadInput
        If the formula cannot be read, or is not a real number near 0, or the score bound is not positive.

    Examples
    --------
    >>> analysis = analyze_margin("max(0, 1-u)")
    >>> analysis["calibrated"].answer, analysis["transform"].answer
    ('yes', 'T(t) = t')
    """
    import sympy

    from theory.engine.expression import parse

    expression = parse(formula) if isinstance(formula, str) else formula
    limit = _read_bound(score_bound)
    term = read_term(expression)
    check_real(term, limit)
    with Symbolic.shared(symbolic) as child:
        before = len(child.notes)
        tidy = child.ask("tidy", term)
        term = term if tidy is None else tidy["term"]
        facts = gather(term, limit, grid, child)
        answers, bound = _answers(facts, child)
        notes = tuple(child.notes[before:])
    value = math.inf if limit is None else float(limit)
    latex = rf"\varphi(u) = {sympy.latex(expression)}"
    return MarginAnalysis(str(expression), latex, answers, facts.grid, notes, score_bound=value, bound=bound)


def _read_bound(score_bound: float | Fraction | None) -> Fraction | None:
    if score_bound is None or score_bound == math.inf:
        return None
    try:
        value = Fraction(score_bound)
    except (TypeError, ValueError):
        value = Fraction(0)
    if not 0 < value <= 10**6:
        raise BadInput(f"the score bound is {score_bound!r}; allowed: a number above 0 and at most 1e6, or none")
    return value


def _answers(facts: Facts, symbolic: Symbolic) -> tuple[tuple[Answer, ...], MarginBound | None]:
    calibrated = calibration(facts)
    closed = _closed_transform(facts, calibrated, symbolic)
    answers = [facts.convex, calibrated, closed, _growth(facts, calibrated)]
    bound = None
    if calibrated.answer == "yes":
        bound = MarginBound(
            facts.term, facts.score_bound, facts.named, facts.is_convex, facts.non_increasing, facts.grid
        )
        answers += [_published(facts), _tightness(facts)]
    return tuple(answers), bound


def _closed_transform(facts: Facts, calibrated: Answer, symbolic: Symbolic) -> Answer:
    """The transform in closed form where one is found and verified, else its enclosure on the grid."""
    scope = f"all t in [0, 1], {facts.scores}"
    if facts.named is not None and facts.named.factor > 0:
        limit = math.inf if facts.score_bound is None else float(facts.score_bound)
        reason = f"phi is {facts.named.description()} by exact identity, up to an additive constant"
        return Answer("transform", f"T(t) = {facts.named.text(limit)}", "proved", scope, reason)
    if facts.transform_polygon is not None:
        pieces = polygons.pieces(facts.transform_polygon)
        text = "; ".join(f"{_line(line)} on [{low}, {high}]" for low, high, line in pieces)
        text = _line(pieces[0][2]) if len(pieces) == 1 else text
        return Answer("transform", f"T(t) = {text}", "proved", scope, "phi is piecewise linear: rational arithmetic")
    if facts.even or facts.non_decreasing:
        return Answer("transform", "T(t) = 0", calibrated.evidence, scope, calibrated.reason)
    if facts.symmetric and facts.non_increasing:
        return _linear_transform(facts, symbolic, scope)
    if calibrated.answer == "yes" and facts.is_convex and facts.convex.evidence == "proved":
        found = symbolic.ask("stationary", facts.term) if facts.score_bound is None else None
        if found is not None and _point_is_right(facts, found):
            reason = f"phi is convex, and the risk is stationary at u = {found['point']['text']} by SymPy's zero test"
            return Answer(
                "transform",
                f"T(t) = {found['transform']['text']}",
                "proved",
                f"0 < t < 1, {facts.scores}",
                reason,
            )
    finite = [point for point in facts.grid if math.isfinite(point.high)]
    if not finite:
        worst = risks(facts.term, Fraction(1, 2), facts.score_bound, convex=facts.is_convex)[0].worst
        reason = (
            f"no lower bound of the risk was found for scores +u or -u with u in {worst}: a pole, or no finite infimum"
        )
        return Answer("transform", "not enclosed", "undecided", "", reason)
    return Answer(
        "transform",
        f"enclosed at {len(finite)} values of t, to {max(p.high - p.low for p in finite):.1e}",
        "certified",
        f"t in {{{', '.join(str(p.t) for p in finite)}}}, {facts.scores}",
        "interval arithmetic with subdivision; the tail of unbounded scores is one more interval",
    )


def _line(line: polygons.Line) -> str:
    slope, offset = line
    rise = "t" if slope == 1 else f"{slope}*t" if slope.denominator == 1 else f"{slope.numerator}*t/{slope.denominator}"
    if slope == 0:
        return str(offset)
    rise = f"t/{slope.denominator}" if slope.numerator == 1 and slope.denominator > 1 else rise
    return rise if offset == 0 else f"{rise} {'+' if offset > 0 else '-'} {abs(offset)}"


def _linear_transform(facts: Facts, symbolic: Symbolic, scope: str) -> Answer:
    """phi(u) + phi(-u) is constant and phi does not increase: T(t) = t (phi(-B) - phi(B))/2."""
    reason = "phi(u) + phi(-u) is constant (SymPy's zero test) and phi does not increase: T(t) = t (phi(-B) - phi(B))/2"
    found = symbolic.ask("fall", facts.term, score_bound=None if facts.score_bound is None else str(facts.score_bound))
    if found is not None and "infinite" in found:
        why = "phi falls without end: for t > 0 the risk has no lower bound; limit the scores (score bound B)"
        return Answer("transform", "T(t) is infinite for t > 0", "proved", scope, why)
    slope = "(phi(-B) - phi(B))/2" if found is None else found["text"]
    return Answer("transform", "T(t) = t" if slope == "1" else f"T(t) = ({slope})*t", "proved", scope, reason)


def _point_is_right(facts: Facts, found: dict[str, Any]) -> bool:
    """Enclose the stationary point over t in [0, 1] and hold the closed form against the grid."""
    try:
        point, value = (compile_term(found[key]["term"], "t") for key in ("point", "transform"))
    except ValueError:
        return False
    unit = Interval(enclose(Fraction(0)).low, enclose(Fraction(1)).high)
    if not point(unit)[0].low >= 0 or "max" in str(facts.term) or "min" in str(facts.term) or "abs" in str(facts.term):
        return False
    inner = [p for p in facts.grid if p.t < 1]
    return all(at(value, p.t).low <= p.high and at(value, p.t).high >= p.low for p in inner)


def _growth(facts: Facts, calibrated: Answer) -> Answer:
    scope = "t -> 0"
    if calibrated.answer != "yes":
        return Answer("growth", "none", calibrated.evidence, scope, "the loss is not shown to be calibrated")
    if facts.transform_polygon is not None:
        low, high, (slope, _) = polygons.pieces(facts.transform_polygon)[0]
        data = {"exponent": "1", "constant": str(slope)}
        return Answer(
            "growth",
            f"T(t) = {_line((slope, Fraction(0)))} near 0",
            "proved",
            f"t in [{low}, {high}]",
            "",
            data,
        )
    if facts.symmetric and facts.non_increasing:
        return Answer("growth", "linear: T is a multiple of t", "proved", "all t in [0, 1]", "", {"exponent": "1"})
    local = facts.local
    if facts.is_convex and local and local.get("exponent"):
        constant, power = local["constant"]["text"], local["exponent"]
        data = {"exponent": power, "constant": constant}
        reason = "convex and analytic at 0: phi'(0)^2/(2 phi''(0)) t^2 at leading order"
        if power != "2":
            reason = "convex and analytic at 0: leading term from the first even derivative that is not 0"
        text = f"T(t) ~ {'' if constant == '1' else f'({constant})*'}t**{power if power.isdigit() else f'({power})'}"
        return Answer("growth", text, facts.convex.evidence, scope, reason, data)
    return _fitted_growth(facts)


def _fitted_growth(facts: Facts) -> Answer:
    import sympy

    from theory.classification.margin import from_formula
    from theory.classification.margin_search import numeric_transform
    from theory.engine.terms import to_sympy

    loss = from_formula(to_sympy(facts.term, lambda name: sympy.Symbol(name, real=True)))
    limit = math.inf if facts.score_bound is None else float(facts.score_bound)
    near, far = (numeric_transform(t, loss, limit) for t in (0.01, 0.02))
    if near <= 1e-9:
        return Answer("growth", "not estimated", "undecided", "t -> 0", "T(0.01) is too small for floating point")
    power = math.log2(far / near)
    data = {"exponent": f"{power:.4g}", "constant": f"{near / 0.01**power:.4g}"}
    text = f"T(t) ~ {data['constant']}*t**{data['exponent']}"
    return Answer("growth", text, "estimated", "fitted at t = 0.01 and 0.02", "floating-point minimisation", data)


def _published(facts: Facts) -> Answer:
    if facts.named is None:
        return Answer(
            "published bound",
            "none found",
            "quoted",
            "",
            "the loss is none of the named ones by exact identity",
        )
    limit = math.inf if facts.score_bound is None else float(facts.score_bound)
    text = f"T(zero-one regret) <= surrogate regret, T(t) = {facts.named.text(limit)}"
    return Answer(
        "published bound", text, "quoted", facts.scores, "hcons_binary, table of section 5, as usually quoted"
    )


def _tightness(facts: Facts) -> Answer:
    reason = (
        "T is the infimum itself: one point x with posterior (1+t)/2 and a score near the wrong-sign minimum attain it"
    )
    linear = facts.symmetric and facts.non_increasing
    if facts.is_convex or facts.named is not None or linear:
        return Answer("tight", "yes", "argued", "every t, hypotheses that take every allowed score", reason)
    return Answer(
        "tight",
        "yes, with the convex hull of T",
        "argued",
        "hypotheses that take every allowed score",
        reason,
    )
