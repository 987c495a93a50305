from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded, claims_of

from experiments.bag_regression import claims_bag_sampling as claims
from experiments.bag_regression.samplers import Configuration, configurations

CLAIMS = claims_of(claims)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded_with_its_controls(claim):
    assert_decided_as_recorded(claim)


def test_error_shares_stay_within_the_budget():
    assert sum((1 + len(claim.controls)) * claims.SHARE for claim in CLAIMS) <= Fraction(6, 100_000)


def test_configurations_are_the_first_of_the_stream():
    drawn = [Configuration(n, m, *map(Fraction, numbers)) for n, m, *numbers in claims.DRAWN]
    assert len(drawn) == 12
    assert drawn == configurations(12)
