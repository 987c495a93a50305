r"""Symmetric losses that are top-k calibrated for every k: the negative result as usually quoted does not hold.

A loss is symmetric if its sum over the labels does not depend on the scores. Quoted: a top-1 consistent symmetric loss
cannot be top-k consistent for all k. Two losses that are both:

- normalised scores, l_y = 1 - (f_y - m)/r with m the mean and r = |f - m|_2: sum K, values in [0, 2], undefined at
  equal scores. With P = |p - 1/K|_2 the least conditional risk is 1 - P (Cauchy-Schwarz), taken at f - m
  proportional to p - 1/K, and scores that rank a pair wrongly cost at least (p_i - p_j)^2/(4 P) more;
- pairwise sigmoid: `claims_ldr_pairwise_sigmoid`, bounded and smooth everywhere, its infimum not attained.

So neither bounded and attained nor bounded and smooth rescues it; what does is in `claims_ldr_negative`. For the loss
of normalised scores symmetry, bounds, minimum and cost of a wrong order are decided for every K and every posterior;
the refuted claim is only the smallest instance of what the sentence would need.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "negative result: top-1 consistent symmetric losses and top-k consistency"


@claim(
    paper=_PAPER, where=_WHERE, expected="refuted", strength="lower",
    says=r"\ell_y=1-\frac{f_y-\bar f}{\|f-\bar f\|},\ p=(\tfrac12,\tfrac38,\tfrac18):\quad "
    r"\sum_yp_y\ell_y\text{ is least at the scores }(2,-1,-1)\text{, which tie the classes 2 and 3}",
    assumptions=(
        "usually quoted: no top-1 consistent symmetric loss is top-k consistent for all k",
        "so for this symmetric loss some posterior would have to leave the order below the top without a price",
        "tested is one posterior",
        "that no other posterior saves the sentence is shown by normalised_wrong_order",
        "against scores of mean 0, the first in [3,5], the second in [-2,2]; only their ratios matter",
    ),
)  # fmt: skip
def symmetric_losses_ignore_lower_ranks(gap: Constant = Fraction(1, 8)) -> Stated:
    """If it held, ties below the top class would cost nothing; the refuter shows better scores, of mean zero."""
    import sympy

    domain = Domain("f1 in [3,5], f2 in [-2,2]")
    f1, f2 = domain
    f, p = (f1, f2, -f1 - f2), (Fraction(1, 2), Fraction(1, 4) + gap, Fraction(1, 4) - gap)
    norm = sympy.sqrt(f1**2 + f2**2 + (f1 + f2) ** 2)
    gain = sum((sympy.Rational(w) * s for w, s in zip(p, f, strict=True)), sympy.Integer(0))
    tied = (2 * sympy.Rational(p[0]) - sympy.Rational(p[1]) - sympy.Rational(p[2])) / sympy.sqrt(6)

    def proof(k: Proof) -> Fact:
        square = k.sign((f1 + 2 * f2) ** 2 / 48, ">=")
        below = k.show((f1**2 + f2**2 + (f1 + f2) ** 2) / 24, ">=", (f1 / 4) ** 2, by=[square])
        root = k.power(below, Fraction(1, 2))
        k.show(norm, ">", 0)
        return k.show(1 - gain / norm, ">=", 1 - tied, by=[(1 / norm, root)])

    return ForAll(domain, 1 - gain / norm, ">=", 1 - tied), chain(proof)


symmetric_losses_ignore_lower_ranks.true_if("the classes 2 and 3 were equally probable", gap=0)


# -- normalised scores, every number of classes ------------------------------------------------------------------------

_SHAPE = Domain("m in (-oo,oo), r in (0,oo)")


def _spread(f: Any, m: Any, r: Any) -> tuple[Any, ...]:
    """Return the hypotheses that m is the mean and r the norm of the deviations."""
    import sympy

    return ((Sig(f), "==", m * Sig(sympy.Integer(1))), (Sig((f - m) ** 2), "==", r**2))


_BASES = ((1, 1, -1, -1), (5, -3, -1, -1), (3, 1, 1, -5), (7, 1, -1, -7))  # of mean 0 and rational norm


def _deviations(rng: random.Random) -> list[Fraction]:
    """Four deviations of mean zero and rational norm."""
    scale = Fraction(rng.randint(1, 9), 3)
    return [scale * x for x in rng.choice(_BASES)]


def _norm(values: list[Fraction]) -> Fraction:
    from math import isqrt

    square = sum((x * x for x in values), Fraction(0))
    return Fraction(isqrt(square.numerator), isqrt(square.denominator))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    says=r"\textstyle\sum_y\Bigl(1-\frac{f_y-\bar f}{\|f-\bar f\|}\Bigr)=K",
)  # fmt: skip
def normalised_is_symmetric(c: Constant = 1) -> Stated:
    """Deviations from the mean add up to zero."""
    import sympy

    domain, each = _SHAPE, Domain("f in (-oo,oo)")
    (m, r), (f,) = domain, each
    K, total = Sig(sympy.Integer(1)), Sig(1 - (f - m) / r)

    def proof(k: Proof) -> Fact:
        return k.show(total, "==", K, by=[(-1 / r, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        values, mean = _deviations(rng), Fraction(rng.randint(-5, 5))
        return {"m": mean, "r": _norm(values)}, [{"f": mean + x} for x in values]

    return ForEveryN(domain, each, _spread(f, m, r), total, "==", c * K), chain(proof, sample)


normalised_is_symmetric.false_if("the sum were 1 % larger", c=Fraction(101, 100))


def _value(sign: int, c: Constant) -> Stated:
    """One named class: ``sign (f_1 - m)/r >= -1``, from 2 r |x| <= r^2 + x^2 <= 2 r^2, as a bound of 1 - x/r."""
    domain, each = Domain("m in (-oo,oo), r in (0,oo), f1 in (-oo,oo)"), Domain("f in (-oo,oo)")
    (m, r, f1), (f,) = domain, each
    x, relation, end = f1 - m, *(("<=", 2) if sign > 0 else (">=", 0))

    def proof(k: Proof) -> Fact:
        others = k.sign(Sig((f - m) ** 2), ">=")
        small = k.show(r**2, ">=", x**2, by=[others, (-1, k.hypothesis(0))])
        square = k.sign((r + sign * x) ** 2, ">=")
        by = [(1 / (2 * r**2), small), (1 / (2 * r**2), square)]
        return k.show(1 - x / r, relation, end, by=by)

    def sample(rng: random.Random) -> Any:
        values = [Fraction(-sign), Fraction(0)] if rng.random() < 0.5 else _deviations(rng)
        return {"m": Fraction(0), "r": _norm(values), "f1": values[0]}, [{"f": x} for x in values[1:]]

    statement = ForEveryN(domain, each, ((x**2 + Sig((f - m) ** 2), "==", r**2),), 1 - x / r, relation, c)
    return statement, chain(proof, sample)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
       says=r"0\le1-\frac{f_1-m}{\|f-m\|}\quad\text{for every centre }m\text{, the mean among them}")  # fmt: skip
def normalised_is_nonnegative(c: Constant = 0) -> Stated:
    """A deviation is at most the norm."""
    return _value(-1, c)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
       says=r"1-\frac{f_1-m}{\|f-m\|}\le2\quad\text{for every centre }m\text{, the mean among them}")  # fmt: skip
def normalised_is_at_most_two(c: Constant = 2) -> Stated:
    """A deviation is at least minus the norm."""
    return _value(1, c)


normalised_is_nonnegative.false_if("it were at least a hundredth", c=Fraction(1, 100))
normalised_is_at_most_two.false_if("it were at most 1.99", c=Fraction(199, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    says=r"P=\|p-\tfrac1K\|>0:\quad \sum_yp_y\Bigl(1-\frac{f_y-\bar f}{\|f-\bar f\|}\Bigr)\ge1-P",
)  # fmt: skip
def normalised_minimum(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz, class by class: a x <= (a^2 r/P + x^2 P/r)/2 with a = p - 1/K, x = f - mean."""
    import sympy

    domain, each = Domain("m in (-oo,oo), r in (0,oo), P in (0,oo)"), Domain("p in [0,1], f in (-oo,oo)")
    (m, r, P), (p, f) = domain, each
    K = Sig(sympy.Integer(1))
    a, x = p - 1 / K, f - m
    risk = Sig(p * (1 - x / r))

    def proof(k: Proof) -> Fact:
        mean, norm, total, length = (k.hypothesis(index) for index in range(4))
        square = k.sign((a * r - x * P) ** 2 / (2 * r**2 * P), ">=")
        each_class = k.show(a * x / r, "<=", a**2 / (2 * P) + x**2 * P / (2 * r**2), by=[square])
        by = [k.sum_up(each_class), total, (-1 / (K * r), mean), (-1 / (2 * P), length), (-P / (2 * r**2), norm)]
        return k.show(risk, ">=", 1 - P, by=by)

    def sample(rng: random.Random) -> Any:
        b = _posterior(rng)
        values = [3 * x for x in b] if rng.random() < 0.6 else _deviations(rng)
        rows = [{"p": Fraction(1, len(b)) + u, "f": v} for u, v in zip(b, values, strict=True)]
        return {"m": Fraction(0), "r": _norm(values), "P": _norm(b)}, rows

    given = (*_spread(f, m, r), (Sig(p), "==", 1), (Sig(a**2), "==", P**2), (K, ">", 0))
    return ForEveryN(domain, each, given, risk, ">=", c * (1 - P)), chain(proof, sample)


