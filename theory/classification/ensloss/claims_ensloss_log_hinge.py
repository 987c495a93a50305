r"""The published tail factor 1/z: its loss, the log-hinge, is unbounded below, yet calibrated with an explicit psi.

With the derivative -1 up to the margin 1 and -1/z beyond, the loss is ``1 - z`` and then ``-log z``; the code's shift
of 1e-6 adds a linear fall. For 1/2 <= eta < 1 the conditional risk still has a minimum, at the score s = eta/(1-eta),
and the gap between the best wrong-sign score and the best score is ``eta log(eta/(1-eta))``. At eta = 1 there is none:
the risk of a certain label is unbounded below, so statements about the excess over the least risk are empty there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ensloss"
_TAIL, _GAP = "tail factor 1/z", "conditional risk of the log-hinge"
_ONE_PERCENT = Fraction(101, 100)


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
    says=r"g(z)=-1\ (z\le1),\ -z^{-p}\ (z>1),\ p=1:\quad\varphi(z)-\varphi(1)\ge-20,\ z\ge1",
)
def published_tail_is_bounded_below(p: Constant = 1) -> Stated:
    """The loss is -log z: at 2^40 it is below -20 already. For p = 2 it is 1/z - 1."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    loss = -sympy.log(z) if p == 1 else (z ** (1 - p) - 1) / (p - 1)
    return ForAll(domain, loss, ">=", -20), chain(lambda k: k.show(loss, ">=", -20, by=[k.sign(z ** (1 - p), ">")]))


@claim(
    paper=_PAPER,
    where="shift of every derivative by 1e-6",
    form="as usually quoted",
    expected="refuted",
    strength="lower",
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
    says=r"g\le-\varepsilon\text{ on }[0,z],\ z=\frac{B+|\varphi(0)|}\varepsilon:\quad\varphi(z)\le-B",
)
def shifted_losses_fall_below_every_bound(c: Constant = 1) -> Stated:
    """A loss whose slope is -e or steeper (by drop, in all) has lost at least e z at z."""
    domain = Domain("start in [0,oo), B in (0,oo), e in (0,oo), drop in [0,oo)")
    start, B, e, drop = domain
    value = start - e * (B + start) / e - drop
    return ForAll(domain, value, "<=", -c * B), chain(lambda k: k.show(value, "<=", -B, by=[k.sign(drop, ">=")]))


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


# -- other tails of the code ---------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    says=r"\varphi(z)=\frac e{\log(z+e-1)}-e>-e,\quad z\ge1",
)
def inverse_log_tail_is_bounded_below(c: Constant = 1) -> Stated:
    """Its derivative, of order 1/(z log^2 z), is O(z^-p) for no p > 1: that condition is not necessary."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    loss = sympy.E / sympy.log(z + sympy.E - 1) - sympy.E

    def proof(k: Proof) -> Any:
        return k.show(loss, ">", -sympy.E, by=[k.sign(sympy.E / sympy.log(z + sympy.E - 1), ">")])

    return ForAll(domain, loss, ">", -c * sympy.E), chain(proof)


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    says=r"\varphi(z)=\frac e{\log(z+e-1)}-e:\quad\varphi'(z)\ge-1=\varphi'(1),\quad z\ge1",
)
def inverse_log_tail_keeps_the_slope(c: Constant = 1) -> Stated:
    """With x = z + e - 1 >= e the slope is -e/(x log^2 x), and log x >= 1."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    x = z + sympy.E - 1
    slope = (sympy.E / sympy.log(x) - sympy.E).diff(z)

    def proof(k: Proof) -> Any:
        wide = k.show(x, ">=", sympy.E)
        log_above = k.logarithm(wide)
        inverse = k.power(log_above, -2)
        ratio = k.show(sympy.E / x, "<=", 1, by=[(1 / x, wide)])
        return k.show(slope, ">=", -1, by=[ratio, (sympy.E / x, inverse)])

    return ForAll(domain, slope, ">=", -c), chain(proof)


inverse_log_tail_keeps_the_slope.false_if("the slope were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="refuted",
    strength="lower",
    says=r"\varphi(z)=-2\sqrt{z-1}\ (z>1):\quad g(z)\ge-1=g(1)",
)
def root_hinge_is_convex(offset: Constant = 0) -> Stated:
    """Its slope -1/sqrt(z-1) jumps to minus infinity at the corner; with z in place of z - 1 it does not."""
    domain = Domain("z in (1,oo)")
    (z,) = domain
    slope = -((z - 1 + offset) ** Fraction(-1, 2))
    return ForAll(domain, slope, ">=", -1), chain(lambda k: k.show(slope, ">=", -1))


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="refuted",
    strength="upper",
    says=r"\varphi(z)=-e^{1-z}\ (z>1):\quad g(z)\le0",
)
def exponential_hinge_decreases(sign: Constant = -1) -> Stated:
    """Beyond 1 that loss grows (and jumps down at 1); with + e^(1-z) - 1 it is convex and decreasing."""
    import sympy

    domain = Domain("z in (1,oo)")
    (z,) = domain
    slope = (sign * sympy.exp(1 - z)).diff(z)
    return ForAll(domain, slope, "<=", 0), chain(lambda k: k.show(slope, "<=", 0))


log_hinge_falls_below_every_bound.false_if("it fell 1 % faster", c=_ONE_PERCENT)
published_tail_is_bounded_below.true_if("the tail were 1/z^2", p=2)
shifted_tail_is_bounded_below.true_if("there were no shift", shift=0)
shifted_losses_fall_below_every_bound.false_if("they fell 1 % lower", c=_ONE_PERCENT)
log_hinge_above_tangents.false_if("the line were 1/100 higher", c=_ONE_PERCENT)
log_hinge_least_risk.false_if("the least risk were 1/100 higher", c=_ONE_PERCENT)
log_hinge_minimiser.false_if("the saving were 1 % larger", c=_ONE_PERCENT)
log_hinge_wrong_sign_risk.false_if("it were 1 % larger", c=_ONE_PERCENT)
log_hinge_transform_above_hinge.false_if("it were 1 % above the hinge's", c=_ONE_PERCENT)
inverse_log_tail_is_bounded_below.false_if("the bound were 5 % better", c=Fraction(95, 100))
root_hinge_is_convex.true_if("the root were that of z", offset=1)
exponential_hinge_decreases.true_if("the sign were +", sign=1)
