"""A small multi-layer perceptron trained in plain NumPy: rectified layers, a linear classifier with bias, Adam.

The energy is cross-entropy or half the squared error, mean over a batch, plus ``decay``/2 times the squared norms of
all weight matrices, plus ``feature_decay``/2 times the mean squared norm of the last hidden layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from experiments.neural_collapse.energy import LOSSES
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["Network", "Training", "train"]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """Weights (inputs, outputs) and biases of the layers; the last is the classifier.

    Examples
    --------
    >>> network = Network.random((2, 8, 3), seed=1)
    >>> network.features(np.ones((5, 2))).shape, network.logits(np.ones((5, 2))).shape
    ((5, 8), (5, 3))
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    @classmethod
    def random(cls, widths: tuple[int, ...], *, seed: int) -> Network:
        """Return a network of given widths, inputs first: normal weights of variance 2/inputs, biases zero."""
        weights = [
            np.asarray(Stream.named(seed, "weights", layer).normal(1, (before, after)))[0] * (2 / before) ** 0.5
            for layer, (before, after) in enumerate(pairwise(widths))
        ]
        return cls(tuple(weights), tuple(np.zeros(width) for width in widths[1:]))

    def layers(self, inputs: Floats) -> list[Floats]:
        """Return the inputs and the outputs of the hidden layers."""
        found = [inputs]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            found.append(np.maximum(found[-1] @ weight + bias, 0))
        return found

    def features(self, inputs: Floats) -> Floats:
        """Return the outputs of the last hidden layer, (samples, width)."""
        return self.layers(inputs)[-1]

    def logits(self, inputs: Floats) -> Floats:
        """Return the outputs of the classifier, (samples, K)."""
        return self.features(inputs) @ self.weights[-1] + self.biases[-1]

    @property
    def classifier(self) -> Floats:
        """Return the rows of the classifier, (K, width)."""
        return self.weights[-1].T

    def gradients(
        self, inputs: Floats, labels: NDArray[np.int64], loss: str, decay: float, feature_decay: float = 0.0
    ) -> tuple[float, list[Floats]]:
        """Return the energy and its gradients by weights and biases, in turn.

        Raises
        ------
        ValueError
            If the loss is unknown.
        """
        layers = self.layers(inputs)
        value, back = _loss(layers[-1] @ self.weights[-1] + self.biases[-1], labels, loss)
        pull = feature_decay / len(labels) * layers[-1]
        value += float(np.sum(pull * layers[-1])) / 2
        found: list[Floats] = []
        for weight, below in zip(self.weights[::-1], layers[::-1], strict=True):
            found += [back.sum(axis=0), below.T @ back + decay * weight]
            if below is not inputs:
                back = back @ weight.T
                back = (back + pull if below is layers[-1] else back) * (below > 0)
        penalty = decay / 2 * sum(float(np.sum(weight * weight)) for weight in self.weights)
        return value + penalty, found[::-1]


def _loss(logits: Floats, labels: NDArray[np.int64], loss: str) -> tuple[float, Floats]:
    """Return the mean loss and its derivatives by the logits."""
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    rows, count = np.arange(len(labels)), len(labels)
    if loss == "squared":
        back = logits.copy()
        back[rows, labels] -= 1
        return float(np.sum(back * back)) / (2 * count), back / count
    shifted = logits - logits.max(axis=1, keepdims=True)
    back = np.exp(shifted)
    total = back.sum(axis=1)
    value = float(np.mean(np.log(total) - shifted[rows, labels]))
    back /= total[:, None]
    back[rows, labels] -= 1
    return value, back / count


@dataclass(frozen=True)
class Training(Shown):
    """How a network is trained: Adam on shuffled batches, its rate falling as half a cosine to a hundredth.

    Parameters
    ----------
    loss
        "squared" or "cross-entropy".
    epochs, batch
    rate
        Of Adam, at the start.
    decay, feature_decay
        Of the weight matrices, and of the features.
    seed
        Of initial weights and batches.
    """

    loss: str
    epochs: int
    batch: int = 128
    rate: float = 3e-3
    decay: float = 5e-4
    feature_decay: float = 0.0
    seed: int = 0


def train(
    widths: tuple[int, ...], inputs: Floats, labels: NDArray[np.int64], training: Training
) -> Iterator[tuple[int, Network]]:
    """Train, and yield the number of epochs done and the network after each, the untrained one first.

    The arrays of a network that was yielded are not written to again.
    """
    network = Network.random(widths, seed=training.seed)
    moments = [(np.zeros_like(array), np.zeros_like(array)) for array in _parameters(network)]
    steps, samples, decays = 0, len(labels), (training.decay, training.feature_decay)
    yield 0, network
    for epoch in range(training.epochs):
        rate = training.rate * (0.01 + 0.99 * (1 + np.cos(np.pi * epoch / training.epochs)) / 2)
        numbers = np.asarray(Stream.named(training.seed, "batches").uniform(range(epoch, epoch + 1), samples))[0]
        order = np.argsort(numbers)
        for start in range(0, samples, training.batch):
            rows = order[start : start + training.batch]
            _, gradients = network.gradients(inputs[rows], labels[rows], training.loss, *decays)
            steps += 1
            network = _adam(network, gradients, moments, rate, steps)
        yield epoch + 1, network


def _parameters(network: Network) -> list[Floats]:
    return [array for pair in zip(network.weights, network.biases, strict=True) for array in pair]


def _adam(
    network: Network, gradients: list[Floats], moments: list[tuple[Floats, Floats]], rate: float, steps: int
) -> Network:
    """Return the network after a step, and bring the moments up to date in place."""
    scale, seen = rate / (1 - BETA1**steps), 1 - BETA2**steps
    found = []
    for array, gradient, (mean, square) in zip(_parameters(network), gradients, moments, strict=True):
        np.add(mean, (1 - BETA1) * (gradient - mean), out=mean)
        np.add(square, (1 - BETA2) * (gradient * gradient - square), out=square)
        found.append(array - scale * mean / (np.sqrt(square / seen) + EPSILON))
    return Network(tuple(found[::2]), tuple(found[1::2]))
