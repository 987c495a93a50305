"""Weighted least squares: claims decided as recorded, and no method decides a false neighbour."""

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.regression.wls_dpp import (
    claims_wls_determinants,
    claims_wls_quasi_optimality,
    claims_wls_sample_size,
    claims_wls_volume,
    claims_wls_weights,
)

MODULES = (
    claims_wls_weights,
    claims_wls_sample_size,
    claims_wls_quasi_optimality,
    claims_wls_determinants,
    claims_wls_volume,
)
CLAIMS = [claim for module in MODULES for claim in claims_of(module)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)
