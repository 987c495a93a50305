"""Linear Markov decision processes in layers: valid by construction, evaluated exactly.

Layer h = 0, ..., H-1 has S states and A actions; an episode starts in state 0 of layer 0 and visits every layer once.
A pair (s, a) of layer h has features phi_h(s, a) on the simplex of R^d, and the next state is drawn from
``sum_i phi_h(s, a)_i mu_h(i, .)``. Losses are linear, ``<phi_h(s, a), theta_h>``, so that Q of every policy is linear.

Policies are arrays (..., H, S, A) and losses arrays theta (..., H, d); leading axes broadcast against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.linear_mdp import evaluation
from experiments.streams import Stream

__all__ = ["LinearMDP"]

Floats = NDArray[np.float64]
_ROUNDING = 1e-12  # by which rows of distributions may miss the sum 1


@dataclass(frozen=True, eq=False)
class LinearMDP:
    """A linear Markov decision process.

    Parameters
    ----------
    features : array (H, S, A, d)
        Of every pair, on the simplex.
    transitions : array (H-1, d, S)
        A distribution over the next layer for every feature.

    Attributes
    ----------
    kernel : array (H-1, S, A, S)
        Probabilities of the next state.

    Raises
    ------
    ValueError
        If features or transitions are not distributions, there are more features than pairs of a layer, or shapes do
        not fit; the message says where.

    Examples
    --------
    >>> mdp = LinearMDP.random(3, 4, 2, 3, seed=1)
    >>> uniform = np.full((3, 4, 2), 0.5)
    >>> theta = np.ones((3, 3))
    >>> float(round(mdp.policy_value(uniform, theta), 12))  # a loss of 1 in every layer
    3.0
    """

    features: Floats
    transitions: Floats
    kernel: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        features, transitions = _numbers(self.features, "features"), _numbers(self.transitions, "transitions")
        _require_shapes(features.shape, transitions.shape)
        _require_distributions(features, "features", ("layer", "state", "action"))
        _require_distributions(transitions, "transitions", ("layer", "feature"))
        kernel = np.einsum("hsai,hit->hsat", features[:-1], transitions)
        for name, array in (("features", features), ("transitions", transitions), ("kernel", kernel)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def random(cls, horizon: int, states: int, actions: int, dimension: int, *, seed: int = 0) -> LinearMDP:
        """Return one whose features and transitions are uniform on their simplices.

        Parameters
        ----------
        horizon, states, actions, dimension
            H, S, A and d, all >= 1; d at most S A.
        seed
            Of the draw; the same sizes and seed give the same process.
        """
        sizes = {"horizon": horizon, "states": states, "actions": actions, "dimension": dimension}
        for name, value in sizes.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be an int >= 1, got {value!r}")
        _require_few_features(dimension, states * actions)
        stream = Stream.named(seed, "linear MDP", sizes)
        features = stream.exponential(1, (horizon, states, actions, dimension))[0]
        transitions = Stream.named(seed, "linear MDP, transitions", sizes).exponential(
            1, (horizon - 1, dimension, states)
        )[0]
        return cls(_normalised(features), _normalised(transitions))

    @classmethod
    def tabular(cls, kernel: ArrayLike) -> LinearMDP:
        """Return a tabular process as a linear one: a feature for each of the S A pairs of a layer.

        Parameters
        ----------
        kernel : array (H-1, S, A, S)

        Examples
        --------
        >>> LinearMDP.tabular(np.full((1, 2, 2, 2), 0.5)).features.shape
        (2, 2, 2, 4)
        """
        rows = _numbers(kernel, "kernel")
        if rows.ndim != 4 or rows.shape[1] != rows.shape[3] or 0 in rows.shape[1:]:
            raise ValueError(f"kernel must have the shape (H-1, S, A, S), got {rows.shape}")
        layers, states, actions, _ = rows.shape
        pairs = states * actions
        one_hot = np.eye(pairs).reshape(states, actions, pairs)
        return cls(np.tile(one_hot, (layers + 1, 1, 1, 1)), rows.reshape(layers, pairs, states))

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The sizes (H, S, A, d)."""
        horizon, states, actions, dimension = self.features.shape
        return horizon, states, actions, dimension

    def losses(self, theta: ArrayLike) -> Floats:
        """Return the losses (..., H, S, A) of ``theta`` (..., H, d)."""
        found: Floats = evaluation.linear(self, self._theta(theta))
        return found

    def theta(self, losses: ArrayLike) -> Floats:
        """Return weights theta (..., H, d) of losses (..., H, S, A) that are linear in the features.

        Raises
        ------
        ValueError
            If they are not linear, up to 1e-9 of the largest.

        Examples
        --------
        >>> LinearMDP.random(1, 2, 2, 2).theta([[[0.5, 0.5], [0.5, 0.25]]])
        Traceback (most recent call last):
            ...
        ValueError: losses must be linear in the features: at layer 0, state 1, action 1 they miss it by 0.152
        """
        table = _numbers(losses, "losses")
        if table.shape[-3:] != self.shape[:3]:
            raise ValueError(f"losses must have the shape (..., {_sizes(self.shape[:3])}), got {table.shape}")
        pairs = self.features.reshape(self.shape[0], -1, self.shape[3])
        flat = table.reshape(*table.shape[:-2], -1)
        weights: Floats = np.einsum("hip,...hp->...hi", np.linalg.pinv(pairs), flat)
        missed = np.abs(self.losses(weights) - table)
        if missed.max(initial=0.0) > 1e-9 * np.abs(table).max(initial=0.0):
            place = np.unravel_index(int(missed.argmax()), missed.shape)
            layer, state, action = (int(i) for i in place[-3:])
            at = f"layer {layer}, state {state}, action {action}"
            raise ValueError(f"losses must be linear in the features: at {at} they miss it by {missed[place]:.3g}")
        return weights

    def q_values(self, policy: ArrayLike, theta: ArrayLike) -> Floats:
        """Return Q (..., H, S, A): the expected loss from a pair on, under the policy."""
        found: Floats = evaluation.q_values(self, self._policy(policy), self.losses(theta))
        return found

    def policy_value(self, policy: ArrayLike, theta: ArrayLike) -> Any:
        """Return the expected loss of an episode: a float, or an array over the leading axes."""
        value = evaluation.policy_value(self, self._policy(policy), self.losses(theta))
        return float(value) if value.ndim == 0 else value

    def occupancy(self, policy: ArrayLike) -> Floats:
        """Return the probabilities (..., H, S) of the states.

        Examples
        --------
        >>> mdp = LinearMDP.random(2, 3, 2, 2, seed=5)
        >>> mdp.occupancy(np.full((2, 3, 2), 0.5)).sum(axis=-1).round(12).tolist()
        [1.0, 1.0]
        """
        plays = self._policy(policy)
        visits = np.zeros(plays.shape[:-1])
        visits[..., 0, 0] = 1.0
        for h in range(self.shape[0] - 1):
            moves = visits[..., h, :, None] * plays[..., h, :, :]
            visits[..., h + 1, :] = np.einsum("...sa,sat->...t", moves, self.kernel[h])
        return visits

    def covariance(self, policy: ArrayLike) -> Floats:
        """Return the expected ``phi phi'`` of each layer (..., H, d, d)."""
        plays = self._policy(policy)
        weights = self.occupancy(plays)[..., None] * plays
        return np.einsum("...hxa,hxai,hxaj->...hij", weights, self.features, self.features)

    def best_fixed_policy(self, theta: ArrayLike) -> tuple[Floats, Any]:
        """Return the deterministic policy (..., H, S, A) of least expected loss and that loss; one backward pass.

        For losses that change, ``theta`` is their sum over episodes: values are linear in the losses. Sums may be of
        any size and sign. Of several best actions the first is taken.

        Examples
        --------
        >>> mdp = LinearMDP.tabular(np.full((1, 1, 2, 1), 1.0))
        >>> policy, value = mdp.best_fixed_policy([[0.5, 0.25], [0.125, 1.0]])
        >>> policy[:, 0].tolist(), value
        ([[0.0, 1.0], [1.0, 0.0]], 0.375)
        """
        policy, value = evaluation.best(self, self.losses(theta))
        return policy, float(value) if value.ndim == 0 else value

    def linear_q_error(self, policy: ArrayLike, theta: ArrayLike) -> float:
        """Return how far Q is from ``<phi_h(s, a), theta_h + sum_s' mu_h(s') V_(h+1)(s')>``, at most: 0 up to rounding.

        Examples
        --------
        >>> mdp = LinearMDP.random(4, 5, 3, 2, seed=3)
        >>> mdp.linear_q_error(np.full((4, 5, 3), 1 / 3), np.full((4, 2), 0.5)) < 1e-12
        True
        """
        plays = self._policy(policy)
        found = self.q_values(plays, theta)
        weights = np.array(np.broadcast_to(self._theta(theta), (*found.shape[:-3], self.shape[0], self.shape[3])))
        value = (plays * found).sum(axis=-1)
        weights[..., :-1, :] += np.einsum("hit,...ht->...hi", self.transitions, value[..., 1:, :])
        return float(np.abs(found - evaluation.linear(self, weights)).max())

    def _policy(self, policy: ArrayLike) -> Floats:
        plays = _numbers(policy, "policy")
        if plays.shape[-3:] != self.shape[:3]:
            raise ValueError(f"policy must have the shape (..., {_sizes(self.shape[:3])}), got {plays.shape}")
        _require_distributions(plays, "policy", ("layer", "state"), rounding=1e-9)
        return plays

    def _theta(self, theta: ArrayLike) -> Floats:
        weights = _numbers(theta, "theta")
        if weights.shape[-2:] != (self.shape[0], self.shape[3]):
            allowed = _sizes((self.shape[0], self.shape[3]))
            raise ValueError(
                f"theta must have the shape (..., {allowed}), one weight a layer and feature: losses are linear in the"
                f" features; got {weights.shape}"
            )
        return weights


