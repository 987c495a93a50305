import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.online import bounds
from theory.online.adagrad import (
    diagonal_move,
    diagonal_path,
    diagonal_slack,
    full_path,
    full_slack,
    metric_root,
)
from theory.online.mirror_descent import quadratic_step
from theory.online.paths import Path

ETA = 2 / math.sqrt(2)


def worst_corner(path, width):
    return -width / 2 * np.sign(path.gradients.sum(axis=0))


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 20.0), st.sampled_from(["normal", "cauchy", "sparse", "chase"]))
def test_every_diagonal_path_obeys_the_inequality(seed, eta, kind):
    rng = np.random.default_rng(seed)
    drawn = rng.standard_cauchy((30, 3, 4)) if kind == "cauchy" else rng.normal(size=(30, 3, 4))
    drawn *= rng.random((30, 3, 4)) < 0.2 if kind == "sparse" else 1

    def gradient(t, x):
        return np.sign(x) + 1e-3 * drawn[t - 1] if kind == "chase" else drawn[t - 1]

    path = diagonal_path(gradient, np.zeros((3, 4)), 30, eta=eta, width=2.0)
    assert (np.abs(path.plays) <= 1).all()
    size = 1 + np.abs(path.gradients).sum(axis=(0, -1))
    for u in (worst_corner(path, 2.0), np.zeros((3, 4)), -worst_corner(path, 2.0)):
        slack = diagonal_slack(path, u, eta=eta, width=2.0)
        assert (slack >= -1e-11 * size).all()
        assert (diagonal_slack(path, u, eta=eta, width=2.0, closed=True) >= slack - 1e-11 * size).all()


def test_the_bound_as_an_object_is_that_of_the_best_step():
    drawn = np.random.default_rng(1).normal(size=(50, 6))
    path = diagonal_path(lambda t, x: drawn[t - 1], np.zeros(6), 50, eta=ETA, width=2.0)
    u = worst_corner(path, 2.0)
    bound = float(bounds.adagrad(D_inf=2.0, gradients=path.gradients))
    left = float(diagonal_slack(path, u, eta=ETA, width=2.0, closed=True) + path.linear_regret(u))
    assert left == pytest.approx(bound, rel=1e-12)
    assert float(path.linear_regret(u)) <= bound


def test_steps_do_not_depend_on_the_scale_of_a_coordinate():
    drawn = np.random.default_rng(2).normal(size=(40, 3))
    scale = np.asarray([1e-6, 1.0, 1e6])
    path = diagonal_path(lambda t, x: drawn[t - 1], np.zeros(3), 40, eta=1.0, width=2.0)
    other = diagonal_path(lambda t, x: drawn[t - 1] * scale, np.zeros(3), 40, eta=1.0, width=2.0)
    assert other.plays == pytest.approx(path.plays, rel=1e-9)


def test_coordinates_that_saw_nothing_stay():
    squares, play = diagonal_move(np.asarray([0.3, 0.2]), np.asarray([0.0, 1.0]), np.zeros(2), eta=0.1, width=2.0)
    assert squares.tolist() == [0.0, 1.0]
    assert play == pytest.approx([0.3, 0.1])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [1, 2, 5])
def test_every_full_path_obeys_the_inequality(seed, d):
    rng = np.random.default_rng(seed)
    drawn = rng.standard_cauchy((30, 3, d)) if seed % 2 else rng.normal(size=(30, 3, d)) * [1.0] + 0.3
    path = full_path(lambda t, x: drawn[t - 1], np.zeros((3, d)), 30, eta=ETA, delta=1e-2, radius=1.0)
    assert (np.linalg.norm(path.plays, axis=-1) <= 1 + 1e-9).all()
    summed = path.gradients.sum(axis=0)
    u, size = -summed / np.linalg.norm(summed, axis=-1, keepdims=True), 1 + np.abs(drawn).sum(axis=(0, -1))
    slack = full_slack(path, u, eta=ETA, delta=1e-2, D=2.0)
    assert (slack >= -1e-9 * size).all()
    assert (full_slack(path, u, eta=ETA, delta=1e-2, D=2.0, closed=True) >= slack - 1e-9 * size).all()


def test_the_full_matrix_is_the_diagonal_one_in_one_dimension():
    drawn = np.random.default_rng(3).normal(size=(20, 1))
    full = full_path(lambda t, x: drawn[t - 1], np.zeros(1), 20, eta=0.4, delta=1e-13, radius=1.0)
    diagonal = diagonal_path(lambda t, x: drawn[t - 1], np.zeros(1), 20, eta=0.4, width=2.0)
    assert full.plays == pytest.approx(diagonal.plays, abs=1e-9)


def test_metric_root_squares_to_the_matrix():
    g = np.random.default_rng(4).normal(size=(7, 3, 4))
    outer = np.einsum("tri,trj->rij", g, g)
    root = metric_root(outer, 0.0)
    assert root @ root == pytest.approx(outer)
    assert metric_root(np.zeros((2, 2)), 0.5).tolist() == [[0.5, 0.0], [0.0, 0.5]]


