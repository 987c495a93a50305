"""Every claim on linear MDPs is decided as recorded, and no proof goes through for a false neighbour."""

import importlib

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

NAMES = ("dilated_bonus", "ridge", "reduced", "resampling", "concentration", "regret", "tuning", "norm_bonus")
CLAIMS = [
    claim
    for name in NAMES
    for claim in claims_of(importlib.import_module(f"theory.online.adversarial_mdp.claims_mdp_{name}"))
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)
