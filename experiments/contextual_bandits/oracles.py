"""Regression oracles as pure functions, and ridge regression with its square-loss inequality on every path.

Losses are predicted about 1/2: an oracle that has seen nothing predicts 1/2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.contextual_bandits.checks import require_positive, require_room
from experiments.contextual_bandits.features import Features

__all__ = ["MIDDLE", "Oracle", "RidgeState", "ridge"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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
    """

    name: str
    init: Callable[[int, int], Any]
    predict: Callable[[Any, Floats], Floats]
    update: Callable[[Any, Floats, Ints, Floats], Any]
    spread: Callable[[Any, Floats], tuple[Floats, Floats]] | None = None
    slack: Callable[[Any], Floats] | None = None
    price: Callable[[Any], Floats] | None = None


class RidgeState(NamedTuple):
    """Ridge regression in B blocks, one, or one an action: of the losses less 1/2."""

    inverse: Floats  # (R, B, D, D), of lam I + sum of phi phi'
    moment: Floats  # (R, B, D), sum of y phi
    theta: Floats  # (R, B, D), inverse times moment
    squares: Floats  # (R,), sum of y^2
    loss: Floats  # (R,), sum of (y - prediction)^2
    price: Floats  # (R,), sum of y^2 q/(1 + q), where q = phi' inverse phi before the round


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
    >>> from experiments.contextual_bandits.features import linear
    >>> oracle = ridge(linear(1))
    >>> state = oracle.update(oracle.init(2, 1), np.ones((1, 1)), np.zeros(1, dtype=int), np.ones(1))
    >>> oracle.predict(state, np.asarray([[[1.0], [-1.0]]])).round(6).tolist()  # y = 1/2, lam = 1: z = 1/4, q = 1/2
    [[0.666667, 0.333333]]
    """
    require_positive("lam", lam)
    require_positive("1/lam", 1 / lam)

    def init(actions: int, replicates: int) -> RidgeState:
        blocks, none = actions if per_action else 1, np.zeros(replicates)
        require_room("ridge", features.size, (16.0 * blocks + 24.0) * replicates * features.size**2)
        vector = np.zeros((replicates, blocks, features.size))
        inverse = np.broadcast_to(np.eye(features.size) / lam, (replicates, blocks, features.size, features.size))
        return RidgeState(inverse, vector, vector, none, none, none)

    def parts(state: RidgeState, contexts: Floats) -> tuple[Floats, Floats]:
        phi = features.map(contexts)
        turned = (state.inverse @ phi[..., None])[..., 0] if per_action else phi @ state.inverse[:, 0]
        return np.sum(phi * state.theta, axis=-1), np.sum(phi * turned, axis=-1)

    def predict(state: RidgeState, contexts: Floats) -> Floats:
        z, q = parts(state, contexts)
        return np.clip(MIDDLE + z / (1 + q), 0.0, 1.0)

    def spread(state: RidgeState, contexts: Floats) -> tuple[Floats, Floats]:
        z, q = parts(state, contexts)
        return MIDDLE + z, np.sqrt(np.maximum(q, 0.0))

    def update(state: RidgeState, context: Floats, action: Ints, loss: Floats) -> RidgeState:
        index, block = np.arange(loss.size), action if per_action else np.zeros(loss.size, dtype=np.int64)
        phi, y = features.map(context), loss - MIDDLE
        inverse = state.inverse[index, block]
        turned = (inverse @ phi[..., None])[..., 0]
        q = np.sum(phi * turned, axis=-1)
        if not q.max() <= LARGEST_GAIN:
            raise ValueError(
                f"features of squared norm {np.sum(phi * phi, axis=-1).max():g} are too large for lam = {lam!r}: "
                f"phi' A^-1 phi is {q.max():g}, allowed are {LARGEST_GAIN:g}"
            )
        z = np.sum(phi * state.theta[index, block], axis=-1)
        error = loss - np.clip(MIDDLE + z / (1 + q), 0.0, 1.0)
        gain = turned / (1 + q)[:, None]
        inverses, moment, theta = state.inverse.copy(), state.moment.copy(), state.theta.copy()
        inverses[index, block] = inverse - gain[..., :, None] * turned[..., None, :]
        moment[index, block] += y[:, None] * phi
        theta[index, block] += gain * (y - z)[:, None]
        return RidgeState(
            inverses, moment, theta, state.squares + y**2, state.loss + error**2, state.price + y**2 * q / (1 + q)
        )

    def slack(state: RidgeState) -> Floats:
        best = state.squares - np.sum(state.moment * state.theta, axis=(1, 2))
        return best + state.price - state.loss

    return Oracle(f"ridge, {features.name}", init, predict, update, spread, slack, lambda state: state.price)
