"""Test and train errors of ridge regression on Gaussian random features: many replicates and settings at once.

A sample is a standard normal vector phi of P modes with the label ``v.phi + sigma e``; its k features are
``W diag(l)^(1/2) phi/k^(1/2)`` for a standard normal matrix W of k rows, infinitely many are ``diag(l)^(1/2) phi``.
Given W and the samples the test error is a sum of squares over the modes, plus the noise: no test samples are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.arrays import backend as backend_named
from experiments.bag_regression.settings import require_nonnegative
from experiments.bag_regression.solving import solve_ridge
from experiments.streams import Stream
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["MEMORY", "Problem", "Setting", "Simulated", "simulate"]

MEMORY = 1 << 26
"""Bytes of samples and feature weights that are held at a time."""


@dataclass(frozen=True)
class Problem(Shown):
    """A spectrum, a target and a noise.

    Parameters
    ----------
    eigenvalues, coefficients : tuple of float
        ``l_i > 0`` and ``v_i``, of the same length P.
    noise_variance : float, >= 0

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.
    """

    eigenvalues: tuple[float, ...]
    coefficients: tuple[float, ...]
    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        count = len(self.eigenvalues)
        if not count or count != len(self.coefficients):
            raise ValueError(
                f"eigenvalues and coefficients must be of the same length >= 1, got {count}, {len(self.coefficients)}"
            )
        values = np.asarray([self.eigenvalues, self.coefficients], dtype=np.float64)
        if not np.isfinite(values).all() or not (values[0] > 0).all():
            raise ValueError("eigenvalues must be positive, and they and the coefficients finite")
        require_nonnegative("noise_variance", self.noise_variance)

    @classmethod
    def power_law(cls, modes: int, alpha: float, beta: float, noise_variance: float = 0.0) -> Problem:
        """Return eigenvalues ``i^-alpha`` and squared coefficients ``i^-beta`` for i = 1, ..., modes."""
        i = np.arange(1.0, whole("modes", modes, 1) + 1)
        return cls(tuple((i**-alpha).tolist()), tuple((i ** (-beta / 2)).tolist()), noise_variance)


@dataclass(frozen=True)
class Setting:
    """Numbers of samples and features, and the ridge.

    Parameters
    ----------
    samples : int, >= 1
    features : int, >= 1, or None
        None is the limit of infinitely many: kernel ridge regression.
    ridge : float, >= 0
        Beside the kernel f(x).f(x')/k; at 0 the least-norm solution.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.
    """

    samples: int
    features: int | None
    ridge: float

    def __post_init__(self) -> None:
        whole("samples", self.samples, 1)
        if self.features is not None:
            whole("features", self.features, 1)
        require_nonnegative("ridge", self.ridge)


@dataclass(frozen=True)
class Simulated(Shown):
    """Errors of settings.

    Attributes
    ----------
    settings : tuple of Setting
    test, train : array, shape (S, R)
        Mean squared errors of each replicate, the noise included.
    """

    settings: tuple[Setting, ...]
    test: NDArray[np.float64]
    train: NDArray[np.float64]


def simulate(
    problem: Problem,
    settings: Sequence[Setting],
    *,
    replicates: int | range,
    seed: int = 0,
    backend: Backend | str | None = None,
    memory: int = MEMORY,
) -> Simulated:
    """Return the errors of settings on the same draws: fewer samples and features are the first of more.

    A replicate's errors depend on the problem, the setting, the seed and its own number alone, up to rounding.

    Parameters
    ----------
    problem : Problem
    settings : sequence of Setting
    replicates : int >= 1, or range
    seed : int
    backend : Backend or str, optional
        NumPy unless given.
    memory : int
        Bytes of samples and weights held at a time.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> found = simulate(Problem((1.0, 0.5), (1.0, 1.0)), [Setting(3, None, 1.0)], replicates=5)
    >>> found.test.shape, bool((found.train > 0).all())
    ((1, 5), True)
    """
    several, memory = tuple(settings) if isinstance(settings, Sequence) else (), whole("memory", memory, 1)
    if not several or not all(isinstance(setting, Setting) for setting in several):
        raise ValueError("settings must be a sequence of at least one Setting")
    asked = replicates if isinstance(replicates, range) else range(whole("replicates", replicates, 1))
    home = backend_named(backend or "numpy") if backend is None or isinstance(backend, str) else backend
    most = max(s.samples for s in several), max((s.features or 0 for s in several), default=0)
    step = max(1, memory // (8 * len(problem.eigenvalues) * sum(most)))
    test, train = np.empty((2, len(several), len(asked)))
    for start in range(0, len(asked), step):
        rows = asked[start : start + step]
        draw = _Draw.of(problem, most, seed, rows, home)
        for number, setting in enumerate(several):
            found = draw.errors(setting)
            test[number, start : start + step], train[number, start : start + step] = map(to_numpy, found)
    return Simulated(several, test, train)


@dataclass(frozen=True)
class _Draw:
    """Modes of samples, scaled by the root of the eigenvalues (R, n, P), weights (R, k, P), labels (R, n)."""

    problem: Problem
    scaled: Array
    weights: Array
    labels: Array
    home: Backend

    @classmethod
    def of(cls, problem: Problem, most: tuple[int, int], seed: int, rows: range, home: Backend) -> _Draw:
        (n, k), modes = most, len(problem.eigenvalues)
        phi = Stream.named(seed, "random_features", "samples").normal(rows, (n, modes), backend=home)
        noise = Stream.named(seed, "random_features", "noise").normal(rows, n, backend=home)
        weights = Stream.named(seed, "random_features", "weights").normal(rows, (max(k, 1), modes), backend=home)
        target = home.asarray(list(problem.coefficients))
        labels = phi @ target + math.sqrt(problem.noise_variance) * noise
        return cls(problem, phi * home.asarray(list(problem.eigenvalues)) ** 0.5, weights, labels, home)

    def errors(self, setting: Setting) -> tuple[Array, Array]:
        """Return test and train errors (R,)."""
        xp, k = self.home.xp, setting.features
        scaled, labels = self.scaled[:, : setting.samples, :], self.labels[:, : setting.samples]
        if k is None:
            weights, features = None, scaled
        else:
            weights = self.weights[:, :k, :] / math.sqrt(k)
            features = scaled @ xp.matrix_transpose(weights)
        solved = _ridge(features, labels, setting.ridge, xp)
        roots = self.home.asarray(list(self.problem.eigenvalues)) ** 0.5
        learned = solved if weights is None else xp.matrix_transpose(weights) @ solved
        missed = self.home.asarray(list(self.problem.coefficients)) - roots * learned[..., 0]
        test = xp.sum(missed**2, axis=-1) + self.problem.noise_variance
        return test, xp.mean((labels - (features @ solved)[..., 0]) ** 2, axis=-1)


def _ridge(features: Array, labels: Array, ridge: float, xp: Any) -> Array:
    """Return the coefficients (R, k, 1), by the smaller of the two Gram matrices."""
    across = xp.matrix_transpose(features)
    if features.shape[1] <= features.shape[2]:
        return across @ solve_ridge(features @ across, labels[..., None], ridge)[0]
    return solve_ridge(across @ features, across @ labels[..., None], ridge)[0]
