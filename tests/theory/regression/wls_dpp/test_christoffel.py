"""Christoffel functions, weights, exponents and sample numbers."""

import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.regression.wls_dpp.christoffel import (
    christoffel,
    error_factor,
    exponent,
    failure_bound,
    gram,
    optimal_weights,
    sample_number,
)
from theory.regression.wls_dpp.polynomial_bases import evaluate


def test_weights_make_every_term_of_the_gram_matrix_as_large():
    values = evaluate("legendre", 7, np.linspace(-1, 1, 11))
    assert np.allclose(optimal_weights(values) * christoffel(values), 7)
    matrices = gram(values[:, None, :], optimal_weights(values)[:, None])
    assert np.allclose(np.linalg.norm(matrices, 2, axis=(1, 2)), 7)


def test_the_gram_matrix_of_a_gauss_rule_is_the_identity():
    nodes, masses = np.polynomial.legendre.leggauss(6)
    values = evaluate("legendre", 6, nodes)
    assert np.allclose(gram(values, 6 * masses / 2), np.eye(6))


def test_strict_arrays_stay_where_they_are():
    values = evaluate("chebyshev", 3, array_api_strict.asarray([0.25, -0.5]))
    assert float(optimal_weights(values)[1]) == pytest.approx(3 / (1 + 2 * 0.25 + 2 * 0.25))
    assert gram(values, optimal_weights(values)).shape == (3, 3)


@given(st.floats(1e-9, 0.999))
def test_exponents_are_ordered_and_agree_with_their_integrals(delta):
    both, lower = exponent(delta), exponent(delta, "lower")
    assert delta**2 / (2 * (1 + delta / 3)) <= both * (1 + 1e-12)
    assert both * (1 - 1e-12) <= delta**2 / 2 <= lower * (1 + 1e-12)
    t, w = np.polynomial.legendre.leggauss(40)  # c is the integral of log(1 + t)
    inner = delta * (t + 1) / 2
    assert both == pytest.approx(delta / 2 * float(w @ np.log1p(inner)), rel=1e-11)


@pytest.mark.parametrize("delta", [1e-12, 1e-5, 3e-4, 0.999e-3, 1.001e-3, 0.01])
@pytest.mark.parametrize("tail", ["both", "lower"])
def test_small_exponents_do_not_cancel(delta, tail):
    signed = delta if tail == "both" else -delta
    series = math.fsum((-signed) ** k / (k * (k - 1)) for k in range(2, 12))
    assert exponent(delta, tail) == pytest.approx(series, rel=2e-12, abs=0.0)


@given(st.integers(1, 200), st.floats(1e-6, 0.9), st.floats(0.05, 0.95), st.sampled_from(["both", "lower"]))
def test_the_sample_number_is_the_least_that_suffices(m, eta, delta, tail):
    n = sample_number(m, eta, delta, tail)
    assert failure_bound(m, n, delta, tail) <= eta * (1 + 1e-9)
    assert n == 1 or failure_bound(m, n - 1, delta, tail) > eta * (1 - 1e-9)


def test_integers_of_arrays_and_tiny_probabilities_serve():
    assert sample_number(np.int64(5), 0.1) == 213
    assert failure_bound(np.int32(5), np.int64(213)) == failure_bound(5, 213)
    assert sample_number(10**9, 5e-324) == pytest.approx(10**9 * (math.log(2e9) - math.log(5e-324)) / exponent(0.5))


def test_the_error_factor_is_that_of_the_claim():
    assert error_factor(0.0) == 2.0
    assert error_factor(0.75, 0.5) == 9.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: exponent(1.0), "delta must be in"),
        (lambda: exponent(0.5, "upper"), "the tail must be one of both, lower"),
        (lambda: sample_number(0, 0.1), "m must be a whole number >= 1, got 0"),
        (lambda: sample_number(3, 1.5), "eta must be in"),
        (lambda: failure_bound(3, True), "n must be a whole number"),
        (lambda: error_factor(0.5, 0.0), "probability in"),
        (lambda: error_factor(math.nan), "delta must be in"),
        (lambda: sample_number(5, 0.1, 1e-200), "more points than floating-point numbers can count"),
        (lambda: gram(np.ones((4, 3)), np.ones(3)), r"got \(4, 3\) and \(3,\)"),
        (lambda: gram(np.ones((0, 3)), np.ones(0)), r"got \(0, 3\) and \(0,\)"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
