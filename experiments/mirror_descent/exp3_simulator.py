"""The simulator ``exp3``: regret of EXP3 and of the uniform learner on fixed and on changing arms.

The step of EXP3 is tuned to the horizon. Learners of one cell's seed see the same losses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from experiments.arrays import Backend
from experiments.grids import over_replicates, size_of
from experiments.kernels import instead, on_device
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.exp3 import run_exp3
from experiments.simulator import Simulator
from theory.online.bounds import exp3

__all__ = ["SIMULATOR", "arms_of", "cells", "run"]

SEED = 1
KINDS = ("gap", "hard gap", "switching", "signs")
_SIZES = {
    "quick": ((2, 10), 10_000, 100),
    "paper": ((2, 10, 30), 100_000, 200),
    "gpu": ((2, 10, 30), 1_000_000, 10_000),
}

Cell = dict[str, Any]


def arms_of(kind: str, count: int, horizon: int) -> Arms:
    """Return the arms of a cell.

    "gap": the first arm is better by 0.2; "hard gap": by ``2 sqrt(K/T)``, the order of the minimax lower bound;
    "switching": another arm is the best of the second half; "signs": means 1/2 +- 1/5, new signs every 100 rounds.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> arms_of("gap", 2, 100).table
    ((0.3, 0.5),)
    """
    if kind == "gap":
        return Arms.gap(count, 0.2)
    if kind == "hard gap":
        return Arms.gap(count, min(0.4, 2 * math.sqrt(count / horizon)))
    if kind == "switching":
        return Arms.switching(count, 0.4, max(1, horizon // 2))
    if kind == "signs":
        return Arms.signs(count, 0.2, 100)
    raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (T = 10^4), "paper" (T = 10^5) or "gpu" (T = 10^6, 10^4 replicates).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    counts, horizon, replicates = size_of(_SIZES, sizes)
    for kind in KINDS:
        for count in counts:
            for learner in ("exp3", "uniform"):
                yield {"kind": kind, "arms": count, "horizon": horizon, "learner": learner,
                       "replicates": replicates, "seed": SEED}  # fmt: skip


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    On NumPy it is compiled where Numba is installed, on CuPy it is a CUDA kernel where Numba can run one (a warning
    tells where it cannot); other back ends take array operations.

    Returns
    -------
    dict
        ``rounds``; mean ``pseudo`` and ``realised`` regret after them, ``pseudo_se``, ``low`` and ``high`` (quantiles
        5 % and 95 % of the pseudo-regret); ``final`` (of each replicate); ``bound``; ``lai_robbins`` (factor of log t,
        None without one); ``least_slack`` of the pathwise inequality (None for the control) and ``violations``, 0: a
        path that violates it is an error.

    Raises
    ------
    ValueError
        If the learner, kind or a number is out of range.
    """
    if cell["learner"] not in {"exp3", "uniform"}:
        raise ValueError(f"learner must be exp3 or uniform, got {cell['learner']!r}")
    horizon, count = cell["horizon"], cell["arms"]
    arms = arms_of(cell["kind"], count, horizon)
    engine = instead() if backend is not None and backend.library == "cupy" else None
    on_cuda = engine == "cuda"
    with on_device(backend if on_cuda else None):
        found = run_exp3(
            arms,
            horizon=horizon,
            replicates=cell["replicates"],
            eta=0.0 if cell["learner"] == "uniform" else None,
            seed=cell["seed"],
            engine=engine,
            backend=None if on_cuda else backend,
        )
    pseudo, factor, slack = found.pseudo, arms.lai_robbins(), float(found.least_slack.min())
    return {
        "rounds": found.rounds,
        **over_replicates("pseudo", pseudo),
        "realised": found.realised.mean(axis=1),
        "final": pseudo[-1],
        "bound": float(exp3(K=count, T=horizon)),
        "lai_robbins": None if math.isnan(factor) else factor,
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="exp3",
    says="EXP3 and the uniform learner on Bernoulli arms: regret, its bound, and the pathwise inequality",
    papers=("exp3",),
    cells=cells,
    run=run,
    modules=("experiments.mirror_descent", "theory.online.bounds"),
    figure="paper_figs.regret_exp3",
)
"""The simulator of ``lossproof simulate exp3``."""
