import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.neural_collapse.energy import LOSSES, Architecture, Energy, Setting

SETTINGS = [Setting((2, 2, 1), (0.1, 0.2), 0.05), Setting((3, 4, 1), (0.3, 0.02), 0.01)]


def parameters(energy, seed=0):
    return np.random.default_rng(seed).normal(size=(energy.rows, energy.parameters))


def written_out(setting, architecture, parts):
    """Return the energy of one model from its definition, a sample at a time."""
    *matrices, features = parts[: architecture.depth + 1]
    bias = parts[-1][:, 0] if architecture.bias else np.zeros(architecture.classes)
    total = 0.0
    for column, label in enumerate(setting.labels):
        logits = features[:, column]
        for matrix in matrices:
            logits = matrix @ logits
        logits = logits + bias
        if architecture.loss == "squared":
            total += np.sum((logits - np.eye(architecture.classes)[label]) ** 2) / 2
        else:
            total += np.log(np.sum(np.exp(logits))) - logits[label]
    penalty = sum(decay / 2 * np.sum(matrix**2) for decay, matrix in zip(setting.weight_decays, matrices, strict=True))
    return total / setting.samples + penalty + setting.feature_decay / 2 * np.sum(features**2)


@pytest.mark.parametrize(("depth", "width"), [(1, 2), (1, 4), (2, 3), (3, 2), (4, 5)])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("bias", [False, True])
def test_value_is_the_definition_and_gradient_its_difference_quotient(loss, bias, depth, width):
    architecture = Architecture(3, depth, width, loss, bias)
    decays = tuple(0.05 + 0.1 * layer for layer in range(depth))
    settings = [Setting((2, 2, 1), decays, 0.05), Setting((3, 4, 1), decays[::-1], 0.01)]
    energy = Energy.of(architecture, settings)
    x = parameters(energy) / 2
    values, gradients = energy(x)
    parts = energy.split(x)
    for row, setting in enumerate(settings):
        used = [part[row] for part in parts]
        assert values[row] == pytest.approx(written_out(setting, architecture, used), rel=1e-13)
    steps = 1e-6 * np.eye(energy.parameters)
    quotient = np.stack([(energy(x + step)[0] - energy(x - step)[0]) / 2e-6 for step in steps], axis=1)
    assert quotient == pytest.approx(gradients, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("loss", LOSSES)
def test_columns_without_weight_feel_only_the_decay(loss):
    energy = Energy.of(Architecture(3, 2, 4, loss, True), SETTINGS)
    x = parameters(energy)
    features, slopes = energy.split(x)[2], energy.split(energy(x)[1])[2]
    assert np.array_equal(slopes[0, :, 5:], 0.05 * features[0, :, 5:])


def test_rows_do_not_depend_on_their_company():
    energy = Energy.of(Architecture(3, 2, 4), SETTINGS)
    x = parameters(energy)
    value, gradient = energy.take([1])(x[1:])
    assert value == pytest.approx(energy(x)[0][1:], rel=1e-15)
    assert gradient == pytest.approx(energy(x)[1][1:], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_strict_namespace_gives_the_same(loss):
    there = backend("strict:device1")
    architecture = Architecture(3, 2, 4, loss, True)
    energy = Energy.of(architecture, SETTINGS)
    x = parameters(energy)
    found = Energy.of(architecture, SETTINGS, there)(there.asarray(x))
    for mine, theirs in zip(energy(x), found, strict=True):
        assert to_numpy(theirs) == pytest.approx(mine, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Architecture(1, 1, 1), "classes must be a whole number >= 2, got 1"),
        (lambda: Architecture(3, 0, 1), "depth must be"),
        (lambda: Architecture(3, 1, 2.5), "width must be"),
        (lambda: Architecture(3, 1, 2, bias="no"), "bias must be True or False, got 'no'"),
        (lambda: Architecture(3, 1, 2, "hinge"), "loss must be one of squared, cross-entropy, got 'hinge'"),
        (lambda: Setting((1, 0), (0.1,), 0.1), "sizes must be whole numbers >= 1"),
        (lambda: Setting((1, 1), (0.0,), 0.1), "weight_decays must be .* > 0"),
        (lambda: Setting((1, 1), ("a",), 0.1), "weight_decays must be real numbers"),
        (lambda: Setting((1, 1), (0.1,), float("nan")), "feature_decay must be a finite number > 0"),
        (lambda: Energy.of(Architecture(3, 1, 2), []), "at least one setting"),
        (lambda: Energy.of(Architecture(3, 1, 2), SETTINGS), "3 sizes and 1 weight_decays, got 3 and 2"),
        (lambda: Energy.of(Architecture(3, 2, 2), SETTINGS)([[0.0]]), "must be an array of shape .*, got list"),
        (lambda: Energy.of(Architecture(3, 2, 2), SETTINGS)(np.zeros((1, 26))), r"shape \(2, 26\), got \(1, 26\)"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_lists_and_integers_of_numpy_are_read_as_numbers():
    setting = Setting([2, np.int64(1)], np.asarray([1, 2]), 1)
    assert setting == Setting((2, 1), (1.0, 2.0), 1.0)
    energy = Energy.of(Architecture(np.int64(2), 2, 2.0), [setting])
    whole_numbers = np.ones((1, energy.parameters), dtype=int)
    assert energy(whole_numbers)[0] == energy(whole_numbers.astype(np.float32))[0]


def test_cross_entropy_of_huge_logits_does_not_overflow():
    energy = Energy.of(Architecture(2, 1, 1, "cross-entropy"), [Setting((1, 1), (1e-9,), 1e-9)])
    value, gradient = energy(np.asarray([[1e3, -1e3, 1.0, 1.0]]))
    assert value == pytest.approx(1e3 + 1e-9 * (2e6 + 2) / 2, rel=1e-12)  # 0 for the first sample, 2000 for the second
    assert gradient[0, 2:] == pytest.approx([0, 1e3], abs=1e-8)
