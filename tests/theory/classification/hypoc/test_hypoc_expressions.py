"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.hypoc import hypoc_expressions as module
from theory.classification.hypoc.poincare import distance

POINT = sympy.Rational(3, 10), sympy.Rational(-1, 5)
CENTRE = sympy.Rational(-1, 10), sympy.Rational(2, 5)


def _value(expression):
    return float(sympy.N(expression, 60))


@pytest.mark.parametrize("curvature", [sympy.Rational(1, 2), 1, 2])
def test_distance_at_sixty_digits(curvature):
    exact = _value(module.poincare_distance(POINT, centre=CENTRE, curvature=curvature))
    assert exact == pytest.approx(float(distance([0.3, -0.2], [-0.1, 0.4], curvature=float(curvature))), rel=1e-14)


@pytest.mark.parametrize(
    "slip",
    [
        module.distance_without_factor_two,
        module.distance_without_squares,
        module.distance_without_rescaling,
        module.distance_of_unit_ball,
        module.half_distance,
    ],
)
def test_slips(slip):
    exact = _value(module.poincare_distance(POINT, centre=CENTRE, curvature=2))
    assert abs(_value(slip(POINT, centre=CENTRE, curvature=2)) - exact) > 1e-2
