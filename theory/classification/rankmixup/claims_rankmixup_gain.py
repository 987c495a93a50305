r"""The normalised discounted cumulative gain is at most 1, and 1 only for gains in order.

``DCG = sum_i g_i d_i`` with gains ``g_i >= 0`` in the order of the ranking and discounts ``d_i`` that decrease;
NDCG divides by the DCG of the same gains sorted. By Abel summation ``DCG = sum_k G_k (d_k - d_{k+1})`` with
``G_k = g_1 + ... + g_k`` and ``d_{n+1} = 0``: it is enough to compare partial sums. What the gains are (mixing
coefficients or confidences) does not matter.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, pairwise, product
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain, every

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "rankmixup", "normalised discounted cumulative gain", "as usually quoted"
_LEVELS, _LONGEST = 4, 5


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lower",
    says=r"g\ge h,\ i\le j:\quad\frac g{\log_2(1+i)}+\frac h{\log_2(1+j)}\ge\frac h{\log_2(1+i)}+\frac g{\log_2(1+j)}",
)
def swapping_into_order_gains(ahead: Constant = 0) -> Stated:
    """The difference is (g - h)(d_i - d_j), positions i and j = i + s."""
    import sympy

    domain = Domain(f"i in [1,oo), s in [0,oo), h in [0,oo), e in [{ahead},oo)")
    i, s, h, e = domain
    first, second = sympy.log(2) / sympy.log(1 + i), sympy.log(2) / sympy.log(1 + i + s)

    def proof(k: Proof) -> Any:
        larger = k.logarithm(k.show(1 + i + s, ">=", 1 + i))
        discounts = k.power(larger, -1)
        sorted_, swapped = (h + e) * first + h * second, h * first + (h + e) * second
        return k.show(sorted_, ">=", swapped, by=[(e * sympy.log(2), discounts)])

    lhs, rhs = (h + e) * first + h * second, h * first + (h + e) * second
    return ForAll(domain, lhs, ">=", rhs), chain(proof)


def _choices(rng: random.Random) -> Any:
    """Draw gains, a threshold, the items above it and as many others."""
    n = rng.randint(2, 6)
    gains = [Fraction(rng.randint(0, 9)) for _ in range(n)]
    k = rng.randint(1, n)
    top = set(sorted(range(n), key=lambda item: -gains[item])[:k])
    other = set(rng.sample(range(n), k))
    return {"t": min(gains[item] for item in top)}, [
        {"g": gain, "b": Fraction(item in top), "a": Fraction(item in other)} for item, gain in enumerate(gains)
    ]


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"\sum_{i\in A}g_i\le\sum_{i\in B}g_i,\quad|A|=|B|,\ g\ge t\text{ on }B,\ g\le t\text{ off }B",
    assumptions=("a and b are the indicators of A and B",),
)
def largest_gains_have_the_largest_sum(factor: Constant = 1) -> Stated:
    """Gains less the threshold: (b - a)(g - t) >= 0 for each item. For any number of items and any k = |B|."""
    domain, each = Domain("t in [0,oo)"), Domain("g in [0,oo), a in [0,1], b in [0,1]")
    (t,), (g, a, b) = domain, each
    given = ((b * (g - t), ">=", 0), ((1 - b) * (t - g), ">=", 0), (Sig(a), "==", Sig(b)))

    def proof(k: Proof) -> Any:
        inside, outside, sizes = (k.hypothesis(index) for index in range(3))
        item = k.show((b - a) * (g - t), ">=", 0, by=[(1 - a, inside), (a, outside)])
        return k.show(Sig(a * g), "<=", Sig(b * g), by=[k.sum_up(item), (-t, sizes)])

    return ForEveryN(domain, each, given, factor * Sig(a * g), "<=", Sig(b * g)), chain(proof, _choices)


def _steps(rng: random.Random) -> Any:
    rows = []
    for _ in range(rng.randint(1, 5)):
        low = Fraction(rng.randint(0, 9))
        top = low + (rng.randint(0, 3) if rng.random() < 0.5 else 0)
        rows.append({"e": Fraction(rng.randint(0, 9), 10), "P": low, "S": top})
    return {"s": Fraction(1, 2)}, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lemma",
    says=r"P_k\le S_k\ \Rightarrow\ \sum_kP_k(d_k-d_{k+1})\le\sum_kS_k(d_k-d_{k+1})",
    assumptions=("e is the decrease of the discount from a position to the next, P and S the partial sums there",),
)
def partial_sums_order_the_gain(factor: Constant = 1) -> Stated:
    """Position by position."""
    domain, each = Domain("s in [0,1]"), Domain("e in [0,oo), P in [0,oo), S in [0,oo)")
    e, low, top = each

    def proof(k: Proof) -> Any:
        position = k.show(e * low, "<=", e * top, by=[(e, k.hypothesis(0))])
        return k.show(Sig(e * low), "<=", Sig(e * top), by=[k.sum_up(position)])

    return ForEveryN(domain, each, ((low, "<=", top),), factor * Sig(e * low), "<=", Sig(e * top)), chain(proof, _steps)


def lists_of_gains() -> Iterator[tuple[int, ...]]:
    """Enumerate all lists of one to five gains out of 0, 1, 2, 3."""
    for length in range(1, _LONGEST + 1):
        yield from product(range(_LEVELS), repeat=length)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="certified",
    strength="tight",
    says=r"\mathrm{NDCG}\le1,\quad\mathrm{NDCG}=1\iff g_1\ge\dots\ge g_n,\quad g\in\{0,1,2,3\}^n,\ n\le5,\ g\ne0",
    assumptions=(
        "what is enumerated are the partial sums, and the discounts are positive and decrease strictly",
        "Abel summation, which is not a step here, carries the comparison over to the gain",
    ),
)
def one_only_in_order(strictly: bool = False) -> Stated:
    """Partial sums of the sorted list are nowhere smaller, and all equal only if the list is sorted already."""

    def dominated(gains: tuple[int, ...]) -> bool:
        sums, best = list(accumulate(gains)), list(accumulate(sorted(gains, reverse=True)))
        descends = all(x > y if strictly else x >= y for x, y in pairwise(gains))
        return all(x <= y for x, y in zip(sums, best, strict=True)) and (sums == best) == descends

    size = sum(_LEVELS**length for length in range(1, _LONGEST + 1))
    over = "lists of 1 to 5 gains out of 0, 1, 2, 3"
    says = r"G_k\le G^{\rm sorted}_k,\ \text{with equality throughout iff } g_1\ge\dots\ge g_n"
    return every(lists_of_gains, dominated, over=over, says=says, size=size)


swapping_into_order_gains.false_if("the gain in front were smaller", ahead=-1)
largest_gains_have_the_largest_sum.false_if("the left side counted 1 % more", factor=Fraction(101, 100))
partial_sums_order_the_gain.false_if("the left side counted 1 % more", factor=Fraction(101, 100))
one_only_in_order.false_if("equal gains counted as disorder", strictly=True)
