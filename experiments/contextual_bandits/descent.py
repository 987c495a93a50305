"""Online gradient descent on linear models of losses, with its inequality on every path, and perturbed outputs.

The perturbed output is ``f + c <theta, e>`` with random signs e, drawn once for every copy. In expectation over the
signs the square loss gains ``c^2 |theta|^2/2``: a ridge of modulus c^2, in the paper ``c_p^2/sqrt(m)`` for width m.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from experiments.contextual_bandits.checks import require_int, require_positive, require_room
from experiments.contextual_bandits.features import Features
from experiments.contextual_bandits.oracles import MIDDLE, Floats, Ints, Oracle
from experiments.streams import Stream
from theory.online.mirror_descent import onto_ball

__all__ = ["DescentState", "descent", "perturbed_descent", "round_hessian"]

AVERAGES = ("losses", "predictions")
MOST_COPIES = 2**20


class DescentState(NamedTuple):
    """Descent in B blocks, and the sums of its inequality; g are gradients at theta."""

    theta: Floats  # (R, B, D)
    gradients: Floats  # (R, B, D), sum of g
    points: Floats  # (R, B, D), sum of theta
    gained: Floats  # (R,), sum of <g, theta>
    norms: Floats  # (R,), sum of |theta|^2
    squares: Floats  # (R,), sum of |g|^2
    price: Floats  # (R,), sum of |g|^2/(2 modulus t)
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

    def predict(state: DescentState, contexts: Floats) -> Floats:
        return np.clip(MIDDLE + np.sum(features.map(contexts) * state.theta, axis=-1), 0.0, 1.0)

    def update(state: DescentState, context: Floats, action: Ints, loss: Floats) -> DescentState:
        index, block = np.arange(loss.size), action if per_action else np.zeros(loss.size, dtype=np.int64)
        phi, gradient = features.map(context), np.zeros_like(state.theta)
        error = MIDDLE + np.sum(phi * state.theta[index, block], axis=-1) - loss
        gradient[index, block] = error[:, None] * phi
        total = state.squares + _square(gradient)
        step = math.sqrt(2) * radius / np.sqrt(np.where(total > 0, total, 1.0))
        return _moved(state, gradient, step, radius, 0.0)

    def price(state: DescentState) -> Floats:
        return 2 * math.sqrt(2) * radius * np.sqrt(state.squares)

    def slack(state: DescentState) -> Floats:
        return price(state) - state.gained - radius * np.sqrt(_square(state.gradients))

    def init(actions: int, replicates: int) -> DescentState:
        return _started(replicates, actions if per_action else 1, features.size)

    return Oracle(f"descent, {features.name}", init, predict, update, None, slack, price)


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
    added = math.sqrt(modulus) * _signs(copies, features.size, seed)
    shift = added.mean(axis=0) if copies else np.zeros(features.size)
    used = shift[None] if average == "predictions" and copies else added

    def predict(state: DescentState, contexts: Floats) -> Floats:
        own = (state.theta[:, 0] @ shift)[:, None] if copies else 0.0
        return np.clip(MIDDLE + np.sum(features.map(contexts) * state.theta, axis=-1) + own, 0.0, 1.0)

    def gradient(theta: Floats, phi: Floats, loss: Floats) -> Floats:
        error = MIDDLE + np.sum(phi * theta, axis=-1) - loss
        if not copies:
            return error[:, None] * phi + modulus * theta
        errors = error[:, None] + theta @ used.T  # (R, S)
        return (errors.mean(axis=1)[:, None] * phi) + errors @ used / len(used)

    def update(state: DescentState, context: Floats, action: Ints, loss: Floats) -> DescentState:
        found = gradient(state.theta[:, 0], features.map(context), loss)[:, None]
        return _moved(state, found, np.full(loss.size, 1 / (modulus * (state.time + 1))), radius, modulus)

    def slack(state: DescentState) -> Floats:
        slope = modulus * state.points - state.gradients
        flat = (slope / (modulus * max(state.time, 1))).reshape(len(slope), -1)
        worst = np.asarray(onto_ball(flat, radius)).reshape(slope.shape)
        left = state.gained - modulus / 2 * (state.norms + state.time * _square(worst)) + _dot(slope, worst)
        return state.price - left

    name = f"perturbed descent, {features.name}, {copies or 'expected'} copies of {average}"
    return Oracle(
        name, lambda _, replicates: _started(replicates, 1, features.size), predict, update, None, slack, _price
    )


def round_hessian(gradient: Floats, signs: Floats, modulus: float) -> Floats:
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
    >>> found = round_hessian(np.ones(3), np.asarray([[1.0, -1.0, 1.0]]), 0.25)
    >>> int(np.linalg.matrix_rank(found))
    1
    """
    perturbed = np.asarray(gradient) + math.sqrt(modulus) * np.asarray(signs)
    found: Floats = perturbed.T @ perturbed / len(perturbed)
    return found


def _signs(copies: int | None, size: int, seed: int) -> Floats:
    if copies is None:
        return np.zeros((1, size))
    return np.asarray(Stream.named(seed, "perturbations").rademacher(1, (copies, size)))[0]


def _started(replicates: int, blocks: int, size: int) -> DescentState:
    require_room("descent", size, 64.0 * replicates * blocks * size)
    vector, none = np.zeros((replicates, blocks, size)), np.zeros(replicates)
    return DescentState(vector, vector, vector, none, none, none, none, 0)


def _moved(state: DescentState, gradient: Floats, step: Floats, radius: float, modulus: float) -> DescentState:
    theta, square = state.theta, _square(gradient)
    flat = (theta - step[:, None, None] * gradient).reshape(len(theta), -1)
    return DescentState(
        np.asarray(onto_ball(flat, radius)).reshape(theta.shape),
        state.gradients + gradient,
        state.points + theta,
        state.gained + _dot(gradient, theta),
        state.norms + _square(theta),
        state.squares + square,
        state.price + (square / (2 * modulus * (state.time + 1)) if modulus else 0.0),
        state.time + 1,
    )


def _price(state: DescentState) -> Floats:
    return state.price


def _dot(a: Floats, b: Floats) -> Floats:
    return np.einsum("rbd,rbd->r", a, b)


def _square(a: Floats) -> Floats:
    return _dot(a, a)
