import pytest

from theory.classification.pooled import pool, setting
from theory.engine.provers.symbolic.context import StepFailed
from theory.engine.provers.symbolic.proof import Proof
from theory.engine.statements.classes import ForEveryN


def start(text):
    at = setting(text)
    return at, Proof(ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", 0))


def test_the_opening_says_what_its_fields_promise():
    at, k = start("(1,2)")
    pooled = pool(k, at)
    assert k.context.is_zero(pooled.balance.excess - (at.total(at.p1, at.p2, pooled.e) - 2 * pooled.th))
    assert k.context.is_zero(pooled.complementary.excess - pooled.e * (pooled.e - at.p + pooled.th))
    assert (pooled.mass.op, pooled.below.op, pooled.bound.op) == ("==", ">=", ">=")
    assert k.context.is_zero(pooled.bound.rhs - at.hits())


def test_the_opening_needs_the_prediction_to_be_the_largest():
    at = setting("(1,2)")
    without = ForEveryN(at.domain, at.each, (*at.given[:4], (1, ">=", at.S1), at.given[5]), at.regret(), ">=", 0)
    with pytest.raises(StepFailed):
        pool(Proof(without), at)


def test_the_regret_of_a_setting_is_norm_minus_hits():
    at = setting("[3/2,2)", positive=True)
    assert at.regret() == (at.norm() - at.hits()) / (at.tau - 1)
    assert len(at.given) == 6
