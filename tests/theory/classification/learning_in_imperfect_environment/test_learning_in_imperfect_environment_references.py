"""Implementations held against the focal losses: the package's own conform, wrong ones are named."""

import numpy as np
import pytest
import sympy

from theory.classification.learning_in_imperfect_environment.learning_in_imperfect_environment_references import (
    BALANCED_FOCAL,
    FOCAL,
    MULTI_FOCAL,
)
from theory.classification.learning_in_imperfect_environment.multi_focal import multi_focal_loss
from theory.engine.conformance.conform import conform


def focal(s, y, gamma=2.0):
    return multi_focal_loss(s, y, positive_focus=gamma, negative_focus=gamma)


def multi(s, y, up=1.0, down=2.0):
    return multi_focal_loss(s, y.astype(s.dtype), positive_focus=up, negative_focus=down).sum(axis=1)


def test_the_own_losses_conform():
    assert conform(focal, FOCAL, passes={"gamma": "gamma"}).outcome == "conforms"
    found = conform(multi, MULTI_FOCAL, passes={"positive_focus": "up", "negative_focus": "down"})
    assert found.outcome == "conforms", found.text()
    balanced = conform(lambda s, y: np.where(y == 1, 0.25, 0.75) * focal(s, y), BALANCED_FOCAL)
    assert balanced.outcome == "conforms", balanced.text()


def test_the_exact_form_in_the_margin_is_the_one_in_the_probability():
    scores, up, down = (1, sympy.Rational(1, 3), -2), 3, sympy.Rational(1, 2)
    for label in range(3):
        bits = tuple(int(k == label) for k in range(3))
        entries = [
            (1 - p) ** up * sympy.log(p) if bit else p**down * sympy.log(1 - p)
            for bit, p in zip(bits, (1 / (1 + sympy.exp(-score)) for score in scores), strict=True)
        ]
        own = -sympy.Add(*entries)
        assert abs(sympy.N(MULTI_FOCAL.loss(scores, bits, positive_focus=up, negative_focus=down) - own, 30)) < 1e-28


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def entropy(s, y):
    return np.logaddexp(0, -(2 * y - 1) * s)


def easy(s, y):
    return (np.exp(-np.where(y == 1, 1, 2) * entropy(s, y)) * entropy(s, y)).sum(axis=1)


@pytest.mark.parametrize(
    ("wrong", "reference", "says"),
    [
        (entropy, FOCAL, "the modulating factor is missing"),
        (lambda s, y: np.exp(-2 * entropy(s, y)) * entropy(s, y), FOCAL, "``p_t^gamma``"),
        (lambda s, y: (1 - sigmoid(s)) ** 2 * entropy(s, y), FOCAL, "``(1-p)^gamma`` for both labels"),
        (lambda s, y: focal(sigmoid(s), y), FOCAL, "the sigmoid is applied twice"),
        (lambda s, y: np.where(y == 1, 0.75, 0.25) * focal(s, y), BALANCED_FOCAL, "the reverse"),
        (lambda s, y: np.where(y == 1, 0.25, 1.0) * focal(s, y), BALANCED_FOCAL, "negatives weigh 1"),
        (lambda s, y: multi(s, y, up=2.0, down=1.0), MULTI_FOCAL, "the foci of positives and negatives exchanged"),
        (lambda s, y: multi(s, y) / s.shape[1], MULTI_FOCAL, "the mean over the classes"),
        (lambda s, y: multi(s, y, up=0.0, down=0.0), MULTI_FOCAL, "no focus at all"),
        (easy, MULTI_FOCAL, "classes that are right already weigh most"),
    ],
)
def test_mistakes_are_named(wrong, reference, says):
    found = conform(wrong, reference)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
