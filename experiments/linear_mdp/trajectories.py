"""Trajectories of processes, many for each replicate, by operations of the array-API standard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, device_of, namespace

__all__ = ["Chances", "Visits", "follow", "labels", "require_uniforms", "steps", "walk"]

Chances = Callable[[int, Array], Array]


@dataclass(frozen=True)
class Visits:
    """Pairs that trajectories visit: states and actions (R, W, H)."""

    states: Array
    actions: Array

    def of(self, table: Array) -> Array:
        """Return the entries of a table (H, S, A, ...), shape (R, W, H, ...)."""
        return self._entries(table, 0)

    def of_rows(self, tables: Array) -> Array:
        """Return the entries of a table (R, H, S, A) for each replicate, shape (R, W, H)."""
        xp, (rows, *sizes) = namespace(tables), tables.shape
        first = xp.arange(rows, device=device_of(tables))[:, None, None] * sizes[0]
        return self._entries(xp.reshape(tables, (rows * sizes[0], *sizes[1:])), first)

    def _entries(self, table: Array, first: Any) -> Array:
        """Return the entries of a table (L, S, A, ...) at layers ``first + 0, 1, ..., H - 1``."""
        xp, (layers, states, actions, *rest) = namespace(table), table.shape
        layer = xp.arange(self.states.shape[2], device=device_of(table)) + first
        place = xp.reshape((layer * states + self.states) * actions + self.actions, (-1,))
        flat = xp.reshape(table, (layers * states * actions, *rest))
        return xp.reshape(xp.take(flat, place, axis=0), (*self.states.shape, *rest))


def labels(chances: Array, points: Array) -> Array:
    """Return for each row of chances (..., n) the label whose part of [0, 1] the point lies in.

    Examples
    --------
    >>> import numpy as np
    >>> labels(np.asarray([[0.25, 0.5, 0.25]] * 3), np.asarray([0.125, 0.25, 0.875])).tolist()
    [0, 1, 2]
    """
    xp = namespace(chances)
    below = xp.cumulative_sum(chances[..., :-1], axis=-1) <= points[..., None]
    return xp.sum(xp.astype(below, xp.int64), axis=-1)


def follow(policy: Array) -> Chances:
    """Return the chances of actions under policies (R, H, S, A), as `walk` asks for them."""
    xp, (rows, _, states, actions) = namespace(policy), policy.shape
    first = xp.arange(rows, device=device_of(policy))[:, None] * states

    def chances(h: int, where: Array) -> Array:
        flat = xp.reshape(policy[:, h, ...], (rows * states, actions))
        return xp.reshape(xp.take(flat, xp.reshape(first + where, (-1,)), axis=0), (*where.shape, actions))

    return chances


def walk(process: Any, chances: Chances, points: Array) -> Visits:
    """Return trajectories; as `steps`, after a look at the arguments.

    Parameters
    ----------
    process
        A `LinearMDP` or an `experiments.linear_mdp.evaluation.Process`, on the back end of the points.
    chances
        Gives for a layer and states (R, W) the chances (R, W, A) of actions.
    points : array (R, W, H, 2)
        Uniforms.

    Raises
    ------
    ValueError
        If points are not of this shape or not uniforms, or chances not of theirs.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.linear_mdp.mdp import LinearMDP
    >>> mdp = LinearMDP.random(2, 3, 2, 2)
    >>> first = walk(mdp, lambda h, states: np.broadcast_to([1.0, 0.0], (4, 5, 2)), np.full((4, 5, 2, 2), 0.25))
    >>> int(first.states[..., 0].max()), int(first.actions.max())
    (0, 0)
    """
    require_uniforms(process, points)
    shape = (*points.shape[:2], process.features.shape[2])

    def checked(h: int, states: Array) -> Array:
        plays = chances(h, states)
        if tuple(plays.shape) != shape:
            raise ValueError(f"chances must have the shape {shape}, got {tuple(plays.shape)}")
        return plays

    return steps(process, checked, points)


def steps(process: Any, chances: Chances, points: Array) -> Visits:
    """Return the trajectories of `walk`; nothing is checked."""
    xp, (length, count, actions, _) = namespace(points), process.features.shape
    states = xp.zeros(points.shape[:2], dtype=xp.int64, device=device_of(points))
    visited, taken = [], []
    for h in range(length):
        action = labels(chances(h, states), points[..., h, 0])
        visited.append(states)
        taken.append(action)
        if h + 1 < length:
            rows = xp.reshape(process.kernel[h, ...], (count * actions, count))
            following = xp.take(rows, xp.reshape(states * actions + action, (-1,)), axis=0)
            states = labels(xp.reshape(following, (*states.shape, count)), points[..., h, 1])
    return Visits(xp.stack(visited, axis=-1), xp.stack(taken, axis=-1))


def require_uniforms(process: Any, points: Array) -> None:
    """Refuse points that are not uniforms (R, W, H, 2) for trajectories."""
    length = process.features.shape[0]
    if points.ndim != 4 or tuple(points.shape[2:]) != (length, 2):
        raise ValueError(f"points must have the shape (R, W, {length}, 2), got {tuple(points.shape)}")
    if not bool(namespace(points).all((points >= 0) & (points < 1))):
        raise ValueError("points must be uniforms in [0, 1)")
