r"""Special cases of the SEA theorems: independent losses, corrupted ones, losses in random order."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "special cases"


@claim(
    paper=_PAPER,
    where=_WHERE + ": independent, identically distributed losses",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        "Sigma^2_{2:T} = 0 and sigma^2_{1:T} = T sigma^2: the left side is convex_theorem's bound over T",
        "F is convex, the mean of the plays is kept: its expected excess loss is at most the left side",
    ),
    uses=("sea.convex_theorem",),
    says=r"\frac{5\sqrt{10}D^2L+\frac{5\sqrt5}2DG+5\sqrt2D\sqrt{T\sigma^2}}T"
    r"\le\frac{5\sqrt{10}D^2L+\frac{5\sqrt5}2DG}T+\frac{5\sqrt2D\sigma}{\sqrt T}",
)
def independent_losses(power: Constant = Fraction(1, 2)) -> Stated:
    """The convex bound over T."""
    import sympy

    domain = Domain("D in (0,oo), L in [0,oo), G in [0,oo), sigma in [0,oo), T in [1,oo)")
    D, L, G, sigma, T = domain
    fixed = 5 * sympy.sqrt(10) * D**2 * L + sympy.Rational(5, 2) * sympy.sqrt(5) * D * G
    left = (fixed + 5 * sympy.sqrt(2) * D * sympy.sqrt(T * sigma**2)) / T
    half = sympy.Rational(1, 2)
    exact = fixed / T + 5 * sympy.sqrt(2) * D * sigma * T ** (-half)
    right = fixed / T + 5 * sympy.sqrt(2) * D * sigma * T ** (-power)
    return ForAll(domain, left, "<=", right), chain(lambda k: k.show(left, "<=", exact))


@claim(
    paper=_PAPER,
    where=_WHERE + ": independent losses, corrupted",
    expected="proved",
    strength="upper",
    assumptions=(
        "the mean loss of round t is F plus a corruption with gradients of at most C_t <= 2 G, sum C_t <= total",
        "B is the C of the round before, so that the drift of a round is at most C + B, Sigma^2 at most the left side",
    ),
    says=r"\sum_t(C_t+C_{t-1})^2\le8G\sum_tC_t,\quad0\le C_t\le2G",
)
def corrupted_losses(c: Constant = 8) -> Stated:
    """(C + B)^2 <= 4 G (C + B): the drift enters by its size, not its square."""
    domain, each = Domain("G in (0,oo), total in [0,oo)"), Domain("C in [0,oo), B in [0,oo)")
    (G, total), (C, B) = domain, each
    given = ((C, "<=", 2 * G), (B, "<=", 2 * G), (Sig(C), "<=", total), (Sig(B), "<=", total))

    def proof(k: Proof) -> Any:
        one, other = k.hypothesis(0), k.hypothesis(1)
        square = k.show((C + B) ** 2, "<=", 4 * G * (C + B), by=[(C + B, one), (C + B, other)])
        by = [k.sum_up(square), (4 * G, k.hypothesis(2)), (4 * G, k.hypothesis(3))]
        return k.show(Sig((C + B) ** 2), "<=", 8 * G * total, by=by)

    def sample(rng: random.Random) -> Any:
        G = Fraction(rng.randint(1, 4))
        sizes = [G * rng.choice((0, 1, 2)) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.5:
            sizes = [2 * G] * len(sizes)
        previous = [rng.choice((Fraction(0), sizes[-1])), *sizes[:-1]]
        rows = [{"C": now, "B": before} for now, before in zip(sizes, previous, strict=True)]
        return {"G": G, "total": sum(sizes, Fraction(0))}, rows

    return ForEveryN(domain, each, given, Sig((C + B) ** 2), "<=", c * G * total), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ": losses in random order, the drift of a round",
    expected="proved",
    strength="identity",
    assumptions=(
        "the classes are the k losses left; f was drawn last; one coordinate of the gradients at one point",
        "a drawn loss does not return: the mean of round t is that of the losses left",
    ),
    says=r"F_t-F_{t-1}=\frac{F_t-f_{t-1}}{k+1},\quad F_{t-1}=\frac{f_{t-1}+\sum_hh}{k+1},\ F_t=\frac1k\sum_hh",
)
def random_order_drift(c: Constant = 1) -> Stated:
    """Clear the denominators; f is drawn from the k + 1 losses, and no longer among those left."""
    domain, each = Domain("k in [1,oo), f in (-oo,oo)"), Domain("h in (-oo,oo)")
    (left, f), (h,) = domain, each
    before, now = (f + Sig(h)) / (left + 1), Sig(h) / left

    def proof(k: Proof) -> Any:
        return k.show(now - before, "==", (now - f) / (left + 1))

    def sample(rng: random.Random) -> Any:
        rows = [{"h": Fraction(rng.randint(-5, 5))} for _ in range(rng.randint(1, 4))]
        return {"k": Fraction(len(rows)), "f": Fraction(rng.randint(-5, 5))}, rows

    statement = ForEveryN(domain, each, ((Sig(1), "==", left),), now - before, "==", c * (now - f) / (left + 1))
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ": losses in random order, the drifts together",
    expected="proved",
    strength="upper",
    assumptions=(
        "by random_order_drift, with gradients of at most G, the drift with k losses left is at most 2 G/(k+1)",
        "summed over k = 1, ..., T - 1 the right side telescopes: Sigma^2_{2:T} <= 4 G^2, for every T",
    ),
    uses=("sea.random_order_drift",),
    says=r"\Bigl(\frac{2G}{k+1}\Bigr)^2\le4G^2\Bigl(\frac1k-\frac1{k+1}\Bigr),\quad k\ge1",
)
def random_order_drifts(c: Constant = 4) -> Stated:
    """1/(k + 1)^2 <= 1/(k (k + 1)): no logarithm of T is needed."""
    domain = Domain("G in (0,oo), k in [1,oo)")
    G, left = domain
    gap = 1 / left - 1 / (left + 1)

    def proof(k: Proof) -> Any:
        rest = k.sign(4 * G**2 / (left * (left + 1) ** 2), ">=")
        return k.show((2 * G / (left + 1)) ** 2, "<=", 4 * G**2 * gap, by=[rest])

    return ForAll(domain, (2 * G / (left + 1)) ** 2, "<=", c * G**2 * gap), chain(proof)


independent_losses.false_if("the rate of the noise were T^-0.51", power=Fraction(51, 100))
corrupted_losses.false_if("the constant were 1 % smaller", c=Fraction(792, 100))
random_order_drift.false_if("the drift were 1 % larger", c=Fraction(101, 100))
random_order_drifts.false_if("the constant were 1 % smaller", c=Fraction(396, 100))
