r"""The online ensemble for dynamic regret: base learners, the play they make up together, and the step that suits best.

N base learners run optimistic gradient descent with steps on a geometric grid, all on the gradients seen at the common
play, which is their mean with the weights of optimistic Hedge. A learner's loss is its linear one plus lambda times the
square of its last move. These are the steps of the analysis that are not about the weights
(`theory.online.sea.claims_ensemble_meta`); they are put together in `theory.online.sea.claims_ensemble_bound`.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.sea.claims_omd_dynamic import comparator_moves
from theory.online.sea.claims_omd_rounds import stable
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "online ensemble"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_VECTORS = ("u", "v", "w", "p", "x", "y", "g", "M")


@claim(
    paper=_PAPER,
    where=_WHERE + ", a base learner, one round",
    expected="proved",
    strength="upper",
    assumptions=(
        "u, v, x, y lie in the convex decision set, of diameter D; the conditions on inner products are optimality",
        (
            "w and y are the centres, p the play before (w in the first round), M the guess; b = |v - u| is positive, "
            "and for b = 0 this is sea.decreasing_steps_round with equal steps"
        ),
        (
            "summed over rounds (argued): sum <g_t, x_t - u_t> <= (D^2 + 2 D P)/(2 eta) + eta sum |g_t - M_t|^2 "
            "- sum_{t>=2} |x_t - x_{t-1}|^2/(4 eta)"
        ),
    ),
    says=r"\langle g,x-u\rangle+\frac{\|y-v\|^2+\|y-x\|^2}{2\eta}\le\frac{\|w-u\|^2+\|w-p\|^2}{2\eta}"
    r"+\frac{D\|v-u\|}\eta+\eta\|g-M\|^2-\frac{\|x-p\|^2}{4\eta}",
)
def dynamic_round_with_moves(moved: Constant = 1, kept: Constant = Fraction(1, 4), price: Constant = 1) -> Stated:
    """The round against u, the move from u to v, and the parallelogram of p, w and x."""
    domain, each = Domain("D in (0,oo), b in (0,oo), eta in (0,oo)"), Domain(reals(*_VECTORS))
    (D, b, eta), (u, v, w, p, x, y, g, M) = domain, each
    d, e, last = g - M, x - y, g + (y - w) / eta
    given = (
        (inner(M + (x - w) / eta, y - x), ">=", 0), (inner(last, u - y), ">=", 0), (inner(last, x - y), ">=", 0),
        (norm_sq(y - v), "<=", D**2), (norm_sq(y - u), "<=", D**2), (norm_sq(v - u), "==", b**2),
    )  # fmt: skip
    left = inner(g, x - u) + (norm_sq(y - v) + norm_sq(y - x)) / (2 * eta)

    def right(moved: Any, kept: Any, price: Any) -> Any:
        before = (norm_sq(w - u) + norm_sq(w - p)) / (2 * eta)
        return before + moved * D * b / eta + price * eta * norm_sq(d) - kept * norm_sq(x - p) / eta

    def proof(k: Proof) -> Any:
        _, steady = stable(k, d, e, eta)
        given = [k.hypothesis(i) for i in (3, 4, 5)]
        move = k.apply(comparator_moves, {"D": D, "p": b}, given=given, rest={"u": u, "v": v, "w": y})
        middle = k.sign(Sig((x - 2 * w + p) ** 2) / (4 * eta), ">=")
        by = [k.hypothesis(0), k.hypothesis(1), steady, (1 / (2 * eta), move), middle]
        return k.show(left, "<=", right(1, Fraction(1, 4), 1), by=by)

    return ForEveryN(domain, each, given, left, "<=", right(moved, kept, price)), chain(proof, _moving_round)


def _moving_round(rng: random.Random) -> Any:
    """A round without constraint, w between p and x; at times no gradient and a short move at the diameter."""
    eta = Fraction(rng.randint(1, 4), 2)
    _, (row, *_) = point_and_coordinates(rng, _VECTORS)
    kind = rng.randrange(3)
    if kind == 0:
        D = Fraction(rng.randint(1, 5))
        row = dict.fromkeys(("w", "g", "M"), Fraction(0)) | {"v": D, "u": D - D / 1000}
    row |= {"x": row["w"] - eta * row["M"], "y": row["w"] - eta * row["g"]}
    row["p"] = 2 * row["w"] - row["x"]
    if kind == 1:  # the comparator hardly moves
        row |= {"u": row["y"] + 1, "v": row["y"] + 1 + Fraction(1, 10**6)}
    elif row["u"] == row["v"]:
        row["v"] += 1
    D = max(abs(row["y"] - row["v"]), abs(row["y"] - row["u"]))
    return {"D": D, "b": abs(row["v"] - row["u"]), "eta": eta}, [row]


@claim(
    paper=_PAPER,
    where=_WHERE + ": the play moves as the weights and the base learners do",
    expected="proved",
    strength="upper",
    assumptions=(
        "the classes are the base learners, q their new weights, up and down the parts of what their weights gained",
        (
            "e and s are the components of a learner's move and of its play before, along one direction of length 1, "
            "in which the decision set has width at most D: along that of the common move the left side is its square"
        ),
    ),
    says=r"\Bigl(\sum_iq_ie_i+\sum_i(q_i-p_i)s_i\Bigr)^2\le2\sum_iq_ie_i^2+\tfrac{D^2}2\|q-p\|_1^2",
)
def play_moves(moves: Constant = 2, weights: Constant = Fraction(1, 2)) -> Stated:
    """The weights' gains sum to 0: their product with s is at most D/2 times the distance; Jensen for the rest."""
    domain = Domain("D in (0,oo), c in (-oo,oo)")
    each = Domain("q in [0,1], up in [0,1], down in [0,1], " + reals("e", "s"))
    (D, c), (q, up, down, e, s) = domain, each
    given = (
        (Sig(q), "==", 1), (Sig(up - down), "==", 0), (s - c, "<=", D / 2), (c - s, "<=", D / 2),
    )  # fmt: skip
    mean, gained, distance = Sig(q * e), Sig((up - down) * s), Sig(up + down)

    def right(moves: Any, weights: Any) -> Any:
        return moves * Sig(q * e**2) + weights * D**2 * distance**2

    def proof(k: Proof) -> Any:
        whole, none, above, below = (k.hypothesis(i) for i in range(4))
        upper = k.show((up - down) * (s - c), "<=", (up + down) * D / 2, by=[(up, above), (down, below)])
        lower = k.show((down - up) * (s - c), "<=", (up + down) * D / 2, by=[(down, above), (up, below)])
        most = k.show(distance * D / 2 - gained, ">=", 0, by=[k.sum_up(upper), (-c, none)])
        least = k.show(distance * D / 2 + gained, ">=", 0, by=[k.sum_up(lower), (c, none)])
        product = k.show(distance**2 * D**2 / 4, ">=", gained**2, by=[(least.lhs, most)])
        jensen = k.show(Sig(q * e**2), ">=", mean**2, by=[k.sign(Sig(q * (e - mean) ** 2), ">="), (-(mean**2), whole)])
        square = k.sign((mean - gained) ** 2, ">=")
        return k.show((mean + gained) ** 2, "<=", right(2, Fraction(1, 2)), by=[(2, product), (2, jensen), square])

    statement = ForEveryN(domain, each, given, (mean + gained) ** 2, "<=", right(moves, weights))
    return statement, chain(proof, _moving_play)


