r"""The published tail factor 1/z: its loss, the log-hinge, is unbounded below, yet calibrated with an explicit psi.

With the derivative -1 up to the margin 1 and -1/z beyond, the loss is ``1 - z`` and then ``-log z``; the code's shift
of 1e-6 adds a linear fall. For 1/2 <= eta < 1 the conditional risk still has a minimum, at the score s = eta/(1-eta),
and the gap between the best wrong-sign score and the best score is ``eta log(eta/(1-eta))``. At eta = 1 there is none:
the risk of a certain label is unbounded below, so statements about the excess over the least risk are empty there.
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
_TAIL, _GAP = "tail factor 1/z", "conditional risk of the log-hinge"
_ONE_PERCENT = Fraction(101, 100)


def power_tail_is_bounded(domain: Domain, p: Constant) -> Stated:
    """State that the loss with the derivative ``-z^-p`` and the value 0 at z = 1 is at least -20."""
    import sympy

    (z,) = domain
    loss = -sympy.log(z) if p == 1 else (z ** (1 - p) - 1) / (p - 1)
    return ForAll(domain, loss, ">=", -20), chain(lambda k: k.show(loss, ">=", -20, by=[k.sign(z ** (1 - p), ">")]))


def log_hinge(z: Any) -> Any:
    """``1 - z`` up to 1, then ``-log z``, written with the excess over 1."""
    import sympy

    beyond = sympy.Max(z - 1, 0)
    return 1 - z + beyond - sympy.log(1 + beyond)


@claim(
    paper=_PAPER,
    where=_TAIL,
    form="derived",
    expected="proved",
    strength="upper",
    corrects="ensloss.published_tail_is_bounded_below",
    says=r"\varphi(e^B)\le-B\quad\text{for every }B\ge0",
)
def log_hinge_falls_below_every_bound(c: Constant = 1) -> Stated:
    """Beyond 1 the loss is -log z; the excess of exp(B) over 1 is its own positive part."""
    import sympy

    domain = Domain("B in [0,oo)")
    (B,) = domain
    excess = sympy.exp(B) - 1

    def proof(k: Proof) -> Any:
        k.show(excess, ">=", 0, by=[k.exponential(k.sign(B, ">="))])
        m, is_part, above, is_log = _excess(k, excess)
        logarithm = k.logarithm(k.show(1 + m, ">=", sympy.exp(B), by=[above]))
        by = [k.at_most(is_part, excess), logarithm, is_part, is_log]
        return k.show(log_hinge(sympy.exp(B)), "<=", -B, by=by)

    return ForAll(domain, log_hinge(sympy.exp(B)), "<=", -c * B), chain(proof)


def _excess(k: Proof, excess: Any) -> Any:
    """Name the positive part m of the margin's excess over 1.

    Returns the symbol, ``m == Max(excess, 0)``, ``m >= excess`` and ``log(1 + m) == log(1 + Max(excess, 0))``.
    """
    named, _, above, _ = k.part(k.fresh("m in [0,oo)"), excess)
    shifted = k.show(1 + named.lhs, "==", 1 + named.rhs, by=[named])
    return named.lhs, named, above, k.logarithm(shifted)


@claim(
    paper=_PAPER,
    where=_TAIL,
    form="as usually quoted",
    expected="refuted",
    strength="lower",
    assumptions=(
        "the rescaling of the derivatives is to make the losses bounded below; the factor 1/z is that of the code",
        "'bounded below' is tested at the one bound -20; the corrected claim meets every bound",
    ),
    says=r"g(z)=-1\ (z\le1),\ -z^{-p}\ (z>1),\ p=1:\quad\varphi(z)-\varphi(1)\ge-20,\ z\ge1",
)
def published_tail_is_bounded_below(p: Constant = 1) -> Stated:
    """The loss is -log z: at 2^40 it is below -20 already. For p = 2 it is 1/z - 1."""
    return power_tail_is_bounded(Domain("z in [1,oo)"), p)


@claim(
    paper=_PAPER,
    where="shift of every derivative by 1e-6",
    form="derived",
    expected="refuted",
    strength="lower",
    assumptions=("'bounded below' is tested at the one bound -20; the corrected claim meets every bound",),
    says=r"g(z)=-z^{-2}-10^{-6},\ z\ge1:\quad\varphi(z)-\varphi(1)\ge-20",
)
def shifted_tail_is_bounded_below(shift: Constant = Fraction(1, 10**6)) -> Stated:
    """The shift adds -1e-6 (z - 1): a linear fall, whatever the tail factor."""
    domain = Domain("z in [1,oo)")
    (z,) = domain
    loss = 1 / z - 1 - shift * (z - 1)
    return ForAll(domain, loss, ">=", -20), chain(lambda k: k.show(loss, ">=", -20, by=[k.sign(1 / z, ">")]))


@claim(
    paper=_PAPER,
    where="shift of every derivative by 1e-6",
    form="derived",
    expected="proved",
    strength="upper",
    corrects="ensloss.shifted_tail_is_bounded_below",
    assumptions=("phi(z) - phi(0) is the integral of g over [0, z]: a limit of sums over steps",),
    says=r"g\le-\varepsilon\text{ on }[0,z],\ z=\frac{B+\max(\varphi(0),0)}\varepsilon:\quad\varphi(z)\le-B",
)
def shifted_losses_fall_below_every_bound(c: Constant = 1) -> Stated:
    """Step by step of length w: at z the loss has lost at least e z. ``above`` is the positive part of phi(0)."""
    domain = Domain("start in (-oo,oo), above in [0,oo), B in (0,oo), e in (0,oo)")
    each = Domain("w in [0,oo), g in (-oo,oo)")
    (start, above, B, e), (w, g) = domain, each
    value = start + Sig(w * g)

    def proof(k: Proof) -> Any:
        step = k.sum_up(k.show(-e * w, ">=", w * g, by=[(w, k.hypothesis(0))]))
        return k.show(-B, ">=", value, by=[step, k.hypothesis(1), (e, k.hypothesis(2))])

    def sample(rng: random.Random) -> Any:
        start, B, e = (Fraction(rng.randint(low, 4)) for low in (-4, 1, 1))
        steps, above = rng.randint(1, 3), max(start, Fraction(0))
        rows = [{"w": (B + above) / e / steps, "g": -e - rng.choice((0, 0, 1))} for _ in range(steps)]
        return {"start": start, "above": above, "B": B, "e": e}, rows

    given = ((-e, ">=", g), (above, ">=", start), (Sig(w), "==", (B + above) / e))
    return ForEveryN(domain, each, given, value, "<=", -c * B), chain(proof, sample)


# -- conditional risk: eta = s/(1+s) with the odds s >= 1 ----------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_GAP,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"\varphi(z)\ge1-\log s-\frac zs\quad\text{for all }z,\ s\ge1",
)
def log_hinge_above_tangents(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at s; for s = 1 it says that the loss is at least 1 - z."""
    import sympy

    domain = Domain("s in [1,oo), z in (-oo,oo)")
    s, z = domain
    line = 1 - sympy.log(s) - z / s

    def proof(k: Proof) -> Any:
        m, is_part, above, is_log = _excess(k, z - 1)
        v = k.fresh("v in (0,oo)")
        tangent = k.tangent(sympy.log(v), v, s, 1 + m)
        by = [tangent, (1 - 1 / s, above), (-1, is_part), is_log]
        return k.show(log_hinge(z), ">=", line, by=by)

    return ForAll(domain, log_hinge(z), ">=", line + c - 1), chain(proof)


