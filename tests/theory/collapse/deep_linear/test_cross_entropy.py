import math

import array_api_strict
import numpy as np
import pytest
from scipy.optimize import minimize

from theory.collapse.deep_linear.cross_entropy import (
    balanced_minimum,
    best_scale,
    cross_entropy_minority_size,
    cross_polytope_code,
    cross_polytope_margin,
    minority_ratio,
    simplex_code,
)


def mean_cross_entropy(Z, labels):
    top = Z.max(axis=0)
    return float(np.mean(top + np.log(np.exp(Z - top).sum(axis=0)) - Z[labels, np.arange(Z.shape[1])]))


def descend(sizes, lW, lH, *, bias, seed=0):
    """Return the least objective of one layer found by L-BFGS from one random start (no bad local minima), and W."""
    K, N = len(sizes), sum(sizes)
    labels = np.repeat(np.arange(K), sizes)
    Y = np.eye(K)[:, labels]

    def value(v):
        W, H, shift = v[: K * K].reshape(K, K), v[K * K : K * (K + N)].reshape(K, N), bias * v[K * (K + N) :, None]
        Z = W @ H + shift
        P = np.exp(Z - Z.max(axis=0))
        G = (P / P.sum(axis=0) - Y) / N
        total = mean_cross_entropy(Z, labels) + lW / 2 * np.sum(W**2) + lH / 2 * np.sum(H**2)
        gradients = (G @ H.T + lW * W, W.T @ G + lH * H, bias * G.sum(axis=1))
        return total, np.concatenate([g.ravel() for g in gradients])

    start = np.random.default_rng(seed).standard_normal(K * (K + N) + K)
    options = {"maxiter": 20000, "maxfun": 40000, "ftol": 1e-16, "gtol": 1e-11}
    run = minimize(value, start, jac=True, method="L-BFGS-B", options=options)
    return run.fun, run.x[: K * K].reshape(K, K)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("K", "n", "lW", "lH"), [(3, 2, 0.01, 0.02), (4, 3, 0.03, 0.01), (2, 1, 0.6, 0.5)])
def test_balanced_minimum_equals_the_minimum_found_by_descent(K, n, lW, lH, bias):
    found = balanced_minimum(K, n, lW, lH)
    objective, W = descend([n] * K, lW, lH, bias=bias)
    assert objective == pytest.approx(found.objective, abs=1e-9)
    np.testing.assert_allclose(np.linalg.norm(W, axis=1), found.classifier_norm, atol=1e-3)


def test_the_scale_is_accurate_where_it_goes_to_zero():
    # K s = 1 - 2^-40 exactly, for K = 4, n = 1 and equal decays: a = log1p(K 2^-40/(1 - 2^-40)).
    s = (1 - 2.0**-40) / 4
    assert balanced_minimum(4, 1, s, s).scale == pytest.approx(math.log1p(4 * 2.0**-40 / (1 - 2.0**-40)), rel=1e-14)
    assert balanced_minimum(4, 1, 0.25, 0.25).scale == 0
    assert balanced_minimum(4, 1, 0.3, 0.3).objective == pytest.approx(math.log(4), rel=1e-15)


