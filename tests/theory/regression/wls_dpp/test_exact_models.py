"""Exact polynomial bases and finite measures against hand-computed cases and floating-point linear algebra."""

from fractions import Fraction

import numpy as np
import pytest

from theory.regression.wls_dpp import exact_models as exact


def test_moments_are_those_of_the_measures():
    assert exact.moment("legendre", 2) == Fraction(1, 3)
    assert exact.moment("chebyshev", 2) == Fraction(1, 2)
    assert exact.moment("hermite", 6) == 15
    assert exact.moment("hermite", 3) == 0


def test_the_mean_squared_vandermonde_of_two_points_is_twice_the_variance():
    for family in exact.FAMILIES:
        assert exact.mean_squared_vandermonde(family, 2) == 2 * exact.moment(family, 2)


def test_elimination_agrees_with_floating_point():
    rng = np.random.default_rng(3)
    for size in (1, 2, 4):
        whole = rng.integers(-4, 5, (size, size))
        matrix = [[Fraction(int(value)) for value in row] for row in whole]
        assert float(exact.determinant(matrix)) == pytest.approx(np.linalg.det(whole), abs=1e-9)
        product = np.asarray([exact.times(matrix, column) for column in zip(*exact.adjugate(matrix), strict=True)])
        assert np.array_equal(product.T, exact.determinant(matrix) * np.eye(size, dtype=int))


def test_masses_are_equal_or_graded():
    assert exact.Ground.named(4, 2, "equal").mass == (Fraction(1, 4),) * 4
    assert exact.Ground.named(3, 2, "graded").mass == (Fraction(1, 6), Fraction(1, 3), Fraction(1, 2))


def test_the_kernel_reproduces_and_its_trace_is_the_dimension():
    ground = exact.Ground.named(5, 3, "graded")
    kernel = ground.kernel()
    square = [ground.row(x)[2] for x in ground.points]
    weighted = [mass * value for mass, value in zip(ground.mass, square, strict=True)]
    assert exact.times(kernel, weighted) == square
    assert sum(mass * kernel[x][x] for x, mass in enumerate(ground.mass)) == 3
    assert sum(ground.optimal_law(kernel)) == 1
