"""The claims of the module come out as recorded, with every control, and no proof proves a false neighbour."""

import pytest
from decided_claims import (
    assert_decided_as_recorded,
    assert_method_refuses_false_neighbours,
    claims_of,
)

from theory.online.worst_case import claims_projected_rounds

CLAIMS = claims_of(claims_projected_rounds)
BY_DERIVATION = [claim for claim in CLAIMS if claim.expected == "proved"]
BY_CERTIFICATE = [claim for claim in CLAIMS if claim.expected == "certified"]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_it_is_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", BY_DERIVATION, ids=lambda claim: claim.name)
def test_no_false_neighbour_is_proved(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("claim", BY_CERTIFICATE, ids=lambda claim: claim.name)
def test_the_solution_shows_no_false_neighbour(claim):
    """Nor does a search, as the control is refuted by an exact witness above."""
    for control in claim.controls:
        statement, method = claim.build(**control.arguments)
        assert method.known is not None
        assert method.known_certificate(statement) is None
    statement, method = claim.build()
    assert method.known_certificate(statement) is not None
