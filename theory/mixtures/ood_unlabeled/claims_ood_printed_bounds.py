r"""The two generalisation bounds printed on the authors' poster: their units, and what their corollaries give.

Theorem 4.2 (zero-one loss), with L = log(1/delta), A = |mu_1|^2 + sigma_1^2 and shift alpha, bounds the excess risk by

    C e^(-|mu_0|^2/(4 sigma_0^2)) / sqrt(2 sigma_0 sqrt(2 pi)) (2 A d alpha/m + (4d/m) sqrt((2d + 2L)/(2n + m)))^(1/4)
        + C sqrt(2L/m);

Theorem 4.1 (robust loss) by C gamma sqrt((2d/m)(alpha A_0 + sqrt(2d/(2n + m)) + sqrt(2L/(2n + m)))) + C sqrt(2L/m),
A_0 = |mu_0|^2 + sigma_0^2. C is read as a universal constant. The transport cost is read as the Euclidean distance, so
that gamma is an inverse length. `claims_ood_printed` has the full list of what was found.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _HALF, _QUARTER = "ood_unlabeled", Fraction(1, 2), Fraction(1, 4)
_ROBUST, _PLAIN = "authors' poster, Theorem 4.1", "authors' poster, Theorem 4.2"
_UNITS = "features and gamma in other units: mu, sigma -> c mu, c sigma and gamma -> gamma/c leave every risk unchanged"
_FREE = "alpha is free of units: a fraction of sqrt(|mu|^2 + sigma^2)"


def bracket(
    A: sympy.Expr, d: sympy.Expr, m: sympy.Expr, total: sympy.Expr, L: sympy.Expr, alpha: Any, *, scale: Any = 1
) -> sympy.Expr:
    """Return what Theorem 4.2 raises to the power 1/4; ``total`` is 2n + m, ``scale`` the factor of its second part."""
    return A * 2 * d * alpha / m + scale * 4 * d / m * ((2 * d + 2 * L) / total) ** _HALF


def front_factor(sigma: sympy.Expr, s: sympy.Expr) -> sympy.Expr:
    """Return Theorem 4.2's factor of the power 1/4, at C = 1 and separation ``s = |mu_0|/sigma_0``."""
    import sympy

    return sympy.exp(-(s**2) / 4) / (2 * sigma * (2 * sympy.pi) ** _HALF) ** _HALF


# -- units ----------------------------------------------------------------------------------------------------------


def _plain_term_is_invariant(scaled: Constant, domain: Domain, alpha: Any) -> Stated:
    """Compare the first term of Theorem 4.2 in units 1/c and in the old ones."""
    c, sigma, A, s, d, m, n, L = domain.symbols[:8]

    def term(unit: Any) -> sympy.Expr:
        spread = unit**2 * A
        inside = bracket(spread, d, m, 2 * n + m, L, alpha, scale=spread if scaled else 1)
        return front_factor(unit * sigma, s) * inside**_QUARTER

    return ForAll(domain, term(c), "==", term(1)), chain(lambda k: k.identity(term(c), term(1)))


_PLAIN_RANGES = (
    "c in (0,oo), sigma in (0,oo), A in (0,oo), s in (0,oo), d in [1,oo), m in [1,oo), n in [0,oo), L in (0,oo)"
)


@claim(
    paper=_PAPER, where=_PLAIN + ", first term at alpha = 0", expected="refuted",
    strength="identity", assumptions=(_UNITS,),
    says=r"T(c\mu,c\sigma)=T(\mu,\sigma),\quad T=\frac{e^{-\|\mu_0\|^2/(4\sigma_0^2)}}{\sqrt{2\sigma_0\sqrt{2\pi}}}"
    r"\Bigl(\frac{4d}m\sqrt{\tfrac{2d+2\log(1/\delta)}{2n+m}}\Bigr)^{1/4}",
)  # fmt: skip
def plain_bound_is_free_of_units(scaled: Constant = 0) -> Stated:
    """The risk does not change with the unit of length, the printed term does, like c^(-1/2): at c = 16 it is 1/4."""
    domain = Domain(
        "c in [1,16], sigma in [1,2], A in [1,10], s in [0,2], d in [1,200], m in [1,100], n in [0,1000], L in [1,3]"
    )
    return _plain_term_is_invariant(scaled, domain, 0)


plain_bound_is_free_of_units.true_if("the second part also had the factor |mu_1|^2 + sigma_1^2", scaled=1)


