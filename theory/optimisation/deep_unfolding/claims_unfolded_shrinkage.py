r"""Iterative shrinkage (ISTA) and what becomes of its guarantee when the steps are learned.

One layer goes from x to y by ``y = prox(x - s f'(x))``; with ``v = (x - y)/s - f'(x)`` that says that v is a
subgradient of the penalty at y. Vectors are per-class symbols, the classes being the coordinates; ``g`` is the gradient
f'(x) and u the point compared with. F = f + penalty, with values ``F_y`` and ``F_u``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "deep_unfolding"


@claim(
    paper=_PAPER,
    where="one layer of iterative shrinkage",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "f is convex and L-smooth, the penalty convex, u any point: the first condition is the sum of their "
            "three inequalities, with the penalty's subgradient (x - y)/s - g at y"
        ),
        "s is the step, with s L <= 1",
    ),
    says=r"y=\mathrm{prox}_{sh}(x-sf'(x)),\ sL\le1:\quad F(y)-F(u)\le\frac{\|x-u\|^2-\|y-u\|^2}{2s}",
)
def one_layer(c: Constant = 1) -> Stated:
    """Complete the square; u = x gives descent, the sum over layers the rate."""
    domain = Domain("s in (0,oo), L in (0,oo), F_y in (-oo,oo), F_u in (-oo,oo)")
    each = Domain("x in (-oo,oo), y in (-oo,oo), u in (-oo,oo), g in (-oo,oo)")
    (s, L, value, other), (x, y, u, g) = domain, each
    slopes = Sig(g * (y - u)) + Sig(((x - y) / s - g) * (y - u)) + L / 2 * Sig((y - x) ** 2)
    given = ((value - other, "<=", slopes), (s * L, "<=", 1))
    right = (Sig((x - u) ** 2) - Sig((y - u) ** 2)) / (2 * s)

    def proof(k: Proof) -> Any:
        square = Sig((y - x) ** 2)
        k.sign(square, ">=")
        return k.show(value - other, "<=", right, by=[k.hypothesis(0), (square / (2 * s), k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        s = Fraction(1, rng.randint(1, 3))
        rows = [{name: Fraction(rng.randint(-3, 3)) for name in "xyug"} for _ in range(2)]
        total = sum((row["x"] - row["y"]) / s * (row["y"] - row["u"]) for row in rows)
        total += sum((row["y"] - row["x"]) ** 2 for row in rows) / (2 * s)
        return {"s": s, "L": 1 / s, "F_y": total, "F_u": Fraction(0)}, rows

    return ForEveryN(domain, each, given, value - other, "<=", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="iterative shrinkage, k layers",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    uses=(f"{_PAPER}.one_layer",),
    assumptions=(
        "the unnamed classes are the layers: e is F(x_j) - F(u), a, b the squared distances to u before and after it",
        "the values fall from layer to layer (one_layer with u = x), so each e is at least the last one",
        "the differences a - b telescope to first - rest",
    ),
    says=r"s=\tfrac1L:\quad F(x_k)-F(u)\le\frac{L\|x_0-u\|^2}{2k}",
)
def rate(c: Constant = 1) -> Stated:
    """The last gap, counted k times, is at most the sum of the gaps."""
    import sympy

    domain = Domain("L in (0,oo), k in (0,oo), last in (-oo,oo), first in [0,oo), rest in [0,oo)")
    each = Domain("e in (-oo,oo), a in [0,oo), b in [0,oo)")
    (L, count, last, first, rest), (e, a, b) = domain, each
    given = (
        (e, "<=", L * (a - b) / 2), (e, ">=", last), (Sig(a - b), "==", first - rest),
        (Sig(sympy.Integer(1)), "==", count),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        layers, falling = k.sum_up(k.hypothesis(0)), k.sum_up(k.hypothesis(1))
        telescoped, counted = (-L / (2 * count), k.hypothesis(2)), (last / count, k.hypothesis(3))
        by = [(1 / count, layers), (1 / count, falling), telescoped, counted]
        return k.show(last, "<=", L * first / (2 * count), by=by)

    def sample(rng: random.Random) -> Any:
        L, layers, gap = Fraction(rng.randint(1, 4)), rng.randint(1, 4), Fraction(rng.randint(1, 3))
        step = 2 * gap / L
        rows = [{"e": gap, "a": step * (layers - j), "b": step * (layers - j - 1)} for j in range(layers)]
        point = {"L": L, "k": Fraction(layers), "last": gap, "first": step * layers, "rest": Fraction(0)}
        return point, rows

    statement = ForEveryN(domain, each, given, last, "<=", c * L * first / (2 * count))
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER,
    where="descent in every layer",
    expected="refuted",
    strength="upper",
    assumptions=("f(x) = L x^2/2 in one dimension, without a penalty",),
    says=r"F(x-sF'(x))\le F(x)\quad\text{for every learned step }s>0",
)
def every_learned_layer_descends(most: Constant = 20) -> Stated:
    """A gradient step multiplies x by 1 - s L. Learned steps exceed 2/L; the guarantee of a layer ends there."""
    domain = Domain(f"r in [0,{most}], x in [-1,1]")
    r, x = domain

    def proof(k: Proof) -> Any:
        return k.show((1 - r) ** 2 * x**2, "<=", x**2, by=[k.sign(r * (2 - r) * x**2, ">=")])

    return ForAll(domain, (1 - r) ** 2 * x**2, "<=", x**2), chain(proof)


@claim(
    paper=_PAPER,
    where="iterative shrinkage, the first layer",
    expected="proved",
    strength="upper",
    corrects=f"{_PAPER}.rate",
    assumptions=(
        "s = 1/L; f convex and L-smooth, h convex; xi is v plus f'(y), a subgradient of F at y",
        "first condition: convexity of F, F(u) >= F(y) + <xi, u - y>, with xi = L (x - y) - d, d = f'(x) - f'(y)",
        "second condition: a gradient of an L-smooth convex function is cocoercive, |d|^2 <= L <d, x - y>",
    ),
    says=r"y=\mathrm{prox}_{h/L}(x-f'(x)/L):\quad F(y)-F(u)\le\frac L4\|x-u\|^2",
)
def first_layer(c: Constant = 1) -> Stated:
    """Half the usual constant: right less left side is |(x-y) - (y-u) - 2 d/L|^2 L/4 and the second condition."""
    domain = Domain("L in (0,oo), F_y in (-oo,oo), F_u in (-oo,oo)")
    each = Domain("x in (-oo,oo), y in (-oo,oo), u in (-oo,oo), d in (-oo,oo)")
    (L, value, other), (x, y, u, d) = domain, each
    given = (
        (value - other, "<=", Sig((L * (x - y) - d) * (y - u))), (Sig(d**2), "<=", L * Sig(d * (x - y))),
    )  # fmt: skip
    right = L / 4 * Sig((x - u) ** 2)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((x - 2 * y + u - 2 * d / L) ** 2), ">=")
        by = [k.hypothesis(0), (1 / L, k.hypothesis(1)), (L / 4, square)]
        return k.show(value - other, "<=", right, by=by)

    def sample(rng: random.Random) -> Any:
        L, half = Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 3))
        return {"L": L, "F_y": L * half**2, "F_u": Fraction(0)}, [
            {"x": 2 * half, "y": half, "u": 0 * half, "d": 0 * half}
        ]

    return ForEveryN(domain, each, given, value - other, "<=", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="iterative shrinkage, k layers, the constant from below",
    expected="proved",
    strength="lower",
    assumptions=(
        "f = 0, h(x) = c |x| in one dimension with c = L r/(2 k), x_0 = r, u = 0",
        "k soft thresholds by c/L leave x_k = r - k c/L, which is r/2, so no layer reaches 0",
    ),
    says=r"F(x_k)-F(u)=\frac{L\,\|x_0-u\|^2}{4k}\quad\text{is attained for every }k",
)
def quarter_is_attained(c: Constant = 1) -> Stated:
    """The value is c x_k. So 1/(2k) is at most twice the best constant, and 1/(4k) is best for k = 1."""
    domain = Domain("L in (0,oo), k in [1,oo), r in (0,oo)")
    L, count, r = domain
    slope = L * r / (2 * count)
    left = slope * (r - count * slope / L)
    return ForAll(domain, left, "==", c * L * r**2 / (4 * count)), chain(
        lambda k: k.show(left, "==", L * r**2 / (4 * count))
    )


@claim(
    paper=_PAPER,
    where="one layer of iterative hard thresholding",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        "f is L-smooth, not necessarily convex: F(y) - F(x) <= <g, y - x> + L/2 |y - x|^2 + h(y) - h(x)",
        "y minimises |z - x + s g|^2/(2s) + h(z), h any penalty; compared with z = x that is the second condition",
    ),
    says=r"y\in\mathrm{prox}_{sh}(x-sf'(x)):\quad F(y)-F(x)\le-\Bigl(\frac1{2s}-\frac L2\Bigr)\|y-x\|^2",
)
def hard_layer_descends(c: Constant = 1) -> Stated:
    """Add the two conditions: for s < 1/L every layer that moves lowers F. H_y, H_x are values of the penalty."""
    domain = Domain("s in (0,oo), L in (0,oo), F_y in (-oo,oo), F_x in (-oo,oo), H_y in [0,oo), H_x in [0,oo)")
    each = Domain("x in (-oo,oo), y in (-oo,oo), g in (-oo,oo)")
    (s, L, value, before, cost, cost_before), (x, y, g) = domain, each
    square, slope = Sig((y - x) ** 2), Sig(g * (y - x))
    given = (
        (value - before, "<=", slope + L / 2 * square + cost - cost_before),
        (square / (2 * s) + slope + cost, "<=", cost_before),
    )

    def proof(k: Proof) -> Any:
        return k.show(value - before, "<=", (L / 2 - 1 / (2 * s)) * square, by=[k.hypothesis(0), k.hypothesis(1)])

    def sample(rng: random.Random) -> Any:
        s, x = Fraction(1, rng.randint(1, 3)), Fraction(rng.randint(-3, 3))
        g = Fraction(rng.randint(1, 3))
        y = x - s * g
        cost = 9 - (y - x) ** 2 / (2 * s) - g * (y - x)
        point = {"s": s, "L": Fraction(1, 2) / s, "F_x": Fraction(0), "H_x": Fraction(9), "H_y": cost}
        point["F_y"] = g * (y - x) + point["L"] / 2 * (y - x) ** 2 + cost - 9
        return point, [{"x": x, "y": y, "g": g}]

    right = (L / 2 - c / (2 * s)) * square
    return ForEveryN(domain, each, given, value - before, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="hard threshold of iterative hard thresholding",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=("t is lambda; an entry y that is not 0 costs lambda, so y = z is the best of them",),
    says=r"|z|\ge\sqrt{2\lambda s}:\ \lambda\le\tfrac1{2s}(0-z)^2",
)
def hard_threshold(c: Constant = 2) -> Stated:
    """From the threshold on, keeping z costs no more than dropping it."""
    domain = Domain("s in (0,oo), t in (0,oo), z in (-oo,oo)")
    s, t, z = domain
    near = {"s": 1, "t": 1, "z": Fraction(141, 100)}

    def proof(k: Proof) -> Any:
        return k.show(t, "<=", z**2 / (2 * s), by=[(1 / (2 * s), k.hypothesis(0))])

    return ForAll(domain, t, "<=", z**2 / (2 * s), ((z**2, ">=", c * t * s),)), chain_at(proof, near)


@claim(
    paper=_PAPER,
    where="hard threshold of iterative hard thresholding",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=("t is lambda",),
    says=r"|z|\le\sqrt{2\lambda s}:\ \tfrac1{2s}(0-z)^2\le\tfrac1{2s}(y-z)^2+\lambda\quad\text{for every }y",
)
def dropped_below_the_threshold(c: Constant = 2) -> Stated:
    """Up to the threshold, dropping z costs no more than any entry that is kept."""
    domain = Domain("s in (0,oo), t in (0,oo), z in (-oo,oo), y in (-oo,oo)")
    s, t, z, y = domain
    right = (y - z) ** 2 / (2 * s) + t
    near = {"s": 1, "t": 1, "z": Fraction(71, 50), "y": Fraction(71, 50)}

    def proof(k: Proof) -> Any:
        return k.show(
            z**2 / (2 * s), "<=", right, by=[(1 / (2 * s), k.hypothesis(0)), k.sign((y - z) ** 2 / (2 * s), ">=")]
        )

    return ForAll(domain, z**2 / (2 * s), "<=", right, ((z**2, "<=", c * t * s),)), chain_at(proof, near)


@claim(
    paper=_PAPER,
    where="fixed points of iterative hard thresholding",
    expected="proved",
    strength="tight",
    assumptions=(
        "t is lambda; f convex: F(x + d) - F(x) is at least the sum of g d, plus lambda where x = 0 and d is not",
        "at a fixed point, where x is not 0, g = 0 and |x| is at least the threshold, twice the radius",
        "where x = 0, the entry s g is at most the threshold: g^2 <= 2 lambda/s",
    ),
    says=r"\text{an entry }x=0\text{ of a fixed point},\ |d|\le\sqrt{\lambda s/2}:\quad g\,d+\lambda\ge0",
)
def fixed_points_are_local_minima(c: Constant = 1) -> Stated:
    """Arithmetic and geometric mean; the radius is half the threshold, and no larger one will do."""
    domain = Domain("s in (0,oo), t in (0,oo), g in (-oo,oo), d in (-oo,oo)")
    s, t, g, d = domain

    def proof(k: Proof) -> Any:
        square = k.sign((s * g / 2 + d) ** 2 / s, ">=")
        return k.show(g * d + t, ">=", 0, by=[square, (s / 4, k.hypothesis(0)), (1 / s, k.hypothesis(1))])

    given = ((g**2, "<=", 2 * t / s), (d**2, "<=", c * t * s / 2))
    near = {"s": 2, "t": 1, "g": -1, "d": Fraction(1004, 1000)}
    return ForAll(domain, g * d + t, ">=", 0, given), chain_at(proof, near)


one_layer.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
rate.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
every_learned_layer_descends.true_if("the step is at most 2/L", most=2)
hard_threshold.false_if("the squared threshold were 1 % smaller", c=Fraction(99, 50))
dropped_below_the_threshold.false_if("the squared threshold were 1 % larger", c=Fraction(101, 50))
first_layer.false_if("the constant were 1 % smaller", c=Fraction(99, 100))
quarter_is_attained.false_if("1 % more were attained", c=Fraction(101, 100))
hard_layer_descends.false_if("the descent were 1 % of 1/(2s) more", c=Fraction(101, 100))
fixed_points_are_local_minima.false_if("the squared radius were 1 % larger", c=Fraction(101, 100))
