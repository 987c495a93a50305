r"""Limits of the Z-loss: linear for a -> 0 and for large margins, the hinge of the Z-score for a -> oo.

The linear Z-loss -z_c adds up to 0 over the classes (it is symmetric), is bounded by sqrt(D - 1), and its conditional
risk has the one minimiser z = (p - 1/D)/r, r the standard deviation of p, which orders the classes strictly by
probability: a symmetric, bounded loss that is top-k calibrated for every k. It is not continuous at equal scores.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.z_loss.z_loss_statements import point_and_rows, softplus_loss, variance, z_score
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "z_loss"
_LIMITS = "limits in a and b"
_LINEAR = "the linear Z-loss"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where=_LIMITS,
    expected="proved",
    strength="asymptotic",
    says=r"L-\tfrac{\log2}a\to\tfrac12(b-z_c),\quad a\to0",
)
def linear_for_small_slope(half: Constant = Fraction(1, 2)) -> Stated:
    """First Taylor coefficient in a; x = b - z_c."""
    import sympy

    domain = Domain("a in (0,1), x in (-oo,oo)")
    a, x = domain
    f = sympy.log((1 + sympy.exp(a * x)) / 2)
    return LimitOf(domain, f / a, a, "+", half * x), chain(lambda k: k.taylor(f, a, 1))


@claim(
    paper=_PAPER,
    where=_LIMITS,
    expected="proved",
    strength="upper",
    says=r"L-(b-z_c)\le\tfrac1ae^{-a(b-z_c)}",
)
def linear_for_large_margin(c: Constant = 1) -> Stated:
    """``log(1 + v) <= v`` for v = exp(-a (b - z_c)): as b -> oo, L - b comes down to -z_c (see `hinge_from_below`)."""
    import sympy

    domain = Domain("z in (-oo,oo), a in (0,oo), b in (-oo,oo)")
    z, a, b = domain
    small = sympy.exp(-a * (b - z))
    left, right = softplus_loss(z, a, b) - (b - z), small / a

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 + small)
        split = k.show(1 + sympy.exp(a * (b - z)), "==", sympy.exp(a * (b - z)) * (1 + small))
        logs = k.logarithm(split)
        return k.show(left, "<=", right, by=[(1 / a, line), (1 / a, logs)])

    return ForAll(domain, left, "<=", c * right), chain(proof)


def _hinge_domain() -> tuple[Any, ...]:
    import sympy

    domain = Domain("x in (-oo,oo), a in (0,oo)")
    x, a = domain
    return domain, x, a, sympy.log(1 + sympy.exp(a * x)) / a


@claim(paper=_PAPER, where=_LIMITS, expected="proved", strength="lower", says=r"L\ge\max(0,b-z_c)")
def hinge_from_below(c: Constant = 1) -> Stated:
    """The logarithm of 1 + e^(a x), x = b - z_c, is above those of 1 and of e^(a x)."""
    import sympy

    domain, x, a, left = _hinge_domain()

    def proof(k: Proof) -> Any:
        raised = sympy.exp(a * x)
        line = k.logarithm(k.show(1 + raised, ">=", raised, by=[k.sign(sympy.Integer(1), ">=")]))
        floor = k.logarithm(k.show(1 + raised, ">=", 1, by=[k.sign(raised, ">=")]))
        m = k.fresh("m in [0,oo)")
        top, *_ = k.part(m, x)
        k.show(left, ">=", x, by=[(1 / a, line)])
        k.show(left, ">=", 0, by=[(1 / a, floor)])
        return k.show(left, ">=", sympy.Max(x, 0), by=[k.at_most(top, left), top])

    return ForAll(domain, left, ">=", c * sympy.Max(x, 0)), chain(proof)


@claim(
    paper=_PAPER,
    where=_LIMITS,
    expected="proved",
    strength="upper",
    says=r"L\le\max(0,b-z_c)+\tfrac{\log2}a",
)
def hinge_from_above(c: Constant = 1) -> Stated:
    """With m = max(0, x): 1 <= e^(a m) and e^(a x) <= e^(a m)."""
    import sympy

    domain, x, a, left = _hinge_domain()

    def proof(k: Proof) -> Any:
        m = k.fresh("m in [0,oo)")
        top, _, above, _ = k.part(m, x)
        raised = k.exponential(k.show(a * m, ">=", a * x, by=[(a, above)]))
        one = k.show(sympy.exp(a * m), ">=", 1)
        double = k.logarithm(k.show(2 * sympy.exp(a * m), ">=", 1 + sympy.exp(a * x), by=[raised, one]))
        return k.show(sympy.Max(x, 0) + sympy.log(2) / a, ">=", left, by=[(1 / a, double), (-1, top)])

    return ForAll(domain, left, "<=", sympy.Max(x, 0) + c * sympy.log(2) / a), chain(proof)


linear_for_small_slope.false_if("the factor were 1 % larger", half=Fraction(101, 200))
linear_for_large_margin.false_if("the bound were half as large", c=Fraction(1, 2))
hinge_from_below.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
hinge_from_above.false_if("the gap were 1 % smaller", c=Fraction(99, 100))


# -- the linear Z-loss ----------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_LINEAR,
    expected="proved",
    strength="identity",
    says=r"\textstyle\sum_c(-z_c)=0",
)
def linear_symmetric(c: Constant = 1) -> Stated:
    """Over all classes as targets; `z_score_bounded` bounds each term by sqrt(D - 1)."""
    domain, each = Domain("oc in (-oo,oo)"), Domain("o in (-oo,oo)")
    (oc,), (o,) = domain, each
    left = -c * z_score(oc, (oc,), o) - Sig(z_score(o, (oc,), o))

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("oc",))

    given = ((variance((oc,), o), ">", 0),)
    return ForEveryN(domain, each, given, left, "==", 0), chain(lambda k: k.show(left, "==", 0), sample)


_SPHERE: tuple[tuple[Fraction | int, ...], ...] = (
    (1, -1),
    (1, 1, -1, -1),
    (Fraction(7, 5), Fraction(1, 5), Fraction(-1, 5), Fraction(-7, 5)),
)


def _linear_sample(rng: random.Random) -> Any:
    """Vectors of mean 0 and mean square 1 for z and, scaled by r, for p - 1/D."""
    first = rng.choice(_SPHERE)
    second = rng.choice([row for row in _SPHERE if len(row) == len(first)])
    z = rng.sample(first, len(first))
    D, r = len(z), Fraction(1, rng.randint(8, 20))
    rows = [{"p": Fraction(1, D) + r * x, "z": Fraction(y)} for x, y in zip(second, z, strict=True)]
    return {"D": Fraction(D), "r": r}, rows


@claim(
    paper=_PAPER,
    where=_LINEAR,
    expected="proved",
    strength="identity",
    says=r"-\textstyle\sum_kp_kz_k+Dr=\frac1{2r}\sum_k\bigl(p_k-\tfrac1D-rz_k\bigr)^2,\quad"
    r" r^2=\tfrac1D\sum_k(p_k-\tfrac1D)^2>0",
)
def linear_regret(c: Constant = 1) -> Stated:
    """The regret is a sum of squares: the minimiser is z = (p - 1/D)/r, ordered as p, and there is no other."""
    domain, each = Domain("D in [2,oo), r in (0,oo)"), Domain("p in [0,1], z in (-oo,oo)")
    (D, r), (p, z) = domain, each
    given = (
        (Sig(1), "==", D),
        (Sig(p), "==", 1),
        (Sig((p - 1 / D) ** 2), "==", D * r**2),
        (Sig(z), "==", 0),
        (Sig(z**2), "==", D),
    )
    left, right = D * r - Sig(p * z), Sig((p - 1 / D - r * z) ** 2) / (2 * r)

    def proof(k: Proof) -> Any:
        by = [(-1 / (2 * r), k.hypothesis(2)), (-r / 2, k.hypothesis(4)), (-1 / D, k.hypothesis(3))]
        return k.show(left, "==", right, by=by)

    return ForEveryN(domain, each, given, left, "==", c * right), chain(proof, _linear_sample)


linear_symmetric.false_if("the target counted 1 % more", c=_ONE_PERCENT)
linear_regret.false_if("the regret were 1 % larger", c=_ONE_PERCENT)
