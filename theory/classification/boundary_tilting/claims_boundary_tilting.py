r"""A linear boundary tilted by an angle delta away from the nearest-centroid boundary: strength and error.

Classes N(+-m b, s_b^2 b b' + s_z^2 z z') with b, z orthonormal; the boundary has the normal cos(delta) b + sin(delta) z
and passes half-way between the centroids. The angle enters through k = cos(delta) or t = tan(delta).
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _STRENGTH, _ERROR = "boundary_tilting", "adversarial strength and deviation angle", "tilting and error"
_HALF, _ONE_PERCENT = Fraction(1, 2), Fraction(101, 100)


def tilted_error(m: sympy.Expr, s_b: sympy.Expr, s_z: sympy.Expr, t: sympy.Expr) -> sympy.Expr:
    """``Q(m/sqrt(s_b^2 + s_z^2 t^2))``."""
    return tail(m / (s_b**2 + s_z**2 * t**2) ** _HALF)


# -- strength -------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_STRENGTH, expected="proved", strength="identity",
    assumptions=("cos(delta) = k > 0 is defined by (sum w h)^2 = k^2 sum w^2 sum h^2, sum w h > 0",),
    says=r"\Bigl(\frac{\mathrm{dist}(i,\mathcal B)}{\mathrm{dist}(i,\mathcal C)}\Bigr)^2=\frac1{\cos^2\delta},\quad"
    r"\mathrm{dist}(i,\mathcal C)=\frac{|\sum_jw_jh_j|}{\|w\|},\ \mathrm{dist}(i,\mathcal B)=\|h\|",
)  # fmt: skip
def distance_ratio(c: Constant = 1) -> Stated:
    """In any dimension: h is half the difference of the centroids, w the normal of C, cos(delta) = k their cosine."""
    domain, each = Domain("k in (0,1]"), Domain("w in (-oo,oo), h in (-oo,oo)")
    (k_,), (w, h) = domain, each
    inner, normal, half = Sig(w * h), Sig(w**2), Sig(h**2)
    squared = (half**_HALF / (inner / normal**_HALF)) ** 2

    def proof(k: Proof) -> Any:
        return k.show(squared, "==", 1 / k_**2, by=[(-1 / (k_**2 * inner**2), k.hypothesis(3))])

    def sample(rng: random.Random) -> Any:
        size = Fraction(rng.randint(1, 9), 2)  # the cosine of (1,0) and (3,4) is 3/5
        return {"k": Fraction(3, 5)}, [{"w": size, "h": Fraction(3)}, {"w": Fraction(0), "h": Fraction(4)}]

    given = ((normal, ">", 0), (half, ">", 0), (inner, ">", 0), (inner**2, "==", k_**2 * normal * half))
    return ForEveryN(domain, each, given, squared, "==", c / k_**2), chain(proof, sample)


@claim(
    paper=_PAPER, where=_STRENGTH, expected="proved", strength="identity",
    says=r"\sqrt{\frac1{\cos^2\delta}-1}=\tan\delta,\quad \frac1{\cos\delta}=\sqrt{1+\tan^2\delta}",
)  # fmt: skip
def tangent_form(c: Constant = 1) -> Stated:
    """The strength over and above that of the nearest-centroid boundary: the two readings carry the same angle."""
    domain = Domain("t in [0,oo)")
    (t,) = domain
    cosine = 1 / (1 + t**2) ** _HALF
    lhs = (1 / cosine**2 - 1) ** _HALF
    return ForAll(domain, lhs, "==", c * t), chain(lambda k: k.identity(lhs, t))


@claim(
    paper=_PAPER, where=_STRENGTH, form="as usually quoted", expected="proved", strength="lower",
    says=r"\forall L\ge1\ \exists\delta<90^\circ:\ \frac1{\cos\delta}>L,\quad\text{namely}\ \tan\delta=L",
)  # fmt: skip
def strength_is_unbounded(c: Constant = 1) -> Stated:
    """sqrt(1 + L^2) > L."""
    domain = Domain("L in [1,oo)")
    (L,) = domain

    return ForAll(domain, (1 + L**2) ** _HALF, ">", c * L), chain(lambda k: k.power(k.show(1 + L**2, ">", L**2), _HALF))


distance_ratio.false_if("its square were 1 % larger", c=_ONE_PERCENT)
tangent_form.false_if("it were 1 % larger", c=_ONE_PERCENT)
strength_is_unbounded.false_if("it exceeded 3/2 of the tangent", c=Fraction(3, 2))


# -- error ----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="identity",
    says=r"\frac{m\cos\delta}{\sqrt{s_b^2\cos^2\delta+s_z^2\sin^2\delta}}=\frac m{\sqrt{s_b^2+s_z^2\tan^2\delta}}",
)  # fmt: skip
def margin_of_tilted_boundary(c: Constant = 1) -> Stated:
    """Mean and standard deviation of the projection on the normal; the error is Q of their quotient."""
    domain = Domain("m in (0,oo), s in (0,oo), z in [0,oo), t in [0,oo)")
    m, s, z, t = domain
    cosine = 1 / (1 + t**2) ** _HALF
    lhs = m * cosine / (s**2 * cosine**2 + z**2 * (1 - cosine**2)) ** _HALF
    rhs = m / (s**2 + z**2 * t**2) ** _HALF

    def proof(k: Proof) -> Any:
        variance = (s**2 + z**2 * t**2) / (1 + t**2)
        k.sign(variance, ">")
        k.show(s**2 * cosine**2 + z**2 * (1 - cosine**2), ">", 0, by=[k.sign(variance, ">")])
        return k.identity(lhs, rhs)

    return ForAll(domain, lhs, "==", c * rhs), chain(proof)


@claim(
    paper=_PAPER, where=_ERROR + ", read as an equality", expected="refuted", strength="identity",
    says=r"\text{error}(\delta)=\text{error}(0)\quad\text{for all}\ \delta<90^\circ,\ s_z>0",
)  # fmt: skip
def tilting_keeps_the_error(variance: Constant = 1) -> Stated:
    """Only a direction without any variance leaves the error as it is."""
    domain = Domain("m in (0,10], s in [1/10,10], z in [1/10,1], t in [0,100]")
    m, s, z, t = domain
    tilted, straight = tilted_error(m, s, variance * z, t), tilted_error(m, s, 0, 0)
    return ForAll(domain, tilted, "==", straight), chain(lambda k: k.identity(tilted, straight))


tilting_keeps_the_error.true_if("the direction had no variance at all", variance=0)


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="lower",
    says=r"Q\Bigl(\frac a{\sqrt{1+q}}\Bigr)\ge Q(a),\quad a=\frac m{s_b},\ q=\Bigl(\frac{s_z\tan\delta}{s_b}\Bigr)^2",
)  # fmt: skip
def tilting_raises_the_error(c: Constant = 1) -> Stated:
    """The derivative in q is positive."""
    import sympy

    domain = Domain("a in [0,oo), q in [0,oo)")
    a, q = domain
    error = tail(a / sympy.sqrt(1 + q))

    def proof(k: Proof) -> Any:
        density = sympy.exp(-(a**2) / (2 * (1 + q))) / sympy.sqrt(2 * sympy.pi)
        rate = k.sign(a * density / (2 * (1 + q) ** Fraction(3, 2)), ">=")
        return k.grows(k.show(error.diff(q), ">=", 0, by=[rate]), error, q)

    return ForAll(domain, error, ">=", c * tail(a)), chain(proof)


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="lemma",
    says=r"y\,e^{-y^2/2}\le e^{-1/2},\quad y\ge0",
)  # fmt: skip
def steepest_normal(c: Constant = 1) -> Stated:
    """e^v >= 1 + v at v = (y^2 - 1)/2, and (1 + y^2)/2 >= y."""
    import sympy

    domain = Domain("y in [0,oo)")
    (y,) = domain
    lhs, rhs = y * sympy.exp(-(y**2) / 2), sympy.exp(-sympy.Rational(1, 2))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        line = k.tangent(sympy.exp(v), v, 0, (y**2 - 1) / 2)
        square = k.sign((1 - y) ** 2 / 2, ">=")
        larger = k.show(sympy.exp((y**2 - 1) / 2), ">=", y, by=[line, square])
        return k.show(lhs, "<=", rhs, by=[(sympy.exp(-(y**2) / 2), larger)])

    return ForAll(domain, c * lhs, "<=", rhs), chain(proof)


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="upper",
    corrects="boundary_tilting.tilting_keeps_the_error",
    says=r"Q\Bigl(\frac a{\sqrt{1+q}}\Bigr)\le Q(a)+\frac q{2\sqrt{2\pi e}}",
)  # fmt: skip
def tilting_costs_little_at_low_variance(c: Constant = 1, power: Constant = 1) -> Stated:
    """The derivative in q is y exp(-y^2/2)/(2 sqrt(2 pi) (1+q)) at y = a/sqrt(1+q)."""
    import sympy

    domain = Domain("a in [0,oo), q in [0,oo)")
    a, q = domain
    error = tail(a / sympy.sqrt(1 + q))
    line = q * sympy.exp(-sympy.Rational(1, 2)) / (2 * sympy.sqrt(2 * sympy.pi))

    def proof(k: Proof) -> Any:
        scale = 1 / (2 * sympy.sqrt(2 * sympy.pi))
        steep = k.apply(steepest_normal, {"y": a / sympy.sqrt(1 + q)})
        rest = k.sign(scale * sympy.exp(-sympy.Rational(1, 2)) * q / (1 + q), ">=")
        rising = k.show((line - error).diff(q), ">=", 0, by=[(scale / (1 + q), steep), rest])
        return k.grows(rising, line - error, q)

    return ForAll(domain, error, "<=", tail(a) + c * line * q ** (power - 1)), chain(proof)


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="lemma",
    says=r"Q(y)\ge\tfrac12-\frac y{\sqrt{2\pi}},\quad y\ge0",
)  # fmt: skip
def tail_above_its_tangent(c: Constant = 1) -> Stated:
    """Q is convex there: the slope of the difference is (1 - exp(-y^2/2))/sqrt(2 pi)."""
    import sympy

    domain = Domain("y in [0,oo)")
    (y,) = domain
    slope = 1 / sympy.sqrt(2 * sympy.pi)
    gap = tail(y) - sympy.Rational(1, 2) + slope * y

    def proof(k: Proof) -> Any:
        rest = k.sign(slope * (1 - sympy.exp(-(y**2) / 2)), ">=")
        return k.grows(k.show(gap.diff(y), ">=", 0, by=[rest]), gap, y)

    return ForAll(domain, tail(y), ">=", sympy.Rational(1, 2) - c * slope * y), chain(proof)


@claim(
    paper=_PAPER, where=_ERROR, expected="proved", strength="asymptotic",
    says=r"\text{error}(\delta)\ge\tfrac12-\frac m{\sqrt{2\pi}\,s_z\tan\delta},\quad s_z,\tan\delta>0",
)  # fmt: skip
def tilting_ends_in_guessing(c: Constant = 1) -> Stated:
    """With any variance at all the error tends to 1/2 as delta tends to a right angle: m/s_z tan(delta) bounds y."""
    import sympy

    domain = Domain("m in (0,oo), s in (0,oo), z in (0,oo), t in (0,oo)")
    m, s, z, t = domain
    slope, error = 1 / sympy.sqrt(2 * sympy.pi), tilted_error(m, s, z, t)

    def proof(k: Proof) -> Any:
        spread = (s**2 + z**2 * t**2) ** _HALF
        line = k.apply(tail_above_its_tangent, {"y": m / spread})
        wider = k.show(s**2 + z**2 * t**2, ">=", z**2 * t**2, by=[k.sign(s**2, ">=")])
        nearer = k.show(1 / (z * t), ">=", 1 / spread, by=[k.power(wider, -_HALF)])
        return k.show(error, ">=", sympy.Rational(1, 2) - slope * m / (z * t), by=[line, (slope * m, nearer)])

    return ForAll(domain, error, ">=", sympy.Rational(1, 2) - c * slope * m / (z * t)), chain(proof)


tilting_costs_little_at_low_variance.false_if("it cost a fifth of that", c=Fraction(1, 5))
tilting_costs_little_at_low_variance.false_if("it cost of the order of q^2", power=2)
tail_above_its_tangent.false_if("the slope were 1 % smaller", c=Fraction(99, 100))
tilting_ends_in_guessing.false_if("the loss were a tenth smaller", c=Fraction(9, 10))
tilting_raises_the_error.false_if("the error were 1 % larger", c=_ONE_PERCENT)
steepest_normal.false_if("the left side were 1 % larger", c=_ONE_PERCENT)
margin_of_tilted_boundary.false_if("it were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_ERROR, expected="certified", strength="figure",
    says=r"m=3s_b,\ s_z=s_b/10:\ \text{strength}\ 10\ \text{costs}\ .0167\ \text{instead of}\ .00135",
)  # fmt: skip
def price_of_strength_ten(scale: Constant = 1) -> Stated:
    """1/cos(delta) = 10 has tan^2 = 99, q = .99: the error is more than twelve times as large."""
    import sympy

    domain = Domain("strength in [10,10]")
    (strength,) = domain
    q = (strength**2 - 1) / 100
    tilted, straight = tail(3 / sympy.sqrt(1 + q)), tail(sympy.Integer(3))
    misses = scale * tilted - sympy.Rational("0.016725"), scale * straight - sympy.Rational("0.0013499")
    both = sympy.Max(*misses, *[-miss for miss in misses], evaluate=False)
    return ForAll(domain, both, "<=", sympy.Rational(1, 10**6)), boxes()


price_of_strength_ten.false_if("the errors were 1 % larger", scale=_ONE_PERCENT)
