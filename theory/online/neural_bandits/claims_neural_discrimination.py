r"""Triangular discrimination: three inequalities about one action, from which the lemma on relative weights follows.

Of a prediction x > 0 and a true mean y >= 0 the discrimination is ``(x - y)^2/(x + y)``. The truth exceeds the
prediction by little, the prediction the truth by at most the truth itself, and a comparator is below the best
prediction m only at the price of its own discrimination.
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

_PAPER = "neural_bandits"
_WHERE = "weights relative to the best prediction"
_LESS = Fraction(99, 100)


def discrimination(x: Any, y: Any) -> Any:
    """Return the triangular discrimination of a prediction x > 0 and a true mean y >= 0."""
    return (x - y) ** 2 / (x + y)


@claim(
    paper=_PAPER,
    where=_WHERE + ", one action",
    expected="proved",
    strength="lemma",
    says=r"y-x\le ey+\frac{(x-y)^2}{2e(x+y)}",
)
def truth_above_prediction(c: Constant = 1) -> Stated:
    """Where y >= x, a square and e (y - x)/2; elsewhere the left side is at most 0."""
    domain = Domain("e in (0,oo), x in (0,oo), y in [0,oo)")
    e, x, y = domain
    right = e * y + discrimination(x, y) / (2 * e)

    def proof(k: Proof) -> Any:
        above = k.open_case(y, ">=", x)
        square = k.sign((y - x - e * (x + y)) ** 2 / (2 * e * (x + y)), ">=")
        one = k.close_case(k.show(y - x, "<=", right, by=[square, (e / 2, above)]))
        below = k.open_case(x, ">=", y)
        spent = k.sign(right, ">=")
        two = k.close_case(k.show(y - x, "<=", right, by=[spent, below]))
        return k.join(one, two)

    near = {"e": Fraction(1, 2000), "x": 1000, "y": 1001}  # a small relative error: there it is nearly attained
    return ForAll(domain, y - x, "<=", e * y + c * discrimination(x, y) / (2 * e)), chain_at(proof, near)


@claim(
    paper=_PAPER,
    where=_WHERE + ", one action",
    expected="proved",
    strength="lemma",
    says=r"x\le2y+\frac98\cdot\frac{(x-y)^2}{x+y}",
)
def prediction_above_truth(c: Constant = Fraction(9, 8)) -> Stated:
    """The difference is (x - 5y)^2 over 8 (x + y)."""
    domain = Domain("x in (0,oo), y in [0,oo)")
    x, y = domain

    def proof(k: Proof) -> Any:
        square = k.sign((x - 5 * y) ** 2 / (8 * (x + y)), ">=")
        return k.show(x, "<=", 2 * y + Fraction(9, 8) * discrimination(x, y), by=[square])

    return ForAll(domain, x, "<=", 2 * y + c * discrimination(x, y)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ", the comparator",
    expected="proved",
    strength="lemma",
    says=r"0\le y\le1,\ g\ge0,\ k>0:\quad1-y\le k+\frac{(1+g-y)^2}{(k+g)(1+g+y)}",
)
def comparator_in_units(c: Constant = 1) -> Stated:
    """With z = 1 - y: times (k + g)(1 + g + y) the difference is a sum of products that are all >= 0."""
    domain = Domain("z in [0,1], g in [0,oo), k in (0,oo)")
    z, g, step = domain

    def right(c: Any) -> Any:
        return step + c * (g + z) ** 2 / ((step + g) * (2 + g - z))

    def proof(k: Proof) -> Any:
        k.show(2 + g - z, ">", 0, by=[k.sign(1 + g + (1 - z), ">")])
        inside = g**2 * (1 - z) + step * g * (1 + g + (1 - z)) + g * z**2 / 2
        squares = (1 + g + (1 - z)) * (step - z / 2) ** 2 + z**2 * (2 + g + z) / 4
        parts = k.sign(inside + squares, ">=")
        left_over = k.show((right(1) - z) * (step + g) * (2 + g - z), ">=", 0, by=[parts])
        weight = 1 / ((step + g) * (2 + g - z))
        return k.show(z, "<=", right(1), by=[(weight, left_over)])

    far = {"z": 1, "g": 1000, "k": Fraction(1, 10**6)}  # a prediction far above, a truth of 0: nearly attained
    return ForAll(domain, z, "<=", right(c)), chain_at(proof, far)


@claim(
    paper=_PAPER,
    where=_WHERE + ", the comparator",
    expected="proved",
    strength="lemma",
    says=r"q\ge\frac m{Km+\gamma(x-m)},\ x\ge m>0,\ y\ge0:\quad m-y\le\frac K\gamma\,m+\gamma q\,\frac{(x-y)^2}{x+y}",
)
def comparator_below_the_best(c: Constant = 1) -> Stated:
    """For y <= m the inequality in units of m; for y >= m the left side is at most 0."""
    domain = Domain("gamma in (0,oo), K in (0,oo), m in (0,oo), x in (0,oo), y in [0,oo), q in (0,oo)")
    gamma, K, m, x, y, q = domain
    given = ((x, ">=", m), (q * (K * m + gamma * (x - m)), ">=", m))

    def right(c: Any) -> Any:
        return K / gamma * m + c * gamma * q * discrimination(x, y)

    def proof(k: Proof) -> Any:
        gap, weight = k.hypothesis(0), k.hypothesis(1)
        below = k.open_case(m, ">=", y)
        k.show(1 - y / m, ">=", 0, by=[(1 / m, below)])
        k.show(x / m - 1, ">=", 0, by=[(1 / m, gap)])
        k.show(K / gamma + x / m - 1, ">", 0, by=[(1 / m, gap)])
        unit = k.apply(comparator_in_units, {"z": 1 - y / m, "g": x / m - 1, "k": K / gamma})
        pull = k.show(K * m + gamma * (x - m), ">", 0, by=[k.sign(K * m, ">"), (gamma, gap)])
        pulled = discrimination(x, y) * gamma / pull.lhs
        first = k.show(m - y, "<=", K / gamma * m + m * pulled, by=[(m, unit)])
        one = k.close_case(k.show(m - y, "<=", right(1), by=[first, (pulled, weight)]))
        above = k.open_case(y, ">=", m)
        two = k.close_case(k.show(m - y, "<=", right(1), by=[above, k.sign(right(1), ">=")]))
        return k.join(one, two)

    far = {"gamma": 10**6, "K": 1, "m": 1, "x": 1001, "y": 0, "q": Fraction(1, 1 + 10**9)}
    return ForAll(domain, m - y, "<=", right(c), given), chain_at(proof, far)


@claim(
    paper=_PAPER,
    where="triangular discrimination and logarithmic loss",
    expected="proved",
    strength="upper",
    assumptions=("a^2 and b^2 are the two distributions, over any number of outcomes",),
    says=r"\textstyle\sum_i\frac{(p_i-q_i)^2}{p_i+q_i}\le2\,\mathrm{KL}(p\,\|\,q)",
)
def discrimination_below_divergence(c: Constant = 2) -> Stated:
    """Both are compared with sum (a - b)^2: (a + b)^2 <= 2 (a^2 + b^2), and ln(b/a) <= b/a - 1."""
    import sympy

    domain, each = Domain("n in [1,oo)"), Domain("a in (0,1], b in (0,1]")
    a, b = each
    given = ((Sig(a**2), "==", 1), (Sig(b**2), "==", 1))
    left = Sig(discrimination(a**2, b**2))
    divergence = Sig(2 * a**2 * (sympy.log(a) - sympy.log(b)))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, b / a)
        ratio = k.show(2 * a**2 * (sympy.log(a) - sympy.log(b)), ">=", 2 * a**2 - 2 * a * b, by=[(2 * a**2, line)])
        gap = (a - b) ** 4 / (a**2 + b**2)
        near = k.show(discrimination(a**2, b**2), "<=", 2 * (a - b) ** 2, by=[k.sign(gap, ">=")])
        by = [k.sum_up(near), (2, k.sum_up(ratio)), (-2, k.hypothesis(0)), (2, k.hypothesis(1))]
        return k.show(left, "<=", 2 * divergence, by=by)

    def sample(rng: random.Random) -> Any:
        angles = [Fraction(rng.randint(1, 9), rng.choice((10, 100))) for _ in range(2)]  # points of the unit circle
        pairs = [((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)) for t in angles]
        rows = [{"a": pairs[0][i], "b": pairs[1][i]} for i in range(2)]
        return {"n": Fraction(2)}, rows

    return ForEveryN(domain, each, given, left, "<=", c * divergence), chain(proof, sample)


truth_above_prediction.false_if("the discrimination counted 1 % less", c=_LESS)
prediction_above_truth.false_if("the discrimination counted 1 % less", c=Fraction(891, 800))
comparator_in_units.false_if("the discrimination counted 1 % less", c=_LESS)
comparator_below_the_best.false_if("the discrimination counted 1 % less", c=_LESS)
discrimination_below_divergence.false_if("2 were 11/10; about 1.12 is the best", c=Fraction(11, 10))
