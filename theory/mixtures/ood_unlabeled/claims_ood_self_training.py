r"""Self-training on the population: the direction after one step, and how much nearer to the mean it is.

A unit direction theta at the angle t to mu, ``c = cos t`` in (0, 1], labels x by ``sign <theta, x>``; the next one is
``E[sign(<theta,x>) x]``. With ``a = s c``, ``P = 1 - 2 Q(a) = erf(a/sqrt 2)`` this is ``P mu + 2 sigma phi(a) theta``,
so that ``tan t' = K(s, c) tan t`` with ``K = 2 phi(a) c/(s P + 2 phi(a) c)``. That this map draws every direction with
t < pi/2 to mu, by the factor ``1/(1 + s^2)`` at least, is decided here for every s > 0. It is the map of infinitely
many unlabelled points, labelled by a direction that does not depend on them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, LimitOf, chain
from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import agreement, density, peak, tangent_factor

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _STEP, _CONTRACTION = "ood_unlabeled", "self-training step", "contraction of self-training"
_ONE_PERCENT, _HALF = Fraction(101, 100), Fraction(1, 2)


# -- the step --------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_STEP, expected="proved", strength="identity",
    assumptions=("an integral is the increase of an antiderivative; here from -a at -oo and to 0 at oo",),
    says=r"\frac{d}{du}\bigl[-\varphi(u-a)-a\,Q(u-a)\bigr]=u\,\varphi(u-a)",
)  # fmt: skip
def folded_antiderivative(c: Constant = 1) -> Stated:
    """Differentiate: so E|u| = -2 F(0) - a for u ~ N(a, 1), F the bracket."""
    domain = Domain("u in (-oo,oo), a in (-oo,oo)")
    u, a = domain
    tail = (1 - agreement(u - a)) * _HALF
    slope = (-density(u - a) - a * tail).diff(u)
    return ForAll(domain, slope, "==", c * u * density(u - a)), chain(lambda k: k.identity(slope, u * density(u - a)))


@claim(
    paper=_PAPER, where=_STEP, expected="proved", strength="identity",
    uses=("ood_unlabeled.folded_antiderivative",),
    assumptions=(
        "y = +-1 equally likely, x given y is N(y mu, I); sigma = 1, and P = 1 - 2 Q(a), f = phi(a) by name",
        "given y, <theta,x> and the part of x across theta are independent; E[y sign<theta,x>] = P",
        "E|<theta,x>| = -2 F(0) - a with the antiderivative F of the claim used, F(0) = -f - a(1+P)/2",
    ),
    says=r"\tan t'=\frac{2\varphi(a)\sin t}{(1-2Q(a))\,s+2\varphi(a)\cos t}=K\tan t,\quad a=s\cos t",
)  # fmt: skip
def step_in_tangents(c: Constant = 1) -> Stated:
    """Along theta the next direction has -2 F(0) - a = a P + 2 f, across theta it has P times the mean's part."""
    domain = Domain("s in (0,oo), T in [0,oo), P in [0,1], f in (0,1]")
    s, T, P, f = domain
    cosine = 1 / (1 + T**2) ** _HALF
    sine, a = T * cosine, s * cosine
    along = -2 * (-f - a * (1 + P) / 2) - a
    first, second = along * cosine + P * (s - a * cosine), along * sine + P * (0 - a * sine)
    map_ = T * tangent_factor(s, cosine, P, f)

    def proof(k: Proof) -> Any:
        k.show(first, ">", 0, by=[k.sign(P * s + 2 * f * cosine, ">")])
        return k.identity(second / first, map_)

    return ForAll(domain, second / first, "==", c * map_), chain(proof)


folded_antiderivative.false_if("it were 1 % larger", c=_ONE_PERCENT)
step_in_tangents.false_if("it were 1 % larger", c=_ONE_PERCENT)


