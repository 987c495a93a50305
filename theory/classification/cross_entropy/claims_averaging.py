r"""From points to distributions: a convex bound on the conditional regret at every x is one on the average.

At x, which has probability w, the zero-one regret is d and the surrogate regret s >= T(d). Then
``sum w s >= T(sum w d)`` for every finite distribution: Jensen's inequality, by the tangent of T at the average. The
sums are the two sides of Theorem 3.1, since ``sum w s`` is ``R(h) - R* + M``: the risk of h minus the average of the
least conditional risks.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_conditional_minimum import hoelder, hoelder_low
from theory.classification.samples import simplex
from theory.classification.symbolic import mean_power, power_mean, two_class_transform
from theory.engine.claim import Claim, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "comp_sum", "Theorem 3.1, from conditional to average regret"
_FINITE = ("the distribution of x has finite support; with expectations for sums the proof is the same",)
_ONE_PERCENT = Fraction(101, 100)


def _line(D: sympy.Expr, d: sympy.Expr, a: sympy.Expr) -> sympy.Expr:
    """The tangent of M_a at D, taken at d; the power mean is homogeneous, so there is no constant."""
    return mean_power(D, a) ** (1 / a - 1) * ((1 + d) * (1 + D) ** (a - 1) + (1 - d) * (1 - D) ** (a - 1)) / 2


def _tangent(
    k: Proof, D: sympy.Expr, d: sympy.Expr, tau: sympy.Expr, lemma: Claim, values: dict[str, Any], op: str
) -> Fact:
    """Hoelder's inequality for 1 + d and 1 - d, with the weights that are optimal for 1 + D and 1 - D."""
    a = 1 / (2 - tau)
    powers = [(1 + D) ** a, (1 - D) ** a]
    Z = powers[0] + powers[1]
    named = [{"p": x, "S": power / Z} for x, power in zip((1 + d, 1 - d), powers, strict=True)]
    total, positive = k.identity(powers[0] / Z + powers[1] / Z, 1), k.sign((1 + d) ** a + (1 - d) ** a, ">")
    means = k.apply(lemma, values, given=[total, positive], named=named)
    return k.show(power_mean(d, a), op, _line(D, d, a), by=[(2 ** (tau - 2), means)])


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=r"M_a(d)\ge M_a(D)+M_a'(D)(d-D),\quad a>1")
def mean_above_tangent(c: Any = 1) -> Any:
    """Hoelder's inequality for 1 + d and 1 - d, with weights fixed at D."""
    domain = Domain("D in [0,1], d in [0,1], tau in (1,2)")
    D, d, tau = domain
    statement = ForAll(domain, power_mean(d, 1 / (2 - tau)), ">=", c * _line(D, d, 1 / (2 - tau)))
    return statement, chain(lambda k: _tangent(k, D, d, tau, hoelder, {"q": tau - 1}, ">="))


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=r"M_a(d)\le M_a(D)+M_a'(D)(d-D),\quad a<1")
def mean_below_tangent(c: Any = 1) -> Any:
    """The inequality turned round, for D < 1, where the tangent is not vertical."""
    domain = Domain("D in [0,1), d in [0,1], tau in [0,1)")
    D, d, tau = domain
    statement = ForAll(domain, c * power_mean(d, 1 / (2 - tau)), "<=", _line(D, d, 1 / (2 - tau)))
    return statement, chain(lambda k: _tangent(k, D, d, tau, hoelder_low, {"s": 1 - tau}, "<="))


mean_above_tangent.false_if("the tangent were 1 % higher", c=_ONE_PERCENT)
mean_below_tangent.false_if("the mean were 1 % larger", c=_ONE_PERCENT)


def _sampler(regret: Any, tenths: tuple[int, int] | None) -> Any:
    """Draw points with s a little above ``regret(d, scale, tau)``; often all d are equal, which is the worst case."""

    def sample(rng: random.Random) -> Any:
        weights = simplex(rng, rng.randint(1, 4), zeros=0)
        same = Fraction(rng.randint(0, 99), 100)
        scale = Fraction(rng.randint(1, 30), 10)
        point = {"C": scale}
        if tenths is not None:
            point["tau"] = Fraction(rng.randint(*tenths), 10)
        rows = []
        for w in weights:
            d = same if rng.random() < 0.8 else Fraction(rng.randint(0, 99), 100)
            least = Fraction(regret(float(d), float(scale), float(point.get("tau", 1)))).limit_denominator(10**7)
            rows.append({"w": w, "d": d, "s": max(least, Fraction(0)) + Fraction(1, 10**6)})
        return point, rows

    return sample


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=_FINITE,
    says=r"s_x\ge C d_x^2\ \forall x\ \Rightarrow\ \textstyle\sum_x w_x s_x\ge C\bigl(\sum_x w_x d_x\bigr)^2",
)
def average_quadratic(c: Any = 1) -> Any:
    """d^2 >= 2 D d - D^2 at the average D."""
    domain, each = Domain("C in [0,oo)"), Domain("w in [0,1], d in [0,1], s in [0,oo)")
    (C,), (w, d, s) = domain, each
    D = Sig(w * d)

    def proof(k: Proof) -> Any:
        square = k.sign((d - D) ** 2, ">=")
        line = k.sum_up(k.show(w * s, ">=", C * w * (2 * D * d - D**2), by=[(w, k.hypothesis(1)), (C * w, square)]))
        return k.show(Sig(w * s), ">=", C * D**2, by=[line, (-C * D**2, k.hypothesis(0))])

    given = ((Sig(w), "==", 1), (s, ">=", C * d**2))
    sample = _sampler(lambda value, scale, tau: scale * value**2, None)
    return ForEveryN(domain, each, given, Sig(w * s), ">=", c * C * D**2), chain(proof, sample)