@pytest.mark.parametrize("bias", [False, True])
def test_minorities_coincide_up_to_the_threshold(bias):
    sizes = [6, 6, 2, 2]
    for factor, merged in ((0.96, False), (1.04, True)):
        decay = math.sqrt(2 * factor) / 16
        assert (sizes[2] <= cross_entropy_minority_size(16, decay, decay)) is merged
        assert (minority_ratio(4, 2, decay, decay) <= 3) is merged
        _, W = descend(sizes, decay, decay, bias=bias)
        assert (float(np.linalg.norm(W[2] - W[3])) < 1e-3) is merged


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("code", [simplex_code(4), cross_polytope_code(4)])
def test_best_scale_is_the_objective_of_explicit_layers(code, depth):
    n, decays, lH = 3, [0.004, 0.002, 0.003][:depth], 0.001
    found = best_scale(code, n, depth, decays, lH)
    left, values, right = np.linalg.svd(np.repeat(found.scale * code, n, axis=1), full_matrices=False)
    kept = values > 1e-9
    left, values, right = left[:, kept], values[kept], right[kept]
    share = (math.prod(decays) * lH) ** (1 / (depth + 1)) * values ** (2 / (depth + 1))  # squares, times the decay
    layers = [np.diag(np.sqrt(share / decay)) for decay in decays]
    layers[-1] = left @ layers[-1]
    H = np.diag(np.sqrt(share / lH)) @ right
    product = np.linalg.multi_dot([*layers[::-1], H])
    objective = mean_cross_entropy(product, np.repeat(np.arange(4), n)) + lH / 2 * np.sum(H**2)
    objective += sum(decay / 2 * np.sum(W**2) for decay, W in zip(decays, layers, strict=True))
    np.testing.assert_allclose(product, np.repeat(found.scale * code, n, axis=1), atol=1e-12)
    assert objective == pytest.approx(found.objective, rel=1e-12)
    assert found.objective == pytest.approx(found.cross_entropy + found.penalty, rel=1e-15)


def test_one_layer_of_the_simplex_is_the_balanced_minimum():
    found, exact = best_scale(simplex_code(5), 4, 1, 0.003, 0.02), balanced_minimum(5, 4, 0.003, 0.02)
    assert found.scale == pytest.approx(exact.scale, rel=1e-10)
    assert found.objective == pytest.approx(exact.objective, rel=1e-13)


@pytest.mark.parametrize(("K", "depth"), [(4, 3), (6, 2), (8, 4), (4, 9)])
@pytest.mark.parametrize("decay", [1e-6, 1e-3, 0.01])
def test_cross_polytopes_beat_simplices_at_every_decay_where_the_margin_is_positive(K, depth, decay):
    assert cross_polytope_margin(K, depth) > 0
    simplex = best_scale(simplex_code(K), 1, depth, decay, decay)
    polytope = best_scale(cross_polytope_code(K), 1, depth, decay, decay)
    assert polytope.objective < simplex.objective or simplex.scale == 0


def test_simplices_win_at_small_decays_where_the_margin_is_negative():
    for K, depth in ((4, 2), (2, 3), (20, 1)):
        assert cross_polytope_margin(K, depth) < 0
        simplex, polytope = (
            best_scale(code(K), 1, depth, 1e-5, 1e-5).objective for code in (simplex_code, cross_polytope_code)
        )
        assert simplex < polytope * (1 + 1e-12)


def test_nothing_is_better_than_equal_logits_under_much_decay():
    assert best_scale(cross_polytope_code(4), 1, 3, 1.0, 1.0).scale == 0
    assert best_scale(np.zeros((3, 3)), 1, 1, 0.1, 0.1).objective == math.log(3)


def test_arrays():
    found = balanced_minimum(array_api_strict.asarray([3.0, 4.0]), 2, 0.01, 0.02)
    assert float(found.scale[0]) == balanced_minimum(3, 2, 0.01, 0.02).scale
    assert np.shape(cross_polytope_margin([2, 4, 6], 3)) == (3,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: balanced_minimum(1, 2, 0.1, 0.1), "classes must be"),
        (lambda: balanced_minimum(3, 2, -0.1, 0.1), "weight_decay must be"),
        (lambda: cross_polytope_code(5), "classes must be even"),
        (lambda: cross_polytope_margin(5, 2), "an even number"),
        (lambda: minority_ratio(2, 2, 0.1, 0.1), "an even number >= 4"),
        (lambda: best_scale([[1.0, math.nan], [0, 1]], 1, 1, 0.1, 0.1), "finite K x K"),
        (lambda: best_scale(simplex_code(3), 1, 1, 0.1, 0), "feature_decay must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
