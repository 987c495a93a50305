r"""The exponential map at the centre of the Poincare ball of curvature -c, and the distances that floats can hold.

``exp_0(v) = tanh(sqrt(c) |v|) v/(sqrt(c) |v|)`` and ``d_c(0, y) = (2/sqrt(c)) artanh(sqrt(c) |y|)``. With the metric
factor 2 of the ball the image of v lies at distance 2 |v|. Numbers below 1 with a significand of p bits end at
``1 - 2^-p``: no computed norm stands for a distance from the centre above ``log(2^(p+1) - 1)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain, newton

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "hypoc", "exponential map", "as usually quoted"


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"d_c(0,\exp_0(v))=2|v|",
    assumptions=("r = |v|, t = sqrt(c); tanh x = (e^{2x}-1)/(e^{2x}+1), 2 artanh m = log((1+m)/(1-m))",),
)
def exponential_map_has_twice_the_length(factor: Constant = 2) -> Stated:
    """``(1 + tanh x)/(1 - tanh x) = e^{2x}``."""
    import sympy

    domain = Domain("r in [0,oo), t in (0,oo)")
    r, t = domain
    grown = sympy.exp(2 * t * r)
    tanh = (grown - 1) / (grown + 1)
    distance = sympy.log((1 + tanh) / (1 - tanh)) / t

    def proof(k: Proof) -> Any:
        k.sign(grown, ">")
        k.show(1 - tanh, ">", 0, by=[k.sign(2 / (grown + 1), ">")])
        k.show(1 + tanh, ">", 0, by=[k.sign(2 * grown / (grown + 1), ">")])
        odds = k.identity((1 + tanh) / (1 - tanh), grown)
        length = k.logarithm(odds)
        return k.show(distance, "==", 2 * r, by=[(1 / t, length)])

    return ForAll(domain, distance, "==", factor * r), chain(proof)


@claim(
    paper=_PAPER,
    where="floating point",
    expected="proved",
    strength="upper",
    says=r"2\operatorname{artanh}(1-2^{-p})<(p+1)\log2,\quad p\ge1",
)
def floats_end_the_distance(extra: Constant = 1) -> Stated:
    """``(1+m)/(1-m) = 2^(p+1) - 1``: 8.32 in half, 17.33 in single and 37.43 in double precision."""
    import sympy

    domain = Domain("p in [1,oo)")
    (p,) = domain
    norm = 1 - 2 ** (-p)
    distance = sympy.log((1 + norm) / (1 - norm))

    def proof(k: Proof) -> Any:
        k.show(1 + norm, ">", 0, by=[k.sign(1 - 2 ** (-p), ">=")])
        odds = k.identity((1 + norm) / (1 - norm), 2 * 2**p - 1)
        below = k.show(2 * 2**p, ">", (1 + norm) / (1 - norm), by=[(-1, odds)])
        return k.show(distance, "<", (p + 1) * sympy.log(2), by=[k.logarithm(below)])

    return ForAll(domain, distance, "<", (p + extra) * sympy.log(2)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="identity",
    says=r"d\bigl((0.3,-0.2),(-0.1,0.4)\bigr)=1.540340615818\dots",
)
def reference_distance(shift: Constant = 0) -> Stated:
    """Interval Newton on ``cosh d = 1 + 2 * 0.52/(0.87 * 0.83)``."""
    import sympy

    from theory.engine.statements.root import UniqueRoot

    domain = Domain("d in [0,10]")
    (d,) = domain
    value = 1 + 2 * sympy.Rational(52, 100) / (sympy.Rational(87, 100) * sympy.Rational(83, 100))
    low, width = Fraction("1.540340615818") + shift, Fraction(1, 10**12)
    return UniqueRoot(domain, (sympy.cosh(d) - value,), Domain(f"d in [{low},{low + width}]")), newton()


exponential_map_has_twice_the_length.false_if("the image lay at distance |v|", factor=1)
floats_end_the_distance.false_if("a bit less were enough", extra=0)
reference_distance.false_if("it were larger by 10^-9", shift=Fraction(1, 10**9))
