"""Feature maps of contexts, drawn once and shared by all replicates: linear, random Fourier, and tangent features."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.contextual_bandits.checks import require_int, require_positive
from experiments.streams import Stream

__all__ = ["Features", "fourier", "linear", "tangent"]

Floats = NDArray[np.float64]
MOST = 2**20  # features


@dataclass(frozen=True)
class Features:
    """A map of contexts (..., d) to features (..., size).

    Attributes
    ----------
    name, size
    map
    """

    name: str
    size: int
    map: Callable[[Floats], Floats]


def linear(dimension: int) -> Features:
    """Return the contexts themselves.

    Examples
    --------
    >>> linear(3).map(np.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """
    require_int("dimension", dimension, 1, MOST)
    return Features("linear", dimension, lambda x: x)


def fourier(dimension: int, size: int, *, scale: float = 1.0, seed: int = 0) -> Features:
    """Return ``sqrt(2/size) cos(<w, x>/scale + b)``, w normal, b uniform: for the kernel ``exp(-|x-y|^2/(2 scale^2))``.

    The squared norm of the features is at most 2.

    Raises
    ------
    ValueError
        If a count is not positive, or scale is not positive and finite.

    Examples
    --------
    >>> fourier(3, 50).map(np.ones((4, 3))).shape
    (4, 50)
    """
    require_int("dimension", dimension, 1, MOST)
    require_int("size", size, 1, MOST)
    require_positive("scale", scale)
    w = np.asarray(Stream.named(seed, "frequencies").normal(1, (dimension, size)))[0] / scale
    b = 2 * math.pi * np.asarray(Stream.named(seed, "phases").uniform(1, size))[0]
    return Features("Fourier", size, lambda x: math.sqrt(2 / size) * np.cos(x @ w + b))


def tangent(dimension: int, width: int, *, seed: int = 0) -> Features:
    """Return the gradient in the hidden weights of ``sum_j a_j relu(<w_j, x>)/sqrt(width)`` at its initial values.

    It is ``a_j 1{<w_j, x> > 0} x/sqrt(width)``, w normal, a random signs: width times dimension numbers, of norm at
    most that of x.

    Raises
    ------
    ValueError
        If a count is not positive.

    Examples
    --------
    >>> features = tangent(4, 32)
    >>> features.size, bool(np.sum(features.map(np.eye(4)[0]) ** 2) <= 1)
    (128, True)
    """
    require_int("dimension", dimension, 1, MOST)
    require_int("width", width, 1, MOST)
    require_int("width times dimension", width * dimension, 1, MOST)
    w = np.asarray(Stream.named(seed, "hidden").normal(1, (dimension, width)))[0]
    a = np.asarray(Stream.named(seed, "output").rademacher(1, width))[0] / math.sqrt(width)

    def gradient(x: Floats) -> Floats:
        active = (x @ w > 0) * a
        found: Floats = active[..., :, None] * x[..., None, :]
        return found.reshape(*x.shape[:-1], width * dimension)

    return Features("tangent", width * dimension, gradient)
