"""Implementations held against the squared gap: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest
import sympy

from theory.classification.correctness_calibration.correctness_calibration_references import CORRECTNESS
from theory.classification.correctness_calibration.correctness_expressions import correctness_loss as expression
from theory.classification.correctness_calibration.correctness_loss import confidence, correctness_loss
from theory.engine.conformance.conform import conform

T = 1.5


def test_the_own_loss_conforms_over_a_range_of_temperatures():
    found = conform(correctness_loss, CORRECTNESS, passes={"temperature": "temperature"})
    assert found.outcome == "conforms", found.text()
    assert "temperature, float64" in {item.check for item in found.findings}


def test_the_exact_form_is_that_of_the_package():
    for scores in ((1, sympy.Rational(1, 3), -2), (0, 0, 5, -1)):
        for label in range(len(scores)):
            gap = CORRECTNESS.loss(scores, label, temperature=2) - expression(scores, label, temperature=2)
            assert abs(sympy.N(gap, 30)) < 1e-28


def correct(s, y):
    return (s.argmax(axis=1) == y).astype(s.dtype)


def of_true_class(s, y):
    weights = np.exp((s - s.max(axis=1, keepdims=True)) / T)
    return (weights[np.arange(len(y)), y] / weights.sum(axis=1) - correct(s, y)) ** 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (of_true_class, "the probability of the true class"),
        (lambda s, y: np.abs(confidence(s, temperature=T) - correct(s, y)), "the absolute gap"),
        (lambda s, y: (confidence(s, temperature=T) - 1 + correct(s, y)) ** 2, "1 for wrong and 0 for right"),
        (lambda s, y: correctness_loss(s, y, temperature=1 / T), "multiplied by the temperature"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, CORRECTNESS)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
