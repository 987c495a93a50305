"""Exactness near beta = 0: the claims, their range, and hostile variations."""

import random
from dataclasses import replace

import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded

from theory.classification.calibration import transform
from theory.classification.cross_entropy import claims_near_zero, claims_near_zero_cases, claims_near_zero_lemmas
from theory.classification.cross_entropy.claims_near_zero import (
    near_zero_setting,
    range_of_exactness,
    sample_near_zero,
    two_class_near_zero,
)
from theory.engine.checker import Rejected
from theory.engine.claim import Claim
from theory.engine.decide import decide
from theory.engine.evidence import Budget, Undecided
from theory.engine.statements.classes import ForEveryN

MODULES = (claims_near_zero_lemmas, claims_near_zero_cases, claims_near_zero)
CLAIMS = [
    item
    for module in MODULES
    for item in vars(module).values()
    if isinstance(item, Claim) and item.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)
    assert claim.expected == "proved"


def test_there_are_ten():
    assert len(CLAIMS) == 10


def test_range_by_hand():
    assert range_of_exactness(sympy.Rational(3, 2)) == sympy.Rational(1, 64)
    assert range_of_exactness(sympy.Rational(7, 4)) == sympy.Rational(1, 4**7)


def test_range_is_hypothesis_six():
    at = near_zero_setting()
    assert len(at.given) == 7
    assert at.given[6] == (range_of_exactness(at.tau), ">=", at.beta)


def perturbed(at, regret=None):
    """The claim's proof against another statement."""
    statement, method = two_class_near_zero.build()
    return method, ForEveryN(at.domain, at.each, at.given, regret or statement.lhs, ">=", statement.rhs)


def test_proof_needs_the_range():
    at = near_zero_setting()
    method, statement = perturbed(replace(at, given=at.given[:6]))
    assert isinstance(method.decide(statement, Budget()), Undecided)


def test_proof_does_not_show_more():
    at = near_zero_setting()
    method, statement = perturbed(at, at.regret() - at.beta**4)
    assert isinstance(method.decide(statement, Budget()), Undecided)


def test_certificate_is_not_transferable():
    """A stored proof replayed for a wider range of beta is rejected."""
    statement, method = two_class_near_zero.build()
    certificate = method.decide(statement, Budget())
    method.recheck(statement, certificate, Budget())
    with pytest.raises(Rejected):
        method.recheck(two_class_near_zero.build(reach=2)[0], certificate, Budget())


def test_samples_meet_the_hypotheses_mostly():
    rng = random.Random(5)
    near = 0
    for _ in range(200):
        point, rows = sample_near_zero(rng)
        p = [point["p1"], point["p2"], *[row["p"] for row in rows]]
        assert sum(p) == 1
        assert point["S1"] + point["S2"] + sum(row["S"] for row in rows) == 1
        near += bool(point["p1"] - point["p2"] <= range_of_exactness(sympy.Rational(str(point["tau"]))))
    assert near > 150


@pytest.mark.parametrize("tau", [1.67, 1.75, 1.8, 1.9])
def test_numeric_transform_agrees(tau):
    """Inside the range a billion classes are no worse than two; far outside they are (tau > 1.67)."""
    inside = (2 - tau) ** (2 + 1 / (2 - tau)) / 4 * np.array([0.01, 0.5, 1.0])
    assert transform(inside, tau, 10**9) == pytest.approx(transform(inside, tau, 2), rel=1e-12)
    if tau > 1.67:
        assert transform(0.6, tau, 10**9) < 0.99 * transform(0.6, tau, 2)


def test_refuted_where_three_classes_are_worse():
    verdict = decide(two_class_near_zero)
    (far,) = [control for control in verdict.controls if "million" in control.says]
    assert "9/5" in far.summary
