r"""Which direction gains most: Newton's, the gradient's, its signs and its clipped version, for H = diag(h).

The gain of a direction v is the decrease of the quadratic model by its best step, ``<g, v>^2/(2 <v, H v>)``; its
sharpness is ``<v, H v>/<v, v>``. The classes are the coordinates.
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
_DIAGONAL = r"H=\mathrm{diag}(h),\ h>0:\quad "


def _few(rng: random.Random, *names: str) -> list[dict[str, Fraction]]:
    return [{name: Fraction(rng.randint(1, 4)) for name in names} for _ in range(rng.randint(1, 3))]


@claim(
    paper=_PAPER,
    where="gain of a direction",
    expected="proved",
    strength="tight",
    says=_DIAGONAL + r"\eta\langle g,v\rangle-\tfrac{\eta^2}2\langle v,Hv\rangle\le\tfrac12\langle g,H^{-1}g\rangle",
)
def newton_gains_most(kappa: Constant = Fraction(1, 2)) -> Stated:
    """(g - eta h v)^2 >= 0 in every coordinate; equality for eta v = g/h. So no direction gains more."""
    domain, each = Domain("eta in (-oo,oo)"), Domain("g in (-oo,oo), h in (0,oo), v in (-oo,oo)")
    (eta,), (g, h, v) = domain, each
    left, newton = eta * Sig(g * v) - eta**2 * Sig(h * v**2) / 2, Sig(g**2 / h)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((g - eta * h * v) ** 2 / h), ">=")
        return k.show(left, "<=", newton / 2, by=[(Fraction(1, 2), square)])

    def sample(rng: random.Random) -> Any:
        rows = _few(rng, "g", "h")
        return {"eta": Fraction(1)}, [row | {"v": row["g"] / row["h"]} for row in rows]

    return ForEveryN(domain, each, (), left, "<=", kappa * newton), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="sharpness of the gradient and of its signs",
    expected="proved",
    strength="tight",
    assumptions=(
        "all coordinates of the minimiser are at the same distance, so that g = c h up to signs; m = tr(H)/d",
    ),
    says=_DIAGONAL + r"|g_i|=c\,h_i:\quad\frac{\langle g,Hg\rangle}{\langle g,g\rangle}=\frac{\sum h^3}{\sum h^2}"
    r"\ge\frac{\mathrm{tr}\,H}d",
)
def gradient_is_sharper_than_its_signs(kappa: Constant = 1) -> Stated:
    """(h - m)(h^2 - m^2) >= 0 in every coordinate; summed up it is sum h^3 - m sum h^2. Equality for equal h."""
    import sympy

    domain, each = Domain("d in [1,oo), m in (0,oo)"), Domain("h in (0,oo)")
    (d, m), (h,) = domain, each
    given = ((Sig(sympy.Integer(1)), "==", d), (Sig(h), "==", m * d))
    squares, cubes = Sig(h**2), Sig(h**3)

    def proof(k: Proof) -> Any:
        each_one = k.sum_up(
            k.show(h**3 - m * h**2 - m**2 * h + m**3, ">=", 0, by=[k.sign((h - m) ** 2 * (h + m), ">=")])
        )
        return k.show(cubes, ">=", m * squares, by=[each_one, (m**2, k.hypothesis(1)), (-(m**3), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        values = [row["h"] for row in _few(rng, "h")]
        if rng.random() < 0.5:
            values = values[:1] * len(values)
        point = {"d": Fraction(len(values)), "m": sum(values, Fraction(0)) / len(values)}
        return point, [{"h": value} for value in values]

    return ForEveryN(domain, each, given, cubes, ">=", kappa * m * squares), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="gain of the gradient and of its signs",
    expected="proved",
    strength="tight",
    assumptions=("all coordinates of the minimiser are at the same distance, so that g = c h up to signs",),
    says=_DIAGONAL + r"|g_i|=c\,h_i:\quad\frac{\langle g,g\rangle^2}{2\langle g,Hg\rangle}"
    r"=\frac{c^2(\sum h^2)^2}{2\sum h^3}\le\frac{c^2}2\sum h=\frac{\langle g,v\rangle^2}{2\langle v,Hv\rangle},"
    r"\ v=\mathrm{sign}(g)",
)
def signs_gain_more_at_equal_distances(kappa: Constant = Fraction(1, 2)) -> Stated:
    """Cauchy and Schwarz for h^(1/2) and h^(3/2). The signs then point to the minimiser."""
    domain, each = Domain("c in (0,oo)"), Domain("h in (0,oo)")
    (c,), (h,) = domain, each
    trace, squares, cubes = Sig(h), Sig(h**2), Sig(h**3)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig(h * (cubes - squares * h) ** 2), ">=")
        by = [(c**2 / (2 * cubes**2), square)]
        return k.show(c**2 * squares**2 / (2 * cubes), "<=", c**2 * trace / 2, by=by)

    def sample(rng: random.Random) -> Any:
        return {"c": Fraction(rng.randint(1, 3))}, [{"h": Fraction(2)}] * rng.randint(1, 3)

    left, right = c**2 * squares**2 / (2 * cubes), kappa * c**2 * trace
    return ForEveryN(domain, each, ((cubes, ">", 0),), left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="flatter signs and faster progress",
    expected="refuted",
    strength="lower",
    assumptions=("two dimensions, H = diag(x, y), g = (a, b); sharpness (x + y)/2 along the signs",),
    says=r"\frac{x+y}2<\frac{xa^2+yb^2}{a^2+b^2}\ \Rightarrow\ "
    r"\frac{(a+b)^2}{2(x+y)}\ge\frac{(a^2+b^2)^2}{2(xa^2+yb^2)}",
)
def flatter_signs_are_faster(equal_distances: Constant = 0) -> Stated:
    """With b next to 0 the gradient has one coordinate, and the signs pay for the curvature of the other."""
    domain = Domain(
        "x in [1,9], y in [1,9]" if equal_distances else "x in [1,9], y in [1,9], a in [1,9], b in [1/10,9]"
    )
    x, y, *rest = domain
    a, b = rest or (x, y)
    length, curved = a**2 + b**2, x * a**2 + y * b**2
    left, right = (a + b) ** 2 / (2 * (x + y)), length**2 / (2 * curved)

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.sign(x * y * (x - y) ** 2 / (2 * curved), ">=")])

    given = () if equal_distances else ((length * (x + y), "<", 2 * curved),)
    return ForAll(domain, left, ">=", right, given), chain(proof)


@claim(
    paper=_PAPER,
    where="sharpness of random signs",
    expected="proved",
    strength="identity",
    assumptions=("three dimensions, as pairs of coordinates are all that a quadratic form sees",),
    says=r"\tfrac18\sum_{v\in\{-1,1\}^3}\langle v,Hv\rangle=\mathrm{tr}\,H",
)
def random_signs_see_the_trace(trace: Constant = 1) -> Stated:
    """Every product of two different signs is 1 and -1 equally often: entries off the diagonal cancel."""
    import itertools

    domain = Domain(", ".join(f"h_{i}{j} in (-oo,oo)" for i, j in ("11", "22", "33", "12", "13", "23")))
    first, second, third, one, two, three = domain
    total = 0
    for u, v, w in itertools.product((-1, 1), repeat=3):
        total += first * u**2 + second * v**2 + third * w**2 + 2 * (one * u * v + two * u * w + three * v * w)
    right = first + second + third
    return ForAll(domain, total / 8, "==", trace * right), chain(lambda k: k.identity(total / 8, right))


@claim(
    paper=_PAPER,
    where="clipping coordinates",
    expected="proved",
    strength="tight",
    assumptions=("v is g clipped to [-tau, tau], coordinate by coordinate, and s = |g|/|v| >= 1 there (1 if g = 0)",),
    says=r"H=\mathrm{diag}(h),\ h\le L,\ g_i=s_iv_i,\ s_i\ge1,\ \eta>0:\quad"
    r"\eta\langle g,v\rangle-\tfrac{\eta^2}2\langle v,Hv\rangle\ge\eta\bigl(1-\tfrac{\eta L}2\bigr)\|v\|^2",
)
def clipped_gradient_descends(kappa: Constant = 1) -> Stated:
    """In every coordinate g v = s v^2 >= v^2. So steps below 2/L decrease the model, as for the gradient itself."""
    domain, each = Domain("eta in (0,oo), L in (0,oo)"), Domain("v in (-oo,oo), s in [1,oo), h in (-oo,oo)")
    (eta, bound), (v, s, h) = domain, each
    left = eta * Sig(s * v**2) - eta**2 * Sig(h * v**2) / 2

    def proof(k: Proof) -> Any:
        along = k.sum_up(k.show(s * v**2, ">=", v**2, by=[k.sign((s - 1) * v**2, ">=")]))
        curved = k.sum_up(k.show(bound * v**2, ">=", h * v**2, by=[(v**2, k.hypothesis(0))]))
        by = [(eta, along), (eta**2 / 2, curved)]
        return k.show(left, ">=", eta * (1 - eta * bound / 2) * Sig(v**2), by=by)

    def sample(rng: random.Random) -> Any:
        rows = [row | {"s": Fraction(1), "h": Fraction(2)} for row in _few(rng, "v")]
        return {"eta": Fraction(rng.randint(1, 3), 4), "L": Fraction(2)}, rows

    right = eta * (kappa - eta * bound / 2) * Sig(v**2)
    return ForEveryN(domain, each, ((h, "<=", bound),), left, ">=", right), chain(proof, sample)


newton_gains_most.false_if("1/2 were 1 % smaller", kappa=Fraction(99, 200))
gradient_is_sharper_than_its_signs.false_if("by 1 % at least", kappa=_ONE_PERCENT)
signs_gain_more_at_equal_distances.false_if("1/2 were 1 % smaller", kappa=Fraction(99, 200))
flatter_signs_are_faster.true_if("the minimiser is at the same distance in every coordinate", equal_distances=1)
random_signs_see_the_trace.false_if("it were 1 % more", trace=_ONE_PERCENT)
clipped_gradient_descends.false_if("by 1 % at least", kappa=_ONE_PERCENT)
