"""Playing a process to know it: trajectories, and policies that together visit what can be visited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.linear_mdp.mdp import Floats, LinearMDP

__all__ = ["Visits", "cover", "walk"]

Chances = Callable[[int, NDArray[np.int64]], Floats]


@dataclass(frozen=True)
class Visits:
    """Pairs that trajectories visit: states and actions (R, W, H)."""

    states: NDArray[np.int64]
    actions: NDArray[np.int64]

    def of(self, table: Floats) -> Floats:
        """Return the entries of a table (H, S, A, ...), shape (R, W, H, ...)."""
        return table[np.arange(self.states.shape[2]), self.states, self.actions]

    def of_rows(self, tables: Floats) -> Floats:
        """Return the entries of a table (R, H, S, A) for each replicate, shape (R, W, H)."""
        rows, layers = np.arange(len(self.states))[:, None, None], np.arange(self.states.shape[2])
        return tables[rows, layers, self.states, self.actions]


def walk(mdp: LinearMDP, chances: Chances, points: Floats) -> Visits:
    """Return trajectories.

    Parameters
    ----------
    mdp
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
    >>> mdp = LinearMDP.random(2, 3, 2, 2)
    >>> first = walk(mdp, lambda h, states: np.broadcast_to([1.0, 0.0], (4, 5, 2)), np.full((4, 5, 2, 2), 0.25))
    >>> int(first.states[..., 0].max()), int(first.actions.max())
    (0, 0)
    """
    points = _uniforms(mdp, points)
    count, width, length = points.shape[:3]
    states = np.zeros((count, width, length), dtype=np.int64)
    actions = np.zeros_like(states)
    for h in range(length):
        plays = chances(h, states[..., h])
        if plays.shape != (count, width, mdp.shape[2]):
            raise ValueError(f"chances must have the shape {(count, width, mdp.shape[2])}, got {plays.shape}")
        actions[..., h] = _labels(plays, points[..., h, 0])
        if h + 1 < length:
            states[..., h + 1] = _labels(mdp.kernel[h, states[..., h], actions[..., h]], points[..., h, 1])
    return Visits(states, actions)


def _uniforms(mdp: LinearMDP, points: Any) -> Floats:
    """Return points as an array if they are uniforms for trajectories."""
    found = np.asarray(points, dtype=np.float64)
    if found.ndim != 4 or found.shape[2:] != (mdp.shape[0], 2):
        raise ValueError(f"points must have the shape (R, W, {mdp.shape[0]}, 2), got {found.shape}")
    if not ((found >= 0) & (found < 1)).all():
        raise ValueError("points must be uniforms in [0, 1)")
    return found


def _follow(policy: Floats) -> Chances:
    """Return what `walk` asks of policies (R, H, S, A)."""
    return lambda h, states: policy[np.arange(len(policy))[:, None], h, states]


def _labels(chances: Floats, points: Floats) -> NDArray[np.int64]:
    return (np.cumsum(chances[..., :-1], axis=-1) <= points[..., None]).sum(axis=-1)


def cover(mdp: LinearMDP, points: Floats, policies: int) -> tuple[Floats, Floats]:
    """Return the policies of a cover (R, N, H, S, A), and the inverse (R, H, d, d) that it ends with.

    The next policy is greedy for the reward ``|phi|^2`` in the inverse of ``I + sum phi phi'`` over what has been
    visited, its values by least squares on the transitions that have been seen. The process is used to play, not to
    plan.

    Parameters
    ----------
    mdp
    points : array (R, N M, H, 2)
        Uniforms of all episodes, M for each policy.
    policies : int
        N.

    Raises
    ------
    ValueError
        If points are not of this shape, or not uniforms, or not as many for each policy, at least one.
    """
    length, states, actions, size = mdp.shape
    points = _uniforms(mdp, points)
    if isinstance(policies, bool) or not isinstance(policies, int) or policies < 1:
        raise ValueError(f"policies must be an int >= 1, got {policies!r}")
    count, visits = points.shape[0], points.shape[1] // policies
    if not visits or points.shape[1] % policies:
        raise ValueError(f"each of {policies} policies must have as many episodes, got {points.shape[1]} in all")
    squares = np.broadcast_to(np.eye(size), (count, length, size, size)).copy()
    seen: list[tuple[Floats, NDArray[np.int64]]] = []
    found = [np.full((count, length, states, actions), 1 / actions)]
    for i in range(policies):
        part = points[:, i * visits : (i + 1) * visits]
        visited = walk(mdp, _follow(found[-1]), part)
        features = visited.of(mdp.features)
        squares += np.einsum("rwhi,rwhj->rhij", features, features)
        seen.append((features, visited.states))
        if i + 1 < policies:
            found.append(_uncertain(mdp, _inverse(squares), seen))
    return np.stack(found, axis=1), _inverse(squares)


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _uncertain(mdp: LinearMDP, inverses: Floats, seen: list[tuple[Floats, NDArray[np.int64]]]) -> Floats:
    """Return the greedy policy (R, H, S, A) for uncertainty, by least squares on seen transitions."""
    features = np.concatenate([item for item, _ in seen], axis=1)
    states = np.concatenate([item for _, item in seen], axis=1)
    reward = np.einsum("hsai,rhij,hsaj->rhsa", mdp.features, inverses, mdp.features)
    policy, rows = np.zeros(reward.shape), np.arange(len(reward))[:, None]
    value = np.zeros((len(reward), mdp.shape[1]))
    for h in reversed(range(mdp.shape[0])):
        gain = reward[:, h]
        if h + 1 < mdp.shape[0]:
            following = value[rows, states[..., h + 1]]
            target = np.einsum("rwi,rw->ri", features[..., h, :], following)
            gain = gain + np.einsum("sai,rij,rj->rsa", mdp.features[h], inverses[:, h], target)
        best = gain.argmax(axis=-1)[..., None]
        np.put_along_axis(policy[:, h], best, 1.0, axis=-1)
        value = np.clip(np.take_along_axis(gain, best, axis=-1)[..., 0], 0.0, mdp.shape[0])
    return policy
