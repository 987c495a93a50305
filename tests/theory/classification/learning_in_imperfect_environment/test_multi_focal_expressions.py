"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.learning_in_imperfect_environment import multi_focal_expressions as module
from theory.classification.learning_in_imperfect_environment.multi_focal import multi_focal_loss

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))
FOCI = {"positive_focus": 1, "negative_focus": 3}


def _value(expression):
    return float(sympy.N(expression, 60))


@pytest.mark.parametrize("label", [0, 1, 2])
def test_loss_at_sixty_digits(label):
    labels = [float(k == label) for k in range(3)]
    entries = multi_focal_loss([float(z) for z in SCORES], labels, positive_focus=1.0, negative_focus=3.0)
    assert _value(module.multi_focal_loss(SCORES, label, **FOCI)) == pytest.approx(float(sum(entries)), rel=1e-14)


@pytest.mark.parametrize(
    "name", ["with_swapped_foci", "of_easy_entries", "averaged", "of_softmax", "without_negatives"]
)
def test_slips(name):
    slip = getattr(module, f"multi_focal_{name}")
    assert abs(_value(slip(SCORES, 2, **FOCI)) - _value(module.multi_focal_loss(SCORES, 2, **FOCI))) > 1e-2
