r"""The simulated Gaussian classes: exact Bayes errors, the published table of them, and the covariance called hard.

Class k has mean c_k (1, ..., 1), c = -1, 1, 2, 4, ...; the covariance is diag(n, ..., n, 1, ..., 1), half of each. The
log-likelihood ratio of two classes depends on x through one number, and the Bayes error is a sum of normal tails Q.
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.dis_vs_gen.published import DECIMALS, PUBLISHED
from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _CODE = "dis_vs_gen", "simulation", "main_simulation.py, table of Bayes errors"
_HARD = "data/generate_data.py, mode hard"
_ONE_PERCENT, _HALF = Fraction(101, 100), Fraction(1, 2)


def bayes_error_of_design(classes: int, n: int) -> sympy.Expr:
    """``(2/K) sum Q(g s/2)`` over the gaps g = 2, 1, 2, 4, ... of K classes in n (even) features, s^2 = (n+1)/2."""
    import sympy

    s = sympy.sqrt(sympy.Rational(n + 1, 2))
    gaps = [2, *[2**k for k in range(classes - 2)]]
    return sympy.Rational(2, classes) * sum(tail(gap * s / 2) for gap in gaps)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    says=r"\textstyle\sum_i\frac{(x_i-b)^2-(x_i-a)^2}{2v_i}"
    r"=(a-b)\bigl(\sum_i\frac{x_i}{v_i}-\frac{a+b}2\sum_i\frac1{v_i}\bigr)",
)  # fmt: skip
def one_statistic_decides(c: Constant = 1) -> Stated:
    """Log-likelihood ratio of means a and b along the ones: the threshold lies half-way, in any number of features."""
    domain, each = Domain("a in (-oo,oo), b in (-oo,oo)"), Domain("x in (-oo,oo), v in (0,oo)")
    (a, b), (x, v) = domain, each
    ratio = Sig(((x - b) ** 2 - (x - a) ** 2) / (2 * v))
    linear = (a - b) * (Sig(x / v) - c * (a + b) / 2 * Sig(1 / v))
    return ForEveryN(domain, each, (), ratio, "==", linear), chain(lambda k: k.identity(ratio, linear), _features)


def _features(rng: random.Random) -> Any:
    rows = [{"x": Fraction(rng.randint(-9, 9), 2), "v": Fraction(rng.randint(1, 9))} for _ in range(rng.randint(1, 4))]
    return {"a": Fraction(rng.randint(-4, 4)), "b": Fraction(rng.randint(-4, 4))}, rows


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    assumptions=("the number of features n is even",),
    says=r"v_i=n\ \text{for}\ n/2\ \text{features, else}\ 1:\quad\textstyle\sum_i\frac1{v_i}=\frac{n+1}2",
)  # fmt: skip
def separation(c: Constant = 1) -> Stated:
    """There are h = n/2 features of each kind; a marks those of variance n: 1/v = 1 - a (1 - 1/n)."""
    domain, each = Domain("h integer in [1,oo)"), Domain("a in [0,1]")
    (h,), (a,) = domain, each
    variance = 1 + a * (2 * h - 1)

    def proof(k: Proof) -> Any:
        inverse = 1 - a * (1 - 1 / (2 * h))
        kind = k.hypothesis(2)  # a (1 - a) == 0
        same = k.show(1 / variance, "==", inverse, by=[((2 * h - 1) ** 2 / (2 * h) / variance * -1, kind)])
        return k.show(
            Sig(1 / variance), "==", (2 * h + 1) / 2,
            by=[k.sum_up(same), k.hypothesis(0), (-(1 - 1 / (2 * h)), k.hypothesis(1))],
        )  # fmt: skip

    def sample(rng: random.Random) -> Any:
        half = rng.randint(1, 4)
        return {"h": Fraction(half)}, [{"a": Fraction(i % 2)} for i in range(2 * half)]

    given = ((Sig(1), "==", 2 * h), (Sig(a), "==", h), (a * (1 - a), "==", 0))
    return ForEveryN(domain, each, given, Sig(1 / variance), "==", c * (2 * h + 1) / 2), chain(proof, sample)


one_statistic_decides.false_if("the threshold were 1 % off the middle", c=_ONE_PERCENT)
separation.false_if("it were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\textstyle\bigl(\sum_iw_im_i\bigr)^2\le\sum_iw_i^2v_i\;\sum_i\frac{m_i^2}{v_i}",
)  # fmt: skip
def no_direction_beats_bayes(c: Constant = 1) -> Stated:
    """Cauchy's inequality: the margin of any weights is at most the separation, reached at w = m/v."""
    domain, each = Domain("T in [1,1]"), Domain("w in (-oo,oo), m in (-oo,oo), v in (0,oo)")
    w, m, v = each
    margin, variance, squared = Sig(w * m), Sig(w**2 * v), Sig(m**2 / v)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign(v * (squared * w - margin * m / v) ** 2, ">="))
        return k.show(margin**2, "<=", variance * squared, by=[(1 / squared, square)])

    def sample(rng: random.Random) -> Any:
        rows = []
        for _ in range(rng.randint(1, 3)):
            m, v = Fraction(rng.randint(-4, 4)), Fraction(rng.randint(1, 5))
            rows.append({"m": m, "v": v, "w": m / v if rng.random() < 0.9 else Fraction(rng.randint(-3, 3))})
        return {"T": Fraction(1)}, rows

    given = ((squared, ">", 0),)
    return ForEveryN(domain, each, given, c * margin**2, "<=", variance * squared), chain(proof, sample)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\tfrac12\bigl[Q(a+\beta)+Q(a-\beta)\bigr]\ge Q(a),\quad a,\beta\ge0",
)  # fmt: skip
def centred_threshold_is_best(c: Constant = 1) -> Stated:
    """Error of a linear rule, margin a and offset beta in standard deviations: it grows with beta."""
    import sympy

    domain = Domain("a in [0,oo), beta in [0,oo)")
    a, beta = domain
    error = (tail(a + beta) + tail(a - beta)) / 2

    def proof(k: Proof) -> Any:
        nearer = k.show(-((a - beta) ** 2) / 2, ">=", -((a + beta) ** 2) / 2, by=[k.sign(2 * a * beta, ">=")])
        slope = k.show(
            error.diff(beta), ">=", 0, by=[(1 / (2 * sympy.sqrt(2 * sympy.pi)), k.exponential(nearer))]
        )  # fmt: skip
        return k.grows(slope, error, beta)

    return ForAll(domain, error, ">=", c * tail(a)), chain(proof)


