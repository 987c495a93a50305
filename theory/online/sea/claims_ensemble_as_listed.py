r"""The dynamic rate as usually quoted, refuted by its units, and how the bound with constants scales.

Stretch the decision set by b and multiply every loss by c: regret is multiplied by c, paths by b, gradients by c/b. In
``P + sqrt(1 + P)(sqrt sigma^2 + sqrt Sigma^2)`` the 1 stands for a squared diameter and P for one times a path: with a
constant free of D and L no such rate holds. The instance is two rounds on [-b, b] with the loss ``b x``, without noise,
from the centre 0, against -b and then -b/2; what is played in the second round does not matter.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_LINE = (
    "two rounds on [-b, b], loss b x, play 0 first, comparators -b and -b/2: regret b^2 + b (x_2 + b/2) >= b^2/2, path "
    "b/2, sigma^2 = 0, Sigma^2 = b^2 (the mean gradient before the first round is 0)"
)
_FREE = "the constant in the O is free of D and L; where it may hold them, the rate is sea.dynamic_rate"


def _listed(b: Any, units: Constant) -> Any:
    """Return the rate on the instance; with ``units`` = 1 the root is that of D^2 + 2 D P, with 0 that of 1 + P."""
    import sympy

    D, path, share = 2 * b, b / 2, units
    return path + sympy.sqrt((1 - share) * (1 + path) + share * (D**2 + 2 * D * path)) * b


@claim(
    paper=_PAPER,
    where="dynamic regret, the rate as usually quoted",
    expected="refuted",
    strength="upper",
    form="as usually quoted",
    assumptions=(_LINE, _FREE, "the constant in the O is 1 here; every_constant_fails_without_units takes any"),
    says=r"\mathbb E\,\mathrm{Reg}=O\bigl(P_T+\sqrt{1+P_T}\bigl(\sqrt{\sigma^2_{1:T}}"
    r"+\sqrt{\Sigma^2_{1:T}}\bigr)\bigr)",
)
def dynamic_rate_as_listed(units: Constant = 0) -> Stated:
    """Regret grows with b^2, the rate with b^(3/2); with the diameter in the root it grows with b^2 too."""
    domain = Domain("b in [1,oo)")
    (b,) = domain
    left, right = b**2 / 2, _listed(b, units)
    return ForAll(domain, left, "<=", right), chain(_with_units)


def _with_units(k: Proof) -> Any:
    import sympy

    b = k.context.symbol("b")
    root = k.power(k.show(6 * b**2, ">=", b**2), Fraction(1, 2))
    rest = k.sign(b / 2 + b**2 / 2, ">=")
    return k.show(b**2 / 2, "<=", b / 2 + sympy.sqrt(6 * b**2) * b, by=[(b, root), rest])


@claim(
    paper=_PAPER,
    where="dynamic regret, the rate as usually quoted, any constant",
    expected="proved",
    strength="lower",
    assumptions=(_LINE, _FREE),
    says=r"\forall K\ge1\ \exists b=16K^2:\quad\mathrm{Reg}\ge\tfrac{b^2}2>K\bigl(P_T+\sqrt{1+P_T}"
    r"\sqrt{\Sigma^2_{1:T}}\bigr)=K\Bigl(\tfrac b2+\sqrt{1+\tfrac b2}\;b\Bigr)",
)
def every_constant_fails_without_units(units: Constant = 0) -> Stated:
    """The root is at most 4 K, that of b."""
    domain = Domain("K in [1,oo)")
    (K,) = domain
    b = 16 * K**2

    def proof(k: Proof) -> Any:
        root = k.power(k.show(16 * K**2, ">=", 1 + 8 * K**2), Fraction(1, 2))
        rest = k.sign(8 * K**3 * (8 * K - 1), ">")
        return k.show(b**2 / 2, ">", K * _listed(b, 0), by=[(16 * K**3, root), rest])

    return ForAll(domain, b**2 / 2, ">", K * _listed(b, units)), chain(proof)


@claim(
    paper=_PAPER,
    where="dynamic regret, the bound with every constant scales as regret does",
    expected="proved",
    strength="identity",
    says=r"\text{losses times }c,\text{ lengths times }b:\quad C\sqrt B+\tfrac34LC^2+4LA\text{ is multiplied by }c",
)
def dynamic_bound_scales(power: Constant = 1) -> Stated:
    """C is a length, the root of B a gradient, A and C^2 squared lengths."""
    import sympy

    domain = Domain(
        "b in (0,oo), c in (0,oo), D in (0,oo), L in [0,oo), G in (0,oo), P in [0,oo), n in (0,oo), v in [0,oo), "
        "w in [0,oo)"
    )
    b, c, D, L, G, P, n, v, w = domain
    one = sympy.Integer(1)

    def bound(b: Any, c: Any, power: Constant) -> Any:
        path = (b * D) ** 2 + 2 * b * D * (b * P) ** power
        lead, curved = n * b * D + Fraction(3, 2) * sympy.sqrt(path), c / b**2 * L
        inside = 4 * n**2 * (curved * b * D) ** 2 + (c / b) ** 2 * (5 * G**2 + 4 * v**2 + 3 * w**2)
        return lead * sympy.sqrt(inside) + Fraction(3, 4) * curved * lead**2 + 4 * curved * path

    def proof(k: Proof) -> Any:
        return k.identity(bound(b, c, 1), c * bound(one, one, 1))

    return ForAll(domain, bound(b, c, power), "==", c * bound(one, one, power)), chain(proof)


dynamic_rate_as_listed.true_if("the root held D^2 + 2 D P", units=1)
every_constant_fails_without_units.false_if("the root held D^2 + 2 D P", units=1)
dynamic_bound_scales.false_if("the path stood squared", power=2)
