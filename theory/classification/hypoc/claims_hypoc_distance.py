r"""The distance of the Poincare ball: its two forms agree, in every dimension.

x and y are points with norm below 1. The inner products enter alone, so that the dimension does not:
``a = |x|^2``, ``b = |y|^2``, ``g = <x,y>``. The forms are ``arcosh(1 + 2 |x-y|^2/((1-a)(1-b)))`` and
``2 artanh |(-x) + y|`` with the Moebius sum, whose squared norm is ``|x-y|^2/(1 - 2g + ab)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "hypoc", "hyperbolic geometry of the Poincare ball", "as usually quoted"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"|(-x)\oplus y|^2\,(1-2\langle x,y\rangle+|x|^2|y|^2)=|x-y|^2",
    assumptions=("a = |x|^2, b = |y|^2, g = <x,y>; the squared norm of the numerator is written out in them",),
)
def moebius_norm(sign: Constant = 1) -> Stated:
    """Expand the squared numerator ``|-(1 - 2g + b) x + (1-a) y|^2``."""
    domain = Domain("a in [0,1), b in [0,1), g in (-1,1)")
    a, b, g = domain
    down = 1 - 2 * g + a * b
    inner = 1 - 2 * g + b
    numerator = inner**2 * a - sign * 2 * inner * (1 - a) * g + (1 - a) ** 2 * b
    target = down * (a - 2 * g + b)
    return ForAll(domain, numerator, "==", target), chain(lambda k: k.identity(numerator, target))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lower",
    says=r"1-2\langle x,y\rangle+|x|^2|y|^2>0",
    assumptions=("r = |x|, s = |y|, k the cosine between them",),
)
def moebius_denominator_is_positive(largest: Constant = 1) -> Stated:
    """At least ``(1 - |x| |y|)^2``, by Cauchy and Schwarz: <x,y> = k |x| |y| with k at most 1."""
    domain = Domain(f"r in [0,1), s in [0,1), k in [-1,{largest}]")
    r, s, k_ = domain
    down = 1 - 2 * k_ * r * s + r**2 * s**2

    def proof(k: Proof) -> Any:
        below = k.sign(1 - r, ">")
        product = k.show(1 - r * s, ">", 0, by=[below, k.sign(r * (1 - s), ">=")])
        square = k.show((1 - r * s) ** 2, ">", 0, by=[(1 - r * s, product)])
        return k.show(down, ">", 0, by=[square, k.sign(2 * r * s * (1 - k_), ">=")])

    return ForAll(domain, down, ">", 0), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"1+\tfrac{2|x-y|^2}{(1-|x|^2)(1-|y|^2)}=\tfrac{1+m^2}{1-m^2},\quad m=|(-x)\oplus y|",
    assumptions=("D = 1 - 2<x,y> + |x|^2 |y|^2, so that |x-y|^2 = D - (1-a)(1-b); D is positive",),
    uses=("hypoc.moebius_norm", "hypoc.moebius_denominator_is_positive"),
)
def both_arguments_agree(factor: Constant = 2) -> Stated:
    """``1 - m^2 = (1-a)(1-b)/D``."""
    domain = Domain("a in [0,1), b in [0,1), D in (0,4)")
    a, b, down = domain
    conformal = (1 - a) * (1 - b)
    square = down - conformal
    moebius = square / down

    left, right = 1 + factor * square / conformal, (1 + moebius) / (1 - moebius)

    def proof(k: Proof) -> Any:
        k.show(1 - moebius, ">", 0, by=[k.sign(conformal / down, ">")])
        return k.identity(left, right)

    return ForAll(domain, left, "==", right), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\operatorname{arcosh}\tfrac{1+m^2}{1-m^2}=2\operatorname{artanh}m,\quad0\le m<1",
    assumptions=(
        "m = h/(1+h), which takes every value in [0, 1)",
        "arcosh z = log(z + sqrt(z^2 - 1)), 2 artanh m = log((1+m)/(1-m))",
    ),
)
def both_forms_agree(factor: Constant = 1) -> Stated:
    """z^2 - 1 is the square of 2m/(1-m^2)."""
    import sympy

    domain = Domain("h in [0,oo)")
    (h,) = domain
    odds = 1 + 2 * h  # (1+m)/(1-m)
    z, sinh = ((1 + h) ** 2 + h**2) / odds, 2 * h * (1 + h) / odds
    root = (z**2 - 1) ** Fraction(1, 2)

    def proof(k: Proof) -> Any:
        squares = k.identity(z**2 - 1, sinh**2)
        k.show(z**2 - 1, ">=", 0, by=[squares])
        equal = k.power(squares, Fraction(1, 2))
        return k.logarithm(k.show(z + root, "==", odds, by=[equal]))

    return ForAll(domain, sympy.log(z + root), "==", factor * sympy.log(odds)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lower",
    says=r"\operatorname{arcosh}(1+2\delta)>0,\quad\delta>0",
    assumptions=("delta = |x-y|^2/((1-|x|^2)(1-|y|^2)), positive exactly for x different from y",),
)
def distance_is_positive(ranges: str = "(0,oo)") -> Stated:
    """``z + sqrt(z^2 - 1) > 1`` for z > 1; at delta = 0 the distance is log 1 = 0."""
    import sympy

    domain = Domain(f"q in {ranges}")
    (q,) = domain
    z = 1 + 2 * q
    root = (4 * q * (1 + q)) ** Fraction(1, 2)

    def proof(k: Proof) -> Any:
        larger = k.show(z + root, ">", 1, by=[k.sign(2 * q, ">"), k.sign(root, ">=")])
        return k.logarithm(larger)

    return ForAll(domain, sympy.log(z + root), ">", 0), chain(proof)


moebius_norm.false_if("the sign of the inner product were wrong", sign=-1)
moebius_denominator_is_positive.false_if("the cosine could be 2", largest=2)
both_arguments_agree.false_if("the factor 2 were missing", factor=1)
both_forms_agree.false_if("the factor 2 were 1 % larger", factor=_ONE_PERCENT)
distance_is_positive.false_if("delta could be 0", ranges="[0,oo)")
