"""The simulator ``rpo``: what preference optimisation loses with and without its regulariser."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.grids import over_replicates, size_of
from experiments.optimisation.preference import COVERAGES, World, counts, pathwise_slack, suboptimality
from experiments.simulator import Simulator
from theory.arguments import whole
from theory.optimisation.rpo.collapses import Collapses

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
    replicates, end, stride = size_of(_SIZES, sizes)
    numbers = [2**power for power in range(4, end, stride)]
    for coverage in COVERAGES:
        for scale in (0.0, 0.25, 1.0):
            yield {"coverage": coverage, "scale": scale, "numbers": numbers, "replicates": replicates, "seed": 1}


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
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
    if not 0 <= cell["scale"] < math.inf:
        raise ValueError(f"scale must be nonnegative and finite, got {cell['scale']!r}")
    replicates = whole("replicates", cell["replicates"], 2)
    home = backend_named("numpy") if backend is None else backend
    world, numbers, xp = COVERAGES[cell["coverage"]], cell["numbers"], home.xp
    wins = counts(world, numbers, replicates, seed=cell["seed"], backend=home)
    etas = home.asarray([cell["scale"] / math.sqrt(number) for number in numbers] * replicates)
    found = world.solve(xp.reshape(wins, (-1, *wins.shape[2:])), etas)
    lost = to_numpy(xp.reshape(suboptimality(world, found.policy), wins.shape[:2]))
    best = found.objectives.best_response(home.asarray(list(world.reward)))
    return {
        **over_replicates("mean", lost.T),
        "base": float(suboptimality(world, home.asarray(list(world.base)))),
        "oracle": float(suboptimality(world, best)),
        "largest_gap": float(xp.max(found.gap)),
        "least_slack": _least_slack(world, found) if cell["scale"] > 0 else None,
        "violations": 0,
    }


def _least_slack(world: World, found: Collapses) -> float:
    slack: Array = pathwise_slack(world, found)
    least = float(namespace(slack).min(slack))
    if not least >= -TOLERANCE:
        raise ArithmeticError(f"preferences violate the pathwise inequality by {-least:.2g}")
    return least


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
