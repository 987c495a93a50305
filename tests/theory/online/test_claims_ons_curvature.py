import math
from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.engine.evidence import Budget, Certificate
from theory.online import claims_ons_curvature as module
from theory.online.online_newton import best_curvature


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("kappa", ["1/4", "1/8"])
def test_smaller_halves_hold_too(kappa):
    statement, method = module.half_curvature.build(kappa=Fraction(kappa))
    assert isinstance(method.decide(statement, Budget()), Certificate)


def test_the_best_multiple_is_the_least_ratio_to_the_best_curvature():
    ratios = [best_curvature(alpha=S, B=1.0) / min(1.0, S) for S in np.geomspace(1e-6, 1e6, 241)]
    assert min(ratios) == pytest.approx(2 * (1 - math.log(2)), abs=1e-12)
    assert np.argmin(ratios) == 120
