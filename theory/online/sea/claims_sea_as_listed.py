r"""Two SEA rates as listings print them, refuted by their dimension, and how the true ones scale.

Multiply every loss by c: regret, L, G and lambda are multiplied by c, the variances and drifts by c^2. Listings have
lost the roots of the convex rate, and one version of the strongly convex rate lacks the factor of largest variation;
such rates do not scale, whatever the constant in the O. The instance is one round on [-1, 1] from the centre 0: loss
``c x``, or ``c x^2/2 + c x``, against u = -1, without noise, with the mean gradient before the first round 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_LINEAR = "one round, loss c x on [-1, 1], play 0, u = -1: regret c, sigma^2 = 0, Sigma^2 = c^2"
_SQUARE = (
    "one round, loss c (x^2/2 + x) on [-1, 1], play 0, u = -1: regret c/2, sigma^2 = 0, Sigma^2 = 4c^2, lambda = c"
)


@claim(
    paper=_PAPER,
    where="abstract as listed: the convex rate without roots",
    expected="refuted",
    strength="upper",
    form="as usually quoted",
    assumptions=(_LINEAR, "the constant in the O is 1000 here; every_constant_fails_without_roots takes any"),
    says=r"\mathbb E\,\mathrm{Reg}=O\bigl(\sigma^2_{1:T}+\Sigma^2_{1:T}\bigr)",
)
def convex_rate_as_listed(power: Constant = 1) -> Stated:
    """For small c the regret c exceeds 1000 c^2; with the root (power 1/2) the rate stands."""
    domain = Domain("c in (0,oo)")
    (c,) = domain
    right = 1000 * (c**2) ** power
    return ForAll(domain, c, "<=", right), chain(lambda k: k.show(c, "<=", right))


@claim(
    paper=_PAPER,
    where="abstract as listed: the convex rate without roots, any constant",
    expected="proved",
    strength="lower",
    assumptions=(_LINEAR,),
    says=r"\forall K>0\ \exists c=\tfrac1{2K}:\quad\mathrm{Reg}=c>K\,\Sigma^2_{1:1}=Kc^2",
)
def every_constant_fails_without_roots(power: Constant = 1) -> Stated:
    """Half against a quarter of 1/K."""
    domain = Domain("K in (0,oo)")
    (K,) = domain
    c = 1 / (2 * K)
    right = K * (c**2) ** power

    def proof(k: Proof) -> Any:
        return k.show(c, ">", K * c**2, by=[k.sign(1 / (4 * K), ">")])

    return ForAll(domain, c, ">", right), chain(proof)


@claim(
    paper=_PAPER,
    where="strongly convex rate as listed: the logarithm without the factor of largest variation",
    expected="refuted",
    strength="upper",
    form="as usually quoted",
    assumptions=(_SQUARE, "the constant in the O is 1 here, and stands alone beside the rate as well"),
    says=r"\mathbb E\,\mathrm{Reg}=O\bigl(\tfrac1\lambda\min\{\log(\sigma^2_{1:T}+\Sigma^2_{1:T}),\ldots\}\bigr)",
)
def strongly_convex_rate_as_listed(power: Constant = 0) -> Stated:
    """The regret grows with c, the listed rate does not; with the factor (power 1) it does."""
    import sympy

    domain = Domain("c in [1,oo)")
    (c,) = domain
    right = 1 + (4 * c**2) ** power * sympy.log(4 * c**2) / c

    def proof(k: Proof) -> Any:
        grown = k.logarithm(k.show(4 * c**2, ">=", 4))
        rest = k.sign((4 * sympy.log(4) - sympy.Rational(1, 2)) * c + 1, ">=")
        return k.show(c / 2, "<=", right, by=[(4 * c, grown), rest])

    return ForAll(domain, c / 2, "<=", right), chain(proof)


@claim(
    paper=_PAPER,
    where="strongly convex rate as listed, any constant",
    expected="proved",
    strength="lower",
    assumptions=(_SQUARE,),
    says=r"\forall K\ge1\ \exists c=11K:\quad\mathrm{Reg}=\tfrac c2>K\Bigl(1+\tfrac1\lambda\log\Sigma^2_{1:1}\Bigr)",
)
def every_constant_fails_without_factor(power: Constant = 0) -> Stated:
    """log(4 c^2) = 2 log(2 c) <= 4 c."""
    import sympy

    domain = Domain("K in [1,oo)")
    (K,) = domain
    c = 11 * K

    def right(power: Constant) -> Any:
        return K * (1 + 2 * (4 * c**2) ** power * sympy.log(2 * c) / c)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 2 * c)
        return k.show(c / 2, ">", right(0), by=[(2 * K / c, line), k.sign(K / 2 + 2 * K / c, ">")])

    return ForAll(domain, c / 2, ">", right(power)), chain(proof)


@claim(
    paper=_PAPER,
    where="the convex bound scales as regret does",
    expected="proved",
    strength="identity",
    says=r"b(cL,cG,c^2\sigma^2,c^2\Sigma^2)=c\,b(L,G,\sigma^2,\Sigma^2)",
)
def convex_bound_scales(power: Constant = Fraction(1, 2)) -> Stated:
    """Every term is of the first degree; the roots make them so."""
    import sympy

    domain = Domain("c in (0,oo), D in (0,oo), L in (0,oo), G in (0,oo), s in (0,oo), S in (0,oo)")
    c, D, L, G, s, S = domain

    def bound(power: Constant, factor: Any) -> Any:
        smooth = 5 * sympy.sqrt(10) * D**2 * L + sympy.Rational(5, 2) * sympy.sqrt(5) * D * G
        noise, drift = ((factor**2 * x) ** power for x in (s, S))
        return factor * smooth + 5 * sympy.sqrt(2) * D * noise + 5 * D * drift

    def proof(k: Proof) -> Any:
        half = Fraction(1, 2)
        return k.identity(bound(half, c), c * bound(half, 1))

    return ForAll(domain, bound(power, c), "==", c * bound(power, 1)), chain(proof)


@claim(
    paper=_PAPER,
    where="the strongly convex bound, with the factor of largest variation, scales as regret does",
    expected="proved",
    strength="identity",
    says=r"\frac{c^2a}{c\lambda}\log\Bigl(1+\frac{c^2A}{c^2a}\Bigr)=c\cdot\frac a\lambda\log\Bigl(1+\frac Aa\Bigr)",
)
def strongly_convex_bound_scales(factor: Constant = 1) -> Stated:
    """The argument of the logarithm is free of c, the factor is of the first degree."""
    import sympy

    domain = Domain("c in (0,oo), a in (0,oo), A in (0,oo), lam in (0,oo)")
    c, a, A, lam = domain

    def term(factor: Constant, c: Any) -> Any:
        return (c**2 * a) ** factor / (c * lam) * sympy.log(1 + (c**2 * A) / (c**2 * a))

    statement = ForAll(domain, term(factor, c), "==", c * term(factor, sympy.Integer(1)))
    return statement, chain(lambda k: k.identity(term(1, c), c * term(1, sympy.Integer(1))))


convex_rate_as_listed.true_if("the variations stood under a root", power=Fraction(1, 2))
every_constant_fails_without_roots.false_if("the variations stood under a root", power=Fraction(1, 2))
strongly_convex_rate_as_listed.true_if("the factor of largest variation stood before the logarithm", power=1)
every_constant_fails_without_factor.false_if("the factor stood before the logarithm", power=1)
convex_bound_scales.false_if("the roots were lost", power=1)
strongly_convex_bound_scales.false_if("the factor before the logarithm were lost", factor=0)
