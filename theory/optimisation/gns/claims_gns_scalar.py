r"""Gradient-normalised smoothness of functions of one variable, checked by its definition at every h.

The definition asks for :math:`|f'(x+h)-f'(x)-Hh|\le|f'(x)|\,|h|/\gamma` wherever :math:`|h|\le\gamma` and
:math:`H h^2\le|f'(x)|\,|h|`, which is an interval about 0. H is the second derivative, or its positive part.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes

_PAPER = "gns"
_WHERE = "gamma by its definition"


def _definition(residual: Any, h: Any, domain: Domain, slope: Fraction, gamma: Constant) -> Stated:
    """Return the squared definition, ``(gamma residual)^2 <= (|g| h)^2``, and the method that decides it."""
    return ForAll(domain, (gamma * residual) ** 2, "<=", (slope * h) ** 2), boxes(zero_at={h: 0}, split={h: (0,)})


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="tight",
    says=r"f=e^x-2x,\ x=0,\ H=1,\ \gamma=1.392:\quad|e^h-1-h|\le\tfrac{|h|}\gamma,\ |h|\le1",
)
def exponential_by_definition(gamma: Constant = Fraction(1392, 1000)) -> Stated:
    """The region ends at |h| = 1 < gamma; there gamma = 1/(e - 2) = 1.39221... . By c/M it is at least 1.25643."""
    import sympy

    domain = Domain("h in [-1,1]")
    (h,) = domain
    return _definition(sympy.exp(h) - 1 - h, h, domain, Fraction(1), gamma)


@claim(
    paper=_PAPER,
    where=_WHERE + ", without the region",
    expected="refuted",
    says=r"f=e^x-2x,\ x=0,\ H=1,\ \gamma=1.25643:\quad|e^h-1-h|\le\tfrac{|h|}\gamma,\ |h|\le\gamma",
)
def exponential_without_the_region(gamma: Constant = Fraction(125643, 100000)) -> Stated:
    """Without the region gamma is the root of e^gamma = 2 + gamma, 1.14619..., below c/M with M = 1."""
    import sympy

    domain = Domain(f"h in [-{gamma},{gamma}]")
    (h,) = domain
    return _definition(sympy.exp(h) - 1 - h, h, domain, Fraction(1), gamma)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="tight",
    says=r"f=\log(1+e^x),\ x=0,\ H=\tfrac14,\ \gamma=8.389:\quad"
    r"\bigl|\tfrac1{1+e^{-h}}-\tfrac12-\tfrac h4\bigr|\le\tfrac{|h|}{2\gamma},\ |h|\le2",
)
def logistic_by_definition(gamma: Constant = Fraction(8389, 1000)) -> Stated:
    """The region ends at |h| = 2; there gamma = 1 + e^2 = 8.38905...; c/M is 1.25643 only, as M = 1."""
    import sympy

    domain = Domain("h in [-2,2]")
    (h,) = domain
    return _definition(1 / (1 + sympy.exp(-h)) - Fraction(1, 2) - h / 4, h, domain, Fraction(1, 2), gamma)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="tight",
    says=r"f=\tfrac14x^4,\ x=1,\ H=3,\ \gamma=0.899:\quad|(1+h)^3-1-3h|\le\tfrac{|h|}\gamma,\ |h|\le\tfrac13",
)
def quartic_by_definition(gamma: Constant = Fraction(899, 1000)) -> Stated:
    """The residual is h^2 (3 + h); gamma is 9/10, by h = 1/3, the end of the region."""
    domain = Domain("h in [-1/3,1/3]")
    (h,) = domain
    return _definition((1 + h) ** 3 - 1 - 3 * h, h, domain, Fraction(1), gamma)


@claim(
    paper=_PAPER,
    where=_WHERE + ", without the region",
    expected="refuted",
    says=r"f=\tfrac14x^4,\ x=1,\ H=3,\ \gamma=\tfrac9{10}:\quad|(1+h)^3-1-3h|\le\tfrac{|h|}\gamma,\ |h|\le\gamma",
)
def quartic_without_the_region(gamma: Constant = Fraction(9, 10)) -> Stated:
    """Without the region gamma is the root of gamma^3 + 3 gamma^2 = 1, 0.53208... ."""
    domain = Domain(f"h in [-{gamma},{gamma}]")
    (h,) = domain
    return _definition((1 + h) ** 3 - 1 - 3 * h, h, domain, Fraction(1), gamma)


@claim(
    paper=_PAPER,
    where=_WHERE + ", not convex",
    expected="certified",
    strength="tight",
    says=r"f=e^{-x^2/2},\ x=1,\ H=f''(1)=0,\ \gamma=0.999:\quad"
    r"\bigl|e^{-1/2}-(1+h)e^{-(1+h)^2/2}\bigr|\le e^{-1/2}\tfrac{|h|}\gamma,\ |h|\le\gamma",
)
def bell_by_definition(gamma: Constant = Fraction(999, 1000)) -> Stated:
    """The region is everything. gamma = 1: beyond h = -1, the maximum of f, the residual exceeds the gradient."""
    import sympy

    domain = Domain(f"h in [-{gamma},{gamma}]")
    (h,) = domain
    return _definition(1 - (1 + h) * sympy.exp(-h - h**2 / 2), h, domain, Fraction(1), gamma)


exponential_by_definition.false_if("gamma were 1.393", gamma=Fraction(1393, 1000))
exponential_without_the_region.true_if("gamma were 1.146", gamma=Fraction(1146, 1000))
logistic_by_definition.false_if("gamma were 8.390", gamma=Fraction(8390, 1000))
quartic_by_definition.false_if("gamma were 0.901", gamma=Fraction(901, 1000))
quartic_without_the_region.true_if("gamma were 0.532", gamma=Fraction(532, 1000))
bell_by_definition.false_if("gamma were 1.001", gamma=Fraction(1001, 1000))
