r"""The common opening of the claims on constrained losses: scores of sum zero, a wrong prediction, its hypotheses.

A constrained loss charges ``sum_{y' != y} Phi(-h_{y'})`` for label y and scores h of sum 0, so that its conditional
risk is ``sum_y w_y Phi(-h_y)`` with the weights ``w = 1 - p``. Class 1 is most probable, class 2 is predicted (its
score is largest), the other classes stay unnamed: their number is ``n - 2``, the sum of ones over them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import posteriors
from theory.engine.words import Domain, Sig

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

Condition = tuple[Any, str, Any]


@dataclass(frozen=True)
class Constrained:
    """Domain, hypotheses and symbols; ``w = 1 - p`` are the weights of the classes.

    Hypotheses by number: 0 w adds up to n - 1, 1 h adds up to zero, 2 w2 >= w1, 3 w >= w1; and where class 2 is
    predicted 4 h2 >= h1, 5 h2 >= h.
    """

    domain: Domain
    each: Domain
    given: tuple[Condition, ...]
    w1: sympy.Symbol
    w2: sympy.Symbol
    h1: sympy.Symbol
    h2: sympy.Symbol
    w: sympy.Symbol
    h: sympy.Symbol

    @property
    def n(self) -> sympy.Expr:
        """The number of classes."""
        return 2 + Sig(1)

    @property
    def beta(self) -> sympy.Expr:
        """The conditional zero-one regret, p_1 - p_2."""
        return self.w2 - self.w1

    def total(self, function: Callable[[Any, Any], Any]) -> sympy.Expr:
        """Sum ``function(w, h)`` over all classes."""
        return function(self.w1, self.h1) + function(self.w2, self.h2) + Sig(function(self.w, self.h))


def constrained_setting(*, positive: bool = False, any_prediction: bool = False) -> Constrained:
    """Return the setting.

    With ``positive`` no class has all the mass, so that every weight is above 0; with ``any_prediction`` the scores may
    predict any class, the most probable one included.
    """
    left = "(0,1]" if positive else "[0,1]"
    domain = Domain(f"w1 in {left}, w2 in {left}, h1 in (-oo,oo), h2 in (-oo,oo)")
    each = Domain(f"w in {left}, h in (-oo,oo)")
    w1, w2, h1, h2 = domain
    w, h = each
    given = (
        (w1 + w2 + Sig(w), "==", 1 + Sig(1)),
        (h1 + h2 + Sig(h), "==", 0),
        (w2, ">=", w1),
        (w, ">=", w1),
    )
    predicted = () if any_prediction else ((h2, ">=", h1), (h2, ">=", h))
    return Constrained(domain, each, given + predicted, w1, w2, h1, h2, w, h)


def point_and_rows(p: list[Fraction], h: list[Fraction]) -> Any:
    """Put posteriors and scores in the form of a sample."""
    point = {"w1": 1 - p[0], "w2": 1 - p[1], "h1": h[0], "h2": h[1]}
    return point, [{"w": 1 - x, "h": y} for x, y in zip(p[2:], h[2:], strict=True)]


def largest_score(k: Proof, at: Constrained) -> Fact:
    """The largest of scores of sum zero is not negative: n times it is at least their sum."""
    share = 1 / at.n
    sums = [(share, k.hypothesis(4)), (share, k.sum_up(k.hypothesis(5))), (share, k.hypothesis(1))]
    return k.show(at.h2, ">=", 0, by=sums)


def sample_constrained(rng: random.Random) -> Any:
    """Draw posteriors and scores that meet the hypotheses; often all scores tie, where the regret is least."""
    n = rng.randint(2, 5)
    if rng.random() < 0.5:
        tilt = Fraction(rng.randint(1, 30), 100)
        p = [(1 + tilt) / n, (1 - tilt) / n] + [Fraction(1, n)] * (n - 2)
    else:
        p = posteriors(rng, n)
    h = [Fraction(0)] * n
    if rng.random() < 0.5:
        h = sorted((Fraction(rng.randint(-20, 20), 10) for _ in range(n)), reverse=True)
        mean = sum(h, Fraction(0)) / n
        h = [value - mean for value in h]
        h[0], h[1] = h[1], h[0]
    if max(p) >= 1:
        p = [Fraction(9, 10), Fraction(1, 10)] + [Fraction(0)] * (n - 2)
    return point_and_rows(p, h)
