"""The factor in the angle, the rounds and the fixed point of self-training."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_fixed_point as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_10():
    assert len(CLAIMS) == 10


@pytest.mark.parametrize("name", ["odds_rise", "factor_rises_with_the_angle", "only_fixed_point"])
def test_no_constant_a_thousandth_larger_is_proved(name):
    statement, method = vars(module)[name].build(c=Fraction(1001, 1000))
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None


def test_a_proof_with_a_changed_step_is_rejected():
    from theory.engine.checker import Rejected

    statement, method = module.odds_rise.build()
    certificate = method.decide(statement, Budget())
    certificate.data["steps"][-1]["options"]["end"] = "low"
    with pytest.raises(Rejected):
        method.recheck(statement, certificate, Budget())
