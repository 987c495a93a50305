"""Exact random posteriors and predictions for refuting false statements about every number of classes."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

Row = dict[str, Fraction]


def simplex(rng: random.Random, n: int, *, zeros: float = 0.2) -> list[Fraction]:
    """Return a random exact probability vector, near uniform or very uneven, with some entries zero.

    Parameters
    ----------
    rng
        Source of randomness.
    n
        Length, at least 1.
    zeros
        Probability that an entry is zero (one at least is not).

    Examples
    --------
    >>> sum(simplex(random.Random(1), 4))
    Fraction(1, 1)
    """
    power = rng.choice((0, 1, 1, 2, 4))
    weights = [0 if rng.random() < zeros else rng.randint(1, 20) ** power for _ in range(n)]
    if not any(weights):
        weights[0] = 1
    return [Fraction(weight, sum(weights)) for weight in weights]


def tilted(p: list[Fraction], exponent: float) -> list[Fraction]:
    """Return the exact probability vector nearest (in small fractions) to ``p**exponent`` normalised.

    Where minimisers lie.
    """
    weights = [Fraction(float(value) ** exponent).limit_denominator(10**6) if value else Fraction(0) for value in p]
    return [weight / sum(weights) for weight in weights]


def posteriors(rng: random.Random, n: int, *, zeros: float = 0.2) -> list[Fraction]:
    """Return a probability vector whose first entry is the largest; often only its first two are positive."""
    if n >= 2 and rng.random() < 0.4:
        first = Fraction(rng.randint(50, 100), 100)
        return [first, 1 - first] + [Fraction(0)] * (n - 2)
    p = sorted(simplex(rng, n, zeros=zeros), reverse=True)
    rest = p[1:]
    rng.shuffle(rest)
    return [p[0], *rest]


def predictions(rng: random.Random, p: list[Fraction], *, positive: bool = False) -> list[Fraction]:
    """Return a probability vector S whose second entry is the largest: the prediction is class 2.

    Often S spreads evenly over class 2 and the classes more probable than it, where the conditional regret is smallest.
    """
    n = len(p)
    if rng.random() < 0.6:
        top = {0, 1} | {index for index in range(n) if p[index] > p[1] and rng.random() < 0.5}
        floor = Fraction(1, 10**4) if positive else Fraction(0)
        weights = [Fraction(1) if index in top else floor for index in range(n)]
    else:
        weights = simplex(rng, n, zeros=0 if positive else 0.2)
        best = max(range(n), key=lambda index: weights[index])
        weights[1], weights[best] = weights[best], weights[1]
    return [weight / sum(weights) for weight in weights]


def with_three_classes(sample: Callable[[random.Random], Any], *, tau: str = "tau") -> Callable[[random.Random], Any]:
    """Return a sampler that half of the time gives three classes which cost less than two: tau = 9/5, S = 1/3 each."""

    def mixed(rng: random.Random) -> Any:
        if rng.random() < 0.5:
            return sample(rng)
        third = Fraction(1, 3)
        point = {tau: Fraction(9, 5), "p1": Fraction(51, 100), "p2": Fraction(6, 100), "S1": third, "S2": third}
        return point, [{"p": Fraction(43, 100), "S": third}]

    return mixed


def regret_sample(
    tenths: tuple[int, int], *, most: int = 6, positive: bool = False, tau: str = "tau"
) -> Callable[[random.Random], Any]:
    """Return a sampler of ``({tau, p1, p2, S1, S2}, rows of p, S)``: class 1 is most probable, class 2 is predicted.

    Parameters
    ----------
    tenths
        Smallest and largest value of 10 tau.
    most
        Most classes.
    positive
        Whether every S must be positive.
    tau
        Name of the parameter in the sample.
    """

    def sample(rng: random.Random) -> Any:
        p = posteriors(rng, rng.randint(2, most))
        S = predictions(rng, p, positive=positive)
        point = {tau: Fraction(rng.randint(*tenths), 10), "p1": p[0], "p2": p[1], "S1": S[0], "S2": S[1]}
        return point, [{"p": x, "S": y} for x, y in zip(p[2:], S[2:], strict=True)]

    return sample
