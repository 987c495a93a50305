import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.learning_in_imperfect_environment import claims_focal_propriety as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_minimiser_by_search():
    def risk(q):
        return -0.9 * (1 - q) ** 2 * math.log(q) - 0.1 * q**2 * math.log(1 - q)

    best = min(range(1, 10000), key=lambda step: risk(step / 10000))
    assert best / 10000 == pytest.approx(0.6942, abs=1e-4)
    assert risk(0.6942128050) < risk(0.9)
