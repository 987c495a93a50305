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
from theory.optimisation.directional_sharpness.directions import Line, raw_direction

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
        (lambda: direction("clipped", [0.0, 0.0, 1.0]), "at its median size, which must be positive, got"),
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


@pytest.mark.parametrize("count", [1, 4, 5])
@pytest.mark.parametrize("name", DIRECTIONS)
def test_arrays_of_another_namespace_are_read_where_they_lie(name, count):
    strict = pytest.importorskip("array_api_strict")
    away = strict.Device("device1")
    rng = np.random.default_rng(count)
    g, root = rng.normal(size=count), rng.normal(size=(count, count))
    H, v = root @ root.T, direction(name, g)
    there = [strict.asarray(part, device=away) for part in (g, H, v)]
    found = raw_direction(name, there[0])
    assert found.device == direction(name, there[0]).device == away
    assert [float(number) for number in found] == v.tolist() == raw_direction(name, g).tolist()
    assert best_step(*there) == best_step(g, H, v)
    assert gain(*there) == gain(g, H, v)
    assert sharpness(*there[1:]) == sharpness(H, v)
    assert model_change(*there, 0.3) == model_change(g, H, v, 0.3)
    if name == "clipped":
        assert np.max(np.abs(v)) == np.median(np.abs(g))
        half = clipped(there[0], 0.5)
        assert half.device == away
        assert [float(number) for number in half] == np.clip(g, -0.5, 0.5).tolist()


def test_lines_look_at_no_number():
    """What a device computes beyond the end of a path is left out later, and is no error."""
    assert raw_direction("clipped", np.zeros(3)).tolist() == [0, 0, 0]
    with np.errstate(invalid="ignore"):
        nothing = Line.of(np.ones(2), np.eye(2), np.zeros(2))
        assert np.isnan([nothing.best_step, nothing.gain, nothing.sharpness]).all()
    with pytest.raises(ValueError, match="must be one of gradient, clipped, sign, got 'adam'"):
        raw_direction("adam", np.ones(2))


def test_what_is_too_large_is_infinite():
    assert gain([1e200], [[1.0]], [1.0]) == best_step([1e200], [[1e-200]], [1.0]) == math.inf
    assert model_change([1.0], [[1e300]], [1.0], 1e10) == math.inf
