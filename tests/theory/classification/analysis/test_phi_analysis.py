"""Losses by Phi: the family is recognised, and outside it nothing is claimed that is not known."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache

import pytest

from theory.classification.analysis import analyze_phi
from theory.classification.analysis.attempts import Symbolic
from theory.engine.errors import BadInput

GRID = (Fraction(1, 10), Fraction(1, 2))


SYMBOLIC = Symbolic()  # one child process for all; it ends with this one


@cache
def _analysis(formula, n=2):
    return analyze_phi(formula, n, grid=GRID, symbolic=SYMBOLIC)


def test_members_of_the_family():
    analysis = _analysis("1 + 2*log(1+u)", 5)
    assert analysis["family"].answer == "yes: 2 times the comp-sum loss of tau = 1"
    assert analysis["Phi(0)"].answer == "1, not 0"
    assert analysis["increasing"].answer == "yes"
    assert analysis["transform"].scope.startswith("the loss divided by 2: ")
    assert (analysis.family.tau, analysis.family.n) == (1.0, 5)


def test_two_class_enclosures_agree_with_the_family():
    analysis = _analysis("2*(1-(1+u)**(-1/2))", 4)
    from theory.classification.calibration import transform

    for point in analysis.grid:
        assert point.low - 1e-12 <= transform(float(point.t), 1.5) <= point.high + 1e-12


def test_two_classes_are_a_margin_loss():
    analysis = _analysis("sqrt(u)")
    assert analysis["transform"].answer == "T(t) = 1 - sqrt(1-t**2)"
    assert analysis["calibrated"].answer == "yes"


def test_more_classes_than_two_are_only_bounded_from_above():
    analysis = _analysis("atan(u)", 3)
    assert analysis["family"].evidence == "undecided"
    assert analysis["transform"].answer.startswith("at most the two-class transform")
    assert analysis["calibrated"].answer == "for two classes: yes"
    search = analysis["lower bound"]
    assert search.evidence == "estimated"
    assert search.data["ratio"] == pytest.approx(0.82, abs=0.02)  # three classes are worse than two here


def test_wrong_direction_is_not_calibrated():
    analysis = _analysis("-u", 3)
    assert analysis["increasing"].answer == "no"
    assert analysis["calibrated"].answer == "no"
    assert "already for two classes" in analysis["calibrated"].reason


@pytest.mark.parametrize(
    ("formula", "n", "message"),
    [
        ("log(u)", 2, "at u = 0"),
        ("1/(u-2)", 2, "at u = 2"),
        ("log(1+v)", 2, "name 'v'"),
        ("u", 1, "classes is 1"),
        ("u", 2.0, "classes is 2.0"),
    ],
)
def test_bad_input(formula, n, message):
    with pytest.raises(BadInput, match=message):
        analyze_phi(formula, n)


def test_serialises_and_renders():
    raw = json.loads(json.dumps(_analysis("atan(u)", 3).to_json(), allow_nan=False))
    assert raw["two_class"]["kind"] == "margin loss"
    assert raw["family"] is None
    assert "Phi" in _analysis("atan(u)", 3).text()
