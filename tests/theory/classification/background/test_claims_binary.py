"""The claims on binary margin losses with bounded scores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.classification.background import claims_binary as module
from theory.classification import margin
from theory.engine.claim import Claim
from theory.engine.decide import decide

CLAIMS = [item for item in vars(module).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    verdict = decide(claim)
    assert verdict.as_recorded, verdict.to_json()
    assert verdict.controls


def test_there_are_twelve():
    assert len(CLAIMS) == 12


def test_the_correction_names_the_claim_that_it_corrects():
    assert module.rho_margin_wrong_sign.corrects == module.rho_margin_convex_shortcut.id


@pytest.mark.parametrize(
    ("loss", "threshold", "difference"),
    [
        (margin.logistic(), lambda b: math.tanh(b / 2), module._logistic_difference),
        (margin.exponential(), math.tanh, module._exponential_difference),
    ],
)
def test_the_differences_are_those_of_the_transforms(loss, threshold, difference):
    import sympy

    for b in np.linspace(0.25, 0.5, 4):
        for d in (0.01, 0.2, 0.4):
            s = threshold(b)
            expected = margin.transform(s + d, loss) - margin.transform(s + d, loss, b)
            value = difference(sympy.Float(s, 30), sympy.Float(d, 30))
            assert float(value) == pytest.approx(expected, abs=1e-14)
