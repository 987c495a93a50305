import numpy as np
import pytest

from experiments.contextual_bandits.features import fourier, linear, tangent
from experiments.streams import Stream


def test_fourier_features_approach_the_gaussian_kernel():
    x = np.asarray(Stream(5).normal(6, 3)) / 2
    phi = fourier(3, 20_000, scale=0.7).map(x)
    distance = np.sum((x[:, None] - x) ** 2, axis=-1)
    assert np.abs(phi @ phi.T - np.exp(-distance / (2 * 0.7**2))).max() < 0.05
    assert (np.sum(phi**2, axis=-1) <= 2).all()


def test_tangent_features_are_the_gradient_of_the_network():
    width, dimension = 6, 3
    w = np.asarray(Stream.named(9, "hidden").normal(1, (dimension, width)))[0]
    a = np.asarray(Stream.named(9, "output").rademacher(1, width))[0]
    x = np.asarray([0.6, -0.64, 0.48])

    def network(weights):
        return np.sum(a * np.maximum(x @ weights, 0.0)) / np.sqrt(width)

    step, slopes = 1e-6, np.zeros((width, dimension))
    for j in range(width):
        for i in range(dimension):
            moved = np.zeros_like(w)
            moved[i, j] = step
            slopes[j, i] = (network(w + moved) - network(w - moved)) / (2 * step)
    assert np.allclose(tangent(dimension, width, seed=9).map(x), slopes.ravel(), atol=1e-8)


def test_tangent_features_approach_the_kernel_of_half_spaces():
    x = np.asarray([[1.0, 0.0], [0.0, 1.0], [np.sqrt(0.5), np.sqrt(0.5)]])
    phi = tangent(2, 20_000).map(x)
    cosine = np.clip(x @ x.T, -1, 1)
    assert np.abs(phi @ phi.T - cosine * (np.pi - np.arccos(cosine)) / (2 * np.pi)).max() < 0.02


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: linear(0), "dimension must be an int from 1"),
        (lambda: fourier(3, True), "size must be an int"),
        (lambda: fourier(3, 5, scale=0.0), "scale must be positive"),
        (lambda: tangent(3, 2.0), "width must be an int"),
        (lambda: tangent(2048, 1024), "width times dimension must be an int from 1"),
    ],
)
def test_wrong_features_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
