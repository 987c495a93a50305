r"""Exponents of the rate: what n >= m^2/d, m = d/e with n = d/e^6, and n = 0 say, and what they do not.

The rate without shift is ``B = [(d/m)^(1/2) (d/N)^(1/4)]^(1/2)``, N = 2n + m, against ``(d/m)^(1/2)`` from labels
alone: the **reconstruction** from the exponents that the abstract and the reviews name. The first term of the bound on
the authors' poster has the same exponents; with its constants, its other factors and its second term it is decided in
`theory.mixtures.ood_unlabeled.claims_ood_printed_corollaries`. Nothing here says that B bounds any error. d, m, n are
positive reals; no claim depends on their being whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain
from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import quoted_rate

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _RATE = "ood_unlabeled", "rate reconstructed from its quoted exponents"
_ONE_PERCENT, _HALF, _QUARTER = Fraction(101, 100), Fraction(1, 2), Fraction(1, 4)
_SIZES = "d in (0,oo), m in (0,oo), n in (0,oo)"


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="upper",
    says=r"2n+m\ge\frac{m^2}d\ \Rightarrow\ B\le\Bigl(\frac dm\Bigr)^{1/2};\quad\text{so it is for}\ n\ge\frac{m^2}d",
)  # fmt: skip
def threshold_suffices(c: Constant = 1, power: Constant = 2) -> Stated:
    """d/N <= (d/m)^2, to the power 1/8."""
    domain = Domain(_SIZES)
    d, m, n = domain
    total, alone = 2 * n + m, (d / m) ** _HALF

    def proof(k: Proof) -> Any:
        ratio = k.show((d / m) ** 2, ">=", d / total, by=[(d**2 / (m**2 * total), k.hypothesis(0))])
        root = k.power(ratio, Fraction(1, 8))
        return k.show(quoted_rate(d, m, total), "<=", alone, by=[((d / m) ** _QUARTER, root)])

    given = ((total, ">=", m**power / d ** (power - 1)),)
    return ForAll(domain, c * quoted_rate(d, m, total), "<=", alone, given), chain(proof)


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="lower",
    says=r"2n+m\le\frac{m^2}d\ \Rightarrow\ B\ge\Bigl(\frac dm\Bigr)^{1/2}",
)  # fmt: skip
def threshold_is_needed_by_the_rate(c: Constant = 1) -> Stated:
    """d/N >= (d/m)^2, to the power 1/8: the equivalence is one of bounds, not of errors."""
    domain = Domain(_SIZES)
    d, m, n = domain
    total, alone = 2 * n + m, (d / m) ** _HALF

    def proof(k: Proof) -> Any:
        ratio = k.show(d / total, ">=", (d / m) ** 2, by=[(d**2 / (m**2 * total), k.hypothesis(0))])
        root = k.power(ratio, Fraction(1, 8))
        return k.show(quoted_rate(d, m, total), ">=", alone, by=[((d / m) ** _QUARTER, root)])

    return ForAll(domain, quoted_rate(d, m, total), ">=", c * alone, ((m**2 / d, ">=", total),)), chain(proof)


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="upper",
    says=r"n\ge\frac{d^3}{m^2\varepsilon^8}\ \Rightarrow\ B\le\varepsilon:\ \text{the rate asks for no labels}",
)  # fmt: skip
def unlabelled_points_for_an_accuracy(c: Constant = 1, power: Constant = 8) -> Stated:
    """N >= n gives d/N <= m^2 e^8/d^2, to the power 1/8."""
    domain = Domain(_SIZES + ", eps in (0,1]")
    d, m, n, eps = domain
    total = 2 * n + m

    def proof(k: Proof) -> Any:
        more = k.show(total, ">=", d**3 / (m**2 * eps**8), by=[k.hypothesis(0), k.sign(n + m, ">")])
        ratio = k.show(m**2 * eps**8 / d**2, ">=", d / total, by=[(m**2 * eps**8 / (d**2 * total), more)])
        root = k.power(ratio, Fraction(1, 8))
        return k.show(quoted_rate(d, m, total), "<=", eps, by=[((d / m) ** _QUARTER, root)])

    given = ((n, ">=", d**3 / (m**2 * eps**power)),)
    return ForAll(domain, c * quoted_rate(d, m, total), "<=", eps, given), chain(proof)


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="upper",
    says=r"m=\frac d\varepsilon,\ n=\frac d{\varepsilon^6}\ \Rightarrow\ B\le\varepsilon",
)  # fmt: skip
def labelled_complexity(labels: Constant = 1, points: Constant = 6) -> Stated:
    """The case m = d/e of the last: d^3/(m^2 e^8) = d/e^6."""
    domain = Domain("d in (0,oo), eps in (0,1]")
    d, eps = domain
    m, n = d / eps**labels, d / eps**points

    def proof(k: Proof) -> Any:
        enough = k.identity(n, d**3 / (m**2 * eps**8))
        return k.apply(unlabelled_points_for_an_accuracy, {"d": d, "m": m, "n": n, "eps": eps}, given=[enough])

    return ForAll(domain, quoted_rate(d, m, 2 * n + m), "<=", eps), chain(proof)


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="identity",
    says=r"B\big|_{n=0}=\Bigl(\frac dm\Bigr)^{3/8}",
)  # fmt: skip
def rate_without_unlabelled_points(exponent: Constant = Fraction(3, 8)) -> Stated:
    """1/4 + 1/8."""
    domain = Domain("d in (0,oo), m in (0,oo)")
    d, m = domain
    rate = quoted_rate(d, m, m)
    return ForAll(domain, rate, "==", (d / m) ** exponent), chain(lambda k: k.identity(rate, (d / m) ** Fraction(3, 8)))


@claim(
    paper=_PAPER, where=_RATE + ", read as an improvement at n = 0", expected="refuted", strength="upper",
    says=r"\Bigl(\frac dm\Bigr)^{3/8}\le\Bigl(\frac dm\Bigr)^{1/2}\ \text{for}\ d\le\tfrac m2",
)  # fmt: skip
def rate_without_unlabelled_points_improves(larger: Constant = 0) -> Stated:
    """A power of a number below 1 falls in the exponent; the reading holds where the dimension is the larger number."""
    domain = Domain("d in [1,1000], r in [1/1000,1/2]")
    d, r = domain
    m = d * r if larger else d / r
    lhs, rhs = (d / m) ** Fraction(3, 8), (d / m) ** _HALF

    def proof(k: Proof) -> Any:
        wide = k.power(k.show(1 / r, ">=", 1, by=[(1 / r, k.sign(1 - r, ">="))]), Fraction(1, 8))
        return k.show(lhs, "<=", rhs, by=[(r ** Fraction(-3, 8), wide)])

    return ForAll(domain, lhs, "<=", rhs), chain(proof)


@claim(
    paper=_PAPER, where=_RATE, expected="proved", strength="lower",
    corrects="ood_unlabeled.rate_without_unlabelled_points_improves",
    says=r"\Bigl(\frac dm\Bigr)^{3/8}\ge\Bigl(\frac dm\Bigr)^{1/2}\ \text{for}\ d\le m",
)  # fmt: skip
def rate_without_unlabelled_points_is_weaker(c: Constant = 1) -> Stated:
    """r^(1/8) <= 1 for r = d/m <= 1."""
    domain = Domain("d in (0,oo), r in (0,1]")
    d, r = domain
    m = d / r
    lhs, rhs = (d / m) ** Fraction(3, 8), (d / m) ** _HALF

    def proof(k: Proof) -> Any:
        return k.show(lhs, ">=", rhs, by=[k.sign(r ** Fraction(3, 8) * (1 - r ** Fraction(1, 8)), ">=")])

    return ForAll(domain, lhs, ">=", c * rhs), chain(proof)


threshold_suffices.false_if("the bound were twice as large", c=2)
threshold_suffices.false_if("m unlabelled points were enough", power=1)
threshold_is_needed_by_the_rate.false_if("the bound were twice as small", c=2)
unlabelled_points_for_an_accuracy.false_if("the bound were twice as large", c=2)
unlabelled_points_for_an_accuracy.false_if("the sixth power of the accuracy were enough for every m", power=6)
labelled_complexity.false_if("n = d/e^5 were enough", points=5)
labelled_complexity.false_if("m = d/e^(1/2) were enough", labels=_HALF)
rate_without_unlabelled_points.false_if("the exponent were 1/2", exponent=_HALF)
rate_without_unlabelled_points_improves.true_if("the dimension were the larger number", larger=1)
rate_without_unlabelled_points_is_weaker.false_if("it were 1 % weaker", c=_ONE_PERCENT)
