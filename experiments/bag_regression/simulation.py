"""Risks of estimators from bags: many replicates and settings at once.

For a replicate and a bag size, Z1 are the means of bags times the root of their sizes, and Z2 what is left of the
features within bags: X'X = Z1'Z1 + Z2'Z2. Both are computed once, X'X where a rho needs it. Each (rho, ridge) costs one
factorisation of Z1'Z1 + rho Z2'Z2 + n ridge I, or each rho one eigendecomposition where it has many ridges, and each
noise and epsilon a right-hand side of it, since the solution is linear in the labels: the noise of privacy is one more
right-hand side for all epsilon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.bag_regression.bags import Bags
from experiments.bag_regression.designs import Design, Draw, unit_laplace
from experiments.bag_regression.settings import Clip, Setting
from experiments.bag_regression.solving import solve_ridges
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["MEMORY", "Simulated", "bag_labels", "simulate"]

MEMORY = 1 << 22
"""Bytes of one copy of the features that are held at a time: little, so that Gram matrices stay in the cache."""


@dataclass(frozen=True)
class Simulated(Shown):
    """Risks of settings.

    Attributes
    ----------
    settings : tuple of Setting
    risks : array, shape (S, R)
        |theta - theta0|^2 of each replicate, exact up to rounding.
    singular : array of bool, shape (S, R)
        Where the normal equations were singular, and the estimator is the limit ridge -> 0+.
    prediction_risk : array, shape (S, R)
        |Sigma^{1/2} (theta - theta0)|^2, the error of predictions at new points beyond that of the noise; Sigma is the
        diagonal matrix of the variances of the design. Equal to ``risks`` where all variances are 1.
    """

    settings: tuple[Setting, ...]
    risks: NDArray[np.float64]
    singular: NDArray[np.bool_]
    prediction_risk: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Return the mean risks (S,)."""
        found: NDArray[np.float64] = self.risks.mean(axis=1)
        return found

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Return the standard errors (S,) of the means; NaN for one replicate."""
        if self.risks.shape[1] < 2:
            return np.full(self.risks.shape[0], np.nan)
        found: NDArray[np.float64] = self.risks.std(axis=1, ddof=1) / self.risks.shape[1] ** 0.5
        return found


def simulate(
    design: Design,
    settings: Sequence[Setting],
    *,
    replicates: int | range,
    seed: int = 0,
    backend: Backend | str | None = None,
    memory: int = MEMORY,
) -> Simulated:
    """Return the risks of settings on the same draws.

    If a bag size does not divide n, the last bag is smaller. A replicate's risk depends on the design, the setting, the
    seed and its own number alone, up to rounding: not on the number of replicates, other settings or ``memory``.

    Parameters
    ----------
    design : Design
    settings : sequence of Setting
    replicates : int, >= 1, or range
        Their number, or which.
    seed : int
    backend : Backend or str, optional
        NumPy unless given.
    memory : int
        Bytes of features held at a time.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed: a bag size above n, no setting, a rho so large that it overflows.

    Examples
    --------
    >>> found = simulate(Design(20, 12), [Setting(1), Setting(2)], replicates=3)
    >>> found.risks.shape, found.singular.any(axis=1).tolist()
    ((2, 3), [False, True])
    """
    wanted, memory = _wanted(replicates), whole("memory", memory, 1)
    several = tuple(settings)
    if not several or not all(isinstance(setting, Setting) for setting in several):
        raise ValueError("settings must be a sequence of at least one Setting")
    for setting in several:
        Bags(design.samples, setting.bag_size)
    home = backend_named(backend or "numpy") if backend is None or isinstance(backend, str) else backend
    step = max(1, memory // (8 * design.samples * design.dimension))
    risks, predicted = np.empty((len(several), len(wanted))), np.empty((len(several), len(wanted)))
    singular = np.empty((len(several), len(wanted)), dtype=bool)
    variances = None if design.variances is None else home.asarray(list(design.variances))
    for start in range(0, len(wanted), step):
        rows, here = wanted[start : start + step], slice(start, start + step)
        draw = design.draw(seed, rows, backend=home)
        for data, group in _arranged(design, draw, several):
            for size in sorted({setting.bag_size for _, setting in group}):
                bags = Bags(design.samples, size)
                noise = unit_laplace(seed, rows, len(bags.sizes), backend=home)
                chosen = [(i, setting) for i, setting in group if setting.bag_size == size]
                for i, squares, lost in _squared_errors(data, bags, noise, chosen, home):
                    risks[i, here], singular[i, here] = to_numpy(home.xp.sum(squares, axis=-1)), to_numpy(lost)
                    weighted = squares if variances is None else variances * squares
                    predicted[i, here] = to_numpy(home.xp.sum(weighted, axis=-1))
    return Simulated(several, risks, singular, predicted)


def _wanted(replicates: int | range) -> range:
    if not isinstance(replicates, range):
        return range(whole("replicates", replicates, 1))
    if replicates.start < 0 or replicates.step != 1 or not replicates:
        raise ValueError(f"replicates must be a number >= 1 or a range of step 1, not empty, got {replicates}")
    return replicates


Numbered = list[tuple[int, Setting]]


@dataclass(frozen=True)
class _Data:
    """A draw and its Gram matrices."""

    draw: Draw

    @cached_property
    def gram(self) -> Array:
        """Return X'X (R, d, d)."""
        features = self.draw.features
        return namespace(features).matrix_transpose(features) @ features


