r"""Power laws and the best fitting ratio: when interpolation is optimal, and what is optimal otherwise.

Eigenvalues ``i^-alpha``, squared coefficients ``i^-beta``, kernel ridge regression with many samples. With
``y = z/n`` in (0, 1], the share of samples that is used up, the test error is, up to a factor,

    E(y) = (y^(1 - beta) + s)/(alpha - (alpha - 1) y),

where s is the noise variance over the bias of noiseless interpolation (y = 1; its test error is alpha times that), and
training error over test error is ``(1 - y)^2``. Sums over eigenvalues are replaced by integrals, which is argued: kappa
tends to 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import HardPoints, chain_at
from theory.engine.words import Domain, ForAll, boxes, chain, newton

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _SUMS, _BEST = "more_is_better", "power laws: sums as integrals", "power laws: the best fitting ratio"
_CODE = "plots/plotting.ipynb, mse_theory"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)
_ASYMPTOTIC = (
    "E(y) is the limit of many samples, for infinitely many features: sums over eigenvalues are integrals, argued",
    "ridges >= 0 only, hence y <= 1; beta < 2 alpha + 1, so that the bias is finite",
)
_E = r"E(y)=\frac{y^{1-\beta}+s}{\alpha-(\alpha-1)y}"
_SETTING = "c in (0,oo), p in (0,oo), s in [0,oo)"  # alpha = 1 + c, beta = 1 + p


def _error(y: Any, c: Any, p: Any, s: Any) -> Any:
    return (y**-p + s) / (1 + c * (1 - y))


def _stationarity(y: Any, c: Any, p: Any, s: Any) -> Any:
    """Return ``(alpha - 1)(beta y + s y^beta) - alpha (beta - 1)``, which has the sign of the slope of E."""
    return c * ((1 + p) * y + s * y ** (1 + p)) - (1 + c) * p


@claim(
    paper=_PAPER, where=_SUMS, expected="proved", strength="identity",
    assumptions=("integrated over x > 0 the left side is 0, since x f vanishes at both ends: q = (1 - 1/alpha) z",),
    says=r"\frac d{dx}\bigl(x f\bigr)=(1-\alpha)f+\alpha f^2,\quad f=\frac1{1+\kappa x^\alpha}"
    r"=\frac\lambda{\lambda+\kappa},\ \lambda=x^{-\alpha}",
)  # fmt: skip
def shares_by_parts(factor: Constant = 1) -> Stated:
    """Differentiate."""
    domain = Domain("x in (0,oo), c in (0,oo), kappa in (0,oo)")
    x, c, kappa = domain
    f = 1 / (1 + kappa * x ** (1 + c))
    left = (x * f).diff(x)
    return ForAll(domain, left, "==", -factor * c * f + (1 + c) * f**2), chain(
        lambda k: k.identity(left, -c * f + (1 + c) * f**2)
    )


@claim(
    paper=_PAPER, where=_SUMS, expected="proved", strength="upper",
    says=r"\frac x{1+\kappa x^\alpha}<\frac{x^{1-\alpha}}\kappa,\quad x>0,\ \alpha>1",
)  # fmt: skip
def boundary_term(factor: Constant = 1) -> Stated:
    """The boundary term at infinity vanishes; at 0 it is at most x."""
    domain = Domain("x in (0,oo), c in (0,oo), kappa in (0,oo)")
    x, c, kappa = domain
    left, right = x / (1 + kappa * x ** (1 + c)), x**-c / kappa

    def proof(k: Proof) -> Any:
        return k.show(left, "<", right, by=[k.sign(x**-c / (kappa * (1 + kappa * x ** (1 + c))), ">")])

    hard = {"x": 1000, "c": 1, "kappa": 1}
    return ForAll(domain, left, "<", factor * right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_SUMS, expected="proved", strength="identity",
    assumptions=("integrated over u: the bias is kappa^((beta - 1)/alpha) times a Beta integral",),
    says=r"x=\kappa^{-1/\alpha}u:\quad\Bigl(\frac{\kappa}{\lambda+\kappa}\Bigr)^2x^{-\beta}\frac{dx}{du}"
    r"=\kappa^{(\beta-1)/\alpha}\frac{u^{2\alpha-\beta}}{(1+u^\alpha)^2},\quad\lambda=x^{-\alpha}",
)  # fmt: skip
def bias_scales(shift: Constant = 0) -> Stated:
    """Substitute."""
    domain = Domain("u in (0,oo), alpha in (1,oo), beta in (1,oo), m in (0,oo)")
    u, alpha, beta, m = domain  # kappa = m^alpha
    x, kappa = u / m, m**alpha
    left = (kappa * x**alpha / (1 + kappa * x**alpha)) ** 2 * x**-beta / m
    right = m ** (beta - 1) * u ** (2 * alpha - beta) / (1 + u**alpha) ** 2
    return ForAll(domain, left, "==", right * m**shift), chain(lambda k: k.identity(left, right))


# -- the best ratio --------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_BEST, expected="proved", strength="identity", assumptions=_ASYMPTOTIC,
    says=_E + r":\quad E'(y)=\frac{(\alpha-1)(\beta y+sy^\beta)-\alpha(\beta-1)}{y^\beta(\alpha-(\alpha-1)y)^2}",
)  # fmt: skip
def slope_of_the_error(factor: Constant = 1) -> Stated:
    """Differentiate; that the numerator is 0 is the stationarity equation."""
    domain = Domain(_SETTING + ", y in (0,1)")
    c, p, s, y = domain
    left = _error(y, c, p, s).diff(y)
    right = _stationarity(y, c, p, s) / (y ** (1 + p) * (1 + c * (1 - y)) ** 2)

    def proof(k: Proof) -> Any:
        return k.identity(left, right)

    return ForAll(domain, left, "==", factor * right), chain(proof)


@claim(
    paper=_PAPER, where=_CODE, expected="proved", strength="identity", form="as in the published code",
    assumptions=(
        *_ASYMPTOTIC,
        "rho is the noise over the test error of noiseless interpolation, alpha times its bias: s = alpha rho",
        "factors of n, alpha and beta alone, which the code has too, are left out",
    ),
    says=r"\frac{1-x+\alpha\rho(1-x)^\beta}{1+(\alpha-1)x}(1-x)^{-\beta}=\frac{y^{1-\beta}+\alpha\rho}"
    r"{\alpha-(\alpha-1)y},\quad y=1-x",
)  # fmt: skip
def published_error_curve(scale: Constant = 1) -> Stated:
    """The curve of the authors' figure, in the root x of training error over test error."""
    domain = Domain("c in (0,oo), p in (0,oo), rho in [0,oo), x in [0,1)")
    c, p, rho, x = domain

    def published(share: Any) -> Any:
        return (1 - x + share * (1 + c) * rho * (1 - x) ** (1 + p)) / (1 + c * x) * (1 - x) ** (-1 - p)

    right = _error(1 - x, c, p, (1 + c) * rho)
    return ForAll(domain, published(scale), "==", right), chain(lambda k: k.identity(published(1), right))


