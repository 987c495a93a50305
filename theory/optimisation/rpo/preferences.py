"""One tabular problem of preference optimisation, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.optimisation.rpo.objectives import Objectives

__all__ = ["Preferences"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Preferences:
    """A tabular problem. The numbers are exact binary fractions; both policies are these divided by their sums.

    Parameters
    ----------
    reference
        The reference policy: K positive numbers with sum 1.
    base
        The policy whose reward is subtracted: K nonnegative numbers with sum 1.
    wins
        ``wins[i][j]``: how often i was preferred to j; not all zero off the diagonal, unless eta > 0.
    eta, beta
        Weight of the adversary, at least 0 (0: the preferences alone), and of the divergence, positive.
    bound
        B; rewards are in [-B, B].

    Raises
    ------
    ValueError
        If a number is out of its range, or shapes do not fit.
    """

    reference: tuple[float, ...]
    base: tuple[float, ...]
    wins: tuple[tuple[float, ...], ...]
    eta: float
    beta: float
    bound: float

    def __post_init__(self) -> None:
        K = len(self.reference)
        if K < 2 or len(self.base) != K or len(self.wins) != K or any(len(row) != K for row in self.wins):
            raise ValueError(f"reference and base must have K >= 2 entries and wins K rows of K, got {K} actions")
        for name, law, low in (("reference", self.reference, "positive"), ("base", self.base, "nonnegative")):
            if not all(0 <= p <= 1 for p in law) or (low == "positive" and min(law) == 0) or abs(sum(law) - 1) > 1e-9:
                raise ValueError(f"{name} must have {low} entries with sum 1, got {law!r:.200}")
        if not all(0 <= n < math.inf for row in self.wins for n in row):
            raise ValueError("wins must be nonnegative and finite")
        if not (0 <= self.eta < math.inf and 0 < self.beta < math.inf and 0 < self.bound < math.inf):
            raise ValueError(
                f"eta must be >= 0, beta and bound > 0, and all finite; got {self.eta!r}, {self.beta!r}, {self.bound!r}"
            )
        if self.eta == 0 and not any(n for i, row in enumerate(self.wins) for j, n in enumerate(row) if i != j):
            raise ValueError("with eta = 0 there must be preferences between different actions, got none")

    @cached_property
    def objectives(self) -> Objectives:
        """The objective for rewards of shape (1, K)."""
        wins, eta = np.array([self.wins], dtype=float), np.array([self.eta], dtype=float)
        return Objectives.of(self.reference, self.base, wins, eta, beta=self.beta, bound=self.bound)

    @property
    def log_reference(self) -> Floats:
        """Logarithms of the reference policy, with sum 1 (K,)."""
        return np.asarray(self.objectives.log_reference)

    @property
    def base_policy(self) -> Floats:
        """The base policy, with sum 1 (K,)."""
        return np.asarray(self.objectives.base)

    @property
    def weights(self) -> Floats:
        """Shares of the preferences (K, K), those of an action with itself left out; zero if there are none."""
        return np.asarray(self.objectives.weights[0])

    def best_response(self, reward: Floats) -> Floats:
        """Return the policy ``reference exp(reward/beta)``, normalised."""
        return np.asarray(self.objectives.best_response(reward))

    def inner_maximum(self, reward: Floats) -> float:
        """Return Phi, the largest objective of any policy at this reward."""
        return float(self.objectives.inner_maximum(reward[None])[0])

    def loss(self, reward: Floats) -> float:
        """Return L, the mean negative log-likelihood of the preferences."""
        return float(self.objectives.loss(reward[None])[0])

    def divergence(self, policy: Floats) -> float:
        """Return KL(policy || reference), zeros in the policy allowed."""
        return float(self.objectives.divergence(policy))

    def objective(self, policy: Floats, reward: Floats) -> float:
        """Return the objective of a policy, zeros allowed, and a reward."""
        gain = float(np.dot(policy - self.base_policy, reward)) - self.beta * self.divergence(policy)
        return self.eta * gain + self.loss(reward)

    def gradient(self, reward: Floats) -> Floats:
        """Return the gradient of Phi."""
        return np.asarray(self.objectives.gradient(reward[None])[0])

    def hessian(self, reward: Floats) -> Floats:
        """Return the Hessian of Phi, singular along equal rewards."""
        return np.asarray(self.objectives.hessian(reward[None])[0])
