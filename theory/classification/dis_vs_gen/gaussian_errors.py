r"""Exact errors of linear rules on Gaussian classes with a common covariance: no test sample is needed.

Classes of equal weight, x given class k being N(mu_k, Sigma). Where all means lie on a line, ``mu_k = c_k v``, only
``z = v' Sigma^-1 x / s^2`` matters, which is N(c_k, 1/s^2) with the separation ``s^2 = v' Sigma^-1 v`` per unit of c.
"""

from __future__ import annotations

from typing import Any

from theory.arguments import whole
from theory.arrays import Array, broadcast, real_arrays, require, restore
from theory.classification.gaussian_tail import normal_tail

__all__ = [
    "bayes_error",
    "linear_rule_error",
    "plug_in_error",
    "samples_needed",
    "simulated_positions",
    "simulated_separation",
    "threshold_rule_error",
]


def simulated_positions(classes: int) -> tuple[int, ...]:
    """Return the positions c of the simulated classes: -1, 1, 2, 4, 8, ... along the vector of ones.

    Raises
    ------
    ValueError
        If there are fewer than two classes.

    Examples
    --------
    >>> simulated_positions(4)
    (-1, 1, 2, 4)
    """
    classes = whole("classes", classes, 2)
    return (-1, *[2**k for k in range(classes - 1)])


def simulated_separation(n: Any) -> Any:
    """Return s = sqrt(1' Sigma^-1 1) of the simulated covariance diag(n, ..., n, 1, ..., 1), half of each, n even.

    Parameters
    ----------
    n : number or array
        Number of features, even and positive.

    Returns
    -------
    float or array
        ``sqrt((n + 1)/2)``: n/2 coordinates give 1/n each, n/2 give 1.

    Examples
    --------
    >>> simulated_separation(17 * 1.0 + 1)
    3.082207001484488
    """
    xp, (n,), scalar = real_arrays(n)
    require(xp, (n >= 2) & xp.isfinite(n) & (n == 2 * xp.floor(n / 2)), n, "n", "an even number >= 2")
    return restore(xp.sqrt((n + 1) / 2), scalar)


def bayes_error(positions: Any, separation: Any) -> Any:
    r"""Return the Bayes error ``(2/K) sum_k Q(g_k s/2)``, g the gaps between neighbours on the line.

    Parameters
    ----------
    positions : array, shape (..., K)
        c_1 < ... < c_K, finite.
    separation : number or array, shape (...)
        s >= 0.

    Returns
    -------
    float or array, shape (...)

    Raises
    ------
    ValueError
        If positions do not increase, or s is negative.

    Examples
    --------
    >>> round(bayes_error([-1.0, 1.0], simulated_separation(4)), 8)
    0.05692315
    """
    scalar = _is_number(separation) and _is_flat_list(positions)
    xp, (c, s), _ = real_arrays(positions, separation)
    gaps = _gaps(xp, c)
    require(xp, s >= 0, s, "separation", "a number >= 0")
    tails = normal_tail(gaps * s[..., None] / 2)
    return restore(2 * xp.sum(tails, axis=-1) / c.shape[-1], scalar)


def threshold_rule_error(positions: Any, thresholds: Any, separation: Any) -> Any:
    r"""Return the error of the rule "class k where z lies between thresholds k-1 and k" on the line.

    Parameters
    ----------
    positions : array, shape (..., K)
        c_1 < ... < c_K.
    thresholds : array, shape (..., K - 1)
        Not decreasing.
    separation : number or array, shape (...)

    Returns
    -------
    float or array, shape (...)
        ``(1/K) sum_k [Q((t_k - c_k) s) + Q((c_{k+1} - t_k) s)]``: no probability is subtracted from 1.

    Examples
    --------
    >>> threshold_rule_error([-1.0, 1.0], [0.0], 1.5) == bayes_error([-1.0, 1.0], 1.5)
    True
    """
    scalar = _is_number(separation) and _is_flat_list(positions) and _is_flat_list(thresholds)
    xp, (c, t, s), _ = real_arrays(positions, thresholds, separation)
    _gaps(xp, c)
    if t.ndim < 1 or t.shape[-1] != c.shape[-1] - 1:
        raise ValueError(f"K classes need K - 1 thresholds, got shapes {tuple(c.shape)} and {tuple(t.shape)}")
    steps = t[..., 1:] - t[..., :-1]
    require(xp, steps >= 0, steps, "steps between thresholds", ">= 0")
    require(xp, s >= 0, s, "separation", "a number >= 0")
    scale = s[..., None]
    both = normal_tail((t - c[..., :-1]) * scale) + normal_tail((c[..., 1:] - t) * scale)
    return restore(xp.sum(both, axis=-1) / c.shape[-1], scalar)


