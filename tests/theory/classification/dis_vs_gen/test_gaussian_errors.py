"""Exact errors of linear rules against integrals and simulated classes."""

from __future__ import annotations

import itertools
import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from theory.classification.dis_vs_gen import gaussian_errors as module


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_bayes_error_is_the_integral_of_the_smaller_densities(classes):
    positions, s = module.simulated_positions(classes), 0.9

    def correct(z):
        return max(stats.norm.pdf(z, c, 1 / s) for c in positions) / classes

    cuts = [(a + b) / 2 for a, b in itertools.pairwise(positions)]
    mass = integrate.quad(correct, -12, positions[-1] + 12, points=cuts, limit=400)[0]
    assert module.bayes_error(list(map(float, positions)), s) == pytest.approx(1 - mass, abs=1e-10)


def test_known_values():
    values = {(2, 2): 0.11033568, (2, 4): 0.05692315, (2, 20): 0.00059687, (3, 100): 1.2687396e-4}
    for (classes, n), value in values.items():
        positions = list(map(float, module.simulated_positions(classes)))
        assert module.bayes_error(positions, module.simulated_separation(n)) == pytest.approx(value, abs=6e-9)


def test_relative_accuracy_of_a_tiny_bayes_error_in_float32():
    error = module.bayes_error(np.asarray([-1, 1, 2], dtype=np.float32), np.float32(10.0))
    assert error.dtype == np.float32
    exact = (stats.norm.sf(10) + stats.norm.sf(5)) * 2 / 3
    assert float(error) == pytest.approx(exact, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 5))
def test_no_thresholds_beat_the_middle(first, second, s):
    positions = [-1.0, 1.0, 4.0]
    thresholds = [0.0 + first, 2.5 + second]
    assert module.threshold_rule_error(positions, thresholds, s) >= module.bayes_error(positions, s) * (1 - 1e-12)


def test_linear_rule_against_counting():
    rng = np.random.default_rng(11)
    mean, w, b = np.asarray([0.5, -0.2, 0.3]), np.asarray([1.0, 0.5, -0.4]), 0.3
    root = rng.standard_normal((3, 3))
    covariance = root @ root.T + np.eye(3)
    y = rng.choice([-1, 1], 200_000)
    x = y[:, None] * mean + rng.multivariate_normal(np.zeros(3), covariance, y.size)
    counted = np.mean(np.sign(x @ w + b) != y)
    assert module.linear_rule_error(w, b, mean, covariance) == pytest.approx(counted, abs=5e-3)


def test_diagonal_and_matrix_agree_and_rules_broadcast():
    rng = np.random.default_rng(5)
    w, mean, variances = rng.standard_normal((4, 6)), rng.standard_normal(6), rng.uniform(0.5, 2, 6)
    b = rng.standard_normal((3, 1))
    short = module.linear_rule_error(w, b, mean, variances)
    assert short.shape == (3, 4)
    np.testing.assert_allclose(short, module.linear_rule_error(w, b, mean, np.diag(variances)), rtol=1e-13)
    best = module.linear_rule_error(mean / variances, 0.0, mean, variances)
    assert np.all(short >= best)
    assert best == pytest.approx(stats.norm.sf(math.sqrt(np.sum(mean**2 / variances))), rel=1e-13)


def test_samples_needed_solve_the_formula():
    n = np.asarray([50.0, 100, 200, 400, 800])
    z = stats.norm.isf(stats.norm.sf(2) + 0.01)
    m = module.samples_needed(4.0, n, z)
    np.testing.assert_allclose(module.plug_in_error(4.0, n, m), stats.norm.sf(2) + 0.01, rtol=1e-13)
    np.testing.assert_allclose(np.round(m), [70, 140, 279, 558, 1117])


def test_strict_namespace():
    positions = array_api_strict.asarray([[-1.0, 1.0], [0.0, 3.0]])
    error = module.bayes_error(positions, 1.0)
    assert tuple(error.shape) == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.simulated_positions(1), "classes must be"),
        (lambda: module.simulated_separation(3), "even number"),
        (lambda: module.bayes_error([1.0, 1.0], 1.0), "gaps between positions must be positive"),
        (lambda: module.bayes_error([1.0], 1.0), "at least 2 classes"),
        (lambda: module.bayes_error([0.0, 1.0], -1.0), "separation must be"),
        (lambda: module.threshold_rule_error([0.0, 1.0], [0.1, 0.2], 1.0), "K - 1 thresholds"),
        (lambda: module.threshold_rule_error([0.0, 1.0, 2.0], [0.9, 0.2], 1.0), "steps between thresholds"),
        (lambda: module.linear_rule_error([1.0], 0.0, [1.0, 1.0], [1.0, 1.0]), "weights"),
        (lambda: module.linear_rule_error([0.0], 0.0, [1.0], [1.0]), "positive and finite"),
        (lambda: module.samples_needed(4.0, 10, 2.0), "argument must be"),
        (lambda: module.plug_in_error(0.0, 10, 2.0), "squared_distance must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_nan_in_a_rule_is_refused():
    for bias, mean in ((math.nan, [1.0, 1.0]), (0.0, [math.nan, 1.0])):
        with pytest.raises(ValueError, match="must be numbers, not NaN"):
            module.linear_rule_error([1.0, 0.0], bias, mean, [1.0, 1.0])
