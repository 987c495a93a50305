r"""Calibration functions and H-consistency bounds of the comp-sum losses: exact, guaranteed and published.

A calibration function T says how much conditional surrogate regret a zero-one regret beta costs at least; for
convex T with T(0) = 0 Jensen's inequality makes it an H-consistency bound: zero-one regret <=
T^{-1}(surrogate regret), for every symmetric and complete hypothesis set (Mao, Mohri and Zhong, ICML 2023,
Theorem 3.1). This module holds

* :func:`transform`, the exact calibration function;
* :func:`guaranteed_transform`, the largest lower bound of it that carries a proof or a certificate, and its
  inverse :func:`bound`;
* :func:`published_transform` and its simplified form, with the bounds as printed.

All functions broadcast over ``beta`` (or ``t``), ``tau`` and ``n``; see :mod:`theory.arrays`
for what goes in and comes out. Logarithms are natural.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, compute_where, quiet, real_arrays, require, restore
from theory.classification.arrays import class_counts, temperatures
from theory.classification.pooling import least_pooled_regret
from theory.classification.quotients import log1p_quotient, scaled_expm1
from theory.classification.renyi import LOG_2, coin_divergence, inverse_coin_divergence
from theory.classification.vertices import hull_inverse, vertex_transform

__all__ = [
    "TAU_STAR",
    "TAU_STAR_DIGITS",
    "bound",
    "growth_constant",
    "guaranteed_transform",
    "published_bound",
    "published_exact_bound",
    "published_simplified_transform",
    "published_transform",
    "transform",
]

TAU_STAR_DIGITS = "1.66298382906821319557837439225375364218065516"
"""Above this tau the exact calibration function depends on n (44 digits, truncated)."""

TAU_STAR = 1.6629838290682131
"""The largest double not above the threshold tau*."""


@quiet
def transform(beta: Any, tau: Any, n: Any = 2) -> Any:
    r"""Return the exact calibration function T^ex_{tau,n}(beta) of a symmetric complete hypothesis set.

    It is the infimum, over posteriors p of n classes and scores that predict a class of posterior max p -
    beta, of the conditional comp-sum regret.

    Parameters
    ----------
    beta : zero-one regret, in [0, 1]
    tau : finite number >= 0
    n : whole number >= 2 of classes

    Returns
    -------
    float or array
        Relative error about 1e-13 in double precision.

    Raises
    ------
    ValueError
        If an argument is outside its range or NaN.

    Notes
    -----
    * tau <= tau* = 1.66298..., all n, and n = 2, tau < 2: the two-class value
      :math:`2^{-q}(M_a(\beta) - 1)/q`, q = tau - 1, a = 1/(2 - tau),
      :math:`M_a(\beta) = [((1+\beta)^a + (1-\beta)^a)/2]^{1/a}`. Exact (proved for tau <= 3/2, certified up
      to tau*).
    * tau* < tau < 2, n >= 3: a minimum over one-parameter families of configurations
      (:mod:`theory.classification.pooling`), which are attained, so that the value is never below the
      infimum. For n = 3 the pooled families are all there is, and the unpooled one is taken at its two end
      points; for n >= 4, and for that choice of end points, exactness is numerical only (direct searches
      found nothing lower). Use :func:`guaranteed_transform` where a guarantee is needed.
    * tau >= 2: closed form (:mod:`theory.classification.vertices`), exact and proved; for tau = 2, the mean
      absolute error, it is min over 2 <= k <= n of max(beta/k, beta - 1/k). Not convex: see :func:`bound`.

    References
    ----------
    Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023 (comp_sum), Theorems 3.1 and 3.2.

    Examples
    --------
    >>> round(transform(0.6, 0), 12)     # sum-exponential loss: 1 - sqrt(1 - beta^2)
    0.2
    >>> transform(0.45, 1.8, n=[2, 3]).round(8).tolist()
    [0.18973223, 0.16534405]
    >>> transform(1.0, 2, n=10)        # mean absolute error
    0.5
    """
    xp, beta, tau, n, scalar = _read(beta, tau, n)
    value = compute_where(xp, tau < 2, _two_class, (beta, tau), xp.zeros_like(beta))
    many = (tau > TAU_STAR) & (tau < 2) & (n > 2) & (beta > 0)
    value = compute_where(xp, many, _least_of_families, (value, beta, tau, n), value)
    return restore(compute_where(xp, tau >= 2, vertex_transform, (beta, tau, n), value), scalar)


@quiet
def guaranteed_transform(beta: Any, tau: Any, n: Any = 2) -> Any:
    r"""Return the largest lower bound of the exact calibration function that is proved or certified.

    Equal to :func:`transform` except for tau* < tau < 2 with n >= 3, where it is the larger of the published
    function and the n-free :math:`\frac{1-2^{1-\tau}}{\tau-1}\beta^2`. It is never below the published
    function, and never below :math:`\tau 2^{-\tau}\beta^2` for 1 <= tau <= 2.

    Parameters, returns and errors are those of :func:`transform`.

    Examples
    --------
    >>> guaranteed_transform(0.3, 1.5, n=1000) == transform(0.3, 1.5, n=2)
    True
    >>> round(guaranteed_transform(0.45, 1.8, n=1000), 8)
    0.10774286
    """
    xp, beta, tau, n, scalar = _read(beta, tau, n)
    value = compute_where(xp, tau < 2, _two_class, (beta, tau), xp.zeros_like(beta))
    printed = value * _published_factor(xp, tau, n)
    square = _quadratic_constant(xp, tau) * beta * beta
    fallback = xp.where(printed > square, printed, square)
    value = xp.where((tau > TAU_STAR) & (n > 2), fallback, value)
    return restore(compute_where(xp, tau >= 2, vertex_transform, (beta, tau, n), value), scalar)


@quiet
def bound(t: Any, tau: Any, n: Any = 2) -> Any:
    """Return the zero-one regret that a surrogate regret (plus minimizability gap) of ``t`` allows at most.

    This is the inverse of the convex hull of :func:`guaranteed_transform`. For tau < 2 that function is
    convex itself (a maximum of convex functions); for tau >= 2 it is not, and the hull is a polygon.

    Parameters
    ----------
    t : surrogate regret >= 0 (infinity allowed)
    tau : finite number >= 0
    n : whole number >= 2 of classes

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ValueError
        If an argument is outside its range or NaN.

    Examples
    --------
    >>> round(bound(0.01, 1, n=100), 6)  # logistic loss: near sqrt(2 t), whatever n
    0.141185
    >>> round(bound(1 / 6, 2, n=3), 12)  # mean absolute error: T = 1/6 at beta = 1/2
    0.5
    """
    xp, t, tau, n, scalar = _read_regret(t, tau, n)
    factor = xp.where((tau > TAU_STAR) & (n > 2), _published_factor(xp, tau, n), xp.ones_like(tau))
    value = compute_where(xp, tau < 2, _two_class_inverse, (t / factor, tau), xp.zeros_like(t))
    root = xp.sqrt(t / _quadratic_constant(xp, tau))
    value = xp.where((tau > TAU_STAR) & (n > 2) & (root < value), root, value)
    return restore(compute_where(xp, tau >= 2, hull_inverse, (t, tau, n), value), scalar)


@quiet
def published_transform(beta: Any, tau: Any, n: Any = 2) -> Any:
    r"""Return T_tau(beta) as printed in Theorem 3.1.

    With M_a as in :func:`transform`: :math:`2^{1-\tau}(1 - M_a)/(1-\tau)` for tau < 1, the binary entropy gap
    at 1, :math:`(M_a - 1)/((\tau-1)n^{\tau-1})` for 1 < tau < 2 and :math:`\beta/((\tau-1)n^{\tau-1})` for
    tau >= 2.

    Parameters, returns and errors are those of :func:`transform`.

    Examples
    --------
    >>> published_transform(1.0, 2, n=10)        # the exact value is 1/2
    0.1
    """
    xp, beta, tau, n, scalar = _read(beta, tau, n)
    value = compute_where(xp, tau < 2, _two_class, (beta, tau), xp.zeros_like(beta))
    value = value * _published_factor(xp, tau, n)
    return restore(xp.where(tau < 2, value, beta / _linear_price(xp, tau, n)), scalar)


@quiet
def published_simplified_transform(beta: Any, tau: Any, n: Any = 2) -> Any:
    r"""Return the simplified lower bound of Theorem 3.1 as printed.

    :math:`\beta^2/(2^\tau(2-\tau))` for tau < 1, :math:`\beta^2/(2 n^{\tau-1})` for 1 <= tau < 2 and
    :math:`\beta/((\tau-1)n^{\tau-1})` for tau >= 2. Parameters, returns and errors are those of
    :func:`transform`.

    Examples
    --------
    >>> published_simplified_transform(0.5, 1)
    0.125
    """
    xp, beta, tau, n, scalar = _read(beta, tau, n)
    square = beta * beta / _square_price(xp, tau, n)
    return restore(xp.where(tau < 2, square, beta / _linear_price(xp, tau, n)), scalar)


@quiet
def published_bound(t: Any, tau: Any, n: Any = 2) -> Any:
    r"""Return the simplified bound as printed, the inverse of the simplified transform, not cut at 1.

    :math:`\sqrt{2^\tau(2-\tau)t}` for tau < 1, :math:`\sqrt{2n^{\tau-1}t}` for 1 <= tau < 2 and
    :math:`(\tau-1)n^{\tau-1}t` for tau >= 2. Parameters and errors are those of :func:`bound`.

    Examples
    --------
    >>> published_bound(0.02, 1, n=100)
    0.2
    """
    xp, t, tau, n, scalar = _read_regret(t, tau, n)
    root = xp.sqrt(t * _square_price(xp, tau, n))
    return restore(xp.where(tau < 2, root, t * _linear_price(xp, tau, n)), scalar)


@quiet
def published_exact_bound(t: Any, tau: Any, n: Any = 2) -> Any:
    """Return the inverse of :func:`published_transform`, cut at 1.

    Parameters and errors are those of :func:`bound`.

    Examples
    --------
    >>> round(published_exact_bound(published_transform(0.3, 1.5, n=7), 1.5, n=7), 12)
    0.3
    """
    xp, t, tau, n, scalar = _read_regret(t, tau, n)
    linear = t * _linear_price(xp, tau, n)
    value = xp.where(linear < 1, linear, xp.ones_like(linear))
    two_class = t / _published_factor(xp, tau, n)
    return restore(compute_where(xp, tau < 2, _two_class_inverse, (two_class, tau), value), scalar)


@quiet
def growth_constant(tau: Any) -> Any:
    r"""Return :math:`1/(2^\tau(2-\tau))`, the constant of T(beta) ~ constant * beta^2 near 0 for every n.

    Parameters
    ----------
    tau : number in [0, 2)

    Raises
    ------
    ValueError
        If tau is outside [0, 2); from tau = 2 on the growth is linear.

    Examples
    --------
    >>> growth_constant(1)
    0.5
    """
    xp, (tau,), scalar = real_arrays(tau)
    require(xp, (tau >= 0) & (tau < 2), tau, "tau", "in [0, 2)")
    return restore(1 / (2**tau * (2 - tau)), scalar)


def _read(beta: Any, tau: Any, n: Any) -> tuple[Any, Array, Array, Array, bool]:
    xp, (beta, tau, n), scalar = real_arrays(beta, tau, n)
    require(xp, (beta >= 0) & (beta <= 1), beta, "beta", "in [0, 1]")
    temperatures(xp, tau)
    class_counts(xp, n)
    beta, tau, n = broadcast(xp, beta=beta, tau=tau, n=n)
    return xp, beta, tau, n, scalar


def _read_regret(t: Any, tau: Any, n: Any) -> tuple[Any, Array, Array, Array, bool]:
    xp, (t, tau, n), scalar = real_arrays(t, tau, n)
    require(xp, t >= 0, t, "the surrogate regret t", ">= 0")
    temperatures(xp, tau)
    class_counts(xp, n)
    t, tau, n = broadcast(xp, t=t, tau=tau, n=n)
    return xp, t, tau, n, scalar


def _two_class(xp: Any, beta: Array, tau: Array) -> Array:
    """Return 2^{-q} (M_a(beta) - 1)/q = 2^{-q} (exp(q D_a(beta)) - 1)/q for tau < 2."""
    q = tau - 1
    return 2**-q * scaled_expm1(xp, coin_divergence(xp, beta, q / (2 - tau)), q)


def _two_class_inverse(xp: Any, t: Array, tau: Array) -> Array:
    q = tau - 1
    scaled = t * 2**q
    finite = xp.where(xp.isfinite(scaled), scaled, xp.ones_like(scaled))
    # For tau < 1 the argument of the logarithm is positive as long as t is below the largest regret.
    attainable = q * finite > -1
    finite = xp.where(attainable, finite, xp.zeros_like(finite))
    divergence = finite * log1p_quotient(xp, q * finite)
    value = inverse_coin_divergence(xp, divergence, q / (2 - tau))
    return xp.where(attainable & xp.isfinite(scaled), value, xp.ones_like(value))


def _least_of_families(xp: Any, two_class: Array, beta: Array, tau: Array, n: Array) -> Array:
    pooled = least_pooled_regret(xp, beta, tau, n)
    return xp.where(pooled < two_class, pooled, two_class)


def _published_factor(xp: Any, tau: Array, n: Array) -> Array:
    """Return the published function over the two-class value: (2/n)^{tau-1} for tau > 1, else 1."""
    return xp.where(tau > 1, (2 / n) ** (tau - 1), xp.ones_like(tau))


def _quadratic_constant(xp: Any, tau: Array) -> Array:
    """Return (1 - 2^{1-tau})/(tau-1), the n-free constant of the quadratic bound for 3/2 <= tau <= 2."""
    return scaled_expm1(xp, LOG_2 * xp.ones_like(tau), 1 - tau)


def _square_price(xp: Any, tau: Array, n: Array) -> Array:
    return xp.where(tau < 1, 2**tau * (2 - tau), 2 * n ** (tau - 1))


def _linear_price(xp: Any, tau: Array, n: Array) -> Array:
    q = xp.where(tau < 2, xp.ones_like(tau), tau - 1)
    return q * n**q
