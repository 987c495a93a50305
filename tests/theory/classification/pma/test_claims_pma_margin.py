import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.pma import claims_pma_margin as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_gradient_claims_cover_two_classes():
    for claim in (module.gradient_true_class, module.gradient_rival):
        statement = claim.statement()
        assert len(statement.domain.symbols) == 2  # y and k; every further class is summed over
