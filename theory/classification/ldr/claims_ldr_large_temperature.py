r"""The LDR-KL loss for a high temperature: mean, then variance, with an explicit third-order error.

For weights u (1/K in the paper), gaps d with mean m and deviations e = d - m, |e| <= D <= lam, V = sum u e^2:

    | psi - m - V/(2 lam) |  <=  (7/24) D V / lam^2,        psi = lam log sum u e^{d/lam} >= m.

Steps: |e^x - 1 - x - x^2/2| <= (7/24) |x|^3 above and x^3/6 below on [-1, 1]; log z <= z - 1 above and
log(1 + t) >= t - t^2/2 below. At lam = oo the loss is m, which is symmetric: its sum over the labels is c (K - 1).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.ldr.claims_ldr_exponential import exponential_above, exponential_below, logarithm_below
from theory.classification.samples import simplex
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "lambda -> infinity: the mean"


@dataclass(frozen=True)
class _Setting:
    """Weights u, deviations e from the mean log(g), |e| <= D, of mean zero."""

    domain: Domain = field(default_factory=lambda: Domain("lam in (0,oo), g in (0,oo), D in [0,oo)"))
    each: Domain = field(default_factory=lambda: Domain("u in (0,1], e in (-oo,oo)"))

    def excess(self) -> sympy.Expr:
        """``psi - mean``: the mean of the gaps log(g) + e is log(g), which is any real number."""
        import sympy

        (lam, g, _), (u, e) = self.domain, self.each
        return lam * sympy.log(Sig(u * sympy.exp((sympy.log(g) + e) / lam))) - sympy.log(g)

    def given(self, *, high: bool = True) -> tuple[tuple[Any, str, Any], ...]:
        """Hypotheses: 0 total weight, 1 mean, 2 and 3 bounds of a deviation, 4 the temperature is at least D."""
        (lam, _, D), (u, e) = self.domain, self.each
        base = ((Sig(u), "==", 1), (Sig(u * e), "==", 0), (D, ">=", e), (D, ">=", -e))
        return (*base, (lam, ">=", D)) if high else base

    def variance(self) -> sympy.Expr:
        """``sum u e^2``."""
        u, e = self.each
        return Sig(u * e**2)

    def mean_exponential(self, k: Proof) -> tuple[sympy.Expr, Fact]:
        """Return ``sum u e^{e/lam}`` and the fact that it is at least 1; the loss is then defined."""
        import sympy

        (lam, g, _), (u, e) = self.domain, self.each
        Z = Sig(u * sympy.exp(e / lam))
        v = k.fresh("v in (-oo,oo)")
        line = k.tangent(sympy.exp(v), v, 0, e / lam)
        each_class = k.show(u * sympy.exp(e / lam), ">=", u + u * e / lam, by=[(u, line)])
        least = k.show(Z, ">=", 1, by=[k.sum_up(each_class), k.hypothesis(0), (1 / lam, k.hypothesis(1))])
        k.show(Z, ">", 0, by=[least])
        full = Sig(u * sympy.exp((sympy.log(g) + e) / lam))
        scaled = k.show(full, ">=", g ** (1 / lam), by=[(g ** (1 / lam), least)])
        k.show(full, ">", 0, by=[scaled])
        return Z, least

    def per_class(self, k: Proof, lemma: Claim) -> Fact:
        """Apply a lemma about |x| <= b <= 1 to x = e/lam, b = D/lam, and weigh it with u."""
        (lam, _, D), (u, e) = self.domain, self.each
        k.show(1, ">=", D / lam, by=[(1 / lam, k.hypothesis(4))])
        k.show(D / lam, ">=", e / lam, by=[(1 / lam, k.hypothesis(2))])
        k.show(D / lam, ">=", -e / lam, by=[(1 / lam, k.hypothesis(3))])
        k.show(1, ">=", e / lam, by=[(1 / lam, k.hypothesis(2)), (1 / lam, k.hypothesis(4))])
        k.show(1 + e / lam, ">=", 0, by=[(1 / lam, k.hypothesis(3)), (1 / lam, k.hypothesis(4))])
        one = k.apply(lemma, {"x": e / lam, "b": D / lam})
        return k.sum_up(k.show(u * one.lhs, one.op, u * one.rhs, by=[(u, one)]))


def _sample(rng: random.Random) -> Any:
    """Deviations of mean zero: a large one of small weight, or any."""
    if rng.random() < 0.4:
        u = [Fraction(1, 1000), Fraction(999, 1000)]
        raw = [Fraction(rng.choice((-1, 1))), Fraction(0)]
    else:
        u = simplex(rng, rng.randint(2, 5), zeros=0)
        raw = [Fraction(rng.randint(-20, 20), 10) for _ in u]
    mean = sum((x * y for x, y in zip(u, raw, strict=True)), Fraction(0))
    e = [x - mean for x in raw]
    bound = max(abs(x) for x in e)
    lam = max(bound, Fraction(1, 10)) * rng.choice((1, 1, 2, 5, 50))
    point = {"lam": lam, "g": Fraction(rng.randint(1, 30), 10), "D": bound}
    return point, [{"u": x, "e": y} for x, y in zip(u, e, strict=True)]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\lambda\log\sum_k u_ke^{d_k/\lambda}\ge\bar d=\sum_k u_kd_k",
)  # fmt: skip
def at_least_the_mean(c: Constant = 0) -> Stated:
    """Jensen: tangent of the exponential at the mean."""
    at = _Setting()
    lam = next(iter(at.domain))

    def proof(k: Proof) -> Fact:
        _, least = at.mean_exponential(k)
        return k.show(at.excess(), ">=", 0, by=[(lam, k.logarithm(least))])

    return ForEveryN(at.domain, at.each, at.given(high=False), at.excess(), ">=", c * lam), chain(proof, _sample)


at_least_the_mean.false_if("the loss exceeded the mean by a hundredth of the temperature", c=Fraction(1, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    says=r"|d_k-\bar d|\le D\le\lambda:\quad \psi_\lambda-\bar d-\frac{\operatorname{Var}d}{2\lambda}"
    r"\le\frac{7}{24}\frac{D\operatorname{Var}d}{\lambda^2}",
)  # fmt: skip
def variance_correction_above(c: Constant = Fraction(7, 24)) -> Stated:
    """Log z <= z - 1, and the exponential's upper bound of each class."""
    import sympy

    at = _Setting()
    lam, _, D = at.domain

    def proof(k: Proof) -> Fact:
        Z, _ = at.mean_exponential(k)
        total = at.per_class(k, exponential_above)
        v = k.fresh("w in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, Z)
        bound = sympy.Rational(7, 24) * D * at.variance() / lam**2
        by = [(lam, line), (lam, total), (-lam, k.hypothesis(0)), (-1, k.hypothesis(1))]
        return k.show(at.excess() - at.variance() / (2 * lam), "<=", bound, by=by)

    bound = sympy.Rational(c) * D * at.variance() / lam**2
    statement = ForEveryN(at.domain, at.each, at.given(), at.excess() - at.variance() / (2 * lam), "<=", bound)
    return statement, chain(proof, _sample)


variance_correction_above.false_if("the constant were a fifth", c=Fraction(1, 5))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"|d_k-\bar d|\le D\le\lambda:\quad \psi_\lambda-\bar d-\frac{\operatorname{Var}d}{2\lambda}"
    r"\ge-\frac{7}{24}\frac{D\operatorname{Var}d}{\lambda^2}",
)  # fmt: skip
def variance_correction_below(c: Constant = Fraction(7, 24)) -> Stated:
    """log(1+t) >= t - t^2/2 at t = V/2 - b V/6, where b = D/lam <= 1 and V = sum u (e/lam)^2 <= b^2."""
    import sympy

    at = _Setting()
    (lam, _, D), (u, e) = at.domain, at.each
    V, b = at.variance() / lam**2, D / lam

    def proof(k: Proof) -> Fact:
        Z, _ = at.mean_exponential(k)
        total = at.per_class(k, exponential_below)
        t = V * (sympy.Rational(1, 2) - b / 6)
        k.show(sympy.Rational(1, 2) - b / 6, ">=", 0, by=[(Fraction(1, 6), k.show(1, ">=", b))])
        k.show(t, ">=", 0)
        grown = k.show(Z, ">=", 1 + t, by=[total, k.hypothesis(0), (1 / lam, k.hypothesis(1))])
        series = k.apply(logarithm_below, {"t": t})
        square = k.show(D**2, ">=", e**2, by=[(D + e, k.hypothesis(2))])
        spread = k.sum_up(k.show(u * D**2, ">=", u * e**2, by=[(u, square)]))
        small = k.show(b, ">=", V, by=[(1 / lam**2, spread), (D**2 / lam**2, k.hypothesis(0)),
                                       (b / lam, k.hypothesis(4))])  # fmt: skip
        below = k.show(V / 2, ">=", t, by=[k.sign(V * b / 6, ">=")])
        squares = k.power(below, 2)
        by = [(lam, k.logarithm(grown)), (lam, series), (lam / 2, squares), (lam * V / 8, small)]
        return k.show(at.excess() - lam * V / 2, ">=", -sympy.Rational(7, 24) * lam * b * V, by=by)

    bound = -sympy.Rational(c) * D * at.variance() / lam**2
    statement = ForEveryN(at.domain, at.each, at.given(), at.excess() - at.variance() / (2 * lam), ">=", bound)
    return statement, chain(proof, _sample)


