"""The framework of convex bounds and the logistic constant, with and without a bound on the scores."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from decided_claims import assert_decided_as_recorded

from theory.classification.dis_vs_gen import claims_dis_vs_gen_bounds as module
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_5():
    assert len(CLAIMS) == 5


def test_a_smaller_constant_is_refuted():
    from theory.engine.evidence import Budget

    statement, method = module.logistic_bound.build(c=Fraction(9, 10))
    assert method.refute(statement, Budget()) is not None


def test_a_proof_of_another_constant_does_not_pass():
    from theory.engine.evidence import Budget, Undecided

    statement, _ = module.framework.build(c=Fraction(101, 100))
    _, method = module.framework.build()
    assert isinstance(method.decide(statement, Budget()), Undecided)


def test_the_bounded_regret_is_that_of_two_risks():
    bound, d, u = 0.8, 0.7, 0.3
    theta = math.tanh(bound / 2)

    def risk(score):
        return (1 + d) / 2 * math.log1p(math.exp(-score)) + (1 - d) / 2 * math.log1p(math.exp(score))

    value = module._bounded_regret(sympy.Float(d, 30), sympy.Float(theta, 30), sympy.Float(u, 30))
    assert float(value) == pytest.approx(risk(-u) - risk(bound), abs=1e-14)
    assert d > theta  # beyond theta the largest score allowed is the best one
    assert risk(bound) < risk(bound - 0.01)


def test_the_correction_names_what_it_corrects():
    corrected = module.logistic_bound_bounded_scores_linear
    assert corrected.corrects == module.logistic_bound_bounded_scores.id
