import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.cross_entropy import claims_two_class_optimal as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_theorem_agrees_with_the_numeric_transform():
    """A second formulation: the symbolic formula and the numeric calibration function give the same numbers."""
    import sympy

    from theory.classification.calibration import transform
    from theory.classification.symbolic import two_class_transform

    for beta, tau in ((sympy.Rational(1, 2), sympy.Rational(3, 2)), (sympy.Rational(9, 10), sympy.Rational(6, 5))):
        exact = float(two_class_transform(beta, tau).evalf(40))
        assert transform(float(beta), float(tau), 10) == pytest.approx(exact, rel=1e-13)


def test_the_proof_does_not_reach_beyond_three_halves():
    """Levelling needs x^(a-1) concave: with tau up to 8/5 the same proof must stop."""
    from theory.classification.cross_entropy.claims_two_class_optimal import two_class_is_worst
    from theory.classification.pooled import setting
    from theory.classification.symbolic import two_class_transform
    from theory.engine.evidence import Budget, Undecided
    from theory.engine.statements.classes import ForEveryN

    at = setting("(1,8/5]")
    wider = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", two_class_transform(at.beta, at.tau))
    _, method = two_class_is_worst.build()
    assert isinstance(method.decide(wider, Budget()), Undecided)
