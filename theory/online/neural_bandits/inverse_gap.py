r"""Inverse-gap weighting: from predicted losses to a randomised choice of action, with its exact exploration price.

Predictions f and true mean losses F have the actions along the last axis; smaller is better. With weights p, the price
against an action a is the worst case over all true means F in R^K,

``sup_F  sum_i p_i (F_i - F_a) - (gamma/4) sum_i p_i (f_i - F_i)^2  =  <p, f> - f_a + (1 - p_a)/(gamma p_a)``.

Weights ``1/(lam + gamma gap)``, normalised by lam, make it ``(K-1)/gamma`` for every prediction and every action: an
exact equaliser. With lam = K and the rest of the mass on the best prediction it is less than ``2 (K-1)/gamma``.

Source: key ``neural_bandits`` (reduction to online regression); the exact values are derived and proved in
`theory.online.neural_bandits.claims_neural_inverse_gap`, the constants of `fast_cb_bound` in
`theory.online.neural_bandits.claims_neural_fast_cb`.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, one_largest, quiet, real_arrays, require
from theory.online.bounds import RegretBound, checked
from theory.online.log_barrier import ftrl_weights

__all__ = [
    "fast_cb_bound",
    "fast_cb_weights",
    "foster_rakhlin_weights",
    "inverse_gap_weights",
    "price",
    "square_cb_bound",
    "worst_truth",
]


@quiet
def inverse_gap_weights(predictions: Any, gamma: Any) -> Array:
    """Return ``p_i = 1/(lam + gamma (f_i - min f))`` with lam in [1, K] such that the weights sum to 1.

    They are also the minimiser of ``gamma <p, f> - sum_i ln p_i``, which is how they are computed: by a Newton
    iteration that grows monotonically towards the root.

    Parameters
    ----------
    predictions : array, shape (..., K)
        Predicted losses, any real numbers.
    gamma : number or array, shape (...)
        Exploration parameter, positive; the larger, the greedier.

    Returns
    -------
    array, shape (..., K)

    Raises
    ------
    ValueError
        If a prediction is not finite or gamma is not positive and finite.

    Examples
    --------
    >>> weights = inverse_gap_weights([0.0, 1.5], 2.0)
    >>> [round(float(p), 6) for p in weights]
    [0.767592, 0.232408]
    >>> [round(float(value), 12) for value in price(weights, [0.0, 1.5], 2.0)]  # (K - 1)/gamma
    [0.5, 0.5]
    """
    _, gap, gamma = _gaps(predictions, gamma)
    weights: Array = ftrl_weights(gap, gamma)
    return weights


@quiet
def foster_rakhlin_weights(predictions: Any, gamma: Any) -> Array:
    """Return ``p_i = 1/(K + gamma (f_i - min f))`` for all but one best prediction, which gets the rest.

    Parameters, result and errors as `inverse_gap_weights`; of several best predictions the first gets the rest.

    Examples
    --------
    >>> [float(p) for p in foster_rakhlin_weights([0.0, 1.5], 4.0)]
    [0.875, 0.125]
    """
    xp, gap, gamma = _gaps(predictions, gamma)
    return _rest_to_the_best(xp, gap, 1 / (gap.shape[-1] + xp.expand_dims(gamma, axis=-1) * gap))


@quiet
def fast_cb_weights(predictions: Any, gamma: Any) -> Array:
    """Return ``p_i = m/(K m + gamma (f_i - m))``, m the best prediction, for all but one best, which gets the rest.

    The gaps count relative to m: the weights do not change when all predictions are scaled, and where the best loss is
    small they explore less.

    Raises
    ------
    ValueError
        If a prediction is not positive and finite, or gamma is not.

    Examples
    --------
    >>> [float(p) for p in fast_cb_weights([0.5, 1.25], 4.0)]
    [0.875, 0.125]
    """
    xp, (f, _), _ = real_arrays(predictions, gamma)
    require(xp, f > 0, f, "predictions", "positive")
    xp, gap, gamma = _gaps(predictions, gamma)
    relative = gap / xp.min(f, axis=-1, keepdims=True)
    return _rest_to_the_best(xp, gap, 1 / (gap.shape[-1] + xp.expand_dims(gamma, axis=-1) * relative))


@quiet
def price(weights: Any, predictions: Any, gamma: Any) -> Array:
    """Return ``<p, f> - f_a + (1 - p_a)/(gamma p_a)``: the exact price of exploration against every action a.

    Parameters
    ----------
    weights : array, shape (..., K)
        Probabilities, positive.
    predictions : array, shape (..., K)
    gamma : number or array, shape (...)

    Returns
    -------
    array, shape (..., K)

    Raises
    ------
    ValueError
        As `inverse_gap_weights`; also if a weight is not positive or they do not sum to 1.

    Examples
    --------
    >>> [round(float(value), 6) for value in price([0.875, 0.125], [0.0, 1.5], 4.0)]  # the second: 0.0625 below 2/gamma
    [0.223214, 0.4375]
    """
    xp, p, gap, gamma = _weighted(weights, predictions, gamma)
    mean = xp.sum(p * gap, axis=-1, keepdims=True)
    return mean - gap + _others(xp, p) / (xp.expand_dims(gamma, axis=-1) * p)


@quiet
def worst_truth(weights: Any, predictions: Any, gamma: Any, action: int) -> Array:
    """Return the true means F that attain the price against an action: ``f + 2/gamma``, at the action f less.

    There F is ``f - 2 (1 - p)/(gamma p)``. For inverse-gap weights the action is then indeed a best one.

    Raises
    ------
    ValueError
        As `price`; also if the action is not one of 0, ..., K-1.

    Examples
    --------
    >>> [float(value) for value in worst_truth([0.875, 0.125], [0.0, 1.5], 4.0, 1)]
    [0.5, -2.0]
    """
    xp, p, _, gamma = _weighted(weights, predictions, gamma)
    xp, (p, f, gamma), _ = real_arrays(p, predictions, gamma)
    count = p.shape[-1]
    action = whole("action", action, 0, count - 1)
    unit = 2 / xp.expand_dims(gamma, axis=-1)
    chosen = xp.arange(count) == action
    return f + unit * xp.where(chosen, -_others(xp, p) / p, xp.ones_like(p))


def square_cb_bound(*, K: int, T: Any, squared_error: Any, gamma: Any = None) -> RegretBound:
    """Return ``(K-1) T/gamma + gamma S/4``, for normalised inverse-gap weights; tuned, it is ``sqrt((K-1) T S)``.

    Parameters
    ----------
    K, T
        Numbers of actions and of rounds.
    squared_error
        S, an upper bound of ``E sum_t (f_t - F_t)^2`` at the actions that were taken.
    gamma
        The exploration parameter; None takes the best, ``2 sqrt((K-1) T/S)``.

    Raises
    ------
    ValueError
        If K is not an integer >= 2, or T, S, gamma are not positive and finite.

    Examples
    --------
    >>> float(square_cb_bound(K=5, T=100, squared_error=4.0))
    40.0
    """
    K = whole("K", K, 2)
    positive = ("T", "squared_error") if gamma is None else ("T", "squared_error", "gamma")
    given = {"T": T, "squared_error": squared_error} | ({} if gamma is None else {"gamma": gamma})
    xp, read, scalar = checked(positive, **given)
    pull, error = (K - 1) * read["T"], read["squared_error"]
    step = read["gamma"] if gamma is not None else 2 * xp.sqrt(pull) / xp.sqrt(error)
    terms = {"exploration": pull / step, "regression": step * error / 4}
    return RegretBound(
        "expected regret of inverse-gap weighting against the best action of every context",
        {name: float(value) if scalar else value for name, value in terms.items()},
        {"K": K, **given},
        (
            "p_t are the normalised inverse-gap weights of the predictions f_t with one gamma",
            "the mean loss of action a in context x is F(x, a), whatever was played before",
            "squared_error bounds the expected sum of (f_t - F_t)^2 at the actions taken",
        ),
        "neural_bandits",
        "derived",
    )


def fast_cb_bound(*, K: int, best_loss: Any, discrimination: Any, gamma: Any) -> RegretBound:
    """Return ``(10 K/gamma) L + (49/16) gamma S`` for `fast_cb_weights` and ``gamma >= 10 K``.

    Parameters
    ----------
    K
        Number of actions.
    best_loss
        L, the expected loss of the best action of every context, summed over rounds.
    discrimination
        S, an upper bound of ``E sum_t (f_t - F_t)^2/(f_t + F_t)`` at the actions that were taken.
    gamma
        The exploration parameter.

    Raises
    ------
    ValueError
        If K < 2, L or S is negative, or gamma < 10 K.

    Examples
    --------
    >>> float(fast_cb_bound(K=2, best_loss=0.0, discrimination=1.0, gamma=20.0))
    61.25
    """
    K = whole("K", K, 2)
    xp, read, scalar = checked(("gamma",), best_loss=best_loss, discrimination=discrimination, gamma=gamma)
    require(xp, read["gamma"] >= 10 * K, read["gamma"], "gamma", f"at least 10 K = {10 * K}")
    terms = {
        "best loss": 10 * K / read["gamma"] * read["best_loss"],
        "regression": 49 * read["gamma"] * read["discrimination"] / 16,
    }
    return RegretBound(
        "expected regret of the weights relative to the best prediction, against the best action of every context",
        {name: float(value) if scalar else value for name, value in terms.items()},
        {"K": K, "best_loss": best_loss, "discrimination": discrimination, "gamma": gamma},
        (
            "p_t are the weights m/(K m + gamma gap) of positive predictions f_t with one gamma",
            "the mean loss of action a in context x is F(x, a) >= 0, whatever was played before",
            "discrimination bounds the expected sum of (f_t - F_t)^2/(f_t + F_t) at the actions taken",
        ),
        "neural_bandits",
        "derived",
    )


def _gaps(predictions: Any, gamma: Any) -> tuple[Any, Array, Array]:
    """Return namespace, ``f - min f`` and gamma, after checking both."""
    xp, (f, gamma), _ = real_arrays(predictions, gamma)
    if f.ndim < 1 or f.shape[-1] < 1:
        raise ValueError(f"predictions must have the actions along their last axis, got shape {tuple(f.shape)}")
    require(xp, xp.isfinite(f), f, "predictions", "finite")
    require(xp, (gamma > 0) & xp.isfinite(gamma), gamma, "gamma", "positive and finite")
    gap = f - xp.min(f, axis=-1, keepdims=True)
    require(xp, xp.isfinite(gap), gap, "gaps of the predictions", "finite")
    return xp, gap, gamma


def _rest_to_the_best(xp: Any, gap: Array, weights: Array) -> Array:
    """Give the best prediction what the other weights leave over."""
    best = xp.broadcast_to(one_largest(xp, -gap), weights.shape)
    others = xp.where(best, xp.zeros_like(weights), weights)
    return xp.where(best, 1 - xp.sum(others, axis=-1, keepdims=True), others)


def _weighted(weights: Any, predictions: Any, gamma: Any) -> tuple[Any, Array, Array, Array]:
    xp, (p, f, gamma), _ = real_arrays(weights, predictions, gamma)
    xp, gap, gamma = _gaps(f, gamma)
    if p.ndim < 1 or p.shape[-1] != gap.shape[-1]:
        raise ValueError(f"weights and predictions must agree in their last axis, got {p.shape} and {gap.shape}")
    require(xp, p > 0, p, "weights", "positive")
    total = xp.sum(p, axis=-1)
    require(xp, xp.abs(total - 1) <= math.sqrt(float(xp.finfo(p.dtype).eps)), total, "sum of weights", "1")
    return xp, p, gap, gamma


def _others(xp: Any, p: Array) -> Array:
    """Return ``1 - p`` summed from the other weights where p is near 1, so that it does not cancel."""
    return xp.where(p > 0.5, xp.sum(xp.where(p > 0.5, xp.zeros_like(p), p), axis=-1, keepdims=True), 1 - p)
