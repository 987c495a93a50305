"""Second moments of the dice gradient against those of L1 and L2."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from decided_claims import assert_decided_as_recorded

from theory.classification.seabird import claims_seabird_moments as module
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_11():
    assert len(CLAIMS) == 11


def test_the_expression_is_the_number():
    from theory.classification.seabird.gradient_moments import second_moment

    value = module.dice_moment(sympy.Rational(3, 2), sympy.Rational(4, 5))
    assert second_moment(0.8, 1.5) == pytest.approx(float(value.evalf(30)), rel=1e-14)


def test_too_short_segments_are_refuted_or_left_open():
    from theory.engine.evidence import Budget, Undecided

    statement, method = module.dice_always_below_absolute.build(low=Fraction(1, 2))
    assert method.refute(statement, Budget()) is not None
    assert isinstance(method.decide(statement, Budget()), Undecided)
