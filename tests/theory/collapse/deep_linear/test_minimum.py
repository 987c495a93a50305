import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from theory.collapse.deep_linear.geometry import etf_distance, orthogonality_distance
from theory.collapse.deep_linear.minimum import global_minimum, minority_size, vanishing_decay_geometry
from theory.collapse.deep_linear.scalar import threshold


def best_of_starts(sizes, decays, lH, *, bias, width, starts, scale=1.5, seed=0):
    """Return the least value that L-BFGS finds from random starts, with its product and class means."""
    K, N, M = len(sizes), sum(sizes), len(decays)
    Y = np.repeat(np.eye(K), sizes, axis=1)
    shapes = [(width, width)] * (M - 1) + [(K, width)]
    cuts = np.cumsum([rows * columns for rows, columns in shapes] + [width * N])

    def unpack(v):
        parts = np.split(v, cuts)
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=False)], parts[M].reshape(width, N)

    def value(v):
        layers, H = unpack(v)
        forward = list(itertools.accumulate(layers, lambda Z, W: W @ Z, initial=H))
        residual = forward[-1] - Y
        if bias:
            residual = residual - residual.mean(axis=1, keepdims=True)
        total = np.sum(residual**2) / (2 * N) + lH / 2 * np.sum(H**2)
        total += sum(decay / 2 * np.sum(W**2) for decay, W in zip(decays, layers, strict=True))
        back, gradients = residual / N, []
        for decay, W, Z in zip(decays[::-1], layers[::-1], forward[-2::-1], strict=True):
            gradients.append(back @ Z.T + decay * W)
            back = W.T @ back
        return total, np.concatenate([g.ravel() for g in (*gradients[::-1], back + lH * H)])

    rng = np.random.default_rng(seed)
    options = {"maxiter": 5000, "maxfun": 20000, "ftol": 1e-16, "gtol": 1e-10}
    runs = [
        minimize(value, scale * rng.standard_normal(cuts[-1]), jac=True, method="L-BFGS-B", options=options)
        for _ in range(starts)
    ]
    best = min(runs, key=lambda run: run.fun)
    layers, H = unpack(best.x)
    product = layers[0]
    for W in layers[1:]:
        product = W @ product
    means = np.stack([H[:, np.repeat(np.arange(K), sizes) == k].mean(axis=1) for k in range(K)])
    return best.fun, product, means, layers


CASES = [
    ([2, 2, 2], [0.02], 0.01, False, 3),
    ([4, 2, 1], [0.15], 0.2, False, 4),  # the smallest class has collapsed
    ([4, 2, 1], [0.01], 0.01, False, 2),  # narrower than the classes
    ([3, 3, 3], [0.02], 0.02, True, 3),
    ([5, 2, 1], [0.01], 0.02, True, 3),
    ([4, 3, 2, 1], [0.01], 0.01, True, 2),
    ([3, 2], [0.02, 0.01], 0.01, False, 2),
    ([5, 2, 1], [0.01, 0.005], 0.01, True, 3),
    ([6, 2, 1], [0.1, 0.137], 0.1, False, 3),  # two classes have collapsed
    ([7, 3, 1], [0.07, 0.08, 0.07], 0.04, True, 3),  # one mode of two is lost
    ([3, 2, 1], [0.01, 0.005, 0.008], 0.006, False, 3),
    ([2, 2, 2], [0.01, 0.01, 0.01], 0.005, True, 3),
]


