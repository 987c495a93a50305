r"""Self-training iterated: the factor in the angle, the rounds it takes, the fixed point and the error on the way.

With ``G(a) = (1 - 2 Q(a)) exp(a^2/2)/a`` the tangent of the angle is divided by ``1 + s^2 G(a) sqrt(pi/2)`` in a step,
a = s cos t: G rises, so that the steps gain in speed as the angle closes. The separation s and the angle are those of
the mixture that the unlabelled points come from; their mean's direction is the only fixed point short of a right angle.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain
from theory.mixtures.ood_unlabeled.claims_ood_self_training import self_training_contracts
from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import agreement, density, peak, tangent_factor

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FACTOR, _ROUNDS = "ood_unlabeled", "factor of a self-training step", "rounds of self-training"
_ONE_PERCENT, _HALF = Fraction(101, 100), Fraction(1, 2)


# -- the factor in the angle -----------------------------------------------------------------------------------------


def _odds(a: Any, right: Any = None) -> sympy.Expr:
    """``(1 - 2 Q(a)) exp(a^2/2)/a``; ``right`` stands for ``1 - 2 Q(a)``."""
    import sympy

    return (agreement(a) if right is None else right) * sympy.exp(a**2 / 2) / a


def _turning(a: Any, right: Any) -> sympy.Expr:
    """``a^2 exp(-a^2/2)`` times the derivative of `_odds`."""
    return right * (a**2 - 1) + 2 * a * density(a)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lemma",
    says=r"2a\,\varphi(a)\ge(1-a^2)(1-2Q(a)),\quad a\ge0",
)  # fmt: skip
def odds_turn_upwards(c: Constant = 1) -> Stated:
    """The difference vanishes at 0 and has the slope 2 a (1 - 2 Q(a))."""
    domain = Domain("a in [0,oo)")
    (a,) = domain
    gap = _turning(a, agreement(a))

    def proof(k: Proof) -> Any:
        rising = k.show(gap.diff(a), ">=", 0, by=[k.sign(2 * a * agreement(a), ">=")])
        return k.grows(rising, gap, a)

    return ForAll(domain, agreement(a) * (a**2 - 1) + 2 * c * a * density(a), ">=", 0), chain(proof)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lemma",
    assumptions=("P stands for 1 - 2 Q(qx)",),
    says=r"P\,(q^2x^2-1)+2qx\,\varphi(qx)\ge0\ \Rightarrow\ \frac{d}{dq}\,G(qx)\ge0,\quad G(a)=\frac{P\,e^{a^2/2}}a",
)  # fmt: skip
def odds_slope(c: Constant = 1) -> Stated:
    """The slope is the hypothesis times exp(a^2/2)/(q^2 x), a = q x."""
    import sympy

    domain = Domain("x in (0,oo), q in (0,1], P in [0,1]")
    x, q, P = domain
    a = q * x
    slope = _odds(a).diff(q).xreplace({agreement(a): P})

    def proof(k: Proof) -> Any:
        return k.show(slope, ">=", 0, by=[(sympy.exp(a**2 / 2) / (q**2 * x), k.hypothesis(0))])

    return ForAll(domain, slope, ">=", 0, ((_turning(a, c * P), ">=", 0),)), chain(proof)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lower",
    says=r"\frac{1-2Q(qx)}{qx}\,e^{q^2x^2/2}\le\frac{1-2Q(x)}x\,e^{x^2/2},\quad 0<q\le1,\ x>0",
)  # fmt: skip
def odds_rise(c: Constant = 1) -> Stated:
    """Its slope in q is not negative."""
    domain = Domain("x in (0,oo), q in (0,1]")
    x, q = domain
    odds = _odds(q * x)

    def proof(k: Proof) -> Any:
        turn = k.apply(odds_turn_upwards, {"a": q * x})
        slope = k.apply(odds_slope, {"x": x, "q": q, "P": agreement(q * x)}, given=[turn])
        return k.grows(slope, odds, q, end="high")

    return ForAll(domain, c * odds, "<=", _odds(x)), chain(proof)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lemma",
    assumptions=("R, P stand for 1 - 2 Q(q s c) and 1 - 2 Q(s c), g, f for the densities there",),
    says=r"\frac R{g}\,f\le qP\ \Rightarrow\ \frac{2gqc}{sR+2gqc}\ge\frac{2fc}{sP+2fc}",
)  # fmt: skip
def factor_by_odds(c: Constant = 1) -> Stated:
    """Both are 1/(1 + s odds): clear the denominators."""
    domain = Domain("s in (0,oo), c in (0,1], q in (0,1], R in [0,1], P in [0,1], g in (0,oo), f in (0,oo)")
    s, cosine, q, R, P, g, f = domain
    near, far = tangent_factor(s, cosine, P, f), tangent_factor(s, q * cosine, R, g)

    def proof(k: Proof) -> Any:
        share = 2 * cosine * s / ((s * R + 2 * g * q * cosine) * (s * P + 2 * f * cosine))
        return k.show(far, ">=", near, by=[(share * g, k.hypothesis(0))])

    return ForAll(domain, far, ">=", near, ((c * q * P, ">=", R * f / g),)), chain(proof)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lower",
    uses=("ood_unlabeled.step_in_tangents",),
    says=r"K(s,q\cos t)\ge K(s,\cos t),\ 0<q\le1,\quad K=\frac{\tan t'}{\tan t};\ \text{slowest near a right angle, "
    r"fastest near}\ 0:\ K(s,1)=\frac{2\varphi(s)}{(1-2Q(s))s+2\varphi(s)}",
)  # fmt: skip
def factor_rises_with_the_angle(c: Constant = 1) -> Stated:
    """K falls in the odds G(s cos t), and these rise with cos t."""
    domain = Domain("s in (0,oo), c in (0,1], q in (0,1]")
    s, cosine, q = domain
    x = s * cosine

    def proof(k: Proof) -> Any:
        R, P, g, f = agreement(q * x), agreement(x), density(q * x), density(x)
        odds = k.apply(odds_rise, {"x": x, "q": q})
        scaled = k.apply(rescaled_odds, {"x": x, "q": q, "R": R, "P": P}, given=[odds])
        values = {"s": s, "c": cosine, "q": q, "R": R, "P": P, "g": g, "f": f}
        return k.apply(factor_by_odds, values, given=[scaled])

    return ForAll(domain, tangent_factor(s, q * cosine), ">=", c * tangent_factor(s, cosine)), chain(proof)


@claim(
    paper=_PAPER, where=_FACTOR, expected="proved", strength="lemma",
    assumptions=("R, P stand for 1 - 2 Q(qx) and 1 - 2 Q(x)",),
    says=r"\frac{P\,e^{x^2/2}}x\ge\frac{R\,e^{q^2x^2/2}}{qx}\ \Rightarrow\ qP\ge R\,\frac{\varphi(x)}{\varphi(qx)}",
)  # fmt: skip
def rescaled_odds(c: Constant = 1) -> Stated:
    """Multiply by q x exp(-x^2/2)."""
    import sympy

    domain = Domain("x in (0,oo), q in (0,1], R in [0,1], P in [0,1]")
    x, q, R, P = domain

    def proof(k: Proof) -> Any:
        return k.show(q * P, ">=", R * density(x) / density(q * x),
                      by=[(q * x * sympy.exp(-(x**2) / 2), k.hypothesis(0))])  # fmt: skip

    given = ((_odds(x, P), ">=", _odds(q * x, R)),)
    return ForAll(domain, q * P, ">=", c * R * density(x) / density(q * x), given), chain(proof)


odds_turn_upwards.false_if("the left side were 1 % smaller", c=Fraction(99, 100))
odds_slope.false_if("P counted half in the hypothesis", c=_HALF)
odds_rise.false_if("the left side were 1 % larger", c=_ONE_PERCENT)
factor_by_odds.false_if("P might be half as large", c=2)
rescaled_odds.false_if("the right side were twice as large", c=2)
factor_rises_with_the_angle.false_if("the factor at t were 1 % larger", c=_ONE_PERCENT)


# -- rounds ----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_ROUNDS, expected="proved", strength="upper",
    uses=("ood_unlabeled.step_in_tangents", "ood_unlabeled.self_training_contracts"),
    assumptions=("tan t_k <= tan t_0/(1 + s^2)^k for whole k: the contraction, applied round by round",),
    says=r"k\ge\frac{\log(\tan t_0/\varepsilon)}{\log(1+s^2)}\ \Rightarrow\ \frac{\tan t_0}{(1+s^2)^k}\le\varepsilon",
)  # fmt: skip
def rounds_to_an_angle(c: Constant = 1) -> Stated:
    """Exponentials of both sides; the left side bounds tan t_k, by the factor of each of the k rounds."""
    import sympy

    domain = Domain("T in (0,oo), eps in (0,oo), s in (0,oo), k in [0,oo)")
    T, eps, s, rounds = domain
    reached = T * (1 + s**2) ** (-rounds)

    def proof(k: Proof) -> Any:
        enough = k.exponential(k.hypothesis(0))
        return k.show(reached, "<=", eps, by=[(eps * (1 + s**2) ** (-rounds), enough)])

    given = ((rounds * sympy.log(1 + s**2), ">=", sympy.log(T / eps)),)
    return ForAll(domain, c * reached, "<=", eps, given), chain(proof)


@claim(
    paper=_PAPER, where=_ROUNDS, expected="proved", strength="lower",
    uses=("ood_unlabeled.step_in_tangents",),
    says=r"\tan t-\tan t'\ge\frac{s^2}{1+s^2}\tan t:\ \text{the unlabelled mean's direction is the only fixed point}",
)  # fmt: skip
def only_fixed_point(c: Constant = 1) -> Stated:
    """A step takes off at least the share s^2/(1+s^2) of the tangent; nothing, only where it is 0."""
    domain = Domain("s in (0,oo), T in [0,oo)")
    s, T = domain
    cosine = 1 / (1 + T**2) ** _HALF
    step = T * tangent_factor(s, cosine)

    def proof(k: Proof) -> Any:
        factor = k.apply(self_training_contracts, {"s": s, "c": cosine})
        share = k.identity(T * (1 - 1 / (1 + s**2)), s**2 * T / (1 + s**2))
        kept = k.apply(taken_off, {"T": T, "K": tangent_factor(s, cosine), "B": 1 / (1 + s**2)}, given=[factor])
        return k.show(T - step, ">=", s**2 * T / (1 + s**2), by=[kept, share])

    return ForAll(domain, T - step, ">=", c * s**2 * T / (1 + s**2)), chain(proof)


@claim(
    paper=_PAPER, where=_ROUNDS, expected="proved", strength="lemma",
    says=r"K\le B\ \Rightarrow\ T-TK\ge T(1-B),\quad T\ge0",
)  # fmt: skip
def taken_off(c: Constant = 1) -> Stated:
    """Multiply by T."""
    domain = Domain("T in [0,oo), K in [0,oo), B in [0,oo)")
    T, K, B = domain

    def proof(k: Proof) -> Any:
        return k.show(T - T * K, ">=", T * (1 - B), by=[(T, k.hypothesis(0))])

    return ForAll(domain, T - c * T * K, ">=", T * (1 - B), ((B, ">=", K),)), chain(proof)


@claim(
    paper=_PAPER, where=_ROUNDS, expected="proved", strength="upper",
    says=r"Q(s\cos t)-Q(s)\le\frac{s\tan^2t}{2\sqrt{2\pi}}:\ \text{excess error falls as}\ (1+s^2)^{-2k}",
)  # fmt: skip
def excess_by_the_tangent(c: Constant = 1, power: Constant = 2) -> Stated:
    """The slope in T = tan t is s T phi(a) (1+T^2)^(-3/2), at most s T phi(0)."""
    import sympy

    domain = Domain("s in (0,oo), T in [0,oo)")
    s, T = domain
    error = tail(s / sympy.sqrt(1 + T**2))
    line = s * peak() * T**2 / 2

    def proof(k: Proof) -> Any:
        damped = sympy.exp(-(s**2) / (2 * (1 + T**2))) * (1 + T**2) ** Fraction(-3, 2)
        rest = k.sign(s * T * peak() * (1 - damped), ">=")
        rising = k.show((line - error).diff(T), ">=", 0, by=[rest])
        return k.grows(rising, line - error, T)

    return ForAll(domain, error, "<=", tail(s) + c * s * peak() * T**power / 2), chain(proof)


rounds_to_an_angle.false_if("the tangent were twice as large", c=2)
only_fixed_point.false_if("it took off 1 % more", c=_ONE_PERCENT)
taken_off.false_if("K counted twice", c=2)
excess_by_the_tangent.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
excess_by_the_tangent.false_if("it fell as the cube of the tangent", power=3)
