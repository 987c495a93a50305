import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.collapse.deep_linear import geometry


def rotation(d, seed):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]


@pytest.mark.parametrize("K", [2, 3, 4, 10, 500])
def test_simplex_gram_matrix(K):
    V = geometry.simplex_etf(K, K + 2)
    np.testing.assert_allclose(V @ V.T, K / (K - 1) * (np.eye(K) - 1 / K), atol=4e-15)
    np.testing.assert_allclose(V.sum(axis=0), 0, atol=1e-13)
    assert geometry.simplex_etf(K).shape == (K, K - 1)


@given(st.integers(2, 6), st.integers(0, 3), st.floats(1e-150, 1e150), st.integers(0, 2**16))
def test_distances_know_neither_scale_nor_rotation(K, extra, scale, seed):
    d = K + extra
    Q = rotation(d, seed)
    assert geometry.etf_distance(scale * geometry.simplex_etf(K, d) @ Q) < 1e-14
    assert geometry.frame_distance(scale * geometry.orthogonal_frame(K, d) @ Q) < 1e-14
    norms = np.arange(K) + 0.5
    frame = scale * geometry.general_orthogonal_frame(norms, d) @ Q
    assert geometry.orthogonality_distance(frame) < 1e-14
    assert geometry.frame_distance(frame, norms) < 1e-14
    V = np.random.default_rng(seed).standard_normal((K, d))
    assert geometry.etf_distance(scale * V @ Q) == pytest.approx(geometry.etf_distance(V), rel=1e-12, abs=1e-14)
    assert geometry.orthogonality_distance(V) <= geometry.frame_distance(V) + 1e-15


def test_distances_by_hand():
    # The cosine of the Gram matrices of frame and simplex is tr(I - 11'/K)/sqrt(K(K-1)) = sqrt((K-1)/K).
    for K in (2, 5):
        expected = np.sqrt(2 - 2 * np.sqrt((K - 1) / K))
        assert geometry.etf_distance(np.eye(K)) == pytest.approx(expected, rel=1e-14)
        assert geometry.frame_distance(geometry.simplex_etf(K)) == pytest.approx(expected, rel=1e-14)
    assert geometry.etf_distance(np.ones((3, 2))) == pytest.approx(np.sqrt(2), rel=1e-15)
    assert geometry.orthogonality_distance([[1.0, 0.0], [1.0, 0.0]]) == pytest.approx(np.sqrt(0.5), rel=1e-15)


def test_angles():
    found = geometry.angles(geometry.simplex_etf(3))
    np.testing.assert_allclose(found, 2 * np.pi / 3 * (1 - np.eye(3)), atol=1e-15)
    close = geometry.angles([[1e200, 1e192], [1e-200, 0.0], [-3.0, 0.0], [0.0, 0.0]])
    assert close[0, 1] == pytest.approx(1e-8, rel=1e-7)
    assert close[1, 2] == np.pi
    assert np.isnan(close[3]).all()
    cosines = geometry.cosines([[3.0, 4.0], [5.0, 0.0], [0.0, 0.0]])
    assert cosines[0, 1] == pytest.approx(0.6, rel=1e-15)
    assert np.isnan(cosines[2]).all()


def test_leading_axes_and_namespaces():
    stack = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    for function in (geometry.etf_distance, geometry.frame_distance, geometry.orthogonality_distance):
        found = function(stack)
        assert found.shape == (2, 3)
        assert found[1, 2] == pytest.approx(function(stack[1, 2]), rel=1e-14)
        strict = function(array_api_strict.asarray(stack))
        np.testing.assert_allclose(np.asarray(strict), found, rtol=1e-13)
    np.testing.assert_allclose(np.asarray(geometry.angles(array_api_strict.asarray(stack))), geometry.angles(stack))
    assert geometry.angles(stack.astype(np.float32)).dtype == np.float32


def test_spreads_are_those_of_loops_over_pairs():
    V = np.random.default_rng(0).standard_normal((2, 5, 4))
    found = geometry.simplex_spreads(1e200 * V)
    strict = geometry.simplex_spreads(array_api_strict.asarray(V))
    for k, vectors in enumerate(V):
        norms = np.linalg.norm(vectors, axis=1)
        cosines = [vectors[i] @ vectors[j] / (norms[i] * norms[j]) for i in range(5) for j in range(i)]
        expected = norms.std() / norms.mean(), np.std(cosines), np.mean(np.abs(np.array(cosines) + 0.25))
        np.testing.assert_allclose([value[k] for value in found], expected, rtol=1e-12)
        np.testing.assert_allclose([float(value[k]) for value in strict], expected, rtol=1e-12)
    assert max(geometry.simplex_spreads(3 * geometry.simplex_etf(6))) < 1e-15
    assert np.isnan(geometry.simplex_spreads(np.zeros((3, 2)))).all()
    norms, cosines, offset = geometry.simplex_spreads([[0.0, 0.0], [1.0, 0.0]])
    assert (norms, np.isnan(cosines), np.isnan(offset)) == (1.0, True, True)


def test_gram_distance_overflows_nowhere():
    for scale in (1e200, 1e-200):
        assert geometry.gram_distance(scale * np.eye(2), np.diag([1.0, 0.0])) == pytest.approx(0.7653668647301795)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: geometry.simplex_etf(np.inf), "classes must be a whole number"),
        (lambda: geometry.simplex_etf(None), "classes must be a whole number"),
        (lambda: geometry.simplex_etf(3, np.nan), "dimension must be a whole number"),
        (lambda: geometry.general_orthogonal_frame(["a"]), "norms must be real numbers"),
        (lambda: geometry.gram_distance(np.zeros((2, 2)), np.eye(2)), "finite and not zero"),
        (lambda: geometry.gram_distance(np.eye(3), np.eye(2)), "must have one shape"),
        (lambda: geometry.simplex_etf(1), "classes must be a whole number >= 2"),
        (lambda: geometry.simplex_etf(4, 2), "needs a dimension of at least 3"),
        (lambda: geometry.orthogonal_frame(4, 3), "needs a dimension of at least 4"),
        (lambda: geometry.general_orthogonal_frame([1, -1]), "norms must be"),
        (lambda: geometry.etf_distance(np.zeros((3, 2))), "all vectors are zero"),
        (lambda: geometry.etf_distance([[1.0, np.nan], [0, 1]]), "must be finite"),
        (lambda: geometry.etf_distance([1.0, 2.0]), "must be an array"),
        (lambda: geometry.frame_distance(np.eye(2), [0, 0]), "not all zero"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
