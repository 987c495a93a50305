"""The simulator ``online_convex``: regret of descent, Newton steps and AdaGrad on random convex losses, with bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from experiments.arrays import Backend
from experiments.grids import over_replicates, size_of
from experiments.mirror_descent.convex import (
    ConvexLearner,
    adagrad,
    gradient_descent,
    newton,
    play_convex,
    standing_still,
    strongly_convex_descent,
)
from experiments.mirror_descent.convex_worlds import ConvexWorld
from experiments.simulator import Simulator

__all__ = ["LEARNERS", "SIMULATOR", "cells", "run"]

SEED = 1
LEARNERS: dict[str, Callable[[ConvexWorld], ConvexLearner]] = {
    "descent": gradient_descent,
    "strongly convex": strongly_convex_descent,
    "newton": newton,
    "adagrad": adagrad,
    "standing still": lambda world: standing_still(),
}
_PLAYED = {
    "quadratic": ("descent", "strongly convex", "newton", "standing still"),
    "logarithmic": ("descent", "newton", "standing still"),
    "signs": ("descent", "adagrad", "standing still"),
    "sparse": ("descent", "adagrad", "standing still"),
}
_SIZES = {"quick": (500, 32), "paper": (10_000, 64), "gpu": (20_000, 200)}

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (T = 500), "paper" (T = 10000) or "gpu" (T = 20000; no GPU is needed).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    horizon, replicates = size_of(_SIZES, sizes)
    for kind, learners in _PLAYED.items():
        for learner in learners:
            yield {"kind": kind, "learner": learner, "dimension": 32 if kind == "sparse" else 5, "horizon": horizon,
                   "replicates": replicates, "seed": SEED}  # fmt: skip


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``rounds``; mean ``regret`` after them, ``regret_se``, ``low`` and ``high`` (quantiles 5 % and 95 %); ``final``
        (of each replicate); ``bound``, the learner's, mean over replicates; ``least_slack`` of the pathwise inequality
        over all comparators (both None for the control) and ``violations``, 0: a path that violates it is an error.

    Raises
    ------
    ValueError
        If the learner, the kind or a number is out of range.
    """
    world = ConvexWorld(cell["kind"], horizon=cell["horizon"], dimension=cell["dimension"])
    if cell["learner"] not in LEARNERS:
        raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {cell['learner']!r}")
    given = {"replicates": cell["replicates"], "seed": cell["seed"]}
    found = play_convex(LEARNERS[cell["learner"]](world), world, **given, backend=backend)
    regret, slack = found.regret, float(found.least_slack.min())
    return {
        "rounds": found.rounds,
        **over_replicates("regret", regret),
        "final": regret[-1],
        "bound": None if found.bound is None else found.bound.mean(axis=1),
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="online_convex",
    says="gradient descent, online Newton steps and AdaGrad: regret, bounds, the pathwise inequalities",
    papers=("ons", "adagrad", "zinkevich"),
    cells=cells,
    run=run,
    modules=("experiments.mirror_descent.convex", "theory.online.online_newton", "theory.online.adagrad"),
    figure="paper_figs.regret_convex",
)
"""The simulator of ``lossproof simulate online_convex``."""