@claim(
    paper=_PAPER, where=_BEST, expected="proved", strength="identity", assumptions=_ASYMPTOTIC,
    says=r"\alpha-\beta-(\alpha-1)\beta x+(\alpha-1)s(1-x)^\beta"
    r"=(\alpha-1)(\beta y+sy^\beta)-\alpha(\beta-1),\quad y=1-x",
)  # fmt: skip
def stationarity_in_the_root(factor: Constant = 1) -> Stated:
    """The numerator of the slope, in the root x of training error over test error."""
    domain = Domain(_SETTING + ", x in [0,1)")
    c, p, s, x = domain
    left, right = c - p - factor * c * (1 + p) * x + c * s * (1 - x) ** (1 + p), _stationarity(1 - x, c, p, s)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_BEST, expected="proved", strength="tight", assumptions=_ASYMPTOTIC,
    says=r"S(y)=(\alpha-1)(\beta y+sy^\beta)-\alpha(\beta-1):\quad S(y+h)>S(y),\quad0<y<y+h,\ s\ge0",
)  # fmt: skip
def at_most_one_stationary_ratio(power: Constant = 0) -> Stated:
    """Powers increase. S < 0 near 0 and S(1) = (alpha - 1)(1 + s) - (beta - 1): a root in (0, 1) iff S(1) > 0."""
    domain = Domain(_SETTING + ", y in (0,oo), h in (0,oo)")
    c, p, s, y, h = domain

    def proof(k: Proof) -> Any:
        rise = k.power(k.show(y + h, ">=", y, by=[k.sign(h, ">")]), 1 + p)
        first = k.sign(c * (1 + p) * h, ">")
        return k.show(_stationarity(y + h, c, p, s), ">", _stationarity(y, c, p, s), by=[(c * s, rise), first])

    left, right = _stationarity(y + h, c, p, s) / (y + h) ** power, _stationarity(y, c, p, s) / y**power
    return ForAll(domain, left, ">", right), chain_at(proof, {"c": 1, "p": 1, "s": 0, "y": 10, "h": 90})


