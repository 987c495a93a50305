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

from experiments.neural_collapse.mlp import Network, Training, train
from experiments.neural_collapse.trajectories import METRICS
from experiments.simulator import Simulator
from experiments.streams import Stream
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
    if sizes not in _EPOCHS:
        raise ValueError(f"sizes are {', '.join(_EPOCHS)}, got {sizes!r}")
    epochs = _EPOCHS[sizes]
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


def run(cell: Cell) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        Over recorded epochs, evenly spaced in their logarithms: ``epoch``, ``train_error``, ``test_error``, and the
        metrics of the training features, named as `theory.collapse.metrics.nc_metrics` does.
    """
    inputs, labels, test_inputs, test_labels = digits(cell["seed"])
    decays = {"decay": cell["decay"], "feature_decay": cell["feature_decay"]}
    training = Training(cell["loss"], cell["epochs"], seed=cell["seed"], **decays)
    widths = (inputs.shape[1], *cell["widths"], int(labels.max()) + 1)
    shown = {0, *np.unique(np.geomspace(1, cell["epochs"], 40).round().astype(int)).tolist()}
    names = ("epoch", "train_error", "test_error", *METRICS)
    found: dict[str, list[float]] = {name: [] for name in names}
    for epoch, network in train(widths, inputs, labels, training):
        if epoch in shown:
            metrics = nc_metrics(network.features(inputs), labels, network.classifier)
            errors = (_error(network, inputs, labels), _error(network, test_inputs, test_labels))
            row = (epoch, *errors, *(getattr(metrics, name) for name in METRICS))
            for name, value in zip(names, row, strict=True):
                found[name].append(value)
    return {name: np.asarray(values) for name, values in found.items()}


def _error(network: Network, inputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(np.mean(network.logits(inputs).argmax(axis=1) != labels))


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
