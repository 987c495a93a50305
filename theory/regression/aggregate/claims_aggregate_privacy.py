r"""Labels kept private by Laplace noise on a bag's mean: what the noise hides, and what it costs.

Of a bag only the label that differs between two tables is named: y in the one, z in the other; S is the sum of the
other labels, so that the means are ``(S + y)/m`` and ``(S + z)/m``. The outputs of the other bags have the same law in
both tables.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain
from theory.regression.aggregate.aggregate_expressions import absolute, laplace

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _NOISE = "aggregate", "private labels: Laplace mechanism", "private labels: effective noise"
_DENSITY = r"\quad p_u(t)=\frac1{2b}e^{-|t-u|/b}"
_MEANS = r"\ u=\tfrac{S+y}m,\ v=\tfrac{S+z}m"
_BAG = "m in [1,oo), S in (-oo,oo), t in (-oo,oo), eps in (0,oo)"
_TABLES = (
    "two tables that differ in one label of one bag; the other bags' outputs have the same law in both",
    "what holds for densities at every t holds for the probabilities of all events, by integrating",
)
_LESS, _MORE = Fraction(99, 100), Fraction(101, 100)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"|u-v|\le\varepsilon b\ \Rightarrow\ p_u(t)\le e^\varepsilon p_v(t)," + _DENSITY,
)  # fmt: skip
def laplace_ratio(wide: Constant = 1) -> Stated:
    """The triangle inequality, by positive parts, under the exponential."""
    import sympy

    domain = Domain("u in (-oo,oo), v in (-oo,oo), t in (-oo,oo), b in (0,oo), eps in (0,oo)")
    u, v, t, b, eps = domain
    half, width = sympy.Rational(1, 2), eps * b
    here, there = laplace(absolute(t - u), b), laplace(absolute(t - v), b)

    def proof(k: Proof) -> Any:
        P, Q = k.fresh("P in [0,oo)"), k.fresh("Q in [0,oo)")
        far, positive, above, _ = k.part(P, t - u)
        near, *_ = k.part(Q, t - v)
        bound = P + (width + u - v) / 2
        k.show(bound, ">=", 0, by=[positive, (half, k.hypothesis(1))])
        k.show(bound - (t - v), ">=", 0, by=[above, (half, k.hypothesis(0))])
        by = [(2, k.at_most(near, bound)), (-2, far), (2, near)]
        closer = k.show(absolute(t - v), "<=", absolute(t - u) + width, by=by)
        exponent = k.show(eps - absolute(t - v) / b, ">=", -absolute(t - u) / b, by=[(1 / b, closer)])
        return k.show(here, "<=", sympy.exp(eps) * there, by=[(1 / (2 * b), k.exponential(exponent))])

    given = ((u - v, "<=", wide * width), (v - u, "<=", wide * width))
    hard = {"u": 4, "v": Fraction(399, 400), "t": 5, "b": 1, "eps": 3}
    return ForAll(domain, here, "<=", sympy.exp(eps) * there, given), chain_at(proof, hard)


def _outputs(u: Any, v: Any, t: Any, b: Any, eps: Any) -> tuple[Any, Any]:
    """Return both sides of ``p_u(t) <= exp(eps) p_v(t)``."""
    import sympy

    return laplace(absolute(t - u), b), sympy.exp(eps) * laplace(absolute(t - v), b)


@claim(
    paper=_PAPER, where=_WHERE + ", sensitivity of the sum", expected="proved", strength="tight",
    corrects="aggregate.labels_by_their_bound", assumptions=_TABLES,
    says=r"|y-z|\le c,\ b=\frac c{m\varepsilon}\ \Rightarrow\ p_u(t)\le e^\varepsilon p_v(t),\quad"
    + _MEANS + "," + _DENSITY,
)  # fmt: skip
def labels_by_the_sensitivity(scale: Constant = 1) -> Stated:
    """The means differ by at most c/m = eps b."""
    domain = Domain(_BAG + ", c in (0,oo), y in (-oo,oo), z in (-oo,oo)")
    m, S, t, eps, c, y, z = domain
    u, v, b = (S + y) / m, (S + z) / m, c / (m * eps)

    def proof(k: Proof) -> Any:
        given = [k.show(eps * b, ">=", u - v, by=[(1 / m, k.hypothesis(0))]),
                 k.show(eps * b, ">=", v - u, by=[(1 / m, k.hypothesis(1))])]  # fmt: skip
        return k.apply(laplace_ratio, {"u": u, "v": v, "t": t, "b": b, "eps": eps}, given=given)

    hard = {"m": 1, "S": 0, "t": 2, "eps": 1, "c": 1, "y": 1, "z": 0}
    left, right = _outputs(u, v, t, scale * b, eps)
    return ForAll(domain, left, "<=", right, ((y - z, "<=", c), (z - y, "<=", c))), chain_at(proof, hard)


def _clipped(low: int, scale: Constant) -> Stated:
    """State eps-privacy for labels C y and C z, y and z from ``low`` to 1, and noise of scale ``scale C/(m eps)``."""
    domain = Domain(_BAG + f", C in (0,oo), y in [{low},1], z in [{low},1]")
    m, S, t, eps, C, y, z = domain
    u, v = (S + C * y) / m, (S + C * z) / m

    def proof(k: Proof) -> Any:
        c = (1 - low) * C
        given = []
        for one, other in ((y, z), (z, y)):
            by = [k.sign(C * (1 - one), ">="), k.sign(C * (other - low), ">=")]
            given.append(k.show(c, ">=", C * one - C * other, by=by))
        values = {"m": m, "S": S, "t": t, "eps": eps, "c": c, "y": C * y, "z": C * z}
        return k.apply(labels_by_the_sensitivity, values, given=given)

    hard = {"m": 1, "S": 0, "t": 2, "eps": 1, "C": 1, "y": 1, "z": low}
    left, right = _outputs(u, v, t, scale * C / (m * eps), eps)
    return ForAll(domain, left, "<=", right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ", the scale for [0, C] read for |y| <= C", expected="refuted", strength="upper",
    form="derived", assumptions=_TABLES,
    says=r"|y|,|z|\le C,\ b=\frac C{m\varepsilon}\ \Rightarrow\ p_u(t)\le e^\varepsilon p_v(t),\quad"
    + _MEANS + "," + _DENSITY,
)  # fmt: skip
def labels_by_their_bound(scale: Constant = 1) -> Stated:
    """Such labels differ by as much as 2 C; with twice the scale it holds."""
    return _clipped(-1, scale)


@claim(
    paper=_PAPER, where=_WHERE + ", labels in [0, C]", expected="proved", strength="tight", assumptions=_TABLES,
    says=r"0\le y,z\le C,\ b=\frac C{m\varepsilon}\ \Rightarrow\ p_u(t)\le e^\varepsilon p_v(t),\quad"
    + _MEANS + "," + _DENSITY,
)  # fmt: skip
def labels_from_zero(scale: Constant = 1) -> Stated:
    """Such labels differ by C at most."""
    return _clipped(0, scale)


@claim(
    paper=_PAPER, where=_WHERE + ", labels clipped to |y| <= C", expected="proved", strength="identity",
    assumptions=_TABLES,
    says=r"y=C,\ z=-C,\ b=\frac C{m\varepsilon},\ t\ge u:\quad p_u(t)=e^{2\varepsilon}p_v(t),\quad"
    + _MEANS + "," + _DENSITY,
)  # fmt: skip
def twice_the_privacy_loss_is_reached(times: Constant = 2) -> Stated:
    """The output t = u + x lies beyond both means, which are 2 C/m apart."""
    domain = Domain("m in [1,oo), S in (-oo,oo), x in [0,oo), eps in (0,oo), C in (0,oo)")
    m, S, x, eps, C = domain
    t, u, v = (S + C) / m + x, (S + C) / m, (S - C) / m
    sides = [_outputs(u, v, t, C / (m * eps), factor * eps) for factor in (2, times)]
    left, right = sides[0]

    return ForAll(domain, left, "==", sides[1][1]), chain(lambda k: k.identity(left, right))


# -- what it costs ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_NOISE, expected="proved", strength="identity",
    assumptions=("so the second moment, the integral of x^2 exp(-x/b)/b from 0 on, is 2 b^2",),
    says=r"\frac d{dx}\Bigl(2b^2-(x^2+2bx+2b^2)e^{-x/b}\Bigr)=\frac{x^2e^{-x/b}}b",
)  # fmt: skip
def laplace_second_moment(factor: Constant = 2) -> Stated:
    """Differentiate; the bracket is 0 at 0 and tends to 2 b^2."""
    import sympy

    domain = Domain("x in [0,oo), b in (0,oo)")
    x, b = domain

    def slope(last: Any) -> Any:
        return (2 * b**2 - (x**2 + 2 * b * x + last * b**2) * sympy.exp(-x / b)).diff(x)

    right = x**2 * sympy.exp(-x / b) / b
    return ForAll(domain, slope(factor), "==", right), chain(lambda k: k.identity(slope(2), right))


@claim(
    paper=_PAPER, where=_NOISE, expected="proved", strength="identity", uses=("aggregate.laplace_second_moment",),
    assumptions=(
        "a bag's mean has noise sigma^2/m of its labels, and 2 b^2 of the mechanism, independent; clipping is ignored",
    ),
    says=r"m\Bigl(\frac{\sigma^2}m+2b^2\Bigr)=\sigma^2+\frac{2c^2}{m\varepsilon^2},\quad b=\frac c{m\varepsilon}",
)  # fmt: skip
def effective_noise(factor: Constant = 2) -> Stated:
    """The noise of sqrt(m) times a bag's mean: in the model nothing else changes than sigma^2."""
    domain = Domain("m in [1,oo), noise in [0,oo), c in (0,oo), eps in (0,oo)")
    m, noise, c, eps = domain
    left, right = m * (noise / m + 2 * (c / (m * eps)) ** 2), noise + 2 * c**2 / (m * eps**2)
    claimed = noise + factor * c**2 / (m * eps**2)
    return ForAll(domain, left, "==", claimed), chain(lambda k: k.identity(left, right))


laplace_ratio.false_if("the means might be 1 % further apart", wide=_MORE)
labels_by_the_sensitivity.false_if("the scale were 1 % smaller", scale=_LESS)
labels_by_their_bound.true_if("the scale were 2 C/(m eps)", scale=2)
labels_from_zero.false_if("the scale were 1 % smaller", scale=_LESS)
twice_the_privacy_loss_is_reached.false_if("the ratio were exp(eps)", times=1)
laplace_second_moment.false_if("the last coefficient were 1", factor=1)
effective_noise.false_if("the mechanism's noise counted once", factor=1)
