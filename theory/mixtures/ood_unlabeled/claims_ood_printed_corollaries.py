r"""The three corollaries of the bound for zero-one loss, as printed on the authors' poster, and what they compare.

Notation of `claims_ood_printed_bounds`: the first term of Theorem 4.2 is K times the power 1/4 of `bracket`, the second
is sqrt(2L/m) (constants C are taken as 1 where nothing else is said). What holds of the first term alone:

- alpha <= d/m and n >= m^2/d: of the order sqrt(d/m), and no fewer unlabelled examples will do;
- alpha <= 1/d and n >= d^3: of the order m^(-1/4), whatever d is: m of the order e^-4, which is less than d/e^2 only
  for d > e^-2;
- alpha = 0, m = d/e, n = d/e^6: of the order e. The second term is then sqrt(2Le/d), at most e only if d >= 2L/e.

"Outperforms ERM" compares bounds, and the one of ERM is the worst case over separations. At a fixed separation s the
plug-in rule's excess (limit formula, r = d/m) is at most r/(2 s sqrt(2 pi)).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain
from theory.mixtures.ood_unlabeled.claims_ood_printed_bounds import bracket, front_factor

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _HALF, _QUARTER, _EIGHTH = "ood_unlabeled", Fraction(1, 2), Fraction(1, 4), Fraction(1, 8)
_COROLLARY = "authors' poster, corollary of Theorem 4.2"
_FIRST = ("first term of the bound only, without its factor in front",)
_PLUG_IN = ("ERM read as the plug-in rule, its error as the limit formula Q(s/sqrt(1 + (d/m)/s^2))",)


# -- the first term alone --------------------------------------------------------------------------------------------


def _few(k: Proof, d: Any, total: Any, L: Any, least: Any) -> Any:
    """Show sqrt((2d+2L)/total) <= sqrt((2d+2L)/least) from total >= least, which is seen by signs."""
    more = k.power(k.show(total, ">=", least), -1)
    return k.power(k.show((2 * d + 2 * L) / total, "<=", (2 * d + 2 * L) / least, by=[(2 * d + 2 * L, more)]), _HALF)


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item", expected="proved", strength="upper", assumptions=_FIRST,
    says=r"\alpha\le\frac dm,\ n\ge\frac{m^2}d\ \Rightarrow\ B^{1/4}\le\Bigl(2A+4\sqrt{1+\tfrac Ld}\Bigr)^{1/4}"
    r"\sqrt{\frac dm}",
)  # fmt: skip
def first_term_at_the_threshold(c: Constant = 1) -> Stated:
    """With alpha = u d/m and n = (1 + f) m^2/d, 2n + m >= 2m^2/d."""
    domain = Domain("A in (0,oo), d in [1,oo), m in [1,oo), L in (0,oo), u in [0,1], f in [0,oo)")
    A, d, m, L, u, f = domain
    total = 2 * (1 + f) * m**2 / d + m
    term = bracket(A, d, m, total, L, u * d / m)
    limit = 2 * A + 4 * (1 + L / d) ** _HALF

    def proof(k: Proof) -> Any:
        spread = _few(k, d, total, L, 2 * m**2 / d)
        near = k.sign((1 - u) * 2 * A * d**2 / m**2, ">=")
        inside = k.show(term, "<=", limit * d**2 / m**2, by=[(4 * d / m, spread), near])
        return k.show(term**_QUARTER, "<=", limit**_QUARTER * (d / m) ** _HALF, by=[k.power(inside, _QUARTER)])

    return ForAll(domain, term**_QUARTER, "<=", c * limit**_QUARTER * (d / m) ** _HALF), chain(proof)


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item, converse", expected="proved", strength="lower", assumptions=_FIRST,
    says=r"\alpha=0,\ 2n+m<\frac{32}{\kappa^8}\,\frac{m^2}d\ \Rightarrow\ B^{1/4}>\kappa\sqrt{\frac dm}",
)  # fmt: skip
def fewer_than_the_threshold_fail(c: Constant = 1) -> Stated:
    """2n + m a fraction 1 - f of it: B exceeds kappa^4 d^2/m^2."""
    domain = Domain("q in (0,oo), d in [1,oo), m in [1,oo), L in (0,oo), f in (0,1)")
    q, d, m, L, f = domain
    least = 32 * m**2 / (q**8 * d)
    total = (1 - f) * least
    term = bracket(Fraction(0), d, m, total, L, 0)

    def proof(k: Proof) -> Any:
        more = k.power(k.show(least, ">", total, by=[k.sign(f * least, ">")]), -1)
        extra = k.sign(2 * L / total, ">")
        ratio = k.show((2 * d + 2 * L) / total, ">", q**8 * d**2 / (16 * m**2), by=[(2 * d, more), extra])
        inside = k.show(term, ">", q**4 * d**2 / m**2, by=[(4 * d / m, k.power(ratio, _HALF))])
        return k.show(term**_QUARTER, ">", q * (d / m) ** _HALF, by=[k.power(inside, _QUARTER)])

    return ForAll(domain, term**_QUARTER, ">", c * q * (d / m) ** _HALF), chain(proof)


first_term_at_the_threshold.false_if("the constant were 1 % less", c=Fraction(99, 100))
fewer_than_the_threshold_fail.false_if("kappa were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_COROLLARY + ", second item", expected="proved", strength="upper", assumptions=_FIRST,
    says=r"\alpha\le\frac1d,\ n\ge d^3\ \Rightarrow\ B^{1/4}\le\Bigl(\frac{2A+4\sqrt{1+L/d}}m\Bigr)^{1/4}",
)  # fmt: skip
def first_term_free_of_dimension(c: Constant = 1) -> Stated:
    """With alpha = u/d and n = (1 + f) d^3, 2n + m >= 2d^3."""
    domain = Domain("A in (0,oo), d in [1,oo), m in [1,oo), L in (0,oo), u in [0,1], f in [0,oo)")
    A, d, m, L, u, f = domain
    total = 2 * (1 + f) * d**3 + m
    term = bracket(A, d, m, total, L, u / d)
    limit = (2 * A + 4 * (1 + L / d) ** _HALF) / m

    def proof(k: Proof) -> Any:
        spread = _few(k, d, total, L, 2 * d**3)
        near = k.sign((1 - u) * 2 * A / m, ">=")
        inside = k.show(term, "<=", limit, by=[(4 * d / m, spread), near])
        return k.power(inside, _QUARTER)

    return ForAll(domain, term**_QUARTER, "<=", c * limit**_QUARTER), chain(proof)


@claim(
    paper=_PAPER, where=_COROLLARY + ", second item, against ERM's d/e^2", expected="proved", strength="lower",
    assumptions=_FIRST,
    says=r"\alpha=\frac1d,\ m=\frac d{\varepsilon^2},\ d<\frac{2A}{\varepsilon^2},\ n\ge0\ \Rightarrow\ "
    r"B^{1/4}>\varepsilon",
)  # fmt: skip
def free_of_dimension_is_dearer(c: Constant = 1) -> Stated:
    """A = (1 + f) d e^2/2: then B > 2A/m > e^4 without its second part, for any n; d/e^2 labels are too few for it."""
    domain = Domain("e in (0,1), f in (0,oo), n in [0,oo), L in (0,oo), d in [1,oo)")
    e, f, n, L, d = domain
    m = d / e**2
    A = c * (1 + f) * d * e**2 / 2
    term = bracket(A, d, m, 2 * n + m, L, 1 / d)

    def proof(k: Proof) -> Any:
        second = k.sign(4 * d / m * ((2 * d + 2 * L) / (2 * n + m)) ** _HALF, ">")
        inside = k.show(term, ">", e**4, by=[second, k.sign(f * e**4, ">")])
        return k.power(inside, _QUARTER)

    return ForAll(domain, term**_QUARTER, ">", e), chain(proof)


first_term_free_of_dimension.false_if("the constant were 1 % less", c=Fraction(99, 100))
free_of_dimension_is_dearer.false_if("this were so below twice that dimension", c=_HALF)


# -- both terms at m = d/e, n = d/e^6 --------------------------------------------------------------------------------


def _total(K: Any, e: Any, d: Any, L: Any, *, labels: Any = 1, points: Any = 1) -> sympy.Expr:
    """Return the printed bound at alpha = 0, m = labels d/e, n = points d/e^6; K is the factor of the first term."""
    m, n = labels * d / e, points * d / e**6
    return K * bracket(0, d, m, 2 * n + m, L, 0) ** _QUARTER + (2 * L / m) ** _HALF


@claim(
    paper=_PAPER, where=_COROLLARY + ", third item", expected="proved", strength="upper",
    corrects="ood_unlabeled.labels_of_order_d_over_epsilon_suffice",
    assumptions=("alpha = 0; K is the factor of the first term",),
    says=r"m=\frac d\varepsilon,\ n=\frac d{\varepsilon^6},\ d\ge\frac{2L}\varepsilon,\ \varepsilon\le1\ \Rightarrow\ "
    r"\text{bound}\le(24^{1/8}K+1)\,\varepsilon",
)  # fmt: skip
def labels_suffice_in_high_dimension(c: Constant = 1) -> Stated:
    """L/d <= e/2 <= 1/2 in the first term; the second is at most e."""
    import sympy

    domain = Domain("e in (0,1], d in [1,oo), L in (0,oo), K in [0,oo)")
    e, d, L, K = domain
    total = 2 * d / e**6 + d / e
    term = bracket(0, d, d / e, total, L, 0)
    limit = (sympy.Integer(24) ** _EIGHTH * K + 1) * e

    def proof(k: Proof) -> Any:
        enough = k.hypothesis(0)
        spread = _few(k, d, total, L, 2 * d / e**6)
        small = k.show(1 + L / d, "<=", Fraction(3, 2), by=[(e / (2 * d), enough), k.sign((1 - e) / 2, ">=")])
        root = k.power(small, _HALF)
        inside = k.show(term, "<=", 4 * e**4 * root.lhs, by=[(4 * e, spread), (4 * e**4, root)])
        second = k.power(k.show(2 * L * e / d, "<=", e**2, by=[(e**2 / d, enough)]), _HALF)
        return k.show(_total(K, e, d, L), "<=", limit, by=[(K, k.power(inside, _QUARTER)), second])

    return ForAll(domain, _total(K, e, d, L), "<=", limit, ((d, ">=", c * 2 * L / e),)), chain(proof)


labels_suffice_in_high_dimension.false_if("half of that dimension were enough", c=_HALF)


@claim(
    paper=_PAPER, where="authors' poster, contributions, and third item of the corollary of Theorem 4.2",
    form="as printed", expected="refuted", strength="rate",
    assumptions=(
        "printed: the sample complexity falls from O(d/e^2) to O(d/e) when n = O(d/e^6); read as: the bound is O(e)",
        "the constant of the order is 100", "the factor K of the first term is between 0 and 1"),
    says=r"m=O(d/\varepsilon)\ \text{and}\ n=O(d/\varepsilon^6)\ \text{suffice for an excess of}\ O(\varepsilon)"
    r"\ \text{by the bound of Theorem 4.2}",
)  # fmt: skip
def labels_of_order_d_over_epsilon_suffice(large: Constant = 0) -> Stated:
    """In small dimension the second term, sqrt(2 L e/d), is of the order sqrt(e): no constant is large enough."""
    domain = Domain("e in [1/1000000,1], d in [1,1000], L in [1,3], K in [0,1]")
    e, d, L, K = domain
    given = ((d, ">=", 2 * L / e),) if large else ()

    def proof(k: Proof) -> Any:
        lemma = k.apply(labels_suffice_in_high_dimension, {"e": e, "d": d, "L": L, "K": K}, given=[k.hypothesis(0)])
        return k.show(_total(K, e, d, L), "<=", 100 * (K + 1) * e, by=[lemma])

    return ForAll(domain, _total(K, e, d, L), "<=", 100 * (K + 1) * e, given), chain(proof)


labels_of_order_d_over_epsilon_suffice.true_if("d were at least 2 log(1/delta)/epsilon", large=1)


@claim(
    paper=_PAPER, where=_COROLLARY + ", third item", expected="proved", strength="lower",
    assumptions=("alpha = 0, L = 1; K is the factor of the first term",),
    says=r"d=1,\ m=\frac M\varepsilon,\ n=\frac N{\varepsilon^6},\ \varepsilon=\frac1{\kappa^2M}\ \Rightarrow\ "
    r"\text{bound}>\kappa\,\varepsilon,\quad\text{for all}\ \kappa,M,N\ge1",
)  # fmt: skip
def no_constant_makes_the_labels_suffice(c: Constant = 1) -> Stated:
    """The second term alone is sqrt(2)/(kappa M), and kappa e is 1/(kappa M)."""
    import sympy

    domain = Domain("q in [1,oo), M in [1,oo), N in [1,oo), K in [0,oo)")
    q, M, N, K = domain
    e, one = 1 / (q**2 * M), sympy.Integer(1)
    bound = _total(K, e, one, one, labels=M, points=N)

    def proof(k: Proof) -> Any:
        first = k.sign(bound - (2 * e / M) ** _HALF, ">=")
        gap = k.sign((sympy.sqrt(2) - 1) / (q * M), ">")
        return k.show(bound, ">", q * e, by=[first, gap])

    return ForAll(domain, bound, ">", c * q * e), chain(proof)


no_constant_makes_the_labels_suffice.false_if("it were 3/2 of that", c=Fraction(3, 2))


# -- against the plug-in rule at a fixed separation --------------------------------------------------------------------


def plug_in_excess(s: sympy.Expr, r: sympy.Expr) -> sympy.Expr:
    """Return the plug-in rule's excess error in the limit of large d at ``r = d/m``: Q(s/sqrt(1 + r/s^2)) - Q(s)."""
    return tail(s / (1 + r / s**2) ** _HALF) - tail(s)


