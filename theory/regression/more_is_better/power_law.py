r"""Power laws: the training error over the test error of the best kernel ridge regression with many samples.

Eigenvalues ``i^-alpha``, squared coefficients ``i^-beta``. As n grows and sums become integrals,
``z = c kappa^(-1/alpha)`` with ``c = (pi/alpha)/sin(pi/alpha)``, ``q = (1 - 1/alpha) z``, and the bias is
``b kappa^((beta - 1)/alpha)`` with ``b = Gamma((2 alpha - beta + 1)/alpha) Gamma((beta - 1)/alpha)/alpha``. In
``y = z/n`` the test error is proportional to ``(y^(1 - beta) + s)/(alpha - (alpha - 1) y)``.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore

__all__ = ["bias_constant", "fitting_ratio", "modes_constant", "noise_threshold", "relative_noise"]

_STEPS = 12  # of Newton's method in log y, from the right, where it converges from the first


@quiet
def fitting_ratio(alpha: Any, beta: Any, noise: Any = 0.0) -> Any:
    r"""Return training error over test error at the best ridge >= 0: ``(1 - y)^2``, 0 where interpolation is best.

    Parameters
    ----------
    alpha, beta : number or array
        alpha > 1, 1 < beta < 2 alpha + 1.
    noise : number or array
        Variance over the bias of noiseless interpolation, >= 0: see `relative_noise`; alpha times what it is over the
        test error of noiseless interpolation. All arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range or the shapes do not broadcast.

    Notes
    -----
    ``(alpha - 1)(beta y + s y^beta) = alpha (beta - 1)``. Source: derived (paper key more_is_better).

    Examples
    --------
    >>> round(fitting_ratio(2.0, 1.5), 12) == round(1 / 9, 12), fitting_ratio(2.0, 3.0, 0.9)
    (True, 0.0)
    """
    xp, (alpha, beta, s), scalar = real_arrays(alpha, beta, noise)
    alpha, beta, s = broadcast(xp, alpha=alpha, beta=beta, noise=s)
    _require_exponents(xp, alpha, beta)
    require(xp, (s >= 0) & xp.isfinite(s), s, "noise", "a finite number >= 0")
    slope, target = alpha - 1, alpha * (beta - 1)
    u, level = xp.zeros_like(s), xp.log(target / slope)
    for _ in range(_STEPS):  # a logarithm of two exponentials: convex, and nearly linear where one is large
        first, second = beta * xp.exp(u), s * xp.exp(beta * u)
        u = u - (xp.log(first + second) - level) * (first + second) / (first + beta * second)
    inside = s > (beta - alpha) / slope
    return restore(xp.where(inside, xp.expm1(u) ** 2, xp.zeros_like(u)), scalar)


@quiet
def noise_threshold(alpha: Any, beta: Any) -> Any:
    r"""Return the relative noise up to which interpolation is the best ridge >= 0; not positive where it never is.

    Parameters
    ----------
    alpha, beta : number or array
        As for `fitting_ratio`.

    Raises
    ------
    ValueError
        If an argument is out of range or the shapes do not broadcast.

    Notes
    -----
    ``(beta - alpha)/(alpha - 1)``. Source: derived (paper key more_is_better).

    Examples
    --------
    >>> noise_threshold(2.0, 3.0), noise_threshold(2.0, 1.5)
    (1.0, -0.5)
    """
    xp, (alpha, beta), scalar = real_arrays(alpha, beta)
    alpha, beta = broadcast(xp, alpha=alpha, beta=beta)
    _require_exponents(xp, alpha, beta)
    return restore((beta - alpha) / (alpha - 1), scalar)


def modes_constant(alpha: float) -> float:
    r"""Return c of ``z = c kappa^(-1/alpha)``: the integral of ``1/(1 + x^alpha)`` over x > 0.

    Raises
    ------
    ValueError
        If alpha is not above 1.

    Examples
    --------
    >>> round(modes_constant(2.0), 12) == round(math.pi / 2, 12)
    True
    """
    alpha, _ = _exponents(alpha, 2.0)
    return math.pi / alpha / math.sin(math.pi / alpha)


def bias_constant(alpha: float, beta: float) -> float:
    r"""Return b of the bias ``b kappa^((beta - 1)/alpha)``: of ``x^(2 alpha - beta)/(1 + x^alpha)^2`` the integral.

    Raises
    ------
    ValueError
        If alpha or beta is out of range, as for `fitting_ratio`.

    Examples
    --------
    >>> round(bias_constant(2.0, 2.0), 12) == round(math.pi / 4, 12)
    True
    """
    alpha, beta = _exponents(alpha, beta)
    return math.gamma((2 * alpha - beta + 1) / alpha) * math.gamma((beta - 1) / alpha) / alpha


@quiet
def relative_noise(alpha: float, beta: float, samples: Any, noise_variance: Any) -> Any:
    r"""Return the noise variance over the bias of interpolating n noiseless samples, ``b (c/n)^(beta - 1)``.

    Their test error is alpha times that bias; relative to it, as in the published code, the noise is 1/alpha of this.

    Parameters
    ----------
    alpha, beta : float
        As for `fitting_ratio`.
    samples : number or array
        n > 0; large, as sums are replaced by integrals.
    noise_variance : number or array
        sigma^2 >= 0. It and samples broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(relative_noise(2.0, 2.0, math.pi / 2, math.pi / 4), 12)
    1.0
    """
    alpha, beta = _exponents(alpha, beta)
    xp, (n, noise), scalar = real_arrays(samples, noise_variance)
    n, noise = broadcast(xp, samples=n, noise_variance=noise)
    require(xp, (n > 0) & xp.isfinite(n), n, "samples", "finite and > 0")
    require(xp, (noise >= 0) & xp.isfinite(noise), noise, "noise_variance", "finite and >= 0")
    return restore(noise / bias_constant(alpha, beta) * (n / modes_constant(alpha)) ** (beta - 1), scalar)


def _exponents(alpha: Any, beta: Any) -> tuple[float, float]:
    xp, (first, second), _ = real_arrays(alpha, beta)
    if first.ndim or second.ndim:
        raise ValueError(f"alpha and beta must be numbers, not arrays, got {alpha!r}, {beta!r}")
    _require_exponents(xp, first, second)
    return float(first), float(second)


def _require_exponents(xp: Any, alpha: Array, beta: Array) -> None:
    require(xp, (alpha > 1) & xp.isfinite(alpha), alpha, "alpha", "finite and above 1")
    require(xp, (beta > 1) & (beta < 2 * alpha + 1), beta, "beta", "above 1 and below 2 alpha + 1")
