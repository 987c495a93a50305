import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.optimisation.ignite import claims_ignite_penalty as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)
