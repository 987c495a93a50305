from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.hypoc import claims_hypoc_metric as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_isometry_in_three_dimensions():
    def dot(x, y):
        return sum(a * b for a, b in zip(x, y, strict=True))

    def minus(x, y):
        return [a - b for a, b in zip(x, y, strict=True)]

    def ratio(x, y):
        return dot(minus(x, y), minus(x, y)) / ((1 - dot(x, x)) * (1 - dot(y, y)))

    def translated(y, x):
        down = 1 - 2 * dot(x, y) + dot(x, x) * dot(y, y)
        inner = 1 - 2 * dot(x, y) + dot(x, x)
        return [((1 - dot(y, y)) * a - inner * b) / down for a, b in zip(x, y, strict=True)]

    x, y, z = ([Fraction(n, 10) for n in row] for row in ((3, -2, 1), (-1, 4, 5), (6, 2, -3)))
    assert ratio(translated(y, x), translated(y, z)) == ratio(x, z)
    assert translated(y, y) == [0, 0, 0]
