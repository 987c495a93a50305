"""Near beta = 0 two classes are the worst case for 3/2 <= tau < 2 too, for every number of classes.

Above tau = 1.67 the two-class formula is no lower bound of the conditional regret for every beta; for
``beta <= (2-tau)^(2 + 1/(2-tau))/4`` it still is, so it is exact there: two classes attain it. With th the
pooled level, y = 2 th, r = 2 - tau, a = 1/r:

* th <= r^a: the curvature of v^tau alone gives more;
* r^a < th <= 1/3: beta/y <= r^2/8, so v^a has nearly its curvature at th; y^(-r) >= (3/2)^r leaves room;
* th > 1/3: nothing is pooled, and the bound falls in y down to the two-class formula at y = 1.
"""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_near_zero_cases import pooled_growth, pooled_suffices, unpooled_suffices
from theory.classification.cross_entropy.claims_near_zero_lemmas import curvature_above, curvature_below, steep_suffices
from theory.classification.pooled import flattened, raised
from theory.classification.samples import posteriors, predictions
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.classification.pooled import Pool, Setting
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "comp_sum", "exactness near beta = 0, 3/2 <= tau < 2"


def range_of_exactness(tau: sympy.Expr) -> sympy.Expr:
    """Return ``(2-tau)^(2 + 1/(2-tau))/4``: for beta up to it two classes are the worst case, whatever n is.

    It is not the largest such number: at tau = 3/2 two classes are the worst case for every beta.

    Examples
    --------
    >>> import sympy
    >>> range_of_exactness(sympy.Rational(3, 2))
    1/64
    """
    return (2 - tau) ** (1 / (2 - tau) + 2) / 4


def near_zero_setting(reach: Constant = 1) -> Setting:
    """Return the usual setting with hypothesis 6: beta is at most ``reach * range_of_exactness(tau)``."""
    from theory.classification.pooled import setting

    at = setting("[3/2,2)")
    return replace(at, given=(*at.given, (reach * range_of_exactness(at.tau), ">=", at.beta)))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr),"
    r"\quad 0\le\beta\le\tfrac14(2-\tau)^{2+1/(2-\tau)}",
)
def two_class_near_zero(c: Constant = 1, reach: Constant = 1) -> Stated:
    """Three cases by the pooled level: tiny, at most 1/3, above 1/3."""
    from theory.classification.cross_entropy.claims_n_free import curved_regret
    from theory.classification.cross_entropy.claims_sharp_quadratic import pooled_means_three
    from theory.classification.symbolic import two_class_transform

    at = near_zero_setting(reach)
    target = two_class_transform(at.beta, at.tau)

    def proof(k: Proof) -> Any:
        curvature = curved_regret(k, at)
        pooled, th, r = curvature.pooled, curvature.th, 2 - at.tau
        three = pooled_means_three(k, at, pooled)
        higher_power = k.sign(r**4 * (1 - r ** (1 / r - 2)) / 4, ">=")
        small = k.show(r**4 / 4, ">=", at.beta, by=[k.hypothesis(6), higher_power])

        k.open_case(Fraction(1, 3), ">=", th)
        tiny = k.open_case(r ** (1 / r), ">=", th)
        steep = k.close_case(_tiny_level(k, at, curvature.fact, small, tiny, target))
        k.open_case(th, ">", r ** (1 / r))
        local = k.close_case(_local_curvature(k, at, pooled, target))
        first = k.close_case(k.join(steep, local))

        k.open_case(th, ">", Fraction(1, 3))
        second = k.close_case(_unpooled(k, at, pooled, three, small, target))
        return k.join(first, second)

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * target)
    return statement, chain(proof, sample_near_zero)


two_class_near_zero.false_if("the formula were 1 % larger", c=Fraction(101, 100))
two_class_near_zero.false_if("beta could be a million times as large", reach=10**6)


def _tiny_level(k: Proof, at: Setting, curved: Fact, small: Fact, tiny: Fact, target: sympy.Expr) -> Fact:
    """``th^(-r) >= 1/r``: the curvature bound exceeds the formula."""
    q, r, b = at.tau - 1, 2 - at.tau, at.beta
    near = k.sign(at.tau - Fraction(3, 2), ">=")
    k.show(Fraction(1, 16), ">=", b / r**2, by=[(r**-2, small), ((1 + 2 * r) / 8, near)])
    steep = k.power(tiny, -r)
    enough = k.apply(steep_suffices, {"x": b / r**2, "r": r})
    by = [(1 / q, curved), (at.tau * b**2 / 4, steep), (2 ** (-q) / q, enough)]
    return k.show(at.regret(), ">=", target, by=by)


def _local_curvature(k: Proof, at: Setting, pooled: Pool, target: sympy.Expr) -> Fact:
    """beta/(2 th) <= r^2/8: classes 1 and 2 keep nearly the curvature of v^a at th."""
    th, q, r, b = pooled.th, at.tau - 1, 2 - at.tau, at.beta
    close = k.show(th * r**2 / 4, ">=", b, by=[k.hypothesis(6), k.sign((th - r ** (1 / r)) * r**2 / 4, ">=")])
    leveled = _level_out(k, at, pooled, close)
    grown = _rest_at_most(k, at, pooled, leveled)
    y = 2 * th
    x = b / (y * r**2)
    k.show(Fraction(1, 8), ">=", x, by=[(1 / (y * r**2), close)])
    pair = k.apply(pooled_suffices, {"x": x, "y": y, "r": r})
    return k.show(at.regret(), ">=", target, by=[(1 / q, grown), (2 ** (-q) / q, pair)])


