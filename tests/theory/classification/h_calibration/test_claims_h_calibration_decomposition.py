import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.h_calibration import claims_h_calibration_decomposition as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_decompositions_by_hand():
    groups = [(0.25, (0.5, 0.3, 0.2), (0.4, 0.4, 0.2)), (0.75, (0.1, 0.1, 0.8), (0.2, 0.1, 0.7))]
    score = sum(-w * r * math.log(q) for w, report, truth in groups for q, r in zip(report, truth, strict=True))
    divergence = sum(w * r * math.log(r / q) for w, report, t in groups for q, r in zip(report, t, strict=True))
    entropy = sum(-w * r * math.log(r) for w, _, truth in groups for r in truth)
    assert score == pytest.approx(divergence + entropy, rel=1e-14)
    assert divergence > 0
