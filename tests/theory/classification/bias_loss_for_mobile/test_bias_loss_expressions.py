"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.bias_loss_for_mobile import bias_loss_expressions as module
from theory.classification.bias_loss_for_mobile.bias_loss import bias_loss

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))
CONSTANTS = {
    "variance": sympy.Rational(1, 2),
    "alpha": sympy.Rational(3, 4),
    "beta": sympy.Rational(1, 4),
}


def _value(expression):
    return float(sympy.N(expression, 60))


def test_loss_at_sixty_digits():
    numbers = bias_loss([float(z) for z in SCORES], 2, 0.5, alpha=0.75, beta=0.25)
    assert _value(module.bias_loss(SCORES, 2, **CONSTANTS)) == pytest.approx(float(numbers), rel=1e-14)


@pytest.mark.parametrize("name", ["with_added_beta", "without_alpha", "with_beta_in_exponent", "of_falling_weight"])
def test_slips(name):
    slip = getattr(module, f"bias_loss_{name}")
    assert abs(_value(slip(SCORES, 2, **CONSTANTS)) - _value(module.bias_loss(SCORES, 2, **CONSTANTS))) > 1e-2
