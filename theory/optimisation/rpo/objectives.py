"""The objective of the collapse as a function of rewards, for many sets of preferences and arrays of any namespace.

`theory.optimisation.rpo.collapse` has the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from theory.arrays import Array, device_of, namespace, quiet

__all__ = ["Objectives"]

_LARGE = 1e290  # sums of numbers of wins beyond need not be finite


@dataclass(frozen=True, eq=False)
class Objectives:
    """The objectives of B sets of preferences over K actions, as functions of rewards (B, K).

    Attributes
    ----------
    log_reference, base : arrays, shape (K,)
        Logarithms of the reference policy, and the base policy.
    weights : array, shape (B, K, K)
        Shares of the preferences of the first action for the second, those of an action with itself left out; zero
        where there are none.
    eta : array, shape (B,)
    beta, bound : float
    """

    log_reference: Array
    base: Array
    weights: Array
    eta: Array
    beta: float
    bound: float

    @classmethod
    def of(
        cls, reference: Sequence[float], base: Sequence[float], wins: Array, eta: Array, *, beta: float, bound: float
    ) -> Objectives:
        """Return the objectives for numbers of wins (B, K, K) and weights of the adversary (B,), on their back end.

        Raises
        ------
        ValueError
            If an eta is 0 and no two different actions were compared.
        """
        xp, device = namespace(wins), device_of(wins)
        law, start = (xp.asarray(list(given), dtype=xp.float64, device=device) for given in (reference, base))
        shares = xp.astype(wins, xp.float64) * (1 - xp.eye(law.shape[0], dtype=xp.float64, device=device))
        most = xp.max(shares, axis=(1, 2), keepdims=True)
        shares = shares / xp.where(most > _LARGE, most, xp.ones_like(most))
        total = xp.sum(shares, axis=(1, 2), keepdims=True)
        if bool(xp.any((total[:, 0, 0] == 0) & (eta == 0))):
            raise ValueError("with eta = 0 there must be preferences between different actions, got none")
        shares = shares / xp.where(total > 0, total, xp.ones_like(total))
        return cls(xp.log(law) - xp.log(xp.sum(law)), start / xp.sum(start), shares, eta, beta, bound)

    def best_response(self, reward: Array) -> Array:
        """Return the policies ``reference exp(reward/beta)``, normalised."""
        xp = namespace(reward)
        raw = self.log_reference + reward / self.beta
        weight = xp.exp(raw - xp.max(raw, axis=-1, keepdims=True))
        return weight / xp.sum(weight, axis=-1, keepdims=True)

    def loss(self, reward: Array) -> Array:
        """Return L, the mean negative log-likelihoods of the preferences (B,)."""
        xp = namespace(reward)
        losses = xp.logaddexp(xp.zeros_like(self.weights), reward[..., None, :] - reward[..., :, None])
        return xp.sum(self.weights * losses, axis=(1, 2))

    @quiet
    def inner_maximum(self, reward: Array) -> Array:
        """Return Phi, the largest objectives of any policy at these rewards (B,)."""
        xp = namespace(reward)
        moved = (reward - xp.sum(self.base * reward, axis=-1, keepdims=True)) / self.beta
        small = xp.sum(xp.exp(self.log_reference) * xp.expm1(moved), axis=-1)
        raw = self.log_reference + moved
        top = xp.max(raw, axis=-1, keepdims=True)
        large = top[..., 0] + xp.log(xp.sum(xp.exp(raw - top), axis=-1))
        near = xp.max(xp.abs(moved), axis=-1) < 1  # beta is large: keep the digits of the small logarithm
        normaliser = xp.where(near, xp.log1p(xp.where(near, small, xp.zeros_like(small))), large)
        return self.eta * self.beta * normaliser + self.loss(reward)

    def divergence(self, policy: Array) -> Array:
        """Return KL(policy || reference), zeros in the policy allowed."""
        xp = namespace(policy)
        kept = xp.where(policy > 0, policy, xp.ones_like(policy))
        return xp.sum(policy * (xp.log(kept) - self.log_reference), axis=-1)

    @quiet
    def gradient(self, reward: Array) -> Array:
        """Return the gradients of Phi (B, K)."""
        xp = namespace(reward)
        found = self.eta[:, None] * (self.best_response(reward) - self.base)
        pull = self.weights / (1 + xp.exp(reward[:, :, None] - reward[:, None, :]))
        return found + xp.sum(pull, axis=1) - xp.sum(pull, axis=2)

    @quiet
    def hessian(self, reward: Array) -> Array:
        """Return the Hessians of Phi (B, K, K), singular along equal rewards."""
        xp, q = namespace(reward), self.best_response(reward)
        unit = xp.eye(q.shape[-1], dtype=q.dtype, device=device_of(q))
        curve = self.weights / (4 * xp.cosh((reward[:, :, None] - reward[:, None, :]) / 2) ** 2)
        curve = curve + xp.matrix_transpose(curve)
        spread = q[:, :, None] * unit - q[:, :, None] * q[:, None, :]
        return self.eta[:, None, None] / self.beta * spread + xp.sum(curve, axis=2)[:, :, None] * unit - curve
