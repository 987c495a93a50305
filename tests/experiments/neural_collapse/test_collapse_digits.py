import sys

import numpy as np
import pytest
from simulator_frame import BACKENDS, check_back_end

from experiments.neural_collapse.digits_simulator import cells, digits, run
from experiments.neural_collapse.energy import LOSSES
from experiments.neural_collapse.mlp import Network, Training, train


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_difference_quotients(loss):
    rng = np.random.default_rng(1)
    inputs, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
    network = Network.random((4, 6, 5, 3), seed=2)
    _, gradients = network.gradients(inputs, labels, loss, 0.1, 0.3)
    arrays = [array for pair in zip(network.weights, network.biases, strict=True) for array in pair]
    for array, gradient in zip(arrays, gradients, strict=True):
        direction = rng.normal(size=array.shape)
        found = []
        for sign in (1, -1):
            np.add(array, sign * 1e-6 * direction, out=array)
            found.append(network.gradients(inputs, labels, loss, 0.1, 0.3)[0])
            np.add(array, -sign * 1e-6 * direction, out=array)
        assert (found[0] - found[1]) / 2e-6 == pytest.approx(np.sum(gradient * direction), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_energy_is_that_of_its_formula(loss):
    rng = np.random.default_rng(1)
    inputs, labels, network = rng.normal(size=(7, 4)), rng.integers(0, 3, 7), Network.random((4, 6, 3), seed=2)
    logits, own = network.logits(inputs), np.eye(3)[labels]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    errors = -np.log(chances[own == 1]) if loss == "cross-entropy" else np.sum((logits - own) ** 2, axis=1) / 2
    squares = sum(np.sum(weight**2) for weight in network.weights)
    energy = np.mean(errors) + 0.05 * squares + 0.15 * np.mean(np.sum(network.features(inputs) ** 2, axis=1))
    assert network.gradients(inputs, labels, loss, 0.1, 0.3)[0] == pytest.approx(energy, rel=1e-13)


def test_training_repeats_and_leaves_yielded_networks_alone():
    rng = np.random.default_rng(1)
    inputs, labels = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)
    training = Training("squared", 3, batch=16, seed=4)
    first = [(epoch, network.logits(inputs)) for epoch, network in train((3, 8, 2), inputs, labels, training)]
    kept = list(train((3, 8, 2), inputs, labels, training))
    assert [epoch for epoch, _ in kept] == [0, 1, 2, 3]
    for (_, logits), (_, network) in zip(first, kept, strict=True):
        assert np.array_equal(logits, network.logits(inputs))
    assert not np.array_equal(first[0][1], first[1][1])


def test_training_is_adam_with_a_rate_that_falls_as_a_cosine():
    rng = np.random.default_rng(1)
    inputs, labels = rng.normal(size=(12, 3)), rng.integers(0, 2, 12)
    training = Training("cross-entropy", 3, batch=12, rate=0.02, decay=0.1, feature_decay=0.2, seed=4)
    (_, network), *rest = train((3, 8, 2), inputs, labels, training)
    mean = square = 0.0
    for (step, then), rate in zip(rest, (0.02, 0.02 * (0.01 + 0.99 * 0.75), 0.02 * (0.01 + 0.99 * 0.25)), strict=True):
        gradient = network.gradients(inputs, labels, "cross-entropy", 0.1, 0.2)[1][0]
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        move = rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        assert then.weights[0] == pytest.approx(network.weights[0] - move, abs=1e-13)
        network = then


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="loss must be one of squared, cross-entropy, got 'hinge'"):
        Network.random((2, 3, 2), seed=1).gradients(np.ones((1, 2)), np.zeros(1, dtype=int), "hinge", 0.0)


def test_features_of_digits_begin_to_collapse():
    pytest.importorskip("sklearn")
    cell = {"loss": "squared", "widths": [64, 32], "epochs": 40, "decay": 5e-4, "feature_decay": 5e-3, "seed": 1}
    found = run(cell)
    assert found["epoch"][[0, -1]].tolist() == [0, 40]
    assert found["train_error"][-1] < 0.05
    assert found["test_error"][-1] < 0.08
    for part, count in (("train_error", 1297), ("test_error", 500)):
        assert 0 < found[part][0] * count == pytest.approx(np.rint(found[part][0] * count), rel=1e-12)
    assert found["nc1"][-1] < found["nc1"][0] / 2
    assert found["etf_distance"][-1] < 0.75 * found["etf_distance"][0]  # with a bias: a simplex, not a frame


@pytest.mark.parametrize("library", BACKENDS)
@pytest.mark.parametrize("loss", LOSSES)
def test_training_is_the_same_on_other_back_ends(loss, library):
    pytest.importorskip("sklearn")
    cell = {"loss": loss, "widths": [12], "epochs": 2, "decay": 5e-4, "feature_decay": 5e-3, "seed": 1}
    check_back_end(run, cell, library, change={"decay": 6e-4}, allowed=1e-11)


def test_digits_are_split_by_the_seed():
    pytest.importorskip("sklearn")
    inputs, labels, held, held_labels = digits(1)
    assert (inputs.shape, held.shape) == ((1297, 64), (500, 64))
    assert set(labels.tolist()) == set(held_labels.tolist()) == set(range(10))
    assert np.array_equal(digits(1)[1], labels)
    assert not np.array_equal(digits(2)[1], labels)
    assert (inputs.min(), inputs.max()) == (0, 1)


def test_without_scikit_learn_one_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="the digits come with scikit-learn"):
        digits(1)


def test_sizes():
    assert len(list(cells("quick"))) == 4
    assert len({cell["seed"] for cell in cells("paper")}) == 10
    with pytest.raises(ValueError, match="sizes are quick, example, paper"):
        list(cells("gpu"))
    with pytest.raises(ValueError, match="epochs must be a whole number >= 1, got 0"):
        run(next(cells("quick")) | {"epochs": 0})
