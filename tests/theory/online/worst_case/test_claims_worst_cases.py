"""The claims of the module come out as recorded, with every control."""

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.online.worst_case import claims_worst_cases

CLAIMS = [item for item in vars(claims_worst_cases).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_it_is_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_every_claim_has_a_control():
    assert CLAIMS
    assert all(claim.controls for claim in CLAIMS)
