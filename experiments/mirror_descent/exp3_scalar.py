"""One round of EXP3 for one replicate: one body for Python, for Numba on a processor and for Numba on CUDA.

Weights are ``exp(-eta estimate)`` up to a common factor. A round changes one of them, by one exponential; all are
computed again from the estimates whenever their sum gets small, so that no arm is lost to underflow for good.

The exponential is a polynomial: sums and products have one rounding everywhere, so that a replicate takes the same path
to the last bit here and in array operations, where the library's exponentials differ. (A compiler for GPUs may fuse a
product and a sum, which rounds once less.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.philox.spec import Law

__all__ = [
    "LEAST",
    "LOSS",
    "MEAN",
    "POWERS",
    "SLACK",
    "SLACK_ROUND",
    "SMALL",
    "SQUARES",
    "exponential_series",
    "round_functions",
]

LOSS, MEAN, SQUARES, SLACK, SLACK_ROUND = range(5)  # columns of the sums
SMALL = 2.0**-60  # a sum of weights below this is made anew
LEAST = 700.0  # e^-x is 0 beyond

_UNIFORM = int(Law.UNIFORM)
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10
POWERS = np.ldexp(1.0, -np.arange(1011))
"""Powers of 1/2: a product with one is exact here, and faster than ldexp."""

_C = tuple(1.0 / math.factorial(k) for k in range(14))
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = _C[2:]


def exponential_series(r: Any) -> Any:
    """Return e^r for |r| <= log(2)/2, within 2 units in the last place; numbers or arrays.

    Examples
    --------
    >>> exponential_series(0.25) == math.exp(0.25)
    True
    """
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + (_C2 + _C3 * r) * r2
    middle = (_C4 + _C5 * r) + (_C6 + _C7 * r) * r2
    high = (_C8 + _C9 * r) + (_C10 + _C11 * r) * r2
    return (low + middle * r4) + (high + (_C12 + _C13 * r) * r4) * (r4 * r4)


def reduced(x: Any, n: Any) -> Any:
    """Return ``n log 2 - x`` for the whole number n next to ``x/log 2``."""
    return (n * _LN2_HIGH - x) + n * _LN2_LOW


def nearest(x: Any, floor: Callable[[Any], Any]) -> Any:
    """Return the whole number next to ``x/log 2``."""
    return floor(x * _LOG2_E + 0.5)


def round_functions(jit: Callable[..., Any], pair: Any, bits_at: Any) -> tuple[Any, Any]:
    """Return ``exp_minus`` and ``advance``, compiled by ``jit`` as are the random numbers.

    ``advance(row, start, stop, replicate, estimates, weights, reached, losses, means, balance, sums, words, key0, key1,
    stream, eta, penalty, table, phase, amplitude, block)`` plays rounds ``start`` to ``stop - 1`` of one row of the
    state in place.

    Examples
    --------
    >>> exp_minus, _ = round_functions(lambda function: function, None, None)
    >>> bool(exp_minus(2.0) == math.exp(-2.0))
    True
    """
    exp_minus = _exponential(jit)
    rounds = _rounds(jit, exp_minus, pair)

    @jit
    def next_change(t, stop, parts, phase, amplitude, block):  # type: ignore[no-untyped-def]
        # Comparisons: Numba 0.68 does not compile min for CUDA.
        turn, flip = (t // phase + 1) * phase, (t // block + 1) * block
        if t // phase < parts - 1 and turn < stop:
            stop = turn
        return flip if amplitude > 0.0 and flip < stop else stop

    @jit
    def advance(  # type: ignore[no-untyped-def]
        row, start, stop, replicate, estimates, weights, reached, losses, means, balance, sums, words,
        key0, key1, stream, eta, penalty, table, phase, amplitude, block,
    ):  # fmt: skip
        own_estimates, own_weights, own_reached = estimates[row], weights[row], reached[row]
        own_losses, own_means, own_sums = losses[row], means[row], sums[row]
        t = start
        while t < stop:
            if amplitude > 0.0 and t % block == 0:
                words[row] = bits_at(key0, key1, stream, replicate, t // block)
            end = next_change(t, stop, table.shape[0], phase, amplitude, block)
            part = t // phase if t // phase < table.shape[0] else table.shape[0] - 1
            for arm in range(table.shape[1]):
                sign = 2.0 * ((words[row] >> arm) & 1) - 1.0
                balance[row, arm] += sign * (end - t)
                own_means[arm] = table[part, arm] + amplitude * sign
            rounds(
                t, end, key0, key1, stream, replicate,
                own_estimates, own_weights, own_reached, own_losses, own_means, own_sums, eta, penalty,
            )  # fmt: skip
            t = end

    return exp_minus, advance


def _exponential(jit: Callable[..., Any]) -> Any:
    series, remainder = jit(exponential_series), jit(reduced)

    @jit
    def exp_minus(x):  # type: ignore[no-untyped-def]
        if x > LEAST:
            return 0.0
        n = int(x * _LOG2_E + 0.5)
        return series(remainder(x, float(n))) * POWERS[n]

    return exp_minus


def _rounds(jit: Callable[..., Any], exp_minus: Any, pair: Any) -> Any:
    """Return the body of a round, in its loop. Weights, running sums and the slack change only where there is a loss.

    It is one function, as Numba counts references to each array that a function is called with: in every round that
    would take longer than all the rest.
    """

    @jit
    def renew(least, estimates, weights, reached, eta):  # type: ignore[no-untyped-def]
        total = 0.0
        for arm in range(weights.shape[0]):
            weights[arm] = exp_minus(eta * (estimates[arm] - least))
            total += weights[arm]
            reached[arm] = total

    @jit
    def rounds(  # type: ignore[no-untyped-def]
        start, stop, key0, key1, stream, replicate, estimates, weights, reached, losses, means, sums, eta, penalty
    ):
        last = weights.shape[0] - 1
        for t in range(start, stop):
            choice, coin = pair(key0, key1, stream, replicate, _UNIFORM, 0, t)
            target, arm = choice * reached[last], 0
            for other in range(last):
                arm += reached[other] <= target
            for other in range(last + 1):
                losses[other] += coin < means[other]
            sums[MEAN] += means[arm]
            if coin < means[arm]:
                inverse = reached[last] / weights[arm]
                sums[LOSS] += 1.0
                sums[SQUARES] += inverse
                estimates[arm] += inverse
                weights[arm] *= exp_minus(eta * inverse)
                least, total = estimates[0], 0.0
                for other in range(last + 1):
                    if estimates[other] < least:  # noqa: PLR1730 (faster than min, which minds NaN)
                        least = estimates[other]
                    total += weights[other]
                    reached[other] = total
                if total < SMALL:
                    renew(least, estimates, weights, reached, eta)
                slack = ((penalty + 0.5 * eta * sums[SQUARES]) + least) - sums[LOSS]
                if slack < sums[SLACK]:
                    sums[SLACK] = slack
                    sums[SLACK_ROUND] = t

    return rounds
