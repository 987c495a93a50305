r"""Christoffel function, optimal weights and the number of points that weighted least squares needs.

With n independent points of the density :math:`k_m/m` and weights :math:`m/k_m`, the Gram matrix
:math:`G=\frac1n\sum_iw(x_i)\varphi(x_i)\varphi(x_i)^\top` has mean I, and each of its n terms has norm m/n. The matrix
Chernoff bound (quoted) gives

.. math:: P(|G-I|>\delta)\le2m\,e^{-c_\delta n/m},\qquad c_\delta=(1+\delta)\log(1+\delta)-\delta,

and for the least eigenvalue alone :math:`P(\lambda_{min}<1-\delta)\le m\,e^{-c'_\delta n/m}` with the better exponent
:math:`c'_\delta=(1-\delta)\log(1-\delta)+\delta\ge c_\delta`.
"""

from __future__ import annotations

import math

from theory.arguments import whole
from theory.arrays import Array, namespace

__all__ = [
    "christoffel", "error_factor", "exponent", "failure_bound", "gram", "optimal_weights", "sample_number",
]  # fmt: skip

TAILS = ("both", "lower")


def christoffel(values: Array) -> Array:
    """Return the Christoffel function, the sum of squares of an orthonormal basis.

    Parameters
    ----------
    values
        Orthonormal basis functions at some points, shape (..., m).

    Examples
    --------
    >>> import numpy as np
    >>> from theory.regression.wls_dpp.polynomial_bases import evaluate
    >>> christoffel(evaluate("legendre", 6, np.asarray([-1.0, 1.0]))).round(9)
    array([36., 36.])
    """
    return namespace(values).sum(values**2, axis=-1)


def optimal_weights(values: Array) -> Array:
    """Return the weights m/k_m that belong to points of the density k_m/m; ``values`` has the shape (..., m)."""
    found = christoffel(values)
    return values.shape[-1] / found


def gram(values: Array, weights: Array) -> Array:
    """Return the Gram matrices (..., m, m) of n weighted points: values (..., n, m), weights (..., n).

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is no point.

    Examples
    --------
    >>> import numpy as np
    >>> gram(np.asarray([[1.0, 1.0], [1.0, -1.0]]), np.ones(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    xp = namespace(values, weights)
    if values.shape[:-1] != weights.shape or values.shape[-2] == 0:
        shapes = f"{tuple(values.shape)} and {tuple(weights.shape)}"
        raise ValueError(f"values must have the shape (..., n, m) and weights (..., n), n >= 1, got {shapes}")
    scaled = values * weights[..., None]
    return xp.matrix_transpose(scaled) @ values / values.shape[-2]


def exponent(delta: float, tail: str = "both") -> float:
    """Return c_delta, the smaller exponent, or with ``tail="lower"`` that of the least eigenvalue.

    Raises
    ------
    ValueError
        If delta is not in (0, 1), or the tail is unknown.

    Examples
    --------
    >>> round(exponent(0.5), 6), round(exponent(0.5, "lower"), 6)
    (0.108198, 0.153426)
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta must be in (0, 1), got {delta!r}")
    if tail not in TAILS:
        raise ValueError(f"the tail must be one of {', '.join(TAILS)}, got {tail!r}")
    signed = delta if tail == "both" else -delta
    if abs(signed) < 1e-3:  # the difference cancels: its series is used instead
        return signed**2 * (1 / 2 - signed * (1 / 6 - signed * (1 / 12 - signed / 20)))
    return (1 + signed) * math.log1p(signed) - signed


def failure_bound(m: int, n: int, delta: float = 0.5, tail: str = "both") -> float:
    """Return the Chernoff bound on the probability that ``|G - I| > delta``, or that ``lambda_min < 1 - delta``.

    For n independent points of the density k_m/m with weights m/k_m; it may exceed 1, and then says nothing.

    Examples
    --------
    >>> failure_bound(5, 1) > 1, failure_bound(5, 213) <= 0.1 < failure_bound(5, 212)
    (True, True)
    """
    m, n = whole("m", m), whole("n", n)
    factor = 2 if tail == "both" else 1
    return factor * m * math.exp(-n * exponent(delta, tail) / m)


def sample_number(m: int, eta: float, delta: float = 0.5, tail: str = "both") -> int:
    """Return the least n whose failure bound is at most eta, m log(2 m/eta)/c_delta rounded up.

    Parameters
    ----------
    m
        Dimension of the space.
    eta
        Probability of failure that is allowed, in (0, 1).
    delta
        In (0, 1).
    tail
        ``"both"`` for ``|G - I| <= delta``; ``"lower"`` for ``lambda_min >= 1 - delta``, all that the error needs.

    Raises
    ------
    ValueError
        If an argument is out of its range, or delta so small that no floating-point number is as large as n.

    Examples
    --------
    >>> sample_number(5, 0.1), sample_number(5, 0.1, tail="lower")
    (213, 128)
    """
    m = whole("m", m)
    if not 0 < eta < 1:
        raise ValueError(f"eta must be in (0, 1), got {eta!r}")
    factor = 2 if tail == "both" else 1
    rate = exponent(delta, tail)
    found = m * (math.log(factor * m) - math.log(eta)) / rate if rate else math.inf
    if not math.isfinite(found):
        raise ValueError(f"delta = {delta!r} asks for more points than floating-point numbers can count")
    return math.ceil(found)


def error_factor(delta: float, probability: float = 1.0) -> float:
    """Return 1 + 1/((1 - delta) p): what the mean squared error is at most, over that of the best approximation.

    Parameters
    ----------
    delta
        The least eigenvalue of G is at least 1 - delta on the event that is conditioned on; in [0, 1).
    probability
        Of that event, in (0, 1].

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> error_factor(0.5), error_factor(0.5, 0.5)
    (3.0, 5.0)
    """
    if not 0 <= delta < 1 or not 0 < probability <= 1:
        raise ValueError(f"delta must be in [0, 1) and the probability in (0, 1], got {delta!r} and {probability!r}")
    return 1 + 1 / ((1 - delta) * probability)