no_direction_beats_bayes.false_if("the margin were 1 % larger", c=_ONE_PERCENT)
centred_threshold_is_best.false_if("the error were 1 % larger", c=_ONE_PERCENT)


# -- values ---------------------------------------------------------------------------------------------------------

_TWO = {
    (2, 2): "0.11033568", (2, 4): "0.05692315", (2, 10): "0.00950824", (2, 20): "0.00059687", (2, 40): "0.0000029816",
}  # fmt: skip
_MORE = {
    (3, 40): "0.0078631779", (5, 40): "0.0047190994", (7, 40): "0.0033707853", (3, 100): "0.00012687396",
    (5, 100): "0.000076124377", (7, 100): "0.000054374555", (3, 200): "0.00000017910576",
}  # fmt: skip
_FORMULA = (
    "equal weights; on the line, N(c_k, 1/s^2), the Bayes rule cuts half-way between neighbours: (2/K) sum Q(g s/2)",
)


def _last_digit(decimals: int) -> Domain:
    """One unit of the last digit that is written, named, so that a deviation is read beside it."""
    return Domain(f"digit in [1/{10**decimals},1/{10**decimals}]")


def _table_claim(table: dict[tuple[int, int], str], scale: Constant, units: Constant = _HALF) -> Stated:
    """The largest deviation; one of an entry with k more decimals than others counts 10^k times."""
    import sympy

    decimals = {entry: len(text.partition(".")[2]) for entry, text in table.items()}
    fewest, misses = min(decimals.values()), []
    for entry, text in table.items():
        miss = (scale * bayes_error_of_design(*entry) - sympy.Rational(text)) * 10 ** (decimals[entry] - fewest)
        misses += [miss, -miss]  # no absolute value: which sign it has is for the balls to say
    domain = _last_digit(fewest)
    (digit,) = domain  # a rounded value is off by half a unit of its last digit at most
    return ForAll(domain, sympy.Max(*misses, evaluate=False), "<=", units * digit), boxes(precision=200)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="figure", assumptions=_FORMULA,
    corrects="dis_vs_gen.published_bayes_errors", uses=("dis_vs_gen.one_statistic_decides", "dis_vs_gen.separation"),
    says=r"\text{Bayes error},\ K=2:\ .11033568,\ .05692315,\ .00950824,\ .00059687,\ .0000029816"
    r"\quad(n=2,4,10,20,40)",
)  # fmt: skip
def bayes_errors(scale: Constant = 1) -> Stated:
    """All digits as written."""
    return _table_claim(_TWO, scale)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="figure", assumptions=_FORMULA,
    corrects="dis_vs_gen.published_zero_bayes_errors",
    uses=("dis_vs_gen.one_statistic_decides", "dis_vs_gen.separation"),
    says=r"\text{Bayes error}:\ .0078631779,\ .0047190994,\ .0033707853\quad(n=40,\ K=3,5,7);"
    r"\ .00012687396,\ .000076124377,\ .000054374555\quad(n=100);\ 1.7910576\cdot10^{-7}\quad(n=200,\ K=3)",
)  # fmt: skip
def bayes_errors_of_more_classes(scale: Constant = 1) -> Stated:
    """All digits as written."""
    return _table_claim(_MORE, scale)


