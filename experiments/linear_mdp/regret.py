"""Learners on linear processes, all replicates at once: a state that goes on where it stopped."""

from __future__ import annotations

import copy
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.linear_mdp.algorithms import COVARIANCES, LEARNERS, Algorithm
from experiments.linear_mdp.episode_scalar import (
    LEAST,
    LEAST_COST,
    SLACK,
    SLACK_EPISODE,
    SLACK_STATE,
    SMALL,
    SUMS,
    VALUE,
)
from experiments.linear_mdp.losses import DRAWN, Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.mirror_descent.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.philox.spec import ELEMENTS
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["ENGINES", "STREAM", "Regret", "State", "run"]

ENGINES = ("numba", "cuda", "array")
_MODULES = {"numba": "compiled", "cuda": "cuda", "array": "batched"}
_ARRAYS = ("totals", "policies", "costs", "reductions", "visits", "inverses", "moments", "seen", "weights",
           "weight_sums", "paid", "spread", "matrices", "vectors", "values", "paths", "sums")  # fmt: skip
TOLERANCE = 1e-9  # of the pathwise inequality, relative to its terms
STREAM = "episodes of a linear MDP"


@dataclass(frozen=True)
class Regret(Shown):
    """What a run of R replicates found.

    Attributes
    ----------
    episodes : int array (P,)
        After which the following are recorded.
    regret : array (P, R)
        Expected loss of the policies that were played, less that of the best fixed policy in hindsight; both exact for
        the losses that came out. Only trajectories, and what is learned from them, are random.
    least, least_cost : arrays (P, R)
        Least eta times estimate so far, resp. eta times estimate less bonus.
    least_slack : array (R,)
        Of the pathwise inequality of every state after every episode, relative to its terms.
    large : array (R,)
        Episodes with a cost below -1/eta, for which exponential weights obey no such inequality.
    """

    episodes: NDArray[np.int64]
    regret: Floats
    least: Floats
    least_cost: Floats
    least_slack: Floats
    large: Floats


