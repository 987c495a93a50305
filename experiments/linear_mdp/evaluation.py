"""Exact evaluation of linear processes by operations of the array-API standard, on any back end.

Functions take a process, which is anything with ``features`` (H, S, A, d) and ``kernel`` (H-1, S, A, S): a `LinearMDP`,
whose arrays are NumPy's, or a `Process`. Nothing is checked; `experiments.linear_mdp.mdp.LinearMDP` checks.

Products are of one matrix for each replicate: what a replicate gets does not depend on the others.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from experiments.arrays import Array, Backend, device_of, namespace

__all__ = ["Process", "ahead", "best", "linear", "policy_value", "q_values", "squared_norms"]


class Process(NamedTuple):
    """A process on a back end: features (H, S, A, d), kernel (H-1, S, A, S)."""

    features: Array
    kernel: Array

    @classmethod
    def on(cls, mdp: Any, backend: Backend) -> Process:
        """Return the process of an `experiments.linear_mdp.mdp.LinearMDP`."""
        return cls(backend.asarray(mdp.features), backend.asarray(mdp.kernel))


def linear(process: Any, vectors: Array) -> Array:
    """Return ``<phi_h(s, a), v_h>``, shape (..., H, S, A), for vectors (..., H, d): losses of weights, say.

    Examples
    --------
    >>> import numpy as np
    >>> linear(Process(np.ones((1, 1, 2, 3)), np.ones((0, 1, 2, 1))), np.asarray([[1.0, 2.0, 3.0]])).tolist()
    [[[6.0, 6.0]]]
    """
    xp, (length, states, actions, size) = namespace(vectors), process.features.shape
    pairs = xp.reshape(process.features, (length, states * actions, size))
    return xp.reshape(pairs @ vectors[..., None], (*vectors.shape[:-1], states, actions))


def squared_norms(process: Any, matrices: Array) -> Array:
    """Return ``phi' M phi``, shape (R, H, S, A), for matrices (R, H, d, d)."""
    xp, (length, states, actions, size) = namespace(matrices), process.features.shape
    pairs = xp.reshape(process.features, (length, states * actions, size))
    return xp.reshape(xp.sum(pairs @ matrices * pairs, axis=-1), (-1, length, states, actions))


def ahead(process: Any, h: int, values: Array) -> Array:
    """Return the expected values (..., S, A) of the next state for values (..., S) of layer h + 1."""
    xp, (states, actions, following) = namespace(values), process.kernel.shape[1:]
    kernel = xp.reshape(process.kernel[h, ...], (states * actions, following))
    return xp.reshape(kernel @ values[..., None], (*values.shape[:-1], states, actions))


def q_values(process: Any, policy: Array, losses: Array) -> Array:
    """Return Q (..., H, S, A) of policies for losses of pairs, which broadcast against each other."""
    xp = namespace(policy, losses)
    policy, losses = xp.broadcast_arrays(policy, losses)
    length = losses.shape[-3]
    found = [losses[..., length - 1, :, :]]
    for h in range(length - 2, -1, -1):
        value = xp.sum(policy[..., h + 1, :, :] * found[0], axis=-1)
        found.insert(0, losses[..., h, :, :] + ahead(process, h, value))
    return xp.stack(found, axis=-3)


def policy_value(process: Any, policy: Array, losses: Array) -> Array:
    """Return the expected loss (...) of an episode, from state 0 of layer 0."""
    xp = namespace(policy, losses)
    first = q_values(process, policy, losses)[..., 0, 0, :]
    return xp.sum(policy[..., 0, 0, :] * first, axis=-1)


def best(process: Any, losses: Array) -> tuple[Array, Array]:
    """Return the best fixed policy (..., H, S, A), of several best actions the first, and its expected loss (...)."""
    xp, length = namespace(losses), losses.shape[-3]
    places = xp.arange(losses.shape[-1], device=device_of(losses))
    policy: list[Array] = []
    gain = losses[..., length - 1, :, :]
    for h in range(length - 1, -1, -1):
        chosen = xp.argmin(gain, axis=-1, keepdims=True) == places
        policy.insert(0, xp.astype(chosen, xp.float64))
        value = xp.min(gain, axis=-1)
        if h:
            gain = losses[..., h - 1, :, :] + ahead(process, h - 1, value)
    return xp.stack(policy, axis=-3), value[..., 0]
