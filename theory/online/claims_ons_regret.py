r"""Regret of online Newton steps: one round, the elliptical potential, and the closing inequality with every constant.

Round t plays x, sees g, adds ``g g'`` to the matrix and moves to y, the minimiser of ``<g, .> + (gamma/2)|. - x|^2`` in
the norm of the new matrix ``A_t = A_{t-1} + g g'``; ``A_0 = epsilon I``. The curvature ``(gamma/2) <g, x - u>^2`` of
the losses is what the growth of the matrix costs, exactly, so that

``regret <= (gamma/2) epsilon |x_1 - u|^2 + (1/(2 gamma)) log(det A_T/det A_0)``.

With ``epsilon = 1/(gamma D)^2`` and ``gamma = min(1/(G D), alpha)/2`` this is at most
``max(1/alpha, G D) (1 + d log(1 + T/(4 d)))``, hence at most 5/4 of ``max(1/alpha, G D) d log T`` for T >= 4: the usual
``2 (1/alpha + G D) d log T`` and the original ``5 (1/alpha + G D) d log T`` are larger.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

PAPER = "ons"
_WHERE = "online Newton step"
_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="tight",
    assumptions=(
        "coordinates in which A_t is the identity: the squared norm of A_{t-1} is then |z|^2 - <g, z>^2",
        "u and y lie in the convex decision set; the condition on the inner product is first-order optimality of y",
        "a = <g, x - u>; the left side less its potential is at least the regret if f lies above its parabola",
    ),
    says=r"\langle g,x-u\rangle-\tfrac\gamma2\langle g,x-u\rangle^2+\tfrac\gamma2\|y-u\|^2_{A_t}"
    r"\le\tfrac\gamma2\|x-u\|^2_{A_{t-1}}+\tfrac1{2\gamma}\|g\|^2_{A_t^{-1}}",
)
def newton_round(price: Constant = Fraction(1, 2)) -> Stated:
    """Optimality and one square, |g + gamma (y - x)|^2: the growth of the matrix is paid for exactly."""
    domain, each = Domain("gamma in (0,oo), " + reals("a")), Domain(reals("u", "x", "y", "g"))
    (gamma, a), (u, x, y, g) = domain, each
    given = ((inner(g + gamma * (y - x), u - y), ">=", 0), (inner(g, x - u), "==", a))
    left = a - gamma / 2 * a**2 + gamma / 2 * norm_sq(y - u)

    def right(price: Any) -> Any:
        return gamma / 2 * (norm_sq(x - u) - a**2) + price / gamma * norm_sq(g)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((g + gamma * (y - x)) ** 2) / (2 * gamma), ">=")
        by = [k.hypothesis(0), (1, k.hypothesis(1)), square]
        return k.show(left, "<=", right(Fraction(1, 2)), by=by)

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("u", "x", "g"), positive=("gamma",))
        for row in rows:
            row["y"] = row["x"] - row["g"] / point["gamma"]
            if rng.random() < 0.3:
                row |= {name: max(min(row[name], Fraction(1)), Fraction(-1)) for name in ("u", "y")}
        return point | {"a": sum(row["g"] * (row["x"] - row["u"]) for row in rows)}, rows

    return ForEveryN(domain, each, given, left, "<=", right(price)), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": determinant of the updated matrix, d = 3",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    assumptions=("decided in three dimensions only; adj is the adjugate, det(A) A^{-1}",),
    says=r"\det(A+gg^\top)=\det A+g^\top\operatorname{adj}(A)\,g,\quad A=A^\top\in\mathbb R^{3\times3}",
)
def determinant_of_update(c: Constant = 1) -> Stated:
    """Both sides are the same polynomial in nine variables."""
    import sympy

    domain = Domain(reals("a11", "a12", "a13", "a22", "a23", "a33", "g1", "g2", "g3"))
    a11, a12, a13, a22, a23, a33, *entries = domain
    matrix, g = sympy.Matrix([[a11, a12, a13], [a12, a22, a23], [a13, a23, a33]]), sympy.Matrix(entries)
    left = sympy.expand((matrix + g * g.T).det())
    right = sympy.expand(matrix.det()), sympy.expand((g.T * matrix.adjugate() * g)[0])

    def proof(k: Proof) -> Any:
        return k.identity(left, right[0] + right[1])

    ones = dict.fromkeys((symbol.name for symbol in domain), 0) | {"a11": 1, "a22": 1, "a33": 1, "g1": 1}
    return ForAll(domain, left, "==", right[0] + c * right[1]), chain_at(proof, ones)


@claim(
    paper=PAPER,
    where=_WHERE + ": elliptical potential, one round",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "the classes are coordinates in which A_{t-1} is diagonal, with entries h; A_t z = g_t and s = <g_t, z>",
        "the logarithm is log(det A_t/det A_{t-1}) by the matrix determinant lemma, which is argued, not decided",
    ),
    says=r"s=g_t^\top A_t^{-1}g_t\le\log\bigl(1+g_t^\top A_{t-1}^{-1}g_t\bigr),\quad A_t=A_{t-1}+g_tg_t^\top",
)
def elliptical_potential(c: Constant = 1, newest: Constant = 1) -> Stated:
    """Solving for z gives s = p/(1 + p), p the form on the right; then the tangent of the logarithm at 1 + p."""
    import sympy

    domain, each = Domain(reals("s")), Domain("h in (0,oo), " + reals("g", "z"))
    (s,), (h, g, z) = domain, each
    p = Sig(g**2 / h)
    given = ((h * z + newest * g * s, "==", g), (Sig(g * z), "==", s))

    def proof(k: Proof) -> Any:
        solved, form = k.hypothesis(0), k.hypothesis(1)
        v = k.fresh("v in (0,oo)")
        k.sign(p, ">=")
        weighted = k.sum_up(k.show(g * z + s * g**2 / h, "==", g**2 / h, by=[(g / h, solved)]))
        value = k.show(s, "==", p / (1 + p), by=[(1 / (1 + p), weighted), (-1 / (1 + p), form)])
        line = k.tangent(sympy.log(v), v, 1 + p, 1)
        return k.show(s, "<=", sympy.log(1 + p), by=[value, line])

    def sample(rng: random.Random) -> Any:
        flat = Fraction(rng.choice((1, 1, 1000)))
        _, rows = point_and_coordinates(rng, ("g",))
        rows = [row | {"h": flat * Fraction(rng.randint(1, 4))} for row in rows]
        form = sum(row["g"] ** 2 / row["h"] for row in rows)
        share = 1 / (1 + Fraction(newest) * form)
        return {"s": form * share}, [row | {"z": row["g"] / row["h"] * share} for row in rows]

    return ForEveryN(domain, each, given, s, "<=", c * sympy.log(1 + p)), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", T rounds",
    expected="proved",
    strength="upper",
    assumptions=(
        ("the classes are the rounds: r is <g, x - u> - (gamma/2) <g, x - u>^2, q is g'A_t^{-1}g, a and b are the "
        "potentials (gamma/2)|x_t - u|^2 before and after, l is the growth of log det A_t"),
        "first = (gamma/2) epsilon |x_1 - u|^2; the potentials and the logarithms telescope, which is a condition here",
        "volume = log(det A_T/det A_0), at most d log(1 + T G^2/(d epsilon)) by concavity of the logarithm",
    ),
    uses=("ons.newton_round", "ons.elliptical_potential", "sea.determinant_below_trace"),
    says=r"\sum_t\Bigl[\langle g_t,x_t-u\rangle-\tfrac\gamma2\langle g_t,x_t-u\rangle^2\Bigr]"
    r"\le\tfrac{\gamma\epsilon}2\|x_1-u\|^2+\tfrac1{2\gamma}\log\frac{\det A_T}{\det A_0}",
)  # fmt: skip
def newton_rounds(price: Constant = Fraction(1, 2)) -> Stated:
    """Add up the rounds and their logarithms."""
    domain = Domain("gamma in (0,oo), first in [0,oo), last in [0,oo), volume in [0,oo)")
    each = Domain("q in [0,oo), l in [0,oo), a in [0,oo), b in [0,oo), " + reals("r"))
    (gamma, first, last, volume), (q, grown, a, b, r) = domain, each
    given = (
        (r + b, "<=", a + q / (2 * gamma)), (q, "<=", grown), (Sig(a) - Sig(b), "==", first - last),
        (Sig(grown), "==", volume),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        rounds, logs, telescoped, whole = (k.hypothesis(i) for i in range(4))
        by = [k.sum_up(rounds), (1 / (2 * gamma), k.sum_up(logs)), (-1, telescoped), (-1 / (2 * gamma), whole)]
        return k.show(Sig(r), "<=", first + volume / (2 * gamma), by=by)

    def sample(rng: random.Random) -> Any:
        gamma = Fraction(rng.randint(1, 6), 2)
        levels = [Fraction(rng.randint(0, 6)) for _ in range(rng.randint(1, 5))] + [Fraction(0)]
        rows = [{"a": a, "b": b, "q": Fraction(rng.randint(1, 4), 4)} for a, b in itertools.pairwise(levels)]
        for row in rows:
            row |= {"l": row["q"], "r": row["a"] - row["b"] + row["q"] / (2 * gamma)}
        volume = sum(row["l"] for row in rows)
        return {"gamma": gamma, "first": levels[0], "last": levels[-1], "volume": volume}, rows

    statement = ForEveryN(domain, each, given, Sig(r), "<=", first + price * volume / gamma)
    return statement, chain(proof, sample)


_CLOSING = (
    "B = G D; gamma = min(1/B, alpha)/2 gives 2 gamma B <= 1 and 1/(2 gamma) = m = max(1/alpha, B)",
    "epsilon = 1/(gamma D)^2: the left side is the bound of newton_rounds at log det <= d log(1 + T G^2/(d epsilon))",
)


def _regret(gamma: Any, B: Any, d: Any, T: Any) -> Any:
    import sympy

    return (1 + d * sympy.log(1 + T * gamma**2 * B**2 / d)) / (2 * gamma)


@claim(
    paper=PAPER,
    where=_WHERE + ": regret bound, sharper",
    expected="proved",
    strength="upper",
    corrects="ons.newton_bound",
    assumptions=_CLOSING,
    uses=("ons.newton_rounds", "ons.half_curvature"),
    says=r"\tfrac1{2\gamma}\Bigl(1+d\log\bigl(1+\tfrac{TG^2\gamma^2D^2}d\bigr)\Bigr)"
    r"\le\max\{\tfrac1\alpha,GD\}\Bigl(1+d\log\bigl(1+\tfrac T{4d}\bigr)\Bigr)",
)
def newton_bound_sharper(part: Constant = Fraction(1, 4)) -> Stated:
    """(gamma B)^2 <= 1/4, and the logarithm grows."""
    import sympy

    domain = Domain("gamma in (0,oo), B in [0,oo), m in (0,oo), d in [1,oo), T in [1,oo)")
    gamma, B, m, d, T = domain

    def proof(k: Proof) -> Any:
        half, most = k.hypothesis(0), k.hypothesis(1)
        square = k.show(1, ">=", 4 * gamma**2 * B**2, by=[(1 + 2 * gamma * B, half)])
        order = k.show(1 + T / (4 * d), ">=", 1 + T * gamma**2 * B**2 / d, by=[(T / (4 * d), square)])
        grown = k.logarithm(order)
        whole = k.sign(1 + d * sympy.log(1 + T / (4 * d)), ">=")
        return k.show(_regret(gamma, B, d, T), "<=", m * whole.lhs, by=[(d / (2 * gamma), grown), (whole.lhs, most)])

    given = ((2 * gamma * B, "<=", 1), (1 / (2 * gamma), "<=", m))
    end = {"gamma": Fraction(1, 2), "B": 1, "m": 1, "d": 1, "T": 100}
    right = m * (1 + d * sympy.log(1 + part * T / d))
    return ForAll(domain, _regret(gamma, B, d, T), "<=", right, given=given), chain_at(proof, end)


@claim(
    paper=PAPER,
    where=_WHERE + ": regret bound, sharper, as a multiple of d log T",
    expected="proved",
    strength="upper",
    assumptions=("T >= 4, as in the usual bound",),
    says=r"1+d\log\bigl(1+\tfrac T{4d}\bigr)\le\tfrac54\,d\log T,\quad T\ge4,\ d\ge1",
)
def five_quarters(c: Constant = Fraction(5, 4)) -> Stated:
    """Per dimension d = 1 is worst; there the difference grows with T from T = 4 on."""
    import sympy

    domain = Domain("d in [1,oo), T in [4,oo)")
    d, T = domain
    left = 1 + d * sympy.log(1 + T / (4 * d))

    def proof(k: Proof) -> Any:
        gap = sympy.Rational(5, 4) * sympy.log(T) - sympy.log(1 + T / 4) - 1
        rate = k.sign((T + 20) / (4 * T * (T + 4)), ">=")
        grown = k.grows(k.show(gap.diff(T), ">=", 0, by=[rate]), gap, T)
        start = k.show(gap.subs(T, 4), ">=", 0)
        order = k.logarithm(k.show(1 + T / 4, ">=", 1 + T / (4 * d), by=[k.sign(T / 4 * (1 - 1 / d), ">=")]))
        return k.show(left, "<=", sympy.Rational(5, 4) * d * sympy.log(T), by=[(d, grown), (d, start), (d, order)])

    return ForAll(domain, left, "<=", c * d * sympy.log(T)), chain_at(proof, {"d": 1, "T": 4})


@claim(
    paper=PAPER,
    where=_WHERE + ": regret bound",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(*_CLOSING, "the maximum of 1/alpha and B is at most their sum"),
    uses=("ons.newton_rounds", "ons.half_curvature"),
    says=r"\tfrac1{2\gamma}\Bigl(1+d\log\bigl(1+\tfrac{TG^2\gamma^2D^2}d\bigr)\Bigr)"
    r"\le2\bigl(\tfrac1\alpha+GD\bigr)d\log T,\quad T\ge4",
)
def newton_bound(c: Constant = 2) -> Stated:
    """From the sharper bound: 5/4 is less than 2."""
    import sympy

    domain = Domain("gamma in (0,oo), alpha in (0,oo), B in [0,oo), d in [1,oo), T in [4,oo)")
    gamma, alpha, B, d, T = domain
    m = 1 / alpha + B

    def proof(k: Proof) -> Any:
        half, most = k.hypothesis(0), k.hypothesis(1)
        values = {"gamma": gamma, "B": B, "m": m, "d": d, "T": T}
        sharper = k.apply(newton_bound_sharper, values, given=[half, most])
        quarters = k.apply(five_quarters, {"d": d, "T": T})
        rest = k.sign(sympy.Rational(3, 4) * m * d * sympy.log(T), ">=")
        right = 2 * m * d * sympy.log(T)
        return k.show(_regret(gamma, B, d, T), "<=", right, by=[sharper, (m, quarters), rest])

    given = ((2 * gamma * B, "<=", 1), (1 / (2 * gamma), "<=", m))
    small = {"gamma": Fraction(1, 2), "alpha": 99, "B": Fraction(99, 100), "d": 1, "T": 4}
    return ForAll(domain, _regret(gamma, B, d, T), "<=", c * m * d * sympy.log(T), given=given), chain_at(proof, small)


@claim(
    paper=PAPER,
    where=_WHERE + ": regret bound, with the older curvature",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        "B = G D; gamma = min(1/(4 B), alpha)/2 gives 8 gamma B <= 1 and 1/(2 gamma) <= 4 (1/alpha + B)",
        "epsilon = 1/(gamma D)^2; at T = 2 this left side may exceed the right one",
    ),
    uses=("ons.newton_rounds", "sea.exp_concave_gain"),
    says=r"\tfrac1{2\gamma}\Bigl(1+d\log\bigl(1+\tfrac{TG^2\gamma^2D^2}d\bigr)\Bigr)"
    r"\le5\bigl(\tfrac1\alpha+GD\bigr)d\log T,\quad T\ge3",
)
def newton_bound_original(c: Constant = 5) -> Stated:
    """(gamma B)^2 <= 1/64; then 4 (1 + log(1 + T/64)) <= 5 log T grows from T = 3 on."""
    import sympy

    domain = Domain("gamma in (0,oo), alpha in (0,oo), B in [0,oo), d in [1,oo), T in [3,oo)")
    gamma, alpha, B, d, T = domain
    m, log = 1 / alpha + B, sympy.log
    left, right = _regret(gamma, B, d, T), 5 * m * d * log(T)

    def proof(k: Proof) -> Any:
        eighth, most = k.hypothesis(0), k.hypothesis(1)
        square = k.show(1, ">=", 64 * gamma**2 * B**2, by=[(1 + 8 * gamma * B, eighth)])
        steps = [(T / (64 * d), square), k.sign(T / 64 * (1 - 1 / d), ">=")]
        order = k.logarithm(k.show(1 + T / 64, ">=", 1 + T * gamma**2 * B**2 / d, by=steps))
        gap = 5 * log(T) - 4 * log(1 + T / 64) - 4
        rate = k.sign((T + 320) / (T * (T + 64)), ">=")
        grown = k.grows(k.show(gap.diff(T), ">=", 0, by=[rate]), gap, T)
        start = k.show(gap.subs(T, 3), ">=", 0)
        whole = k.sign(1 + d * log(1 + T / 64), ">=")
        middle = k.show(left, "<=", 4 * m * whole.lhs, by=[(d / (2 * gamma), order), (whole.lhs, most)])
        one = k.sign(4 * m * (d - 1), ">=")
        return k.show(left, "<=", right, by=[middle, one, (m * d, grown), (m * d, start)])

    given = ((8 * gamma * B, "<=", 1), (1 / (2 * gamma), "<=", 4 * m))
    few = {"gamma": Fraction(1, 8), "alpha": 99, "B": Fraction(99, 100), "d": 1, "T": 3}
    return ForAll(domain, left, "<=", c * m * d * log(T), given=given), chain_at(proof, few)


newton_round.false_if("the price were 1 % smaller", price=_LESS / 2)
determinant_of_update.false_if("the quadratic form counted 1 % more", c=Fraction(101, 100))
elliptical_potential.false_if("the logarithm counted 1 % less", c=_LESS)
elliptical_potential.false_if("0.49 of the newest gradient were counted", newest=Fraction(49, 100))
newton_rounds.false_if("the logarithms counted 1 % less", price=_LESS / 2)
newton_bound_sharper.false_if("a quarter of T were a fifth", part=Fraction(1, 5))
five_quarters.false_if("the factor were 1.22; (1 + log 2)/log 4 = 1.2213 is the least", c=Fraction(122, 100))
newton_bound.false_if("the factor were 1.2", c=Fraction(12, 10))
newton_bound_original.false_if("the factor were 3.7", c=Fraction(37, 10))
