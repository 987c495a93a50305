"""Something pooled, a >= 2: how far the mass moved can lower the regret, by tangents with curvature.

In units of the pooled level the classes stand at 1+s-d, 1-s-d and, J of them, at 1+dw with w = y/(1-y), where y = 2
th, s = beta/y and d is the mass moved divided by y. The sum of a-th powers exceeds the pooled one by y Q(d),

    Q(d) = ((1+s-d)^a + (1-s-d)^a)/2 - 1 + ((1-y)/y) ((1+dw)^a - 1).

Q is convex in d; a tangent at d_0 together with the curvature of v^a bounds it below for every d at once.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "two classes are the worst case, tau >= 3/2, something pooled"


def moved(d: Any, y: Any, s: Any, a: Any) -> sympy.Expr:
    """``Q(d)``: what the sum of a-th powers gains over the pooled classes, divided by y."""
    return ((1 + s - d) ** a + (1 - s - d) ** a) / 2 - 1 + (1 - y) / y * ((1 + d * y / (1 - y)) ** a - 1)


def moved_slope(d: Any, y: Any, s: Any, a: Any) -> sympy.Expr:
    """``Q'(d)``."""
    return a * ((1 + d * y / (1 - y)) ** (a - 1) - ((1 + s - d) ** (a - 1) + (1 - s - d) ** (a - 1)) / 2)


def curvature(y: Any, s: Any, a: Any) -> sympy.Expr:
    """``C = y/(1-y) + 2^(a-3) s^(a-2)``, for which ``Q'' >= a (a-1) C``."""
    return y / (1 - y) + 2 ** (a - 3) * s ** (a - 2)


def lowest(d: Any, y: Any, s: Any, a: Any) -> sympy.Expr:
    """``Q(d) - Q'(d)^2/(2 a (a-1) C)``: a lower bound of Q everywhere, from what Q is at d."""
    return moved(d, y, s, a) - moved_slope(d, y, s, a) ** 2 / (2 * a * (a - 1) * curvature(y, s, a))


_SAYS = r"x^a\ge c^a+ac^{a-1}(x-c)+\tfrac{a(a-1)}2m^{a-2}(x-c)^2,\quad x,c\ge m,\ a\ge2"


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=_SAYS)
def bent_tangent_above(c: Constant = 1) -> Stated:
    """To the right of the point of contact: differentiate twice in the distance h."""
    domain = Domain("h in [0,oo), t in [0,oo), m in (0,oo), a in [2,3]")
    h, t, m, a = domain
    at, A = m + t, a * (a - 1) / 2
    f = (at + h) ** a - at**a - a * at ** (a - 1) * h - A * m ** (a - 2) * h**2

    def proof(k: Proof) -> Any:
        steeper = k.power(k.show(at + h, ">=", m), a - 2)
        return grows_twice(k, f, h, [(a * (a - 1), steeper)])

    claimed = at**a + a * at ** (a - 1) * h + c * A * m ** (a - 2) * h**2
    return ForAll(domain, (at + h) ** a, ">=", claimed), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=_SAYS)
def bent_tangent_below(c: Constant = 1) -> Stated:
    """To the left of it: the derivative in the distance h is a (a-1) h times a difference of powers."""
    domain = Domain("h in [0,oo), t in [0,oo), m in (0,oo), a in [2,3]")
    h, t, m, a = domain
    x, A = m + t, a * (a - 1) / 2
    f = x**a - (x + h) ** a + a * (x + h) ** (a - 1) * h - A * m ** (a - 2) * h**2

    def proof(k: Proof) -> Any:
        steeper = k.power(k.show(x + h, ">=", m), a - 2)
        first = k.show(f.diff(h), ">=", 0, by=[(a * (a - 1) * h, steeper)])
        return k.grows(first, f, h)

    claimed = (x + h) ** a - a * (x + h) ** (a - 1) * h + c * A * m ** (a - 2) * h**2
    return ForAll(domain, x**a, ">=", claimed), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=_SAYS)
