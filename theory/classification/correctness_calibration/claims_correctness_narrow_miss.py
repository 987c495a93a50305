r"""A narrow miss, scores (6/5, 1, -1) and true class 2: cross-entropy over the temperature sharpens a wrong prediction.

At temperature T the loss is ``log(e^(1/(5T)) + 1 + e^(-2/T))``. It is least at ``T* = 11/(5 log 10)``, where the wrong
class 1 gets the probability 0.5232..., above the 1/3 of large temperatures. The squared gap between confidence and
correctness, here ``(p_1 - 0)^2``, never increases with T for a wrong prediction, whatever the number of classes.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain, newton

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "correctness_calibration", "narrowly wrong predictions", "derived"


def narrow_miss_loss(inverse: sympy.Expr) -> sympy.Expr:
    """Return the cross-entropy of the narrow miss at temperature ``1/inverse``.

    Examples
    --------
    >>> narrow_miss_loss(0)
    log(3)
    """
    import sympy

    gaps = sympy.Rational(1, 5), sympy.Integer(0), sympy.Integer(-2)
    return sympy.log(sum((sympy.exp(gap * inverse) for gap in gaps), sympy.Integer(0)))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\log\sum_ke^{(z_k-z_2)/T}\ge\log\bigl(10^{1/11}+1+10^{-10/11}\bigr),\quad z=(\tfrac65,1,-1)",
)
def narrow_miss_least_loss(factor: Constant = 1) -> Stated:
    """Tangents of the exponential where T = 11/(5 log 10): their slopes cancel."""
    import sympy

    domain = Domain("T in (0,oo)")
    (T,) = domain
    best = 5 * sympy.log(10) / 11
    up, down = 10 ** sympy.Rational(1, 11), 10 ** sympy.Rational(-10, 11)
    least = narrow_miss_loss(best)  # what the bound is attained by: log(up + 1 + down)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        first = k.tangent(sympy.exp(v), v, best / 5, 1 / (5 * T))
        second = k.tangent(sympy.exp(v), v, -2 * best, -2 / T)
        total = sympy.exp(1 / (5 * T)) + 1 + sympy.exp(-2 / T)
        return k.logarithm(k.show(total, ">=", up + 1 + down, by=[first, second]))

    return ForAll(domain, narrow_miss_loss(1 / T), ">=", factor * least), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="certified",
    strength="identity",
    says=r"L'(T)=0\text{ in }[\tfrac12,2]\text{ only at }T^*=0.9554478601\dots,\quad p_1(T^*)=0.5232504148\dots"
    r"\quad(z=(\tfrac65,1,-1),\ y=2)",
)
def narrow_miss_temperature(shift: Constant = 0) -> Stated:
    """Interval Newton: where the loss is stationary in [1/2, 2], and the probability of the wrong class there."""
    import sympy

    from theory.engine.statements.root import UniqueRoot

    domain = Domain("T in [1/2,2], p in [0,1]")
    T, p = domain
    slope = sympy.exp(1 / (5 * T)) / 5 - 2 * sympy.exp(-2 / T)
    wrong = 1 / (1 + sympy.exp(-1 / (5 * T)) + sympy.exp(-sympy.Rational(11, 5) / T))
    low, p_low, width = Fraction("0.9554478601") + shift, Fraction("0.5232504148"), Fraction(1, 10**10)
    inner = Domain(f"T in [{low},{low + width}], p in [{p_low},{p_low + width}]")
    return UniqueRoot(domain, (slope, p - wrong), inner), newton()


def _gaps(rng: random.Random) -> Any:
    point = {"T": Fraction(rng.randint(1, 40), 10), "s": Fraction(rng.randint(0, 40), 10)}
    return point, [{"d": Fraction(rng.randint(-20, 60), 10)} for _ in range(rng.randint(1, 4))]


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="upper",
    says=r"(\max_kp_k(T+s)-0)^2\le(\max_kp_k(T)-0)^2,\quad T>0,\ s\ge0",
    assumptions=("the prediction is wrong: correctness is 0",),
)
def wrong_confidence_falls_with_temperature(lowest: Constant = 0) -> Stated:
    """Each competitor, behind by d >= 0, gains on the predicted class."""
    import sympy

    domain, each = Domain("T in (0,oo), s in [0,oo)"), Domain(f"d in [{lowest},oo)")
    (T, s), (d,) = domain, each

    def confidence(temperature: Any) -> Any:
        return 1 / (1 + Sig(sympy.exp(-d / temperature)))

    def proof(k: Proof) -> Any:
        hotter = k.show(T + s, ">=", T)
        inverse = k.power(hotter, -1)
        nearer = k.exponential(k.show(-d / (T + s), ">=", -d / T, by=[(d, inverse)]))
        total = k.sum_up(nearer)
        below = k.power(k.show(1 + total.lhs, ">=", 1 + total.rhs, by=[total]), -1)
        return k.power(below, 2)

    return ForEveryN(domain, each, (), confidence(T + s) ** 2, "<=", confidence(T) ** 2), chain(proof, _gaps)


narrow_miss_least_loss.false_if("the least loss were 1 % larger", factor=Fraction(101, 100))
narrow_miss_temperature.false_if("T* were larger by 10^-6", shift=Fraction(1, 10**6))
wrong_confidence_falls_with_temperature.false_if("a class could be ahead of the predicted one", lowest=-2)
