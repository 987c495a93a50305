"""For 3/2 <= tau <= tau* two classes are the worst case, for every number of classes.

Above tau* three classes are worse.

tau* = 1.66298382906821319557837... With `claims_two_class_optimal` this settles 1 < tau <= tau*: the two-class
formula is the exact calibration function, free of n, and (n/2)^(tau-1) times larger than the published one. The
theorem is stated up to a rational number less than 10^-42 below tau*.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_n_free_distribution import AT_EACH_X, two_class_on_average
from theory.classification.cross_entropy.claims_sharp_quadratic import pooled_means_three
from theory.classification.cross_entropy.claims_threshold_corner import TAU_LOW, pooled_suffices_to_threshold
from theory.classification.cross_entropy.claims_threshold_curvature import moved
from theory.classification.cross_entropy.claims_threshold_unpooled import unpooled_middle
from theory.classification.cross_entropy.claims_two_class_optimal import (
    flatten_rest,
    nothing_pooled,
    two_class_is_worst,
)
from theory.classification.pooled import excess_of_powers, flattened
from theory.classification.samples import regret_sample, with_three_classes
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"


@dataclass(frozen=True)
class Lift:
    """``lhs``, that the sum of a-th powers gains it (``gained``), and that it is not negative."""

    lhs: sympy.Expr
    gained: Fact
    positive: Fact


@claim(
    paper=_PAPER,
    where="two classes are the worst case, 3/2 <= tau <= tau* - 10^-42",
    expected="certified",
    strength="tight",
    corrects="comp_sum.two_class_always",
    limit=120,
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr),"
    r"\quad\tfrac32\le\tau\le\tau^*-10^{-42}",
)
def two_class_up_to_threshold(c: Constant = 1, tau_high: Constant = TAU_LOW) -> Stated:
    """The conditional regret is at least the two-class formula, for every number of classes."""
    from theory.classification.pooled import pool, setting
    from theory.classification.symbolic import two_class_transform

    at = setting(f"[3/2,{tau_high}]")
    bound = two_class_transform(at.beta, at.tau)

    def proof(k: Proof) -> Any:
        pooled = pool(k, at)
        three = pooled_means_three(k, at, pooled)
        k.open_case(Sig(pooled.e), ">", 0)
        first = k.close_case(_something_pooled(k, at, pooled, three, bound))
        none = k.open_case(Sig(pooled.e), "<=", 0)
        second = k.close_case(_nothing_pooled(k, at, pooled, none, bound))
        return k.join(first, second)

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * bound)
    sample = regret_sample((15, 16))
    return statement, chain(proof, sample if tau_high == TAU_LOW else with_three_classes(sample))


two_class_up_to_threshold.false_if("the formula were 1 % larger", c=Fraction(101, 100))
two_class_up_to_threshold.false_if("tau could be as large as 9/5", tau_high=Fraction(9, 5))


@claim(
    paper=_PAPER,
    where="two classes are the worst case, 1 < tau <= tau* - 10^-42",
    expected="certified",
    strength="tight",
    corrects="comp_sum.published_middle",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr),"
    r"\quad1<\tau\le\tau^*-10^{-42}",
)
def two_class_formula(c: Constant = 1, tau_high: Constant = TAU_LOW) -> Stated:
    """Both ranges of tau together: (n/2)^(tau-1) times the published bound, for every number of classes."""
    from theory.classification.pooled import setting
    from theory.classification.symbolic import two_class_transform

    at = setting(f"(1,{tau_high}]")

    def proof(k: Proof) -> Any:
        values = {"tau": at.tau, "p1": at.p1, "p2": at.p2, "S1": at.S1, "S2": at.S2}

        def by(lemma: Claim) -> Any:
            given = [k.hypothesis(index) for index in range(6)]
            return k.close_case(k.apply(lemma, values, given=given, rest={"p": at.p, "S": at.S}))

        k.open_case(at.tau, "<=", Fraction(3, 2))
        low = by(two_class_is_worst)
        k.open_case(at.tau, ">=", Fraction(3, 2))
        return k.join(low, by(two_class_up_to_threshold))

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * two_class_transform(at.beta, at.tau))
    sample = regret_sample((11, 16))
    return statement, chain(proof, sample if tau_high == TAU_LOW else with_three_classes(sample))


two_class_formula.false_if("the formula were 1 % larger", c=Fraction(101, 100))
two_class_formula.false_if("tau could be as large as 9/5", tau_high=Fraction(9, 5))


@claim(
    paper=_PAPER,
    where="two-class bound between expected regrets, 1 < tau <= tau* - 10^-42",
    expected="certified",
    strength="tight",
    assumptions=AT_EACH_X,
    uses=("comp_sum.two_class_formula",),
    says=r"\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\mathcal R_{0\text-1})-1\bigr)\le\mathcal R_\tau,"
    r"\quad1<\tau\le\tau^*-10^{-42}",
)
def expected_regret_two_class_formula(c: Constant = 1) -> Stated:
    """The H-consistency bound itself: the formula is convex, so what holds at each x holds on average."""
    return two_class_on_average(c, f"tau in (1,{TAU_LOW}]", (11, 16))


expected_regret_two_class_formula.false_if("the formula were 1 % larger", c=Fraction(101, 100))


def _nothing_pooled(k: Proof, at: Any, pooled: Any, none: Any, bound: Any) -> Any:
    """Two classes carry everything: the two-parameter inequality for E."""
    th, q = pooled.th, at.tau - 1
    flat = flatten_rest(k, at, pooled, nothing_pooled(k, at, pooled, none))
    pair = k.apply(unpooled_middle, {"y": 2 * th, "s": at.beta / (2 * th), "a": 1 / (2 - at.tau)})
    return k.show(at.regret(), ">=", bound, by=[(1 / q, flat), (2 ** (-q) / q, pair)])


def _something_pooled(k: Proof, at: Any, pooled: Any, three: Any, bound: Any) -> Any:
    """Then at least three classes stand at th; the scalar inequality for Q."""
    th, a, q, r = pooled.th, 1 / (2 - at.tau), at.tau - 1, 2 - at.tau
    D = Sig(pooled.e)
    third = k.show(Fraction(1, 3), ">=", th, by=[(1 / (3 * D), three)])
    k.show(1 - 2 * th, ">", 0, by=[(2, third)])
    y, s, d = 2 * th, at.beta / (2 * th), D / (2 * th)
    lifted, most = _lifted(k, at, pooled, D)
    steps = _flattened(k, at, pooled, lifted, most)

    # in units of th: p_1 = th (1+s-d), p_2 = th (1-s-d), z = th (1 + d y/(1-y))
    high = k.show(at.p1, "==", th * (1 + s - d), by=[(Fraction(1, 2), pooled.balance)])
    low = k.show(at.p2, "==", th * (1 - s - d), by=[(Fraction(1, 2), pooled.balance)])
    k.show(1 + s - d, ">=", 0, by=[(-1 / th, high), k.sign(at.p1 / th, ">=")])
    below = k.show(1 - s, ">=", d, by=[(-1 / th, low), k.sign(at.p2 / th, ">=")])
    k.show(1 - s - d, ">=", 0, by=[below])
    positive = k.sign(d, ">")
    k.show(s, ">", 0, by=[k.sign((at.p1 - th) / th, ">="), positive, (-1 / th, high)])
    k.show(1 - s, ">", 0, by=[below, positive])
    k.show(1 - d, ">=", 0, by=[below, k.sign(s, ">=")])
    Q = moved(d, y, s, a)
    total = k.show(
        2 * th**a + most + lifted.lhs, "==", th ** (a - 1) * (1 + y * Q), by=[k.power(high, a), k.power(low, a)]
    )
    stands = y * ((1 + s - d) ** a + (1 - s - d) ** a) / 2 + (1 - y) * (1 + d * y / (1 - y)) ** a
    k.show(1 + y * Q, ">", 0, by=[k.sign(stands, ">")])
    pair = k.apply(pooled_suffices_to_threshold, {"d": d, "y": y, "s": s, "a": a}, given=[below])
    return k.show(at.regret(), ">=", bound, by=[(1 / q, steps), (1 / q, k.power(total, r)), (2 ** (-q) / q, pair)])


def _lifted(k: Proof, at: Any, pooled: Any, D: Any) -> Any:
    """Show that the sum of a-th powers gains ``lift = p_1^a + p_2^a + J (z^a - th^a) - 2 th^a >= 0``.

    Here J = (1-2th)/th is how many unnamed classes the pooled mass makes, and z = th + D/J.
    """
    th, e, g, p = pooled.th, pooled.e, pooled.g, at.p
    a = 1 / (2 - at.tau)
    J, z = (1 - 2 * th) / th, th + D * th / (1 - 2 * th)
    v = k.fresh("mass in [0,oo)")
    exact = excess_of_powers(k, at, pooled)
    rise = (th + e) ** a - th**a - a * z ** (a - 1) * e
    at_level = [k.either(pooled.complementary, e, p, th + e, (1 - g / th) * x) for x in (e, (th + e) ** a - th**a)]
    level = k.show((1 - g / th) * rise, "==", 0, by=[(-a * z ** (a - 1), at_level[0]), at_level[1]])
    line = k.tangent(v**a, v, z, th + e)
    B = z**a - th**a - a * z ** (a - 1) * (z - th)
    each = k.show(p**a - g**a, ">=", g / th * B + a * z ** (a - 1) * e, by=[exact, level, (g / th, line)])
    lift = at.p1**a + at.p2**a + J * (z**a - th**a) - 2 * th**a
    gained = k.show(at.total(at.p1**a, at.p2**a, p**a), ">=", 2 * th**a + Sig(g**a) + lift,
                    by=[k.sum_up(each), (B / th, pooled.mass)])  # fmt: skip
    ends = [k.tangent(v**a, v, th, x) for x in (at.p1, at.p2, z)]
    slope = a * th ** (a - 1)
    positive = k.show(lift, ">=", 0, by=[ends[0], ends[1], (J, ends[2]), (slope, pooled.balance)])
    return Lift(lift, gained, positive), th ** (a - 1) * (1 - 2 * th)


def _flattened(k: Proof, at: Any, pooled: Any, lifted: Any, most: Any) -> Any:
    """Show ``norm - hits >= (2 th^a + most + lift)^r - th^q``: the rest at its largest is the worst."""
    th, g = pooled.th, pooled.g
    q, a, r = at.tau - 1, 1 / (2 - at.tau), 2 - at.tau
    u = k.fresh("height in [0,oo)")
    rest = Sig(g**a)
    small = flattened(k, at, pooled)
    room = k.show(most, ">=", rest, by=[small, (-(th ** (a - 1)), pooled.mass)])
    k.show(2 * th**a + most, ">=", 2 * th**a + rest, by=[room])
    for x in (rest, most):
        k.show(2 * th**a + x + lifted.lhs, ">", 0, by=[lifted.positive, k.sign(2 * th**a, ">"), k.sign(x, ">=")])
    steps = k.increments(u**r, u, 2 * th**a + most, 2 * th**a + rest, lifted.lhs)
    norm = k.power(lifted.gained, r)
    return k.show(
        at.norm() - at.hits(), ">=", (2 * th**a + most + lifted.lhs) ** r - th**q, by=[norm, pooled.bound, steps]
    )
