"""Robust terms of a quadratic cost and their dual."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_robust as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_8():
    assert len(CLAIMS) == 8


@pytest.mark.parametrize("name", ["robust_hinge_at_most", "robust_hinge_attained", "flipping_costs", "weak_duality"])
def test_no_constant_a_tenth_larger_is_proved(name):
    statement, method = vars(module)[name].build(c=Fraction(11, 10))
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None


@pytest.mark.parametrize("far", [1.1, 1.14, 3.0])  # moved, moved in part, left alone
def test_value_of_a_worst_case_is_that_of_the_plan_of_complementarity(far):
    from theory.mixtures.robust import robust_hinge, worst_case_hinge

    margins, norm, budget = [0.0, far], 1.0, 0.05
    worst = worst_case_hinge(margins, norm, budget)
    moved = [1.0, 2 * worst.share - 1]
    losses = [1 - z + norm**2 / (2 * worst.price) for z in margins]
    plan = sum(q * loss for q, loss in zip(moved, losses, strict=True)) / 2
    dual = worst.price * budget + sum(robust_hinge(z, norm, worst.price) for z in margins) / 2
    assert worst.share * norm**2 / (4 * worst.price**2) == pytest.approx(budget)
    assert worst.value == pytest.approx(dual) == pytest.approx(plan)
    assert worst.share == pytest.approx({1.1: 1.0, 1.14: 0.05 / (4 * 0.14**2), 3.0: 0.5}[far])
