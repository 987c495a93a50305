r"""The fixed point of the proportional limit: one positive root, where it lies, and what follows from it.

The equation is ``1/s = lam + beta/(1 + psi s) + (1 - beta) rho/(1 + rho psi s)``, ``F(s) = 1`` with F as in
`theory.regression.aggregate.aggregate_expressions.level`. That the traces of the resolvent converge to what s says is
argued in the literature on random matrices; nothing here decides it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain, newton
from theory.regression.aggregate.aggregate_expressions import bias_factor, cubic, delta, level, trace, variance_factor

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "aggregate", "fixed point of the proportional limit"
_SETTING = "lam in [0,oo), beta in (0,1], rho in [0,oo), psi in (0,oo)"
_RIDGE = "lam in (0,oo), beta in (0,1], rho in [0,oo), psi in (0,oo)"
_F = r"F(s)=\lambda s+\frac{\beta s}{1+\psi s}+\frac{(1-\beta)\rho s}{1+\rho\psi s}"
_DELTA = r"\Delta=\frac1{s^2}-\frac{\beta\psi}{(1+\psi s)^2}-\frac{(1-\beta)\rho^2\psi}{(1+\rho\psi s)^2}"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)


@claim(
    paper=_PAPER, where=_WHERE + ": at most one root", expected="proved", strength="tight",
    says=_F + r"\ \Rightarrow\ F(t)>F(s),\quad0<s<t,\ \lambda,\rho\ge0,\ 0<\beta\le1",
)  # fmt: skip
def level_increases(factor: Constant = 1, power: Constant = 0) -> Stated:
    """Term by term: the difference of x/(1 + c x) is the step over both denominators."""
    domain = Domain(_SETTING + ", s in (0,oo), h in (0,oo)")
    lam, beta, rho, psi, s, h = domain
    t, setting = s + h, (lam, beta, rho, psi)

    def proof(k: Proof) -> Any:
        bags = beta * h / ((1 + psi * s) * (1 + psi * t))
        units = (1 - beta) * rho * h / ((1 + rho * psi * s) * (1 + rho * psi * t))
        by = [k.sign(bags, ">"), k.sign(lam * h, ">="), k.sign(units, ">=")]
        return k.show(level(t, *setting), ">", level(s, *setting), by=by)

    left, right = level(t, *setting) / t**power, level(s, *setting) / s**power
    return ForAll(domain, left, ">", factor * right), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies", expected="proved", strength="upper",
    says=_F + r"\ \Rightarrow\ F\Bigl(\frac1{\lambda+\beta+(1-\beta)\rho}\Bigr)\le1",
)  # fmt: skip
def level_at_the_low_end(factor: Constant = 1) -> Stated:
    """Drop the denominators. With level_at_the_ridge: for lam > 0 there is a root, between the two points."""
    domain = Domain(_SETTING)
    lam, beta, rho, psi = domain
    total = lam + beta + (1 - beta) * rho
    s = 1 / total

    def proof(k: Proof) -> Any:
        bags = k.sign(beta * psi * s**2 / (1 + psi * s), ">=")
        units = k.sign((1 - beta) * rho**2 * psi * s**2 / (1 + rho * psi * s), ">=")
        return k.show(level(s, lam, beta, rho, psi), "<=", 1, by=[bags, units])

    hard = {"lam": 1000, "beta": 1, "rho": 0, "psi": 1}
    return ForAll(domain, level(factor * s, lam, beta, rho, psi), "<=", 1), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies", expected="proved", strength="lower",
    says=_F + r"\ \Rightarrow\ F\Bigl(\frac1\lambda\Bigr)>1,\quad\lambda>0",
)  # fmt: skip
def level_at_the_ridge(factor: Constant = 1) -> Stated:
    """The first term alone is 1."""
    domain = Domain(_RIDGE)
    lam, beta, rho, psi = domain

    def proof(k: Proof) -> Any:
        s = 1 / lam
        bags = k.sign(beta * s / (1 + psi * s), ">")
        units = k.sign((1 - beta) * rho * s / (1 + rho * psi * s), ">=")
        return k.show(level(s, lam, beta, rho, psi), ">", 1, by=[bags, units])

    hard = {"lam": 1000, "beta": Fraction(1, 2), "rho": 0, "psi": 1}
    return ForAll(domain, level(factor / lam, lam, beta, rho, psi), ">", 1), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies, without ridge", expected="proved", strength="lower",
    says=r"\lambda=0,\ \psi m<1:\quad F\Bigl(\frac1{\beta-\psi}\Bigr)\ge1,\quad\beta=\frac1m",
)  # fmt: skip
def level_without_ridge_few_features(factor: Constant = 1) -> Stated:
    """The second term alone is 1; psi = q beta."""
    domain = Domain("beta in (0,1], rho in [0,oo), q in (0,1)")
    beta, rho, q = domain
    s, psi = 1 / (beta * (1 - q)), q * beta

    def proof(k: Proof) -> Any:
        units = k.sign((1 - beta) * rho * s / (1 + rho * psi * s), ">=")
        return k.show(level(s, 0, beta, rho, psi), ">=", 1, by=[units])

    hard = {"beta": 1, "rho": 0, "q": Fraction(1, 2)}
    return ForAll(domain, level(factor * s, 0, beta, rho, psi), ">=", 1), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies, without ridge", expected="proved", strength="lower",
    says=r"\lambda=0,\ \psi<1,\ 0<q\le1,\ \rho\ge q:\quad F\Bigl(\frac1{q(1-\psi)}\Bigr)\ge1",
)  # fmt: skip
def level_without_ridge(factor: Constant = 1) -> Stated:
    """Both terms are at least what they are with weight q, where they add up to 1."""
    domain = Domain("beta in (0,1], q in (0,1], e in [0,oo), psi in (0,1)")
    beta, q, e, psi = domain
    rho, s = q + e, 1 / (q * (1 - psi))

    def proof(k: Proof) -> Any:
        bags = k.sign(beta * (1 - q) * s / ((1 + psi * s) * (1 + q * psi * s)), ">=")
        units = k.sign((1 - beta) * e * s / ((1 + rho * psi * s) * (1 + q * psi * s)), ">=")
        return k.show(level(s, 0, beta, rho, psi), ">=", 1, by=[bags, units])

    hard = {"beta": Fraction(1, 2), "q": 1, "e": 0, "psi": Fraction(1, 2)}
    return ForAll(domain, level(factor * s, 0, beta, rho, psi), ">=", 1), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": no root without ridge", expected="proved", strength="upper",
    says=r"\lambda=0,\ \psi\ge1:\quad F(s)<1\ \text{for all}\ s>0,\ \rho\ge0",
)  # fmt: skip
def no_root_without_ridge(least: Constant = 1) -> Stated:
    """Each term is below its weight over psi: the limit lam -> 0+ is meant there, rho alone does not help."""
    domain = Domain("beta in (0,1], rho in [0,oo), e in [0,oo), s in (0,oo)")
    beta, rho, e, s = domain

    def proof(k: Proof) -> Any:
        psi = 1 + e
        bags = k.sign(beta * (1 + e * s) / (1 + psi * s), ">")
        units = k.sign((1 - beta) * (1 + rho * e * s) / (1 + rho * psi * s), ">=")
        return k.show(level(s, 0, beta, rho, psi), "<", 1, by=[bags, units])

    hard = {"beta": 1, "rho": 0, "e": 0, "s": 1000}
    return ForAll(domain, level(s, 0, beta, rho, least + e), "<", 1), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": a cubic", expected="proved", strength="identity",
    says=r"F(s)-1=\frac{(\lambda s-1)(1+\psi s)(1+\rho\psi s)+\beta s(1+\rho\psi s)+(1-\beta)\rho s(1+\psi s)}"
    r"{(1+\psi s)(1+\rho\psi s)}",
)  # fmt: skip
def level_by_a_cubic(factor: Constant = 1) -> Stated:
    """One fraction. Below, F(s) = 1 stands there as numerator = 0."""
    domain = Domain(_SETTING + ", s in (0,oo)")
    lam, beta, rho, psi, s = domain
    setting, below = (s, lam, beta, rho, psi), (1 + psi * s) * (1 + rho * psi * s)
    left, right = level(*setting) - 1, cubic(*setting) / below
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


# -- at the root -----------------------------------------------------------------------------------------------------


def _slope(s: Any, lam: Any, beta: Any, rho: Any, psi: Any) -> Any:
    return lam + beta / (1 + psi * s) ** 2 + (1 - beta) * rho / (1 + rho * psi * s) ** 2


@claim(
    paper=_PAPER, where=_WHERE + ": at the root", expected="proved", strength="identity",
    uses=("aggregate.level_by_a_cubic",),
    says=r"F(s)=1\ \Rightarrow\ s\,\Delta=\lambda+\frac\beta{(1+\psi s)^2}+\frac{(1-\beta)\rho}{(1+\rho\psi s)^2},\quad"
    + _DELTA,
)  # fmt: skip
def delta_at_the_root(weight: Constant = 1) -> Stated:
    """Put F(s)/s^2 for 1/s^2."""
    domain = Domain(_SETTING + ", s in (0,oo)")
    lam, beta, rho, psi, s = domain
    left = s * delta(s, beta, rho, psi)

    def proof(k: Proof) -> Any:
        return k.show(
            left,
            "==",
            _slope(s, lam, beta, rho, psi),
            by=[(-1 / (s * (1 + psi * s) * (1 + rho * psi * s)), k.hypothesis(0))],
        )

    given = ((cubic(s, lam, beta, rho, psi), "==", 0),)
    hard = {"lam": Fraction(1, 2), "beta": Fraction(1, 2), "rho": 1, "psi": 1, "s": 1}
    statement = ForAll(domain, left, "==", weight * lam + _slope(s, 0, beta, rho, psi), given)
    return statement, chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": at the root", expected="proved", strength="lower",
    uses=("aggregate.level_by_a_cubic",),
    says=r"F(s)=1\ \Rightarrow\ \Delta>0,\quad" + _DELTA,
)  # fmt: skip
def delta_is_positive(more: Constant = 0) -> Stated:
    """It is a sum of positive terms there; without the root it need not be positive."""
    domain = Domain(_SETTING + ", s in (0,oo)")
    lam, beta, rho, psi, s = domain

    def proof(k: Proof) -> Any:
        same = k.apply(delta_at_the_root, {"lam": lam, "beta": beta, "rho": rho, "psi": psi, "s": s},
                       given=[k.hypothesis(0)])  # fmt: skip
        bags = k.sign(beta / (s * (1 + psi * s) ** 2), ">")
        rest = k.sign(lam / s + (1 - beta) * rho / (s * (1 + rho * psi * s) ** 2), ">=")
        return k.show(delta(s, beta, rho, psi), ">", 0, by=[(1 / s, same), bags, rest])

    given = ((cubic(s, lam, beta, rho, psi), "==", 0),)
    hard = {"lam": 0, "beta": Fraction(1, 2), "rho": 1, "psi": Fraction(127, 128), "s": 128}
    statement = ForAll(domain, delta(s, beta, rho, psi), ">", more / s**2, given)
    return statement, chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": derivatives", expected="proved", strength="identity",
    assumptions=("the variance is -sigma^2 psi ds/da at a = 1, a weighting the bags' means in the resolvent",),
    uses=("aggregate.delta_is_positive",),
    says=r"-\psi\frac{ds}{da}\Big|_{a=1}=\frac{\psi\beta}{(1+\psi s)^2\Delta},\quad"
    r"\frac1s=\lambda+\frac{a\beta}{1+a\psi s}+\frac{(1-\beta)\rho}{1+\rho\psi s},\quad" + _DELTA,
)  # fmt: skip
def variance_by_the_slope(factor: Constant = 1) -> Stated:
    """ds/da by the two partial derivatives of the equation."""
    import sympy

    domain = Domain(_SETTING + ", s in (0,oo)")
    lam, beta, rho, psi, s = domain
    a = sympy.Symbol("a")
    equation = lam + a * beta / (1 + a * psi * s) + (1 - beta) * rho / (1 + rho * psi * s) - 1 / s
    slopes = [equation.diff(x).subs(a, 1) for x in (a, s)]
    left, right = psi * slopes[0] / slopes[1], variance_factor(s, beta, rho, psi)

    def proof(k: Proof) -> Any:
        same = k.identity(slopes[1], delta(s, beta, rho, psi))
        k.show(slopes[1], ">", 0, by=[k.hypothesis(0), same])
        return k.identity(left, right)

    given = ((delta(s, beta, rho, psi), ">", 0),)
    return ForAll(domain, left, "==", factor * right, given), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE + ": derivatives", expected="proved", strength="identity",
    assumptions=("the bias is r^2 (1 - 2 beta s/(1 + psi s) - dT/dlam); dT/dlam is T'(s) ds/dlam, ds/dlam = -1/Delta",),
    uses=("aggregate.delta_is_positive",),
    says=r"1-\frac{2\beta s}{1+\psi s}+\frac{T'(s)}\Delta=1-\frac{2\beta s}{1+\psi s}+\frac1\Delta\Bigl("
    r"\frac{\beta\psi}{(1+\psi s)^2}+\frac{\beta^2(1-\psi s)}{(1+\psi s)^3}\Bigr),\quad"
    r"\ T=\frac{\beta\psi s}{1+\psi s}+\frac{\beta^2s}{(1+\psi s)^2},\quad" + _DELTA,
)  # fmt: skip
def bias_by_the_slope(sign: Constant = 1) -> Stated:
    """Differentiate T."""
    domain = Domain("beta in (0,1], rho in [0,oo), psi in (0,oo), s in (0,oo)")
    beta, rho, psi, s = domain
    share, slope = 2 * beta * s / (1 + psi * s), trace(s, beta, psi).diff(s)
    left, right = 1 - share + slope / delta(s, beta, rho, psi), bias_factor(s, beta, rho, psi)
    given = ((delta(s, beta, rho, psi), ">", 0),)
    statement = ForAll(domain, 1 - share + sign * slope / delta(s, beta, rho, psi), "==", right, given)
    return statement, chain(lambda k: k.identity(left, right))


# -- roots in numbers ------------------------------------------------------------------------------------------------


def _isolated(setting: tuple[Any, ...], low: Fraction, shift: Constant) -> Stated:
    import sympy

    from theory.engine.statements.root import UniqueRoot

    lam, beta, rho, _ = setting
    domain = Domain(f"s in [{1 / (lam + beta + (1 - beta) * rho)},{1 / lam}]")
    (s,) = domain
    inner = Domain(f"s in [{low + shift},{low + shift + Fraction(1, 10**15)}]")
    equation = level(s, *(sympy.Rational(value) for value in setting)) - 1
    return UniqueRoot(domain, (equation,), inner), newton()


@claim(
    paper=_PAPER, where=_WHERE + ": in numbers", expected="certified", strength="figure",
    says=r"\lambda=\tfrac1{10},\ m=2,\ \rho=\tfrac12,\ \psi=\tfrac14:\quad s=1.479297910676\ldots",
)  # fmt: skip
def root_with_more_units_than_features(shift: Constant = 0) -> Stated:
    """The only one between the ends where F is at most and above 1."""
    setting = Fraction(1, 10), Fraction(1, 2), Fraction(1, 2), Fraction(1, 4)
    return _isolated(setting, Fraction("1.479297910676273"), shift)


@claim(
    paper=_PAPER, where=_WHERE + ": in numbers", expected="certified", strength="figure",
    says=r"\lambda=\tfrac1{10},\ m=5,\ \rho=2,\ \psi=\tfrac32:\quad s=3.942025188036\ldots",
)  # fmt: skip
def root_with_more_features_than_units(shift: Constant = 0) -> Stated:
    """The only one between the ends where F is at most and above 1."""
    setting = Fraction(1, 10), Fraction(1, 5), Fraction(2), Fraction(3, 2)
    return _isolated(setting, Fraction("3.942025188036226"), shift)


level_increases.false_if("the right side were 1 % larger", factor=_MORE)
level_increases.false_if("it were divided by its argument", power=1)
level_at_the_low_end.false_if("the end were 1 % larger", factor=_MORE)
level_at_the_ridge.false_if("the end were 1 % smaller", factor=_LESS)
level_without_ridge_few_features.false_if("the end were 1 % smaller", factor=_LESS)
level_without_ridge.false_if("the end were 1 % smaller", factor=_LESS)
no_root_without_ridge.false_if("psi might be 1 % below 1", least=_LESS)
level_by_a_cubic.false_if("it were 1 % larger", factor=_MORE)
delta_at_the_root.false_if("the ridge counted 1 % more", weight=_MORE)
delta_is_positive.false_if("it were above 1 % of 1/s^2", more=Fraction(1, 100))
variance_by_the_slope.false_if("the variance were 1 % larger", factor=_MORE)
bias_by_the_slope.false_if("T' counted with the other sign", sign=-1)
root_with_more_units_than_features.false_if("it were larger by 10^-12", shift=Fraction(1, 10**12))
root_with_more_features_than_units.false_if("it were larger by 10^-12", shift=Fraction(1, 10**12))
