"""Bandit learners as three pure functions, and the player that runs any of them on all replicates at once.

A learner of one's own is the functions ``init``, ``act`` and ``update``:

>>> import numpy as np
>>> def init(arms, replicates, horizon):
...     return np.zeros((replicates, arms)), np.zeros((replicates, arms))  # plays and losses of every arm
>>> def act(state, t):
...     plays, losses = state
...     best = np.argmin(losses / np.maximum(plays, 1), axis=1)
...     return 0.1 / plays.shape[1] + 0.9 * (np.arange(plays.shape[1]) == best[:, None])  # weights
>>> def update(state, t, arm, loss, probability):
...     chosen = np.arange(state[0].shape[1]) == arm[:, None]
...     return state[0] + chosen, state[1] + chosen * loss[:, None]
>>> greedy = Learner("epsilon-greedy", init, act, update)
>>> found = play(greedy, Arms.gap(3, 0.4), horizon=500, replicates=20)
>>> bool(found.pseudo[-1].mean() < play(UNIFORM, Arms.gap(3, 0.4), horizon=500, replicates=20).pseudo[-1].mean())
True
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.exp3_scalar import LEAST, SMALL, exponential_series, nearest, reduced
from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["UNIFORM", "Learner", "Regret", "exp3", "play", "tuned_eta"]

Floats = NDArray[np.float64]
_BLOCK = 2**18  # numbers drawn at a time
TOLERANCE = 1e-9  # of rounding, relative to the loss so far


@dataclass(frozen=True)
class Learner:
    """A learner that sees the loss of the arm it plays.

    Attributes
    ----------
    name
    init
        (arms K, replicates R, horizon T) -> state, of any kind.
    act
        (state, t) -> nonnegative weights (R, K) of the arms in round t = 0, 1, ...; they need no common sum.
    update
        (state, t, arm (R,), loss (R,), probability (R,) that the arm had) -> the next state.
    slack
        (state, total loss (R,)) -> right side less left side (R,) of an inequality that holds after each round on every
        path; None if there is none.
    eta
        The step of EXP3, 0 of the uniform learner: these two also run compiled. None for all others.
    """

    name: str
    init: Callable[[int, int, int], Any]
    act: Callable[[Any, int], Any]
    update: Callable[[Any, int, Any, Any, Any], Any]
    slack: Callable[[Any, Floats], Floats] | None = None
    eta: float | None = None


@dataclass(frozen=True)
class Regret(Shown):
    """What a run of R replicates found.

    Attributes
    ----------
    rounds : int array (P,)
        After which the regret is recorded.
    pseudo, realised : arrays (P, R)
        Sums of mean losses, resp. of losses, less those of the best single arm in hindsight.
    least_slack : array (R,)
        Of the learner's inequality over all rounds; infinite where it has none.
    """

    rounds: NDArray[np.int64]
    pseudo: Floats
    realised: Floats
    least_slack: Floats


@dataclass(frozen=True)
class Path:
    """The totals of a run so far: of the plays (R,) and of all arms (R, K)."""

    state: Any
    loss: Floats
    mean: Floats
    losses: Floats
    balance: Floats
    least: Floats
    words: NDArray[np.int64]

    def regrets(self, arms: Arms, rounds: int) -> tuple[Floats, Floats]:
        """Return pseudo-regret and realised regret (R,)."""
        best = (arms.totals(rounds) + arms.amplitude * self.balance).min(axis=1)
        return self.mean - best, self.loss - self.losses.min(axis=1)


def play(
    learner: Learner,
    arms: Arms,
    *,
    horizon: int,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    memory: float = 2.0**32,
) -> Regret:
    """Run a learner by array operations.

    Parameters
    ----------
    learner, arms
    horizon : int
        Rounds, from 1 to 2^40.
    replicates : int or range
        A replicate's path depends on its number and the seed alone.
    points : int
        Regret is recorded after so many rounds, spread evenly on a logarithmic scale.
    memory : float
        Bytes that may be used.

    Raises
    ------
    ValueError
        If a number is out of range, the weights of a learner are wrong, or more memory is needed.
    Violation
        If a path violates the learner's inequality; the message names the round and the value.
    """
    rows = rows_of(replicates)
    rounds = checkpoints(horizon, points)
    require_memory(8.0 * len(rows) * (8 * arms.count + 2 * len(rounds)) + 16.0 * _BLOCK, memory, horizon)
    path = _start(learner, arms, len(rows), horizon)
    stream, start, records = Stream(seed), 0, []
    for stop in rounds.tolist():
        path = _advance(learner, arms, path, stream, rows, start, stop)
        records.append(path.regrets(arms, stop))
        start = stop
    pseudo, realised = zip(*records, strict=True)
    return Regret(rounds, np.asarray(pseudo), np.asarray(realised), path.least)


def _start(learner: Learner, arms: Arms, count: int, horizon: int) -> Path:
    state, none, table = learner.init(arms.count, count, horizon), np.zeros(count), np.zeros((count, arms.count))
    least = none + math.inf if learner.slack is None else learner.slack(state, none)
    return Path(state, none, none, table, table, least, np.zeros(count, dtype=np.int64))


def _advance(learner: Learner, arms: Arms, path: Path, stream: Stream, rows: range, start: int, stop: int) -> Path:
    step = max(1, _BLOCK // (2 * len(rows)))
    for low in range(start, stop, step):
        high = min(low + step, stop)
        numbers = np.asarray(stream.uniform(rows, 2 * (high - low), offset=2 * low))
        for t in range(low, high):
            if arms.amplitude and t % arms.block == 0:
                path = replace(path, words=np.asarray(stream.bits(rows, 1, offset=t // arms.block))[:, 0])
            path = _round(learner, arms, path, t, numbers[:, 2 * (t - low)], numbers[:, 2 * (t - low) + 1])
    return path


def _round(learner: Learner, arms: Arms, path: Path, t: int, choice: Floats, coin: Floats) -> Path:
    weights = _checked(learner, learner.act(path.state, t), path.losses.shape, t)
    reached = np.cumsum(weights, axis=1)
    total = reached[:, -1]
    arm = np.sum(reached[:, :-1] <= (choice * total)[:, None], axis=1)
    index = np.arange(arm.shape[0])
    signs = 2.0 * ((path.words[:, None] >> np.arange(arms.count)) & 1) - 1.0
    means = arms.means[min(t // arms.phase, len(arms.table) - 1)] + arms.amplitude * signs
    losses = (coin[:, None] < means).astype(np.float64)
    seen = losses[index, arm]
    state = learner.update(path.state, t, arm, seen, weights[index, arm] / total)
    loss = path.loss + seen
    least = path.least
    if learner.slack is not None:
        slack = learner.slack(state, loss)
        _require_slack(slack, loss, t, learner.name)
        least = np.minimum(least, slack)
    return Path(
        state, loss, path.mean + means[index, arm], path.losses + losses, path.balance + signs, least, path.words
    )


def _checked(learner: Learner, weights: Any, shape: tuple[int, ...], t: int) -> Floats:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != shape:
        raise ValueError(f"round {t}: {learner.name} must give weights of shape {shape}, got {weights.shape}")
    good = (weights >= 0) & np.isfinite(weights)
    if not good.all() or not (weights.sum(axis=1) > 0).all():
        worst = weights[~good][0] if not good.all() else 0.0
        raise ValueError(f"round {t}: weights of {learner.name} must be >= 0 and not all 0, got {worst}")
    return weights


def _require_slack(slack: Floats, loss: Floats, t: int, name: str) -> None:
    if np.shape(slack) != loss.shape:
        raise ValueError(f"round {t}: {name} must give a slack of shape {loss.shape}, got {np.shape(slack)}")
    bad = ~(slack >= -TOLERANCE * (1 + loss))
    if bad.any():
        row = int(np.argmax(bad))
        raise Violation(f"round {t}, row {row}: the path of {name} violates its inequality by {-float(slack[row])!r}")


# -- EXP3 ------------------------------------------------------------------------------------------------------------


def tuned_eta(arms: int, horizon: int) -> float:
    """Return ``sqrt(2 log(K)/(T K))``, the step of the bound ``sqrt(2 T K log K)``.

    Examples
    --------
    >>> round(tuned_eta(10, 5000), 6)
    0.009597
    """
    return math.sqrt(2 * math.log(arms) / (horizon * arms))


def exp3(eta: float) -> Learner:
    """Return EXP3: exponential weights of importance-weighted loss estimates.

    On every path and after every round, for the estimates E, ``loss - min_k E_k <= log(K)/eta + (eta/2) sum loss^2/p``.

    Raises
    ------
    ValueError
        If eta is negative or not finite; 0 is the uniform learner.

    Examples
    --------
    >>> exp3(0.1).name
    'EXP3'
    """
    require_step(eta)

    def init(arms: int, replicates: int, horizon: int) -> tuple[Floats, ...]:
        return np.zeros((replicates, arms)), np.ones((replicates, arms)), np.zeros(replicates)

    def act(state: tuple[Floats, ...], t: int) -> Floats:
        return state[1]

    def update(
        state: tuple[Floats, ...], t: int, arm: NDArray[np.int64], loss: Floats, probability: Floats
    ) -> tuple[Floats, ...]:
        estimates, weights, squares = (item.copy() for item in state)
        index = np.arange(arm.shape[0])
        inverse = np.cumsum(weights, axis=1)[:, -1] / weights[index, arm]
        estimates[index, arm] += loss * inverse
        with np.errstate(over="ignore"):  # of huge steps: e^-inf is 0
            weights[index, arm] *= np.where(loss > 0, _exp_minus(eta * inverse), 1.0)
            low = np.cumsum(weights, axis=1)[:, -1] < SMALL
            if low.any():
                weights[low] = _exp_minus(eta * (estimates[low] - estimates[low].min(axis=1, keepdims=True)))
        return estimates, weights, squares + loss * inverse

    def slack(state: tuple[Floats, ...], loss: Floats) -> Floats:
        estimates, _, squares = state
        with np.errstate(over="ignore"):
            return ((penalty(estimates.shape[1], eta) + 0.5 * eta * squares) + estimates.min(axis=1)) - loss

    return Learner("EXP3" if eta else "uniform", init, act, update, slack if eta else None, eta)


def require_step(eta: Any) -> None:
    """Raise ValueError unless eta is a nonnegative finite number."""
    if isinstance(eta, bool) or not isinstance(eta, Real) or not 0 <= float(eta) < math.inf:
        raise ValueError(f"eta must be nonnegative and finite, got {eta!r}")


def penalty(arms: int, eta: float) -> float:
    """Return ``log(K)/eta``, infinite for eta = 0."""
    return math.log(arms) / eta if eta else math.inf


def _exp_minus(x: Floats) -> Floats:
    """Return e^-x as the scalar body computes it, bit by bit."""
    bounded = np.minimum(x, LEAST)
    n = nearest(bounded, np.floor)
    power = np.ldexp(exponential_series(reduced(bounded, n)), -n.astype(np.int64))
    return np.where(x > LEAST, 0.0, power)


UNIFORM = exp3(0.0)
"""Plays every arm alike: the control whose regret grows like T."""
