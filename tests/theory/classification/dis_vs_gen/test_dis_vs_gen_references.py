"""Implementations held against the multinomial logistic loss: a right one conforms, wrong ones are named."""

import numpy as np
import pytest

from theory.classification.dis_vs_gen.dis_vs_gen_references import LOGISTIC
from theory.engine.conformance.conform import conform


def logistic(s, y):
    top = s.max(axis=1)
    return np.log(np.exp(s - top[:, None]).sum(axis=1)) + top - s[np.arange(len(y)), y]


def one_versus_rest(s, y):
    return np.logaddexp(0, np.where(np.arange(s.shape[1]) == y[:, None], -s, s)).sum(axis=1)


def test_a_right_one_conforms():
    found = conform(logistic, LOGISTIC)
    assert found.outcome == "conforms", found.text()
    assert ("dis_vs_gen.logistic_bound", "proved") in found.inherited


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, y: logistic(s, y) / np.log(2), "the logarithm to base 2"),
        (lambda s, y: logistic(-s, y), "the scores enter as energies"),
        (one_versus_rest, "a sigmoid for each class"),
    ],
)
def test_mistakes_are_named(wrong, says):
    found = conform(wrong, LOGISTIC)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
