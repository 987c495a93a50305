"""What the claims on the log barrier know about one logarithm."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.claim import Stated

PAPER = "adversarial_mdp"


@claim(
    paper=PAPER,
    where="log barrier",
    says=r"z-1\ge\ln z\quad(z>0)",
    expected="proved",
    strength="lemma",
)
def logarithm_below_tangent(c: int | Fraction = 1) -> Stated:
    """The logarithm is concave: it lies below its tangent at 1."""
    import sympy

    domain = Domain("z in (0,oo)")
    (z,) = domain

    def proof(k: Any) -> Any:
        v = k.fresh("v in (0,oo)")
        return k.show(z - 1, ">=", sympy.log(z), by=[k.tangent(sympy.log(v), v, 1, z)])

    return ForAll(domain, c * (z - 1), ">=", sympy.log(z)), chain_at(proof, {"z": Fraction(201, 200)})


logarithm_below_tangent.false_if("the slope were 1 % smaller", c=Fraction(99, 100))


def _above_parabola(k: Any, b: Any, sign: int) -> Any:
    """Move b from 0: the derivative of log(1 + s b) - s b + b^2 is b (1 + 2 s b)/(1 + s b) >= 0."""
    import sympy

    a = sign * b
    k.sign(1 + 2 * a, ">=")
    difference = sympy.log(1 + a) - a + b**2
    slope = k.show(difference.diff(b), ">=", 0, by=[k.sign(b * (1 + 2 * a) / (1 + a), ">=")])
    return k.grows(slope, difference, b)


@claim(
    paper=PAPER,
    where="log barrier, gains",
    says=r"\ln(1+b)\ge b-b^2\quad(b\ge0)",
    expected="proved",
    strength="lemma",
)
def logarithm_above_parabola_right(c: int | Fraction = 1) -> Stated:
    """The difference vanishes at 0 and grows."""
    import sympy

    domain = Domain("b in [0,oo)")
    (b,) = domain
    return ForAll(domain, sympy.log(1 + b), ">=", b - c * b**2), chain(lambda k: _above_parabola(k, b, 1))


logarithm_above_parabola_right.false_if("the constant were 0.49; 1/2 is the best", c=Fraction(49, 100))


@claim(
    paper=PAPER,
    where="log barrier, losses",
    says=r"\ln(1-b)\ge -b-b^2\quad(0\le b\le\tfrac12)",
    expected="proved",
    strength="lemma",
)
def logarithm_above_parabola_left(c: int | Fraction = 1) -> Stated:
    """The difference vanishes at 0 and grows; 1/2 is more than is needed (0.68 would do)."""
    import sympy

    domain = Domain("b in [0,1/2]")
    (b,) = domain
    return ForAll(domain, sympy.log(1 - b), ">=", -b - c * b**2), chain(lambda k: _above_parabola(k, b, -1))


logarithm_above_parabola_left.false_if("the constant were 0.77; 0.7726 is the best", c=Fraction(77, 100))


@claim(
    paper=PAPER,
    where="log barrier",
    says=r"\ln(1+a)\ge a-a^2\quad(a\ge-\tfrac12)",
    expected="proved",
    strength="lemma",
)
def logarithm_above_parabola(c: int | Fraction = 1) -> Stated:
    """Two cases: a = b and a = -b."""
    import sympy

    domain = Domain("a in [-1/2,oo)")
    (a,) = domain

    def proof(k: Any) -> Any:
        k.open_case(a, ">=", 0)
        right = k.close_case(k.apply(logarithm_above_parabola_right, {"b": a}))
        k.open_case(a, "<=", 0)
        left = k.close_case(k.apply(logarithm_above_parabola_left, {"b": -a}))
        return k.join(right, left)

    return ForAll(domain, sympy.log(1 + a), ">=", a - c * a**2), chain(proof)


logarithm_above_parabola.false_if("the constant were 0.77; 0.7726 is the best", c=Fraction(77, 100))
