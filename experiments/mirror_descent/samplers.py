"""What the claims decided by sampling draw: pseudo-regret of EXP3 in a unit, one row a replicate.

Every function is ``function(stream, replicates, **parameters)`` with ``replicates`` a range, as
:class:`experiments.sampling.Sampler` wants it. ``step`` is the factor of the tuned step; 0 is the uniform learner.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import tuned_eta
from experiments.mirror_descent.exp3 import run_exp3
from experiments.streams import Stream
from theory.online.bounds import exp3

__all__ = ["WORLDS", "arms_of", "regret_curve", "regret_over_bound"]

WORLDS = ("fixed gap", "hard gap", "switching")


def arms_of(world: str, arms: int, horizon: int, gap: float) -> Arms:
    """Return arms of a world.

    "fixed gap": the first arm is better by ``gap`` throughout; "hard gap": by ``gap sqrt(arms/horizon)``; "switching":
    another arm is the best of the second half, as `Arms.switching`.

    Raises
    ------
    ValueError
        If the world is unknown.

    Examples
    --------
    >>> arms_of("hard gap", 2, 200, 4).table
    ((0.09999999999999998, 0.5),)
    """
    if world == "fixed gap":
        return Arms.gap(arms, gap)
    if world == "hard gap":
        return Arms.gap(arms, gap * math.sqrt(arms / horizon))
    if world == "switching":
        return Arms.switching(arms, gap, horizon // 2)
    raise ValueError(f"world must be one of {', '.join(WORLDS)}, got {world!r}")


def _regret(seed: int, rows: range, world: Arms, horizon: int, step: float) -> NDArray[np.float64]:
    eta = step * tuned_eta(world.count, horizon)
    return run_exp3(world, horizon=horizon, replicates=rows, eta=eta, seed=seed, points=2).pseudo[-1]


def regret_over_bound(
    stream: Stream, replicates: range, *, world: str, arms: int, horizon: int, gap: float, step: float
) -> NDArray[np.float64]:
    """Return pseudo-regret after the last round over the bound ``sqrt(2 T K log K)``, shape (R,).

    Examples
    --------
    >>> given = dict(world="fixed gap", arms=2, horizon=100, gap=0.4, step=1)
    >>> regret_over_bound(Stream(1), range(3), **given).shape
    (3,)
    """
    found = _regret(stream.seed, replicates, arms_of(world, arms, horizon, gap), horizon, step)
    return found / float(exp3(K=arms, T=horizon))


def regret_curve(
    stream: Stream, replicates: range, *, world: str, arms: int, gap: float, step: float, sizes: Sequence[int]
) -> NDArray[np.float64]:
    """Return pseudo-regret after the last round of each horizon, over the largest possible one, shape (R, sizes).

    Every horizon has runs of its own, with a step tuned to it; the worlds are "fixed gap" and "hard gap".
    """
    columns, most = [], 0.0
    for horizon in sizes:
        own = arms_of(world, arms, horizon, gap)
        seed = Stream.named(stream.seed, "horizon", horizon).seed
        columns.append(_regret(seed, replicates, own, horizon, step))
        most = max(most, horizon * (max(own.table[0]) - min(own.table[0])))
    return np.clip(np.stack(columns, axis=1) / most, 0.0, 1.0)  # rounding of a sum apart, they are there
