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


def test_contexts_in_few_dimensions_have_few():
    x = np.linspace(-1, 1, 200).reshape(100, 2)
    assert effective_dimension(x @ x.T) < 2.0


def test_the_bound_exceeds_the_horizon_by_ever_more():
    ratios = [orthogonal_effective_dimension(T=T, K=2) / np.sqrt(T) for T in (10, 100, 1000, 10_000)]
    assert min(ratios) > 1.0
    assert ratios == sorted(ratios)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: orthogonal_effective_dimension(T=0, K=2), "T must be an int >= 1"),
        (lambda: orthogonal_effective_dimension(T=3, K=True), "K must be an int"),
        (lambda: orthogonal_effective_dimension(T=3, K=2, c=-1.0), "c must be positive"),
        (lambda: effective_dimension(np.eye(2), lam=0.0), "lam must be positive"),
        (lambda: effective_dimension(np.ones((2, 3))), "gram must be a finite square matrix"),
        (lambda: effective_dimension(np.diag([-2.0, 1.0])), "positive semidefinite"),
    ],
)
def test_wrong_numbers_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
