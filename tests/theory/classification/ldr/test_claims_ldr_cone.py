"""The cone programs of the LDR-KL loss: on record, and no closer than they are to what is false."""

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.ldr import claims_ldr_cone as claims
from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Certificate, Undecided
from theory.engine.words import ConeOptimum, exponential_cone

ALL = [item for item in vars(claims).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_on_record(claim):
    assert_decided_as_recorded(claim)
    assert claim.expected == "certified"
    assert len(claim.controls) >= 2


def test_the_program_s_optimum_is_the_maximum_over_a_fine_grid():
    """Two classes, by hand: q d - lam KL over q in [0, 1]."""
    from math import exp, log

    grid = [k / 10_000 for k in range(1, 10_000)]
    best = max(q - 0.5 * (q * log(2 * q) + (1 - q) * log(2 * (1 - q))) for q in grid)
    assert best == pytest.approx(0.5 * log((1 + exp(2)) / 2), abs=1e-7)
    program = claims.dual_program((Fraction(1), Fraction(0)), Fraction(1, 2))
    near = Fraction(best).limit_denominator(10**9)
    statement = ConeOptimum(program, near - Fraction(1, 10**6), near + Fraction(1, 10**6))
    assert isinstance(exponential_cone().decide(statement, Budget()), Certificate)


def test_a_shift_within_the_tolerance_is_not_refuted_and_one_beyond_it_is():
    inside, method = claims.cone_value_three_classes.build(shift=Fraction(1, 10**10))
    assert method.refute(inside, Budget()) is None
    outside, method = claims.cone_value_three_classes.build(shift=Fraction(11, 10**10))
    assert method.refute(outside, Budget()) is not None
    assert isinstance(method.decide(outside, Budget()), Undecided)


def test_a_temperature_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="lam is 0; allowed: a positive rational"):
        claims.dual_program((Fraction(0), Fraction(1)), Fraction(0))


def test_differences_carry_the_margin_off_the_label_only():
    assert claims.differences((Fraction(1), Fraction(3)), 1, Fraction(2)) == [0, 0]
