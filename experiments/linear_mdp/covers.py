"""Playing a process to know it: policies that together visit what can be visited."""

from __future__ import annotations

from typing import Any

from experiments.arrays import Array, device_of, namespace
from experiments.linear_mdp.evaluation import squared_norms
from experiments.linear_mdp.trajectories import follow, require_uniforms, steps

__all__ = ["cover"]


def cover(process: Any, points: Array, policies: int) -> tuple[Array, Array]:
    """Return the policies of a cover (R, N, H, S, A), and the inverse (R, H, d, d) that it ends with.

    The next policy is greedy for the reward ``|phi|^2`` in the inverse of ``I + sum phi phi'`` over what has been
    visited, its values by least squares on the transitions that have been seen. The process is used to play, not to
    plan.

    Parameters
    ----------
    process
        A `LinearMDP` or an `experiments.linear_mdp.evaluation.Process`, on the back end of the points.
    points : array (R, N M, H, 2)
        Uniforms of all episodes, M for each policy.
    policies : int
        N.

    Raises
    ------
    ValueError
        If points are not of this shape, or not uniforms, or not as many for each policy, at least one.
    """
    xp, (length, states, actions, size) = namespace(points), process.features.shape
    require_uniforms(process, points)
    if isinstance(policies, bool) or not isinstance(policies, int) or policies < 1:
        raise ValueError(f"policies must be an int >= 1, got {policies!r}")
    count, visits = points.shape[0], points.shape[1] // policies
    if not visits or points.shape[1] % policies:
        raise ValueError(f"each of {policies} policies must have as many episodes, got {points.shape[1]} in all")
    given = {"dtype": xp.float64, "device": device_of(points)}
    squares = xp.broadcast_to(xp.eye(size, **given), (count, length, size, size))
    seen: list[tuple[Array, Array]] = []
    found = [xp.full((count, length, states, actions), 1 / actions, **given)]
    for i in range(policies):
        visited = steps(process, follow(found[-1]), points[:, i * visits : (i + 1) * visits, ...])
        features = xp.permute_dims(visited.of(process.features), (0, 2, 1, 3))
        squares = squares + xp.matrix_transpose(features) @ features
        seen.append((features, visited.states))
        if i + 1 < policies:
            found.append(uncertain(process, xp.linalg.inv(squares), seen))
    return xp.stack(found, axis=1), xp.linalg.inv(squares)


def uncertain(process: Any, inverses: Array, seen: list[tuple[Array, Array]]) -> Array:
    """Return the greedy policy (R, H, S, A) for uncertainty, by least squares on seen transitions.

    Parameters
    ----------
    process
    inverses : array (R, H, d, d)
    seen : list of pairs of arrays (R, H, W, d) and (R, W, H)
        Features and states.
    """
    xp, length = namespace(inverses), process.features.shape[0]
    features, states = (xp.concat([item[k] for item in seen], axis=2 - k) for k in (0, 1))
    reward = squared_norms(process, inverses)
    first = xp.arange(reward.shape[0], device=device_of(reward))[:, None] * reward.shape[2]
    places = xp.arange(reward.shape[3], device=device_of(reward))
    policy: list[Array] = []
    value = reward[:, 0, :, 0]  # of the shape alone: nothing comes after the last layer
    for h in range(length - 1, -1, -1):
        gain = reward[:, h, ...]
        if policy:
            place = xp.reshape(first + states[..., h + 1], (-1,))
            following = xp.reshape(xp.take(xp.reshape(value, (-1,)), place), (*states.shape[:2], 1))
            weights = inverses[:, h, ...] @ (xp.matrix_transpose(features[:, h, ...]) @ following)
            pairs = xp.reshape(process.features[h, ...], (-1, weights.shape[1]))
            gain = gain + xp.reshape(pairs @ weights, gain.shape)
        policy.insert(0, xp.astype(xp.argmax(gain, axis=-1, keepdims=True) == places, xp.float64))
        value = xp.minimum(xp.maximum(xp.max(gain, axis=-1), 0.0), float(length))
    return xp.stack(policy, axis=1)
