from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.optimisation.gns.newton import CONVEX, PUBLISHED, Problem, ProgressViolated, minimise
from theory.optimisation.gns.problems import chebyshev, log_sum_exp, logistic, rosenbrock, without_curvature

LINE = Problem("line", lambda x: float(x @ x) / 2, lambda x: x.copy(), lambda x: np.eye(len(x)), np.ones(2), True, 0.0)


def random_convex(name, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(12, 3)) * np.array([0.3, 1.0, 3.0])
    if name == "logistic":
        return logistic(rows, np.sign(rng.normal(size=12)), ridge=1e-2)
    return log_sum_exp(rows, rng.normal(size=12), mu=0.2)


def test_the_first_step_by_hand():
    # g = (1, 1), |g| = sqrt 2, gamma = sqrt 2: lam = 1, h = -g/2; f falls from 1 to 1/4, n = (1/2, 1/2)
    path = minimise(LINE, gamma=2**0.5, iterations=1)
    assert path.values == pytest.approx([1.0, 0.25])
    assert path.gradient_norms == pytest.approx([2**0.5, 0.5**0.5])
    assert (path.gammas[0], path.trials.tolist(), path.evaluations.tolist()) == (2**0.5, [1], [1, 2])
    assert path.least_slack == pytest.approx((0.75 - 1 / 16) / (1 / 16))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["logistic", "log-sum-exp"]), st.integers(0, 10_000), st.sampled_from([PUBLISHED, CONVEX, 0.01]))
def test_convex_problems_obey_the_theory_and_are_solved(name, seed, acceptance):
    problem = random_convex(name, seed)
    path = minimise(problem, acceptance=acceptance, tolerance=1e-7)
    assert path.converged
    assert path.least_slack >= 0
    assert np.all(np.diff(path.values) <= 1e-12 * (1 + np.abs(path.values[1:])))
    progress = path.gammas * path.gradient_norms[1:] ** 2 / path.gradient_norms[:-1]
    assert np.all(-np.diff(path.values) >= acceptance * progress - 1e-13 * (1 + np.abs(path.values[0])))
    # gamma is doubled after every accepted step, halved after every refused one
    refused = path.trials - 1
    assert path.gammas[0] == 0.5 ** refused[0]
    assert path.gammas[1:] == pytest.approx(2 * path.gammas[:-1] * 0.5 ** refused[1:], rel=1e-12)
    if problem.minimum is not None:
        assert path.values[-1] == pytest.approx(problem.minimum, abs=1e-9)


@pytest.mark.parametrize("problem", [rosenbrock(), rosenbrock(p=3), chebyshev(3), chebyshev(3, p=3)])
def test_equations_are_solved(problem):
    path = minimise(problem, tolerance=1e-9)
    assert path.converged
    assert path.values[-1] < 1e-9
    assert np.allclose(path.point, 1, atol=1e-2)


def test_without_curvature_it_is_gradient_descent():
    path = minimise(without_curvature(LINE), gamma=1.0, iterations=1)
    assert path.point == pytest.approx(np.ones(2) * (1 - 1 / 2**0.5))


def test_nothing_is_done_at_a_stationary_point():
    path = minimise(replace(LINE, start=np.zeros(2)))
    assert (path.converged, path.values.tolist(), len(path.gammas)) == (True, [0.0], 0)


def test_a_false_declaration_of_convexity_is_found_out():
    # the family of eighth_is_best: a decrease of 1/8 and not of 1/2
    def slope(s):
        return -1 + s**2 / 0.02 if s < 0.01 else -1.005 + s if s < 0.99 else -0.015 - (s - 0.99) * 197.5

    grid = np.linspace(0, 1, 100_001)
    values = np.concatenate([[0], np.cumsum([slope(s) for s in (grid[1:] + grid[:-1]) / 2]) * 1e-5])
    steep = Problem("steep", lambda x: float(np.interp(x[0], grid, values)), lambda x: np.array([slope(x[0])]),
                    lambda x: np.zeros((1, 1)), np.zeros(1), True)  # fmt: skip
    with pytest.raises(
        ProgressViolated, match=r"steep, iteration 0: a decrease of 0\.5\d* where convexity demands 1\.98"
    ):
        minimise(steep, iterations=1)
    assert minimise(replace(steep, convex=False), iterations=1).trials.tolist() == [1]


