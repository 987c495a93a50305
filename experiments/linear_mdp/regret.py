"""Learners on linear processes, all replicates at once: a state that goes on where it stopped."""

from __future__ import annotations

import copy
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, backend_of, to_numpy
from experiments.arrays import backend as backend_named
from experiments.horizons import Violation, checkpoints, require_memory, rows_of
from experiments.kernels import instead, on_device
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
from experiments.linear_mdp.evaluation import Process, best, linear
from experiments.linear_mdp.losses import DRAWN, Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.linear_mdp.state_arrays import ARRAYS, PRODUCTS, Arrays
from experiments.philox.spec import ELEMENTS
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["ENGINES", "STREAM", "Regret", "State", "run"]

ENGINES = ("numba", "cuda", "array")
_MODULES = {"numba": "compiled", "cuda": "cuda", "array": "batched"}
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
class State(Arrays):
    """All that a run carries from one episode to the next, for the replicates ``first``, ``first + 1``, ...

    Attributes
    ----------
    algorithm, mdp, losses, horizon, first, seed, engine
        As `run` is given them; the attributes of `experiments.linear_mdp.state_arrays.Arrays` come first.
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
        backend: Backend | None = None,
    ) -> State:
        """Return the state before the first episode; see `run`."""
        engine, where = _engine(engine, backend)
        length, _, _, size = mdp.shape
        if not isinstance(losses, Losses):
            raise ValueError(f"losses must be Losses, linear in the features, got {type(losses).__name__}")
        if losses.shape != (length, size):
            raise ValueError(f"losses have layers and features {losses.shape}, the process has {(length, size)}")
        rows = rows_of(replicates)
        _require_addresses(algorithm, length, losses, int(checkpoints(episodes, 2)[-1]))
        return cls(
            **vars(Arrays.fresh(len(rows), mdp.shape, where)), algorithm=algorithm, mdp=mdp, losses=losses,
            horizon=episodes, first=rows.start, seed=seed, engine=engine,
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
        where = backend_of(self.sums)
        for name in ARRAYS:
            setattr(result, name, where.xp.asarray(getattr(self, name), copy=True))
        result.episodes += episodes
        module: Any = importlib.import_module(f"experiments.linear_mdp.{_MODULES[self.engine]}")
        module.advance(
            self.first, self.episodes, result.episodes, *(getattr(result, name) for name in ARRAYS), *self._constants()
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
        sums, xp = to_numpy(self.sums), backend_of(self.sums).xp
        slack = sums[:, SLACK]
        bad = ~(slack >= -TOLERANCE)
        if bad.any():
            row = int(np.argmax(bad))
            layer, state = divmod(int(sums[row, SLACK_STATE]), self.mdp.shape[1])
            at = f"episode {int(sums[row, SLACK_EPISODE])}, replicate {self.first + row}"
            violated = f"the learner violates its inequality by {float(-slack[row])!r} of its terms"
            raise Violation(f"{at}, layer {layer}, state {state}: {violated}")
        # Where numbers are not finite comparisons are false, and nothing was checked.
        finite = xp.all(xp.isfinite(self.totals), axis=(1, 2, 3)) & xp.all(xp.isfinite(self.spread), axis=(1, 2))
        lost = ~to_numpy(finite)
        if lost.any():
            learner, row = self.algorithm, int(np.argmax(lost))
            given = f"eta {learner.eta!r}, gamma {learner.gamma!r}, beta {learner.beta!r}"
            raise OverflowError(f"replicate {self.first + row}: costs are too large for floats: {given}")

    @property
    def regret(self) -> Array:
        """Regret so far (R,)."""
        process = Process.on(self.mdp, backend_of(self.sums))
        return self.sums[:, VALUE] - best(process, linear(process, self.weight_sums))[1]


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
    backend: Backend | None = None,
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
        Unless given: "cuda" for arrays of CuPy where Numba can run kernels (a warning tells where it cannot), for NumPy
        Numba where it is installed, else arrays.
    memory : float
        Bytes that may be used.
    backend : Backend, optional
        Where the engine "array" computes: NumPy unless given. The other engines take and give NumPy's arrays.

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
    stops, (engine, where) = checkpoints(episodes, points), _engine(engine, backend)
    require_memory(_bytes(algorithm, mdp, len(rows_of(replicates)), len(stops), engine), memory, episodes)
    state = State.start(
        algorithm, mdp, losses,
        episodes=episodes, replicates=replicates, seed=seed, engine=engine, backend=where,
    )  # fmt: skip
    records = []
    with on_device(backend if engine == "cuda" else None):
        for stop in stops.tolist():
            state = state.advanced(stop - state.episodes)
            records.append((state.regret, state.sums[:, LEAST], state.sums[:, LEAST_COST]))
    regret, least, least_cost = (to_numpy(where.xp.stack(column)) for column in zip(*records, strict=True))
    sums = to_numpy(state.sums)
    return Regret(stops, regret, least, least_cost, sums[:, SLACK], sums[:, SMALL])


def _bytes(algorithm: Algorithm, mdp: LinearMDP, rows: int, stops: int, engine: str) -> float:
    length, states, actions, size = mdp.shape
    held = length * (4 * states * actions + 4 * states + 2 * size * size + 4 * size + 2) + size * size + 2 * size + SUMS
    if engine != "array":
        return 8.0 * rows * (3 * held + 3 * stops)
    pairs, products = rows * length * states * actions, 0
    if algorithm.reduced and algorithm.covariance == "exact":
        products = min(pairs * states * actions, max(PRODUCTS, pairs))  # of pairs with pairs, a piece at a time
    walked = algorithm.walks * (length * (2 * size + 4) + 3 * (states + actions))
    points = max(rows * algorithm.walks * length * 2, DRAWN)
    return 8.0 * (rows * (4 * held + walked + 3 * stops) + 4 * points + 2 * products)


def _require_addresses(algorithm: Algorithm, length: int, losses: Losses, episodes: int) -> None:
    drawn = max(2 * length * algorithm.walks * episodes, losses.words * (-(-episodes // losses.block)))
    if drawn > ELEMENTS:
        raise ValueError(f"episodes must be fewer: {episodes} take {drawn} random numbers, and a stream has 2^48")


def _engine(engine: str | None, backend: Backend | None) -> tuple[str, Backend]:
    """Return the engine, and where its arrays lie."""
    host = backend_named()
    where = host if backend is None else backend
    if engine is None and where.library == "numpy":
        engine = "numba" if _has_numba() else "array"
    elif engine is None:
        engine = instead() if where.library == "cupy" else "array"
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    if where.library not in {"array": (where.library,), "cuda": ("numpy", "cupy"), "numba": ("numpy",)}[engine]:
        raise ValueError(f"engine {engine!r} does not compute with {where.name!r}; 'array' does")
    return engine, where if engine == "array" else host


def _has_numba() -> bool:
    try:
        importlib.import_module("experiments.linear_mdp.compiled")
    except ImportError:  # no Numba, or one that does not know this NumPy
        return False
    return True
