"""What the claims decided by sampling draw: regret of learners on one linear process, one row a replicate.

Every function is ``function(stream, replicates, **parameters)`` with ``replicates`` a range, as
:class:`experiments.sampling.Sampler` wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.linear_mdp.adversarial_mdp_simulator import SHAPE, losses_of
from experiments.linear_mdp.algorithms import scaled
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.linear_mdp.regret import run
from experiments.streams import Stream

__all__ = ["regret_curve"]


def regret_curve(
    stream: Stream, replicates: range, *, learner: str, kind: str, process: int, sizes: Sequence[int]
) -> Floats:
    """Return regret over H times the largest number of episodes, shape (R, len(sizes)).

    A learner is tuned to each number of episodes; losses and trajectories of different numbers are independent.

    Examples
    --------
    >>> regret_curve(Stream(1), range(3), learner="uniform", kind="gap", process=2, sizes=(20, 40)).shape
    (3, 2)
    """
    mdp = LinearMDP.random(*SHAPE, seed=process)
    unit = SHAPE[0] * max(sizes)
    columns = []
    for episodes in sizes:
        seed = Stream.named(stream.seed, "regret", episodes).seed
        found = run(
            scaled(learner, episodes, SHAPE), mdp, losses_of(kind, SHAPE, episodes),
            episodes=episodes, replicates=replicates, seed=seed, points=2,
        )  # fmt: skip
        columns.append(found.regret[-1] / unit)
    return np.stack(columns, axis=1)
