r"""The contrastive loss of a query: blind to shifts, yet a bound of how that query ranks, for any number of negatives.

A query has one positive and negatives with score differences ``d = s+ - s-``; its loss is ``log(1 + Sig(exp(-d)))``
(InfoNCE, natural logarithm). As in the pairwise claims v in [0, 1] with ``v d <= 0`` counts a wrong order, so that
``Sig(v)/Sig(1)`` is the area over the curve within the query.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain, every

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "mw_auc"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where="contrastive losses do not see shifts",
    expected="proved",
    strength="lemma",
    says=r"\sum_j xw_j=x\sum_jw_j",
)
def common_factor(c: Constant = 1) -> Stated:
    """Sums are linear."""
    domain, each = Domain("x in (0,oo)"), Domain("w in (0,oo)")
    (x,), (w,) = domain, each

    def sample(rng: random.Random) -> Any:
        return {"x": Fraction(rng.randint(1, 9), 4)}, [{"w": Fraction(rng.randint(1, 9), 4)} for _ in range(3)]

    method = chain(lambda k: k.identity(Sig(x * w), x * Sig(w)), sample)
    return ForEveryN(domain, each, (), Sig(x * w), "==", c * x * Sig(w)), method


common_factor.false_if("the factor were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where="contrastive losses do not see shifts",
    form="as usually quoted",
    expected="proved",
    strength="identity",
    says=r"-\log\frac{e^{s^++c}}{e^{s^++c}+\sum_je^{s_j+c}}=-\log\frac{e^{s^+}}{e^{s^+}+\sum_je^{s_j}}",
)
def shift_invariance(moved: Constant = 1) -> Stated:
    """The shift leaves the sum as a factor and cancels, for every number of negatives."""
    import sympy

    domain, each = Domain("t in (-oo,oo), c in (-oo,oo)"), Domain("s in (-oo,oo)")
    (t, c), (s,) = domain, each

    def loss(shift: Any, negatives: Any) -> Any:
        return sympy.log(sympy.exp(t + shift) + Sig(sympy.exp(s + negatives))) - t - shift

    def sample(rng: random.Random) -> Any:
        point = {"t": Fraction(rng.randint(-9, 9), 4), "c": Fraction(rng.randint(-9, 9), 4)}
        return point, [{"s": Fraction(rng.randint(-9, 9), 4)} for _ in range(rng.randint(1, 4))]

    def proof(k: Proof) -> Any:
        drawn = k.apply(common_factor, {"x": sympy.exp(c)}, rest={"w": sympy.exp(s)})
        before, after = sympy.exp(t) + Sig(sympy.exp(s)), sympy.exp(t + c) + Sig(sympy.exp(s + c))
        return k.show(loss(c, c), "==", plain, by=[k.logarithm(k.show(after, "==", sympy.exp(c) * before, by=[drawn]))])

    plain = loss(sympy.Integer(0), sympy.Integer(0))
    return ForEveryN(domain, each, (), loss(c, moved * c), "==", plain), chain(proof, sample)


shift_invariance.false_if("only the positive's score were shifted", moved=0)


# -- perfect queries, AUC near 1/2 ----------------------------------------------------------------------------------

_MOST_QUERIES = 12


def shifted_queries(queries: int, gap: int = 1) -> tuple[list[int], list[int]]:
    """Return the positives' and the negatives' scores of queries whose levels are 0, 2 gap, 4 gap, ...

    Each query ranks its positive ``gap`` above its negative; pooled, every positive loses to the negatives of all
    later queries.

    Examples
    --------
    >>> shifted_queries(2)
    ([1, 3], [0, 2])
    """
    levels = [2 * gap * number for number in range(queries)]
    return [level + gap for level in levels], levels


def _query_counts() -> Iterator[int]:
    return iter(range(1, _MOST_QUERIES + 1))


def _pooled(own: int) -> Any:
    def predicate(queries: int) -> bool:
        positives, negatives = shifted_queries(queries)
        right = sum(p > n for p in positives for n in negatives)
        return Fraction(right, queries**2) == Fraction(queries + own, 2 * queries)

    return predicate


@claim(
    paper=_PAPER,
    where="contrastive losses may be least at an AUC near 1/2",
    form="derived",
    expected="certified",
    strength="identity",
    uses=("mw_auc.shift_invariance",),
    assumptions=("the loss of each query depends on its gap alone (shift_invariance) and vanishes as the gap grows",),
    says=r"Q\ \text{perfect queries on rising levels:}\quad\mathrm{AUC}=\frac12+\frac1{2Q},\quad Q\le12",
)
def perfect_queries_low_auc(own: Constant = 1) -> Stated:
    """Count the pairs: a positive beats the negatives of its own and of all earlier queries."""
    over, says = f"Q = 1, ..., {_MOST_QUERIES} queries", r"\mathrm{AUC} = \frac{Q+1}{2Q}"
    return every(_query_counts, _pooled(int(own)), over=over, says=says, size=_MOST_QUERIES)


perfect_queries_low_auc.false_if("the AUC were exactly 1/2", own=0)


# -- but within a query it bounds the ranking -----------------------------------------------------------------------


def _query() -> tuple[Any, ...]:
    domain, each = Domain("one in [1,1]"), Domain("v in [0,1], d in (-oo,oo)")
    v, d = each
    return domain, each, ((v * d, "<=", 0), (Sig(1), ">", 0)), v, d


def _loss(d: Any) -> Any:
    import sympy

    return sympy.log(1 + Sig(sympy.exp(-d)))


def _sample(rng: random.Random) -> Any:
    rows = []
    for _ in range(rng.randint(1, 5)):
        d = Fraction(rng.choice((-2, 0, 0, 0, 3)))
        rows.append({"v": Fraction(d <= 0), "d": d})
    return {"one": Fraction(1)}, rows if rng.random() < 0.5 else [{"v": Fraction(1), "d": Fraction(0)}] * len(rows)


def _violations(k: Proof, v: Any, d: Any) -> Fact:
    """Show ``Sig(exp(-d)) >= Sig(v)``: exp(-d) >= 1 - d, and v d <= 0."""
    import sympy

    u = k.fresh("u in (-oo,oo)")
    line = k.tangent(sympy.exp(u), u, 0, -d)
    rest = k.sign((1 - v) * sympy.exp(-d), ">=")
    return k.sum_up(k.show(sympy.exp(-d), ">=", v, by=[(v, line), rest, k.hypothesis(0)]))


@claim(
    paper=_PAPER,
    where="within a query",
    expected="proved",
    strength="tight",
    says=r"\ell_q\ge\log(1+\#\{j:d_j\le0\})",
)
def loss_bounds_violations(c: Constant = 1) -> Stated:
    """Each wrong order adds at least 1 to the sum. Equality where the positive ties with all negatives."""
    import sympy

    domain, each, given, v, d = _query()

    def proof(k: Proof) -> Any:
        return k.logarithm(k.show(1 + Sig(sympy.exp(-d)), ">=", 1 + Sig(v), by=[_violations(k, v, d)]))

    statement = ForEveryN(domain, each, given, _loss(d), ">=", c * sympy.log(1 + Sig(v)))
    return statement, chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="within a query",
    expected="proved",
    strength="tight",
    says=r"1-\mathrm{AUC}_q\le\frac{e^{\ell_q}-1}m",
)
def area_bounded_by_exponential(c: Constant = 1) -> Stated:
    """The same, solved for the fraction of the m negatives that are ranked above the positive."""
    import sympy

    domain, each, given, v, d = _query()
    bound = (sympy.exp(_loss(d)) - 1) / Sig(1)

    def proof(k: Proof) -> Any:
        k.hypothesis(1)
        return k.show(Sig(v) / Sig(1), "<=", bound, by=[(1 / Sig(1), _violations(k, v, d))])

    return ForEveryN(domain, each, given, c * Sig(v) / Sig(1), "<=", bound), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="within a query",
    expected="proved",
    strength="tight",
    corrects="mw_auc.contrastive_says_nothing",
    says=r"1-\mathrm{AUC}_q\le\frac{\ell_q}{\log(1+m)}",
)
def area_bounded_linearly(c: Constant = 1) -> Stated:
    """As log(1 + .) is concave; being linear the bound passes to the mean over queries with m negatives each.

    Equality where the positive ties with all negatives, or (in the limit) beats them all by far.
    """
    import sympy

    domain, each, given, v, d = _query()
    m, wrong = Sig(1), Sig(v)
    bound = _loss(d) / sympy.log(1 + m)

    def proof(k: Proof) -> Any:
        u = k.fresh("w in [0,oo)")
        k.hypothesis(1)
        some = k.logarithm(k.show(1 + Sig(sympy.exp(-d)), ">=", 1 + wrong, by=[_violations(k, v, d)]))
        k.show(1 - wrong / m, ">=", 0, by=[(1 / m, k.sum_up(k.show(1, ">=", v)))])
        concave = k.chord(sympy.log(1 + u), u, m, 0, wrong / m)
        k.sign(sympy.log(1 + m), ">")
        inverse = 1 / sympy.log(1 + m)
        return k.show(wrong / m, "<=", bound, by=[(inverse, some), (inverse, concave)])

    return ForEveryN(domain, each, given, c * wrong / m, "<=", bound), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="contrastive losses and AUC",
    form="derived",
    expected="refuted",
    strength="upper",
    assumptions=(
        "'unrelated to AUC' is read within a query: no value of its loss rules out a wrong order",
        "of the AUC over all queries it is true: see shift_invariance and perfect_queries_low_auc",
    ),
    says=r"\text{for every}\ \ell>0\ \text{a query with loss}\ \ell\ \text{may rank its only negative first:}"
    r"\ -d=\log(e^\ell-1)\ge0",
)
def contrastive_says_nothing(least: Constant = 0) -> Stated:
    """With one negative the loss fixes d, and below log 2 the order is right. Across queries it is true: see shifts."""
    import sympy

    domain = Domain(f"l in ({least},oo)")
    (ell,) = domain
    behind = sympy.log(sympy.exp(ell) - 1)

    def proof(k: Proof) -> Any:
        higher = k.exponential(k.show(ell, ">=", least, by=[]))
        enough = k.show(sympy.exp(ell) - 1, ">=", 1, by=[higher, k.sign(sympy.exp(least) - 2, ">=")])
        return k.logarithm(enough)

    return ForAll(domain, behind, ">=", 0), chain(proof)


loss_bounds_violations.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
area_bounded_by_exponential.false_if("the bound were 1 % smaller", c=_ONE_PERCENT)
area_bounded_linearly.false_if("the bound were 1 % smaller", c=_ONE_PERCENT)
contrastive_says_nothing.true_if("only losses of 1 and more are meant (log 2 is enough)", least=1)
