"""Second-order bounds of powers behind exactness near beta = 0 for 3/2 <= tau < 2.

Throughout r = 2 - tau in (0, 1/2], a = 1/r >= 2, q = 1 - r, A = a (a-1)/2 and phi(s) = ((1+s)^a + (1-s)^a)/2.
A power ``(1+s)^(a-2)`` with s of the order r^2 is close to 1 for every r, which keeps the bounds uniform as
tau tends to 2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import mean_power, power_mean
from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "comp_sum", "exactness near beta = 0, 3/2 <= tau < 2"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\varphi_a(s)-1\le\tfrac{a(a-1)}2(1+s)^{a-2}s^2,\quad a=\tfrac1r",
)
def mean_power_above(c: Constant = 1) -> Stated:
    """Its second derivative is A ((1+s)^(a-2) - (1-s)^(a-2) + (a-2) s (1+s)^(a-4) (4 + (a+1) s)) >= 0."""
    domain = Domain("s in [0,1/2], r in (0,1/2]")
    s, r = domain
    a = 1 / r
    A = a * (a - 1) / 2
    left, right = mean_power(s, a) - 1, A * (1 + s) ** (a - 2) * s**2

    def proof(k: Proof) -> Any:
        f = right - left
        wider = k.power(k.show(1 + s, ">=", 1 - s), a - 2)
        steeper = k.sign((a - 2) * s * (1 + s) ** (a - 4) * (4 + (a + 1) * s), ">=")
        return k.show(left, "<=", right, by=[grows_twice(k, f, s, [(A, wider), (A, steeper)])])

    return ForAll(domain, left, "<=", c * right), chain(proof)


mean_power_above.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"M_a(s)-1\le\tfrac{a-1}2(1+s)^{a-2}s^2,\quad a=\tfrac1r",
)
def mean_above(c: Constant = 1) -> Stated:
    """The tangent of the concave v^r at 1, and the bound of phi."""
    domain = Domain("s in [0,1/2], r in (0,1/2]")
    s, r = domain
    a = 1 / r
    left, right = power_mean(s, a) - 1, (a - 1) / 2 * (1 + s) ** (a - 2) * s**2

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        concave = k.tangent(v**r, v, 1, mean_power(s, a))
        return k.show(left, "<=", right, by=[concave, (r, k.apply(mean_power_above, {"s": s, "r": r}))])

    return ForAll(domain, left, "<=", c * right), chain(proof)


mean_above.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"(1+s)^e(1-es)\le1,\quad e\ge0",
)
def power_near_one(c: Constant = 1) -> Stated:
    """The tangent of v^(-e) at 1."""
    domain = Domain("s in [0,oo), e in [0,oo)")
    s, e = domain
    power = (1 + s) ** e

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        return k.show(power * (1 - e * s), "<=", 1, by=[(power, k.tangent(v ** (-e), v, 1, 1 + s))])

    return ForAll(domain, c * power * (1 - e * s), "<=", 1), chain(proof)


power_near_one.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


def above_line(k: Proof, base: Fraction, exponent: sympy.Expr, slope: Fraction) -> Fact:
    """Show ``base^e >= 1 + slope e`` for 0 <= e < 1, given that ``log(base) >= slope``."""
    import sympy

    base, slope = sympy.sympify(base), sympy.sympify(slope)
    t = k.fresh("t in (-1,1)")
    line = k.tangent(base**t, t, 0, exponent)
    steep = k.sign(sympy.log(base) - slope, ">=")
    return k.show(base**exponent, ">=", 1 + slope * exponent, by=[line, (exponent, steep)])


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"(1+x)^a\ge1+ax+\tfrac{a(a-1)}2x^2,\quad a=\tfrac1r",
)
def curvature_above(c: Constant = 1) -> Stated:
    """The second derivative of the difference is a (a-1) ((1+x)^(a-2) - 1) >= 0."""
    domain = Domain("x in [0,oo), r in (0,1/2]")
    x, r = domain
    a = 1 / r
    A = a * (a - 1) / 2
    left, right = (1 + x) ** a, 1 + a * x + A * x**2

    def proof(k: Proof) -> Any:
        return grows_twice(k, left - right, x, [(2 * A, k.sign((1 + x) ** (a - 2) - 1, ">="))])

    return ForAll(domain, left, ">=", 1 + a * x + c * A * x**2), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"(1-wz)^a\ge1-awz+\tfrac{a(a-1)}2(1-w)^{a-2}(wz)^2,\quad a=\tfrac1r",
)
def curvature_below(c: Constant = 1) -> Stated:
    """The second derivative in z of the difference is a (a-1) w^2 ((1-wz)^(a-2) - (1-w)^(a-2)) >= 0."""
    domain = Domain("z in [0,1], w in (0,1/2], r in (0,1/2]")
    z, w, r = domain
    a = 1 / r
    A = a * (a - 1) / 2
    bend = A * (1 - w) ** (a - 2) * (w * z) ** 2
    left, right = (1 - w * z) ** a, 1 - a * w * z + bend

    def proof(k: Proof) -> Any:
        k.show(1 - w * z, ">", 0, by=[k.sign((1 - w) + w * (1 - z), ">")])
        above = k.power(k.show(1 - w * z, ">=", 1 - w, by=[k.sign(w * (1 - z), ">=")]), a - 2)
        return grows_twice(k, left - right, z, [(2 * A * w**2, above)])

    return ForAll(domain, left, ">=", right + (c - 1) * bend), chain(proof)


curvature_above.false_if("the curvature were 1 % larger", c=_ONE_PERCENT)
curvature_below.false_if("the curvature were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"2^q\,\frac{q(2-r)}{4r}\,\beta^2\ge M_a(\beta)-1,\quad\beta=r^2x",
)
def steep_suffices(c: Constant = 1) -> Stated:
    """The right side is at most q/(2r) (1+b)^(a-2) b^2, and 2^q (2-r)/2 >= 21/20."""
    import sympy

    domain = Domain("x in [0,1/16], r in (0,1/2]")
    x, r = domain
    a, q, b = 1 / r, 1 - r, r**2 * x
    power = (1 + b) ** (a - 2)
    left, right = 2**q * q * (2 - r) / (4 * r) * b**2, power_mean(b, a) - 1

    def proof(k: Proof) -> Any:
        above = k.apply(mean_above, {"s": b, "r": r})
        near, low = k.sign(Fraction(1, 2) - r, ">="), k.sign(Fraction(1, 16) - x, ">=")
        close = k.apply(power_near_one, {"s": b, "e": a - 2})
        by = [close, (power * r * (1 - 2 * r), low), (power / 16, near)]
        lost = k.show(power * Fraction(31, 32), "<=", 1, by=by)
        root, least = sympy.sqrt(2), Fraction(7, 5)
        growing = k.sign(2 ** (Fraction(1, 2) - r) - 1, ">=")
        steep = k.show(2**q, ">=", least, by=[(root, growing), k.sign(root - least, ">=")])
        by = [((2 - r) / 2, steep), (least / 2, near), (Fraction(32, 31), lost)]
        enough = k.show(2**q * (2 - r) / 2, ">=", power, by=by)
        return k.show(left, ">=", right, by=[above, (q / (2 * r) * b**2, enough)])

    return ForAll(domain, left, ">=", c * right), chain(proof)


steep_suffices.false_if("the formula were 7 % larger", c=Fraction(107, 100))
