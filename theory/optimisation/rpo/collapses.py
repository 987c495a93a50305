r"""The collapse of many sets of preferences at once, for arrays of any namespace.

All sets have the same policies and box; each has preferences and a weight eta of its own. A set takes the Newton steps
that it takes alone, decided by its own numbers: rows that are done stay where they are until the last one is, so that
the host learns one bit a step, whether any row moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, device_of, namespace, quiet
from theory.optimisation.rpo.objectives import Objectives
from theory.shown import Shown

__all__ = ["Collapses", "collapses"]

_ROUNDING = 4e-16
_STEPS, _LAST_STEPS = 200, 4  # most Newton steps for one weight of the barrier (a few are usual), and near its end


@dataclass(frozen=True, eq=False)
class Collapses(Shown):
    """Rewards and their best responses (B, K), with bounds of both orders of minimum and maximum (B,).

    Attributes
    ----------
    min_max
        Phi at the reward: at least the minimax value.
    max_min
        What the policy guarantees against all rewards of the box: at most the maximin value.
    """

    objectives: Objectives
    reward: Array
    policy: Array
    min_max: Array
    max_min: Array

    @property
    def gap(self) -> Array:
        """Return ``min_max - max_min``."""
        return self.min_max - self.max_min


@quiet  # the gap is checked
def collapses(problem: Objectives, *, tolerance: float = 1e-9) -> Collapses:
    """Minimise every Phi over the box by Newton steps with a barrier, until its two values are ``tolerance`` apart.

    Of several minimisers that in the centre is found, to some five digits: a barrier alone says which, whose last
    weight is ``tolerance/(32 K)`` or less. Actions that are never compared get the reward 0.

    Raises
    ------
    ValueError
        If the tolerance is not positive.
    ArithmeticError
        If it is not reached for all of them: it is below rounding, whose size is that of eta B K, or
        B/beta is so large that floats do not resolve the policy.

    Examples
    --------
    >>> import numpy as np
    >>> wins, eta = np.asarray([[[0, 3], [1, 0]], [[0, 1], [1, 0]]]), np.asarray([0.5, 0.5])
    >>> found = collapses(Objectives.of((0.5, 0.5), (0.5, 0.5), wins, eta, beta=1.0, bound=2.0))
    >>> found.policy.round(4).tolist(), found.min_max.round(6).tolist()
    ([[0.6667, 0.3333], [0.5, 0.5]], [0.608198, 0.693147])
    """
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance!r}")
    xp = namespace(problem.weights)
    reward, weight = xp.zeros_like(problem.weights[:, :, 0]), 1.0
    while weight > tolerance / (32 * reward.shape[1]):
        weight /= 16
        reward = _centre(problem, reward, weight)
    slope = problem.gradient(reward)
    near = (problem.bound - xp.abs(reward) < 1e-4 * problem.bound) & (slope * reward < 0)
    moved = xp.where(near, xp.sign(reward) * problem.bound, reward)
    gap, other = (_frank_wolfe_gap(problem.gradient(point), point, problem.bound) for point in (reward, moved))
    better = other < gap
    gap, reward = xp.where(better, other, gap), xp.where(better[:, None], moved, reward)
    if not bool(xp.all(gap <= tolerance)):
        raise ArithmeticError(f"the gap is {float(xp.max(gap)):.2g}, more than {tolerance:g}")
    value = problem.inner_maximum(reward)
    return Collapses(problem, reward, problem.best_response(reward), value, value - gap)


def _frank_wolfe_gap(slope: Array, reward: Array, bound: float) -> Array:
    xp = namespace(slope)
    return xp.sum(xp.maximum(slope * (reward + bound), slope * (reward - bound)), axis=-1)


def _centre(problem: Objectives, reward: Array, weight: float) -> Array:
    """Minimise every Phi less ``weight sum ln(B^2 - r^2)`` by damped Newton steps from points inside the box."""
    xp, bound = namespace(reward), problem.bound
    unit = xp.eye(reward.shape[1], dtype=reward.dtype, device=device_of(reward))
    near = xp.zeros_like(reward[:, 0])
    for _ in range(_STEPS):
        above, below = bound - reward, bound + reward
        slope = problem.gradient(reward) + weight * (1 / above - 1 / below)
        barrier = weight * (1 / above**2 + 1 / below**2)
        move = _solved(xp, problem.hessian(reward) + barrier[:, :, None] * unit, -slope)
        decrease = -xp.sum(slope * move, axis=-1)
        near = near + xp.astype(decrease <= 1e-9 * weight, near.dtype)  # from here on steps square the error
        flat = (near > 0) & (2 * bound * xp.sum(xp.abs(slope), axis=-1) <= weight)
        active = (decrease > 0) & (near <= _LAST_STEPS) & ~flat  # a row that stays is told to stay again
        if not bool(xp.any(active)):
            break
        inside = xp.min(xp.where(move > 0, above, below) / xp.maximum(xp.abs(move), 1e-300), axis=-1)
        length = xp.minimum(0.95 * inside, 1.0)
        length = _shortened(problem, reward, move, weight, length, decrease, active)
        reward = xp.where(active[:, None], reward + length[:, None] * move, reward)
    return reward


def _shortened(
    problem: Objectives, reward: Array, move: Array, weight: float, length: Array, decrease: Array, active: Array
) -> Array:
    """Halve the lengths of the active rows until each step decreases its value by a tenth of what its slope says."""
    xp = namespace(reward)
    start = _barred(problem, reward, weight)
    allowed = start + _ROUNDING * (1 + xp.abs(start))
    while True:
        there = _barred(problem, reward + length[:, None] * move, weight)
        long = active & (there > allowed - 0.1 * length * decrease)
        if not bool(xp.any(long)):
            return length
        length = xp.where(long, length / 2, length)


def _barred(problem: Objectives, point: Array, weight: float) -> Array:
    """Return Phi less the barrier; infinite where rounding put a point onto the boundary."""
    xp, bound = namespace(point), problem.bound
    within = xp.all(xp.abs(point) < bound, axis=-1)
    inner = xp.where(within[:, None], point, xp.zeros_like(point))
    value = problem.inner_maximum(inner) - weight * xp.sum(xp.log(bound - inner) + xp.log(bound + inner), axis=-1)
    return xp.where(within, value, xp.full_like(value, float("inf")))


def _solved(xp: Any, curve: Array, side: Array) -> Array:
    """Solve with the diagonals scaled to 1: the barrier's curvature ranges over many orders of magnitude.

    What is added keeps solvable what rounding makes singular: there some libraries raise for all, others for none.
    """
    scale = 1 / xp.sqrt(xp.linalg.diagonal(curve))
    unit = xp.eye(curve.shape[-1], dtype=curve.dtype, device=device_of(curve))
    scaled = curve * (scale[:, :, None] * scale[:, None, :]) + _ROUNDING * curve.shape[-1] * unit
    return scale * xp.linalg.solve(scaled, (scale * side)[:, :, None])[:, :, 0]
