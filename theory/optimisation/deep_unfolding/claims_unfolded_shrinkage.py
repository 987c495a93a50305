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
    where="hard threshold of iterative hard thresholding",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    says=r"|z|\ge\sqrt{2\lambda s}:\quad\tfrac1{2s}(z-z)^2+\lambda\le\tfrac1{2s}(0-z)^2",
)
def hard_threshold(c: Constant = 2) -> Stated:
    """Keeping z costs lambda, dropping it z^2/(2s); a value in between costs more than keeping. t is lambda."""
    domain = Domain("s in (0,oo), t in (0,oo), z in (-oo,oo)")
    s, t, z = domain

    def proof(k: Proof) -> Any:
        return k.show(t, "<=", z**2 / (2 * s), by=[(1 / (2 * s), k.hypothesis(0))])

    return ForAll(domain, t, "<=", z**2 / (2 * s), ((z**2, ">=", c * t * s),)), chain(proof)


one_layer.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
rate.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
every_learned_layer_descends.true_if("the step is at most 2/L", most=2)
hard_threshold.false_if("the threshold were sqrt(lambda s)", c=1)
