"""The sharp quadratic bound for 3/2 <= tau < 2.

Regret >= (1 - 2^(1-tau))/(tau-1) beta^2 for every number of classes, exact at beta = 1.

With y = 2 th, s = beta/y. If something is pooled then th <= 1/3 and the curvature bound suffices (a one-variable
inequality in tau); if nothing is, two classes carry everything and M_a(s) - 1 >= (2^(tau-1) - 1) s^2, because M_a is
a concave function of s^2 for a >= 2.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import regret_sample
from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "comp_sum", "sharp quadratic bound, 3/2 <= tau < 2"


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
       says=r"\tfrac12\bigl((1+s)^k-(1-s)^k\bigr)\ge k\,s\,(1-s^2)^{(k-1)/2}")  # fmt: skip
def odd_part(c: Constant = 1) -> Stated:
    """Compare derivatives in s; the mean of (1+s)^(k-1) and (1-s)^(k-1) is at least their geometric mean."""
    domain = Domain("s in [0,1), k in [1,oo)")
    s, k_ = domain
    left, right = ((1 + s) ** k_ - (1 - s) ** k_) / 2, k_ * s * (1 - s**2) ** ((k_ - 1) / 2)

    def proof(k: Proof) -> Any:
        half = (k_ - 1) / 2
        means = k.sign(((1 + s) ** half - (1 - s) ** half) ** 2, ">=")
        k.show(1 - s**2, ">", 0, by=[k.sign((1 - s) * (1 + s), ">")])
        f = left - right
        falling = k.sign(k_ * (k_ - 1) * s**2 * (1 - s**2) ** ((k_ - 3) / 2), ">=")
        slope = k.show(f.diff(s), ">=", 0, by=[(k_ / 2, means), falling])
        return k.grows(slope, f, s)

    return ForAll(domain, left, ">=", c * right), chain(proof)


odd_part.false_if("the constant were 1 % larger", c=Fraction(101, 100))


def _mean(s: Any, tau: Any) -> Any:
    from theory.classification.symbolic import power_mean

    return power_mean(s, 1 / (2 - tau))


def _slope(s: Any, tau: Any) -> Any:
    """The derivative of M_a in s, written so that it is defined at s = 1 too."""
    from theory.classification.symbolic import mean_power

    a = 1 / (2 - tau)
    return mean_power(s, a) ** (1 / a - 1) * ((1 + s) ** (a - 1) - (1 - s) ** (a - 1)) / 2


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"2\,(M_a(s)-1)\ge s\,M_a'(s),\quad a\ge 2",
)
def mean_star_open(c: Constant = 1) -> Stated:
    """The derivative of the difference is (M' - s M'')/2, and M'' = (a-1) M^(1-2a) (1-s^2)^(a-2)."""
    from theory.classification.symbolic import mean_power

    domain = Domain("s in [0,1), tau in [3/2,2)")
    s, tau = domain
    a, M = 1 / (2 - tau), _mean(s, tau)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        phi = mean_power(s, a)
        above = k.show(phi, ">=", 1, by=[k.chord(v**a, v, 1 + s, 1 - s, Fraction(1, 2))])
        odd = k.apply(odd_part, {"s": s, "k": a - 1})
        k.show(1 - s**2, ">=", 0, by=[k.sign((1 - s) * (1 + s), ">=")])
        k.show(1 - s**2, ">", 0, by=[k.sign((1 - s) * (1 + s), ">")])
        k.show(1, ">=", 1 - s**2)
        power = (1 - s**2) ** ((a - 2) / 2)
        small = k.sign(1 - power, ">=")
        second = (a - 1) * phi ** (1 / a - 2) * (1 - s**2) ** (a - 2)
        slope = _slope(s, tau)
        k.identity(slope.diff(s), second)
        f = M - 1 - s * slope / 2
        scale = phi ** (1 / a - 2) / 2
        rising = k.show(f.diff(s), ">=", 0,
                        by=[(scale * phi, odd), (scale * odd.rhs, above), (scale * odd.rhs, small)])  # fmt: skip
        return k.show(2 * (M - 1), ">=", s * slope, by=[(2, k.grows(rising, f, s))])

    return ForAll(domain, 2 * (M - 1), ">=", c * s * _slope(s, tau)), chain(proof)


mean_star_open.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"M_a(s)-1\ge(2^{\tau-1}-1)\,s^2,\quad a=\tfrac1{2-\tau}\ge 2",
)
def mean_above_parabola_open(c: Constant = 1) -> Stated:
    """(M - 1)/s^2 falls to its value at s = 1."""
    domain = Domain("s in (0,1], tau in [3/2,2)")
    s, tau = domain
    M = _mean(s, tau)

    def proof(k: Proof) -> Any:
        star = k.apply(mean_star_open, {"s": s, "tau": tau}, close=("s",))
        f = -(M - 1) / s**2
        rising = k.show(2 * (M - 1) / s**3 - _slope(s, tau) / s**2, ">=", 0, by=[(s**-3, star)])
        end = k.grows(rising, f, s, end="high")
        return k.show(M - 1, ">=", (2 ** (tau - 1) - 1) * s**2, by=[(s**2, end)])

    return ForAll(domain, M - 1, ">=", c * (2 ** (tau - 1) - 1) * s**2), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"M_a(s)-1\ge(2^{\tau-1}-1)\,s^2,\quad a=\tfrac1{2-\tau}\ge 2",
)
def mean_above_parabola(c: Constant = 1) -> Stated:
    """The same with s = 0 allowed."""
    domain = Domain("s in [0,1], tau in [3/2,2)")
    s, tau = domain

    def proof(k: Proof) -> Any:
        return k.apply(mean_above_parabola_open, {"s": s, "tau": tau}, close=("s",))

    return ForAll(domain, _mean(s, tau) - 1, ">=", c * (2 ** (tau - 1) - 1) * s**2), chain(proof)


