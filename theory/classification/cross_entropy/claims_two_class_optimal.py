"""For 1 < tau <= 3/2 two classes are the worst case.

The two-class formula bounds the regret for every number of classes.

Write y = 2 th for the pooled level th, s = beta/y, phi(s) = ((1+s)^a + (1-s)^a)/2. Three steps: the pooled classes
are moved until they stand at th (tangents, since x^(a-1) is concave for a <= 2); the rest is replaced by its largest
possible sum (increments of the concave x^(2-tau)); the two-parameter inequality that is left follows from phi(y s) -
1 <= y^2 (phi(s) - 1).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.pooled import flattened, raised
from theory.classification.samples import regret_sample
from theory.engine.claim import Constant, Stated, claim
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "two classes are the worst case, tau <= 3/2"


def _scaling(c: Any, domain_text: str) -> tuple[Any, Any]:
    from theory.classification.symbolic import mean_power

    domain = Domain(domain_text)
    x, y, tau = domain
    a = 1 / (2 - tau)
    return domain, ForAll(domain, c * (mean_power(x * y, a) - 1), "<=", y**2 * (mean_power(x, a) - 1))


def spread_further(k: Proof, f: Any, x: Any, y: Any, a: Any) -> Any:
    """Show f >= 0, where f'' in x is a (a-1) y^2/2 times how much v^(a-2) at 1 +- x exceeds that at 1 +- xy.

    Or how much it falls short of it: the sign is that of the second derivative of v^(a-2).
    """
    v = k.fresh("v in (0,oo)")
    k.sign(x * (1 - y), ">=")
    k.sign((1 - x) + x * (1 - y), ">")
    spread = k.increments(v ** (a - 2), v, 1 + x * y, 1 - x, x * (1 - y))
    return grows_twice(k, f, x, [(a * (a - 1) * y**2 / 2, spread)])


@claim(
    paper=_PAPER,
    where=_WHERE,
    says=r"\varphi_a(xy)-1\le y^2(\varphi_a(x)-1)",
    expected="proved",
    strength="lemma",
)
def scaling_open(c: Constant = 1) -> Stated:
    """Differentiate twice in x: v^(a-2) is convex, so its values at 1 +- x spread further than those at 1 +- xy."""
    from theory.classification.symbolic import mean_power

    domain, statement = _scaling(c, "x in [0,1), y in [0,1], tau in (1,3/2]")
    x, y, tau = domain
    a = 1 / (2 - tau)
    f = y**2 * (mean_power(x, a) - 1) - (mean_power(x * y, a) - 1)

    return statement, chain(lambda k: spread_further(k, f, x, y, a))


@claim(
    paper=_PAPER,
    where=_WHERE,
    says=r"\varphi_a(xy)-1\le y^2(\varphi_a(x)-1)",
    expected="proved",
    strength="lemma",
)
def scaling(c: Constant = 1) -> Stated:
    """The same with x = 1 allowed, by continuity."""
    domain, statement = _scaling(c, "x in [0,1], y in [0,1], tau in (1,3/2]")

    def proof(k: Proof) -> Any:
        x, y, tau = domain
        return k.apply(scaling_open, {"x": x, "y": y, "tau": tau}, close=("x",))

    return statement, chain(proof)


scaling_open.false_if("the constant were 1 % larger", c=Fraction(101, 100))
scaling.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
       says=r"y^q\bigl[(1+y(\varphi_a(s)-1))^{1-q}-1\bigr]\ge\varphi_a(ys)^{1-q}-1")  # fmt: skip
def unpooled(c: Constant = 1) -> Stated:
    """With E = phi(s) - 1.

    Phi(ys) - 1 <= y^2 E, then increments of x^(1-q) from 1 and from y, then y^q >= y^(1-q) as q <= 1/2.
    """
    from theory.classification.symbolic import mean_power

    domain = Domain("y in (0,1], s in [0,1], tau in (1,3/2]")
    y, s, tau = domain
    a, q, r = 1 / (2 - tau), tau - 1, 2 - tau
    E = mean_power(s, a) - 1
    left, right = y**q * ((1 + y * E) ** r - 1), mean_power(y * s, a) ** r - 1

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        grown = k.show(E, ">=", 0, by=[k.chord(v**a, v, 1 + s, 1 - s, Fraction(1, 2))])
        smaller = k.apply(scaling, {"x": s, "y": y, "tau": tau})
        inner = k.show(1 + y**2 * E, ">=", mean_power(y * s, a), by=[smaller])
        k.show(1 - y * s, ">=", 0, by=[k.sign((1 - s) * y, ">=")])
        powered = k.power(inner, r)
        steps = k.increments(v**r, v, 1, y, y**2 * E)
        total = k.show((1 + y * E) ** r - 1, ">=", 0, by=[k.power(k.show(1 + y * E, ">=", 1, by=[(y, grown)]), r)])
        exponents = k.show(y**q, ">=", y**r, by=[(y**q, k.sign(1 - y ** (r - q), ">="))])
        return k.show(left, ">=", right, by=[powered, steps, (total.lhs, exponents)])

    return ForAll(domain, left, ">=", c * right), chain(proof)


unpooled.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    corrects="comp_sum.published_middle",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr),"
    r"\quad 1<\tau\le\tfrac32",
)
def two_class_is_worst(c: Constant = 1) -> Stated:
    """The conditional regret is at least the two-class formula, for every number of classes."""
    from theory.classification.pooled import pool, setting
    from theory.classification.symbolic import two_class_transform

    at = setting("(1,3/2]")

    def proof(k: Proof) -> Any:
        pooled = pool(k, at)
        leveled = level_out(k, at, pooled)
        final = flatten_rest(k, at, pooled, leveled)
        y = 2 * pooled.th
        pair = k.apply(unpooled, {"y": y, "s": at.beta / y, "tau": at.tau})
        q = at.tau - 1
        return k.show(
            at.regret(),
            ">=",
            two_class_transform(at.beta, at.tau),
            by=[(1 / q, final), (2 ** (-q) / q, pair)],
        )

    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", c * two_class_transform(at.beta, at.tau))
    return statement, chain(proof, regret_sample((11, 15)))


two_class_is_worst.false_if("the formula were 1 % larger", c=Fraction(101, 100))


def level_out(k: Proof, at: Any, pooled: Any) -> Any:
    """Show ``sum p^a >= (th + beta/2)^a + (th - beta/2)^a + sum g^a`` for a <= 2, by tangents.

    Equality where nothing is pooled.
    """
    th, e, g, p = pooled.th, pooled.e, pooled.g, at.p
    a = 1 / (2 - at.tau)
    D = Sig(e)
    high, low = th + at.beta / 2, th - at.beta / 2
    v = k.fresh("w in [0,oo)")

    rest = raised(k, at, pooled, v)
    k.show(high, ">", 0, by=[(Fraction(1, 2), k.hypothesis(2))])
    k.show(low, ">=", 0, by=[(Fraction(-1, 2), pooled.balance)])
    ends = [
        k.show(x + D / 2, "==", end, by=[(Fraction(1, 2), pooled.balance)]) for x, end in ((at.p1, high), (at.p2, low))
    ]
    goal = at.total(at.p1**a, at.p2**a, p**a), at.total(high**a, low**a, g**a)

    k.open_case(D, ">", 0)
    k.show(low, ">", 0, by=[(Fraction(-1, 2), pooled.balance)])
    lines = [k.tangent(v**a, v, end, x) for x, end in ((at.p1, high), (at.p2, low))]
    mean = k.chord(v ** (a - 1), v, high, low, Fraction(1, 2))
    slopes = [(a * end ** (a - 1), fact) for end, fact in zip((high, low), ends, strict=True)]
    first = k.close_case(k.show(goal[0], ">=", goal[1], by=[rest, *lines, *slopes, (a * D, mean)]))
    none = k.open_case(D, "<=", 0)
    second = k.close_case(nothing_pooled(k, at, pooled, none))
    return k.join(first, second)


def nothing_pooled(k: Proof, at: Any, pooled: Any, none: Any) -> Any:
    """The same relation for every a >= 1 where nothing is pooled; ``none`` says ``0 >= sum e``."""
    a, half = 1 / (2 - at.tau), Fraction(1, 2)
    high, low = pooled.th + at.beta / 2, pooled.th - at.beta / 2
    k.show(high, ">", 0, by=[(half, k.hypothesis(2))])
    k.show(low, ">=", 0, by=[(-half, pooled.balance)])
    ends = [
        k.power(k.show(x, ">=", end, by=[(half, none), (half, pooled.balance)]), a)
        for x, end in ((at.p1, high), (at.p2, low))
    ]
    rest = k.sum_up(k.power(k.show(at.p, ">=", pooled.g), a))
    return k.show(at.total(at.p1**a, at.p2**a, at.p**a), ">=", at.total(high**a, low**a, pooled.g**a), by=[rest, *ends])


def flatten_rest(k: Proof, at: Any, pooled: Any, leveled: Any) -> Any:
    """Show ``norm - hits >= th^q ((1 + y E)^r - 1)`` with y = 2 th, E = phi(beta/y) - 1.

    The rest at its largest is the worst.
    """
    from theory.classification.symbolic import mean_power

    th, g = pooled.th, pooled.g
    q, a, r = at.tau - 1, 1 / (2 - at.tau), 2 - at.tau
    high, low = th + at.beta / 2, th - at.beta / 2
    v = k.fresh("u in [0,oo)")
    rest, most = Sig(g**a), th ** (a - 1) * (1 - 2 * th)
    small = flattened(k, at, pooled)
    room = k.show(most, ">=", rest, by=[small, (-(th ** (a - 1)), pooled.mass)])
    spread = k.show(high**a + low**a - 2 * th**a, ">=", 0, by=[(2, k.chord(v**a, v, high, low, Fraction(1, 2)))])
    k.show(2 * th**a + most, ">=", 2 * th**a + rest, by=[room])
    steps = k.increments(v**r, v, 2 * th**a + most, 2 * th**a + rest, spread.lhs)
    norm = k.power(leveled, r)
    s = at.beta / (2 * th)
    k.show(1, ">=", s, by=[k.sign(low / th, ">=")])
    E = mean_power(s, a) - 1
    k.show(E, ">=", 0, by=[k.chord(v**a, v, 1 + s, 1 - s, Fraction(1, 2))])
    return k.show(at.norm() - at.hits(), ">=", th**q * ((1 + 2 * th * E) ** r - 1), by=[norm, pooled.bound, steps])


@claim(
    paper=_PAPER,
    where="two classes only",
    expected="proved",
    strength="tight",
    says=r"n=2,\ S_1\le S_2:\quad\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\mathcal T_\tau(\beta),\quad 1<\tau<2",
)
def two_classes_only(c: Constant = 1) -> Stated:
    """With two classes the formula holds for every tau < 2.

    A mean of S^q at most at S = 1/2, and S_1 <= S_2 favours class 2.
    """
    from theory.classification.symbolic import two_class_transform

    domain = Domain("tau in (1,2), beta in [0,1], S1 in [0,1/2]")
    tau, beta, S1 = domain
    q, a = tau - 1, 1 / (2 - tau)
    p1, p2, S2 = (1 + beta) / 2, (1 - beta) / 2, 1 - S1
    regret = ((p1**a + p2**a) ** (2 - tau) - p1 * S1**q - p2 * S2**q) / q

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        mean = k.chord(v**q, v, S1, S2, Fraction(1, 2))
        order = k.power(k.show(S2, ">=", S1, by=[(2, k.sign(Fraction(1, 2) - S1, ">="))]), q)
        return k.show(regret, ">=", two_class_transform(beta, tau), by=[(1 / q, mean), (beta / (2 * q), order)])

    return ForAll(domain, regret, ">=", c * two_class_transform(beta, tau)), chain(proof)


two_classes_only.false_if("the formula were 1 % larger", c=Fraction(101, 100))
