"""The population map of self-training against quadrature, simulation and its claimed properties."""

from __future__ import annotations

import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.mixtures import self_training as module

ANGLES = st.floats(0.0, 1.57)
SEPARATIONS = st.floats(0.01, 8.0)


@pytest.mark.parametrize(("angle", "s"), [(1.0, 1.0), (0.2, 3.0), (1.5, 0.3), (2.5, 1.2)])
def test_map_is_the_angle_of_the_mean_of_label_times_point(angle, s):
    """E[sign(u) x] by quadrature over u = <theta, x>, and the independent part across theta."""
    with mpmath.workdps(25):
        a = s * mpmath.cos(angle)

        def mean(f):
            return mpmath.quad(lambda u: f(u) * mpmath.npdf(u - a), [a - 14, min(a, 0), max(a, 0), a + 14])

        along, across = mean(abs), mean(mpmath.sign) * s * mpmath.sin(angle)
        # theta at the angle t; mu's part across it points back towards the first axis
        c, d = mpmath.cos(angle), mpmath.sin(angle)
        expected = mpmath.atan2(along * d - across * c, along * c + across * d)
    assert module.self_training_map(angle, s) == pytest.approx(float(expected), rel=1e-12)


def test_map_follows_a_large_sample():
    rng = np.random.default_rng(3)
    s, angle, n = 1.3, 1.1, 400_000
    x = rng.choice([-1.0, 1.0], n)[:, None] * np.asarray([s, 0.0]) + rng.standard_normal((n, 2))
    theta = np.asarray([math.cos(angle), math.sin(angle)])
    mean = np.mean(np.sign(x @ theta)[:, None] * x, axis=0)
    assert module.self_training_map(angle, s) == pytest.approx(math.atan2(mean[1], mean[0]), abs=0.01)


@given(angle=ANGLES, s=SEPARATIONS)
def test_factor_is_that_of_the_map_and_below_the_uniform_one(angle, s):
    factor, uniform = module.contraction_factor(angle, s), module.uniform_contraction(s)
    assert math.tan(module.self_training_map(angle, s)) == pytest.approx(factor * math.tan(angle), rel=1e-9, abs=1e-300)
    assert factor <= uniform * (1 + 1e-14)
    assert factor >= module.contraction_factor(0.0, s) * (1 - 1e-12)


@given(angle=st.floats(0.0, math.pi), s=SEPARATIONS)
def test_negated_direction_has_the_mirrored_angle(angle, s):
    there = module.self_training_map(angle, s)
    assert module.self_training_map(math.pi - angle, s) == pytest.approx(math.pi - there, abs=1e-9)


def test_uniform_factor_is_the_limit_at_a_right_angle():
    assert module.contraction_factor(math.pi / 2, 1.7) == pytest.approx(module.uniform_contraction(1.7), rel=1e-12)
    assert module.contraction_factor(0.5, 0.0) == 1.0
    a = 5e-4  # (1 - 2 Q(a))/(2 a phi(a)) = 1 + a^2/3 + a^4/15 + ...
    near = module.contraction_factor(math.acos(a), 1.0)
    assert near == pytest.approx(1 / (2 + a**2 / 3 + a**4 / 15), rel=1e-13)


def test_path_ends_at_the_mean_in_the_rounds_it_was_promised():
    rounds = int(module.rounds_needed(1.5, 1e-3, 1.0))
    path = module.self_training_path(1.5, 1.0, rounds)
    assert path.shape == (rounds + 1,)
    assert np.all(np.diff(path) < 0)
    assert path[-1] <= 1e-3
    np.testing.assert_array_equal(module.self_training_path([0.0, 1.0], [2.0, 0.0], 2)[:, 0], 0.0)


def test_rounds_are_the_least_number_for_the_uniform_factor():
    k = module.rounds_needed(1.2, 0.1, 0.8)
    ratio = math.tan(1.2) / math.tan(0.1)
    assert (1 + 0.8**2) ** (k - 1) < ratio <= (1 + 0.8**2) ** k
    assert module.rounds_needed(1.2, 0.1, 0.0) == math.inf
    assert module.rounds_needed(0.0, 0.1, 0.0) == 0.0
    assert module.rounds_needed(1.0, 0.5, 1e200) == 1.0
    assert module.rounds_needed(1.0, 1e-200, 1e150) == 1.0
    assert module.uniform_contraction(1e200) == 0.0


def test_error_is_the_normal_tail():
    with mpmath.workdps(30):
        expected = mpmath.ncdf(-9 * mpmath.cos(mpmath.mpf(0.25)))
    assert module.error_at_angle(0.25, 9.0) == pytest.approx(float(expected), rel=1e-12)


def test_extreme_separations_and_angles_stay_finite():
    values = module.self_training_map([0.0, 1.0, 3.0, math.pi], [[1e-200], [40.0], [1e200]])
    assert np.all((values >= 0) & (values <= math.pi))
    assert values[2, 1] == 0.0
    assert values[2, 2] == pytest.approx(math.pi)


def test_strict_namespace_and_single_precision():
    strict = module.self_training_map(array_api_strict.asarray([0.5, 1.0]), 1.0)
    assert strict.dtype == array_api_strict.float64
    single = module.contraction_factor(np.asarray([0.0, 1.0], dtype=np.float32), 1.0)
    assert single.dtype == np.float32
    assert module.self_training_path(array_api_strict.asarray([0.5]), 1.0, 2).shape == (3, 1)
    assert module.rounds_needed(array_api_strict.asarray([1.0]), 0.1, 1.0).shape == (1,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.self_training_map(-0.1, 1.0), r"angle must be in \[0, pi\], got -0.1"),
        (lambda: module.self_training_map(math.nan, 1.0), "angle must be"),
        (lambda: module.self_training_map(3.2, 1.0), r"angle must be in \[0, pi\], got 3.2"),
        (lambda: module.contraction_factor(0.1, -1.0), "separation must be a finite number >= 0"),
        (lambda: module.uniform_contraction(math.inf), "separation must be"),
        (lambda: module.rounds_needed(1.6, 0.1, 1.0), r"angle must be in \[0, pi/2\)"),
        (lambda: module.rounds_needed(1.0, 0.0, 1.0), r"target must be in \(0, pi/2\)"),
        (lambda: module.self_training_path(1.0, 1.0, -1), "rounds must be a whole number"),
        (lambda: module.self_training_path(1.0, 1.0, True), "rounds must be a whole number"),
        (lambda: module.error_at_angle([0.1, 0.2], [1.0, 2.0, 3.0]), "shapes that broadcast"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
