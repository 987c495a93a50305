"""The simulator ``rpo``: what preference optimisation loses with and without its regulariser."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.optimisation.preference import COVERAGES, counts, pathwise_slack, solve, suboptimality
from experiments.simulator import Simulator

__all__ = ["SIMULATOR", "cells", "run"]

TOLERANCE = 1e-9  # of the pathwise inequality, whose sides are of order 1
_SIZES = {"quick": (40, 13, 2), "paper": (400, 16, 1)}

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (40 replicates, 16 to 4096 preferences) or "paper" (400, 16 to 32768).

    Raises
    ------
    ValueError
        If it is neither.
    """
    if sizes not in _SIZES:
        raise ValueError(f"sizes are {', '.join(_SIZES)}, got {sizes!r}")
    replicates, end, stride = _SIZES[sizes]
    numbers = [2**power for power in range(4, end, stride)]
    for coverage in COVERAGES:
        for scale in (0.0, 0.25, 1.0):
            yield {"coverage": coverage, "scale": scale, "numbers": numbers, "replicates": replicates, "seed": 1}


def run(cell: Cell) -> dict[str, Any]:
    """Run one cell, with eta = scale/sqrt(number of preferences).

    Returns
    -------
    dict
        For each of the cell's numbers: the ``mean`` suboptimality, its standard error ``mean_se``, ``low`` and
        ``high`` (quantiles 5 % and 95 %); ``base`` and ``oracle``, that of the base policy and of the best response to
        the true reward; ``largest_gap`` between minimax and maximin; ``least_slack`` of the pathwise inequality (None
        if the scale is 0) and ``violations``, 0: preferences that violate it are an error.

    Raises
    ------
    ValueError
        If the coverage or a number is out of range.
    """
    if cell["coverage"] not in COVERAGES:
        raise ValueError(f"coverage must be one of {', '.join(COVERAGES)}, got {cell['coverage']!r}")
    if not 0 <= cell["scale"] < math.inf or cell["replicates"] < 2:
        raise ValueError(f"scale must be >= 0 and replicates >= 2, got {cell['scale']!r}, {cell['replicates']!r}")
    world, numbers = COVERAGES[cell["coverage"]], cell["numbers"]
    wins = counts(world, numbers, cell["replicates"], seed=cell["seed"])
    lost = np.zeros(wins.shape[:2])
    gap, slack = 0.0, math.inf
    for place, number in enumerate(numbers):
        eta = cell["scale"] / math.sqrt(number)
        for replicate in range(cell["replicates"]):
            found = solve(world, wins[replicate, place], eta)
            lost[replicate, place], gap = suboptimality(world, found.policy), max(gap, found.gap)
            if eta > 0:
                own = pathwise_slack(world, found)
                if not own >= -TOLERANCE:
                    raise ArithmeticError(f"preferences violate the pathwise inequality by {-own:.2g}")
                slack = min(slack, own)
    problem = world.problem(wins[0, 0], 1.0)
    return {
        "mean": lost.mean(axis=0),
        "mean_se": lost.std(axis=0, ddof=1) / math.sqrt(len(lost)),
        "low": np.quantile(lost, 0.05, axis=0),
        "high": np.quantile(lost, 0.95, axis=0),
        "base": suboptimality(world, np.array(world.base)),
        "oracle": suboptimality(world, problem.best_response(np.array(world.reward))),
        "largest_gap": gap,
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="rpo",
    says="preference optimisation under partial coverage: suboptimality with and without the adversary",
    papers=("rpo",),
    cells=cells,
    run=run,
    modules=("experiments.optimisation.preference_simulator",),
    sizes=("quick", "paper"),
    figure="paper_figs.rpo_preferences",
)
"""The simulator of ``lossproof simulate rpo``."""
