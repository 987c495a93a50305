"""What an analyzed loss says about posteriors and scores of the user's own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from theory.classification.analysis import on_record
from theory.classification.analysis.answers import Answer
from theory.classification.analysis.comp_sum_analysis import CompSumAnalysis
from theory.classification.analysis.margin_analysis import MarginAnalysis
from theory.classification.analysis.margin_bound import MarginBound
from theory.classification.analysis.phi_analysis import PhiAnalysis
from theory.classification.margin import from_formula
from theory.classification.margin_search import least_risk
from theory.classification.minimizability import DataReport, assess
from theory.classification.tables import read_posteriors, read_table
from theory.engine.errors import BadInput

Arrays = tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]


@dataclass(frozen=True)
class MarginData:
    """A binary model on data. All means are over rows; "least" is over the scores that are allowed.

    Attributes
    ----------
    rows
        Number of rows.
    surrogate_risk, mean_conditional_minimum
        Mean conditional risk of the scores, and of the best scores row by row.
    empirical_gap
        Their difference: surrogate regret plus minimizability gap of any hypothesis set that takes every
        allowed score; the gap itself for the set that holds these scores only.
    constant_gap
        Minimizability gap of the constant scores: how much of the risk no constant can avoid.
    zero_one_regret
        Measured excess of the zero-one risk; a score of 0 counts as wrong.
    guarantee
        The zero-one regret that ``empirical_gap`` allows at most; None if the loss is not calibrated.
    evidence
        The evidence word behind the bound (the arithmetic on the data is floating point).
    """

    rows: int
    surrogate_risk: float
    mean_conditional_minimum: float
    empirical_gap: float
    constant_gap: float
    zero_one_regret: float
    guarantee: float | None
    evidence: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_files(posteriors: str | Path, scores: str | Path) -> Arrays:
    """Read posteriors and scores, both of shape (rows, classes), from CSV or NPY files.

    Raises
    ------
    BadInput
        If a file cannot be read or the shapes differ.
    """
    try:
        p, s = read_posteriors(posteriors), read_table(scores)
    except ValueError as error:
        raise BadInput(str(error)) from None
    if p.values.shape != s.values.shape:
        raise BadInput(f"posteriors have the shape {p.values.shape}, scores {s.values.shape}; they must agree")
    return p.values, s.values


def assess_margin(
    phi: Callable[[Any], Any], posteriors: Any, scores: Any, *, bound: MarginBound | None, score_bound: float
) -> MarginData:
    """Measure a binary model.

    Posteriors and scores have two columns each, negative class first; the score is the second minus the first.

    Raises
    ------
    BadInput
        If there are not two columns, or a score exceeds the score bound.

    Examples
    --------
    >>> import math
    >>> data = assess_margin(lambda u: np.exp(-u), [[0.2, 0.8], [0.6, 0.4]], [[0, 0.5], [0, 1.0]], bound=None,
    ...                      score_bound=math.inf)
    >>> round(data.zero_one_regret, 6), round(data.mean_conditional_minimum, 6)
    (0.1, 0.889898)
    """
    p, s = np.asarray(posteriors, dtype=float), np.asarray(scores, dtype=float)
    if p.ndim != 2 or p.shape[1] != 2 or p.shape != s.shape:
        raise BadInput(
            f"a margin loss needs two columns (negative class, positive class) of posteriors and scores, "
            f"got the shapes {p.shape} and {s.shape}"
        )
    eta, u = p[:, 1] / p.sum(axis=1), s[:, 1] - s[:, 0]
    if np.max(np.abs(u)) > score_bound:
        raise BadInput(f"a score is {np.max(np.abs(u)):g} in size; the score bound is {score_bound:g}")
    risk = float(np.mean(_mix(eta, phi(u), phi(-u))))
    likely = np.maximum(eta, 1 - eta)
    least = float(np.mean(least_risk(phi, likely, score_bound)))
    constant = float(least_risk(phi, np.array([max(np.mean(eta), 1 - np.mean(eta))]), score_bound)[0])
    wrong = (u * (2 * eta - 1) <= 0) & (eta != 0.5)
    gap = max(risk - least, 0.0)
    return MarginData(
        rows=len(u),
        surrogate_risk=risk,
        mean_conditional_minimum=least,
        empirical_gap=gap,
        constant_gap=max(constant - least, 0.0),
        zero_one_regret=float(np.mean(np.where(wrong, np.abs(2 * eta - 1), 0.0))),
        guarantee=None if bound is None else bound(gap),
        evidence="undecided" if bound is None else bound.evidence,
    )


def _mix(eta: Any, right: Any, wrong: Any) -> Any:
    """Return eta*right + (1-eta)*wrong with 0 * infinity = 0."""
    with np.errstate(all="ignore"):
        return np.where(eta > 0, eta * right, 0.0) + np.where(eta < 1, (1 - eta) * wrong, 0.0)


def margin_answer(data: MarginData) -> Answer:
    """Return the answer "your data" of a margin loss."""
    if data.guarantee is None:
        text = f"no guarantee; measured zero-one regret {data.zero_one_regret:.6g}"
    else:
        text = f"zero-one regret at most {data.guarantee:.6g}; measured {data.zero_one_regret:.6g}"
    reason = f"surrogate regret plus gap {data.empirical_gap:.6g}; gap of constant scores {data.constant_gap:.6g}"
    return _measured(text, data.evidence, f"{data.rows} rows", reason, data.to_json())


def comp_sum_answer(data: DataReport, evidence: str) -> Answer:
    """Return the answer "your data" of a comp-sum loss."""
    text = f"zero-one regret at most {data.guarantee:.6g}; measured {data.zero_one_regret:.6g}"
    reason = (
        f"surrogate regret plus gap {data.empirical_gap:.6g}; by the published bound {data.published_guarantee:.6g}"
    )
    return _measured(text, evidence, f"{data.rows} rows, {data.classes} classes", reason, asdict(data))


def _measured(text: str, bound: str, scope: str, reason: str, data: dict[str, Any]) -> Answer:
    """Return an answer on data: never better than estimated, the arithmetic on the data being floating point."""
    if bound == "undecided":
        return Answer("your data", text, bound, scope, reason, data)
    return Answer(
        "your data", text, "estimated", scope, f"{reason}; the bound is {bound}, the arithmetic in doubles", data
    )


def with_margin_data(analysis: MarginAnalysis, formula: str, posteriors: Any, scores: Any) -> MarginAnalysis:
    """Return the analysis of a margin loss with the answer "your data" added.

    Parameters
    ----------
    analysis
        From `theory.classification.analysis.analyze_margin`.
    formula
        The formula it was made from.
    posteriors, scores
        As in `assess_margin`.
    """
    loss = from_formula(formula)
    data = assess_margin(loss, posteriors, scores, bound=analysis.bound, score_bound=analysis.score_bound)
    return replace(analysis, answers=(*analysis.answers, margin_answer(data)))


def with_comp_sum_data(analysis: CompSumAnalysis, posteriors: Any, scores: Any) -> CompSumAnalysis:
    """Return the analysis of a comp-sum loss with the answer "your data" added."""
    try:
        data = assess(posteriors, scores, analysis.tau)
    except ValueError as error:
        raise BadInput(str(error)) from None
    answer = comp_sum_answer(data, _guarantee_evidence(analysis))
    return replace(analysis, answers=(*analysis.answers, answer))


def _guarantee_evidence(analysis: CompSumAnalysis) -> str:
    """The bound inverts the guaranteed transform, which rests on claims also where the exact one is an estimate."""
    return on_record.evidence(on_record.guaranteed(analysis.tau, analysis.n))


def with_phi_data(analysis: PhiAnalysis, formula: str, posteriors: Any, scores: Any) -> PhiAnalysis:
    """Return the analysis of a Phi with the answer "your data" added.

    The guarantee is that of the comp-sum family for its members, and of the margin loss for two classes; for
    other Phi and more classes there is none.
    """
    if analysis.family is not None:
        with_data = with_comp_sum_data(analysis.family, posteriors, scores)
        return replace(analysis, answers=(*analysis.answers, with_data["your data"]))
    if analysis.n == 2:
        phi = from_formula(formula)
        with np.errstate(all="ignore"):
            data = assess_margin(
                lambda u: phi(np.exp(-u)),
                posteriors,
                scores,
                bound=analysis.two_class.bound,
                score_bound=math.inf,
            )
        return replace(analysis, answers=(*analysis.answers, margin_answer(data)))
    reason = "no lower bound of the calibration function is known for this Phi and more than two classes"
    return replace(analysis, answers=(*analysis.answers, Answer("your data", "no guarantee", "undecided", "", reason)))
