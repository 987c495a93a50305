from itertools import product

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.singing_voice_separation_using import claims_ideal_binary_mask as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_ideal_mask_by_enumeration():
    voice, rest = (3, 1, 4, 1), (2, 7, 1, 8)

    def error(mask):
        return sum(n if keep else s for keep, s, n in zip(mask, voice, rest, strict=True))

    ideal = tuple(s > n for s, n in zip(voice, rest, strict=True))
    assert error(ideal) == min(error(mask) for mask in product((False, True), repeat=4)) == 5
