"""Answers about a comp-sum loss l_tau with n classes: exact, guaranteed and published transform, growth, tightness."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from theory.classification import calibration
from theory.classification.analysis import on_record
from theory.classification.analysis.answers import Analysis, Answer, TransformPoint
from theory.classification.analysis.enclosed_transform import GRID
from theory.engine.claim import Claim
from theory.engine.errors import BadInput

_FREE = "every n, all beta in [0, 1], symmetric complete hypothesis sets"


@dataclass(frozen=True)
class CompSumAnalysis(Analysis):
    """The analysis of a comp-sum loss. ``grid`` holds (guaranteed, exact) values in doubles.

    Attributes
    ----------
    tau, n
        The loss and the number of classes.
    published
        The transform as printed, at the t of ``grid``.
    """

    tau: float = 1.0
    n: int = 2
    published: tuple[float, ...] = ()

    kind: ClassVar[str] = "comp-sum loss"

    def table(self) -> tuple[tuple[str, ...], list[tuple[float, ...]]]:
        """Return the guaranteed, the exact and the published transform, in doubles."""
        rows: list[tuple[float, ...]] = [
            (float(p.t), p.low, p.high, printed) for p, printed in zip(self.grid, self.published, strict=True)
        ]
        return ("t", "guaranteed T(t)", "exact T(t)", "published T(t)"), rows

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "tau": self.tau, "n": self.n, "published": list(self.published)}


def analyze_comp_sum(tau: float | Fraction, n: int = 2, *, grid: tuple[Fraction, ...] = GRID) -> CompSumAnalysis:
    """Analyze the comp-sum loss of temperature tau with n classes.

    Parameters
    ----------
    tau
        Finite number >= 0: 0 sum-exponential, 1 logistic, between 1 and 2 generalised cross-entropy, 2 mean
        absolute error.
    n
        Number of classes, >= 2.
    grid
        The zero-one regrets in (0, 1] at which the transforms are tabulated.

    Raises
    ------
    BadInput
        If tau or n is outside its range.

    Examples
    --------
    >>> analysis = analyze_comp_sum(1.5, 100)
    >>> analysis["tight"].answer
    'no: the published transform is (n/2)^(tau-1) = 7.07107 times too small'
    """
    value = _read_tau(tau)
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= 10**9:
        raise BadInput(f"the number of classes is {n!r}; allowed: whole numbers from 2 to 10^9")
    answers = (
        _convex(value),
        _calibrated(value),
        _transform(value, n),
        _growth(value, n),
        _published(value, n),
        _guaranteed(value, n),
        _tight(value, n),
    )
    beta = [float(t) for t in grid]
    low, exact, printed = (
        [float(x) for x in function(beta, value, n)]
        for function in (
            calibration.guaranteed_transform,
            calibration.transform,
            calibration.published_transform,
        )
    )
    points = tuple(TransformPoint(t, *pair) for t, *pair in zip(grid, low, exact, strict=True))
    latex = rf"\ell_\tau = \frac{{(1/S_y)^{{1-\tau}} - 1}}{{1-\tau}},\quad \tau = {value:g},\; n = {n}"
    loss = f"comp-sum, tau = {value:g}, n = {n}"
    return CompSumAnalysis(loss, latex, answers, points, tau=value, n=n, published=tuple(printed))


def _read_tau(tau: object) -> float:
    try:
        value = float(tau)  # type: ignore[arg-type]  # what has no float is refused below
    except (TypeError, ValueError, OverflowError):
        value = -1.0
    if not 0 <= value < 1e6:
        shown = repr(tau) if isinstance(tau, str) else tau
        raise BadInput(f"tau is {shown}; allowed: finite numbers from 0 to 1e6")
    return value


def _convex(tau: float) -> Answer:
    if tau <= 1:
        reason = "the loss is log-sum-exp of score differences (tau = 1), or the exponential of (1-tau) times it"
        return Answer("convex", "yes, in the scores", on_record.PROSE, "all scores, every n", reason)
    reason = (
        f"the loss is bounded by 1/(tau-1) = {1 / (tau - 1):.6g} and not constant, which no convex function of R^n is"
    )
    return Answer("convex", "no", on_record.PROSE, "all scores, every n", reason)


def _calibrated(tau: float) -> Answer:
    claims = on_record.positive(tau)
    lower = "tau 2^-tau beta^2" if 1 <= tau <= 2 else "the two-class value" if tau < 1 else "beta/((tau-1) n^(tau-1))"
    return _cited("calibrated", "yes", _FREE, f"the transform is at least {lower} > 0 for beta > 0", claims)


def _cited(question: str, answer: str, scope: str, reason: str, claims: tuple[Claim, ...], **data: str) -> Answer:
    """Return an answer whose evidence is that of the claims on record, which it names."""
    names = tuple(claim.id for claim in claims)
    return Answer(question, answer, on_record.evidence(claims), scope, reason, dict(data), names)


def _transform(tau: float, n: int) -> Answer:
    if tau <= calibration.TAU_STAR or (tau < 2 and n == 2):
        scope = _FREE if tau <= calibration.TAU_STAR else "n = 2, all beta in [0, 1]"
        reason = "two classes are the worst case"
        return _cited("transform", _two_class_text(tau), scope, reason, on_record.exact(tau, n))
    if tau < 2:
        reason = "above tau* = 1.66298... some three classes are worse than two; the minimum is found numerically"
        exact = "over all posteriors" if n == 3 else "over posteriors whose remaining classes are equal"
        return Answer("transform", "the least of one-parameter families", "estimated", f"n = {n}, {exact}", reason)
    text = "min over k of [x - min(k x - beta, 1)/k^(tau-1)]/(tau-1), x = max(beta, (1+beta)/n), k = 1..n"
    scope, reason = f"n = {n}, all beta in [0, 1]", "the risk is concave in S: least at vertices"
    return _cited("transform", text, scope, reason, on_record.exact(tau, n))


def _two_class_text(tau: float) -> str:
    if tau == 1:
        return "T(t) = ((1+t)*log(1+t) + (1-t)*log(1-t))/2"
    if tau == 0:
        return "T(t) = 1 - sqrt(1-t**2)"
    mean = "M = (((1+t)**a + (1-t)**a)/2)**(1/a)"
    body = "(1 - M)/(1-tau)" if tau < 1 else "(M - 1)/(tau-1)"
    return f"T(t) = 2**(1-tau)*{body}, {mean}, a = 1/(2-tau), tau = {tau:g}"


def _growth(tau: float, n: int) -> Answer:
    if tau < 2:
        constant = float(calibration.growth_constant(tau))
        reason = "1/(2^tau (2-tau)), the same for every n"
        data = {"exponent": "2", "constant": f"{constant:.15g}"}
        return _cited(
            "growth", f"T(t) ~ {constant:.6g}*t**2", "t -> 0, every n", reason, on_record.growth(tau, n), **data
        )
    slope = 1 / n if tau == 2 else 1 / (tau - 1)
    reason = "1/n, from the class of least posterior spread over all" if tau == 2 else "1/(tau-1): predict one class"
    data = {"exponent": "1", "constant": f"{slope:.15g}"}
    return _cited("growth", f"T(t) ~ {slope:.6g}*t", f"t -> 0, n = {n}", reason, on_record.exact(tau, n), **data)


def _published(tau: float, n: int) -> Answer:
    if tau < 1:
        text = f"sqrt(2^tau (2-tau) x) = sqrt({2**tau * (2 - tau):.6g}*x)"
    elif tau < 2:
        text = f"sqrt(2 n^(tau-1) x) = sqrt({2 * n ** (tau - 1):.6g}*x)"
    else:
        text = f"(tau-1) n^(tau-1) x = {(tau - 1) * n ** (tau - 1):.6g}*x"
    return Answer(
        "published bound",
        f"zero-one regret <= {text}",
        "quoted",
        "x = surrogate regret + gap",
        "comp_sum, Theorem 3.1, simplified form",
    )


def _guaranteed(tau: float, n: int) -> Answer:
    if tau > 2:
        text = "see the grid: bound() inverts the hull of the exact transform"
        return _cited("n-free bound", text, f"n = {n}", "", on_record.guaranteed(tau, n))
    claims = on_record.quadratic(tau)
    if tau < 1:
        text, reason = f"sqrt({2**tau * (2 - tau):.6g}*x)", "the published bound is already free of n"
    else:
        text = f"sqrt(2^tau/tau x) = sqrt({2**tau / tau:.6g}*x)"
        reason = "the transform is at least tau 2^-tau beta^2"
    return _cited("n-free bound", f"zero-one regret <= {text}", _FREE, reason, claims)


def _tight(tau: float, n: int) -> Answer:
    scope = "the published transform against the exact one"
    claims = on_record.exact(tau, n)
    if tau <= 1 or (tau < 2 and n == 2):
        reason = "p = ((1+t)/2, (1-t)/2, 0, ...), S = (1/2, 1/2, 0, ...) attain it"
        return _cited("tight", "yes", scope, reason, claims)
    if tau <= calibration.TAU_STAR:
        text = f"no: the published transform is (n/2)^(tau-1) = {(n / 2) ** (tau - 1):.6g} times too small"
        return _cited("tight", text, scope, "the exact transform is the two-class formula for every n", claims)
    ratio = float(calibration.transform(1.0, tau, n) / calibration.published_transform(1.0, tau, n))
    if ratio <= 1 + 1e-12 and tau >= 2 and n == 2:
        return Answer("tight", "yes at t = 1", "estimated", scope, "both transforms agree there")
    text = f"no: at t = 1 the published transform is {ratio:.6g} times too small"
    return Answer("tight", text, "estimated", scope, "floating-point values of both transforms")