@claim(
    paper=_PAPER, where=_COROLLARY + ", read at a fixed separation", expected="proved", strength="upper",
    assumptions=_PLUG_IN,
    says=r"Q\Bigl(\frac s{\sqrt{1+r/s^2}}\Bigr)-Q(s)\le\frac{r}{2s\sqrt{2\pi}},\quad r=\frac dm",
)  # fmt: skip
def plug_in_excess_is_of_order_d_over_m(c: Constant = 1) -> Stated:
    """Q is convex on the right, with slope at most 1/sqrt(2 pi); (1 + g)^(-1/2) >= 1 - g/2."""
    import sympy

    domain = Domain("s in (0,oo), r in (0,oo)")
    s, r = domain
    reached = s / (1 + r / s**2) ** _HALF
    limit = r / (2 * s * sympy.sqrt(2 * sympy.pi))

    def proof(k: Proof) -> Any:
        x, g = k.fresh("x in [0,oo)"), k.fresh("g in (-1,oo)")
        below = k.tangent(tail(x), x, reached, s)  # Q(s) >= Q(reached) - phi(reached)(s - reached)
        near = k.tangent((1 + g) ** -_HALF, g, 0, r / s**2)
        flat = k.power(k.exponential(k.sign(reached**2 / 2, ">=")), -1)  # e^(-reached^2/2) <= 1
        scale = 1 / sympy.sqrt(2 * sympy.pi)
        return k.show(plug_in_excess(s, r), "<=", limit, by=[below, (s * scale, near), ((s - reached) * scale, flat)])

    return ForAll(domain, plug_in_excess(s, r), "<=", c * limit), chain(proof)


