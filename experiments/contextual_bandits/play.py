"""The player of contextual bandits: all replicates at once, every round checked, regret exact.

An oracle and a policy of one's own: mean losses of every action, whatever the context, and a softmax.

>>> import numpy as np
>>> from experiments.contextual_bandits.worlds import World
>>> def init(actions, replicates):
...     return np.zeros((2, replicates, actions))  # plays and losses
>>> def predict(state, contexts):
...     return (state[1] + 0.5) / (state[0] + 1)
>>> def update(state, context, action, loss):
...     chosen = np.arange(state.shape[2]) == action[:, None]
...     return state + np.stack([chosen, chosen * loss[:, None]])
>>> def act(seen, t):
...     weights = np.exp(-np.sqrt(t) * seen.predicted)
...     return weights / weights.sum(axis=1, keepdims=True)
>>> found = play(Policy("softmax", act), Oracle("means", init, predict, update), World("linear", 200), replicates=5)
>>> found.regret.shape[1], bool((found.regret[-1] > 20).all())  # contexts are all that matters there
(5, True)

Everything is computed where the oracle computes. Every round is checked; numbers that are wrong are found at once, for
which a device is waited for several times a round: many replicates make up for it. Inequalities are kept and looked at
together there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.contextual_bandits.blocks import entry, places
from experiments.contextual_bandits.checks import require_int
from experiments.contextual_bandits.features import MOST, NUMPY
from experiments.contextual_bandits.oracles import Oracle
from experiments.contextual_bandits.policies import Policy, Seen
from experiments.contextual_bandits.worlds import Environment
from experiments.horizons import checkpoints, require_memory, rows_of
from experiments.streams import Stream
from experiments.watch import Watch
from theory.shown import Shown

__all__ = ["BanditRegret", "play"]

Floats = NDArray[np.float64]
TOLERANCE = 1e-9  # of rounding, relative to the price of a round, or to the rounds so far
_SUM = 1e-9  # weights may miss the sum 1 by so much: single precision is not enough
_NUMBERS = 2**19  # of contexts at a time
_SUMS = ("regret", "conditional", "certificate", "squared_error", "best_loss", "price")


@dataclass(frozen=True)
class BanditRegret(Shown):
    """What a run of R replicates found after P numbers of rounds.

    Attributes
    ----------
    rounds : int array (P,)
    regret : array (P, R)
        Exact pseudo-regret: sum of the mean losses of the actions taken less the least of each round.
    conditional : array (P, R)
        The same for the weights instead of the actions: sum of ``<p, F> - min F``.
    certificate : array (P, R)
        Sum of the policy's prices, never less than ``conditional``; NaN where it has none.
    squared_error : array (P, R)
        Sum of ``<p, (f - F)^2>``.
    best_loss : array (P, R)
        Sum of ``min F``.
    price : array (P, R)
        What the oracle's inequality pays for regret; NaN where it has none.
    least_slack, least_oracle_slack : arrays (R,)
        Of the policy's and the oracle's inequalities over all rounds; infinite where there are none.
    """

    rounds: NDArray[np.int64]
    regret: Floats
    conditional: Floats
    certificate: Floats
    squared_error: Floats
    best_loss: Floats
    price: Floats
    least_slack: Floats
    least_oracle_slack: Floats


def play(
    policy: Policy,
    oracle: Oracle,
    world: Environment,
    *,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> BanditRegret:
    """Play a policy on the predictions of an oracle over the world's horizon.

    Parameters
    ----------
    policy, oracle, world
    replicates : int or range
        A replicate's path depends on its number and the seed alone; contexts are the same for every policy and oracle.
    points : int
        Regret is recorded after so many rounds, spread evenly on a logarithmic scale.
    memory : float
        Bytes that contexts and results may take. What an oracle holds is not counted.
    backend : Backend, optional
        Where to compute: where the oracle does unless given. Contexts and means that lie elsewhere are copied to it.

    Raises
    ------
    ValueError
        If a number is out of range, or the oracle computes elsewhere; or if contexts, mean losses, predictions, weights
        (which must sum to 1 within 1e-9), prices or slacks are wrong: the message names the round. NumPy's arrays that
        oracles and policies are given are read-only.
    Violation
        If a round violates an inequality; the message names the round and the value.
    """
    rows = rows_of(replicates)
    for name in ("actions", "dimension"):
        require_int(f"{name} of the world", getattr(world, name), 1, MOST)
    if policy.widths and oracle.spread is None:
        raise ValueError(f"{policy.name} needs an oracle with widths, such as ridge; {oracle.name} has none")
    rounds = checkpoints(world.horizon, points)
    one = 8.0 * len(rows) * world.actions * (world.dimension + 2)
    results = 8.0 * len(_SUMS) * len(rows) * len(rounds)
    require_memory(4 * max(one, 8.0 * _NUMBERS) + 2 * results, memory, world.horizon)
    where = _where(oracle, backend)
    run = _Run(policy, oracle, world, rows, seed, where)
    records = [run.until(stop) for stop in rounds.tolist()]
    columns = zip(*records, strict=True)
    sums = {name: to_numpy(where.xp.stack(column)) for name, column in zip(_SUMS, columns, strict=True)}
    return BanditRegret(rounds, **sums, least_slack=to_numpy(run.least), least_oracle_slack=to_numpy(run.least_oracle))


def _where(oracle: Oracle, backend: Backend | None) -> Backend:
    where = backend or oracle.backend or NUMPY
    if oracle.backend is not None and oracle.backend.library != where.library:
        raise ValueError(f"backend must be that of {oracle.name}, {oracle.backend.name!r}, got {where.name!r}")
    return where


class _Run:
    """A run under way; its totals (R,) are in the order of `_SUMS`, the last of which the oracle keeps."""

    def __init__(
        self, policy: Policy, oracle: Oracle, world: Environment, rows: range, seed: int, backend: Backend
    ) -> None:
        self.policy, self.oracle, self.world, self.rows = policy, oracle, world, rows
        self.backend, self.xp, self.watch = backend, backend.xp, Watch(backend)
        self.contexts, self.choices, self.noise = (Stream.named(seed, name) for name in ("world", "choice", "noise"))
        self.state, self.t = oracle.init(world.actions, len(rows)), 0
        self.totals = [self._filled(0.0) for _ in _SUMS[:-1]]
        self.least, self.least_oracle, self.unknown = (self._filled(value) for value in (math.inf, math.inf, math.nan))

    def _filled(self, value: float) -> Array:
        return self.xp.full((len(self.rows),), value, dtype=self.xp.float64, device=self.backend.device)

    def until(self, stop: int) -> list[Array]:
        world = self.world
        step = max(1, _NUMBERS // (len(self.rows) * world.actions * world.dimension))
        with self.watch:
            while self.t < stop:
                low, high = self.t, min(stop, self.t + step)
                contexts, means = self._rounds(low, high)
                numbers = self.choices.uniform(self.rows, 2 * (high - low), offset=2 * low, backend=self.backend)
                for k in range(high - low):
                    self._round(contexts[k, ...], means[k, ...], numbers[:, 2 * k], numbers[:, 2 * k + 1])
        if self.oracle.price is None:
            return [*self.totals, self.unknown]
        return [*self.totals, self._numbers("price", self.oracle.name, self.oracle.price(self.state))]

    def _round(self, contexts: Array, means: Array, choice: Array, coin: Array) -> None:
        xp = self.xp
        self.t += 1
        predicted = self._array("predictions", self.oracle.name, self.oracle.predict(self.state, contexts))
        predicted = _read_only(predicted)
        weights = self._weights(predicted, contexts)
        reached = xp.cumulative_sum(weights, axis=1)
        action = xp.sum(xp.astype(reached[:, :-1] <= (choice * reached[:, -1])[:, None], xp.int64), axis=1)
        place = places(xp, action, means.shape[1])
        mean, best = entry(xp, means, place), xp.min(means, axis=1)
        conditional = xp.sum(weights * (means - best[:, None]), axis=1)
        price = self._price(weights, predicted, means, conditional)
        error = xp.sum(weights * (predicted - means) ** 2, axis=1)
        parts = (mean - best, conditional, price, error, best)
        self.totals = [total + part for total, part in zip(self.totals, parts, strict=True)]
        loss = xp.astype(coin < mean, xp.float64)
        self.state = self.oracle.update(self.state, entry(xp, contexts, place), action, loss)
        if self.oracle.slack is not None:
            slack = self._numbers("slack", self.oracle.name, self.oracle.slack(self.state))
            self.least_oracle = xp.minimum(self.least_oracle, self._slack(slack, self.oracle.name, self.t))

    def _weights(self, predicted: Array, contexts: Array) -> Array:
        xp, seen = self.xp, Seen(predicted)
        if self.policy.widths and self.oracle.spread is not None:
            count = predicted.shape[1]
            drawn = self.noise.normal(self.rows, count, offset=self.t * count, backend=self.backend)
            seen = Seen(predicted, *self.oracle.spread(self.state, contexts), drawn)
        weights = self._array("weights", self.policy.name, self.policy.act(seen, self.t))
        missed = xp.abs(xp.sum(weights, axis=1) - 1)
        if bool((xp.min(weights) < 0) | (xp.max(missed) > _SUM)):
            least, far = float(xp.min(weights)), int(xp.argmax(missed))
            worst = least if least < 0 else float(xp.sum(weights[far, :]))
            raise ValueError(f"round {self.t}: weights of {self.policy.name} must be >= 0 and sum to 1, got {worst!r}")
        return weights

    def _price(self, weights: Array, predicted: Array, means: Array, conditional: Array) -> Array:
        if self.policy.price is None:
            return self.unknown
        price = self._numbers("price", self.policy.name, self.policy.price(weights, predicted, means, self.t))
        self.least = self.xp.minimum(self.least, self._slack(price - conditional, self.policy.name, price))
        return price

    def _slack(self, slack: Array, name: str, scale: Any) -> Array:
        allowed = TOLERANCE * (1 + abs(scale))
        return self.watch.slack(slack, self.t, name, like=self.least, allowed=allowed)

    def _numbers(self, what: str, whose: str, given: Any) -> Array:
        array = self._floats(what, whose, given)
        if tuple(array.shape) != (len(self.rows),):
            shape = tuple(array.shape)
            raise ValueError(f"round {self.t}: {what} of {whose} must be of shape ({len(self.rows)},), got {shape}")
        return array

    def _floats(self, what: str, whose: str, given: Any) -> Array:
        xp = self.xp
        try:
            array = np.asarray(given) if self.backend.library == "numpy" else self.backend.asarray(given)
            if array.dtype == xp.float64:
                return array
            if xp.isdtype(array.dtype, ("bool", "real floating", "integral")):
                return xp.astype(array, xp.float64)
        except (TypeError, ValueError):  # no array, no number, or rows of different lengths
            pass
        raise ValueError(f"round {self.t}: {what} of {whose} must be real numbers, got {given!r:.80}")

    def _array(self, what: str, whose: str, given: Any) -> Array:
        xp, array = self.xp, self._floats(what, whose, given)
        shape, found = (len(self.rows), self.world.actions), tuple(array.shape)
        if found != shape or not bool(xp.all(xp.isfinite(array))):
            raise ValueError(
                f"round {self.t}: {what} of {whose} must be finite and of shape {shape}, got shape {found}"
                + ("" if found != shape else f" with {float(array[~xp.isfinite(array)][0])!r}")
            )
        return array

    def _rounds(self, low: int, high: int) -> tuple[Array, Array]:
        given = self.world.rounds(self.contexts, self.rows, low, high)
        contexts, means = (_read_only(self.backend.asarray(part, dtype=self.xp.float64)) for part in given)
        self._require_means(means, high - low)
        allowed = [(high - low, len(self.rows), K, self.world.dimension) for K in (self.world.actions, 1)]
        if tuple(contexts.shape) not in allowed:
            raise ValueError(
                f"contexts of {high - low} rounds must be of shape {allowed[0]}, or {allowed[1]} where all actions "
                f"share one, got {tuple(contexts.shape)}"
            )
        bad = ~self.xp.all(self.xp.isfinite(contexts), axis=(1, 2, 3))
        if bool(self.xp.any(bad)):
            raise ValueError(f"round {low + _first(bad) + 1}: contexts must be finite")
        return contexts, means

    def _require_means(self, means: Array, count: int) -> None:
        shape = (count, len(self.rows), self.world.actions)
        if tuple(means.shape) != shape:
            raise ValueError(f"mean losses of {count} rounds must be of shape {shape}, got {tuple(means.shape)}")
        bad = ~((means >= 0) & (means <= 1))
        if bool(self.xp.any(bad)):
            at = np.unravel_index(_first(bad), shape)
            mean = float(to_numpy(means)[at])
            raise ValueError(f"round {self.t + int(at[0]) + 1}, action {at[2]}: mean loss {mean!r} is not in [0, 1]")


def _first(found: Array) -> int:
    """Return the place of the first True among all entries."""
    return int(np.argmax(to_numpy(found)))


def _read_only(array: Array) -> Array:
    """Return a NumPy view that others cannot write to: the player computes prices and regret from the same numbers.

    Other libraries have no such views.
    """
    if not isinstance(array, np.ndarray):
        return array
    view = array.view()
    view.flags.writeable = False
    return view
