"""Steps of mirror descent: optimality against other points, leaders against steps, hostile input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online.mirror_descent import (
    entropy_leader,
    entropy_step,
    euclidean_leader,
    euclidean_step,
    log_barrier_leader,
    log_barrier_step,
    onto_ball,
    onto_simplex,
    quadratic_step,
)

vectors = st.lists(st.floats(-50, 50), min_size=1, max_size=6).map(np.asarray)


@given(vectors, st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_simplex_projection_is_the_nearest_point(point, seed):
    projected = onto_simplex(point)
    assert projected.min() >= 0
    assert projected.sum() == pytest.approx(1, abs=1e-12)
    others = np.random.default_rng(seed).dirichlet(np.ones(len(point)), size=20)
    assert ((others - projected) @ (point - projected) <= 1e-9 * (1 + np.abs(point).max())).all()


@given(vectors, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_ball_projection_keeps_direction_and_radius(point, radius):
    projected = onto_ball(point, radius)
    size = np.linalg.norm(point)
    expected = point * min(1, radius / size) if size else point
    np.testing.assert_allclose(projected, expected, rtol=1e-12, atol=1e-320)  # subnormals are 5e-324 apart


def test_ball_projection_broadcasts_radii_and_leaves_zero():
    points = np.asarray([[3.0, 4.0], [0.0, 0.0], [6.0, 8.0]])
    np.testing.assert_allclose(onto_ball(points, [1.0, 1.0, 20.0]), [[0.6, 0.8], [0, 0], [6, 8]])


def test_quadratic_step_meets_the_optimality_condition_on_the_ball():
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(50, 4, 4))
    matrices = factors @ np.swapaxes(factors, -1, -2) + 0.1 * np.eye(4)
    centers, gradients = onto_ball(rng.normal(size=(50, 4)), 1.0), 5 * rng.normal(size=(50, 4))
    points = quadratic_step(centers, gradients, matrices, radius=1.0)
    assert (np.linalg.norm(points, axis=-1) <= 1 + 1e-12).all()
    slope = gradients + np.einsum("rij,rj->ri", matrices, points - centers)
    # over the unit ball the least of <slope, y> is -|slope|
    gap = np.sum(slope * points, axis=-1) + np.linalg.norm(slope, axis=-1)
    assert (gap <= 1e-9 * (1 + np.linalg.norm(slope, axis=-1))).all()


def test_quadratic_step_with_the_identity_is_the_euclidean_one():
    rng = np.random.default_rng(1)
    centers, gradients = rng.normal(size=(2, 30, 3))
    identity = 4.0 * np.eye(3)
    np.testing.assert_allclose(quadratic_step(centers, gradients, identity), euclidean_step(centers, gradients, 0.25))
    np.testing.assert_allclose(
        quadratic_step(centers, gradients, identity, radius=0.7),
        euclidean_step(centers, gradients, 0.25, project=lambda point: onto_ball(point, 0.7)),
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("step", "leader", "start"),
    [
        (entropy_step, entropy_leader, np.full(5, 0.2)),
        (log_barrier_step, log_barrier_leader, np.full(5, 0.2)),
        (euclidean_step, euclidean_leader, np.zeros(5)),
    ],
)
def test_leader_and_steps_agree_on_linear_losses(step, leader, start):
    rng = np.random.default_rng(2)
    point, total = np.broadcast_to(start, (8, 5)), np.zeros((8, 5))
    for gradient in rng.normal(size=(60, 8, 5)):
        point, total = step(point, gradient, 0.3), total + gradient
        np.testing.assert_allclose(point, leader(total, 0.3), rtol=1e-10, atol=1e-13)


def test_leader_and_steps_disagree_once_a_projection_binds():
    """A control: lazy and greedy projection are two algorithms on the ball."""
    point, total = np.zeros(2), np.zeros(2)
    for gradient in np.asarray([[-3.0, 0.0], [1.0, 1.0]]):
        point = euclidean_step(point, gradient, 1.0, project=onto_ball)
        total = total + gradient
    assert np.abs(point - euclidean_leader(total, 1.0, project=onto_ball)).max() > 0.1


def test_entropy_step_minimises_and_survives_huge_gradients():
    rng = np.random.default_rng(3)
    center, gradient, eta = rng.dirichlet(np.ones(6)), rng.normal(size=6), 0.7

    def objective(y):
        return y @ gradient + (y * np.log(y / center)).sum(axis=-1) / eta

    best = entropy_step(center, gradient, eta)
    assert objective(best) <= min(objective(other) for other in rng.dirichlet(np.ones(6), size=200))
    assert entropy_step([0.5, 0.5], [-1e300, 1e300], 1.0).tolist() == [1.0, 0.0]
    assert entropy_step([0.0, 0.5, 0.5], [-9.0, 0.0, 0.0], 1.0).tolist() == [0.0, 0.5, 0.5]


def test_dtype_and_namespace_are_kept():
    strict = pytest.importorskip("array_api_strict")
    point = strict.asarray([[3.0, 4.0], [0.25, 0.25]], dtype=strict.float32)
    for function in (onto_ball, onto_simplex, lambda x: euclidean_step(x, x, 0.5), lambda x: entropy_step(x, x, 0.5)):
        result = function(point)
        assert result.dtype == strict.float32
        assert result.shape == (2, 2)
    matrix = strict.eye(2, dtype=strict.float32)
    assert quadratic_step(point, point, matrix, radius=1.0).dtype == strict.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: euclidean_step([0.0], [1.0], -1.0), "step must be positive and finite, got -1.0"),
        (lambda: entropy_step([0.5, 0.5], [1.0, 0.0], 0.0), "step must be positive and finite, got 0.0"),
        (lambda: entropy_step([1.5, -0.5], [1.0, 0.0], 1.0), "center must be nonnegative, got -0.5"),
        (lambda: log_barrier_step([1.0, 0.0], [1.0, 0.0], 1.0), "center must be positive, got 0.0"),
        (lambda: onto_ball([1.0], 0.0), "radius must be positive and finite, got 0.0"),
        (lambda: quadratic_step([0.0], [1.0], [[0.0]]), "every eigenvalue of the matrix must be positive, got 0.0"),
        (lambda: quadratic_step([0.0], [1.0], [[1.0]], radius=-2.0), "radius must be positive and finite, got -2.0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


INF, NAN = float("inf"), float("nan")


def test_projections_of_huge_points():
    assert onto_simplex([1e16, 1e16 + 2]).tolist() == [0.0, 1.0]
    assert onto_simplex([1e17, 0.0, 1e17]).tolist() == [0.5, 0.0, 0.5]
    assert onto_ball([1e200, 1e200]).tolist() == pytest.approx([0.5**0.5] * 2)
    assert quadratic_step([0.0, 0.0], [1e200, 0.0], [[1.0, 0.0], [0.0, 1.0]], radius=1.0).tolist() == [-1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: onto_simplex([float("nan"), 1.0]), "point must be finite"),
        (lambda: onto_simplex([]), "point must have coordinates"),
        (lambda: onto_ball([float("nan"), 1.0]), "point must be finite"),
        (lambda: entropy_step([0.0, 0.0], [1.0, 2.0], 1.0), "the sum of center must be positive"),
        (lambda: entropy_step([0.5, 0.5], [float("nan"), 2.0], 1.0), "gradient must be finite"),
        (lambda: entropy_leader([float("nan"), 2.0], 1.0), "total must be finite"),
        (lambda: quadratic_step([0, 0], [1, 1], [[1, 5], [0, 1]]), "matrix less its transpose must be 0, got 5.0"),
        (lambda: quadratic_step([0, 0], [1, 1], [[INF, 0], [0, 1]]), "matrix must be finite, got inf"),
        (lambda: quadratic_step([0, 0], [1, 1], [[1, 0]]), r"matrix must have shape \(\.\.\., 2, 2\), got \(1, 2\)"),
        (lambda: quadratic_step([0, 0], [1, 1], [[1]]), "matrix must have shape"),
        (lambda: quadratic_step([0, 0], [1, 1], [1, 1]), "matrix must have shape"),
        (lambda: quadratic_step([0, INF], [1, 1], [[1, 0], [0, 1]]), "center must be finite, got inf"),
        (lambda: quadratic_step([0, 0], [1, NAN], [[1, 0], [0, 1]], radius=1), "gradient must be finite, got nan"),
        (lambda: quadratic_step([0], [1], [[1]], radius=INF), "radius must be positive and finite, got inf"),
        (lambda: onto_ball([1.0], INF), "radius must be positive and finite, got inf"),
        (lambda: euclidean_step([0.0], [1.0], INF), "step must be positive and finite, got inf"),
        (lambda: euclidean_step([0.0], [1.0], NAN), "step must be positive and finite, got nan"),
        (lambda: euclidean_step([NAN], [1.0], 1.0), "center must be finite, got nan"),
        (lambda: euclidean_step([0.0], [-INF], 1.0), "gradient must be finite, got -inf"),
        (lambda: euclidean_leader([1.0], INF), "step must be positive and finite, got inf"),
        (lambda: entropy_step([0.5, 0.5], [0.0, 1.0], INF), "step must be positive and finite, got inf"),
        (lambda: entropy_leader([0.0, 1.0], INF), "step must be positive and finite, got inf"),
        (lambda: log_barrier_step([0.5, 0.5], [0.0, 1.0], INF), "step must be positive and finite, got inf"),
        (lambda: log_barrier_step([0.5, INF], [0.0, 1.0], 1.0), "center must be finite, got inf"),
        (lambda: log_barrier_step([0.5, 0.5], [NAN, 1.0], 1.0), "gradient must be finite, got nan"),
    ],
)
def test_what_would_give_silent_nonsense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
