import itertools

import array_api_compat.numpy as xp
import comp_sum_reference as reference
import numpy as np
import pytest
from scipy.optimize import linprog

from theory.arrays import quiet
from theory.classification.calibration import bound, transform
from theory.classification.vertices import hull_inverse


def least_by_programs(beta, tau, n):
    """Minimise the regret over posteriors, a linear program for each vertex of predicting class 2."""
    q = tau - 1
    best = np.inf
    order = np.hstack([-np.ones((n - 1, 1)), np.eye(n - 1)])
    equal = np.vstack([np.ones(n), np.eye(n)[0] - np.eye(n)[1]])
    for size in range(n):
        for others in itertools.combinations([0, *range(2, n)], size):
            cost = np.eye(n)[0]
            cost[[1, *others]] -= (size + 1.0) ** -q
            program = linprog(cost, A_ub=order, b_ub=np.zeros(n - 1), A_eq=equal, b_eq=[1, beta])
            best = min(best, program.fun)
    return best / q


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("tau", [2, 2.3, 3])
def test_closed_form_is_the_least_over_linear_programs(n, tau):
    for beta in (0.0, 0.1, 0.3, 0.5, 0.62, 0.95, 1.0):
        assert transform(beta, tau, n) == pytest.approx(least_by_programs(beta, tau, n), abs=1e-12)


def test_mean_absolute_error_by_hand():
    assert transform(0.25, 2, 3) == pytest.approx(1 / 12)  # beta <= 1/2: beta/3
    assert transform(0.6, 2, 3) == pytest.approx(0.6 - 1 / 3)  # beta - 1/3 = .2667 < .3 = beta/2
    assert transform(0.9, 2, 3) == pytest.approx(0.45)
    assert transform(1.0, 2, 10**6) == 0.5


def test_beyond_the_mean_absolute_error_by_hand():
    assert transform(0.2, 3, 2) == pytest.approx(0.1)  # beta/2
    assert transform(0.8, 3, 2) == pytest.approx(2.6 / 8)  # (1 + 2 beta)/8


@pytest.mark.parametrize("n", [2, 3, 10, 1000, 10**6])
@pytest.mark.parametrize("tau", [2, 2 + 1e-12, 2 + 1e-6, 2.001, 2.1, 3, 5])
def test_closed_form_is_accurate(n, tau):
    for beta in (1e-150, 1e-9, 1.1e-6, 1e-3, 0.012345, 0.1, 1 / 3, 0.5, 0.7, 1 - 1e-12, 1.0):
        x = max(beta, (1 + beta) / n)
        centres = [1, n, (1 + beta) / x] + ([(tau - 1) * beta / ((tau - 2) * x)] if tau > 2 else [])
        near = {int(min(max(c, 1), n)) + step for c in centres for step in range(-3, 4)}
        expected = float(reference.vertex(beta, tau, n, [k for k in near if 1 <= k <= n]))
        assert transform(beta, tau, n) == pytest.approx(expected, rel=1e-12, abs=0)


def lower_hull(x, y):
    hull = []
    for b, t in zip(x, y, strict=True):
        while len(hull) > 1:
            (b1, t1), (b0, t0) = hull[-1], hull[-2]
            if (b1 - b0) * (t - t0) > (t1 - t0) * (b - b0):
                break
            hull.pop()
        hull.append((b, t))
    return np.asarray(hull).T


@pytest.mark.parametrize("n", [2, 3, 7, 30])
@pytest.mark.parametrize("tau", [2, 2.001, 2.2, 2.5, 3, 6])
def test_bound_is_the_inverse_of_the_convex_hull(n, tau):
    beta = np.unique(np.concatenate([np.linspace(0, 1, 2001), 1 / np.arange(1.0, n)]))
    hull_beta, hull_value = lower_hull(beta, transform(beta, tau, n))
    t = np.linspace(0, hull_value[-1], 101)
    np.testing.assert_allclose(bound(t, tau, n), np.interp(t, hull_value, hull_beta), atol=1e-14)
    assert bound(1.01 * hull_value[-1], tau, n) == 1
    assert bound(np.inf, tau, n) == 1


def test_hull_of_three_classes_by_hand():
    # max(beta/3, (4 beta - 1)/6) at tau = 2
    beta = np.asarray([0.0, 0.3, 0.5, 0.8, 1.0])
    t = np.maximum(beta / 3, (4 * beta - 1) / 6)
    three = np.full_like(t, 3)
    np.testing.assert_allclose(hull_inverse(xp, t, np.full_like(t, 2), three), beta, rtol=1e-14)
    # Above the largest regret the answer is 1.
    assert quiet(hull_inverse)(xp, np.asarray([0.7]), np.asarray([2.0]), np.asarray([3.0])).tolist() == [1.0]
