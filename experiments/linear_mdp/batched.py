"""Episodes by operations of the array-API standard, all replicates at once.

For back ends of arrays, for where Numba is missing, and as a second way to the numbers.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from experiments.arrays import Array, Backend, backend_of, device_of
from experiments.linear_mdp.episode_scalar import (
    BARRIER,
    EXPONENTIAL,
    LEAST,
    LEAST_COST,
    SLACK,
    SLACK_EPISODE,
    SLACK_STATE,
    SMALL,
    UNIFORM,
    VALUE,
)
from experiments.linear_mdp.estimates_scalar import EXACT, RATE, RESAMPLING
from experiments.linear_mdp.evaluation import ahead, linear, squared_norms
from experiments.linear_mdp.losses import DRAWN, TIE, signs
from experiments.linear_mdp.state_arrays import ARRAYS, PRODUCTS, Arrays
from experiments.linear_mdp.trajectories import follow, steps
from experiments.streams import Stream
from theory.online.log_barrier import ftrl_weights

__all__ = ["advance"]


class Setting(NamedTuple):
    """What a run is about, in the order of the scalar body."""

    key0: int
    key1: int
    stream: int
    sign0: int
    sign1: int
    signs: int
    features: Array
    kernel: Array
    table: Array
    phase: int
    amplitude: float
    block: int
    adaptive: bool
    learner: int
    reduced: bool
    knowledge: int
    draws: int
    eta: float
    gamma: float
    beta: float
    share: float
    allowance: float


def advance(first: int, start: int, stop: int, *rest: Any) -> None:
    """Play episodes ``start`` to ``stop - 1`` of all rows in place; the arguments are those of the scalar body."""
    state, setting = Arrays(*rest[: len(ARRAYS)]), Setting(*rest[len(ARRAYS) :])
    where = backend_of(state.sums)
    setting = setting._replace(
        features=where.asarray(setting.features),
        kernel=where.asarray(setting.kernel),
        table=where.asarray(setting.table),
    )
    rows = range(first, first + state.sums.shape[0])
    walks = 1 + setting.draws * (2 if setting.reduced else 1)
    shape = (walks, setting.features.shape[0], 2)
    piece = max(1, DRAWN // (len(rows) * math.prod(shape)))
    stream = Stream(setting.key0 + (setting.key1 << 32), setting.stream)
    for low in range(start, stop, piece):
        high = min(low + piece, stop)
        points = stream.uniform(rows, (high - low, *shape), offset=low * math.prod(shape), backend=where)
        with np.errstate(over="ignore", invalid="ignore"):  # the state is checked for it
            for episode in range(low, high):
                _episode(episode, rows, state, setting, points[:, episode - low, ...], where)
                if not bool(where.xp.all(where.xp.isfinite(state.totals))):
                    return


def _episode(episode: int, rows: range, state: Arrays, setting: Setting, points: Array, where: Backend) -> None:
    xp = where.xp
    state.weights[...] = _weights(episode, rows, state, setting, where)
    if setting.learner == BARRIER:
        state.policies[...] = ftrl_weights(state.totals, setting.eta)
    elif setting.learner == EXPONENTIAL:
        grown = xp.exp(-setting.eta * (state.totals - xp.min(state.totals, axis=-1, keepdims=True)))
        state.policies[...] = grown / xp.sum(grown, axis=-1, keepdims=True)
    chances = _visit(xp, state, setting)
    state.sums[:, VALUE] += xp.sum(state.moments * state.weights, axis=(1, 2))
    state.seen[...] += state.moments
    state.weight_sums[...] += state.weights
    if setting.learner == UNIFORM:
        return
    visited = steps(setting, follow(state.policies), points).of(setting.features)  # (R, walks, H, d)
    state.inverses[...] = _know(xp, chances, visited[:, 1 : 1 + setting.draws, ...], state, setting)
    if setting.reduced:
        state.reductions[...] = _reductions(xp, chances, visited[:, 1 + setting.draws :, ...], state, setting)
    estimates = _estimates(xp, visited[:, 0, ...], state, setting)
    state.costs[...] = estimates - _bonus(xp, state, setting)
    pairs = (1, 2, 3)
    lowest = xp.min(setting.eta * state.costs, axis=pairs)
    state.sums[:, LEAST] = xp.minimum(state.sums[:, LEAST], xp.min(setting.eta * estimates, axis=pairs))
    state.sums[:, LEAST_COST] = xp.minimum(state.sums[:, LEAST_COST], lowest)
    _record(xp, episode, lowest, state, setting)


def _weights(episode: int, rows: range, state: Arrays, setting: Setting, where: Backend) -> Array:
    xp = where.xp
    centers = setting.table[min(episode // setting.phase, setting.table.shape[0] - 1), ...]
    if setting.adaptive:
        above = xp.astype(state.seen > episode / centers.shape[-1] * TIE, xp.float64)
        return centers + setting.amplitude * (2.0 * above - 1.0)
    if not setting.amplitude:
        return xp.broadcast_to(centers, state.weights.shape)
    stream, block = Stream(setting.sign0 + (setting.sign1 << 32), setting.signs), episode // setting.block
    return centers + setting.amplitude * signs(stream, rows, block, block + 1, tuple(centers.shape), where)[:, 0, ...]


def _visit(xp: Any, state: Arrays, setting: Setting) -> Array:
    """Fill visits and moments of the policy, and return the chances (R, H, S, A) of pairs."""
    state.visits[...] = 0.0
    state.visits[:, 0, 0] = 1.0
    count, length = state.visits.shape[:2]
    for h in range(length - 1):
        moves = xp.reshape(state.visits[:, h, :, None] * state.policies[:, h, ...], (count, 1, -1))
        kernel = setting.kernel[h, ...]
        state.visits[:, h + 1, :] = (moves @ xp.reshape(kernel, (-1, kernel.shape[-1])))[:, 0, :]
    chances = state.visits[..., None] * state.policies
    flat = xp.reshape(chances, (count, length, 1, -1))
    state.moments[...] = (flat @ _pairs(xp, setting))[..., 0, :]
    return chances


def _pairs(xp: Any, setting: Setting) -> Array:
    length, states, actions, size = setting.features.shape
    return xp.reshape(setting.features, (length, states * actions, size))


def _know(xp: Any, chances: Array, visited: Array, state: Arrays, setting: Setting) -> Array:
    """Return the inverses (R, H, d, d) of covariances, from the features (R, draws, H, d) of simulated episodes."""
    eye = xp.eye(visited.shape[-1], dtype=xp.float64, device=device_of(visited))
    ridge = setting.gamma * eye
    if setting.knowledge == EXACT:
        pairs = _pairs(xp, setting)
        weighted = xp.reshape(chances, (*chances.shape[:2], -1, 1)) * pairs
        return xp.linalg.inv(xp.matrix_transpose(pairs) @ weighted + ridge)
    rows = xp.permute_dims(visited, (0, 2, 1, 3))
    if setting.knowledge != RESAMPLING:
        return xp.linalg.inv(xp.matrix_transpose(rows) @ rows / setting.draws + ridge)
    product = xp.broadcast_to(eye, state.inverses.shape)
    total = product
    for draw in range(setting.draws):
        feature = rows[:, :, draw, :]
        product = product - RATE * product @ (feature[..., :, None] * feature[..., None, :] + ridge)
        total = total + product
    return RATE * total


def _reductions(xp: Any, chances: Array, visited: Array, state: Arrays, setting: Setting) -> Array:
    """Return what magnitude-reduced estimates have in the mean (R, H, S, A)."""
    left = _left(xp, chances)
    if setting.knowledge == EXACT:
        pairs = _pairs(xp, setting)  # each pair, played with its chance, in the place of what was played
        plays = xp.reshape(chances, (*chances.shape[:2], -1, 1))
        below, count = [], pairs.shape[1]
        piece = max(1, min(count, PRODUCTS // math.prod(plays.shape)))
        for low in range(0, count, piece):
            some = pairs[:, low : min(low + piece, count), :]
            products = some @ state.inverses @ xp.matrix_transpose(pairs)  # (R, H, piece, S A)
            below.append(xp.minimum(products, 0.0) @ plays)
        return left * xp.reshape(xp.concat(below, axis=2), chances.shape)
    total = xp.zeros_like(chances)
    for draw in range(setting.draws):
        total = total + left / setting.draws * xp.minimum(_products(visited[:, draw, ...], state, setting), 0.0)
    return total


def _left(xp: Any, pairs: Array) -> Array:
    """Return the number of layers that are left, this one included, (H, 1, 1)."""
    length = pairs.shape[1]
    return xp.astype(xp.arange(length, 0, -1, device=device_of(pairs)), xp.float64)[:, None, None]


def _products(feature: Array, state: Arrays, setting: Setting) -> Array:
    """Return ``phi(s, a)' inverse feature`` (R, H, S, A) for features (R, H, d)."""
    return linear(setting, (state.inverses @ feature[..., None])[..., 0])


