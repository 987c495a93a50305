"""Guarantees on data: by hand on three rows, and on the digits and wine data."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from theory.classification.analysis import analyze_comp_sum, analyze_margin, analyze_phi
from theory.classification.analysis.data import (
    assess_margin,
    read_files,
    with_comp_sum_data,
    with_margin_data,
    with_phi_data,
)
from theory.engine.errors import BadInput

GRID = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
POSTERIORS = np.array([[0.1, 0.9], [0.75, 0.25], [0.4, 0.6]])
SCORES = np.array([[0.0, 1.0], [0.0, 0.5], [0.5, 0.0]])  # margins 1, 0.5 (wrong), -0.5 (wrong)


@cache
def _margin(formula, bound=None):
    return analyze_margin(formula, score_bound=bound, grid=GRID)


def test_hinge_by_hand():
    analysis = with_margin_data(_margin("max(0,1-u)"), "max(0,1-u)", POSTERIORS, SCORES)
    data = analysis["your data"].data
    # risks: 0.1*2 = 0.2; 0.25*0.5 + 0.75*1.5 = 1.25; 0.6*1.5 + 0.4*0.5 = 1.1; best: 2 min(eta, 1-eta) = 0.2, 0.5, 0.8
    assert data["surrogate_risk"] == pytest.approx(2.55 / 3)
    assert data["mean_conditional_minimum"] == pytest.approx(1.5 / 3)
    assert data["zero_one_regret"] == pytest.approx((0.5 + 0.2) / 3)
    assert data["guarantee"] == pytest.approx(1.05 / 3)  # T(t) = t
    # constants: mean posterior 1.75/3, best hinge risk 2*(1.25/3)
    assert data["constant_gap"] == pytest.approx((2.5 - 1.5) / 3)
    assert analysis["your data"].evidence == "estimated"
    assert "the bound is proved, the arithmetic in doubles" in analysis["your data"].reason


def test_scores_of_zero_count_as_wrong():
    data = assess_margin(
        lambda u: np.exp(-u), [[0.2, 0.8], [0.5, 0.5]], [[0, 0], [3, 3]], bound=None, score_bound=math.inf
    )
    assert data.zero_one_regret == pytest.approx(0.3)


def test_not_calibrated_has_no_guarantee():
    answer = with_margin_data(_margin("max(0,-u)"), "max(0,-u)", POSTERIORS, SCORES)["your data"]
    assert answer.data["guarantee"] is None
    assert answer.answer.startswith("no guarantee")


@pytest.mark.parametrize(
    ("p", "s", "bound", "message"),
    [
        (np.full((3, 3), 1 / 3), np.zeros((3, 3)), math.inf, "two columns"),
        (POSTERIORS, SCORES[:2], math.inf, "two columns"),
        (POSTERIORS, SCORES, 0.9, "score bound is 0.9"),
    ],
)
def test_bad_data(p, s, bound, message):
    with pytest.raises(BadInput, match=message):
        assess_margin(np.exp, p, s, bound=None, score_bound=bound)


def test_files_are_named_in_errors(tmp_path):
    good, bad = tmp_path / "p.csv", tmp_path / "s.csv"
    good.write_text("0.5,0.5\n")
    bad.write_text("1,2,3\n")
    with pytest.raises(BadInput, match="shape"):
        read_files(good, bad)
    with pytest.raises(BadInput, match=r"s\.csv: a posterior|s\.csv, line 1"):
        read_files(bad, good)
    with pytest.raises(BadInput, match="cannot be read"):
        read_files(tmp_path / "none.csv", good)


@cache
def _real(name):
    """Return k-NN posteriors and logistic-regression scores on held-out rows."""
    datasets = pytest.importorskip("sklearn.datasets")
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.preprocessing import StandardScaler

    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    order = np.random.default_rng(0).permutation(len(y))
    train, test = order[: len(y) // 2], order[len(y) // 2 :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few iterations are meant: the model should be imperfect
        model = LogisticRegression(max_iter=3).fit(x[train], y[train])
    posteriors = KNeighborsClassifier(n_neighbors=9).fit(x, y).predict_proba(x[test])
    return posteriors, model.decision_function(x[test]), np.eye(posteriors.shape[1])[y[test]]


@pytest.mark.parametrize("name", ["digits", "wine"])
@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 1.5, 1.8, 2.0, 3.0])
def test_comp_sum_guarantee_holds_on_real_data(name, tau):
    posteriors, scores, labels = _real(name)
    for p in (posteriors, labels):
        data = with_comp_sum_data(analyze_comp_sum(tau, p.shape[1]), p, scores)["your data"].data
        assert 0 <= data["zero_one_regret"] <= data["guarantee"] <= 1
        assert data["empirical_gap"] >= 0


@pytest.mark.parametrize(
    "formula", ["log(1+exp(-u))", "max(0,1-u)", "max(0,1-u)**2", "1-tanh(u)", "exp(-u)+u**4", "1/(1+exp(u))**2"]
)
@pytest.mark.parametrize("name", ["digits", "wine"])
def test_margin_guarantee_holds_on_real_data(formula, name):
    posteriors, scores, labels = _real(name)
    for p in (posteriors, labels):
        binary = np.stack([1 - p[:, 0], p[:, 0]], axis=1)  # class 0 against the rest
        margin = np.stack([np.delete(scores, 0, axis=1).max(axis=1), scores[:, 0]], axis=1)
        data = with_margin_data(_margin(formula), formula, binary, margin)["your data"].data
        assert 0 <= data["zero_one_regret"] <= data["guarantee"] <= 1


def test_phi_on_real_data():
    posteriors, scores, _ = _real("wine")
    by_family = with_phi_data(analyze_phi("log(1+u)", 3, grid=GRID), "log(1+u)", posteriors, scores)["your data"].data
    by_tau = with_comp_sum_data(analyze_comp_sum(1, 3), posteriors, scores)["your data"].data
    assert by_family == by_tau
    other = with_phi_data(analyze_phi("atan(u)", 3, grid=GRID), "atan(u)", posteriors, scores)["your data"]
    assert (other.answer, other.evidence) == ("no guarantee", "undecided")


def test_phi_of_two_classes_by_hand():
    analysis = analyze_phi("sqrt(u)", 2, grid=GRID)
    data = with_phi_data(analysis, "sqrt(u)", POSTERIORS, SCORES)["your data"].data
    u, eta = SCORES[:, 1] - SCORES[:, 0], POSTERIORS[:, 1]
    assert data["surrogate_risk"] == pytest.approx(np.mean(eta * np.exp(-u / 2) + (1 - eta) * np.exp(u / 2)))
    assert data["mean_conditional_minimum"] == pytest.approx(np.mean(2 * np.sqrt(eta * (1 - eta))))
    assert data["guarantee"] >= data["zero_one_regret"]
