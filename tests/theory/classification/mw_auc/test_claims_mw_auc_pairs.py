import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.mw_auc import claims_mw_auc_pairs as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_counterexample_in_nats():
    pairs = [-0.1] * 4
    assert sum(math.log1p(math.exp(-d)) for d in pairs) / 4 == pytest.approx(0.74439666, abs=1e-8)
    assert module.area_bound_in_bits.corrects == module.area_bound_in_nats.id


def test_threshold_in_nats():
    edge = -math.log(math.e - 1)
    assert edge == pytest.approx(-0.541324854613, abs=1e-12)
    assert math.log1p(math.exp(-edge)) == pytest.approx(1, abs=1e-15)
