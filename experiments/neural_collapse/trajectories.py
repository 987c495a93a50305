"""Gradient flows of unconstrained-feature models: metrics of collapse along them, and where they end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Backend, to_numpy
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.flow import flow, log_times
from experiments.neural_collapse.starts import random_starts
from theory.collapse.deep_linear.arguments import positive
from theory.collapse.deep_linear.minimum import global_minimum
from theory.collapse.deep_linear.scalar import scalar_minimizer, threshold
from theory.collapse.metrics import nc_metrics

__all__ = ["METRICS", "decay_of", "fates", "metrics_along"]

METRICS = ("nc1", "etf_distance", "orthogonality_distance", "nc3", "nc3_uncentred")
"""Names of what `metrics_along` follows, as `theory.collapse.metrics.nc_metrics` calls them."""

Floats = NDArray[np.float64]


def metrics_along(
    architecture: Architecture,
    setting: Setting,
    *,
    times: tuple[float, float, int],
    starts: int,
    seed: int,
    spread: float,
    backend: Backend | None = None,
) -> dict[str, Floats]:
    """Follow the flow from random starts.

    Parameters
    ----------
    architecture, setting
    times
        The first time after zero, the last, and how many: evenly spaced in their logarithms.
    starts, seed, spread
        As `experiments.neural_collapse.starts.random_starts` takes them.
    backend

    Returns
    -------
    dict
        ``time`` (T,), and arrays (T, starts): ``energy`` and each of `METRICS`.
    """
    energy = Energy.of(architecture, [setting] * starts, backend)
    x = random_starts(energy, starts, seed=seed, spread=spread)
    depth, labels = architecture.depth, np.asarray(setting.labels)
    found: dict[str, list[Any]] = {name: [] for name in ("energy", *METRICS)}
    grid = log_times(*times)
    for state in flow(energy, x, grid):
        found["energy"].append(to_numpy(state.values))
        parts = [to_numpy(part) for part in energy.split(state.x)]
        classifiers = _products(parts[:depth])
        each = [
            nc_metrics(features.T, labels, classifier)
            for features, classifier in zip(parts[depth], classifiers, strict=True)
        ]
        for name in METRICS:
            found[name].append([getattr(one, name) for one in each])
    return {"time": np.asarray(grid)} | {name: np.asarray(rows) for name, rows in found.items()}


def decay_of(ratio: float, depth: int, classes: int, size: float) -> float:
    """Return the decay, one for all layers and the features, whose b is ``ratio`` times the threshold of the depth.

    Balanced classes of ``size`` samples: ``b = M K (K n decay^(M+1))^(1/M)``. For other classes, whose mean size this
    is, it is the ratio of a class of mean size.

    Raises
    ------
    ValueError
        If the ratio is not positive and finite.

    Examples
    --------
    >>> decay_of(1.0, depth=1, classes=2, size=1)  # zero is optimal if n <= N^2 decay^2
    0.5
    """
    b = positive("ratio", ratio) * float(threshold(depth))
    return float(((b / (depth * classes)) ** depth / (classes * size)) ** (1 / (depth + 1)))


def fates(
    architecture: Architecture,
    size: int,
    ratios: list[float],
    *,
    starts: int,
    seed: int,
    spread: float,
    horizon: float,
    backend: Backend | None = None,
) -> dict[str, Floats]:
    """Follow flows of the squared loss on balanced classes to the end, over decays.

    Parameters
    ----------
    architecture
        Squared loss without a bias.
    size
        Samples of a class.
    ratios
        b over the threshold of the depth, one for each decay.
    starts, seed, spread
        Of each decay.
    horizon
        End of the flow, in units of one over the least decay.

    Returns
    -------
    dict
        Over the ratios: ``decay``; ``optimal``, the fraction of starts that end within 1e-6 (relative) of the global
        minimum; ``alive``, the fraction of modes (singular values of ``W_M ... W_1``), over all starts, that do not end
        at zero; ``best``, the least energy, and ``theory``, the global minimum.

    Raises
    ------
    ValueError
        If the architecture is another.
    """
    if architecture.loss != "squared" or architecture.bias:
        raise ValueError(f"the loss must be squared and without a bias, got {architecture!r}")
    depth, classes = architecture.depth, architecture.classes
    decays = [decay_of(ratio, depth, classes, size) for ratio in ratios]
    settings = [Setting((size,) * classes, (decay,) * depth, decay) for decay in decays]
    energy = Energy.of(architecture, [setting for setting in settings for _ in range(starts)], backend)
    x = random_starts(energy, starts, seed=seed, spread=spread)
    (end,) = flow(energy, x, [horizon / min(decays)], tolerance=1e-2, rest=1e-6, most=20_000_000)
    products = _products([to_numpy(part) for part in energy.split(end.x)[:depth]])
    modes = np.linalg.svd(products, compute_uv=False).reshape(len(ratios), starts, -1)[:, :, :classes]
    powers = modes**2 / (classes * size * np.asarray(decays)[:, None, None])  # x^M of every mode
    values = to_numpy(end.values).reshape(len(ratios), starts)
    sizes, width = settings[0].sizes, architecture.width
    theory = np.asarray([global_minimum(sizes, depth, decay, decay, width=width).objective for decay in decays])
    least = np.asarray([_least_power(ratio, depth) for ratio in ratios])
    return {
        "decay": np.asarray(decays),
        "optimal": np.mean(values <= theory[:, None] * (1 + 1e-6), axis=1),
        "alive": np.mean(powers > least[:, None, None] / 2, axis=(1, 2)),
        "best": values.min(axis=1),
        "theory": theory,
    }


def _least_power(ratio: float, depth: int) -> float:
    """Return the least x^M at which a mode can rest without being zero."""
    if depth > 1:
        return (depth - 1) / (depth + 1)
    return max(float(scalar_minimizer(ratio, 1)[0]), 1e-2)


def _products(matrices: list[Floats]) -> Floats:
    found = matrices[0]
    for matrix in matrices[1:]:
        found = matrix @ found
    return found
