import pickle

import numpy as np
import pytest

from experiments.gaussian_mixture.mixture import GaussianMixture, NotPositive


@pytest.mark.parametrize(
    ("shape", "kind", "shared", "diagonal"),
    [
        ((3,), "tied_diag", True, True),
        ((3, 3), "tied", True, False),
        ((2, 3), "diag", False, True),
        ((2, 3, 3), "full", False, False),
    ],
)
def test_the_type_is_read_off_the_shape(shape, kind, shared, diagonal):
    covariances = np.broadcast_to(np.eye(3) if shape[-2:] == (3, 3) else np.ones(3), shape)
    mixture = GaussianMixture(np.arange(6.0).reshape(2, 3), covariances)
    assert (mixture.covariance_type, mixture.shared, mixture.diagonal) == (kind, shared, diagonal)
    assert mixture.weights.tolist() == [0.5, 0.5]
    for k in range(2):
        assert mixture.covariance(k).tolist() == np.eye(3).tolist()


def test_as_many_classes_as_features_must_be_told_apart():
    with pytest.raises(ValueError, match="ambiguous: pass covariance_type='tied'"):
        GaussianMixture(np.eye(2), np.eye(2))
    assert GaussianMixture(np.eye(2), np.eye(2) + 1, covariance_type="tied").covariance(1).tolist() == [[2, 1], [1, 2]]
    assert GaussianMixture(np.eye(2), np.eye(2) + 1, covariance_type="diag").covariance(1).tolist() == [[1, 0], [0, 2]]


def test_a_covariance_with_a_negative_eigenvalue_is_named():
    bad = np.stack([np.eye(2), [[1.0, 2.0], [2.0, 1.0]]])
    with pytest.raises(NotPositive, match=r"class 1 has smallest eigenvalue -1\.0") as caught:
        GaussianMixture(np.eye(2), bad)
    assert caught.value.owner == "class 1"
    assert caught.value.eigenvalue == pytest.approx(-1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    with pytest.raises(NotPositive, match="common covariance"):
        GaussianMixture([[0.0], [1.0]], [-1e-300])
    with pytest.raises(NotPositive):  # beyond rounding
        GaussianMixture(np.eye(2), np.diag([1.0, -1e-13]), covariance_type="tied")
    GaussianMixture(np.eye(2), np.diag([1.0, -1e-17]), covariance_type="tied")  # rounding


def test_the_published_hard_design_is_no_covariance():
    n = 10
    design = np.diag([float(n)] * (n // 2) + [1.0] * (n // 2))
    A = 2 * np.random.RandomState(0).uniform(size=(n, n)) - 1
    product = A.T @ A
    hard = design + product - np.diag(np.diag(product))
    with pytest.raises(NotPositive) as caught:
        GaussianMixture([-np.ones(n), np.ones(n)], hard)
    assert caught.value.eigenvalue == pytest.approx(np.linalg.eigvalsh(hard)[0])
    assert caught.value.eigenvalue < -0.1


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_roots_of_singular_and_regular_matrices(rank):
    half = np.random.default_rng(rank).standard_normal((3, rank))
    mixture = GaussianMixture(np.zeros((2, 3)), half @ half.T, covariance_type="tied")
    assert np.allclose(mixture.roots @ mixture.roots.T, half @ half.T, atol=1e-12)


def test_nearly_singular_matrices_are_kept():
    scales = np.diag([1.0, 1e-7, 1e-9])
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    covariance = Q @ scales @ Q.T
    mixture = GaussianMixture(np.zeros((2, 3)), (covariance + covariance.T) / 2)
    assert np.allclose(np.linalg.eigvalsh(mixture.roots @ mixture.roots.T), [1e-9, 1e-7, 1.0], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.0, 1.0]], [1.0, 1.0]), "K >= 2"),
        (([[0.0], [np.nan]], [1.0]), "means must be finite"),
        (([[0.0], [1.0]], [np.inf]), "covariances must be finite"),
        (([[0.0], [1.0]], [1.0], [0.5, 0.6]), "sum to 1"),
        (([[0.0], [1.0]], [1.0], [1.5, -0.5]), "2 probabilities"),
        (([[0.0], [1.0]], [1.0, 2.0, 3.0]), r"must have shape .* got \(3,\)"),
        (([[0.0, 0], [1.0, 0]], [[1.0, 0.1], [0.0, 1.0]], None, "tied"), "symmetric"),
        (([[0.0], [1.0]], [1.0], None, "round"), "covariance_type must be one of"),
        (([["a"], ["b"]], [1.0]), "real numbers"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(*arguments)


def test_arrays_are_copied_and_read_only():
    means = np.asarray([[0.0], [1.0]])
    mixture = GaussianMixture(means, [1.0])
    means[0, 0] = 9.0
    assert mixture.means[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        mixture.means[0, 0] = 1.0


def test_transformed_and_relabelled():
    mixture = GaussianMixture(
        [[0.0, 1.0], [2.0, 3.0], [5.0, 5.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0.5, 0.3, 0.2]
    )
    M = np.asarray([[1.0, 2.0], [0.0, 3.0]])
    moved = mixture.transformed(M)
    assert np.allclose(moved.means, mixture.means @ M.T)
    assert np.allclose(moved.covariance(2), M @ np.diag([5.0, 6.0]) @ M.T)
    turned = mixture.relabelled([2, 0, 1])
    assert turned.means[0].tolist() == [5.0, 5.0]
    assert turned.weights.tolist() == [0.2, 0.5, 0.3]
    assert turned.covariance(0).tolist() == [[5.0, 0.0], [0.0, 6.0]]
    with pytest.raises(ValueError, match="permutation"):
        mixture.relabelled([0, 0, 1])


def test_symmetric_pairs_know_it():
    pair = GaussianMixture.symmetric_pair(2.0, 3)
    assert pair.symmetric
    assert pair.variances.tolist() == [[1.0] * 3] * 2
    assert not GaussianMixture(pair.means, pair.covariances, [0.4, 0.6]).symmetric
    with pytest.raises(ValueError, match="diagonal covariances"):
        _ = pair.transformed(np.eye(3)).variances
    with pytest.raises(ValueError, match="separation"):
        GaussianMixture.symmetric_pair(-1.0, 3)


def test_complex_parameters_are_refused():
    with pytest.raises(ValueError, match="means must be an array of real numbers"):
        GaussianMixture(np.asarray([[1 + 2j], [0]]), [1.0])