mean_above_parabola_open.false_if("the constant were 1 % larger", c=Fraction(101, 100))
mean_above_parabola.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"b^x\ge 1+x\log b+\tfrac12 x^2\log^2 b,\quad b>1",
)
def exponential_above_parabola(c: Constant = 1) -> Stated:
    """The second derivative of the difference is log(b)^2 (b^x - 1) >= 0."""
    import sympy

    domain = Domain("x in [0,oo), b in (1,oo)")
    x, b = domain
    line = 1 + x * sympy.log(b) + x**2 * sympy.log(b) ** 2 / 2

    def proof(k: Proof) -> Any:
        f = b**x - line
        return grows_twice(k, f, x, [(sympy.log(b) ** 2, k.sign(b**x - 1, ">="))])

    return ForAll(domain, b**x, ">=", c * line), chain(proof)


exponential_above_parabola.false_if("the bound were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\tfrac{q(1+q)}4\,3^{1-q}\ge 1-2^{-q},\quad \tfrac12\le q\le 1",
)
def one_third_suffices(c: Constant = 1) -> Stated:
    """With x = 1 - q.

    Quadratic lower bounds of 3^x and 2^x leave a polynomial in x that is visibly nonnegative up to 1/2; equality at q
    = 1.
    """
    import sympy

    domain = Domain("q in [1/2,1]")
    (q,) = domain
    x, A, B = 1 - q, sympy.log(3), sympy.log(2)

    def proof(k: Proof) -> Any:
        three = k.apply(exponential_above_parabola, {"x": x, "b": 3})
        two = k.apply(exponential_above_parabola, {"x": x, "b": 2})
        second, third = 3 * A - A**2 - 1 - B**2, 3 * A**2 / 2 - A
        first = k.sign(2 * A - 3 + 2 * B - second / 2 - third / 4, ">")
        near, nearer = (
            k.sign(Fraction(1, 2) - x, ">="),
            k.show(Fraction(1, 4) - x**2, ">=", 0, by=[(Fraction(1, 2) + x, k.sign(q - Fraction(1, 2), ">="))]),
        )
        fourth = k.sign(x**4 * A**2 / 2, ">=")
        total = k.show(
            q * (1 + q) * 3**x + 2 * 2**x,
            ">=",
            4,
            by=[(q * (1 + q), three), (2, two), (x, first), (x * second, near), (x * third, nearer), fourth],
        )
        return k.show(q * (1 + q) / 4 * 3**x, ">=", 1 - 2 ** (-q), by=[(Fraction(1, 4), total)])

    return ForAll(domain, q * (1 + q) / 4 * 3 ** (1 - q), ">=", c * (1 - 2 ** (-q))), chain(proof)


one_third_suffices.false_if("the constant were 1 % larger", c=Fraction(101, 100))


def pooled_means_three(k: Proof, at: Any, pooled: Any) -> Any:
    """Show ``D (1 - 3 th) >= 0``, D the mass moved: a class that gives mass stands at th itself, so three do."""
    th, e, g = pooled.th, pooled.e, pooled.g
    one = k.member(g)
    level = k.either(pooled.complementary, e, at.p, th + e, e * (g - th))
    room = k.show(e * (1 - 3 * th), ">=", 0, by=[(e, one), level, (-e, pooled.mass)])
    total = k.sum_up(room)
    return k.show(Sig(e) * (1 - 3 * th), ">=", 0, by=[total])


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="tight", corrects="comp_sum.published_middle",
       says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{1-2^{1-\tau}}{\tau-1}\,\beta^2")  # fmt: skip
