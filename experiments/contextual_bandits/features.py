"""Feature maps of contexts, drawn once and shared by all replicates: linear, random Fourier, and tangent features.

What a map has drawn lies on its back end, and its contexts must too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from experiments.contextual_bandits.checks import require_int, require_positive
from experiments.streams import Stream

__all__ = ["Features", "fourier", "linear", "tangent"]

MOST = 2**20  # features
NUMPY = backend_named()


@dataclass(frozen=True)
class Features:
    """A map of contexts (..., d) to features (..., size).

    Attributes
    ----------
    name, size
    map
    backend
        Where the contexts lie, and all that an oracle on these features computes.
    """

    name: str
    size: int
    map: Callable[[Array], Array]
    backend: Backend = NUMPY


def linear(dimension: int, *, backend: Backend = NUMPY) -> Features:
    """Return the contexts themselves.

    Examples
    --------
    >>> linear(3).map([1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0]
    """
    require_int("dimension", dimension, 1, MOST)
    return Features("linear", dimension, lambda x: x, backend)


def fourier(dimension: int, size: int, *, scale: float = 1.0, seed: int = 0, backend: Backend = NUMPY) -> Features:
    """Return ``sqrt(2/size) cos(<w, x>/scale + b)``, w normal, b uniform: for the kernel ``exp(-|x-y|^2/(2 scale^2))``.

    The squared norm of the features is at most 2.

    Raises
    ------
    ValueError
        If a count is not positive, or scale is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> fourier(3, 50).map(np.ones((4, 3))).shape
    (4, 50)
    """
    require_int("dimension", dimension, 1, MOST)
    require_int("size", size, 1, MOST)
    require_positive("scale", scale)
    xp = backend.xp
    w = Stream.named(seed, "frequencies").normal(1, (dimension, size), backend=backend)[0, ...] / scale
    b = 2 * math.pi * Stream.named(seed, "phases").uniform(1, size, backend=backend)[0, ...]
    return Features("Fourier", size, lambda x: math.sqrt(2 / size) * xp.cos(x @ w + b), backend)


def tangent(dimension: int, width: int, *, seed: int = 0, backend: Backend = NUMPY) -> Features:
    """Return the gradient in the hidden weights of ``sum_j a_j relu(<w_j, x>)/sqrt(width)`` at its initial values.

    It is ``a_j 1{<w_j, x> > 0} x/sqrt(width)``, w normal, a random signs: width times dimension numbers, of norm at
    most that of x.

    Raises
    ------
    ValueError
        If a count is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> features = tangent(4, 32)
    >>> features.size, bool(np.sum(features.map(np.eye(4)[0]) ** 2) <= 1)
    (128, True)
    """
    require_int("dimension", dimension, 1, MOST)
    require_int("width", width, 1, MOST)
    require_int("width times dimension", width * dimension, 1, MOST)
    xp = backend.xp
    w = Stream.named(seed, "hidden").normal(1, (dimension, width), backend=backend)[0, ...]
    a = Stream.named(seed, "output").rademacher(1, width, backend=backend)[0, ...] / math.sqrt(width)

    def gradient(x: Array) -> Array:
        active = xp.astype(x @ w > 0, xp.float64) * a
        return xp.reshape(active[..., :, None] * x[..., None, :], (*x.shape[:-1], width * dimension))

    return Features("tangent", width * dimension, gradient, backend)