# -- contraction -----------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="lemma",
    says=r"1-2Q(a)\ge2a\,\varphi(a),\quad a\ge0",
)  # fmt: skip
def agreement_above_density(c: Constant = 1) -> Stated:
    """The difference vanishes at 0 and has the slope 2 a^2 phi(a)."""
    domain = Domain("a in [0,oo)")
    (a,) = domain
    gap = agreement(a) - 2 * a * density(a)

    def proof(k: Proof) -> Any:
        rising = k.show(gap.diff(a), ">=", 0, by=[k.sign(2 * a**2 * density(a), ">=")])
        return k.grows(rising, gap, a)

    return ForAll(domain, agreement(a), ">=", 2 * c * a * density(a)), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="lemma",
    says=r"1-2Q(a)\le2a\,\varphi(0),\quad a\ge0",
)  # fmt: skip
def agreement_below_its_tangent(c: Constant = 1) -> Stated:
    """The slopes are 2 phi(a) and 2 phi(0)."""
    import sympy

    domain = Domain("a in [0,oo)")
    (a,) = domain
    gap = 2 * a * peak() - agreement(a)

    def proof(k: Proof) -> Any:
        rest = k.sign(2 * peak() * (1 - sympy.exp(-(a**2) / 2)), ">=")
        return k.grows(k.show(gap.diff(a), ">=", 0, by=[rest]), gap, a)

    return ForAll(domain, agreement(a), "<=", 2 * c * a * peak()), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="lemma",
    says=r"P\ge2scf\ \Rightarrow\ \frac{2fc}{sP+2fc}\le\frac1{1+s^2}",
)  # fmt: skip
def factor_below(c: Constant = 1) -> Stated:
    """The denominator is at least 2 f c (1 + s^2)."""
    domain = Domain("s in (0,oo), c in (0,1], P in [0,oo), f in (0,oo)")
    s, cosine, P, f = domain
    factor = tangent_factor(s, cosine, P, f)

    def proof(k: Proof) -> Any:
        larger = k.show(s * P + 2 * f * cosine, ">=", 2 * f * cosine * (1 + s**2), by=[(s, k.hypothesis(0))])
        return k.show(factor, "<=", 1 / (1 + s**2), by=[(2 * f * cosine, k.power(larger, -1))])

    given = ((P, ">=", 2 * s * cosine * f),)
    return ForAll(domain, c * factor, "<=", 1 / (1 + s**2), given), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="lemma",
    says=r"P\le2scg\ \Rightarrow\ \frac{2fc}{sP+2fc}\ge\frac1{1+s^2g/f}",
)  # fmt: skip
def factor_above(c: Constant = 1) -> Stated:
    """The denominator is at most 2 c (f + s^2 g)."""
    domain = Domain("s in (0,oo), c in (0,1], P in [0,oo), f in (0,oo), g in (0,oo)")
    s, cosine, P, f, g = domain
    factor = tangent_factor(s, cosine, P, f)

    def proof(k: Proof) -> Any:
        smaller = k.show(2 * cosine * (f + s**2 * g), ">=", s * P + 2 * f * cosine, by=[(s, k.hypothesis(0))])
        return k.show(factor, ">=", 1 / (1 + s**2 * g / f), by=[(2 * f * cosine, k.power(smaller, -1))])

    given = ((2 * s * cosine * g, ">=", P),)
    return ForAll(domain, factor, ">=", c / (1 + s**2 * g / f), given), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="tight",
    uses=("ood_unlabeled.step_in_tangents",),
    says=r"\frac{\tan t'}{\tan t}=\frac{2\varphi(a)\cos t}{(1-2Q(a))s+2\varphi(a)\cos t}\le\frac1{1+s^2},"
    r"\quad a=s\cos t,\ 0\le t<\tfrac\pi2",
)  # fmt: skip
def self_training_contracts(c: Constant = 1) -> Stated:
    """1 - 2 Q(a) >= 2 a phi(a); for every separation and every angle short of a right one."""
    domain = Domain("s in (0,oo), c in (0,1]")
    s, cosine = domain

    def proof(k: Proof) -> Any:
        right = k.apply(agreement_above_density, {"a": s * cosine})
        values = {"s": s, "c": cosine, "P": agreement(s * cosine), "f": density(s * cosine)}
        return k.apply(factor_below, values, given=[right])

    return ForAll(domain, c * tangent_factor(s, cosine), "<=", 1 / (1 + s**2)), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="lower",
    uses=("ood_unlabeled.step_in_tangents",),
    says=r"\frac{\tan t'}{\tan t}\ge\frac1{1+s^2e^{a^2/2}},\quad a=s\cos t",
)  # fmt: skip
def self_training_contracts_no_faster(c: Constant = 1) -> Stated:
    """1 - 2 Q(a) <= 2 a phi(0) = 2 a phi(a) exp(a^2/2)."""
    import sympy

    domain = Domain("s in (0,oo), c in (0,1]")
    s, cosine = domain
    factor, lower = tangent_factor(s, cosine), 1 / (1 + s**2 * sympy.exp((s * cosine) ** 2 / 2))

    def proof(k: Proof) -> Any:
        right = k.apply(agreement_below_its_tangent, {"a": s * cosine})
        values = {"s": s, "c": cosine, "P": agreement(s * cosine), "f": density(s * cosine), "g": peak()}
        bound = k.apply(factor_above, values, given=[right])
        return k.show(factor, ">=", lower, by=[bound, k.identity(bound.rhs, lower)])

    return ForAll(domain, factor, ">=", c * lower), chain(proof)


@claim(
    paper=_PAPER, where=_CONTRACTION, expected="proved", strength="tight",
    uses=("ood_unlabeled.step_in_tangents",),
    says=r"\lim_{t\to\pi/2}\frac{\tan t'}{\tan t}=\frac1{1+s^2}:\ \text{no smaller factor serves every angle}",
)  # fmt: skip
def uniform_factor_is_best(c: Constant = 1) -> Stated:
    """Both bounds tend to it as cos t tends to 0."""
    domain = Domain("s in (0,oo), c in (0,1]")
    s, cosine = domain
    factor = tangent_factor(s, cosine)

    def proof(k: Proof) -> Any:
        names = {"s": s, "c": cosine}
        below, above = k.apply(self_training_contracts_no_faster, names), k.apply(self_training_contracts, names)
        return k.squeeze(below, above, cosine, "+")

    return LimitOf(domain, factor, cosine, "+", c / (1 + s**2)), chain(proof)


agreement_above_density.false_if("the right side were 1 % larger", c=_ONE_PERCENT)
agreement_below_its_tangent.false_if("the right side were 1 % smaller", c=Fraction(99, 100))
factor_below.false_if("the factor were 1 % larger", c=_ONE_PERCENT)
factor_above.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
self_training_contracts.false_if("the factor were 1 % larger", c=_ONE_PERCENT)
self_training_contracts_no_faster.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
uniform_factor_is_best.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
