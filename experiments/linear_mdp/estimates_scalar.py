"""What a learner computes for one replicate in one layer or state: one body for Python, Numba and CUDA.

Every function takes arrays of one replicate and fills the one that it names last. Learners of a few states have small
arrays: plain loops are what is fast there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["EXACT", "RESAMPLING", "SAMPLES", "Estimates", "estimate_functions"]

EXACT, SAMPLES, RESAMPLING = range(3)  # how the inverse covariance is known
RATE = 0.5  # of matrix geometric resampling: eigenvalues of features on a simplex are at most 1
_STEPS = 60  # Newton from the left needs about eight

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Compiled functions.

    Attributes
    ----------
    barrier : (total (A,), eta, weights (A,))
        Weights of the log-barrier learner.
    exponential : (total (A,), eta, weights (A,))
        Exponential weights.
    invert : (matrix (d, d), ridge, work (d, d), inverse (d, d))
        The inverse of a positive semidefinite matrix plus a ridge, by Cholesky.
    resample : (vector (d,), ridge, product (d, d), sum (d, d), work (d,))
        One more factor of geometric resampling, in place.
    image : (matrix (d, d), vector (d,), result (d,))
        Their product.
    dot : (vector, vector) -> number
    lesser : (number, number) -> the lesser; Numba 0.68 does not compile Python's for CUDA
    """

    barrier: Function
    exponential: Function
    invert: Function
    resample: Function
    image: Function
    dot: Function
    lesser: Function


def estimate_functions(jit: Callable[..., Any]) -> Estimates:
    """Return the functions, each passed through ``jit``.

    Examples
    --------
    >>> import numpy as np
    >>> plain, weights = estimate_functions(lambda function: function), np.empty(2)
    >>> plain.barrier(np.asarray([0.0, 1.5]), 1.0, weights)
    >>> weights.round(12).tolist()  # 1/lam + 1/(lam + 1.5) = 1 at lam = 1.5
    [0.666666666667, 0.333333333333]
    """
    barrier, exponential = _weights(jit)
    dot, image = _products(jit)

    @jit
    def lesser(a, b):  # type: ignore[no-untyped-def]
        return b if b < a else a  # noqa: FURB136

    return Estimates(barrier, exponential, _inversion(jit), _resampling(jit, dot), image, dot, lesser)


def _weights(jit: Callable[..., Any]) -> tuple[Function, Function]:
    @jit
    def least_of(total):  # type: ignore[no-untyped-def]
        least = total[0]
        for a in range(1, total.shape[0]):
            if total[a] < least:  # noqa: PLR1730 (min minds NaN)
                least = total[a]
        return least

    @jit
    def barrier(total, eta, weights):  # type: ignore[no-untyped-def]
        # The multiplier solves sum 1/(multiplier + eta gap) = 1; from 1 on, Newton steps go up to it and not past it.
        least, multiplier = least_of(total), 1.0
        for _ in range(_STEPS):
            excess, slope = -1.0, 0.0
            for a in range(total.shape[0]):
                weight = 1.0 / (multiplier + eta * (total[a] - least))
                excess += weight
                slope += weight * weight
            multiplier += excess / slope
            if excess <= 1e-15 * slope * multiplier:
                break
        mass = 0.0
        for a in range(total.shape[0]):
            weights[a] = 1.0 / (multiplier + eta * (total[a] - least))
            mass += weights[a]
        for a in range(total.shape[0]):
            weights[a] /= mass

    @jit
    def exponential(total, eta, weights):  # type: ignore[no-untyped-def]
        least, mass = least_of(total), 0.0
        for a in range(total.shape[0]):
            weights[a] = math.exp(-eta * (total[a] - least))
            mass += weights[a]
        for a in range(total.shape[0]):
            weights[a] /= mass

    return barrier, exponential


def _products(jit: Callable[..., Any]) -> tuple[Function, Function]:
    @jit
    def dot(first, second):  # type: ignore[no-untyped-def]
        total = 0.0
        for i in range(first.shape[0]):
            total += first[i] * second[i]
        return total

    @jit
    def image(matrix, vector, result):  # type: ignore[no-untyped-def]
        for i in range(vector.shape[0]):
            total = 0.0
            for j in range(vector.shape[0]):
                total += matrix[i, j] * vector[j]
            result[i] = total

    return dot, image


def _inversion(jit: Callable[..., Any]) -> Function:
    @jit
    def factor(matrix, ridge, lower):  # type: ignore[no-untyped-def]
        for j in range(matrix.shape[0]):
            for i in range(j, matrix.shape[0]):
                total = matrix[i, j] + (ridge if i == j else 0.0)
                for k in range(j):
                    total -= lower[i, k] * lower[j, k]
                # A pivot is at least the ridge; rounding must not take it below.
                if i == j:
                    lower[i, j] = math.sqrt(ridge if ridge > total else total)  # noqa: FURB136
                else:
                    lower[i, j] = total / lower[j, j]

    @jit
    def invert(matrix, ridge, lower, inverse):  # type: ignore[no-untyped-def]
        size = matrix.shape[0]
        factor(matrix, ridge, lower)
        for column in range(size):
            for i in range(size):
                total = 1.0 if i == column else 0.0
                for k in range(i):
                    total -= lower[i, k] * inverse[k, column]
                inverse[i, column] = total / lower[i, i]
            for back in range(size):
                i = size - 1 - back
                total = inverse[i, column]
                for k in range(i + 1, size):
                    total -= lower[k, i] * inverse[k, column]
                inverse[i, column] = total / lower[i, i]

    return invert


def _resampling(jit: Callable[..., Any], dot: Function) -> Function:
    @jit
    def resample(vector, ridge, product, total, work):  # type: ignore[no-untyped-def]
        size = vector.shape[0]
        for i in range(size):
            work[i] = RATE * dot(product[i], vector)
        for i in range(size):
            for j in range(size):
                product[i, j] = (1.0 - RATE * ridge) * product[i, j] - work[i] * vector[j]
                total[i, j] += product[i, j]

    return resample
