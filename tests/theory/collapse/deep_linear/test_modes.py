import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.collapse.deep_linear.modes import modes_of


@given(st.lists(st.one_of(st.integers(1, 6), st.integers(1, 10**15)), min_size=1, max_size=7))
@settings(max_examples=40)
def test_each_eigenvalue_is_accurate_and_vectors_are_orthonormal(sizes):
    sizes = np.array(sizes, dtype=float)
    values, vectors = modes_of(sizes, bias=True)
    K = len(sizes)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(K), atol=1e-14)
    assert values[-1] == 0
    np.testing.assert_allclose(vectors[:, -1], K**-0.5, rtol=1e-14)
    with mpmath.workdps(60):
        n = mpmath.matrix(sizes.tolist())
        matrix = mpmath.diag(sizes.tolist()) - n * n.T / mpmath.fsum(n)
        exact = sorted(mpmath.eigsy(matrix, eigvals_only=True), reverse=True)
        for value, true in zip(values[:-1], exact, strict=False):
            assert abs(value / true - 1) < 1e-14
        residual = matrix * mpmath.matrix(vectors.tolist()) - mpmath.matrix((vectors * values).tolist())
        assert max(abs(entry) for entry in residual) <= 1e-14 * max(sizes)


def test_equal_classes_are_compared_with_each_other_alone():
    values, vectors = modes_of(np.array([10.0**9, 1, 10.0**9, 1]), bias=True)
    assert values.tolist() == [1e9, pytest.approx(2 / (1 + 1e-9), rel=1e-14), 1, 0]
    assert vectors[[1, 3], 0].tolist() == [0, 0]
    assert vectors[[0, 2], 2].tolist() == [0, 0]


def test_without_a_bias_modes_are_classes():
    values, vectors = modes_of(np.array([2.0, 5.0]), bias=False)
    assert values.tolist() == [2, 5]
    assert vectors.tolist() == [[1, 0], [0, 1]]
