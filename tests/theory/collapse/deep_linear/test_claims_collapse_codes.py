"""Codes in numbers: decided as recorded with all they rest on, and no proof for a false neighbour."""

from fractions import Fraction

import pytest
from decided_claims import assert_method_refuses_false_neighbours, assert_settled_as_recorded, claims_of

from theory.collapse.deep_linear import claims_collapse_codes as module
from theory.collapse.deep_linear.code_expressions import cross_polytope, one_pair, simplex


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_settled_as_recorded():
    assert_settled_as_recorded(module)


def test_objectives_in_s_are_those_of_the_expressions():
    """With s^(M + 1) for the singular value they are the codes of the other claims."""
    s, lam = Fraction(3, 2), Fraction(1, 50)
    for classes in (3, 4, 6):
        for layers in (1, 2, 3):
            C, p, singular = lam * (layers + 1) / 2, Fraction(2, layers + 1), s ** (layers + 1)
            pairs = [
                (module._simplex, simplex(singular, classes, C, p)),
                (module._pairs, cross_polytope(singular / 2, classes, C, p)),
                (module._one_pair, one_pair(singular, Fraction(classes), C, p)),
            ]
            for code, expected in pairs:
                found = module._at(code, s, classes, layers, lam)
                assert float(found.evalf(30)) == pytest.approx(float(expected.evalf(30)), rel=1e-14)
