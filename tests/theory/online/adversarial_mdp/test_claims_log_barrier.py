"""Every claim on the log barrier is decided as recorded; perturbed proofs and constants fail."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.online.adversarial_mdp import (
    claims_log_barrier_dual,
    claims_log_barrier_norms,
    claims_log_barrier_regret,
    claims_log_barrier_stability,
    claims_log_barrier_tangent,
)
from theory.online.adversarial_mdp.symbolic import ordered_sample, round_sample

_MODULES = (
    claims_log_barrier_tangent,
    claims_log_barrier_dual,
    claims_log_barrier_stability,
    claims_log_barrier_norms,
    claims_log_barrier_regret,
)
_CLAIMS = [
    claim
    for module in _MODULES
    for claim in vars(module).values()
    if isinstance(claim, Claim) and claim.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", _CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_is_one_claim_of_each_name():
    names = [claim.name for claim in _CLAIMS]
    assert len(set(names)) == len(names) == 26


@pytest.mark.parametrize(
    "claim",
    [
        claims_log_barrier_dual.stability_quarter_variance,
        claims_log_barrier_dual.quarter_variance_is_dual_feasible,
        claims_log_barrier_stability.stability_by_chi_square,
        claims_log_barrier_regret.round_bound,
    ],
    ids=lambda claim: claim.name,
)
def test_the_proof_does_not_prove_a_smaller_constant(claim):
    statement, method = claim.build(kappa=Fraction(249, 1000))
    assert isinstance(method.decide(statement, Budget()), Undecided)


def test_a_larger_constant_is_not_refuted():
    statement, method = claims_log_barrier_dual.stability_quarter_variance.build(kappa=Fraction(251, 1000))
    assert method.refute(statement, Budget()) is None


def test_the_local_norm_proof_needs_its_condition():
    statement, method = claims_log_barrier_norms.local_norm_without_condition.build()
    assert isinstance(method.decide(statement, Budget()), Undecided)
    witness = method.refute(statement, Budget())
    assert any(row["c"].startswith("-") for row in witness.data["rows"])


def test_samples_meet_their_constraints():
    rng = random.Random(5)
    for _ in range(50):
        point, rows = ordered_sample(rng)
        for name in "xy":
            assert point[name + "1"] + point[name + "2"] + sum(row[name] for row in rows) == 1
        ratios = [point["y1"] / point["x1"], *(row["y"] / row["x"] for row in rows), point["y2"] / point["x2"]]
        assert ratios == sorted(ratios)
        point, rows = round_sample(rng)
        for name in "xyu":
            assert sum(row[name] for row in rows) == 1
        assert all(1 / r["y"] - 1 / r["x"] == point["eta"] * r["c"] + point["delta"] for r in rows)
