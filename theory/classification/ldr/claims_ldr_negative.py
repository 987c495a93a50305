r"""What makes the negative result about symmetric losses true: vertices, or convexity.

A loss is given by its values l_y at scores; symmetric means sum_y l_y = C for all scores. The unqualified statement,
"no top-1 consistent symmetric loss is top-k consistent for all k", has counterexamples (`claims_ldr_symmetric`,
`claims_ldr_pairwise_sigmoid`). It holds with either of these hypotheses.

1. **Vertices.** 0 <= l_y <= M with C = (K-1) M, the loss of a label comes near 0, and permuting scores permutes losses
   (the mean absolute error, l_y = 1 - softmax_y, C = K - 1, is of this kind; for K >= 3 the counterexamples are not:
   their largest loss exceeds C/(K-1)). For every posterior of which class 1 is most probable the conditional risk is
   at least (1 - p_1) M (`risk_above_vertex`), and scores with l_1 <= e come within p_1 e of it, as do those with the
   scores of classes 2 and 3 exchanged (`exchanged_scores_near_vertex`), which may be any two other classes: one of the
   two ranks 2 and 3 wrongly, or ties them. So the loss is not top-k calibrated for 2 <= k < K.
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
    "g = (1-t) f + t h for any scores f and g and h = f + (g-f)/t; label 1 is any label",
)
_CHOICE = "t = (l_1(g) - l_1(f))/(2C), between 0 and 1/2, wherever the difference is positive; then h exists"


def _on_a_line(steepness: Any) -> tuple[Domain, Domain, tuple[Any, ...]]:
    """Return domains and hypotheses: the sum at h, convexity along f, g, h, and the difference of the losses."""
    domain, each = Domain("t in [0,1), C in [0,oo), F1 in [0,oo), G1 in [0,oo), H1 in [0,oo)"), Domain("H in [0,oo)")
    (t, C, F1, G1, H1), (H,) = domain, each
    given = ((H1 + Sig(H), "==", C), ((1 - t) * F1 + t * H1, ">=", G1))
    chosen = () if steepness is None else ((G1 - F1, "==", steepness * t * C),)
    return domain, each, given + chosen


def _small_change(k: Proof, domain: Domain, each: Domain) -> Fact:
    """Return ``t C >= l_1(g) - l_1(f)``."""
    (t, C, F1, G1, H1), (H,) = domain, each
    small = k.show(C, ">=", H1, by=[k.sign(Sig(H), ">="), (-1, k.hypothesis(0))])
    return k.show(t * C, ">=", G1 - F1, by=[k.hypothesis(1), (t, small), k.sign(t * F1, ">=")])


def _sample_line(rng: random.Random) -> Any:
    """The loss at f is 0 and all of C at h, so that the change is largest; or f = g."""
    step, share = Fraction(rng.randint(1, 9), 10), Fraction(rng.choice((10, 10, 3)), 10)
    if rng.random() < 0.3:
        step, share = Fraction(0), Fraction(3, 10)
    point = {"t": step, "C": Fraction(1), "F1": Fraction(0), "G1": step * share, "H1": share}
    return point, [{"H": 1 - share}]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", assumptions=_CONVEX,
    says=r"\ell\ge0\text{ convex},\ \textstyle\sum_y\ell_y=C,\ 0\le t<1:\quad \ell_1(g)-\ell_1(f)\le tC",
)  # fmt: skip
def convex_symmetric_changes_little(c: Constant = 1) -> Stated:
    """l_1(g) <= (1-t) l_1(f) + t l_1(h), and no loss exceeds the sum C."""
    domain, each, given = _on_a_line(None)
    t, C, F1, G1, _ = domain

    def proof(k: Proof) -> Fact:
        return _small_change(k, domain, each)

    return ForEveryN(domain, each, given, c * t * C, ">=", G1 - F1), chain(proof, _sample_line)


convex_symmetric_changes_little.false_if("the difference were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", corrects=_QUOTED, assumptions=(*_CONVEX, _CHOICE),
    says=r"\ell\ge0\text{ convex},\ \textstyle\sum_y\ell_y=C:\quad \ell_1(g)\le\ell_1(f)\text{ for all }f,g,"
    r"\text{ so that }\ell_1\text{ is constant}",
)  # fmt: skip
def convex_symmetric_is_constant(steepness: Constant = 2) -> Stated:
    """Were l_1(g) larger, the difference would be at most t C, which is half of it; exchange f and g for "=".

    A difference d = l_1(g) - l_1(f) > 0 would satisfy every hypothesis at t = d/(2C) and contradict the conclusion;
    what satisfies them is d = 0.
    """
    domain, each, given = _on_a_line(steepness)
    _, _, F1, G1, _ = domain

    def proof(k: Proof) -> Fact:
        return k.show(F1, ">=", G1, by=[(2, _small_change(k, domain, each)), k.hypothesis(2)])

    return ForEveryN(domain, each, given, F1, ">=", G1), chain(proof, _sample_line)


convex_symmetric_is_constant.false_if("t were the whole difference over C: nothing is gained then", steepness=1)
