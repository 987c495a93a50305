"""The claims of the module come out as recorded, with every control, and no proof proves a false neighbour."""

import pytest
from decided_claims import (
    assert_decided_as_recorded,
    assert_method_refuses_false_neighbours,
    claims_of,
)

from theory.online.worst_case import claims_projected_rounds

CLAIMS = claims_of(claims_projected_rounds)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_it_is_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_no_false_neighbour_is_proved(claim):
    assert_method_refuses_false_neighbours(claim)
