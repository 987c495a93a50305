"""Designs: weights, mean Gram matrices, conditioning; and the estimates on them."""

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.optimal_sampling.designs import METHODS, Design, conditioned, draw
from experiments.optimal_sampling.estimates import best_approximation, coefficients, error_ratio
from experiments.streams import Stream
from theory.regression.wls_dpp.christoffel import gram, optimal_weights
from theory.regression.wls_dpp.polynomial_bases import evaluate

SIGMAS = 4.5


@pytest.mark.parametrize("method", [method for method in METHODS if method != "volume"])
@pytest.mark.parametrize("name", ["legendre", "hermite"])
def test_the_mean_gram_matrix_is_the_identity(method, name):
    design = draw(method, name, 4, 8, stream=Stream(21), replicates=4000)
    matrices = gram(design.values, design.weights)
    spread = matrices.std(axis=0) / 4000**0.5
    assert np.all(np.abs(matrices.mean(axis=0) - np.eye(4)) <= SIGMAS * spread + 1e-12)


def test_volume_rescaled_least_squares_is_unbiased_and_independent_points_are_not():
    found = {}
    for method in ("volume", "christoffel"):
        design = draw(method, "legendre", 2, 3, stream=Stream(22), replicates=20_000)
        off = coefficients(design, np.exp(2 * design.points)) - [np.sinh(2) / 2, np.sqrt(3) * _first_moment()]
        found[method] = np.abs(off.mean(axis=0)) / (off.std(axis=0) / 20_000**0.5)
    assert np.all(found["volume"] <= SIGMAS)
    assert np.max(found["christoffel"]) > 2 * SIGMAS


def _first_moment():
    nodes, masses = np.polynomial.legendre.leggauss(40)
    return float(masses @ (nodes * np.exp(2 * nodes))) / 2


def test_volume_designs_hold_a_draw_of_the_process_first():
    """The first m points repel each other: their mean squared determinant is far above that of independent points."""
    size = {}
    for method in ("volume", "christoffel"):
        design = draw(method, "legendre", 3, 5, stream=Stream(23), replicates=3000)
        roots = np.sqrt(design.weights / 3)[..., None]
        first, last = ((design.values * roots)[:, part] for part in (slice(0, 3), slice(2, 5)))
        size[method] = [np.median(np.abs(np.linalg.det(block))) for block in (first, last)]
    assert size["volume"][0] > 1.5 * size["christoffel"][0]
    assert size["volume"][1] == pytest.approx(size["christoffel"][1], rel=0.1)


def test_conditioning_redraws_failures_only():
    drawn = [draw("christoffel", "legendre", 3, 15, stream=Stream(24, k), replicates=50) for k in range(60)]
    design, attempts = conditioned(lambda k: drawn[k], 0.5)
    assert np.all(design.distance() <= 0.5)
    for row, count in enumerate(attempts):
        assert np.array_equal(design.points[row], drawn[count - 1].points[row])
        assert all(drawn[k].distance()[row] > 0.5 for k in range(count - 1))
    assert attempts.max() > 1
    with pytest.raises(ValueError, match=r"miss \|G - I\| <= 0.5 in 2 attempts: take more points"):
        conditioned(lambda k: drawn[k], 0.5, most=2)
    with pytest.raises(ValueError, match="delta must be in"):
        conditioned(lambda k: drawn[k], 1.0)
    with pytest.raises(ValueError, match="most must be a whole number >= 1, got 0"):
        conditioned(lambda k: drawn[k], 0.5, most=0)


def test_functions_of_the_space_are_reproduced_and_least_squares_is_that_of_numpy():
    design = draw("process", "legendre", 5, 10, stream=Stream(25), replicates=3)
    truth = np.arange(1.0, 6.0)
    assert np.allclose(coefficients(design, design.values @ truth), truth, atol=1e-9)
    roots, targets = np.sqrt(design.weights), np.cos(5 * design.points)
    for row, found in enumerate(coefficients(design, targets)):
        solved = np.linalg.lstsq(design.values[row] * roots[row][:, None], targets[row] * roots[row], rcond=None)[0]
        assert np.allclose(found, solved, atol=1e-10)


def test_the_best_approximation_of_the_exponential_is_known():
    best, error = best_approximation("legendre", 1, "exp")
    assert best[0] == pytest.approx(np.sinh(1))
    assert error == pytest.approx(np.sinh(2) / 2 - np.sinh(1) ** 2)
    best, error = best_approximation("hermite", 2, "exp")
    assert best == pytest.approx(np.full(2, np.exp(0.5)))
    assert error == pytest.approx(np.exp(2) - 2 * np.e)
    best, error = best_approximation("chebyshev", 1, "exp")
    assert best[0] == pytest.approx(np.i0(1.0), rel=1e-7)
    assert error == pytest.approx(np.i0(2.0) - np.i0(1.0) ** 2, rel=1e-6)


def test_the_error_ratio_is_one_where_the_estimate_is_the_best():
    """A Gauss rule of many points as the sample: its weighted least squares is the projection."""
    nodes, masses = np.polynomial.legendre.leggauss(50)
    values = evaluate("legendre", 4, nodes)[None]
    design = Design("legendre", nodes[None], 50 * masses[None] / 2, values)
    assert error_ratio(design, "exp") == pytest.approx(1.0, abs=1e-12)
    assert optimal_weights(values).shape == (1, 50)


def test_strict_arrays_give_the_same_errors():
    strict = backend("strict")
    there = draw("volume", "legendre", 3, 6, stream=Stream(26), replicates=4, backend=strict)
    here = draw("volume", "legendre", 3, 6, stream=Stream(26), replicates=4)
    assert np.allclose(np.asarray(there.eigenvalues()), here.eigenvalues(), atol=1e-11)
    assert np.allclose(np.asarray(error_ratio(there, "kink")), error_ratio(here, "kink"), rtol=1e-9)


@pytest.mark.parametrize(
    ("method", "n", "message"),
    [
        ("greedy", 6, "the method must be one of measure, christoffel, process, volume, got 'greedy'"),
        ("process", 7, "a multiple of m = 3, got 7"),
        ("volume", 2, "n of points must be a whole number >= 3, got 2"),
        ("christoffel", 6.0, "n of points must be a whole number >= 3, got 6.0"),
    ],
)
def test_bad_designs_are_refused(method, n, message):
    with pytest.raises(ValueError, match=message):
        draw(method, "legendre", 3, n, stream=Stream(1), replicates=1)


def test_a_dimension_below_one_is_refused_by_every_method():
    for method in METHODS:
        with pytest.raises(ValueError, match="the dimension m must be a whole number >= 1, got 0"):
            draw(method, "legendre", 0, 5, stream=Stream(1), replicates=1)


def test_a_ratio_to_an_error_that_is_rounding_is_refused():
    """At m = 20 that of exp has the squared error 1e-50, which floating point sees as 1e-30."""
    design = draw("process", "legendre", 20, 40, stream=Stream(27), replicates=1)
    with pytest.raises(ValueError, match="exp is approximated to rounding by legendre polynomials, m = 20"):
        error_ratio(design, "exp")
    assert error_ratio(design, "kink") > 1


def test_what_is_kept_cannot_be_written():
    best, _ = best_approximation("legendre", 3, "runge")
    with pytest.raises(ValueError, match="read-only"):
        best[0] = 0.0


def test_unknown_functions_are_refused():
    with pytest.raises(ValueError, match="the function must be one of exp, runge, kink, got 'sine'"):
        best_approximation("legendre", 2, "sine")
