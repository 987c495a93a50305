"""Chain-rule sampling against exact laws: all sets of a finite ground set, and eigenvalues of Hermitian matrices."""

from itertools import combinations

import numpy as np
import pytest
from numpy.polynomial.legendre import legvander

from experiments.arrays import backend
from experiments.optimal_sampling.processes import finite_process, orthonormal_part, polynomial_process
from experiments.streams import Stream

SIGMAS = 4.5


def orthonormal(count, m):
    return np.linalg.qr(legvander(np.linspace(-1, 1, count), m - 1))[0]


def test_sets_have_the_probabilities_of_their_minors():
    matrix, draws = orthonormal(6, 3), 20_000
    kernel = matrix @ matrix.T
    found = np.sort(finite_process(matrix, Stream(11), draws), axis=1)
    for chosen in combinations(range(6), 3):
        p = np.linalg.det(kernel[np.ix_(chosen, chosen)])
        share = np.mean(np.all(found == chosen, axis=1))
        assert abs(share - p) <= SIGMAS * np.sqrt(p * (1 - p) / draws)


def test_hermite_points_are_eigenvalues_of_hermitian_gaussian_matrices():
    """Smallest gap and sum of squares, which know pairs and more; the reference has a generator of its own."""
    m, draws, rng = 3, 20_000, np.random.default_rng(5)
    raw = rng.standard_normal((draws, m, m)) + 1j * rng.standard_normal((draws, m, m))
    theirs = np.linalg.eigvalsh((raw + raw.conj().transpose(0, 2, 1)) / 2)
    own = np.sort(polynomial_process("hermite", m, Stream(12), draws)[:, 0], axis=1)
    for statistic in (
        lambda x: np.diff(x, axis=1).min(axis=1),
        lambda x: np.sum(x**2, axis=1),
        lambda x: x[:, 1] ** 2,
        lambda x: x[:, 0] * x[:, 2],
    ):
        first, second = statistic(own), statistic(theirs)
        spread = np.sqrt((first.var() + second.var()) / draws)
        assert abs(first.mean() - second.mean()) <= SIGMAS * spread


def test_a_vector_next_to_the_span_is_orthogonalised_to_rounding():
    """Once would leave 1e-16 over the distance 1e-9."""
    basis = np.linalg.qr(np.random.default_rng(6).standard_normal((8, 8)))[0]
    vector = basis[:5].sum(axis=0) / 5**0.5 + 1e-9 * basis[5]
    found = orthonormal_part(np, basis[None, :5], vector[None])[0]
    assert np.abs(basis[:5] @ found).max() <= 1e-15
    assert found @ basis[5] == pytest.approx(1.0, abs=1e-6)


def test_nearly_dependent_features_still_give_m_different_points():
    matrix = orthonormal(400, 40)
    found = np.sort(finite_process(matrix, Stream(13), 20), axis=1)
    assert np.all(np.diff(found, axis=1) > 0)
    volumes = np.linalg.slogdet(matrix[found])[1]
    assert np.all(np.isfinite(volumes))
    narrow = np.linalg.qr(np.vstack([np.eye(3), 1e-9 * np.ones((5, 3))]))[0]
    assert np.array_equal(np.sort(finite_process(narrow, Stream(14), 5), axis=1), np.tile([0, 1, 2], (5, 1)))


def test_rows_depend_on_their_number_alone_and_copies_differ():
    whole = polynomial_process("legendre", 4, Stream(3), 9, copies=2)
    assert np.array_equal(whole[4:6], polynomial_process("legendre", 4, Stream(3), range(4, 6), copies=2))
    assert len(np.unique(whole)) == whole.size
    assert not np.array_equal(whole, polynomial_process("legendre", 4, Stream(3, 1), 9, copies=2))
    matrix = orthonormal(20, 4)
    assert np.array_equal(finite_process(matrix, Stream(4), 7)[5:], finite_process(matrix, Stream(4), range(5, 7)))
    assert polynomial_process("legendre", 4, Stream(3), 0, copies=2).shape == (0, 2, 4)


def test_one_dimension_is_a_point_of_the_measure():
    points = polynomial_process("legendre", 1, Stream(6), 4000)
    assert points.shape == (4000, 1, 1)
    assert abs(points.mean()) <= SIGMAS * np.sqrt(1 / 3 / 4000)


def test_strict_arrays_give_the_same_points():
    strict = backend("strict")
    there = polynomial_process("chebyshev", 3, Stream(7), 4, backend=strict)
    assert np.allclose(np.asarray(there), polynomial_process("chebyshev", 3, Stream(7), 4), atol=1e-12)
    matrix = orthonormal(12, 3)
    drawn = finite_process(strict.asarray(matrix), Stream(8), 5)
    assert np.array_equal(np.asarray(drawn), finite_process(matrix, Stream(8), 5))


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="must have orthonormal columns"):
        finite_process(np.ones((4, 2)), Stream(1), 1)
    with pytest.raises(ValueError, match=r"N >= m >= 1, got the shape \(2, 4\)"):
        finite_process(np.eye(4)[:2], Stream(1), 1)
    with pytest.raises(ValueError, match=r"N >= m >= 1, got the shape \(4, 0\)"):
        finite_process(np.eye(4)[:, :0], Stream(1), 1)
    for kind in (np.int64, np.complex128):
        with pytest.raises(ValueError, match="must be real floating-point numbers"):
            finite_process(np.eye(4, dtype=kind)[:, :2], Stream(1), 1)
    with pytest.raises(ValueError, match="orthonormal"):
        finite_process(np.full((4, 2), np.nan), Stream(1), 1)
    with pytest.raises(ValueError, match="copies must be a whole number >= 1, got 0"):
        polynomial_process("legendre", 2, Stream(1), 1, copies=0)
    with pytest.raises(ValueError, match="the dimension m must be a whole number >= 1, got 0"):
        polynomial_process("legendre", 0, Stream(1), 1)
    with pytest.raises(ValueError, match="replicates must be a whole number >= 0, got -1"):
        polynomial_process("legendre", 2, Stream(1), -1)