def test_array_namespaces():
    start = array_api_strict.zeros((2, 3))
    path = diagonal_path(lambda t, x: x - 0.5, start, 5, eta=1.0, width=2.0)
    assert np.asarray(path.plays) == pytest.approx(
        diagonal_path(lambda t, x: x - 0.5, np.zeros((2, 3)), 5, eta=1.0, width=2.0).plays
    )
    assert np.asarray(diagonal_slack(path, array_api_strict.zeros(3), eta=1.0, width=2.0)).shape == (2,)
    full = full_path(lambda t, x: x - 0.5, start, 5, eta=1.0, delta=0.1, radius=1.0)
    assert np.asarray(full_slack(full, array_api_strict.zeros(3), eta=1.0, delta=0.1, D=2.0)).shape == (2,)


def test_the_last_move_minimises_over_the_ball():
    drawn = np.random.default_rng(5).normal(size=(3, 2))
    path = full_path(lambda t, x: drawn[t - 1], np.zeros(2), 3, eta=1.0, delta=0.1, radius=0.5)
    metric = metric_root(drawn[:2].T @ drawn[:2], 0.1)
    assert path.plays[2] == pytest.approx(quadratic_step(path.plays[1], drawn[1], metric, radius=0.5))


def still():
    return Path(np.zeros((2, 2)), np.ones((2, 2)))


HARD = {
    "zeros, then ones": [0.0, 0.0, 1.0, -1.0, 1.0, 1.0],
    "huge, then tiny": [1e9, 1e-9, -1e-9, 1e-9, 1e-9],
    "tiny, then huge": [1e-9, 1e-9, 1.0, 1e9],
    "one": [1.0],
    "alternating": [1.0, -1.0] * 20,
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("eta", [1e-3, ETA, 1e3])
def test_hard_sequences(name, eta):
    drawn = np.asarray(HARD[name])[:, None] * [1.0, -1.0]
    scale = np.abs(drawn).sum()
    for make, measure in (
        (lambda g: diagonal_path(g, [0.0, 0.0], len(drawn), eta=eta, width=2.0),
         lambda path, u, closed: diagonal_slack(path, u, eta=eta, width=2.0, closed=closed)),
        (lambda g: full_path(g, [0.0, 0.0], len(drawn), eta=eta, delta=1e-3, radius=1.0),
         lambda path, u, closed: full_slack(path, u, eta=eta, delta=1e-3, D=2.0, closed=closed)),
    ):  # fmt: skip
        path = make(lambda t, x: drawn[t - 1])
        for corner in ([0.7, 0.7], [-0.7, -0.7], [0.7, -0.7], [-0.7, 0.7], [0.0, 0.0]):
            assert float(measure(path, corner, False)) >= -1e-12 * scale
            assert float(measure(path, corner, True)) >= float(measure(path, corner, False)) - 1e-12 * scale


def test_slacks_by_hand():
    path = diagonal_path(lambda t, x: 0 * x + (3.0 if t == 1 else 4.0), [0.0], 2, eta=0.5, width=2.0)
    assert path.plays[:, 0].tolist() == [0.0, -0.5]
    # D^2/(2 eta) 5 + (eta/2)(9/3 + 16/5) - [0 - 2 + 7], u = -1
    assert float(diagonal_slack(path, [-1.0], eta=0.5, width=2.0)) == pytest.approx(20 + 0.25 * 6.2 - 5)
    assert float(diagonal_slack(path, [-1.0], eta=0.5, width=2.0, closed=True)) == pytest.approx(20 + 0.25 * 10 - 5)
    path = full_path(lambda t, x: np.asarray([3.0, 0.0]), [0.0, 0.0], 1, eta=0.5, delta=1.0, radius=1.0)
    # D^2/(2 eta) (3 + 2) + (eta/2) 9/4 - 3, and 2 tr root = 6 in place of 9/4
    assert float(full_slack(path, [-1.0, 0.0], eta=0.5, delta=1.0, D=2.0)) == pytest.approx(20 + 0.25 * 2.25 - 3)
    assert float(full_slack(path, [-1.0, 0.0], eta=0.5, delta=1.0, D=2.0, closed=True)) == pytest.approx(20 + 1.5 - 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: diagonal_path(lambda t, x: x, [0.0], 2, eta=0.0), "eta must be positive"),
        (lambda: diagonal_path(lambda t, x: x, [0.0], 2, eta=1.0, width=-1.0), "width must be positive"),
        (lambda: full_path(lambda t, x: x, [0.0], 2, eta=1.0, delta=0.0), "delta must be positive"),
        (lambda: full_path(lambda t, x: x, [0.0], 2, eta=1.0, delta=1.0, radius=0.0), "radius must be positive"),
        (lambda: diagonal_path(lambda t, x: x, [5.0], 2, eta=1.0, width=2.0), "start must be in the box, at most 1.0"),
        (lambda: full_path(lambda t, x: x, [5.0], 2, eta=1.0, delta=1.0, radius=1.0), "the norm of start must be"),
        (lambda: full_path(lambda t, x: x + 1e9, [0.0, 0.0], 2, eta=1.0, delta=1e-9), "round 1: the root of the sum"),
        (lambda: metric_root(np.asarray([[np.nan]]), 1.0), "the matrix must be finite"),
        (lambda: metric_root(np.eye(2), -1.0), "delta must be nonnegative"),
        (
            lambda: diagonal_slack(still(), [3.0, 0.0], eta=1.0, width=2.0),
            "the distance of play and comparator",
        ),
        (lambda: full_slack(still(), [2.0, 2.0], eta=1.0, delta=1.0, D=2.5), "the distance of play and comparator"),
    ],
)
def test_bad_numbers(call, words):
    with pytest.raises(ValueError, match=words):
        call()
