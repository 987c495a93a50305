r"""The exact expected error of the plug-in rule on two normal classes, its limit, and its excess over the Bayes error.

Classes y = +-1 of equal weight, x given y being N(y mu, sigma^2 I_d), separation ``s = |mu|/sigma``, Bayes error Q(s).
The plug-in rule is ``sign(w.x)`` with w the mean of ``y_i x_i`` over m labelled points; its expected error is the
probability that ``W.X < 0`` for independent ``W ~ N(sqrt(m) s e, I_d)`` and ``X ~ N(s e, I_d)``, e a unit vector. As
``4 W.X = |W + X|^2 - |W - X|^2``, this is ``P(F < 1)`` for a doubly non-central F of d and d degrees of freedom with
non-centralities ``(sqrt(m) +- 1)^2 s^2/2``. With ``A = (m + 1) s^2``, ``B = sqrt(m) s^2``, for -1 < t < 1,

    E exp(-t W.X) = M(t) = (1 - t^2)^(-d/2) exp((A t^2/2 - B t)/(1 - t^2)),

and ``P(W.X < 0)`` is the integral of ``M(t)/(2 pi i t)`` upwards along any path that crosses the axis within (0, 1).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import broadcast, quiet, real_arrays, require, restore
from theory.classification.gaussian_tail import normal_tail

__all__ = [
    "WORST_EXCESS",
    "plug_in_error",
    "plug_in_excess_expansion",
    "plug_in_limit",
    "worst_separation",
]

_Floats = NDArray[np.float64]
_GOLDEN = (1 + math.sqrt(5)) / 2
WORST_EXCESS = _GOLDEN**-2.5 / math.sqrt(2 * math.pi)
"""The largest excess of the limit formula over the Bayes error, in units of sqrt(ratio): 0.11978..."""

_STEP = 1 / 11  # of the trapezoidal rule; its error falls like exp(-2 pi a/step), a > 1/2 the width of analyticity
_HALVINGS = 34  # of the search for the saddle point: its place is needed to a few digits of its width only
_ROWS = 2048  # at a time, so that memory stays bounded
_WHOLE, _LARGE = 2.0**53, 1e30  # whole numbers are exact up to the first; the contour was tested up to the second


@quiet
def plug_in_error(d: Any, m: Any, separation: Any) -> Any:
    r"""Return the expected error of the plug-in rule, exact up to rounding, also in the tail.

    The inversion integral is taken by the trapezoidal rule on a hyperbola through the saddle point of M(t)/t, with
    imaginary part ``width sinh(u)``: the integrand decreases at least like exp(-d u), and next to nothing cancels.

    Parameters
    ----------
    d : int or array of whole numbers
        Dimension, 1 to 2^53.
    m : number or array
        Labelled points, 1e-30 to 1e30. Fractions are allowed: W then has the mean ``sqrt(m) s e``.
    separation : number or array
        ``s = |mu|/sigma``, 0 to 1e30. All three broadcast; they are numbers or NumPy arrays.

    Returns
    -------
    float or array of doubles, of the broadcast shape
        Of relative accuracy about ``1e-14 + 1e-15 |log error|`` down to the smallest normal numbers.

    Raises
    ------
    ValueError
        If d is not a whole number, an argument is outside its range or no number, or the shapes do not broadcast.

    Notes
    -----
    Source: derived (paper key ood_unlabeled). It is 1/2 at s = 0, decreases with m and increases with d.

    Examples
    --------
    >>> round(plug_in_error(1, 1, 1.0), 12), round(plug_in_error(50, 200, 1.5), 12)
    (0.266967528663, 0.077213988712)
    """
    _, arrays, scalar = real_arrays(d, m, separation)
    d, m, s = (np.asarray(value, dtype=np.float64) for value in arrays)
    whole = (d >= 1) & (d <= _WHOLE) & (d == np.floor(d))
    require(np, whole, d, "d", "a whole number, 1 to 2^53")
    require(np, (m >= 1 / _LARGE) & (m <= _LARGE), m, "m", "in [1e-30, 1e30]")
    require(np, (s >= 0) & (s <= _LARGE), s, "separation", "in [0, 1e30]")
    d, m, s = broadcast(np, d=d, m=m, separation=s)
    rows = [value.ravel() for value in (d, m, s)]
    result = np.empty(d.size)
    for start in range(0, result.size, _ROWS):
        part = slice(start, start + _ROWS)
        result[part] = _invert(*(row[part] for row in rows))
    return restore(result.reshape(d.shape), scalar)


@quiet
def plug_in_limit(ratio: Any, separation: Any) -> Any:
    r"""Return ``Q(s/sqrt(1 + ratio/s^2))``: the limit of the error as d grows with d/m -> ratio and s fixed.

    Parameters
    ----------
    ratio : number or array
        Limit of d/m, >= 0; infinite without labels.
    separation : number or array
        s >= 0, finite; at s = 0 the value is 1/2. Broadcasts against the ratio.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(plug_in_limit(0.25, 1.5), 9), round(plug_in_limit(1.0, 0.0), 9)
    (0.077364462, 0.5)
    """
    xp, (gamma, s), scalar = real_arrays(ratio, separation)
    require(xp, gamma >= 0, gamma, "ratio", ">= 0")
    require(xp, (s >= 0) & xp.isfinite(s), s, "separation", "a finite number >= 0")
    gamma, s = broadcast(xp, ratio=gamma, separation=s)
    length = xp.hypot(s, xp.sqrt(gamma))  # of the mean of the weights, whose part along mu is s
    cosine = xp.where(length > 0, s / length, xp.ones_like(s))
    return restore(normal_tail(s * cosine), scalar)


@quiet
def plug_in_excess_expansion(d: Any, m: Any, separation: Any) -> Any:
    r"""Return ``phi(s) (d - 1)/(2 s m)``, the excess over Q(s) to first order in 1/m at fixed d and s > 0.

    Parameters
    ----------
    d : number or array
        Dimension, finite and >= 1.
    m : number or array
        Labelled points, > 0.
    separation : number or array
        s > 0. All three broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(plug_in_excess_expansion(50, 200, 1.5), 9)
    0.01057727
    """
    xp, (d, m, s), scalar = real_arrays(d, m, separation)
    require(xp, (d >= 1) & xp.isfinite(d), d, "d", "a finite number >= 1")
    require(xp, m > 0, m, "m", "positive")
    require(xp, s > 0, s, "separation", "positive")
    d, m, s = broadcast(xp, d=d, m=m, separation=s)
    s_squared = xp.clip(s, 0.0, 1e3) ** 2  # beyond 1e3 the density is 0
    return restore(xp.exp(-s_squared / 2) / math.sqrt(2 * math.pi) * ((d - 1) / m) / (2 * s), scalar)


def worst_separation(ratio: Any) -> Any:
    r"""Return ``sqrt(ratio/golden)``: at this separation the excess is largest to first order as ratio = d/m -> 0.

    The excess of the limit formula there is ``WORST_EXCESS sqrt(ratio)``, and nowhere more.

    Parameters
    ----------
    ratio : number or array
        d/m >= 0.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If the ratio is negative or not a number.

    Examples
    --------
    >>> round(worst_separation(1.0), 9), round(WORST_EXCESS, 9)
    (0.786151378, 0.119795627)
    """
    xp, (gamma,), scalar = real_arrays(ratio)
    require(xp, gamma >= 0, gamma, "ratio", ">= 0")
    return restore(xp.sqrt(gamma / _GOLDEN), scalar)


def _invert(d: _Floats, m: _Floats, s: _Floats) -> _Floats:
    """Return the integral of M(t)/(2 pi i t) along a hyperbola through the saddle point, symmetric about the axis."""
    root = np.sqrt(m)
    # the exponent is G/2 t^2/(1 - t^2) - B t/(1 + t): with A = G + 2 B digits would be lost where t is near 1
    G, B = ((root - 1) * s) ** 2, root * s * s
    c, q = _saddle(d, G, B)
    width, bend = _shape(d, G, B, c, q)
    u = (np.arange(math.ceil((4 + 40 / d.min()) / _STEP)) + 0.5) * _STEP
    d, G, B, c, q, width, bend = (row[:, None] for row in (d, G, B, c, q, width, bend))
    tau, right = width * np.sinh(u), width * bend * (np.cosh(u) - 1)
    x = c + right
    # 1 - t^2 for t = x + i tau, and log|1 - t^2|^2 written so that it is accurate where t is small and d large
    real, imaginary = q - right * (2 * c + right) + tau * tau, -2 * x * tau
    modulus = real * real + imaginary * imaginary
    square_part = x * x - tau * tau  # of t^2
    near = np.maximum(square_part * (square_part - 2) + imaginary * imaginary, -0.9)
    log_modulus = np.where(np.abs(modulus - 1) < 0.5, np.log1p(near), np.log(modulus))
    far = (1 + x) * (1 + x) + tau * tau
    growth = G / 2 * (square_part * real - imaginary * imaginary) / modulus - B * (x * (1 + x) + tau * tau) / far
    growth = growth - d / 4 * log_modulus
    phase = G * x * tau / modulus - B * tau / far - d / 2 * np.arctan2(imaginary, real)
    along, across = width * np.cosh(u), width * bend * np.sinh(u)  # dt/du = across + i along
    size = np.exp(growth) / (x * x + tau * tau)
    into, out = along * x - across * tau, along * tau + across * x  # of conj(t) dt/du
    total: _Floats = (size * (into * np.cos(phase) + out * np.sin(phase))).sum(axis=-1)
    return total * (_STEP / math.pi)


def _shape(d: _Floats, G: _Floats, B: _Floats, c: _Floats, q: _Floats) -> tuple[_Floats, _Floats]:
    """Return the width of the saddle and how far the contour bends to the right, from the second and third derivatives.

    With g2 and g3 the derivatives of log(M(t)/t) at c, the path of steepest descent leaves c like
    ``i tau + tau^2 g3/(6 g2)``. A small dimension far in the tail needs that bend: straight up the integrand
    oscillates without decreasing.
    """
    square, rest = c * c, q / (1 + c)
    second = d * (1 + square) / q**2 + (G * (1 + 3 * square) + 2 * B * rest**3) / q**3 + 1 / square
    third = d * c * (6 + 2 * square) / q**3 - 2 / (square * c)
    third = third + (12 * G * c * (1 + square) - 6 * B * rest**4) / q**4
    width = 1 / np.sqrt(second)
    return width, np.clip(third * width**3 / 3, 0.0, 0.9)


def _saddle(d: _Floats, G: _Floats, B: _Floats) -> tuple[_Floats, _Floats]:
    """Return the place c of the least M(t)/t on (0, 1), and 1 - c^2, by bisection in log(c/(1 - c))."""
    low, high = np.full(d.shape, -80.0), np.full(d.shape, 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        c, q = _place(middle)
        falls = (d / q * c + G * c / (q * q) - B / (1 + c) ** 2) * c < 1  # log(M(t)/t) is convex
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    return _place((low + high) / 2)


def _place(logit: _Floats) -> tuple[_Floats, _Floats]:
    small = np.exp(-np.abs(logit))
    c = np.where(logit > 0, 1.0, small) / (1 + small)
    return c, np.where(logit > 0, small, 1.0) / (1 + small) * (1 + c)
