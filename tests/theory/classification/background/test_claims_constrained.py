import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.background import claims_constrained as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_least_risks_are_claimed_whatever_class_is_predicted():
    for claim in (module.constrained_hinge_minimum, module.constrained_squared_hinge_minimum):
        assert len(claim.statement().given) == 4
    assert len(module.constrained_hinge_regret.statement().given) == 6
