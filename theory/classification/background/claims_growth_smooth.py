r"""Quadratic growth from two derivatives at 0: T(t) = t^2 Phi'(0)^2/(2 Phi''(0)) + o(t^2), no third derivative needed.

Let Phi be convex and twice differentiable at 0 with ``d = -Phi'(0) > 0`` and ``c = Phi''(0) > 0``. By Peano's form of
Taylor's theorem there is for each eps in (0, 1) a radius u_0 with

    |Phi(+-u) - Phi(0) +- d u - c u^2/2| <= eps c u^2/2,    0 <= u <= u_0.

Only these inequalities at the scores used, and convexity, enter below. For every ``t <= t_0 = c (1-eps) u_0/(2d)``

    d^2 t^2/(2c (1+eps))  <=  T(t)  <=  d^2 t^2/(2c (1-eps)):

from below by the score t d/(c(1+eps)); from above by completing the square for scores u up to u_1 = 2td/(c(1-eps)), and
beyond u_1, where the risk has come back to Phi(0), by convexity. The wrong-sign infimum is Phi(0)
(`theory.classification.background.claims_growth.wrong_sign_costs_value_at_zero`). As eps may be as small as one
likes, T(t)/t^2 tends to d^2/(2c). With a third derivative bounded by K, eps = K u_0/(3c): the explicit bracket of
`theory.classification.background.claims_growth`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import margin_risk as _risk
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "growth", "quadratic growth of smooth margin losses"
_ONE_PERCENT = Fraction(101, 100)
_PEANO = ("Phi is twice differentiable at 0: the models hold up to some u_0, and the scores used lie there (t <= t_0)",)
_CONVEX = ("Phi is convex, which is used through the chord from 0 to a far score",)
_WRONG_SIGN = ("growth.wrong_sign_costs_value_at_zero",)
_RANGES = "t in (0,1], d in (0,oo), c in (0,oo), eps in (0,1), x in [-1,1], y in [-1,1]"


def _model(u: Any, d: Any, c: Any, relative_error: Any) -> Any:
    """``Phi(u) - Phi(0)`` by the hypothesis: the error is at most eps times the quadratic term."""
    return -d * u + c * u**2 / 2 * (1 + relative_error)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_PEANO,
    uses=_WRONG_SIGN,
    says=r"u=\frac{td}{c(1+\varepsilon)}:\quad\Phi(0)-C_t(u)\ge\frac{d^2t^2}{2c(1+\varepsilon)}",
)
def smooth_growth_from_below(factor: Constant = 1) -> Stated:
    """At that score the model with the larger curvature is least; x eps and y eps are the errors at u and -u."""
    domain = Domain(_RANGES)
    t, d, c, eps, x, y = domain
    u = t * d / (c * (1 + eps))
    saving = -_risk(_model(u, d, c, x * eps), _model(-u, d, c, y * eps), t)
    least = d**2 * t**2 / (2 * c * (1 + eps))

    def proof(k: Proof) -> Any:
        rest = k.sign(c * u**2 / 2 * eps * ((1 + t) / 2 * (1 - x) + (1 - t) / 2 * (1 - y)), ">=")
        return k.show(saving, ">=", least, by=[rest])

    return ForAll(domain, saving, ">=", factor * least), chain(proof)


smooth_growth_from_below.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_PEANO,
    says=r"0\le u\le u_0:\quad\Phi(0)-C_t(u)\le\frac{d^2t^2}{2c(1-\varepsilon)}",
)
def smooth_growth_from_above_near(factor: Constant = 1) -> Stated:
    """Complete the square of the model with the smaller curvature."""
    domain = Domain(_RANGES + ", z in [0,oo)")  # u = z t d/c
    t, d, c, eps, x, y, z = domain
    u = z * t * d / c
    saving = -_risk(_model(u, d, c, x * eps), _model(-u, d, c, y * eps), t)
    most = d**2 * t**2 / (2 * c * (1 - eps))

    def proof(k: Proof) -> Any:
        square = k.sign((c * (1 - eps) * u - t * d) ** 2 / (2 * c * (1 - eps)), ">=")
        rest = k.sign(c * u**2 / 2 * eps * ((1 + t) / 2 * (1 + x) + (1 - t) / 2 * (1 + y)), ">=")
        return k.show(saving, "<=", most, by=[square, rest])

    return ForAll(domain, saving, "<=", factor * most), chain(proof)


smooth_growth_from_above_near.false_if("the bound were half as large", factor=Fraction(1, 2))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=(*_PEANO, *_CONVEX),
    says=r"u_1=\frac{2td}{c(1-\varepsilon)}\le u_0,\ u\ge u_1:\quad C_t(u)\ge\Phi(0)",
)
def smooth_growth_from_above_far(reach: Constant = 2) -> Stated:
    """The risk is Phi(0) at least at u_1 = w u; as it is convex it cannot come down beyond.

    ``above`` and ``beyond`` are how far the chords from 0 to u and -u lie above Phi at u_1 and -u_1.
    """
    domain = Domain(_RANGES + ", w in (0,1], above in [0,oo), beyond in [0,oo)")
    t, d, c, eps, x, y, w, above, beyond = domain
    u1 = reach * t * d / (c * (1 - eps))
    right, wrong = _model(u1, d, c, x * eps) + above, _model(-u1, d, c, y * eps) + beyond
    rise = _risk(right / w, wrong / w, t)

    def proof(k: Proof) -> Any:
        rest = k.sign(c * u1**2 / (2 * w) * eps * ((1 + t) / 2 * (1 + x) + (1 - t) / 2 * (1 + y)), ">=")
        return k.show(rise, ">=", 0, by=[rest, k.sign(_risk(above / w, beyond / w, t), ">=")])

    return ForAll(domain, rise, ">=", 0), chain(proof)


smooth_growth_from_above_far.false_if("scores from half as far were meant", reach=1)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="asymptotic",
    assumptions=(
        "for each eps and t <= t_0(eps), T(t)/t^2 is d^2/(2c(1+x eps)) with some x in [-1, 1]: the bracket in uses",
        "as eps may be as small as one likes, the limit in eps is the limit in t",
    ),
    uses=(
        "growth.smooth_growth_from_below",
        "growth.smooth_growth_from_above_near",
        "growth.smooth_growth_from_above_far",
    ),
    says=r"\mathcal T(t)=\frac{\Phi'(0)^2}{2\Phi''(0)}\,t^2+o(t^2)",
)
def smooth_growth(factor: Constant = 1) -> Stated:
    """The bracket closes as eps tends to 0."""
    domain = Domain("eps in (0,1), d in (0,oo), c in (0,oo), x in [-1,1]")
    eps, d, c, x = domain
    ratio = d**2 / (2 * c * (1 + x * eps))

    def proof(k: Proof) -> Any:
        low, high = d**2 / (2 * c * (1 + eps)), d**2 / (2 * c * (1 - eps))
        k.show(1 + x * eps, ">", 0, by=[k.sign(eps * (1 + x), ">="), k.sign(1 - eps, ">")])
        width = 2 * c * (1 + x * eps)
        above = k.show(ratio, ">=", low, by=[k.sign(d**2 * eps * (1 - x) / (width * (1 + eps)), ">=")])
        below = k.show(ratio, "<=", high, by=[k.sign(d**2 * eps * (1 + x) / (width * (1 - eps)), ">=")])
        return k.squeeze(above, below, eps, "+")

    return LimitOf(domain, ratio, eps, "+", factor * d**2 / (2 * c)), chain(proof)


smooth_growth.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
