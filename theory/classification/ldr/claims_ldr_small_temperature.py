r"""The LDR-KL loss for a temperature near 0: the maximum of the gaps, and why that end is not calibrated.

For K gaps d_k of which d_1 is the largest, psi = lam log((1/K) sum e^{d_k/lam}) obeys 0 <= d_1 - psi <= lam log K: one
of the K terms of the mean is e^{d_1/lam}, the others are not larger. At lam = 0 the loss is max_k (f_k - f_y + c_{ky}),
the hinge of Crammer and Singer with margin c. If no class has more than half of the mass, equal scores minimise its
conditional risk for every number of classes and every margin: nothing of the order of the classes is left. (Exact
three-class instances, as linear programs, are ``tewari_bartlett.crammer_singer_not_calibrated`` and
``tewari_bartlett.crammer_singer_minimum``.)
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "lambda -> 0: the maximum (Crammer-Singer)"
_GAPS = (Domain("lam in (0,oo), d1 in (-oo,oo)"), Domain("d in (-oo,oo)"))


def _loss(lam: Any, d1: Any, d: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the loss of the gaps d_1 and d, and the number of classes."""
    import sympy

    K = 1 + Sig(sympy.Integer(1))
    return lam * sympy.log((sympy.exp(d1 / lam) + Sig(sympy.exp(d / lam))) / K), K


def _sample(rng: random.Random) -> Any:
    d1 = Fraction(rng.randint(-20, 20), 10)
    rows = [{"d": d1 - Fraction(rng.choice((0, 0, 1, 5, 40)), 10)} for _ in range(rng.randint(0, 5))]
    return {"lam": Fraction(rng.randint(1, 30), 10), "d1": d1}, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    says=r"\lambda\log\Bigl(\tfrac1K\sum_k e^{d_k/\lambda}\Bigr)\le\max_k d_k",
)
def at_most_the_maximum(c: Constant = 1) -> Stated:
    """A mean is at most the largest term."""
    import sympy

    domain, each = _GAPS
    (lam, d1), (d,) = domain, each
    psi, K = _loss(lam, d1, d)

    def proof(k: Proof) -> Fact:
        below = k.show(d1 / lam, ">=", d / lam, by=[(1 / lam, k.hypothesis(0))])
        total = k.sum_up(k.exponential(below))
        mean = k.show(sympy.exp(d1 / lam), ">=", (sympy.exp(d1 / lam) + Sig(sympy.exp(d / lam))) / K,
                      by=[(1 / K, total)])  # fmt: skip
        return k.show(psi, "<=", d1, by=[(lam, k.logarithm(mean))])

    shift = sympy.Rational(c) - 1
    return ForEveryN(domain, each, ((d1, ">=", d),), psi + shift * lam, "<=", d1), chain(proof, _sample)


at_most_the_maximum.false_if("the loss were a hundredth of the temperature larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\max_k d_k-\lambda\log\Bigl(\tfrac1K\sum_k e^{d_k/\lambda}\Bigr)\le\lambda\log K",
)
def near_the_maximum(c: Constant = 1) -> Stated:
    """The largest term alone is 1/K of the mean, or more."""
    import sympy

    domain, each = _GAPS
    (lam, d1), (d,) = domain, each
    psi, K = _loss(lam, d1, d)

    def proof(k: Proof) -> Fact:
        others = k.sign(Sig(sympy.exp(d / lam)), ">=")
        mean = k.show((sympy.exp(d1 / lam) + Sig(sympy.exp(d / lam))) / K, ">=", sympy.exp(d1 / lam) / K,
                      by=[(1 / K, others)])  # fmt: skip
        return k.show(d1 - psi, "<=", lam * sympy.log(K), by=[(lam, k.logarithm(mean))])

    return ForEveryN(domain, each, ((d1, ">=", d),), d1 - psi, "<=", c * lam * sympy.log(K)), chain(proof, _sample)


