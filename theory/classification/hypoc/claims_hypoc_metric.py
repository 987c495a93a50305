r"""The Poincare distance is a metric: Moebius translations are isometries, and the triangle inequality.

With ``cosh d(x,y) = 1 + 2 |x-y|^2/((1-|x|^2)(1-|y|^2))`` the triangle inequality through the centre is
``cosh d(x,z) <= cosh(d(x,0) + d(0,z))``; a translation moves any middle point to the centre. All statements are in
the inner products of the points, so that they hold in every dimension.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "hypoc", "hyperbolic geometry of the Poincare ball", "as usually quoted"
_GRAM = "a in [0,1), b in [0,1), c in [0,1), f in (-1,1), g in (-1,1), h in (-1,1)"
_NAMES = ("a, b, c are the squared norms of x, y, z; f = <x,y>, g = <y,z>, h = <x,z>",)


def _square(coefficients: tuple[Any, Any, Any], gram: tuple[Any, ...]) -> sympy.Expr:
    """Return ``|p x + q y + s z|^2`` from the inner products."""
    p, q, s = coefficients
    a, b, c, f, g, h = gram
    return p**2 * a + q**2 * b + s**2 * c + 2 * p * q * f + 2 * q * s * g + 2 * p * s * h


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    assumptions=_NAMES,
    says=r"1-|u|^2=\tfrac{(1-|x|^2)(1-|y|^2)}D,\quad u=(-y)\oplus x,\ D=1-2\langle x,y\rangle+|x|^2|y|^2",
)
def translation_keeps_the_ball(shift: Constant = 0) -> Stated:
    """``D^2 - |n|^2 = D (1-a)(1-b)`` with n the numerator of the Moebius sum: translated points stay inside."""
    domain = Domain(_GRAM)
    gram = tuple(domain)
    a, b, _, f, _, _ = gram
    down = 1 - 2 * f + a * b
    numerator = (1 - b, -(1 - 2 * f + a), 0)
    left = down**2 - _square(numerator, gram)
    right = down * (1 - a) * (1 - b) + shift
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    assumptions=_NAMES,
    uses=("hypoc.translation_keeps_the_ball", "hypoc.moebius_denominator_is_positive"),
    says=r"|u-w|^2=\tfrac{(1-|y|^2)^2|x-z|^2}{D_xD_z},\quad u=(-y)\oplus x,\ w=(-y)\oplus z",
)
def translation_is_an_isometry(power: int = 2) -> Stated:
    """Cleared of denominators; with 1 - |u|^2 and 1 - |w|^2 it says that delta is the same before and after."""
    domain = Domain(_GRAM)
    gram = tuple(domain)
    a, b, c, f, g, h = gram
    down_x, down_z = 1 - 2 * f + a * b, 1 - 2 * g + c * b
    difference = (
        (1 - b) * down_z,
        -(1 - 2 * f + a) * down_z + (1 - 2 * g + c) * down_x,
        -(1 - b) * down_x,
    )
    left = _square(difference, gram)
    right = (1 - b) ** power * (a - 2 * h + c) * down_x * down_z
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(
        "r = |x|, s = |z|, k the cosine between them; cosh and sinh of the distances from the centre are written out",
        "cosh increases on distances >= 0; any middle point is translated to the centre",
    ),
    uses=("hypoc.translation_is_an_isometry",),
    says=r"\cosh d(x,z)\le\cosh\bigl(d(x,0)+d(0,z)\bigr)",
)
def triangle_inequality(least: Constant = -1) -> Stated:
    """The difference is 4 (rs + <x,z>) over the conformal factors: Cauchy and Schwarz."""
    domain = Domain(f"r in [0,1), s in [0,1), k in [{least},1]")
    r, s, cosine = domain
    conformal = (1 - r**2) * (1 - s**2)
    direct = 1 + 2 * (r**2 - 2 * cosine * r * s + s**2) / conformal
    around = (1 + r**2) / (1 - r**2) * (1 + s**2) / (1 - s**2) + 2 * r / (1 - r**2) * 2 * s / (1 - s**2)

    def proof(k: Proof) -> Any:
        for norm in (r, s):
            k.show(1 - norm**2, ">", 0, by=[k.sign((1 - norm) * (1 + norm), ">")])
        slack = k.sign(4 * r * s * (1 + cosine) / conformal, ">=")
        return k.show(direct, "<=", around, by=[slack])

    return ForAll(domain, direct, "<=", around), chain(proof)


translation_keeps_the_ball.false_if("1 - |u|^2 were a thousandth larger", shift=Fraction(1, 1000))
translation_is_an_isometry.false_if("the conformal factor stood there once", power=1)
triangle_inequality.false_if("the cosine could be -2", least=-2)