def sharp_quadratic(c: Constant = 1) -> Stated:
    """Something pooled: th <= 1/3 and the curvature bound; nothing pooled: two classes and the parabola below M_a."""
    from theory.classification.cross_entropy.claims_n_free import curved_regret
    from theory.classification.cross_entropy.claims_two_class_optimal import flatten_rest, nothing_pooled
    from theory.classification.pooled import setting

    at = setting("[3/2,2)")
    tau, q, b = at.tau, at.tau - 1, at.beta
    bound = (1 - 2 ** (-q)) / q * b**2

    def proof(k: Proof) -> Any:
        curvature = curved_regret(k, at)
        pooled, th = curvature.pooled, curvature.th
        three = pooled_means_three(k, at, pooled)
        third = Fraction(1, 3)

        low = k.open_case(third, ">=", th)
        steep = k.power(low, tau - 2)
        enough = k.apply(one_third_suffices, {"q": q})
        by = [(1 / q, curvature.fact), (tau * b**2 / 4, steep), (b**2 / q, enough)]
        first = k.close_case(k.show(at.regret(), ">=", bound, by=by))

        k.open_case(th, ">", third)
        k.show(3 * th - 1, ">", 0)
        none = k.show(0, ">=", Sig(pooled.e), by=[(1 / (3 * th - 1), three)])
        flat = flatten_rest(k, at, pooled, nothing_pooled(k, at, pooled, none))
        y, s, r = 2 * th, b / (2 * th), 2 - tau
        v = k.fresh("x in [0,oo)")
        E = _mean(s, tau) ** (1 / r) - 1
        bent = k.chord(v**r, v, 1 + E, 1, y)
        parabola = k.apply(mean_above_parabola, {"s": s, "tau": tau})
        wide = k.power(curvature.half, q - 1)
        scale = (2**q - 1) * b**2 / 2
        by = [(1 / q, flat), (th**q / q, bent), (th**q * y / q, parabola), (scale / q, wide)]
        second = k.close_case(k.show(at.regret(), ">=", bound, by=by))
        return k.join(first, second)

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * bound)
    return statement, chain(proof, regret_sample((15, 19)))


sharp_quadratic.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE + ", attained",
    expected="proved",
    strength="tight",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)=\frac{1-2^{1-\tau}}{\tau-1}"
    r"\ \text{at}\ p=(1,0,\dots),\ S=(\tfrac12,\tfrac12,0,\dots)",
)
def sharp_quadratic_attained(c: Constant = 1) -> Stated:
    """At beta = 1 the sharp quadratic bound is the regret itself: the norm of (1, 0) less one half to the tau - 1."""
    import sympy

    domain = Domain("tau in (1,2)")
    (tau,) = domain
    q, a, half = tau - 1, 1 / (2 - tau), sympy.Rational(1, 2)
    p = (sympy.Integer(1), sympy.Integer(0))
    norm, hits = sum(x**a for x in p) ** (2 - tau), sum(x * half**q for x in p)
    regret = (norm - hits) / q

    def proof(k: Proof) -> Any:
        return k.identity(regret, (1 - 2 ** (-q)) / q)

    return ForAll(domain, c * regret, "==", (1 - 2 ** (-q)) / q), chain(proof)


sharp_quadratic_attained.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where="mean absolute error, tau = 2",
    expected="proved",
    strength="lower",
    corrects="comp_sum.published_high",
    says=r"\mathcal C_2(p,S)-\mathcal C^*_2(p)\ge\frac{\beta^2}{1+\beta}",
)
def absolute_error_n_free(c: Constant = 1) -> Stated:
    """The hits are at most the pooled level th; p_1 - th is at least beta - th and at least beta th.

    Tight at beta = 1/(k-1), k <= n classes.
    """
    from theory.classification.pooled import pool_at_two, setting

    at = setting("[2,2]")
    b = at.beta
    regret = at.p1 - at.total(at.p1 * at.S1, at.p2 * at.S2, at.p * at.S)

    def proof(k: Proof) -> Any:

        pooled = pool_at_two(k, at)
        th, e, g = pooled.th, pooled.e, pooled.g
        # an excess is at most p_1 - th, and needs a whole share th of the pooled mass
        lift = k.either(pooled.complementary, e, at.p, th + e, e * (g - th))
        share = k.show((at.p1 - th) * g, ">=", e * th, by=[(g, k.at_most(pooled.excess, at.p1 - th)), lift])
        many = k.show(
            (at.p1 - th) * (1 - 2 * th), ">=", Sig(e) * th, by=[k.sum_up(share), (-(at.p1 - th), pooled.mass)]
        )
        first = k.show(at.p1 - th, ">=", b * th, by=[many, (-th, pooled.balance)])
        second = k.show(at.p1 - th, ">=", b - th)
        k.show(1 + b, ">", 0, by=[k.hypothesis(2)])
        weight = 1 / (1 + b)
        return k.show(regret, ">=", b**2 / (1 + b), by=[pooled.bound, (weight, first), (b * weight, second)])

    statement = ForEveryN(at.domain, at.each, at.given, regret, ">=", c * b**2 / (1 + b))
    return statement, chain(proof, _sample_absolute)


def _sample_absolute(rng: random.Random) -> Any:
    """Also the extreme posteriors: k classes share, class 2 lacks beta = 1/(k-1)."""
    point, rows = regret_sample((20, 20))(rng)
    k = rng.randint(2, 5)
    if rng.random() < 0.5:
        even = Fraction(1, k - 1)
        point.update(p1=even, p2=Fraction(0), S1=Fraction(1, k), S2=Fraction(1, k))
        rows = [{"p": even, "S": Fraction(1, k)} for _ in range(k - 2)]
    return point, rows


absolute_error_n_free.false_if("the bound were 1 % larger", c=Fraction(101, 100))