variance_correction_below.false_if("the constant were an eighth", c=Fraction(1, 8))


@claim(
    paper=_PAPER, where=_WHERE, form="as usually quoted", expected="proved", strength="asymptotic",
    says=r"\lim_{\lambda\to\infty}\psi_\lambda=\tfrac13(d_1+d_2+d_3),\qquad t=1/\lambda",
    assumptions=("three classes: for every number of them the two-sided bound with the variance says it",),
)  # fmt: skip
def mean_in_the_limit(c: Constant = 1) -> Stated:
    """First Taylor coefficient of log((1/3) sum e^{t d}) at t = 0."""
    import sympy

    domain = Domain("t in (0,oo), d1 in (-oo,oo), d2 in (-oo,oo), d3 in (-oo,oo)")
    t, *d = domain
    f = sympy.log(sum((sympy.exp(t * gap) for gap in d), sympy.Integer(0)) / 3)

    def proof(k: Proof) -> Any:
        return k.taylor(f, t, 1)

    return LimitOf(domain, f / t, t, "+", c * sum(d, sympy.Integer(0)) / 3), chain(proof)


mean_in_the_limit.false_if("the limit were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where="lambda = infinity is symmetric", form="as usually quoted", expected="proved",
    strength="identity", says=r"\sum_y\Bigl(\tfrac1K\sum_k(f_k-f_y+c\,1_{k\ne y})\Bigr)=c\,(K-1)",
)  # fmt: skip
def mean_loss_is_symmetric(factor: Constant = 1) -> Stated:
    """The loss of label y is mean f - f_y + c (K-1)/K; the scores cancel in the sum over y."""
    import sympy

    domain, each = Domain("c in [0,oo)"), Domain("f in (-oo,oo)")
    (margin,), (f,) = domain, each
    K = Sig(sympy.Integer(1))
    total = Sig((Sig(f) - f * K + margin * (K - 1)) / K)

    def proof(k: Proof) -> Fact:
        return k.identity(total, margin * (K - 1))

    def sample(rng: random.Random) -> Any:
        rows = [{"f": Fraction(rng.randint(-30, 30), 10)} for _ in range(rng.randint(2, 5))]
        return {"c": Fraction(rng.randint(0, 30), 10)}, rows

    statement = ForEveryN(domain, each, ((K, ">", 0),), total, "==", factor * margin * (K - 1))
    return statement, chain(proof, sample)


mean_loss_is_symmetric.false_if("the constant were 1 % larger", factor=Fraction(101, 100))
