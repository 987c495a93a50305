r"""Overoptimisation on a tabular instance whose preferences cover some actions well and the others hardly.

Both answers of a question are drawn from ``base``, the preferred one by the law of Bradley and Terry for the true
reward. Preference optimisation trusts a rare action after one lucky comparison; regularised preference optimisation
has an adversary with weight eta who doubts what the base policy rarely does. Values of policies are exact; the
preferences of a replicate are drawn, and those of a smaller number are the first of those of a larger one. All
problems of a call are solved at once, on the back end of their preferences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from experiments.arrays import Array, Backend, backend_of, namespace
from experiments.arrays import backend as backend_named
from experiments.streams import Stream
from theory.arguments import whole
from theory.optimisation.rpo.collapses import Collapses, collapses
from theory.optimisation.rpo.objectives import Objectives

__all__ = ["COVERAGES", "World", "counts", "pathwise_slack", "suboptimality"]


@dataclass(frozen=True)
class World:
    """The instance: the best action is covered, eight actions of no value are rare.

    Attributes
    ----------
    reward
        True rewards, in [-bound, bound].
    base
        Law of the answers that are compared; also the base policy of the regulariser.
    beta
        Weight of the divergence from the reference policy, which is uniform.

    Raises
    ------
    ValueError
        If a true reward is outside [-bound, bound], or reward and base differ in length.
    """

    reward: tuple[float, ...] = (1.0, 0.5, 0.0) + (-0.5,) * 8
    base: tuple[float, ...] = (0.5, 0.25, 0.125) + (0.015625,) * 8
    beta: float = 0.125
    bound: float = 2.0

    def __post_init__(self) -> None:
        if len(self.reward) != len(self.base):
            raise ValueError(f"reward and base must have the same length, got {len(self.reward)}, {len(self.base)}")
        if not all(abs(r) <= self.bound for r in self.reward):
            raise ValueError(f"true rewards must be in [-{self.bound!r}, {self.bound!r}], got {self.reward!r:.200}")

    @property
    def reference(self) -> tuple[float, ...]:
        """The reference policy, uniform."""
        return (1 / len(self.reward),) * len(self.reward)

    def solve(self, wins: Array, eta: Array) -> Collapses:
        """Return the collapses for numbers of wins (B, K, K); eta (B,) = 0 is optimisation without the regulariser.

        Raises
        ------
        ValueError
            If an eta is 0 and no two different actions were compared.
        """
        return collapses(self.objectives(wins, eta))

    def objectives(self, wins: Array, eta: Array) -> Objectives:
        """Return the objectives of these preferences."""
        return Objectives.of(self.reference, self.base, wins, eta, beta=self.beta, bound=self.bound)


COVERAGES = {"partial": World(), "uniform": World(base=(1 / 11,) * 11)}
"""The instance, and the same with every action compared equally often."""


def counts(
    world: World, numbers: Sequence[int], replicates: int, *, seed: int, backend: Backend | None = None
) -> Array:
    """Return how often i was preferred to j among the first so many preferences.

    Returns
    -------
    array of int64, shape (replicates, len(numbers), K, K)

    Raises
    ------
    ValueError
        If the numbers are not whole, at least 1 and increasing.
    """
    if not numbers or list(numbers) != sorted({whole("numbers of preferences", number) for number in numbers}):
        raise ValueError(f"numbers of preferences must be increasing, got {list(numbers)!r:.200}")
    home = backend_named("numpy") if backend is None else backend
    reward, base, xp = np.array(world.reward), np.array(world.base), home.xp
    wins = 2 * np.outer(base, base) / (1 + np.exp(reward[None, :] - reward[:, None]))
    size, law = len(reward) ** 2, wins.ravel() / wins.sum()
    outcome = Stream.named(seed, "preferences").categorical(law, replicates, numbers[-1], backend=home)
    own = outcome + size * xp.arange(replicates, dtype=outcome.dtype, device=home.device)[:, None]
    edges = xp.arange(size * replicates + 1, dtype=outcome.dtype, device=home.device)
    found = []
    for first, last in pairwise((0, *numbers)):
        there = xp.searchsorted(xp.sort(xp.reshape(own[:, first:last], (-1,))), edges)
        found.append(xp.reshape(there[1:] - there[:-1], (replicates, len(reward), len(reward))))
    return xp.cumulative_sum(xp.stack(found, axis=1), axis=1)


def suboptimality(world: World, policy: Array) -> Array:
    """Return by how much the true rewards of policies (..., K) are below that of the best action."""
    reward = backend_of(policy).asarray(list(world.reward))
    return max(world.reward) - namespace(policy).sum(policy * reward, axis=-1)


def pathwise_slack(world: World, found: Collapses) -> Array:
    r"""Return right side less left side (B,) of the inequality that holds for every set of preferences, with eta > 0.

    With the policy q, the reward s and the gap of the collapse, the true reward r and any policy p, here the best
    response to r:

    ``<p - q, r> <= <p - b, r - s> + beta (KL(p || ref) - KL(q || ref)) + (L(r) - L(s) + gap)/eta``.

    Raises
    ------
    ValueError
        If an eta is 0.
    """
    problem, q, s, xp = found.objectives, found.policy, found.reward, namespace(found.policy)
    if bool(xp.any(problem.eta == 0)):
        raise ValueError("the inequality needs eta > 0")
    r = backend_of(q).asarray(list(world.reward))[None, :]
    p = problem.best_response(r)
    divergences = problem.divergence(p) - problem.divergence(q)
    right = xp.sum((p - problem.base) * (r - s), axis=-1) + problem.beta * divergences
    right = right + (problem.loss(r) - problem.loss(s) + found.gap) / problem.eta
    return right - xp.sum((p - q) * r, axis=-1)
