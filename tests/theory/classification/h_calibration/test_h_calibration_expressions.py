"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import math

import pytest
import sympy

from theory.classification.h_calibration import h_calibration_expressions as module

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))


def _value(expression):
    return float(sympy.N(expression, 60))


def test_scores_at_sixty_digits():
    p = [float(x) for x in map(_value, module.softmax(SCORES))]
    assert sum(p) == pytest.approx(1, rel=1e-15)
    assert _value(module.log_score(SCORES, 1)) == pytest.approx(-math.log(p[1]), rel=1e-14)
    assert _value(module.brier_score(SCORES, 1)) == pytest.approx(p[0] ** 2 + (1 - p[1]) ** 2 + p[2] ** 2, rel=1e-14)


@pytest.mark.parametrize("score", [module.log_score, module.brier_score])
def test_shift_invariance(score):
    shifted = tuple(z + 7 for z in SCORES)
    assert _value(score(shifted, 2)) == pytest.approx(_value(score(SCORES, 2)), rel=1e-14)


@pytest.mark.parametrize("name", ["in_bits", "of_double_softmax", "with_wrong_sign"])
def test_slips_of_the_log_score(name):
    slip = getattr(module, f"log_score_{name}")
    assert abs(_value(slip(SCORES, 1)) - _value(module.log_score(SCORES, 1))) > 1e-2


@pytest.mark.parametrize("name", ["averaged", "of_label_only", "without_squares"])
def test_slips_of_the_brier_score(name):
    slip = getattr(module, f"brier_score_{name}")
    assert abs(_value(slip(SCORES, 1)) - _value(module.brier_score(SCORES, 1))) > 1e-2