@claim(
    paper=_PAPER, where=_PLAIN + ", with |mu_1|^2 + sigma_1^2 on both parts", expected="proved", strength="identity",
    assumptions=(_UNITS, _FREE), corrects="ood_unlabeled.plain_bound_is_free_of_units",
    says=r"\frac{1}{\sqrt{\sigma_0}}\Bigl((\|\mu_1\|^2+\sigma_1^2)\Bigl[\frac{2d\alpha}m+\frac{4d}m"
    r"\sqrt{\tfrac{2d+2\log(1/\delta)}{2n+m}}\Bigr]\Bigr)^{1/4}\ \text{does not depend on the unit of length}",
)  # fmt: skip
def plain_bound_with_factor_on_both(scaled: Constant = 1) -> Stated:
    """Lengths cancel: c^(-1/2) in front, (c^2)^(1/4) behind."""
    domain = Domain(_PLAIN_RANGES + ", a in [0,oo)")
    return _plain_term_is_invariant(scaled, domain, domain.symbols[-1])


plain_bound_with_factor_on_both.false_if("the factor stood on the first part only", scaled=0)


def _robust_term_is_invariant(scaled: Constant, domain: Domain, alpha: Any) -> Stated:
    c, gamma, A, d, m, n, L = domain.symbols[:7]

    def term(unit: Any) -> sympy.Expr:
        spread = unit**2 * A
        roots = (2 * d / (2 * n + m)) ** _HALF + (2 * L / (2 * n + m)) ** _HALF
        return gamma / unit * (2 * d / m * (alpha * spread + (spread if scaled else 1) * roots)) ** _HALF

    return ForAll(domain, term(c), "==", term(1)), chain(lambda k: k.identity(term(c), term(1)))


_ROBUST_RANGES = "c in (0,oo), gamma in (0,oo), A in (0,oo), d in [1,oo), m in [1,oo), n in [0,oo), L in (0,oo)"


@claim(
    paper=_PAPER, where=_ROBUST + ", first term at alpha = 0", expected="refuted",
    strength="identity", assumptions=(_UNITS, "the transport cost is the Euclidean distance"),
    says=r"T(\gamma/c)=T(\gamma),\quad T=\gamma\sqrt{\frac{2d}m\Bigl(\sqrt{\tfrac{2d}{2n+m}}"
    r"+\sqrt{\tfrac{2\log(1/\delta)}{2n+m}}\Bigr)}",
)  # fmt: skip
def robust_bound_is_free_of_units(scaled: Constant = 0) -> Stated:
    """The robust risk at (c x, gamma/c) is that at (x, gamma); the printed term is c times smaller."""
    domain = Domain("c in [1,16], gamma in [1,2], A in [1,10], d in [1,200], m in [1,100], n in [0,1000], L in [1,3]")
    return _robust_term_is_invariant(scaled, domain, 0)


robust_bound_is_free_of_units.true_if("all three parts had the factor |mu_0|^2 + sigma_0^2", scaled=1)


@claim(
    paper=_PAPER, where=_ROBUST + ", with |mu_0|^2 + sigma_0^2 on all three parts", expected="proved",
    strength="identity", assumptions=(_UNITS, _FREE, "the transport cost is the Euclidean distance"),
    corrects="ood_unlabeled.robust_bound_is_free_of_units",
    says=r"\gamma\sqrt{\frac{2d}m(\|\mu_0\|^2+\sigma_0^2)\Bigl(\alpha+\sqrt{\tfrac{2d}{2n+m}}"
    r"+\sqrt{\tfrac{2\log(1/\delta)}{2n+m}}\Bigr)}\ \text{does not depend on the unit of length}",
)  # fmt: skip
def robust_bound_with_factor_on_all(scaled: Constant = 1) -> Stated:
    """An inverse length times a length."""
    domain = Domain(_ROBUST_RANGES + ", a in [0,oo)")
    return _robust_term_is_invariant(scaled, domain, domain.symbols[-1])


robust_bound_with_factor_on_all.false_if("the factor stood on the first part only", scaled=0)


