"""Every claim on EXP2 and on optimal designs is decided as recorded, and no proof proves a false neighbour."""

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.engine.evidence import Budget, Certificate
from theory.online import (
    claims_design_examples,
    claims_design_optimality,
    claims_exp2_estimator,
    claims_exp2_regret,
    claims_exp2_rounds,
)
from theory.online.optimal_design import leverages_of

MODULES = (
    claims_design_examples,
    claims_design_optimality,
    claims_exp2_estimator,
    claims_exp2_regret,
    claims_exp2_rounds,
)
CLAIMS = [claim for module in MODULES for claim in claims_of(module)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_no_method_decides_a_false_neighbour(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("claim", [claims_exp2_rounds.square_without_condition, claims_exp2_regret.no_exploration])
def test_what_is_refuted_is_not_proved(claim):
    statement, method = claim.build()
    assert not isinstance(method.decide(statement, Budget()), Certificate)


@pytest.mark.parametrize(
    ("powers", "points", "claim"),
    [(3, (-1, 0, 1), claims_design_examples.quadratic_regression)],
)
def test_regression_polynomial_is_the_leverage(powers, points, claim):
    tried = Fraction(2, 7)
    rows = [[Fraction(x) ** k for k in range(powers)] for x in (*points, tried)]
    _, leverages = leverages_of(rows, [Fraction(1, len(points))] * len(points) + [0])
    statement = claim.statement()
    (x,) = statement.domain
    assert Fraction(str(statement.lhs.subs(x, f"{tried}"))) == leverages[-1]


def test_cubic_polynomial_is_the_leverage():
    import sympy

    x = sympy.Symbol("x")
    node = 1 / sympy.sqrt(5)
    row = sympy.Matrix([x**k for k in range(4)])
    matrix = sum((row.subs(x, p) * row.subs(x, p).T for p in (-1, -node, node, 1)), sympy.zeros(4)) / 4
    statement = claims_design_examples.cubic_regression.statement()
    (own,) = statement.domain
    assert sympy.expand((row.T * matrix.inv() * row)[0] - statement.lhs.subs(own, x)) == 0
