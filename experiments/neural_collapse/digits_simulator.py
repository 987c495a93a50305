"""The simulator ``neural_collapse_digits``: metrics of collapse on features of a perceptron that learns real digits.

The data are the 1797 images of 8 x 8 pixels that come with scikit-learn; 500 of them are held back for the test error.
Training goes on long after the training error is zero. Size ``example`` takes half a minute of one core, ``quick``
some seconds, ``paper`` is ten networks of each kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.grids import size_of
from experiments.neural_collapse.mlp import Network, Training, train
from experiments.neural_collapse.trajectories import METRICS
from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.arguments import whole
from theory.collapse.metrics import nc_metrics

__all__ = ["SIMULATOR", "cells", "digits", "run"]

SEED = 1
HELD_BACK = 500
FEATURE_DECAYS = (0.0, 5e-3)  # the theory penalises features, practice seldom does
_EPOCHS = {"quick": 100, "example": 800, "paper": 800}

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick", "example" or "paper".

    Raises
    ------
    ValueError
        If it is none of them.
    """
    epochs = size_of(_EPOCHS, sizes)
    for seed in range(SEED, SEED + (10 if sizes == "paper" else 1)):
        for loss in ("cross-entropy", "squared"):
            for penalty in FEATURE_DECAYS:
                cell = {"loss": loss, "widths": [128, 64], "epochs": epochs, "seed": seed}
                yield cell | {"decay": 5e-4, "feature_decay": penalty}


def digits(seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return inputs in [0, 1] and labels for training, then those held back, by a permutation of the seed.

    Raises
    ------
    ImportError
        If scikit-learn, which has the data, is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("the digits come with scikit-learn, which is not installed") from error
    inputs, labels = load_digits(return_X_y=True)
    inputs, labels = np.asarray(inputs, dtype=np.float64) / 16, np.asarray(labels, dtype=np.int64)
    order = np.argsort(np.asarray(Stream.named(seed, "digits").uniform(1, len(labels)))[0])
    kept, held = order[HELD_BACK:], order[:HELD_BACK]
    return inputs[kept], labels[kept], inputs[held], labels[held]


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        Over recorded epochs, evenly spaced in their logarithms: ``epoch``, ``train_error``, ``test_error``, and the
        metrics of the training features, named as `theory.collapse.metrics.nc_metrics` does.

    Raises
    ------
    ValueError
        If the loss is unknown, or the number of epochs no whole number of at least 1.
    """
    home, epochs = backend_named("numpy") if backend is None else backend, whole("epochs", cell["epochs"])
    inputs, labels, test_inputs, test_labels = (home.asarray(part) for part in digits(cell["seed"]))
    decays = {"decay": cell["decay"], "feature_decay": cell["feature_decay"]}
    training = Training(cell["loss"], epochs, seed=cell["seed"], **decays)
    widths = (inputs.shape[1], *cell["widths"], int(home.xp.max(labels)) + 1)
    shown = {0, *np.unique(np.geomspace(1, epochs, 40).round().astype(int)).tolist()}
    errors: dict[str, list[Array]] = {"train_error": [], "test_error": []}
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for epoch, network in train(widths, inputs, labels, training):
        if epoch in shown:
            metrics = nc_metrics(network.features(inputs), labels, network.classifier)
            errors["train_error"].append(_error(network, inputs, labels))
            errors["test_error"].append(_error(network, test_inputs, test_labels))
            for name in METRICS:
                found[name].append(getattr(metrics, name))
    there = {name: to_numpy(home.xp.stack(values)) for name, values in errors.items()}
    here = {name: np.asarray(values) for name, values in found.items()}
    return {"epoch": np.asarray(sorted(shown)), **there, **here}


def _error(network: Network, inputs: Array, labels: Array) -> Array:
    xp = namespace(inputs)
    return xp.mean(xp.astype(xp.argmax(network.logits(inputs), axis=1) != labels, xp.float64))


SIMULATOR = Simulator(
    name="neural_collapse_digits",
    says="metrics of neural collapse on features of a small network that learns the digits of scikit-learn",
    papers=("deep_linear_collapse",),
    cells=cells,
    run=run,
    modules=("experiments.neural_collapse.digits_simulator",),
    sizes=("quick", "example", "paper"),
    figure="paper_figs.collapse_digits",
)
"""The simulator of ``lossproof simulate neural_collapse_digits``."""