@pytest.mark.parametrize(("sizes", "decays", "lH", "bias", "width"), CASES)
def test_equals_the_best_of_random_starts(sizes, decays, lH, bias, width):
    found = global_minimum(sizes, len(decays), decays, lH, bias=bias, width=width)
    best, product, means, layers = best_of_starts(sizes, decays, lH, bias=bias, width=width, starts=8)
    assert best == pytest.approx(found.objective, abs=1e-9)
    np.testing.assert_allclose(product @ product.T, found.classifier_gram, atol=2e-4)
    np.testing.assert_allclose(means @ means.T, found.mean_gram, atol=2e-4)
    np.testing.assert_allclose(product @ means.T, found.cross_gram, atol=2e-4)
    partial = np.eye(len(sizes))
    for layer, W in list(enumerate(layers))[::-1]:
        partial = partial @ W
        np.testing.assert_allclose(np.linalg.norm(partial, axis=1), found.row_norms[layer], atol=2e-3)
        values = np.linalg.svd(W, compute_uv=False)[: len(sizes)]
        expected = np.sort(found.layer_singular_values[layer])[::-1][: len(values)]
        np.testing.assert_allclose(values, expected, atol=2e-3)
    assert found.unique


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.lists(st.floats(1e-4, 1), min_size=1, max_size=5),
    st.floats(1e-4, 1),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 7)),
)
@settings(max_examples=60)
def test_explicit_layers_attain_it(sizes, decays, lH, bias, width):
    """Descent may stop above the closed form, at local minima; that layers meet it shows that it is not too low."""
    found = global_minimum(sizes, len(decays), decays, lH, bias=bias, width=width)
    K, N, d = len(sizes), sum(sizes), width or len(sizes)
    kept = np.argsort(-found.singular_values, kind="stable")[:d]
    rng = np.random.default_rng(0)
    frames = [np.linalg.qr(rng.standard_normal((d, d)))[0][:, : len(kept)] for _ in decays]
    frames.append(found.directions[:, kept])
    layers = [(frames[i + 1] * found.layer_singular_values[i][kept]) @ frames[i].T for i in range(len(decays))]
    product = layers[0]
    for W in layers[1:]:
        product = W @ product
    Y = np.repeat(np.eye(K), sizes, axis=1)
    Y = Y - Y.mean(axis=1, keepdims=True) if bias else Y
    H = np.linalg.solve(product.T @ product + N * lH * np.eye(d), product.T @ Y)
    value = np.sum((product @ H - Y) ** 2) / (2 * N) + lH / 2 * np.sum(H**2)
    value += sum(decay / 2 * np.sum(W**2) for decay, W in zip(decays, layers, strict=True))
    assert value == pytest.approx(found.objective, rel=1e-12, abs=1e-14)
    means = H[:, np.cumsum(sizes) - 1]
    np.testing.assert_allclose(means.T @ means, found.mean_gram, atol=1e-11 * (1 + np.max(found.mean_gram)))
    np.testing.assert_allclose(product @ means, found.cross_gram, atol=1e-11)
    np.testing.assert_allclose(np.linalg.norm(means, axis=0), found.mean_norms, atol=1e-10 * (1 + np.max(means)))
    assert found.collapsed.tolist() == [False] * K or bias or width or min(found.mean_norms) == 0


def test_one_layer_by_hand():
    # sqrt(n_k) is soft-thresholded by N sqrt(lW lH) = 1.2: classes of 4 and 1 examples keep 0.8 and nothing.
    lW, lH = 0.09, 0.64
    found = global_minimum([4, 1], 1, lW, lH)
    assert found.collapsed.tolist() == [False, True]
    assert found.singular_values[0] ** 2 == pytest.approx(2 * np.sqrt(lH / lW) - 5 * lH, rel=1e-14)
    assert found.objective == pytest.approx((1.2**2 + 1) / 10 + 0.24 * 0.8, rel=1e-14)
    assert found.mean_norms[0] == pytest.approx(np.sqrt(lW / (4 * lH) * found.singular_values[0] ** 2), rel=1e-14)


def test_balanced_with_a_bias_is_a_simplex():
    found = global_minimum([7] * 5, 3, 0.001, 0.002, bias=True)
    plain = global_minimum([7] * 5, 3, 0.001, 0.002)
    values, vectors = np.linalg.eigh(found.mean_gram)
    assert etf_distance(vectors * np.sqrt(np.maximum(values, 0))) < 1e-7
    assert found.objective == pytest.approx(0.8 * plain.objective, rel=1e-13)  # K - 1 of K directions
    np.testing.assert_allclose(found.effective_decays[:4], plain.effective_decays[0], rtol=1e-13)
    assert np.isinf(found.effective_decays[4])


def test_modes_with_a_bias_interlace_the_sizes():
    modes = global_minimum([9, 1, 5, 3], 1, 0.01, 0.01, bias=True).modes
    for (low, high), mode in zip([(5, 9), (3, 5), (1, 3)], modes, strict=False):
        assert low <= mode <= high
    assert modes[3] == 0


def test_minority_size_is_where_a_class_collapses():
    for depth in (1, 2, 3):
        edge = minority_size(1000, depth, 0.001, 0.005)
        b = depth * (1000 / edge) * (1000 * 0.005 * 0.001**depth) ** (1 / depth)
        assert b == pytest.approx(threshold(depth), rel=1e-13)
        small, large = int(edge), int(edge) + 1
        found = global_minimum([small, large, 1000 - small - large], depth, 0.001, 0.005)
        assert found.collapsed.tolist() == [True, False, False]


def test_equal_minorities_merge_with_a_bias():
    found = global_minimum([20, 20, 1, 1], 1, 0.05, 0.05, bias=True)
    assert found.collapsed.tolist() == [False, False, True, True]
    assert found.mean_norms[2] > 0
    assert global_minimum([20, 20, 20], 1, 0.5, 0.5, bias=True).collapsed.all()  # in one point
    # Sizes that are almost equal do not merge, and classes are not compared in an array of three axes.
    assert not global_minimum([10**9, 10**9, 10**6, 10**6 + 1], 1, 1e-6, 1e-7, bias=True).collapsed.any()
    found = global_minimum([9] * 20 + [1] * 480, 1, 0.002, 0.002, bias=True)
    assert found.collapsed.tolist() == [False] * 20 + [True] * 480


