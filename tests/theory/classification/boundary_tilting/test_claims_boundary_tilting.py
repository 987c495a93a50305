"""Strength and error of tilted boundaries."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from decided_claims import assert_decided_as_recorded

from theory.classification.boundary_tilting import claims_boundary_tilting as module
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_11():
    assert len(CLAIMS) == 11


def test_a_tilt_of_any_variance_moves_the_error():
    from theory.engine.evidence import Budget

    statement, method = module.tilting_keeps_the_error.build(variance=Fraction(1, 1000))
    assert method.refute(statement, Budget()) is not None


def test_the_expression_is_the_number():
    import math

    from theory.classification.boundary_tilting.tilted_boundary import tilted_error

    value = module.tilted_error(*map(sympy.Rational, (3, 1, "1/10", 7)))
    assert tilted_error(3.0, 1.0, 0.1, math.atan(7)) == pytest.approx(float(value.evalf(30)), rel=1e-13)


def test_the_correction_names_what_it_corrects():
    assert module.tilting_costs_little_at_low_variance.corrects == module.tilting_keeps_the_error.id
