"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.correctness_calibration import correctness_expressions as module
from theory.classification.correctness_calibration.correctness_loss import correctness_loss

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))


def _value(expression):
    return float(sympy.N(expression, 60))


@pytest.mark.parametrize("label", [0, 1, 2])
@pytest.mark.parametrize("temperature", [1, 4, sympy.Rational(1, 3)])
def test_loss_at_sixty_digits(label, temperature):
    exact = _value(module.correctness_loss(SCORES, label, temperature=temperature))
    scores = [float(z) for z in SCORES]
    assert exact == pytest.approx(float(correctness_loss(scores, label, temperature=float(temperature))), rel=1e-13)


def test_symbolic_scores():
    symbols = sympy.symbols("z1:4", real=True)
    loss = module.correctness_loss(symbols, 0)
    value = loss.subs(dict(zip(symbols, SCORES, strict=True)))
    assert _value(value) == pytest.approx(_value(module.correctness_loss(SCORES, 0)), rel=1e-14)


@pytest.mark.parametrize(
    "slip",
    [
        module.gap_of_true_class,
        module.gap_without_square,
        module.gap_with_swapped_correctness,
        module.gap_with_multiplied_temperature,
    ],
)
def test_slips(slip):
    exact = _value(module.correctness_loss(SCORES, 2, temperature=2))
    assert abs(_value(slip(SCORES, 2, temperature=2)) - exact) > 1e-2
