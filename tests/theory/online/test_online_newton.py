import itertools
import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.online import bounds
from theory.online.mirror_descent import quadratic_step
from theory.online.online_newton import (
    best_curvature,
    elliptical_potential,
    first_matrix,
    metric_step,
    newton_path,
    newton_slack,
    newton_step_sharper,
    usual_curvature,
)
from theory.online.paths import Path

ROUNDS, D = 120, 2.0


def logarithmic(seed, replicates=5, d=3, size=0.5):
    drawn = np.random.default_rng(seed).normal(size=(ROUNDS, replicates, d)) + 0.5
    drawn *= size / np.linalg.norm(drawn, axis=-1, keepdims=True)

    def gradient(t, x):
        return -drawn[t - 1] / (1 + (drawn[t - 1] * x).sum(axis=-1, keepdims=True))

    return drawn, gradient


@pytest.mark.parametrize("seed", range(3))
def test_exp_concave_losses_obey_inequality_and_bounds(seed):
    drawn, gradient = logarithmic(seed)
    gamma = usual_curvature(alpha=1.0, G=1.0, D=D)
    epsilon = 1 / (gamma * D) ** 2
    path = newton_path(gradient, np.zeros((5, 3)), ROUNDS, gamma=gamma, epsilon=epsilon, radius=1.0, largest=1.0)
    sharper = float(newton_step_sharper(d=3, alpha=1, G=1, D=D, T=ROUNDS))
    assert sharper <= float(bounds.newton_step(d=3, alpha=1, G=1, D=D, T=ROUNDS)) * 5 / 8
    for drift in np.random.default_rng(seed).normal(size=(20, 3)):
        u = drift / max(1.0, np.linalg.norm(drift))
        losses = -np.log1p((drawn * path.plays).sum(axis=-1)) + np.log1p(drawn @ u)
        assert (newton_slack(path, u, gamma=gamma, epsilon=epsilon) >= -1e-10).all()
        assert (losses <= path.linear(u) - gamma / 2 * path.linear(u) ** 2 + 1e-12).all()
        best = best_curvature(alpha=1.0, B=D)
        assert (losses <= path.linear(u) - best / 2 * path.linear(u) ** 2 + 1e-12).all()
        assert (losses.sum(axis=0) <= sharper).all()


