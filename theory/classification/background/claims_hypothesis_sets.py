"""Bounded linear and one-hidden-layer ReLU hypotheses.

Which scores they take, so that only a bound on the score matters.

A linear hypothesis w.x + b with |w| <= W, |b| <= B takes exactly the scores up to W |x| + B in absolute value; a ReLU
network with output weights of absolute sum at most Lambda takes none beyond Lambda (W |x| + B). The least bound, at x
= 0 (where w.x = 0), is B and Lambda B: it enters the transforms of `theory.classification.margin`. Sums run over any
number of coordinates or units; the norm is the Euclidean one.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "hcons_binary", "as usually quoted"
_LINEAR, _RELU = "bounded linear hypotheses, Euclidean norm", "one-hidden-layer ReLU hypotheses, Euclidean norm"


@claim(
    paper=_PAPER,
    where=_LINEAR,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\|w\|\le W,\ b\le B,\ x\ne0:\quad w\cdot x+b\le W\|x\|+B",
)
def linear_score_bound(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz, coordinate by coordinate: 2 w x <= (X/W) w^2 + (W/X) x^2. The same for -w, -b bounds it below."""
    domain = Domain("W in (0,oo), X in (0,oo), B in [0,oo), b in (-oo,oo)")
    each = Domain("w in (-oo,oo), x in (-oo,oo)")
    (W, X, B, b), (w, x) = domain, each

    def proof(k: Proof) -> Any:
        square = k.sign((X * w - W * x) ** 2, ">=")
        summed = k.sum_up(k.show(X / W * w**2 + W / X * x**2, ">=", 2 * w * x, by=[(1 / (W * X), square)]))
        by = [
            (Fraction(1, 2), summed),
            (X / (2 * W), k.hypothesis(0)),
            (-W / (2 * X), k.hypothesis(1)),
            k.hypothesis(2),
        ]
        return k.show(Sig(w * x) + b, "<=", W * X + B, by=by)

    def sample(rng: random.Random) -> Any:
        row = rng.choice([[(3, 4)], [(1, 1)], [(3, 3), (4, 4)], [(4, -3), (3, 4)]])
        norm_w, norm_x = ((sum(v[i] ** 2 for v in row)) ** 0.5 for i in (0, 1))
        point = {"W": Fraction(int(norm_w)), "X": Fraction(int(norm_x)), "B": Fraction(1), "b": Fraction(1)}
        return point, [{"w": Fraction(u), "x": Fraction(v)} for u, v in row]

    given = ((Sig(w**2), "<=", W**2), (Sig(x**2), "==", X**2), (B, ">=", b))
    return ForEveryN(domain, each, given, c * (Sig(w * x) + b), "<=", W * X + B), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_LINEAR,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"w=Wx/\|x\|,\ b=B,\ x\ne0:\quad w\cdot x+b=W\|x\|+B",
)
def linear_score_attained(c: Constant = 1) -> Stated:
    """The bound is a score that a hypothesis takes; scaling w and b gives every smaller one."""
    domain, each = Domain("W in (0,oo), X in (0,oo), B in [0,oo)"), Domain("x in (-oo,oo)")
    (W, X, B), (x,) = domain, each

    def proof(k: Proof) -> Any:
        return k.show(Sig(W * x / X * x) + B, "==", W * X + B, by=[(W / X, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        row = rng.choice([[3], [3, 4], [2, -1, 2]])
        norm = int(sum(v * v for v in row) ** 0.5)
        return {"W": Fraction(2), "X": Fraction(norm), "B": Fraction(1)}, [{"x": Fraction(v)} for v in row]

    given = ((Sig(x**2), "==", X**2),)
    return ForEveryN(domain, each, given, c * (Sig(W * x / X * x) + B), "==", W * X + B), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_RELU,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\|u\|_1\le\Lambda,\ 0\le a_j\le R:\quad\textstyle\sum_ju_ja_j\le\Lambda R",
)
def relu_score_bound(c: Constant = 1) -> Stated:
    """Each unit's activation is at most R = W |x| + B; u = up - un with up, un >= 0 and sum (up + un) <= Lambda."""
    domain = Domain("L in [0,oo), R in [0,oo)")
    each = Domain("up in [0,oo), un in [0,oo), act in [0,oo)")
    (L, R), (up, un, act) = domain, each

    def proof(k: Proof) -> Any:
        spare = k.sign(un * (R + act), ">=")
        unit = k.show(R * (up + un), ">=", (up - un) * act, by=[(up, k.hypothesis(1)), spare])
        return k.show(Sig((up - un) * act), "<=", L * R, by=[k.sum_up(unit), (R, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows = [
            {"up": Fraction(rng.randint(0, 3)), "un": Fraction(0), "act": Fraction(2)} for _ in range(rng.randint(1, 3))
        ]
        return {"L": sum((row["up"] for row in rows), Fraction(0)), "R": Fraction(2)}, rows

    given = ((Sig(up + un), "<=", L), (R, ">=", act))
    return ForEveryN(domain, each, given, c * Sig((up - un) * act), "<=", L * R), chain(proof, sample)


linear_score_bound.false_if("the score were 1 % larger", c=Fraction(101, 100))
linear_score_attained.false_if("the score were 1 % larger", c=Fraction(101, 100))
relu_score_bound.false_if("the score were 1 % larger", c=Fraction(101, 100))
