"""From floats to exact rationals."""

from fractions import Fraction as F  # noqa: N817

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.provers.rounding import evaluate, nearby, rational_kernel, solve_near


def test_contradicting_equalities_have_no_solution():
    assert solve_near([{"x": F(1), "": F(-1)}, {"x": F(2), "": F(-3)}], {"x": F(0)}, ["x"]) is None
    assert solve_near([{"": F(1)}], {"x": F(0)}, ["x"]) is None


def test_without_equalities_the_guess_stays():
    assert solve_near([], {"x": F(1, 3)}, ["x"]) == {"x": F(1, 3)}


def test_unknowns_that_come_last_stay_free():
    equality = {"x": F(1), "y": F(1), "": F(-1)}
    guess = {"x": F(1, 2), "y": F(1, 3)}
    assert solve_near([equality], guess, ["x", "y"]) == {"x": F(2, 3), "y": F(1, 3)}
    assert solve_near([equality], guess, ["y", "x"]) == {"x": F(1, 2), "y": F(1, 2)}


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=4))
def test_solutions_are_exact(table):
    names = ["a", "b", "c", "d"]
    equalities = [dict(zip([*names, ""], map(F, row), strict=True)) for row in table]
    guess = {"a": F(1, 7), "b": F(0), "c": F(-2), "d": F(5, 3)}
    solution = solve_near(equalities, guess, names)
    if solution is None:
        matrix, right = np.array(table)[:, :4], -np.array(table)[:, 4]
        assert np.linalg.matrix_rank(np.column_stack([matrix, right])) > np.linalg.matrix_rank(matrix)
    else:
        assert all(evaluate(form, solution) == 0 for form in equalities)


@pytest.mark.parametrize(
    "kernel",
    [
        [[1, 2, 3, 0]],
        [[1, F(1, 3), 0, 0], [0, 0, 1, F(-1, 2)]],
        [[1, 0, F(2, 7), 0], [0, 1, F(-1, 5), 0], [0, 0, 0, 1]],
    ],
)
def test_rational_kernels_are_recovered_from_noisy_matrices(kernel):
    rng = np.random.default_rng(1)
    basis = np.array(kernel, dtype=float)
    complement = np.linalg.svd(basis)[2][len(basis) :]
    noise = rng.normal(size=(4, 4)) * 1e-10
    found = rational_kernel(complement.T @ complement + noise + noise.T, tolerance=1e-7)
    assert len(found) == len(kernel)
    stacked = np.array([*kernel, *found], dtype=float)
    assert np.linalg.matrix_rank(stacked) == len(kernel)
    assert all(F(value).denominator <= 200 for row in found for value in row)


def test_a_definite_matrix_has_no_kernel_and_zero_has_all():
    assert rational_kernel(np.eye(3), tolerance=1e-9) == []
    assert len(rational_kernel(np.zeros((3, 3)), tolerance=1e-9)) == 3


def test_nearby_bounds_denominators():
    assert nearby({"x": 0.142857, "y": -1.0}, 10) == {"x": F(1, 7), "y": F(-1)}
