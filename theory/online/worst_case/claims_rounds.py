r"""One round of the orthogonal adversary and one step of the optimised gradient method, in every dimension.

Summed over rounds they give regret ``sqrt(T)`` (decided here too) and ``f(x_N) - f* <= L R^2 / (2 theta_N^2)``, for
every T and N.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

_ONE_PERCENT = Fraction(101, 100)
_OPTIMISED = "optimized_gradient"
_UNITS = (
    "L = 1 and the minimiser at the origin with value 0, without loss of generality",
    "Q(x, x') >= 0 and Q(x*, x') >= 0 are the interpolation conditions of smooth convex functions",
)


@claim(
    paper="abernethy",
    where="orthogonal adversary, one round",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    assumptions=("finite dimension; summed over rounds |S_T|^2 = T",),
    says=r"\langle g,S\rangle=0,\ \|g\|=1\ \Rightarrow\ \|S+g\|^2=\|S\|^2+1",
)
def sum_grows_by_a_right_angle(c: Constant = 1) -> Stated:
    """Expand the square: the mixed term vanishes."""
    domain, each = Domain("n in [1,oo)"), Domain(reals("S", "g"))
    S, g = each
    given = ((inner(g, S), "==", 0), (norm_sq(g), "==", 1))

    def proof(k: Any) -> Any:
        orthogonal, unit = k.hypothesis(0), k.hypothesis(1)
        return k.show(norm_sq(S + g), "==", norm_sq(S) + 1, by=[(2, orthogonal), (1, unit)])

    def sample(rng: random.Random) -> Any:
        a, b = Fraction(rng.randint(-5, 5)), Fraction(rng.randint(1, 5))
        values = [
            {"g": Fraction(3, 5), "S": b * Fraction(4, 5)},
            {"g": Fraction(4, 5), "S": -b * Fraction(3, 5)},
            {"g": Fraction(0), "S": a},
        ]
        return {"n": Fraction(3)}, values

    return ForEveryN(domain, each, given, norm_sq(S + g), "==", norm_sq(S) + c), chain(proof, sample)


sum_grows_by_a_right_angle.false_if("the square grew 1 % more", c=_ONE_PERCENT)


@claim(
    paper="abernethy",
    where="orthogonal adversary, a gradient in three dimensions",
    expected="proved",
    strength="identity",
    form="derived",
    assumptions=("where x and S are parallel any unit vector orthogonal to S serves",),
    says=r"g=x\times S:\quad\langle g,x\rangle^2+\langle g,S\rangle^2=0,\quad\text{in }\mathbb R^3",
)
def cross_product_is_orthogonal_to_both(c: Constant = 1) -> Stated:
    """Three dimensions suffice: the cross product is orthogonal to the point and to the sum."""
    domain = Domain(reals("x1", "x2", "x3", "S1", "S2", "S3"))
    x1, x2, x3, S1, S2, S3 = domain
    cross = (c * x2 * S3 - x3 * S2, x3 * S1 - x1 * S3, x1 * S2 - x2 * S1)
    against_point = sum(a * b for a, b in zip(cross, (x1, x2, x3), strict=True))
    against_sum = sum(a * b for a, b in zip(cross, (S1, S2, S3), strict=True))
    left = against_point**2 + against_sum**2
    return ForAll(domain, left, "==", 0 * x1), chain(lambda k: k.identity(left, 0 * x1))


cross_product_is_orthogonal_to_both.false_if("a term were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper="abernethy",
    where="dimension two",
    expected="proved",
    strength="identity",
    form="derived",
    assumptions=("so that in the plane a gradient orthogonal to x and S exists only where they are parallel",),
    says=r"g_1(x_1S_2-x_2S_1)=S_2\langle g,x\rangle-x_2\langle g,S\rangle\quad\text{in }\mathbb R^2",
)
def plane_has_no_room(c: Constant = 1) -> Stated:
    """Cramer's rule: the first coordinate of g times the determinant is a combination of the two products."""
    domain = Domain(reals("g1", "g2", "x1", "x2", "S1", "S2"))
    g1, g2, x1, x2, S1, S2 = domain
    left = g1 * (x1 * S2 - c * x2 * S1)
    right = S2 * (g1 * x1 + g2 * x2) - x2 * (g1 * S1 + g2 * S2)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


