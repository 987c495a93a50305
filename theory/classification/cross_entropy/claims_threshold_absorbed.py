"""Something pooled, 2 <= a <= 371/125: the scalar inequality wherever it has room to spare.

What is wanted is ``y^q k(y Q(d)) >= k(E(ys))`` (notation of `claims_threshold_unpooled` and
`claims_threshold_curvature`). Here Q is bounded below by s^2 times a function of (a, y) alone, E above by its
parabola, and k disappears by ``k(c X) <= c^lambda k(X)``: what is left is one smooth inequality in (a, y) without
zeros, and one in a, both decided by ball arithmetic. Three instances of (sigma, Y, lambda) cover a <= 13/5 for every
s and y, and for larger a all s <= 4/5 and all y <= 1/3.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_threshold_curvature import curvature, moved, moved_above_lowest
from theory.classification.cross_entropy.claims_threshold_unpooled import (
    excess,
    excess_below_parabola,
    gain,
    grown,
    room,
    scaling_reversed,
    shrinking,
)
from theory.classification.cross_entropy.claims_two_class_optimal import scaling
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "two classes are the worst case, tau >= 3/2, something pooled"


@dataclass(frozen=True)
class Instance:
    """A range of a, the largest s and y, and the exponent lambda."""

    a_range: str
    sigma: Fraction
    Y: Fraction
    lam: Fraction

    def constants(self, a: Any) -> tuple[Any, Any, Any, Any, Any]:
        """Return A, B, M, c and e0 at an a: growth of E, E and phi_(a-1) - 1 at sigma, curvature at sigma, exponent."""
        import sympy

        from theory.classification.symbolic import mean_power

        sigma = sympy.Rational(self.sigma)
        A, q = a * (a - 1) / 2, 1 - 1 / a
        B, M = excess(sigma, a) / sigma**2, (mean_power(sigma, a - 1) - 1) / sigma**2
        return A, B, M, 2 ** (a - 3) * sigma ** (a - 2), 1 - q / sympy.Rational(self.lam)

    def spare(self, a: Any, y: Any) -> tuple[Any, Any]:
        """Return the two sides of the inequality in (a, y): Q/s^2 from below, and the tangent of A y^e0 at Y."""
        import sympy

        A, B, M, c, e0 = self.constants(a)
        Y = sympy.Rational(self.Y)
        loss = a * M**2 * sympy.Rational(self.sigma) ** 2 * (1 - y) / (2 * (a - 1) * (y + c * (1 - y)))
        return B - loss, A * Y**e0 * (1 - e0 + e0 * y / Y)

    def top(self, a: Any) -> Any:
        """Return U = Y E(sigma), the largest value at which k has to be compared."""
        import sympy

        return sympy.Rational(self.Y) * excess(sympy.Rational(self.sigma), a)


WIDE = Instance("a in [2,13/5]", Fraction(1), Fraction(2, 3), Fraction(3, 4))
SMALL_S = Instance("a in [13/5,371/125]", Fraction(4, 5), Fraction(2, 3), Fraction(7, 9))
SMALL_Y = Instance("a in [13/5,371/125]", Fraction(1), Fraction(1, 3), Fraction(4, 5))


def _spare(at: Instance) -> Stated:

    domain = Domain(f"{at.a_range}, y in [0,{at.Y}]")
    a, y = domain
    left, right = at.spare(a, y)
    return ForAll(domain, left, ">=", right), boxes()


def _room(at: Instance) -> Stated:

    domain = Domain(at.a_range)
    (a,) = domain
    return ForAll(domain, *room(at.top(a), a, at.lam)), boxes()


_SPARE = r"B-\frac{aM^2\sigma^2(1-y)}{2(a-1)(y+c(1-y))}\ge\tfrac{a(a-1)}2Y^{e_0}\Bigl(1-e_0+\frac{e_0y}Y\Bigr)"
_ROOM = r"U\,k'(U)\ge\lambda k(U),\quad U=Y\,E(\sigma)"
_GOAL = r"y^q\,k(yQ(d))\ge k(E(ys))"


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_SPARE)
def spare_wide(a_high: Constant = Fraction(13, 5)) -> Stated:
    """The inequality in (a, y) for a <= 13/5 and every s, y <= 2/3."""
    return _spare(Instance(f"a in [2,{a_high}]", WIDE.sigma, WIDE.Y, WIDE.lam))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_SPARE)
def spare_small_s(sigma: Constant = Fraction(4, 5)) -> Stated:
    """The same for larger a and s <= 4/5."""
    return _spare(Instance(SMALL_S.a_range, Fraction(sigma), SMALL_S.Y, SMALL_S.lam))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_SPARE)
def spare_small_y(Y: Constant = Fraction(1, 3)) -> Stated:
    """The same for larger a and y <= 1/3."""
    return _spare(Instance(SMALL_Y.a_range, SMALL_Y.sigma, Fraction(Y), SMALL_Y.lam))


spare_wide.false_if("a could be 11/4", a_high=Fraction(11, 4))
spare_small_s.false_if("s could be 83/100", sigma=Fraction(83, 100))
spare_small_y.false_if("y could be 9/20", Y=Fraction(9, 20))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_ROOM)
def room_wide(lam: Constant = Fraction(3, 4)) -> Stated:
    """How fast k shrinks up to U, for a <= 13/5."""
    return _room(Instance(WIDE.a_range, WIDE.sigma, WIDE.Y, Fraction(lam)))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_ROOM)
def room_small_s(lam: Constant = Fraction(7, 9)) -> Stated:
    """How fast k shrinks up to U, for larger a and s <= 4/5."""
    return _room(Instance(SMALL_S.a_range, SMALL_S.sigma, SMALL_S.Y, Fraction(lam)))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_ROOM)
def room_small_y(lam: Constant = Fraction(4, 5)) -> Stated:
    """How fast k shrinks up to U, for larger a and y <= 1/3."""
    return _room(Instance(SMALL_Y.a_range, SMALL_Y.sigma, SMALL_Y.Y, Fraction(lam)))


room_wide.false_if("lambda were 9/10", lam=Fraction(9, 10))
room_small_s.false_if("lambda were 9/10", lam=Fraction(9, 10))
room_small_y.false_if("lambda were 9/10", lam=Fraction(9, 10))


def _absorbed(at: Instance, spare: Claim, roomy: Claim, c: Constant) -> Stated:
    """State and prove the scalar inequality for one instance."""
    import sympy

    s_range = "(0,1)" if at.sigma == 1 else f"(0,{at.sigma}]"
    domain = Domain(f"d in [0,1], y in (0,{at.Y}], s in {s_range}, {at.a_range}")
    d, y, s, a = domain
    q, r = 1 - 1 / a, 1 / a
    left, right = y**q * gain(y * moved(d, y, s, a), a), gain(excess(y * s, a), a)

    def proof(k: Proof) -> Any:
        enough, floor, U = _floor(k, at, spare, d, y, s, a)
        shrink = y ** (q / sympy.Rational(at.lam))
        k.show(1 - y * s, ">=", 0, by=[k.sign((1 - s) + s * (1 - y), ">=")])
        grown(k, y * s, a, "z")
        below = k.apply(excess_below_parabola, {"s": y * s, "a": a})
        lifted = k.power(k.show(1 + shrink * floor, ">=", 1 + excess(y * s, a), by=[below]), r)
        given = [k.show(U, ">=", floor, by=enough[1]), k.apply(roomy, {"a": a})]
        k.show(U, ">", 0, by=given[:1])
        shrunk = k.apply(shrinking, {"t": shrink, "X": floor, "U": U, "a": a, "lam": at.lam}, given=given)
        more = k.show(1 + y * moved(d, y, s, a), ">=", 1 + floor, by=enough[0])
        k.show(more.lhs, ">", 0, by=[more])
        raised = k.power(more, r)
        return k.show(left, ">=", right, by=[(y**q, raised), shrunk, lifted])

    return ForAll(domain, left, ">=", c * right, ((1 - s, ">=", d),)), chain(proof)


def _floor(k: Proof, at: Instance, spare: Claim, d: Any, y: Any, s: Any, a: Any) -> Any:
    """Show that ``A y^(1+e0) s^2`` is at most y Q and at most U; return the premises of both, the floor and U."""
    import sympy

    from theory.classification.symbolic import mean_power

    A, B, M, c, e0 = at.constants(a)
    sigma = sympy.Rational(at.sigma)
    w, C = y / (1 - y), curvature(y, s, a)
    v = k.fresh("v in [0,oo)")
    k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
    some = k.sign(1 - s, ">")
    low = k.apply(moved_above_lowest, {"d": d, "d0": 0, "y": y, "s": s, "a": a}, given=[k.hypothesis(0), some])
    even = k.apply(scaling_reversed, {"x": sigma, "y": s / sigma, "a": a})
    grown(k, sigma, a, "g")
    half, plain = Fraction(1, 2), mean_power(s, a - 1) - 1
    up = k.show(plain, ">=", 0, by=[k.chord(v ** (a - 1), v, 1 + s, 1 - s, half)])
    k.show(M, ">=", 0, by=[(1 / sigma**2, k.chord(v ** (a - 1), v, 1 + sigma, 1 - sigma, half))])
    bent = k.apply(scaling, {"x": sigma, "y": s / sigma, "tau": 2 - 1 / (a - 1)}, close=("tau",))
    k.show(M * s**2 + plain, ">=", 0, by=[up, k.sign(M * s**2, ">=")])
    squared = k.show(M**2 * s**4, ">=", plain**2, by=[(M * s**2 + plain, bent)])
    within = k.sign(sigma - s, ">=")
    higher = k.power(k.show(sigma, ">=", s, by=[within]), 4 - a)
    steep = 2 ** (a - 3) * s ** (a - 2) * sigma ** (a - 2)
    wide = k.show(sigma**2 * C, ">=", s**2 * (w + c), by=[(steep, higher), (w * (sigma + s), within)])
    k.sign(C, ">")
    ratio = k.show(sigma**2 / (w + c), ">=", s**2 / C, by=[(1 / (C * (w + c)), wide)])
    spared = k.apply(spare, {"a": a, "y": y})
    line = k.tangent(v**e0, v, at.Y, y)
    floor = A * y ** (1 + e0) * s**2
    loss = a / (2 * (a - 1))
    over = [
        (y, low),
        (y, even),
        (y * loss / C, squared),
        (y * loss * M**2 * s**2, ratio),
        (y * s**2, spared),
        (y * s**2 * A, line),
    ]
    k.sign(y + c * (1 - y), ">")
    lost = k.sign(a * M**2 * sigma**2 * (1 - y) / (2 * (a - 1) * (y + c * (1 - y))), ">=")
    small = k.show(B, ">=", A * y**e0, by=[spared, (A, line), lost])
    k.show(B, ">=", 0, by=[small])
    U = at.top(a)
    under = [(y * s**2, small), (B * sigma**2, k.sign(at.Y - y, ">=")), (B * y * (sigma + s), within)]
    return (over, under), floor, U


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def absorbed_wide(c: Constant = 1) -> Stated:
    """The scalar inequality for 2 <= a <= 13/5 and every s, y <= 2/3."""
    return _absorbed(WIDE, spare_wide, room_wide, c)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def absorbed_small_s(c: Constant = 1) -> Stated:
    """The scalar inequality for 13/5 <= a <= 371/125, s <= 4/5, y <= 2/3."""
    return _absorbed(SMALL_S, spare_small_s, room_small_s, c)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def absorbed_small_y(c: Constant = 1) -> Stated:
    """The scalar inequality for 13/5 <= a <= 371/125 and every s, y <= 1/3."""
    return _absorbed(SMALL_Y, spare_small_y, room_small_y, c)


absorbed_wide.false_if("the right side were 10 % larger", c=Fraction(11, 10))
absorbed_small_s.false_if("the right side were 10 % larger", c=Fraction(11, 10))
absorbed_small_y.false_if("the right side were half as large again", c=Fraction(3, 2))