normalised_minimum.false_if("the minimum were 1 % larger", c=Fraction(101, 100))


def _posterior(rng: random.Random) -> list[Fraction]:
    """Deviations of a posterior of four classes from 1/4, with rational norm."""
    base = rng.choice(_BASES)
    scale = Fraction(rng.randint(1, 16), 64 * -min(base))
    return [scale * x for x in base]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    says=r"f-\bar f=t\,(p-\tfrac1K),\ t>0:\quad \sum_yp_y\Bigl(1-\frac{f_y-\bar f}{\|f-\bar f\|}\Bigr)=1-P",
)  # fmt: skip
def normalised_minimum_attained(c: Constant = 1) -> Stated:
    """The norm of t (p - 1/K) is t P; these scores are in the order of p, strictly."""
    import sympy

    domain, each = Domain("t in (0,oo), P in (0,oo), r in (0,oo)"), Domain("p in [0,1]")
    (t, P, r), (p,) = domain, each
    K = Sig(sympy.Integer(1))
    a = p - 1 / K
    risk = Sig(p * (1 - t * a / r))

    def proof(k: Proof) -> Fact:
        total, length, norm = (k.hypothesis(index) for index in range(3))
        root = k.show(r, "==", t * P, by=[(-1 / (r + t * P), norm), (t**2 / (r + t * P), length)])
        by = [(1 - t / (K * r), total), (-t / r, length), (P / r, root)]
        return k.show(risk, "==", 1 - P, by=by)

    def sample(rng: random.Random) -> Any:
        b, t_value = _posterior(rng), Fraction(rng.randint(1, 9))
        point = {"t": t_value, "P": _norm(b), "r": t_value * _norm(b)}
        return point, [{"p": Fraction(1, len(b)) + x} for x in b]

    given = ((Sig(p), "==", 1), (Sig(a**2), "==", P**2), (Sig((t * a) ** 2), "==", r**2), (K, ">", 0))
    return ForEveryN(domain, each, given, risk, "==", c * (1 - P)), chain(proof, sample)


