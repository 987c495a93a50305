import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.robust_mean_teacher_for import claims_sce_balance as module
from theory.engine.evidence import Budget, Certificate


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_turning_point_lies_between_the_two_regimes():
    """h(q) = q(1-q) log(q/(1-q)) is largest near 0.824."""
    grid = [q / 1000 for q in range(501, 1000)]
    best = max(grid, key=lambda q: q * (1 - q) * math.log(q / (1 - q)))
    assert best == pytest.approx(0.824, abs=2e-3)


def test_a_proof_for_every_teacher_does_not_go_through():
    statement, method = module.grows_with_confidence.build()
    assert not isinstance(method.decide(statement, Budget()), Certificate)