def _sizes(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))


def _normalised(rows: Floats) -> Floats:
    return rows / rows.sum(axis=-1, keepdims=True)


def _numbers(values: ArrayLike, name: str) -> Floats:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of real numbers, got {type(values).__name__}") from None
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(f"{name} must be finite, got {array[tuple(place)]} at {place}")
    return array


def _require_few_features(dimension: int, pairs: int) -> None:
    if dimension > pairs:
        raise ValueError(
            f"the dimension of the features must be at most the number of pairs S A = {pairs}, got {dimension}"
        )


def _require_shapes(features: tuple[int, ...], transitions: tuple[int, ...]) -> None:
    if len(features) != 4 or 0 in features:
        raise ValueError(f"features must have the shape (H, S, A, d), all at least 1, got {features}")
    horizon, states, actions, dimension = features
    if transitions != (horizon - 1, dimension, states):
        allowed = _sizes((horizon - 1, dimension, states))
        raise ValueError(f"transitions must have the shape (H-1, d, S) = ({allowed}), got {transitions}")
    _require_few_features(dimension, states * actions)


def _require_distributions(rows: Floats, name: str, axes: tuple[str, ...], rounding: float = _ROUNDING) -> None:
    wrong = (rows < 0).any(axis=-1) | (np.abs(rows.sum(axis=-1) - 1) > rounding)
    if wrong.any():
        place = np.argwhere(wrong)[0]
        where = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place[-len(axes) :].tolist(), strict=True))
        row = rows[tuple(place)]
        found = f"the sum is {row.sum():.15g} and the least number {row.min():.15g}"
        raise ValueError(f"{name} must be distributions: at {where} {found}")
