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
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from experiments.horizons import checkpoints, require_memory, rows_of
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandit_run import BLOCK, BanditRun, Regret
from experiments.mirror_descent.exp3_scalar import LEAST, POWERS, SMALL, exponential_series, nearest, reduced

__all__ = ["UNIFORM", "Learner", "Regret", "exp3", "play", "tuned_eta"]

Floats = NDArray[np.float64]
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


def play(
    learner: Learner,
    arms: Arms,
    *,
    horizon: int,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    memory: float = 2.0**32,
    backend: Backend | None = None,
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
    backend : Backend, optional
        NumPy by default. Arms, losses and probabilities come to the learner as its arrays; a learner whose state holds
        arrays of its own makes them there, so that it is to be told, as `exp3` is.

    Raises
    ------
    ValueError
        If a number is out of range, the weights of a learner are wrong, or more memory is needed.
    Violation
        If a path violates the learner's inequality; the message names the round and the value.

    Examples
    --------
    Exponential weights on every back end:

    >>> from experiments.arrays import backend
    >>> def weighted(where):
    ...     xp, places = where.xp, where.asarray([0, 1, 2])
    ...     def act(estimates, t):
    ...         return xp.exp(-0.1 * (estimates - xp.min(estimates, axis=1, keepdims=True)))
    ...     def update(estimates, t, arm, loss, probability):
    ...         return estimates + xp.where(places == arm[:, None], (loss / probability)[:, None], 0.0)
    ...     return Learner("weighted", lambda arms, rows, horizon: where.asarray(np.zeros((rows, arms))), act, update)
    >>> homes = [backend("numpy"), backend("strict")]
    >>> given = {"horizon": 60, "replicates": 4}
    >>> here, there = (play(weighted(home), Arms.gap(3, 0.4), **given, backend=home) for home in homes)
    >>> bool(np.allclose(here.pseudo, there.pseudo))
    True
    """
    rows = rows_of(replicates)
    rounds = checkpoints(horizon, points)
    require_memory(8.0 * len(rows) * (8 * arms.count + 2 * len(rounds)) + 16.0 * BLOCK, memory, horizon)
    return _Run(learner, arms, rows, horizon, seed, backend or backend_named()).regret(rounds)


class _Run(BanditRun):
    """A run under way; ``balance`` (R, K) are the sums of the signs, ``means`` (R, K) the mean losses at present."""

    def __init__(self, learner: Learner, arms: Arms, rows: range, horizon: int, seed: int, backend: Backend) -> None:
        super().__init__(learner.name, arms.count, rows, seed, backend)
        self.learner, self.arms, self.part = learner, arms, -1
        self.places = self.xp.arange(arms.count, device=backend.device)
        self.signs = self.balance = self.means = self.totals
        self.state = learner.init(arms.count, len(rows), horizon)
        self.least = self.loss + math.inf if learner.slack is None else self._slack(learner.slack, 0, math.inf)

    def act(self, t: int) -> Any:
        return self.learner.act(self.state, t)

    def losses(self, t: int, coin: Array) -> tuple[Array, Array]:
        arms, part = self.arms, min(t // self.arms.phase, len(self.arms.table) - 1)
        turns = arms.amplitude > 0 and t % arms.block == 0
        if turns:
            words = self.stream.bits(self.rows, 1, offset=t // arms.block, backend=self.backend)
            self.signs = 2.0 * self.xp.astype((words >> self.places) & 1, self.xp.float64) - 1.0
        if turns or part != self.part:
            self.part = part
            self.means = self.backend.asarray(arms.means[part]) + arms.amplitude * self.signs
        if arms.amplitude:
            self.balance = self.balance + self.signs
        return self.xp.astype(coin[:, None] < self.means, self.xp.float64), self.means

    def learn(self, t: int, action: Array, seen: Array, weights: Array, total: Array) -> None:
        learner = self.learner
        self.state = learner.update(self.state, t, action, seen, weights[self.index, action] / total)
        if learner.slack is not None:
            self.least = self.xp.minimum(self.least, self._slack(learner.slack, t, TOLERANCE * (1 + self.loss)))

    def _slack(self, inequality: Callable[[Any, Any], Any], t: int, allowed: Any) -> Array:
        return self.watch.slack(inequality(self.state, self.loss), t, self.name, like=self.loss, allowed=allowed)

    def best(self, rounds: int) -> Array:
        totals = self.backend.asarray(self.arms.totals(rounds))
        return self.xp.min(totals + self.arms.amplitude * self.balance, axis=1)


# -- EXP3 ------------------------------------------------------------------------------------------------------------


def tuned_eta(arms: int, horizon: int) -> float:
    """Return ``sqrt(2 log(K)/(T K))``, the step of the bound ``sqrt(2 T K log K)``.

    Examples
    --------
    >>> round(tuned_eta(10, 5000), 6)
    0.009597
    """
    return math.sqrt(2 * math.log(arms) / (horizon * arms))


class _Exp3(NamedTuple):
    """The state of EXP3: estimated losses and weights (R, K), and the numbers of the rows and of the arms."""

    estimates: Array
    weights: Array
    total: Array  # of the weights (R,), added up in their order
    squares: Array  # sum of loss/p (R,)
    rows: Array
    places: Array


def _act(state: _Exp3, t: int) -> Array:
    return state.weights


def _total(xp: Any, weights: Array) -> Array:
    """Return the sums (R,) as the scalar body adds them up, bit by bit."""
    return xp.cumulative_sum(weights, axis=1)[:, -1]


def exp3(eta: float, backend: Backend | None = None) -> Learner:
    """Return EXP3: exponential weights of importance-weighted loss estimates.

    On every path and after every round, for the estimates E, ``loss - min_k E_k <= log(K)/eta + (eta/2) sum loss^2/p``.

    Parameters
    ----------
    eta : float
    backend : Backend, optional
        Where it is played; NumPy by default.

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
    where = backend or backend_named()
    xp, given = where.xp, {"dtype": where.xp.float64, "device": where.device}
    powers = where.asarray(POWERS)

    def init(arms: int, replicates: int, horizon: int) -> _Exp3:
        shape = (replicates, arms)
        rows, places = (xp.arange(size, device=where.device) for size in shape)
        weights, none = xp.ones(shape, **given), xp.zeros(replicates, **given)
        return _Exp3(xp.zeros(shape, **given), weights, none + arms, none, rows, places)

    def update(state: _Exp3, t: int, arm: Array, loss: Array, probability: Array) -> _Exp3:
        chosen, own = state.places == arm[:, None], state.weights[state.rows, arm]
        inverse = state.total / own
        paid = loss * inverse
        estimates = xp.where(chosen, state.estimates + paid[:, None], state.estimates)
        with np.errstate(over="ignore"):  # of huge steps: e^-inf is 0
            factor = xp.where(loss > 0, _exp_minus(xp, eta * inverse, powers), 1.0)
            weights = xp.where(chosen, (own * factor)[:, None], state.weights)
            total = _total(xp, weights)
            low = total < SMALL
            if bool(xp.any(low)):
                apart = eta * (estimates - xp.min(estimates, axis=1, keepdims=True))
                weights = xp.where(low[:, None], _exp_minus(xp, apart, powers), weights)
                total = _total(xp, weights)
        return _Exp3(estimates, weights, total, state.squares + paid, state.rows, state.places)

    def slack(state: _Exp3, loss: Array) -> Array:
        least = xp.min(state.estimates, axis=1)
        with np.errstate(over="ignore"):
            return ((penalty(state.estimates.shape[1], eta) + 0.5 * eta * state.squares) + least) - loss

    if not eta:
        return Learner("uniform", init, _act, lambda state, *_: state, None, eta)
    return Learner("EXP3", init, _act, update, slack, eta)


def require_step(eta: Any) -> None:
    """Raise ValueError unless eta is a nonnegative finite number."""
    if isinstance(eta, bool) or not isinstance(eta, Real) or not 0 <= float(eta) < math.inf:
        raise ValueError(f"eta must be nonnegative and finite, got {eta!r}")


def penalty(arms: int, eta: float) -> float:
    """Return ``log(K)/eta``, infinite for eta = 0."""
    return math.log(arms) / eta if eta else math.inf


def _exp_minus(xp: Any, x: Array, powers: Array) -> Array:
    """Return e^-x as the scalar body computes it, bit by bit."""
    bounded = xp.where(x > LEAST, LEAST, x)
    n = nearest(bounded, xp.floor)
    places = xp.reshape(xp.astype(n, xp.int64), (-1,))
    power = xp.reshape(xp.take(powers, places, axis=0), n.shape)
    return xp.where(x > LEAST, 0.0, exponential_series(reduced(bounded, n)) * power)


UNIFORM = exp3(0.0)
"""Plays every arm alike: the control whose regret grows like T."""
