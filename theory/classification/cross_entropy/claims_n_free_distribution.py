r"""Bounds between expected regrets that do not grow with the number of classes, 1 <= tau <= 2.

At x, of probability w, the zero-one regret of a classifier is d and its surrogate regret is s. The bounds of
s by d at a single x, for every number of classes, are the hypotheses here (each names the claim that
shows its own, in ``uses``); the conclusions bound ``R01 = sum w d`` by the surrogate regret ``R = sum w s``
of a distribution with finite support. Both are regrets against the best prediction at each x.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_averaging import average_middle, average_quadratic
from theory.classification.samples import simplex
from theory.classification.symbolic import two_class_transform
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "comp_sum", "n-free bound between expected regrets"
_FINITE = "the distribution of x has finite support; with expectations for sums the proof is the same"
_AT_EACH_X = "s and d are the conditional regrets at x; the hypothesis on them is the claim named in uses"
AT_EACH_X = (_FINITE, _AT_EACH_X)
_ONE_PERCENT = Fraction(101, 100)


def _sampler(least: Callable[[float, float], float], tenths: tuple[int, int]) -> Callable[[random.Random], Any]:
    """Draw w, d and the least s allowed, rounded up; mostly with one d everywhere: the tightest case."""

    def sample(rng: random.Random) -> Any:
        tau = Fraction(rng.randint(*tenths), 10)
        same = Fraction(rng.randint(1, 100), 100)
        rows = []
        for w in simplex(rng, rng.randint(1, 4), zeros=0):
            d = same if rng.random() < 0.8 else Fraction(rng.randint(0, 100), 100)
            s = Fraction(least(float(d), float(tau))).limit_denominator(10**7)
            rows.append({"w": w, "d": d, "s": max(s, Fraction(0)) + Fraction(1, 10**6)})
        return {"tau": tau}, rows

    return sample


def _symbols() -> tuple[Domain, tuple[sympy.Symbol, ...], sympy.Expr, sympy.Expr, sympy.Expr]:
    """Return the per-x domain, its symbols, the zero-one regret, the surrogate regret and the total of w."""
    each = Domain("w in [0,1], d in [0,1], s in [0,oo)")
    w, d, s = each
    return each, (w, d, s), Sig(w * d), Sig(w * s), Sig(w)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"x\ge y^2,\;y\ge0\ \Rightarrow\ \sqrt x\ge y",
)
def root_of_square(c: Constant = 1) -> Stated:
    """The square root is monotone."""
    domain = Domain("x in [0,oo), y in [0,oo)")
    x, y = domain
    half = Fraction(1, 2)
    return ForAll(domain, x**half, ">=", y, ((x, ">=", c * y**2),)), chain(lambda k: k.power(k.hypothesis(0), half))


root_of_square.false_if("x were at least half the square only", c=Fraction(1, 2))


def _square_root_bound(c: Constant, tau_range: str, constant: Callable[[Any], Any], tenths: tuple[int, int]) -> Stated:
    """``s >= C(tau) d^2`` at each x gives ``R01 <= (R/C(tau))^(1/2)``."""
    domain = Domain(f"tau in {tau_range}")
    (tau,) = domain
    each, (w, d, s), zero_one, surrogate, total = _symbols()
    C, half = constant(tau), Fraction(1, 2)

    def proof(k: Proof) -> Any:
        square = k.apply(
            average_quadratic,
            {"C": C},
            given=[k.hypothesis(0), k.hypothesis(1)],
            rest={"w": w, "d": d, "s": s},
        )
        larger = k.show(surrogate / C, ">=", zero_one**2, by=[(1 / C, square)])
        root = k.apply(root_of_square, {"x": surrogate / C, "y": zero_one}, given=[larger])
        return k.show(zero_one, "<=", (surrogate / C) ** half, by=[root])

    given = ((total, "==", 1), (s, ">=", C * d**2))
    sample = _sampler(lambda x, t: float(constant(t)) * x * x, tenths)
    return ForEveryN(domain, each, given, c * zero_one, "<=", (surrogate / C) ** half), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=AT_EACH_X,
    uses=("comp_sum.n_free_quadratic",),
    says=r"\mathcal R_{0\text-1}\le\sqrt{\tfrac{2^\tau}{\tau}\,\mathcal R_\tau},\quad 1<\tau<2",
)
def expected_regret_n_free(c: Constant = 1) -> Stated:
    """Convexity of the square, then the square root."""
    return _square_root_bound(c, "(1,2)", lambda tau: tau * 2 ** (-tau), (11, 19))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=AT_EACH_X,
    uses=("comp_sum.sharp_quadratic",),
    says=r"\mathcal R_{0\text-1}\le\sqrt{\frac{\tau-1}{1-2^{1-\tau}}\,\mathcal R_\tau},\ \tfrac32\le\tau<2",
)
def expected_regret_sharp(c: Constant = 1) -> Stated:
    """The same with the largest constant that a quadratic bound can have."""
    return _square_root_bound(c, "[3/2,2)", lambda tau: (1 - 2 ** (1 - tau)) / (tau - 1), (15, 19))


@claim(
    paper=_PAPER,
    where=_WHERE + ", tau = 1",
    expected="proved",
    strength="lower",
    assumptions=(*AT_EACH_X, "classes 1 and 2 have positive probability at each x"),
    uses=("comp_sum.published_logistic", "comp_sum.published_simplified_logistic"),
    says=r"\mathcal R_{0\text-1}\le\sqrt{2\,\mathcal R_1}",
)
def expected_regret_logistic(c: Constant = 1) -> Stated:
    """The same at tau = 1, where T_1(d) >= d^2/2."""
    return _square_root_bound(c, "[1,1]", lambda tau: Fraction(1, 2), (10, 10))


expected_regret_n_free.false_if("the zero-one regret were 1 % larger", c=_ONE_PERCENT)
expected_regret_logistic.false_if("the zero-one regret were 1 % larger", c=_ONE_PERCENT)
expected_regret_sharp.false_if("the zero-one regret were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=AT_EACH_X,
    uses=("comp_sum.two_class_is_worst",),
    corrects="comp_sum.published_middle",
    says=r"\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\mathcal R_{0\text-1})-1\bigr)\le\mathcal R_\tau,"
    r"\quad 1<\tau\le\tfrac32",
)
def expected_regret_two_class(c: Constant = 1) -> Stated:
    """The two-class formula is convex, so what holds at each x holds on average."""
    return two_class_on_average(c, "tau in (1,3/2]", (11, 15))


def two_class_on_average(c: Constant, tau_range: str, tenths: tuple[int, int]) -> Stated:
    """State and prove the two-class bound between expected regrets, given it at each x, for a range of tau."""
    domain = Domain(tau_range)
    (tau,) = domain
    each, (w, d, s), zero_one, surrogate, total = _symbols()
    q = tau - 1

    def proof(k: Proof) -> Any:
        values = {"C": 2 ** (-q) / q, "tau": tau}
        below = k.sum_up(k.sign(w * (1 - d), ">="))
        k.show(1 - zero_one, ">=", 0, by=[below, (-1, k.hypothesis(0))])
        return k.apply(average_middle, values, given=[k.hypothesis(0), k.hypothesis(1)], rest={"w": w, "d": d, "s": s})

    def least(x: float, t: float) -> float:
        a = 1 / (2 - t)
        return float(2 ** (1 - t) * ((((1 + x) ** a + (1 - x) ** a) / 2) ** (1 / a) - 1) / (t - 1))

    given = ((total, "==", 1), (s, ">=", two_class_transform(d, tau)))
    statement = ForEveryN(domain, each, given, surrogate, ">=", c * two_class_transform(zero_one, tau))
    return statement, chain(proof, _sampler(least, tenths))


expected_regret_two_class.false_if("the formula were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE + ", tau = 2",
    expected="proved",
    strength="lower",
    assumptions=AT_EACH_X,
    uses=("comp_sum.absolute_error_n_free",),
    says=r"\mathcal R_{0\text-1}\le\tfrac12\bigl(\mathcal R_2+\sqrt{\mathcal R_2^2+4\mathcal R_2}\bigr)",
)
def expected_regret_absolute_error(c: Constant = 1) -> Stated:
    """d^2/(1+d) is d - 1 + 1/(1+d), so convex; then solve R01^2 <= R (1 + R01) for R01."""
    domain = Domain("tau in [2,2]")
    each, (w, d, s), zero_one, surrogate, total = _symbols()
    half = Fraction(1, 2)
    root = (surrogate**2 + 4 * surrogate) ** half
    bound = (surrogate + root) / 2

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(1 / v, v, 1 + zero_one, 1 + d)
        slope = 1 - (1 + zero_one) ** -2
        height = zero_one**2 / (1 + zero_one)
        each_x = k.show(w * s, ">=", w * (height + slope * (d - zero_one)), by=[(w, k.hypothesis(1)), (w, line)])
        average = k.show(surrogate, ">=", height, by=[k.sum_up(each_x), (height - slope * zero_one, k.hypothesis(0))])
        solved = k.show(
            surrogate**2 + 4 * surrogate,
            ">=",
            (2 * zero_one - surrogate) ** 2,
            by=[(4 * (1 + zero_one), average)],
        )
        k.open_case(2 * zero_one, ">=", surrogate)
        larger = k.apply(
            root_of_square, {"x": surrogate**2 + 4 * surrogate, "y": 2 * zero_one - surrogate}, given=[solved]
        )
        first = k.close_case(k.show(zero_one, "<=", bound, by=[(half, larger)]))
        less = k.open_case(2 * zero_one, "<", surrogate)
        second = k.close_case(k.show(zero_one, "<=", bound, by=[(half, less), k.sign(root / 2, ">=")]))
        return k.join(first, second)

    given = ((total, "==", 1), (s, ">=", d**2 / (1 + d)))
    sample = _sampler(lambda x, _: x * x / (1 + x), (20, 20))
    return ForEveryN(domain, each, given, c * zero_one, "<=", bound), chain(proof, sample)


expected_regret_absolute_error.false_if("the zero-one regret were 1 % larger", c=_ONE_PERCENT)
