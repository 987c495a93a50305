r"""The scalar problem to which each class of a deep linear network reduces: ``g(x; b) = 1/(1 + x^M) + b x``, x >= 0.

M is the depth, the number of weight matrices, b > 0 the effective decay of a class, and ``x^M`` its squared singular
value in units of ``N lambda_H`` (see `theory.collapse.deep_linear.minimum`). Zero is a minimiser if and only if b is at
least ``(M-1)^((M-1)/M)/M``; below it the only minimiser is the largest root of ``b (1 + x^M)^2 = M x^(M-1)``. For M > 1
the minimiser jumps at the threshold, from ``(M-1)^(1/M)`` to 0, zero is a local minimum at every b > 0, and the other
local minimum lives on up to the value of `local_minimum_limit`.

In ``u = M log x`` the equation is convex, with a slope of at least ``(M-1)/M`` at the minimiser: Newton's method from
the right converges without a safeguard. A last step on the equation itself, which overflows nowhere, removes what the
exponential of a large u loses. Every real M >= 1 is allowed.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.elementary import logistic, softplus

__all__ = ["local_minimizer", "local_minimum_limit", "scalar_minimizer", "scalar_objective", "threshold"]

_STEPS = 80  # quadratic convergence takes less than ten; towards a double root the error halves at each step


def threshold(depth: Any) -> Any:
    """Return the least b at which zero minimises the scalar problem: ``(M-1)^((M-1)/M)/M``.

    Parameters
    ----------
    depth : number or array
        M >= 1.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If the depth is less than 1 or not finite.

    Examples
    --------
    >>> threshold(1), threshold(2), round(threshold(3), 6)
    (1.0, 0.5, 0.529134)
    """
    xp, (M,), scalar = real_arrays(depth)
    _check_depth(xp, M)
    return restore(_threshold(M), scalar)


def local_minimum_limit(depth: Any) -> Any:
    """Return the b up to which (exclusive) there is a local minimum away from zero.

    It is the maximum of ``M x^(M-1)/(1 + x^M)^2``, at ``x^M = (M-1)/(M+1)``. For M = 1 it is the threshold itself.

    Parameters
    ----------
    depth : number or array
        M >= 1.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If the depth is less than 1 or not finite.

    Examples
    --------
    >>> local_minimum_limit(1), round(local_minimum_limit(2), 10), round(local_minimum_limit(3), 10)
    (1.0, 0.6495190528, 0.8399473666)
    """
    xp, (M,), scalar = real_arrays(depth)
    _check_depth(xp, M)
    return restore(_limit(M), scalar)


@quiet
def scalar_objective(x: Any, b: Any, depth: Any) -> Any:
    """Return ``1/(1 + x^M) + b x``.

    Parameters
    ----------
    x, b : number or array
        Both >= 0; zero times infinity is zero.
    depth : number or array
        M >= 1. All arguments broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> scalar_objective(1.0, 0.25, 3)
    0.75
    """
    xp, arrays, scalar = real_arrays(x, b, depth)
    x, b, M = broadcast(xp, x=arrays[0], b=arrays[1], depth=arrays[2])
    require(xp, x >= 0, x, "x", "at least 0")
    _check_b(xp, b)
    _check_depth(xp, M)
    return restore(_objective(xp, x, b, M), scalar)


@quiet
def scalar_minimizer(b: Any, depth: Any) -> tuple[Any, Any]:
    """Return the minimiser over x >= 0 of ``1/(1 + x^M) + b x``, and the minimum.

    Parameters
    ----------
    b : number or array
        b >= 0; at b = 0 nothing is attained and the answer is that of the limit, (inf, 0).
    depth : number or array
        M >= 1. The arguments broadcast.

    Returns
    -------
    x, value : float or array
        At the threshold, where zero and ``(M-1)^(1/M)`` are both minimisers (M > 1), x is zero.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> scalar_minimizer(0.25, 1)
    (1.0, 0.75)
    >>> x, value = scalar_minimizer(0.4, 2)
    >>> round(x, 12), round(value, 12)
    (1.206838626897, 0.889825415668)
    """
    xp, b, M, scalar = _read(b, depth)
    active = b < _threshold(M)
    x = xp.where(active, _largest_root(xp, xp.where(active, b, _threshold(M) / 2), M), xp.zeros_like(b))
    value = xp.where(active, _objective(xp, x, b, M), xp.ones_like(b))
    value = xp.where(b == 0, xp.zeros_like(b), xp.minimum(value, xp.ones_like(b)))
    return restore(x, scalar), restore(value, scalar)


@quiet
def local_minimizer(b: Any, depth: Any) -> Any:
    """Return the local minimiser x > 0 of the scalar problem, not a number where there is none.

    It is the global one below the `threshold`; between that and `local_minimum_limit` its value exceeds 1, the value at
    zero.

    Parameters
    ----------
    b : number or array
        b >= 0.
    depth : number or array
        M >= 1. The arguments broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> x = local_minimizer(0.6, 2)
    >>> round(x, 6), round(scalar_objective(x, 0.6, 2), 6)
    (0.787553, 1.089724)
    >>> local_minimizer(0.65, 2)
    nan
    """
    xp, b, M, scalar = _read(b, depth)
    alive = b < _limit(M)
    root = _largest_root(xp, xp.where(alive, b, _threshold(M) / 2), M)
    return restore(xp.where(alive, root, xp.full_like(b, float("nan"))), scalar)


def _read(b: Any, depth: Any) -> tuple[Any, Array, Array, bool]:
    xp, arrays, scalar = real_arrays(b, depth)
    b, M = broadcast(xp, b=arrays[0], depth=arrays[1])
    _check_b(xp, b)
    _check_depth(xp, M)
    return xp, b, M, scalar


def _check_b(xp: Any, b: Array) -> None:
    require(xp, b >= 0, b, "b", "at least 0")


def _check_depth(xp: Any, M: Array) -> None:
    require(xp, (M >= 1) & xp.isfinite(M), M, "depth", "a finite number >= 1")


def _threshold(M: Array) -> Array:
    return (M - 1) ** ((M - 1) / M) / M


def _limit(M: Array) -> Array:
    return ((M - 1) / (M + 1)) ** ((M - 1) / M) * ((M + 1) * ((1 + 1 / M) / 4))


def _objective(xp: Any, x: Array, b: Array, M: Array) -> Array:
    rest = x ** (-M)  # where x^M overflows, 1/(1 + x^M) may still count beside a tiny b
    return xp.where(x > 1, rest / (1 + rest), 1 / (1 + x**M)) + xp.where((x == 0) | (b == 0), xp.zeros_like(b), b * x)


def _largest_root(xp: Any, b: Array, M: Array) -> Array:
    """Return the largest root of ``b (1 + x^M)^2 = M x^(M-1)``, which must exist."""
    root = xp.sqrt(b)
    shallow = (1 - b) / (root * (1 + root))  # M = 1: 1/sqrt(b) - 1 without the cancellation near b = 1
    level, slope = xp.log(b) - xp.log(M), (M - 1) / M
    u = -level * M / (M + 1)  # right of the root: the equation without the 1
    for _ in range(_STEPS):
        # A double root that is not quite met has a slope of nearly zero: u never moves to the right.
        moved = xp.minimum(u, u - (level + 2 * softplus(xp, u) - slope * u) / (2 * logistic(xp, u) - slope))
        moved = xp.where(xp.isfinite(moved) & (2 * logistic(xp, u) > slope), moved, u)
        if bool(xp.all(moved == u)):
            break
        u = moved
    x = xp.exp(u / M)
    power = x**M
    ratio = (b * x) * (1 + 1 / power) * ((1 + power) / M)
    correction = xp.log(ratio) / (M * (2 * logistic(xp, u) - slope))
    polished = xp.where(xp.abs(correction) < 0.0001, x * xp.exp(-correction), x)
    return xp.where(M == 1, shallow, xp.where(b == 0, xp.full_like(b, float("inf")), polished))
