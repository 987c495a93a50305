"""The simulator ``exp2``: regret of EXP2, in both tunings, and of the uniform learner on finite sets of actions.

Step and exploration of EXP2 are tuned to the horizon. Learners of one cell's seed see the same losses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from experiments.arrays import Backend
from experiments.grids import over_replicates, size_of
from experiments.linear_bandits.exp2 import UNIFORM, exp2
from experiments.linear_bandits.players import play
from experiments.linear_bandits.worlds import LinearWorld, arms, cube, sphere
from experiments.simulator import Simulator
from theory.online.exp2 import tuned
from theory.online.optimal_design import optimal_design

__all__ = ["KINDS", "LEARNERS", "SIMULATOR", "cells", "run", "world_of"]

SEED = 1
KINDS = ("cube", "switching cube", "sphere", "arms")
LEARNERS = {"exp2": "derived", "exp2 usual": "as usually quoted", "uniform": ""}  # and the form of their tuning
_SIZES = {"quick": (3_000, 40), "paper": (50_000, 200)}

Cell = dict[str, Any]


def world_of(kind: str, horizon: int) -> LinearWorld:
    """Return the actions and losses of a cell.

    "cube": the 64 corners of [-1, 1]^6, the best of which is better than the mean by 0.6; "switching cube": the best
    corner of the second half differs in one coordinate; "sphere": 50 random unit vectors in R^5; "arms": the unit
    vectors of R^10, losses in {0, 1}, one arm better by 0.3.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> world_of("sphere", 100).table.shape
    (50, 5)
    """
    if kind == "cube":
        return cube(6, 0.6)
    if kind == "switching cube":
        return cube(6, 0.6, switch=max(1, horizon // 2))
    if kind == "sphere":
        return sphere(50, 5, 1.0)
    if kind == "arms":
        return arms(10, 0.3)
    raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (T = 3000, 40 replicates) or "paper" (T = 50 000, 200 replicates).

    Raises
    ------
    ValueError
        If it is neither.
    """
    horizon, replicates = size_of(_SIZES, sizes)
    for kind in KINDS:
        for learner in LEARNERS:
            yield {"kind": kind, "horizon": horizon, "learner": learner, "replicates": replicates, "seed": SEED}


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``rounds``; mean ``pseudo`` and ``realised`` regret after them, ``pseudo_se``, ``low`` and ``high`` (quantiles
        5 % and 95 % of the pseudo-regret); ``final`` (of each replicate); ``dimension`` and ``actions``; ``bound`` of
        the expected regret at T in the learner's tuning (of the derived one for the control); ``leverage`` of the
        design at most; ``least_slack`` of the pathwise inequality (None for the control) and ``violations``, 0: a path
        that violates it is an error.

    Raises
    ------
    ValueError
        If the learner, kind or a number is out of range.
    """
    if cell["learner"] not in LEARNERS:
        raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {cell['learner']!r}")
    horizon, form = cell["horizon"], LEARNERS[cell["learner"]]
    world = world_of(cell["kind"], horizon)
    learner = exp2(form=form) if form else UNIFORM
    given = {"horizon": horizon, "replicates": cell["replicates"], "seed": cell["seed"]}
    found = play(learner, world, **given, backend=backend)
    design = optimal_design(world.table)
    pseudo, slack = found.pseudo, float(found.least_slack.min())
    return {
        "rounds": found.rounds,
        **over_replicates("pseudo", pseudo),
        "realised": found.realised.mean(axis=1),
        "final": pseudo[-1],
        "dimension": design.rank,
        "actions": len(world.table),
        "bound": float(tuned(design.rank, len(world.table), horizon, form=form or "derived").bound),
        "leverage": design.largest,
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="exp2",
    says="EXP2 with a G-optimal design and the uniform learner: regret, its bounds, and the pathwise inequality",
    papers=("bubeck_exp2", "kiefer_wolfowitz"),
    cells=cells,
    run=run,
    modules=("experiments.linear_bandits", "theory.online.exp2", "theory.online.optimal_design"),
    sizes=("quick", "paper"),
    figure="paper_figs.regret_exp2",
)
"""The simulator of ``lossproof simulate exp2``."""
