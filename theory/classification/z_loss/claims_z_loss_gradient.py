r"""The gradient of the Z-loss and of the spherical family, for every number of classes.

Left sides are derivatives of the loss written out in the scores, taken by SymPy in the score of a named class (the
target c or another class k); right sides are the closed forms. The sums over the unnamed classes are constants there.
With M the sum of the scores, Q that of their squares, s the standard deviation and p = 1/(1 + exp(-a (b - z_c))),

    dL/do_k = -p (delta_ck - 1/D - z_c z_k/D)/s = A o_k + B + C delta_ck,
    A = p z_c/(D s^2),    B = p (1 - z_c M/(D s))/(D s),    C = -p/s.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.z_loss.z_loss_statements import (
    mean,
    point_and_rows,
    softplus_loss,
    variance,
    z_score,
)
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _QUOTED = "z_loss", "as usually quoted"
_GRADIENT = "gradient of the Z-loss in the scores"
_FAMILY = "spherical family"
_ONE_PERCENT = Fraction(101, 100)
_DERIVATIVES = ("z_loss.z_score_in_its_own_score", "z_loss.z_score_in_another_score")


def _two_named() -> tuple[Any, ...]:
    """Return domain, per-class domain, named scores (target first), the others', D and the hypotheses."""
    domain = Domain("oc in (-oo,oo), ok in (-oo,oo), D in [2,oo)")
    each = Domain("o in (-oo,oo)")
    (oc, ok, D), (o,) = domain, each
    given = ((variance((oc, ok), o, D), ">", 0), (D, "==", 2 + Sig(1)))
    return domain, each, (oc, ok), o, D, given


def _sample(rng: random.Random) -> Any:
    point, rows = point_and_rows(rng, ("oc", "ok"))
    return point | {"D": Fraction(2 + len(rows))}, rows


def _slope(z_target: Any, z_other: Any, same: Any, D: Any, deviation: Any) -> Any:
    """``dz_c/do_k``; ``same`` is delta_ck."""
    return (same - 1 / D - z_target * z_other / D) / deviation


def _z_gradient(same: int, form: Any) -> Stated:
    """State that SymPy's derivative of z_c in the named score is ``form(z_c, z_k, score, D, mean, deviation)``."""
    import sympy

    domain, each, named, o, D, given = _two_named()
    z_target, moved = z_score(named[0], named, o, D), named[1 - same]
    z_moved, deviation = z_score(moved, named, o, D), sympy.sqrt(variance(named, o, D))
    left, right = z_target.diff(moved), form(z_target, z_moved, moved, D, mean(named, o, D), deviation)
    return ForEveryN(domain, each, given, left, "==", right), chain(lambda k: k.show(left, "==", right), _sample)


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    form=_QUOTED,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial z_c}{\partial o_c}=\frac1\sigma\Bigl(1-\frac1D-\frac{z_c^2}D\Bigr)",
)
def z_score_in_its_own_score(c: Constant = 1) -> Stated:
    """SymPy's derivative of the Z-score written out, against the closed form."""
    return _z_gradient(1, lambda z, z_k, score, D, mu, s: c * _slope(z, z_k, 1, D, s))


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    form=_QUOTED,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial z_c}{\partial o_k}=-\frac1\sigma\cdot\frac{1+z_cz_k}D,\quad k\ne c",
)
def z_score_in_another_score(c: Constant = 1) -> Stated:
    """The same for the score of another class."""
    return _z_gradient(0, lambda z, z_k, score, D, mu, s: c * _slope(z, z_k, 0, D, s))


def _spherical_form(same: int, c: Any) -> Any:
    """Return ``A o_k + B + C delta_ck`` of the Z-score, that is of the loss with p = -1; c multiplies A."""
    return lambda z, z_k, score, D, mu, s: -c * z / (D * s**2) * score - (1 - z * mu / s) / (D * s) + same / s


_COEFFICIENTS = r"A=-\frac{z_c}{D\sigma^2},\ B=-\frac1{D\sigma}\Bigl(1-\frac{z_c\mu}\sigma\Bigr),\ C=\frac1\sigma"


@claim(
    paper=_PAPER,
    where=_FAMILY,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial z_c}{\partial o_c}=A o_c+B+C,\quad " + _COEFFICIENTS,
)
def z_score_spherical_at_the_target(c: Constant = 1) -> Stated:
    """The derivative in the target's score, in the form that the factored update needs."""
    return _z_gradient(1, _spherical_form(1, c))


