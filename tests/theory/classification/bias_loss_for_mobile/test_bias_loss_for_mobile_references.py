"""Implementations held against the bias loss: the package's own conforms, wrong ones are named."""

from fractions import Fraction

import numpy as np
import pytest

from theory.classification.bias_loss_for_mobile.bias_loss import bias_loss
from theory.classification.bias_loss_for_mobile.bias_loss_for_mobile_references import BIAS_LOSS
from theory.engine.conformance.conform import conform


def test_the_own_loss_conforms_whatever_the_parameters_and_the_order():
    assert conform(bias_loss, BIAS_LOSS).outcome == "conforms"
    other = {"alpha": Fraction(1, 2), "beta": 2}  # here some weights are negative
    found = conform(
        lambda v, s, y: bias_loss(s, y, v, alpha=0.5, beta=2.0),
        BIAS_LOSS,
        parameters=other,
        order=["variances", "scores", "labels"],
    )
    assert found.outcome == "conforms", found.text()


def cross_entropy(s, y):
    return np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, y, v: (np.exp(0.3 * v) + 0.3) * cross_entropy(s, y), "beta added"),
        (lambda s, y, v: bias_loss(s, y, v, alpha=1.0), "the exponential of the bare variance"),
        (lambda s, y, v: np.exp(0.3 * v - 0.3) * cross_entropy(s, y), "exp(alpha v - beta)"),
        (lambda s, y, v: (np.exp(-0.3 * v) - 0.3) * cross_entropy(s, y), "favours samples of small variance"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, BIAS_LOSS)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
