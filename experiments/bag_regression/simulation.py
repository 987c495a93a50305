"""Risks of estimators from bags: many replicates and settings at once.

For a replicate and a bag size, Z1 are the means of bags times the root of their sizes, and Z2 what is left of the
features within bags: X'X = Z1'Z1 + Z2'Z2. Both are computed once. Each (rho, ridge) costs one factorisation of
Z1'Z1 + rho Z2'Z2 + n ridge I, and each noise and epsilon a right-hand side of it, since the solution is linear in the
labels: the noise of privacy is one more right-hand side for all epsilon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.bag_regression.bags import Bags, whole
from experiments.bag_regression.designs import Design, Draw, unit_laplace
from experiments.bag_regression.settings import Clip, Setting
from experiments.bag_regression.solving import solve_ridge

__all__ = ["MEMORY", "Simulated", "bag_labels", "simulate"]

MEMORY = 1 << 24
"""Bytes of one copy of the features that are held at a time."""


@dataclass(frozen=True)
class Simulated:
    """Risks of settings.

    Attributes
    ----------
    settings : tuple of Setting
    risks : array, shape (S, R)
        |theta - theta0|^2 of each replicate, exact up to rounding.
    singular : array of bool, shape (S, R)
        Where the normal equations were singular, and the estimator is the limit ridge -> 0+.
    """

    settings: tuple[Setting, ...]
    risks: NDArray[np.float64]
    singular: NDArray[np.bool_]

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
    replicates: int,
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
    replicates : int, >= 1
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
    replicates, memory = whole("replicates", replicates, 1), whole("memory", memory, 1)
    several = tuple(settings)
    if not several or not all(isinstance(setting, Setting) for setting in several):
        raise ValueError("settings must be a sequence of at least one Setting")
    for setting in several:
        Bags(design.samples, setting.bag_size)
    home = backend_named(backend or "numpy") if backend is None or isinstance(backend, str) else backend
    step = max(1, memory // (8 * design.samples * design.dimension))
    risks, singular = np.empty((len(several), replicates)), np.empty((len(several), replicates), dtype=bool)
    for start in range(0, replicates, step):
        rows = range(start, min(start + step, replicates))
        draw = design.draw(seed, rows, backend=home)
        for data, group in _arranged(design, draw, several):
            for size in sorted({setting.bag_size for _, setting in group}):
                bags = Bags(design.samples, size)
                noise = unit_laplace(seed, rows, len(bags.sizes), backend=home)
                chosen = [(i, setting) for i, setting in group if setting.bag_size == size]
                for i, found, lost in _risks(data, bags, noise, chosen, home):
                    risks[i, rows], singular[i, rows] = to_numpy(found), to_numpy(lost)
    return Simulated(several, risks, singular)


Numbered = list[tuple[int, Setting]]


@dataclass(frozen=True)
class _Data:
    """A draw and its Gram matrices X'X (R, d, d)."""

    draw: Draw
    gram: Array

    @classmethod
    def of(cls, draw: Draw) -> _Data:
        return cls(draw, namespace(draw.features).matrix_transpose(draw.features) @ draw.features)


def _arranged(design: Design, draw: Draw, settings: tuple[Setting, ...]) -> list[tuple[_Data, Numbered]]:
    """Return data with the settings that they are for: one for all, or one a noise variance if labels are sorted."""
    numbered = list(enumerate(settings))
    if design.order == "drawn":
        return [(_Data.of(draw), numbered)]
    found = []
    for variance in sorted({setting.noise_variance for setting in settings}):
        group = [(i, setting) for i, setting in numbered if setting.noise_variance == variance]
        found.append((_Data.of(_sorted(draw, variance)), group))
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


def _risks(data: _Data, bags: Bags, noise: Array, settings: Numbered, home: Backend) -> list[tuple[int, Any, Any]]:
    """Return index, risks (R,) and where singular (R,) for settings of one bag size."""
    xp = home.xp
    roots = home.asarray(bags.sizes.astype(np.float64) ** 0.5)
    means = bags.averages(data.draw.features) * roots[:, None]
    between = data.gram if bags.size == 1 else xp.matrix_transpose(means) @ means
    laws = list(dict.fromkeys((setting.noise_variance, setting.clip) for _, setting in settings))
    columns = [bag_labels(data.draw.labels(variance), bags, clip) * roots for variance, clip in laws]
    right = xp.matrix_transpose(means) @ xp.stack([*columns, noise / roots], axis=-1)
    groups: dict[tuple[float, float], Numbered] = {}
    for i, setting in settings:
        groups.setdefault((setting.rho if bags.size > 1 else 1.0, setting.ridge), []).append((i, setting))
    found = []
    for (rho, ridge), members in groups.items():
        with np.errstate(over="ignore", invalid="ignore"):  # refused by solve_ridge
            gram = between if bags.size == 1 else (1 - rho) * between + rho * data.gram
        solved, lost = solve_ridge(gram, right, bags.used * ridge)
        for i, setting in members:
            column = laws.index((setting.noise_variance, setting.clip))
            theta = solved[..., column] + setting.noise_scale * solved[..., -1]
            found.append((i, xp.sum((theta - data.draw.coefficients) ** 2, axis=-1), lost))
    return found
