"""EXP2 with exploration by a G-optimal design, and the uniform control.

After every round three things are checked on every path: the regret of the exponential weights in terms of their own
estimates, ``sum <q, lhat> - Lhat_b <= ln(N)/eta + phi(y) eta sum <q, lhat^2>`` for the best b, with
``phi(y) = (e^y - 1 - y)/y^2``; its condition, that no estimate times eta is more than y in size; and that what is
played is the mixture, ``<p, lhat> = (1 - gamma) <q, lhat> + gamma <w, lhat>``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.linear_bandits.players import Check, LinearLearner
from theory.online.exp2 import FORMS, price, regret_bound, tuned
from theory.online.optimal_design import OptimalDesign, optimal_design

__all__ = ["UNIFORM", "exp2"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _State:
    """What EXP2 carries on, in coordinates in which the matrix of the design is the identity.

    ``vector`` (R, d) is the sum of the estimated loss vectors, ``weights`` (R, N) are q of the next round; the other
    arrays (R,) are sums of <q, lhat> and <q, lhat^2>, the largest estimate so far, and the mixing identity's error.
    """

    design: OptimalDesign
    eta: float
    gamma: float
    vector: Floats
    weights: Floats
    first: Floats
    second: Floats
    largest: Floats
    mixing: Floats


def exp2(*, eta: float | None = None, gamma: float | None = None, form: str = "derived") -> LinearLearner:
    """Return EXP2.

    Parameters
    ----------
    eta, gamma
        Step, > 0, and exploration, in (0, 1]. By default tuned to the horizon.
    form
        Of the tuning: see `theory.online.exp2.tuned`.

    Raises
    ------
    ValueError
        If only one of the two is given or one is out of range, or the form is unknown; when it is run, also if the
        horizon is too short for the tuning, or the step too large for the exploration (`regret_bound`).

    Examples
    --------
    >>> from experiments.linear_bandits.players import play
    >>> from experiments.linear_bandits.worlds import cube
    >>> found = play(exp2(), cube(3, 0.5), horizon=400, replicates=20)
    >>> bool(found.pseudo[-1].mean() < 141.56), bool(found.least_slack.min() > 0)
    (True, True)
    """
    if (eta is None) != (gamma is None):
        raise ValueError("eta and gamma must be given both, or neither")
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
    if eta is not None and not 0 < eta < math.inf:
        raise ValueError(f"eta must be positive and finite, got {eta!r}")
    if gamma is not None and not 0 < gamma <= 1:
        raise ValueError(f"gamma must be in (0, 1], got {gamma!r}")

    def init(actions: Floats, replicates: int, horizon: int) -> _State:
        design = optimal_design(actions)
        step, exploration = eta, gamma
        if step is None or exploration is None:
            numbers = tuned(design.rank, len(actions), horizon, form=form)
            step, exploration = numbers.eta, numbers.gamma
        sizes = (design.rank, len(actions), horizon)
        regret_bound(*sizes, eta=step, gamma=exploration, leverage=design.largest)  # refuses what has no bound
        none = np.zeros(replicates)
        weights = np.full((replicates, len(actions)), 1 / len(actions))
        vector = np.zeros((replicates, design.rank))
        return _State(design, step, exploration, vector, weights, none, none, none, none)

    return LinearLearner("EXP2", init, _act, _update, _checks)


def _act(state: _State, t: int) -> Floats:
    found: Floats = (1 - state.gamma) * state.weights + state.gamma * state.design.weights
    return found


def _update(state: _State, t: int, action: NDArray[np.int64], loss: Floats, probabilities: Floats) -> _State:
    actions = state.design.coordinates
    count, width = actions.shape
    products = (actions[:, :, None] * actions[:, None, :]).reshape(count, width * width)
    matrix = (probabilities @ products).reshape(-1, width, width)
    estimate = np.linalg.solve(matrix, (loss[:, None] * actions[action])[..., None])[..., 0]
    losses = estimate @ actions.T
    first = np.sum(state.weights * losses, axis=1)
    explored = losses @ state.design.weights
    mixed = np.sum(probabilities * losses, axis=1) - (1 - state.gamma) * first - state.gamma * explored
    vector = state.vector + estimate
    total = vector @ actions.T
    raw = np.exp(-state.eta * (total - total.min(axis=1, keepdims=True)))
    return _State(
        state.design,
        state.eta,
        state.gamma,
        vector,
        raw / raw.sum(axis=1, keepdims=True),
        state.first + first,
        state.second + np.sum(state.weights * losses**2, axis=1),
        np.maximum(state.largest, np.abs(losses).max(axis=1)),
        np.maximum(state.mixing, np.abs(mixed)),
    )


def _checks(state: _State) -> Mapping[str, Check]:
    count, size = state.weights.shape[1], state.design.largest / state.gamma  # of estimates, at most
    best = (state.vector @ state.design.coordinates.T).min(axis=1)
    spent = price(state.eta * size) * state.eta * state.second
    slack = math.log(count) / state.eta + spent - (state.first - best)
    return {
        "regret bound in terms of its estimates": Check(slack, np.abs(state.first) + np.abs(best) + spent),
        "bound on the size of its estimates": Check(size - state.largest, size + 0 * best),
        "mixing identity": Check(-state.mixing, size + 0 * best),
    }


UNIFORM = LinearLearner(
    "uniform",
    lambda actions, replicates, horizon: np.full((replicates, len(actions)), 1 / len(actions)),
    lambda state, t: state,
    lambda state, t, action, loss, probabilities: state,
)
"""Plays every action alike: the control whose regret grows like T."""
