r"""How large the amplification L may be before floating-point numbers lose the gradient, as exact inequalities.

``A(1) = 1/(1 + exp(-L/2))``. With m bits of precision (53 in double, 24 in single) the sum ``1 + e`` rounds to 1 if
``e <= 2^-m``, half the distance from 1 to the next number; else it is at least ``1 + 2^(1-m)`` and its reciprocal
rounds below 1. So the computed A(1) is 1, and the computed ``A(1-A)`` is 0, as soon as ``exp(-L/2) <= 2^-m``. What is
decided here is that inequality; the exponential's own rounding does not matter at integers L, which are far from ties.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "anyloss", "amplification and floating-point numbers"
_ROUNDED = ("the sum 1 + exp(-L/2) is rounded to the nearest number, ties to even",)


def _survives(bits: int, largest: Constant, p: str = "[0,1]") -> Stated:
    """``exp(-L (p - 1/2)) > 2^-bits`` for L up to ``largest`` and all probabilities."""
    import sympy

    domain = Domain(f"L in (0,{largest}], p in {p}")
    L, p_ = domain
    decay, half_ulp = sympy.exp(-L * (p_ - Fraction(1, 2))), sympy.Rational(1, 2**bits)

    def proof(k: Proof) -> Any:
        least = sympy.exp(-sympy.Rational(largest) / 2)
        short = k.show(-L * (p_ - Fraction(1, 2)), ">=", -sympy.Rational(largest) / 2, by=[
            k.sign(L * (1 - p_), ">="), (Fraction(1, 2), k.sign(largest - L, ">="))
        ])  # fmt: skip
        return k.show(decay, ">", half_ulp, by=[k.exponential(short), k.sign(least - half_ulp, ">")])

    return ForAll(domain, decay, ">", half_ulp), chain(proof)


def _dies(bits: int, smallest: Constant) -> Stated:
    """``exp(-L/2) < 2^-bits`` for L from ``smallest`` on."""
    import sympy

    domain = Domain(f"L in [{smallest},oo)")
    (L,) = domain
    most, half_ulp = sympy.exp(-sympy.Rational(smallest) / 2), sympy.Rational(1, 2**bits)

    def proof(k: Proof) -> Any:
        smaller = k.exponential(k.show(-L / 2, "<=", -sympy.Rational(smallest) / 2, by=[
            (Fraction(1, 2), k.sign(L - smallest, ">="))
        ]))  # fmt: skip
        return k.show(sympy.exp(-L / 2), "<", half_ulp, by=[smaller, k.sign(half_ulp - most, ">")])

    return ForAll(domain, sympy.exp(-L / 2), "<", half_ulp), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="tight",
    assumptions=(*_ROUNDED, "'L = 73 is safe' is read as: the computed A stays below 1 at every probability"),
    says=r"0<L\le73,\ 0\le p\le1:\quad e^{-L(p-1/2)}>2^{-53}\ \text{(double precision)}",
)
def double_survives(largest: Constant = 73) -> Stated:
    """73 < 106 log 2: the computed A(1) stays below 1."""
    return _survives(53, largest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_ROUNDED,
    says=r"L\ge74:\quad e^{-L/2}<2^{-53}\ \text{(double precision)}",
)
def double_dies(smallest: Constant = 74) -> Stated:
    """74 > 106 log 2: the computed A(1) is 1."""
    return _dies(53, smallest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    assumptions=("the advice 'L = 73 is safe', true in double precision, is tested in single precision",),
    says=r"0<L\le73,\ 0\le p\le1:\quad e^{-L(p-1/2)}>2^{-24}\ \text{(single precision)}",
)
def seventy_three_in_single(largest: Constant = 73) -> Stated:
    """At p = 1 the computed A is exactly 1 and its gradient exactly 0."""
    return _survives(24, largest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    corrects="anyloss.seventy_three_in_single",
    assumptions=_ROUNDED,
    says=r"0<L\le33,\ 0\le p\le1:\quad e^{-L(p-1/2)}>2^{-24}\ \text{(single precision)}",
)
def single_survives(largest: Constant = 33) -> Stated:
    """33 < 48 log 2."""
    return _survives(24, largest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_ROUNDED,
    says=r"L\ge34:\quad e^{-L/2}<2^{-24}\ \text{(single precision)}",
)
def single_dies(smallest: Constant = 34) -> Stated:
    """34 > 48 log 2."""
    return _dies(24, smallest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_ROUNDED,
    says=r"0<L\le15,\ 0\le p\le1:\quad e^{-L(p-1/2)}>2^{-11}\ \text{(half precision)}",
)
def half_survives(largest: Constant = 15) -> Stated:
    """15 < 22 log 2."""
    return _survives(11, largest)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_ROUNDED,
    says=r"L\ge16:\quad e^{-L/2}<2^{-11}\ \text{(half precision)}",
)
def half_dies(smallest: Constant = 16) -> Stated:
    """16 > 22 log 2."""
    return _dies(11, smallest)


double_survives.false_if("74 were allowed", largest=74)
double_dies.false_if("73 were meant as well", smallest=73)
seventy_three_in_single.true_if("33 is the largest", largest=33)
single_survives.false_if("34 were allowed", largest=34)
single_dies.false_if("33 were meant as well", smallest=33)
half_survives.false_if("16 were allowed", largest=16)
half_dies.false_if("15 were meant as well", smallest=15)
