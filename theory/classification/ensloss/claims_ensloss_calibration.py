r"""Which derivatives belong to calibrated convex losses, shown through conditional risks.

The loss is given by its derivative g. At the posterior (1+t)/2 the conditional risk of the score u exceeds that of 0 by
``int_0^u D_t`` with ``D_t(s) = (1+t)/2 g(s) - (1-t)/2 g(-s)``. Integrals are written as sums over steps of lengths w
with ``up = g(s)`` and ``down = g(-s)``: any number of steps, so that refining them gives the integral.

A convex loss (g nondecreasing) is calibrated if and only if g is continuous at 0 and g(0) < 0:

* then no wrong-sign score costs less than the score 0, and a short right-sign one costs less;
* else, with the one-sided slopes ``-a = g(0-) <= g(0+) = -b``, no right-sign score costs less than the score 0 as long
  as ``(1-t) a >= (1+t) b``. Some t > 0 meets this unless a = b > 0: every t if ``a + b <= 0``, those up to
  ``(a-b)/(a+b)`` if a > b and ``a + b > 0``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ensloss"
_WHERE, _MIXTURE = "calibration read off the derivative", "averages of calibrated convex losses"
_INTEGRAL = ("phi(u) - phi(0) is the integral of the nondecreasing g: a limit of such sums",)


def _steps(rng: random.Random, point: dict[str, Fraction], low: Fraction, high: Fraction) -> Any:
    """Draw some steps with down in [low - 1, low] and up in [high, high + 1]; often at these ends."""
    rows = []
    for _ in range(rng.randint(1, 3)):
        off = [Fraction(rng.choice((0, 0, 1, 3)), 4) for _ in range(2)]
        rows.append({"w": Fraction(rng.randint(1, 4)), "down": low - off[0], "up": high + off[1]})
    return point, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="tight",
    assumptions=_INTEGRAL,
    says=r"g\text{ nondecreasing},\ u\le0:\quad C_t(u)-\varphi(0)\ge t\,|g(0)|\,|u|",
)
def wrong_sign_costs_at_least(c: Constant = 1) -> Stated:
    """Step by step: to the left g is at most g(0), to the right at least."""
    domain = Domain("t in [0,1], g0 in (-oo,0)")
    each = Domain("w in [0,oo), up in (-oo,oo), down in (-oo,oo)")
    (t, g0), (w, up, down) = domain, each
    cost = Sig(w * ((1 - t) / 2 * up - (1 + t) / 2 * down))

    def proof(k: Proof) -> Any:
        weights = (w * (1 - t) / 2, k.hypothesis(0)), (w * (1 + t) / 2, k.hypothesis(1))
        step = k.show(w * ((1 - t) / 2 * up - (1 + t) / 2 * down), ">=", -t * g0 * w, by=list(weights))
        return k.show(cost, ">=", -t * g0 * Sig(w), by=[k.sum_up(step)])

    def sample(rng: random.Random) -> Any:
        g0 = -Fraction(rng.randint(1, 8), 4)
        return _steps(rng, {"t": Fraction(rng.randint(0, 4), 4), "g0": g0}, g0, g0)

    return ForEveryN(domain, each, ((up, ">=", g0), (g0, ">=", down)), cost, ">=", -c * t * g0 * Sig(w)), chain(
        proof, sample
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lower",
    assumptions=_INTEGRAL,
    says=r"|g(\pm s)-g(0)|\le\tfrac t2|g(0)|\text{ for }0<s<u:\quad\varphi(0)-C_t(u)\ge\tfrac t2\,|g(0)|\,u",
)
def right_sign_step_saves(c: Constant = 1) -> Stated:
    """Continuity at 0: near it D_t is within t|g(0)|/2 of t g(0); so psi(t) >= t |g(0)| u/2 > 0 for every t > 0."""
    domain = Domain("t in [0,1], g0 in (-oo,0), near in [0,oo)")
    each = Domain("w in [0,oo), up in (-oo,oo), down in (-oo,oo)")
    (t, g0, near), (w, up, down) = domain, each
    slope = (1 + t) / 2 * up - (1 - t) / 2 * down
    given = ((g0 + near, ">=", up), (down, ">=", g0 - near), (-t * g0 / 2, ">=", near))

    def proof(k: Proof) -> Any:
        by = [(w * (1 + t) / 2, k.hypothesis(0)), (w * (1 - t) / 2, k.hypothesis(1)), (w, k.hypothesis(2))]
        step = k.show(w * slope, "<=", w * t * g0 / 2, by=by)
        return k.show(-Sig(w * slope), ">=", -t * g0 / 2 * Sig(w), by=[k.sum_up(step)])

    def sample(rng: random.Random) -> Any:
        g0, t = -Fraction(rng.randint(1, 8), 4), Fraction(rng.randint(0, 4), 4)
        near = -t * g0 / 2 * rng.choice((Fraction(1, 2), Fraction(1)))
        rows = [
            {"w": Fraction(rng.randint(1, 4)), "up": g0 + near, "down": g0 - near} for _ in range(rng.randint(1, 3))
        ]
        return {"t": t, "g0": g0, "near": near}, rows

    return ForEveryN(domain, each, given, -Sig(w * slope), ">=", -c * t * g0 / 2 * Sig(w)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="tight",
    assumptions=_INTEGRAL,
    says=r"g(0^-)=-a,\ g(0^+)=-b,\ (1-t)a\ge(1+t)b,\ u\ge0:\quad C_t(u)\ge\varphi(0)",
)
def kink_or_flat_origin_is_not_calibrated(slack: Constant = 0) -> Stated:
    """No right-sign score costs less than the score 0, which predicts nothing: psi(t) = 0 for this t > 0."""
    domain = Domain("t in [0,1], a in (-oo,oo), b in (-oo,oo)")
    each = Domain("w in [0,oo), up in (-oo,oo), down in (-oo,oo)")
    (t, a, b), (w, up, down) = domain, each
    slope = (1 + t) / 2 * up - (1 - t) / 2 * down
    given = ((up, ">=", -b), (-a, ">=", down), ((1 - t) * a + slack, ">=", (1 + t) * b))

    def proof(k: Proof) -> Any:
        by = [(w * (1 + t) / 2, k.hypothesis(0)), (w * (1 - t) / 2, k.hypothesis(1)), (w / 2, k.hypothesis(2))]
        return k.show(Sig(w * slope), ">=", 0, by=[k.sum_up(k.show(w * slope, ">=", 0, by=by))])

    def sample(rng: random.Random) -> Any:
        t, b = Fraction(rng.randint(0, 3), 4), Fraction(rng.randint(-4, 4), 2)
        a = ((1 + t) * b - slack) / (1 - t) + rng.choice((0, 0, 1))
        return _steps(rng, {"t": t, "a": a, "b": b}, -a, -b)

    return ForEveryN(domain, each, given, Sig(w * slope), ">=", 0), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="identity",
    says=r"a>b\ge0,\ t=\tfrac{a-b}{a+b}:\quad(1-t)a=(1+t)b",
)
def kink_loses_posteriors(c: Constant = 1) -> Stated:
    """So a convex loss with a kink at 0 (slopes -a < -b <= 0) is blind to posteriors up to a/(a+b)."""
    domain = Domain("b in [0,oo), rise in (0,oo)")
    b, rise = domain
    a = b + rise
    t = c * (a - b) / (a + b)
    lhs, rhs = (1 - t) * a, (1 + t) * b
    return ForAll(domain, lhs, "==", rhs), chain(lambda k: k.identity(lhs, rhs))


# -- averages ------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_MIXTURE,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"m_i\ge0,\ g_i(z)\le g_i(z'):\quad\textstyle\sum_im_ig_i(z)\le\sum_im_ig_i(z')",
)
def average_is_nondecreasing(c: Constant = 1) -> Stated:
    """A sum of inequalities with nonnegative weights: the average loss is convex."""
    domain, each = Domain("total in (0,oo)"), Domain("m in [0,oo), near in (-oo,oo), far in (-oo,oo)")
    (total,), (m, near, far) = domain, each

    def proof(k: Proof) -> Any:
        step = k.show(m * far, ">=", m * near, by=[(m, k.hypothesis(0))])
        return k.show(Sig(m * far), ">=", Sig(m * near), by=[k.sum_up(step)])

    def sample(rng: random.Random) -> Any:
        rows = [{"m": Fraction(1, 2), "near": -Fraction(rng.randint(1, 4)), "far": Fraction(-1)} for _ in range(2)]
        return {"total": Fraction(1)}, rows

    given = ((far, ">=", near), (Sig(m), "==", total))
    return ForEveryN(domain, each, given, Sig(m * far), ">=", c * Sig(m * near)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_MIXTURE,
    form="derived",
    expected="proved",
    strength="upper",
    says=r"m_i\ge0,\ \sum m_i=1,\ g_i(0)\le-d:\quad\textstyle\sum_im_ig_i(0)\le-d",
)
def average_is_negative_at_zero(c: Constant = 1) -> Stated:
    """With d > 0 the average loss is calibrated too; finitely many g_i(0) < 0 have such a d."""
    domain, each = Domain("d in (0,oo)"), Domain("m in [0,oo), g in (-oo,oo)")
    (d,), (m, g) = domain, each

    def proof(k: Proof) -> Any:
        step = k.show(m * g, "<=", -d * m, by=[(m, k.hypothesis(0))])
        return k.show(Sig(m * g), "<=", -d, by=[k.sum_up(step), (-d, k.hypothesis(1))])

    return ForEveryN(domain, each, ((-d, ">=", g), (Sig(m), "==", 1)), Sig(m * g), "<=", -c * d), chain(
        proof, _averaged("d", "g", -1)
    )


@claim(
    paper=_PAPER,
    where=_MIXTURE,
    form="derived",
    expected="proved",
    strength="lower",
    says=r"m_i\ge0,\ \sum m_i=1,\ \varphi_i(z)\ge-B:\quad\textstyle\sum_im_i\varphi_i(z)\ge-B",
)
def average_is_bounded_below(c: Constant = 1) -> Stated:
    """One bound for all losses is needed: see `continuum_of_bounded_losses` for an average without."""
    domain, each = Domain("B in (0,oo)"), Domain("m in [0,oo), loss in (-oo,oo)")
    (B,), (m, loss) = domain, each

    def proof(k: Proof) -> Any:
        step = k.show(m * loss, ">=", -B * m, by=[(m, k.hypothesis(0))])
        return k.show(Sig(m * loss), ">=", -B, by=[k.sum_up(step), (-B, k.hypothesis(1))])

    return ForEveryN(domain, each, ((loss, ">=", -B), (Sig(m), "==", 1)), Sig(m * loss), ">=", -c * B), chain(
        proof, _averaged("B", "loss", 1)
    )


def _averaged(scalar: str, member: str, direction: int) -> Any:
    """Return a sampler of weights that sum to 1 and members at the bound -scalar or beyond it in a direction."""

    def sample(rng: random.Random) -> Any:
        bound = Fraction(rng.randint(1, 4))
        rows = [{"m": Fraction(1, 2), member: -bound + direction * rng.choice((0, 0, 1))} for _ in range(2)]
        return {scalar: bound}, rows

    return sample


_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
wrong_sign_costs_at_least.false_if("the cost were 1 % larger", c=_ONE_PERCENT)
right_sign_step_saves.false_if("the saving were 1 % larger", c=_ONE_PERCENT)
kink_or_flat_origin_is_not_calibrated.false_if("the kink were a little smaller", slack=Fraction(1, 100))
kink_loses_posteriors.false_if("the posterior were 1 % farther from 1/2", c=_ONE_PERCENT)
average_is_nondecreasing.false_if("derivatives rose by 1 %", c=_LESS)
average_is_negative_at_zero.false_if("the average slope were 1 % steeper", c=_ONE_PERCENT)
average_is_bounded_below.false_if("the bound were 1 % better", c=_LESS)