def test_ties_are_reported():
    assert not global_minimum([3, 3, 3], 1, 0.01, 0.01, width=2).unique
    assert global_minimum([3, 3, 3], 1, 0.3, 0.3, width=2).unique  # nothing is left
    assert global_minimum([3, 3, 2], 1, 0.01, 0.01, width=2).unique
    assert global_minimum([3, 3, 3], 1, 0.01, 0.01, bias=True, width=2).unique
    assert not global_minimum([3, 3, 3], 1, 0.01, 0.01, bias=True, width=1).unique
    # Two layers, b = 2 (N/n) sqrt(N lH) lW = 1/2, the threshold up to rounding, for 6 of 12 examples.
    for factor in (1 - 1e-14, 1, 1 + 1e-14):
        assert not global_minimum([6, 3, 3], 2, factor * 0.125 / np.sqrt(12 * 0.1), 0.1).unique
    assert global_minimum([6, 3, 3], 2, 0.1251 / np.sqrt(12 * 0.1), 0.1).unique


def test_narrow_layers_in_the_limit():
    means, classifier, unique = vanishing_decay_geometry([9, 4, 1], 2, width=2)
    assert unique
    assert means[2, 2] == classifier[2, 2] == 0
    assert means[1, 1] / means[0, 0] == pytest.approx((9 / 4) ** (2 / 3), rel=1e-13)
    assert not vanishing_decay_geometry([4, 4, 4], 2, width=2).unique
    assert vanishing_decay_geometry([4, 4, 4], 2, bias=True, width=2).unique
    assert not vanishing_decay_geometry([4, 4, 4], 2, bias=True, width=1).unique
    found = global_minimum([9, 4, 1], 2, 1e-9, 1e-9, bias=True, width=1)
    limit = vanishing_decay_geometry([9, 4, 1], 2, bias=True, width=1).mean_gram
    np.testing.assert_allclose(found.mean_gram * 3 / np.trace(found.mean_gram), limit, atol=1e-6)


def test_extreme_decays():
    assert minority_size(100, 1, 0.1, 0.1) == 100
    found = global_minimum([3, 2], 2, 1e300, 1e300)
    assert (found.objective, found.collapsed.all(), found.row_norms.max()) == (0.5, True, 0)
    for depth in (1, 2):
        with pytest.raises(ValueError, match="out of range"):
            global_minimum([3, 2], depth, 1e-300, 1e-300)
    small = global_minimum([3, 2], 3, [1e-140, 1e-3, 1], 1e-180)  # their product is below the range of doubles
    even = global_minimum([3, 2], 3, [1e-81] * 3, 1e-80)
    assert small.objective == pytest.approx(even.objective, rel=1e-12)


@pytest.mark.parametrize("bias", [False, True])
def test_small_decays_approach_the_limit(bias):
    sizes = [50, 20, 3]
    means, classifier, _ = vanishing_decay_geometry(sizes, 2, bias)
    found = global_minimum(sizes, 2, 1e-9, 1e-9, bias=bias)
    np.testing.assert_allclose(found.mean_gram * 3 / np.trace(found.mean_gram), means, atol=1e-4)
    np.testing.assert_allclose(found.classifier_gram * 3 / np.trace(found.classifier_gram), classifier, atol=1e-4)
    if not bias:
        assert orthogonality_distance(means) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([3, 0], 1, 0.1, 0.1), "class_sizes must be whole numbers >= 1"),
        (([3, 1.5], 1, 0.1, 0.1), "class_sizes must be whole"),
        (([], 1, 0.1, 0.1), "class_sizes must be a sequence"),
        (([3, 1], 0, 0.1, 0.1), "depth must be a whole number >= 1"),
        (([3, 1], 2, [0.1, 0.1, 0.1], 0.1), "one for each of 2 layers"),
        (([3, 1], 1, 0.0, 0.1), "weight_decays must be"),
        (([3, 1], 1, 0.1, float("nan")), "feature_decay must be"),
        (([3, 1], 1, 0.1, 0.1, False, 0), "width must be"),
        (([3, 1], 1, 0.1, None), "feature_decay must be real"),
        (([3, 1], 1, [1, [2, 3]], 0.1), "weight_decays must be real"),
        (([[1], [2, 3]], 1, 0.1, 0.1), "class_sizes must be a sequence"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        global_minimum(*arguments)
