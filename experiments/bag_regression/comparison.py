"""What bag averages cost on a table: test errors of several rules over random splits of its rows.

Four fifths of the rows are for training, cut into bags at random, and the rest for testing, by their own labels. No
rule but the reference sees single labels: penalties are chosen by the error on bags that were held out. The residuals
of rows that are drawn independently are independent, so that the mean square of their average is 1/m of that of one
residual, as far as their mean is 0; privacy adds the variance of its noise, the same for all rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.bag_regression.bags import Bags, losses
from experiments.bag_regression.settings import Clip, Setting
from experiments.bag_regression.tables import Floats, NormalEquations, real_table, released_averages
from experiments.streams import Stream
from theory.arguments import whole
from theory.shown import Shown

__all__ = ["FOLDS", "RHOS", "RIDGES", "Compared", "compare", "training_rows"]

RHOS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
RIDGES = (0.0, *(float(f"{a}e{k}") for k in range(-4, 1) for a in (1, 3)), 10.0)
FOLDS = 5
_LEAST, _LARGEST = 1e-150, 1e150  # squares of a number below, or of an error above, are not to be trusted
MEAN, BAG, INSTANCE, GIVEN = "mean prediction", "bag loss", "instance loss", "given rho"
BEST_RHO, BEST_RIDGE, INDIVIDUAL = "best rho", "bag loss, best ridge", "individual labels, best ridge"


@dataclass
class Compared(Shown):
    """A rule over the splits: lists of one number a split.

    Attributes
    ----------
    rule, private
        What it is, and whether the average labels had noise.
    error
        Mean squared error on the test rows.
    rho, ridge
        Of the fit; None for the mean prediction.
    bag_loss, instance_loss, within
        L_bag, L_ins and R on the training bags, for the averages that the rule was given (the reference: the averages).
    singular
        Whether the fit is the one of least norm.
    """

    rule: str
    private: bool
    error: list[float] = field(default_factory=list)
    rho: list[float | None] = field(default_factory=list)
    ridge: list[float | None] = field(default_factory=list)
    bag_loss: list[float] = field(default_factory=list)
    instance_loss: list[float] = field(default_factory=list)
    within: list[float] = field(default_factory=list)
    singular: list[bool] = field(default_factory=list)

    def _shown_title(self) -> str:
        return f"{self.rule}{', private' * self.private}, {len(self.error)} splits"

    def _shown_rows(self) -> list[tuple[str, Any]]:
        means = [(name, float(np.mean(getattr(self, name)))) for name in ("bag_loss", "instance_loss", "within")]
        return [("test error", self.mean), ("standard error", self.standard_error), *means]

    @property
    def mean(self) -> float:
        """Return the mean test error."""
        return float(np.mean(self.error))

    @property
    def standard_error(self) -> float:
        """Return that of splits; NaN for one. Splits share rows: the error for new tables is larger."""
        return float(np.std(self.error, ddof=1) / len(self.error) ** 0.5) if len(self.error) > 1 else float("nan")


def training_rows(rows: int) -> int:
    """Return how many rows are for training: all but a fifth, at least one."""
    return rows - max(1, rows // 5)


def compare(
    X: Any,
    y: Any,
    bag_size: int,
    *,
    rho: float | None = None,
    ridge: float = 0.0,
    epsilon: float | None = None,
    clip: Clip | None = None,
    repeats: int = 20,
    seed: int = 0,
) -> list[Compared]:
    """Return the test errors of several rules over the same random splits.

    If the bag size does not divide the number of training rows, the last bag is smaller, with less weight.

    Parameters
    ----------
    X : array, shape (n, d)
        Standardised with the training rows of each split.
    y : array, shape (n,)
    bag_size : int
        At most half the number of training rows, so that a bag can be held out.
    rho : float, >= 0, optional
        One more weight of the spread within bags, beside 0 (bag loss), 1 (instance loss) and the best.
    ridge : float, >= 0
        Of the rules whose ridge is not chosen.
    epsilon, clip
        If given, there are private versions too, of labels that are clipped (see `bagged_regression`).
    repeats : int, >= 1
        Number of splits; each depends on the seed and its own number alone.
    seed : int

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> X = Stream(1).normal(1, (60, 2))[0]
    >>> found = {rule.rule: rule for rule in compare(X, X[:, 0], 2, repeats=3)}
    >>> found["bag loss"].mean < 1e-20 < found["instance loss"].mean < found["mean prediction"].mean
    True
    """
    features, labels = real_table(X, y)
    setting = Setting(bag_size, 0.0 if rho is None else rho, ridge, epsilon=epsilon, clip=clip)
    spread = float(np.max(abs(labels - labels[0])))
    if 0 < spread < _LEAST:
        raise ValueError(f"y varies by {spread:.3g} at most, so little that squared errors vanish: give larger units")
    repeats, used = whole("repeats", repeats, 1), training_rows(len(labels))
    if used < 2:
        raise ValueError(f"at least 3 rows are needed, to hold out and to test, got {len(labels)}")
    if 2 * setting.bag_size > used:
        raise ValueError(
            f"the bag size must be at most {used // 2}, half of the {used} training rows, so that a bag can be held"
            f" out; got {bag_size}"
        )
    found: dict[tuple[str, bool], Compared] = {}
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused
        for k in range(repeats):
            order = np.argsort(Stream.named(seed, "bag_regression", "split").uniform(range(k, k + 1), len(labels))[0])
            train, test = order[len(labels) - used :], order[: len(labels) - used]
            split = _Split(*_standardised(features, train, test), labels[train], labels[test], Bags(used, bag_size))
            plain = released_averages(split.labels, split.bags, Setting(setting.bag_size), seed)
            _public(split, plain, setting, rho is not None, found)
            if epsilon is not None:
                private = released_averages(split.labels, split.bags, setting, seed, k)
                _rules(split, private, setting, rho is not None, _Record(found, split, private, private=True))
    return sorted(found.values(), key=lambda rule: (rule.private, rule.rule == INDIVIDUAL))


@dataclass(frozen=True)
class _Split:
    """Standardised features and labels for training, in the order in which bags are cut, and for testing."""

    features: Floats
    test_features: Floats
    labels: Floats
    test_labels: Floats
    bags: Bags


def _standardised(features: Floats, train: Any, test: Any) -> tuple[Floats, Floats]:
    """Return training and test features with mean 0 and variance 1 on the former; what is constant there becomes 0."""
    centred = features - features[train].mean(axis=0)
    largest = abs(centred[train]).max(axis=0)  # before squaring, which would underflow or overflow
    if not np.isfinite(largest).all():
        raise ValueError("X has numbers so large that their means overflow")
    centred = centred / np.where(largest > 0, largest, 1.0)
    scale = centred[train].std(axis=0)
    centred = np.where(scale > 0, centred / np.where(scale > 0, scale, 1.0), 0.0)
    return centred[train], centred[test]


@dataclass(frozen=True)
class _Record:
    """Where to note what a rule does on a split."""

    found: dict[tuple[str, bool], Compared]
    split: _Split
    averages: Floats
    private: bool = False

    def note(self, rule: str, fit: tuple[Floats, float, bool], rho: float | None, ridge: float | None) -> None:
        theta, constant, singular = fit
        split = self.split
        row = self.found.setdefault((rule, self.private), Compared(rule, self.private))
        row.error.append(float(((split.test_labels - split.test_features @ theta - constant) ** 2).mean()))
        lost = losses((split.features @ theta + constant)[None], self.averages[None], split.bags)
        if not row.error[-1] < _LARGEST:
            raise ValueError("labels, or the noise of privacy, are so large that squared errors overflow")
        row.bag_loss.append(float(lost.bag[0]))
        row.instance_loss.append(float(lost.instance[0]))
        row.within.append(float(lost.within[0]) if theta.any() else 0.0)
        row.rho.append(rho)
        row.ridge.append(ridge)
        row.singular.append(singular)


def _public(split: _Split, averages: Floats, setting: Setting, given: bool, found: dict[Any, Compared]) -> None:
    """Note the rules on averages without noise, and the reference that is given every label."""
    record = _Record(found, split, averages)
    _rules(split, averages, setting, given, record)
    single = Bags(len(split.labels), 1)
    errors = _held_out(split.features, split.labels, single, [0.0], RIDGES)
    ridge = RIDGES[int(np.argmin(errors))]
    (fit,) = NormalEquations.of(split.features, split.labels, single).solve(0.0, [ridge])
    record.note(INDIVIDUAL, fit, None, ridge)


def _rules(split: _Split, averages: Floats, setting: Setting, given: bool, record: _Record) -> None:
    """Note the rules that see average labels alone."""
    equations = NormalEquations.of(split.features, averages, split.bags)
    record.note(MEAN, (equations.right * 0.0, equations.level, False), None, None)
    listed = [(BAG, 0.0), (INSTANCE, 1.0), *([(GIVEN, setting.rho)] if given else [])]
    errors = _held_out(split.features, averages, split.bags, RHOS, [setting.ridge])
    listed.append((BEST_RHO, RHOS[int(np.argmin(errors))]))
    for rule, rho in listed:
        record.note(rule, equations.solve(rho, [setting.ridge])[0], rho, setting.ridge)
    errors = _held_out(split.features, averages, split.bags, [0.0], RIDGES)
    ridge = RIDGES[int(np.argmin(errors))]
    record.note(BEST_RIDGE, equations.solve(0.0, [ridge])[0], 0.0, ridge)


def _held_out(features: Floats, averages: Floats, bags: Bags, rhos: Sequence[float], ridges: Sequence[float]) -> Floats:
    """Return the mean squared error of bag averages, over the full bags each held out once: (rhos x ridges,)."""
    count, m = bags.full, bags.size
    folds = np.arange(count) % min(FOLDS, count)
    cut, labels = features[: count * m].reshape(count, m, -1), averages[:count]
    total = np.zeros(len(rhos) * len(ridges))
    for fold in range(int(folds.max()) + 1):
        kept = folds != fold
        rest = cut[kept].reshape(-1, cut.shape[-1])
        equations = NormalEquations.of(rest, labels[kept], Bags(len(rest), m))
        fits = [fit for rho in rhos for fit in equations.solve(rho, ridges)]
        means = cut[~kept].mean(axis=1)
        for j, (theta, constant, _) in enumerate(fits):
            total[j] += float(((labels[~kept] - means @ theta - constant) ** 2).sum())
    return total / count
