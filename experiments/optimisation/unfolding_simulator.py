"""The simulator ``deep_unfolding``: error and objective of every layer of ISTA and IHT, plain and trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.optimisation.unfolding import TRAININGS, Network, Recovery, recovery, train, untrained
from experiments.simulator import Simulator
from theory.optimisation.deep_unfolding.layers import lipschitz, objective

__all__ = ["NETWORKS", "SIMULATOR", "cells", "run"]

NETWORKS = ("plain", *TRAININGS, "limit")
LIMIT = 2000  # layers of the plain algorithm whose last output stands for its limit
TOLERANCE = 1e-9  # of rounding, relative to the objective at 0
_SIZES = {"quick": (300, 400, (1,)), "paper": (1000, 4000, (1, 2, 3, 4, 5))}

Cell = dict[str, Any]
Floats = NDArray[np.float64]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (one matrix) or "paper" (five).

    Raises
    ------
    ValueError
        If it is neither.
    """
    if sizes not in _SIZES:
        raise ValueError(f"sizes are {', '.join(_SIZES)}, got {sizes!r}")
    known, fresh, seeds = _SIZES[sizes]
    for seed in seeds:
        for algorithm in ("ista", "iht"):
            for network in NETWORKS:
                yield {"algorithm": algorithm, "network": network, "n": 60, "m": 30, "share": 0.08, "lam": 0.05,
                       "depth": 10, "train": known, "test": fresh, "seed": seed}  # fmt: skip


def run(cell: Cell) -> dict[str, Any]:
    """Run one cell: train if need be, then run all layers on problems that were not trained on.

    Returns
    -------
    dict
        One entry a layer, the initial 0 first (of "limit" the last output alone): ``error_mean``, ``error_median``,
        squared distances to the signals over the mean squared norm of these; ``objective_mean``, ``objective_median``.
        ``steps`` times L; ``weight`` of the thresholds; ``diverged``, the share of problems whose last objective is
        not at most that of 0; ``rising``, the share of layers and problems where the objective rises; ``violations``,
        0: a plain network that breaks its guarantee is an error.

    Raises
    ------
    ValueError
        If the network, the algorithm or a number is out of range.
    """
    kind, lam, seed = cell["network"], cell["lam"], cell["seed"]
    if kind not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}, got {kind!r}")
    sizes = (cell["n"], cell["m"])
    problem = recovery(*sizes, cell["test"], cell["share"], seed=seed, part="test")
    network = untrained(cell["algorithm"], problem.A, LIMIT if kind == "limit" else cell["depth"], lam)
    if kind in TRAININGS:
        known = recovery(*sizes, cell["train"], cell["share"], seed=seed, part="train")
        network = train(network, known, kind, lam)
    outputs = network.run(problem)
    values = np.array([objective(network.algorithm, problem.A, problem.y, x, lam) for x in outputs])
    if kind in {"plain", "limit"}:
        _require_guarantee(network, problem, outputs, values)
    if kind == "limit":
        outputs, values = outputs[-1:], values[-1:]
    return _results(network, problem, outputs, values)


def _results(network: Network, problem: Recovery, outputs: list[Floats], values: Floats) -> dict[str, Any]:
    power = float(np.mean(np.sum(problem.x**2, axis=0)))
    errors = np.array([np.sum((x - problem.x) ** 2, axis=0) for x in outputs]) / power
    start = 0.5 * np.sum(problem.y**2, axis=0)
    slack = TOLERANCE * start
    return {
        "error_mean": errors.mean(axis=1),
        "error_median": np.median(errors, axis=1),
        "objective_mean": values.mean(axis=1),
        "objective_median": np.median(values, axis=1),
        "steps": np.array(network.steps[: len(outputs)]) * lipschitz(problem.A),
        "weight": network.weight,
        "diverged": float(np.mean(~(values[-1] <= start + slack))),
        "rising": float(np.mean(~(np.diff(values, axis=0) <= slack))) if len(values) > 1 else 0.0,
        "violations": 0,
    }


def _require_guarantee(network: Network, problem: Recovery, outputs: list[Floats], values: Floats) -> None:
    """Raise if an objective rises, or if ISTA is slower than L |u|^2/(2k) says, compared with the signals u."""
    slack = TOLERANCE * values[0] + TOLERANCE
    if not np.all(np.diff(values, axis=0) <= slack):
        raise ArithmeticError(f"plain {network.algorithm}: the objective of a problem rises in a layer")
    if network.algorithm == "ista":
        numbers, squared = np.arange(1, len(outputs)), np.sum(problem.x**2, axis=0)
        bound = lipschitz(problem.A) * squared / (2 * numbers[:, None])
        other = objective("ista", problem.A, problem.y, problem.x, network.weight)
        if not np.all(values[1:] - other <= bound + slack):
            raise ArithmeticError("plain ista: a problem breaks F(x_k) - F(u) <= L |x_0 - u|^2/(2k)")


SIMULATOR = Simulator(
    name="deep_unfolding",
    says="ISTA and IHT unfolded into ten layers: error and objective, plain, trained supervised and unsupervised",
    papers=("deep_unfolding",),
    cells=cells,
    run=run,
    modules=("experiments.optimisation.unfolding_simulator",),
    sizes=("quick", "paper"),
    figure="paper_figs.deep_unfolding_layers",
)
"""The simulator of ``lossproof simulate deep_unfolding``."""