average_quadratic.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


def _average_powers(c: Any, tau_range: str, tenths: tuple[int, int], *, low: bool) -> Any:

    domain, each = Domain(f"C in [0,oo), tau in {tau_range}"), Domain("w in [0,1], d in [0,1], s in [0,oo)")
    (C, tau), (w, d, s) = domain, each
    D, a, sign = Sig(w * d), 1 / (2 - tau), -1 if low else 1

    def transform(x: Any) -> Any:
        return sign * C * (power_mean(x, a) - 1)

    def proof(k: Proof) -> Any:
        rest = k.sum_up(k.sign(w * (1 - d), ">="))
        k.show(1 - D, ">=", 0, by=[rest, (-1, k.hypothesis(0))])
        lemma = mean_below_tangent if low else mean_above_tangent
        line = k.apply(lemma, {"D": D, "d": d, "tau": tau})
        k.sign(mean_power(D, a), ">")
        tangent = sign * C * w * (_line(D, d, a) - 1)
        total = k.sum_up(k.show(w * s, ">=", tangent, by=[(w, k.hypothesis(1)), (C * w, line)]))
        up, down = (1 + D) ** (a - 1), (1 - D) ** (a - 1)
        constant = sign * C * (mean_power(D, a) ** (1 / a - 1) * (up + down) / 2 - 1)
        return k.show(Sig(w * s), ">=", transform(D), by=[total, (constant, k.hypothesis(0))])

    def regret(x: float, scale: float, t: float) -> float:
        power = 1 / (2 - t)
        return sign * scale * ((((1 + x) ** power + (1 - x) ** power) / 2) ** (1 / power) - 1)

    given: tuple[Any, ...] = ((Sig(w), "==", 1), (s, ">=", transform(d)))
    given += ((D, "<", 1),) if low else ()
    return ForEveryN(domain, each, given, Sig(w * s), ">=", c * transform(D)), chain(proof, _sampler(regret, tenths))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=_FINITE,
    says=r"s_x\ge C\,(1-M_a(d_x))\ \forall x\ \Rightarrow\ \textstyle\sum_x w_x s_x"
    r"\ge C\,\bigl(1-M_a(\sum_x w_x d_x)\bigr),\quad 0\le\tau<1",
)
def average_low(c: Any = 1) -> Any:
    """The power mean is concave for a < 1: its tangent at the average, which is below one."""
    return _average_powers(c, "[0,1)", (0, 9), low=True)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=_FINITE,
    says=r"s_x\ge C\,(M_a(d_x)-1)\ \forall x\ \Rightarrow\ \textstyle\sum_x w_x s_x"
    r"\ge C\,\bigl(M_a(\sum_x w_x d_x)-1\bigr),\quad 1<\tau<2",
)
def average_middle(c: Any = 1) -> Any:
    """The power mean is convex for a > 1; C holds the factor of the two-class formula or that of the published one."""
    return _average_powers(c, "(1,2)", (11, 19), low=False)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=_FINITE,
    says=r"s_x\ge C\,\mathcal T_1(d_x)\ \forall x\ \Rightarrow"
    r"\ \textstyle\sum_x w_x s_x\ge C\,\mathcal T_1\bigl(\sum_x w_x d_x\bigr)",
)
def average_logistic(c: Any = 1) -> Any:
    """The tangents of v log v at 1 + D and 1 - D."""
    import sympy

    domain, each = Domain("C in [0,oo)"), Domain("w in [0,1], d in [0,1), s in [0,oo)")
    (C,), (w, d, s) = domain, each
    D = Sig(w * d)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        k.show(1 - D, ">", 0, by=[k.hypothesis(2)])
        lines = [k.tangent(v * sympy.log(v), v, at, x) for at, x in ((1 + D, 1 + d), (1 - D, 1 - d))]
        up, down = sympy.log(1 + D), sympy.log(1 - D)
        tangent = ((1 + d) * up + (1 - d) * down) / 2
        point = k.show(w * s, ">=", C * w * tangent, by=[(w, k.hypothesis(1)), *[(C * w / 2, line) for line in lines]])
        return k.show(
            Sig(w * s),
            ">=",
            C * two_class_transform(D, 1),
            by=[k.sum_up(point), (C * (up + down) / 2, k.hypothesis(0))],
        )

    def regret(x: float, scale: float, tau: float) -> float:
        from math import log1p

        return scale * ((1 + x) / 2 * log1p(x) + (1 - x) / 2 * log1p(-x))

    given = ((Sig(w), "==", 1), (s, ">=", C * two_class_transform(d, 1)), (D, "<", 1))
    return ForEveryN(domain, each, given, Sig(w * s), ">=", c * C * two_class_transform(D, 1)), chain(
        proof, _sampler(regret, None)
    )


average_low.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
average_middle.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
average_logistic.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
