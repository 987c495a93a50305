"""Errors under shift and attack."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget
from theory.mixtures.ood_unlabeled import claims_ood_shift as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_7():
    assert len(CLAIMS) == 7


def test_the_smallest_shift_leaves_a_floor():
    statement, method = module.shift_is_free.build(shift=Fraction(1, 10**6))
    assert method.refute(statement, Budget()) is not None


def test_the_correction_names_what_it_corrects():
    assert module.error_floor.corrects == module.shift_is_free.id


def test_an_attack_of_another_length_is_caught():
    statement, method = module.attack_on_the_margin.build(c=Fraction(98, 100))
    assert method.refute(statement, Budget()) is not None