# -- what the printed bound says in small units ----------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_PLAIN + ", read with a universal constant", expected="proved", strength="asymptotic",
    assumptions=(_UNITS,),
    says=r"\lim_{v\to0^+}\text{bound}(\mu/v,\sigma/v)=C\sqrt{\frac{2\log(1/\delta)}m}\quad(\alpha=0)",
)  # fmt: skip
def printed_bound_in_small_units(rest: Constant = 1) -> Stated:
    """The excess risk, the same in all units, would be at most what is left: neither d nor n occurs in it."""
    domain = Domain(
        "v in (0,1), C in (0,oo), sigma in (0,oo), s in (0,oo), d in [1,oo), m in [1,oo), n in [0,oo), L in (0,oo)"
    )
    v, C, sigma, s, d, m, n, L = domain
    inside = bracket(sigma**2, d, m, 2 * n + m, L, 0) ** _QUARTER
    last = C * (2 * L / m) ** _HALF
    bound = C * front_factor(sigma / v, s) * inside + last

    def proof(k: Proof) -> Any:
        shown = k.identity(bound, C * front_factor(sigma, s) * inside * v**_HALF + last)
        return k.squeeze(shown, shown, v, "+")

    return LimitOf(domain, bound, v, "+", rest * last), chain(proof)


printed_bound_in_small_units.false_if("the rest were 1 % larger", rest=Fraction(101, 100))


@claim(
    paper=_PAPER, where="lower bound for " + _PLAIN, expected="proved", strength="lemma",
    says=r"Q(x)\ge\tfrac12-\frac x{\sqrt{2\pi}},\quad x\ge0",
)  # fmt: skip
def tail_near_zero(c: Constant = 1) -> Stated:
    """The difference grows: its derivative is (1 - e^(-x^2/2))/sqrt(2 pi)."""
    import sympy

    domain = Domain("x in [0,oo)")
    (x,) = domain
    line = sympy.Rational(1, 2) - c * x / sympy.sqrt(2 * sympy.pi)

    def proof(k: Proof) -> Any:
        below = k.exponential(k.sign(x**2 / 2, ">="))  # e^(x^2/2) >= 1
        falls = k.power(below, -1)
        difference = tail(x) + x / sympy.sqrt(2 * sympy.pi)
        slope = k.show(difference.diff(x), ">=", 0, by=[(1 / sympy.sqrt(2 * sympy.pi), falls)])
        return k.grows(slope, difference, x)

    return ForAll(domain, tail(x), ">=", line), chain(proof)


tail_near_zero.false_if("the slope were 1 % less", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_PLAIN + ", read with a universal constant", expected="proved", strength="lower",
    uses=("ood_unlabeled.printed_bound_in_small_units", "ood_unlabeled.tail_near_zero"),
    assumptions=(
        "alpha = 0, s = 1, delta = 1/20; an excess <= b but for probability delta is at most b + delta on average",
        "over uniform directions of the mean the plug-in rule from m + n labels is the best linear rule on average",
        "with n of these labels hidden no rule can be better",
        "the cosine c of the plug-in rule has E c^2 <= (1 + (m+n) s^2)/(d - 3), and Q(s c) >= 1/2 - s |c|/sqrt(2 pi)",
    ),
    says=r"m\ge200\,C^2\log20,\ d\ge3+\tfrac{50}\pi(1+m+n)\ \Rightarrow\ "
    r"\tfrac12-Q(1)-\sqrt{\frac{1+m+n}{2\pi(d-3)}}>C\sqrt{\frac{2\log20}m}+\tfrac1{20}",
)  # fmt: skip
def no_estimator_meets_the_printed_bound(c: Constant = 1) -> Stated:
    """Whatever C is, in high dimension every estimator's excess risk is above what the bound says in small units."""
    import sympy

    domain = Domain("C in (0,oo), m in [1,oo), n in [0,oo), d in (3,oo)")
    C, m, n, d = domain
    chance, log20 = (1 + m + n) / (2 * sympy.pi * (d - 3)), sympy.log(20)
    excess = sympy.Rational(1, 2) - tail(1) - chance**_HALF
    allowed = C * (2 * log20 / m) ** _HALF + sympy.Rational(1, 20)
    given = ((m, ">=", 200 * log20 * C**2), (d - 3, ">=", 50 * (1 + m + n) / sympy.pi))

    def proof(k: Proof) -> Any:
        wide = k.show(chance, "<=", Fraction(1, 100), by=[(1 / (100 * (d - 3)), k.hypothesis(1))])
        little = k.power(wide, _HALF)
        many = k.show(2 * log20 * C**2 / m, "<=", Fraction(1, 100), by=[(1 / (100 * m), k.hypothesis(0))])
        rest = k.power(many, _HALF)
        gap = k.sign(sympy.Rational(1, 4) - tail(1), ">")
        return k.show(excess, ">", allowed, by=[little, rest, gap])

    return ForAll(domain, excess, ">", c * allowed, given), chain(proof)


no_estimator_meets_the_printed_bound.false_if("the bound were six times larger", c=6)
