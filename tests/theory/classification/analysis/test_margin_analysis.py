"""Margin losses end to end."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from theory.classification.analysis import analyze_margin
from theory.classification.analysis.attempts import Symbolic
from theory.classification.margin import LOSSES, transform
from theory.classification.margin_search import least_risk
from theory.engine.errors import BadInput

GRID = (Fraction(1, 10), Fraction(1, 2), Fraction(1))


SYMBOLIC = Symbolic()  # one child process for all; it ends with this one


@cache
def _analysis(formula, bound=None):
    return analyze_margin(formula, score_bound=bound, grid=GRID, symbolic=SYMBOLIC)


@pytest.mark.parametrize(
    ("formula", "bound", "calibrated", "evidence", "transform_text"),
    [
        ("log(1+exp(-u))", None, "yes", "proved", "T(t) = ((1+t)*log(1+t) + (1-t)*log(1-t))/2"),
        ("max(0,1-u)", Fraction(1, 2), "yes", "proved", "T(t) = t*min(b, 1), b = 0.5"),
        ("max(0,1-u)**2", None, "yes", "proved", "T(t) = t**2"),
        ("min(max(0,1-u),1)", None, "yes", "proved", "T(t) = t"),
        ("1-tanh(u)", None, "yes", "proved", "T(t) = t"),
        ("5 + relu(2-u)**2/3", None, "yes", "proved", "T(t) = (4/3)*(t**2)"),
        ("max(0, 2-u)**2/3", None, "yes", "proved", "T(t) = (4/3)*(t**2)"),
        ("1-erf(u)", 1, "yes", "proved", "T(t) = (erf(1))*t"),
        ("u**4-u", None, "yes", "proved", "T(t) = 3*2**(1/3)*t**(4/3)/8"),
        ("sqrt(1+u**2)-u", None, "yes", "proved", "enclosed at 2"),
        ("1/(1+exp(u))**2", None, "yes", "certified", "enclosed at 3"),
        ("max(0,-u)", None, "no", "proved", "T(t) = 0"),
        ("max(0,1-u,1-2*u)", None, "no", "proved", "T(t) = 0 on [0, 1/3]; 3*t/2 - 1/2 on [1/3, 1]"),
        ("log(1+exp(u))", None, "no", "certified", "T(t) = 0"),
        ("1/(1+u**2)", None, "no", "proved", "T(t) = 0"),
        ("3", None, "no", "proved", "T(t) = 0"),
        ("exp(-u)*(1-u**2)", 3, "no", "certified", "enclosed at 3"),
    ],
)
def test_calibration_and_transform(formula, bound, calibrated, evidence, transform_text):
    analysis = _analysis(formula, bound)
    assert (analysis["calibrated"].answer, analysis["calibrated"].evidence) == (calibrated, evidence)
    assert analysis["transform"].answer.startswith(transform_text)
    assert (analysis.bound is not None) == (calibrated == "yes")


@pytest.mark.parametrize("name", LOSSES)
def test_enclosures_hold_the_closed_forms(name):
    loss = LOSSES[name]()
    for bound in (None, Fraction(3, 4)):
        for point in _analysis(loss.formula, bound).grid:
            exact = transform(float(point.t), loss, math.inf if bound is None else float(bound))
            assert point.low * (1 - 1e-12) <= exact <= point.high * (1 + 1e-12)
            assert point.high - point.low < 1e-8


@pytest.mark.parametrize(
    ("formula", "answer", "evidence"),
    [
        ("log(1+exp(-u))", "yes", "proved"),
        ("sqrt(1+u**2)-u", "yes", "proved"),
        ("1-tanh(u)", "no", "certified"),
        ("min(max(0,1-u),1)", "no", "certified"),
        ("exp(-u) + abs(abs(u)-1) + 2*max(0, 1-abs(u))", "no", "certified"),
    ],
)
def test_convexity(formula, answer, evidence):
    convex = _analysis(formula)["convex"]
    assert (convex.answer, convex.evidence) == (answer, evidence)


def test_witness_against_convexity_is_one():
    data = _analysis("1-tanh(u)")["convex"].data
    x, y = float(Fraction(data["x"])), float(Fraction(data["y"]))
    assert 1 - math.tanh((x + y) / 2) > (2 - math.tanh(x) - math.tanh(y)) / 2


@pytest.mark.parametrize(
    "formula", ["max(0,-u)", "max(0,1-u,1-2*u)", "max(exp(-u)-1, -2*u)", "max(exp(-u), 1-u/2)", "exp(-u)*(1-u**2)"]
)
def test_witness_against_calibration_is_one(formula):
    bound = 3 if "u**2" in formula else None
    analysis = _analysis(formula, bound)
    assert analysis["calibrated"].answer == "no"
    eta = float(Fraction(analysis["calibrated"].data["eta"]))
    from theory.classification.margin import from_formula

    phi, limit = from_formula(formula), math.inf if bound is None else float(bound)
    right, wrong = (least_risk(phi, np.array([w]), limit)[0] for w in (eta, 1 - eta))
    assert eta > 0.5
    assert wrong <= right + 1e-9


@pytest.mark.parametrize(
    ("formula", "text", "evidence"),
    [
        ("log(1+exp(-u))", "T(t) ~ (1/2)*t**2", "proved"),
        ("max(0,1-u)**2", "T(t) ~ t**2", "proved"),
        ("max(0,1-u)", "T(t) = t near 0", "proved"),
        ("u**4-u", "T(t) ~ (3*2**(1/3)/8)*t**(4/3)", "proved"),
        ("1-tanh(u)", "linear: T is a multiple of t", "proved"),
        ("1/(1+exp(u))**2", "T(t) ~ 0.25*t**2", "estimated"),
    ],
)
def test_growth(formula, text, evidence):
    growth = _analysis(formula)["growth"]
    assert (growth.answer, growth.evidence) == (text, evidence)


@pytest.mark.parametrize(
    "formula", ["log(1+exp(-u))", "exp(-u)+u**4", "sqrt(1+u**2)-u", "1/(1+exp(u))**2", "1-erf(u)", "max(0,1-u)"]
)
def test_bound_is_valid_and_falls_with_the_regret(formula):
    analysis = _analysis(formula)
    for point in analysis.grid[:2]:
        assert analysis.bound(point.low) >= float(point.t) * (1 - 1e-9)
    values = [analysis.bound(x) for x in (0.0, 0.001, 0.01, 0.1, 1.0, 100.0)]
    assert values == sorted(values)
    assert values[-1] <= 1.0
    with pytest.raises(ValueError, match="at least 0"):
        analysis.bound(-0.1)
    with pytest.raises(ValueError, match="at least 0"):
        analysis.bound(math.nan)


def test_bound_of_a_convex_loss_is_sharp():
    analysis = _analysis("exp(-u)+u**4")
    assert analysis.bound.evidence == "certified"
    for point in analysis.grid[:2]:
        assert analysis.bound(point.high) == pytest.approx(float(point.t), rel=2e-3)


def test_unbounded_below_is_said():
    answer = _analysis("-u")["transform"]
    assert answer.answer == "T(t) is infinite for t > 0"
    assert "score bound" in answer.reason
    assert _analysis("-u", 2)["transform"].answer == "T(t) = 2*t"


def test_a_pole_is_named():
    analysis = _analysis("1/(u-7)")
    assert analysis["calibrated"].answer == "not decided"
    assert "u in [7, 7]" in analysis["transform"].reason


def test_renders_and_serialises():
    analysis = _analysis("max(0,1-u,1-2*u)")
    raw = json.loads(json.dumps(analysis.to_json(), allow_nan=False))
    assert raw["schema"] == "lossproof.analysis/1"
    assert [a["question"] for a in raw["answers"]][:3] == ["convex", "calibrated", "transform"]
    assert "<script" not in analysis._repr_html_()
    assert "<td>calibrated</td><td>no</td>" in analysis._repr_html_()
    assert analysis._repr_latex_().startswith("$")
    assert "calibrated" in analysis.text()
    with pytest.raises(KeyError, match="no answer to 'mood'"):
        analysis["mood"]


@pytest.mark.parametrize(
    ("formula", "bound", "message"),
    [
        ("log(u)", None, "not a real number of moderate size at u = 0"),
        ("sqrt(u+1)", None, "at u = -3/2"),
        ("tanh(log(u))", None, "at u = 0"),
        ("1/(u-2)", None, "at u = 2"),
        ("exp(-u)", 0, "score bound is 0"),
        ("exp(-u)", -1, "score bound is -1"),
        ("exp(-u)", math.nan, "score bound is nan"),
        ("exp(-x)", None, "name 'x'"),
    ],
)
def test_bad_input(formula, bound, message):
    with pytest.raises(BadInput, match=message):
        analyze_margin(formula, score_bound=bound, grid=GRID, symbolic=SYMBOLIC)


def test_sympy_expressions_are_taken_and_checked():
    import sympy

    x, y = sympy.symbols("x y")
    assert analyze_margin(sympy.exp(-x), grid=GRID, symbolic=SYMBOLIC)["calibrated"].answer == "yes"
    with pytest.raises(BadInput, match="has x, y"):
        analyze_margin(x + y)
    with pytest.raises(BadInput, match="no checker evaluates sin"):
        analyze_margin(sympy.sin(x))


def test_grid_is_checked():
    with pytest.raises(ValueError, match=r"allowed: numbers in \(0, 1\]"):
        analyze_margin("exp(-u)", grid=(Fraction(0),))
