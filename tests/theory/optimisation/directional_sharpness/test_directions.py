import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.optimisation.directional_sharpness import (
    DIRECTIONS,
    best_step,
    clipped,
    direction,
    gain,
    model_change,
    sharpness,
)

coordinates = st.lists(st.floats(0.1, 10), min_size=2, max_size=5)


@given(coordinates, st.integers(0, 99), st.floats(0.1, 10))
def test_the_best_step_gains_what_is_claimed_whatever_the_length(diagonal, seed, length):
    rng = np.random.default_rng(seed)
    g, v, H = rng.normal(size=len(diagonal)), rng.normal(size=len(diagonal)), np.diag(diagonal)
    best, gained = best_step(g, H, v), gain(g, H, v)
    assert model_change(g, H, v, best) == pytest.approx(-gained, abs=1e-12)
    assert min(model_change(g, H, v, best * factor) for factor in (0.9, 1.1)) >= -gained - 1e-12
    assert gain(g, H, length * v) == pytest.approx(gained)
    assert sharpness(H, length * v) == pytest.approx(sharpness(H, v))
    assert gained <= gain(g, H, np.linalg.solve(H, g)) * (1 + 1e-9)


@given(coordinates, st.integers(0, 99))
def test_from_equal_distances_the_signs_are_flatter_and_solve_a_diagonal_quadratic(diagonal, seed):
    H, x = np.diag(diagonal), np.random.default_rng(seed).choice([-1.0, 1.0], size=len(diagonal))
    g, v = H @ x, direction("sign", H @ x)
    assert sharpness(H, v) == pytest.approx(np.mean(diagonal))
    assert sharpness(H, v) <= sharpness(H, g) * (1 + 1e-12)
    assert gain(g, H, v) == pytest.approx(float(x @ H @ x) / 2)


def test_the_mean_over_all_signs_is_the_trace():
    H = np.array([[2.0, 1.0], [1.0, 5.0]])
    signs = [np.array([a, b]) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    assert np.mean([v @ H @ v for v in signs]) == 7.0


def test_directions_by_hand():
    g = [4.0, -2.0, 1.0]
    assert [direction(name, g).tolist() for name in DIRECTIONS] == [g, [2.0, -2.0, 1.0], [1.0, -1.0, 1.0]]
    assert clipped(g, 3.0).tolist() == [3.0, -2.0, 1.0]


def test_flat_directions():
    flat = np.diag([0.0, 1.0])
    assert (gain([1.0, 0.0], flat, [1.0, 0.0]), best_step([-1.0, 0.0], flat, [1.0, 0.0])) == (math.inf, -math.inf)
    assert (gain([0.0, 1.0], flat, [1.0, 0.0]), best_step([0.0, 1.0], flat, [1.0, 0.0])) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clipped([1.0], 0.0), "tau must be positive"),
        (lambda: direction("adam", [1.0]), "must be one of gradient, clipped, sign, got 'adam'"),
        (lambda: direction("clipped", [0.0, 0.0, 1.0]), "tau must be positive"),
        (lambda: sharpness(np.eye(2), [0.0, 0.0]), "different from zero"),
        (lambda: sharpness(np.eye(2), [1.0]), "shapes must be"),
        (lambda: sharpness(np.diag([math.nan, 1.0]), [1.0, 0.0]), "must be finite"),
        (lambda: gain([1.0, 2.0, 3.0], np.eye(2), [1.0, 0.0]), r"gradient must be of shape \(2,\), got \(3,\)"),
        (lambda: direction("sign", [math.nan]), "gradient must be finite"),
        (lambda: direction("clipped", []), r"gradient must be of shape \(d,\), got \(0,\)"),
    ],
)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_model_without_bound_has_no_best_step():
    saddle = np.diag([-1.0, 1.0])
    assert (gain([0.0, 1.0], saddle, [1.0, 0.0]), best_step([0.0, 1.0], saddle, [1.0, 0.0])) == (math.inf, math.inf)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_sharpness_and_gain_do_not_depend_on_the_length_of_the_direction(size):
    H, g, v = np.diag([1.0, 3.0]), [2.0, 1.0], np.array([1.0, 1.0])
    assert sharpness(H, size * v) == pytest.approx(2)
    assert gain(g, H, size * v) == pytest.approx(9 / 8)
    assert best_step(g, H, size * v) * size == pytest.approx(3 / 4)
