r"""The quadratic surrogate of the zero-one loss with k classes: its calibration function is eps^2/(4k), for every k.

The surrogate is ``Phi(f, y) = |f + L e_y|^2/(2k)`` for scores f in R^k and the zero-one loss matrix L, which has
zeros on its diagonal and ones elsewhere: ``L e_y`` is 0 in place y and 1 elsewhere. With posterior q its
conditional risk is

    1/(2k) sum_c (q_c f_c^2 + (1-q_c) (1+f_c)^2) = 1/(2k) sum_c ((f_c + 1 - q_c)^2 + q_c (1-q_c)).

The prediction is the largest score. Predicting class 2 where class 1 is better by eps = q_1 - q_2 costs at least
eps^2/(4k) more than the least risk, and there are scores that cost just that: unlike a bound that is free of the
number of classes, the calibration function falls like 1/k.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import posteriors, simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "osokin", "quadratic surrogate of the zero-one loss"
_ONE_PERCENT = Fraction(101, 100)
_RISK = r"\tfrac1{2k}\textstyle\sum_c\bigl(q_cf_c^2+(1-q_c)(1+f_c)^2\bigr)"
_LEAST = r"\tfrac1{2k}\textstyle\sum_cq_c(1-q_c)"


def _term(q: Any, f: Any) -> Any:
    return q * f**2 + (1 - q) * (1 + f) ** 2


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="tight", says=_RISK + r"\ge" + _LEAST)
def quadratic_surrogate_minimum(factor: Constant = 1) -> Stated:
    """Each class by itself: the difference is (f + 1 - q)^2, so that f = q - 1 is best."""
    domain, each = Domain("q1 in [0,1], f1 in (-oo,oo)"), Domain("q in [0,1], f in (-oo,oo)")
    (q1, f1), (q, f) = domain, each
    size = 2 * (1 + Sig(1))
    risk, least = (_term(q1, f1) + Sig(_term(q, f))) / size, (q1 * (1 - q1) + Sig(q * (1 - q))) / size

    def proof(k: Proof) -> Any:
        k.sign(size, ">")
        first, other = k.sign((f1 + 1 - q1) ** 2, ">="), k.sum_up(k.sign((f + 1 - q) ** 2, ">="))
        return k.show(risk, ">=", least, by=[(1 / size, first), (1 / size, other)])

    def sample(rng: random.Random) -> Any:
        p = simplex(rng, rng.randint(2, 5))
        scores = [x - 1 + Fraction(rng.choice((0, 0, 1)), 5) for x in p]
        rows = [{"q": x, "f": y} for x, y in zip(p[1:], scores[1:], strict=True)]
        return {"q1": p[0], "f1": scores[0]}, rows

    given = ((q1 + Sig(q), "==", 1),)
    return ForEveryN(domain, each, given, factor * risk, ">=", least), chain(proof, sample)


quadratic_surrogate_minimum.false_if("the risk were 1 % smaller", factor=Fraction(99, 100))


def _setting() -> Any:
    domain = Domain("q1 in [0,1], q2 in [0,1], f1 in (-oo,oo), f2 in (-oo,oo)")
    each = Domain("q in [0,1], f in (-oo,oo)")
    (q1, q2, f1, f2), (q, f) = domain, each
    size = 2 * (2 + Sig(1))
    risk = (_term(q1, f1) + _term(q2, f2) + Sig(_term(q, f))) / size
    least = (q1 * (1 - q1) + q2 * (1 - q2) + Sig(q * (1 - q))) / size
    return domain, each, risk - least, size


def _sample_regret(rng: random.Random) -> Any:
    p = posteriors(rng, rng.randint(2, 5))
    middle = (p[0] + p[1]) / 2 - 1
    scores = [middle, middle] + [x - 1 for x in p[2:]]
    if rng.random() < 0.5:
        scores[1] += Fraction(rng.randint(0, 3), 5)
    rows = [{"q": x, "f": y} for x, y in zip(p[2:], scores[2:], strict=True)]
    return {"q1": p[0], "q2": p[1], "f1": scores[0], "f2": scores[1]}, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="tight",
    uses=("osokin.quadratic_surrogate_minimum",),
    says=r"f_2\ge f_1,\ q_1\ge q_2:\quad" + _RISK + "-" + _LEAST + r"\ge\frac{(q_1-q_2)^2}{4k}",
)
def quadratic_surrogate_calibration(c: Constant = 1) -> Stated:
    """With a = f_1 + 1 - q_1 and b = f_2 + 1 - q_2: a^2 + b^2 >= (b - a)^2/2, and b - a >= q_1 - q_2."""
    domain, each, regret, size = _setting()
    (q1, q2, f1, f2), (q, f) = domain, each
    bound = (q1 - q2) ** 2 / (2 * size)

    def proof(k: Proof) -> Any:
        k.sign(size, ">")
        a, b = f1 + 1 - q1, f2 + 1 - q2
        k.show(q1 - q2, ">=", 0, by=[k.hypothesis(2)])
        far = k.power(k.show(b - a, ">=", q1 - q2, by=[k.hypothesis(1)]), 2)
        others = k.sum_up(k.sign((f + 1 - q) ** 2, ">="))
        by = [(1 / (2 * size), k.sign((a + b) ** 2, ">=")), (1 / (2 * size), far), (1 / size, others)]
        return k.show(regret, ">=", bound, by=by)

    given = ((q1 + q2 + Sig(q), "==", 1), (f2, ">=", f1), (q1, ">=", q2))
    return ForEveryN(domain, each, given, regret, ">=", c * bound), chain(proof, _sample_regret)


quadratic_surrogate_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"f_1=f_2=\tfrac{q_1+q_2}2-1,\ f_y=q_y-1:\quad" + _RISK + "-" + _LEAST + r"=\frac{(q_1-q_2)^2}{4k}",
)
def quadratic_surrogate_attained(factor: Constant = 1) -> Stated:
    """Classes 1 and 2 meet half-way; they score highest where no other class is more probable than their mean."""
    domain, each = Domain("q1 in [0,1], q2 in [0,1]"), Domain("q in [0,1]")
    (q1, q2), (q,) = domain, each
    size, middle = 2 * (2 + Sig(1)), (q1 + q2) / 2 - 1
    risk = (_term(q1, middle) + _term(q2, middle) + Sig(_term(q, q - 1))) / size
    regret = risk - (q1 * (1 - q1) + q2 * (1 - q2) + Sig(q * (1 - q))) / size
    bound = (q1 - q2) ** 2 / (2 * size)

    def proof(k: Proof) -> Any:
        k.sign(size, ">")
        return k.show(regret, "==", bound)

    def sample(rng: random.Random) -> Any:
        p = posteriors(rng, rng.randint(2, 5))
        return {"q1": p[0], "q2": p[1]}, [{"q": x} for x in p[2:]]

    given = ((q1 + q2 + Sig(q), "==", 1), ((q1 + q2) / 2, ">=", q))
    return ForEveryN(domain, each, given, regret, "==", factor * bound), chain(proof, sample)


quadratic_surrogate_attained.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
