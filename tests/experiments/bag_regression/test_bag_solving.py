import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.bag_regression.solving import MANY, solve_ridge, solve_ridges
from experiments.streams import Stream


def problem(rows, columns, replicates=4):
    A = Stream(5).normal(replicates, (rows, columns))
    return A, A.swapaxes(1, 2) @ A, A.swapaxes(1, 2) @ Stream(6).normal(replicates, (rows, 3))


@pytest.mark.parametrize("where", ["numpy", "strict:device1"])
@pytest.mark.parametrize("ridge", [0.0, 1e-13, 1e-3, 10.0])
@pytest.mark.parametrize("rows", [3, 8, 30])
def test_solutions_are_those_of_least_norm_by_singular_values(rows, ridge, where):
    A, gram, right = problem(rows, 8)
    home = backend(where)
    found, singular = solve_ridge(home.asarray(gram), home.asarray(right), ridge)
    targets = Stream(6).normal(4, (rows, 3))
    for row in range(4):
        u, s, vt = np.linalg.svd(A[row], full_matrices=False)
        expected = vt.T @ ((s / (s**2 + ridge))[:, None] * (u.T @ targets[row]))
        assert np.allclose(to_numpy(found)[row], expected, rtol=1e-8, atol=1e-8 * abs(expected).max())
    assert to_numpy(singular).tolist() == [rows < 8 and ridge == 0] * 4


@pytest.mark.parametrize("where", ["numpy", "strict:device1"])
@pytest.mark.parametrize("rows", [3, 30])
def test_many_ridges_at_once_are_each_alone(rows, where):
    _, gram, right = problem(rows, 8)
    home = backend(where)
    ridges = [0.0, 1e-13, *np.logspace(-3, 2, MANY).tolist()]
    several = solve_ridges(home.asarray(gram), home.asarray(right), ridges)
    for ridge, (found, singular) in zip(ridges, several, strict=True):
        alone, lost = solve_ridge(gram, right, ridge)
        assert np.allclose(to_numpy(found), alone, rtol=1e-8, atol=1e-9 * abs(alone).max())
        assert to_numpy(singular).tolist() == lost.tolist()


def test_the_limit_is_of_small_ridges():
    _, gram, right = problem(5, 8)
    limit, _ = solve_ridge(gram, right, 0.0)
    far = [abs(solve_ridge(gram, right, ridge)[0] - limit).max() for ridge in (1e-2, 1e-4, 1e-6)]
    assert far[0] > 50 * far[1] > 2000 * far[2]


def test_one_singular_matrix_does_not_change_the_others():
    _, gram, right = problem(30, 8)
    mixed, ends = gram.copy(), right.copy()
    mixed[1], ends[1] = np.outer(np.ones(8), np.ones(8)), 8.0
    found, singular = solve_ridge(mixed, ends, 0.0)
    clean, _ = solve_ridge(gram, right, 0.0)
    assert singular.tolist() == [False, True, False, False]
    assert np.array_equal(found[[0, 2, 3]], clean[[0, 2, 3]])
    assert np.allclose(found[1], 1.0)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_single_precision_is_kept(kind):
    _, gram, right = problem(30, 8)
    found, _ = solve_ridge(gram.astype(kind), right.astype(kind), 0.1)
    assert found.dtype == kind
    assert np.allclose(found, np.linalg.solve(gram + 0.1 * np.eye(8), right), rtol=1e-3)


def test_nothing_is_learned_from_features_that_are_zero():
    found, singular = solve_ridge(np.zeros((1, 2, 2)), np.zeros((1, 2, 1)), 0.0)
    assert found.tolist() == [[[0.0], [0.0]]]
    assert singular.tolist() == [True]


def test_a_singular_matrix_whose_first_entry_is_small_is_seen_to_be_singular():
    z = np.asarray(
        [6.96e-5, -1.184, -0.662]
    )  # the first pivot, rounding aside the only one, is small beside the others
    solved, singular = solve_ridge(np.outer(z, z)[None], z[None, :, None], 0.0)
    assert singular.all()
    np.testing.assert_allclose(solved[0, :, 0], z / (z @ z), rtol=1e-9)
