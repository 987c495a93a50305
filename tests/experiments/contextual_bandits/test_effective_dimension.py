import numpy as np
import pytest

from experiments.contextual_bandits.effective_dimension import effective_dimension, orthogonal_effective_dimension


def test_the_value_of_orthogonal_contexts():
    assert orthogonal_effective_dimension(T=1000, K=4) == pytest.approx(334.27641307760524, rel=1e-14)


@pytest.mark.parametrize(("c", "lam"), [(1.0, 1.0), (0.5, 2.0)])
def test_it_is_that_of_the_gram_matrix(c, lam):
    assert effective_dimension(c * np.eye(12), lam=lam) == pytest.approx(
        orthogonal_effective_dimension(T=6, K=2, c=c, lam=lam)
    )


def test_eigenvalues_give_it_by_hand():
    gram = np.asarray([[2, 1], [1, 2]])  # eigenvalues 1 and 3
    assert effective_dimension(gram, lam=0.5) == pytest.approx(np.log(3 * 7) / np.log(5))
    assert effective_dimension(gram.tolist(), lam=1e-300) == pytest.approx(2.0, rel=1e-2)


def test_contexts_in_few_dimensions_have_few():
    x = np.linspace(-1, 1, 200).reshape(100, 2)
    assert effective_dimension(x @ x.T) < 2.0


def test_the_bound_exceeds_the_horizon_by_ever_more():
    ratios = [orthogonal_effective_dimension(T=T, K=2) / np.sqrt(T) for T in (10, 100, 1000, 10_000)]
    assert min(ratios) > 1.0
    assert ratios == sorted(ratios)
    for K in (2, 3, 10):
        assert min(orthogonal_effective_dimension(T=T, K=K) / np.sqrt(T) for T in range(1, 200)) > 1.0
    assert orthogonal_effective_dimension(T=1, K=2, c=1e-6) < 1e-5  # not whatever c and lam


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: orthogonal_effective_dimension(T=0, K=2), "T must be an int from 1 to"),
        (lambda: orthogonal_effective_dimension(T=3, K=True), "K must be an int"),
        (lambda: orthogonal_effective_dimension(T=3, K=2, c=-1.0), "c must be positive"),
        (lambda: effective_dimension(np.eye(2), lam=0.0), "lam must be positive"),
        (lambda: effective_dimension(np.ones((2, 3))), "gram must be a finite square matrix"),
        (lambda: effective_dimension(np.diag([-2.0, 1.0])), "positive semidefinite"),
        (lambda: effective_dimension(np.diag([-2.0, -2.0])), "positive semidefinite"),
        (lambda: effective_dimension(np.diag([-0.5, 1.0])), "positive semidefinite"),
        (lambda: effective_dimension(np.asarray([[1.0, 5.0], [-5.0, 1.0]])), "gram must be symmetric"),
        (lambda: effective_dimension(np.diag([np.nan, 1.0])), "not finite"),
        (lambda: effective_dimension(1j * np.eye(2)), r"gram must be a finite square matrix, got .* of complex128"),
        (lambda: effective_dimension(np.zeros((0, 0))), "gram must be a finite square matrix"),
        (lambda: orthogonal_effective_dimension(T=10**400, K=2), "T must be an int from 1 to"),
    ],
)
def test_wrong_numbers_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