near_the_maximum.false_if("the error were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="asymptotic",
    says=r"\lim_{\lambda\to0^+}\lambda\log\tfrac13\sum_{k=1}^3e^{d_k/\lambda}=d_1\quad(d_1\ge d_2,d_3)",
    assumptions=("three classes: for every number of them the two-sided bound with lam log K says it",),
)
def maximum_in_the_limit(c: Constant = 1) -> Stated:
    """Between d_1 - lam log 3 and d_1, where d_2 = d_1 - r and d_3 = d_1 - s."""
    import sympy

    domain = Domain("lam in (0,oo), d1 in (-oo,oo), r in [0,oo), s in [0,oo)")
    lam, d1, r, s = domain
    gaps = (d1, d1 - r, d1 - s)
    psi = lam * sympy.log(sum((sympy.exp(gap / lam) for gap in gaps), sympy.Integer(0)) / 3)

    def proof(k: Proof) -> Any:
        named = [{"d": gap} for gap in gaps[1:]]
        above = k.apply(at_most_the_maximum, {"lam": lam, "d1": d1}, named=named)
        below = k.apply(near_the_maximum, {"lam": lam, "d1": d1}, named=named)
        low = k.show(psi, ">=", d1 - lam * sympy.log(3), by=[below])
        high = k.show(d1, ">=", psi, by=[above])
        return k.squeeze(low, high, lam, "+")

    return LimitOf(domain, psi, lam, "+", c * d1), chain(proof)


maximum_in_the_limit.false_if("the limit were 1 % larger", c=Fraction(101, 100))


# -- lam = 0 is not calibrated ----------------------------------------------------------------------------------------

_NO_MAJORITY = r"\max_y p_y\le\tfrac12:\quad "


@claim(
    paper=_PAPER,
    where="lambda = 0 is not calibrated",
    expected="proved",
    strength="tight",
    says=_NO_MAJORITY + r"\sum_y p_y\max_k(f_k-f_y+c\,1_{k\ne y})\ge c",
)
def maximum_not_calibrated(share: Constant = Fraction(1, 2), c: Constant = 1) -> Stated:
    """Class 1 scores highest, class 2 next: the risk is at least c + (1 - 2 p_1)(f_1 - f_2), with f_y <= f_2.

    Equal scores give every label the loss c, so that they minimise the risk whatever the order of the p_y.
    """
    import sympy

    domain = Domain("c in [0,oo), p1 in [0,1], p2 in [0,1], f1 in (-oo,oo), f2 in (-oo,oo)")
    each = Domain("p in [0,1], f in (-oo,oo)")
    (margin, p1, p2, f1, f2), (p, f) = domain, each
    risk = p1 * sympy.Max(0, margin + f2 - f1) + p2 * (margin + f1 - f2) + Sig(p * (margin + f1 - f))

    def proof(k: Proof) -> Fact:
        total, half, second = k.hypothesis(0), k.hypothesis(1), k.hypothesis(3)
        m = k.fresh("m in [0,oo)")
        named, _, hinge, _ = k.part(m, margin + f2 - f1)
        rest = k.sum_up(k.show(p * (margin + f1 - f), ">=", p * (margin + f1 - f2), by=[(p, second)]))
        spread = k.show((1 - 2 * p1) * (f1 - f2), ">=", 0, by=[(f1 - f2, (k.show(1, ">=", 2 * p1, by=[(2, half)])))])
        return k.show(risk, ">=", margin,
                      by=[(-p1, named), (p1, hinge), rest, spread, (margin + f1 - f2, total)])  # fmt: skip

    given = ((p1 + p2 + Sig(p), "==", 1), (sympy.Rational(share), ">=", p1), (f1, ">=", f2), (f2, ">=", f))
    return ForEveryN(domain, each, given, risk, ">=", c * margin), chain(proof, _sample_scores)


def _sample_scores(rng: random.Random) -> Any:
    n = rng.randint(2, 5)
    p = simplex(rng, n) if rng.random() < 0.5 else [Fraction(505, 1000), Fraction(495, 1000), *[Fraction(0)] * (n - 2)]
    margin, step = Fraction(rng.randint(0, 20), 10), Fraction(rng.choice((0, 0, 5, 10, 20)), 10)
    f = sorted((Fraction(rng.randint(-20, 0), 10) for _ in p[2:]), reverse=True)
    f = [step, Fraction(0), *(f if rng.random() < 0.5 else [Fraction(0)] * len(f))]
    point = {"c": margin, "p1": p[0], "p2": p[1], "f1": f[0], "f2": f[1]}
    return point, [{"p": x, "f": y} for x, y in zip(p[2:], f[2:], strict=True)]


maximum_not_calibrated.false_if("a class might have more than half of the mass", share=Fraction(51, 100))
maximum_not_calibrated.false_if("the risk were 1 % larger", c=Fraction(101, 100))
