"""Exact expressions of both learners' losses; the slips are told apart."""

from __future__ import annotations

import math

import pytest
import sympy
from scipy import stats

from theory.classification.dis_vs_gen import dis_vs_gen_expressions as module

_GAUSSIANS = {"means": ((0, 1), (2, -1)), "variances": (2, 5), "priors": (sympy.Rational(1, 3), sympy.Rational(2, 3))}
CASES = {
    module.logistic: [(((0, 1, -2), y), {}) for y in range(3)],
    module.naive_bayes: [(((1, 2), y), _GAUSSIANS) for y in range(2)],
}


def test_every_slip_differs_from_its_loss_somewhere():
    for loss, slips in module.SLIPS.items():
        for slip in slips:
            assert slip.__doc__.startswith("Slip: ")
            assert any(abs((slip(*a, **k) - loss(*a, **k)).evalf(30)) > 1e-3 for a, k in CASES[loss])


def test_logistic_is_shift_invariant_and_least_at_log_probabilities():
    scores = tuple(sympy.log(sympy.Rational(k, 6)) for k in (1, 2, 3))
    risk = sum(sympy.Rational(k, 6) * module.logistic(scores, y) for y, k in enumerate((1, 2, 3)))
    assert float(risk) == pytest.approx(-sum(k / 6 * math.log(k / 6) for k in (1, 2, 3)))
    moved = tuple(score + 5 for score in scores)
    assert abs((module.logistic(moved, 1) - module.logistic(scores, 1)).evalf(50)) < sympy.Float("1e-45")


def test_naive_bayes_is_the_joint_density():
    value = module.naive_bayes((1, 2), 1, **_GAUSSIANS)
    density = stats.norm.pdf(1, 2, math.sqrt(2)) * stats.norm.pdf(2, -1, math.sqrt(5)) * 2 / 3
    assert float(value.evalf(30)) == pytest.approx(-math.log(density))


def test_a_label_out_of_range():
    with pytest.raises(ValueError, match="a label in 0"):
        module.logistic((0, 1), 2)
