import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.cross_entropy import claims_gaps as module
from theory.classification.symbolic import two_class_transform


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("b", [0.1, 0.5, 0.9])
def test_gap_of_constant_scores_by_direct_minimisation(tau, b):
    def loss(s):
        return -np.log(s) if tau == 1 else (s ** (tau - 1) - 1) / (1 - tau)

    grid = np.linspace(1e-6, 1 - 1e-6, 400_001)

    def least(p):
        return (p * loss(grid) + (1 - p) * loss(1 - grid)).min()

    gap = least(0.5) - (least((1 + b) / 2) + least((1 - b) / 2)) / 2
    formula = float(two_class_transform(sympy.Float(b), sympy.nsimplify(tau)))
    assert gap == pytest.approx(formula, abs=1e-8)


def test_gap_of_constant_scores_falls_and_then_rises():
    halves = [sympy.Rational(number, 2) for number in range(4)]
    gaps = [float(two_class_transform(sympy.Rational(1, 2), tau)) for tau in halves]
    assert gaps[0] == pytest.approx(1 - 0.75**0.5)
    assert gaps[3] == pytest.approx(2**0.5 * (1.25**0.5 - 1))
    assert gaps[0] > gaps[1] < gaps[2] < gaps[3]
