r"""The exp-concave SEA theorem: optimistic Newton steps with the matrix H_t, round by round, with every constant.

``H_t = (1 + beta G^2/2) I + (beta/2) sum_{s<t} g_s g_s'`` with ``beta = min(1/(4GD), alpha)/2``. The statement about
one round is written in the coordinates in which H_t is the identity and H_{t-1} is diagonal, with entries h in [0, 1];
then H_{t+1} is the identity plus ``(beta/2) g g'``, and ``beta/2 |g|^2 <= 1`` says that ``(beta/2) g g' <= H_t``, as
``(beta/2) G^2 I`` is.
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

_PAPER = "sea"
_WHERE = "exp-concave losses, optimistic Newton steps"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)


@claim(
    paper=_PAPER,
    where=_WHERE + ": curvature of an exp-concave loss, upwards",
    expected="proved",
    strength="lemma",
    says=r"\log(1+z)\le z-\tfrac{z^2}4,\quad0\le z\le\tfrac14",
)
def log_below_parabola_above_zero(c: Constant = Fraction(1, 4)) -> Stated:
    """The derivative of the difference is z (1 - z)/(2 (1 + z))."""
    import sympy

    domain = Domain("z in [0,1/4]")
    (z,) = domain
    gap = z - z**2 / 4 - sympy.log(1 + z)

    def proof(k: Proof) -> Any:
        slope = k.show(gap.diff(z), ">=", 0, by=[k.sign(z * (1 - z) / (2 * (1 + z)), ">=")])
        return k.show(sympy.log(1 + z), "<=", z - z**2 / 4, by=[k.grows(slope, gap, z)])

    return ForAll(domain, sympy.log(1 + z), "<=", z - c * z**2), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": curvature of an exp-concave loss, downwards",
    expected="proved",
    strength="lemma",
    says=r"\log(1-y)\le-y-\tfrac{y^2}4,\quad0\le y\le\tfrac14",
)
def log_below_parabola_below_zero(c: Constant = Fraction(1, 4)) -> Stated:
    """The derivative of the difference is y (1 + y)/(2 (1 - y))."""
    import sympy

    domain = Domain("y in [0,1/4]")
    (y,) = domain
    gap = -y - y**2 / 4 - sympy.log(1 - y)

    def proof(k: Proof) -> Any:
        slope = k.show(gap.diff(y), ">=", 0, by=[k.sign(y * (1 + y) / (2 * (1 - y)), ">=")])
        return k.show(sympy.log(1 - y), "<=", -y - y**2 / 4, by=[k.grows(slope, gap, y)])

    return ForAll(domain, sympy.log(1 - y), "<=", -y - c * y**2), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": curvature of an exp-concave loss",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        "exp(-2 beta f) is concave since 2 beta <= alpha, hence f(x) - f(u) <= log(1 + 2 beta <g, x - u>)/(2 beta)",
        "v = <g, x - u> is at most G D in size, hence |2 beta v| <= 1/4",
    ),
    says=r"\tfrac1{2\beta}\log(1+2\beta v)\le v-\tfrac\beta2v^2,\quad|2\beta v|\le\tfrac14",
)
def exp_concave_gain(c: Constant = Fraction(1, 2)) -> Stated:
    """The parabola above the logarithm on either side of 0."""
    import sympy

    domain = Domain("beta in (0,oo), v in (-oo,oo)")
    beta, v = domain
    z = 2 * beta * v
    left = sympy.log(1 + z) / (2 * beta)

    def proof(k: Proof) -> Any:
        goal = v - beta / 2 * v**2
        up, down = k.hypothesis(0), k.hypothesis(1)
        above = k.open_case(v, ">=", 0)
        positive = k.show(z, ">=", 0, by=[(2 * beta, above)])
        line = k.apply(log_below_parabola_above_zero, {"z": z}, given=[positive, up])
        first = k.close_case(k.show(left, "<=", goal, by=[(1 / (2 * beta), line)]))
        below = k.open_case(0, ">", v)
        negative = k.show(-z, ">=", 0, by=[(2 * beta, below)])
        line = k.apply(log_below_parabola_below_zero, {"y": -z}, given=[negative, down])
        return k.join(first, k.close_case(k.show(left, "<=", goal, by=[(1 / (2 * beta), line)])))

    quarter = sympy.Rational(1, 4)
    given = ((z, "<=", quarter), (z, ">=", -quarter))
    end = {"beta": 1, "v": Fraction(1, 8)}
    return ForAll(domain, left, "<=", v - c * beta * v**2, given=given), chain_at(proof, end)


_VECTORS = ("u", "w", "p", "x", "y", "g", "M")


def _newton_round(price: Any, kept: Any) -> tuple[Any, ...]:
    """Return domain, coordinates, conditions and both sides of one round of optimistic Newton steps."""
    domain = Domain("beta in (0,oo), " + reals("a", "q"))
    each = Domain(reals(*_VECTORS) + ", h in [0,1]")
    (beta, a, q), (u, w, p, x, y, g, M, h) = domain, each
    played, moved = M + x - w, g + y - w
    given = (
        (inner(played, y - x), ">=", 0), (inner(moved, u - y), ">=", 0), (inner(moved, x - y), ">=", 0),
        (inner(g, x - u), "==", a), (inner(g, x - y), "==", q), (beta / 2 * norm_sq(g), "<=", 1),
    )  # fmt: skip
    left = a - beta / 2 * a**2 + norm_sq(y - u) / 2 + beta / 4 * (a - q) ** 2 + norm_sq(y - x) / 2
    right = norm_sq(w - u) / 2 + Sig(h * (w - p) ** 2) / 2 + price * norm_sq(g - M) - kept * Sig(h * (x - p) ** 2)
    return domain, each, given, left, right


def _newton_sample(rng: random.Random) -> Any:
    """Free rounds; in half of the cases one that attains the bound: a guess along g, and so are all moves."""
    _, rows = point_and_coordinates(rng, _VECTORS)
    for row in rows:
        row["h"] = Fraction(rng.randint(0, 4), 4)
    if rng.random() < 0.5:
        part = Fraction(rng.choice((-2, -1, 0, 1)))
        for row in rows:
            row |= {"M": part * row["g"], "p": row["w"] + part * row["g"], "h": Fraction(1)}
            row |= {"u": row["w"] + (1 - 2 * part) * row["g"]}
    for row in rows:
        row |= {"x": row["w"] - row["M"], "y": row["w"] - row["g"]}
    size = sum(row["g"] ** 2 for row in rows)
    a = sum(row["g"] * (row["x"] - row["u"]) for row in rows)
    q = sum(row["g"] * (row["x"] - row["y"]) for row in rows)
    return {"beta": 2 / size if size else Fraction(1), "a": a, "q": q}, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="upper",
    assumptions=(
        "u, x, y lie in the convex decision set; the conditions on inner products are first-order optimality",
        "a = <g, x - u> and q = <g, x - y>, so that a - q = <g, y - u>; coordinates as in the module",
        "summed over rounds the potentials telescope to (D^2/2)(1 + beta G^2/2) at most",
    ),
    says=r"a-\tfrac\beta2a^2+\tfrac12\|y-u\|^2_{H_{t+1}}+\tfrac12\|y-x\|^2_{H_t}\le\tfrac12\|w-u\|^2_{H_t}"
    r"+\tfrac12\|w-p\|^2_{H_{t-1}}+2\|g-M\|^2_{H_t^{-1}}-\tfrac14\|x-p\|^2_{H_{t-1}}",
)
def newton_round(price: Constant = 2, kept: Constant = Fraction(1, 4)) -> Stated:
    """The curvature pays for the centre seen from the play; the rest, ``beta/2 q^2``, is at most |x - y|^2."""
    domain, each, given, left, right = _newton_round(price, kept)
    (beta, a, q), (_, w, p, x, y, g, M, h) = domain, each

    def proof(k: Proof) -> Any:
        e, d = x - y, g - M
        close = k.show(inner(d, e), ">=", norm_sq(e), by=[k.hypothesis(0), k.hypothesis(2)])
        stable = k.show(norm_sq(d), ">=", inner(d, e), by=[k.sign(Sig((d - e) ** 2), ">="), close])
        off = k.sign(Sig((e - beta * q / 2 * g) ** 2), ">=")
        along = k.show(norm_sq(e), ">=", beta / 2 * q**2,
                       by=[off, (beta * q**2 / 2, k.hypothesis(5)), (beta * q, k.hypothesis(4))])  # fmt: skip
        seen = k.sign(beta / 4 * (a + q) ** 2, ">=")
        weaker = k.sign(Sig((1 - h) * (x - w) ** 2) / 2, ">=")
        middle = k.sign(Sig(h * (x - 2 * w + p) ** 2) / 4, ">=")
        *_, lhs, rhs = _newton_round(2, Fraction(1, 4))
        facts = [k.hypothesis(0), k.hypothesis(1), (1, k.hypothesis(3)), (2, stable), close, along]
        return k.show(lhs, "<=", rhs, by=[*facts, seen, weaker, middle])

    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, _newton_sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the matrix contains the gradient differences",
    expected="proved",
    strength="lemma",
    assumptions=(
        (
            "the classes are the rounds s <= t; a and b are the components of g_s and g_{s-1} along one direction, so "
            "that the sum of b^2 is that of a^2 without the last, which is at most G^2"
        ),
    ),
    says=r"\tfrac\beta8\sum_{s\le t}\langle d_s,v\rangle^2\le\tfrac\beta2\sum_{s<t}\langle g_s,v\rangle^2"
    r"+\tfrac\beta4G^2,\quad d_s=g_s-g_{s-1},\ |v|=1",
)
def matrix_contains_differences(c: Constant = 1) -> Stated:
    """(a - b)^2 <= 2 a^2 + 2 b^2, summed: every gradient but the last is counted twice."""
    domain, each = Domain("beta in (0,oo), G in [0,oo), past in [0,oo), last in [0,oo)"), Domain(reals("a", "b"))
    (beta, G, past, last), (a, b) = domain, each
    given = ((Sig(b**2), "==", past), (Sig(a**2), "==", past + last), (last, "<=", G**2))
    left, right = beta / 8 * Sig((a - b) ** 2), beta / 2 * past + beta / 4 * G**2

    def proof(k: Proof) -> Any:
        square = k.sign(beta / 8 * Sig((a + b) ** 2), ">=")
        by = [square, (-beta / 4, k.hypothesis(0)), (-beta / 4, k.hypothesis(1)), (beta / 4, k.hypothesis(2))]
        return k.show(left, "<=", right, by=by)

    def sample(rng: random.Random) -> Any:
        rounds = rng.choice((2, 3, 4, 40))
        sizes = [Fraction(rng.randint(1, 3) * (-1) ** s) for s in range(rounds)]
        if rng.random() < 0.5:
            sizes = [Fraction((-1) ** s) for s in range(rounds)]
        rows = [{"a": now, "b": before} for before, now in zip([Fraction(0), *sizes], sizes, strict=False)]
        past, last = sum(row["b"] ** 2 for row in rows), sizes[-1] ** 2
        return {"beta": Fraction(1), "G": abs(sizes[-1]), "past": past, "last": last}, rows

    return ForEveryN(domain, each, given, left, "<=", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ": elliptical potential, one round",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    assumptions=("q = (beta/8) d'K_t^{-1}d for K_t = K_{t-1} + (beta/8) d d': then det K_{t-1} = (1 - q) det K_t",),
    says=r"q\le-\log(1-q),\quad0\le q<1",
)
def elliptical_step(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1."""
    import sympy

    domain = Domain("q in [0,1)")
    (q,) = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        return k.show(q, "<=", -sympy.log(1 - q), by=[k.tangent(sympy.log(v), v, 1, 1 - q)])

    return ForAll(domain, c * q, "<=", -sympy.log(1 - q)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": elliptical potential, the determinant",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    assumptions=("the classes are the n eigenvalues x of K_T - I",),
    says=r"\sum_i\log(1+x_i)\le n\log\Bigl(1+\tfrac1n\sum_ix_i\Bigr)",
)
def determinant_below_trace(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at the mean, summed over the eigenvalues."""
    import sympy

    domain, each = Domain("n in [1,oo), m in [0,oo)"), Domain("x in [0,oo)")
    (n, m), (x,) = domain, each
    given = ((Sig(1), "==", n), (Sig(x), "==", n * m))
    left, right = Sig(sympy.log(1 + x)), n * sympy.log(1 + m)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        total = k.sum_up(k.tangent(sympy.log(v), v, 1 + m, 1 + x))
        rate = sympy.log(1 + m) - m / (1 + m)
        return k.show(left, "<=", right, by=[total, (-rate, k.hypothesis(0)), (-1 / (1 + m), k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        values = [Fraction(rng.randint(0, 4)) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.5:
            values = [values[0]] * len(values)
        mean = sum(values, Fraction(0)) / len(values)
        return {"n": Fraction(len(values)), "m": mean}, [{"x": value} for value in values]

    return ForEveryN(domain, each, given, left, "<=", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the largest gain from moves",
    expected="proved",
    strength="tight",
    assumptions=("y is the moves inside the logarithm; their price is y/w there, and w <= 1 gives log(1 + y) <= y/w",),
    says=r"\log(1+y)-\tfrac yw\le\log w-1+\tfrac1w,\quad w\ge1",
)
def log_gain_of_moves(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at w, attained at y = w - 1."""
    import sympy

    domain = Domain("w in [1,oo), y in [0,oo)")
    w, y = domain
    left, right = sympy.log(1 + y) - y / w, sympy.log(w) - 1 + 1 / w

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        return k.show(left, "<=", right, by=[k.tangent(sympy.log(v), v, w, 1 + y)])

    return ForAll(domain, left, "<=", c * right), chain(proof)


def _closing(gain: Any, *, smooth: bool) -> tuple[Any, ...]:
    """Return the statement's parts and the proof; ``smooth`` is the case w <= 1, where moves never gain."""
    import sympy

    domain = Domain("beta in (0,oo), d in [1,oo), k in [1,oo), b in [0,oo), L in (0,oo), S in [0,oo)")
    beta, d, k, b, L, S = domain
    w, y = 24 * L**2 / ((1 + b) * k), 3 * beta * L**2 * S / (8 * d * (1 + b))
    lead = 16 * d / beta
    left = lead * sympy.log(1 + b + 3 * beta * L**2 / (8 * d) * S) - k * S / 4

    def right(gain: Any) -> Any:
        return lead * (sympy.log(1 + b) + (0 if smooth else gain * (sympy.log(w) - 1 + 1 / w)))

    def proof(p: Proof) -> Any:
        split = p.identity(sympy.log(1 + b + 3 * beta * L**2 / (8 * d) * S), sympy.log(1 + b) + sympy.log(1 + y))
        if not smooth:
            most = p.apply(log_gain_of_moves, {"w": w, "y": y}, given=[p.hypothesis(0)])
            return p.show(left, "<=", right(1), by=[(lead, split), (lead, most)])
        v = p.fresh("v in (0,oo)")
        line = p.tangent(sympy.log(v), v, 1, 1 + y)
        price = p.show(k * S / 4, ">=", lead * y, by=[(k * S / 4, p.hypothesis(0))])
        return p.show(left, "<=", right(1), by=[(lead, split), (lead, line), price])

    given = ((w, "<=" if smooth else ">=", 1),)
    return domain, left, right(gain), given, proof


_THEOREM = (
    "S is the expected sum of squared moves, b = (beta/(8 d))(G^2 + 4 sigma^2_{1:T} + 3 Sigma^2_{2:T})",
    "k = 1 + beta G^2/2: H_t is at least k I; the logarithm is concave: E log <= log E",
    (
        "decided is the inequality; that the expected regret is at most (D^2/2) k and its left side is composed in "
        "words from the claims used"
    ),
)
_USES = (
    "sea.exp_concave_gain", "sea.newton_round", "sea.matrix_contains_differences", "sea.elliptical_step",
    "sea.determinant_below_trace", "sea.gradient_difference_in_expectation", "sea.rounds_telescope",
)  # fmt: skip


@claim(
    paper=_PAPER,
    where="theorem for exp-concave losses, every constant",
    expected="proved",
    strength="upper",
    corrects="sea.exp_concave_constants_as_quoted",
    assumptions=_THEOREM,
    uses=_USES,
    says=r"\tfrac{16d}\beta\log\Bigl(1+b+\tfrac{3\beta L^2}{8d}S\Bigr)-\tfrac k4S"
    r"\le\tfrac{16d}\beta\bigl[\log(1+b)+\log w-1+\tfrac1w\bigr],\quad w=\frac{24L^2}{(1+b)k}\ge1",
)
def exp_concave_theorem(gain: Constant = 1) -> Stated:
    """Take 1 + b out of the logarithm and maximise over the moves."""
    domain, left, right, given, _ = _closing(gain, smooth=False)
    *_, proof = _closing(1, smooth=False)
    return ForAll(domain, left, "<=", right, given=given), chain(proof)


@claim(
    paper=_PAPER,
    where="theorem for exp-concave losses, every constant, moves that never gain",
    expected="proved",
    strength="upper",
    assumptions=_THEOREM,
    uses=_USES,
    says=r"\tfrac{16d}\beta\log\Bigl(1+b+\tfrac{3\beta L^2}{8d}S\Bigr)-\tfrac k4S"
    r"\le\tfrac{16d}\beta\log(1+b),\quad w=\frac{24L^2}{(1+b)k}\le1",
)
def exp_concave_theorem_without_moves(factor: Constant = 1) -> Stated:
    """log(1 + y) <= y <= y/w."""
    domain, left, right, given, proof = _closing(1, smooth=True)
    return ForAll(domain, left, "<=", factor * right, given=given), chain(proof)


exp_concave_theorem.false_if("the gain of moves were 1 % smaller", gain=_LESS)
exp_concave_theorem_without_moves.false_if("the bound were 1 % smaller", factor=_LESS)
log_below_parabola_above_zero.false_if("the constant were 0.44; 0.4297 is the best", c=Fraction(44, 100))
log_below_parabola_below_zero.false_if("the constant were 0.51; 1/2 is the best", c=Fraction(51, 100))
exp_concave_gain.false_if("the constant were 0.87; 0.8594 is the best", c=Fraction(87, 100))
newton_round.false_if("the price were 1 % smaller", price=Fraction(198, 100))
newton_round.false_if("1 % more of the moves were kept", kept=Fraction(101, 400))
matrix_contains_differences.false_if("the bound were 1 % smaller", c=_LESS)
elliptical_step.false_if("q counted 1 % more", c=_ONE_PERCENT)
determinant_below_trace.false_if("the bound were 1 % smaller", c=_LESS)
log_gain_of_moves.false_if("the gain were 1 % smaller", c=_LESS)
