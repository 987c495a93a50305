"""Every claim on Hedge is decided as recorded; perturbed constants are not proved."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.online import claims_hedge_bound, claims_hedge_worst_case

_CLAIMS = [
    claim
    for module in (claims_hedge_bound, claims_hedge_worst_case)
    for claim in vars(module).values()
    if isinstance(claim, Claim) and claim.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", _CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize(
    "claim",
    [
        claims_hedge_bound.two_point_log_sum,
        claims_hedge_bound.log_sum_bound,
        claims_hedge_bound.round_potential,
        claims_hedge_bound.regret_all_experts,
    ],
    ids=lambda claim: claim.name,
)
def test_the_proof_does_not_prove_a_smaller_constant(claim):
    statement, method = claim.build(kappa=Fraction(31, 250))
    assert isinstance(method.decide(statement, Budget()), Undecided)
