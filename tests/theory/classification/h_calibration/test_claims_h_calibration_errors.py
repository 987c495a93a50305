import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.h_calibration import claims_h_calibration_errors as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@settings(max_examples=50, deadline=None)
@given(r=st.floats(0.001, 0.999), q=st.floats(0.001, 0.999))
def test_pinsker_in_floats(r, q):
    divergence = r * math.log(r / q) + (1 - r) * math.log((1 - r) / (1 - q))
    assert divergence >= 2 * (q - r) ** 2 - 1e-15
