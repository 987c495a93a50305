r"""Minimizability gaps of the comp-sum losses: of finite distributions, and of posteriors and scores.

The minimizability gap of a loss and a hypothesis set H is

.. math:: M(H) = \inf_{h \in H} E_x[C(h, x)] - E_x[\inf_{h \in H} C(h, x)] \ge 0,

C being the conditional risk: what is lost because one hypothesis must serve all x. It is part of every
H-consistency bound: zero-one regret + its gap <= bound(surrogate regret + its gap).

References
----------
Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023 (comp_sum), section on minimizability gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theory.arrays import Array, quiet, real_arrays, require
from theory.classification.arrays import posteriors, score_vectors, temperatures
from theory.classification.calibration import bound, published_bound
from theory.classification.comp_sum import conditional_minimum, conditional_risk
from theory.classification.tables import read_posteriors, read_table
from theory.shown import Shown

__all__ = ["DataReport", "MinimizabilityGap", "assess", "assess_files", "gap_of_constants", "gap_of_table"]


@dataclass(frozen=True)
class MinimizabilityGap(Shown):
    """The minimizability gaps of a hypothesis set on a finite distribution.

    Attributes
    ----------
    tau
        Which comp-sum loss.
    best_risk
        Least surrogate risk in the set.
    mean_least_risk
        Mean over x of the least conditional surrogate risk in the set.
    best_error
        Least zero-one risk in the set.
    mean_least_error
        Mean over x of the least conditional zero-one risk in the set.
    """

    tau: float
    best_risk: float
    mean_least_risk: float
    best_error: float
    mean_least_error: float

    @property
    def surrogate(self) -> float:
        """The gap of the comp-sum loss."""
        return self.best_risk - self.mean_least_risk

    @property
    def zero_one(self) -> float:
        """The gap of the zero-one loss."""
        return self.best_error - self.mean_least_error

    def _repr_latex_(self) -> str:
        return (
            rf"$M_{{\tau={self.tau:g}}} = {self.best_risk:.6g} - {self.mean_least_risk:.6g}"
            rf" = {self.surrogate:.6g},\quad M_{{0-1}} = {self.zero_one:.6g}$"
        )


@dataclass(frozen=True)
class DataReport(Shown):
    """What posteriors and scores say about a model.

    Attributes
    ----------
    tau
        Which comp-sum loss.
    rows, classes
        Size of the data.
    surrogate_risk
        Mean conditional comp-sum risk of the scores.
    mean_conditional_minimum
        Mean of the least conditional risk over all scores.
    empirical_gap
        Their difference. For a complete hypothesis set that holds the model it is an upper bound of the
        minimizability gap, with equality if the model is the best of the set; it is also the surrogate regret plus
        that gap.
    zero_one_risk
        Mean conditional error of the predicted class; where several classes share the largest score, the least
        probable of them counts.
    bayes_risk
        Mean least conditional error.
    zero_one_regret
        Their difference, measured.
    guarantee
        The zero-one regret that ``empirical_gap`` allows at most, by
        :func:`theory.classification.calibration.bound`.
    published_guarantee
        The same by the simplified published bound, not cut at 1.
    """

    tau: float
    rows: int
    classes: int
    surrogate_risk: float
    mean_conditional_minimum: float
    empirical_gap: float
    zero_one_risk: float
    bayes_risk: float
    zero_one_regret: float
    guarantee: float
    published_guarantee: float

    def _repr_latex_(self) -> str:
        return (
            rf"$\text{{zero-one regret }} {self.zero_one_regret:.6g} \le \Gamma_{{\tau={self.tau:g}}}"
            rf"({self.empirical_gap:.6g}) = {self.guarantee:.6g}$"
        )


def gap_of_constants(weights: Any, p: Any, tau: float) -> MinimizabilityGap:
    """Return the gaps of the set of all constant score vectors (the same scores at every x).

    One constant is best against the mean posterior and, at a single x, any constant is as good as any
    function, so that the gap is C*(mean of p) - mean of C*(p).

    Parameters
    ----------
    weights : array, shape (m,), non-negative, of sum 1 within 1e-6 (then normalised)
        Probabilities of the m points.
    p : array, shape (m, n)
    tau : finite number >= 0

    Returns
    -------
    MinimizabilityGap

    Raises
    ------
    ValueError
        If weights or posteriors are no probabilities, or shapes do not fit.

    Examples
    --------
    >>> gap = gap_of_constants([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], tau=0)
    >>> gap.surrogate, gap.zero_one
    (1.0, 0.5)
    """
    xp, w, p = _distribution(weights, p)
    mean = xp.sum(w[:, None] * p, axis=0)
    return MinimizabilityGap(
        tau=_temperature(tau),
        best_risk=float(conditional_minimum(mean, tau)),
        mean_least_risk=_mean(xp, w, conditional_minimum(p, tau)),
        best_error=float(1 - xp.max(mean)),
        mean_least_error=_mean(xp, w, 1 - xp.max(p, axis=-1)),
    )


def gap_of_table(weights: Any, p: Any, scores: Any, tau: float) -> MinimizabilityGap:
    """Return the gaps of a finite hypothesis set given by its scores.

    Parameters
    ----------
    weights : array, shape (m,)
    p : array, shape (m, n)
    scores : array, shape (k, m, n)
        Scores of k hypotheses at the m points; with tied largest scores the least probable class counts as
        predicted.
    tau : finite number >= 0

    Returns
    -------
    MinimizabilityGap

    Raises
    ------
    ValueError
        If weights or posteriors are no probabilities, or shapes do not fit.

    Examples
    --------
    >>> gap = gap_of_table([0.5, 0.5], [[1, 0], [0, 1]], [[[0, 0], [0, 0]], [[1, 0], [1, 0]]], tau=0)
    >>> round(gap.surrogate, 6), gap.zero_one
    (0.31606, 0.0)
    """
    xp, w, p = _distribution(weights, p)
    _, (scores, _), _ = real_arrays(scores, p)
    score_vectors(xp, scores)
    if scores.ndim != 3 or tuple(scores.shape[1:]) != tuple(p.shape):
        raise ValueError(f"scores must have the shape (k, {p.shape[0]}, {p.shape[1]}), got {scores.shape}")
    risks = conditional_risk(p, scores, _temperature(tau))
    errors = 1 - _predicted_probability(xp, p, scores)
    return MinimizabilityGap(
        tau=_temperature(tau),
        best_risk=float(xp.min(xp.sum(w * risks, axis=-1))),
        mean_least_risk=_mean(xp, w, xp.min(risks, axis=0)),
        best_error=float(xp.min(xp.sum(w * errors, axis=-1))),
        mean_least_error=_mean(xp, w, xp.min(errors, axis=0)),
    )


@quiet
def assess(p: Any, scores: Any, tau: float, *, weights: Any = None) -> DataReport:
    """Measure a model on data: its risks, its gap, its zero-one regret and what the bound guarantees.

    Parameters
    ----------
    p : array, shape (m, n)
    scores : array, shape (m, n)
    tau : finite number >= 0
    weights : array, shape (m,), optional
        Probabilities of the rows, 1/m by default.

    Returns
    -------
    DataReport

    Raises
    ------
    ValueError
        If posteriors are off the simplex, or shapes do not fit.

    Examples
    --------
    >>> report = assess([[0.7, 0.3], [0.4, 0.6]], [[2.0, 0.0], [1.0, 0.0]], tau=1)
    >>> round(report.zero_one_regret, 6), report.zero_one_regret <= report.guarantee
    (0.1, True)
    """
    _, (read,), _ = real_arrays(p)
    if read.ndim != 2:
        raise ValueError(f"posteriors must have the shape (rows, classes), got {tuple(read.shape)}")
    m, n = read.shape
    xp, w, p = _distribution([1 / m] * m if weights is None else weights, read)
    _, (scores, _), _ = real_arrays(scores, p)
    score_vectors(xp, scores)
    if tuple(scores.shape) != (m, n):
        raise ValueError(f"scores must have the shape of the posteriors, {(m, n)}, got {tuple(scores.shape)}")
    tau = _temperature(tau)
    risk = _mean(xp, w, conditional_risk(p, scores, tau))
    least = _mean(xp, w, conditional_minimum(p, tau))
    best, predicted = _mean(xp, w, xp.max(p, axis=-1)), _mean(xp, w, _predicted_probability(xp, p, scores))
    gap = max(risk - least, 0.0)
    return DataReport(
        tau=tau,
        rows=m,
        classes=n,
        surrogate_risk=risk,
        mean_conditional_minimum=least,
        empirical_gap=gap,
        zero_one_risk=1 - predicted,
        bayes_risk=1 - best,
        zero_one_regret=best - predicted,
        guarantee=bound(gap, tau, n),
        published_guarantee=published_bound(gap, tau, n),
    )


def assess_files(ppath: str | Path, scores_path: str | Path, tau: float) -> DataReport:
    """Read posteriors and scores from CSV or NPY files and :func:`assess` them.

    Raises
    ------
    ValueError
        If a file cannot be read or is not a matrix of numbers of the right kind; the message names file and
        line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, row in (("p.csv", "0.7,0.3"), ("s.csv", "2,0")):
    ...         _ = (Path(folder) / name).write_text(row)
    ...     assess_files(Path(folder) / "p.csv", Path(folder) / "s.csv", tau=1).zero_one_regret
    0.0
    """
    p, scores = read_posteriors(ppath), read_table(scores_path)
    if p.values.shape != scores.values.shape:
        shapes = f"{p.path} has the shape {p.values.shape}, {scores.path} {scores.values.shape}"
        raise ValueError(f"posteriors and scores must have one shape: {shapes}")
    return assess(p.values, scores.values, tau)


def _temperature(tau: Any) -> float:
    xp, (value,), _ = real_arrays(tau)
    temperatures(xp, value)
    if value.ndim != 0:
        raise ValueError(f"one tau is needed, got an array of shape {tuple(value.shape)}")
    return float(value)


def _distribution(weights: Any, p: Any) -> tuple[Any, Array, Array]:
    """Return the namespace, the normalised weights (m,) and the normalised posteriors (m, n)."""
    xp, (w, p), _ = real_arrays(weights, p)
    if p.ndim != 2 or tuple(w.shape) != (p.shape[0],):
        shapes = f"{tuple(w.shape)} and {tuple(p.shape)}"
        raise ValueError(f"weights and posteriors must have the shapes (m,) and (m, n), got {shapes}")
    posteriors(xp, p)
    require(xp, w >= 0, w, "weights", ">= 0")
    total = float(xp.sum(w))
    if not abs(total - 1) <= 1e-6:
        raise ValueError(f"weights must sum to 1 within 1e-06, got the sum {total!r}")
    return xp, w / total, p / xp.sum(p, axis=-1, keepdims=True)


def _mean(xp: Any, weights: Array, values: Array) -> float:
    return float(xp.sum(xp.where(weights > 0, weights * values, xp.zeros_like(weights))))


def _predicted_probability(xp: Any, p: Array, scores: Array) -> Array:
    """Return the probability of the predicted class, the least of the classes tied for the largest score."""
    predicted = scores == xp.max(scores, axis=-1, keepdims=True)
    return xp.min(xp.where(predicted, p, 2 * xp.ones_like(scores)), axis=-1)
