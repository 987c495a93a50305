"""Implementations held against the weighted cross-entropy: a right one conforms, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.datasetequity.datasetequity_references import WEIGHTED_CROSS_ENTROPY
from theory.classification.datasetequity.sample_weight import sample_weight
from theory.engine.conformance.conform import conform


def cross_entropy(s, y):
    top = s.max(axis=1)
    return np.log(np.exp(s - top[:, None]).sum(axis=1)) + top - s[np.arange(len(y)), y]


def right(s, y, p, eta=0.5, gamma=2.0):
    return sample_weight(p, eta=eta, gamma=gamma) * cross_entropy(s, y)


def test_a_right_one_conforms_over_a_range_of_gamma():
    found = conform(right, WEIGHTED_CROSS_ENTROPY, passes={"gamma": "gamma", "eta": "eta"})
    assert found.outcome == "conforms", found.text()
    assert {"gamma, float32", "eta, float64"} <= {item.check for item in found.findings}


def focal(s, y, p):
    return (0.5 + (1 - np.exp(-cross_entropy(s, y))) ** 2) * cross_entropy(s, y)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, y, p: right(s, y, 1 - p), "common samples weigh more"),
        (lambda s, y, p: 0.5 * right(s, y, p, eta=0.0), "eta as a factor"),
        (focal, "the predicted probability instead of the sample's likelihood"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, WEIGHTED_CROSS_ENTROPY)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
