"""Regression from bag averages on a table of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import to_numpy
from experiments.bag_regression.bags import Bags, losses
from experiments.bag_regression.designs import unit_laplace
from experiments.bag_regression.settings import Clip, Setting
from experiments.bag_regression.simulation import bag_labels
from experiments.bag_regression.solving import solve_ridges
from experiments.streams import Stream
from theory.shown import Shown

__all__ = ["BaggedFit", "NormalEquations", "bagged_regression", "real_table", "released_averages"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BaggedFit(Shown):
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
    features, labels = real_table(X, y)
    bags = Bags(len(labels), bag_size, remainder)
    order = np.arange(len(labels))
    if shuffle:
        order = np.argsort(Stream.named(seed, "bag_regression", "order").uniform(1, len(labels))[0], kind="stable")
    features, labels = features[order], labels[order]
    averages = released_averages(labels, bags, setting, seed)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused
        equations = NormalEquations.of(features, averages, bags, intercept=intercept)
        ((theta, constant, singular),) = equations.solve(rho, [ridge])
        found = losses((features @ theta + constant)[None], averages[None], bags)
    bag, instance, within = (float(part[0]) for part in (found.bag, found.instance, found.within))
    noise_scale = setting.noise_scale / bags.sizes
    return BaggedFit(theta, constant, averages, bags.sizes, order, bag, instance, within, noise_scale, singular)


def released_averages(labels: Floats, bags: Bags, setting: Setting, seed: int, row: int = 0) -> Floats:
    """Return the averages (B,) of labels (n,) over bags: of clipped ones and with noise, where the setting has them.

    Parameters
    ----------
    labels : array, shape (n,)
        In the order in which bags are cut.
    bags : Bags
    setting : Setting
        Its clip and its noise scale count.
    seed : int
    row : int
        Of the stream of noise: releases of one seed that shall be independent have rows of their own.

    Examples
    --------
    >>> released_averages(np.asarray([-9.0, 9.0, 1.0]), Bags(3, 2), Setting(2, clip=(-1, 3)), 0).tolist()
    [1.0, 1.0]
    """
    averages: Floats = bag_labels(labels[None], bags, setting.clip)[0]
    if setting.epsilon is None:
        return averages
    noise = to_numpy(unit_laplace(seed, range(row, row + 1), len(averages)))[0]
    return averages + setting.noise_scale / bags.sizes * noise


def real_table(X: Any, y: Any) -> tuple[Floats, Floats]:
    """Return features (n, d) and labels (n,) in double precision.

    Raises
    ------
    ValueError
        If they are not both real, finite, not empty and of these shapes; text is refused, also such as "1.5".

    Examples
    --------
    >>> real_table([["1.5"], ["2"]], [0, 1])
    Traceback (most recent call last):
        ...
    ValueError: X must be made of real numbers: got text, such as '1.5'
    """
    features, labels = _real("X", X), _real("y", y)
    if features.ndim != 2 or labels.shape != features.shape[:1] or not features.size:
        raise ValueError(
            f"X must have the shape (n, d) and y (n,), both not empty, got {features.shape}, {labels.shape}"
        )
    for name, values in (("X", features), ("y", labels)):
        if not np.isfinite(values).all():
            at = np.argwhere(~np.isfinite(values))[0].tolist()
            raise ValueError(f"{name} must be finite, got {values[tuple(at)]!r} at {at}")
    return features, labels


def _real(name: str, given: Any) -> Floats:
    """Return real numbers as an array; NumPy would read numbers out of text, and drop imaginary parts."""
    try:
        values = np.asarray(given)
        listed = values.ravel().tolist() if values.dtype.kind in "OUS" else []
        text = [value for value in listed if isinstance(value, str | bytes)]
        if text:
            raise TypeError(f"got text, such as {text[0]!r:.40}")
        if values.dtype.kind not in "biufO":
            raise TypeError("got complex ones" if values.dtype.kind == "c" else f"got the dtype {values.dtype}")
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be made of real numbers: {error}") from None


@dataclass(frozen=True)
class NormalEquations(Shown):
    """The normal equations of L_bag + rho R + ridge |theta|^2 for a table whose bags have been cut.

    Attributes
    ----------
    between, within : array, shape (d, d)
        Z1'Z1 of the bag means times the root of their sizes, and Z2'Z2 of what is left within bags.
    right : array, shape (d,)
    centre : array, shape (d,)
        What features are centred at; 0 without an intercept.
    level : float
        What labels are centred at.
    used : int
        Rows that are in a bag.
    """

    between: Floats
    within: Floats
    right: Floats
    centre: Floats
    level: float
    used: int

    @classmethod
    def of(cls, features: Floats, averages: Floats, bags: Bags, *, intercept: bool = True) -> NormalEquations:
        """Return those of features (n, d) and average labels (B,)."""
        features = features[: bags.used]
        weights = bags.sizes / bags.used
        # R does not see an intercept, and in L_bag the best one makes the weighted mean of residuals 0.
        centre, level = (features.mean(axis=0), float(weights @ averages)) if intercept else (features[0] * 0.0, 0.0)
        centred = features - centre
        means = bags.averages(centred[None])[0]
        within = centred - np.repeat(means, bags.sizes, axis=0)
        scaled = means * np.sqrt(bags.sizes)[:, None]
        right = scaled.T @ (np.sqrt(bags.sizes) * (averages - level))
        return cls(scaled.T @ scaled, within.T @ within, right, centre, level, bags.used)

    def solve(self, rho: float, ridges: Sequence[float]) -> list[tuple[Floats, float, bool]]:
        """Return coefficients (d,), intercept, and whether the equations are singular, for each of several ridges.

        Raises
        ------
        ValueError
            If the numbers are so large that they overflow.
        """
        gram = (self.between + rho * self.within)[None]
        several = solve_ridges(gram, self.right[None, :, None], [self.used * ridge for ridge in ridges])
        return [
            (theta[0, :, 0], self.level - float(self.centre @ theta[0, :, 0]), bool(lost[0])) for theta, lost in several
        ]
