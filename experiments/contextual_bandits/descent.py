"""Online gradient descent on linear models of losses, with its inequality on every path, and perturbed outputs.

The perturbed output is ``f + c <theta, e>`` with random signs e, drawn once for every copy. In expectation over the
signs the square loss gains ``c^2 |theta|^2/2``: a ridge of modulus c^2, in the paper ``c_p^2/sqrt(m)`` for width m.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from experiments.arrays import Array, Backend
from experiments.contextual_bandits.blocks import entry, marks, places, replaced
from experiments.contextual_bandits.checks import require_int, require_positive, require_room
from experiments.contextual_bandits.features import NUMPY, Features
from experiments.contextual_bandits.oracles import MIDDLE, Oracle, clipped
from experiments.streams import Stream
from theory.online.mirror_descent import onto_ball

__all__ = ["DescentState", "descent", "perturbed_descent", "round_hessian"]

AVERAGES = ("losses", "predictions")
MOST_COPIES = 2**20


class DescentState(NamedTuple):
    """Descent in B blocks, and the sums of its inequality; g are gradients at theta."""

    theta: Array  # (R, B, D)
    gradients: Array  # (R, B, D), sum of g
    points: Array  # (R, B, D), sum of theta
    gained: Array  # (R,), sum of <g, theta>
    norms: Array  # (R,), sum of |theta|^2
    squares: Array  # (R,), sum of |g|^2
    price: Array  # (R,), sum of |g|^2/(2 modulus t)
    time: int


def descent(features: Features, *, radius: float = 1.0, per_action: bool = False) -> Oracle:
    """Return projected descent on ``(f - loss)^2/2`` with steps ``sqrt(2) radius/sqrt(sum of |g|^2)``.

    On every path, for every u of the ball, ``sum <g, theta - u> <= 2 sqrt(2) radius sqrt(sum |g|^2)``.

    Raises
    ------
    ValueError
        If radius is not positive and finite; from ``init`` if the state needs more than 8 GiB.
    """
    require_positive("radius", radius)
    xp = features.backend.xp

    def predict(state: DescentState, contexts: Array) -> Array:
        return clipped(xp, MIDDLE + xp.sum(features.map(contexts) * state.theta, axis=-1))

    def update(state: DescentState, context: Array, action: Array, loss: Array) -> DescentState:
        phi, blocks = features.map(context), state.theta.shape[1]
        error = MIDDLE + xp.sum(phi * entry(xp, state.theta, places(xp, action, blocks)), axis=-1) - loss
        none, marked = xp.zeros_like(state.theta), marks(xp, action, blocks)
        gradient = replaced(xp, none, marked, lambda: error[:, None] * phi)
        total = state.squares + _square(xp, gradient)
        step = math.sqrt(2) * radius / xp.sqrt(xp.where(total > 0, total, 1.0))
        return _moved(xp, state, gradient, step, radius, 0.0)

    def price(state: DescentState) -> Array:
        return 2 * math.sqrt(2) * radius * xp.sqrt(state.squares)

    def slack(state: DescentState) -> Array:
        return price(state) - state.gained - radius * xp.sqrt(_square(xp, state.gradients))

    def init(actions: int, replicates: int) -> DescentState:
        return _started(features, replicates, actions if per_action else 1)

    return Oracle(f"descent, {features.name}", init, predict, update, None, slack, price, features.backend)


def perturbed_descent(
    features: Features,
    *,
    modulus: float,
    radius: float = 1.0,
    copies: int | None = None,
    average: str = "losses",
    seed: int = 0,
) -> Oracle:
    """Return projected descent with steps ``1/(modulus t)`` on the perturbed square loss.

    On every path, for every u of the ball and whatever the gradients g,
    ``sum <g, theta - u> - (modulus/2) |theta - u|^2 <= sum |g|^2/(2 modulus t)``. The left side bounds the regret where
    the losses are strongly convex: for the expectation over the signs, not for few copies; see `round_hessian`.

    Parameters
    ----------
    features : Features
    modulus : float
        c^2, positive.
    radius : float
        Of the ball, positive.
    copies : int or None
        Number of sign vectors; None for the expectation over them, which is a ridge.
    average : {"losses", "predictions"}
        The loss is the mean of the copies' losses, or the loss of their mean prediction.
    seed : int
        Of the signs.

    Raises
    ------
    ValueError
        If a number is out of range or ``average`` is another word; from ``init`` if the state needs more than 8 GiB.
    """
    require_positive("modulus", modulus)
    require_positive("radius", radius)
    if average not in AVERAGES:
        raise ValueError(f"average must be one of {', '.join(AVERAGES)}, got {average!r}")
    if copies is not None:
        require_int("copies", copies, 1, MOST_COPIES)
        require_room("perturbed descent", features.size, 16.0 * copies * features.size)
    xp = features.backend.xp
    added = math.sqrt(modulus) * _signs(copies, features.size, seed, features.backend)
    shift = xp.mean(added, axis=0)
    used = shift[None, :] if average == "predictions" and copies else added

    def predict(state: DescentState, contexts: Array) -> Array:
        own = (state.theta[:, 0, :] @ shift)[:, None] if copies else 0.0
        return clipped(xp, MIDDLE + xp.sum(features.map(contexts) * state.theta, axis=-1) + own)

    def gradient(theta: Array, phi: Array, loss: Array) -> Array:
        error = MIDDLE + xp.sum(phi * theta, axis=-1) - loss
        if not copies:
            return error[:, None] * phi + modulus * theta
        errors = error[:, None] + theta @ used.T  # (R, S)
        return (xp.mean(errors, axis=1)[:, None] * phi) + errors @ used / used.shape[0]

    def update(state: DescentState, context: Array, action: Array, loss: Array) -> DescentState:
        found = gradient(state.theta[:, 0, :], features.map(context), loss)[:, None, :]
        return _moved(xp, state, found, xp.full_like(loss, 1 / (modulus * (state.time + 1))), radius, modulus)

    def slack(state: DescentState) -> Array:
        slope = modulus * state.points - state.gradients
        flat = xp.reshape(slope / (modulus * max(state.time, 1)), (slope.shape[0], -1))
        worst = xp.reshape(onto_ball(flat, radius), slope.shape)
        left = state.gained - modulus / 2 * (state.norms + state.time * _square(xp, worst)) + _dot(xp, slope, worst)
        return state.price - left

    def price(state: DescentState) -> Array:
        return state.price

    def init(_: int, replicates: int) -> DescentState:
        return _started(features, replicates, 1)

    name = f"perturbed descent, {features.name}, {copies or 'expected'} copies of {average}"
    return Oracle(name, init, predict, update, None, slack, price, features.backend)


def round_hessian(gradient: Array, signs: Array, modulus: float) -> Array:
    """Return the Hessian (D, D) of the mean over the copies of one round's perturbed square losses.

    It is ``sum_s u_s u_s'/S`` with ``u_s = gradient + c e_s``: its rank is at most S. With fewer copies than parameters
    the minimiser of a round is not unique, whatever the signs; in expectation the least eigenvalue is at least c^2.

    Parameters
    ----------
    gradient : array (D,)
    signs : array (S, D)
    modulus : float
        c^2.

    Examples
    --------
    >>> import numpy as np
    >>> found = round_hessian(np.ones(3), np.asarray([[1.0, -1.0, 1.0]]), 0.25)
    >>> int(np.linalg.matrix_rank(found))
    1
    """
    perturbed = gradient + math.sqrt(modulus) * signs
    return perturbed.T @ perturbed / perturbed.shape[0]


def _signs(copies: int | None, size: int, seed: int, backend: Backend = NUMPY) -> Array:
    if copies is None:
        return backend.xp.zeros((1, size), dtype=backend.xp.float64, device=backend.device)
    return Stream.named(seed, "perturbations").rademacher(1, (copies, size), backend=backend)[0, ...]


def _started(features: Features, replicates: int, blocks: int) -> DescentState:
    require_room("descent", features.size, 64.0 * replicates * blocks * features.size)
    xp, device = features.backend.xp, features.backend.device
    vector = xp.zeros((replicates, blocks, features.size), dtype=xp.float64, device=device)
    none = xp.zeros((replicates,), dtype=xp.float64, device=device)
    return DescentState(vector, vector, vector, none, none, none, none, 0)


def _moved(xp: Any, state: DescentState, gradient: Array, step: Array, radius: float, modulus: float) -> DescentState:
    theta, square = state.theta, _square(xp, gradient)
    flat = xp.reshape(theta - step[:, None, None] * gradient, (theta.shape[0], -1))
    return DescentState(
        xp.reshape(onto_ball(flat, radius), theta.shape),
        state.gradients + gradient,
        state.points + theta,
        state.gained + _dot(xp, gradient, theta),
        state.norms + _square(xp, theta),
        state.squares + square,
        state.price + (square / (2 * modulus * (state.time + 1)) if modulus else 0.0),
        state.time + 1,
    )


def _dot(xp: Any, a: Array, b: Array) -> Array:
    return xp.sum(xp.vecdot(a, b), axis=1)


def _square(xp: Any, a: Array) -> Array:
    return _dot(xp, a, a)
