"""Implementations held against the two proper scores: right ones conform, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.h_calibration.h_calibration_references import BRIER_SCORE, LOG_SCORE
from theory.engine.conformance.conform import conform


def log_softmax(s):
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def errors(s, y):
    return np.exp(log_softmax(s)) - np.eye(s.shape[1])[y]


def log_score(s, y):
    return -log_softmax(s)[np.arange(len(y)), y]


def test_right_ones_conform_and_reach_the_minimum():
    for right, reference in ((log_score, LOG_SCORE), (lambda s, y: (errors(s, y) ** 2).sum(axis=1), BRIER_SCORE)):
        found = conform(right, reference)
        assert found.outcome == "conforms", found.text()
        assert next(item for item in found.findings if item.check == "minimum").outcome == "agrees"


@pytest.mark.parametrize(
    ("wrong", "reference", "says"),
    [
        (lambda s, y: log_score(s, y) / np.log(2), LOG_SCORE, "the logarithm to base 2"),
        (lambda s, y: log_score(np.exp(log_softmax(s)), y), LOG_SCORE, "softmax is applied twice"),
        (lambda s, y: (errors(s, y) ** 2).mean(axis=1), BRIER_SCORE, "the mean over the classes"),
        (lambda s, y: errors(s, y)[np.arange(len(y)), y] ** 2, BRIER_SCORE, "only the term of the true class"),
        (lambda s, y: np.abs(errors(s, y)).sum(axis=1), BRIER_SCORE, "absolute values for squares"),
    ],
)
def test_mistakes_are_named(wrong, reference, says):
    found = conform(wrong, reference)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