def _rate(d: Any, m: Any, n: Any) -> sympy.Expr:
    """Return the order of Theorem 4.2's first term at alpha = 0 for n of at least the order of m."""
    return (d / m) ** _QUARTER * (d / n) ** _EIGHTH


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item, read at a fixed separation", expected="proved", strength="rate",
    assumptions=("orders only: ERM's excess at a fixed separation is taken as d/m",),
    says=r"n\ge\frac{m^6}{d^5}\ \Rightarrow\ \Bigl(\frac dm\Bigr)^{1/4}\Bigl(\frac dn\Bigr)^{1/8}\le\frac dm",
)  # fmt: skip
def sixth_power_suffices(c: Constant = 1) -> Stated:
    """At n = (1 + f) m^6/d^5 the quotient of the sides is (1 + f)^(-1/8)."""
    domain = Domain("d in [1,oo), m in [1,oo), f in [0,oo)")
    d, m, f = domain
    rate = _rate(d, m, (1 + f) * m**6 / d**5)

    def proof(k: Proof) -> Any:
        falls = k.power(k.show(1 + f, ">=", 1), -_EIGHTH)
        return k.show(rate, "<=", d / m, by=[(d / m, falls)])

    return ForAll(domain, rate, "<=", c * d / m), chain(proof)


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item, read at a fixed separation", expected="proved", strength="rate",
    assumptions=("orders only: ERM's excess at a fixed separation is taken as d/m",),
    corrects="ood_unlabeled.threshold_beats_erm_at_fixed_separation",
    says=r"n<\frac{m^6}{d^5}\ \Rightarrow\ \Bigl(\frac dm\Bigr)^{1/4}\Bigl(\frac dn\Bigr)^{1/8}>\frac dm",
)  # fmt: skip
def sixth_power_is_needed(c: Constant = 1) -> Stated:
    """At n = (1 - f) m^6/d^5 the quotient of the sides is (1 - f)^(-1/8)."""
    domain = Domain("d in [1,oo), m in [1,oo), f in (0,1)")
    d, m, f = domain
    rate = _rate(d, m, (1 - f) * m**6 / d**5)

    def proof(k: Proof) -> Any:
        grows = k.power(k.show(1, ">", 1 - f), -_EIGHTH)
        return k.show(rate, ">", d / m, by=[(d / m, grows)])

    return ForAll(domain, rate, ">", c * d / m), chain(proof)


