"""Strength and error of tilted boundaries against geometry and the general formula."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest

from theory.classification.boundary_tilting import tilted_boundary as module
from theory.classification.dis_vs_gen.gaussian_errors import linear_rule_error


@pytest.mark.parametrize("delta", [0.0, 0.3, 1.2, 1.55])
def test_error_is_that_of_the_linear_rule(delta):
    m, s_b, s_z = 1.5, 0.8, 0.3
    weights = np.asarray([math.cos(delta), math.sin(delta)])
    expected = linear_rule_error(weights, 0.0, np.asarray([m, 0.0]), np.asarray([s_b**2, s_z**2]))
    assert module.tilted_error(m, s_b, s_z, delta) == pytest.approx(float(expected), rel=1e-12)


def test_strength_is_the_ratio_of_distances():
    rng = np.random.default_rng(4)
    w, half = rng.standard_normal(7), rng.standard_normal(7)
    cosine = float(module.deviation_cosine(w, np.stack([-half, half])))
    to_boundary = abs(w @ half) / np.linalg.norm(w)
    ratio = np.linalg.norm(half) / to_boundary
    assert module.adversarial_strength(math.acos(abs(cosine))) == pytest.approx(ratio, rel=1e-12)


def test_error_grows_to_one_half_with_any_variance():
    delta = np.linspace(0, 1.5707, 200)
    errors = module.tilted_error(3.0, 1.0, 0.01, delta)
    assert np.all(np.diff(errors) >= 0)
    assert errors[-1] > 0.48
    np.testing.assert_array_equal(module.tilted_error(3.0, 1.0, 0.0, delta), errors[0])


def test_dtype_and_strict_namespace():
    single = module.tilted_error(np.float32(3), np.asarray([1.0, 2.0], dtype=np.float32), 0.1, 0.5)
    assert single.dtype == np.float32
    assert module.adversarial_strength(array_api_strict.asarray([0.1])).dtype == array_api_strict.float64


def test_cosine_of_tiny_and_huge_weights():
    centroids = [[0.0, 0.0], [1e-200, 0.0]]
    assert float(module.deviation_cosine(np.asarray([3e200, 4e200]), centroids)) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.adversarial_strength(math.pi / 2 + 0.01), r"in \[0, pi/2\)"),
        (lambda: module.adversarial_strength(-0.1), "delta must be"),
        (lambda: module.tilted_error(1.0, 0.0, 1.0, 0.1), "s_b must be"),
        (lambda: module.tilted_error(-1.0, 1.0, 1.0, 0.1), "m must be"),
        (lambda: module.deviation_cosine([0.0, 0.0], [[0.0, 0.0], [1.0, 0.0]]), "largest entry of the weights"),
        (lambda: module.deviation_cosine([1.0, 0.0], [[0.0], [1.0]]), "centroids"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
