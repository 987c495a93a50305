"""The simulator ``random_features``: test and train error over samples, features, ridge and noise.

A cell is numbers of samples and features with a list of ridges and noises on the same draws, and holds what the
eigenframework says beside what is found. Cells of one seed see the same data: fewer samples are the first of more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.arrays import Backend
from experiments.grids import size_of
from experiments.random_features.simulation import Problem, Setting, simulate
from experiments.simulator import Simulator
from theory.regression.more_is_better import best_ridge, eigenframework, relative_noise

__all__ = ["BEST", "SIMULATOR", "cells", "run"]

SEED = 1
BEST = "best"
SMALL = 1e-3  # the ridge that is kept
NOISE = 0.3
LAW = (1.5, 1.5)
LAWS = ((2.0, 1.5), (2.0, 3.0))  # interpolation is never best; is best up to a relative noise of 1
NOISES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SHARES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0)
_SIZES = {"quick": (100, 400, 24), "paper": (400, 1600, 60), "gpu": (1600, 6400, 100)}

Cell = dict[str, Any]


def _cell(part: str, size: tuple[int, int], law: tuple[float, float], n: int, k: int | None, **lists: Any) -> Cell:
    given = {"ridges": [SMALL, BEST], "noises": [NOISE]} | lists
    own = {"part": part, "alpha": law[0], "beta": law[1], "modes": size[0], "replicates": size[1]}
    return {**own, "samples": n, "features": k, **given, "seed": SEED}


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (100 samples or features held), "paper" (400) or "gpu" (1600).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    held, modes, replicates = size_of(_SIZES, sizes)
    size = modes, replicates
    several = [round(share * held) for share in SHARES]
    for n in several:
        yield _cell("samples", size, LAW, n, held)
    for k in (*several, None):
        yield _cell("features", size, LAW, held, k)
    for law in LAWS:
        noises = [relative * _unit(law, held) for relative in NOISES]
        yield _cell("noise", size, law, held, None, ridges=[BEST], noises=noises)


def _unit(law: tuple[float, float], samples: int) -> float:
    """Return the noise variance of relative noise 1."""
    return 1 / relative_noise(*law, samples, 1.0)


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        Arrays over (ridge, noise): ``test`` and ``train``, the mean errors, ``test_se`` and ``train_se``, their
        standard errors, ``test_limit`` and ``train_limit``, what the eigenframework says, and ``ridge``.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if cell["replicates"] < 2:
        raise ValueError(f"replicates must be at least 2, for a standard error, got {cell['replicates']!r}")
    shape = len(cell["ridges"]), len(cell["noises"])
    found = {name: np.empty(shape) for name in _NAMES}
    for column, noise in enumerate(cell["noises"]):
        problem = Problem.power_law(cell["modes"], cell["alpha"], cell["beta"], noise)
        limits = [_limit(problem, cell, ridge) for ridge in cell["ridges"]]
        settings = [Setting(cell["samples"], cell["features"], float(limit.ridge)) for limit in limits]
        drawn = simulate(problem, settings, replicates=cell["replicates"], seed=cell["seed"], backend=backend)
        for name, values in (("test", drawn.test), ("train", drawn.train)):
            found[name][:, column] = values.mean(axis=1)
            found[name + "_se"][:, column] = values.std(axis=1, ddof=1) / cell["replicates"] ** 0.5
            found[name + "_limit"][:, column] = [getattr(limit, name + "_error") for limit in limits]
        found["ridge"][:, column] = [limit.ridge for limit in limits]
    return found


_NAMES = ("test", "test_se", "test_limit", "train", "train_se", "train_limit", "ridge")


def _limit(problem: Problem, cell: Cell, ridge: Any) -> Any:
    features = math.inf if cell["features"] is None else float(cell["features"])
    spectrum = problem.eigenvalues, problem.coefficients, float(cell["samples"]), features
    if ridge == BEST:
        return best_ridge(*spectrum, problem.noise_variance)
    return eigenframework(*spectrum, ridge, problem.noise_variance)


SIMULATOR = Simulator(
    name="random_features",
    says="ridge regression on random features: errors over samples, features, ridge and noise, and what is predicted",
    papers=("more_is_better",),
    cells=cells,
    run=run,
    modules=("experiments.random_features.random_features_simulator",),
    figure="paper_figs.random_features_risk",
)
"""The simulator of ``lossproof simulate random_features``."""