normalised_minimum_attained.false_if("the minimum were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower", corrects="ldr.symmetric_losses_ignore_lower_ranks",
    says=r"p_i\ge p_j,\ f_i\le f_j:\quad \sum_yp_y\Bigl(1-\frac{f_y-\bar f}{\|f-\bar f\|}\Bigr)"
    r"\ge1-P+\frac{(p_i-p_j)^2}{4P},\quad P=\|p-\tfrac1K\|>0",
)  # fmt: skip
def normalised_wrong_order(c: Constant = 1) -> Stated:
    """Putting the mean of p_i and p_j in their place only helps the wrong order; then Cauchy-Schwarz.

    So this symmetric, bounded loss ranks strictly: it is top-k calibrated for every k, at every posterior.
    """
    import sympy

    domain = Domain("m in (-oo,oo), r in (0,oo), P in (0,oo), pi in [0,1], pj in [0,1], fi in (-oo,oo), fj in (-oo,oo)")
    each = Domain("p in [0,1], f in (-oo,oo)")
    (m, r, P, pi, pj, fi, fj), (p, f) = domain, each
    K = 2 + Sig(sympy.Integer(1))
    risk = pi * (1 - (fi - m) / r) + pj * (1 - (fj - m) / r) + Sig(p * (1 - (f - m) / r))

    def proof(k: Proof) -> Fact:
        mean, norm, total, length, first = (k.hypothesis(index) for index in (0, 1, 2, 3, 4))
        middle = (pi + pj) / 2 - 1 / K
        swapped = k.show((pi - pj) * (fj - fi) / (2 * r), ">=", 0, by=[((fj - fi) / (2 * r), first)])
        squares = [k.sign((a * r - x * P) ** 2 / (2 * r**2 * P), ">=")
                   for a, x in ((middle, fi - m), (middle, fj - m), (p - 1 / K, f - m))]  # fmt: skip
        others = k.sum_up(squares[2])
        by = [swapped, squares[0], squares[1], others, total, (-1 / (K * r), mean),
              (-1 / (2 * P), length), (-P / (2 * r**2), norm)]  # fmt: skip
        return k.show(risk, ">=", 1 - P + (pi - pj) ** 2 / (4 * P), by=by)

    def sample(rng: random.Random) -> Any:
        if rng.random() < 0.5:
            shift = Fraction(40, 199)  # makes both norms rational; the scores are the best wrong ones
            b = [x / 16 for x in (1 + shift, 1 - shift, Fraction(-1), Fraction(-1))]
            values = [Fraction(x) for x in (1, 1, -1, -1)]
        else:
            b, values = sorted(_posterior(rng), reverse=True), _deviations(rng)
            values = [min(values[0], values[1]), max(values[0], values[1]), *values[2:]]
        p_values = [Fraction(1, 4) + x for x in b]
        point = {"m": Fraction(0), "r": _norm(values), "P": _norm(b), "pi": p_values[0], "pj": p_values[1],
                 "fi": values[0], "fj": values[1]}  # fmt: skip
        return point, [{"p": x, "f": y} for x, y in zip(p_values[2:], values[2:], strict=True)]

    def all_of(first: Any, second: Any, rest: Any) -> Any:
        return first + second + Sig(rest)

    given = (
        (all_of(fi, fj, f), "==", m * K),
        (all_of((fi - m) ** 2, (fj - m) ** 2, (f - m) ** 2), "==", r**2),
        (all_of(pi, pj, p), "==", 1),
        (all_of((pi - 1 / K) ** 2, (pj - 1 / K) ** 2, (p - 1 / K) ** 2), "==", P**2),
        (pi, ">=", pj),
        (fj, ">=", fi),
    )
    bound = 1 - P + c * (pi - pj) ** 2 / (4 * P)
    return ForEveryN(domain, each, given, risk, ">=", bound), chain(proof, sample)


normalised_wrong_order.false_if("the cost were 1 % larger", c=Fraction(101, 100))
