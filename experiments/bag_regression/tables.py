"""Regression from bag averages on a table of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import to_numpy
from experiments.bag_regression.bags import Bags, losses
from experiments.bag_regression.designs import unit_laplace
from experiments.bag_regression.settings import Clip, Setting
from experiments.bag_regression.simulation import bag_labels
from experiments.bag_regression.solving import solve_ridge
from experiments.streams import Stream

__all__ = ["BaggedFit", "bagged_regression"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BaggedFit:
    """A linear rule that was learned from bag averages.

    Attributes
    ----------
    coefficients : array, shape (d,)
    intercept : float
    averages : array, shape (B,)
        The average labels that it was learned from, with the noise of privacy if there is any.
    sizes : array, shape (B,)
        Of the bags.
    order : array, shape (n,)
        Row numbers of the table in the order in which bags were cut.
    bag_loss, instance_loss, within : float
        L_bag, L_ins and R (L_ins = L_bag + R) on the rows that are in a bag, for ``averages``.
    noise_scale : array, shape (B,)
        Scale of the Laplace noise of each average label; 0 without privacy.
    singular : bool
        True if the normal equations were singular: the coefficients are the limit ridge -> 0+, those of least norm.
    """

    coefficients: Floats
    intercept: float
    averages: Floats
    sizes: NDArray[np.int64]
    order: NDArray[np.int64]
    bag_loss: float
    instance_loss: float
    within: float
    noise_scale: Floats
    singular: bool

    def predict(self, X: Any) -> Floats:
        """Return the predictions (k,) for rows (k, d)."""
        found: Floats = np.asarray(X, dtype=np.float64) @ self.coefficients + self.intercept
        return found


def bagged_regression(
    X: Any,
    y: Any,
    bag_size: int,
    rho: float = 0.0,
    ridge: float = 0.0,
    epsilon: float | None = None,
    *,
    clip: Clip | None = None,
    intercept: bool = True,
    remainder: str = "smaller",
    shuffle: bool = False,
    seed: int = 0,
) -> BaggedFit:
    """Fit a linear rule to bag averages of labels: minimise L_bag + rho R + ridge |theta|^2.

    Bags are of consecutive rows. The theory is of bags that do not depend on the labels: shuffle a table that is
    sorted. Features are not private, average labels are (label differential privacy, for one changed label in a table
    whose bags are fixed). The numbers come from ``seed``, and anyone who knows it can remove the noise: this is to
    study accuracy, not to release data.

    Parameters
    ----------
    X : array, shape (n, d)
    y : array, shape (n,)
    bag_size : int
        From 1 to n.
    rho : float, >= 0
        0 is the bag-level, 1 the instance-level loss.
    ridge : float, >= 0
        At 0, where the normal equations are singular, the limit ridge -> 0+; ``singular`` says so.
    epsilon : float, > 0, optional
        Average labels get Laplace noise of the scale (high - low) / (m epsilon).
    clip : (float, float), optional
        Labels are clipped to it before they are averaged; needed if epsilon is given.
    intercept : bool
        Fit an intercept, which has no ridge.
    remainder : {"smaller", "drop"}
        If the bag size does not divide n, the last bag is smaller, with less weight, or its rows are left out.
    shuffle : bool
        Cut bags in a random order of the rows, a function of the seed.
    seed : int

    Raises
    ------
    ValueError
        If an argument is outside what is allowed, or the table is not made of finite numbers, or of so large ones
        that their squares overflow.

    Examples
    --------
    >>> X = np.arange(12.0)[:, None]
    >>> fit = bagged_regression(X, 3 * X[:, 0] + 1, 5)
    >>> fit.sizes.tolist(), fit.coefficients.round(12).tolist(), round(fit.intercept, 12)
    ([5, 5, 2], [3.0], 1.0)
    """
    setting = Setting(bag_size, rho, ridge, epsilon=epsilon, clip=clip)
    features, labels = _table(X, y)
    bags = Bags(len(labels), bag_size, remainder)
    order = np.arange(len(labels))
    if shuffle:
        order = np.argsort(Stream.named(seed, "bag_regression", "order").uniform(1, len(labels))[0], kind="stable")
    features, labels, sizes = features[order], labels[order], bags.sizes
    noise_scale = setting.noise_scale / sizes
    averages = bag_labels(labels[None], bags, clip)[0]
    if epsilon is not None:
        averages = averages + noise_scale * to_numpy(unit_laplace(seed, range(1), len(sizes)))[0]
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused
        theta, constant, singular = _fit(features, averages, bags, setting, intercept)
        found = losses((features @ theta + constant)[None], averages[None], bags)
    bag, instance, within = (float(part[0]) for part in (found.bag, found.instance, found.within))
    return BaggedFit(theta, constant, averages, sizes, order, bag, instance, within, noise_scale, singular)


def _table(X: Any, y: Any) -> tuple[Floats, Floats]:
    try:
        if np.iscomplexobj(X) or np.iscomplexobj(y):
            raise TypeError("got complex ones")
        features, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X and y must be made of real numbers: {error}") from None
    if features.ndim != 2 or labels.shape != features.shape[:1] or not features.size:
        raise ValueError(
            f"X must have the shape (n, d) and y (n,), both not empty, got {features.shape}, {labels.shape}"
        )
    for name, values in (("X", features), ("y", labels)):
        if not np.isfinite(values).all():
            at = np.argwhere(~np.isfinite(values))[0].tolist()
            raise ValueError(f"{name} must be finite, got {values[tuple(at)]!r} at {at}")
    return features, labels


def _fit(
    features: Floats, averages: Floats, bags: Bags, setting: Setting, intercept: bool
) -> tuple[Floats, float, bool]:
    """Return coefficients, intercept, and whether the normal equations are singular."""
    features = features[: bags.used]
    weights = bags.sizes / bags.used
    # R does not see an intercept, and in L_bag the best one makes the weighted mean of residuals 0.
    centre, level = (features.mean(axis=0), float(weights @ averages)) if intercept else (features[0] * 0.0, 0.0)
    centred = features - centre
    means = bags.averages(centred[None])[0]
    within = centred - np.repeat(means, bags.sizes, axis=0)
    scaled = means * np.sqrt(bags.sizes)[:, None]
    gram = scaled.T @ scaled + setting.rho * (within.T @ within)
    right = scaled.T @ (np.sqrt(bags.sizes) * (averages - level))
    solved, lost = solve_ridge(gram[None], right[None, :, None], bags.used * setting.ridge)
    theta: Floats = solved[0, :, 0]
    return theta, level - float(centre @ theta), bool(lost[0])
