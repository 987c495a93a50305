"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.rankmixup import rankmixup_expressions as module
from theory.classification.rankmixup.ranking_loss import mixup_ranking_loss, normalized_gain
from theory.classification.symbolic import softmax

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))
MIXED = tuple(map(sympy.Rational, ("1", "1/2", "-2")))
MARGIN = sympy.Rational(1, 4)


def _value(expression):
    return float(sympy.N(expression, 60))


def test_ranking_loss_at_sixty_digits():
    raw, mixed = (max(map(_value, softmax(scores))) for scores in (SCORES, MIXED))
    exact = _value(module.mixup_ranking_loss(SCORES, mixed=MIXED, margin=MARGIN))
    assert exact == pytest.approx(float(mixup_ranking_loss(raw, mixed, margin=0.25)), rel=1e-13)
    assert exact > 0
    assert module.mixup_ranking_loss((30, 0, 0), mixed=MIXED, margin=0) == 0


@pytest.mark.parametrize("name", ["without_margin", "with_negative_margin", "reversed", "of_scores"])
def test_slips_of_the_ranking_loss(name):
    slip = getattr(module, f"ranking_loss_{name}")
    exact = _value(module.mixup_ranking_loss(SCORES, mixed=MIXED, margin=MARGIN))
    assert abs(_value(slip(SCORES, mixed=MIXED, margin=MARGIN)) - exact) > 1e-2


def test_the_hinge_matters_for_ordered_pairs():
    assert _value(module.ranking_loss_without_hinge((30, 0, 0), mixed=MIXED)) < -0.1


def test_gain_loss_at_sixty_digits():
    gains = tuple(map(sympy.Rational, ("1/10", "9/10", "3/10")))
    assert _value(module.gain_loss(gains)) == pytest.approx(1 - float(normalized_gain([0.1, 0.9, 0.3])), rel=1e-13)
    assert abs(_value(module.gain_loss_without_normalising(gains)) - _value(module.gain_loss(gains))) > 1e-2