@claim(
    paper=_PAPER, where=_BEST, expected="proved", strength="tight", assumptions=_ASYMPTOTIC,
    says=_E + r",\ s=\frac{\alpha(\beta-1)-(\alpha-1)\beta y_0}{(\alpha-1)y_0^\beta}\ge0:\quad "
    r"E(y)\ge E(y_0),\quad0<y,y_0\le1",
)  # fmt: skip
def stationary_ratio_is_best(factor: Constant = 1) -> Stated:
    """The noise solves the stationarity equation at y0; y^(1 - beta) is convex, hence above its tangent at y0."""
    domain = Domain("c in (0,oo), p in (0,oo), y in (0,1], y0 in (0,1]")
    c, p, y, y0 = domain
    owed = (1 + c) * p - c * (1 + p) * y0
    s = owed / (c * y0 ** (1 + p))

    def proof(k: Proof) -> Any:
        k.show(owed, ">=", 0, by=[k.hypothesis(0)])
        v = k.fresh("v in (0,oo)")
        room, other = 1 + c * (1 - y0), 1 + c * (1 - y)
        line = k.tangent(v**-p, v, y0, y)
        cross = k.show((y**-p + s) * room, ">=", (y0**-p + s) * other, by=[(room, line)])
        return k.show(_error(y, c, p, s), ">=", _error(y0, c, p, s), by=[(1 / (room * other), cross)])

    hard = {"c": 1, "p": 1, "y": Fraction(1, 2), "y0": Fraction(1, 2)}
    statement = ForAll(domain, _error(y, c, p, s), ">=", factor * _error(y0, c, p, s), ((owed, ">=", 0),))
    return statement, chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_BEST + ": overfitting is obligatory", expected="proved", strength="tight",
    assumptions=_ASYMPTOTIC,
    says=_E + r":\quad s<\frac{\beta-\alpha}{\alpha-1}\ \Rightarrow\ E(y)>E(1),\quad0<y<1",
)  # fmt: skip
def interpolation_is_best_with_little_noise(factor: Constant = 1) -> Stated:
    """The tangent of y^(1 - beta) at 1. So every ridge > 0 that counts is worse than none."""
    domain = Domain(_SETTING + ", y in (0,1)")
    c, p, s, y = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(v**-p, v, 1, y)
        room = 1 + c * (1 - y)
        cross = k.show(y**-p + s, ">", (1 + s) * room, by=[line, (1 - y, k.hypothesis(0))])
        return k.show(_error(y, c, p, s), ">", 1 + s, by=[(1 / room, cross)])

    hard = {"c": 1, "p": 2, "s": Fraction(201, 200), "y": Fraction(999, 1000)}
    return ForAll(domain, _error(y, c, p, s), ">", 1 + s, ((c * (1 + s), "<", factor * p),)), chain_at(proof, hard)


def _noiseless(steep: Constant) -> Stated:
    domain = Domain("c in (0,oo), p in (0,oo), y in (0,1]")
    c, p, y = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(v**-p, v, 1, y)
        room = 1 + c * (1 - y)
        cross = k.show(y**-p, ">=", room, by=[line, (1 - y, k.hypothesis(0))])
        return k.show(_error(y, c, p, 0), ">=", 1, by=[(1 / room, cross)])

    given = ((p, ">=", steep * c),) if steep else ()
    hard = {"c": 2, "p": 1, "y": Fraction(3, 4)}, {"c": 2, "p": Fraction(399, 200), "y": Fraction(999, 1000)}
    method = chain_at(proof, *hard) if steep else HardPoints(boxes(), hard)
    return ForAll(domain, _error(y, c, p, 0), ">=", 1, given), method


