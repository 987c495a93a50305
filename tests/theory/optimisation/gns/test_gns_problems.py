import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from theory.optimisation.gns.newton import CONVEX, minimise
from theory.optimisation.gns.problems import chebyshev, equations, log_sum_exp, logistic, rosenbrock
from theory.optimisation.gns.smoothness import gamma_of_steps

RNG = np.random.default_rng(3)
ROWS, SHIFTS = RNG.normal(size=(8, 3)), RNG.normal(size=8)
PROBLEMS = [
    logistic(ROWS, np.sign(SHIFTS), ridge=0.1), log_sum_exp(ROWS, SHIFTS, mu=0.3), rosenbrock(), chebyshev(3),
    chebyshev(3, p=3),
]  # fmt: skip


def differences(function, x, step=1e-6):
    return np.stack([(function(x + step * e) - function(x - step * e)) / (2 * step) for e in np.eye(len(x))])


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_gradients_are_those_of_the_values(problem):
    x = np.full(len(problem.start), 0.3)
    assert problem.gradient(x) == pytest.approx(differences(problem.value, x), rel=1e-6, abs=1e-8)


def test_matrices_are_what_they_are_said_to_be():
    x = np.array([0.3, -0.2, 0.5])
    assert np.allclose(PROBLEMS[0].curvature(x), differences(PROBLEMS[0].gradient, x), atol=1e-7)
    g = PROBLEMS[1].gradient(x)
    left_out = PROBLEMS[1].curvature(x) - differences(PROBLEMS[1].gradient, x)
    assert np.allclose(left_out, np.outer(g, g) / 0.3, atol=1e-6)
    line = equations("linear", lambda x: ROWS @ x - SHIFTS, lambda x: ROWS, np.zeros(3), p=4.0)
    assert np.allclose(line.curvature(x), differences(line.gradient, x), rtol=1e-6)  # nothing is left out


@pytest.mark.parametrize("problem", PROBLEMS[:2], ids=lambda problem: problem.name)
def test_lower_bounds_of_gamma_hold_for_random_steps(problem):
    for _ in range(20):
        x = 2 * RNG.normal(size=3)
        steps = RNG.normal(size=(200, 3)) * RNG.choice([0.01, 0.1, 1.0], size=(200, 1))
        norm = float(np.linalg.norm(problem.gradient(x)))
        assert gamma_of_steps(problem.gradient, x, problem.curvature(x), steps) >= problem.radius(x, norm) * (1 - 1e-9)


def test_the_minimum_of_log_sum_exp_is_at_zero():
    problem = PROBLEMS[1]
    assert np.allclose(problem.gradient(np.zeros(3)), 0, atol=1e-15)
    assert problem.value(np.zeros(3)) == pytest.approx(problem.minimum)
    assert all(problem.value(RNG.normal(size=3)) > problem.minimum for _ in range(20))


def test_large_numbers_do_not_overflow():
    assert PROBLEMS[0].value(np.full(3, 1e4)) < 1e9
    assert np.all(np.isfinite(PROBLEMS[0].gradient(np.full(3, 1e4))))
    assert np.isfinite(PROBLEMS[1].value(np.full(3, 1e4)))


def test_breast_cancer():
    found = load_breast_cancer()
    features = (found.data - found.data.mean(axis=0)) / found.data.std(axis=0)
    path = minimise(logistic(features, 2 * found.target - 1.0, ridge=1e-3), acceptance=CONVEX, gamma=1.0)
    assert path.converged
    assert len(path.gammas) < 25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logistic(ROWS, np.zeros(8)), "labels -1 or 1"),
        (lambda: logistic(ROWS, np.ones(7)), "labels -1 or 1"),
        (lambda: logistic(ROWS, np.ones(8), ridge=-1.0), "ridge must be at least 0"),
        (lambda: log_sum_exp(ROWS, SHIFTS[:2]), "shifts"),
        (lambda: log_sum_exp(ROWS, SHIFTS, mu=0.0), "mu must be positive"),
        (lambda: chebyshev(1), "the dimension must be a whole number >= 2, got 1"),
        (lambda: chebyshev(2.5), "the dimension must be a whole number >= 2, got 2.5"),
        (lambda: rosenbrock(p=1.0), "p must be at least 2"),
        (lambda: rosenbrock(p=np.inf), "p must be at least 2 and finite"),
        (lambda: logistic([[np.nan]], [1.0]), "features must be finite, got nan"),
        (lambda: logistic(ROWS, np.ones(8), ridge=np.inf), "ridge must be at least 0 and finite"),
        (lambda: log_sum_exp(ROWS * np.inf, SHIFTS), "rows must be finite"),
        (lambda: log_sum_exp(ROWS, SHIFTS * np.nan), "shifts must be finite"),
        (lambda: log_sum_exp(ROWS, SHIFTS, mu=np.inf), "mu must be positive and finite"),
    ],
)
def test_wrong_problems_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_bound_of_gamma_at_the_minimiser():
    problem = log_sum_exp([[1.0], [-1.0]], [0.0, 0.0], mu=0.1)
    assert problem.radius(np.zeros(1), 0.0) == pytest.approx(1.2564312086 * 0.1 / 2)
