"""Episodes of one replicate: one body for Python, for Numba on a processor and for Numba on CUDA.

An episode: the policy of the totals so far, its visits, the inverse covariance, a trajectory, the estimates of Q, the
bonus, and the inequality that the learner obeys in every state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from experiments.linear_mdp.estimates_scalar import EXACT, RATE, RESAMPLING, SAMPLES, Estimates, estimate_functions
from experiments.linear_mdp.losses import TIE, WORD
from experiments.philox.spec import Law

__all__ = ["BARRIER", "EXPONENTIAL", "LEAST", "LEAST_COST", "SLACK", "SLACK_EPISODE", "SLACK_STATE", "SMALL", "SUMS",
           "UNIFORM", "VALUE", "episode_functions"]  # fmt: skip

UNIFORM, BARRIER, EXPONENTIAL = range(3)  # learners
VALUE, LEAST, LEAST_COST, SMALL, SLACK, SLACK_EPISODE, SLACK_STATE = range(7)  # columns of the sums
SUMS = 7

_UNIFORM = int(Law.UNIFORM)


class Parts(NamedTuple):
    """Compiled parts of an episode, in the order of their use."""

    weigh: Callable[..., Any]
    choose: Callable[..., Any]
    visit: Callable[..., Any]
    know: Callable[..., Any]
    reduce: Callable[..., Any]
    walk: Callable[..., Any]
    price: Callable[..., Any]
    record: Callable[..., Any]


def episode_functions(jit: Callable[..., Any], pair: Any, bits_at: Any) -> Any:
    """Return ``advance``, compiled by ``jit`` as are the random numbers.

    ``advance(row, start, stop, replicate, *state, key0, key1, stream, sign0, sign1, signs, features, kernel, table,
    phase, amplitude, block, adaptive, learner, reduced, knowledge, draws, eta, gamma, beta, share, allowance)`` plays
    episodes ``start`` to ``stop - 1`` of one row of the state in place; the state is that of
    `experiments.linear_mdp.regret.State`.
    """
    estimates = estimate_functions(jit)
    walk = _walk(jit, pair)
    parts = Parts(
        weigh=_weigh(jit, bits_at),
        choose=_choose(jit, estimates),
        visit=_visit(jit),
        know=_know(jit, estimates, walk),
        reduce=_reduce(jit, estimates, walk),
        walk=walk,
        price=_price(jit, estimates),
        record=_record(jit, estimates.lesser),
    )
    return _advance(jit, parts)


def _advance(jit: Callable[..., Any], parts: Parts) -> Any:
    weigh, choose, visit, know, reduce, walk, price, record = parts

    @jit
    def advance(  # type: ignore[no-untyped-def]
        row, start, stop, replicate,
        totals, policies, costs, reductions, visits, inverses, moments, seen, weights, weight_sums, paid, spread,
        matrices, vectors, values, paths, sums,
        key0, key1, stream, sign0, sign1, signs, features, kernel, table, phase, amplitude, block, adaptive,
        learner, reduced, knowledge, draws, eta, gamma, beta, share, allowance,
    ):  # fmt: skip
        policy, cost, inverse, path, own = policies[row], costs[row], inverses[row], paths[row], sums[row]
        length = features.shape[0]
        fresh = draws if knowledge != EXACT else 0
        stride = length * (1 + fresh * (2 if reduced else 1))
        for episode in range(start, stop):
            first = episode * stride
            weigh(episode, replicate, seen[row], weights[row],
                  sign0, sign1, signs, table, phase, amplitude, block, adaptive)  # fmt: skip
            choose(totals[row], learner, eta, policy)
            visit(features, kernel, policy, visits[row], moments[row])
            for h in range(length):
                for i in range(features.shape[3]):
                    own[VALUE] += moments[row, h, i] * weights[row, h, i]
                    seen[row, h, i] += moments[row, h, i]
                    weight_sums[row, h, i] += weights[row, h, i]
            if learner != UNIFORM:
                know(features, kernel, policy, visits[row], knowledge, fresh, gamma, matrices[row], vectors[row],
                     path, inverse, key0, key1, stream, replicate, first + length)  # fmt: skip
                if reduced:
                    reduce(features, kernel, policy, visits[row], inverse, knowledge, fresh, vectors[row], path,
                           reductions[row], key0, key1, stream, replicate, first + (1 + fresh) * length)  # fmt: skip
                walk(kernel, policy, path, key0, key1, stream, replicate, first)
                price(features, kernel, policy, inverse, path, weights[row], reductions[row], reduced, eta, beta,
                      vectors[row], values[row], cost, own)  # fmt: skip
                record(episode, policy, cost, totals[row], paid[row], spread[row],
                       learner, eta, share, allowance, own)  # fmt: skip

    return advance


def _weigh(jit: Callable[..., Any], bits_at: Any) -> Any:
    @jit
    def weigh(  # type: ignore[no-untyped-def]
        episode, replicate, seen, weights, sign0, sign1, signs, table, phase, amplitude, block, adaptive
    ):
        part = episode // phase if episode // phase < table.shape[0] else table.shape[0] - 1
        length, size = weights.shape[0], weights.shape[1]
        word = 0
        for h in range(length):
            for i in range(size):
                sign, place = 0.0, h * size + i
                if adaptive:
                    sign = 1.0 if seen[h, i] > episode / size * TIE else -1.0  # the mean: features sum to 1
                elif amplitude > 0.0:
                    if place % WORD == 0:
                        words = -(-length * size // WORD)
                        word = bits_at(sign0, sign1, signs, replicate, (episode // block) * words + place // WORD)
                    sign = 2.0 * ((word >> (place % WORD)) & 1) - 1.0
                weights[h, i] = table[part, h, i] + amplitude * sign

    return weigh


def _choose(jit: Callable[..., Any], estimates: Estimates) -> Any:
    barrier, exponential = estimates.barrier, estimates.exponential

    @jit
    def choose(total, learner, eta, policy):  # type: ignore[no-untyped-def]
        for h in range(total.shape[0]):
            for s in range(total.shape[1]):
                if learner == BARRIER:
                    barrier(total[h, s], eta, policy[h, s])
                elif learner == EXPONENTIAL:
                    exponential(total[h, s], eta, policy[h, s])

    return choose


def _visit(jit: Callable[..., Any]) -> Any:
    @jit
    def visit(features, kernel, policy, visits, moments):  # type: ignore[no-untyped-def]
        length, states, actions, size = features.shape
        for h in range(length):
            for s in range(states):
                visits[h, s] = 1.0 if h == 0 and s == 0 else 0.0
            for i in range(size):
                moments[h, i] = 0.0
        for h in range(length):
            for s in range(states):
                for a in range(actions):
                    chance = visits[h, s] * policy[h, s, a]
                    for i in range(size):
                        moments[h, i] += chance * features[h, s, a, i]
                    if h + 1 < length:
                        for t in range(states):
                            visits[h + 1, t] += chance * kernel[h, s, a, t]

    return visit


def _walk(jit: Callable[..., Any], pair: Any) -> Any:
    @jit
    def label(chances, point):  # type: ignore[no-untyped-def]
        found, reached = 0, chances[0]
        while found < chances.shape[0] - 1 and reached <= point:
            found += 1
            reached += chances[found]
        return found

    @jit
    def walk(kernel, policy, path, key0, key1, stream, replicate, first):  # type: ignore[no-untyped-def]
        state = 0
        for h in range(policy.shape[0]):
            choice, turn = pair(key0, key1, stream, replicate, _UNIFORM, 0, first + h)
            action = label(policy[h, state], choice)
            path[h, 0], path[h, 1] = state, action
            if h + 1 < policy.shape[0]:
                state = label(kernel[h, state, action], turn)

    return walk


def _know(jit: Callable[..., Any], estimates: Estimates, walk: Any) -> Any:
    invert, resample = estimates.invert, estimates.resample

    @jit
    def add_square(vector, chance, matrix):  # type: ignore[no-untyped-def]
        for i in range(vector.shape[0]):
            for j in range(vector.shape[0]):
                matrix[i, j] += chance * vector[i] * vector[j]

    @jit
    def fill(matrix, diagonal):  # type: ignore[no-untyped-def]
        for i in range(matrix.shape[0]):
            for j in range(matrix.shape[0]):
                matrix[i, j] = diagonal if i == j else 0.0

    @jit
    def know(  # type: ignore[no-untyped-def]
        features, kernel, policy, visits, knowledge, draws, gamma, matrices, vectors, path, inverse,
        key0, key1, stream, replicate, first,
    ):  # fmt: skip
        length, states, actions, size = features.shape
        for h in range(length):
            fill(matrices[h], 1.0 if knowledge == RESAMPLING else 0.0)
            fill(inverse[h], 1.0)
            if knowledge == EXACT:
                for s in range(states):
                    for a in range(actions):
                        add_square(features[h, s, a], visits[h, s] * policy[h, s, a], matrices[h])
        for draw in range(draws):
            walk(kernel, policy, path, key0, key1, stream, replicate, first + draw * length)
            for h in range(length):
                feature = features[h, path[h, 0], path[h, 1]]
                if knowledge == SAMPLES:
                    add_square(feature, 1.0 / draws, matrices[h])
                else:
                    resample(feature, gamma, matrices[h], inverse[h], vectors[0])
        for h in range(length):
            if knowledge != RESAMPLING:
                invert(matrices[h], gamma, matrices[length], inverse[h])
            else:
                for i in range(size):
                    for j in range(size):
                        inverse[h, i, j] *= RATE

    return know


def _reduce(jit: Callable[..., Any], estimates: Estimates, walk: Any) -> Any:
    image, dot = estimates.image, estimates.dot

    @jit
    def subtract(features, inverse, feature, chance, vector, reduction):  # type: ignore[no-untyped-def]
        image(inverse, feature, vector)
        for s in range(features.shape[0]):
            for a in range(features.shape[1]):
                z = dot(features[s, a], vector)
                if z < 0.0:
                    reduction[s, a] += chance * z

    @jit
    def expect(features, policy, visits, inverse, factor, vector, reduction):  # type: ignore[no-untyped-def]
        # The products of two pairs are the same both ways round: each is computed once. No branch: signs are random.
        states, actions = policy.shape
        for s in range(states):
            for a in range(actions):
                image(inverse, features[s, a], vector)
                chance, own = factor * visits[s] * policy[s, a], 0.0
                for t in range(s, states):
                    for b in range(a if t == s else 0, actions):
                        z = dot(features[t, b], vector)
                        below = 0.5 * (z - abs(z))
                        reduction[t, b] += chance * below
                        own += visits[t] * policy[t, b] * below
                # The pair itself came twice; its product is not negative, so nothing was counted twice.
                reduction[s, a] += factor * own

    @jit
    def reduce(  # type: ignore[no-untyped-def]
        features, kernel, policy, visits, inverse, knowledge, draws, vectors, path, reductions,
        key0, key1, stream, replicate, first,
    ):  # fmt: skip
        length, states, actions, _ = features.shape
        for h in range(length):
            for s in range(states):
                for a in range(actions):
                    reductions[h, s, a] = 0.0
            if knowledge == EXACT:
                expect(features[h], policy[h], visits[h], inverse[h], float(length - h), vectors[0], reductions[h])
        for draw in range(draws):
            walk(kernel, policy, path, key0, key1, stream, replicate, first + draw * length)
            for h in range(length):
                feature = features[h, path[h, 0], path[h, 1]]
                subtract(features[h], inverse[h], feature, (length - h) / draws, vectors[0], reductions[h])

    return reduce


def _price(jit: Callable[..., Any], estimates: Estimates) -> Any:
    image, dot, lesser = estimates.image, estimates.dot, estimates.lesser
    bonus = _bonus(jit, estimates)

    @jit
    def price(  # type: ignore[no-untyped-def]
        features, kernel, policy, inverse, path, weights, reductions, reduced, eta, beta, vectors, values, cost, own
    ):
        length, states, actions, _ = features.shape
        loss = 0.0
        for back in range(length):
            h = length - 1 - back
            played = features[h, path[h, 0], path[h, 1]]
            loss += dot(played, weights[h])
            image(inverse[h], played, vectors[0])
            for s in range(states):
                bonus(h, s, features, kernel, policy, inverse[h], beta, vectors[1], values, cost)
                for a in range(actions):
                    z = dot(features[h, s, a], vectors[0])
                    estimate = z * loss
                    if reduced:
                        estimate += reductions[h, s, a] - (length - h) * lesser(z, 0.0)
                    cost[h, s, a] = estimate - cost[h, s, a]
                    own[LEAST] = lesser(own[LEAST], eta * estimate)
                    own[LEAST_COST] = lesser(own[LEAST_COST], eta * cost[h, s, a])

    return price


def _bonus(jit: Callable[..., Any], estimates: Estimates) -> Any:
    """Return the dilated bonus of a state: written to ``cost``, its value kept for the layer before."""
    image, dot = estimates.image, estimates.dot

    @jit
    def bonus(h, s, features, kernel, policy, inverse, beta, vector, values, cost):  # type: ignore[no-untyped-def]
        length, states, actions, _ = features.shape
        mean, value = 0.0, 0.0
        for a in range(actions):
            image(inverse, features[h, s, a], vector)
            cost[h, s, a] = beta * dot(features[h, s, a], vector)
            mean += policy[h, s, a] * cost[h, s, a]
        for a in range(actions):
            ahead = 0.0
            if h + 1 < length:
                for t in range(states):
                    ahead += kernel[h, s, a, t] * values[h + 1, t]
            cost[h, s, a] += mean + (1.0 + 1.0 / length) * ahead
            value += policy[h, s, a] * cost[h, s, a]
        values[h, s] = value

    return bonus


def _record(jit: Callable[..., Any], lesser: Any) -> Any:
    @jit
    def goes_below(cost, level):  # type: ignore[no-untyped-def]
        for h in range(cost.shape[0]):
            for s in range(cost.shape[1]):
                for a in range(cost.shape[2]):
                    if cost[h, s, a] < level:
                        return 1.0
        return 0.0

    @jit
    def record(  # type: ignore[no-untyped-def]
        episode, policy, cost, totals, paid, spread, learner, eta, share, allowance, own
    ):
        length, states, actions = cost.shape
        if learner == EXPONENTIAL:
            own[SMALL] += goes_below(cost, -1.0 / eta)
        for h in range(length):
            for s in range(states):
                mean, second, total = 0.0, 0.0, 0.0
                for a in range(actions):
                    mean += policy[h, s, a] * cost[h, s, a]
                for a in range(actions):
                    centred = cost[h, s, a] - (mean if learner == BARRIER else 0.0)
                    second += policy[h, s, a] * centred * centred
                    totals[h, s, a] += cost[h, s, a]
                    total += totals[h, s, a]
                paid[h, s] += mean
                spread[h, s] += eta * second
                least = totals[h, s, 0]
                for a in range(1, actions):
                    least = lesser(least, totals[h, s, a])
                if learner == BARRIER:
                    right = allowance + 0.25 * spread[h, s] + (1.0 - share) * least + share * total / actions
                else:
                    right = allowance + spread[h, s] + least
                slack = (right - paid[h, s]) / (1.0 + abs(paid[h, s]) + spread[h, s] + abs(least))
                if slack < own[SLACK] and (learner == BARRIER or own[SMALL] == 0.0):
                    own[SLACK], own[SLACK_EPISODE], own[SLACK_STATE] = slack, episode, h * states + s

    return record
