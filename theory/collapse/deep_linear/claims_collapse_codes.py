r"""Cross-entropy in depth in numbers: explicit codes below every simplex, each compared with all scales of the other.

All decays are lam, one sample a class, so that C = lam (M + 1)/2. Scales are written ``a = s^(M + 1)``, which makes the
penalty of a singular value ``C s^2``. On [0, 3] the comparison is made in ball arithmetic, beyond 3 the penalty alone
is larger than the other code's objective. The codes were found by the search of `theory.collapse.deep_linear.codes`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.code_expressions import antiprism, simplex
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.hard_points import HardPoints, chain_at
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "deep_linear_collapse", "cross-entropy in depth, in numbers"
_AT = ("C is lam (M + 1)/2 and p is 2/(M + 1), n = 1; the least penalty of given logits is C times the sum of the p-th "
       "powers of their singular values")  # fmt: skip
_FEW, _MANY = Fraction(1, 1000), Fraction(1, 50)
_END = 3


def _weight(lam: Any, layers: Any) -> Any:
    """Return C."""
    import sympy

    return sympy.Rational(lam) * (layers + 1) / 2


def _simplex(s: Any, classes: int, layers: int, lam: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """Return loss and weight of s^2 of the simplex of scale s^(M + 1)."""
    import sympy

    return sympy.log(1 + (classes - 1) * sympy.exp(-(s ** (layers + 1)))), _weight(lam, layers) * (classes - 1)


def _pairs(s: Any, classes: int, layers: int, lam: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the same of antipodal pairs with the singular value s^(M + 1), twice the own logit."""
    import sympy

    own = s ** (layers + 1) / 2
    loss = sympy.log(1 + (classes - 2) * sympy.exp(-own) + sympy.exp(-2 * own))
    return loss, _weight(lam, layers) * classes / 2