def _level_out(k: Proof, at: Setting, pooled: Pool, close: Fact) -> Fact:
    """Show ``sum p^a >= sum p'^a + th^(a-1) X``, p' the pooled posteriors, by tangents at th."""
    th, g, p = pooled.th, pooled.g, at.p
    r, b = 2 - at.tau, at.beta
    a = 1 / r
    v = k.fresh("level in [0,oo)")
    rest = raised(k, at, pooled, v)

    up, down, width = at.p1 / th - 1, 1 - at.p2 / th, r**2 / 4
    k.sign((at.p1 - th) / th, ">=")
    k.sign((th - at.p2) / th, ">=")
    k.show(1, ">=", down / width, by=[(1 / (th * width), close), k.sign((at.p1 - th) / (th * width), ">=")])
    above = k.apply(curvature_above, {"x": up, "r": r})
    below = k.apply(curvature_below, {"z": down / width, "w": width, "r": r})
    A, M = a * (a - 1) / 2, (1 - width) ** (a - 2)
    bend, gain = A * th ** (a - 2), th ** (a - 1) * pooled_growth(b, 2 * th, r)
    full, spread = k.sign(1 - M, ">="), k.sign((at.p1 + at.p2 - 2 * th) ** 2, ">=")
    by = [rest, (th**a, above), (th**a, below), (a * th ** (a - 1), pooled.balance)]
    by += [(bend * (at.p1 - th) ** 2, full), (bend * M / 2, spread)]
    return k.show(at.total(at.p1**a, at.p2**a, p**a), ">=", at.total(th**a, th**a, g**a) + gain, by=by)


def _rest_at_most(k: Proof, at: Setting, pooled: Pool, leveled: Fact) -> Fact:
    """Show ``norm - hits >= th^q ((1+X)^r - 1)``: the pooled sum is at most th^(a-1), and v^r is concave."""
    th, g = pooled.th, pooled.g
    q, r = at.tau - 1, 2 - at.tau
    a = 1 / r
    X = pooled_growth(at.beta, 2 * th, r)
    v = k.fresh("total in [0,oo)")
    sum_of_powers = at.total(th**a, th**a, g**a)
    small = flattened(k, at, pooled)
    k.show(th ** (a - 1), ">=", sum_of_powers, by=[small, (-(th ** (a - 1)), pooled.mass)])
    steps = k.increments(v**r, v, th ** (a - 1), sum_of_powers, th ** (a - 1) * X)
    norm = k.power(leveled, r)
    return k.show(at.norm() - at.hits(), ">=", th**q * ((1 + X) ** r - 1), by=[norm, pooled.bound, steps])


def _unpooled(k: Proof, at: Setting, pooled: Pool, three: Fact, small: Fact, target: sympy.Expr) -> Fact:
    """Nothing is pooled: two classes carry everything."""
    from theory.classification.cross_entropy.claims_two_class_optimal import flatten_rest, nothing_pooled

    th, q, r, b = pooled.th, at.tau - 1, 2 - at.tau, at.beta
    k.show(3 * th - 1, ">", 0)
    none = k.show(0, ">=", Sig(pooled.e), by=[(1 / (3 * th - 1), three)])
    flat = flatten_rest(k, at, pooled, nothing_pooled(k, at, pooled, none))
    y = 2 * th
    x = b / (y * r**3)
    near = k.sign(at.tau - Fraction(3, 2), ">=")
    wide = k.sign((3 * th - 1) * r / (8 * th), ">=")
    k.show(Fraction(3, 16), ">=", x, by=[(1 / (y * r**3), small), (Fraction(3, 8), near), wide])
    pair = k.apply(unpooled_suffices, {"y": y, "x": x, "r": r})
    return k.show(at.regret(), ">=", target, by=[(1 / q, flat), (2 ** (-q) / q, pair)])


def sample_near_zero(rng: random.Random) -> Any:
    """Class 1 leads class 2 by a small beta; rarely by a large one, where three are worse."""
    if rng.random() < 0.05:
        third = Fraction(1, 3)
        point = {"tau": Fraction(9, 5), "p1": Fraction(3, 5), "p2": Fraction(0), "S1": third, "S2": third}
        return point, [{"p": Fraction(2, 5), "S": third}]
    tau = Fraction(rng.choice((15, 15, 16, 17)), 10)
    largest = Fraction(float(range_of_exactness(tau))).limit_denominator(10**9)
    beta = largest * rng.choice((0, Fraction(1, 4), Fraction(9, 10)))
    p = posteriors(rng, rng.randint(2, 6))
    top = (p[0] + p[1]) / 2
    p[:2] = (top + beta / 2, top - beta / 2)
    S = predictions(rng, p)
    point = {"tau": tau, "p1": p[0], "p2": p[1], "S1": S[0], "S2": S[1]}
    return point, [{"p": x, "S": y} for x, y in zip(p[2:], S[2:], strict=True)]
