"""Gradient descent in the worst case: closed forms, both branches and the crossover, scaling, bad input."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.checker import Rejected, check
from theory.online.worst_case import gradient_descent
from theory.online.worst_case.attained import Solution
from theory.online.worst_case.descent import huber


def known(steps, h):
    return max(1 / (4 * steps * Fraction(h) + 2), (1 - Fraction(h)) ** (2 * steps) / 2)


@settings(max_examples=25, deadline=None)
@given(steps=st.integers(1, 4), hundredths=st.integers(1, 199))
def test_both_branches_are_exact_for_every_step_size(steps, hundredths):
    h = Fraction(hundredths, 100)
    result = gradient_descent(steps, h).certify()
    assert result.exact
    assert result.lower == result.upper == known(steps, h)
    assert result.residuals == {"gap": 0, "violation": 0, "complementarity": 0}
    result.recheck()


@pytest.mark.parametrize("h", [1, Fraction(1, 3), Fraction(3, 2), Fraction(195, 100), Fraction(19, 10)])
def test_twenty_steps(h):
    result = gradient_descent(20, h).certify()
    assert result.upper == known(20, h)


def test_the_chain_does_not_suffice_near_the_crossover():
    assert len(gradient_descent(5, "3/2").certify().multipliers) == 12
    assert len(gradient_descent(5, "17/10").certify().multipliers) > 12


def test_values_scale_with_smoothness_and_radius():
    result = gradient_descent(2, 1, smoothness=3, radius="1/2").certify()
    assert result.upper == Fraction(3, 4) / 10
    assert result.function.points["x0"] == (Fraction(1, 2),)


def test_the_worst_function_is_a_huber_function_that_the_method_really_meets():
    function = gradient_descent(3, 1).certify().function
    gradient, value = huber(Fraction(1, 7), Fraction(1))
    assert function.dimension == 1
    for name, (point,) in function.points.items():
        assert gradient(point) == function.gradients[name][0]
        assert value(point) == function.values.get(name, 0)
    for k in range(3):
        assert function.points[f"x{k + 1}"][0] == function.points[f"x{k}"][0] - function.gradients[f"x{k}"][0]
    points, gradients = function.arrays()
    assert points.shape == gradients.shape == (5, 1)
    np.testing.assert_allclose(points[:, 0], [0, 1, 6 / 7, 5 / 7, 4 / 7])


def test_no_quadratic_exceeds_the_bound():
    rng = np.random.default_rng(5)
    curvatures, weights = rng.uniform(0, 1, size=(2, 50, 6))
    start = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    end = start * (1 - 1.8 * curvatures) ** 4
    left = 0.5 * (curvatures * end**2).sum(axis=1)
    assert left.max() <= gradient_descent(4, "9/5").certify().value


def test_a_tampered_solution_is_not_certified():
    problem = gradient_descent(3)
    honest = problem.solution
    low = Solution(honest.lower, honest.upper * Fraction(99, 100), honest.multipliers, honest.attained)
    with pytest.raises(RuntimeError, match="no exact bounds"):
        replace(problem, solve=lambda _: low).certify()
    dropped = honest.multipliers | {"Q(x0, x1)": Fraction(0)}
    with pytest.raises(RuntimeError, match="no exact bounds"):
        replace(problem, solve=lambda _: replace(honest, multipliers=dropped)).certify()
    result = problem.certify()
    other = problem.statement("==", Fraction(1, 13))
    with pytest.raises(Rejected):
        check(other.to_json(), result.certificates[0].to_json())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), "number of steps must be a whole number"),
        ((2.0, 1), "number of steps must be a whole number"),
        ((True, 1), "number of steps must be a whole number"),
        ((3, 0), "step size h must be positive"),
        ((3, -1), "step size h must be positive"),
        ((3, 2), "below 2"),
        ((3, 0.5), "exact"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        gradient_descent(*arguments)


def test_bad_scales():
    with pytest.raises(ValueError, match="smoothness constant must be positive"):
        gradient_descent(1, smoothness=0)
    with pytest.raises(ValueError, match="radius must be positive"):
        gradient_descent(1, radius=-1)


def test_it_is_shown_in_one_line():
    assert str(gradient_descent(3).certify()) == (
        "gradient descent, N = 3, h = 1: worst case = 1/14 L R^2 (8 multipliers)"
    )
    assert str(gradient_descent(20, "39/20").certify()).endswith("exact (42 multipliers)")
