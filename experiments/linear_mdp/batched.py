"""Episodes by array operations, all replicates at once: for where Numba is missing, and a second way to the numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

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
from experiments.linear_mdp.losses import DRAWN, TIE, WORD
from experiments.linear_mdp.mdp import Floats
from experiments.streams import Stream
from theory.online.log_barrier import ftrl_weights

__all__ = ["advance", "labels"]


class Arrays(NamedTuple):
    """The state of a run, as `experiments.linear_mdp.regret.State` holds it."""

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
    paths: Any
    sums: Floats


class Setting(NamedTuple):
    """What a run is about, in the order of the scalar body."""

    key0: int
    key1: int
    stream: int
    sign0: int
    sign1: int
    signs: int
    features: Floats
    kernel: Floats
    table: Floats
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
    count = len(Arrays._fields)
    state, setting = Arrays(*rest[:count]), Setting(*rest[count:])
    rows = range(first, first + len(state.sums))
    walks = 1 + setting.draws * (2 if setting.reduced else 1)
    shape = (walks, setting.features.shape[0], 2)
    piece = max(1, DRAWN // (len(rows) * int(np.prod(shape))))
    stream = Stream(setting.key0 + (setting.key1 << 32), setting.stream)
    for low in range(start, stop, piece):
        high = min(low + piece, stop)
        points = stream.uniform(rows, (high - low, *shape), offset=low * int(np.prod(shape)))
        with np.errstate(over="ignore", invalid="ignore"):  # the state is checked for it
            for episode in range(low, high):
                _episode(episode, rows, state, setting, points[:, episode - low])
                if not np.isfinite(state.totals).all():
                    return


def _episode(episode: int, rows: range, state: Arrays, setting: Setting, points: Floats) -> None:
    state.weights[...] = _weights(episode, rows, state, setting)
    if setting.learner == BARRIER:
        state.policies[...] = ftrl_weights(state.totals, setting.eta)
    elif setting.learner == EXPONENTIAL:
        grown = np.exp(-setting.eta * (state.totals - state.totals.min(axis=-1, keepdims=True)))
        state.policies[...] = grown / grown.sum(axis=-1, keepdims=True)
    _visit(state, setting)
    state.sums[:, VALUE] += (state.moments * state.weights).sum(axis=(1, 2))
    state.seen[...] += state.moments
    state.weight_sums[...] += state.weights
    if setting.learner == UNIFORM:
        return
    played = _walk(points[:, 0], state, setting)
    _know(points[:, 1 : 1 + setting.draws], state, setting)
    if setting.reduced:
        _reduce(points[:, 1 + setting.draws :], state, setting)
    estimates = _estimates(played, state, setting)
    bonus = _bonus(state, setting)
    state.costs[...] = estimates - bonus
    lowest = (setting.eta * state.costs).min(axis=(1, 2, 3))
    state.sums[:, LEAST] = np.minimum(state.sums[:, LEAST], (setting.eta * estimates).min(axis=(1, 2, 3)))
    state.sums[:, LEAST_COST] = np.minimum(state.sums[:, LEAST_COST], lowest)
    _record(episode, lowest, state, setting)


def _weights(episode: int, rows: range, state: Arrays, setting: Setting) -> Floats:
    centers = setting.table[min(episode // setting.phase, len(setting.table) - 1)]
    if setting.adaptive:
        above = state.seen > episode / centers.shape[-1] * TIE
        return centers + setting.amplitude * np.where(above, 1.0, -1.0)
    if not setting.amplitude:
        return np.broadcast_to(centers, state.weights.shape)
    places = np.arange(centers.size)
    words = -(-centers.size // WORD)
    stream = Stream(setting.sign0 + (setting.sign1 << 32), setting.signs)
    drawn: Any = stream.bits(rows, words, offset=episode // setting.block * words)
    signs = 2.0 * ((drawn[:, places // WORD] >> (places % WORD)) & 1) - 1.0
    return centers + setting.amplitude * signs.reshape(-1, *centers.shape)


def _visit(state: Arrays, setting: Setting) -> None:
    state.visits[...] = 0.0
    state.visits[:, 0, 0] = 1.0
    for h, kernel in enumerate(setting.kernel):
        moves = state.visits[:, h, :, None] * state.policies[:, h]
        state.visits[:, h + 1] = np.einsum("rsa,sat->rt", moves, kernel)
    chances = state.visits[..., None] * state.policies
    state.moments[...] = np.einsum("rhsa,hsai->rhi", chances, setting.features)


def _walk(points: Floats, state: Arrays, setting: Setting) -> Floats:
    """Return the features (R, H, d) that trajectories visit; ``points`` are (R, H, 2) uniforms."""
    rows = np.arange(len(points))
    states = np.zeros(len(points), dtype=np.int64)
    visited = []
    for h in range(points.shape[1]):
        actions = labels(state.policies[rows, h, states], points[:, h, 0])
        visited.append(setting.features[h, states, actions])
        if h + 1 < points.shape[1]:
            states = labels(setting.kernel[h, states, actions], points[:, h, 1])
    return np.stack(visited, axis=1)


def labels(chances: Floats, points: Floats) -> Any:
    """Return for each row of chances (R, n) the label whose part of [0, 1] the point lies in."""
    return (np.cumsum(chances[:, :-1], axis=1) <= points[:, None]).sum(axis=1)


def _know(points: Floats, state: Arrays, setting: Setting) -> None:
    ridge = setting.gamma * np.eye(setting.features.shape[-1])
    if setting.knowledge == EXACT:
        chances = state.visits[..., None] * state.policies
        covariance = np.einsum("rhsa,hsai,hsaj->rhij", chances, setting.features, setting.features)
        state.inverses[...] = np.linalg.inv(covariance + ridge)
        return
    visited = (_walk(points[:, draw], state, setting) for draw in range(setting.draws))
    if setting.knowledge != RESAMPLING:
        covariance = sum(feature[..., :, None] * feature[..., None, :] for feature in visited) / setting.draws
        state.inverses[...] = np.linalg.inv(covariance + ridge)
        return
    product = np.broadcast_to(np.eye(ridge.shape[0]), state.inverses.shape)
    state.inverses[...] = product
    for feature in visited:
        product = product - RATE * product @ (feature[..., :, None] * feature[..., None, :] + ridge)
        state.inverses[...] += product
    state.inverses[...] *= RATE


def _reduce(points: Floats, state: Arrays, setting: Setting) -> None:
    left = np.arange(setting.features.shape[0], 0, -1.0)[:, None, None]
    if setting.knowledge == EXACT:
        chances = state.visits[..., None] * state.policies
        images = np.einsum("rhij,hsaj->rhsai", state.inverses, setting.features)
        for s, a in np.ndindex(*chances.shape[2:]):
            products = np.einsum("hsai,rhi->rhsa", setting.features, images[:, :, s, a])
            part = chances[:, :, s, a, None, None] * np.minimum(products, 0.0)
            state.reductions[...] = part if s == a == 0 else state.reductions + part
        state.reductions[...] *= left
        return
    state.reductions[...] = 0.0
    for draw in range(setting.draws):
        products = _products(_walk(points[:, draw], state, setting), state, setting)
        state.reductions[...] += left / setting.draws * np.minimum(products, 0.0)


def _products(feature: Floats, state: Arrays, setting: Setting) -> Floats:
    """Return ``phi(s, a)' inverse feature`` (R, H, S, A)."""
    return np.einsum("hsai,rhij,rhj->rhsa", setting.features, state.inverses, feature)