def bent_tangent(c: Constant = 1) -> Stated:
    """Both sides together."""
    domain = Domain("x in (0,oo), z in (0,oo), m in (0,oo), a in [2,3]")
    x, z, m, a = domain
    claimed = z**a + a * z ** (a - 1) * (x - z) + c * a * (a - 1) / 2 * m ** (a - 2) * (x - z) ** 2

    def proof(k: Proof) -> Any:
        right = k.open_case(x, ">=", z)
        values = {"h": x - z, "t": z - m, "m": m, "a": a}
        first = k.close_case(k.show(x**a, ">=", claimed, by=[k.apply(bent_tangent_above, values)]))
        k.open_case(x, "<=", z)
        values = {"h": z - x, "t": x - m, "m": m, "a": a}
        second = k.close_case(k.show(x**a, ">=", claimed, by=[k.apply(bent_tangent_below, values)]))
        del right
        return k.join(first, second)

    return ForAll(domain, x**a, ">=", claimed, ((x, ">=", m), (z, ">=", m))), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
       says=r"Q(d)\ge Q(d_0)-\frac{Q'(d_0)^2}{2a(a-1)C}")  # fmt: skip
def moved_above_lowest(c: Constant = 1) -> Stated:
    """Bent tangents at d_0 for 1+s-d >= 2s and 1+dw >= 1, a plain one for 1-s-d.

    Then complete the square in d - d_0.
    """
    domain = Domain("d in [0,1], d0 in [0,1], y in (0,1), s in (0,1), a in [2,3]")
    d, d0, y, s, a = domain
    A, w, C = a * (a - 1) / 2, y / (1 - y), curvature(y, s, a)
    claimed = moved(d0, y, s, a) - c * moved_slope(d0, y, s, a) ** 2 / (2 * a * (a - 1) * C)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
        k.show(1 - s - d0, ">", 0, by=[k.hypothesis(1)])
        for x in (d, d0):
            k.show(1 + s - x, ">=", 2 * s, by=[k.hypothesis(0) if x == d else k.hypothesis(1)])
            k.show(1 + s - x, ">", 0, by=[k.hypothesis(0) if x == d else k.hypothesis(1)])
        first = k.apply(bent_tangent, {"x": 1 + s - d, "z": 1 + s - d0, "m": 2 * s, "a": a})
        second = k.tangent(v**a, v, 1 - s - d0, 1 - s - d)
        third = k.apply(bent_tangent, {"x": 1 + d * w, "z": 1 + d0 * w, "m": 1, "a": a})
        slope = moved_slope(d0, y, s, a)
        k.sign(C, ">")
        square = k.sign(((d - d0) + slope / (2 * A * C)) ** 2, ">=")
        half = Fraction(1, 2)
        return k.show(moved(d, y, s, a), ">=", claimed,
                      by=[(half, first), (half, second), ((1 - y) / y, third), (A * C, square)])  # fmt: skip

    given = ((1 - s, ">=", d), (1 - s, ">", d0))
    return ForAll(domain, moved(d, y, s, a), ">=", claimed, given), chain(proof)


bent_tangent_above.false_if("the curvature were 10 % larger", c=Fraction(11, 10))
bent_tangent_below.false_if("the curvature were 10 % larger", c=Fraction(11, 10))
bent_tangent.false_if("the curvature were 10 % larger", c=Fraction(11, 10))
moved_above_lowest.false_if("half the square sufficed", c=Fraction(1, 2))


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
       says=r"Q(d)\ge Q(1-s)\quad\text{if}\quad (2s)^{a-1}\ge2\Bigl(1+\tfrac{(1-s)y}{1-y}\Bigr)^{a-1}")  # fmt: skip
def all_moved_is_worst(c: Constant = 1) -> Stated:
    """Tangents at d = 1-s, where the predicted class has nothing: their slope in d is not positive."""
    domain = Domain("d in [0,1], y in (0,1), s in (0,1), a in [2,3]")
    d, y, s, a = domain
    w, last = y / (1 - y), 1 - s

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        left = k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
        k.show(1 + s - d, ">", 0, by=[k.hypothesis(0)])
        first = k.tangent(v**a, v, 2 * s, 1 + s - d)
        third = k.tangent(v**a, v, 1 + last * w, 1 + d * w)
        nothing = k.sign((1 - s - d) ** a, ">=")
        falling = k.hypothesis(1)
        half = Fraction(1, 2)
        return k.show(
            moved(d, y, s, a),
            ">=",
            moved(last, y, s, a),
            by=[(half, first), ((1 - y) / y, third), (half, nothing), (a * left.excess / 2, falling)],
        )

    given = ((1 - s, ">=", d), ((2 * s) ** (a - 1), ">=", 2 * (1 + last * w) ** (a - 1)))
    return ForAll(domain, moved(d, y, s, a), ">=", c * moved(last, y, s, a), given), chain(proof)


all_moved_is_worst.false_if("the bound were 10 % larger", c=Fraction(11, 10))
