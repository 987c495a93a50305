"""The epochs of a learner without a simulator: what their episodes do, what is learned from them, what they cost.

See `experiments.linear_mdp.simulator_free`. All is done by operations of the array-API standard.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, device_of, namespace, to_numpy
from experiments.horizons import Violation
from experiments.linear_mdp.covers import cover
from experiments.linear_mdp.evaluation import Process, best, linear, policy_value, squared_norms
from experiments.linear_mdp.free_learners import SimulatorFree
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.trajectories import Chances, Visits, follow, steps
from experiments.streams import Stream
from theory.arrays import quiet
from theory.online.log_barrier import ftrl_weights

__all__ = ["Epochs", "Plan"]

TOLERANCE = 1e-9
_STREAM = "episodes without a simulator"


@dataclass(frozen=True)
class Plan:
    """What the episodes of an epoch do.

    Attributes
    ----------
    until : int array (R, W)
        The layer up to and with which an episode follows the cover; -1 if it does not explore.
    which : int array (R, W)
        The policy of the cover.
    """

    until: Array
    which: Array

    @classmethod
    def drawn(cls, learner: SimulatorFree, length: int, points: Array) -> Plan:
        """Return plans from uniforms (R, W, 3)."""
        xp = namespace(points)
        until, which = (
            xp.astype(xp.floor(count * points[..., place]), xp.int64)
            for place, count in ((1, length), (2, learner.policies))
        )
        return cls(xp.where(points[..., 0] < learner.explore, until, -1), which)

    def weights(self, length: int) -> Array:
        """Return the weights (R, W, H) of layers."""
        xp, until = namespace(self.until), self.until[..., None]
        at_end = xp.arange(length, device=device_of(until)) == until
        return xp.where(until >= 0, length * xp.astype(at_end, xp.float64), 1.0)

    def follow(self, policy: Array, cover: Array) -> Chances:
        """Return what `experiments.linear_mdp.trajectories.steps` asks for.

        ``policy`` is (R, H, S, A), ``cover`` (R, N, H, S, A). In one table they are policy 0 and 1 to N.
        """
        xp, (count, length, states, actions) = namespace(policy), policy.shape
        every = xp.concat([policy[:, None, ...], cover], axis=1)
        tables = xp.reshape(xp.permute_dims(every, (0, 2, 1, 3, 4)), (count, length, -1, actions))
        chances = follow(tables)
        return lambda h, where: chances(h, xp.where(self.until >= h, 1 + self.which, 0) * states + where)


class Epochs:
    """Epochs under way; ``cover``, ``known`` (R, H, S) and the sums of losses and of costs (R, H, S, A)."""

    def __init__(
        self,
        learner: SimulatorFree,
        mdp: LinearMDP,
        losses: Losses,
        rows: range,
        seed: int,
        epochs: int,
        backend: Backend,
    ) -> None:
        self.learner, self.losses, self.rows, self.seed = learner, losses, rows, seed
        self.backend, self.xp, self.process = backend, backend.xp, Process.on(mdp, backend)
        self.share = 1 / epochs
        self.played = 0
        self.totals = self._filled(0.0, *mdp.shape[:3])
        self.paid, self.spread = (self._filled(0.0, *mdp.shape[:2]) for _ in range(2))
        self.least, self.least_cost = self._filled(0.0), self._filled(0.0)
        self.least_slack = self._filled(math.inf)
        points = self._uniforms("cover", 0, (learner.policies * learner.visits, mdp.shape[0], 2))
        self.cover, inverses = cover(self.process, points, learner.policies)
        self.known = self.xp.all(squared_norms(self.process, inverses) <= learner.known, axis=-1)
        self.weights, self.value = self._filled(0.0, *losses.shape), self._filled(0.0)
        for i in range(learner.policies):
            theta = self.xp.sum(self._losses(learner.visits), axis=1)
            self.value = self.value + policy_value(self.process, self.cover[:, i, ...], linear(self.process, theta))
            self.weights = self.weights + theta

    def _filled(self, value: float, *shape: int) -> Array:
        return self.xp.full((len(self.rows), *shape), value, dtype=self.xp.float64, device=self.backend.device)

    def _uniforms(self, name: str, start: int, shape: tuple[int, ...]) -> Array:
        """Return uniforms (R, *shape) of the episodes from ``start`` on; the first axis of the shape is episodes."""
        stream = Stream.named(self.seed, _STREAM, name)
        return stream.uniform(self.rows, shape, offset=start * math.prod(shape[1:]), backend=self.backend)

    def _losses(self, count: int) -> Array:
        """Return the weights (R, count, H, d) of the losses of the next episodes."""
        low, self.played = self.played, self.played + count
        return self.losses.weights(self.rows, range(low, self.played), seed=self.seed, backend=self.backend)

    @quiet  # sums are checked for what overflows
    def epoch(self, number: int) -> None:
        """Play an epoch and learn from it.

        Raises
        ------
        Violation, OverflowError
            As `experiments.linear_mdp.simulator_free.run_simulator_free`.
        """
        learner, start, xp = self.learner, number * self.learner.width, self.xp
        length, half = self.totals.shape[1], learner.width // 2
        policy = self._policy()
        thetas = self._losses(learner.width)
        self._account(policy, xp.sum(thetas, axis=1))
        plan = Plan.drawn(learner, length, self._uniforms("plans", start, (learner.width, 3)))
        points = self._uniforms("walks", start, (learner.width, length, 2))
        visited = steps(self.process, plan.follow(policy, self.cover), points)
        weights, features = plan.weights(length), visited.of(self.process.features)
        inverse = self._inverse(weights[:, :half, ...], features[:, :half, ...])
        bonus = self._bonus(policy, inverse)
        weights, features = weights[:, half:, ...], features[:, half:, ...]
        later = Visits(visited.states[:, half:, ...], visited.actions[:, half:, ...])
        paid = xp.sum(features * self._shuffled(start, thetas)[:, half:, ...], axis=-1)
        estimates = self._estimate(inverse, weights, features, _from_here(xp, paid, 1.0))
        own = later.of_rows(bonus)
        ahead = self._estimate(inverse, weights, features, _from_here(xp, own, 1 + 1 / length) - own)
        self._record(number, policy, estimates, estimates - bonus - ahead)

    def _inverse(self, weights: Array, features: Array) -> Array:
        """Return the inverse (R, H, d, d) of the weighted covariance plus the ridge."""
        xp, (_, width, _, size) = self.xp, features.shape
        rows = xp.permute_dims(features, (0, 2, 1, 3))
        weighted = xp.permute_dims(weights, (0, 2, 1))[..., None] * rows
        ridge = self.learner.gamma * xp.eye(size, dtype=xp.float64, device=self.backend.device)
        return xp.linalg.inv(xp.matrix_transpose(rows) @ weighted / width + ridge)

    def _shuffled(self, start: int, thetas: Array) -> Array:
        """Return the weights of losses in the random order in which the trajectories of an epoch meet them."""
        xp, (count, width, *rest) = self.xp, thetas.shape
        order = xp.argsort(self._uniforms("order", start, (width,)), axis=1, stable=False)
        place = order + xp.arange(count, device=self.backend.device)[:, None] * width
        flat = xp.reshape(thetas, (count * width, *rest))
        return xp.reshape(xp.take(flat, xp.reshape(place, (-1,)), axis=0), thetas.shape)

    @quiet  # the exponential of minus infinity is 0
    def _policy(self) -> Array:
        xp, eta = self.xp, self.learner.eta
        if self.learner.learner == "log barrier":
            return ftrl_weights(self.totals, eta)
        grown = xp.exp(-eta * (self.totals - xp.min(self.totals, axis=-1, keepdims=True)))
        return grown / xp.sum(grown, axis=-1, keepdims=True)

    def _bonus(self, policy: Array, inverse: Array) -> Array:
        xp, norms = self.xp, squared_norms(self.process, inverse)
        bonus = self.learner.beta * (norms + xp.sum(policy * norms, axis=-1, keepdims=True))
        return bonus * xp.astype(self.known, xp.float64)[..., None]

    def _estimate(self, inverse: Array, weights: Array, features: Array, sums: Array) -> Array:
        target = self.xp.sum((weights * sums)[..., None] * features, axis=1) / weights.shape[1]
        return linear(self.process, (inverse @ target[..., None])[..., 0])

    def _account(self, policy: Array, theta: Array) -> None:
        """Add the exact expected loss of an epoch: that of the learner's policy, and of each way to explore."""
        learner, length, losses = self.learner, policy.shape[1], linear(self.process, theta)
        value = (1 - learner.explore) * policy_value(self.process, policy, losses)
        if learner.explore:
            share = learner.explore / (length * learner.policies)
            for until in range(1, length + 1):
                rest = self.xp.broadcast_to(policy[:, None, until:, ...], self.cover[:, :, until:, ...].shape)
                mixed = self.xp.concat([self.cover[:, :, :until, ...], rest], axis=2)
                values = policy_value(self.process, mixed, losses[:, None, ...])
                value = value + share * self.xp.sum(values, axis=1)
        self.value = self.value + value
        self.weights = self.weights + theta

    def _record(self, number: int, policy: Array, estimates: Array, costs: Array) -> None:
        xp, eta, pairs = self.xp, self.learner.eta, (1, 2, 3)
        mean = xp.sum(policy * costs, axis=-1)
        self.spread = self.spread + eta * xp.sum(policy * (costs - mean[..., None]) ** 2, axis=-1)
        lost = ~(xp.all(xp.isfinite(costs), axis=pairs) & xp.all(xp.isfinite(self.spread), axis=(1, 2)))
        if bool(xp.any(lost)):
            given = f"eta {eta!r}, gamma {self.learner.gamma!r}, beta {self.learner.beta!r}"
            row = self.rows[int(np.argmax(to_numpy(lost)))]
            raise OverflowError(f"epoch {number}, replicate {row}: costs are too large for floats: {given}")
        self.least = xp.minimum(self.least, xp.min(eta * estimates, axis=pairs))
        self.least_cost = xp.minimum(self.least_cost, xp.min(eta * costs, axis=pairs))
        self.paid = self.paid + mean
        self.totals = self.totals + costs
        if self.learner.learner == "log barrier":
            self._hold(number)

    def _hold(self, number: int) -> None:
        """Hold the log barrier against its inequality in every state."""
        xp, share, actions = self.xp, self.share, self.totals.shape[-1]
        corner = -math.log1p(share / actions - share) - (actions - 1) * math.log(share / actions)
        allowance = (corner - actions * math.log(actions)) / self.learner.eta
        least = xp.min(self.totals, axis=-1)
        right = allowance + self.spread / 4 + (1 - share) * least + share * xp.mean(self.totals, axis=-1)
        slack = (right - self.paid) / (1 + abs(self.paid) + self.spread + abs(least))
        self.least_slack = xp.minimum(self.least_slack, xp.min(slack, axis=(1, 2)))
        if not bool(xp.all(slack >= -TOLERANCE)):
            found = to_numpy(slack)
            row, layer, state = np.argwhere(~(found >= -TOLERANCE))[0].tolist()
            at = f"epoch {number}, replicate {self.rows[row]}, layer {layer}, state {state}"
            violated = f"the learner violates its inequality by {float(-found[row, layer, state])!r} of its terms"
            raise Violation(f"{at}: {violated}")

    def regret(self) -> Array:
        """Return the regret so far (R,)."""
        return self.value - best(self.process, linear(self.process, self.weights))[1]


def _from_here(xp: Any, values: Array, factor: float) -> Array:
    """Return ``sum over i >= h of factor^(i-h) values_i`` for values (R, W, H)."""
    sums = xp.asarray(values, copy=True)
    for h in range(values.shape[-1] - 2, -1, -1):
        sums[..., h] += factor * sums[..., h + 1]
    return sums
