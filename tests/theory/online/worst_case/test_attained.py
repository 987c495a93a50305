from fractions import Fraction

import numpy as np
import pytest

from theory.engine.statements.gram import scalars, vectors
from theory.online.worst_case import gradient_descent
from theory.online.worst_case.attained import Attained, WorstFunction

U, V = vectors("u v")
(F,) = scalars("f")
THIRD = Fraction(1, 3)
POINT = Attained({"u": (1, 2), "v": (Fraction(3), Fraction(0))}, {"f": Fraction(5)}, (Fraction(1), THIRD))


def test_combinations_and_values_are_exact_in_a_basis_of_any_lengths():
    assert POINT.combination(2 * U - V) == (-1, 4)
    assert POINT.value(U @ U + 2 * (U @ V) - F + 1) == 1 + 4 * THIRD + 6 - 5 + 1
    assert POINT.value((2 * U - V) @ (2 * U - V)) == 1 + 16 * THIRD


def test_products_that_are_known_are_not_multiplied_again():
    known = Attained(POINT.vectors, {}, POINT.squares, {("u", "v"): Fraction(7)})
    assert known.inner("v", "u") == known.inner("u", "v") == 7
    assert known.inner("u", "u") == POINT.inner("u", "u")


def test_arrays_are_in_an_orthonormal_basis():
    found = WorstFunction({"x0": (Fraction(1), Fraction(2))}, {"x0": (Fraction(0), Fraction(3))}, {}, POINT.squares)
    points, gradients = found.arrays()
    assert found.dimension == 2
    assert points == pytest.approx(np.asarray([[1, 2 / 3**0.5]]))
    assert (points * gradients).sum() == pytest.approx(float(2 * THIRD * 3))


def test_what_many_steps_show_is_told_in_a_line():
    problem = gradient_descent(12, 1)
    shown = map(repr, (problem, problem.solution, problem.solution.attained, problem.certify().function))
    assert [len(line) < 400 and "\n" not in line for line in shown] == [True] * 4
    assert repr(problem) == "<problem of the worst case of gradient descent, N = 12, h = 1, 183 conditions>"
