"""The claims on Crammer-Singer and Weston-Watkins, and the programs they are made of."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded

from theory.classification.background import claims_max_losses as module
from theory.engine.claim import Claim

CLAIMS = [item for item in vars(module).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_three():
    assert len(CLAIMS) == 3


@pytest.mark.parametrize("loss", [module.crammer_singer, module.weston_watkins])
def test_two_classes_give_the_hinge_loss(loss):
    s = sympy.symbols("s1 s2", real=True)
    for label, margin in ((0, s[0] - s[1]), (1, s[1] - s[0])):
        assert sympy.simplify(loss(s, label) - sympy.Max(0, 1 - margin)) == 0


def test_risks_equal_a_direct_computation():
    rng = np.random.default_rng(0)
    free, wrong = module.conditional_programs(module.weston_watkins, module.NEAR_TIE)
    for scores in rng.integers(-3, 4, (10, 3)):
        direct = sum(
            float(p) * sum(max(0, 1 + scores[other] - scores[y]) for other in range(3) if other != y)
            for y, p in enumerate(module.NEAR_TIE)
        )
        assert float(free.objective.subs(dict(zip(free.variables, map(int, scores), strict=True)))) == pytest.approx(
            direct
        )
    assert [program.constraints[0][0].name for program in wrong] == ["s2", "s3"]


@pytest.mark.parametrize(
    "posterior", [(Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 2), Fraction(1, 3)), (Fraction(1),)]
)
def test_bad_posteriors_are_refused(posterior):
    with pytest.raises(ValueError, match="posterior"):
        module.conditional_programs(module.crammer_singer, posterior)
