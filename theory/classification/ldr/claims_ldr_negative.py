r"""What makes the negative result about symmetric losses true: vertices, or convexity.

A loss is given by its values l_y at scores; symmetric means sum_y l_y = C for all scores. The unqualified statement,
"no top-1 consistent symmetric loss is top-k consistent for all k", has counterexamples (`claims_ldr_symmetric`,
`claims_ldr_pairwise_sigmoid`). It holds with either of these hypotheses.

1. **Vertices.** 0 <= l_y <= M with C = (K-1) M, the loss of a label comes near 0, and permuting scores permutes losses
   (the mean absolute error, l_y = 1 - softmax_y, C = K - 1, is of this kind; the counterexamples are not: their largest
   loss exceeds C/(K-1)). For every posterior of which class 1 is most probable the conditional risk is at least
   (1 - p_1) M (`risk_above_vertex`), and scores with l_1 <= e come within p_1 e of it, as do those with the scores of
   classes 2 and 3 exchanged (`exchanged_scores_near_vertex`): one of the two ranks 2 and 3 wrongly, or ties them.
   So the loss is not top-k calibrated for 2 <= k < K.
2. **Convexity.** Each l_y convex in the scores on all of R^K, and not negative: then each is constant
   (`convex_symmetric_is_constant`), and not even top-1 calibrated. The limit lam = oo of LDR-KL is convex and
   symmetric, but unbounded below.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "negative result: top-1 consistent symmetric losses and top-k consistency"
_QUOTED = "ldr.symmetric_losses_ignore_lower_ranks"
_VERTICES = (
    "extra hypotheses on the loss: 0 <= l_y <= M, sum_y l_y = (K-1) M, l_1 comes near 0, permutations commute with it",
)


def _near_vertex(rng: random.Random, n: int, e: Fraction) -> list[Fraction]:
    """Losses between 0 and 1 of sum n - 1, the first at most e: 1 - s for a probability vector s."""
    rest = simplex(rng, n - 1)
    return [e, *[1 - e * x for x in rest]]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", corrects=_QUOTED, assumptions=_VERTICES,
    says=r"0\le\ell_y\le M,\ \textstyle\sum_y\ell_y=(K-1)M,\ p_1=\max p:\quad \sum_yp_y\ell_y\ge(1-p_1)M",
)  # fmt: skip
def risk_above_vertex(c: Constant = 1) -> Stated:
    """With s = M - l >= 0 of sum M the risk is M - sum p s >= M - p_1 M."""
    import sympy

    domain, each = Domain("M in (0,oo), p1 in [0,1], l1 in [0,oo)"), Domain("p in [0,1], l in [0,oo)")
    (M, p1, l1), (p, loss) = domain, each
    K = 1 + Sig(sympy.Integer(1))
    risk = p1 * l1 + Sig(p * loss)

    def proof(k: Proof) -> Fact:
        total, summed, _, most, largest = (k.hypothesis(index) for index in range(5))
        k.show(M - loss, ">=", 0, by=[most])
        fewer = k.sum_up(k.show(p1 * (M - loss), ">=", p * (M - loss), by=[(M - loss, largest)]))
        return k.show(risk, ">=", (1 - p1) * M, by=[fewer, (p1, summed), (M, total)])

    def sample(rng: random.Random) -> Any:
        n = rng.randint(2, 5)
        p_values = sorted(simplex(rng, n), reverse=True)
        losses = _near_vertex(rng, n, Fraction(rng.choice((0, 0, 1, 5)), 10))
        point = {"M": Fraction(1), "p1": p_values[0], "l1": losses[0]}
        return point, [{"p": x, "l": y} for x, y in zip(p_values[1:], losses[1:], strict=True)]

    given = (
        (p1 + Sig(p), "==", 1), (l1 + Sig(loss), "==", (K - 1) * M), (M, ">=", l1), (M, ">=", loss), (p1, ">=", p),
    )  # fmt: skip
    return ForEveryN(domain, each, given, risk, ">=", c * (1 - p1) * M), chain(proof, sample)


risk_above_vertex.false_if("the bound were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", corrects=_QUOTED, assumptions=_VERTICES,
    says=r"\ell_1\le e:\quad p_1\ell_1+p_2\ell_3+p_3\ell_2+\sum_{y>3}p_y\ell_y\le(1-p_1)M+p_1e",
)  # fmt: skip
def exchanged_scores_near_vertex(c: Constant = 1) -> Stated:
    """Every loss is at most M, in whichever order: exchanging classes 2 and 3 costs nothing near the vertex."""
    domain = Domain("M in (0,oo), e in [0,oo), p1 in [0,1], p2 in [0,1], p3 in [0,1], "
                    "l1 in [0,oo), l2 in [0,oo), l3 in [0,oo)")  # fmt: skip
    each = Domain("p in [0,1], l in [0,oo)")
    (M, e, p1, p2, p3, l1, l2, l3), (p, loss) = domain, each
    risk = p1 * l1 + p2 * l3 + p3 * l2 + Sig(p * loss)

    def proof(k: Proof) -> Fact:
        total, near, second, third, other = (k.hypothesis(index) for index in range(5))
        rest = k.sum_up(k.show(p * M, ">=", p * loss, by=[(p, other)]))
        by = [(p1, near), (p2, third), (p3, second), rest, (-M, total)]
        return k.show(risk, "<=", (1 - p1) * M + p1 * e, by=by)

    def sample(rng: random.Random) -> Any:
        n, near = rng.randint(3, 5), Fraction(rng.choice((0, 1, 5)), 10)
        p_values = sorted(simplex(rng, n), reverse=True)
        losses = _near_vertex(rng, n, near)
        point = {"M": Fraction(1), "e": near} | {f"p{i + 1}": p_values[i] for i in range(3)}
        point |= {f"l{i + 1}": losses[i] for i in range(3)}
        return point, [{"p": x, "l": y} for x, y in zip(p_values[3:], losses[3:], strict=True)]

    given = (
        (p1 + p2 + p3 + Sig(p), "==", 1), (e, ">=", l1), (M, ">=", l2), (M, ">=", l3), (M, ">=", loss),
    )  # fmt: skip
    return ForEveryN(domain, each, given, risk, "<=", c * (1 - p1) * M + p1 * e), chain(proof, sample)


exchanged_scores_near_vertex.false_if("the bound were 1 % smaller", c=Fraction(99, 100))


_CONVEX = (
    "extra hypotheses on the loss: each l_y is convex on all scores and not negative; sum_y l_y = C",
    "g = (1-t) f + t h for any scores f, g and h = f + (g-f)/t: as t -> 0 the losses at f and g agree",
)


def _convex(sign: int, c: Constant) -> Stated:
    """``|l_1(g) - l_1(f)| <= t C`` from convexity along f, g, h; one of the two signs."""
    domain, each = (
        Domain("t in (0,1), C in [0,oo), F1 in [0,oo), G1 in [0,oo), H1 in [0,oo)"),
        Domain("F in [0,oo), G in [0,oo), H in [0,oo)"),
    )
    (t, C, F1, G1, H1), (F, G, H) = domain, each

    def proof(k: Proof) -> Fact:
        at_f, at_g, at_h, first, others = (k.hypothesis(index) for index in range(5))
        k.sign(Sig(H), ">=")
        if sign > 0:
            small = k.show(C, ">=", H1, by=[(-1, at_h)])
            return k.show(t * C, ">=", G1 - F1, by=[first, (t, small), k.sign(t * F1, ">=")])
        rest = k.sum_up(others)
        by = [rest, (1, at_g), (-(1 - t), at_f), (-t, at_h), k.sign(t * H1, ">=")]
        k.show(C, ">=", F1, by=[k.sign(Sig(F), ">="), (-1, at_f)])
        return k.show(t * C, ">=", F1 - G1, by=[*by, (t, k.show(C, ">=", F1))])

    def sample(rng: random.Random) -> Any:
        n, step = rng.randint(2, 4), Fraction(rng.randint(1, 9), 10)
        f_values, h_values = simplex(rng, n), simplex(rng, n)
        if rng.random() < 0.5:
            f_values, h_values = ([Fraction(i == j) for i in range(n)] for j in ((1, 0) if sign > 0 else (0, 1)))
        g_values = [(1 - step) * x + step * y for x, y in zip(f_values, h_values, strict=True)]
        point = {"t": step, "C": Fraction(1), "F1": f_values[0], "G1": g_values[0], "H1": h_values[0]}
        rows = [{"F": x, "G": y, "H": z} for x, y, z in zip(f_values[1:], g_values[1:], h_values[1:], strict=True)]
        return point, rows

    given = (
        (F1 + Sig(F), "==", C), (G1 + Sig(G), "==", C), (H1 + Sig(H), "==", C),
        ((1 - t) * F1 + t * H1, ">=", G1), ((1 - t) * F + t * H, ">=", G),
    )  # fmt: skip
    return ForEveryN(domain, each, given, c * t * C, ">=", sign * (G1 - F1)), chain(proof, sample)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", corrects=_QUOTED, assumptions=_CONVEX,
    says=r"\ell\ge0\text{ convex},\ \textstyle\sum_y\ell_y=C,\ 0<t<1:\quad \ell_1(g)-\ell_1(f)\le tC",
)  # fmt: skip
def convex_symmetric_is_constant(c: Constant = 1) -> Stated:
    """l_1(g) <= (1-t) l_1(f) + t l_1(h), and no loss exceeds the sum C."""
    return _convex(1, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower", corrects=_QUOTED, assumptions=_CONVEX,
    says=r"\ell\ge0\text{ convex},\ \textstyle\sum_y\ell_y=C,\ 0<t<1:\quad \ell_1(f)-\ell_1(g)\le tC",
)  # fmt: skip
def convex_symmetric_is_constant_below(c: Constant = 1) -> Stated:
    """The convexity inequalities of the other labels add up to the opposite one for label 1."""
    return _convex(-1, c)


convex_symmetric_is_constant.false_if("the difference were 1 % smaller", c=Fraction(99, 100))
convex_symmetric_is_constant_below.false_if("the difference were 1 % smaller", c=Fraction(99, 100))
