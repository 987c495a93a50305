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

from experiments.arrays import Array, backend_of, device_of, namespace, to_numpy
from experiments.linear_bandits.players import Check, LinearLearner
from theory.online.exp2 import FORMS, price, regret_bound, tuned
from theory.online.optimal_design import OptimalDesign, optimal_design

__all__ = ["UNIFORM", "exp2"]


@dataclass(frozen=True)
class _State:
    """What EXP2 carries on, in coordinates in which the matrix of the design is the identity.

    ``explore`` (N,) are the weights of the design, ``actions`` (N, d) the coordinates and ``products`` (N, d d) their
    squares; ``vector`` (R, d) is the sum of the estimated loss vectors, ``best`` (R,) the least total of an action by
    it, ``weights`` (R, N) are q of the next round; the other arrays (R,) are sums of <q, lhat> and <q, lhat^2>, the
    largest estimate so far, and the mixing identity's error.
    """

    design: OptimalDesign
    eta: float
    gamma: float
    explore: Array
    actions: Array
    products: Array
    vector: Array
    best: Array
    weights: Array
    first: Array
    second: Array
    largest: Array
    mixing: Array


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

    def init(actions: Array, replicates: int, horizon: int) -> _State:
        where, design = backend_of(actions), optimal_design(to_numpy(actions))
        xp, count, width = where.xp, *design.coordinates.shape
        step, exploration = eta, gamma
        if step is None or exploration is None:
            numbers = tuned(design.rank, count, horizon, form=form)
            step, exploration = numbers.eta, numbers.gamma
        sizes = (design.rank, count, horizon)
        regret_bound(*sizes, eta=step, gamma=exploration, leverage=design.largest)  # refuses what has no bound
        own = where.asarray(design.coordinates)
        products = xp.reshape(own[:, :, None] * own[:, None, :], (count, width * width))
        vector = xp.zeros((replicates, width), dtype=xp.float64, device=where.device)
        weights, none = _alike(actions, replicates), xp.sum(vector, axis=1)
        explore = where.asarray(design.weights)
        return _State(design, step, exploration, explore, own, products, vector, none, weights, none, none, none, none)

    return LinearLearner("EXP2", init, _act, _update, _checks)


def _alike(actions: Array, replicates: int) -> Array:
    """Return the same weights (R, N) of all actions."""
    xp, shape = namespace(actions), (replicates, actions.shape[0])
    return xp.full(shape, 1 / shape[1], dtype=xp.float64, device=device_of(actions))


def _act(state: _State, t: int) -> Array:
    return (1 - state.gamma) * state.weights + state.gamma * state.explore


def _update(state: _State, t: int, action: Array, loss: Array, probabilities: Array) -> _State:
    xp, actions, width = namespace(loss), state.actions, state.actions.shape[1]
    matrix = xp.reshape(probabilities @ state.products, (-1, width, width))
    right = loss[:, None] * xp.take(actions, action, axis=0)
    estimate = xp.linalg.solve(matrix, right[..., None])[..., 0]
    losses = estimate @ actions.T
    first = xp.vecdot(state.weights, losses)
    explored = losses @ state.explore
    mixed = xp.vecdot(probabilities, losses) - (1 - state.gamma) * first - state.gamma * explored
    vector = state.vector + estimate
    total = vector @ actions.T
    best = xp.min(total, axis=1)
    raw = xp.exp(-state.eta * (total - best[:, None]))
    return _State(
        state.design,
        state.eta,
        state.gamma,
        state.explore,
        actions,
        state.products,
        vector,
        best,
        raw / xp.sum(raw, axis=1, keepdims=True),
        state.first + first,
        state.second + xp.vecdot(state.weights, losses**2),
        xp.maximum(state.largest, xp.max(xp.abs(losses), axis=1)),
        xp.maximum(state.mixing, xp.abs(mixed)),
    )


def _checks(state: _State) -> Mapping[str, Check]:
    xp = namespace(state.vector)
    count, size = state.weights.shape[1], state.design.largest / state.gamma  # of estimates, at most
    best = state.best
    spent = price(state.eta * size) * state.eta * state.second
    slack = math.log(count) / state.eta + spent - (state.first - best)
    return {
        "regret bound in terms of its estimates": Check(slack, xp.abs(state.first) + xp.abs(best) + spent),
        "bound on the size of its estimates": Check(size - state.largest, size + 0 * best),
        "mixing identity": Check(-state.mixing, size + 0 * best),
    }


UNIFORM = LinearLearner(
    "uniform",
    lambda actions, replicates, horizon: _alike(actions, replicates),
    lambda state, t: state,
    lambda state, t, action, loss, probabilities: state,
)
"""Plays every action alike: the control whose regret grows like T."""
