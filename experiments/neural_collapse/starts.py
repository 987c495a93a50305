"""Random starts of unconstrained-feature models, and the best of many."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.lbfgs import minimise
from experiments.streams import Stream

__all__ = ["Best", "best_of_starts", "random_starts"]


@dataclass(frozen=True, eq=False)
class Best:
    """The lowest of the minima that were reached from many starts.

    Attributes
    ----------
    value : float
    layers : tuple of M arrays
        W_1, ..., W_M.
    features : array (width, N)
    bias : array (K,)
        Zero where the model has none.
    values, slopes : arrays
        Of every start: the value, and the largest absolute entry of the gradient.
    """

    value: float
    layers: tuple[NDArray[np.float64], ...]
    features: NDArray[np.float64]
    bias: NDArray[np.float64]
    values: NDArray[np.float64]
    slopes: NDArray[np.float64]

    @property
    def classifier(self) -> NDArray[np.float64]:
        """Return W_M ... W_1, of shape (K, width)."""
        return functools.reduce(lambda below, matrix: matrix @ below, self.layers)


def random_starts(energy: Energy, starts: int, *, seed: int, spread: float = 1.0) -> Array:
    """Return parameters (B, P) for an energy whose settings come in blocks of ``starts``.

    Start r has the same numbers in every block: normal, of standard deviation ``spread``/sqrt(width) for the matrices
    and ``spread`` for the features that count; the bias and features of columns without weight are zero. The numbers
    depend on the architecture, and those of features on the largest number of samples in the call.

    Raises
    ------
    ValueError
        If the rows of the energy are no whole number of blocks.
    """
    if starts < 1 or energy.rows % starts:
        raise ValueError(f"starts must be at least 1 and divide the {energy.rows} rows, got {starts!r}")
    shapes, architecture = energy.shapes, energy.architecture
    numbers = Stream.named(seed, "neural collapse", list(shapes[0]), len(shapes)).normal(
        starts, energy.parameters, backend=energy.backend
    )
    xp = energy.backend.xp
    scales = np.concatenate(
        [
            np.full(rows * columns, spread / architecture.width**0.5 if layer < architecture.depth else spread)
            for layer, (rows, columns) in enumerate(shapes)
        ]
    )
    if architecture.bias:
        scales[-architecture.classes :] = 0
    x = xp.tile(numbers, (energy.rows // starts, 1)) * energy.backend.asarray(scales)
    *_, features = energy.split(x)[: architecture.depth + 1]
    used = xp.astype(energy.weights > 0, features.dtype)
    start = sum(rows * columns for rows, columns in shapes[: architecture.depth])
    stop = start + features.shape[1] * features.shape[2]
    kept = xp.reshape(features * used, (x.shape[0], -1))
    return xp.concat([x[:, :start], kept, x[:, stop:]], axis=1)


def best_of_starts(
    architecture: Architecture,
    settings: Sequence[Setting],
    *,
    starts: int,
    seed: int,
    spread: float = 1.0,
    tolerance: float = 1e-9,
    most: int = 5000,
    backend: Backend | None = None,
) -> list[Best]:
    """Minimise from random starts, all settings and starts in one call, and return the best of each setting.

    Parameters
    ----------
    architecture, settings
    starts
        Of every setting.
    seed
    spread
        As `random_starts` takes it.
    tolerance, most
        As `experiments.neural_collapse.lbfgs.minimise` takes them.
    backend

    Raises
    ------
    ValueError
        If there are no starts.

    Examples
    --------
    >>> architecture = Architecture(classes=2, depth=1, width=2)
    >>> (best,) = best_of_starts(architecture, [Setting((1, 1), (0.125,), 0.125)], starts=4, seed=1)
    >>> round(best.value, 12)
    0.21875
    """
    if starts < 1:
        raise ValueError(f"starts must be at least 1, got {starts!r}")
    rows = [setting for setting in settings for _ in range(starts)]
    energy = Energy.of(architecture, rows, backend)
    found = minimise(energy, random_starts(energy, starts, seed=seed, spread=spread), tolerance=tolerance, most=most)
    values, slopes = to_numpy(found.values).reshape(-1, starts), to_numpy(found.slopes).reshape(-1, starts)
    chosen = values.argmin(axis=1) + np.arange(len(settings)) * starts
    parts = [part[chosen] for part in map(to_numpy, energy.split(found.x))]
    depth, free = architecture.depth, np.zeros((len(settings), architecture.classes))
    return [
        Best(
            value=float(values[k].min()),
            layers=tuple(part[k] for part in parts[:depth]),
            features=parts[depth][k, :, : setting.samples],
            bias=(parts[-1][..., 0] if architecture.bias else free)[k],
            values=values[k],
            slopes=slopes[k],
        )
        for k, setting in enumerate(settings)
    ]
