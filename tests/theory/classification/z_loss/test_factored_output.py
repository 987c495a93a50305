from functools import partial

import array_api_strict
import numpy as np
import pytest

from theory.classification.z_loss.factored_output import FactoredOutputLayer
from theory.classification.z_loss.spherical_family import (
    spherical_softmax_coefficients,
    spherical_statistics,
    squared_error_coefficients,
    taylor_softmax_coefficients,
    z_loss_coefficients,
)

Z_LOSS = partial(z_loss_coefficients, a=0.5, b=3.0)
LOSSES = {
    "z_loss": (Z_LOSS, 5.0),
    "taylor_softmax": (taylor_softmax_coefficients, 0.05),
    "spherical_softmax": (partial(spherical_softmax_coefficients, epsilon=0.1), 0.05),
    "squared_error": (squared_error_coefficients, 0.002),
}


def dense_step(W, h, labels, rate, loss):
    """One gradient step on the sum of the losses, on the dense matrix."""
    h, labels = np.atleast_2d(h), np.atleast_1d(labels)
    o = h @ W.T
    A, B, C = loss(spherical_statistics(o, labels))
    gradient = A[:, None] * o + B[:, None] + C[:, None] * (np.arange(W.shape[0]) == labels[:, None])
    return W - rate * gradient.T @ h


def generator(seed):
    return np.random.Generator(np.random.Philox(seed))


