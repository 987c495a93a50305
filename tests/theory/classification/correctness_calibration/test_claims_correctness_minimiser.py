import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.correctness_calibration import claims_correctness_minimiser as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_top_label_calibrated_but_not_classwise():
    report, truth = (0.6, 0.3, 0.1), (0.6, 0.1, 0.3)

    def risk(confidence):
        return truth[0] * (1 - confidence) ** 2 + (1 - truth[0]) * confidence**2

    assert min(range(101), key=lambda c: risk(c / 100)) == 60
    assert sum((q - r) ** 2 for q, r in zip(report, truth, strict=True)) == pytest.approx(0.08)
