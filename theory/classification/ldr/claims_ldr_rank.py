r"""Top-k calibration of the LDR-KL loss for all k at once, with a rate: every margin c >= 0, 0 < lam < oo, every K.

Write f_k = lam log a_k (any real scores), c = lam log m with m >= 1, S = sum a_k, N_y = m S - (m - 1) a_y. The loss of
label y is lam log(N_y/(K a_y)). If class i is more probable than class j but scores no higher, move the mass a_i + a_j
between the two so that they stand in the ratio (1 + x) : (1 - x). S and the losses of all other labels stay the same,
and the conditional risk falls by at least

    lam (p_i log(1 + x) + p_j log(1 - x)),       that is  lam (p_i - p_j)^2 / (2 (p_i + p_j))   at the best x.

So scores that rank any pair wrongly (or tie it) exceed the infimum by that much, whatever the margin and the other
classes: this is top-k calibration for every k, without asking whether minimisers exist. The bound vanishes with lam,
as it must: lam = 0 is not calibrated.

Two steps, both of the form p_i log X + p_j log Y >= 0 with X >= 1 and Y >= 1/X: from the wrong order to the tie
(`tie_beats_wrong_order`), and from the tie to the ratio (`split_beats_tie`).
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "top-k calibration of the LDR-KL loss for all k"


@claim(
    paper=_PAPER, where="the loss in exponentials of the scores", expected="proved", strength="identity",
    says=r"f=\lambda\log a,\ c=\lambda\log m:\quad \lambda\log\Bigl(\tfrac1K\sum_k e^{(f_k-f_y+c_{ky})/\lambda}\Bigr)"
    r"=\lambda\log\frac{mS-(m-1)a_y}{K\,a_y}",
)  # fmt: skip
def loss_in_exponentials(m_scale: Constant = 1) -> Stated:
    """The gap of the label itself is 0, so that its term has no margin."""
    import sympy

    domain, each = Domain("lam in (0,oo), m in [1,oo), ay in (0,oo)"), Domain("a in (0,oo)")
    (lam, m, ay), (a,) = domain, each
    K, S = 1 + Sig(sympy.Integer(1)), ay + Sig(a)
    gap = lam * sympy.log(a) - lam * sympy.log(ay) + lam * sympy.log(m_scale * m)
    loss = lam * sympy.log((1 + Sig(sympy.exp(gap / lam))) / K)

    def proof(k: Proof) -> Fact:
        k.show(m * S - (m - 1) * ay, ">", 0, by=[k.sign(m * Sig(a) + ay, ">")])
        return k.identity(loss, lam * sympy.log((m * S - (m - 1) * ay) / (K * ay)))

    def sample(rng: random.Random) -> Any:
        point = {"lam": Fraction(rng.randint(1, 30), 10), "m": Fraction(rng.randint(10, 40), 10),
                 "ay": Fraction(rng.randint(1, 30), 10)}  # fmt: skip
        return point, [{"a": Fraction(rng.randint(1, 30), 10)} for _ in range(rng.randint(1, 4))]

    statement = ForEveryN(domain, each, (), loss, "==", lam * sympy.log((m * S - (m - 1) * ay) / (K * ay)))
    return statement, chain(proof, sample)


loss_in_exponentials.false_if("the margin factor were 1 % larger", m_scale=Fraction(101, 100))


@claim(
    paper=_PAPER, where="stationarity of the conditional risk", expected="proved", strength="identity",
    says=r"z=\operatorname{softmax}(f/\lambda):\quad \frac{\partial}{\partial f_1}\sum_y p_y\psi_\lambda(f,y)"
    r"=m\Bigl(z_1T-\frac{p_1}{m-(m-1)z_1}\Bigr),\quad T=\sum_y\frac{p_y}{m-(m-1)z_y}",
    assumptions=("three classes",),
)  # fmt: skip
def stationary_point(c: Constant = 1) -> Stated:
    """So z_y (m - (m-1) z_y) is proportional to p_y at a stationary point; d/df = (a/lam) d/da."""
    import sympy

    domain = Domain("lam in (0,oo), m in [1,oo), a1 in (0,oo), a2 in (0,oo), a3 in (0,oo), "
                    "p1 in [0,1], p2 in [0,1], p3 in [0,1]")  # fmt: skip
    lam, m, *rest = domain
    a, p = rest[:3], rest[3:]
    others = [sum(a[:y] + a[y + 1 :], sympy.Integer(0)) for y in range(3)]
    risk = sum((p[y] * lam * sympy.log((m * others[y] + a[y]) / (3 * a[y])) for y in range(3)), sympy.Integer(0))
    S = sum(a, sympy.Integer(0))
    factors = [(m * others[y] + a[y]) / S for y in range(3)]  # m - (m - 1) z_y
    T = sum((p[y] / factors[y] for y in range(3)), sympy.Integer(0))
    slope = a[0] / lam * risk.diff(a[0])
    claimed = m * (a[0] / S * T - p[0] / factors[0])

    def proof(k: Proof) -> Fact:
        return k.identity(slope, claimed)

    return ForAll(domain, slope, "==", c * claimed), chain(proof)


stationary_point.false_if("the slope were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where="strict rank preservation at a stationary point", expected="proved", strength="lower",
    says=r"p=t\,z(m-(m-1)z):\quad p_i-p_j\ge t\,(z_i-z_j)\quad(z_i\ge z_j,\ z_i+z_j\le1)",
)  # fmt: skip
def stationary_scores_rank(c: Constant = 1) -> Stated:
    """The difference is t (z_i - z_j)(m - (m-1)(z_i + z_j)), and the last factor is at least 1."""
    domain = Domain("t in (0,oo), m in [1,oo), zi in (0,1), zj in (0,1)")
    t, m, zi, zj = domain

    def weight(z: Any) -> Any:
        return t * z * (m - (m - 1) * z)

    def proof(k: Proof) -> Fact:
        room = k.hypothesis(1)
        return k.show(weight(zi) - weight(zj), ">=", t * (zi - zj), by=[(t * (m - 1) * (zi - zj), room)])

    given = ((zi, ">=", zj), (1, ">=", zi + zj))
    return ForAll(domain, weight(zi) - weight(zj), ">=", c * t * (zi - zj), given), chain(proof)


stationary_scores_rank.false_if("the difference were 1 % larger", c=Fraction(101, 100))


# -- two classes in a sum of fixed size -------------------------------------------------------------------------------


def _odds(A: Any, r: Any, x: Any) -> sympy.Expr:
    """Return the loss log((A - r x)/x) of a class of mass x, without lam and log K."""
    import sympy

    return sympy.log((A - r * x) / x)


def _positive(k: Proof, room: Fact, A: Any, r: Any, h: Any, x: Any) -> None:
    """Show that A - r v is positive for v = h, h (1 + x), h (1 - x), from ``room``: A > 2 r h."""
    for v in (1, 1 + x, 1 - x):
        k.show(A - r * h * v, ">", 0, by=[room, k.sign(r * h * (2 - v), ">=")])


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"p\ge q,\ x\le y,\ h=\tfrac{x+y}2:\quad p\log\frac{A-rx}{x}+q\log\frac{A-ry}{y}\ge(p+q)\log\frac{A-rh}{h}",
)  # fmt: skip
def tie_beats_wrong_order(c: Constant = 0) -> Stated:
    """With X = (A-rx)h/((A-rh)x): X - 1 has the numerator A (h-x), and Y - 1/X has ((x-y)/2)^2 A (A - r(x+y))."""
    domain = Domain("p in [0,1], q in [0,1], A in (0,oo), r in [0,oo), x in (0,oo), y in (0,oo)")
    p, q, A, r, x, y = domain
    h = (x + y) / 2
    lhs, rhs = p * _odds(A, r, x) + q * _odds(A, r, y), (p + q) * _odds(A, r, h)

    def proof(k: Proof) -> Fact:
        room = k.hypothesis(2)
        for v, rest in ((x, y), (y, x), (h, h)):
            k.show(A - r * v, ">", 0, by=[room, k.sign(r * rest, ">=")])
        first = k.show((A - r * x) / (A - r * h), ">=", x / h, by=[(A / ((A - r * h) * (x + y)), k.hypothesis(1))])
        scale = ((x - y) / (x + y)) ** 2 * A / ((A - r * h) * (A - r * x) * x * y)
        left, right = (A - r * y) / ((A - r * h) * x * y), (A - r * h) / ((A - r * x) * h**2)
        second = k.show(left, ">=", right, by=[(scale, room)])
        return k.show(lhs, ">=", rhs, by=[(p - q, k.logarithm(first)), (q, k.logarithm(second))])

    given = ((p, ">=", q), (y, ">=", x), (A, ">", r * (x + y)))
    return ForAll(domain, lhs, ">=", rhs + c * p, given), chain(proof)


tie_beats_wrong_order.false_if("the gain were a tenth of p larger", c=Fraction(1, 10))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"p\ge q,\ 0\le x<1:\quad (p+q)\log\frac{A-rh}{h}-p\log\frac{A-rh(1+x)}{h(1+x)}-q\log\frac{A-rh(1-x)}{h(1-x)}"
    r"\ge p\log(1+x)+q\log(1-x)",
)  # fmt: skip
def split_beats_tie(c: Constant = 0) -> Stated:
    """X = (A-rh)/(A-rh(1+x)) >= 1, and Y - 1/X has the numerator (r h x)^2."""
    import sympy

    domain = Domain("p in [0,1], q in [0,1], A in (0,oo), r in [0,oo), h in (0,oo), x in [0,1)")
    p, q, A, r, h, x = domain
    up, down = h * (1 + x), h * (1 - x)
    lhs = (p + q) * _odds(A, r, h) - p * _odds(A, r, up) - q * _odds(A, r, down)
    rhs = p * sympy.log(1 + x) + q * sympy.log(1 - x)

    def proof(k: Proof) -> Fact:
        _positive(k, k.hypothesis(1), A, r, h, x)
        X, Y = ((A - r * h) / (A - r * v) for v in (up, down))
        first = k.show(X, ">=", 1, by=[k.sign(r * h * x / (A - r * up), ">=")])
        square = k.sign((r * h * x) ** 2 / ((A - r * h) * (A - r * down)), ">=")
        second = k.show(Y, ">=", 1 / X, by=[square])
        return k.show(lhs, ">=", rhs, by=[(p - q, k.logarithm(first)), (q, k.logarithm(second))])

    given = ((p, ">=", q), (A, ">", 2 * r * h))
    return ForAll(domain, lhs, ">=", rhs + c * p, given), chain(proof)


split_beats_tie.false_if("the gain were a hundredth of p larger", c=Fraction(1, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"(1+x)\log(1+x)+(1-x)\log(1-x)\ge x^2,\quad 0\le x<1",
)  # fmt: skip
def entropy_of_a_pair(c: Constant = 1) -> Stated:
    """The second derivative of the difference is 2x^2/(1-x^2)."""
    import sympy

    domain = Domain("x in [0,1)")
    (x,) = domain
    lhs = (1 + x) * sympy.log(1 + x) + (1 - x) * sympy.log(1 - x)

    def proof(k: Proof) -> Fact:
        square = k.sign(2 * x**2 / ((1 - x) * (1 + x)), ">=")
        return k.show(lhs, ">=", x**2, by=[grows_twice(k, lhs - x**2, x, [square])])

    return ForAll(domain, lhs, ">=", c * x**2), chain(proof)


entropy_of_a_pair.false_if("the square were 1 % larger", c=Fraction(101, 100))


# -- every number of classes ------------------------------------------------------------------------------------------

_SCORES = "lam in (0,oo), m in [1,oo), pi in [0,1], pj in {}, ai in (0,oo), aj in (0,oo)"


def _risk(lam: Any, m: Any, S: Any, named: tuple[tuple[Any, Any], ...], p: Any, a: Any) -> sympy.Expr:
    """Return the conditional risk of masses a of sum S: two named classes ``(p, a)`` and the unnamed ones.

    The sum is told, because moving mass between the named classes leaves it as it is.
    """
    import sympy

    K = 2 + Sig(sympy.Integer(1))

    def loss(mass: Any) -> Any:
        return lam * sympy.log((m * S - (m - 1) * mass) / (K * mass))

    return sum((weight * loss(mass) for weight, mass in named), sympy.Integer(0)) + Sig(p * loss(a))


def _regret_of_wrong_order(k: Proof, symbols: tuple[Any, ...], x: Any, p: Any, a: Any) -> Fact:
    """Return ``risk(f) - risk(f') >= lam (p_i log(1+x) + p_j log(1-x))``; hypotheses: 0 p_i >= p_j, 1 a_j >= a_i."""
    import sympy

    lam, m, pi, pj, ai, aj = symbols
    S = ai + aj + Sig(a)
    A, r, h = m * S, m - 1, (ai + aj) / 2
    k.show(m * S - (m - 1) * a, ">", 0,
           by=[(m - 1, k.member(a)), k.sign(m * (ai + aj) + Sig(a), ">")])  # fmt: skip
    room = k.show(A, ">", 2 * r * h, by=[k.sign(m * Sig(a) + ai + aj, ">")])
    _positive(k, room, A, r, h, x)
    k.show(A - r * ai, ">", 0, by=[room, k.sign(r * aj, ">=")])
    k.show(A - r * aj, ">", 0, by=[room, k.sign(r * ai, ">=")])
    values = {"p": pi, "q": pj, "A": A, "r": r}
    tie = k.apply(tie_beats_wrong_order, values | {"x": ai, "y": aj}, given=[k.hypothesis(0), k.hypothesis(1), room])
    split = k.apply(split_beats_tie, values | {"h": h, "x": x}, given=[k.hypothesis(0), room])
    before = _risk(lam, m, S, ((pi, ai), (pj, aj)), p, a)
    after = _risk(lam, m, S, ((pi, h * (1 + x)), (pj, h * (1 - x))), p, a)
    gain = lam * (pi * sympy.log(1 + x) + pj * sympy.log(1 - x))
    return k.show(before - after, ">=", gain, by=[(lam, tie), (lam, split)])


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"p_i\ge p_j,\ f_i\le f_j:\quad \mathcal C(f)-\inf\mathcal C\ge\mathcal C(f)-\mathcal C(f')"
    r"\ge\lambda\bigl(p_i\log(1+x)+p_j\log(1-x)\bigr),\quad 0\le x<1",
    assumptions=(
        "f = lam log a, c = lam log m; f' agrees with f but for a'_i = (a_i+a_j)(1+x)/2, a'_j = (a_i+a_j)(1-x)/2",
    ),
)  # fmt: skip
def wrong_order_costs_any_ratio(c: Constant = 0) -> Stated:
    """First to the tie, then to the ratio; the losses of the other labels do not change."""
    import sympy

    domain, each = Domain(_SCORES.format("[0,1]") + ", x in [0,1)"), Domain("p in [0,1], a in (0,oo)")
    (*symbols, x), (p, a) = domain, each
    lam, m, pi, pj, ai, aj = symbols
    S, h = ai + aj + Sig(a), (ai + aj) / 2
    before = _risk(lam, m, S, ((pi, ai), (pj, aj)), p, a)
    after = _risk(lam, m, S, ((pi, h * (1 + x)), (pj, h * (1 - x))), p, a)
    gain = lam * (pi * sympy.log(1 + x) + pj * sympy.log(1 - x))

    def proof(k: Proof) -> Fact:
        return _regret_of_wrong_order(k, tuple(symbols), x, p, a)

    def sample(rng: random.Random) -> Any:
        point, rows = _sample(rng)
        return point | {"x": Fraction(rng.randint(0, 9), 10)}, rows

    given = ((pi, ">=", pj), (aj, ">=", ai), (pi + pj + Sig(p), "==", 1))
    return ForEveryN(domain, each, given, before - after, ">=", gain + c * lam * pi), chain(proof, sample)


