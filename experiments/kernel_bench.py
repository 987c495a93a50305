"""How long sequential kernels take on CUDA and compiled for the processor, at growing sizes, and at how many flops.

The flops are those of `experiments.kernel_work`. The processor runs replicates in threads, the GPU one in each thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from experiments.backend_bench import GROWTH, Ceilings, Timing
from experiments.comparing import distance
from experiments.kernel_work import episode_flops, exp3_flops, flow_flops

__all__ = ["PLAYS", "kernels"]

Played = tuple[dict[str, Any], int]

_FIRST = 64  # replicates: two warps
_ALLOWED = 1e-6  # of the results: longer runs than those that are compared for equality
_SHAPE = (3, 4, 3, 3)


def _exp3(engine: str, replicates: int) -> Played:
    from experiments.mirror_descent.arms import Arms
    from experiments.mirror_descent.exp3 import Exp3State
    from experiments.mirror_descent.exp3_scalar import LOSS

    rounds = 1000
    start = Exp3State.start(Arms.gap(10, 0.2), replicates=replicates, eta=0.02, seed=3, engine=engine)
    end = start.advanced(rounds)
    losses = int(end.sums[:, LOSS].sum())
    return {"pseudo": end.regrets[0]}, exp3_flops(10, rounds * replicates, losses)


def _episodes(engine: str, replicates: int) -> Played:
    from experiments.linear_mdp.algorithms import Algorithm
    from experiments.linear_mdp.losses import Losses
    from experiments.linear_mdp.mdp import LinearMDP
    from experiments.linear_mdp.regret import run

    episodes, (length, _, _, size) = 20, _SHAPE
    process, losses = LinearMDP.random(*_SHAPE, seed=1), Losses.gap(length, size, gap=0.2, amplitude=0.25)
    learner = Algorithm("exponential weights", eta=0.02, gamma=0.01, beta=1e-3)
    done = run(learner, process, losses, episodes=episodes, replicates=replicates, seed=4, points=2, engine=engine)
    return {"regret": done.regret}, replicates * episodes * episode_flops(*_SHAPE)


def _flow(engine: str, replicates: int) -> Played:
    """Run flows that all start alike, so that the rounds of one are those of all."""
    from experiments.neural_collapse.energy import Architecture, Energy, Setting
    from experiments.neural_collapse.flow import flow
    from experiments.neural_collapse.starts import random_starts

    setting = Setting((4, 4, 4), (0.02,) * 2, 0.02)
    energy = Energy.of(Architecture(3, 2, 3), [setting] * replicates)
    start = random_starts(Energy.of(energy.architecture, [setting]), 1, seed=3)
    (end,) = flow(energy, np.tile(start, (replicates, 1)), [20.0], engine=engine)
    return {"values": end.values}, replicates * end.tried * flow_flops(2, 3, 3, 12, squared=True, bias=False)


PLAYS: dict[str, Callable[[str, int], Played]] = {"exp3": _exp3, "linear MDP": _episodes, "gradient flow": _flow}
"""Kernel -> function of an engine and a number of replicates that returns results and (at most) the flops."""


def kernels(ceiling: Ceilings, *, limit: float, engines: tuple[str, str] = ("numba", "cuda")) -> Iterator[Timing]:
    """Yield times at growing numbers of replicates, until the second engine would take longer than ``limit`` seconds.

    Where the first would, the second goes on alone. ``ceiling`` is that of the second.
    """
    for name, play in PLAYS.items():
        replicates, cpu, there = _FIRST, 0.0, 0.0
        play(engines[1], replicates)  # compiles
        play(engines[0], replicates)
        while there * GROWTH <= limit:
            alone = cpu * GROWTH > limit
            there, (found, flops) = _timed(play, engines[1], replicates)
            apart = None
            if not alone:
                cpu, (here, _) = _timed(play, engines[0], replicates)
                apart = distance(found, here)
            share = flops / there / ceiling.arithmetic
            agrees = apart is None or apart <= _ALLOWED
            yield Timing(f"kernel of {name}", f"{replicates:,} replicates", None if alone else cpu, there, apart,
                         agrees, of_flops=share)  # fmt: skip
            replicates *= GROWTH


def _timed(play: Callable[[str, int], Played], engine: str, replicates: int) -> tuple[float, Played]:
    start = time.perf_counter()
    played = play(engine, replicates)
    return time.perf_counter() - start, played
