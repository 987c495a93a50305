"""Implementations held against symmetric cross-entropy: the package's own conforms, wrong ones are named."""

from fractions import Fraction

import numpy as np
import pytest

from theory.classification.robust_mean_teacher_for.robust_mean_teacher_for_references import SYMMETRIC_CROSS_ENTROPY
from theory.classification.robust_mean_teacher_for.symmetric_cross_entropy import loss
from theory.engine.conformance.conform import conform


def test_the_own_loss_conforms_with_and_without_clipping():
    assert conform(loss, SYMMETRIC_CROSS_ENTROPY).outcome == "conforms"
    clipped = conform(
        lambda s, q: loss(s, q, least=0.25), SYMMETRIC_CROSS_ENTROPY, parameters={"least": Fraction(1, 4)}
    )
    assert clipped.outcome == "conforms", clipped.text()
    assert conform(lambda s, q: loss(s, q, least=0.25), SYMMETRIC_CROSS_ENTROPY).outcome == "differs"


def logs(s):
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, q: -(q * logs(s)).sum(axis=1), "the forward part alone"),
        (lambda s, q: -(np.exp(logs(s)) * np.log(q)).sum(axis=1), "the reverse part alone"),
        (lambda s, q: loss(s, q) / s.shape[1], "the mean over the classes"),
        (lambda s, q: (q * (np.log(q) - logs(s))).sum(axis=1), "the divergence of the student from the teacher alone"),
        (lambda s, q: loss(np.exp(logs(s)), q), "the softmax of the student's probabilities once more"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, SYMMETRIC_CROSS_ENTROPY)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
