"""Projected online gradient descent in the worst case: sqrt(T) exactly, and less than the usual 3/2 sqrt(T)."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from theory.online.worst_case import projected_descent
from theory.online.worst_case.projected import closed_form, root_weights


def improved(rounds):
    return sqrt(rounds - 1) / 2 + 1 / (2 * sqrt(rounds - 1)) + sum(1 / sqrt(t) for t in range(1, rounds)) / 2


@pytest.mark.parametrize("rounds", [1, 2, 3, 8])
def test_constant_steps_cost_exactly_the_root(rounds):
    result = projected_descent(rounds).certify()
    assert result.exact
    assert result.upper == 1
    assert result.residuals == {"gap": 0, "violation": 0, "complementarity": 0}


@pytest.mark.parametrize(("rounds", "value"), [(1, 1.0), (2, 1.5), (3, 1.91421356237), (5, 2.64222852519)])
def test_anytime_steps_for_few_rounds(rounds, value):
    result = projected_descent(rounds, "anytime").certify()
    assert result.value == pytest.approx(value, abs=2e-8)
    assert result.upper - result.lower < Fraction(1, 10**8)
    assert result.residuals["violation"] == 0
    assert result.upper < Fraction(3, 2) * Fraction(sqrt(rounds))


def test_the_closed_form_is_not_exact_for_eight_rounds():
    result = projected_descent(8, "anytime").certify()
    assert result.value == pytest.approx(3.48323644749, abs=1e-9)
    assert result.upper - result.lower < Fraction(1, 10**8)
    assert float(result.upper) < improved(8) - 0.03


@pytest.mark.parametrize("rounds", [2, 7, 30])
def test_the_closed_form_is_the_formula(rounds):
    bound, multipliers = closed_form(root_weights(rounds), [Fraction(1, t) for t in range(1, rounds + 1)])
    assert float(bound) == pytest.approx(improved(rounds), rel=1e-12)
    assert min(multipliers.values()) >= 0
    assert bound < Fraction(3, 2) * Fraction(sqrt(rounds))


def test_the_worst_game_is_a_run_of_the_method():
    game = projected_descent(4).certify().function
    points, gradients = game.arrays()
    np.testing.assert_allclose(points[1:], points[:-1] - gradients[:-1], atol=1e-12)
    np.testing.assert_allclose((points * gradients).sum(), 1, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(gradients, axis=1), 0.5, atol=1e-12)


def test_runs_on_a_ball_stay_below():
    rng = np.random.default_rng(1)
    rounds, point, total, loss = 5, np.array([0.5, 0, 0]), np.zeros(3), 0.0
    for t in range(1, rounds + 1):
        gradient = rng.normal(size=3)
        gradient /= np.linalg.norm(gradient)
        loss, total = loss + gradient @ point, total + gradient
        point = point - gradient / sqrt(t)
        point = point / max(1.0, 2 * np.linalg.norm(point))
    assert loss + np.linalg.norm(total) / 2 <= improved(rounds)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="number of rounds"):
        projected_descent(0)
    with pytest.raises(ValueError, match="allowed: constant, anytime"):
        projected_descent(3, "adaptive")