@pytest.mark.parametrize(("loss", "rate"), LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("batch", [1, 5])
def test_sixty_steps_match_the_dense_layer(loss, rate, batch):
    rng = generator(1)
    W = rng.normal(size=(500, 24))
    layer = FactoredOutputLayer(W)
    begun = W.copy()
    for _ in range(60):
        h, labels = rng.normal(size=(batch, 24)), rng.integers(7, size=batch)  # classes recur, also in a batch
        layer.step(h, labels, rate=rate, loss=loss)
        W = dense_step(W, h, labels, rate, loss)
    assert np.max(np.abs(W - begun)) > 0.05
    assert layer.refactorisations == 0
    assert np.max(np.abs(layer.dense() - W)) < 5e-13 * np.max(np.abs(W))
    assert layer.row(3) == pytest.approx(W[3], abs=1e-12)
    h = rng.normal(size=(4, 24))
    assert layer.scores(h) == pytest.approx(h @ W.T, abs=1e-11)
    at, exact = layer.statistics(h, [0, 1, 2, 2]), spherical_statistics(h @ W.T, [0, 1, 2, 2])
    assert at.mean == pytest.approx(exact.mean, abs=1e-12)
    assert at.spread == pytest.approx(exact.spread, rel=1e-11)
    assert at.target == pytest.approx(exact.target, abs=1e-12)


def test_two_thousand_classes_to_the_last_digits():
    rng = generator(2)
    W = rng.normal(size=(2000, 24))
    layer = FactoredOutputLayer(W)
    for _ in range(60):
        h, label = rng.normal(size=24), int(rng.integers(2000))
        layer.step(h, label, rate=0.5, loss=Z_LOSS)
        W = dense_step(W, h, label, 0.5, Z_LOSS)
    assert np.max(np.abs(layer.dense() - W)) < 1e-14


def test_only_the_labelled_rows_are_written():
    layer = FactoredOutputLayer(generator(3).normal(size=(50, 4)))
    rows, before = layer._V, layer._V.copy()
    layer.step(generator(4).normal(size=(3, 4)), [7, 2, 7], rate=0.1, loss=Z_LOSS)
    assert layer._V is rows
    assert np.flatnonzero(np.any(rows != before, axis=1)).tolist() == [2, 7]


def test_the_given_weights_are_not_touched():
    W = generator(5).normal(size=(9, 3))
    kept = W.copy()
    FactoredOutputLayer(W).step([1.0, 2.0, 3.0], 0, rate=1.0, loss=Z_LOSS)
    assert np.array_equal(W, kept)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_singular_update_is_taken_on_the_dense_matrix(batch):
    """The squared error has A = 2; with rate 1/(2 |h|^2) the factor I - rate A h h' is singular."""
    rng = generator(6)
    W, h = rng.normal(size=(12, 4)), np.zeros((batch, 4))
    h[:, 0] = 1.0
    rate = 1 / (2 * batch)
    layer, labels = FactoredOutputLayer(W), [2] * batch
    layer.step(h, labels, rate=rate, loss=squared_error_coefficients)
    assert layer.refactorisations == 1
    W = dense_step(W, h, labels, rate, squared_error_coefficients)
    assert layer.dense() == pytest.approx(W, abs=1e-14)
    layer.step(rng.normal(size=4), 1, rate=0.01, loss=squared_error_coefficients)
    assert layer.refactorisations == 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_long_training_stays_with_the_dense_layer(dtype):
    """Weight decay along one direction makes U worse and worse conditioned: it must be multiplied out in time."""
    rng = generator(7)
    W = rng.normal(size=(40, 6)).astype(dtype)
    layer = FactoredOutputLayer(W)
    for _ in range(400):
        h = (rng.normal(size=6) * 0.1 + np.eye(6)[0]).astype(dtype)
        label = int(rng.integers(40))
        layer.step(h, label, rate=0.2, loss=squared_error_coefficients)
        W = dense_step(W, h, label, 0.2, squared_error_coefficients)
    assert layer.refactorisations >= 1
    assert layer.condition <= layer.condition_limit
    assert layer.dense().dtype == dtype
    tolerance = 1e-9 if dtype == np.float64 else 2e-3
    assert np.max(np.abs(layer.dense() - W)) < tolerance


def test_the_inverse_is_renewed_where_roundings_have_piled_up():
    layer = FactoredOutputLayer(generator(8).normal(size=(10, 3)))
    layer._inverse = layer._inverse + 1e-6
    layer.step([1.0, 2.0, 3.0], 0, rate=0.1, loss=Z_LOSS)
    assert np.max(np.abs(layer._U @ layer._inverse - np.eye(3))) < 1e-14


def test_refactorise_keeps_the_weights():
    layer = FactoredOutputLayer(generator(9).normal(size=(10, 3)))
    layer.step(generator(10).normal(size=(2, 3)), [0, 1], rate=2.0, loss=Z_LOSS)
    before = layer.dense()
    layer.refactorise()
    assert layer.dense() == pytest.approx(before, abs=1e-15)
    assert (layer.condition, layer.refactorisations, layer.shape) == (pytest.approx(1.0), 1, (10, 3))


def test_a_large_common_score_does_not_spoil_the_variance():
    """With W'W the variance of these scores would be a difference of numbers near 1e18: off by a tenth and more."""
    rng = generator(11)
    W, h = rng.normal(size=(30, 5)) + 1e8, np.ones(5)
    spread = float(FactoredOutputLayer(W).statistics(h, 0).spread[0])
    o = W @ h
    exact = float(np.sum((o - o.mean()) ** 2))
    assert spread == pytest.approx(exact, rel=1e-6)
    assert abs(float(h @ (W.T @ W) @ h) - 30 * o.mean() ** 2 - exact) > 0.1 * exact


def test_strict_array_api():
    W = generator(12).normal(size=(6, 3)).astype(np.float32)
    layer = FactoredOutputLayer(array_api_strict.asarray(W))
    layer.step(array_api_strict.asarray([[1.0, 2.0, 0.5]]), array_api_strict.asarray([4]), rate=0.5, loss=Z_LOSS)
    twin = FactoredOutputLayer(W)
    twin.step([1.0, 2.0, 0.5], 4, rate=0.5, loss=Z_LOSS)
    assert layer.dense().dtype == array_api_strict.float32
    found = [[float(layer.dense()[i, j]) for j in range(3)] for i in range(6)]
    assert np.asarray(found) == pytest.approx(twin.dense(), abs=1e-6)


@pytest.mark.parametrize(
    ("h", "labels", "message"),
    [
        ([1.0, 2.0], 0, r"shape \(m, 3\), got \(2,\)"),
        ([[1.0, 2.0, float("nan")]], 0, "inputs must be finite"),
        ([1.0, 2.0, 3.0], 9, "labels must be integers in 0, ..., 8, got 9"),
        ([1.0, 2.0, 3.0], -1, "labels must be integers in 0, ..., 8, got -1"),
        ([1.0, 2.0, 3.0], 1.0, "labels must be integers"),
        ([1.0, 2.0, 3.0], True, "labels must be integers"),
        ([1.0, 2.0, 3.0], np.asarray([1.0]), "labels must be integers"),
        ([1.0, 2.0, 3.0], [0, 1], "one label for each of 1 inputs"),
        (np.zeros((0, 3)), [], r"got \(0, 3\)"),
    ],
)
def test_bad_steps(h, labels, message):
    layer = FactoredOutputLayer(generator(13).normal(size=(9, 3)))
    with pytest.raises(ValueError, match=message):
        layer.step(h, labels, rate=0.1, loss=Z_LOSS)


def test_a_failed_step_changes_nothing():
    layer = FactoredOutputLayer(generator(14).normal(size=(9, 3)))
    before = layer.dense()
    with pytest.raises(ValueError, match="rate must be finite, got nan"):
        layer.step([1.0, 2.0, 3.0], 0, rate=float("nan"), loss=Z_LOSS)
    with pytest.raises(ValueError, match="the loss's gradient must be finite"):
        layer.step([1.0, 2.0, 3.0], 0, rate=0.1, loss=lambda at: (at.mean, at.mean, at.mean * float("nan")))
    with pytest.raises(ValueError, match="the spread of the scores must be positive"):
        layer.step([0.0, 0.0, 0.0], 0, rate=0.1, loss=Z_LOSS)
    assert np.array_equal(layer.dense(), before)


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([1.0, 2.0], {}, r"got the shape \(2,\)"),
        ([[1.0, 2.0]], {}, "at least 2 classes"),
        ([[1.0], [float("inf")]], {}, "weights must be finite"),
        ([[1.0], [2.0]], {"condition_limit": 0.5}, "condition_limit must be at least 1, got 0.5"),
    ],
)
def test_bad_layers(weights, options, message):
    with pytest.raises(ValueError, match=message):
        FactoredOutputLayer(weights, **options)


def test_an_infinite_rate_is_refused():
    layer = FactoredOutputLayer(np.eye(3, 2))
    with pytest.raises(ValueError, match="rate must be finite, got inf"):
        layer.step([1.0, 1.0], 0, rate=float("inf"), loss=z_loss_coefficients)
