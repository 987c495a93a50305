r"""Exponential weights with estimates of either sign: what one round costs, and the regret on every path.

Estimates of losses enter as ``u = -eta lhat``, with ``u <= y``; the price of a round is
``phi(y) = (e^y - 1 - y)/y^2`` times the second moment, ``e - 2 < 1`` at y = 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "bubeck_exp2"
_QUOTED = "as usually quoted"
_LESS = Fraction(99, 100)
_WHERE = "exponential weights with estimates of either sign"


def price(y: Any) -> Any:
    """Return ``(e^y - 1 - y)/y^2``, as a SymPy expression."""
    import sympy

    return (sympy.exp(y) - 1 - y) / sympy.sympify(y) ** 2


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the exponential below a parabola, right of 0",
    expected="proved",
    strength="lemma",
    says=r"e^{sy}\le1+sy+s^2(e^y-1-y),\quad0\le s\le1,\ y>0",
)
def parabola_right(factor: Constant = 1) -> Stated:
    """The chord of the convex function (e^v - 1)/v from 0 to y, times s y."""
    import sympy

    from theory.engine.functions import EntireQuotient

    domain = Domain("s in [0,1], y in (0,oo)")
    s, y = domain
    right = 1 + s * y + factor * s**2 * (sympy.exp(y) - 1 - y)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        chord = k.chord(EntireQuotient(0, v), v, y, 0, s)
        return k.show(sympy.exp(s * y), "<=", 1 + s * y + s**2 * (sympy.exp(y) - 1 - y), by=[(s * y, chord)])

    return ForAll(domain, sympy.exp(s * y), "<=", right), chain_at(proof, {"s": 1, "y": 1})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the exponential above its Taylor polynomial",
    expected="proved",
    strength="lemma",
    says=r"e^y\ge1+y+\tfrac12y^2,\quad y\ge0",
)
def half_square(c: Constant = Fraction(1, 2)) -> Stated:
    """Move y from 0, twice."""
    import sympy

    domain = Domain("y in [0,oo)")
    (y,) = domain

    def proof(k: Proof) -> Any:
        slope = sympy.exp(y) - 1 - y
        zeroth = k.grows(k.sign(sympy.exp(y), ">="), sympy.exp(y), y)
        first = k.grows(k.show(slope.diff(y), ">=", 0, by=[zeroth]), slope, y)
        gap = slope - y**2 / 2
        second = k.grows(k.show(gap.diff(y), ">=", 0, by=[first]), gap, y)
        return k.show(sympy.exp(y), ">=", 1 + y + y**2 / 2, by=[second])

    return ForAll(domain, sympy.exp(y), ">=", 1 + y + c * y**2), chain_at(proof, {"y": Fraction(1, 1000)})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the price is at least 1/2",
    expected="proved",
    strength="lemma",
    says=r"\frac{e^y-1-y}{y^2}\ge\frac12,\quad y>0",
)
def half_price(least: Constant = Fraction(1, 2)) -> Stated:
    """Move y from 0, twice, in e^y - 1 - y - y^2/2."""
    import sympy

    domain = Domain("y in (0,oo)")
    (y,) = domain

    def proof(k: Proof) -> Any:
        gap = k.apply(half_square, {"y": y})
        return k.show(price(y), ">=", Fraction(1, 2), by=[(1 / y**2, gap)])

    return ForAll(domain, price(y), ">=", sympy.sympify(least)), chain_at(proof, {"y": Fraction(1, 1000)})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the exponential below a parabola, left of 0",
    expected="proved",
    strength="lemma",
    says=r"e^{-w}\le1-w+w^2\,\frac{e^y-1-y}{y^2},\quad w\ge0,\ y>0",
)
def parabola_left(factor: Constant = 1) -> Stated:
    """Both are compared with 1/2: move w from 0, and y from 0, twice each."""
    import sympy

    domain = Domain("w in [0,oo), y in (0,oo)")
    w, y = domain
    decay = sympy.exp(-w)

    def proof(k: Proof) -> Any:
        first = k.grows(k.sign(decay, ">="), 1 - decay, w)
        second = k.grows(k.show((w - 1 + decay).diff(w), ">=", 0, by=[first]), w - 1 + decay, w)
        gap = 1 - w + w**2 / 2 - decay
        third = k.grows(k.show(gap.diff(w), ">=", 0, by=[second]), gap, w)
        large = k.apply(half_price, {"y": y})
        return k.show(decay, "<=", 1 - w + w**2 * price(y), by=[third, (w**2, large)])

    statement = ForAll(domain, decay, "<=", 1 - w + factor * w**2 * price(y))
    return statement, chain_at(proof, {"w": Fraction(1, 100), "y": Fraction(1, 1000)})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the exponential below a parabola",
    expected="proved",
    strength="tight",
    says=r"e^u\le1+u+u^2\,\frac{e^y-1-y}{y^2},\quad u\le y,\ y>0",
)
def parabola(factor: Constant = 1) -> Stated:
    """Right and left of 0; equality at u = y."""
    import sympy

    domain = Domain("u in (-oo,oo), y in (0,oo)")
    u, y = domain

    def proof(k: Proof) -> Any:
        order, right = k.hypothesis(0), 1 + u + u**2 * price(y)
        positive = k.open_case(u, ">=", 0)
        k.show(1 - u / y, ">=", 0, by=[(1 / y, order)])
        k.show(u / y, ">=", 0, by=[(1 / y, positive)])
        above = k.apply(parabola_right, {"s": u / y, "y": y})
        first = k.close_case(k.show(sympy.exp(u), "<=", right, by=[above]))
        negative = k.open_case(u, "<=", 0)
        k.show(-u, ">=", 0, by=[negative])
        below = k.apply(parabola_left, {"w": -u, "y": y})
        second = k.close_case(k.show(sympy.exp(u), "<=", right, by=[below]))
        return k.join(first, second)

    statement = ForAll(domain, sympy.exp(u), "<=", 1 + u + factor * u**2 * price(y), given=((u, "<=", y),))
    return statement, chain_at(proof, {"u": 1, "y": 1})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: one round",
    expected="proved",
    strength="upper",
    assumptions=("u = -eta lhat; the logarithm is that of the ratio of two successive sums of weights",),
    says=r"\ln\sum_aq_ae^{u_a}\le\sum_aq_au_a+\frac{e^y-1-y}{y^2}\sum_aq_au_a^2,\quad|u_a|\le y,\ \sum_aq_a=1",
)
def round_price(factor: Constant = 1) -> Stated:
    """The parabola, averaged, and ln x <= x - 1."""
    import sympy

    domain, each = Domain("y in (0,oo)"), Domain("q in [0,1], u in (-oo,oo)")
    (y,), (q, u) = domain, each
    total = Sig(q * sympy.exp(u))

    def proof(k: Proof) -> Any:
        one, high, low = (k.hypothesis(i) for i in range(3))
        least = k.sum_up(k.show(q * sympy.exp(u), ">=", q * sympy.exp(-y), by=[(q, k.exponential(low))]))
        k.show(total, ">", 0, by=[least, (sympy.exp(-y), one), k.sign(sympy.exp(-y), ">")])
        above = k.apply(parabola, {"u": u, "y": y}, given=[high])
        mean = 1 + u + u**2 * price(y)
        upper = k.sum_up(k.show(q * sympy.exp(u), "<=", q * mean, by=[(q, above)]))
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, total)
        return k.show(sympy.log(total), "<=", Sig(q * u) + price(y) * Sig(q * u**2), by=[line, upper, one])

    def sample(rng: random.Random) -> Any:
        y = Fraction(rng.randint(1, 20), 10)
        small = Fraction(1, 10**4)  # of the action whose estimate is large: the case in which nothing is lost
        return {"y": y}, [{"q": small, "u": y}, {"q": 1 - small, "u": Fraction(0)}]

    given = ((Sig(q), "==", 1), (u, "<=", y), (u, ">=", -y))
    right = Sig(q * u) + factor * price(y) * Sig(q * u**2)
    return ForEveryN(domain, each, given, sympy.log(total), "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the exponential below a parabola, as usually quoted",
    expected="proved",
    strength="upper",
    form=_QUOTED,
    says=r"e^{-x}\le1-x+x^2,\quad x=\eta\hat\ell\ge-1",
)
def square_with_condition(factor: Constant = 1, condition: Constant = 1) -> Stated:
    """The parabola at y = 1, and e - 2 <= 1."""
    import sympy

    domain = Domain("u in (-oo,oo)")
    (u,) = domain

    def proof(k: Proof) -> Any:
        above = k.apply(parabola, {"u": u, "y": 1}, given=[k.hypothesis(0)])
        rest = k.sign((3 - sympy.E) * u**2, ">=")
        return k.show(sympy.exp(u), "<=", 1 + u + u**2, by=[above, rest])

    statement = ForAll(domain, sympy.exp(u), "<=", 1 + u + factor * u**2, given=((u, "<=", condition),))
    return statement, chain_at(proof, {"u": 1}, {"u": 2})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: one round, read without its condition",
    expected="refuted",
    strength="upper",
    form="derived",
    says=r"e^{-x}\le1-x+x^2\quad\text{for every }x=\eta\hat\ell",
)
def square_without_condition(condition: Constant = 0) -> Stated:
    """False for estimates far below 0."""
    import sympy

    domain = Domain("u in (-oo,oo)")
    (u,) = domain
    given = ((u, "<=", condition),) if condition else ()

    def proof(k: Proof) -> Any:
        return k.apply(square_with_condition, {"u": u}, given=[k.hypothesis(0)])

    return ForAll(domain, sympy.exp(u), "<=", 1 + u + u**2, given=given), chain_at(proof, {"u": 2})


@claim(
    paper=_PAPER,
    where=f"{_WHERE}: the last potential",
    expected="proved",
    strength="lemma",
    form=_QUOTED,
    says=r"\ln\sum_ae^{u_a}\ge u_b\quad\text{for every action }b",
)
def named_below_potential(shift: Constant = 0) -> Stated:
    """A sum of positive terms is at least each of them; the named action is any."""
    import sympy

    domain, each = Domain(reals("u1")), Domain(reals("u"))
    (one,), (other,) = domain, each
    total = sympy.exp(one) + Sig(sympy.exp(other))

    def proof(k: Proof) -> Any:
        larger = k.show(total, ">=", sympy.exp(one), by=[k.sign(Sig(sympy.exp(other)), ">=")])
        return k.show(sympy.log(total), ">=", one, by=[k.logarithm(larger)])

    def sample(rng: random.Random) -> Any:
        return {"u1": Fraction(rng.randint(0, 3))}, [{"u": Fraction(-9)} for _ in range(rng.randint(0, 2))]

    return ForEveryN(domain, each, (), sympy.log(total), ">=", one + shift), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="regret of exponential weights in terms of its estimates, on every path",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "the classes are the rounds: m = <q, lhat> and s = <q, lhat^2>; a and b are the logarithms of the sum of "
            "weights before and after, and first - last is what they telescope to, with first = ln N"
        ),
        "that a round and the last potential obey the conditions is round_price and named_below_potential",
    ),
    uses=(f"{_PAPER}.round_price", f"{_PAPER}.named_below_potential"),
    says=r"b_t-a_t\le-\eta m_t+\varphi\eta^2s_t,\ \Phi_{T+1}\ge-\eta\hat L\implies"
    r"\sum_tm_t-\hat L\le\frac{\Phi_1}\eta+\varphi\,\eta\sum_ts_t",
)
def pathwise_regret(factor: Constant = 1) -> Stated:
    """Sum the rounds."""
    domain = Domain("eta in (0,oo), phi in (0,oo), first in [0,oo), last in (-oo,oo), best in (-oo,oo)")
    each = Domain("m in (-oo,oo), s in [0,oo), a in (-oo,oo), b in (-oo,oo)")
    (eta, phi, first, last, best), (m, s, a, b) = domain, each
    given = (
        (b - a, "<=", phi * eta**2 * s - eta * m),
        (Sig(a - b), "==", first - last),
        (last, ">=", -eta * best),
    )

    def proof(k: Proof) -> Any:
        rounds, telescoped, end = (k.hypothesis(i) for i in range(3))
        by = [(1 / eta, k.sum_up(rounds)), (-1 / eta, telescoped), (1 / eta, end)]
        return k.show(Sig(m) - best, "<=", first / eta + phi * eta * Sig(s), by=by)

    def sample(rng: random.Random) -> Any:
        eta, phi = (Fraction(rng.randint(1, 6), 3) for _ in range(2))
        rows = [
            {"s": Fraction(rng.randint(1, 4)), "a": Fraction(0), "b": Fraction(0)} for _ in range(rng.randint(1, 3))
        ]
        rows = [row | {"m": phi * eta * row["s"]} for row in rows]
        return {"eta": eta, "phi": phi, "first": Fraction(0), "last": Fraction(0), "best": Fraction(0)}, rows

    bound = first / eta + factor * phi * eta * Sig(s)
    return ForEveryN(domain, each, given, Sig(m) - best, "<=", bound), chain(proof, sample)


half_square.false_if("1/2 were 1 % larger", c=Fraction(101, 200))
half_price.false_if("1/2 were 1 % larger", least=Fraction(101, 200))
parabola_right.false_if("the square counted 1 % less", factor=_LESS)
parabola_left.false_if("the square counted 1 % less", factor=_LESS)
parabola.false_if("the square counted 1 % less", factor=_LESS)
round_price.false_if("the square counted 1 % less", factor=_LESS)
square_with_condition.false_if("the square counted 0.71", factor=Fraction(71, 100))
square_with_condition.false_if("eta lhat >= -2 sufficed", condition=2)
square_without_condition.true_if("eta lhat >= -1", condition=1)
named_below_potential.false_if("it were larger by 1/100", shift=Fraction(1, 100))
pathwise_regret.false_if("the squares counted 1 % less", factor=_LESS)