plane_has_no_room.false_if("a term of the determinant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper="abernethy",
    where="orthogonal adversary, the best point of the unit ball",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    assumptions=("the bound is attained at u = -S/|S|",),
    says=r"\|u\|\le1,\ \|S\|=\ell>0\ \Rightarrow\ -\langle S,u\rangle\le\ell",
)
def best_point_gains_the_length(c: Constant = 1) -> Stated:
    """A square: |S + l u|^2 >= 0."""
    domain, each = Domain("l in (0,oo)"), Domain(reals("S", "u"))
    (length,), (S, u) = domain, each
    given = ((norm_sq(S), "==", length**2), (norm_sq(u), "<=", 1))
    left = -inner(S, u)

    def proof(k: Any) -> Any:
        whole, inside = k.hypothesis(0), k.hypothesis(1)
        square = k.sign(norm_sq(S + length * u) / (2 * length), ">=")
        return k.show(left, "<=", length, by=[square, (-1 / (2 * length), whole), (length / 2, inside)])

    def sample(rng: random.Random) -> Any:
        a = Fraction(rng.randint(1, 9), rng.randint(1, 3))
        rows = [{"S": sign * a * part, "u": -sign * part} for sign, part in ((1, Fraction(3, 5)), (-1, Fraction(4, 5)))]
        return {"l": a}, rows

    return ForEveryN(domain, each, given, left, "<=", c * length), chain(proof, sample)


best_point_gains_the_length.false_if("it gained 1 % less", c=Fraction(99, 100))


@claim(
    paper="abernethy",
    where="orthogonal adversary, all rounds",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    assumptions=(
        "rows are the rounds: r_t = <g_t, x_t>, a_t = |S_{t-1}|^2, b_t = |S_t|^2; the sum telescopes from S_0 = 0",
        "r_t = 0 by the choice of g_t; that |S_t|^2 grows by 1 is proved beside this",
        "l = |S_T| is what the best point of the unit ball gains",
    ),
    says=r"\forall T\ge1:\quad\sum_{t\le T}\langle g_t,x_t\rangle-\min_{\|u\|\le1}\langle S_T,u\rangle=\sqrt T",
)
def regret_is_the_root(c: Constant = 1) -> Stated:
    """Sum the rounds and take the root."""
    domain, each = Domain("n in [1,oo), l in [0,oo)"), Domain(f"{reals('r')}, a in [0,oo), b in [0,oo)")
    (n, length), (r, a, b) = domain, each
    given = ((r, "==", 0), (b, "==", a + 1), (Sig(b - a), "==", length**2), (Sig(1 + 0 * r), "==", n))

    def proof(k: Any) -> Any:
        flat, grown, whole, rounds = (k.hypothesis(i) for i in range(4))
        squared = k.show(length**2, "==", n, by=[(-1, whole), (1, k.sum_up(grown)), (1, rounds)])
        root = k.power(squared, Fraction(1, 2))
        return k.show(Sig(r) + length, "==", n ** Fraction(1, 2), by=[k.sum_up(flat), root])

    def sample(rng: random.Random) -> Any:
        side = rng.randint(1, 3)
        rows = [{"r": Fraction(0), "a": Fraction(t), "b": Fraction(t + 1)} for t in range(side**2)]
        return {"n": Fraction(side**2), "l": Fraction(side)}, rows

    return ForEveryN(domain, each, given, Sig(r) + length, "==", c * n ** Fraction(1, 2)), chain(proof, sample)


regret_is_the_root.false_if("it were 1 % more", c=_ONE_PERCENT)


def _potential(weight: Any, value: Any, gradient: Any, mean: Any) -> Any:
    """Return ``2 theta^2 (f - |g|^2 / 2) + |z - 2 theta g|^2 / 2``."""
    return 2 * weight**2 * (value - norm_sq(gradient) / 2) + norm_sq(mean - 2 * weight * gradient) / 2


def _below_minimum(value: Any, gradient: Any, point: Any) -> Any:
    """Return Q(x*, x) with the minimiser at the origin, of value 0."""
    return -value + inner(gradient, point) - norm_sq(gradient) / 2