def _one_pair(s: Any, classes: int, layers: int, lam: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the same of one antipodal pair, its singular value s^(M + 1) being twice the own logit."""
    import sympy

    own = s ** (layers + 1) / 2
    pair = sympy.log(1 + (classes - 2) * sympy.exp(-own) + sympy.exp(-2 * own))
    return (2 * pair + (classes - 2) * sympy.log(classes)) / classes, _weight(lam, layers)


def _at(code: Any, scale: Fraction, *setting: Any) -> sympy.Expr:
    """Return the objective at one scale."""
    import sympy

    s = sympy.Rational(scale)
    loss, weight = code(s, *setting)
    return loss + weight * s**2


def _on_the_box(code: Any, setting: tuple[Any, ...], other: Any) -> Stated:
    """State that the code's objective is above ``other`` for all scales up to 3."""
    domain = Domain(f"s in [0,{_END}]")
    (s,) = domain
    loss, weight = code(s, *setting)
    return ForAll(domain, loss + weight * s**2, ">", other), HardPoints(boxes(), _SCALES)


def _everywhere(lemma: Claim, code: Any, setting: tuple[Any, ...], other: Any) -> Stated:
    """State it for all scales: beyond 3 the penalty is enough."""
    domain = Domain("s in [0,oo)")
    (s,) = domain
    loss, weight = code(s, *setting)

    def proof(k: Proof) -> Any:
        k.open_case(s, "<=", _END)
        inside = k.close_case(k.apply(lemma, {"s": s}))
        far = k.open_case(s, ">=", _END)
        by = [(weight, k.power(far, 2)), k.sign(loss, ">="), k.sign(_END**2 * weight - other, ">")]
        outside = k.close_case(k.show(loss + weight * s**2, ">", other, by=by))
        return k.join(inside, outside)

    return ForAll(domain, loss + weight * s**2, ">", other), chain_at(proof, *_SCALES)


_SCALES = tuple({"s": Fraction(scale, 100)} for scale in (116, 197, 200))
_BEST_PAIRS = {2: Fraction(121, 50), 3: Fraction(197, 100)}  # nearly the best s for four classes at lam = 1/1000


def _four(layers: int) -> tuple[tuple[Any, ...], sympy.Expr]:
    setting = (4, layers, _FEW)
    return setting, _at(_pairs, _BEST_PAIRS[layers], *setting)


_FOUR = _WHERE + ": four classes, three layers"


@claim(
    paper=_PAPER, where=_FOUR, assumptions=(_AT,), expected="certified", strength="lemma",
    says=r"\log(1+3e^{-a})+3C\sqrt a>\log(1+2e^{-b}+e^{-2b})+2C\sqrt{2b},\quad 2b=1.97^4,\ a\le3^4,\ \lambda=10^{-3}",
)  # fmt: skip
def pairs_below_simplices_of_four_classes_on_a_box(layers: Constant = 3) -> Stated:
    """Bisection in s, the fourth root of a."""
    return _on_the_box(_simplex, *_four(int(layers)))


@claim(
    paper=_PAPER, where=_FOUR, assumptions=(_AT,), expected="certified", strength="lower",
    corrects=f"{_PAPER}.deep_minima_are_simplices",
    says=r"\log(1+3e^{-a})+3C\sqrt a>\log(1+2e^{-b}+e^{-2b})+2C\sqrt{2b},\quad 2b=1.97^4,\ a\ge0,\ \lambda=10^{-3}",
)  # fmt: skip
def pairs_below_every_simplex_of_four_classes(layers: Constant = 3) -> Stated:
    """The explicit code is strictly below the whole family; with two layers, at this decay, it is not."""
    return _everywhere(pairs_below_simplices_of_four_classes_on_a_box, _simplex, *_four(int(layers)))


def _three(lam: Any) -> tuple[tuple[Any, ...], sympy.Expr]:
    setting = (3, 2, lam)
    return setting, _at(_one_pair, Fraction(31, 25), *setting)


_THREE = _WHERE + ": three classes, two layers"
_SAYS_THREE = (r"\log(1+2e^{-a})+2Ca^{2/3}>\frac23\log(1+e^{-b/2}+e^{-b})+\frac13\log3+Cb^{2/3},\quad "
               r"b=1.24^3,\ \lambda=0.185,\ ")  # fmt: skip


@claim(
    paper=_PAPER,
    where=_THREE,
    assumptions=(_AT,),
    expected="certified",
    strength="lemma",
    says=_SAYS_THREE + r"a\le3^3",
)
def pair_below_simplices_of_three_classes_on_a_box(lam: Constant = Fraction(37, 200)) -> Stated:
    """Bisection in s, the third root of a."""
    return _on_the_box(_simplex, *_three(lam))


@claim(
    paper=_PAPER, where=_THREE, assumptions=(_AT,), expected="certified", strength="lower",
    corrects=f"{_PAPER}.deep_minima_are_simplices",
    says=_SAYS_THREE + r"a\ge0",
)  # fmt: skip
def pair_below_every_simplex_of_three_classes(lam: Constant = Fraction(37, 200)) -> Stated:
    """Zero (a = 0) and all simplices are above one antipodal pair, which leaves the third class at zero."""
    return _everywhere(pair_below_simplices_of_three_classes_on_a_box, _simplex, *_three(lam))


@claim(
    paper=_PAPER, where="cross-entropy in depth: where the simplex ties with zero, M = K - 1", expected="proved",
    strength="identity", corrects=f"{_PAPER}.deep_minima_are_simplices",
    uses=(f"{_PAPER}.a_pair_is_better_where_the_simplex_ties",),
    says=r"f(a)+tf'(a)=\log K,\quad f(a)=\log\bigl(1+(K-1)e^{-a}\bigr)+C(K-1)a^{2/K},\ a=2\log(K-1),\ "
    r"C=\frac{\log(K-1)}{(K-1)a^{2/K}},\ K\ge3,\ t\in\mathbb R",
    assumptions=(_AT, ("f has at most two stationary points, the first of them a maximum: so this a is the simplex's "
                 "best scale, f is at least log K, and one pair of scale a is below zero and every simplex")),
)  # fmt: skip
def simplex_ties_with_zero(shift: Constant = 1) -> Stated:
    """The tangent is level: e^a is (K - 1)^2, so that both parts of a f'(a) are 2 log(K - 1)/K."""
    import sympy

    domain, v = Domain("K in [3,oo), t in (-oo,oo)"), sympy.Symbol("v", positive=True)
    K, t = domain
    a, p = 2 * sympy.log(K - shift), 2 / K
    gain = sympy.log(K) - sympy.log(1 + (K - 1) * sympy.exp(-a))
    f = simplex(v, K, gain / ((K - 1) * a**p), p)
    left = f.subs(v, a) + t * f.diff(v).subs(v, a)

    def proof(k: Proof) -> Any:
        k.show(sympy.log(K - 1), ">", 0, by=[k.logarithm(k.show(K - 1, ">", 1))])
        return k.identity(left, sympy.log(K))

    return ForAll(domain, left, "==", sympy.log(K)), chain(proof)


def _small(lam: Any) -> tuple[tuple[Any, ...], sympy.Expr]:
    setting = (4, 2, lam)
    return setting, _at(_simplex, Fraction(49, 25) if lam == _FEW else Fraction(41, 25), *setting)


_SMALL = _WHERE + ": four classes, two layers"
_SAYS_SMALL = (r"\log(1+2e^{-b}+e^{-2b})+2C(2b)^{2/3}>\log(1+3e^{-a})+3Ca^{2/3},\quad "
               r"a=1.96^3,\ \lambda=10^{-3},\ ")  # fmt: skip


@claim(
    paper=_PAPER,
    where=_SMALL,
    assumptions=(_AT,),
    expected="certified",
    strength="lemma",
    says=_SAYS_SMALL + r"2b\le3^3",
)
def simplex_below_pairs_of_four_classes_on_a_box(lam: Constant = _FEW) -> Stated:
    """Bisection in s, the third root of 2 b."""
    return _on_the_box(_pairs, *_small(lam))


@claim(
    paper=_PAPER, where=_SMALL, assumptions=(_AT,), expected="certified", strength="lower", says=_SAYS_SMALL + r"b\ge0"
)
def simplex_below_all_pairs_of_four_classes(lam: Constant = _FEW) -> Stated:
    """So two layers need six classes for pairs to win at every decay; at lam = 1/50 they win with four."""
    return _everywhere(simplex_below_pairs_of_four_classes_on_a_box, _pairs, *_small(lam))


def _eight(height: Any) -> tuple[tuple[Any, ...], sympy.Expr]:
    import sympy

    setting = (8, 3, _FEW)
    return setting, antiprism(sympy.Rational(136, 25), sympy.sympify(height), _weight(_FEW, 3))


_EIGHT = _WHERE + ": eight classes, three layers"
_SAYS_EIGHT = (r"\log(1+6e^{-b}+e^{-2b})+4C\sqrt{2b}>\log\bigl(1+2e^{-\alpha(1-\sqrt2/2)-2\beta}+2e^{-\alpha}"
               r"+2e^{-\alpha(1+\sqrt2/2)-2\beta}+e^{-2\alpha}\bigr)+C(2u+w),\quad "
               r"\alpha=\frac{u^2}4,\ \beta=\frac{w^2}8,\ u=5.44,\ w=4.73,\ \lambda=10^{-3},\ ")  # fmt: skip


@claim(
    paper=_PAPER,
    where=_EIGHT,
    assumptions=(_AT,),
    expected="certified",
    strength="lemma",
    says=_SAYS_EIGHT + r"2b\le3^4",
)
def antiprism_below_pairs_of_eight_classes_on_a_box(height: Constant = Fraction(473, 100)) -> Stated:
    """Bisection in s, the fourth root of 2 b."""
    return _on_the_box(_pairs, *_eight(height))


@claim(
    paper=_PAPER, where=_EIGHT, assumptions=(_AT,), expected="certified", strength="lower", says=_SAYS_EIGHT + r"b\ge0"
)
def antiprism_below_all_pairs_of_eight_classes(height: Constant = Fraction(473, 100)) -> Stated:
    """A code of rank 3 below the best of rank 4 made of pairs: pairs beat the simplex, but they need not be best."""
    return _everywhere(antiprism_below_pairs_of_eight_classes_on_a_box, _pairs, *_eight(height))


pairs_below_simplices_of_four_classes_on_a_box.false_if("there were two layers", layers=2)
pairs_below_every_simplex_of_four_classes.false_if("there were two layers", layers=2)
pair_below_simplices_of_three_classes_on_a_box.false_if("the decays were 0.17", lam=Fraction(17, 100))
pair_below_every_simplex_of_three_classes.false_if("the decays were 0.17", lam=Fraction(17, 100))
simplex_ties_with_zero.false_if("a were 2 log(K - 101/100)", shift=Fraction(101, 100))
simplex_below_pairs_of_four_classes_on_a_box.false_if("the decays were 1/50, the simplex at its best", lam=_MANY)
simplex_below_all_pairs_of_four_classes.false_if("the decays were 1/50, the simplex at its best", lam=_MANY)
antiprism_below_pairs_of_eight_classes_on_a_box.false_if("the antiprism were flatter", height=Fraction(21, 5))
antiprism_below_all_pairs_of_eight_classes.false_if("the antiprism were flatter", height=Fraction(21, 5))