@dataclass
class State:
    """All that a run carries from one episode to the next, for the replicates ``first``, ``first + 1``, ...

    Attributes
    ----------
    totals, policies, costs, reductions : arrays (R, H, S, A)
        Sums of costs (estimate less bonus); the last policy, its costs and its reductions.
    visits, paid, spread, values : arrays (R, H, S)
        Of the last policy; sums of expected costs and of eta times their second moments (variances for the log
        barrier); the bonus to come.
    inverses : array (R, H, d, d)
    moments, seen, weights, weight_sums : arrays (R, H, d)
        Expected features of the last policy, their sums; the last weights, their sums.
    sums : array (R, 7)
        Columns as `experiments.linear_mdp.episode_scalar` names them.
    episodes : int
        Played so far.

    Examples
    --------
    >>> mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.blocks(2, 2, amplitude=0.25, block=5)
    >>> learner = Algorithm("log barrier", eta=0.1, gamma=0.1)
    >>> there = State.start(learner, mdp, losses, episodes=20, replicates=3, seed=0).advanced(20)
    >>> here = State.start(learner, mdp, losses, episodes=20, replicates=3, seed=0).advanced(13).advanced(7)
    >>> bool((there.totals == here.totals).all()), here.episodes
    (True, 20)
    """

    algorithm: Algorithm
    mdp: LinearMDP
    losses: Losses
    horizon: int
    first: int
    seed: int
    engine: str
    totals: Floats
    policies: Floats
    costs: Floats
    reductions: Floats
    visits: Floats
    inverses: Floats
    moments: Floats
    seen: Floats
    weights: Floats
    weight_sums: Floats
    paid: Floats
    spread: Floats
    matrices: Floats
    vectors: Floats
    values: Floats
    paths: NDArray[np.int64]
    sums: Floats
    episodes: int = 0

    @classmethod
    def start(
        cls,
        algorithm: Algorithm,
        mdp: LinearMDP,
        losses: Losses,
        *,
        episodes: int,
        replicates: int | range,
        seed: int = 0,
        engine: str | None = None,
    ) -> State:
        """Return the state before the first episode; see `run`."""
        length, states, actions, size = mdp.shape
        if not isinstance(losses, Losses):
            raise ValueError(f"losses must be Losses, linear in the features, got {type(losses).__name__}")
        if losses.shape != (length, size):
            raise ValueError(f"losses have layers and features {losses.shape}, the process has {(length, size)}")
        rows = rows_of(replicates)
        _require_addresses(algorithm, length, losses, int(checkpoints(episodes, 2)[-1]))
        count = len(rows)
        sums = np.zeros((count, SUMS))
        sums[:, SLACK] = np.inf

        def zeros(*shape: int) -> Floats:
            return np.zeros((count, *shape))

        return cls(
            algorithm, mdp, losses, episodes, rows.start, seed, _engine(engine),
            totals=zeros(length, states, actions),
            policies=np.full((count, length, states, actions), 1 / actions),
            costs=zeros(length, states, actions),
            reductions=zeros(length, states, actions),
            visits=zeros(length, states),
            inverses=zeros(length, size, size),
            moments=zeros(length, size),
            seen=zeros(length, size),
            weights=zeros(length, size),
            weight_sums=zeros(length, size),
            paid=zeros(length, states),
            spread=zeros(length, states),
            matrices=zeros(length + 1, size, size),
            vectors=zeros(2, size),
            values=zeros(length, states),
            paths=np.zeros((count, length, 2), dtype=np.int64),
            sums=sums,
        )  # fmt: skip

    def advanced(self, episodes: int) -> State:
        """Return the state after more episodes; this one is left as it is.

        Raises
        ------
        ValueError
            If they are more than the horizon leaves.
        Violation
            If the pathwise inequality fails in one of them.
        OverflowError
            If costs overflow.
        """
        left = self.horizon - self.episodes
        if isinstance(episodes, bool) or not isinstance(episodes, int) or not 0 <= episodes <= left:
            raise ValueError(f"episodes must be an int from 0 to {left}, which the horizon leaves, got {episodes!r}")
        result = copy.copy(self)
        for name in _ARRAYS:
            setattr(result, name, getattr(self, name).copy())
        result.episodes += episodes
        module: Any = importlib.import_module(f"experiments.linear_mdp.{_MODULES[self.engine]}")
        module.advance(
            self.first, self.episodes, result.episodes, *(getattr(result, name) for name in _ARRAYS), *self._constants()
        )
        result.check()
        return result

    def _constants(self) -> tuple[Any, ...]:
        learner, losses = self.algorithm, self.losses
        share, allowance = learner.allowance(self.mdp.shape[2], self.horizon)
        stream, signs = Stream.named(self.seed, STREAM), losses.stream(self.seed)
        return (
            *stream.key, stream.stream, *signs.key, signs.stream, self.mdp.features, self.mdp.kernel, losses.centers,
            losses.phase, float(losses.amplitude), losses.block, losses.adaptive,
            LEARNERS.index(learner.learner), learner.reduced, COVARIANCES.index(learner.covariance), learner.draws,
            float(learner.eta), float(learner.gamma), float(learner.beta), share, allowance,
        )  # fmt: skip

    def check(self) -> None:
        """Raise `Violation` if an inequality failed in an episode so far, OverflowError if costs overflowed."""
        slack = self.sums[:, SLACK]
        bad = ~(slack >= -TOLERANCE)
        if bad.any():
            row = int(np.argmax(bad))
            layer, state = divmod(int(self.sums[row, SLACK_STATE]), self.mdp.shape[1])
            at = f"episode {int(self.sums[row, SLACK_EPISODE])}, replicate {self.first + row}"
            violated = f"the learner violates its inequality by {float(-slack[row])!r} of its terms"
            raise Violation(f"{at}, layer {layer}, state {state}: {violated}")
        # Where numbers are not finite comparisons are false, and nothing was checked.
        lost = ~(np.isfinite(self.totals).all(axis=(1, 2, 3)) & np.isfinite(self.spread).all(axis=(1, 2)))
        if lost.any():
            learner, row = self.algorithm, int(np.argmax(lost))
            given = f"eta {learner.eta!r}, gamma {learner.gamma!r}, beta {learner.beta!r}"
            raise OverflowError(f"replicate {self.first + row}: costs are too large for floats: {given}")

    @property
    def regret(self) -> Floats:
        """Regret so far (R,)."""
        return self.sums[:, VALUE] - self.mdp.best_fixed_policy(self.weight_sums)[1]


