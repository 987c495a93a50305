import pytest
from decided_claims import assert_method_refuses_false_neighbours, assert_settled_as_recorded, claims_of

from theory.classification.cross_entropy import claims_threshold_corner as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_settled_as_recorded():
    assert_settled_as_recorded(module)
