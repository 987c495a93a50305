"""Implementations held against the Poincare distance: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest
import sympy

from theory.classification.hypoc.hypoc_expressions import poincare_distance
from theory.classification.hypoc.hypoc_references import DISTANCE
from theory.classification.hypoc.poincare import distance
from theory.engine.conformance.conform import conform

C = 0.5


def test_the_own_distance_conforms_over_a_range_of_curvatures():
    found = conform(lambda x, y, c=C: distance(x, y, curvature=c), DISTANCE, passes={"curvature": "c"})
    assert found.outcome == "conforms", found.text()
    by_check = {item.check: item for item in found.findings}
    assert by_check["exchange"].outcome == by_check["rotation"].outcome == "agrees"
    assert by_check["float64"].outcome == "agrees"
    assert by_check["curvature, float64"].outcome == "agrees"  # as far as the shared points lie within the ball


def test_the_exact_form_is_that_of_the_package():
    point, centre = (sympy.Rational(3, 10), sympy.Rational(-1, 5)), (sympy.Rational(-1, 10), sympy.Rational(2, 5))
    for c in (1, sympy.Rational(1, 3)):
        gap = DISTANCE.loss(point, centre, curvature=c) - poincare_distance(point, centre=centre, curvature=c)
        assert abs(sympy.N(gap, 30)) < 1e-28


def parts(x, y, c=C):
    return c * ((x - y) ** 2).sum(axis=1), 1 - c * (x**2).sum(axis=1), 1 - c * (y**2).sum(axis=1)


def by_arcosh(x, y, factor=2.0):
    gap, left, right = parts(x, y)
    return np.arccosh(1 + factor * gap / (left * right)) / np.sqrt(C)


def test_the_printed_form_is_limited_near_the_diagonal():
    found = conform(by_arcosh, DISTANCE)
    by_check = {item.check: item for item in found.findings}
    assert found.outcome == "conforms"
    assert by_check["float32"].outcome == by_check["float64"].outcome == "limited"
    assert "for coordinates between" in by_check["float64"].detail


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x, y: by_arcosh(x, y, factor=1.0), "arcosh(1 + c |x-y|^2/...)"),
        (lambda x, y: by_arcosh(x, y) * np.sqrt(C), "the factor ``1/sqrt(c)`` left out"),
        (distance, "the curvature ignored"),
        (lambda x, y: distance(x, y, curvature=C) / 2, "without its factor 2"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, DISTANCE)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
