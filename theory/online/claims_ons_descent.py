r"""Regret of projected online gradient descent on strongly convex losses, steps ``1/(lam t)``: a round, and the sum.

It is at most ``(G^2/(2 lam)) (1 + log T)``. Round t plays x, sees g and moves to y, the projection of
``x - g/(lam t)``. Steps for losses that are only convex: `theory.online.worst_case.claims_projected_rounds`.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

PAPER = "ons"
_WHERE = "projected online gradient descent"
_OPTIMAL = "u and y lie in the convex decision set; the condition on the inner product is first-order optimality of y"
_LESS = Fraction(99, 100)


def _moved(rng: random.Random, rows: list[dict[str, Fraction]], eta: Fraction) -> None:
    """Complete rounds: at times on the cube [-1, 1]^d, else without constraint."""
    clipped = rng.random() < 0.3
    for row in rows:
        row["y"] = row["x"] - eta * row["g"]
        if clipped:
            row |= {name: max(min(row[name], Fraction(1)), Fraction(-1)) for name in ("u", "y")}


@claim(
    paper=PAPER,
    where=_WHERE + ", one round, strongly convex, step 1/(lambda t)",
    expected="proved",
    strength="tight",
    assumptions=(_OPTIMAL, "the potentials telescope from 0 in round 1; t is the round"),
    says=r"\langle g,x-u\rangle-\tfrac\lambda2\|x-u\|^2+\tfrac{\lambda t}2\|y-u\|^2\le\tfrac{\lambda(t-1)}2\|x-u\|^2"
    r"+\tfrac1{2\lambda t}\|g\|^2",
)
def strongly_convex_round(price: Constant = Fraction(1, 2)) -> Stated:
    """Optimality and one square: strong convexity is what the potential gains in weight."""
    domain, each = Domain("lam in (0,oo), t in [1,oo)"), Domain(reals("u", "x", "y", "g"))
    (lam, t), (u, x, y, g) = domain, each
    left = inner(g, x - u) - lam / 2 * norm_sq(x - u) + lam * t / 2 * norm_sq(y - u)

    def right(price: Any) -> Any:
        return lam * (t - 1) / 2 * norm_sq(x - u) + price / (lam * t) * norm_sq(g)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((g + lam * t * (y - x)) ** 2) / (2 * lam * t), ">=")
        return k.show(left, "<=", right(Fraction(1, 2)), by=[k.hypothesis(0), square])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("u", "x", "g"), positive=("lam",))
        point["t"] = Fraction(rng.randint(1, 6))
        _moved(rng, rows, 1 / (point["lam"] * point["t"]))
        return point, rows

    given = ((inner(g + lam * t * (y - x), u - y), ">=", 0),)
    return ForEveryN(domain, each, given, left, "<=", right(price)), chain(proof, sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", strongly convex: regret bound",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        (
            "the classes are the rounds: r is <g, x - u> - (lambda/2)|x - u|^2, at least the regret of a strongly "
            "convex loss, h = 1/t, a and b the potentials before and after: they telescope from 0 to last >= 0; "
            "|g_t| <= G, so that the condition on a round is strongly_convex_round"
        ),
        "L = log T: the sum of 1/t is at most 1 + log T, by sea.harmonic_step",
    ),
    uses=("ons.strongly_convex_round", "sea.harmonic_step"),
    says=r"\sum_t\Bigl[\langle g_t,x_t-u\rangle-\tfrac\lambda2\|x_t-u\|^2\Bigr]\le\frac{G^2}{2\lambda}(1+\log T)",
)
def strongly_convex_bound(c: Constant = Fraction(1, 2)) -> Stated:
    """Add up the rounds."""
    domain = Domain("lam in (0,oo), G in (0,oo), L in [0,oo), last in [0,oo)")
    each = Domain("h in (0,1], " + reals("r", "a", "b"))
    (lam, G, L, last), (h, r, a, b) = domain, each
    given = ((r + b, "<=", a + h * G**2 / (2 * lam)), (Sig(a) - Sig(b), "==", -last), (Sig(h), "<=", 1 + L))

    def proof(k: Proof) -> Any:
        rounds, telescoped, sums = (k.hypothesis(i) for i in range(3))
        by = [k.sum_up(rounds), (-1, telescoped), (G**2 / (2 * lam), sums)]
        return k.show(Sig(r), "<=", G**2 / (2 * lam) * (1 + L), by=by)

    def sample(rng: random.Random) -> Any:
        point = {"lam": Fraction(rng.randint(1, 3)), "G": Fraction(rng.randint(1, 3)), "last": Fraction(0)}
        rows = [{"h": Fraction(1, t), "a": Fraction(0), "b": Fraction(0)} for t in range(1, rng.randint(2, 6))]
        for row in rows:
            row["r"] = row["h"] * point["G"] ** 2 / (2 * point["lam"])
        return point | {"L": sum(row["h"] for row in rows) - 1}, rows

    return ForEveryN(domain, each, given, Sig(r), "<=", c * G**2 / lam * (1 + L)), chain(proof, sample)


strongly_convex_round.false_if("the price were 1 % smaller", price=_LESS / 2)
strongly_convex_bound.false_if("the bound were 1 % smaller", c=_LESS / 2)
