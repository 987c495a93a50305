"""Implementations held against the mask's cross-entropy: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.singing_voice_separation_using.binary_mask import mask_cross_entropy
from theory.classification.singing_voice_separation_using.singing_voice_separation_using_references import (
    MASK_CROSS_ENTROPY,
)
from theory.engine.conformance.conform import conform


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def test_the_own_loss_conforms_and_is_least_at_the_log_odds():
    found = conform(mask_cross_entropy, MASK_CROSS_ENTROPY)
    assert found.outcome == "conforms", found.text()
    assert {item.outcome for item in found.findings if item.check in ("minimum", "margin", "gradient")} == {"agrees"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, m: mask_cross_entropy(s, 1 - m), "the mask of the accompaniment"),
        (lambda s, m: mask_cross_entropy(sigmoid(s), m), "the sigmoid is applied twice"),
        (lambda s, m: m * mask_cross_entropy(s, m), "the bins with mask 0 left out"),
        (lambda s, m: (sigmoid(s) - m) ** 2, "the squared error of the sigmoid"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, MASK_CROSS_ENTROPY)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