@claim(
    paper=_PAPER, where=_BEST + ": without noise", expected="refuted", strength="lower", form="derived",
    assumptions=_ASYMPTOTIC,
    says=_E + r",\ s=0:\quad E(y)\ge E(1),\quad0<y\le1,\ \alpha,\beta>1",
)  # fmt: skip
def interpolation_is_best_without_noise(steep: Constant = 0) -> Stated:
    """Not where coefficients decay slowly beside eigenvalues: alpha = 3, beta = 2 asks for y = 3/4."""
    return _noiseless(steep)


@claim(
    paper=_PAPER, where=_BEST + ": without noise", expected="proved", strength="tight",
    assumptions=_ASYMPTOTIC, corrects="more_is_better.interpolation_is_best_without_noise",
    says=_E + r",\ s=0,\ \beta\ge\alpha:\quad E(y)\ge E(1),\quad0<y\le1",
)  # fmt: skip
def interpolation_is_best_without_noise_for_smooth_targets(steep: Constant = 1) -> Stated:
    """The tangent of y^(1 - beta) at 1 has slope beta - 1, the denominator alpha - 1."""
    return _noiseless(steep)


@claim(
    paper=_PAPER, where=_BEST + ": without noise", expected="proved", strength="identity", assumptions=_ASYMPTOTIC,
    says=r"x=\frac{\alpha-\beta}{(\alpha-1)\beta}\ \Rightarrow\ (\alpha-1)\beta(1-x)=\alpha(\beta-1)",
)  # fmt: skip
def noiseless_ratio(factor: Constant = 1) -> Stated:
    """The root of error ratios without noise, beta < alpha; x^2 is training error over test error."""
    domain = Domain("c in (0,oo), p in (0,oo)")
    c, p = domain

    def left(scale: Any) -> Any:
        return c * (1 + p) * (1 - scale * (c - p) / (c * (1 + p)))

    right = (1 + c) * p
    return ForAll(domain, left(factor), "==", right), chain(lambda k: k.identity(left(1), right))


@claim(
    paper=_PAPER, where=_BEST + ": in numbers", expected="certified", strength="figure",
    says=r"\alpha=2,\ \beta=3,\ s=2:\quad3y+2y^3=4\ \text{at}\ y=.8796\ldots\ \text{only},\quad0\le y\le1",
)  # fmt: skip
def ratio_above_the_threshold(shift: Constant = 0) -> Stated:
    """The noise is twice the threshold (beta - alpha)/(alpha - 1) = 1."""
    from theory.engine.statements.root import UniqueRoot

    domain = Domain("y in [0,1]")
    (y,) = domain
    low = Fraction("0.8796") + shift
    inner = Domain(f"y in [{low},{low + Fraction(1, 10000)}]")
    return UniqueRoot(domain, (3 * y + 2 * y**3 - 4,), inner), newton()


shares_by_parts.false_if("f counted 1 % more", factor=_MORE)
boundary_term.false_if("the bound were 1 % smaller", factor=_LESS)
bias_scales.false_if("kappa had an exponent larger by .01/alpha", shift=Fraction(1, 100))
slope_of_the_error.false_if("it were 1 % steeper", factor=_MORE)
published_error_curve.false_if("noise counted 1 % more", scale=_MORE)
stationarity_in_the_root.false_if("beta x counted 1 % more", factor=_MORE)
at_most_one_stationary_ratio.false_if("it were divided by y squared", power=2)
stationary_ratio_is_best.false_if("the right side were 1 % larger", factor=_MORE)
interpolation_is_best_with_little_noise.false_if("the noise might be 1 % above the threshold", factor=_MORE)
interpolation_is_best_without_noise.true_if("beta were at least alpha", steep=1)
interpolation_is_best_without_noise_for_smooth_targets.false_if("beta - 1 might be 1 % smaller", steep=_LESS)
noiseless_ratio.false_if("x were 1 % larger", factor=_MORE)
ratio_above_the_threshold.false_if("it were larger by .001", shift=Fraction(1, 1000))
