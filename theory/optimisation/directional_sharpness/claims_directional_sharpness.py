r"""Sharpness along a direction: what it says about one step, and what it does not.

A step ``-eta v`` changes the quadratic model by ``-eta <g, v> + eta^2 <v, H v>/2``. Sharpness along v is
``<v, H v>/<v, v>``; the best step decreases the model by ``<g, v>^2/(2 <v, H v>)``, whatever the length of v.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "directional_sharpness"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where="best step along a direction",
    expected="proved",
    strength="tight",
    says=r"\langle v,Hv\rangle>0:\quad\eta\langle g,v\rangle-\tfrac{\eta^2}2\langle v,Hv\rangle"
    r"\le\frac{\langle g,v\rangle^2}{2\langle v,Hv\rangle}",
)
def best_decrease(c: Constant = 1) -> Stated:
    """Complete the square; a stands for <g, v>, s > 0 for <v, H v>. Equality at eta = a/s."""
    domain = Domain("eta in (-oo,oo), a in (-oo,oo), s in (0,oo)")
    eta, a, s = domain
    left = eta * a - eta**2 * s / 2

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", a**2 / (2 * s), by=[k.sign((eta * s - a) ** 2 / (2 * s), ">=")])

    return ForAll(domain, left, "<=", c * a**2 / (2 * s)), chain(proof)


@claim(
    paper=_PAPER,
    where="best step along a direction",
    expected="proved",
    strength="identity",
    says=r"\frac{\langle g,tv\rangle^2}{2\langle tv,Htv\rangle}=\frac{\langle g,v\rangle^2}{2\langle v,Hv\rangle},"
    r"\quad H=\mathrm{diag}(h),\ h>0,\ v\ne0,\ t>0",
)
def best_decrease_is_scale_invariant(power: Constant = 2) -> Stated:
    """Both quadratic forms gain t^2; so the ratio, and not the sharpness, compares directions."""
    domain, each = Domain("t in (0,oo)"), Domain("g in (-oo,oo), h in (0,oo), v in (-oo,oo)")
    (t,), (g, h, v) = domain, each
    curved = Sig(h * v**2)
    left = Sig(g * t * v) ** 2 / (2 * curved * t**power)
    right = Sig(g * v) ** 2 / (2 * curved)

    def proof(k: Proof) -> Any:
        return k.show(Sig(g * t * v) ** 2 / (2 * curved * t**2), "==", right)

    def sample(rng: random.Random) -> Any:
        rows = [{"g": Fraction(rng.randint(1, 3)), "h": Fraction(rng.randint(1, 4)), "v": Fraction(1)}] * 2
        return {"t": Fraction(rng.randint(2, 5))}, rows

    return ForEveryN(domain, each, ((curved, ">", 0),), left, "==", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="sharpness of the sign direction",
    expected="proved",
    strength="identity",
    says=r"H=\mathrm{diag}(h),\ v=\mathrm{sign}(g):\quad "
    r"\frac{\langle v,Hv\rangle}{\langle v,v\rangle}=\frac{\mathrm{tr}\,H}d",
)
def sign_direction_sees_the_mean(c: Constant = 1) -> Stated:
    """Every coordinate has v^2 = 1."""
    import sympy

    domain, each = Domain("d in [1,oo)"), Domain("h in (-oo,oo), v in [-1,1]")
    (d,), (h, v) = domain, each
    given = ((v**2, "==", 1), (Sig(sympy.Integer(1)), "==", d))

    def proof(k: Proof) -> Any:
        square, count = k.hypothesis(0), k.hypothesis(1)
        curved = k.sum_up(k.show(h * v**2, "==", h, by=[(h, square)]))
        length = k.show(Sig(v**2), "==", d, by=[k.sum_up(square), count])
        return k.show(Sig(h * v**2) * d, "==", Sig(h) * Sig(v**2), by=[(d, curved), (-Sig(h), length)])

    def sample(rng: random.Random) -> Any:
        rows = [{"h": Fraction(rng.randint(1, 9)), "v": Fraction(rng.choice((-1, 1)))} for _ in range(3)]
        return {"d": Fraction(3)}, rows

    left, right = Sig(h * v**2) * d, c * Sig(h) * Sig(v**2)
    return ForEveryN(domain, each, given, left, "==", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="lower sharpness and faster progress",
    expected="refuted",
    strength="lower",
    assumptions=("two dimensions, H = diag(x, y), directions (1, v) and (1, w); s is the sharpness along a direction",),
    says=r"s(v)<s(w)\ \Rightarrow\ \frac{\langle g,v\rangle^2}{2\langle v,Hv\rangle}"
    r"\ge\frac{\langle g,w\rangle^2}{2\langle w,Hw\rangle}",
)
def lower_sharpness_is_faster(aligned: Constant = 0) -> Stated:
    """The flatter direction may be nearly orthogonal to the gradient."""
    domain = Domain("x in [1,9], y in [1,9], g_1 in [0,1], g_2 in [0,1], v in [0,1], w in [0,1]")
    x, y, g_1, g_2, v, w = domain
    length_v, length_w = 1 + v**2, 1 + w**2
    curved_v, curved_w = x + y * v**2, x + y * w**2
    gain_v, gain_w = (g_1 + g_2 * v) ** 2, (g_1 + g_2 * w) ** 2
    given: tuple[Any, ...] = ((curved_w * length_v, ">", curved_v * length_w),)
    if aligned:
        given += ((gain_v * length_w, ">=", gain_w * length_v),)

    def proof(k: Proof) -> Any:
        flatter, nearer = k.hypothesis(0), k.hypothesis(1)
        scale = 2 * length_v * curved_v * curved_w
        by = [(gain_w / (length_w * scale) * length_v, flatter), (curved_w * length_v / (length_w * scale), nearer)]
        return k.show(gain_v / (2 * curved_v), ">=", gain_w / (2 * curved_w), by=by)

    return ForAll(domain, gain_v / (2 * curved_v), ">=", gain_w / (2 * curved_w), given), chain(proof)


best_decrease.false_if("the decrease were 1 % smaller", c=Fraction(99, 100))
best_decrease_is_scale_invariant.false_if("the sharpness grew with the length only", power=1)
sign_direction_sees_the_mean.false_if("it were 1 % more", c=_ONE_PERCENT)
lower_sharpness_is_faster.true_if("the direction is also at least as well aligned with the gradient", aligned=1)
