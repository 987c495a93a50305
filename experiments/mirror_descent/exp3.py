"""EXP3 on any engine: a state that goes on where it stopped, in memory that does not grow with the horizon."""

from __future__ import annotations

import copy
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Backend
from experiments.horizons import LONGEST, Violation, checkpoints, require_memory, rows_of
from experiments.mirror_descent import bandits
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import TOLERANCE, Floats, Regret, exp3, penalty, require_step
from experiments.mirror_descent.exp3_scalar import LOSS, MEAN, SLACK, SLACK_ROUND
from experiments.streams import Stream

__all__ = ["ENGINES", "Exp3State", "run_exp3"]

ENGINES = ("numba", "cuda", "array")
_CHANGED = ("estimates", "weights", "reached", "losses", "means", "balance", "sums", "words")  # as the body takes them
_MODULES = {"numba": "exp3_compiled", "cuda": "exp3_cuda"}


@dataclass
class Exp3State:
    """All that a run of EXP3 carries from one round to the next, for the replicates ``first``, ``first + 1``, ...

    Attributes
    ----------
    estimates, weights, reached : arrays (R, K)
        Estimated losses; weights up to a factor, and their running sums.
    losses, means, balance : arrays (R, K)
        Of every arm: total loss; mean loss at present; sum of the signs.
    sums : array (R, 5)
        Total loss and mean loss of the plays, sum of 1/p over losses, least slack and its round.
    words : int array (R,)
        The signs of the present block.
    rounds : int
        Played so far.

    Examples
    --------
    >>> arms = Arms.gap(2, 0.2)
    >>> there = Exp3State.start(arms, replicates=3, eta=0.1).advanced(50)
    >>> here = Exp3State.start(arms, replicates=3, eta=0.1).advanced(20).advanced(30)
    >>> bool((there.weights == here.weights).all()), here.rounds
    (True, 50)
    """

    arms: Arms
    eta: float
    stream: Stream
    first: int
    estimates: Floats
    weights: Floats
    reached: Floats
    losses: Floats
    means: Floats
    balance: Floats
    sums: Floats
    words: NDArray[np.int64]
    rounds: int = 0
    engine: str | None = None

    @classmethod
    def start(
        cls, arms: Arms, *, replicates: int | range, eta: float, seed: int = 0, engine: str | None = None
    ) -> Exp3State:
        """Return the state before the first round; see `run_exp3`."""
        rows = rows_of(replicates)
        require_step(eta)
        if engine not in (None, "numba", "cuda"):
            raise ValueError(f"engine must be numba, cuda or None here, got {engine!r}")
        shape = (len(rows), arms.count)
        sums = np.zeros((len(rows), 5))
        sums[:, SLACK] = penalty(arms.count, eta)
        weights = np.ones(shape)
        return cls(
            arms,
            eta,
            Stream(seed),
            rows.start,
            estimates=np.zeros(shape),
            weights=weights,
            reached=np.cumsum(weights, axis=1),
            losses=np.zeros(shape),
            means=np.zeros(shape),
            balance=np.zeros(shape),
            sums=sums,
            words=np.zeros(len(rows), dtype=np.int64),
            engine=engine,
        )

    def advanced(self, rounds: int) -> Exp3State:
        """Return the state after more rounds; this one is left as it is.

        Raises
        ------
        Violation
            If the pathwise inequality fails in one of them.
        """
        if isinstance(rounds, bool) or not isinstance(rounds, int) or not 0 <= rounds <= LONGEST - self.rounds:
            raise ValueError(f"rounds must be an int from 0 to {LONGEST - self.rounds}, got {rounds!r}")
        result = copy.copy(self)
        changed = []
        for name in _CHANGED:
            changed.append(getattr(self, name).copy())
            setattr(result, name, changed[-1])
        arms, stop = self.arms, self.rounds + rounds
        engine: Any = importlib.import_module(f"experiments.mirror_descent.{_MODULES[self.engine or 'numba']}")
        engine.advance(
            self.first, self.rounds, stop, *changed, *self.stream.key, self.stream.stream, float(self.eta),
            penalty(arms.count, self.eta), arms.means, arms.phase, float(arms.amplitude), arms.block,
        )  # fmt: skip
        result.rounds = stop
        result.check()
        return result

    def check(self) -> None:
        """Raise `Violation` if the pathwise inequality failed in any round so far."""
        slack = self.sums[:, SLACK]
        bad = ~(slack >= -TOLERANCE * (1 + self.sums[:, LOSS]))
        if bad.any():
            row = int(np.argmax(bad))
            at = f"round {int(self.sums[row, SLACK_ROUND])}, row {row}"
            raise Violation(f"{at}: EXP3 violates its inequality by {-float(slack[row])!r}")

    @property
    def regrets(self) -> tuple[Floats, Floats]:
        """Pseudo-regret and realised regret (R,)."""
        sums = self.sums
        best = (self.arms.totals(self.rounds) + self.arms.amplitude * self.balance).min(axis=1)
        return sums[:, MEAN] - best, sums[:, LOSS] - self.losses.min(axis=1)


def run_exp3(
    arms: Arms,
    *,
    horizon: int,
    replicates: int | range,
    eta: float | None = None,
    seed: int = 0,
    points: int = 40,
    engine: str | None = None,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> Regret:
    """Run EXP3, or the uniform learner (eta = 0), and record its regret.

    Parameters
    ----------
    eta : float, optional
        The step; ``sqrt(2 log(K)/(T K))`` by default.
    engine : {"numba", "cuda", "array"}, optional
        Numba where it is installed, else arrays. The numbers of both are equal to the last bit.
    backend : Backend, optional
        Of engine "array"; with another back end than NumPy and no engine named, that is the engine.
    arms, horizon, replicates, seed, points, memory
        As in `experiments.mirror_descent.bandits.play`.

    Raises
    ------
    ValueError, Violation
        As there.

    Examples
    --------
    >>> found = run_exp3(Arms.gap(10, 0.1), horizon=1000, replicates=20, seed=1)
    >>> bool(found.pseudo[-1].mean() < 680)
    True
    """
    if engine not in (None, *ENGINES):
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    elsewhere = backend is not None and backend.library != "numpy"
    if elsewhere and engine not in (None, "array"):
        raise ValueError(f"engine must be array on another back end than NumPy, got {engine!r}")
    rounds = checkpoints(horizon, points)
    step = bandits.tuned_eta(arms.count, horizon) if eta is None else eta
    if engine == "array" or elsewhere or (engine is None and not _has_numba()):
        given: dict[str, Any] = {
            "horizon": horizon,
            "replicates": replicates,
            "seed": seed,
            "points": points,
            "memory": memory,
        }
        return bandits.play(exp3(step, backend), arms, **given, backend=backend)
    require_memory(8.0 * len(rows_of(replicates)) * (8 * arms.count + 12 + 2 * len(rounds)), memory, horizon)
    state = Exp3State.start(arms, replicates=replicates, eta=step, seed=seed, engine=engine)
    records = []
    for stop in rounds.tolist():
        state = state.advanced(stop - state.rounds)
        records.append(state.regrets)
    pseudo, realised = zip(*records, strict=True)
    return Regret(rounds, np.asarray(pseudo), np.asarray(realised), state.sums[:, SLACK])


def _has_numba() -> bool:
    try:
        importlib.import_module("experiments.mirror_descent.exp3_compiled")
    except ImportError:  # no Numba, or one that does not know this NumPy
        return False
    return True