@pytest.mark.parametrize("seed", range(3))
def test_any_gradients_obey_the_inequality(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.standard_cauchy((40, 4, 2))
    path = newton_path(lambda t, x: drawn[t - 1], np.full((4, 2), 0.3), 40, gamma=0.7, epsilon=0.2, radius=0.8)
    assert (np.linalg.norm(path.plays, axis=-1) <= 0.8 * (1 + 1e-9)).all()
    for u in 0.5 * rng.uniform(-1, 1, size=(10, 2)):
        scale = 1 + np.abs(path.linear(u)).sum(axis=0) + (path.linear(u) ** 2).sum(axis=0)
        assert (newton_slack(path, u, gamma=0.7, epsilon=0.2) >= -1e-9 * scale).all()


def test_without_constraint_one_round_by_hand():
    path = newton_path(lambda t, x: np.ones(1), [0.0], 2, gamma=0.5, epsilon=1.0)
    assert path.plays[:, 0].tolist() == [0.0, -1.0]
    # gamma eps u^2/2 + (1/2 + 1/3) - [(0 - u) - u^2/4 + (-1 - u) - (1 + u)^2/4] at u = 0
    assert float(newton_slack(path, [0.0], gamma=0.5, epsilon=1.0)) == pytest.approx(5 / 6 + 1 + 1 / 4)


def test_a_learner_that_does_not_move_violates_the_inequality():
    path = Path(np.zeros((200, 1)), np.full((200, 1), 0.1))
    assert float(newton_slack(path, [-1.0], gamma=1.0, epsilon=1.0)) < -15


@given(st.integers(0, 2**32 - 1), st.floats(1e-2, 1e2), st.integers(1, 4))
def test_elliptical_potential_increases(seed, epsilon, d):
    drawn = np.random.default_rng(seed).normal(size=(25, 2, d))
    path = newton_path(lambda t, x: drawn[t - 1], np.zeros((2, d)), 25, gamma=1.0, epsilon=epsilon)
    spent, grown, trace = elliptical_potential(path, epsilon=epsilon)
    assert (spent <= grown * (1 + 1e-9)).all()
    assert (grown <= trace * (1 + 1e-9)).all()


@pytest.mark.parametrize("radius", [None, 0.5, 100.0])
def test_metric_step_is_the_quadratic_step(radius):
    rng = np.random.default_rng(7)
    root = rng.normal(size=(20, 3, 3))
    matrix = root @ np.swapaxes(root, -1, -2) + 0.1 * np.eye(3)
    center, gradient = 0.2 * rng.normal(size=(20, 3)), rng.normal(size=(20, 3))
    expected = quadratic_step(center, gradient, matrix, radius=radius)
    assert metric_step(center, gradient, matrix, radius=radius) == pytest.approx(expected, abs=1e-9)


def test_array_namespaces():
    def gradient(t, x):
        return x - 0.5

    xp = array_api_strict
    path = newton_path(gradient, xp.zeros((2, 3)), 6, gamma=0.5, epsilon=1.0, radius=0.6)
    same = newton_path(gradient, np.zeros((2, 3)), 6, gamma=0.5, epsilon=1.0, radius=0.6)
    assert np.asarray(path.plays) == pytest.approx(same.plays)
    slack = newton_slack(path, xp.zeros(3), gamma=0.5, epsilon=1.0)
    assert np.asarray(slack) == pytest.approx(newton_slack(same, np.zeros(3), gamma=0.5, epsilon=1.0))


def barrier_regret(signs, *, alpha, G, D):
    """Regret, (N,), of the learner in one dimension, written out here, on -log(1 + a x)/alpha; G bounds a."""
    R, gamma = D / 2, min(1 / (G * D), alpha) / 2
    a = signs * alpha * G / (1 + alpha * G * R)
    x, A, loss = np.full(a.shape[1], -R), np.full(a.shape[1], 1 / (gamma * D) ** 2), 0.0
    for row in a:
        loss = loss - np.log1p(row * x) / alpha
        g = -row / (1 + row * x) / alpha
        A = A + g * g
        x = np.clip(x - g / (gamma * A), -R, R)
    low, high = np.full(a.shape[1], -R), np.full(a.shape[1], R)
    for _ in range(60):
        middle = (low + high) / 2
        rises = (a / (1 + a * middle)).sum(axis=0) > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return loss + np.log1p(a * low).sum(axis=0) / alpha


@pytest.mark.parametrize("T", [1, 2, 3, 6, 9])
@pytest.mark.parametrize("S", [1e-6, 0.3, 1.0, 2.0, 30.0, 1e6])
def test_every_adversary_of_signs_stays_below_the_sharper_bound(S, T):
    signs = np.asarray(list(itertools.product([1.0, -1.0, 0.4], repeat=T)) if T < 9 else
                       list(itertools.product([1.0, -1.0], repeat=T))).T  # fmt: skip
    for D in (2e-4, 2.0, 2e5):
        alpha, G = S, 1 / D
        bound = float(newton_step_sharper(d=1, alpha=alpha, G=G, D=D, T=T))
        worst = barrier_regret(signs, alpha=alpha, G=G, D=D).max()
        assert worst <= bound
        assert worst > bound / 2 or S != 1.0  # the bound is not idle


@pytest.mark.parametrize("S", [1e-8, 1e-4, 9.99e-4, 1.01e-3, 0.1, 1.0, 50.0, 1e8])
def test_best_curvature_is_exact(S):
    from mpmath import mp, mpf

    with mp.workdps(60):
        exact = 2 * (mpf(S) - mp.log1p(mpf(S))) / mpf(S) ** 2
    assert best_curvature(alpha=3.0, B=S / 3) == pytest.approx(3 * float(exact), rel=2e-12)
    assert best_curvature(alpha=S, B=1.0) == pytest.approx(S * float(exact), rel=2e-12)
    assert best_curvature(alpha=3.0, B=S / 3) >= 1.2274 * usual_curvature(alpha=3.0, G=S / 3, D=1.0)


@pytest.mark.parametrize("T", [4, 5, 100, 10**6])
@pytest.mark.parametrize("d", [1, 2, 50])
def test_sharper_bound_against_the_usual_one(T, d):
    sharper = float(newton_step_sharper(d=d, alpha=0.5, G=2, D=3, T=T))
    assert sharper == pytest.approx(6 * (1 + d * math.log(1 + T / (4 * d))))
    assert sharper <= 1.25 * 6 * d * math.log(T) <= float(bounds.newton_step(d=d, alpha=0.5, G=2, D=3, T=T)) * 5 / 8


def test_curvatures_at_the_ends_of_double_precision():
    assert best_curvature(alpha=1e200, B=1.0) == 2.0
    assert best_curvature(alpha=1e200, B=1e200) == 2e-200
    assert best_curvature(alpha=1e-200, B=1e-200) == 1e-200
    assert usual_curvature(alpha=1.0, G=1e-200, D=1e-200) == 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": [2.0, 0.0], "radius": 1.0}, r"the norm of start must be at most the radius 1\.0, got 2\.0"),
        ({"start": [math.nan, 0.0]}, "start must be finite"),
        ({"start": []}, "start must have coordinates"),
        ({"seen": 1e9}, r"round 1: the trace of the matrix must be at most 4\.5e\+15, beside which 1\.0 I is lost"),
        ({"seen": 1e200}, "round 1: the gradient must be small enough to be squared"),
        ({"gamma": "1"}, "gamma must be positive and finite, got '1'"),
    ],
)
def test_what_no_learner_can_play(options, words):
    given = {"start": [0.0, 0.0], "seen": 1.0, "gamma": 1.0, "radius": None} | options
    with pytest.raises(ValueError, match=words):
        newton_path(lambda t, x: 0 * x + given["seen"], given["start"], 3, gamma=given["gamma"], epsilon=1.0,
                    radius=given["radius"])  # fmt: skip


