"""Comp-sum losses: what is said agrees with the numbers."""

from __future__ import annotations

import json
import math

import pytest

from theory.classification import calibration
from theory.classification.analysis import analyze_comp_sum
from theory.engine.errors import BadInput


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.3, 1.5, 1.6, 1.8, 2, 3])
@pytest.mark.parametrize("n", [2, 3, 50])
def test_grid_is_ordered_and_numbers_agree(tau, n):
    analysis = analyze_comp_sum(tau, n)
    for point, printed in zip(analysis.grid, analysis.published, strict=True):
        assert printed * (1 - 1e-12) <= point.low <= point.high * (1 + 1e-12)
        assert point.high == pytest.approx(calibration.transform(float(point.t), tau, n))
    assert analysis["calibrated"].answer == "yes"
    growth = analysis["growth"].data
    small = calibration.transform(1e-5, tau, n)
    assert small == pytest.approx(float(growth["constant"]) * 1e-5 ** float(growth["exponent"]), rel=1e-3)


@pytest.mark.parametrize(
    ("tau", "n", "convex", "evidence", "tight"),
    [
        (0, 2, "yes, in the scores", "proved", "yes"),
        (1, 10, "yes, in the scores", "proved", "yes"),
        (1.5, 2, "no", "proved", "yes"),
        (1.5, 8, "no", "proved", "no: the published transform is (n/2)^(tau-1) = 2 times too small"),
        (1.6, 8, "no", "certified", "no: the published"),
        (1.8, 3, "no", "estimated", "no: at t = 1"),
        (1.8, 2, "no", "proved", "yes"),
        (2, 4, "no", "certified", "no: at t = 1 the published transform is 2 times too small"),
    ],
)
def test_answers(tau, n, convex, evidence, tight):
    analysis = analyze_comp_sum(tau, n)
    assert analysis["convex"].answer == convex
    assert analysis["transform"].evidence == evidence
    assert analysis["tight"].answer.startswith(tight)


def test_closed_forms_mean_what_they_say():
    for tau in (0.5, 1.5):
        text = analyze_comp_sum(tau, 2)["transform"].answer
        assert f"tau = {tau:g}" in text
        t, a = 0.3, 1 / (2 - tau)
        mean = (((1 + t) ** a + (1 - t) ** a) / 2) ** (1 / a)
        value = 2 ** (1 - tau) * (1 - mean) / (1 - tau)
        assert value == pytest.approx(calibration.transform(t, tau))


@pytest.mark.parametrize(
    ("tau", "n", "message"),
    [
        (-1, 2, "tau is -1"),
        (math.nan, 2, "tau is nan"),
        (math.inf, 2, "tau is inf"),
        ("x", 2, "tau is 'x'"),
        (1, 1, "classes is 1"),
        (1, 2.5, "classes is 2.5"),
        (1, True, "classes is True"),
    ],
)
def test_bad_input(tau, n, message):
    with pytest.raises(BadInput, match=message):
        analyze_comp_sum(tau, n)


def test_serialises():
    raw = json.loads(json.dumps(analyze_comp_sum(1.5, 10).to_json(), allow_nan=False))
    assert (raw["schema"], raw["kind"], raw["tau"], raw["n"]) == ("lossproof.analysis/1", "comp-sum loss", 1.5, 10)
    assert len(raw["published"]) == len(raw["grid"])