def _estimates(xp: Any, played: Array, state: Arrays, setting: Setting) -> Array:
    losses = xp.sum(played * state.weights, axis=-1)
    later = xp.flip(xp.cumulative_sum(xp.flip(losses, axis=1), axis=1), axis=1)[..., None, None]
    products = _products(played, state, setting)
    if not setting.reduced:
        return products * later
    return products * later - _left(xp, products) * xp.minimum(products, 0.0) + state.reductions


def _bonus(xp: Any, state: Arrays, setting: Setting) -> Array:
    norms = squared_norms(setting, state.inverses)
    bonus = setting.beta * (norms + xp.sum(state.policies * norms, axis=-1, keepdims=True))
    length = bonus.shape[1]
    for h in range(length - 1, -1, -1):
        if h + 1 < length:
            bonus[:, h, ...] += (1 + 1 / length) * ahead(setting, h, state.values[:, h + 1, :])
        state.values[:, h, :] = xp.sum(state.policies[:, h, ...] * bonus[:, h, ...], axis=-1)
    return bonus


def _record(xp: Any, episode: int, lowest: Array, state: Arrays, setting: Setting) -> None:
    barrier = setting.learner == BARRIER
    mean = xp.sum(state.policies * state.costs, axis=-1)
    centred = state.costs - mean[..., None] if barrier else state.costs
    state.paid[...] += mean
    state.spread[...] += setting.eta * xp.sum(state.policies * centred**2, axis=-1)
    state.totals[...] += state.costs
    least, average = xp.min(state.totals, axis=-1), xp.mean(state.totals, axis=-1)
    if barrier:
        right = setting.allowance + state.spread / 4 + (1 - setting.share) * least + setting.share * average
    else:
        right = setting.allowance + state.spread + least
        state.sums[:, SMALL] += xp.astype(lowest < -1.0, xp.float64)
    slack = (right - state.paid) / (1.0 + abs(state.paid) + state.spread + abs(least))
    slack = xp.reshape(slack, (slack.shape[0], -1))
    place, found = xp.argmin(slack, axis=1), xp.min(slack, axis=1)
    lower = found < state.sums[:, SLACK]
    if not barrier:
        lower = lower & (state.sums[:, SMALL] == 0)
    for column, value in ((SLACK, found), (SLACK_EPISODE, float(episode)), (SLACK_STATE, xp.astype(place, xp.float64))):
        state.sums[:, column] = xp.where(lower, value, state.sums[:, column])