@claim(
    paper=_OPTIMISED,
    where="optimised gradient method, first point",
    expected="proved",
    strength="identity",
    form="derived",
    assumptions=_UNITS,
    says=r"\theta_0=1\ \Rightarrow\ U_0=\tfrac12\|x_0\|^2-2Q(x_\star,x_0)",
)
def potential_of_the_first_point(c: Constant = 1) -> Stated:
    """Expand the square."""
    domain, each = Domain(reals("f")), Domain(reals("x", "g"))
    (f,), (x, g) = domain, each
    left = _potential(1, f, g, x)
    right = c * norm_sq(x) / 2 - 2 * _below_minimum(f, g, x)

    def sample(rng: random.Random) -> Any:
        return point_and_coordinates(rng, ("x", "g"), scalars=("f",))

    return ForEveryN(domain, each, (), left, "==", right), chain(lambda k: k.show(left, "==", right), sample)


potential_of_the_first_point.false_if("the distance counted 1 % more", c=_ONE_PERCENT)


def _one_step(c: Constant, *, last: bool) -> Stated:
    """The potential's change with both interpolation conditions added: a multiple of the recursion of the weights."""
    domain = Domain("s in (0,oo), t in (0,oo), f in (-oo,oo), f1 in (-oo,oo)")
    each = Domain(reals("x", "g", "z1", "g1"))
    (s, t, f, f1), (x, g, z1, g1) = domain, each
    share = 1 if last else 2  # in the last step the new point counts half
    near = x - g
    x1 = near + (z1 - near) / t
    given = ((t**2 - t, "==", (2 if last else 1) * s**2),)
    before = 2 * s**2 * (f - norm_sq(g) / 2) + norm_sq(z1) / 2
    after = t**2 * f1 + norm_sq(z1 - t * g1) / 2 if last else _potential(t, f1, g1, z1)
    between = f - f1 - inner(g1, x - x1) - norm_sq(g - g1) / 2
    left = after - before + c * 2 * s**2 * between + share * t * _below_minimum(f1, g1, x1)
    factor = f1 * share + inner(g1, near - z1) * share / t + norm_sq(g1) * Fraction(share, 2)

    def proof(k: Any) -> Any:
        return k.show(left, "==", 0 * s, by=[(factor, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("x", "g", "z1", "g1"), scalars=("f", "f1"))
        m = Fraction(rng.randint(2, 6))  # rational points of (2 t - 1)^2 - 4 (t^2 - t) = 1
        weights = (Fraction(1), Fraction(2)) if last else ((m - 1 / m) / 4, ((m + 1 / m) / 2 + 1) / 2)
        return point | {"s": weights[0], "t": weights[1]}, rows

    return ForEveryN(domain, each, given, left, "==", 0 * s), chain(proof, sample)


@claim(
    paper=_OPTIMISED,
    where="optimised gradient method, one step, every N",
    expected="proved",
    strength="identity",
    form="derived",
    assumptions=(*_UNITS, "x' = (1 - 1/t')(x - g) + z'/t' and z' = z - 2 t g are put in"),
    says=r"\theta'^2-\theta'=\theta^2\ \Rightarrow\ U'-U=-2\theta^2Q(x,x')-2\theta'Q(x_\star,x'),\quad "
    r"U=2\theta^2\bigl(f(x)-\tfrac12\|g\|^2\bigr)+\tfrac12\|z-2\theta g\|^2",
)
def potential_does_not_grow(c: Constant = 1) -> Stated:
    """The squares cancel: what is left is a multiple of the recursion of the weights."""
    return _one_step(c, last=False)


potential_does_not_grow.false_if("the condition between the points counted 1 % more", c=_ONE_PERCENT)


@claim(
    paper=_OPTIMISED,
    where="optimised gradient method, last step, every N",
    expected="proved",
    strength="identity",
    form="derived",
    assumptions=(*_UNITS, "with the first point and the steps before: f(x_N) - f* <= |x_0 - x*|^2 / (2 theta_N^2)"),
    says=r"\theta_N^2-\theta_N=2\theta^2\ \Rightarrow\ \theta_N^2f(x_N)+\tfrac12\|z_N-\theta_Ng_N\|^2-U"
    r"=-2\theta^2Q(x,x_N)-\theta_NQ(x_\star,x_N)",
)
def last_step_of_the_optimised_method(c: Constant = 1) -> Stated:
    """As in every step; the last weight solves its own equation, so that no gradient is left over."""
    return _one_step(c, last=True)


last_step_of_the_optimised_method.false_if("the condition between the points counted 1 % more", c=_ONE_PERCENT)