wrong_order_costs_any_ratio.false_if("the gain were a hundredth of lam p_i larger", c=Fraction(1, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"p_j=0,\ f_i\le f_j:\quad \mathcal C(f)-\inf\mathcal C\ge\frac{\lambda\,p_i}2",
    assumptions=("f = lam log a, c = lam log m; the scores f' that beat f have a'_i : a'_j = 5 : 1 and the same sum",),
)  # fmt: skip
def wrong_order_costs_of_impossible_class(c: Constant = Fraction(1, 2)) -> Stated:
    """Any ratio (1+x) : (1-x) with log(1+x) >= 1/2 does: x = 2/3. It is the bound of `wrong_order_costs` at p_j = 0."""
    import sympy

    domain = Domain("lam in (0,oo), m in [1,oo), pi in [0,1], ai in (0,oo), aj in (0,oo)")
    each = Domain("p in [0,1], a in (0,oo)")
    (lam, m, pi, ai, aj), (p, a) = domain, each
    zero, x = sympy.Integer(0), sympy.Rational(2, 3)
    S, h = ai + aj + Sig(a), (ai + aj) / 2
    before = _risk(lam, m, S, ((pi, ai), (zero, aj)), p, a)
    after = _risk(lam, m, S, ((pi, h * (1 + x)), (zero, h * (1 - x))), p, a)

    def proof(k: Proof) -> Fact:
        A, r = m * S, m - 1
        room = k.show(A, ">", 2 * r * h, by=[k.sign(m * Sig(a) + ai + aj, ">")])
        k.show(A - r * ai, ">", 0, by=[room, k.sign(r * aj, ">=")])
        k.show(A - r * a, ">", 0, by=[(r, k.member(a)), k.sign(m * (ai + aj) + Sig(a), ">")])
        raised = k.show(A - r * h * (1 + x), ">", 0, by=[room, k.sign(r * h * (1 - x), ">=")])
        k.show(A - r * (h * (1 + x)), ">", 0, by=[raised])  # the same, as it stands in the statement
        values = {"lam": lam, "m": m, "pi": pi, "pj": 0, "ai": ai, "aj": aj, "x": x}
        given = [k.hypothesis(0), k.hypothesis(1)]
        gain = k.apply(wrong_order_costs_any_ratio, values, given=given, rest={"p": p, "a": a})
        enough = k.sign(sympy.log(1 + x) - sympy.Rational(1, 2), ">=")
        return k.show(before - after, ">=", lam * pi / 2, by=[gain, (lam * pi, enough)])

    def sample(rng: random.Random) -> Any:
        point, rows = _sample(rng)
        point["pi"] += point.pop("pj")
        return point, rows

    given = ((aj, ">=", ai), (pi + Sig(p), "==", 1))
    return ForEveryN(domain, each, given, before - after, ">=", c * lam * pi), chain(proof, sample)


wrong_order_costs_of_impossible_class.false_if("the gain were 0.52 lam p_i", c=Fraction(52, 100))


def _sample(rng: random.Random) -> Any:
    """Near ties of scores and of probabilities, often without margin: where the bound is sharp."""
    p = sorted(simplex(rng, rng.randint(2, 5), zeros=0), reverse=True)
    a = [Fraction(rng.randint(1, 30), 10) for _ in p]
    if rng.random() < 0.5:
        p, a = [Fraction(11, 20), Fraction(9, 20)], [Fraction(1), Fraction(1)]
    a[1] = max(a[0], a[1])
    m = Fraction(rng.choice((10, 10, 15, 40)), 10)
    point = {"lam": Fraction(rng.randint(1, 30), 10), "m": m, "pi": p[0], "pj": p[1], "ai": a[0], "aj": a[1]}
    return point, [{"p": x, "a": y} for x, y in zip(p[2:], a[2:], strict=True)]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    says=r"p_i\ge p_j,\ f_i\le f_j:\quad \mathcal C(f)-\inf\mathcal C\ge\frac{\lambda\,(p_i-p_j)^2}{2(p_i+p_j)}",
    assumptions=(
        "f = lam log a, c = lam log m; the scores f' that beat f have a'_i : a'_j = p_i : p_j and the same sum",
        "p_j > 0; p_j = 0 is wrong_order_costs_of_impossible_class",
    ),
)  # fmt: skip
def wrong_order_costs(c: Constant = 1) -> Stated:
    """The ratio p_i : p_j, where the gain is ((1+x) log(1+x) + (1-x) log(1-x)) (p_i + p_j)/2 and x the contrast."""
    domain, each = Domain(_SCORES.format("(0,1]")), Domain("p in [0,1], a in (0,oo)")
    symbols, (p, a) = tuple(domain), each
    lam, m, pi, pj, ai, aj = symbols
    x, S = (pi - pj) / (pi + pj), ai + aj + Sig(a)
    before = _risk(lam, m, S, ((pi, ai), (pj, aj)), p, a)
    h = (ai + aj) / 2
    after = _risk(lam, m, S, ((pi, h * (1 + x)), (pj, h * (1 - x))), p, a)
    bound = lam * (pi - pj) ** 2 / (2 * (pi + pj))

    def proof(k: Proof) -> Fact:
        k.show(pi, ">", 0, by=[k.hypothesis(0), k.sign(pj, ">")])
        k.show(x, ">=", 0, by=[(1 / (pi + pj), k.hypothesis(0))])
        k.show(1, ">", x, by=[k.sign(2 * pj / (pi + pj), ">")])
        gain = _regret_of_wrong_order(k, symbols, x, p, a)
        pair = k.apply(entropy_of_a_pair, {"x": x})
        return k.show(before - after, ">=", bound, by=[gain, (lam * (pi + pj) / 2, pair)])

    given = ((pi, ">=", pj), (aj, ">=", ai), (pi + pj + Sig(p), "==", 1))
    return ForEveryN(domain, each, given, before - after, ">=", c * bound), chain(proof, _sample)


wrong_order_costs.false_if("the bound were 1 % larger", c=Fraction(101, 100))
