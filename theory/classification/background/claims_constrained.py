r"""Constrained losses with hinges and their squares: regret bounds for every number of classes.

For scores of sum zero the conditional risk is ``sum_y (1 - p_y) Phi(-h_y)``
(`theory.classification.background.constrained_setting`). With ``m = max(0, 1 + h)``, for which the sum over the classes
is at least n, and b the conditional zero-one regret:

- hinge: the least risk is ``n (1 - p_1)``, a wrong prediction costs at least b more, and that is attained for every n;
- squared hinge: the least risk is ``n^2 / sum 1/(1-p)``, a wrong prediction costs at least ``b^2/(2 - p_1 - p_2)``
  more, which is b^2 for two classes. For three classes b^2 itself is false: the constant 1/2 has to be paid as n
  grows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.background.constrained_setting import (
    Constrained,
    constrained_setting,
    largest_score,
    point_and_rows,
    sample_constrained,
)
from theory.classification.samples import posteriors
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "hcons_multiclass", "constrained losses"
_ONE_PERCENT = Fraction(101, 100)


def _ramp(h: Any) -> sympy.Expr:
    """``max(0, 1 + h)``, the hinge of -h."""
    import sympy

    return sympy.Max(0, 1 + h)


def _hinge(weight: Any, h: Any) -> sympy.Expr:
    return weight * _ramp(h)


def _square(weight: Any, h: Any) -> sympy.Expr:
    return weight * _ramp(h) ** 2


class _Ramps:
    """The hinges of all classes by name, with what is known of them: m == Max(...), m >= 1 + h."""

    def __init__(self, k: Proof, at: Constrained) -> None:
        self.m1, _, self.above1, _ = k.part(k.fresh("m1 in [0,oo)"), 1 + at.h1)
        self.m2, _, self.above2, _ = k.part(k.fresh("m2 in [0,oo)"), 1 + at.h2)
        self.m, _, self.above, _ = k.part(k.fresh("m in [0,oo)"), 1 + at.h)

    @property
    def values(self) -> tuple[Any, Any, Any]:
        return self.m1.lhs, self.m2.lhs, self.m.lhs

    def total_is_large(self, k: Proof, at: Constrained) -> Fact:
        """The hinges add up to at least the number of classes."""
        m1, m2, m = self.values
        by = [self.above1, self.above2, k.sum_up(self.above), k.hypothesis(1)]
        return k.show(m1 + m2 + Sig(m), ">=", at.n, by=by)

    def least(self, k: Proof, at: Constrained) -> list[Any]:
        """Why the hinges cost n times the least weight: they add up to n, and the other weights are no smaller."""
        named = self.rename(k, at, lambda w, value: w * value)
        heavier = k.sum_up(k.show((at.w - at.w1) * self.m.lhs, ">=", 0, by=[(self.m.lhs, k.hypothesis(3))]))
        return [named, heavier, (at.w1, self.total_is_large(k, at))]

    def rename(self, k: Proof, at: Constrained, function: Callable[[Any, Any], Any]) -> Fact:
        """The risk in terms of the names; ``function`` takes the weight and the value of the hinge."""
        w1, w2, w = at.w1, at.w2, at.w
        one, two, other = (
            k.show(function(weight, fact.lhs), "==", function(weight, fact.rhs), by=_factor(function, weight, fact))
            for weight, fact in ((w1, self.m1), (w2, self.m2), (w, self.m))
        )
        named = function(w1, self.m1.lhs) + function(w2, self.m2.lhs) + Sig(function(w, self.m.lhs))
        risk = function(w1, self.m1.rhs) + function(w2, self.m2.rhs) + Sig(function(w, self.m.rhs))
        return k.show(risk, "==", named, by=[(-1, one), (-1, two), (-1, k.sum_up(other))])


def _factor(function: Callable[[Any, Any], Any], weight: Any, fact: Any) -> list[Any]:
    """Why ``function(weight, m)`` is what it is at Max(...): linear in m, or the square."""
    if function(weight, 2) == 2 * function(weight, 1):
        return [(weight, fact)]
    return [(weight * (fact.lhs + fact.rhs), fact)]


# -- hinge -----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\textstyle\sum_yh_y=0,\ p_1=\max p:\quad\sum_y(1-p_y)(1+h_y)_+\ge n(1-p_1)",
)
def constrained_hinge_minimum(factor: Constant = 1) -> Stated:
    """Each weight is at least 1 - p_1, and the hinges add up to at least n. Whatever class is predicted."""
    at = constrained_setting(any_prediction=True)
    risk, least = at.total(_hinge), at.n * at.w1

    def proof(k: Proof) -> Any:
        ramps = _Ramps(k, at)
        m2 = ramps.m2.lhs
        more = k.show(at.beta * m2, ">=", 0, by=[(m2, k.hypothesis(2))])
        return k.show(risk, ">=", least, by=[*ramps.least(k, at), more])

    return ForEveryN(at.domain, at.each, at.given, factor * risk, ">=", least), chain(proof, _with_best)


def _with_best(rng: random.Random) -> Any:
    """Posteriors and scores; often scores of least risk: n-1 for the first class, -1 for the others."""
    if rng.random() < 0.5:
        return sample_constrained(rng)
    p = posteriors(rng, rng.randint(2, 5))
    return point_and_rows(p, [Fraction(len(p) - 1)] + [Fraction(-1)] * (len(p) - 1))


constrained_hinge_minimum.false_if("the risk were 1 % smaller", factor=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"h=(n-1,-1,\dots,-1):\quad\textstyle\sum_y(1-p_y)(1+h_y)_+=n(1-p_1)",
)
def constrained_hinge_attained(factor: Constant = 1) -> Stated:
    """All classes but the first have hinge zero; q is the sum of their weights 1 - p."""
    domain = Domain("n integer in [2,oo), p1 in [0,1], q in [0,oo)")
    n, p1, q = domain
    risk, least = _hinge(1 - p1, n - 1) + q * _ramp(-1), n * (1 - p1)
    return ForAll(domain, risk, "==", factor * least), chain(lambda k: k.identity(risk, least))


constrained_hinge_attained.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="tight",
    uses=("hcons_multiclass.constrained_hinge_attained",),
    says=r"\textstyle\sum_yh_y=0,\ h_2=\max h,\ p_1=\max p:\quad\sum_y(1-p_y)(1+h_y)_+-n(1-p_1)"
    r"\ge p_1-p_2",
)
def constrained_hinge_regret(c: Constant = 1) -> Stated:
    """Beyond the least risk, class 2 pays p_1 - p_2 times its hinge, which is at least 1: its score is not negative."""
    at = constrained_setting()
    regret = at.total(_hinge) - at.n * at.w1

    def proof(k: Proof) -> Any:
        ramps = _Ramps(k, at)
        one = k.show(ramps.m2.lhs, ">=", 1, by=[ramps.above2, largest_score(k, at)])
        k.show(at.beta, ">=", 0, by=[k.hypothesis(2)])
        return k.show(regret, ">=", at.beta, by=[*ramps.least(k, at), (at.beta, one)])

    return ForEveryN(at.domain, at.each, at.given, regret, ">=", c * at.beta), chain(proof, _with_tight)


def _with_tight(rng: random.Random) -> Any:
    """Posteriors and scores; half of the time all scores are zero and all classes but the second equally probable."""
    if rng.random() < 0.5:
        return sample_constrained(rng)
    n = rng.randint(2, 5)
    beta = Fraction(rng.randint(1, 20), 20 * (n - 1))
    top = (1 + beta) / n
    return point_and_rows([top, top - beta] + [top] * (n - 2), [Fraction(0)] * n)


constrained_hinge_regret.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"h=0,\ p=(\tfrac{1+b}n,\tfrac{1+b}n-b,\tfrac{1+b}n,\dots),\ b\le\tfrac1{n-1}:"
    r"\quad\textstyle\sum_y(1-p_y)(1+h_y)_+-n(1-p_1)=b",
)
def constrained_hinge_tight(factor: Constant = 1) -> Stated:
    """The constant 1 cannot be improved for any number of classes: equal scores tie with the least probable class."""
    domain = Domain("n integer in [2,oo), b in (0,1]")
    n, b = domain
    top = (1 + b) / n
    regret = (n - 1) * _hinge(1 - top, 0) + _hinge(1 - (top - b), 0) - n * (1 - top)
    statement = ForAll(domain, regret, "==", factor * b, given=(((n - 1) * b, "<=", 1),))
    return statement, chain(lambda k: k.identity(regret, b))


constrained_hinge_tight.false_if("the regret were 1 % larger", factor=_ONE_PERCENT)


# -- squared hinge ---------------------------------------------------------------------------------------------------


def _inverse_weights(at: Constrained) -> sympy.Expr:
    """``sum 1/(1-p)`` over all classes."""
    return at.total(lambda weight, _: 1 / weight)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\textstyle\sum_yh_y=0,\ p_y<1:\quad\sum_y(1-p_y)(1+h_y)_+^2\ge\frac{n^2}{\sum_y1/(1-p_y)}",
)
def constrained_squared_hinge_minimum(factor: Constant = 1) -> Stated:
    """Squares around l/(1-p), l = n/sum 1/(1-p), and the hinges add up to at least n. Whatever class is predicted."""
    at = constrained_setting(positive=True, any_prediction=True)
    level = at.n / _inverse_weights(at)
    risk, least = at.total(_square), at.n**2 / _inverse_weights(at)

    def proof(k: Proof) -> Any:
        k.sign(_inverse_weights(at), ">")
        k.sign(at.n, ">")
        ramps = _Ramps(k, at)
        named = ramps.rename(k, at, lambda weight, value: weight * value**2)
        one, two, other = (
            k.sign(weight * (value - level / weight) ** 2, ">=")
            for weight, value in zip((at.w1, at.w2, at.w), ramps.values, strict=True)
        )
        total = (2 * level, ramps.total_is_large(k, at))
        return k.show(risk, ">=", least, by=[named, one, two, k.sum_up(other), total])

    return ForEveryN(at.domain, at.each, at.given, factor * risk, ">=", least), chain(proof, sample_constrained)


constrained_squared_hinge_minimum.false_if("the risk were 1 % smaller", factor=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"1+h_y=\frac l{1-p_y},\ l=\frac n{\sum_y1/(1-p_y)}:\quad\textstyle\sum_y(1-p_y)(1+h_y)_+^2"
    r"=\frac{n^2}{\sum_y1/(1-p_y)}",
)
def constrained_squared_hinge_attained(factor: Constant = 1) -> Stated:
    """These scores add up to l sum 1/(1-p) - n = 0; as 1 + h > 0 no hinge is cut."""
    at = constrained_setting(positive=True, any_prediction=True)
    level = at.n / _inverse_weights(at)
    risk, least = at.total(lambda weight, _: weight * (level / weight) ** 2), at.n**2 / _inverse_weights(at)

    def proof(k: Proof) -> Any:
        k.sign(_inverse_weights(at), ">")
        return k.show(risk, "==", least)

    return ForEveryN(at.domain, at.each, at.given, risk, "==", factor * least), chain(proof, sample_constrained)


constrained_squared_hinge_attained.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    corrects="hcons_multiclass.constrained_squared_hinge_like_two_classes",
    uses=("hcons_multiclass.constrained_squared_hinge_attained",),
    says=r"\textstyle\sum_yh_y=0,\ h_2=\max h,\ p_y\le p_1<1:\quad\sum_y(1-p_y)(1+h_y)_+^2-\frac{n^2}{\sum_y1/(1-p_y)}"
    r"\ge\frac{(p_1-p_2)^2}{2-p_1-p_2}",
)
def constrained_squared_hinge_regret(c: Constant = 1) -> Stated:
    """Squares around l/(1-p), l = n/sum 1/(1-p), which for classes 1 and 2 are taken of their sum."""
    at = constrained_setting(positive=True)
    w1, w2, w = at.w1, at.w2, at.w
    level = at.n / _inverse_weights(at)
    regret = at.total(_square) - at.n**2 / _inverse_weights(at)

    bound = at.beta**2 / (w1 + w2)

    def proof(k: Proof) -> Any:
        k.sign(_inverse_weights(at), ">")
        k.sign(at.n, ">")
        ramps = _Ramps(k, at)
        m1, m2, m = ramps.values
        named = ramps.rename(k, at, lambda weight, value: weight * value**2)
        others = k.sum_up(
            k.show(w * m**2, ">=", 2 * level * m - level**2 / w, by=[k.sign(w * (m - level / w) ** 2, ">=")])
        )
        joint = k.sign(w1 * w2 / (w1 + w2) * (m1 + m2 - level * (w1 + w2) / (w1 * w2)) ** 2, ">=")
        apart = _apart(k, at, ramps)
        total = (2 * level, ramps.total_is_large(k, at))
        return k.show(regret, ">=", bound, by=[named, others, joint, (1 / (w1 + w2), apart), total])

    return ForEveryN(at.domain, at.each, at.given, regret, ">=", c * bound), chain(proof, _with_two)


def _apart(k: Proof, at: Constrained, ramps: _Ramps) -> Fact:
    """``((1-p_2) m_2 - (1-p_1) m_1)^2 >= (p_1 - p_2)^2``: m_2 >= m_1 and m_2 >= 1."""
    w1, w2, (m1, m2, _) = at.w1, at.w2, ramps.values
    one = k.show(m2, ">=", 1, by=[ramps.above2, largest_score(k, at)])
    k.show(1 + at.h2, ">=", 0, by=[largest_score(k, at)])
    k.show(m2 - 1 - at.h1, ">=", 0, by=[ramps.above2, k.hypothesis(4)])
    larger = k.show(m2, ">=", m1, by=[k.at_most(ramps.m1, m2)])
    k.show(at.beta, ">=", 0, by=[k.hypothesis(2)])
    gap = k.show(w2 * m2 - w1 * m1, ">=", at.beta, by=[(w1, larger), (at.beta, one)])
    return k.power(gap, 2)


def _with_two(rng: random.Random) -> Any:
    """Posteriors and scores; half of the time two classes with score zero, where the bound is attained."""
    if rng.random() < 0.5:
        return sample_constrained(rng)
    p1 = Fraction(rng.randint(51, 95), 100)
    return point_and_rows([p1, 1 - p1], [Fraction(0)] * 2)


constrained_squared_hinge_regret.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


def _flat_squared_regret(n: Any, b: Any) -> Any:
    """The regret of equal scores at the posteriors 1/n + b/2, 1/n - b/2, 1/n, ...."""
    one = 1 - 1 / n
    return n - 1 - n**2 / ((n - 2) / one + 1 / (one - b / 2) + 1 / (one + b / 2))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="refuted",
    strength="lower",
    says=r"n=3,\ h=0,\ p=(\tfrac13+\tfrac b2,\tfrac13-\tfrac b2,\tfrac13):\quad\textstyle"
    r"\sum_y(1-p_y)(1+h_y)_+^2-\frac{n^2}{\sum_y1/(1-p_y)}\ge b^2",
)
def constrained_squared_hinge_like_two_classes(classes: Constant = 3) -> Stated:
    """The bound b^2 of two classes does not carry over to three."""
    import sympy

    domain = Domain("b in (0,1/2]")
    (b,) = domain
    regret = _flat_squared_regret(sympy.Integer(classes), b)
    return ForAll(domain, regret, ">=", b**2), chain(lambda k: k.show(regret, ">=", b**2))


constrained_squared_hinge_like_two_classes.true_if("there were two classes", classes=2)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="asymptotic",
    corrects="hcons_multiclass.constrained_squared_hinge_like_two_classes",
    says=r"h=0,\ p=(\tfrac1n+\tfrac b2,\tfrac1n-\tfrac b2,\tfrac1n,\dots):\quad"
    r"\frac1{b^2}\Bigl(n-1-\frac{n^2}{\sum_y1/(1-p_y)}\Bigr)\to\frac n{2(n-1)}\ (b\to0)",
)
def constrained_squared_hinge_growth(factor: Constant = 1) -> Stated:
    """For n classes no constant above n/(2(n-1)) is possible, which tends to the 1/2 of the bound."""
    domain = Domain("n integer in [2,oo), b in (0,1)")
    n, b = domain
    regret = _flat_squared_regret(n, b)
    return LimitOf(domain, regret / b**2, b, "+", factor * n / (2 * (n - 1))), chain(lambda k: k.taylor(regret, b, 2))


constrained_squared_hinge_growth.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
