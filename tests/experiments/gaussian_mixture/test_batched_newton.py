from dataclasses import dataclass

import numpy as np
import pytest

from experiments.gaussian_mixture.newton import in_chunks, minimise


@dataclass
class Steep:
    """sqrt(1 + (a (x - c))^2): undamped Newton diverges from |a (x - c)| > 1."""

    a: np.ndarray
    c: np.ndarray

    def value(self, points):
        return np.sqrt(1 + (self.a * (points[:, 0] - self.c)) ** 2)

    def derivatives(self, points):
        root = self.value(points)
        slope = self.a**2 * (points[:, 0] - self.c) / root
        return slope[:, None], (self.a**2 / root**3)[:, None, None]

    def take(self, index):
        return Steep(self.a[index], self.c[index])


def test_steps_are_damped_problem_by_problem_and_answers_return_to_their_rows():
    problem = Steep(np.asarray([0.1, 5.0, 1.0, 3.0, 0.5]), np.asarray([3.0, -2.0, 0.0, 4.0, 1.0]))
    found = minimise(problem, np.zeros((5, 1)))
    assert np.all(found.converged)
    assert found.points[:, 0] == pytest.approx([3.0, -2.0, 0.0, 4.0, 1.0], abs=1e-9)


def test_the_limit_is_kept_and_said():
    problem = Steep(np.asarray([5.0, 1.0]), np.asarray([-2.0, 0.0]))
    found = minimise(problem, np.zeros((2, 1)), limit=1)
    assert found.steps == 1
    assert found.converged.tolist() == [False, True]


def test_a_function_without_minimum_does_not_converge():
    class Falling:
        def value(self, points):
            return -points[:, 0]

        def derivatives(self, points):
            return -np.ones_like(points), 1e-3 * np.ones((len(points), 1, 1))

        def take(self, index):
            return self

    assert not minimise(Falling(), np.zeros((1, 1)), limit=20).converged[0]


def test_no_problems_at_all():
    found = minimise(Steep(np.zeros(0), np.zeros(0)), np.zeros((0, 1)))
    assert found.points.shape == (0, 1)


def test_chunks_cover_everything_once():
    for memory in (1, 24, 10**6):
        first, second = in_chunks(lambda i, j: (np.arange(i, j), np.arange(i, j) ** 2), 7, 8, memory)
        assert first.tolist() == list(range(7))
        assert second.tolist() == [i * i for i in range(7)]


@dataclass
class Bowl:
    """(x - c)' H (x - c) / 2, one H for all."""

    hessian: np.ndarray
    centre: np.ndarray

    def value(self, points):
        away = points - self.centre
        return np.einsum("ri,ij,rj->r", away, self.hessian, away) / 2

    def derivatives(self, points):
        return (points - self.centre) @ self.hessian, np.broadcast_to(self.hessian, (len(points), *self.hessian.shape))

    def take(self, index):
        return Bowl(self.hessian, self.centre[index])


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e12])
def test_singular_problems_are_solved_in_their_range_whatever_their_size(size):
    found = minimise(Bowl(size * np.ones((2, 2)), np.asarray([[1.0, 3.0], [0.0, -2.0]])), np.zeros((2, 2)))
    assert np.all(found.converged)
    assert found.points.sum(axis=-1) == pytest.approx([4.0, -2.0], rel=1e-6)


@pytest.mark.parametrize("ratio", [1e-6, 1e-10, 1e10, 1e20])
def test_one_step_solves_a_quadratic_whatever_the_units_of_its_variables(ratio):
    units = np.asarray([1.0, ratio])
    hessian = np.asarray([[2.0, 1.0], [1.0, 1.0]]) * units * units[:, None]
    centre = np.asarray([[3.0, -2.0]]) / units
    found = minimise(Bowl(hessian, centre), np.zeros((1, 2)))
    assert found.steps <= 2
    assert found.points * units == pytest.approx(np.asarray([[3.0, -2.0]]), rel=1e-9)


def test_nearly_singular_problems_take_their_full_step():
    hessian = np.asarray([[1.0, 1.0 - 1e-8], [1.0 - 1e-8, 1.0]])
    found = minimise(Bowl(hessian, np.asarray([[1.0, -1.0]])), np.zeros((1, 2)))
    assert found.points == pytest.approx(np.asarray([[1.0, -1.0]]), rel=1e-5)
