"""The expressions agree with the numbers, and every slip differs from the loss it is a slip of."""

import pytest
import sympy

from theory.classification.datasetequity import datasetequity_expressions as module
from theory.classification.datasetequity.sample_weight import sample_weight
from theory.classification.h_calibration.h_calibration_expressions import log_score

SCORES = tuple(map(sympy.Rational, ("6/5", "1", "-1")))
CONSTANTS = {"likelihood": sympy.Rational(1, 5), "eta": sympy.Rational(1, 2), "gamma": 2}


def _value(expression):
    return float(sympy.N(expression, 60))


def test_loss_at_sixty_digits():
    entropy = _value(log_score(SCORES, 1))
    exact = _value(module.weighted_cross_entropy(SCORES, 1, **CONSTANTS))
    assert exact == pytest.approx(float(sample_weight(0.2, eta=0.5, gamma=2.0)) * entropy, rel=1e-14)


@pytest.mark.parametrize(
    "slip", [module.weight_of_common_samples, module.weight_with_factor_eta, module.weight_of_prediction]
)
def test_slips(slip):
    exact = _value(module.weighted_cross_entropy(SCORES, 1, **CONSTANTS))
    assert abs(_value(slip(SCORES, 1, **CONSTANTS)) - exact) > 1e-2
