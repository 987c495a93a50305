r"""What the sampler of derivatives guarantees, and where it does not.

The steps are those of `theory.classification.ensloss.box_cox_sampler`. Sorting needs no proof; that a sorted sequence
of nonpositive numbers stays sorted under the clip and under the tail factor is shown for two neighbours.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "ensloss", "sampler of derivatives: inverse Box-Cox of normal draws"
_SHIFT = Fraction(1, 10**6)


def _positive_part(k: Proof, name: str, expression: Any) -> Any:
    """Name ``max(expression, 0)``; returns m == Max, m >= 0 and m >= expression."""
    return k.part(k.fresh(f"{name} in [0,oo)"), expression)[:3]


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="upper",
    corrects="ensloss.sampled_derivatives_are_negative",
    says=r"-(1+\lambda z)_+^{1/\lambda}\le0,\quad\lambda>0,\ z\in\mathbb R",
)
def sampled_derivatives_are_not_positive(c: Constant = 0) -> Stated:
    """A power of a nonnegative number."""
    import sympy

    domain = Domain("lam in (0,oo), z in (-oo,oo)")
    lam, z = domain
    value = sympy.Max(0, 1 + lam * z) ** (1 / lam)

    def proof(k: Proof) -> Any:
        return k.show(-value, "<=", 0, by=[k.sign(value, ">=")])

    return ForAll(domain, -value, "<=", -c), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="upper",
    says=r"-(1+\lambda z)^{1/\lambda}<0,\quad\lambda<0,\ 1+\lambda z>0",
)
def sampled_derivatives_are_negative_for_negative_lambda(c: Constant = 0) -> Stated:
    """A power of a positive number; where 1 + lam z <= 0 the code's power of 0 is infinite, and clipped to -1."""
    domain = Domain("l in (0,oo), x in (0,oo)")  # lam = -l, x = 1 + lam z
    l, x = domain  # noqa: E741 - lambda's initial
    value = x ** (-1 / l)
    return ForAll(domain, -value, "<", -c), chain(lambda k: k.show(-value, "<", 0, by=[k.sign(value, ">")]))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="refuted",
    strength="upper",
    assumptions=("'sorted negative random variables' is read of every draw, before the code subtracts its 1e-6",),
    says=r"g=-(1+\lambda z)_+^{1/\lambda}<0\quad\text{for every draw}\ z,\ \lambda=1",
)
def sampled_derivatives_are_negative(shift: Constant = 0) -> Stated:
    """A draw z <= -1/lam gives 0 for every lam > 0 (at lam = 1 with probability 0.159); a shift by 1e-6 mends it."""
    import sympy

    domain = Domain("z in (-oo,oo)")
    (z,) = domain
    value = sympy.Max(0, 1 + z)

    def proof(k: Proof) -> Any:
        return k.show(-value - shift, "<", 0, by=[k.sign(value, ">=")])

    return ForAll(domain, -value - shift, "<", 0), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"x\le x':\quad\max(x,-1)\le\max(x',-1)",
)
def clip_keeps_the_order(floor: Constant = 1) -> Stated:
    """Both arguments of the one are at most the other; written with max(x + 1, 0) = max(x, -1) + 1."""
    import sympy

    domain = Domain("x in (-oo,oo), rise in [0,oo)")
    x, rise = domain
    near, far = sympy.Max(x + 1, 0), sympy.Max(x + rise + 1, 0)

    def proof(k: Proof) -> Any:
        one, _, _ = _positive_part(k, "m", x + 1)
        other, positive, above = _positive_part(k, "n", x + rise + 1)
        n = other.lhs
        k.show(n - (x + 1), ">=", 0, by=[above, k.sign(rise, ">=")])
        k.show(n, ">=", 0, by=[positive])
        below = k.at_most(one, n)
        return k.show(far, ">=", near, by=[below, one, (-1, other)])

    return ForAll(domain, far, ">=", floor * near), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"\frac1{\max(z,1)}\ge\frac1{\max(z',1)},\quad z\le z'",
)
def tail_factor_falls(c: Constant = 1) -> Stated:
    """The larger margin has the larger maximum; max(z, 1) = 1 + max(z - 1, 0)."""
    import sympy

    domain = Domain("z in (-oo,oo), rise in [0,oo)")
    z, rise = domain
    near, far = 1 / (1 + sympy.Max(z - 1, 0)), 1 / (1 + sympy.Max(z + rise - 1, 0))

    def proof(k: Proof) -> Any:
        one, _, _ = _positive_part(k, "m", z - 1)
        other, positive, above = _positive_part(k, "n", z + rise - 1)
        n = other.lhs
        k.show(n - (z - 1), ">=", 0, by=[above, k.sign(rise, ">=")])
        k.show(n, ">=", 0, by=[positive])
        below = k.at_most(one, n)
        order = k.show(1 + other.rhs, ">=", 1 + one.rhs, by=[below, one, (-1, other)])
        return k.show(near, ">=", far, by=[k.power(order, -1)])

    return ForAll(domain, near, ">=", c * far), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"g\le g'\le0,\ r\ge r'\ge0:\quad rg\le r'g'",
)
def tail_factor_keeps_the_order(most: Constant = 0) -> Stated:
    """A falling positive factor keeps nonpositive derivatives sorted (it would not keep positive ones)."""
    domain = Domain(f"far in (-oo,{most}], rise in [0,oo), r in [0,oo), drop in [0,oo)")
    far, rise, r, drop = domain
    lhs, rhs = r * far, (r + drop) * (far - rise)

    def proof(k: Proof) -> Any:
        return k.show(lhs, ">=", rhs, by=[k.sign(rise * (r + drop), ">="), k.sign(-drop * far, ">=")])

    return ForAll(domain, lhs, ">=", rhs), chain(proof)


sampled_derivatives_are_not_positive.false_if("they were below -1/100", c=Fraction(1, 100))
sampled_derivatives_are_negative_for_negative_lambda.false_if("they were below -1/100", c=Fraction(1, 100))
sampled_derivatives_are_negative.true_if("1e-6 were subtracted", shift=_SHIFT)
clip_keeps_the_order.false_if("the lower one were 1 % larger", floor=Fraction(101, 100))
tail_factor_falls.false_if("the farther factor were 1 % larger", c=Fraction(101, 100))
tail_factor_keeps_the_order.false_if("derivatives up to 1/100 were sampled", most=Fraction(1, 100))
