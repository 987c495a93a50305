r"""Overoptimisation on a tabular instance whose preferences cover some actions well and the others hardly.

Both answers of a question are drawn from ``base``, the preferred one by the law of Bradley and Terry for the true
reward. Preference optimisation trusts a rare action after one lucky comparison; regularised preference optimisation
has an adversary with weight eta who doubts what the base policy rarely does. Values of policies are exact; the
preferences of a replicate are drawn, and those of a smaller number are the first of those of a larger one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.streams import Stream
from theory.optimisation.rpo.collapse import Collapse, Preferences, collapse

__all__ = ["COVERAGES", "World", "counts", "pathwise_slack", "solve", "suboptimality"]

Floats = NDArray[np.float64]


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

    def problem(self, wins: NDArray[np.int64], eta: float) -> Preferences:
        """Return the problem of these preferences."""
        rows = tuple(tuple(float(n) for n in row) for row in wins)
        return Preferences(self.reference, self.base, rows, eta, self.beta, self.bound)


COVERAGES = {"partial": World(), "uniform": World(base=(1 / 11,) * 11)}
"""The instance, and the same with every action compared equally often."""


def counts(world: World, numbers: Sequence[int], replicates: int, *, seed: int) -> NDArray[np.int64]:
    """Return how often i was preferred to j among the first so many preferences.

    Returns
    -------
    array, shape (replicates, len(numbers), K, K)

    Raises
    ------
    ValueError
        If the numbers are not positive and increasing.
    """
    if not numbers or min(numbers) < 1 or list(numbers) != sorted(set(numbers)):
        raise ValueError(f"numbers must be positive and increasing, got {list(numbers)!r:.200}")
    reward, base = np.array(world.reward), np.array(world.base)
    wins = 2 * np.outer(base, base) / (1 + np.exp(reward[None, :] - reward[:, None]))
    size = len(reward) ** 2
    outcome = Stream.named(seed, "preferences").categorical(wins.ravel() / wins.sum(), replicates, numbers[-1])
    found = np.zeros((replicates, len(numbers), size), dtype=np.int64)
    for replicate in range(replicates):
        for place, number in enumerate(numbers):
            found[replicate, place] = np.bincount(outcome[replicate, :number], minlength=size)
    return found.reshape(replicates, len(numbers), len(reward), len(reward))


def suboptimality(world: World, policy: Floats) -> float:
    """Return by how much the true reward of a policy is below that of the best action."""
    return max(world.reward) - float(np.dot(policy, world.reward))


def pathwise_slack(world: World, found: Collapse) -> float:
    r"""Return right side less left side of the inequality that holds for every set of preferences, with eta > 0.

    With the policy q, the reward s and the gap of the collapse, the true reward r and any policy p, here the best
    response to r:

    ``<p - q, r> <= <p - b, r - s> + beta (KL(p || ref) - KL(q || ref)) + (L(r) - L(s) + gap)/eta``.

    Raises
    ------
    ValueError
        If eta is 0.
    """
    problem, q, s = found.problem, found.policy, found.reward
    if problem.eta == 0:
        raise ValueError("the inequality needs eta > 0")
    r = np.array(world.reward)
    p = problem.best_response(r)
    divergences = problem.divergence(p) - problem.divergence(q)
    right = float(np.dot(p - problem.base_policy, r - s)) + problem.beta * divergences
    right += (problem.loss(r) - problem.loss(s) + found.gap) / problem.eta
    return right - float(np.dot(p - q, r))


def solve(world: World, wins: NDArray[np.int64], eta: float) -> Collapse:
    """Return the collapse for these preferences; eta = 0 is preference optimisation without the regulariser.

    Raises
    ------
    ValueError
        If eta is 0 and no two different actions were compared.
    """
    return collapse(world.problem(wins, eta))