bayes_errors.false_if("they were smaller by a ten-millionth", scale=1 - Fraction(1, 10**7))
bayes_errors_of_more_classes.false_if("they were smaller by a ten-millionth", scale=1 - Fraction(1, 10**7))

_SEVERAL = (3, 5, 7)
_WRONG = ((2, 2), (2, 4), (2, 10), (2, 20), *((classes, n) for n in (40, 100) for classes in _SEVERAL))
_RIGHT = tuple(entry for entry in PUBLISHED if entry not in _WRONG)


def _published(*entries: tuple[int, int]) -> dict[tuple[int, int], str]:
    """Published entries, zeros with all the decimals at which they are read."""
    return {entry: f"{Decimal(PUBLISHED[entry]):.{DECIMALS}f}" for entry in entries}


@claim(
    paper=_PAPER, where=_CODE, form="as in the published code", expected="refuted", strength="figure",
    assumptions=_FORMULA,
    says=r"\text{Bayes error},\ K=2:\ .06655,\ .02924,\ .00483,\ .00037\ (n=2,4,10,20)",
)  # fmt: skip
def published_bayes_errors(exact: Constant = 0) -> Stated:
    """The published table against the published generator of the data."""
    table = {key: _TWO[key] if exact else text for key, text in _published(*_WRONG[:4]).items()}
    return _table_claim(table, 1)


published_bayes_errors.true_if("the exact values stood in the table", exact=1)


@claim(
    paper=_PAPER, where=_CODE, form="as in the published code", expected="refuted", strength="figure",
    assumptions=(*_FORMULA, "the zeros are read at five decimals, as the other numbers of the table are written"),
    says=r"\text{Bayes error},\ K=3,5,7,\ n=40\ \text{and}\ 100:\ 0.00000",
)  # fmt: skip
def published_zero_bayes_errors(n: Any = (40, 100)) -> Stated:
    """They are .00786, .00472, .00337 with 40 features, and .00013, .00008, .00005 with 100; later zeros are right."""
    return _table_claim(_published(*[(classes, features) for features in n for classes in _SEVERAL]), 1)


published_zero_bayes_errors.true_if("there were 200 and 400 features", n=(200, 400))


@claim(
    paper=_PAPER, where=_CODE, expected="certified", strength="figure", assumptions=_FORMULA,
    corrects="dis_vs_gen.published_zero_bayes_errors",
    uses=("dis_vs_gen.one_statistic_decides", "dis_vs_gen.separation"),
    says=r"\text{wrong at five decimals, each by more than half a unit, are ten entries:}\ K=2,\ n=2,4,10,20;"
    r"\ K=3,5,7,\ n=40,100",
)  # fmt: skip
def ten_published_bayes_errors_are_wrong(units: Constant = _HALF, entries: Any = _WRONG) -> Stated:
    """Each exact value is above the published one; the least, K = 7 and n = 100, by 5.4 units of the last digit."""
    import sympy

    domain = _last_digit(DECIMALS)
    (digit,) = domain
    short = [sympy.Rational(text) - bayes_error_of_design(*entry) for entry, text in _published(*entries).items()]
    return ForAll(domain, sympy.Max(*short, evaluate=False), "<", -units * digit), boxes(precision=200)


