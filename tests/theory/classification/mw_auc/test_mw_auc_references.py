"""Implementations held against the losses: the package's own conform, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.mw_auc.mann_whitney import infonce, mann_whitney_loss
from theory.classification.mw_auc.mw_auc_references import INFONCE, MANN_WHITNEY, MANN_WHITNEY_BITS
from theory.engine.conformance.conform import conform


def softplus(x):
    return np.logaddexp(0, x)


def test_the_own_losses_conform():
    assert conform(mann_whitney_loss, MANN_WHITNEY).outcome == "conforms"
    bits = conform(lambda p, n: mann_whitney_loss(p, n, base=2), MANN_WHITNEY_BITS)
    assert bits.outcome == "conforms", bits.text()
    contrastive = conform(lambda p, n: infonce(p / 0.5, n / 0.5), INFONCE)
    assert contrastive.outcome == "conforms", contrastive.text()
    assert {item.check for item in contrastive.findings} >= {"value", "gradient", "shift", "examples"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda p, n: mann_whitney_loss(p, n, base=2), "the logarithm is taken to base 2"),
        (lambda p, n: softplus(n - p[:, None]).sum(), "the sum over the pairs"),
        (lambda p, n: softplus(n - p[: len(n)]).mean(), "pairs the i-th positive with the i-th negative"),
        (lambda p, n: softplus(n.mean() - p.mean()), "the loss of the mean score difference"),
        (lambda p, n: mann_whitney_loss(n, p), "the order of positive and negative is exchanged"),
    ],
)
def test_mistakes_in_the_mann_whitney_loss_are_named(wrong, says):
    found = conform(wrong, MANN_WHITNEY)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda p, n: infonce(0.5 * p, 0.5 * n), "multiplies by the temperature"),
        (lambda p, n: np.log(np.exp(2 * (n - p[:, None])).sum(axis=1)), "the positive is left out of the denominator"),
        (lambda p, n: np.log1p(np.exp(2 * (n - p[:, None])).mean(axis=1)), "the mean of the negatives' exponentials"),
    ],
)
def test_mistakes_in_the_contrastive_loss_are_named(wrong, says):
    found = conform(wrong, INFONCE)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
