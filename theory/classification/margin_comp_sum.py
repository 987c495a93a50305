r"""Margin versions of the comp-sum losses: the rho-margin loss and its smooth adversarial surrogate.

With Phi_tau as in :mod:`theory.classification.comp_sum` and the ramp Phi_rho(u) = min(max(0, 1 - u/rho), 1),
the rho-margin comp-sum loss is Phi_tau(sum_{y' != y} Phi_rho(h_y - h_y')), and its adversarial version takes
the largest value over perturbed inputs. A smooth loss above it is

.. math::
    \Phi_\tau\Big(\sum_{y' \ne y} e^{-(h_y - h_{y'})/\rho}\Big) + \nu \sup_{x'} \|\bar\Delta_h(x', y) -
    \bar\Delta_h(x, y)\|_2

with the vector of margins :math:`\bar\Delta_h(x, y) = (h(x,y) - h(x,y'))_{y' \ne y}` and nu >= sqrt(n-1)/rho:
Phi_tau is 1-Lipschitz, the ramp is 1/rho-Lipschitz and below the exponential, and a sum of n-1 such terms is
sqrt(n-1)/rho-Lipschitz.

References
----------
Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023 (comp_sum), section on adversarial robustness.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.classification.arrays import class_counts, class_labels, score_vectors, temperatures
from theory.classification.quotients import scaled_expm1
from theory.classification.renyi import LOG_2

__all__ = [
    "adversarial_rho_margin_loss",
    "rho_margin",
    "rho_margin_constant",
    "rho_margin_loss",
    "smooth_adversarial_loss",
    "smoothness_constant",
]


@quiet
def rho_margin(u: Any, rho: Any) -> Any:
    """Return the ramp min(max(0, 1 - u/rho), 1).

    Parameters
    ----------
    u : margins, any real numbers
    rho : finite numbers > 0, broadcast against ``u``

    Raises
    ------
    ValueError
        If u is NaN or rho is not positive.

    Examples
    --------
    >>> rho_margin([-1.0, 0.5, 3.0], rho=2).tolist()
    [1.0, 0.75, 0.0]
    """
    xp, (u, rho), scalar = real_arrays(u, rho)
    require(xp, ~xp.isnan(u), u, "u", "a number")
    _check_rho(xp, rho)
    return restore(_ramp(xp, u, rho), scalar)


@quiet
def rho_margin_loss(scores: Any, labels: Any, tau: Any, rho: Any) -> Array:
    """Return the rho-margin comp-sum loss Phi_tau(sum over y' != y of the ramp of h_y - h_y').

    Parameters
    ----------
    scores : array, shape (..., n), finite
    labels : array of integers in 0, ..., n-1, shape (...)
    tau : finite numbers >= 0, broadcast against (...)
    rho : finite numbers > 0, broadcast against (...)

    Returns
    -------
    array, shape (...), between 0 and Phi_tau(n-1)

    Raises
    ------
    ValueError
        If an argument is outside its range or shapes do not fit.

    Examples
    --------
    >>> rho_margin_loss([2.0, 1.0, 0.0], 0, tau=0, rho=2).tolist()
    0.5
    """
    xp, (scores, tau, rho), _ = real_arrays(scores, tau, rho)
    _check(xp, scores, tau, rho)
    margins, others = _margins(xp, scores, labels)
    return _ramp_loss(xp, margins, others, tau, rho)


@quiet
def adversarial_rho_margin_loss(perturbed_scores: Any, labels: Any, tau: Any, rho: Any) -> Array:
    """Return the largest rho-margin comp-sum loss over a batch of perturbed inputs.

    The supremum over all perturbations is supplied as a finite batch, which can only fall short of it.

    Parameters
    ----------
    perturbed_scores : array, shape (..., k, n)
        Scores at k perturbed inputs; put the clean input among them.
    labels, tau, rho : as in :func:`rho_margin_loss`, shape (...)

    Examples
    --------
    >>> adversarial_rho_margin_loss([[2.0, 0.0], [1.0, 0.0]], 0, tau=0, rho=2).tolist()
    0.5
    """
    xp, (scores, tau, rho), _ = real_arrays(perturbed_scores, tau, rho)
    _check(xp, scores, tau, rho)
    _check_batch(scores)
    margins, others = _margins(xp, scores, _labels_of_batch(xp, labels))
    return xp.max(_ramp_loss(xp, margins, others, tau[..., None], rho[..., None]), axis=-1)


@quiet
def smooth_adversarial_loss(
    scores: Any, perturbed_scores: Any, labels: Any, tau: Any, rho: Any, *, nu: Any = None
) -> Array:
    """Return the smooth adversarial comp-sum loss.

    Parameters
    ----------
    scores : array, shape (..., n), finite
        Scores at the clean input.
    perturbed_scores : array, shape (..., k, n)
        Scores at k perturbed inputs, over which the supremum is taken.
    labels : array of integers in 0, ..., n-1, shape (...)
    tau : finite numbers >= 0, broadcast against (...)
    rho : finite numbers > 0, broadcast against (...)
    nu : numbers >= 0, optional
        Weight of the smoothness term; by default sqrt(n-1)/rho, the least for which the loss is known to lie
        above the adversarial rho-margin comp-sum loss.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If an argument is outside its range or shapes do not fit.

    Examples
    --------
    >>> smooth_adversarial_loss([0.0, 0.0], [[0.0, 0.0], [-1.0, 0.0]], 0, tau=0, rho=1).tolist()
    2.0
    """
    given = (scores, perturbed_scores, tau, rho) if nu is None else (scores, perturbed_scores, tau, rho, nu)
    xp, (scores, perturbed, tau, rho, *weight), _ = real_arrays(*given)
    _check(xp, scores, tau, rho)
    score_vectors(xp, perturbed)
    _check_batch(perturbed)
    n = scores.shape[-1]
    if perturbed.shape[-1] != n:
        raise ValueError(f"perturbed scores are of {perturbed.shape[-1]} classes, the clean ones of {n}")
    factor = weight[0] if weight else (n - 1) ** 0.5 / rho
    require(xp, factor >= 0, factor, "nu", ">= 0")
    margins, others = _margins(xp, scores, labels)
    moved, _ = _margins(xp, perturbed, _labels_of_batch(xp, labels))
    # Phi_tau(sum of exponentials) by the logarithm of 1 + sum, which does not overflow.
    largest = xp.max(-margins, axis=-1, keepdims=True) / rho[..., None]
    terms = xp.exp(-margins / rho[..., None] - largest)
    total = xp.sum(xp.where(others, terms, xp.zeros_like(terms)), axis=-1)
    log_loss = _log1p_scaled(xp, total, largest[..., 0])
    shifts = xp.sqrt(xp.sum((moved - margins[..., None, :]) ** 2, axis=-1))
    return scaled_expm1(xp, log_loss, 1 - tau) + factor * xp.max(shifts, axis=-1)


def smoothness_constant(n: Any, rho: Any) -> Any:
    """Return nu = sqrt(n-1)/rho, the weight that puts the smooth loss above the adversarial rho-margin loss.

    Examples
    --------
    >>> smoothness_constant(5, 0.5)
    4.0
    """
    xp, (n, rho), scalar = real_arrays(n, rho)
    class_counts(xp, n)
    _check_rho(xp, rho)
    return restore(xp.sqrt(n - 1) / rho, scalar)


@quiet
def rho_margin_constant(tau: Any) -> Any:
    r"""Return Phi_tau(1) = (2^{1-tau} - 1)/(1-tau), the factor in the rho-margin bound.

    The bound reads Phi_tau(1) * (adversarial zero-one regret) <= (adversarial rho-margin regret), gaps
    included; the factor stands on the zero-one side.

    Examples
    --------
    >>> rho_margin_constant(0), rho_margin_constant(2)
    (1.0, 0.5)
    """
    xp, (tau,), scalar = real_arrays(tau)
    temperatures(xp, tau)
    return restore(scaled_expm1(xp, LOG_2 * xp.ones_like(tau), 1 - tau), scalar)


def _check_rho(xp: Any, rho: Array) -> None:
    require(xp, (rho > 0) & xp.isfinite(rho), rho, "rho", "a finite number > 0")


def _check(xp: Any, scores: Array, tau: Array, rho: Array) -> None:
    score_vectors(xp, scores)
    require(xp, xp.isfinite(scores), scores, "scores of a margin loss", "finite")
    temperatures(xp, tau)
    _check_rho(xp, rho)


def _check_batch(scores: Array) -> None:
    if scores.ndim < 2 or scores.shape[-2] < 1:
        raise ValueError(f"perturbed scores need the shape (..., k, n) with k >= 1, got {scores.shape}")


def _labels_of_batch(xp: Any, labels: Any) -> Any:
    return xp.asarray(labels)[..., None]


def _margins(xp: Any, scores: Array, labels: Any) -> tuple[Array, Array]:
    """Return h_y - h_y' for all y' (0 at y' = y) and the mask of the classes y' != y."""
    chosen = class_labels(xp, labels, scores)
    own = xp.sum(xp.where(chosen, scores, xp.zeros_like(scores)), axis=-1, keepdims=True)
    return own - scores, ~chosen


def _ramp(xp: Any, u: Array, rho: Array) -> Array:
    ramp = 1 - u / rho
    ramp = xp.where(ramp > 0, ramp, xp.zeros_like(ramp))
    return xp.where(ramp < 1, ramp, xp.ones_like(ramp))


def _ramp_loss(xp: Any, margins: Array, others: Array, tau: Array, rho: Array) -> Array:
    ramps = _ramp(xp, margins, rho[..., None])
    total = xp.sum(xp.where(others, ramps, xp.zeros_like(ramps)), axis=-1)
    return scaled_expm1(xp, xp.log1p(total), 1 - tau)


def _log1p_scaled(xp: Any, total: Array, exponent: Array) -> Array:
    """Return log(1 + total * exp(exponent)) for exponent >= 0 without overflow."""
    return xp.where(exponent > 0, exponent + xp.log(total + xp.exp(-exponent)), xp.log1p(total))
