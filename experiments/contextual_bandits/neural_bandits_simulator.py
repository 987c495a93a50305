"""The simulator ``neural_bandits``: regret of policies on the predictions of regression oracles, and what bounds it.

A cell's ``explore`` is, for weights by gaps, "theory" or the list [first, exponent] of the schedule
``first * t^exponent``; for the other policies their number, for the uniform control None. "theory" is, for SquareCB,
``2 sqrt((K-1) T/S)`` with S of `squared_error_bound`, with 2 (K-1) instead where the rest goes to the best, and
``10 K`` for FastCB, the least for which its bound is proved. ``size`` is the number of Fourier features, or the width
of the network whose tangent features are taken; ``copies`` of perturbed outputs, 0 for their expectation. Random
features and signs are drawn once for all replicates and seeds: the spread of results is that of contexts and plays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Backend
from experiments.contextual_bandits.descent import descent, perturbed_descent
from experiments.contextual_bandits.effective_dimension import orthogonal_effective_dimension
from experiments.contextual_bandits.features import NUMPY, fourier, linear, tangent
from experiments.contextual_bandits.oracles import Oracle, ridge
from experiments.contextual_bandits.play import BanditRegret, play
from experiments.contextual_bandits.policies import (
    Policy,
    epsilon_greedy,
    fast_cb,
    foster_rakhlin,
    lin_ucb,
    schedule,
    square_cb,
    thompson,
    uniform,
)
from experiments.contextual_bandits.worlds import World
from experiments.grids import over_replicates, size_of
from experiments.simulator import Simulator
from theory.online.neural_bandits.inverse_gap import square_cb_bound

__all__ = ["ORACLES", "SIMULATOR", "cells", "oracle_of", "policy_of", "run", "squared_error_bound", "world_of"]

SEED = 1
LAM = 1.0  # of ridge regression
STRENGTH = 0.5  # c_p^2: the perturbation's modulus is STRENGTH/sqrt(width)
RADIUS = 3.0  # of the ball of descent
ORACLES = ("ridge", "Fourier ridge", "tangent ridge", "tangent descent", "perturbed", "perturbed predictions")
_SCHEDULED = {"SquareCB": square_cb, "SquareCB, rest to the best": foster_rakhlin, "FastCB": fast_cb}
_TUNED = {"epsilon-greedy": epsilon_greedy, "LinUCB": lin_ucb, "Thompson": thompson}
POLICIES = (*_SCHEDULED, *_TUNED, "uniform")
_SIZES = {
    "quick": (1000, 40, 1797, 10, (16, 64, 256), (25, 50, 100, 150)),
    "paper": (20_000, 200, 17_970, 50, (16, 64, 256, 1024), (25, 50, 100, 200, 400)),
    "gpu": (100_000, 500, 17_970, 100, (16, 64, 256, 1024), (25, 50, 100, 200, 400, 800)),
}

Cell = dict[str, Any]
Floats = NDArray[np.float64]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (T = 1000), "paper" (T = 20000) or "gpu" (T = 10^5; no GPU is needed).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    horizon, replicates, images, runs, widths, orthogonal = size_of(_SIZES, sizes)
    half = [10.0, 0.5]
    tuned = (("epsilon-greedy", 1.0), ("LinUCB", 0.5), ("Thompson", 0.25), ("uniform", None))
    weights = tuple((name, "theory") for name in _SCHEDULED)
    for policy, explore in (*weights, ("SquareCB", half), ("FastCB", [50.0, 0.5]), *tuned):
        yield _cell("linear", horizon, replicates, policy, explore)
    for policy, explore in (*weights, ("LinUCB", 0.5), ("uniform", None)):
        yield _cell("small loss", horizon, replicates, policy, explore)
    for policy, explore in (("SquareCB", half), ("FastCB", [100.0, 0.5]), *tuned):
        yield _cell("digits", images, runs, policy, explore)
    for oracle, size in (("ridge", 0), ("Fourier ridge", 64), ("tangent ridge", 16), ("tangent descent", 64)):
        yield _cell("even", horizon, runs, "SquareCB", half, oracle, size)
    for policy, explore in (("LinUCB", 0.5), ("Thompson", 0.25)):
        yield _cell("even", horizon, runs, policy, explore, "tangent ridge", 16)
    yield _cell("even", horizon, runs, "uniform", None)
    for width in widths:
        for oracle, copies in (("perturbed", 0), ("perturbed", 4), ("perturbed predictions", 4)):
            yield _cell("even", min(horizon, 20_000), runs, "SquareCB", half, oracle, width, copies)
    for rounds in orthogonal:
        for policy, explore in (("SquareCB", half), ("LinUCB", 0.5), ("uniform", None)):
            yield _cell("orthogonal", rounds, 4, policy, explore)


def _cell(
    kind: str, horizon: int, replicates: int, policy: str, explore: Any,
    oracle: str = "ridge", size: int = 0, copies: int = 0,
) -> Cell:  # fmt: skip
    actions, dimension = {"even": (4, 4), "digits": (10, 64), "orthogonal": (2, 2 * horizon)}.get(kind, (5, 8))
    return {"kind": kind, "actions": actions, "dimension": dimension, "horizon": horizon, "oracle": oracle,
            "size": size, "copies": copies, "policy": policy, "explore": explore, "replicates": replicates,
            "seed": SEED}  # fmt: skip


def squared_error_bound(rounds: Any, dimension: int, *, lam: float = LAM) -> Any:
    """Return ``S = lam/4 + (d/4) log(1 + t/(d lam))``, which bounds the expected sum of ``(f - F)^2`` at the actions.

    For ridge regression in a world that is linear with a parameter of norm 1/2 at most, contexts of norm 1 at most:
    the oracle's inequality at that parameter, losses less 1/2 of size 1/2, and ``log det <= d log(1 + t/(d lam))``.

    Examples
    --------
    >>> round(float(squared_error_bound(1000, 8)), 6)
    9.922564
    """
    return lam / 4 + dimension / 4 * np.log1p(np.asarray(rounds) / (dimension * lam))


def world_of(cell: Cell, backend: Backend = NUMPY) -> World:
    """Return the world of a cell; its errors are those of `World`."""
    return World(cell["kind"], cell["horizon"], cell["actions"], cell["dimension"], backend)


def oracle_of(cell: Cell, backend: Backend = NUMPY) -> Oracle:
    """Return the oracle of a cell.

    Raises
    ------
    ValueError
        If its name is unknown, or perturbed outputs are asked for where every action has its own parameters.
    """
    name, size, d, per_action = cell["oracle"], cell["size"], cell["dimension"], world_of(cell).shared
    if name == "ridge":
        return ridge(linear(d, backend=backend), lam=LAM, per_action=per_action)
    if name == "Fourier ridge":
        return ridge(fourier(d, size, scale=0.5, backend=backend), lam=LAM, per_action=per_action)
    if name == "tangent ridge":
        return ridge(tangent(d, size, backend=backend), lam=LAM, per_action=per_action)
    if name == "tangent descent":
        return descent(tangent(d, size, backend=backend), radius=RADIUS, per_action=per_action)
    if name not in ORACLES:
        raise ValueError(f"oracle must be one of {', '.join(ORACLES)}, got {name!r}")
    if per_action:
        raise ValueError(f"the oracle {name!r} has one vector of parameters, but each action of digits needs its own")
    return perturbed_descent(
        tangent(d, size, backend=backend),
        modulus=STRENGTH / math.sqrt(size),
        radius=RADIUS,
        copies=cell["copies"] or None,
        average="losses" if name == "perturbed" else "predictions",
    )


def policy_of(cell: Cell) -> Policy:
    """Return the policy of a cell.

    Raises
    ------
    ValueError
        If its name is unknown, ``explore`` does not fit it, or no theory gives a parameter there.
    """
    name, explore = cell["policy"], cell["explore"]
    if name in _SCHEDULED:
        first, exponent = (_theory(cell), 0.0) if explore == "theory" else _pair(name, explore)
        return _SCHEDULED[name](schedule(first, exponent))
    if name in _TUNED:
        if isinstance(explore, bool) or not isinstance(explore, int | float):
            raise ValueError(f"explore of {name} must be a number, got {explore!r}")
        return _TUNED[name](explore)
    if name != "uniform":
        raise ValueError(f"policy must be one of {', '.join(POLICIES)}, got {name!r}")
    return uniform()


def _pair(name: str, explore: Any) -> tuple[float, float]:
    numbers = isinstance(explore, list | tuple) and len(explore) == 2
    if not numbers or not all(isinstance(item, int | float) and not isinstance(item, bool) for item in explore):
        raise ValueError(f"explore of {name} must be 'theory' or [first, exponent], got {explore!r}")
    return explore[0], explore[1]


def _theory(cell: Cell) -> float:
    if cell["policy"] == "FastCB":
        return 10.0 * cell["actions"]
    if not _in_theory(cell):
        raise ValueError(
            "explore 'theory' needs the oracle 'ridge' in a linear world, "
            f"got {cell['oracle']!r} in {cell['kind']!r}; give [first, exponent]"
        )
    pull = (cell["actions"] - 1) * (2 if cell["policy"] == "SquareCB, rest to the best" else 1)
    return 2 * math.sqrt(pull * cell["horizon"] / float(squared_error_bound(cell["horizon"], cell["dimension"])))


def _in_theory(cell: Cell) -> bool:
    return bool(cell["oracle"] == "ridge" and world_of(cell).linear)


def _bound(cell: Cell, rounds: Any) -> Floats | None:
    """Return the bound of the expected regret of SquareCB with a constant parameter after every number of rounds."""
    if cell["policy"] != "SquareCB" or cell["explore"] != "theory":
        return None
    times, error = rounds.astype(np.float64), squared_error_bound(rounds, cell["dimension"])
    terms = square_cb_bound(K=cell["actions"], T=times, squared_error=error, gamma=_theory(cell)).terms
    return np.asarray(sum(terms.values()))


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``rounds``; mean ``regret`` after them, ``regret_se``, ``low`` and ``high`` (quantiles 5 % and 95 %), ``final``
        (of each replicate); means of ``conditional`` regret, ``certificate``, ``squared_error``, ``best_loss`` and
        ``price`` as in `experiments.contextual_bandits.play.BanditRegret`; ``bound`` of the expected regret and
        ``squared_error_bound``; ``effective_dimension`` of orthogonal contexts; ``least_slack`` and
        ``least_oracle_slack`` of the inequalities; None where there is none; ``violations``, 0: a round that violates
        an inequality is an error.

    Raises
    ------
    ValueError
        If a name is unknown or a number is out of range.
    """
    where = NUMPY if backend is None else backend
    world, oracle, policy = world_of(cell, where), oracle_of(cell, where), policy_of(cell)
    found = play(policy, oracle, world, replicates=cell["replicates"], seed=cell["seed"])
    orthogonal = cell["kind"] == "orthogonal"
    error = squared_error_bound(found.rounds, cell["dimension"]) if _in_theory(cell) else None
    return _summary(found) | {
        "bound": _bound(cell, found.rounds),
        "squared_error_bound": error,
        "effective_dimension": orthogonal_effective_dimension(T=cell["horizon"], K=cell["actions"], lam=LAM)
        if orthogonal
        else None,
        "violations": 0,
    }


def _summary(found: BanditRegret) -> dict[str, Any]:
    means = {
        name: getattr(found, name).mean(axis=1)
        for name in ("conditional", "certificate", "squared_error", "best_loss", "price")
    }
    slacks = {name: float(getattr(found, name).min()) for name in ("least_slack", "least_oracle_slack")}
    return {
        "rounds": found.rounds,
        **over_replicates("regret", found.regret),
        "final": found.regret[-1],
        **{name: None if np.isnan(values).any() else values for name, values in means.items()},
        **{name: slack if math.isfinite(slack) else None for name, slack in slacks.items()},
    }


SIMULATOR = Simulator(
    name="neural_bandits",
    says="contextual bandits by regression oracles: regret, its bounds, and the inequalities of every round",
    papers=("neural_bandits",),
    cells=cells,
    run=run,
    modules=("experiments.contextual_bandits", "theory.online.neural_bandits.inverse_gap"),
    figure="paper_figs.neural_bandits_regret",
)
"""The simulator of ``lossproof simulate neural_bandits``."""