@claim(
    paper=_PAPER,
    where=_FAMILY,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial z_c}{\partial o_k}=A o_k+B,\ k\ne c,\quad " + _COEFFICIENTS,
)
def z_score_spherical_elsewhere(c: Constant = 1) -> Stated:
    """The same for another class: A, B, C are the same for every class."""
    return _z_gradient(0, _spherical_form(0, c))


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    form=_QUOTED,
    expected="proved",
    strength="identity",
    says=r"\frac{dL}{dz_c}=-p,\quad p=\frac1{1+e^{-a(b-z_c)}}",
)
def z_loss_in_the_z_score(c: Constant = 1) -> Stated:
    """By the chain rule the loss has -p times the gradient of z_c: its A, B, C are -p times those of z_c."""
    import sympy

    domain = Domain("z in (-oo,oo), a in (0,oo), b in (-oo,oo)")
    z, a, b = domain
    left, right = softplus_loss(z, a, b).diff(z), -c / (1 + sympy.exp(-a * (b - z)))
    return ForAll(domain, left, "==", right), chain(lambda k: k.show(left, "==", right))


z_score_in_its_own_score.false_if("it were 1 % larger", c=_ONE_PERCENT)
z_score_in_another_score.false_if("it were 1 % larger", c=_ONE_PERCENT)
z_score_spherical_at_the_target.false_if("A were 1 % larger", c=_ONE_PERCENT)
z_score_spherical_elsewhere.false_if("A were 1 % larger", c=_ONE_PERCENT)
z_loss_in_the_z_score.false_if("it were 1 % larger", c=_ONE_PERCENT)


# -- orthogonality --------------------------------------------------------------------------------------------------


def _orthogonal(against: Any, share: Any) -> Stated:
    """State that ``sum_k dz_c/do_k v_k == 0`` for v = 1 or v = o; ``share`` stands for delta_cc."""
    import sympy

    domain, each = Domain("oc in (-oo,oo)"), Domain("o in (-oo,oo)")
    (oc,), (o,) = domain, each
    named, D = (oc,), 1 + Sig(1)
    z_target, deviation = z_score(oc, named, o), sympy.sqrt(variance(named, o))
    own = _slope(z_target, z_target, share, D, deviation) * against(oc)
    left = own + Sig(_slope(z_target, z_score(o, named, o), 0, D, deviation) * against(o))

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("oc",))

    given = ((variance(named, o), ">", 0),)
    return ForEveryN(domain, each, given, left, "==", 0), chain(lambda k: k.show(left, "==", 0), sample)


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    uses=_DERIVATIVES,
    assumptions=("the derivatives are those of the claims that are used",),
    says=r"\textstyle\sum_k\partial z_c/\partial o_k=0",
)
def gradient_orthogonal_to_ones(share: Constant = 1) -> Stated:
    """Shifts do not change the Z-score, so that its gradient has sum 0, and so has that of the loss."""
    return _orthogonal(lambda score: 1, share)


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    uses=_DERIVATIVES,
    assumptions=("the derivatives are those of the claims that are used",),
    says=r"\textstyle\sum_ko_k\,\partial z_c/\partial o_k=0",
)
def gradient_orthogonal_to_scores(share: Constant = 1) -> Stated:
    """Scaling does not change the Z-score, so that its gradient is orthogonal to the scores."""
    return _orthogonal(lambda score: score, share)


gradient_orthogonal_to_ones.false_if("the target's own share were 1 % larger", share=_ONE_PERCENT)
gradient_orthogonal_to_scores.false_if("the target's own share were 1 % larger", share=_ONE_PERCENT)


# -- further members of the family ----------------------------------------------------------------------------------


def _member(loss: Any, coefficients: Any, same: int, factor: Any) -> Stated:
    """State ``dL/do_k == factor A o_k + B + C delta_ck`` for a loss of (M, Q, o_c, D)."""
    domain, each = Domain("oc in (-oo,oo), ok in (-oo,oo), epsilon in (0,oo)"), Domain("o in (-oo,oo)")
    (oc, ok, epsilon), (o,) = domain, each
    named = (oc, ok)
    total, squares = oc + ok + Sig(o), oc**2 + ok**2 + Sig(o**2)
    D, moved = 2 + Sig(1), named[1 - same]
    A, B, C = coefficients(total, squares, oc, D, epsilon)
    left, right = loss(total, squares, oc, D, epsilon).diff(moved), factor * A * moved + B + same * C

    def proof(k: Proof) -> Any:
        half = Fraction(1, 2)
        weights = [k.show(1 + x + x**2 / 2, ">", 0, by=[(half, k.sign(1 + (1 + x) ** 2, ">"))]) for x in (oc, ok, o)]
        k.show(D + total + squares / 2, ">", 0, by=[*weights[:2], k.sum_up(weights[2])])
        k.show(squares + D * epsilon, ">", 0, by=[k.sign(2 * epsilon, ">")])
        return k.show(left, "==", right)

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("oc", "ok"), positive=("epsilon",))

    return ForEveryN(domain, each, (), left, "==", right), chain(proof, sample)


