"""Regression oracles as pure functions, and ridge regression with its square-loss inequality on every path.

Losses are predicted about 1/2: an oracle that has seen nothing predicts 1/2. States lie where the features do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from experiments.arrays import Array, Backend
from experiments.contextual_bandits.blocks import entry, marks, places, replaced
from experiments.contextual_bandits.checks import require_positive, require_room
from experiments.contextual_bandits.features import Features

__all__ = ["MIDDLE", "Oracle", "RidgeState", "clipped", "ridge"]

MIDDLE = 0.5
LARGEST_GAIN = 1e8  # of phi' A^-1 phi: the inverse loses as many digits


@dataclass(frozen=True)
class Oracle:
    """A regression oracle.

    Attributes
    ----------
    name
    init
        (actions K, replicates R) -> state, of any kind.
    predict
        (state, contexts (R, K, d) or (R, 1, d)) -> predicted losses (R, K).
    update
        (state, context (R, d) of the action taken, action (R,), loss (R,)) -> the next state.
    spread
        (state, contexts) -> estimates (R, K) and widths (R, K) of their uncertainty; None if it has none.
    slack, price
        (state) -> (R,): right side less left side of an inequality that holds on every path after every round, and what
        the right side pays for regret; None if there is none.
    backend
        Where its states and predictions lie; None if it does not matter.
    """

    name: str
    init: Callable[[int, int], Any]
    predict: Callable[[Any, Array], Array]
    update: Callable[[Any, Array, Array, Array], Any]
    spread: Callable[[Any, Array], tuple[Array, Array]] | None = None
    slack: Callable[[Any], Array] | None = None
    price: Callable[[Any], Array] | None = None
    backend: Backend | None = None


class RidgeState(NamedTuple):
    """Ridge regression in B blocks, one, or one an action: of the losses less 1/2."""

    inverse: Array  # (R, B, D, D), of lam I + sum of phi phi'
    moment: Array  # (R, B, D), sum of y phi
    theta: Array  # (R, B, D), inverse times moment
    squares: Array  # (R,), sum of y^2
    loss: Array  # (R,), sum of (y - prediction)^2
    price: Array  # (R,), sum of y^2 q/(1 + q), where q = phi' inverse phi before the round


def ridge(features: Features, *, lam: float = 1.0, per_action: bool = False) -> Oracle:
    """Return ridge regression that counts the present context before it predicts (Vovk, Azoury and Warmuth).

    With y the losses less 1/2, ``z = <theta, phi>`` and ``q = phi' A^-1 phi``, the prediction is ``1/2 + z/(1 + q)``,
    clipped to [0, 1]. On every path and after every round

    ``sum (y - v)^2 <= min_theta { sum (y - <theta, phi>)^2 + lam |theta|^2 } + sum y^2 q/(1 + q)``;

    without clipping, the sum of ``v^2 q`` on the left makes it an equality. The last sum is at most
    ``log(det A/lam^D)/4``.

    Parameters
    ----------
    features : Features
    lam : float
        Positive.
    per_action : bool
        Whether each action has its own parameters.

    Raises
    ------
    ValueError
        If lam is not positive and finite; from ``init`` if its matrices need more than 8 GiB; from ``update`` if
        ``phi' A^-1 phi`` exceeds 1e8, as with features of norm 1 and ``lam < 1e-8``: the update of the inverse would
        lose more than half of all digits.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.contextual_bandits.features import linear
    >>> oracle = ridge(linear(1))
    >>> state = oracle.update(oracle.init(2, 1), np.ones((1, 1)), np.zeros(1, dtype=int), np.ones(1))
    >>> oracle.predict(state, np.asarray([[[1.0], [-1.0]]])).round(6).tolist()  # y = 1/2, lam = 1: z = 1/4, q = 1/2
    [[0.666667, 0.333333]]
    """
    require_positive("lam", lam)
    require_positive("1/lam", 1 / lam)

    xp, device = features.backend.xp, features.backend.device

    def init(actions: int, replicates: int) -> RidgeState:
        blocks, size = actions if per_action else 1, features.size
        require_room("ridge", size, (16.0 * blocks + 24.0) * replicates * size**2)
        none = xp.zeros((replicates,), dtype=xp.float64, device=device)
        vector = xp.zeros((replicates, blocks, size), dtype=xp.float64, device=device)
        inverse = vector[..., None] + xp.eye(size, dtype=xp.float64, device=device) / lam
        return RidgeState(inverse, vector, vector, none, none, none)

    def parts(state: RidgeState, contexts: Array) -> tuple[Array, Array]:
        phi = features.map(contexts)
        turned = (state.inverse @ phi[..., None])[..., 0] if per_action else phi @ state.inverse[:, 0, ...]
        return xp.sum(phi * state.theta, axis=-1), xp.sum(phi * turned, axis=-1)

    def predict(state: RidgeState, contexts: Array) -> Array:
        z, q = parts(state, contexts)
        return clipped(xp, MIDDLE + z / (1 + q))

    def spread(state: RidgeState, contexts: Array) -> tuple[Array, Array]:
        z, q = parts(state, contexts)
        return MIDDLE + z, xp.sqrt(xp.maximum(q, 0.0))

    def update(state: RidgeState, context: Array, action: Array, loss: Array) -> RidgeState:
        phi, y, blocks = features.map(context), loss - MIDDLE, state.theta.shape[1]
        place, marked = places(xp, action, blocks), marks(xp, action, blocks)
        inverse, moment, theta = (entry(xp, part, place) for part in (state.inverse, state.moment, state.theta))
        turned = (inverse @ phi[..., None])[..., 0]
        q = xp.sum(phi * turned, axis=-1)
        _require_gain(xp, phi, q, lam)
        z = xp.sum(phi * theta, axis=-1)
        error = loss - clipped(xp, MIDDLE + z / (1 + q))
        gain = turned / (1 + q)[:, None]
        return RidgeState(
            replaced(xp, state.inverse, marked, lambda: inverse - gain[..., :, None] * turned[..., None, :]),
            replaced(xp, state.moment, marked, lambda: moment + y[:, None] * phi),
            replaced(xp, state.theta, marked, lambda: theta + gain * (y - z)[:, None]),
            state.squares + y**2,
            state.loss + error**2,
            state.price + y**2 * q / (1 + q),
        )

    def slack(state: RidgeState) -> Array:
        best = state.squares - xp.sum(state.moment * state.theta, axis=(1, 2))
        return best + state.price - state.loss

    def price(state: RidgeState) -> Array:
        return state.price

    return Oracle(f"ridge, {features.name}", init, predict, update, spread, slack, price, features.backend)


def clipped(xp: Any, losses: Array) -> Array:
    """Return losses, those outside [0, 1] moved to its ends."""
    return xp.minimum(xp.maximum(losses, 0.0), 1.0)


def _require_gain(xp: Any, phi: Array, q: Array, lam: float) -> None:
    most = float(xp.max(q))
    if not most <= LARGEST_GAIN:
        raise ValueError(
            f"features of squared norm {float(xp.max(xp.sum(phi * phi, axis=-1))):g} are too large for lam = {lam!r}: "
            f"phi' A^-1 phi is {most:g}, allowed are {LARGEST_GAIN:g}"
        )
