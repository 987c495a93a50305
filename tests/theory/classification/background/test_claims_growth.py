import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.background import claims_growth as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("t", [0.01, 0.1, 0.3])
def test_bracket_holds_the_transforms_of_smooth_losses(t):
    """Derivatives at 0 and the largest third derivative of the logistic loss: 1/2, 1/4 and sqrt(3)/18."""
    d, c, third = 0.5, 0.25, 3**0.5 / 18
    s = third * d * t / c**2
    logistic = (1 + t) / 2 * math.log1p(t) + (1 - t) / 2 * math.log1p(-t)
    unit = d**2 * t**2 / (2 * c)
    assert s <= 1 / 3
    assert unit * (1 - s / 3) <= logistic <= unit / (1 - s)
