"""Implementations held against the ranking losses: the package's own conform, wrong ones are named."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory.classification.rankmixup import rankmixup_expressions
from theory.classification.rankmixup.ranking_loss import mixup_ranking_loss, normalized_gain
from theory.classification.rankmixup.rankmixup_references import GAIN, RANKING
from theory.engine.conformance.conform import conform


def confident(s):
    return 1 / np.exp(s - s.max(axis=1, keepdims=True)).sum(axis=1)


def ranking(s, m):
    return mixup_ranking_loss(confident(s), confident(m), margin=0.25)


def test_the_own_losses_conform():
    found = conform(ranking, RANKING)
    assert found.outcome == "conforms", found.text()
    gain = conform(lambda g: 1 - normalized_gain(g), GAIN)
    assert gain.outcome == "conforms", gain.text()
    assert next(item for item in gain.findings if item.check == "float32").detail.startswith("right on the shared")


def test_the_exact_forms_are_those_of_the_package():
    raw, mixed, margin = (1, sympy.Rational(1, 3), -2), (0, 0, 1), sympy.Rational(1, 5)
    own = rankmixup_expressions.mixup_ranking_loss(raw, mixed=mixed, margin=margin)
    assert abs(sympy.N(RANKING.loss(raw, mixed, margin=margin) - own, 30)) < 1e-28
    for gains in ((3, 1, 2), (1, 2, 2, 5), (4, 3, 2, 1)):
        exact = tuple(map(sympy.Integer, gains))
        assert abs(sympy.N(GAIN.loss(exact) - rankmixup_expressions.gain_loss(exact), 30)) < 1e-28


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda s, m: mixup_ranking_loss(confident(s), confident(m)), "the margin left out"),
        (lambda s, m: ranking(m, s), "raw and mixed exchanged"),
        (lambda s, m: confident(m) - confident(s) + 0.25, "no maximum with zero"),
        (lambda s, m: np.maximum(0, m.max(axis=1) - s.max(axis=1) + 0.25), "the largest scores"),
    ],
)
def test_mistakes_in_the_ranking_loss_are_named(wrong, says):
    found = conform(wrong, RANKING, parameters={"margin": Fraction(1, 4)})
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()


def discounted(g, first=2):
    return (g / np.log2(np.arange(first, first + g.shape[1]))).sum(axis=1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda g: 1 - discounted(g) / discounted(np.sort(g, axis=1)), "sorted upwards"),
        (lambda g: 1 - discounted(g, 3) / discounted(-np.sort(-g, axis=1), 3), "places counted from 1"),
        (lambda g: 1 - normalized_gain(2**g - 1), "gains 2^g - 1"),
    ],
)
def test_mistakes_in_the_gain_are_named(wrong, says):
    found = conform(wrong, GAIN)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()
