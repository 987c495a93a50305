"""Answers about a comp-sum loss with a Phi of the user's own: Phi(sum over y' != y of exp(h_y' - h_y))."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from theory.classification.analysis.answers import Analysis, Answer
from theory.classification.analysis.attempts import Symbolic
from theory.classification.analysis.comp_sum_analysis import CompSumAnalysis, analyze_comp_sum
from theory.classification.analysis.enclosed_transform import GRID
from theory.classification.analysis.intervals import NON_NEGATIVE, WHOLE, at, compile_term
from theory.classification.analysis.margin_analysis import MarginAnalysis, analyze_margin
from theory.classification.analysis.margin_facts import read_term
from theory.engine.errors import BadInput
from theory.engine.terms import Term, to_sympy

if TYPE_CHECKING:
    import sympy

_PROBES = [Fraction(k, 4) for k in range(17)]


@dataclass(frozen=True)
class PhiAnalysis(Analysis):
    """The analysis of a comp-sum loss given by Phi.

    Attributes
    ----------
    n
        Number of classes.
    two_class
        The analysis of the margin loss Phi(exp(-u)), which is the loss for two classes.
    family
        The analysis of the member of the comp-sum family that the loss is a multiple of, if it is one.
    """

    two_class: MarginAnalysis = field(kw_only=True)
    n: int = 2
    family: CompSumAnalysis | None = None

    kind: ClassVar[str] = "comp-sum loss by Phi"

    def to_json(self) -> dict[str, Any]:
        nested = {"two_class": self.two_class, "family": self.family}
        return {**super().to_json(), "n": self.n} | {
            name: None if part is None else part.to_json() for name, part in nested.items()
        }


def analyze_phi(
    formula: str | sympy.Expr,
    n: int = 2,
    *,
    grid: tuple[Fraction, ...] = GRID,
    symbolic: Symbolic | None = None,
) -> PhiAnalysis:
    """Analyze the comp-sum loss of a function Phi on [0, infinity).

    Parameters
    ----------
    formula
        Phi as a formula in u, such as ``"log(1+u)"``.
    n
        Number of classes, >= 2. For n > 2 the two-class transform is an upper bound of the calibration function,
        and only a bound; lower bounds are given if Phi is a multiple of a member of the comp-sum family.
    grid
        The t in (0, 1] at which the two-class transform is enclosed.
    symbolic
        A child process for symbolic attempts to share between analyses; without it one is started and ended.

    Raises
    ------
    BadInput
        If the formula cannot be read, is not real on [0, infinity), or n is out of range.

    Examples
    --------
    >>> analysis = analyze_phi("2*log(1+u)", 5)
    >>> analysis["family"].answer
    'yes: 2 times the comp-sum loss of tau = 1'
    """
    import sympy

    from theory.engine.expression import parse

    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= 10**9:
        raise BadInput(f"the number of classes is {n!r}; allowed: whole numbers from 2 to 10^9")
    expression = parse(formula) if isinstance(formula, str) else formula
    term = read_term(expression)
    _check_real(term)
    with Symbolic.shared(symbolic) as child:
        before = len(child.notes)
        tidy = child.ask("tidy", term)
        term = term if tidy is None else tidy["term"]
        found = child.ask("comp_sum_family", term)
        notes = tuple(child.notes[before:])
        margin = analyze_margin(_in_margin(term), grid=grid, symbolic=child)
    family, factor = None, "1"
    if found is not None and found["name"] is not None:
        factor = found["factor"]["text"]
        family = analyze_comp_sum(float(compile_term(found["tau"]["term"])(WHOLE)[0].low), n, grid=grid)
    answers = [
        _increasing(term),
        _at_zero(found),
        _family_answer(found),
        *_for_classes(margin, family, factor, term, n),
    ]
    latex = rf"\Phi(u) = {sympy.latex(expression)}"
    return PhiAnalysis(
        f"Phi(u) = {expression}, n = {n}",
        latex,
        tuple(answers),
        margin.grid,
        (*notes, *margin.notes),
        n=n,
        two_class=margin,
        family=family,
    )


def _check_real(term: Term) -> None:
    function = compile_term(term)
    for point in _PROBES:
        if at(function, point) == WHOLE:
            raise BadInput(
                f"Phi is not a real number of moderate size at u = {point}; allowed: a Phi defined on [0, oo)"
            )


def _in_margin(term: Term) -> sympy.Expr:
    """Return Phi(exp(-u))."""
    import sympy

    u = sympy.Symbol("u", real=True)
    return to_sympy(term, lambda name: sympy.exp(-u))


def _increasing(term: Term) -> Answer:
    slope = compile_term(term)(NON_NEGATIVE)[1]
    function = compile_term(term)
    drop = next(
        ((a, b) for a, b in itertools.pairwise(_PROBES) if at(function, b).high < at(function, a).low),
        None,
    )
    if drop is not None:
        reason = f"Phi({drop[1]}) < Phi({drop[0]}): a larger sum of exponentials costs less"
        return Answer("increasing", "no", "certified", "u >= 0", reason)
    if slope.low >= 0:
        return Answer("increasing", "yes", "certified", "u >= 0", "Phi' >= 0 in interval arithmetic on [0, oo)")
    return Answer("increasing", "not decided", "undecided", "u >= 0", "the sign of Phi' was not enclosed")


def _at_zero(found: dict[str, Any] | None) -> Answer:
    if found is None:
        return Answer("Phi(0)", "not decided", "undecided")
    zero = found["value_sign"] == 0
    reason = "" if zero else "a constant added to a loss changes no regret, gap or bound"
    return Answer("Phi(0)", "0" if zero else f"{found['value']['text']}, not 0", "proved", "", reason)


def _family_answer(found: dict[str, Any] | None) -> Answer:
    if found is None or found["name"] is None:
        return Answer("family", "no member recognised", "undecided", "", "no identity with c*Phi_tau + d was found")
    text = f"yes: {found['factor']['text']} times the comp-sum loss of tau = {found['tau']['text']}"
    return Answer("family", text, "proved", "up to an additive constant", "derivatives at 0 and SymPy's zero test")


def _for_classes(
    margin: MarginAnalysis, family: CompSumAnalysis | None, factor: str, term: Term, n: int
) -> list[Answer]:
    """Return the answers for n classes: those of the family, of two classes, or what holds in between."""
    if family is not None:
        scaled = "" if factor == "1" else f"the loss divided by {factor}: "
        return [replace(answer, scope=scaled + answer.scope) for answer in family.answers]
    if n == 2:
        return list(margin.answers)
    calibrated, transform = margin["calibrated"], margin["transform"]
    if calibrated.answer == "no":
        not_calibrated = Answer(
            "calibrated",
            "no",
            calibrated.evidence,
            f"n = {n}",
            f"already for two classes: {calibrated.reason}",
            calibrated.data,
        )
        return [not_calibrated, margin["growth"]]
    unknown = Answer(
        "calibrated",
        "for two classes: " + calibrated.answer,
        calibrated.evidence,
        calibrated.scope,
        f"not decided for n = {n}: Phi is not of the comp-sum family",
    )
    upper = Answer(
        "transform",
        f"at most the two-class transform: {transform.answer}",
        transform.evidence,
        f"n = {n}, {transform.scope}",
        "distributions on two classes are among those of n classes",
    )
    convex = replace(margin["convex"], scope=f"Phi(exp(-u)), the loss for two classes, {margin['convex'].scope}")
    return [convex, unknown, upper, margin["growth"], searched(term, n)]


def searched(term: Term, n: int) -> Answer:
    """Return the answer "lower bound" by search (`theory.classification.analysis.class_search`)."""
    from theory.classification.analysis.class_search import least_ratio

    ratio, beta, p = least_ratio(term, n)
    where = ", ".join(f"{value:.3g}" for value in p)
    text = f"least regret found: {ratio:.4g} times the two-class transform"
    return Answer(
        "lower bound",
        text,
        "estimated",
        f"search over posteriors of {min(n, 4)} of {n} classes",
        f"at beta = {beta:g}, p = ({where})",
        {"ratio": ratio, "beta": beta},
    )