def _moving_play(rng: random.Random) -> Any:
    """Two learners; half of the cases exchange weight at the ends of the set and move in step with that."""
    D, gain = Fraction(rng.randint(1, 4)), Fraction(rng.randint(0, 4), 10)
    size = D * gain if rng.random() < 0.5 else Fraction(rng.randint(-3, 3))
    q = (Fraction(1, 2) + gain / 2, Fraction(1, 2) - gain / 2)
    rows = [{"q": q[0], "up": gain, "down": Fraction(0), "e": size, "s": D / 2}]
    rows += [{"q": q[1], "up": Fraction(0), "down": gain, "e": size, "s": -D / 2}]
    return {"D": D, "c": Fraction(0)}, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ": a step within a factor sqrt 2 of the best one",
    expected="proved",
    strength="tight",
    assumptions=(
        "a and w are the roots of A and W, eta = s a/(2 w); the best step is sqrt(A/(2 W)) = a/(sqrt 2 w)",
        "a grid of ratio 2 has such a step wherever the best one lies in it",
    ),
    says=r"\frac A{2\eta}+\eta W\le\tfrac32\sqrt{AW},\quad\tfrac1{\sqrt2}\le\eta\Big/\sqrt{\tfrac A{2W}}\le\sqrt2",
)
def nearest_step(c: Constant = Fraction(3, 2)) -> Stated:
    """A convex function of s that is 3/2 at both ends, s = 1 and s = 2."""
    domain = Domain("a in (0,oo), w in (0,oo), s in [1,2]")
    a, w, s = domain
    eta = s * a / (2 * w)
    left = a**2 / (2 * eta) + eta * w**2

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", Fraction(3, 2) * a * w, by=[k.sign(a * w * (s - 1) * (2 - s) / (2 * s), ">=")])

    return ForAll(domain, left, "<=", c * a * w), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the largest step, where the best one is larger",
    expected="proved",
    strength="upper",
    assumptions=("a and w are the roots of A and W; h is the largest step of the grid",),
    says=r"\frac A{2h}+hW\le\frac A{2h}+\sqrt{\tfrac{AW}2},\quad2h^2W\le A",
)
def largest_step(c: Constant = 1) -> Stated:
    """The root of h^2 W, times that of W."""
    import sympy

    domain = Domain("a in (0,oo), w in (0,oo), h in (0,oo)")
    a, w, h = domain
    given = ((2 * h**2 * w**2, "<=", a**2),)
    left, right = a**2 / (2 * h) + h * w**2, a * w / sympy.sqrt(2)

    def proof(k: Proof) -> Any:
        root = k.power(k.show(a**2 / 2, ">=", h**2 * w**2, by=[(Fraction(1, 2), k.hypothesis(0))]), Fraction(1, 2))
        return k.show(left, "<=", a**2 / (2 * h) + right, by=[(w, root)])

    hard = {"a": 1, "w": 1, "h": Fraction(707, 1000)}
    return ForAll(domain, left, "<=", a**2 / (2 * h) + c * right, given=given), chain_at(proof, hard)


dynamic_round_with_moves.false_if("the comparator's move counted 1 % less", moved=_LESS)
dynamic_round_with_moves.false_if("1 % more of the learner's moves were kept", kept=Fraction(101, 400))
dynamic_round_with_moves.false_if("the price were 1 % smaller", price=_LESS)
play_moves.false_if("the learners' moves counted 1 % less", moves=Fraction(198, 100))
play_moves.false_if("the weights' moves counted 1 % less", weights=Fraction(99, 200))
nearest_step.false_if("the constant were 1 % smaller", c=Fraction(297, 200))
largest_step.false_if("the constant were 1 % smaller", c=_LESS)
