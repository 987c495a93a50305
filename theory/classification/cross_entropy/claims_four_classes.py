"""A concrete four-class regret on a box: the sum-exponential loss (tau = 0) with classes 1 and 2 predicted alike."""

from __future__ import annotations

from fractions import Fraction

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes


@claim(
    paper="comp_sum",
    where="four classes, tau = 0",
    expected="certified",
    strength="lower",
    says=r"\bigl(2\sqrt{P/2}+R\bigr)^2-\bigl(\sqrt{P(1+u)/2}+\sqrt{P(1-u)/2}+R\bigr)^2\ge\tfrac{69}{100}P^2u^2,"
    r"\quad R=\sqrt{(1-P)w}+\sqrt{(1-P)(1-w)}",
)
def four_class_regret(c: Constant = Fraction(69, 50)) -> Stated:
    """Posteriors P(1+u)/2, P(1-u)/2, (1-P)w, (1-P)(1-w): a second-order zero at u = 0 over a box in three variables."""
    from sympy import Rational, sqrt

    domain = Domain("u in [0,9/10], P in [1/2,9/10], w in [1/10,1/2]")
    u, P, w = domain
    rest = sqrt((1 - P) * w) + sqrt((1 - P) * (1 - w))
    alike = (2 * sqrt(P / 2) + rest) ** 2
    best = (sqrt(P * (1 + u) / 2) + sqrt(P * (1 - u) / 2) + rest) ** 2
    return ForAll(domain, alike - best, ">=", c * Rational(1, 2) * P**2 * u**2), boxes(zero_at=u)


four_class_regret.false_if("the constant were 3/4 instead of 69/100", c=Fraction(3, 2))
