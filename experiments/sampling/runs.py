"""Draw what a statement is about and test it as the numbers come, up to a cap.

How the draws are cut into chunks changes nothing but the memory taken: the numbers are those of the statement's own
seed, in the order of the replicates, and a test stops at the same one. A larger cap goes on with the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import power, rates
from experiments.philox.spec import REPLICATES
from experiments.sampling.statements import SampledStatement, Slope
from experiments.sequential import ConfidenceSequence, mean_test, median_test
from experiments.streams import Stream

FIRST_PART = 512  # of a chunk: the first draw is small, as most wrong claims are found out soon
GROWTH = 4  # each draw takes a fourth more than were drawn before: little is drawn behind the verdict


class BadSample(ValueError):
    """A sampler returned something else than it declares: no bound on the error would hold."""


@dataclass(frozen=True)
class Plan:
    """What is declared before sampling.

    Parameters
    ----------
    error
        Probability of a wrong verdict.
    cap
        Most observations, or batches.
    chunk
        Most numbers drawn at once.
    step
        Told how far the sampling is.
    """

    error: float
    cap: int
    chunk: int
    step: Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """The outcome in a word, all about it as plain data, one line for people, and what the plan could have told."""

    outcome: str
    data: dict[str, Any]
    summary: str
    planned: str


def sample(statement: SampledStatement, plan: Plan) -> Finding:
    """Test a statement.

    Raises
    ------
    BadSample
        If the sampler returns another shape than it should, or numbers out of its declared range.
    ValueError
        If the cap needs more replicates than a stream has.
    """
    batch = statement.replicates if isinstance(statement, Slope) and statement.test == "sign" else 1
    needed = plan.cap * batch
    if needed > REPLICATES:
        raise ValueError(f"the cap of {plan.cap} needs {needed} replicates; a stream has 2^32")
    return _sample_slope(statement, plan) if isinstance(statement, Slope) else _sample_mean(statement, plan)


def _sample_mean(statement: SampledStatement, plan: Plan) -> Finding:
    sampler = statement.sampler
    low, high = float(sampler.low), float(sampler.high)
    lower, upper = _ends(statement)
    test = mean_test(lower, upper, error=plan.error, low=low, high=high)
    interval = ConfidenceSequence(error=plan.error, low=low, high=high)
    for rows in _chunks(plan.cap, plan.chunk):
        plan.step(f"observations {rows.start + 1} to {rows.stop}")
        x = _draw(statement, rows)
        test.update(x)
        interval.update(x[: int(test.n) - rows.start])
        if test.outcome != "undecided":
            break
    n, estimate = int(test.n), float(test.total) / int(test.n)
    wealth = {side.null: float(peak) for side, peak in zip(test.sides, test.peaks, strict=True)}
    found = {"n": n, "log_wealth": wealth, "interval": list(interval.interval())}
    gap = max(
        power.betting_gap(bound, plan.cap, above=above, error=plan.error, low=low, high=high)
        for bound in (lower, upper)
        if bound is not None
        for above in (False, True)
    )
    told = f"a mean {gap:.2g} off a bound, whatever its law on the range" if math.isfinite(gap) else "nothing for sure"
    planned = f"planned: {plan.cap} observations tell {told}"
    return _finding(statement, plan, test.outcome, estimate, found, f"{n} observations", planned)


def _sample_slope(statement: Slope, plan: Plan) -> Finding:
    return {"means": _intervals, "sign": _signs}[statement.test](statement, plan)


def _intervals(statement: Slope, plan: Plan) -> Finding:
    """Bound the slope by confidence sequences of the means at all sizes, which hold together at the whole error."""
    sampler, sizes = statement.sampler, statement.sizes
    low, high = float(sampler.low), float(sampler.high)
    means = [ConfidenceSequence(error=plan.error / len(sizes), low=low, high=high) for _ in sizes]
    total, n, look = np.zeros(len(sizes)), 0, statement.first
    outcome, ends = "undecided", [-math.inf, math.inf]
    while n < plan.cap and outcome == "undecided":
        until = min(look, plan.cap)
        for rows in _pieces(range(n, until), max(1, plan.chunk // len(sizes))):
            plan.step(f"observations {rows.start + 1} to {rows.stop}")
            x = _draw(statement, rows, sizes=sizes)
            total += x.sum(axis=0)
            for sequence, column in zip(means, x.T, strict=True):
                sequence.update(column)
        n, look = until, -(-5 * look // 4)
        ends = list(rates.slope_bounds([sequence.interval() for sequence in means], sizes))
        outcome = _interval_outcome(ends, *_ends(statement))
    estimate = float(rates.batch_slopes(total / n, sizes)) if np.all(total > 0) else math.nan
    data: dict[str, Any] = {"n": n, "interval": [_finite(end) for end in ends]}
    width = (
        "unbounded" if data["interval"][0] is None or data["interval"][1] is None else f"{ends[1] - ends[0]:.2g} wide"
    )
    return _finding(
        statement, plan, outcome, estimate, data, f"{n} observations", f"the interval of the slope is {width}"
    )


def _interval_outcome(ends: list[float], lower: float | None, upper: float | None) -> str:
    lowest, highest = -math.inf if lower is None else lower, math.inf if upper is None else upper
    if ends[0] > highest or ends[1] < lowest:
        return "refuted"
    inside = (lower is None or ends[0] >= lowest) and (upper is None or ends[1] <= highest)
    return "supported" if inside else "undecided"


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _pieces(rows: range, length: int) -> Iterator[range]:
    for start in range(rows.start, rows.stop, length):
        yield range(start, min(start + length, rows.stop))


def _signs(statement: Slope, plan: Plan) -> Finding:
    """Bet on the signs of the slopes of batches against the bounds."""
    lower, upper = _ends(statement)
    test = median_test(lower, upper, error=plan.error)
    slopes = []
    for more in _batches(statement, range(plan.cap), plan):
        before = int(test.n)
        test.update(more)
        slopes.append(more[: int(test.n) - before])
        if test.outcome != "undecided":
            break
    n, wealth = int(test.n), {side.null: float(peak) for side, peak in zip(test.sides, test.peaks, strict=True)}
    data = {"n": n, "log_wealth": wealth, "interval": None}
    gap = power.betting_gap(0.5, plan.cap, above=True, error=plan.error)
    told = f"a bound that a share of {0.5 + gap:.2g} of their slopes exceeds" if math.isfinite(gap) else "nothing"
    planned = f"planned: {plan.cap} batches tell {told}"
    return _finding(
        statement, plan, test.outcome, float(np.median(np.concatenate(slopes))), data, f"{n} batches", planned
    )


def _finding(
    statement: SampledStatement,
    plan: Plan,
    outcome: str,
    estimate: float,
    found: dict[str, Any],
    spent: str,
    planned: str,
) -> Finding:
    declared = {"seed": f"{statement.seed():#018x}", "error_probability": plan.error}
    data = declared | {"outcome": outcome, "estimate": _finite(estimate)} | found
    return Finding(outcome, data, f"estimate {_shown(estimate, _ends(statement))} after {spent}", planned)


def _shown(estimate: float, bounds: tuple[float | None, ...]) -> str:
    """Return an estimate with four digits, or as many as tell it from the bounds."""
    if math.isnan(estimate):
        return "unknown"
    texts = [f"{estimate:.{digits}g}" for digits in (4, 8, 12, 17)]
    return next((text for text in texts if float(text) not in bounds), texts[0])


def _ends(statement: SampledStatement) -> tuple[float | None, float | None]:
    lower, upper = statement.bounds
    return None if lower is None else float(lower), None if upper is None else float(upper)


def _chunks(cap: int, chunk: int) -> Iterator[range]:
    """Yield ranges that grow up to the chunk."""
    start, size = 0, max(1, chunk // FIRST_PART)
    while start < cap:
        yield range(start, min(start + size, cap))
        start += size
        size = min(max(size, start // GROWTH), chunk)


def _batches(statement: Slope, wanted: range, plan: Plan) -> Iterator[NDArray[np.float64]]:
    """Yield slopes of the wanted batches, as many at once as the chunk has room for."""
    together = max(1, plan.chunk // (statement.replicates * len(statement.sizes)))
    for some in _pieces(wanted, together):
        plan.step(f"batches {some.start + 1} to {some.stop}")
        rows = range(some.start * statement.replicates, some.stop * statement.replicates)
        x = _draw(statement, rows, sizes=statement.sizes)
        means = x.reshape(len(some), statement.replicates, len(statement.sizes)).mean(axis=1)
        yield rates.batch_slopes(means, statement.sizes)


def _draw(statement: SampledStatement, rows: range, **sizes: tuple[int, ...]) -> NDArray[np.float64]:
    """Return checked numbers, one row a replicate."""
    sampler = statement.sampler
    drawn = np.asarray(sampler.draw(Stream(statement.seed()), rows, **sizes))
    shape = (len(rows), *(len(item) for item in sizes.values()))
    if drawn.shape != shape or drawn.dtype.kind not in "biuf":
        raise BadSample(
            f"{sampler.name} returned {drawn.dtype} of shape {drawn.shape} for {len(rows)} replicates; "
            f"real numbers of shape {shape} are needed"
        )
    array = drawn.astype(np.float64)
    bad = ~((array >= float(sampler.low)) & (array <= float(sampler.high)))  # NaN too
    if bad.any():
        place = np.unravel_index(int(bad.argmax()), shape)
        raise BadSample(
            f"{sampler.name} returned {float(array[place])!r} for replicate {rows[int(place[0])]}; "
            f"declared is [{sampler.low}, {sampler.high}]"
        )
    return array
