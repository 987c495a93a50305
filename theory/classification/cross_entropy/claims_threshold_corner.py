"""Something pooled, 13/5 <= a <= a*.

The scalar inequality on what is left, where the true threshold is the only tight place.

For s up to about 9/10 the tangent with curvature at a fixed d_0 suffices. Beyond, the worst case is that the
predicted class has nothing (d = 1-s), and there

    F(a, y, s) = (2^(a-1) (ys)^a + (y/(1-y))^(a-1) (1-ys)^a)^(1/a) - y^q - phi(ys)^(1/a) + 1

must not be negative. In the corner y -> 2/3 it falls in y and, at y = 2/3, in a: so it is least at y = 2/3 (three
classes) and at the largest a, which is taken just below the threshold a* = 2.96721666866959725485508458...
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_threshold_absorbed import (
    absorbed_small_s,
    absorbed_small_y,
    absorbed_wide,
)
from theory.classification.cross_entropy.claims_threshold_curvature import (
    all_moved_is_worst,
    lowest,
    moved,
    moved_above_lowest,
)
from theory.classification.cross_entropy.claims_threshold_unpooled import excess, gain, grown
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "two classes are the worst case, tau >= 3/2, something pooled"
TAU_LOW = Fraction("1.662983829068213195578374392253753642180655")  # below tau* by less than 10^-42
A_LOW = 1 / (2 - TAU_LOW)
_NEAR = Fraction(900201108, 10**9), Fraction(900201109, 10**9)  # s* lies between
_D_BELOW, _D_ABOVE = Fraction(2, 25), Fraction(1, 10)  # where the tangents touch, up to a = 291/100 and beyond
_GOAL = r"y^q\,k(yQ(d))\ge k(E(ys))"
_BENT = r"1+y\Bigl(Q(d_0)-\frac{Q'(d_0)^2}{2a(a-1)C}\Bigr)\ge\bigl(1+y^{-q}k(E(ys))\bigr)^a"
_LAST = r"F(a,y,s)\ge0"


def last(a: Any, y: Any, s: Any) -> sympy.Expr:
    """``F(a, y, s)``: the scalar inequality where the predicted class has nothing, as left minus right side."""
    from theory.classification.symbolic import power_mean

    base = 2 ** (a - 1) * (y * s) ** a + (y / (1 - y)) ** (a - 1) * (1 - y * s) ** a
    return base ** (1 / a) - y ** (1 - 1 / a) - power_mean(y * s, a) + 1


def _box(domain_text: str, build: Any, relation: str = ">=", **options: Any) -> Stated:
    """State ``build(...) >= 0`` on a box and decide it in ball arithmetic."""
    domain = Domain(domain_text)
    return ForAll(domain, build(*domain), relation, 0), boxes(**options)


def _bent(a_range: str, s_high: Any, d0: Any, margin: Any) -> Stated:
    """State that the tangent with curvature at d0 suffices."""
    import sympy

    d = sympy.sympify(d0)

    def gap(a: Any, y: Any, s: Any) -> Any:
        return 1 + y * lowest(d, y, s, a) - needed(y, s, a) - margin

    return _box(f"a in {a_range}, y in [1/3,2/3], s in [4/5,{s_high}]", gap)


def needed(y: Any, s: Any, a: Any) -> Any:
    """Return ``(1 + y^(-q) k(E(ys)))^a``, which 1 + y Q must reach."""
    return (1 + y ** (1 / a - 1) * gain(excess(y * s, a), a)) ** a


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_BENT)
def bent_below(margin: Constant = 0) -> Stated:
    """The tangent at d_0 = 2/25, for a <= 291/100 and s <= 91/100."""
    return _bent("[13/5,291/100]", Fraction(91, 100), _D_BELOW, margin)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_BENT)
def bent_above(d0: Constant = _D_ABOVE) -> Stated:
    """The tangent at d_0 = 1/10, for larger a and s <= 177/200."""
    return _bent("[291/100,371/125]", Fraction(177, 200), d0, 0)


bent_below.false_if("there had to be 1/100 to spare", margin=Fraction(1, 100))
bent_above.false_if("the tangent were taken at d = 0", d0=0)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_LAST)
def last_below(s_low: Constant = Fraction(91, 100), margin: Constant = 0) -> Stated:
    """F on the box 13/5 <= a <= 291/100, s >= 91/100."""
    return _box(f"a in [13/5,291/100], y in [1/3,2/3], s in [{s_low},1]", lambda a, y, s: last(a, y, s) - margin)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_LAST)
def last_above(y_high: Constant = Fraction(31, 50), a_high: Constant = Fraction(371, 125)) -> Stated:
    """F on the box 291/100 <= a <= 371/125, y <= 31/50, s >= 177/200."""
    return _box(f"a in [291/100,{a_high}], y in [1/3,{y_high}], s in [177/200,1]", last)


last_below.false_if("F had to be at least 1/100", margin=Fraction(1, 100))
last_above.false_if("y could be 2/3 and a could be 3", y_high=Fraction(2, 3), a_high=3)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=r"\partial F/\partial y\le0")
def last_falls_in_y(y_low: Constant = Fraction(31, 50)) -> Stated:
    """In the corner F falls in y, at fixed s."""
    corner = f"a in [291/100,371/125], y in [{y_low},2/3], s in [177/200,1]"
    return _box(corner, lambda a, y, s: -last(a, y, s).diff(y))


last_falls_in_y.false_if("y could be as small as 1/10", y_low=Fraction(1, 10))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=r"\partial F(a,\tfrac23,s)/\partial a\le0"
)
def last_falls_in_a(s_low: Constant = Fraction(177, 200)) -> Stated:
    """At y = 2/3 (three classes) F falls in a."""
    import sympy

    third = sympy.Rational(2, 3)
    return _box(f"a in [291/100,371/125], s in [{s_low},1]", lambda a, s: -last(a, third, s).diff(a))


last_falls_in_a.false_if("s could be as small as 1/10", s_low=Fraction(1, 10))


_AT_THRESHOLD = r"F(a_{\rm low},\tfrac23,s)\ge0"


def _at_threshold(a: Constant, s_range: str, **options: Any) -> Stated:
    import sympy

    exact = sympy.Rational(a)
    return _box(f"s in {s_range}", lambda s: last(exact, sympy.Rational(2, 3), s), **options)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_AT_THRESHOLD)
def last_left_of_contact(a: Constant = A_LOW) -> Stated:
    """Just below a* three classes are no worse than two, for s up to 10^-9 from the point of contact."""
    return _at_threshold(a, f"[177/200,{_NEAR[0]}]")


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_AT_THRESHOLD)
def last_at_contact(a: Constant = A_LOW) -> Stated:
    """Within 10^-9 of the point of contact, where the difference falls to 10^-43."""
    return _at_threshold(a, f"[{_NEAR[0]},{_NEAR[1]}]", precision=400)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_AT_THRESHOLD)
def last_right_of_contact(a: Constant = A_LOW) -> Stated:
    """Beyond it."""
    return _at_threshold(a, f"[{_NEAR[1]},1]")


last_left_of_contact.false_if("a were larger by 10^-2", a=A_LOW + Fraction(1, 10**2))
last_at_contact.false_if("a were larger by 10^-12", a=A_LOW + Fraction(1, 10**12))
last_right_of_contact.false_if("a were larger by 10^-2", a=A_LOW + Fraction(1, 10**2))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_LAST)
def last_in_corner(margin: Constant = 0) -> Stated:
    """F falls in y to y = 2/3, there in a to the largest a, and is not negative at that edge."""
    domain = Domain(f"a in [291/100,{A_LOW}], y in [31/50,2/3], s in [177/200,1]")
    a, y, s = domain

    def proof(k: Proof) -> Any:
        _defined(k, y, s, a)
        edge = k.grows(k.apply(last_falls_in_y, {"a": a, "y": y, "s": s}), -last(a, y, s), y, end="high")
        top = k.grows(k.apply(last_falls_in_a, {"a": a, "s": s}), edge.lhs, a, end="high")

        def by(end: Claim) -> Any:
            return k.show(last(a, y, s), ">=", 0, by=[edge, top, k.apply(end, {"s": s})])

        k.open_case(s, "<=", _NEAR[0])
        left = k.close_case(by(last_left_of_contact))
        k.open_case(s, ">", _NEAR[0])
        k.open_case(s, "<=", _NEAR[1])
        middle = k.close_case(by(last_at_contact))
        k.open_case(s, ">", _NEAR[1])
        rest = k.close_case(by(last_right_of_contact))
        return k.join(left, k.close_case(k.join(middle, rest)))

    return ForAll(domain, last(a, y, s), ">=", margin), chain(proof)


last_in_corner.false_if("F had to be at least 1/100", margin=Fraction(1, 100))


def _defined(k: Proof, y: Any, s: Any, a: Any) -> None:
    """Note that 1 - ys and phi(ys) are positive."""
    k.show(1 - y * s, ">", 0, by=[k.sign((1 - y) + y * (1 - s), ">")])


def _bent_goal(domain_text: str, d0: Fraction, box: Claim, c: Constant) -> Stated:
    """The scalar inequality from a tangent with curvature at d0."""
    domain = Domain(domain_text)
    d, y, s, a = domain
    left, right = _sides(d, y, s, a)

    def proof(k: Proof) -> Any:
        _defined(k, y, s, a)
        k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
        _wanted_positive(k, y, s, a)
        low = k.apply(
            moved_above_lowest,
            {"d": d, "d0": d0, "y": y, "s": s, "a": a},
            given=[k.hypothesis(0), k.sign(1 - s - d0, ">")],
        )
        return _reach(k, d, y, s, a, [(y, low), k.apply(box, {"a": a, "y": y, "s": s})])

    return ForAll(domain, left, ">=", c * right, ((1 - s, ">=", d),)), chain(proof)


def _sides(d: Any, y: Any, s: Any, a: Any) -> tuple[Any, Any]:
    return y ** (1 - 1 / a) * gain(y * moved(d, y, s, a), a), gain(excess(y * s, a), a)


def _reach(k: Proof, d: Any, y: Any, s: Any, a: Any, by: list[Any]) -> Any:
    """From ``1 + y Q >= needed``, which the premises give, to the scalar inequality."""
    left, right = _sides(d, y, s, a)
    enough = k.show(1 + y * moved(d, y, s, a), ">=", needed(y, s, a), by=by)
    k.show(enough.lhs, ">", 0, by=[enough])
    return k.show(left, ">=", right, by=[(y ** (1 - 1 / a), k.power(enough, 1 / a))])


def _wanted_positive(k: Proof, y: Any, s: Any, a: Any) -> None:
    """Note that ``k(E(ys)) >= 0``."""
    grown(k, y * s, a, "z")
    k.show(gain(excess(y * s, a), a), ">=", 0, by=[k.power(k.show(1 + excess(y * s, a), ">=", 1), 1 / a)])


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def bent_goal_below(c: Constant = 1) -> Stated:
    """The scalar inequality for 13/5 <= a <= 291/100, y >= 1/3, 4/5 <= s <= 91/100."""
    text = "d in [0,1], y in [1/3,2/3], s in [4/5,91/100], a in [13/5,291/100]"
    return _bent_goal(text, _D_BELOW, bent_below, c)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def bent_goal_above(c: Constant = 1) -> Stated:
    """The scalar inequality for 291/100 <= a <= 371/125, y >= 1/3, 4/5 <= s <= 177/200."""
    text = "d in [0,1], y in [1/3,2/3], s in [4/5,177/200], a in [291/100,371/125]"
    return _bent_goal(text, _D_ABOVE, bent_above, c)


def _last_goal(domain_text: str, s_low: Fraction, a_low: Fraction, box: Claim, c: Constant) -> Stated:
    """The scalar inequality where the predicted class having nothing is the worst case."""
    import sympy

    domain = Domain(domain_text)
    d, y, s, a = domain
    q, w = 1 - 1 / a, y / (1 - y)
    left, right = _sides(d, y, s, a)
    ratio = sympy.Rational(s_low) * 2 / (3 - 2 * sympy.Rational(s_low))
    lowest_a = sympy.Rational(a_low)

    def proof(k: Proof) -> Any:
        _defined(k, y, s, a)
        k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
        span = 1 + (1 - s) * w
        tight = k.show(3 - 2 * s, ">=", span, by=[((1 - s) / (1 - y), k.sign(2 - 3 * y, ">="))])
        k.sign(s - s_low, ">=")
        wide = k.show(2 * s, ">=", ratio * (3 - 2 * s), by=[(2 + 2 * ratio, k.sign(s - s_low, ">="))])
        steep = k.power(k.show(2 * s / span, ">=", ratio, by=[(1 / span, wide), (ratio / span, tight)]), a - 1)
        double = k.show(
            ratio ** (a - 1),
            ">=",
            2,
            by=[
                k.sign(ratio ** (lowest_a - 1) - 2, ">="),
                (ratio ** (lowest_a - 1), k.sign(ratio ** (a - lowest_a) - 1, ">=")),
            ],
        )
        falling = k.show(
            (2 * s) ** (a - 1), ">=", 2 * span ** (a - 1), by=[(span ** (a - 1), steep), (span ** (a - 1), double)]
        )
        worst = k.apply(all_moved_is_worst, {"d": d, "y": y, "s": s, "a": a}, given=[k.hypothesis(0), falling])
        grown(k, y * s, a, "z")
        base = y ** (1 - a) * (2 ** (a - 1) * (y * s) ** a + w ** (a - 1) * (1 - y * s) ** a)
        more = k.show(1 + y * moved(d, y, s, a), ">=", base, by=[(y, worst)])
        k.show(more.lhs, ">", 0, by=[more])
        end = k.apply(box, {"a": a, "y": y, "s": s})
        return k.show(left, ">=", right, by=[(y**q, k.power(more, 1 / a)), end])

    return ForAll(domain, left, ">=", c * right, ((1 - s, ">=", d),)), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def last_goal_below(c: Constant = 1) -> Stated:
    """The scalar inequality for 13/5 <= a <= 291/100, y >= 1/3, s >= 91/100."""
    text = "d in [0,1], y in [1/3,2/3], s in [91/100,1), a in [13/5,291/100]"
    return _last_goal(text, Fraction(91, 100), Fraction(13, 5), last_below, c)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def last_goal_above(c: Constant = 1) -> Stated:
    """The scalar inequality for 291/100 <= a <= 371/125, 1/3 <= y <= 31/50, s >= 177/200."""
    text = "d in [0,1], y in [1/3,31/50], s in [177/200,1), a in [291/100,371/125]"
    return _last_goal(text, Fraction(177, 200), Fraction(291, 100), last_above, c)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def last_goal_in_corner(c: Constant = 1) -> Stated:
    """The scalar inequality in the corner: 291/100 <= a <= a_low, 31/50 <= y <= 2/3, s >= 177/200."""
    text = f"d in [0,1], y in [31/50,2/3], s in [177/200,1), a in [291/100,{A_LOW}]"
    return _last_goal(text, Fraction(177, 200), Fraction(291, 100), last_in_corner, c)


bent_goal_below.false_if("the right side were 5 % larger", c=Fraction(21, 20))
bent_goal_above.false_if("the right side were 1 % larger", c=Fraction(101, 100))
last_goal_below.false_if("the right side were 5 % larger", c=Fraction(21, 20))
last_goal_above.false_if("the right side were 5 % larger", c=Fraction(21, 20))
last_goal_in_corner.false_if("the right side were 1 % larger", c=Fraction(101, 100))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="lemma", says=_GOAL)
def pooled_suffices_to_threshold(c: Constant = 1) -> Stated:
    """The parts together: 2 <= a <= a_low, every s, every y <= 2/3, any mass moved."""
    domain = Domain(f"d in [0,1], y in (0,2/3], s in (0,1), a in [2,{A_LOW}]")
    d, y, s, a = domain
    left, right = _sides(d, y, s, a)

    def proof(k: Proof) -> Any:
        k.show(1 - s - d, ">=", 0, by=[k.hypothesis(0)])
        k.show(1 + s - d, ">", 0, by=[k.hypothesis(0)])
        stands = y * ((1 + s - d) ** a + (1 - s - d) ** a) / 2 + (1 - y) * (1 + d * y / (1 - y)) ** a
        k.show(1 + y * moved(d, y, s, a), ">", 0, by=[k.sign(stands, ">")])
        _defined(k, y, s, a)
        grown(k, y * s, a, "z")

        def part(lemma: Claim) -> Any:
            return k.apply(lemma, {"d": d, "y": y, "s": s, "a": a}, given=[k.hypothesis(0)])

        def split(x: Any, at: Fraction, below: Any, above: Any) -> Any:
            k.open_case(x, "<=", at)
            first = k.close_case(below())
            k.open_case(x, ">=", at)
            return k.join(first, k.close_case(above()))

        def near() -> Any:
            return split(s, Fraction(91, 100), lambda: part(bent_goal_below), lambda: part(last_goal_below))

        def far() -> Any:
            return split(s, Fraction(177, 200), lambda: part(bent_goal_above), tail)

        def tail() -> Any:
            return split(y, Fraction(31, 50), lambda: part(last_goal_above), lambda: part(last_goal_in_corner))

        def large_y() -> Any:
            return split(a, Fraction(291, 100), near, far)

        def large_s() -> Any:
            return split(y, Fraction(1, 3), lambda: part(absorbed_small_y), large_y)

        def large_a() -> Any:
            return split(s, Fraction(4, 5), lambda: part(absorbed_small_s), large_s)

        return split(a, Fraction(13, 5), lambda: part(absorbed_wide), large_a)

    return ForAll(domain, left, ">=", c * right, ((1 - s, ">=", d),)), chain(proof)


pooled_suffices_to_threshold.false_if("the right side were 5 % larger", c=Fraction(21, 20))