ten_published_bayes_errors_are_wrong.false_if("each were off by more than 5.5 units", units=Fraction(11, 2))
ten_published_bayes_errors_are_wrong.false_if("K = 3, n = 200 were among them", entries=(*_WRONG, (3, 200)))


@claim(
    paper=_PAPER, where=_CODE, expected="certified", strength="figure", assumptions=_FORMULA,
    uses=("dis_vs_gen.one_statistic_decides", "dis_vs_gen.separation"),
    says=r"\text{right at five decimals are the other 23 entries, zeros:}\ K=2,\ n=40,\dots,1000;"
    r"\ K=3,5,7,\ n=200,\dots,10000",
)  # fmt: skip
def other_published_bayes_errors_are_right(units: Constant = _HALF, entries: Any = _RIGHT) -> Stated:
    """The largest exact value, K = 2 and n = 40, is .3 units of the last digit."""
    return _table_claim(_published(*entries), 1, units)


other_published_bayes_errors_are_right.false_if("they were off by .29 units at most", units=Fraction(29, 100))
other_published_bayes_errors_are_right.false_if("K = 7, n = 100 were among them", entries=(*_RIGHT, (7, 100)))


# -- the covariance called hard -------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_HARD, form="as in the published code", expected="refuted",
    strength="lower",
    says=r"n=2,\ |A_{ij}|\le1:\quad\mathrm{diag}(2,1)+\bigl(A^\top A-\mathrm{diag}(A^\top A)\bigr)\succeq0",
)  # fmt: skip
def hard_covariance_is_positive(diagonal: Constant = 0) -> Stated:
    """Without its diagonal A'A is not positive: 2x^2 + y^2 + 2xy (a.b) is negative for a = b = (1,1), x = -y."""
    domain = Domain("a1 in [-1,1], a2 in [-1,1], b1 in [-1,1], b2 in [-1,1], x in [-1,1], y in [-1,1]")
    a1, a2, b1, b2, x, y = domain
    gram = (a1 * x + b1 * y) ** 2 + (a2 * x + b2 * y) ** 2
    own = (a1 * x) ** 2 + (b1 * y) ** 2 + (a2 * x) ** 2 + (b2 * y) ** 2
    form = 2 * x**2 + y**2 + gram - (1 - diagonal) * own
    return ForAll(domain, form, ">=", 0), chain(lambda k: k.sign(form, ">="))


hard_covariance_is_positive.true_if("the diagonal of A'A were kept", diagonal=1)


@claim(
    paper=_PAPER, where=_HARD, expected="proved", strength="lower", corrects="dis_vs_gen.hard_covariance_is_positive",
    says=r"\textstyle\sum_iv_ix_i^2+\bigl(\sum_ia_ix_i\bigr)^2+\bigl(\sum_ib_ix_i\bigr)^2\ge0,\quad v_i\ge1",
)  # fmt: skip
def covariance_with_its_diagonal_is_positive(kept: Constant = 1) -> Stated:
    """A'A with its diagonal is a sum of squares, one for each row of A: here two rows, any number of features."""
    domain, each = Domain("T in [1,1]"), Domain("a in [-1,1], b in [-1,1], x in (-oo,oo), v in [1,oo)")
    a, b, x, v = each
    squares = Sig(a * x) ** 2 + Sig(b * x) ** 2
    form = Sig(v * x**2) + squares - (1 - kept) * Sig((a**2 + b**2) * x**2)

    def proof(k: Proof) -> Any:
        return k.show(form, ">=", 0, by=[k.sum_up(k.sign(v * x**2, ">=")), k.sign(squares, ">=")])

    def sample(rng: random.Random) -> Any:
        n = rng.randint(2, 5)
        rows = [{"a": Fraction(1), "b": Fraction(1), "x": Fraction((-1) ** k), "v": Fraction(1)} for k in range(n)]
        return {"T": Fraction(1)}, rows

    return ForEveryN(domain, each, (), form, ">=", 0), chain(proof, sample)


covariance_with_its_diagonal_is_positive.false_if("the diagonal of A'A were left out", kept=0)
