r"""Curvature of exp-concave losses: the quadratic lower bound that online Newton steps live on, with its best constant.

If ``exp(-alpha f)`` is concave, then ``f(u) >= f(x) - log(1 + alpha v)/alpha`` for ``v = <grad f(x), x - u>``. What is
wanted is ``f(u) >= f(x) - v + (gamma/2) v^2``, hence ``log(1 + alpha v)/alpha <= v - (gamma/2) v^2`` for all v of at
most B, where B is a bound on ``<grad f(x), x - u>``, such as G D. The largest such gamma is
``2 (alpha B - log(1 + alpha B))/(alpha B^2)``; it is at least ``2 (1 - log 2) min(1/B, alpha)``, and 2 (1 - log 2) =
.6137 is the largest number here. So the usual min(1/B, alpha)/2 is right, and the older min(1/(4 B), alpha)/2 smaller
than need be.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

PAPER = "ons"
_WHERE = "exp-concave losses lie above parabolas"
_EXP_CONCAVE = (
    "exp(-alpha f) is concave, f differentiable at x: f(x) - f(u) <= log(1 + alpha v)/alpha, v = <grad f(x), x - u>",
    "B is at least v; the product G D of gradient bound and diameter serves",
)


@claim(
    paper=PAPER,
    where=_WHERE + ": a part of the largest argument",
    expected="proved",
    strength="tight",
    says=r"\lambda S-\log(1+\lambda S)\ge\lambda^2\bigl(S-\log(1+S)\bigr),\quad0\le\lambda\le1,\ S\ge0",
)
def gap_of_a_part(c: Constant = 1) -> Stated:
    """Move S from 0: the derivative of the difference is lam^2 (1 - lam) S^2/((1 + lam S)(1 + S))."""
    import sympy

    domain = Domain("lam in [0,1], S in [0,oo)")
    lam, S = domain
    left, right = lam * S - sympy.log(1 + lam * S), lam**2 * (S - sympy.log(1 + S))

    def proof(k: Proof) -> Any:
        rate = k.sign(lam**2 * (1 - lam) * S**2 / ((1 + lam * S) * (1 + S)), ">=")
        gap = left - right
        return k.show(left, ">=", right, by=[k.grows(k.show(gap.diff(S), ">=", 0, by=[rate]), gap, S)])

    return ForAll(domain, left, ">=", c * right), chain_at(proof, {"lam": 1, "S": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": gains below 0",
    expected="proved",
    strength="lemma",
    says=r"\log(1-y)\le-y-\tfrac{y^2}2,\quad0\le y<1",
)
def log_below_parabola(c: Constant = Fraction(1, 2)) -> Stated:
    """The derivative of the difference is y^2/(1 - y)."""
    import sympy

    domain = Domain("y in [0,1)")
    (y,) = domain
    gap = -y - y**2 / 2 - sympy.log(1 - y)

    def proof(k: Proof) -> Any:
        slope = k.show(gap.diff(y), ">=", 0, by=[k.sign(y**2 / (1 - y), ">=")])
        return k.show(sympy.log(1 - y), "<=", -y - y**2 / 2, by=[k.grows(slope, gap, y)])

    return ForAll(domain, sympy.log(1 - y), "<=", -y - c * y**2), chain_at(proof, {"y": Fraction(1, 1000)})


@claim(
    paper=PAPER,
    where=_WHERE + ": logarithm and parabola",
    expected="proved",
    strength="lemma",
    says=r"\log(1+S)\ge S-\tfrac{S^2}2,\quad S\ge0",
)
def log_above_parabola(c: Constant = Fraction(1, 2)) -> Stated:
    """The derivative of the difference is S^2/(1 + S)."""
    import sympy

    domain = Domain("S in [0,oo)")
    (S,) = domain
    gap = sympy.log(1 + S) - S + S**2 / 2

    def proof(k: Proof) -> Any:
        slope = k.show(gap.diff(S), ">=", 0, by=[k.sign(S**2 / (1 + S), ">=")])
        return k.show(sympy.log(1 + S), ">=", S - S**2 / 2, by=[k.grows(slope, gap, S)])

    return ForAll(domain, sympy.log(1 + S), ">=", S - c * S**2), chain_at(proof, {"S": Fraction(1, 1000)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the best curvature",
    expected="proved",
    strength="tight",
    assumptions=_EXP_CONCAVE,
    says=r"\tfrac1\alpha\log(1+\alpha v)\le v-\tfrac{\gamma^\ast}2v^2,\quad-\tfrac1\alpha<v\le B,"
    r"\ \gamma^\ast=\frac{2(\alpha B-\log(1+\alpha B))}{\alpha B^2}",
)
def best_curvature(c: Constant = 1) -> Stated:
    """Above 0 a part of B; below 0 half of alpha would do, and gamma is at most alpha. Equality at v = B."""
    import sympy

    domain = Domain("alpha in (0,oo), B in (0,oo), v in (-oo,oo)")
    alpha, B, v = domain
    left = sympy.log(1 + alpha * v) / alpha
    gamma = 2 * (alpha * B - sympy.log(1 + alpha * B)) / (alpha * B**2)

    def proof(k: Proof) -> Any:
        most, inside = k.hypothesis(0), k.hypothesis(1)
        k.open_case(v, ">=", 0)
        k.sign(v / B, ">=")
        k.show(1 - v / B, ">=", 0, by=[(1 / B, most)])
        k.show(1 + alpha * v, ">", 0, by=[inside])
        part = k.apply(gap_of_a_part, {"lam": v / B, "S": alpha * B})
        first = k.close_case(k.show(left, "<=", v - gamma / 2 * v**2, by=[(1 / alpha, part)]))
        down = k.open_case(0, ">", v)
        k.show(-alpha * v, ">=", 0, by=[(alpha, down)])
        low = k.apply(log_below_parabola, {"y": -alpha * v})
        flat = k.apply(log_above_parabola, {"S": alpha * B})
        by = [(1 / alpha, low), (v**2 / (alpha * B**2), flat)]
        return k.join(first, k.close_case(k.show(left, "<=", v - gamma / 2 * v**2, by=by)))

    given = ((v, "<=", B), (1 + alpha * v, ">", 0))
    end = {"alpha": 1, "B": 1, "v": 1}
    return ForAll(domain, left, "<=", v - c * gamma / 2 * v**2, given=given), chain_at(proof, end)


@claim(
    paper=PAPER,
    where=_WHERE + ": the best multiple of min{1/B, alpha}",
    expected="proved",
    strength="tight",
    assumptions=(("m is any number of at most min(S, 1), S = alpha B: the best curvature is then at least "
                 "2 (1 - log 2) m/B, so at m = min(S, 1) at least 2 (1 - log 2) min(1/B, alpha)"),),
    says=r"S-\log(1+S)\ge(1-\log2)\,S\,m,\quad0\le m\le\min(S,1)",
)  # fmt: skip
def best_multiple(c: Constant = 1) -> Stated:
    """Up to 1, S is a part of 1; beyond, log(1 + S) <= S log 2 by concavity. Equality at S = m = 1."""
    import sympy

    domain = Domain("S in (0,oo), m in [0,oo)")
    S, m = domain
    left, rate = S - sympy.log(1 + S), 1 - sympy.log(2)

    def proof(k: Proof) -> Any:
        below, one = k.hypothesis(0), k.hypothesis(1)
        small = k.open_case(1, ">=", S)
        k.show(1 - S, ">=", 0, by=[small])
        part = k.apply(gap_of_a_part, {"lam": S, "S": 1})
        first = k.close_case(k.show(left, ">=", rate * S * m, by=[part, (rate * S, below)]))
        large = k.open_case(S, ">", 1)
        v = k.fresh("v in (0,oo)")
        k.show(1 - 1 / S, ">=", 0, by=[(1 / S, large)])
        chord = k.chord(sympy.log(v), v, 1 + S, 1, 1 / S)
        second = k.show(left, ">=", rate * S * m, by=[(S, chord), (rate * S, one)])
        return k.join(first, k.close_case(second))

    given = ((m, "<=", S), (m, "<=", 1))
    return ForAll(domain, left, ">=", c * rate * S * m, given=given), chain_at(proof, {"S": 1, "m": 1})


def _multiple(kappa: Any, seen: Any) -> tuple[Any, ...]:
    """Return domain, both sides and conditions of the bound with ``gamma <= kappa min(1/B, alpha)``."""
    import sympy

    domain = Domain("alpha in (0,oo), B in (0,oo), gamma in (0,oo), v in (-oo,oo)")
    alpha, B, gamma, v = domain
    given = ((v, "<=", B), (1 + alpha * v, ">", 0), (gamma, "<=", kappa * alpha), (gamma * B, "<=", kappa * seen))
    return domain, sympy.log(1 + alpha * v) / alpha, v - gamma / 2 * v**2, given


@claim(
    paper=PAPER,
    where=_WHERE + ": half of min{1/B, alpha}, sharpened",
    expected="proved",
    strength="tight",
    corrects="ons.half_curvature",
    assumptions=_EXP_CONCAVE,
    says=r"\tfrac1\alpha\log(1+\alpha v)\le v-\tfrac\gamma2v^2,\quad v\le B,\ "
    r"\gamma\le2(1-\log2)\min\{\tfrac1B,\alpha\}",
)
def largest_multiple_curvature(c: Constant = 1) -> Stated:
    """The best curvature is at least gamma: put m = gamma B/(2 (1 - log 2))."""
    import sympy

    top = 2 * (1 - sympy.log(2))
    domain, left, right, given = _multiple(c * top, 1)
    alpha, B, gamma, v = domain

    def proof(k: Proof) -> Any:
        most, inside, slow, short = (k.hypothesis(i) for i in range(4))
        m = gamma * B / top
        k.show(alpha * B - m, ">=", 0, by=[(B / top, slow)])
        k.show(1 - m, ">=", 0, by=[(1 / top, short)])
        enough = k.apply(best_multiple, {"S": alpha * B, "m": m})
        curved = k.apply(best_curvature, {"alpha": alpha, "B": B, "v": v}, given=[most, inside])
        return k.show(left, "<=", right, by=[curved, (v**2 / (alpha * B**2), enough)])

    end = {"alpha": 1, "B": 1, "gamma": Fraction(6198, 10000), "v": 1}
    return ForAll(domain, left, "<=", right, given=given), chain_at(proof, end)


@claim(
    paper=PAPER,
    where=_WHERE + ": half of min{1/B, alpha}",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=_EXP_CONCAVE,
    says=r"\tfrac1\alpha\log(1+\alpha v)\le v-\tfrac\gamma2v^2,\quad v\le B,\ "
    r"\gamma\le\tfrac12\min\{\tfrac1B,\alpha\}",
)
def half_curvature(kappa: Constant = Fraction(1, 2), seen: Constant = 1) -> Stated:
    """A half is less than 2 (1 - log 2)."""
    import sympy

    domain, left, right, given = _multiple(kappa, seen)
    alpha, B, gamma, v = domain
    half, top = sympy.Rational(1, 2), 2 * (1 - sympy.log(2))

    def proof(k: Proof) -> Any:
        most, inside, slow, short = (k.hypothesis(i) for i in range(4))
        more = k.sign(top - half, ">=")
        first = k.show(gamma, "<=", top * alpha, by=[slow, (alpha, more)])
        second = k.show(gamma * B, "<=", top, by=[short, more])
        values = {"alpha": alpha, "B": B, "gamma": gamma, "v": v}
        return k.apply(largest_multiple_curvature, values, given=[most, inside, first, second])

    ends = (
        {"alpha": 1, "B": 1, "gamma": Fraction(62, 100), "v": 1},
        {"alpha": 2, "B": 1, "gamma": 1, "v": 1},
        {"alpha": 100, "B": 1, "gamma": 2, "v": 1},
    )
    return ForAll(domain, left, "<=", right, given=given), chain_at(proof, *ends)


gap_of_a_part.false_if("the part counted 1 % more", c=Fraction(101, 100))
log_below_parabola.false_if("the parabola were 1 % steeper", c=Fraction(101, 200))
log_above_parabola.false_if("the parabola were 1 % flatter", c=Fraction(99, 200))
best_curvature.false_if("the curvature were 1 % larger", c=Fraction(101, 100))
best_multiple.false_if("the multiple were 1 % larger", c=Fraction(101, 100))
largest_multiple_curvature.false_if("the multiple were 1 % larger", c=Fraction(101, 100))
half_curvature.false_if("the half were .62; 2 (1 - log 2) = .6137 is the best", kappa=Fraction(62, 100))
half_curvature.false_if("1/B were 4/B: gamma up to 2/B", seen=4)