def test_a_wrong_lower_bound_of_gamma_is_found_out():
    problem = random_convex("logistic", 1)
    with pytest.raises(ProgressViolated, match=r"is refused though 1000000\.0 is proved"):
        minimise(replace(without_curvature(problem), radius=lambda x, norm: 1e6), gamma=1e5)


def test_a_wrong_gradient_is_found_out():
    with pytest.raises(ProgressViolated, match="line, iteration 0"):
        minimise(replace(LINE, gradient=lambda x: -x, convex=False), halvings=20)


def test_wrong_matrices_are_found_out():
    with pytest.raises(ProgressViolated, match="negative eigenvalue -1"):
        minimise(replace(LINE, curvature=lambda x: -np.eye(2)))
    with pytest.raises(ProgressViolated, match="finite and of shape"):
        minimise(replace(LINE, curvature=lambda x: np.eye(3)))


def test_a_trial_that_is_not_finite_is_refused():
    wall = Problem("wall", lambda x: float(-np.log(x[0]) + x[0]) if x[0] > 0 else np.inf,
                   lambda x: 1 - 1 / x if x[0] > 0 else np.array([np.inf]), lambda x: np.zeros((1, 1)),
                   np.array([3.0]), True, 1.0)  # fmt: skip
    path = minimise(wall, gamma=64.0)
    assert path.converged
    assert path.trials[0] > 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"acceptance": 0.6}, "acceptance must lie in"),
        ({"acceptance": 0.0}, "acceptance must lie in"),
        ({"gamma": 0.0}, "gamma must be positive"),
        ({"tolerance": float("inf")}, "tolerance must be positive and finite"),
        ({"iterations": 0}, "iterations must be a whole number >= 1, got 0"),
        ({"halvings": 0}, "halvings must be a whole number >= 1, got 0"),
        ({"iterations": 1.5}, "iterations must be a whole number >= 1, got 1.5"),
        ({"gamma": 1e200}, "gamma must be at most 1e"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        minimise(LINE, **options)


@pytest.mark.parametrize("start", [np.zeros((2, 2)), np.zeros(0), np.array([np.nan, 0.0])])
def test_a_start_that_is_no_vector_is_refused(start):
    with pytest.raises(ValueError, match="the start must be a vector"):
        minimise(replace(LINE, start=start))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_at_the_start_are_an_error(bad):
    with pytest.raises(ProgressViolated, match="line: f and its gradient must be finite at the start"):
        minimise(replace(LINE, gradient=lambda x: np.array([1.0, bad])))
    with pytest.raises(ProgressViolated, match="must be finite at the start, got"):
        minimise(replace(LINE, value=lambda x: bad))


def test_a_gradient_of_another_shape_and_an_asymmetric_matrix_are_refused():
    with pytest.raises(ValueError, match=r"the gradient must be of shape \(2,\), got \(3,\)"):
        minimise(replace(LINE, gradient=lambda x: np.ones(3)))
    with pytest.raises(ProgressViolated, match="iteration 0: H must be symmetric"):
        minimise(replace(LINE, curvature=lambda x: np.array([[1.0, 5.0], [0.0, 1.0]])))


def test_a_start_without_gradient_is_the_end():
    path = minimise(replace(LINE, start=np.zeros(2)))
    assert (path.converged, path.gammas.size, path.evaluations.tolist()) == (True, 0, [1])


def test_a_function_without_minimum_does_not_overflow():
    slope = Problem("slope", lambda x: -float(x.sum()), lambda x: -np.ones(1), lambda x: np.zeros((1, 1)),
                    np.zeros(1), True)  # fmt: skip
    path = minimise(slope, iterations=700)
    assert not path.converged
    assert np.all(np.diff(path.values) <= 0)
    assert path.gammas.max() == 1e100


def test_a_false_bound_of_gamma_is_found():
    square = Problem("square", lambda x: float(x @ x), lambda x: 2 * x, lambda x: np.zeros((1, 1)), np.ones(1), True)
    with pytest.raises(ProgressViolated, match=r"iteration 0: gamma = 50\.0 is refused though 100\.0 is proved"):
        minimise(replace(square, radius=lambda x, norm: 100.0), gamma=50.0)
    assert minimise(replace(square, radius=lambda x, norm: norm / 2), gamma=50.0).converged


def test_rounding_of_large_values_refuses_no_step():
    lifted = replace(LINE, value=lambda x: 1e6 + float(x @ x) / 2)
    path = minimise(lifted, tolerance=1e-12)
    assert path.converged
    assert path.trials.max() == 1