sixth_power_suffices.false_if("the rate were 1 % less", c=Fraction(99, 100))
sixth_power_is_needed.false_if("the rate were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item, read at a fixed separation", expected="refuted", strength="rate",
    assumptions=(*_PLUG_IN, "s = sigma = 1, C = 1, alpha = 0, n = m^2/d: the first term is K B^(1/4) with L = 1"),
    says=r"\text{first term of Theorem 4.2}\le Q\Bigl(\frac1{\sqrt{1+d/m}}\Bigr)-Q(1)\quad"
    r"\text{at}\ n=\frac{m^2}d",
)  # fmt: skip
def threshold_beats_erm_at_fixed_separation(power: int = 2, times: Constant = 1) -> Stated:
    """At n = m^2/d the term is of the order sqrt(r), r = d/m, the excess of ERM of the order r: nowhere is it less."""
    import sympy

    domain = Domain("d in [200,200], r in [1/10,1]")
    d, r = domain
    m, unlabelled, one = d / r, times * d / r**power, sympy.Integer(1)
    term = front_factor(one, one) * bracket(2, d, m, 2 * unlabelled + m, one, 0) ** _QUARTER
    return ForAll(domain, term, "<=", plug_in_excess(one, r)), boxes()


@claim(
    paper=_PAPER, where=_COROLLARY + ", first item, read at a fixed separation", expected="proved", strength="lower",
    assumptions=_PLUG_IN, corrects="ood_unlabeled.threshold_beats_erm_at_fixed_separation",
    says=r"\frac dm<8\pi s^2C^2\ \Rightarrow\ C\sqrt{\frac dm}>Q\Bigl(\frac s{\sqrt{1+d/(ms^2)}}\Bigr)-Q(s)",
)  # fmt: skip
def square_root_rate_exceeds_erm(c: Constant = 1) -> Stated:
    """What the corollary sets against ERM is the worst case over s: r/(2 s sqrt(2 pi)) is less than C sqrt(r)."""
    import sympy

    domain = Domain("s in (0,oo), C in (0,oo), f in (0,1)")
    s, C, f = domain
    r = 8 * sympy.pi * s**2 * C**2 * f

    def proof(k: Proof) -> Any:
        excess = k.apply(plug_in_excess_is_of_order_d_over_m, {"s": s, "r": r})
        root = k.power(k.show(1, ">", f), _HALF)
        return k.show(C * r**_HALF, ">", plug_in_excess(s, r), by=[excess, (C * r**_HALF, root)])

    return ForAll(domain, c * C * r**_HALF, ">", plug_in_excess(s, r)), chain(proof)


