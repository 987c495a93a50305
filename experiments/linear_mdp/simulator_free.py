r"""Learning without a simulator: covariances, Q and bonuses from the episodes that are played, by array operations.

A cover comes first: policies, each the greedy one of least-squares value iteration for the reward of being uncertain,
so that together they visit what can be visited. Then the policy is kept for epochs of W episodes. An episode explores
with probability delta: it follows a random policy of the cover up to and with a random layer, and the learner's from
there on. So layer h of an episode is of use if the episode does not explore, or explores up to h, with the weight 1 or
H: weighted losses from h on are unbiased for Q of the learner's policy. A random half of an epoch gives covariances,
the other the estimates

    Q = phi' S mean(c phi L),    B = b + phi' S mean(c phi D),   D_h = sum over i > h of (1 + 1/H)^(i-h) b_i,

where S is the inverse of covariance plus ridge: bonuses, like losses, have an expected sum that is linear in features.
Halves are random because losses may change within an epoch, and estimates are of the epoch's mean. What these steps
rest on is decided in ``theory.online.adversarial_mdp.claims_mdp_free_*``.

Source: key ``adversarial_mdp`` (simulator-free learning) and Luo, Wei, Lee (2021). The papers were not read: this is
the scheme as derived from their outline, for the log barrier or exponential weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Backend, to_numpy
from experiments.arrays import backend as backend_named
from experiments.horizons import require_memory, rows_of
from experiments.linear_mdp.epochs import Epochs
from experiments.linear_mdp.free_learners import SimulatorFree
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from theory.shown import Shown

__all__ = ["EpochRegret", "run_simulator_free"]


@dataclass(frozen=True)
class EpochRegret(Shown):
    """What a run of R replicates found.

    Attributes
    ----------
    episodes : int array (E,)
        After the cover and after each epoch.
    regret : array (E, R)
        Expected loss of all episodes, those of the cover included, less that of the best fixed policy.
    least, least_cost : arrays (E, R)
        Least eta times estimate so far, resp. eta times estimate less bonus.
    least_slack : array (R,)
        Of the pathwise inequality of the log barrier in every state, relative to its terms; infinite for exponential
        weights.
    """

    episodes: NDArray[np.int64]
    regret: Floats
    least: Floats
    least_cost: Floats
    least_slack: Floats


def run_simulator_free(
    learner: SimulatorFree,
    mdp: LinearMDP,
    losses: Losses,
    *,
    epochs: int,
    replicates: int | range,
    seed: int = 0,
    memory: float = 2.0**32,
    backend: Backend | None = None,
) -> EpochRegret:
    """Run a learner that has no simulator: ``policies visits`` episodes for the cover, then ``epochs width``.

    All is computed on the back end, NumPy unless given.

    Raises
    ------
    ValueError
        If a number is out of range, the losses are adaptive or do not fit, or the run would need more memory.
    Violation
        If a path of the log barrier violates its inequality, with the epoch and the state.
    OverflowError
        If costs overflow: a step, ridge or bonus is too extreme.

    Examples
    --------
    >>> mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.25)
    >>> learner = SimulatorFree("log barrier", eta=0.5, gamma=0.05, beta=0.001, width=20, explore=0.1)
    >>> found = run_simulator_free(learner, mdp, losses, epochs=5, replicates=3)
    >>> found.episodes.tolist()
    [200, 220, 240, 260, 280, 300]
    """
    rows = rows_of(replicates)
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be an int >= 1, got {epochs!r}")
    for name, given, kind in (("learner", learner, SimulatorFree), ("mdp", mdp, LinearMDP), ("losses", losses, Losses)):
        if not isinstance(given, kind):
            raise ValueError(f"{name} must be {kind.__name__}, got {type(given).__name__}")
    if losses.shape != (mdp.shape[0], mdp.shape[3]):
        raise ValueError(f"losses have layers and features {losses.shape}, the process has {mdp.shape[::3]}")
    widest = max(learner.width, learner.policies * learner.visits)
    one = 8.0 * len(rows) * widest * (mdp.shape[0] * (10 + 3 * mdp.shape[3]) + 3 * mdp.shape[2])
    kept = 8.0 * len(rows) * math.prod(mdp.shape[:3]) * (learner.policies + 8)
    require_memory(one + kept + 24.0 * (epochs + 1) * len(rows), memory, learner.width * epochs)
    where = backend_named() if backend is None else backend
    run = Epochs(learner, mdp, losses, rows, seed, epochs, where)
    records = [(run.regret(), run.least, run.least_cost)]
    for epoch in range(epochs):
        run.epoch(epoch)
        records.append((run.regret(), run.least, run.least_cost))
    stops = learner.policies * learner.visits + learner.width * np.arange(epochs + 1)
    regret, least, least_cost = (to_numpy(where.xp.stack(column)) for column in zip(*records, strict=True))
    return EpochRegret(stops, regret, least, least_cost, to_numpy(run.least_slack))
