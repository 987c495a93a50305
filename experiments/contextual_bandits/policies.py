"""Policies: from predicted losses to weights of the actions, with the price that each round of exploration has.

A policy of one's own is a function of `Seen` and the round t = 1, 2, ..., see `experiments.contextual_bandits.play`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from experiments.arrays import Array, namespace
from experiments.contextual_bandits.checks import is_real, require_positive
from theory.arrays import one_largest
from theory.online.neural_bandits.inverse_gap import fast_cb_weights, foster_rakhlin_weights, inverse_gap_weights

__all__ = [
    "Policy",
    "Schedule",
    "Seen",
    "epsilon_greedy",
    "fast_cb",
    "foster_rakhlin",
    "lin_ucb",
    "schedule",
    "square_cb",
    "thompson",
    "uniform",
]

Schedule = Callable[[int], float]
_TIE = 1e-12  # values that differ by less, relative to 1 or their size, are one


class Seen(NamedTuple):
    """What a policy sees before it acts, each (R, K): the last three only if it wants ``widths``."""

    predicted: Array  # losses in [0, 1]
    estimate: Array | None = None  # of the oracle without regard to the present round
    width: Array | None = None  # of its uncertainty
    noise: Array | None = None  # standard normals


@dataclass(frozen=True)
class Policy:
    """A policy.

    Attributes
    ----------
    name
    act
        (what is seen, round t = 1, 2, ...) -> nonnegative weights (R, K) of common sum 1.
    price
        (weights p, predictions f, true means F, t) -> (R,): at least ``<p, F> - min F``, whatever F in [0, 1]. None if
        none is known; else the player checks it in every round.
    widths
        Whether it needs an oracle with uncertainty, and normals.
    """

    name: str
    act: Callable[[Seen, int], Array]
    price: Callable[[Array, Array, Array, int], Array] | None = None
    widths: bool = False


def schedule(first: float, exponent: float = 0.0) -> Schedule:
    """Return the exploration parameter ``first * t^exponent`` of round t.

    Raises
    ------
    ValueError
        If first is not positive and finite, or exponent is not in [0, 1].

    Examples
    --------
    >>> schedule(10.0, 0.5)(4)
    20.0
    """
    require_positive("first", first)
    if not is_real(exponent) or not 0 <= exponent <= 1:
        raise ValueError(f"exponent must be in [0, 1], got {exponent!r}")
    return lambda t: first * t**exponent


def square_cb(gamma: Schedule) -> Policy:
    """Return normalised inverse-gap weights: price ``(K-1)/gamma + (gamma/4) <p, (f-F)^2>``.

    Examples
    --------
    >>> import numpy as np
    >>> policy = square_cb(schedule(4.0))
    >>> policy.act(Seen(np.asarray([[0.5, 0.5]])), 1).tolist()
    [[0.5, 0.5]]
    """

    def price(p: Array, f: Array, means: Array, t: int) -> Array:
        return (p.shape[1] - 1) / gamma(t) + gamma(t) / 4 * namespace(p).sum(p * (f - means) ** 2, axis=1)

    return Policy("SquareCB", lambda seen, t: inverse_gap_weights(seen.predicted, gamma(t)), price)


def foster_rakhlin(gamma: Schedule) -> Policy:
    """Return inverse-gap weights with the rest to the best: price ``2 (K-1)/gamma + (gamma/4) <p, (f-F)^2>``."""

    def price(p: Array, f: Array, means: Array, t: int) -> Array:
        return 2 * (p.shape[1] - 1) / gamma(t) + gamma(t) / 4 * namespace(p).sum(p * (f - means) ** 2, axis=1)

    return Policy("SquareCB, rest to the best", lambda seen, t: foster_rakhlin_weights(seen.predicted, gamma(t)), price)


def fast_cb(gamma: Schedule, *, least: float = 0.01) -> Policy:
    """Return weights relative to the best prediction; predictions below ``least`` are raised to it.

    The price is ``(5 K/gamma) <p, F> + (49/32) gamma <p, (f-F)^2/(f+F)>`` with the predictions so raised.

    Raises
    ------
    ValueError
        If least is not in (0, 1]; in a round where gamma is less than 2 K.
    """
    if not is_real(least) or not 0 < least <= 1:
        raise ValueError(f"least must be in (0, 1], got {least!r}")

    def act(seen: Seen, t: int) -> Array:
        if gamma(t) < 2 * seen.predicted.shape[1]:
            raise ValueError(f"round {t}: gamma must be at least 2 K = {2 * seen.predicted.shape[1]}, got {gamma(t)!r}")
        return fast_cb_weights(namespace(seen.predicted).maximum(seen.predicted, least), gamma(t))

    def price(p: Array, f: Array, means: Array, t: int) -> Array:
        xp = namespace(p)
        raised = xp.maximum(f, least)
        spread = xp.sum(p * (raised - means) ** 2 / (raised + means), axis=1)
        return 5 * p.shape[1] / gamma(t) * xp.sum(p * means, axis=1) + 49 / 32 * gamma(t) * spread

    return Policy("FastCB", act, price)


def epsilon_greedy(first: float) -> Policy:
    """Return the best prediction with probability ``1 - e``, any action with ``e = min(1, first t^(-1/3))``.

    Raises
    ------
    ValueError
        If first is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> epsilon_greedy(1.0).act(Seen(np.asarray([[0.5, 0.25]])), 8).tolist()
    [[0.25, 0.75]]
    """
    require_positive("first", first)

    def act(seen: Seen, t: int) -> Array:
        share = min(1.0, first * t ** (-1 / 3))
        return share / seen.predicted.shape[1] + (1 - share) * _least(seen.predicted)

    return Policy("epsilon-greedy", act)


def lin_ucb(width: float) -> Policy:
    """Return the action whose estimated loss less ``width`` times its uncertainty is the least.

    The width is constant; theorems take one that grows like the root of ``d log t``. With tangent features it is
    NeuralUCB in the first-order model.

    Raises
    ------
    ValueError
        If width is not positive and finite.
    """
    require_positive("width", width)
    return Policy("LinUCB", lambda seen, t: _least(_given(seen.estimate) - width * _given(seen.width)), widths=True)


def thompson(width: float) -> Policy:
    """Return the action whose estimated loss plus ``width`` times its uncertainty times a normal is the least.

    The normals of the actions are independent of each other: each action's own posterior, as in NeuralTS, not the joint
    one of linear Thompson sampling. The width is constant here too.

    Raises
    ------
    ValueError
        If width is not positive and finite.
    """
    require_positive("width", width)

    def act(seen: Seen, t: int) -> Array:
        return _least(_given(seen.estimate) + width * _given(seen.width) * _given(seen.noise))

    return Policy("Thompson", act, widths=True)


def uniform() -> Policy:
    """Return the control that plays all actions alike.

    Examples
    --------
    >>> import numpy as np
    >>> uniform().act(Seen(np.zeros((1, 4))), 1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    return Policy("uniform", lambda seen, t: 0.0 * seen.predicted + 1 / seen.predicted.shape[1])


def _least(values: Array) -> Array:
    """Return weight 1 for the least value, the first of those that agree up to rounding, else 0.

    In round 1 the widths of contexts of norm 1 are all the same: which is rounded down must not decide on a path.
    """
    xp = namespace(values)
    least = xp.min(values, axis=1, keepdims=True)
    tied = xp.astype(values <= least + _TIE * (1 + xp.abs(least)), xp.int8)
    return xp.astype(one_largest(xp, tied), xp.float64)


def _given(values: Array | None) -> Array:
    if values is None:
        raise ValueError("this policy needs estimates, widths and normals, got none")
    return values
