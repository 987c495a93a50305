"""The simulator ``sea``: regret of optimistic descent against stochastically extended adversaries, and its bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from experiments.arrays import Backend
from experiments.grids import over_replicates, size_of
from experiments.mirror_descent.sea import (
    SeaLearner,
    optimistic,
    optimistic_newton,
    optimistic_strongly_convex,
    play_sea,
    standing_still,
)
from experiments.mirror_descent.sea_worlds import KINDS, SeaWorld
from experiments.simulator import Simulator

__all__ = ["SIMULATOR", "cells", "learner_of", "run"]

SEED = 1
LEARNERS = ("convex", "strongly convex", "Newton steps", "standing still")
NEWTON = ("label shift", "least squares")  # where Newton steps are run
_SIZES = {"quick": (2000, 64, (0.0, 1.0)), "paper": (16_000, 200, (0.0, 0.1, 1.0)), "gpu": (100_000, 500, (0.0, 1.0))}

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (T = 2000), "paper" (T = 16000) or "gpu" (T = 10^5; no GPU is needed).

    Random order has at most 4000 losses, all of which are kept.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    horizon, replicates, noises = size_of(_SIZES, sizes)
    for kind in KINDS:
        for noise in (0.0,) if kind in {"signs", "random order"} else noises:
            for learner in LEARNERS:
                if _runs(learner, kind):
                    rounds = min(horizon, 4000) if kind == "random order" else horizon
                    yield {"kind": kind, "noise": noise, "learner": learner, "horizon": rounds,
                           "replicates": replicates, "seed": SEED}  # fmt: skip


def _runs(learner: str, kind: str) -> bool:
    return kind != "signs" if learner == "strongly convex" else learner != "Newton steps" or kind in NEWTON


def learner_of(name: str, world: SeaWorld) -> SeaLearner:
    """Return the learner of a cell.

    Raises
    ------
    ValueError
        If the name is unknown, or the world has not the losses that it needs.

    Examples
    --------
    >>> learner_of("convex", SeaWorld("drifting", horizon=5)).name
    'optimistic, convex'
    """
    if name not in LEARNERS:
        raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {name!r}")
    if name == "standing still":
        return standing_still()
    made = {"convex": optimistic, "strongly convex": optimistic_strongly_convex, "Newton steps": optimistic_newton}
    return made[name](world)


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``rounds``; mean ``regret`` after them, ``regret_se``, ``low`` and ``high`` (quantiles 5 % and 95 %); ``final``
        (of each replicate); ``sigma_sq``, ``Sigma_sq``, ``corruption``; ``published`` and ``sharper``, bounds of the
        convex theorem, ``strongly_convex`` and ``exp_concave``, of the others (None where losses are not of that
        kind); ``least_slack`` of the pathwise inequality over all comparators (None for the control) and
        ``violations``, 0: a path that violates it is an error.

    Raises
    ------
    ValueError
        If the learner, the kind or a number is out of range.
    """
    world = SeaWorld(cell["kind"], horizon=cell["horizon"], noise=cell["noise"])
    given = {"replicates": cell["replicates"], "seed": cell["seed"]}
    found = play_sea(learner_of(cell["learner"], world), world, **given, backend=backend)
    regret, slack = found.regret, float(found.least_slack.min())
    return {
        "rounds": found.rounds,
        **over_replicates("regret", regret),
        "final": regret[-1],
        "sigma_sq": found.sigma_sq,
        "Sigma_sq": found.Sigma_sq,
        "corruption": world.corruption,
        **{name: found.bounds.get(name) for name in ("published", "sharper", "strongly_convex", "exp_concave")},
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="sea",
    says="optimistic descent against stochastically extended adversaries: regret, bounds, the pathwise inequality",
    papers=("sea",),
    cells=cells,
    run=run,
    modules=("experiments.mirror_descent", "theory.online.sea", "theory.online.mirror_descent"),
    figure="paper_figs.regret_sea",
)
"""The simulator of ``lossproof simulate sea``."""
