"""Learners on a linear process with H = 3, S = 4, A = 3, d = 3, against a NumPy loop over episodes of one replicate.

The loop is written as one would from the paper: `numpy.linalg.inv`, a root finder of SciPy, sums over layers. It is
also what the tests hold the fast code against.
"""

from __future__ import annotations

import math
import time

import numpy as np
from scipy.optimize import brentq

from benchmarks.rows import Row
from experiments.linear_mdp.algorithms import Algorithm
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.linear_mdp.regret import run as run_learner
from experiments.streams import Stream

__all__ = ["loop", "run"]

MDP = LinearMDP.random(3, 4, 3, 3, seed=1)
LOSSES = Losses.gap(3, 3, gap=0.2, amplitude=0.25)
LEARNERS = {
    "log barrier": Algorithm("log barrier", eta=0.02, gamma=0.01, beta=1e-3),
    "magnitude-reduced": Algorithm("exponential weights", eta=0.02, gamma=0.01, beta=1e-3, reduced=True),
    "exponential weights": Algorithm("exponential weights", eta=0.02, gamma=0.06, beta=1e-3),
}
EPISODES, REPLICATES, LOOP_EPISODES = 10_000, 200, 400


def loop(
    algorithm: Algorithm, mdp: LinearMDP, losses: Losses, *, episodes: int, replicate: int = 0, seed: int = 0
) -> tuple[float, Floats]:
    """Return regret and summed costs (H, S, A) of one replicate; exact covariances, oblivious losses."""
    length, states, actions, size = mdp.shape
    phi, totals, value = mdp.features, np.zeros((length, states, actions)), 0.0
    row = range(replicate, replicate + 1)
    thetas = losses.weights(row, range(episodes), seed=seed)[0]
    points = Stream.named(seed, "episodes of a linear MDP").uniform(row, (episodes, length, 2))[0]
    for theta, point in zip(thetas, points, strict=True):
        policy = _policy(algorithm, totals)
        visits = mdp.occupancy(policy)
        value += mdp.policy_value(policy, theta)
        inverse = np.empty((length, size, size))
        for h in range(length):
            chances = visits[h][:, None] * policy[h]
            covariance = np.einsum("sa,sai,saj->ij", chances, phi[h], phi[h])
            inverse[h] = np.linalg.inv(algorithm.gamma * np.eye(size) + covariance)
        path, state = [], 0
        for h in range(length):
            action = min(int(np.searchsorted(np.cumsum(policy[h, state]), point[h, 0], "right")), actions - 1)
            path.append((state, action))
            if h + 1 < length:
                cumulated = np.cumsum(mdp.kernel[h, state, action])
                state = min(int(np.searchsorted(cumulated, point[h, 1], "right")), states - 1)
        loss, bonus = 0.0, np.zeros((length, states, actions))
        for h in reversed(range(length)):
            played = phi[h][path[h]]
            loss += played @ theta[h]
            z = phi[h] @ inverse[h] @ played
            estimate = z * loss
            if algorithm.reduced:
                products = np.einsum("sai,ij,tbj->satb", phi[h], inverse[h], phi[h])
                chances = visits[h][:, None] * policy[h]
                below = (np.minimum(products, 0) * chances).sum(axis=(2, 3))
                estimate += (length - h) * (below - np.minimum(z, 0))
            norms = np.einsum("sai,ij,saj->sa", phi[h], inverse[h], phi[h])
            bonus[h] = algorithm.beta * (norms + (policy[h] * norms).sum(axis=1, keepdims=True))
            if h + 1 < length:
                bonus[h] += (1 + 1 / length) * mdp.kernel[h] @ (policy[h + 1] * bonus[h + 1]).sum(axis=1)
            totals[h] += estimate - bonus[h]
    return value - mdp.best_fixed_policy(thetas.sum(axis=0))[1], totals


def _policy(algorithm: Algorithm, totals: Floats) -> Floats:
    if algorithm.learner == "uniform":
        return np.full(totals.shape, 1 / totals.shape[2])
    policy = np.empty(totals.shape)
    for place in np.ndindex(*totals.shape[:2]):
        gaps = algorithm.eta * (totals[place] - totals[place].min())
        if algorithm.learner == "log barrier":
            root = brentq(lambda x, gaps=gaps: (1 / (x + gaps)).sum() - 1, 1.0, len(gaps), xtol=1e-15, rtol=1e-15)
            policy[place] = 1 / (root + gaps)
        else:
            policy[place] = np.exp(-gaps)
        policy[place] /= policy[place].sum()
    return policy


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    episodes, replicates, looped = (20, 4, 4) if smoke else (EPISODES, REPLICATES, LOOP_EPISODES)
    rows = []
    for name, learner in LEARNERS.items():
        slow = _seconds(lambda: loop(learner, MDP, LOSSES, episodes=looped)) / looped  # noqa: B023
        for engine, count in (("numba", episodes), ("array", min(episodes, 100))):
            ours = _ours(learner, count, replicates, engine)
            sizes = f"{replicates} replicates, {count} episodes; one episode of one replicate"
            rows.append(Row(f"{name}, {engine}", ours, slow, "NumPy loop over episodes", sizes))
    learner = LEARNERS["log barrier"]
    short, long = (_ours(learner, count, 20, "numba") for count in (episodes // 2, 5 * episodes))
    note = f"ten times the episodes take {10 * long / short:.1f} times the time"
    rows.append(Row("log barrier, numba", long, None, "", f"20 replicates, {5 * episodes} episodes; one of one", note))
    return rows


def _ours(learner: Algorithm, episodes: int, replicates: int, engine: str) -> float:
    def call() -> None:
        run_learner(learner, MDP, LOSSES, episodes=episodes, replicates=replicates, engine=engine, points=2)

    run_learner(learner, MDP, LOSSES, episodes=2, replicates=2, engine=engine)
    return _seconds(call) / (episodes * replicates)


def _seconds(call: object, repeats: int = 2) -> float:
    best = math.inf
    for _ in range(repeats):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        best = min(best, time.perf_counter() - start)
    return best
