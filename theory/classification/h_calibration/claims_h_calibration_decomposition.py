r"""Proper scores are calibration plus refinement: the Brier and the log score, any number of groups and classes.

A group is a value of the report, of probability w; q is what is reported for a class there and r how frequent the class
is. The sums run over all pairs (group, class), each with its own w, q, r. The expected score is a sum over the pairs,
because the outcome of a class is one or zero: Brier ``w (r (1-q)^2 + (1-r) q^2)``, log ``-w r log q``. Refinement
depends on the groups alone: no injective recalibration changes it.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "h_calibration", "background: proper scores"
_PAIRS = ("the sums run over all pairs (group, class) of finitely many groups; the report takes one value in a group",)
_POSITIVE = (*_PAIRS, "pairs with r = 0 are left out: they add nothing to the score, with 0 log 0 = 0")
_REPORTED = (*_POSITIVE, "over the pairs left in, the reports sum to at most what the frequencies sum to, 1")
_ONE_PERCENT = Fraction(101, 100)
_NOTHING = "s in [0,1]"  # a statement about classes needs a scalar; this one occurs nowhere


def _pairs(rng: random.Random) -> Any:
    """Draw groups with a report and frequencies, all positive, and list their pairs (group, class)."""
    classes = rng.randint(2, 4)
    rows = []
    for w in simplex(rng, rng.randint(1, 3), zeros=0):
        reports, frequencies = (simplex(rng, classes, zeros=0) for _ in range(2))
        rows += [{"w": w, "q": q, "r": r} for q, r in zip(reports, frequencies, strict=True)]
    return {"s": Fraction(1, 2)}, rows


def _heavy_pairs(rng: random.Random) -> Any:
    """Draw pairs as `_pairs` does; half of the time the report of a class is twice as large, at most 1."""
    point, rows = _pairs(rng)
    if rng.random() < 0.5:
        rows = [row | {"q": min(2 * row["r"], Fraction(1))} for row in rows]
    return point, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="identity",
    assumptions=_PAIRS,
    says=r"\mathbb E\,\|e_Y-q\|^2=\mathbb E\,\|q-r\|^2+\mathbb E\sum_kr_k(1-r_k)",
)
def brier_decomposition(factor: Constant = 1) -> Stated:
    """Expand the squares."""
    domain, each = Domain(_NOTHING), Domain("w in [0,1], q in [0,1], r in [0,1]")
    w, q, r = each
    score = Sig(w * (r * (1 - q) ** 2 + (1 - r) * q**2))
    parts = factor * Sig(w * (q - r) ** 2) + Sig(w * r * (1 - r))
    return ForEveryN(domain, each, (), score, "==", parts), chain(lambda k: k.identity(score, parts), _pairs)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="identity",
    assumptions=_POSITIVE,
    says=r"-\mathbb E\log q_Y=\mathbb E\,\mathrm{KL}(r\,\|\,q)+\mathbb E\,H(r)",
)
def log_score_decomposition(factor: Constant = 1) -> Stated:
    """The logarithm of a quotient."""
    import sympy

    domain, each = Domain(_NOTHING), Domain("w in [0,1], q in (0,1], r in (0,1]")
    w, q, r = each
    score = -Sig(w * r * sympy.log(q))
    parts = factor * Sig(w * r * sympy.log(r / q)) - Sig(w * r * sympy.log(r))
    return ForEveryN(domain, each, (), score, "==", parts), chain(lambda k: k.identity(score, parts), _pairs)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    assumptions=_REPORTED,
    says=r"\mathbb E\,\mathrm{KL}(r\,\|\,q)\ge0",
)
def log_calibration_is_nonnegative(slope: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1; reports may put mass on classes that never occur."""
    import sympy

    domain, each = Domain(_NOTHING), Domain("w in [0,1], q in (0,1], r in (0,1]")
    w, q, r = each
    divergence = Sig(w * r * sympy.log(r / q))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, q / r)
        each_pair = k.show(w * r * sympy.log(r / q), ">=", w * (r - q), by=[(w * r, line)])
        return k.show(divergence, ">=", 0, by=[k.sum_up(each_pair), k.hypothesis(0)])

    given = ((slope * Sig(w * r), ">=", Sig(w * q)),)
    return ForEveryN(domain, each, given, divergence, ">=", 0), chain(proof, _heavy_pairs)


brier_decomposition.false_if("calibration counted 1 % more", factor=_ONE_PERCENT)
log_score_decomposition.false_if("calibration counted 1 % more", factor=_ONE_PERCENT)
log_calibration_is_nonnegative.false_if("reports could sum to two", slope=2)
