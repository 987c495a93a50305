"""The calibration function of comp-sum losses with 1 < tau < 2 does not grow with the number of classes.

Everything is about the conditional surrogate regret (sum p^a)^(1/a) - sum p S^q, divided by q = tau - 1, where class
1 is most probable and class 2 is predicted, for every number of classes. The published bound loses a factor
n^(tau-1); these do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_conditional_minimum import hoelder
from theory.classification.samples import regret_sample
from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, ForEveryN, chain

if TYPE_CHECKING:
    import sympy

    from theory.classification.pooled import Pool
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"


@claim(paper=_PAPER, where="two classes, second order", expected="proved", strength="lemma",
       says=r"\tfrac12\bigl((1+x)^{\tau}+(1-x)^{\tau}\bigr) \ge 1+\tfrac{\tau(\tau-1)}2x^2")  # fmt: skip
def second_order_open(c: Constant = 1) -> Stated:
    """The second derivative is a mean of v^(tau-2) at 1 + x and 1 - x, so at least its value at 1."""
    domain = Domain("x in [0,1), tau in (1,2)")
    x, tau = domain
    f = ((1 + x) ** tau + (1 - x) ** tau) / 2 - 1 - tau * (tau - 1) / 2 * x**2

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        mean = k.chord(v ** (tau - 2), v, 1 + x, 1 - x, Fraction(1, 2))
        return grows_twice(k, f, x, [(tau * (tau - 1), mean)])

    statement = ForAll(domain, ((1 + x) ** tau + (1 - x) ** tau) / 2, ">=", 1 + c * tau * (tau - 1) / 2 * x**2)
    return statement, chain(proof)


second_order_open.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(paper=_PAPER, where="two classes, second order", expected="proved", strength="lemma",
       says=r"\tfrac12\bigl((1+x)^{\tau}+(1-x)^{\tau}\bigr) \ge 1+\tfrac{\tau(\tau-1)}2x^2")  # fmt: skip
def second_order(c: Constant = 1) -> Stated:
    """The same with x = 1 allowed, by continuity."""
    domain = Domain("x in [0,1], tau in (1,2)")
    x, tau = domain

    def proof(k: Proof) -> Any:
        return k.apply(second_order_open, {"x": x, "tau": tau}, close=("x",))

    statement = ForAll(domain, ((1 + x) ** tau + (1 - x) ** tau) / 2, ">=", 1 + c * tau * (tau - 1) / 2 * x**2)
    return statement, chain(proof)


second_order.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where="n-free quadratic bound, 1 < tau < 2",
    expected="proved",
    strength="lower",
    corrects="comp_sum.published_simplified_middle",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p) \ge \tau 2^{-\tau}\beta^2",
)
def n_free_quadratic(c: Constant = 1) -> Stated:
    """Hoelder for the true posteriors at S' = p g^(a-1)/Z against Hoelder for the pooled ones.

    What is left is the curvature of v^tau.
    """
    from theory.classification.pooled import setting

    at = setting("(1,2)")

    def proof(k: Proof) -> Any:
        curvature = curved_regret(k, at)
        half = curvature.half
        flat = k.power(half, at.tau - 2)
        return k.show(at.regret(), ">=", at.tau * 2 ** (-at.tau) * at.beta**2,
                      by=[(1 / (at.tau - 1), curvature.fact), (at.tau * at.beta**2 / 4, flat)])  # fmt: skip

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * at.tau * 2 ** (-at.tau) * at.beta**2)
    return statement, chain(proof, regret_sample((11, 19)))


n_free_quadratic.false_if("the constant were 2 % larger", c=Fraction(102, 100))


@dataclass(frozen=True)
class Curvature:
    """``fact``: norm - hits >= q tau/4 th^(tau-2) beta^2 with the pooled level th; ``half``: 1/2 >= th."""

    pooled: Pool
    fact: Fact
    half: Fact

    @property
    def th(self) -> sympy.Symbol:
        return self.pooled.th


def curved_regret(k: Proof, at: Any) -> Curvature:
    """Show, for 1 < tau < 2, that (tau-1) times the regret is at least ``(tau-1) tau/4 th^(tau-2) beta^2``."""
    from theory.classification.pooled import flattened, pool

    pooled = pool(k, at)
    th, e, g, p = pooled.th, pooled.e, pooled.g, at.p
    tau, q, a = at.tau, at.tau - 1, 1 / (2 - at.tau)
    half = k.show(Fraction(1, 2), ">=", th, by=[(Fraction(-1, 2), pooled.mass)])
    Z = at.total(th**a, th**a, g**a)

    # the true posteriors, tried at S' = p g^(a-1)/Z, which adds up to one
    leveled = k.either(pooled.complementary, e, p, th + e, e * g ** (a - 1) - e * th ** (a - 1))
    shares = at.total(at.p1 * th ** (a - 1) / Z, at.p2 * th ** (a - 1) / Z, p * g ** (a - 1) / Z)
    normed = k.show(shares, "==", 1, by=[(1 / Z, k.sum_up(leveled)), (th ** (a - 1) / Z, pooled.balance)])
    named = [{"p": x, "S": x * th ** (a - 1) / Z} for x in (at.p1, at.p2)]
    positive = k.sign(at.total(at.p1**a, at.p2**a, p**a), ">")
    tried = k.apply(hoelder, {"q": q}, given=[normed, positive], named=named, rest={"p": p, "S": p * g ** (a - 1) / Z})

    # each unnamed class, by the tangent of v^tau at th; it is exact where e = 0
    exact = p**tau * g ** ((a - 1) * q) - g**a - ((th + e) ** tau - th**tau) * th ** ((a - 1) * q)
    vanish = k.either(pooled.complementary, e, p, th + e, exact)
    v = k.fresh("v in [0,oo)")
    line = k.tangent(v**tau, v, th, th + e)
    unnamed = k.sum_up(k.show(p**tau * g ** ((a - 1) * q), ">=", g**a + tau * th ** (a - 1) * e,
                              by=[vanish, (th ** ((a - 1) * q), line)]))  # fmt: skip

    # classes 1 and 2: curvature around their mean m <= th, then the tangent at th
    m = (at.p1 + at.p2) / 2
    k.show(1, ">=", at.beta / (2 * m), by=[k.sign(at.p2 / m, ">=")])
    bent = k.apply(second_order, {"x": at.beta / (2 * m), "tau": tau})
    low = k.show(th, ">=", m, by=[(Fraction(-1, 2), pooled.balance)])
    steep = k.power(low, tau - 2)
    mean = k.tangent(v**tau, v, th, m)
    two = k.show(
        at.p1**tau + at.p2**tau,
        ">=",
        2 * th**tau + 2 * tau * th**q * (m - th) + tau * q / 4 * th ** (tau - 2) * at.beta**2,
        by=[(2 * m**tau, bent), (tau * q * at.beta**2 / 4, steep), (2, mean)],
    )

    # Z <= th^(a-1), since g^a <= th^(a-1) g
    small = flattened(k, at, pooled)
    size = k.show(th ** (a - 1), ">=", Z, by=[small, (-(th ** (a - 1)), pooled.mass)])
    scaled = k.power(size, -q)
    excess = tau * q / 4 * th ** (a - 2) * at.beta**2
    fact = k.show(at.norm() - at.hits(), ">=", q * tau / 4 * th ** (tau - 2) * at.beta**2,
                  by=[tried, pooled.bound, (Z ** (-q) * th ** ((a - 1) * q), two), (Z ** (-q), unnamed),
                      (tau * th ** (a - 1) * Z ** (-q), pooled.balance), (excess, scaled)])  # fmt: skip
    return Curvature(pooled, fact, half)