def run(
    algorithm: Algorithm,
    mdp: LinearMDP,
    losses: Losses,
    *,
    episodes: int,
    replicates: int | range,
    seed: int = 0,
    points: int = 40,
    engine: str | None = None,
    memory: float = 2.0**32,
) -> Regret:
    """Run a learner and record its regret.

    Parameters
    ----------
    algorithm, mdp, losses
    episodes : int
        K, from 1 to 2^40.
    replicates : int or range
        A number R, for the rows 0, ..., R-1, or a range of rows: each has its own losses and trajectories, whatever
        the others are.
    seed : int
        Of losses and trajectories. Learners see the same losses.
    points : int
        Records, evenly on a logarithmic scale.
    engine : {"numba", "cuda", "array"}, optional
        Numba where it is installed, else arrays.
    memory : float
        Bytes that may be used.

    Raises
    ------
    ValueError
        If something is out of range, or the run would need more memory; the message says what.
    Violation
        If a path violates the inequality of its learner, with episode, replicate and state.
    OverflowError
        If costs overflow: a step, ridge or bonus is too extreme.

    Examples
    --------
    >>> mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.25)
    >>> learner = Algorithm("exponential weights", eta=0.05, gamma=0.05, reduced=True)
    >>> found = run(learner, mdp, losses, episodes=300, replicates=5)
    >>> bool(found.regret[-1].mean() < run(Algorithm("uniform"), mdp, losses, episodes=300, replicates=1).regret[-1, 0])
    True
    """
    stops = checkpoints(episodes, points)
    require_memory(_bytes(algorithm, mdp, len(rows_of(replicates)), len(stops), _engine(engine)), memory, episodes)
    state = State.start(algorithm, mdp, losses, episodes=episodes, replicates=replicates, seed=seed, engine=engine)
    records = []
    for stop in stops.tolist():
        state = state.advanced(stop - state.episodes)
        records.append((state.regret, state.sums[:, LEAST], state.sums[:, LEAST_COST]))
    regret, least, least_cost = (np.asarray(column) for column in zip(*records, strict=True))
    return Regret(stops, regret, least, least_cost, state.sums[:, SLACK], state.sums[:, SMALL])


def _bytes(algorithm: Algorithm, mdp: LinearMDP, rows: int, stops: int, engine: str) -> float:
    length, states, actions, size = mdp.shape
    held = length * (4 * states * actions + 4 * states + 2 * size * size + 4 * size + 2) + size * size + 2 * size + SUMS
    if engine != "array":
        return 8.0 * rows * (3 * held + 3 * stops)
    points = max(rows * algorithm.walks * length * 2, DRAWN)
    return 8.0 * (rows * (4 * held + 3 * stops) + 4 * points)


def _require_addresses(algorithm: Algorithm, length: int, losses: Losses, episodes: int) -> None:
    drawn = max(2 * length * algorithm.walks * episodes, losses.words * (-(-episodes // losses.block)))
    if drawn > ELEMENTS:
        raise ValueError(f"episodes must be fewer: {episodes} take {drawn} random numbers, and a stream has 2^48")


def _engine(engine: str | None) -> str:
    if engine is None:
        return "numba" if _has_numba() else "array"
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    return engine


def _has_numba() -> bool:
    try:
        importlib.import_module("experiments.linear_mdp.compiled")
    except ImportError:  # no Numba, or one that does not know this NumPy
        return False
    return True
