from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.h_calibration import claims_h_calibration_binning as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_mean_gap_by_hand():
    assert module.mean_gap(1, Fraction(1, 4)) == Fraction(3, 8)  # 1/4 * 3/4 + 3/4 * 1/4
    assert module.mean_gap(2, Fraction(1, 2)) == Fraction(1, 4)
    assert module.mean_gap(5, Fraction(1)) == 0


def test_jensen_bounds_the_mean_gap_from_above():
    for n, confidence in module.bins():
        assert module.mean_gap(n, confidence) ** 2 <= confidence * (1 - confidence) / n


@pytest.mark.parametrize(("n", "confidence"), [(0, Fraction(1, 2)), (3, Fraction(3, 2)), (3, Fraction(-1, 2))])
def test_mean_gap_refuses(n, confidence):
    with pytest.raises(ValueError, match="allowed"):
        module.mean_gap(n, confidence)
