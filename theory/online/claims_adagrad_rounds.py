r"""Regret of AdaGrad: what a step costs, the potential of an increasing metric, and the best step size.

Diagonal: ``h_i = sqrt(sum_{s<=t} g_{s,i}^2)`` counts the newest gradient, the step is ``eta/h_i`` in coordinate i, and

``sum <g_t, x_t - u> <= (D^2/(2 eta) + eta) sum_i h_{T,i}``, D the largest width of the decision set in a coordinate,

which is ``sqrt(2) D sum_i h_{T,i}`` at the best step ``eta = D/sqrt(2)``. This holds on every path and in every
dimension. Full matrix: the root of ``sum g g'`` in place of h, its trace in place of the sum, and D the diameter; what
a step costs is decided here, what the growing metric adds is argued: ``z'(H_t - H_{t-1})z <= |z|^2 tr(H_t - H_{t-1})``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

PAPER = "adagrad"
_WHERE = "adaptive subgradient methods"
_LESS, _MORE = Fraction(99, 100), Fraction(101, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ": price of one step",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=("a = g_t^2 and S is the sum of the earlier squares; summed over rounds the roots telescope",),
    says=r"\frac a{\sqrt{S+a}}\le2\bigl(\sqrt{S+a}-\sqrt S\bigr),\quad S\ge0,\ a>0",
)
def step_price(c: Constant = 2, newest: Constant = 1) -> Stated:
    """The root is concave: its increment is at least that of the tangent at the upper end."""
    import sympy

    domain = Domain("S in [0,oo), a in (0,oo)")
    S, a = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        line = k.tangent(sympy.sqrt(v), v, S + a, S)
        return k.show(a / sympy.sqrt(S + a), "<=", 2 * (sympy.sqrt(S + a) - sympy.sqrt(S)), by=[(2, line)])

    left, right = a / sympy.sqrt(S + newest * a), c * (sympy.sqrt(S + a) - sympy.sqrt(S))
    late = {"S": 1000, "a": 1}
    return ForAll(domain, left, "<=", right), chain_at(proof, late, {"S": Fraction(1, 100), "a": 100})


@claim(
    paper=PAPER,
    where=_WHERE + ": how much of the newest gradient the step must count",
    expected="proved",
    strength="tight",
    assumptions=("a = g_t^2 and S is the sum of the earlier squares",),
    says=r"\frac a{\sqrt{S+a/2}}\le2\bigl(\sqrt{S+a}-\sqrt S\bigr),\quad S\ge0,\ a>0",
)
def half_of_newest(newest: Constant = Fraction(1, 2)) -> Stated:
    """The mean of two roots is at most the root of the mean: half is enough, and less is not."""
    import sympy

    domain = Domain("S in [0,oo), a in (0,oo)")
    S, a = domain
    root, middle = sympy.sqrt, sympy.sqrt(S + a / 2)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        mean = k.chord(root(v), v, S + a, S, sympy.Rational(1, 2))
        gap = k.show(a / middle, "==", (root(S + a) - root(S)) * (root(S + a) + root(S)) / middle)
        more = k.show(root(S + a), ">=", root(S), by=[k.power(k.show(S + a, ">=", S), Fraction(1, 2))])
        rate = (root(S + a) - root(S)) / middle
        k.show(rate, ">=", 0, by=[(1 / middle, more)])
        return k.show(a / middle, "<=", 2 * (root(S + a) - root(S)), by=[gap, (2 * rate, mean)])

    left, right = a / root(S + newest * a), 2 * (root(S + a) - root(S))
    return ForAll(domain, left, "<=", right), chain_at(proof, {"S": 1000, "a": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": price of one step, full matrix",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "coordinates in which A, the root of the new matrix, is diagonal with entries a; B that of the old one, "
            "b its diagonal, r the sum of squares of the other entries of its row"
        ),
        "A^2 - B^2 = gg' on the diagonal: g^2 = a^2 - b^2 - r; where a is 0 so are b, g and r, which adds nothing",
    ),
    says=r"\tfrac12\,g^\top A^{-1}g\le\operatorname{tr}A-\operatorname{tr}B,\quad A^2=B^2+gg^\top",
)
def step_price_full(c: Constant = Fraction(1, 2)) -> Stated:
    """Twice the difference is the trace of (A - B) A^{-1} (A - B)."""
    domain, each = Domain("free in (0,oo)"), Domain("a in (0,oo), r in [0,oo), " + reals("b", "g"))
    a, r, b, g = each
    given = ((g**2, "==", a**2 - b**2 - r),)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign(((a - b) ** 2 + r) / (2 * a), ">="))
        same = k.sum_up(k.show(g**2 / a, "==", (a**2 - b**2 - r) / a, by=[(1 / a, k.hypothesis(0))]))
        left, right = Sig(g**2 / a) / 2, Sig(a) - Sig(b)
        return k.show(left, "<=", right, by=[square, (Fraction(-1, 2), same)])

    def sample(rng: random.Random) -> Any:
        """Pythagorean rows: a^2 - b^2 = g^2 with g small against a."""
        rows = []
        for _ in range(rng.randint(1, 3)):
            p, q = Fraction(rng.choice((2, 20, 200))), Fraction(1)
            rows.append({"a": p**2 + q**2, "b": p**2 - q**2, "g": 2 * p * q, "r": Fraction(0)})
        return {"free": Fraction(1)}, rows

    return ForEveryN(domain, each, given, c * Sig(g**2 / a), "<=", Sig(a) - Sig(b)), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the coordinates; b and h are the metric before and after the gradient g",
        "where h is 0, so is g: these coordinates do not move, and add nothing",
        "u and y lie in the convex decision set; the condition on the inner product is first-order optimality of y",
        "|x_i - u_i| <= D: the width of the decision set in coordinate i",
    ),
    says=r"\langle g,x-u\rangle+\tfrac1{2\eta}\sum_ih_i\bigl[(y_i-u_i)^2-D^2\bigr]\le\tfrac1{2\eta}\sum_ib_i"
    r"\bigl[(x_i-u_i)^2-D^2\bigr]+\tfrac\eta2\sum_i\frac{g_i^2}{h_i}",
)
def increasing_metric_round(price: Constant = Fraction(1, 2), width: Constant = 1) -> Stated:
    """Optimality, one square a coordinate, and D^2 for what the growing metric adds to |x - u|^2."""
    domain = Domain("D in (0,oo), eta in (0,oo)")
    each = Domain("b in [0,oo), h in (0,oo), " + reals("u", "x", "y", "g"))
    (D, eta), (b, h, u, x, y, g) = domain, each
    given = ((h, ">=", b), ((x - u) ** 2, "<=", width * D**2), (inner(g + h * (y - x) / eta, u - y), ">=", 0))
    left = inner(g, x - u) + Sig(h * ((y - u) ** 2 - D**2)) / (2 * eta)

    def right(price: Any) -> Any:
        return Sig(b * ((x - u) ** 2 - D**2)) / (2 * eta) + price * eta * Sig(g**2 / h)

    def proof(k: Proof) -> Any:
        _larger, within, optimal = (k.hypothesis(i) for i in range(3))
        more = k.sum_up(k.show((h - b) * D**2, ">=", (h - b) * (x - u) ** 2, by=[(h - b, within)]))
        square = k.sum_up(k.sign((eta * g / h + y - x) ** 2 * h / (2 * eta), ">="))
        return k.show(left, "<=", right(Fraction(1, 2)), by=[optimal, square, (1 / (2 * eta), more)])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("u", "x", "g"), positive=("eta",))
        D = max(abs(row["x"] - row["u"]) for row in rows) or Fraction(1)
        for row in rows:
            row["b"] = Fraction(rng.randint(0, 4), 2)
            row["h"] = row["b"] + Fraction(rng.randint(0 if row["b"] else 1, 3), 2)
            row["y"] = row["x"] - point["eta"] * row["g"] / row["h"]
        return point | {"D": D / (1 if width == 1 else 2)}, rows

    return ForEveryN(domain, each, given, left, "<=", right(price)), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", T rounds",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "the classes are rounds: r is <g, x - u>, q the sum of g_i^2/h_i, n the growth of the sum of h_i, a and "
            "b the potentials before and after; the potentials and the growths telescope, which is a condition here"
        ),
        "end = sum_i h_{T,i}; before the first round the potential is 0, after the last at least -D^2 end/(2 eta)",
    ),
    uses=("adagrad.increasing_metric_round", "adagrad.step_price"),
    says=r"\sum_t\langle g_t,x_t-u\rangle\le\Bigl(\frac{D^2}{2\eta}+\eta\Bigr)\sum_i\|g_{1:T,i}\|",
)
def increasing_metric_rounds(price: Constant = 1) -> Stated:
    """Add up the rounds: the steps cost twice what the metric has grown."""
    domain = Domain("D in (0,oo), eta in (0,oo), end in [0,oo), last in (-oo,oo)")
    each = Domain("q in [0,oo), n in [0,oo), " + reals("r", "a", "b"))
    (D, eta, end, last), (q, grown, r, a, b) = domain, each
    given = (
        (r + b, "<=", a + eta * q / 2), (q, "<=", 2 * grown), (Sig(a) - Sig(b), "==", -last),
        (last, ">=", -(D**2) * end / (2 * eta)), (Sig(grown), "==", end),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        rounds, steps, telescoped, kept, whole = (k.hypothesis(i) for i in range(5))
        by = [k.sum_up(rounds), (eta / 2, k.sum_up(steps)), (-1, telescoped), kept, (-eta, whole)]
        return k.show(Sig(r), "<=", (D**2 / (2 * eta) + eta) * end, by=by)

    def sample(rng: random.Random) -> Any:
        D, eta = Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 6), 2)
        rows, level, end = [], Fraction(0), Fraction(0)
        for _ in range(rng.randint(1, 5)):
            n = Fraction(rng.randint(1, 4))
            after = level - D**2 * n / (2 * eta)
            rows.append({"q": 2 * n, "n": n, "a": level, "b": after, "r": level - after + eta * n})
            level, end = after, end + n
        return {"D": D, "eta": eta, "end": end, "last": level}, rows

    right = (D**2 / (2 * eta) + price * eta) * end
    return ForEveryN(domain, each, given, Sig(r), "<=", right), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the best step size",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=("attained at eta = D/sqrt(2), the step of the usual bound sqrt(2) D sum_i |g_{1:T,i}|",),
    says=r"\frac{D^2}{2\eta}+\eta\ge\sqrt2\,D",
)
def best_step(c: Constant = 1) -> Stated:
    """Their difference is (eta - D/sqrt(2))^2/eta."""
    import sympy

    domain = Domain("D in (0,oo), eta in (0,oo)")
    D, eta = domain
    left, right = D**2 / (2 * eta) + eta, sympy.sqrt(2) * D

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.sign((eta - D / sympy.sqrt(2)) ** 2 / eta, ">=")])

    return ForAll(domain, left, ">=", c * right), chain_at(proof, {"D": 1, "eta": Fraction(7071, 10000)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the bound at the best step size",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    says=r"\frac{D^2}{2\eta}+\eta=\sqrt2\,D\quad\text{at }\eta=\tfrac D{\sqrt2}",
)
def value_at_best_step(c: Constant = 1) -> Stated:
    """Both summands are D/sqrt(2)."""
    import sympy

    domain = Domain("D in (0,oo)")
    (D,) = domain
    eta = D / sympy.sqrt(2)
    left, right = D**2 / (2 * eta) + eta, sympy.sqrt(2) * D
    return ForAll(domain, left, "==", c * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": against one step size for all coordinates",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "the classes are the d coordinates, h their gradients' norms over all rounds: the sum of h^2 is that of "
            "all squared gradients; on a cube of width D the Euclidean diameter is D sqrt(d)"
        ),
        (
            "so sqrt(2) D sum h is at most sqrt(2) times the diameter times the root of all squared gradients: the "
            "bound with one adaptive step; gradient descent whose fixed step knows that root saves the sqrt(2)"
        ),
    ),
    says=r"\Bigl(\sum_ih_i\Bigr)^2\le d\sum_ih_i^2",
)
def against_one_step_on_a_cube(c: Constant = 1) -> Stated:
    """Cauchy and Schwarz: squares of the deviations from the mean."""
    domain, each = Domain("d in [1,oo), m in [0,oo)"), Domain("h in [0,oo)")
    (d, m), (h,) = domain, each
    given = ((Sig(1), "==", d), (Sig(h), "==", d * m))
    left, right = Sig(h) ** 2, d * norm_sq(h)

    def proof(k: Proof) -> Any:
        square = k.sign(d * Sig((h - m) ** 2), ">=")
        mean = k.hypothesis(1)
        off = k.show(Sig(h) ** 2, "==", d**2 * m**2, by=[(Sig(h) + d * m, mean)])
        return k.show(left, "<=", right, by=[square, (-1, off), (-d * m**2, k.hypothesis(0)), (2 * d * m, mean)])

    def sample(rng: random.Random) -> Any:
        values = [Fraction(rng.randint(0, 4)) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.5:
            values = [Fraction(1)] * len(values)
        return {"d": Fraction(len(values)), "m": sum(values) / len(values)}, [{"h": value} for value in values]

    return ForEveryN(domain, each, given, left, "<=", c * right), chain(proof, sample)


step_price.false_if("the factor 2 were 1 % smaller", c=Fraction(198, 100))
step_price.false_if("the step counted the earlier gradients only", newest=0)
half_of_newest.false_if("0.49 of the newest gradient were counted", newest=Fraction(49, 100))
step_price_full.false_if("the half were 1 % larger", c=Fraction(101, 200))
increasing_metric_round.false_if("the price were 1 % smaller", price=_LESS / 2)
increasing_metric_round.false_if("the decision set were twice as wide", width=4)
increasing_metric_rounds.false_if("the steps cost 1 % less", price=_LESS)
best_step.false_if("the least were 1 % larger", c=_MORE)
value_at_best_step.false_if("the value were 1 % smaller", c=_LESS)
against_one_step_on_a_cube.false_if("the factor d were 1 % smaller", c=_LESS)
