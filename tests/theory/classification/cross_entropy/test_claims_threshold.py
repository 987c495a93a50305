import pytest
from decided_claims import assert_method_refuses_false_neighbours, assert_settled_as_recorded, claims_of

from theory.classification.cross_entropy import claims_threshold as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_settled_as_recorded():
    assert_settled_as_recorded(module)


def test_the_theorem_reaches_to_the_threshold_and_no_further():
    from fractions import Fraction

    from theory.classification.calibration import TAU_STAR_DIGITS
    from theory.classification.cross_entropy.claims_threshold import TAU_LOW
    from theory.classification.cross_entropy.claims_threshold_failure import TAU_HIGH

    star = Fraction(TAU_STAR_DIGITS)
    ordered = [TAU_LOW, star, TAU_HIGH]
    assert sorted(ordered) == ordered
    assert len({TAU_LOW, star, TAU_HIGH}) == 3
    assert 2 * Fraction(1, 10**42) > TAU_HIGH - TAU_LOW
