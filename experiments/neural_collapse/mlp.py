"""A small multi-layer perceptron on any back end: rectified layers, a linear classifier with bias, Adam.

The energy is cross-entropy or half the squared error, mean over a batch, plus ``decay``/2 times the squared norms of
all weight matrices, plus ``feature_decay``/2 times the mean squared norm of the last hidden layer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from experiments.arrays import Array, Backend, backend_of, device_of, namespace
from experiments.arrays import backend as backend_named
from experiments.neural_collapse.energy import LOSSES
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["Network", "Training", "train"]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

_Moments = tuple[Array, Array]  # means of the gradients and of their squares


@dataclass(frozen=True)
class Network:
    """Weights (inputs, outputs) and biases of the layers; the last is the classifier.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random((2, 8, 3), seed=1)
    >>> network.features(np.ones((5, 2))).shape, network.logits(np.ones((5, 2))).shape
    ((5, 8), (5, 3))
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @classmethod
    def random(cls, widths: tuple[int, ...], *, seed: int, backend: Backend | None = None) -> Network:
        """Return a network of given widths, inputs first: normal weights of variance 2/inputs, biases zero."""
        home = backend_named("numpy") if backend is None else backend
        weights = [
            Stream.named(seed, "weights", layer).normal(1, (before, after), backend=home)[0, ...] * (2 / before) ** 0.5
            for layer, (before, after) in enumerate(pairwise(widths))
        ]
        zeros = [home.xp.zeros((width,), dtype=home.xp.float64, device=home.device) for width in widths[1:]]
        return cls(tuple(weights), tuple(zeros))

    def layers(self, inputs: Array) -> list[Array]:
        """Return the inputs and the outputs of the hidden layers."""
        found, xp = [inputs], namespace(inputs)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            found.append(xp.maximum(found[-1] @ weight + bias, 0.0))
        return found

    def features(self, inputs: Array) -> Array:
        """Return the outputs of the last hidden layer, (samples, width)."""
        return self.layers(inputs)[-1]

    def logits(self, inputs: Array) -> Array:
        """Return the outputs of the classifier, (samples, K)."""
        return self.features(inputs) @ self.weights[-1] + self.biases[-1]

    @property
    def classifier(self) -> Array:
        """Return the rows of the classifier, (K, width)."""
        return self.weights[-1].T

    def gradients(
        self, inputs: Array, labels: Array, loss: str, decay: float, feature_decay: float = 0.0
    ) -> tuple[Array, list[Array]]:
        """Return the energy, of shape (), and its gradients by weights and biases, in turn.

        Raises
        ------
        ValueError
            If the loss is unknown.
        """
        layers, xp = self.layers(inputs), namespace(inputs)
        value, back = _loss(layers[-1] @ self.weights[-1] + self.biases[-1], labels, loss)
        pull = feature_decay / labels.shape[0] * layers[-1]
        value = value + xp.sum(pull * layers[-1]) / 2
        found: list[Array] = []
        for weight, below in zip(self.weights[::-1], layers[::-1], strict=True):
            found += [xp.sum(back, axis=0), below.T @ back + decay * weight]
            if below is not inputs:
                back = back @ weight.T
                back = (back + pull if below is layers[-1] else back) * xp.astype(below > 0, back.dtype)
        penalty = decay / 2 * sum(xp.sum(weight * weight) for weight in self.weights)
        return value + penalty, found[::-1]


def _loss(logits: Array, labels: Array, loss: str) -> tuple[Array, Array]:
    """Return the mean loss and its derivatives by the logits."""
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    xp, (count, classes) = namespace(logits), logits.shape
    own = labels[:, None] == xp.arange(classes, dtype=labels.dtype, device=device_of(labels))
    if loss == "squared":
        back = logits - xp.astype(own, logits.dtype)
        return xp.sum(back * back) / (2 * count), back / count
    shifted = logits - xp.max(logits, axis=1, keepdims=True)
    powers = xp.exp(shifted)
    total = xp.sum(powers, axis=1, keepdims=True)
    value = xp.mean(xp.log(total[:, 0]) - xp.take_along_axis(shifted, labels[:, None], axis=1)[:, 0])
    return value, (powers / total - xp.astype(own, logits.dtype)) / count


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


def train(widths: tuple[int, ...], inputs: Array, labels: Array, training: Training) -> Iterator[tuple[int, Network]]:
    """Train where the inputs lie; yield the number of epochs done and the network after each, the untrained one first.

    The arrays of a network that was yielded are not written to again.
    """
    home = backend_of(inputs)
    network, xp = Network.random(widths, seed=training.seed, backend=home), home.xp
    moments = [(xp.zeros_like(array), xp.zeros_like(array)) for array in _parameters(network)]
    steps, samples, decays = 0, labels.shape[0], (training.decay, training.feature_decay)
    yield 0, network
    for epoch in range(training.epochs):
        rate = training.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * epoch / training.epochs)) / 2)
        numbers = Stream.named(training.seed, "batches").uniform(range(epoch, epoch + 1), samples, backend=home)
        order = xp.argsort(numbers[0, ...])
        for start in range(0, samples, training.batch):
            rows = order[start : min(start + training.batch, samples)]
            batch = xp.take(inputs, rows, axis=0), xp.take(labels, rows)
            _, gradients = network.gradients(*batch, training.loss, *decays)
            steps += 1
            network, moments = _adam(network, gradients, moments, rate, steps)
        yield epoch + 1, network


def _parameters(network: Network) -> list[Array]:
    return [array for pair in zip(network.weights, network.biases, strict=True) for array in pair]


def _adam(
    network: Network, gradients: list[Array], moments: list[_Moments], rate: float, steps: int
) -> tuple[Network, list[_Moments]]:
    """Return the network after a step, and its moments."""
    scale, seen, xp = rate / (1 - BETA1**steps), 1 - BETA2**steps, namespace(gradients[0])
    arrays, kept = [], []
    for array, gradient, (old, old_square) in zip(_parameters(network), gradients, moments, strict=True):
        mean = old + (1 - BETA1) * (gradient - old)
        square = old_square + (1 - BETA2) * (gradient * gradient - old_square)
        arrays.append(array - scale * mean / (xp.sqrt(square / seen) + EPSILON))
        kept.append((mean, square))
    return Network(tuple(arrays[::2]), tuple(arrays[1::2])), kept
