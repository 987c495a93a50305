"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.singing_voice_separation_using import binary_mask_expressions as module
from theory.classification.singing_voice_separation_using.binary_mask import mask_cross_entropy

SCORE = (sympy.Rational(3, 4),)


def _value(expression):
    return float(sympy.N(expression, 60))


@pytest.mark.parametrize("label", [0, 1])
def test_loss_at_sixty_digits(label):
    exact = _value(module.mask_cross_entropy(SCORE, label))
    assert exact == pytest.approx(mask_cross_entropy(0.75, float(label)), rel=1e-14)


@pytest.mark.parametrize(
    "slip",
    [
        module.mask_entropy_of_kept_bins,
        module.mask_entropy_with_swapped_mask,
        module.mask_entropy_of_double_sigmoid,
        module.mask_entropy_in_bits,
        module.mask_squared_error,
    ],
)
def test_slips(slip):
    assert abs(_value(slip(SCORE, 0)) - _value(module.mask_cross_entropy(SCORE, 0))) > 1e-2