def _risk(s: Any, u: Any) -> Any:
    """Conditional risk of the score u at the odds s."""
    return s / (1 + s) * log_hinge(u) + 1 / (1 + s) * log_hinge(-u)


@claim(
    paper=_PAPER,
    where=_GAP,
    form="derived",
    expected="proved",
    strength="tight",
    says=r"C_\eta(u)\ge1-\eta\log\frac\eta{1-\eta}\quad\text{for all }u,\ \tfrac12\le\eta<1,\ s=\tfrac\eta{1-\eta}",
)
def log_hinge_least_risk(c: Constant = 1) -> Stated:
    """The tangents of the loss at s and at -s: their terms in u cancel."""
    import sympy

    domain = Domain("s in [1,oo), u in (-oo,oo)")
    s, u = domain
    least = 1 - s / (1 + s) * sympy.log(s)

    def proof(k: Proof) -> Any:
        ahead = k.apply(log_hinge_above_tangents, {"s": s, "z": u})
        behind = k.apply(log_hinge_above_tangents, {"s": sympy.Integer(1), "z": -u})
        return k.show(_risk(s, u), ">=", least, by=[(s / (1 + s), ahead), (1 / (1 + s), behind)])

    return ForAll(domain, _risk(s, u), ">=", least + c - 1), chain(proof)