@claim(
    paper=_PAPER, where="authors' poster, Theorem 4.2, second term, read at a fixed separation", expected="proved",
    strength="lower", assumptions=_PLUG_IN,
    says=r"m>\frac{d^2}{16\pi s^2C^2\log(1/\delta)}\ \Rightarrow\ "
    r"C\sqrt{\frac{2\log(1/\delta)}m}>Q\Bigl(\frac s{\sqrt{1+d/(ms^2)}}\Bigr)-Q(s)",
)  # fmt: skip
def second_term_exceeds_erm(c: Constant = 1) -> Stated:
    """For m beyond d^2, times a constant, the bound shows no gain over ERM, however many unlabelled examples there are.

    The premise is 2L/m = (1 + f) r^2/(8 pi s^2 C^2), r = d/m.
    """
    import sympy

    domain = Domain("s in (0,oo), C in (0,oo), r in (0,oo), f in (0,oo)")
    s, C, r, f = domain
    twice = (1 + f) * r**2 / (8 * sympy.pi * s**2 * C**2)

    def proof(k: Proof) -> Any:
        excess = k.apply(plug_in_excess_is_of_order_d_over_m, {"s": s, "r": r})
        root = k.power(k.show(1 + f, ">", 1), _HALF)
        limit = r / (2 * s * sympy.sqrt(2 * sympy.pi))
        return k.show(C * twice**_HALF, ">", plug_in_excess(s, r), by=[excess, (limit, root)])

    return ForAll(domain, c * C * twice**_HALF, ">", plug_in_excess(s, r)), chain(proof)


plug_in_excess_is_of_order_d_over_m.false_if("it were at most half of that", c=_HALF)
threshold_beats_erm_at_fixed_separation.true_if("n were 10^10 m^6/d^5", power=6, times=10**10)
square_root_rate_exceeds_erm.false_if("C were half as large", c=_HALF)
second_term_exceeds_erm.false_if("C were half as large", c=_HALF)
