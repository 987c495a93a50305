import math

import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification import margin
from theory.classification.background import claims_branches as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize(
    ("loss", "threshold", "difference"),
    [
        (margin.logistic(), lambda b: math.tanh(b / 2), module.logistic_difference),
        (margin.exponential(), math.tanh, module.exponential_difference),
    ],
    ids=["logistic", "exponential"],
)
def test_the_differences_are_those_of_the_transforms(loss, threshold, difference):
    for b in np.linspace(0.25, 0.5, 4):
        for d in (0.01, 0.2, 0.4):
            s = threshold(b)
            expected = margin.transform(s + d, loss) - margin.transform(s + d, loss, b)
            value = difference(sympy.Float(s + d, 30), sympy.Float(s, 30))
            assert float(value) == pytest.approx(expected, abs=1e-14)
