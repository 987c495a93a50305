r"""The comp-sum losses: sum-exponential, cross-entropy, generalised cross-entropy, mean absolute error.

For scores h(x, .) of n classes the loss is Phi_tau applied to the sum of exponentiated score differences,

.. math::
    \ell_\tau(h, x, y) = \Phi_\tau\Big(\sum_{y' \ne y} e^{h(x,y') - h(x,y)}\Big), \qquad
    \Phi_\tau(u) = \frac{(1+u)^{1-\tau} - 1}{1-\tau}, \quad \Phi_1(u) = \log(1+u),

that is (1 - S_y^{tau-1})/(tau-1) in terms of the softmax S of the scores: tau = 0 is the sum-exponential
loss, 1 the logistic loss, 1 < tau < 2 the generalised cross-entropy with exponent tau - 1, tau = 2 the mean
absolute error 1 - S_y.

The calibration functions and bounds of the family are in :mod:`theory.classification.calibration` and can be
reached from here. See :mod:`theory.arrays` for what goes in and comes out.

References
----------
Mao, Mohri and Zhong, Cross-Entropy Loss Functions: Theoretical Analysis and Applications, ICML 2023
(comp_sum).
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, one_largest, quiet, real_arrays, require, restore
from theory.classification.arrays import class_counts, class_labels, posteriors, score_vectors, temperatures
from theory.classification.calibration import (
    TAU_STAR,
    TAU_STAR_DIGITS,
    bound,
    growth_constant,
    guaranteed_transform,
    published_bound,
    published_exact_bound,
    published_simplified_transform,
    published_transform,
    transform,
)
from theory.classification.quotients import scaled_expm1
from theory.classification.renyi import renyi_entropy

__all__ = [
    "TAU_STAR",
    "TAU_STAR_DIGITS",
    "bound",
    "conditional_minimum",
    "conditional_risk",
    "deterministic_gap_bound",
    "growth_constant",
    "guaranteed_transform",
    "loss",
    "phi",
    "published_bound",
    "published_exact_bound",
    "published_simplified_transform",
    "published_transform",
    "transform",
]


@quiet
def phi(u: Any, tau: Any) -> Any:
    r"""Return Phi_tau(u) = ((1+u)^{1-tau} - 1)/(1-tau), and log(1+u) at tau = 1.

    Parameters
    ----------
    u : numbers >= 0, infinity allowed
    tau : finite numbers >= 0, broadcast against ``u``

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is negative or NaN.

    Examples
    --------
    >>> phi(3.0, 0), phi(3.0, 2)
    (3.0, 0.75)
    >>> phi(1e-20, 1)
    1e-20
    """
    xp, (u, tau), scalar = real_arrays(u, tau)
    require(xp, u >= 0, u, "u", ">= 0")
    temperatures(xp, tau)
    u, tau = broadcast(xp, u=u, tau=tau)
    return restore(scaled_expm1(xp, xp.log1p(u), 1 - tau), scalar)


@quiet
def loss(scores: Any, labels: Any, tau: Any) -> Array:
    """Return the comp-sum loss of score vectors.

    Parameters
    ----------
    scores : array, shape (..., n)
        Real scores; -inf stands for a class of probability 0.
    labels : array of integers in 0, ..., n-1, shape (...)
    tau : finite numbers >= 0, broadcast against (...)

    Returns
    -------
    array, shape (...)
        Infinite where the loss exceeds the largest number of the dtype.

    Raises
    ------
    ValueError
        If scores hold NaN or +inf, labels are out of range, or shapes do not fit.

    Examples
    --------
    >>> loss([[0.0, 0.0], [0.0, 0.0]], [0, 1], tau=[0, 2]).tolist()
    [1.0, 0.5]
    """
    xp, (scores, tau), _ = real_arrays(scores, tau)
    score_vectors(xp, scores)
    temperatures(xp, tau)
    chosen = class_labels(xp, labels, scores)
    negative_log = xp.sum(xp.where(chosen, _negative_log_softmax(xp, scores), xp.zeros_like(scores)), axis=-1)
    negative_log, tau = broadcast(xp, scores_without_classes=negative_log, tau=tau)
    return scaled_expm1(xp, negative_log, 1 - tau)


@quiet
def conditional_risk(p: Any, scores: Any, tau: Any) -> Array:
    """Return the conditional risk: the comp-sum loss averaged over labels drawn from the posterior p.

    Parameters
    ----------
    p : array, shape (..., n)
        Posteriors: non-negative, of sum 1 within 1e-6 (then normalised).
    scores : array, shape (..., n), broadcast against ``p``; a class with p = 0 may have the score -inf
    tau : finite numbers >= 0, broadcast against (...)

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If p is off the simplex, scores hold NaN or +inf, or shapes do not fit.

    Examples
    --------
    >>> conditional_risk([0.5, 0.5], [0.0, 0.0], tau=0).tolist()
    1.0
    """
    xp, (p, scores, tau), _ = real_arrays(p, scores, tau)
    posteriors(xp, p)
    score_vectors(xp, scores)
    temperatures(xp, tau)
    p, scores = broadcast(xp, p=p, scores=scores)
    _, tau = broadcast(xp, p_without_classes=p[..., 0], tau=tau)
    losses = scaled_expm1(xp, _negative_log_softmax(xp, scores), 1 - tau[..., None])
    # A class that never occurs costs nothing, be its loss infinite.
    weighted = xp.where(p > 0, p * xp.where(p > 0, losses, xp.zeros_like(losses)), xp.zeros_like(losses))
    return xp.sum(weighted, axis=-1) / xp.sum(p, axis=-1)


@quiet
def conditional_minimum(p: Any, tau: Any) -> Array:
    r"""Return the least conditional risk C*_tau(p) over all scores.

    With a = 1/(2-tau) it is :math:`((\sum_y p_y^a)^{1/a} - 1)/(1-\tau)` for tau < 2, the entropy at tau = 1,
    and :math:`(1 - \max p)/(\tau-1)` for tau >= 2.

    Parameters
    ----------
    p : array, shape (..., n)
        Posteriors: non-negative, of sum 1 within 1e-6 (then normalised).
    tau : finite numbers >= 0, broadcast against (...)

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If p is off the simplex, or tau is negative or NaN.

    Examples
    --------
    >>> conditional_minimum([0.5, 0.3, 0.2], tau=[0, 1, 2]).round(6).tolist()
    [1.89695, 1.029653, 0.5]
    """
    xp, (p, tau), _ = real_arrays(p, tau)
    posteriors(xp, p)
    temperatures(xp, tau)
    tau, _ = broadcast(xp, tau=tau, p_without_classes=p[..., 0])
    below = tau < 2
    inner = xp.where(below, tau, xp.ones_like(tau))
    smooth = scaled_expm1(xp, renyi_entropy(xp, p, (inner - 1) / (2 - inner)), 1 - inner)
    error = _least_error(xp, p) / xp.where(below, xp.ones_like(tau), tau - 1)
    return xp.where(below, smooth, error)


@quiet
def deterministic_gap_bound(best_sum_exponential_risk: Any, tau: Any, n: Any, score_bound: Any) -> Any:
    r"""Bound the minimizability gap for deterministic labels and scores in [-score_bound, score_bound].

    With R the best sum-exponential risk in the hypothesis set the bound is
    :math:`\Phi_\tau(R) - \Phi_\tau((n-1)e^{-2\Lambda})`, non-increasing in tau. The gap itself need not
    decrease.

    Parameters
    ----------
    best_sum_exponential_risk : numbers >= (n-1) exp(-2 score_bound), the least risk such scores allow
    tau : finite numbers >= 0
    n : whole numbers >= 2
    score_bound : numbers >= 0, infinity allowed

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> round(deterministic_gap_bound(1.0, 0, 2, 1.0), 6), round(deterministic_gap_bound(1.0, 1, 2, 1.0), 6)
    (0.864665, 0.566219)
    """
    xp, (risk, tau, n, size), scalar = real_arrays(best_sum_exponential_risk, tau, n, score_bound)
    temperatures(xp, tau)
    class_counts(xp, n)
    require(xp, size >= 0, size, "score_bound", ">= 0")
    risk, tau, n, size = broadcast(xp, risk=risk, tau=tau, n=n, score_bound=size)
    least = (n - 1) * xp.exp(-2 * size)
    # A risk at the least value may come out of a sum a few roundings below it.
    slack = 1 - 1024 * xp.finfo(risk.dtype).eps
    allowed = "at least (n-1) exp(-2 score_bound), which such scores cannot undercut"
    require(xp, (risk >= least * slack), risk, "best_sum_exponential_risk", allowed)
    above = xp.where(risk > least, (risk - least) / (1 + least), xp.zeros_like(risk))
    # Phi(u) - Phi(v) = (1+v)^{1-tau} Phi((u-v)/(1+v)) does not cancel.
    return restore((1 + least) ** (1 - tau) * scaled_expm1(xp, xp.log1p(above), 1 - tau), scalar)


def _negative_log_softmax(xp: Any, scores: Array) -> Array:
    """Return -log S_y >= 0 for all classes, accurate also where S_y is within rounding of 1."""
    largest = xp.max(scores, axis=-1, keepdims=True)
    odds = xp.where(one_largest(xp, scores), xp.zeros_like(scores), xp.exp(scores - largest))
    return (largest - scores) + xp.log1p(xp.sum(odds, axis=-1, keepdims=True))


def _least_error(xp: Any, p: Array) -> Array:
    """Return 1 - max p of the normalised posterior, as the share of the other classes."""
    rest = xp.sum(xp.where(one_largest(xp, p), xp.zeros_like(p), p), axis=-1)
    return rest / (rest + xp.max(p, axis=-1))
