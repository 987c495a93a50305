"""The simulator ``aggregate``: risk of regression from bags over (m, rho, ridge, noise, epsilon), and under stress.

A cell is one design and bag size with a list of settings on the same draws. Cells of one seed and design see the same
data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.arrays import Backend
from experiments.bag_regression.designs import Design
from experiments.bag_regression.settings import Setting, best_ridge
from experiments.bag_regression.simulation import simulate
from experiments.grids import size_of
from experiments.simulator import Simulator

__all__ = ["BEST", "SIMULATOR", "cells", "run"]

SEED = 1
BEST = "best"
CLIP = 8.0  # standard deviations of a label: of a million labels, none is clipped
RHOS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5)
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15)  # all divide the numbers of samples; 4 = 1 / psi is the peak
NOISES = (0.25, 1.0, 4.0)
EPSILONS = (10.0, 20.0, 40.0, 80.0, 160.0)  # with a sensitivity of 16 standard deviations
STRESS = ("rademacher", "t", "unequal variances", "sorted labels")

Cell = dict[str, Any]


def _cell(part: str, n: int, d: int, m: int, replicates: int, **lists: Any) -> Cell:
    given = {"rhos": [0.0], "ridges": [0.0], "noises": [1.0], "epsilons": [None]} | lists
    return {"part": part, "samples": n, "dimension": d, "bag_size": m, "replicates": replicates, **given, "seed": SEED}


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (d = 60), "paper" (d = 300) or "gpu" (d = 400); psi is 1/4.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    n, d, replicates = size_of({"quick": (240, 60, 40), "paper": (1200, 300, 100), "gpu": (1680, 420, 1000)}, sizes)
    for m in (2, 3, 5, 10):
        yield _cell("rho", n, d, m, replicates, rhos=list(RHOS), ridges=[0.0, 0.1, BEST], noises=list(NOISES))
    for m in (size for size in SIZES if n % size == 0):
        epsilons = [None, *EPSILONS]
        yield _cell("bag size", n, d, m, replicates, rhos=[0.0, 1.0], ridges=[0.0, BEST], epsilons=epsilons)
    for part in STRESS:
        yield _cell(part, n, d, 3, replicates, rhos=list(RHOS), ridges=[0.0, 0.1])


def _design(cell: Cell) -> Design:
    part, d = cell["part"], cell["dimension"]
    design = Design(cell["samples"], d)
    if part in ("rademacher", "t"):
        return replace(design, features=part)
    if part == "unequal variances":
        raw = np.linspace(0.2, 1.8, d)
        return replace(design, variances=tuple((raw / raw.mean()).tolist()))
    return replace(design, order="sorted") if part == "sorted labels" else design


def _settings(cell: Cell, design: Design) -> list[Setting]:
    found = []
    for rho in cell["rhos"]:
        for ridge in cell["ridges"]:
            for noise in cell["noises"]:
                for epsilon in cell["epsilons"]:
                    bound = CLIP * (noise + design.signal_power) ** 0.5
                    clip = None if epsilon is None else (-bound, bound)
                    setting = Setting(cell["bag_size"], rho, 0.0, noise, epsilon, clip)
                    value = best_ridge(design.psi, setting, design.signal_power) if ridge == BEST else ridge
                    found.append(replace(setting, ridge=value))
    return found


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        Arrays over (rho, ridge, noise, epsilon): ``risk``, the mean of |theta - theta0|^2, ``risk_se``, its standard
        error, and ``median`` (the mean is infinite with as many bags as features, without ridge); ``prediction_risk``,
        the mean of |Sigma^{1/2} (theta - theta0)|^2; ``ridge`` and ``effective_noise``; ``singular``, the number of
        replicates whose normal equations were singular.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if cell["replicates"] < 2:
        raise ValueError(f"replicates must be at least 2, for a standard error, got {cell['replicates']!r}")
    design = _design(cell)
    settings = _settings(cell, design)
    found = simulate(design, settings, replicates=cell["replicates"], seed=cell["seed"], backend=backend)
    shape = tuple(len(cell[name]) for name in ("rhos", "ridges", "noises", "epsilons"))
    return {
        "risk": found.mean.reshape(shape),
        "risk_se": found.standard_error.reshape(shape),
        "prediction_risk": found.prediction_risk.mean(axis=1).reshape(shape),
        "median": np.median(found.risks, axis=1).reshape(shape),
        "ridge": np.asarray([setting.ridge for setting in settings]).reshape(shape),
        "effective_noise": np.asarray([setting.effective_noise for setting in settings]).reshape(shape),
        "singular": found.singular.sum(axis=1).reshape(shape),
    }


SIMULATOR = Simulator(
    name="aggregate",
    says="regression from bag averages: risk over bag size, interpolation, ridge, noise and privacy, and under stress",
    papers=("aggregate",),
    cells=cells,
    run=run,
    modules=("experiments.bag_regression.aggregate_simulator",),
    figure="paper_figs.aggregate_risk",
    table="experiments.bag_regression.own_table",
)
"""The simulator of ``lossproof simulate aggregate``."""
