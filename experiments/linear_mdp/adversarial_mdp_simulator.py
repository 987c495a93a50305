"""The simulator ``adversarial_mdp``: regret of learners on linear processes with losses that change.

Every learner is tuned to the number of episodes (`experiments.linear_mdp.algorithms.scaled`, and
`experiments.linear_mdp.free_learners.scaled_free` for the one without a simulator); the parameters stand in the
results. Learners of one cell's seed see the same process and the same losses.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.arrays import Backend
from experiments.grids import over_replicates, size_of
from experiments.horizons import checkpoints
from experiments.linear_mdp.algorithms import NAMES, scaled
from experiments.linear_mdp.free_learners import scaled_free
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import Regret
from experiments.linear_mdp.regret import run as run_learner
from experiments.linear_mdp.simulator_free import EpochRegret, run_simulator_free
from experiments.simulator import Simulator

__all__ = ["KINDS", "SIMULATOR", "WITHOUT", "cells", "losses_of", "run"]

SEED = 1
KINDS = ("gap", "hard gap", "switching", "blocks", "adaptive")
WITHOUT = "without a simulator"
SHAPE = (3, 4, 3, 3)
_SIZES = {
    "quick": ((500, 2000, 8000, 32_000), (1,), 16, 2000, (2, 3, 5)),
    "paper": ((500, 2000, 8000, 32_000, 128_000), (1, 2, 3), 200, 8000, (2, 3, 4, 6, 8)),
    "gpu": ((2000, 32_000, 512_000), (1, 2, 3), 10_000, 32_000, (2, 4, 8)),
}

_MOST_WITHOUT = 200  # replicates: array operations only, not compiled

Cell = dict[str, Any]


def losses_of(kind: str, shape: tuple[int, int, int, int], episodes: int) -> Losses:
    """Return the losses of a cell.

    "gap": the first feature is better by 0.3, signs of 0.2 are new in every episode; "hard gap": better by
    ``min(0.3, 4/sqrt K)``, where even the uniform policy has regret of the order sqrt(K); "switching": the last feature
    is better in the second half, by twice as much; "blocks": signs of 0.4 for ``ceil(sqrt K)`` episodes; "adaptive":
    signs of 0.4 that follow the learner.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> losses_of("switching", (1, 1, 2, 2), 10).totals(1, 10, seed=0)[0].round(12).tolist()
    [[4.0, 3.0]]
    """
    length, _, _, size = shape
    if kind == "gap":
        return Losses.gap(length, size, gap=0.3, amplitude=0.2)
    if kind == "hard gap":
        return Losses.gap(length, size, gap=min(0.3, 4 / math.sqrt(episodes)), amplitude=0.2)
    if kind == "switching":
        return Losses.switching(length, size, gap=0.4, half=max(1, episodes // 2))
    if kind == "blocks":
        return Losses.blocks(length, size, amplitude=0.4, block=math.isqrt(episodes - 1) + 1)
    if kind == "adaptive":
        return Losses.follower(length, size, amplitude=0.4)
    raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (K to 32000), "paper" (K to 128000) or "gpu" (10^4 replicates).

    First the horizon K varies, then the kind of losses, then H, A and d one at a time; last the learner without a
    simulator, for the losses "gap" and "blocks".

    Raises
    ------
    ValueError
        If it is none of them.
    """
    horizons, processes, replicates, middle, scales = size_of(_SIZES, sizes)
    common = {"replicates": replicates, "seed": SEED}
    for process in processes:
        for learner in NAMES:
            for episodes in horizons:
                yield _cell("gap", learner, SHAPE, episodes, process) | common
            for kind in KINDS[1:]:
                yield _cell(kind, learner, SHAPE, middle, process) | common
    for place in (0, 2, 3):
        for scale in scales:
            shape = tuple(scale if axis == place else size for axis, size in enumerate(SHAPE))
            if shape != SHAPE or middle not in horizons:
                for learner in NAMES:
                    yield _cell("gap", learner, shape, middle, processes[0]) | common
    common["replicates"] = min(replicates, _MOST_WITHOUT)
    for process in processes:
        for episodes in horizons:
            yield _cell("gap", WITHOUT, SHAPE, episodes, process) | common
        yield _cell("blocks", WITHOUT, SHAPE, middle, process) | common


def _cell(kind: str, learner: str, shape: tuple[int, ...], episodes: int, process: int) -> Cell:
    return {"kind": kind, "learner": learner, "shape": list(shape), "horizon": episodes, "process": process}


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    On NumPy learners are compiled where Numba is installed, on CuPy they are CUDA kernels where Numba can run these (a
    warning tells where it cannot); other back ends take array operations. The learner without a simulator takes them on
    all.

    Returns
    -------
    dict
        ``episodes``; mean ``regret`` after them, ``regret_se``, ``low`` and ``high`` (quantiles 5 % and 95 %);
        ``final`` (of each replicate); ``least`` and ``least_cost``, least eta times estimate and eta times cost so far;
        ``least_slack`` of the pathwise inequalities (None for the control) and ``violations``, 0: a path that violates
        one is an error; ``large``, mean number of episodes for which exponential weights obey none; ``eta``, ``gamma``,
        ``beta``. Without a simulator ``episodes`` are the ends of epochs, the last less than K by less than the number
        of policies of the cover, and ``width``, ``explore``, ``policies`` and ``visits`` are given too.

    Raises
    ------
    ValueError
        If the learner, the kind or a number is out of range.
    """
    mdp = LinearMDP.random(*cell["shape"], seed=cell["process"])
    losses = losses_of(cell["kind"], mdp.shape, cell["horizon"])
    given: Cell = {"replicates": cell["replicates"], "seed": cell["seed"], "backend": backend}
    if cell["learner"] == WITHOUT:
        return _without(mdp, losses, cell["horizon"], given)
    learner = scaled(cell["learner"], cell["horizon"], mdp.shape)
    found = run_learner(learner, mdp, losses, episodes=cell["horizon"], **given)
    return _summary(found, slice(None)) | {
        "large": float(found.large.mean()),
        "eta": learner.eta,
        "gamma": learner.gamma,
        "beta": learner.beta,
    }


def _without(mdp: LinearMDP, losses: Losses, episodes: int, given: Cell) -> dict[str, Any]:
    learner, epochs = scaled_free(episodes, mdp.shape)
    found = run_simulator_free(learner, mdp, losses, epochs=epochs, **given)
    parameters = dataclasses.asdict(learner)
    names = ("eta", "gamma", "beta", "width", "explore", "policies", "visits")
    rows = np.concatenate([[0], checkpoints(epochs, 40)])
    return _summary(found, rows) | {"large": 0.0} | {name: parameters[name] for name in names}


def _summary(found: Regret | EpochRegret, rows: Any) -> dict[str, Any]:
    """Return what is recorded of a run, of some of its records."""
    regret, slack = found.regret[rows], float(found.least_slack.min())
    return {
        "episodes": found.episodes[rows],
        **over_replicates("regret", regret),
        "final": regret[-1],
        "least": found.least[rows].min(axis=1),
        "least_cost": found.least_cost[rows].min(axis=1),
        "least_slack": slack if math.isfinite(slack) else None,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="adversarial_mdp",
    says="learners of linear Markov decision processes with changing losses: regret, estimates, pathwise inequalities",
    papers=("adversarial_mdp",),
    cells=cells,
    run=run,
    modules=("experiments.linear_mdp", "experiments.horizons", "theory.online.log_barrier"),
    figure="paper_figs.adversarial_mdp_regret",
)
"""The simulator of ``lossproof simulate adversarial_mdp``."""
