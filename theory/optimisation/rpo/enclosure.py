"""Both values of the collapse between rationals: the inner maximum and its Frank-Wolfe gap in ball arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theory.engine.provers.balls import fraction, rational, working
from theory.optimisation.rpo.preferences import Preferences

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
        If the reward is outside the box or of another length, or the precision does not suffice.
    """
    bound = Fraction(problem.bound)
    if len(reward) != len(problem.base):
        raise ValueError(f"there must be {len(problem.base)} rewards, got {len(reward)}")
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
    eta, beta, zero = _ball(Fraction(problem.eta)), _ball(Fraction(problem.beta)), _ball(Fraction(0))
    reference, base = (_policy(law) for law in (problem.reference, problem.base))
    top = max(reward)
    raised = [p * (_ball(r - top) / beta).exp() for p, r in zip(reference, reward, strict=True)]
    total = sum(raised, start=zero)
    below = sum((b * _ball(top - r) for b, r in zip(base, reward, strict=True)), start=zero)
    value = eta * (beta * total.log() + below)
    slope = [eta * (w / total - b) for w, b in zip(raised, base, strict=True)]
    counts = {
        (i, j): Fraction(float(n)) for i, row in enumerate(problem.wins) for j, n in enumerate(row) if n and i != j
    }
    number = sum(counts.values())
    for (i, j), n in counts.items():
        weight, rise = _ball(n / number), reward[j] - reward[i]
        odds = (-_ball(abs(rise))).exp()
        lost = weight / (1 + odds) if rise > 0 else weight * odds / (1 + odds)
        value += weight * (_ball(max(rise, Fraction(0))) + (1 + odds).log())
        slope[j], slope[i] = slope[j] + lost, slope[i] - lost
    return value, slope


def _policy(law: Sequence[float]) -> list[Any]:
    exact = [Fraction(p) for p in law]
    return [_ball(p / sum(exact)) for p in exact]
