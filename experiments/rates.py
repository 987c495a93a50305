r"""Slopes of learning curves: intervals and tests for the exponent of a rate, from independent batches.

The slope is the least-squares slope of ``log mean`` against ``log size`` over the declared sizes; for means ``C
size^-r`` it is -r. It is computed once in each of some independent batches, and the batches are what is tested: their
slopes are independent and of one law, whatever the variances at the sizes are and however the curves correlate across
sizes. Two tests:

* `batch_t`: Student's t over the batches, for their mean. It leans on the slopes being nearly normal, which averages of
  many replicates are; it is not exact, and no claim is decided by it.
* `sign_test`: binomial, for the median of their law. Exact for every law.

The t-test asks the more of the tails of the slopes the smaller the error probability is: on batches of a relative
variance of 1/2 at one size, skewed, it errs 1.5 times as often as declared at 1 % (see the calibration), and it does
worse further out. Nothing bounds how much worse: if one batch in 1000 has another slope, 16 batches without it are the
rule, and a mean that is wrong by it is "shown" at any error whatever. Where the error must be exact, take the sign
test, or bound the means at all sizes (`slope_bounds`).

Both are about the slope *of batches*. A logarithm of a mean of r replicates is biased by Jensen's inequality, by
about ``-v / 2r`` for a relative variance v at that size, so the slope of batches lies off the slope of the true means
by about the slope of ``-v(size) / 2r`` (`jensen_bias`): nil where the relative variance does not depend on the size,
else to be kept small against the margin by taking larger batches.

An ordinary regression on the means of all replicates with its textbook interval (`ols_interval`) is *not* valid: it
takes deviations from the line to be independent and of equal variance, and has only the few sizes to estimate it
from. It is kept as the control that a calibration must show failing.

>>> slopes = batch_slopes([[1.0, 0.5, 0.25], [1.1, 0.5, 0.25]], [10, 20, 40])
>>> round(float(slopes[0]), 12)
-1.0
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.shown import Shown

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RateTest(Shown):
    """What a test of ``lower <= slope <= upper`` found; arrays have the shape of the runs.

    Attributes
    ----------
    decision
        1 supported, -1 refuted, 0 undecided.
    estimate
        Mean (`batch_t`, `ols_interval`) or median (`sign_test`) of the slopes.
    interval
        Ends of the two-sided confidence interval at the error probability; NaN where `sign_test` has too few batches.
    """

    decision: NDArray[np.int64]
    estimate: Floats
    interval: tuple[Floats, Floats]


def slope_weights(sizes: ArrayLike) -> Floats:
    """Return the weights, summing to 0, of which the least-squares slope is the product with ``log mean``.

    Raises
    ------
    ValueError
        Unless there are at least two different sizes, all positive.
    """
    array = np.asarray(sizes, dtype=np.float64)
    if array.ndim != 1 or not np.all(np.isfinite(array) & (array > 0)) or len(set(array.tolist())) < 2:
        raise ValueError(f"sizes are {sizes!r}; at least two different positive numbers are needed")
    centred = np.log(array) - np.log(array).mean()
    return centred / (centred @ centred)


def batch_slopes(means: ArrayLike, sizes: ArrayLike) -> Floats:
    """Return the slope of each batch.

    Parameters
    ----------
    means : shape (..., sizes)
        Means of each batch, all positive.
    sizes
        As in `slope_weights`.

    Raises
    ------
    ValueError
        If a mean is not positive: it has no logarithm, and the batches must be larger.
    """
    array = np.asarray(means, dtype=np.float64)
    weights = slope_weights(sizes)
    if array.shape[-1:] != weights.shape:
        raise ValueError(f"means have shape {array.shape}; the last axis must be the {len(weights)} sizes")
    if not np.all(np.isfinite(array) & (array > 0)):
        raise ValueError(f"a batch has the mean {array.min()}: its logarithm needs a positive one, take larger batches")
    result: Floats = np.log(array) @ weights
    return result


def slope_bounds(intervals: Sequence[tuple[float, float]], sizes: ArrayLike) -> tuple[float, float]:
    """Return the least and the largest slope of means that lie in intervals.

    Parameters
    ----------
    intervals
        For the mean at each size; the ends are not negative. An end at 0 leaves a side of the slope unbounded.
    sizes
        As in `slope_weights`.

    Examples
    --------
    >>> low, high = slope_bounds([(0.9, 1.1), (0.45, 0.55)], [10, 20])
    >>> round(low, 3), round(high, 3)
    (-1.29, -0.71)
    """
    weights = slope_weights(sizes)
    ends = np.asarray(intervals, dtype=np.float64)
    if ends.shape != (len(weights), 2) or not np.all((ends[:, 0] >= 0) & (ends[:, 0] <= ends[:, 1])):
        raise ValueError(f"intervals are {intervals!r}; one for each size, with ends that are not negative, is needed")
    with np.errstate(divide="ignore"):
        logs = np.log(ends)
    used = weights != 0.0
    logs, weights = logs[used], weights[used]
    least = np.where(weights > 0, logs[:, 0], logs[:, 1]) @ weights
    most = np.where(weights > 0, logs[:, 1], logs[:, 0]) @ weights
    return float(least), float(most)


def theil_sen(means: ArrayLike, sizes: ArrayLike) -> Floats:
    """Return the median of the slopes between all pairs of sizes: one wild size moves it little.

    >>> round(float(theil_sen([1.0, 0.5, 9.0, 0.125, 0.0625], [1, 2, 4, 8, 16])), 12)
    -1.0
    """
    batch_slopes(means, sizes)  # for its checks
    array = np.log(np.asarray(means, dtype=np.float64))
    x = np.log(np.asarray(sizes, dtype=np.float64))
    first, second = np.triu_indices(len(x), 1)
    apart = x[first] != x[second]
    first, second = first[apart], second[apart]
    result: Floats = np.median((array[..., second] - array[..., first]) / (x[second] - x[first]), axis=-1)
    return result


def jensen_bias(relative_variances: ArrayLike, replicates: int, sizes: ArrayLike) -> float:
    """Return, to first order, how far the expected slope of batches lies off the slope of the means.

    Parameters
    ----------
    relative_variances
        Variance of one replicate over the square of its mean, at each size.
    replicates
        In a batch.
    sizes
        As in `slope_weights`.

    Examples
    --------
    >>> round(jensen_bias([1.0, 3.0], 100, [10, 20]), 6)
    -0.014427
    """
    relative, weights = np.asarray(relative_variances, dtype=np.float64), slope_weights(sizes)
    if relative.shape != weights.shape or not np.all(np.isfinite(relative) & (relative >= 0)) or not replicates >= 1:
        raise ValueError(
            f"relative variances are {relative_variances!r:.80}, replicates = {replicates}; "
            "one number >= 0 for each size, and at least 1 replicate, are needed"
        )
    return float(weights @ (-relative / (2.0 * replicates)))


def batch_t(slopes: ArrayLike, lower: float | None = None, upper: float | None = None, *, error: float) -> RateTest:
    """Test ``lower <= mean slope <= upper`` by Student's t over batches.

    Each bound is shown to hold at the whole error probability, and to fail at its share, as in
    `experiments.sequential`. Batches that do not differ at all decide nothing: their law is not nearly normal.

    Parameters
    ----------
    slopes : shape (..., batches)
        Independent, of one law, nearly normal; at least 2. Their number is planned before sampling.
    lower, upper
        What is claimed; one may be None.
    error
        Nominal probability of a wrong verdict.

    Raises
    ------
    ValueError
        If there are fewer than 2 batches, nothing is claimed, or a number is out of range or not finite.

    Examples
    --------
    >>> int(batch_t([-1.01, -0.99, -1.0, -1.02, -0.98], -1.1, -0.9, error=0.01).decision)
    1
    """
    from scipy import special

    array = _finite(slopes)
    bounds = _bounds(lower, upper, error)
    batches = array.shape[-1]
    if batches < 2:
        raise ValueError(f"{batches} batches; Student's t needs at least 2")
    centre = array.mean(axis=-1)
    spread = array.std(axis=-1, ddof=1) / math.sqrt(batches)

    def reach(tail: float) -> Floats:
        result: Floats = float(-special.stdtrit(batches - 1, tail)) * spread
        return result

    to_support, to_refute = reach(error), reach(error / len(bounds))
    good = differ = array.max(axis=-1) > array.min(axis=-1)
    bad = np.zeros(centre.shape, dtype=bool)
    for bound, sign in bounds:
        gap = sign * (centre - bound)
        good = good & (gap > to_support)
        bad |= differ & (-gap > to_refute)
    half = reach(error / 2.0)
    return RateTest(_decision(good, bad), centre, (centre - half, centre + half))


def sign_test(slopes: ArrayLike, lower: float | None = None, upper: float | None = None, *, error: float) -> RateTest:
    """Test ``lower <= median slope <= upper`` by the binomial sign test: exact for every law of the slopes.

    Parameters and errors are those of `batch_t`; one batch is enough to be defined, and undecided.

    Examples
    --------
    >>> int(sign_test([-1.3] * 10, None, -1.0, error=0.01).decision)
    1
    """
    from scipy import stats

    array = _finite(slopes)
    bounds = _bounds(lower, upper, error)
    batches = array.shape[-1]
    good = np.ones(array.shape[:-1], dtype=bool)
    bad = np.zeros(array.shape[:-1], dtype=bool)
    for bound, sign in bounds:
        inside = (sign * (array - bound) > 0).sum(axis=-1)
        outside = (sign * (array - bound) < 0).sum(axis=-1)
        good &= stats.binom.sf(inside - 1, batches, 0.5) <= error
        bad |= stats.binom.sf(outside - 1, batches, 0.5) <= error / len(bounds)
    ordered = np.sort(array, axis=-1)
    rank = int(stats.binom.ppf(error / 2.0, batches, 0.5))  # P(Binomial < rank) <= error / 2
    none = np.full(array.shape[:-1], math.nan)
    ends = (ordered[..., rank - 1], ordered[..., batches - rank]) if rank >= 1 else (none, none)
    return RateTest(_decision(good, bad), np.median(array, axis=-1), ends)


def ols_interval(means: ArrayLike, sizes: ArrayLike, *, error: float) -> RateTest:
    """Return the textbook regression interval over sizes, which is **not valid** for learning curves.

    It takes the deviations of ``log mean`` from the line to be independent, normal and of equal variance. Kept as a
    control: the calibration of the tests shows it raise false alarms far beyond ``error``. ``decision`` is 0.

    Parameters
    ----------
    means : shape (..., sizes)
        Means over all replicates.
    sizes
        At least 3.
    error
        Nominal.
    """
    from scipy import special

    slopes = batch_slopes(means, sizes)
    weights = slope_weights(sizes)
    if len(weights) < 3:
        raise ValueError(f"{len(weights)} sizes; a regression has residuals from 3 on")
    logs = np.log(np.asarray(means, dtype=np.float64))
    x = np.log(np.asarray(sizes, dtype=np.float64))
    residuals = logs - logs.mean(axis=-1, keepdims=True) - slopes[..., None] * (x - x.mean())
    variance = (residuals**2).sum(axis=-1) / (len(x) - 2) * (weights @ weights)
    half = float(-special.stdtrit(len(x) - 2, error / 2.0)) * np.sqrt(variance)
    return RateTest(np.zeros(slopes.shape, dtype=np.int64), slopes, (slopes - half, slopes + half))


def _finite(slopes: ArrayLike) -> Floats:
    array = np.asarray(slopes, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"slopes must be finite numbers, of one batch at least, got {slopes!r:.80}")
    return array


def _bounds(lower: float | None, upper: float | None, error: float) -> list[tuple[float, int]]:
    """Return what is claimed as (bound, sign): the slope times the sign exceeds the bound times the sign."""
    if not 0.0 < error < 1.0:
        raise ValueError(f"error is {error}; a probability strictly between 0 and 1 is needed")
    if lower is None and upper is None:
        raise ValueError("nothing is claimed: give lower, upper or both")
    if lower is not None and upper is not None and not lower < upper:
        raise ValueError(f"lower = {lower} must be below upper = {upper}")
    ends = [(lower, 1), (upper, -1)]
    return [(float(bound), sign) for bound, sign in ends if bound is not None]


def _decision(good: NDArray[np.bool_], bad: NDArray[np.bool_]) -> NDArray[np.int64]:
    result: NDArray[np.int64] = np.where(bad, -1, np.where(good, 1, 0)).astype(np.int64)
    return result
