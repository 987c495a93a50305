r"""Sequential tests of means and medians by betting: valid whenever one stops, and continued by feeding more numbers.

A test of a null hypothesis is a game that is fair, or unfavourable, if the null holds. For numbers in [0, 1] and the
null ``mean <= b`` the capital, 1 at first, is multiplied at each number x by ``1 - c + c x / b`` with a fraction c in
[0, 1): its expectation does not grow under the null. So the capital is a nonnegative supermartingale, and by Ville's
inequality it ever reaches 1/error with probability at most ``error``, however long one looks. The null ``mean >= b``
is the same game on ``1 - x`` against ``1 - b``, the null ``median <= b`` the game on the indicator of ``x > b``
against 1/2 (a sign test). The capital is spread evenly over fixed fractions (`FRACTIONS`): a mixture of
supermartingales is one, no bet looks ahead, and the mixture grows as fast as its best fraction but for
``log(len(FRACTIONS))``.

Claims are intervals: ``lower <= mean <= upper``, either bound may be missing. A claim is *supported* once each of its
bounds is shown to hold (the nulls ``mean <= lower`` and ``mean >= upper`` have been rejected) and *refuted* once one
is shown to fail (``mean >= lower`` or ``mean <= upper`` has been rejected). Nulls for support are tested at the whole
error probability, those for refutation share it:

* if the claim holds, only a refutation is wrong; each of its one or two nulls is true, so one is rejected with
  probability at most error / 2 + error / 2;
* if it fails, only support is wrong; it needs the rejection of the true null about the bound that fails: at most error.

So a wrong verdict has probability at most ``error``, whatever is true. (For a mean that equals a bound either verdict
takes a rejection of a true null; "lower <= mean" and "lower < mean" are not told apart.)

References: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (the game, the
inversion to confidence sequences); Ville's inequality.

>>> import numpy as np
>>> test = mean_test(upper=0.5, error=1e-3)
>>> test.update(np.tile([0.0, 0.0, 0.0, 1.0], 50)).outcome, int(test.n)
('supported', 67)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FRACTIONS = (*(2.0**-k for k in range(12, 0, -1)), 0.75, 0.875, 0.9375)  # of the largest bet that cannot ruin
OUTCOMES = {1: "supported", -1: "refuted", 0: "undecided"}
_CELLS = 2**19  # numbers times fractions that are worked on at once
_LARGEST_RATIO = 1e300  # of what a stake pays, whose logarithm must be finite


@dataclass(frozen=True)
class Side:
    """One null hypothesis of a test, and what its rejection means for the claim.

    Parameters
    ----------
    null
        In words, such as ``"mean <= 1/2"``.
    supports
        Whether a rejection speaks for the claim; otherwise it refutes it.
    error
        Probability of rejecting the null although it holds.
    ratio
        Maps observations to what a unit of stake pays: nonnegative, of expectation at most 1 under the null.
    """

    null: str
    supports: bool
    error: float
    ratio: Callable[[Floats], Floats]


class SequentialTest:
    """Tests of one claim on many runs at once; made by `mean_test` and `median_test`.

    Attributes
    ----------
    sides
        The null hypotheses.
    error
        Probability of a wrong verdict, whenever one stops.
    decision : int array of shape ``runs``
        1 supported, -1 refuted, 0 undecided as yet.
    n : int array of shape ``runs``
        Observations used: up to the verdict, those after it are ignored.
    total : float array of shape ``runs``
        Their sum.
    """

    def __init__(
        self,
        sides: Sequence[Side],
        *,
        error: float,
        runs: tuple[int, ...] = (),
        low: float = -math.inf,
        high: float = math.inf,
    ) -> None:
        self.sides = tuple(sides)
        self.error = error
        self.low, self.high = low, high
        self._runs = runs
        count = math.prod(runs)
        self._capital = np.zeros((count, len(self.sides), len(FRACTIONS)))  # logarithms
        self._peak = np.zeros((count, len(self.sides)))
        self._decision = np.zeros(count, dtype=np.int64)
        self._n = np.zeros(count, dtype=np.int64)
        self._total = np.zeros(count)

    decision = property(lambda self: self._decision.reshape(self._runs))
    n = property(lambda self: self._n.reshape(self._runs))
    total = property(lambda self: self._total.reshape(self._runs))

    @property
    def log_wealth(self) -> Floats:
        """Logarithm of the capital against each null, shape ``(*runs, sides)``, at the verdict or by now."""
        return _log_mean_exp(self._capital).reshape(*self._runs, len(self.sides))

    @property
    def peaks(self) -> Floats:
        """The largest `log_wealth` so far, which is what is compared with ``log(1 / error)``."""
        return self._peak.reshape(*self._runs, len(self.sides)).copy()

    @property
    def outcome(self) -> str:
        """The verdict on a single run, in a word.

        Raises
        ------
        ValueError
            If the test has many runs; `decision` has them all.
        """
        if self._runs:
            raise ValueError(f"this test has runs of shape {self._runs}; `decision` has their verdicts")
        return OUTCOMES[int(self._decision[0])]

    def update(self, observations: ArrayLike) -> Self:
        """Take the next observations, shape ``(*runs, k)``; how they are cut into batches does not matter.

        Raises
        ------
        ValueError
            If the shape is wrong, or any number is not finite or out of the declared range, also one behind the
            verdict. Nothing has been taken then.
        """
        array = observed(observations, self.low, self.high)
        if array.shape[:-1] != self._runs or array.ndim != len(self._runs) + 1:
            raise ValueError(f"observations have shape {array.shape}; {(*self._runs, 'k')} is needed")
        flat = array.reshape(len(self._decision), array.shape[-1])
        step = max(1, _CELLS // (len(FRACTIONS) * max(1, len(flat))))
        for start in range(0, flat.shape[-1], step):
            active = np.flatnonzero(self._decision == 0)
            if not len(active):
                break
            self._absorb(active, flat[active, start : start + step])
        return self

    def _absorb(self, active: NDArray[np.intp], x: Floats) -> None:
        """Play a batch, shape (active runs, k), and stop each run at its verdict."""
        supported = np.ones(x.shape, dtype=bool)
        refuted = np.zeros(x.shape, dtype=bool)
        capital, peak = [], []
        for index, side in enumerate(self.sides):
            path = _grow(self._capital[active, index], side.ratio(x))
            peaks = np.maximum.accumulate(_log_mean_exp(path), axis=-1)
            peaks = np.maximum(peaks, self._peak[active, index, None])
            crossed = peaks >= -math.log(side.error)
            if side.supports:
                supported &= crossed
            else:
                refuted |= crossed
            capital.append(path)
            peak.append(peaks)
        decided = supported | refuted
        rows = np.arange(len(active))
        last = np.where(decided.any(axis=-1), decided.argmax(axis=-1), x.shape[-1] - 1)
        for index in range(len(self.sides)):
            self._capital[active, index] = capital[index][rows, last]
            self._peak[active, index] = peak[index][rows, last]
        verdict = np.where(refuted[rows, last], -1, supported[rows, last])
        self._decision[active] = verdict
        self._n[active] += last + 1
        self._total[active] += np.cumsum(x, axis=-1)[rows, last]


def mean_test(
    lower: float | None = None,
    upper: float | None = None,
    *,
    error: float,
    low: float = 0.0,
    high: float = 1.0,
    runs: tuple[int, ...] = (),
) -> SequentialTest:
    """Return the test of ``lower <= mean <= upper`` for independent observations in ``[low, high]``.

    Parameters
    ----------
    lower, upper
        What is claimed; one may be None. Both lie strictly between ``low`` and ``high``.
    error
        Probability of a wrong verdict, in (0, 1).
    low, high
        Range of the observations.
    runs
        Shape of the synthetic runs to be tested at once, () for one.

    Raises
    ------
    ValueError
        If nothing is claimed or a number is out of range.

    Examples
    --------
    >>> mean_test(0.2, 0.4, error=1e-4).update([0.3] * 500).outcome
    'supported'
    """
    _check(lower, upper, error)
    bounds = [bound for bound in (lower, upper) if bound is not None]
    if not -math.inf < low < min(bounds) <= max(bounds) < high < math.inf:
        raise ValueError(f"bounds {bounds} must lie strictly between low = {low} and high = {high}, which are finite")
    if not (high - low) / min(min(bounds) - low, high - max(bounds)) <= _LARGEST_RATIO:
        raise ValueError(f"bounds {bounds} are too near to low = {low} or high = {high}: what a stake pays overflows")

    def above(bound: float) -> Callable[[Floats], Floats]:
        return lambda x: (x - low) / (bound - low)

    def below(bound: float) -> Callable[[Floats], Floats]:
        return lambda x: (high - x) / (high - bound)

    sides = _sides("mean", lower, upper, error, above, below)
    return SequentialTest(sides, error=error, runs=runs, low=low, high=high)


def median_test(
    lower: float | None = None, upper: float | None = None, *, error: float, runs: tuple[int, ...] = ()
) -> SequentialTest:
    """Return the sign test of ``lower <= median <= upper`` for independent observations of any law.

    The bet is on the indicators of ``x > bound`` and ``x < bound`` against a fair coin: exact for every law, discrete
    ones too. For a law of more than one median all of them are meant.

    Parameters and errors are those of `mean_test`; there is no range.

    Examples
    --------
    >>> median_test(upper=0.0, error=1e-3).update([-1.0, -2.0, 5.0, -3.0] * 40).outcome
    'supported'
    """
    _check(lower, upper, error)

    def above(bound: float) -> Callable[[Floats], Floats]:
        return lambda x: np.where(x > bound, 2.0, 0.0)

    def below(bound: float) -> Callable[[Floats], Floats]:
        return lambda x: np.where(x < bound, 2.0, 0.0)

    return SequentialTest(_sides("median", lower, upper, error, above, below), error=error, runs=runs)


def _check(lower: float | None, upper: float | None, error: float) -> None:
    if not 0.0 < error < 1.0:
        raise ValueError(f"error is {error}; a probability strictly between 0 and 1 is needed")
    if lower is None and upper is None:
        raise ValueError("nothing is claimed: give lower, upper or both")
    if lower is not None and upper is not None and not lower < upper:
        raise ValueError(f"lower = {lower} must be below upper = {upper}")


def _sides(name: str, lower: float | None, upper: float | None, error: float, above: Any, below: Any) -> list[Side]:
    """Return the nulls; ``above(b)`` pays when observations exceed b, so it is the game against ``<= b``."""
    share = error / ((lower is not None) + (upper is not None))
    sides = []
    if lower is not None:
        sides += [Side(f"{name} <= {lower:.12g}", True, error, above(lower))]
        sides += [Side(f"{name} >= {lower:.12g}", False, share, below(lower))]
    if upper is not None:
        sides += [Side(f"{name} >= {upper:.12g}", True, error, below(upper))]
        sides += [Side(f"{name} <= {upper:.12g}", False, share, above(upper))]
    return sides


def observed(observations: ArrayLike, low: float, high: float) -> Floats:
    """Return observations in double precision; the first that is out of the range the error rests on is an error.

    >>> observed([0.5, 0.75, 2.0], 0.0, 1.0)
    Traceback (most recent call last):
        ...
    ValueError: observations must be finite numbers in [0.0, 1.0], got 2.0 at index 2: no bound on the error holds
    """
    try:
        given = np.asarray(observations)
        if np.iscomplexobj(given):  # a cast would drop the imaginary part
            raise TypeError
        array = given.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"observations must be real numbers, got {observations!r:.80}") from None
    bad = ~(np.isfinite(array) & (array >= low) & (array <= high))
    if bad.any():
        first = int(bad.argmax())
        place = ", ".join(str(int(index)) for index in np.unravel_index(first, array.shape))
        raise ValueError(
            f"observations must be finite numbers in [{low}, {high}], got {float(array.ravel()[first])!r} "
            f"at index {place}: no bound on the error holds"
        )
    return array


def _grow(capital: Floats, ratio: Floats) -> Floats:
    """Return the logarithms of the capitals, shape (runs, k, fractions), after each of k observations."""
    fractions = np.asarray(FRACTIONS)
    path = np.log(1.0 - fractions + fractions * ratio[..., None])  # log1p is no better here, and several times slower
    path[:, 0] += capital
    result: Floats = np.cumsum(path, axis=1)
    return result


def _log_mean_exp(logs: Floats) -> Floats:
    """Return the logarithm of the mean of exponentials over the last axis, without overflow."""
    top = logs.max(axis=-1)
    result: Floats = top + np.log(np.exp(logs - top[..., None]).mean(axis=-1))
    return result


class ConfidenceSequence:
    """Intervals that hold the mean of independent numbers in ``[low, high]`` at all times at once.

    A value m belongs to the interval unless the game against ``mean <= m`` or the one against ``mean >= m`` has been
    won at error / 2 each. With fixed fractions the first capital falls and the second grows in m, so the set is an
    interval and its ends are found by bisection. Observations are kept as counts on a grid: rounded down for the
    first game and up for the second, which can only lower both capitals. So the state is small and the interval wider
    by at most a cell.

    Parameters
    ----------
    error
        Probability that the mean is ever outside, in (0, 1).
    low, high
        Range of the observations.
    cells
        Of the grid.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> low, high = ConfidenceSequence(error=0.01).update([0.0, 0.0, 0.0, 1.0] * 500).interval()
    >>> round(low, 2), round(high, 2)
    (0.21, 0.29)
    """

    def __init__(self, *, error: float, low: float = 0.0, high: float = 1.0, cells: int = 2048) -> None:
        if not (0.0 < error < 1.0 and -math.inf < low < high and 0.0 < high - low < math.inf):
            raise ValueError(
                f"error = {error}, low = {low}, high = {high}; allowed: error in (0, 1), low < high a finite range"
            )
        if not isinstance(cells, int) or cells < 1:
            raise ValueError(f"cells = {cells!r}; an integer of at least 1 is needed")
        self.error, self.low, self.high = error, low, high
        self._cells = cells
        self._down = np.zeros(cells + 1, dtype=np.int64)
        self._up = np.zeros(cells + 1, dtype=np.int64)

    def update(self, observations: ArrayLike) -> Self:
        """Take the next observations, of any shape.

        Raises
        ------
        ValueError
            If one is out of range or not a number.
        """
        x = observed(observations, self.low, self.high).ravel()
        place = (x - self.low) / (self.high - self.low) * self._cells
        self._down += np.bincount(np.floor(place).astype(np.int64), minlength=self._cells + 1)
        self._up += np.bincount(np.ceil(place).astype(np.int64), minlength=self._cells + 1)
        return self

    def interval(self) -> tuple[float, float]:
        """Return the interval by now; without observations it is ``(low, high)``."""
        width = self.high - self.low
        return self.low + width * self._bound(self._down), self.high - width * self._bound(self._up[::-1])

    def _bound(self, counts: NDArray[np.int64]) -> float:
        """Return the largest m in [0, 1], to 2^-40, such that the game against ``mean <= m`` has been won."""
        values = np.flatnonzero(counts)
        need = math.log(2.0 / self.error)
        won, open_ = 0.0, 1.0
        for _ in range(40):
            middle = (won + open_) / 2.0
            growth = np.log1p(np.asarray(FRACTIONS)[:, None] * (values / (self._cells * middle) - 1.0))
            if _log_mean_exp(growth @ counts[values]) >= need:
                won = middle
            else:
                open_ = middle
        return won
