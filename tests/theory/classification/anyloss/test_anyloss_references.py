"""Implementations held against the losses: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.anyloss import anyloss_references as references
from theory.classification.anyloss.soft_confusion import loss
from theory.engine.conformance.conform import conform


@pytest.mark.parametrize(
    ("reference", "options"),
    [
        (references.ACCURACY, {"metric": "accuracy"}),
        (references.F1, {}),
        (references.F_BETA, {"beta": 2.0}),
        (references.BALANCED_ACCURACY, {"metric": "balanced_accuracy"}),
        (references.GEOMETRIC_MEAN, {"metric": "geometric_mean"}),
    ],
)
def test_the_own_losses_conform(reference, options):
    found = conform(lambda p, y: loss(p, y, 10, **options), reference)
    assert found.outcome == "conforms", found.text()
    assert found.setting["reduction"] == "batch"


def test_the_amplification_is_a_parameter():
    def steep(p, y):
        return loss(p, y, 73)

    assert conform(steep, references.F1, parameters={"amplification": 73}).outcome == "conforms"
    assert conform(steep, references.F1).outcome == "differs"


def amplified(p, rate=10):
    return 1 / (1 + np.exp(-rate * (p - 0.5)))


def f_beta(a, y, beta=2):
    hits = (1 + beta**2) * (a * y).sum()
    return 1 - hits / (hits + beta**2 * ((1 - a) * y).sum() + (a * (1 - y)).sum())


def beta_on_false_positives(p, y):
    a = amplified(p)
    hits = 5 * (a * y).sum()
    return 1 - hits / (hits + ((1 - a) * y).sum() + 4 * (a * (1 - y)).sum())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (f_beta, "the soft F-beta without the amplifier"),
        (beta_on_false_positives, "puts beta^2 on the false positives"),
        (lambda p, y: 1 - f_beta(amplified(p), y), "returns the metric"),
        (lambda p, y: f_beta(amplified(p + 0.5), y), "amplifies p instead of p - 1/2"),
        (lambda p, y: f_beta((p >= 0.5).astype(p.dtype), y), "counts hard predictions"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, references.F_BETA)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
