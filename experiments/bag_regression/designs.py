"""Draws of features, coefficients and noise; all have mean 0, and features the variances that are declared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from experiments.bag_regression.settings import require_nonnegative
from experiments.streams import Stream
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["FEATURES", "ORDERS", "Design", "Draw", "unit_laplace"]

FEATURES = ("gaussian", "rademacher", "t")
ORDERS = ("drawn", "sorted")


@dataclass(frozen=True)
class Draw(Shown):
    """Data of a block of replicates.

    Attributes
    ----------
    features : array, shape (R, n, d)
    coefficients : array, shape (R, d)
        Of squared norm the signal power.
    noise : array, shape (R, n)
        Standard normal.
    """

    features: Array
    coefficients: Array
    noise: Array

    def labels(self, noise_variance: float) -> Array:
        """Return <x, theta0> + sigma e (R, n)."""
        return self.signal + math.sqrt(noise_variance) * self.noise

    @cached_property
    def signal(self) -> Array:
        """Return <x, theta0> (R, n)."""
        return (self.features @ self.coefficients[..., None])[..., 0]


@dataclass(frozen=True)
class Design:
    """The law of the data.

    Parameters
    ----------
    samples, dimension : int
        n and d.
    signal_power : float, > 0
        Squared norm of the coefficients, whose direction is uniform, anew in each replicate.
    features : {"gaussian", "rademacher", "t"}
        Law of the independent entries of x, scaled to variance 1.
    degrees : int, >= 3
        Degrees of freedom of "t".
    variances : tuple of d floats > 0, optional
        Of the coordinates; all 1 unless given.
    order : {"drawn", "sorted"}
        Bags are of consecutive samples, independent of their labels unless these are sorted first: curated bags.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> Design(4, 2).draw(1, range(3)).features.shape
    (3, 4, 2)
    """

    samples: int
    dimension: int
    signal_power: float = 1.0
    features: str = "gaussian"
    degrees: int = 5
    variances: tuple[float, ...] | None = None
    order: str = "drawn"

    def __post_init__(self) -> None:
        whole("samples", self.samples, 1)
        whole("dimension", self.dimension, 1)
        whole("degrees", self.degrees, 3)
        require_nonnegative("signal_power", self.signal_power)
        if self.signal_power == 0:
            raise ValueError("signal_power must be positive, got 0")
        for name, value, allowed in (("features", self.features, FEATURES), ("order", self.order, ORDERS)):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
        given = self.variances
        if given is not None and (len(given) != self.dimension or not all(map(_positive, given))):
            raise ValueError(f"variances must be {self.dimension} positive numbers, got {given!r}"[:200])

    @property
    def psi(self) -> float:
        """Return d / n."""
        return self.dimension / self.samples

    def draw(self, seed: int, rows: range, *, backend: Backend | None = None) -> Draw:
        """Return the data of replicates, each of which depends on the seed and its own number alone."""
        home = _home(backend)
        features = self._entries(seed, rows, home)
        if self.variances is not None:
            features = features * home.asarray([math.sqrt(value) for value in self.variances])
        raw = Stream.named(seed, "bag_regression", "coefficients").normal(rows, self.dimension, backend=home)
        length = home.xp.sum(raw**2, axis=-1)
        noise = Stream.named(seed, "bag_regression", "noise").normal(rows, self.samples, backend=home)
        return Draw(features, raw * ((self.signal_power / length) ** 0.5)[:, None], noise)

    def _entries(self, seed: int, rows: range, home: Backend) -> Array:
        stream, shape = Stream.named(seed, "bag_regression", "features"), (self.samples, self.dimension)
        if self.features == "rademacher":
            return stream.rademacher(rows, shape, backend=home)
        normal = stream.normal(rows, shape, backend=home)
        if self.features == "gaussian":
            return normal
        squares = Stream.named(seed, "bag_regression", "tails").chisquare(self.degrees, rows, shape, backend=home)
        return normal * ((self.degrees - 2) / squares) ** 0.5


def _positive(value: Any) -> bool:
    return isinstance(value, Real) and 0 < float(value) < math.inf


def _home(backend: Backend | None) -> Backend:
    return backend_named("numpy") if backend is None else backend


def unit_laplace(seed: int, rows: range, bags: int, *, backend: Backend | None = None) -> Array:
    """Return Laplace numbers of scale 1, one a bag (R, B)."""
    stream = Stream.named(seed, "bag_regression", "privacy")
    return stream.rademacher(rows, bags, backend=backend) * stream.exponential(rows, bags, backend=backend)