def _estimates(played: Floats, state: Arrays, setting: Setting) -> Floats:
    losses = (played * state.weights).sum(axis=-1)
    ahead = np.cumsum(losses[:, ::-1], axis=1)[:, ::-1, None, None]
    products = _products(played, state, setting)
    if not setting.reduced:
        return products * ahead
    left = np.arange(played.shape[1], 0, -1.0)[:, None, None]
    return products * ahead - left * np.minimum(products, 0.0) + state.reductions


def _bonus(state: Arrays, setting: Setting) -> Floats:
    norms = np.einsum("hsai,rhij,hsaj->rhsa", setting.features, state.inverses, setting.features)
    bonus: Floats = setting.beta * (norms + (state.policies * norms).sum(axis=-1, keepdims=True))
    length = bonus.shape[1]
    state.values[:, -1] = (state.policies[:, -1] * bonus[:, -1]).sum(axis=-1)
    for h in range(length - 2, -1, -1):
        bonus[:, h] += (1 + 1 / length) * np.einsum("sat,rt->rsa", setting.kernel[h], state.values[:, h + 1])
        state.values[:, h] = (state.policies[:, h] * bonus[:, h]).sum(axis=-1)
    return bonus


def _record(episode: int, lowest: Floats, state: Arrays, setting: Setting) -> None:
    barrier = setting.learner == BARRIER
    mean = (state.policies * state.costs).sum(axis=-1)
    centred = state.costs - mean[..., None] if barrier else state.costs
    state.paid[...] += mean
    state.spread[...] += setting.eta * (state.policies * centred**2).sum(axis=-1)
    state.totals[...] += state.costs
    least, average = state.totals.min(axis=-1), state.totals.mean(axis=-1)
    if barrier:
        right = setting.allowance + state.spread / 4 + (1 - setting.share) * least + setting.share * average
    else:
        right = setting.allowance + state.spread + least
        state.sums[:, SMALL] += lowest < -1.0
    slack = (right - state.paid) / (1.0 + abs(state.paid) + state.spread + abs(least))
    slack = slack.reshape(len(slack), -1)
    place = slack.argmin(axis=1)
    found = slack[np.arange(len(slack)), place]
    lower = (found < state.sums[:, SLACK]) & (barrier | (state.sums[:, SMALL] == 0))
    state.sums[lower, SLACK] = found[lower]
    state.sums[lower, SLACK_EPISODE], state.sums[lower, SLACK_STATE] = episode, place[lower]
