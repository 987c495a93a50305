import math
from itertools import permutations

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.rankmixup import claims_rankmixup_gain as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("gains", [(3, 1, 2), (0, 5, 5, 1), (1, 2, 3, 4, 5)])
def test_no_order_beats_the_sorted_one(gains):
    def gain(order):
        return sum(g / math.log2(place) for place, g in enumerate(order, start=2))

    best = max(gain(order) for order in permutations(gains))
    assert best == pytest.approx(gain(sorted(gains, reverse=True)), rel=1e-15)
    assert gain(gains) < best
