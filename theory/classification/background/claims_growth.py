r"""Smooth margin losses grow quadratically: T(t) = t^2 Phi'(0)^2/(2 Phi''(0)) + o(t^2), with bounds for every t.

The conditional risk at the posterior (1+t)/2 is ``(1+t)/2 Phi(u) + (1-t)/2 Phi(-u)``. Let ``d = -Phi'(0) > 0``, ``c
= Phi''(0) > 0`` and let K bound the third derivative, so that ``Phi(+-u) = Phi(0) -+ d u + c u^2/2 + R`` with ``|R|
<= K u^3/6``. The remainders are written as ``x K u^3/6`` and ``y K u^3/6`` with x and y in [-1, 1]. With ``s = K d
t/c^2``, which is small with t,

    d^2 t^2/(2c) (1 - s/3)  <=  T(t)  <=  d^2 t^2/(2c) / (1 - s),    s <= 1/3,

for convex Phi: the lower bound from one score, the upper one from all scores, near 0 and (by convexity) far away.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "growth", "quadratic growth of smooth margin losses", "derived"
_SCALAR = _WHERE + ": the inequality between Taylor models"
_ONE_PERCENT = Fraction(101, 100)
_TAYLOR = ("Phi is three times differentiable near 0: the remainders are those of Taylor's theorem",)
_CONVEX = ("Phi is convex, so the conditional risk is",)


def _saving(t: Any, d: Any, c: Any, z: Any, remainder: Any) -> Any:
    """Phi(0) minus the conditional risk at the score ``z t d/c``; ``remainder`` is K u^3/6 in units of d^2 t^2/c."""
    import sympy

    z = sympy.sympify(z)
    return d**2 * t**2 / c * (z - z**2 / 2 - remainder)


@claim(
    paper=_PAPER,
    where=_SCALAR,
    expected="proved",
    strength="lemma",
    assumptions=("Phi is convex with Phi'(0) = -d < 0: it lies above its tangent at 0, at v and at -v",),
    says=r"v\le0:\quad\tfrac{1+t}2\Phi(v)+\tfrac{1-t}2\Phi(-v)\ge\Phi(0)",
)
def wrong_sign_costs_value_at_zero(c: Any = 1) -> Any:
    """The average of the two tangents at 0 is Phi(0) - t d v."""
    domain = Domain("t in [0,1], d in (0,oo), w in [0,oo), x in [0,oo), y in [0,oo), base in [0,oo)")
    t, d, w, x, y, base = domain
    there, across = base + d * w + x, base - d * w + y  # v = -w; x and y are the distances from the tangent
    risk = (1 + t) / 2 * there + (1 - t) / 2 * across

    def proof(k: Proof) -> Any:
        gain = k.sign(t * d * w + (1 + t) / 2 * x + (1 - t) / 2 * y, ">=")
        return k.show(risk, ">=", base, by=[gain])

    return ForAll(domain, risk, ">=", c * base), chain(proof)


wrong_sign_costs_value_at_zero.false_if("it cost twice as much", c=2)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\Phi(u)=\Phi(0)-du+\tfrac c2u^2:\quad\Phi(0)-\text{risk}(u)\le\frac{d^2t^2}{2c},"
    r"\ \text{equal at}\ u=td/c",
)
def quadratic_loss(factor: Any = 1) -> Any:
    """Without a third derivative: complete the square; the score td/c attains it (z = 1)."""
    domain = Domain("t in (0,1], d in (0,oo), c in (0,oo), z in (-oo,oo)")
    t, d, c, z = domain
    saving, most = _saving(t, d, c, z, 0), _saving(t, d, c, 1, 0)

    def proof(k: Proof) -> Any:
        square = k.sign(d**2 * t**2 / (2 * c) * (z - 1) ** 2, ">=")
        return k.show(saving, "<=", most, by=[square])

    return ForAll(domain, saving, "<=", factor * most), chain(proof)


quadratic_loss.false_if("the transform were 1 % smaller", factor=Fraction(99, 100))


def _small(text: str) -> tuple[Any, ...]:
    domain = Domain(f"t in (0,1], d in (0,oo), c in (0,oo), {text}, x in [-1,1], y in [-1,1]")
    return domain, *domain


def _remainder(t: Any, s: Any, z: Any, x: Any, y: Any) -> Any:
    """``(1+t)/2 x + (1-t)/2 y`` times K u^3/6 at u = z t d/c, in units of d^2 t^2/c."""
    return ((1 + t) / 2 * x + (1 - t) / 2 * y) * s * z**3 / 6


@claim(
    paper=_PAPER,
    where=_SCALAR,
    form=_FORM,
    expected="proved",
    strength="lemma",
    assumptions=_TAYLOR,
    uses=("growth.wrong_sign_costs_value_at_zero",),
    says=r"\Phi(0)-\text{risk}\bigl(\tfrac{td}c\bigr)\ge\frac{d^2t^2}{2c}\Bigl(1-\frac s3\Bigr),"
    r"\quad s=\frac{Kdt}{c^2}",
)
def growth_from_below(factor: Any = 1) -> Any:
    """The risk at the score t d/c (z = 1); the remainders are -x K u^3/6 and -y K u^3/6."""
    domain, t, d, c, s, x, y = _small("s in (0,oo)")
    saving, least = _saving(t, d, c, 1, -_remainder(t, s, 1, x, y)), d**2 * t**2 / (2 * c) * (1 - s / 3)

    def proof(k: Proof) -> Any:
        rest = k.sign(d**2 * t**2 / c * s / 6 * ((1 + t) / 2 * (1 + x) + (1 - t) / 2 * (1 + y)), ">=")
        return k.show(saving, ">=", least, by=[rest])

    return ForAll(domain, saving, ">=", factor * least), chain(proof)


growth_from_below.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_SCALAR,
    form=_FORM,
    expected="proved",
    strength="lemma",
    assumptions=_TAYLOR,
    says=r"0\le u\le 3td/c,\ s<1:\quad\Phi(0)-\text{risk}(u)\le\frac{d^2t^2}{2c}\cdot\frac1{1-s}",
)
def growth_from_above_near(factor: Any = 1) -> Any:
    """As z <= 3, the remainder s z^3/6 is at most s z^2/2; then complete the square."""
    domain, t, d, c, s, z, x, y = _small("s in (0,1), z in [0,3]")
    unit = d**2 * t**2 / c
    saving, most = _saving(t, d, c, z, _remainder(t, s, z, x, y)), unit / (2 * (1 - s))

    def proof(k: Proof) -> Any:
        worst = k.sign(unit * s * z**3 / 6 * ((1 + t) / 2 * (1 + x) + (1 - t) / 2 * (1 + y)), ">=")
        cubic = k.sign(unit * s * z**2 * (3 - z) / 6, ">=")
        square = k.sign(unit * ((1 - s) * z - 1) ** 2 / (2 * (1 - s)), ">=")
        return k.show(saving, "<=", most, by=[worst, cubic, square])

    return ForAll(domain, saving, "<=", factor * most), chain(proof)


growth_from_above_near.false_if("the bound were half as large", factor=Fraction(1, 2))


@claim(
    paper=_PAPER,
    where=_SCALAR,
    expected="proved",
    strength="lemma",
    assumptions=(*_TAYLOR, *_CONVEX),
    says=r"u\ge 3td/c,\ s\le\tfrac13:\quad\text{risk}(u)\ge\Phi(0)",
)
def growth_from_above_far(reach: Any = Fraction(1, 3)) -> Any:
    """At 3td/c the risk is at least Phi(0); a convex function that has risen above its value at 0 stays there."""
    domain, t, d, c, s, w, above, x, y = _small(f"s in (0,{reach}], w in (0,1], above in [0,oo)")
    saved = _saving(t, d, c, 3, _remainder(t, s, 3, x, y))
    # u = 3td/(cw): by convexity (1 - w) risk(0) + w risk(u) exceeds risk(3td/c), by the amount ``above``
    rise = (above - saved) / w

    def proof(k: Proof) -> Any:
        unit = d**2 * t**2 / c
        worst = k.sign(unit * Fraction(9, 2) * s / w * ((1 + t) / 2 * (1 + x) + (1 - t) / 2 * (1 + y)), ">=")
        small = k.sign(unit * Fraction(9, 2) / w * (Fraction(1, 3) - s), ">=")
        return k.show(rise, ">=", 0, by=[worst, small, k.sign(above / w, ">=")])

    return ForAll(domain, rise, ">=", 0), chain(proof)


growth_from_above_far.false_if("s could be as large as 1", reach=1)


# -- instances ------------------------------------------------------------------------------------------------------


def _instance(loss: Any, transform: Any, factor: Any, t_range: str) -> Any:
    import sympy

    domain = Domain(f"t in {t_range}")
    (t,) = domain
    u = sympy.Symbol("u", real=True)
    phi, f = loss(u), transform(t)
    constant = phi.diff(u).subs(u, 0) ** 2 / (2 * phi.diff(u, 2).subs(u, 0))
    statement = LimitOf(domain, f / t**2, t, "+", factor * constant)
    return statement, chain(lambda k: k.taylor(f, t, 2))


_RATE = r"\mathcal T(t)/t^2\to\Phi'(0)^2/(2\Phi''(0))=\tfrac12,\quad"


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="asymptotic",
    says=_RATE + r"\Phi(u)=\log(1+e^{-u})",
)
def logistic_growth(factor: Any = 1) -> Any:
    """The second Taylor coefficient of the transform is the constant made of the loss's derivatives."""
    import sympy

    from theory.classification.symbolic import two_class_transform

    return _instance(lambda u: sympy.log(1 + sympy.exp(-u)), lambda t: two_class_transform(t, 1), factor, "(0,1)")


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="asymptotic", says=_RATE + r"\Phi(u)=e^{-u}")
def exponential_growth(factor: Any = 1) -> Any:
    """The same for the exponential loss, whose transform is 1 - sqrt(1 - t^2)."""
    import sympy

    return _instance(lambda u: sympy.exp(-u), lambda t: 1 - sympy.sqrt(1 - t**2), factor, "(0,1)")


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    says=r"\Phi(u)=\max(0,1-u),\ \mathcal T(t)=t:\quad\forall C\ge1\ \exists t:\ \mathcal T(t)>C\,t^2",
)
def hinge_does_not_grow_quadratically(power: Any = 2) -> Any:
    """Smoothness is needed: at t = 1/(2C) the hinge's transform is twice C t^2."""
    domain = Domain("C in [1,oo)")
    (C,) = domain
    t = 1 / (2 * C)
    right = C * t**power
    return ForAll(domain, t, ">", right), chain(lambda k: k.show(t, ">", right, by=[k.sign(1 / (4 * C), ">")]))


logistic_growth.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
exponential_growth.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
hinge_does_not_grow_quadratically.false_if("the growth it is compared with were linear", power=1)
