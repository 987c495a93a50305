r"""Lemmas for a high temperature: exponential and logarithm near 0 with a quadratic error, |x| <= b <= 1.

1 + x + x^2/2 - (b/6) x^2  <=  e^x  <=  1 + x + x^2/2 + (7 b/24) x^2,        log(1+t) >= t - t^2/2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"e^x\le1+x+\tfrac12x^2+\tfrac7{24}x^3,\quad 0\le x\le1",
)  # fmt: skip
def exponential_above_right(c: Constant = 1) -> Stated:
    """e^x lies below its chord 1 + (e-1) x on [0,1]; integrated twice, and (e - 1)/6 < 7/24."""
    import sympy

    domain = Domain("x in [0,1]")
    (x,) = domain

    def proof(k: Proof) -> Fact:
        v = k.fresh("v in (-oo,oo)")
        chord = k.chord(sympy.exp(v), v, 1, 0, x)
        e = sympy.E - 1
        second = k.show(1 + e * x - sympy.exp(x), ">=", 0, by=[chord])
        first = k.grows(second, 1 + x + e * x**2 / 2 - sympy.exp(x), x)
        first = k.show(1 + x + e * x**2 / 2 - sympy.exp(x), ">=", 0, by=[first])
        last = k.grows(first, 1 + x + x**2 / 2 + e * x**3 / 6 - sympy.exp(x), x)
        slack = k.sign((sympy.Rational(7, 24) - e / 6) * x**3, ">=")
        return k.show(sympy.exp(x), "<=", 1 + x + x**2 / 2 + sympy.Rational(7, 24) * x**3, by=[last, slack])

    bound = 1 + x + x**2 / 2 + c * sympy.Rational(7, 24) * x**3
    return ForAll(domain, sympy.exp(x), "<=", bound), chain(proof)


exponential_above_right.false_if("the coefficient were a fifth", c=Fraction(24, 35))


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"1-x+\tfrac12x^2-\tfrac16x^3\le e^{-x}\le1-x+\tfrac12x^2,\quad x\ge0",
)  # fmt: skip
def exponential_below_left(c: Constant = 1) -> Stated:
    """The lower half: each difference of Taylor polynomial and exponential has the sign of its derivative."""
    import sympy

    domain = Domain("x in [0,oo)")
    (x,) = domain

    def proof(k: Proof) -> Fact:
        low = _left_side(k, x)
        third = k.grows(low, sympy.exp(-x) - 1 + x - x**2 / 2 + x**3 / 6, x)
        return k.show(sympy.exp(-x), ">=", 1 - x + x**2 / 2 - x**3 / 6, by=[third])

    return ForAll(domain, sympy.exp(-x), ">=", 1 - x + x**2 / 2 - c * x**3 / 6), chain(proof)


def _left_side(k: Proof, x: Any) -> Fact:
    """Return ``1 - x + x^2/2 - e^{-x} >= 0`` for x >= 0."""
    import sympy

    zeroth = k.show(1 - sympy.exp(-x), ">=", 0)
    first = k.grows(zeroth, sympy.exp(-x) - 1 + x, x)
    first = k.show(sympy.exp(-x) - 1 + x, ">=", 0, by=[first])
    second = k.grows(first, 1 - x + x**2 / 2 - sympy.exp(-x), x)
    return k.show(1 - x + x**2 / 2 - sympy.exp(-x), ">=", 0, by=[second])


exponential_below_left.false_if("the cubic term were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"e^{-x}\le1-x+\tfrac12x^2,\quad x\ge0",
)  # fmt: skip
def exponential_above_left(c: Constant = 1) -> Stated:
    """The upper half."""
    import sympy

    domain = Domain("x in [0,oo)")
    (x,) = domain

    def proof(k: Proof) -> Fact:
        return k.show(sympy.exp(-x), "<=", 1 - x + x**2 / 2, by=[_left_side(k, x)])

    return ForAll(domain, sympy.exp(-x), "<=", 1 - x + c * x**2 / 2), chain(proof)


exponential_above_left.false_if("the square were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"e^x\ge1+x+\tfrac12x^2,\quad x\ge0",
)  # fmt: skip
def exponential_below_right(c: Constant = 1) -> Stated:
    """Two steps from e^x >= 1."""
    import sympy

    domain = Domain("x in [0,oo)")
    (x,) = domain

    def proof(k: Proof) -> Fact:
        first = k.grows(k.show(sympy.exp(x) - 1, ">=", 0), sympy.exp(x) - 1 - x, x)
        first = k.show(sympy.exp(x) - 1 - x, ">=", 0, by=[first])
        second = k.grows(first, sympy.exp(x) - 1 - x - x**2 / 2, x)
        return k.show(sympy.exp(x), ">=", 1 + x + x**2 / 2, by=[second])

    return ForAll(domain, sympy.exp(x), ">=", 1 + x + c * x**2 / 2), chain(proof)


exponential_below_right.false_if("the square were 1 % larger", c=Fraction(101, 100))


def _near_zero(coefficient: Any) -> tuple[Any, Any, Any]:
    """Return domain, hypotheses and ``1 + x + x^2/2 + coefficient b x^2``, for |x| <= b <= 1."""
    domain = Domain("x in [-1,1], b in [0,1]")
    x, b = domain
    return domain, ((b, ">=", x), (b, ">=", -x)), 1 + x + x**2 / 2 + coefficient * b * x**2


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"|x|\le b\le1:\quad e^x\le1+x+\bigl(\tfrac12+\tfrac7{24}b\bigr)x^2",
)  # fmt: skip
def exponential_above(c: Constant = 1) -> Stated:
    """By the sign of x."""
    import sympy

    domain, given, bound = _near_zero(c * sympy.Rational(7, 24))
    x = domain.symbols[0]

    def proof(k: Proof) -> Fact:
        _, _, goal = _near_zero(sympy.Rational(7, 24))
        k.open_case(x, ">=", 0)
        right = k.apply(exponential_above_right, {"x": x})
        by = [right, (sympy.Rational(7, 24) * x**2, k.hypothesis(0))]
        one = k.close_case(k.show(sympy.exp(x), "<=", goal, by=by))
        k.open_case(0, ">=", x)
        k.show(-x, ">=", 0)
        left = k.apply(exponential_above_left, {"x": -x})
        two = k.close_case(k.show(sympy.exp(x), "<=", goal, by=[left]))
        return k.join(one, two)

    return ForAll(domain, sympy.exp(x), "<=", bound, given), chain(proof)


exponential_above.false_if("the coefficient were a fifth", c=Fraction(24, 35))


@claim(
    paper=_PAPER, where="exponential, quadratic error", expected="proved", strength="lemma",
    says=r"|x|\le b\le1:\quad e^x\ge1+x+\bigl(\tfrac12-\tfrac16b\bigr)x^2",
)  # fmt: skip
def exponential_below(c: Constant = 1) -> Stated:
    """By the sign of x."""
    import sympy

    domain, given, bound = _near_zero(-c * sympy.Rational(1, 6))
    x = domain.symbols[0]

    def proof(k: Proof) -> Fact:
        _, _, goal = _near_zero(-sympy.Rational(1, 6))
        k.open_case(x, ">=", 0)
        right = k.apply(exponential_below_right, {"x": x})
        one = k.close_case(k.show(sympy.exp(x), ">=", goal, by=[right]))
        k.open_case(0, ">=", x)
        k.show(-x, ">=", 0)
        left = k.apply(exponential_below_left, {"x": -x})
        by = [left, (sympy.Rational(1, 6) * x**2, k.hypothesis(1))]
        two = k.close_case(k.show(sympy.exp(x), ">=", goal, by=by))
        return k.join(one, two)

    return ForAll(domain, sympy.exp(x), ">=", bound, given), chain(proof)


exponential_below.false_if("the coefficient were halved", c=Fraction(1, 2))


@claim(
    paper=_PAPER, where="logarithm, quadratic error", expected="proved", strength="lemma",
    says=r"\log(1+t)\ge t-\tfrac12t^2,\quad t\ge0",
)  # fmt: skip
def logarithm_below(c: Constant = 1) -> Stated:
    """The derivative of the difference is t^2/(1+t)."""
    import sympy

    domain = Domain("t in [0,oo)")
    (t,) = domain

    def proof(k: Proof) -> Fact:
        f = sympy.log(1 + t) - t + t**2 / 2
        square = k.sign(t**2 / (1 + t), ">=")
        slope = k.show(f.diff(t), ">=", 0, by=[square])
        return k.show(sympy.log(1 + t), ">=", t - t**2 / 2, by=[k.grows(slope, f, t)])

    return ForAll(domain, sympy.log(1 + t), ">=", t - c * t**2 / 2), chain(proof)


logarithm_below.false_if("the square were 1 % smaller", c=Fraction(99, 100))
