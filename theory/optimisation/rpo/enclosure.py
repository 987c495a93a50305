"""Both values of the collapse between rationals: the inner maximum and its Frank-Wolfe gap in ball arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.provers.balls import fraction, rational, working

if TYPE_CHECKING:
    from theory.optimisation.rpo.collapse import Preferences

__all__ = ["enclose"]


def enclose(problem: Preferences, reward: Sequence[Fraction], bits: int) -> tuple[Fraction, Fraction]:
    """Return rationals between which minimax and maximin lie.

    Parameters
    ----------
    reward
        Any reward of the box; the better it is, the closer are the two.
    bits
        Working precision.

    Raises
    ------
    ValueError
        If the reward is outside the box, or the precision does not suffice.
    """
    bound = Fraction(problem.bound)
    if not all(-bound <= r <= bound for r in reward):
        raise ValueError(f"rewards must be in [-{problem.bound}, {problem.bound}]")
    with working(bits):
        value, slope = _value_and_slope(problem, reward)
        gap = sum((_largest(g, r, bound) for g, r in zip(slope, reward, strict=True)), start=_ball(Fraction(0)))
        low, high = (value - gap).lower(), value.upper()
        if not (low.is_finite() and high.is_finite()):
            raise ValueError(f"{bits} bits do not suffice")
        return fraction(low.fmpq()), fraction(high.fmpq())


def _ball(value: Fraction) -> Any:
    from flint import arb

    return arb(rational(value))


def _largest(slope: Any, reward: Fraction, bound: Fraction) -> Any:
    """Return the largest slope (reward - s) for s in the box."""
    return (slope * _ball(reward + bound)).max(slope * _ball(reward - bound))


def _value_and_slope(problem: Preferences, reward: Sequence[Fraction]) -> tuple[Any, list[Any]]:
    eta, beta = _ball(Fraction(problem.eta)), _ball(Fraction(problem.beta))
    reference, base = ([_ball(Fraction(p)) for p in law] for law in (problem.reference, problem.base))
    rewards, zero = [_ball(r) for r in reward], _ball(Fraction(0))
    raised = [p * (r / beta).exp() for p, r in zip(reference, rewards, strict=True)]
    total = sum(raised, start=zero)
    value = eta * (beta * total.log() - sum((b * r for b, r in zip(base, rewards, strict=True)), start=zero))
    slope = [eta * (w / total - b) for w, b in zip(raised, base, strict=True)]
    counts = {
        (i, j): Fraction(float(n)) for i, row in enumerate(problem.wins) for j, n in enumerate(row) if n and i != j
    }
    number = sum(counts.values())
    for (i, j), n in counts.items():
        weight, odds = _ball(n / number), (rewards[j] - rewards[i]).exp()
        value += weight * (1 + odds).log()
        slope[j] += weight * odds / (1 + odds)
        slope[i] -= weight * odds / (1 + odds)
    return value, slope