def linear_rule_error(weights: Any, bias: Any, mean: Any, covariance: Any) -> Any:
    r"""Return the error of ``sign(w.x + b)`` for classes N(+-mu, Sigma) of equal weight.

    Parameters
    ----------
    weights : array, shape (..., n)
        w, not zero.
    bias : number or array, shape (...)
    mean : array, shape (n,)
        mu, the mean of the positive class.
    covariance : array, shape (n,) or (n, n)
        The variances, or the matrix Sigma.

    Returns
    -------
    float or array, shape (...)
        ``(Q((w.mu + b)/sd) + Q((w.mu - b)/sd))/2`` with ``sd^2 = w' Sigma w``.

    Raises
    ------
    ValueError
        If shapes do not fit, the variance of w.x is not positive and finite, or the mean or bias is NaN.

    Examples
    --------
    >>> round(linear_rule_error([1.0, 1.0], 0.0, [1.0, 1.0], [2.0, 1.0]), 8)
    0.12410654
    """
    scalar = _is_number(bias) and _is_flat_list(weights)
    xp, (w, b, mu, sigma), _ = real_arrays(weights, bias, mean, covariance)
    n = mu.shape[0] if mu.ndim == 1 else -1
    if w.ndim < 1 or w.shape[-1] != n or tuple(sigma.shape) not in ((n,), (n, n)):
        shapes = ", ".join(str(tuple(array.shape)) for array in (w, mu, sigma))
        raise ValueError(f"weights (..., n), mean (n,) and covariance (n,) or (n, n) are needed, got {shapes}")
    spread = w * sigma if sigma.ndim == 1 else xp.sum(w[..., None] * sigma, axis=-2)
    variance = xp.sum(spread * w, axis=-1)
    require(xp, (variance > 0) & xp.isfinite(variance), variance, "w' Sigma w", "positive and finite")
    scale = xp.sqrt(variance)
    margin, offset = broadcast(xp, weights=xp.sum(w * mu, axis=-1) / scale, bias=b / scale)
    require(xp, (margin == margin) & (offset == offset), margin + offset, "w.mu and b", "numbers, not NaN")  # noqa: PLR0124
    return restore((normal_tail(margin + offset) + normal_tail(margin - offset)) / 2, scalar)


def plug_in_error(squared_distance: Any, n: Any, m: Any) -> Any:
    r"""Return ``Q(D/sqrt(D + n/m))``, D = |mu|^2: the plug-in centroid rule with unit covariance, for large n.

    The weights are a mean of m observations, N(mu, I/m), so that ``w.mu`` is close to D and ``|w|^2`` to D + n/m, with
    relative fluctuations that vanish as n grows with n/m fixed. It is that limit, no bound at finite n.

    Examples
    --------
    >>> round(plug_in_error(4.0, 0, 1), 8), round(plug_in_error(4.0, 100, 100), 8)
    (0.02275013, 0.03681914)
    """
    xp, (d, n, m), scalar = real_arrays(squared_distance, n, m)
    d, n, m = broadcast(xp, squared_distance=d, n=n, m=m)
    require(xp, d > 0, d, "squared_distance", "positive")
    require(xp, n >= 0, n, "n", ">= 0")
    require(xp, m > 0, m, "m", "positive")
    return restore(normal_tail(d / xp.sqrt(d + n / m)), scalar)


def samples_needed(squared_distance: Any, n: Any, argument: Any) -> Any:
    r"""Return the m at which the plug-in formula equals Q(z): ``n z^2/(D (D - z^2))``, proportional to n.

    Parameters
    ----------
    squared_distance, n : number or array
        As in :func:`plug_in_error`.
    argument : number or array
        0 < z < sqrt(D); Q(z) is the error to be reached.

    Examples
    --------
    >>> plug_in_error(4.0, 50, samples_needed(4.0, 50, 1.5)) == normal_tail(1.5)
    True
    """
    xp, (d, n, z), scalar = real_arrays(squared_distance, n, argument)
    d, n, z = broadcast(xp, squared_distance=d, n=n, argument=z)
    require(xp, (z > 0) & (z * z < d), z, "argument", "between 0 and the square root of squared_distance")
    return restore(n * z * z / (d * (d - z * z)), scalar)


def _gaps(xp: Any, positions: Array) -> Array:
    if positions.ndim < 1 or positions.shape[-1] < 2:
        raise ValueError(f"positions need a last axis of at least 2 classes, got {tuple(positions.shape)}")
    gaps = positions[..., 1:] - positions[..., :-1]
    require(xp, (gaps > 0) & xp.isfinite(gaps), gaps, "gaps between positions", "positive and finite")
    return gaps


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_flat_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_number, value))