def _taylor(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> Any:
    import sympy

    return sympy.log(D + total + squares / 2) - sympy.log(1 + target + target**2 / 2)


def _taylor_coefficients(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> tuple[Any, Any, Any]:
    inverse = 1 / (D + total + squares / 2)
    return inverse, inverse, -(1 + target) / (1 + target + target**2 / 2)


def _spherical(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> Any:
    import sympy

    return sympy.log(squares + D * epsilon) - sympy.log(target**2 + epsilon)


def _spherical_coefficients(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> tuple[Any, Any, Any]:
    return 2 / (squares + D * epsilon), 0, -2 * target / (target**2 + epsilon)


def _squared(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> Any:
    return squares - 2 * target + 1


def _squared_coefficients(total: Any, squares: Any, target: Any, D: Any, epsilon: Any) -> tuple[Any, Any, Any]:
    return 2, 0, -2


_TAYLOR = r"L=\log\sum_kt(o_k)-\log t(o_c),\ t(o)=1+o+\tfrac{o^2}2:\quad A=B=\frac1{\sum t},\ C=-\frac{1+o_c}{t(o_c)}"
_SPHERICAL = (
    r"L=\log\sum_k(o_k^2+\varepsilon)-\log(o_c^2+\varepsilon):\quad "
    r"A=\frac2{\sum(o^2+\varepsilon)},\ B=0,\ C=-\frac{2o_c}{o_c^2+\varepsilon}"
)
_SQUARED = r"L=\|o-e_c\|^2:\quad A=2,\ B=0,\ C=-2"


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_TAYLOR + r"\quad(k=c)")
def taylor_softmax_at_the_target(factor: Constant = 1) -> Stated:
    """Every weight t(o) = ((1 + o)^2 + 1)/2 is positive."""
    return _member(_taylor, _taylor_coefficients, 1, factor)


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_TAYLOR + r"\quad(k\ne c)")
def taylor_softmax_elsewhere(factor: Constant = 1) -> Stated:
    """The derivative in another class's score."""
    return _member(_taylor, _taylor_coefficients, 0, factor)


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_SPHERICAL + r"\quad(k=c)")
def spherical_softmax_at_the_target(factor: Constant = 1) -> Stated:
    """Every weight is at least epsilon > 0."""
    return _member(_spherical, _spherical_coefficients, 1, factor)


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_SPHERICAL + r"\quad(k\ne c)")
def spherical_softmax_elsewhere(factor: Constant = 1) -> Stated:
    """The derivative in another class's score."""
    return _member(_spherical, _spherical_coefficients, 0, factor)


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_SQUARED + r"\quad(k=c)")
def squared_error_at_the_target(factor: Constant = 1) -> Stated:
    """The squared error is Q - 2 o_c + 1."""
    return _member(_squared, _squared_coefficients, 1, factor)


@claim(paper=_PAPER, where=_FAMILY, expected="proved", strength="identity", says=_SQUARED + r"\quad(k\ne c)")
def squared_error_elsewhere(factor: Constant = 1) -> Stated:
    """The derivative in another class's score."""
    return _member(_squared, _squared_coefficients, 0, factor)


taylor_softmax_at_the_target.false_if("A were 1 % larger", factor=_ONE_PERCENT)
taylor_softmax_elsewhere.false_if("A were 1 % larger", factor=_ONE_PERCENT)
spherical_softmax_at_the_target.false_if("A were 1 % larger", factor=_ONE_PERCENT)
spherical_softmax_elsewhere.false_if("A were 1 % larger", factor=_ONE_PERCENT)
squared_error_at_the_target.false_if("A were 1 % larger", factor=_ONE_PERCENT)
squared_error_elsewhere.false_if("A were 1 % larger", factor=_ONE_PERCENT)
