"""The claims of the module come out as recorded, with every control."""

import pytest

from theory.engine.claim import Claim
from theory.engine.decide import decide
from theory.online.worst_case import claims_rounds

CLAIMS = [item for item in vars(claims_rounds).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_it_is_decided_as_recorded(claim):
    verdict = decide(claim)
    assert verdict.as_recorded, verdict.to_json()


def test_every_claim_has_a_control():
    assert CLAIMS
    assert all(claim.controls for claim in CLAIMS)
