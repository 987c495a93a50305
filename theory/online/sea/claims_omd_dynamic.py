r"""Dynamic regret of optimistic gradient descent: against a comparator that moves, with a fixed step.

In the telescoped potential ``|w - u|^2/(2 eta)`` the comparator changes from u to v between rounds. That costs at most
``D |v - u|/eta``, so the diameter term ``D^2`` becomes ``D^2 + 2 D P`` with P the length of the comparator's path.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.sea.claims_omd_rounds import stable
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "dynamic regret of optimistic gradient descent, fixed step"


@claim(
    paper=_PAPER,
    where=_WHERE + ": a comparator that moves",
    expected="proved",
    strength="lemma",
    assumptions=("w, u, v lie in the decision set, of diameter D; p = |v - u| (for p = 0 both sides are 0)",),
    says=r"\|w-v\|^2-\|w-u\|^2\le2D\|v-u\|",
)
def comparator_moves(c: Constant = 2) -> Stated:
    """The difference is <v - u, v - w> + <v - u, u - w>; Cauchy-Schwarz for each, as a square over p."""
    domain, each = Domain("D in (0,oo), p in (0,oo)"), Domain(reals("u", "v", "w"))
    (D, p), (u, v, w) = domain, each
    given = ((norm_sq(w - v), "<=", D**2), (norm_sq(w - u), "<=", D**2), (norm_sq(v - u), "==", p**2))
    left = norm_sq(w - v) - norm_sq(w - u)

    def proof(k: Proof) -> Any:
        def along(point: Any, near: Any) -> Any:
            square = k.sign(Sig((D * (v - u) - p * (point - w)) ** 2) / (2 * D * p), ">=")
            by = [square, (p / (2 * D), near), (-D / (2 * p), k.hypothesis(2))]
            return k.show(inner(v - u, point - w), "<=", D * p, by=by)

        return k.show(left, "<=", 2 * D * p, by=[along(v, k.hypothesis(0)), along(u, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        D = Fraction(rng.randint(1, 5))
        if rng.random() < 0.5:  # a short move away from w, at the diameter
            p = D / 1000
            return {"D": D, "p": p}, [{"w": Fraction(0), "v": D, "u": D - p}]
        _, rows = point_and_coordinates(rng, ("u", "v", "w"))
        row = rows[0]
        if row["u"] == row["v"]:
            row["v"] += 1
        return {"D": max(abs(row["w"] - row["v"]), abs(row["w"] - row["u"])), "p": abs(row["v"] - row["u"])}, [row]

    return ForEveryN(domain, each, given, left, "<=", c * D * p), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="upper",
    assumptions=(
        "u, v, x, y lie in the convex decision set, of diameter D; the conditions on inner products are optimality",
        "u is the comparator of the round, v that of the next; p = |v - u| (p = 0 is constrained_round)",
        "summed over rounds: sum <g_t, x_t - u_t> <= (D^2 + 2 D P)/(2 eta) + eta sum |g_t - M_t|^2",
    ),
    says=r"\langle g,x-u\rangle+\frac{\|y-v\|^2}{2\eta}\le\frac{\|w-u\|^2}{2\eta}+\frac{D\|v-u\|}\eta+\eta\|g-M\|^2",
)
def dynamic_round(moved: Constant = 1) -> Stated:
    """The round against u, then the move from u to v seen from the new centre y."""
    domain, each = Domain("D in (0,oo), p in (0,oo), eta in (0,oo)"), Domain(reals("u", "v", "w", "x", "y", "g", "M"))
    (D, p, eta), (u, v, w, x, y, g, M) = domain, each
    d, e, last = g - M, x - y, g + (y - w) / eta
    given = (
        (inner(M + (x - w) / eta, y - x), ">=", 0), (inner(last, u - y), ">=", 0), (inner(last, x - y), ">=", 0),
        (norm_sq(y - v), "<=", D**2), (norm_sq(y - u), "<=", D**2), (norm_sq(v - u), "==", p**2),
    )  # fmt: skip
    left = inner(g, x - u) + norm_sq(y - v) / (2 * eta)

    def right(moved: Any) -> Any:
        return norm_sq(w - u) / (2 * eta) + moved * D * p / eta + eta * norm_sq(d)

    def proof(k: Proof) -> Any:
        _, steady = stable(k, d, e, eta)
        values = {"u": u, "v": v, "w": y}
        move = k.apply(comparator_moves, {"D": D, "p": p}, given=[k.hypothesis(i) for i in (3, 4, 5)], rest=values)
        kept = k.sign((norm_sq(y - x) + norm_sq(x - w)) / (2 * eta), ">=")
        by = [k.hypothesis(0), k.hypothesis(1), steady, (1 / (2 * eta), move), kept]
        return k.show(left, "<=", right(1), by=by)

    return ForEveryN(domain, each, given, left, "<=", right(moved)), chain(proof, _dynamic_sample)


def _dynamic_sample(rng: random.Random) -> Any:
    """One coordinate without constraint; in half of the cases no gradient and a short move at the diameter."""
    eta = Fraction(rng.randint(1, 4), 2)
    _, (row, *_) = point_and_coordinates(rng, ("u", "v", "w", "g", "M"))
    if rng.random() < 0.5:
        D = Fraction(rng.randint(1, 5))
        row = dict.fromkeys(("w", "g", "M"), Fraction(0)) | {"v": D, "u": D - D / 1000}
    elif row["u"] == row["v"]:
        row["v"] += 1
    row |= {"x": row["w"] - eta * row["M"], "y": row["w"] - eta * row["g"]}
    D = max(abs(row["y"] - row["v"]), abs(row["y"] - row["u"]))
    return {"D": D, "p": abs(row["v"] - row["u"]), "eta": eta}, [row]


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best step in hindsight",
    expected="proved",
    strength="tight",
    assumptions=("A = D^2 + 2 D P and V = sum |g_t - M_t|^2, both > 0; a step chosen in advance does no better",),
    says=r"\frac A{2\eta}+\eta V\ge\sqrt{2AV}\quad(\eta>0),\qquad A=D^2+2DP",
)
def best_fixed_step(c: Constant = 1) -> Stated:
    """The difference is a square, which vanishes at eta = sqrt(A/(2 V)); a, v and e are roots of A, V and eta."""
    import sympy

    domain = Domain("a in (0,oo), v in (0,oo), e in (0,oo)")
    a, v, e = domain
    left, right = a**2 / (2 * e**2) + e**2 * v**2, sympy.sqrt(2) * a * v

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.sign((a / (sympy.sqrt(2) * e) - e * v) ** 2, ">=")])

    return ForAll(domain, left, ">=", c * right), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best step in hindsight",
    expected="proved",
    strength="tight",
    assumptions=("A and V as in best_fixed_step; a and v are their roots",),
    says=r"\eta=\sqrt{\tfrac A{2V}}:\quad\frac A{2\eta}+\eta V=\sqrt{2AV}",
)
def best_fixed_step_attained(scale: Constant = 2) -> Stated:
    """Put eta in; the two terms are equal."""
    import sympy

    domain = Domain("a in (0,oo), v in (0,oo)")
    a, v = domain
    eta = a / (sympy.sqrt(scale) * v)
    left, right = a**2 / (2 * eta) + eta * v**2, sympy.sqrt(2) * a * v
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


best_fixed_step_attained.false_if("eta^2 were A/(2.02 V)", scale=Fraction(202, 100))
comparator_moves.false_if("the move counted 1 % less", c=Fraction(198, 100))
dynamic_round.false_if("the move counted 1 % less", moved=Fraction(99, 100))
best_fixed_step.false_if("the minimum were 1 % larger", c=Fraction(101, 100))
