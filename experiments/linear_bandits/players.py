"""Learners of linear bandits as three pure functions, and the player that runs any of them on all replicates at once.

A learner of one's own is the functions ``init``, ``act`` and ``update``:

>>> import numpy as np
>>> from experiments.linear_bandits.exp2 import UNIFORM
>>> from experiments.linear_bandits.worlds import cube
>>> def init(actions, replicates, horizon):
...     d = actions.shape[1]
...     return actions, np.zeros((replicates, d)), np.tile(np.eye(d), (replicates, 1, 1))
>>> def act(state, t):
...     actions, sums, matrix = state
...     guess = np.linalg.solve(matrix, sums[..., None])[..., 0] @ actions.T  # ridge regression
...     return 0.1 / len(actions) + 0.9 * (guess == guess.min(axis=1, keepdims=True))  # weights
>>> def update(state, t, action, loss, probabilities):
...     actions, sums, matrix = state
...     played = actions[action]
...     return actions, sums + loss[:, None] * played, matrix + played[:, :, None] * played[:, None, :]
>>> greedy = LinearLearner("greedy", init, act, update)
>>> found, control = (play(learner, cube(3, 0.5), horizon=300, replicates=10) for learner in (greedy, UNIFORM))
>>> bool(found.pseudo[-1].mean() < control.pseudo[-1].mean())
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.linear_bandits.worlds import LinearWorld
from experiments.mirror_descent.bandits import Regret
from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.streams import Stream

__all__ = ["TOLERANCE", "Check", "LinearLearner", "play"]

Floats = NDArray[np.float64]
_BLOCK = 2**18  # numbers drawn at a time
TOLERANCE = 1e-9  # of rounding, relative to the scale of a check


@dataclass(frozen=True)
class Check:
    """An inequality after a round: right side less left side (R,), and the size (R,) of what was added up."""

    slack: Floats
    scale: Floats


@dataclass(frozen=True)
class LinearLearner:
    """A learner that sees the loss of the action it plays.

    Attributes
    ----------
    name
    init
        (actions (N, D), replicates R, horizon T) -> state, of any kind.
    act
        (state, t) -> nonnegative weights (R, N) of the actions in round t = 0, 1, ...; they need no common sum.
    update
        (state, t, action (R,), loss (R,), probabilities (R, N)) -> the next state.
    checks
        state -> name -> `Check`: inequalities that hold after each round on every path; None if there are none. The
        first is the one whose least slack is recorded.
    """

    name: str
    init: Callable[[Floats, int, int], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Any, Any, Any], Any]
    checks: Callable[[Any], Mapping[str, Check]] | None = None


@dataclass(frozen=True)
class _Path:
    """The totals of a run so far: of the plays (R,) and of all actions (R, N)."""

    state: Any
    loss: Floats
    mean: Floats
    losses: Floats
    least: Floats


def play(
    learner: LinearLearner,
    world: LinearWorld,
    *,
    horizon: int,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    memory: float = 2.0**32,
) -> Regret:
    """Run a learner.

    Parameters
    ----------
    learner, world
    horizon : int
        Rounds, from 1 to 2^40.
    replicates : int or range
        A replicate's path depends on its number and the seed alone.
    points : int
        Regret is recorded after so many rounds, spread evenly on a logarithmic scale.
    memory : float
        Bytes that may be used.

    Returns
    -------
    Regret
        ``pseudo`` is exact given the plays: mean losses of what was played less that of the best single action.

    Raises
    ------
    ValueError
        If a number is out of range, the weights of a learner are wrong, or more memory is needed.
    Violation
        If a path violates one of the learner's inequalities; the message names the round and the value.
    """
    rows = rows_of(replicates)
    rounds = checkpoints(horizon, points)
    count, width = world.table.shape
    require_memory(8.0 * len(rows) * (8 * count + 4 * width**2 + 2 * len(rounds)) + 16.0 * _BLOCK, memory, horizon)
    none = np.zeros(len(rows))
    state = learner.init(world.table, len(rows), horizon)
    path = _Path(state, none, none, np.zeros((len(rows), count)), none + math.inf)
    stream, start, records = Stream(seed), 0, []
    for stop in rounds.tolist():
        path = _advanced(learner, world, path, stream, rows, start, stop)
        best = world.totals(stop).min()
        records.append((path.mean - best, path.loss - path.losses.min(axis=1)))
        start = stop
    pseudo, realised = zip(*records, strict=True)
    return Regret(rounds, np.asarray(pseudo), np.asarray(realised), path.least)


def _advanced(
    learner: LinearLearner, world: LinearWorld, path: _Path, stream: Stream, rows: range, start: int, stop: int
) -> _Path:
    step = max(1, _BLOCK // (2 * len(rows)))
    for low in range(start, stop, step):
        high = min(low + step, stop)
        numbers = np.asarray(stream.uniform(rows, 2 * (high - low), offset=2 * low))
        for t in range(low, high):
            path = _round(learner, world, path, t, numbers[:, 2 * (t - low)], numbers[:, 2 * (t - low) + 1])
    return path


def _round(learner: LinearLearner, world: LinearWorld, path: _Path, t: int, choice: Floats, coin: Floats) -> _Path:
    weights = _checked(learner, learner.act(path.state, t), path.losses.shape, t)
    reached = np.cumsum(weights, axis=1)
    total = reached[:, -1]
    action = np.sum(reached[:, :-1] <= (choice * total)[:, None], axis=1)
    phase = min(t // world.phase, len(world.chances) - 1)
    losses = world.losses[np.searchsorted(world.reached[phase], coin, side="right")]
    seen = losses[np.arange(action.shape[0]), action]
    state = learner.update(path.state, t, action, seen, weights / total[:, None])
    moved = replace(
        path,
        state=state,
        loss=path.loss + seen,
        mean=path.mean + world.means[phase][action],
        losses=path.losses + losses,
    )
    if learner.checks is None:
        return moved
    checks = learner.checks(state)
    for name, check in checks.items():
        _require(check, f"{learner.name} violates its {name}", t)
    return replace(moved, least=np.minimum(path.least, next(iter(checks.values())).slack))


def _checked(learner: LinearLearner, weights: Any, shape: tuple[int, ...], t: int) -> Floats:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != shape:
        raise ValueError(f"round {t}: {learner.name} must give weights of shape {shape}, got {weights.shape}")
    good = (weights >= 0) & np.isfinite(weights)
    if not good.all() or not (weights.sum(axis=1) > 0).all():
        worst = weights[~good][0] if not good.all() else 0.0
        raise ValueError(f"round {t}: weights of {learner.name} must be >= 0 and not all 0, got {worst}")
    return weights


def _require(check: Check, what: str, t: int) -> None:
    bad = ~(check.slack >= -TOLERANCE * (1 + check.scale))
    if bad.any():
        row = int(np.argmax(bad))
        raise Violation(f"round {t}, row {row}: {what} by {float(-check.slack[row])!r}")
