import pytest
import sympy
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.cross_entropy import claims_simplified as module
from theory.classification.symbolic import growth_constant, two_class_transform


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_growth_constant_fails_just_above_the_proved_range():
    """At beta = 1 the bound with the constant of growth turns false between tau = 1.36 and 1.37."""

    def holds(tau):
        value = two_class_transform(sympy.Integer(1), tau)
        return bool(value >= growth_constant(tau))

    assert holds(sympy.Rational(136, 100))
    assert not holds(sympy.Rational(137, 100))
