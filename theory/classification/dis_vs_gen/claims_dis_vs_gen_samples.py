r"""How many observations the plug-in centroid rule needs: of the order of n if the Bayes error is fixed, not log n.

Classes N(+-mu, I) in n features, D = |mu|^2, Bayes error Q(sqrt(D)). Weights from m observations are N(mu, I/m); for
large n with n/m fixed the error of the rule tends to Q(D/sqrt(D + n/m)). The claims are about that limit formula.
What does need log n only is to know every mean to a fixed accuracy.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "dis_vs_gen", "sample complexity of naive Bayes"
_FORMULA = ("the error is that of the limit of large n with n/m fixed, Q(D/sqrt(D + n/m)); Q falls",)
_HALF, _ONE_PERCENT = Fraction(1, 2), Fraction(101, 100)


def argument(D: sympy.Expr, n: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    """The argument of Q in the limit formula."""
    return D / (D + n / m) ** _HALF


def _least(D: sympy.Expr, n: sympy.Expr, z: sympy.Expr) -> sympy.Expr:
    return n * z**2 / (D * (D - z**2))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_FORMULA,
    says=r"m\ge\frac{n\,z^2}{D(D-z^2)},\ 0<z<\sqrt D\ \Rightarrow\ Q\Bigl(\frac D{\sqrt{D+n/m}}\Bigr)\le Q(z)",
)  # fmt: skip
def order_n_suffices(c: Constant = 1) -> Stated:
    """The argument is z at that m (here times 1 + f), and grows with m; D = z^2 + e. Q decreases."""
    domain = Domain("z in (0,oo), e in (0,oo), n in (0,oo), f in [0,oo)")
    z, e, n, f = domain
    D = z**2 + e
    m = (1 + f) * _least(D, n, z)

    def proof(k: Proof) -> Any:
        more = k.sign(z**2 * e * f / ((1 + f) * z**2 + e), ">=")
        enough = k.show(D**2 / (D + n / m), ">=", z**2, by=[more])
        return k.show(argument(D, n, m), ">=", z, by=[k.power(enough, _HALF)])

    return ForAll(domain, argument(D, n, c * m), ">=", z), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_FORMULA,
    corrects="dis_vs_gen.logarithmic_samples_suffice",
    says=r"Q\Bigl(\frac D{\sqrt{D+n/m}}\Bigr)\le Q(z),\ 0<z<\sqrt D\ \Rightarrow\ m\ge\frac{n\,z^2}{D(D-z^2)}",
)  # fmt: skip
def order_n_is_needed(c: Constant = 1) -> Stated:
    """The converse: a fraction f less than that m gives an argument below z."""
    domain = Domain("z in (0,oo), e in (0,oo), n in (0,oo), f in (0,1)")
    z, e, n, f = domain
    D = z**2 + e
    m = (1 - f) * _least(D, n, z)

    def proof(k: Proof) -> Any:
        less = k.sign(z**2 * e * f / ((1 - f) * z**2 + e), ">")
        short = k.show(D**2 / (D + n / m), "<", z**2, by=[less])
        return k.show(argument(D, n, m), "<", z, by=[k.power(short, _HALF)])

    return ForAll(domain, argument(D, n, c * m), "<", z), chain(proof)


order_n_suffices.false_if("half as many observations sufficed", c=_HALF)
order_n_is_needed.false_if("a tenth more were needed", c=Fraction(11, 10))


@claim(
    paper=_PAPER, where=_WHERE + ", read for a fixed Bayes error", expected="refuted", strength="rate",
    assumptions=_FORMULA, uses=("dis_vs_gen.one_percent_above_bayes",),
    says=r"m=1000\log n\ \text{reach the error}\ Q(2)+.01\ \text{for all}\ n\ge3,\ D=4",
)  # fmt: skip
def logarithmic_samples_suffice(growing: Constant = 0) -> Stated:
    """With the Bayes error fixed at Q(2) no multiple of log n suffices; with D growing like n it does.

    Q(9/5) > Q(2) + .01, so that the argument would have to exceed 9/5.
    """
    import sympy

    domain = Domain("n in [3,oo)")
    (n,) = domain
    D = 4 * n / 3 if growing else sympy.Integer(4)
    reached = argument(D, n, 1000 * sympy.log(n))

    def proof(k: Proof) -> Any:  # for D = 4n/3, by m >= 1000
        y = k.fresh("y in (0,oo)")
        bend = k.tangent(sympy.log(y), y, Fraction(1, 3), 1 / n)  # log(1/n) <= 3/n - log 3 - 1 <= -log 3
        many = k.show(sympy.log(n), ">=", Fraction(1), by=[bend, k.sign(sympy.log(3) - 1, ">")])
        spread = D + n / (1000 * sympy.log(n))
        wider = k.show(D + n / 1000, ">=", spread, by=[(n / 1000, k.power(many, -1))])
        squared = k.show(D**2 / spread, ">=", Fraction(81, 25), by=[(D**2, k.power(wider, -1))])
        return k.show(reached, ">=", Fraction(9, 5), by=[k.power(squared, _HALF)])

    return ForAll(domain, reached, ">=", Fraction(9, 5)), chain(proof)


logarithmic_samples_suffice.true_if("the squared distance grew like n", growing=1)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lemma",
    says=r"Q(\tfrac95)>Q(2)+\tfrac1{100}",
)  # fmt: skip
def one_percent_above_bayes(excess: Constant = Fraction(1, 100)) -> Stated:
    """An error at most .01 above Q(2) needs an argument above 9/5."""
    import sympy

    domain = Domain("D in [4,4]")
    (D,) = domain
    reached, bayes = (sympy.erfc(sympy.sqrt(square / 2)) / 2 for square in (sympy.Rational(81, 25), D))
    return ForAll(domain, reached, ">", bayes + excess), boxes()


one_percent_above_bayes.false_if("the excess were 2 %", excess=Fraction(2, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    assumptions=("P(|mean - truth| > a) <= exp(-a^2 m/2) for each mean of m unit normals (Chernoff)",),
    says=r"m\ge\frac{2\log(n/\delta)}{a^2}\ \Rightarrow\ n\,e^{-a^2m/2}\le\delta",
)  # fmt: skip
def every_mean_is_known(c: Constant = 1) -> Stated:
    """All n means are within a of the truth, but for probability delta, from of the order of log n observations."""
    import sympy

    domain = Domain("n in [1,oo), m in (0,oo), a in (0,oo), delta in (0,1)")
    n, m, a, delta = domain
    failure = n * sympy.exp(-(a**2) * m / 2)

    def proof(k: Proof) -> Any:
        logs = sympy.log(n) - sympy.log(delta)
        small = k.show(-(a**2) * m / 2, "<=", -logs, by=[(a**2 / 2, k.hypothesis(0))])
        power = k.exponential(small)
        return k.show(failure, "<=", delta, by=[(n, power)])

    return ForAll(domain, failure, "<=", delta, ((m, ">=", c * 2 * sympy.log(n / delta) / a**2),)), chain(proof)


every_mean_is_known.false_if("half of them sufficed", c=_HALF)
