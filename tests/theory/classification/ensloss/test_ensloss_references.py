"""Implementations held against the hinges with falling tails: right ones conform, wrong ones are named."""

import numpy as np
import pytest
import sympy

from theory.classification.ensloss import ensloss_expressions
from theory.classification.ensloss.ensloss_references import INVERSE_LOG_HINGE, LOG_HINGE
from theory.engine.conformance.conform import conform


def log_hinge(s, y):
    z = y * s
    return np.where(z <= 1, 1 - z, -np.log(np.maximum(z, 1)))


def inverse_log_hinge(s, y):
    z = y * s
    return np.where(z <= 1, 1 - z, np.e / np.log(np.maximum(z, 1) + np.e - 1) - np.e)


def test_right_ones_conform():
    for right, reference in ((log_hinge, LOG_HINGE), (inverse_log_hinge, INVERSE_LOG_HINGE)):
        found = conform(right, reference)
        assert found.outcome == "conforms", found.text()


def test_the_exact_forms_are_those_of_the_package():
    for score in (sympy.Rational(-7, 3), sympy.Rational(1, 2), sympy.Integer(4)):
        for label in (-1, 1):
            for reference, name in ((LOG_HINGE, "log_hinge"), (INVERSE_LOG_HINGE, "inverse_log_hinge")):
                own = getattr(ensloss_expressions, name)((score,), (label + 1) // 2)
                assert abs(sympy.N(reference.loss(score, label) - own, 30)) < 1e-28


@pytest.mark.parametrize(
    ("wrong", "reference", "says"),
    [
        (lambda s, y: np.maximum(0, 1 - y * s), LOG_HINGE, "the hinge loss"),
        (lambda s, y: np.where(y * s <= 1, 1 - y * s, np.log(np.maximum(y * s, 1))), LOG_HINGE, "``+log z``"),
        (lambda s, y: log_hinge(s, (y + 1) // 2), LOG_HINGE, "Labels 0 and 1 used as the signs"),
        (log_hinge, INVERSE_LOG_HINGE, "not bounded below"),
    ],
)
def test_mistakes_are_named(wrong, reference, says):
    found = conform(wrong, reference)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