def _arranged(design: Design, draw: Draw, settings: tuple[Setting, ...]) -> list[tuple[_Data, Numbered]]:
    """Return data with the settings that they are for: one for all, or one a noise variance if labels are sorted."""
    numbered = list(enumerate(settings))
    if design.order == "drawn":
        return [(_Data(draw), numbered)]
    found = []
    for variance in sorted({setting.noise_variance for setting in settings}):
        group = [(i, setting) for i, setting in numbered if setting.noise_variance == variance]
        found.append((_Data(_sorted(draw, variance)), group))
    return found


def _sorted(draw: Draw, noise_variance: float) -> Draw:
    """Sort the samples of each replicate by their labels."""
    xp = namespace(draw.features)
    order = xp.argsort(draw.labels(noise_variance), axis=-1)
    several = range(order.shape[0])
    features = xp.stack([xp.take(draw.features[row, ...], order[row, ...], axis=0) for row in several])
    noise = xp.stack([xp.take(draw.noise[row, ...], order[row, ...], axis=0) for row in several])
    return Draw(features, draw.coefficients, noise)


def bag_labels(labels: Array, bags: Bags, clip: Clip | None) -> Array:
    """Return the average labels (R, B) of bags, of labels (R, n) that are clipped first if an interval is given."""
    xp = namespace(labels)
    return bags.averages(labels if clip is None else xp.clip(labels, *clip))


def _squared_errors(
    data: _Data, bags: Bags, noise: Array, settings: Numbered, home: Backend
) -> list[tuple[int, Any, Any]]:
    """Return index, (theta - theta0)^2 (R, d) and where singular (R,) for settings of one bag size."""
    xp = home.xp
    roots = home.asarray(bags.sizes.astype(np.float64) ** 0.5)
    means = bags.averages(data.draw.features) * roots[:, None]
    between = data.gram if bags.size == 1 else xp.matrix_transpose(means) @ means
    laws = list(dict.fromkeys((setting.noise_variance, setting.clip) for _, setting in settings))
    columns = [bag_labels(data.draw.labels(variance), bags, clip) * roots for variance, clip in laws]
    right = xp.matrix_transpose(means) @ xp.stack([*columns, noise / roots], axis=-1)
    groups: dict[float, dict[float, Numbered]] = {}
    for i, setting in settings:
        ridges = groups.setdefault(setting.rho if bags.size > 1 else 0.0, {})
        ridges.setdefault(setting.ridge, []).append((i, setting))
    found = []
    for rho, ridges in groups.items():
        with np.errstate(over="ignore", invalid="ignore"):  # refused by solve_ridges
            gram = between if rho == 0 else (1 - rho) * between + rho * data.gram
        several = solve_ridges(gram, right, [bags.used * ridge for ridge in ridges])
        for (solved, lost), members in zip(several, ridges.values(), strict=True):
            for i, setting in members:
                column = laws.index((setting.noise_variance, setting.clip))
                theta = solved[..., column] + setting.noise_scale * solved[..., -1]
                found.append((i, (theta - data.draw.coefficients) ** 2, lost))
    return found