def test_gradients_along_every_axis_grow_the_matrix_as_much_as_their_squares_allow():
    path = Path(np.zeros((3, 3)), 2 * np.eye(3))
    spent, grown, trace = elliptical_potential(path, epsilon=0.5)
    assert float(spent) == pytest.approx(3 * 4 / 4.5)
    assert float(grown) == pytest.approx(float(trace)) == pytest.approx(3 * math.log(9))


def test_one_dimension_needs_no_small_gradients():
    path = newton_path(lambda t, x: 0 * x + 1e9, [0.0], 3, gamma=1e-9, epsilon=1.0)
    assert path.plays[:, 0] == pytest.approx([0.0, -1.0, -1.5])
    assert float(elliptical_potential(path, epsilon=1.0)[0]) == pytest.approx(1 + 1 / 2 + 1 / 3)


def test_a_start_elsewhere_counts():
    path = newton_path(lambda t, x: 0 * x, [0.5], 2, gamma=0.5, epsilon=3.0, radius=1.0)
    assert float(newton_slack(path, [-0.5], gamma=0.5, epsilon=3.0)) == pytest.approx(0.75)


def test_bad_numbers():
    with pytest.raises(ValueError, match="gamma must be positive"):
        newton_path(lambda t, x: x, [0.0], 2, gamma=0.0, epsilon=1.0)
    with pytest.raises(ValueError, match="epsilon must be positive"):
        newton_path(lambda t, x: x, [0.0], 2, gamma=1.0, epsilon=-1.0)
    with pytest.raises(ValueError, match="radius must be positive"):
        newton_path(lambda t, x: x + 1, [0.0], 2, gamma=1.0, epsilon=1.0, radius=-1.0)
    with pytest.raises(ValueError, match="d must be at least 1"):
        newton_step_sharper(d=0.5, alpha=1, G=1, D=1, T=10)
    with pytest.raises(ValueError, match="T must be at least 1"):
        newton_step_sharper(d=1, alpha=1, G=1, D=1, T=0.5)
    with pytest.raises(ValueError, match=r"the sum of \|g\|\^2 must be at most"):
        elliptical_potential(Path(np.zeros((1, 2)), np.full((1, 2), 1e9)), epsilon=1.0)
    with pytest.raises(ValueError, match="alpha must be positive"):
        usual_curvature(alpha=0.0, G=1.0, D=1.0)
    with pytest.raises(ValueError, match="B must be positive"):
        best_curvature(alpha=1.0, B=0.0)


def test_the_first_matrix_lies_where_the_start_does():
    device = array_api_strict.Device("device1")
    matrix = first_matrix(array_api_strict.zeros((2, 3), device=device), 0.5)
    assert matrix.device == device
    assert (
        np.asarray(matrix.to_device(array_api_strict.Device("CPU_DEVICE"))).tolist() == [(np.eye(3) / 2).tolist()] * 2
    )
