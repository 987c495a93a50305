"""Implementations held against the margin: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest
import sympy

from theory.classification.pma.pma_expressions import probability_margin as expression
from theory.classification.pma.pma_references import PROBABILITY_MARGIN
from theory.classification.pma.probability_margin import logit_margin, probability_margin
from theory.engine.conformance.conform import conform


def test_the_own_margin_conforms():
    found = conform(probability_margin, PROBABILITY_MARGIN)
    assert found.outcome == "conforms", found.text()


def test_the_exact_form_is_that_of_the_package():
    for scores in ((1, sympy.Rational(1, 3), -2), (0, 0, 5, -1)):
        for label in range(len(scores)):
            assert abs(sympy.N(PROBABILITY_MARGIN.loss(scores, label) - expression(scores, label), 30)) < 1e-28


def softmax(s):
    weights = np.exp(s - s.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def over_all(s, y):
    p = softmax(s)
    return p[np.arange(len(y)), y] - p.max(axis=1)


def top_two(s, y):
    p = np.sort(softmax(s), axis=1)
    return p[:, -1] - p[:, -2]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (logit_margin, "the margin of scores or of log-probabilities"),
        (lambda s, y: probability_margin(softmax(s), y), "takes the softmax of what is a softmax already"),
        (over_all, "the maximum includes the true class"),
        (top_two, "whatever the label: never negative"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, PROBABILITY_MARGIN)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
