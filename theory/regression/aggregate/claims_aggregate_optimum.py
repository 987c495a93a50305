r"""Ridge and regulariser together: the best ridge of the bag-level loss, and that rho = 0 is stationary there.

On rho = 0 the risk is a function of s, with ``lam = 1/s - beta/(1 + psi s)``, which falls in s: the sign of its slope
decides the best ridge. That no rho does better is the argument of Bayes: the contrasts within bags are independent of
the bags' means and of the parameter, and ridge on the bags' means is the mean of the posterior. It is argued; only
that the slope in rho vanishes is decided.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain
from theory.regression.aggregate.aggregate_expressions import bias_factor, cubic, delta, variance_factor

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "aggregate"
_RIDGE, _BOTH = "best ridge of the bag-level loss", "best ridge and regulariser together"
_DELTA = r"\Delta=\frac1{s^2}-\frac{\beta\psi}{(1+\psi s)^2}>0"
_MORE = Fraction(101, 100)
_AT = "beta in (0,1], psi in (0,oo), s in (0,oo), r2 in (0,oo)"
_NOISE = ("sigma^2 is the effective noise of a bag, sigma^2 + 2 c^2/(m eps^2) where labels are private",)


def _risk(s: Any, beta: Any, rho: Any, psi: Any, r2: Any, noise: Any) -> sympy.Expr:
    return r2 * bias_factor(s, beta, rho, psi) + noise * variance_factor(s, beta, rho, psi)


def _ridge(s: Any, beta: Any, psi: Any) -> sympy.Expr:
    """Return the ridge whose root is s for rho = 0."""
    return 1 / s - beta / (1 + psi * s)


@claim(
    paper=_PAPER, where=_RIDGE, expected="proved", strength="lemma",
    uses=("aggregate.level_by_a_cubic",),
    says=r"\frac{d\lambda}{ds}=-\Delta,\quad\lambda=\frac1s-\frac\beta{1+\psi s},\quad" + _DELTA.replace(">0", ""),
)  # fmt: skip
def ridge_falls_in_the_root(factor: Constant = 1) -> Stated:
    """Differentiate; Delta is positive at a root."""
    import sympy

    domain = Domain("beta in (0,1], psi in (0,oo), s in (0,oo)")
    beta, psi, s = domain
    left, right = _ridge(s, beta, psi).diff(s), -delta(s, beta, sympy.Integer(0), psi)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_RIDGE, expected="proved", strength="identity", assumptions=_NOISE,
    uses=("aggregate.ridge_falls_in_the_root", "aggregate.delta_is_positive"),
    says=r"\rho=0:\quad\frac d{ds}(\mathrm{Bias}+\mathrm{Var})=\frac{2\psi\beta}{s^3(1+\psi s)^3\Delta^2}"
    r"\Bigl(\sigma^2-\frac{\lambda r^2}\psi\Bigr),\quad\lambda=\frac1s-\frac\beta{1+\psi s},\quad" + _DELTA,
)  # fmt: skip
def slope_of_the_risk(factor: Constant = 1) -> Stated:
    """So lam* = psi sigma^2/r^2 is the only minimum over ridges: smaller ones have larger roots, and a rising risk."""
    import sympy

    domain = Domain(_AT + ", noise in [0,oo)")
    beta, psi, s, r2, noise = domain
    zero = sympy.Integer(0)
    below = delta(s, beta, zero, psi)
    left = _risk(s, beta, zero, psi, r2, noise).diff(s)

    def right(times: Any) -> sympy.Expr:
        gap = noise - times * _ridge(s, beta, psi) * r2 / psi
        return 2 * psi * beta / (s**3 * (1 + psi * s) ** 3 * below**2) * gap

    statement = ForAll(domain, left, "==", right(factor), ((below, ">", 0),))
    return statement, chain(lambda k: k.identity(left, right(1)))


@claim(
    paper=_PAPER, where=_RIDGE, expected="proved", strength="identity", assumptions=_NOISE,
    uses=("aggregate.slope_of_the_risk",),
    says=r"\rho=0,\ \sigma^2=\frac{\lambda r^2}\psi:\quad\mathrm{Bias}+\mathrm{Var}=\sigma^2\psi s,\quad"
    r"\lambda=\frac1s-\frac\beta{1+\psi s},\quad" + _DELTA,
)  # fmt: skip
def best_ridge_leaves_the_posterior_variance(factor: Constant = 1) -> Stated:
    """Put the noise for which s belongs to the best ridge."""
    import sympy

    domain = Domain(_AT)
    beta, psi, s, r2 = domain
    zero, noise = sympy.Integer(0), _ridge(s, beta, psi) * r2 / psi
    left = _risk(s, beta, zero, psi, r2, noise)
    statement = ForAll(domain, left, "==", factor * noise * psi * s, ((delta(s, beta, zero, psi), ">", 0),))
    return statement, chain(lambda k: k.identity(left, noise * psi * s))


@claim(
    paper=_PAPER, where=_RIDGE, expected="proved", strength="identity", assumptions=_NOISE,
    uses=("aggregate.best_ridge_leaves_the_posterior_variance", "aggregate.level_by_a_cubic"),
    says=r"E=\sigma^2\psi s,\ \rho=0,\ \lambda=\frac{\psi\sigma^2}{r^2},\ \sigma>0,\ F(s)=1\ \Rightarrow\ "
    r"\frac E{r^2}+\frac{\beta}{\psi}\frac E{\sigma^2+E}=1",
)  # fmt: skip
def best_ridge_risk(weight: Constant = 1) -> Stated:
    """The equation for s, with lam s = E/r^2 and s/(1 + psi s) = E/(psi (sigma^2 + E))."""
    import sympy

    domain = Domain("beta in (0,1], psi in (0,oo), s in (0,oo), r2 in (0,oo), noise in (0,oo)")
    beta, psi, s, r2, noise = domain
    risk, one = noise * psi * s, sympy.Integer(1)

    def proof(k: Proof) -> Any:
        return k.show(risk / r2 + beta * risk / (psi * (noise + risk)), "==", one,
                      by=[(1 / (r2 * (1 + psi * s)), k.hypothesis(0))])  # fmt: skip

    left = weight * risk / r2 + beta * risk / (psi * (noise + risk))
    given = ((sympy.expand(r2 * cubic(s, psi * noise / r2, beta, sympy.Integer(0), psi)), "==", 0),)
    hard = {"beta": 1, "psi": 1, "s": 1, "r2": 2, "noise": 1}
    return ForAll(domain, left, "==", one, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_BOTH, expected="proved", strength="identity",
    assumptions=(*_NOISE, "the slope with the ridge fixed; rho is no point inside its range, so that more is argued"),
    uses=("aggregate.slope_of_the_risk",),
    says=r"\rho=0,\ \sigma^2=\frac{\lambda r^2}\psi:\quad\frac\partial{\partial\rho}(\mathrm{Bias}+\mathrm{Var})"
    r"+\frac{ds}{d\rho}\frac\partial{\partial s}(\mathrm{Bias}+\mathrm{Var})=0,\quad"
    r"\frac1s=\lambda+\frac\beta{1+\psi s}+\frac{(1-\beta)\rho}{1+\rho\psi s},\quad"
    r"\lambda=\frac1s-\frac\beta{1+\psi s},\quad" + _DELTA,
)  # fmt: skip
def no_regulariser_is_stationary(factor: Constant = 1) -> Stated:
    """Delta has the square of rho, and the slope in s vanishes at the best ridge."""
    import sympy

    domain = Domain(_AT)
    beta, psi, s, r2 = domain
    zero, rho, sigma2 = sympy.Integer(0), sympy.Symbol("rho"), sympy.Symbol("noise")
    below, noise = delta(s, beta, zero, psi), _ridge(s, beta, psi) * r2 / psi
    equation = beta / (1 + psi * s) + (1 - beta) * rho / (1 + rho * psi * s) - 1 / s
    moved = -equation.diff(rho).subs(rho, 0) / equation.diff(s).subs(rho, 0)

    def slope(times: Any) -> sympy.Expr:
        risk = _risk(s, beta, rho, psi, r2, sigma2)
        along = [risk.diff(x).subs(rho, 0).subs(sigma2, times * noise) for x in (rho, s)]
        return along[0] + moved * along[1]

    statement = ForAll(domain, slope(factor), "==", zero, ((below, ">", 0),))
    return statement, chain(lambda k: k.identity(slope(1), zero))


ridge_falls_in_the_root.false_if("it fell 1 % faster", factor=_MORE)
slope_of_the_risk.false_if("the best ridge were 1 % smaller", factor=_MORE)
best_ridge_leaves_the_posterior_variance.false_if("it were 1 % larger", factor=_MORE)
best_ridge_risk.false_if("the first term were 1 % larger", weight=_MORE)
no_regulariser_is_stationary.false_if("the noise were 1 % larger than that of the best ridge", factor=_MORE)
