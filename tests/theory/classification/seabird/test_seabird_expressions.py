"""Exact expressions of the segment losses against the numeric ones; the slips are told apart."""

from __future__ import annotations

import pytest
import sympy

from theory.classification.seabird import gradient_moments
from theory.classification.seabird import seabird_expressions as module

_POINTS = [(((sympy.Rational(x, 2),), sympy.Integer(1)), {"length": 3}) for x in (-7, -1, 1, 3, 11)]
CASES = dict.fromkeys(module.LOSSES, _POINTS)


def test_every_slip_differs_from_its_loss_somewhere():
    for loss, slips in module.SLIPS.items():
        for slip in slips:
            assert slip.__doc__.startswith("Slip: ")
            assert any(abs((slip(*a, **k) - loss(*a, **k)).evalf(30)) > 1e-3 for a, k in CASES[loss])


@pytest.mark.parametrize("loss", module.LOSSES)
def test_values_are_the_numeric_ones(loss):
    for (scores, label), options in _POINTS:
        value = float(loss(scores, label, **options))
        assert gradient_moments.segment_loss(float(scores[0] - label), 3.0, loss=loss.__name__) == pytest.approx(value)


def test_symbols_are_welcome_and_two_scores_are_not():
    x, y, shift = sympy.symbols("x y t", real=True)
    moved = module.dice((x + shift,), y + shift, length=2)
    assert sympy.simplify(moved - module.dice((x,), y, length=2)) == 0
    with pytest.raises(ValueError, match="one score"):
        module.l1((1, 2), 0)
