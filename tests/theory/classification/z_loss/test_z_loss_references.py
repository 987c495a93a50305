"""Implementations held against the Z-loss and its family: the package's own conforms, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.z_loss import z_loss_references as references
from theory.classification.z_loss.z_loss_values import z_loss, z_scores
from theory.engine.conformance.conform import conform


def own(s, y):
    return s[np.arange(len(y)), y]


def test_the_own_loss_conforms_over_a_range_of_slopes():
    found = conform(lambda s, y, a=2.0: z_loss(s, y, a=a, b=0.5), references.Z_LOSS, passes={"a": "a"})
    assert found.outcome == "conforms", found.text()
    assert {item.outcome for item in found.findings if item.check in ("shift", "scale", "classes")} == {"agrees"}


def squared_weights(s, y, epsilon=0.1):
    return np.log((s**2 + epsilon).sum(axis=1)) - np.log(own(s, y) ** 2 + epsilon)


def taylor(s, y, factor=0.5):
    weights = 1 + s + factor * s**2
    return np.log(weights.sum(axis=1)) - np.log(own(weights, y))


@pytest.mark.parametrize(
    ("right", "reference"),
    [
        (lambda s, y: -own(z_scores(s), y), references.LINEAR_Z_LOSS),
        (taylor, references.TAYLOR_SOFTMAX),
        (squared_weights, references.SPHERICAL_SOFTMAX),
        (lambda s, y: ((s - np.eye(s.shape[1])[y]) ** 2).sum(axis=1), references.SQUARED_ERROR),
    ],
)
def test_the_family_conforms(right, reference):
    found = conform(right, reference)
    assert found.outcome == "conforms", found.text()


def softplus(x, a=2.0):
    return np.logaddexp(0, a * x) / a


def standardised(s, y, ddof=0, extra=0.0):
    return own((s - s.mean(axis=1, keepdims=True)) / np.sqrt(s.var(axis=1, ddof=ddof, keepdims=True) + extra), y)


@pytest.mark.parametrize(
    ("wrong", "reference", "says"),
    [
        (lambda s, y: softplus(0.5 - standardised(s, y, ddof=1)), references.Z_LOSS, "ddof = 1"),
        (lambda s, y: softplus(0.5 - standardised(s, y, extra=1e-5)), references.Z_LOSS, "1e-5 added to the variance"),
        (lambda s, y: softplus(standardised(s, y) - 0.5), references.Z_LOSS, "z_c - b for b - z_c"),
        (lambda s, y: 2 * z_loss(s, y, a=2.0, b=0.5), references.Z_LOSS, "the softplus is not divided by a"),
        (lambda s, y: -standardised(s, y, ddof=1), references.LINEAR_Z_LOSS, "ddof = 1"),
        (lambda s, y: taylor(s, y, factor=1.0), references.TAYLOR_SOFTMAX, "o^2 in place of o^2/2"),
        (lambda s, y: np.log((s**2).sum(axis=1) + 0.1) - np.log(own(s, y) ** 2 + 0.1), references.SPHERICAL_SOFTMAX,
         "epsilon is added to the sum once"),
        (lambda s, y: ((s - np.eye(s.shape[1])[y]) ** 2).mean(axis=1), references.SQUARED_ERROR,
         "the mean over the classes"),
    ],
)  # fmt: skip
def test_mistakes_are_named(wrong, reference, says):
    found = conform(wrong, reference)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
