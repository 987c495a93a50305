"""The simulator ``deep_unfolding``: error and objective of every layer of ISTA and IHT, plain and trained.

Networks are trained on the processor, whatever the back end, which runs the layers on fresh problems: L-BFGS stops
early on a loss with kinks, and makes of roundings of 1e-16 other networks, whose errors differ by a tenth and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.grids import size_of
from experiments.optimisation.unfolding import TRAININGS, Network, Recovery, recovery, train, untrained
from experiments.simulator import Simulator
from theory.optimisation.deep_unfolding.layers import objective

__all__ = ["NETWORKS", "SIMULATOR", "cells", "run"]

NETWORKS = ("plain", *TRAININGS, "limit")
LIMIT = 2000  # layers of the plain algorithm whose last output stands for its limit
TOLERANCE = 1e-9  # of rounding, relative to the objective at 0
_SIZES = {"quick": (300, 400, (1,)), "paper": (1000, 4000, (1, 2, 3, 4, 5))}

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (one matrix) or "paper" (five).

    Raises
    ------
    ValueError
        If it is neither.
    """
    known, fresh, seeds = size_of(_SIZES, sizes)
    for seed in seeds:
        for algorithm in ("ista", "iht"):
            for network in NETWORKS:
                yield {"algorithm": algorithm, "network": network, "n": 60, "m": 30, "share": 0.08, "lam": 0.05,
                       "depth": 10, "train": known, "test": fresh, "seed": seed}  # fmt: skip


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
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
    problem = recovery(*sizes, cell["test"], cell["share"], seed=seed, part="test", backend=backend)
    if kind in TRAININGS:
        known = recovery(*sizes, cell["train"], cell["share"], seed=seed, part="train")
        network = train(untrained(cell["algorithm"], known, cell["depth"], lam), known, kind, lam)
    else:
        network = untrained(cell["algorithm"], problem, LIMIT if kind == "limit" else cell["depth"], lam)
    outputs = network.run(problem)
    values = namespace(problem.x).stack([objective(network.algorithm, problem.A, problem.y, x, lam) for x in outputs])
    if kind in {"plain", "limit"}:
        _require_guarantee(network, problem, values)
    if kind == "limit":
        outputs, values = outputs[-1:], values[-1:, :]
    return _results(network, problem, outputs, values)


def _results(network: Network, problem: Recovery, outputs: list[Array], values: Array) -> dict[str, Any]:
    xp = namespace(problem.x)
    power = xp.mean(xp.sum(problem.x**2, axis=0))
    errors = to_numpy(xp.stack([xp.sum((x - problem.x) ** 2, axis=0) for x in outputs]) / power)
    start, objectives = to_numpy(0.5 * xp.sum(problem.y**2, axis=0)), to_numpy(values)
    slack = TOLERANCE * start
    return {
        "error_mean": errors.mean(axis=1),
        "error_median": np.median(errors, axis=1),
        "objective_mean": objectives.mean(axis=1),
        "objective_median": np.median(objectives, axis=1),
        "steps": np.array(network.steps[: len(outputs)]) * problem.lipschitz,
        "weight": network.weight,
        "diverged": float(np.mean(~(objectives[-1] <= start + slack))),
        "rising": float(np.mean(~(np.diff(objectives, axis=0) <= slack))) if len(objectives) > 1 else 0.0,
        "violations": 0,
    }


def _require_guarantee(network: Network, problem: Recovery, values: Array) -> None:
    """Raise if an objective rises, or if ISTA is slower than L |u|^2/(2k) says, compared with the signals u."""
    xp = namespace(values)
    slack = TOLERANCE * values[0, :] + TOLERANCE
    if not bool(xp.all(values[1:, :] - values[:-1, :] <= slack)):
        raise ArithmeticError(f"plain {network.algorithm}: the objective of a problem rises in a layer")
    if network.algorithm == "ista":
        numbers = xp.cumulative_sum(xp.ones_like(values[1:, :1]), axis=0)
        bound = problem.lipschitz * xp.sum(problem.x**2, axis=0) / (2 * numbers)
        other = objective("ista", problem.A, problem.y, problem.x, network.weight)
        if not bool(xp.all(values[1:, :] - other <= bound + slack)):
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
