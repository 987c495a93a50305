r"""The constrained exponential loss: a regret bound for every number of classes, and how loose the quoted one is.

For scores of sum zero the conditional risk is ``sum_y w_y exp(h_y)`` with the weights ``w = 1 - p``
(`theory.classification.background.constrained_setting`), least where all terms are equal: ``n G``, G the geometric mean
of the weights. Class 2 being predicted, its score is the largest, hence not negative, and pulling the scores of classes
1 and 2 to where their terms are equal gains ``(sqrt(w_2 e^(h_2)) - sqrt(w_1 e^(h_1)))^2 >= (sqrt w_2 - sqrt w_1)^2``.
With b = w_2 - w_1 that is

- at least ``2 - sqrt(4 - b^2)``, the bound as usually quoted (it takes w_1 = 1 - b/2);
- at least ``(1 - sqrt(1-b))^2``, as w_1 <= 1 - b: this is larger for every b > 0, 1 instead of .268 at b = 1.

Both begin with b^2/4. Posteriors near the uniform ones show that for n classes the coefficient of b^2 is at most
``n/(4(n-1))``: 1/2 for two classes (where the transform is 1 - sqrt(1-b^2)), 3/8 for three, 1/4 only as n grows.
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
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "hcons_multiclass", "constrained losses"
_ONE_PERCENT = Fraction(101, 100)
_HALF = Fraction(1, 2)
_REGRET = (
    r"\textstyle\sum_yh_y=0,\ h_2=\max h,\ p_y\le p_1<1:\quad\sum_y(1-p_y)e^{h_y}-n\bigl(\prod_y(1-p_y)\bigr)^{1/n}"
)


def _exponential(weight: Any, h: Any) -> sympy.Expr:
    import sympy

    return weight * sympy.exp(h)


def _mean_log(at: Constrained) -> sympy.Expr:
    """The logarithm of the geometric mean of the weights."""
    import sympy

    return at.total(lambda weight, _: sympy.log(weight)) / at.n


def _root(x: Any) -> Any:
    import sympy

    return sympy.sqrt(x)


def _gap(k: Proof, at: Constrained) -> Fact:
    """``sqrt(w2 e^h2) - sqrt(w1 e^h1) >= sqrt w2 - sqrt w1 >= 0``, squared."""
    import sympy

    first, second = (sympy.exp(h / 2) for h in (at.h1, at.h2))
    largest = largest_score(k, at)
    ordered = k.exponential(k.show(at.h2 / 2, ">=", at.h1 / 2, by=[(_HALF, k.hypothesis(4))]))
    above_one = k.exponential(k.show(at.h2 / 2, ">=", 0, by=[(_HALF, largest)]))
    roots = k.power(k.hypothesis(2), _HALF)
    k.show(_root(at.w2) - _root(at.w1), ">=", 0, by=[roots])
    by = [(_root(at.w1), ordered), (_root(at.w2) - _root(at.w1), above_one)]
    apart = k.show(_root(at.w2) * second - _root(at.w1) * first, ">=", _root(at.w2) - _root(at.w1), by=by)
    return k.power(apart, 2)


def _regret_is_large(k: Proof, at: Constrained) -> Fact:
    """The risk exceeds its least value by ``(sqrt w2 - sqrt w1)^2``."""
    import sympy

    v = k.fresh("v in (-oo,oo)")
    mean = _mean_log(at)
    k.sign(at.n, ">")
    level = sympy.exp(mean)
    joint = (sympy.log(at.w1) + sympy.log(at.w2) + at.h1 + at.h2) / 2
    pair = k.tangent(sympy.exp(v), v, mean, joint)
    other = k.tangent(sympy.exp(v), v, mean, sympy.log(at.w) + at.h)
    bound = (_root(at.w2) - _root(at.w1)) ** 2
    by = [_gap(k, at), (2, pair), k.sum_up(other), (level, k.hypothesis(1))]
    return k.show(at.total(_exponential), ">=", at.n * level + bound, by=by)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\textstyle\sum_yh_y=0,\ p_y<1:\quad\sum_y(1-p_y)e^{h_y}\ge n\bigl(\prod_y(1-p_y)\bigr)^{1/n}",
)
def constrained_exponential_minimum(factor: Constant = 1) -> Stated:
    """Arithmetic and geometric mean, by tangents at the mean logarithm. Whatever class is predicted."""
    import sympy

    at = constrained_setting(positive=True, any_prediction=True)
    mean = _mean_log(at)
    risk, least = at.total(_exponential), at.n * sympy.exp(mean)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        k.sign(at.n, ">")
        pairs = ((at.w1, at.h1), (at.w2, at.h2), (at.w, at.h))
        one, two, other = (k.tangent(sympy.exp(v), v, mean, sympy.log(w) + h) for w, h in pairs)
        return k.show(risk, ">=", least, by=[one, two, k.sum_up(other), (sympy.exp(mean), k.hypothesis(1))])

    return ForEveryN(at.domain, at.each, at.given, factor * risk, ">=", least), chain(proof, sample_constrained)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"h_y=\log G-\log(1-p_y),\ G=\bigl(\textstyle\prod_y(1-p_y)\bigr)^{1/n}:"
    r"\quad\sum_y(1-p_y)e^{h_y}=nG",
)
def constrained_exponential_attained(factor: Constant = 1) -> Stated:
    """All terms are equal to G; these scores add up to zero by the definition of G."""
    import sympy

    at = constrained_setting(positive=True, any_prediction=True)
    mean = _mean_log(at)
    risk = at.total(lambda weight, _: _exponential(weight, mean - sympy.log(weight)))
    least = at.n * sympy.exp(mean)

    def proof(k: Proof) -> Any:
        k.sign(at.n, ">")
        return k.show(risk, "==", least)

    return ForEveryN(at.domain, at.each, at.given, risk, "==", factor * least), chain(proof, sample_constrained)


constrained_exponential_minimum.false_if("the risk were 1 % smaller", factor=Fraction(99, 100))
constrained_exponential_attained.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)
_LEAST = ("hcons_multiclass.constrained_exponential_attained",)


def _stated(bound: Callable[[Any], Any], at_weight: Callable[[Any], Any], sample: Any, c: Any) -> Stated:
    """The regret against a function of b that is ``(sqrt(x+b) - sqrt x)^2`` at a weight x that w1 does not exceed."""
    import sympy

    at = constrained_setting(positive=True)
    least = at.n * sympy.exp(_mean_log(at))
    regret, b = at.total(_exponential) - least, at.beta

    def proof(k: Proof) -> Any:
        large = _regret_is_large(k, at)
        v = k.fresh("x in [0,oo)")
        k.show(b, ">=", 0, by=[k.hypothesis(2)])
        x = at_weight(b)
        k.show(x, ">=", 0, by=[k.sign(1 - at.w2, ">="), k.sign(at.w1, ">=")])
        k.show(x - at.w1, ">=", 0, by=[k.sign(1 - at.w2, ">=")])
        slower = k.increments(v**_HALF, v, x, at.w1, b)
        gains = k.show(_root(at.w2) - _root(at.w1), ">=", _root(x + b) - _root(x), by=[slower])
        rising = k.power(k.show(x + b, ">=", x, by=[k.hypothesis(2)]), _HALF)
        k.show(_root(x + b) - _root(x), ">=", 0, by=[rising])
        return k.show(regret, ">=", bound(b), by=[large, k.power(gains, 2)])

    return ForEveryN(at.domain, at.each, at.given, regret, ">=", c * bound(b)), chain(proof, sample)


def _sample_flat(rng: random.Random) -> Any:
    """Scores and posteriors; half of the time many almost equally probable classes whose scores tie."""
    if rng.random() < 0.5:
        return sample_constrained(rng)
    n, tilt = 60, Fraction(rng.randint(1, 20), 1000)
    p = [(1 + tilt) / n, (1 - tilt) / n] + [Fraction(1, n)] * (n - 2)
    return point_and_rows(p, [Fraction(0)] * n)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="lower",
    uses=_LEAST,
    says=_REGRET + r"\ge2-\sqrt{4-(p_1-p_2)^2}",
)
def constrained_exponential_regret(c: Constant = 1) -> Stated:
    """The root of the weights grows most slowly where they are largest: at 1 - b/2 and 1 + b/2 at the latest."""
    return _stated(lambda b: 2 - _root(4 - b**2), lambda b: 1 - b / 2, _sample_flat, c)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    corrects="hcons_multiclass.constrained_exponential_regret",
    uses=_LEAST,
    says=_REGRET + r"\ge\bigl(1-\sqrt{1-(p_1-p_2)}\bigr)^2",
)
def constrained_exponential_regret_sharper(c: Constant = 1) -> Stated:
    """No weight exceeds 1: the pair is 1 - b and 1 at the latest."""
    return _stated(lambda b: (1 - _root(1 - b)) ** 2, lambda b: 1 - b, _sample_flat, c)


constrained_exponential_regret.false_if("the constant were 5 % larger", c=Fraction(21, 20))
constrained_exponential_regret_sharper.false_if("the constant were 5 % larger", c=Fraction(21, 20))


def _flat_regret(n: Any, b: Any) -> sympy.Expr:
    """The regret of equal scores at the posteriors 1/n + b/2, 1/n - b/2, 1/n, ...."""
    import sympy

    weight = 1 - 1 / n
    logs = sympy.log(weight - b / 2) + sympy.log(weight + b / 2) + (n - 2) * sympy.log(weight)
    return n - 1 - n * sympy.exp(logs / n)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="asymptotic",
    says=r"h=0,\ p=(\tfrac1n+\tfrac b2,\tfrac1n-\tfrac b2,\tfrac1n,\dots):\quad"
    r"\frac1{b^2}\Bigl(n-1-n\bigl(\textstyle\prod_y(1-p_y)\bigr)^{1/n}\Bigr)\to\frac n{4(n-1)}\ (b\to0)",
)
def constrained_exponential_growth(factor: Constant = 1) -> Stated:
    """For n classes no coefficient above n/(4(n-1)) is possible; it tends to the 1/4 of both bounds."""
    domain = Domain("n integer in [2,oo), b in (0,1)")
    n, b = domain
    regret = _flat_regret(n, b)
    return LimitOf(domain, regret / b**2, b, "+", factor * n / (4 * (n - 1))), chain(lambda k: k.taylor(regret, b, 2))


constrained_exponential_growth.false_if("the coefficient were 1 % larger", factor=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    says=r"n=2,\ h\ge0:\quad\tfrac{1-b}2e^{-h}+\tfrac{1+b}2e^h-\sqrt{1-b^2}\ge1-\sqrt{1-b^2}",
)
def constrained_exponential_two_classes(c: Constant = 1) -> Stated:
    """Two classes: tangents at 0; attained at h = 0, so that the transform is 1 - sqrt(1-b^2) exactly."""
    import sympy

    domain = Domain("b in [0,1), h in [0,oo)")
    b, h = domain
    regret = (1 - b) / 2 * sympy.exp(-h) + (1 + b) / 2 * sympy.exp(h) - _root(1 - b**2)
    bound = 1 - _root(1 - b**2)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        lines = [k.tangent(sympy.exp(v), v, 0, value) for value in (-h, h)]
        by = [((1 - b) / 2, lines[0]), ((1 + b) / 2, lines[1]), k.sign(b * h, ">=")]
        return k.show(regret, ">=", bound, by=by)

    return ForAll(domain, regret, ">=", c * bound), chain(proof)


constrained_exponential_two_classes.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    says=r"\bigl(1-\sqrt{1-b}\bigr)^2\ge2-\sqrt{4-b^2}+\tfrac12s^3,\quad s=1-\sqrt{1-b}",
)
def constrained_exponential_sharper_is_larger(c: Constant = Fraction(1, 2)) -> Stated:
    """Compare squares: sqrt(4-b^2) is at least 2 - s^2 + s^3/2, as b = s(2-s)."""
    import sympy

    domain = Domain("s in [0,1]")
    (s,) = domain
    b = s * (2 - s)
    root, line = sympy.sqrt(4 - b**2), 2 - s**2 + s**3 / 2

    def proof(k: Proof) -> Any:
        k.sign(4 - b**2, ">=")
        squares = k.show(4 - b**2, ">=", line**2, by=[k.sign(s**3 * (2 * (1 - s) + s**2 * (1 - s / 4)), ">=")])
        k.show(line, ">", 0, by=[k.sign(1 - s**2, ">=")])
        above = k.show(root, ">=", line, by=[(1 / (root + line), squares)])
        return k.show(s**2, ">=", 2 - root + s**3 / 2, by=[above])

    return ForAll(domain, s**2, ">=", 2 - root + c * s**3), chain(proof)


constrained_exponential_sharper_is_larger.false_if("the excess were twice as large", c=1)