@claim(
    paper=_PAPER,
    where=_GAP,
    form="derived",
    expected="proved",
    strength="identity",
    says=r"C_\eta(t^*)=1-\eta\log\frac\eta{1-\eta},\quad t^*=\frac\eta{1-\eta},\ \tfrac12\le\eta<1",
)
def log_hinge_minimiser(c: Constant = 1) -> Stated:
    """The bound is attained at the odds s = 1 + d, and so is what it says."""
    import sympy

    domain = Domain("d in [0,oo)")
    (d,) = domain
    s = 1 + d
    least = 1 - c * s / (1 + s) * sympy.log(s)
    return ForAll(domain, _risk(s, s), "==", least), chain(lambda k: k.identity(_risk(s, s), least))


@claim(
    paper=_PAPER,
    where=_GAP,
    form="derived",
    expected="proved",
    strength="tight",
    says=r"C_\eta(u)\ge1=C_\eta(0)\quad\text{for all }u\le0,\ \tfrac12\le\eta<1",
)
def log_hinge_wrong_sign_risk(c: Constant = 1) -> Stated:
    """The loss is at least 1 - z on either side; so the calibration gap is eta log(eta/(1-eta))."""
    import sympy

    domain = Domain("s in [1,oo), w in [0,oo)")
    s, w = domain
    one = sympy.Integer(1)

    def proof(k: Proof) -> Any:
        wrong = k.apply(log_hinge_above_tangents, {"s": one, "z": -w})
        right = k.apply(log_hinge_above_tangents, {"s": one, "z": w})
        rise = k.sign((s - 1) / (1 + s) * w, ">=")
        return k.show(_risk(s, -w), ">=", 1, by=[(s / (1 + s), wrong), (1 / (1 + s), right), rise])

    return ForAll(domain, _risk(s, -w), ">=", c), chain(proof)


@claim(
    paper=_PAPER,
    where=_GAP,
    form="derived",
    expected="proved",
    strength="tight",
    uses=("ensloss.log_hinge_least_risk", "ensloss.log_hinge_wrong_sign_risk", "ensloss.log_hinge_minimiser"),
    assumptions=(
        "psi(t) is the risk of the score 0 less the least risk at eta = (1+t)/2, as the claims used give them",
    ),
    says=r"\psi(t)=\tfrac{1+t}2\log\frac{1+t}{1-t}\ge t\quad(0\le t<1)",
)
def log_hinge_transform_above_hinge(c: Constant = 1) -> Stated:
    """So the zero-one excess risk is at most that of the log-hinge wherever its least risk is finite."""
    import sympy

    domain = Domain("t in [0,1)")
    (t,) = domain
    transform = (1 + t) / 2 * sympy.log((1 + t) / (1 - t))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        inverse = k.tangent(sympy.log(v), v, 1, (1 - t) / (1 + t))
        turned = k.identity(sympy.log((1 + t) / (1 - t)), -sympy.log((1 - t) / (1 + t)))
        return k.show(transform, ">=", t, by=[((1 + t) / 2, inverse), ((1 + t) / 2, turned)])

    return ForAll(domain, transform, ">=", c * t), chain(proof)


log_hinge_falls_below_every_bound.false_if("it fell 1 % faster", c=_ONE_PERCENT)
published_tail_is_bounded_below.true_if("the tail were 1/z^2", p=2)
shifted_tail_is_bounded_below.true_if("there were no shift", shift=0)
shifted_losses_fall_below_every_bound.false_if("they fell 1 % lower", c=_ONE_PERCENT)
log_hinge_above_tangents.false_if("the line were 1/100 higher", c=_ONE_PERCENT)
log_hinge_least_risk.false_if("the least risk were 1/100 higher", c=_ONE_PERCENT)
log_hinge_minimiser.false_if("the saving were 1 % larger", c=_ONE_PERCENT)
log_hinge_wrong_sign_risk.false_if("it were 1 % larger", c=_ONE_PERCENT)
log_hinge_transform_above_hinge.false_if("it were 1 % above the hinge's", c=_ONE_PERCENT)
