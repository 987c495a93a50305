import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.correctness_calibration import claims_correctness_narrow_miss as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_reference_values():
    def loss(t):
        return math.log(sum(math.exp(gap / t) for gap in (0.2, 0.0, -2.0)))

    best = 11 / (5 * math.log(10))
    assert best == pytest.approx(0.95544786, abs=1e-8)
    assert all(loss(t / 100) >= loss(best) for t in range(20, 1000))
    wrong = math.exp(1.2 / best) / sum(math.exp(z / best) for z in (1.2, 1.0, -1.0))
    assert wrong == pytest.approx(0.52325041, abs=1e-8)
