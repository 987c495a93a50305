"""The two inequalities that are left near beta = 0: where classes are pooled (y <= 2/3), and where none is.

With y twice the pooled level, r = 2 - tau, q = 1 - r, a = 1/r and A = a (a-1)/2; see ``claims_near_zero``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_near_zero_lemmas import (
    above_line,
    mean_above,
    mean_power_above,
    power_near_one,
)
from theory.classification.cross_entropy.claims_sharp_quadratic import odd_part
from theory.classification.symbolic import mean_power
from theory.engine.claim import Constant, Stated, claim
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
    says=r"\bigl(1+\tfrac{2r}5\bigr)\bigl(1-\tfrac{r(1-r)}4\bigr)"
    r"\bigl(1-\tfrac{r^2}{192}\bigr)\bigl(1-\tfrac{r(1-2r)}{12}\bigr)\ge1",
)
def room_at_one_third(c: Constant = 1) -> Stated:
    """To first order the gain 2/5 exceeds the losses 1/4 + 1/12."""
    domain = Domain("r in (0,1/2]")
    (r,) = domain
    product = (1 + 2 * r / 5) * (1 - r * (1 - r) / 4) * (1 - r**2 / 192) * (1 - r * (1 - 2 * r) / 12)

    def proof(k: Proof) -> Any:
        near = k.sign(Fraction(1, 2) - r, ">=")
        return k.show(product, ">=", 1, by=[(r * (1 + r + r**2 + r**3) / 12, near)])

    return ForAll(domain, product, ">=", c), chain(proof)


room_at_one_third.false_if("the bound were 10 % larger", c=Fraction(11, 10))


def _least_curvature(r: sympy.Expr) -> sympy.Expr:
    """Return ``(1 - r^2/4)^(a-2)``, a = 1/r: what is left of the curvature a distance ``th r^2/4`` off th."""
    return (1 - r**2 / 4) ** (1 / r - 2)


def pooled_growth(b: sympy.Expr, y: sympy.Expr, r: sympy.Expr) -> sympy.Expr:
    """Return ``X = A (1 - r^2/4)^(a-2) b^2/y``.

    The sum of p^a exceeds that of the pooled posteriors by at least ``th^(a-1) X``, y = 2 th.
    """
    return (1 / r) * (1 / r - 1) / 2 * _least_curvature(r) * b**2 / y


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"y^q\bigl[(1+X)^r-1\bigr]\ge M_a(\beta)-1,"
    r"\quad X=\tfrac{a(a-1)}2\bigl(1-\tfrac{r^2}4\bigr)^{a-2}\frac{\beta^2}y,\;\beta=yr^2x,\;y\le\tfrac23",
)
def pooled_suffices(c: Constant = 1) -> Stated:
    """Both sides are q/(2r) beta^2 times factors near 1, but for y^(-r) >= (3/2)^r on the left."""
    domain = Domain("x in [0,1/8], y in (0,2/3], r in (0,1/2]")
    x, y, r = domain
    a, q, b = 1 / r, 1 - r, y * r**2 * x
    X = pooled_growth(b, y, r)
    left, right = y**q * ((1 + X) ** r - 1), mean_power(b, a) ** r - 1

    def proof(k: Proof) -> Any:
        factors = _pooled_factors(k, x, y, r)
        u = k.fresh("u in [0,oo)")
        concave = k.tangent(u**r, u, 1 + X, 1)
        target = k.apply(mean_above, {"s": b, "r": r})
        return k.show(left, ">=", right, by=[(y**q, concave), ((a - 1) / 2 * b**2, factors), target])

    return ForAll(domain, left, ">=", c * right), chain(proof)


def _pooled_factors(k: Proof, x: sympy.Expr, y: sympy.Expr, r: sympy.Expr) -> Fact:
    """Show ``y^(-r) (1-r^2/4)^(a-2) (1+X)^(-q) >= (1+b)^(a-2)`` for b = y r^2 x."""
    a, q, b = 1 / r, 1 - r, y * r**2 * x
    X, M, power = pooled_growth(b, y, r), _least_curvature(r), (1 + b) ** (a - 2)
    u, v = k.fresh("w in [0,oo)"), k.fresh("v in (0,oo)")
    thin, near = k.sign(Fraction(2, 3) - y, ">="), k.sign(Fraction(1, 8) - x, ">=")
    small = k.show(r**2 / 12, ">=", b, by=[(r**2 * x, thin), (2 * r**2 / 3, near)])
    k.show(Fraction(1, 2) - b, ">=", 0, by=[small])

    rest = 1 - r * (1 - 2 * r) / 12
    close = k.apply(power_near_one, {"s": b, "e": a - 2})
    lost = k.show(power * rest, "<=", 1, by=[close, (power * (a - 2), small)])

    line = above_line(k, Fraction(3, 2), r, Fraction(2, 5))
    wide = k.show(y ** (-r), ">=", line.rhs, by=[k.power(k.show(Fraction(2, 3), ">=", y), -r), line])

    bent = k.tangent(u ** (a - 1), u, 1, 1 - r**2 / 4)
    shallow = k.show(M, ">=", 1 - r * (1 - r) / 4, by=[bent, k.sign(M * r**2 / 4, ">=")])

    at_most_one = ((1 - r) * r**2 * y * x**2 / 2, k.sign(1 - M, ">="))
    by = [at_most_one, (r**2 * x**2 / 2, thin), (r**2 / 3 * (Fraction(1, 8) + x), near)]
    tiny = k.show(r**2 / 192, ">=", X, by=by)
    damped = k.tangent(v ** (-q), v, 1, 1 + X)
    flat = k.show((1 + X) ** (-q), ">=", 1 - r**2 / 192, by=[damped, (q, tiny)])

    room = k.apply(room_at_one_third, {"r": r})
    by = [(M * flat.lhs, wide), (wide.rhs * flat.lhs, shallow), (wide.rhs * shallow.rhs, flat)]
    return k.show(y ** (-r) * M * flat.lhs, ">=", power, by=[*by, (1 / rest, room), (1 / rest, lost)])


pooled_suffices.false_if("the formula were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"y^q\bigl[(1+y(\varphi_a(s)-1))^r-1\bigr]\ge M_a(ys)-1,\quad s=r^3x,\;\tfrac23\le y\le1",
)
def unpooled_suffices(c: Constant = 1) -> Stated:
    """Equality at y = 1; right - left grows like (a-1) s^2 y (1 - (1-r/2) y^(-r)), y^r >= (2/3)^r."""
    domain = Domain("y in [2/3,1], x in [0,3/16], r in (0,1/2]")
    y, x, r = domain
    a, q, s = 1 / r, 1 - r, r**3 * x
    E, power = mean_power(s, a) - 1, mean_power(y * s, a)
    left, right = y**q * ((1 + y * E) ** r - 1), power**r - 1

    def proof(k: Proof) -> Any:
        u = k.fresh("u in [0,oo)")
        grown = k.show(E, ">=", 0, by=[k.chord(u**a, u, 1 + s, 1 - s, Fraction(1, 2))])
        k.show(power, ">=", 1, by=[k.chord(u**a, u, 1 + y * s, 1 - y * s, Fraction(1, 2))])
        concave = k.tangent(u**r, u, 1, 1 + y * E)
        damped = k.power(k.show(1 + y * E, ">=", 1, by=[(y, grown)]), -q)
        curved = k.apply(mean_power_above, {"s": s, "r": r})
        odd = k.apply(odd_part, {"s": y * s, "k": a - 1})
        factors = _unpooled_factors(k, x, y, r)
        f = right - left
        by = [(q * y ** (q - 1), concave), (y**q * r * E, damped), (r * (1 + q) * y**q, curved)]
        by += [(power ** (-q) * s, odd), ((a - 1) * s**2 * y, factors)]
        rising = k.show(f.diff(y), ">=", 0, by=by)
        return k.show(left, ">=", right, by=[k.grows(rising, f, y, end="high")])

    return ForAll(domain, left, ">=", c * right), chain(proof)


def _unpooled_factors(k: Proof, x: sympy.Expr, y: sympy.Expr, r: sympy.Expr) -> Fact:
    """Show ``phi(ys)^(-q) (1-(ys)^2)^((a-2)/2) >= (1-r/2) y^(-r) (1+s)^(a-2)`` for s = r^3 x."""
    a, s = 1 / r, r**3 * x
    power = (1 + s) ** (a - 2)
    near = k.sign(Fraction(1, 2) - r, ">=")

    # (a-2) s = r^2 (1-2r) x is at most r/40, for r (1-2r) is at most 1/8
    rest, eighth = 1 - r / 40, k.sign((1 - 4 * r) ** 2, ">=")
    close = k.apply(power_near_one, {"s": s, "e": a - 2})
    by = [
        close,
        (power * r**2 * (1 - 2 * r), k.sign(Fraction(3, 16) - x, ">=")),
        (power * r * Fraction(3, 128), eighth),
    ]
    lost = k.show(power * rest, "<=", 1, by=by)

    line = above_line(k, Fraction(2, 3), r, Fraction(-41, 100))
    slow = k.show(y**r, ">=", line.rhs, by=[k.power(k.show(y, ">=", Fraction(2, 3)), r), line])
    flat, level = _nearly_one(k, x, y, r, lost)

    room = k.show(slow.rhs * flat.rhs * level.rhs * rest, ">=", 1 - r / 2, by=[(r**2 / 100, near)])
    scale = y ** (-r)
    by = [(flat.lhs * level.lhs * scale, slow), (scale * slow.rhs * level.lhs, flat)]
    by += [(scale * slow.rhs * flat.rhs, level), (scale / rest, room), (scale * (1 - r / 2) / rest, lost)]
    return k.show(flat.lhs * level.lhs, ">=", (1 - r / 2) * scale * power, by=by)


def _nearly_one(k: Proof, x: sympy.Expr, y: sympy.Expr, r: sympy.Expr, lost: Fact) -> tuple[Fact, Fact]:
    """Show that ``phi(ys)^(-q)`` and ``(1-(ys)^2)^((a-2)/2)`` are at least 1 - r/100."""
    a, q, s = 1 / r, 1 - r, r**3 * x
    A, b, phi, power = a * (a - 1) / 2, y * s, mean_power(y * s, a), (1 + s) ** (a - 2)
    v = k.fresh("v in (0,oo)")
    near, short, thin = (k.sign(gap, ">=") for gap in (Fraction(1, 2) - r, Fraction(3, 16) - x, 1 - y))

    curved = k.apply(mean_power_above, {"s": b, "r": r})
    smaller = k.power(k.show(1 + s, ">=", 1 + b, by=[(s, thin)]), a - 2)
    two = k.show(2, ">=", power, by=[(2, lost), (power, k.sign(1 - r / 20, ">="))])
    by = [curved, (A * b**2, smaller), (A * b**2, two), ((1 - r) * r**4 * x**2 * (1 + y), thin)]
    by += [(r**4 * (Fraction(3, 16) + x), short), (9 * r / 256 * (Fraction(1, 4) + r / 2 + r**2), near)]
    size = k.show(r / 100, ">=", phi - 1, by=by)
    flat = k.show(phi ** (-q), ">=", 1 - r / 100, by=[k.tangent(v ** (-q), v, 1, phi), (q, size)])

    W = (1 - b**2) ** ((a - 2) / 2)
    by = [k.tangent(v ** (a / 2), v, 1, 1 - b**2), k.sign(W * b**2, ">=")]
    by += [(r**5 * x**2 * (1 + y) / 2, thin), (r**5 * (Fraction(3, 16) + x) / 2, short)]
    by += [(9 * r / 512 * (Fraction(1, 8) + r / 4 + r**2 / 2 + r**3), near)]
    return flat, k.show(W, ">=", 1 - r / 100, by=by)


unpooled_suffices.false_if("the formula were 1 % larger", c=_ONE_PERCENT)
