"""The Littlestone dimension: how many mistakes an adversary can force in online binary classification.

A class shatters a binary tree of depth d whose nodes are points if every path is realised by one of its
hypotheses; the largest such d is the Littlestone dimension, and the optimal mistake bound of a deterministic
learner (Littlestone 1988).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from theory.engine.claim import claim
from theory.engine.words import every

if TYPE_CHECKING:
    from theory.engine.evidence import Prover
    from theory.engine.statements.base import Statement

Hypothesis = tuple[int, ...]


def littlestone_dimension(hypotheses: Iterable[Hypothesis]) -> int:
    """Return the Littlestone dimension of a finite class on finitely many points.

    It is ``max over points x of 1 + min(Ldim(H with h(x)=0), Ldim(H with h(x)=1))``, over the points that
    split H, and 0 if none does. Exact; exponential in the number of points at worst.

    Parameters
    ----------
    hypotheses
        Tuples of labels 0 and 1, all of the same length, one label a point.

    Raises
    ------
    ValueError
        If the class is empty, lengths differ, or a label is neither 0 nor 1.

    References
    ----------
    Littlestone 1988, "Learning quickly when irrelevant attributes abound".

    Examples
    --------
    >>> littlestone_dimension([(0, 0), (0, 1), (1, 0), (1, 1)])
    2
    >>> littlestone_dimension([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    1
    """
    family = frozenset(tuple(hypothesis) for hypothesis in hypotheses)
    lengths, labels = {len(h) for h in family}, {label for h in family for label in h}
    if len(lengths) != 1 or not labels <= {0, 1}:
        raise ValueError(
            "a class needs at least one hypothesis, all of one length, with labels 0 and 1; "
            f"given: lengths {sorted(lengths)}, labels {sorted(labels)}"
        )
    (points,) = lengths

    @cache
    def dimension(remaining: frozenset[Hypothesis]) -> int:
        best = 0
        for point in range(points):
            ones = frozenset(h for h in remaining if h[point])
            if ones and len(ones) < len(remaining):
                best = max(best, 1 + min(dimension(ones), dimension(remaining - ones)))
        return best

    return dimension(family)


def thresholds(points: int) -> list[Hypothesis]:
    """Return the ``points + 1`` threshold functions on ``points`` ordered points: label 1 from some place on.

    >>> thresholds(2)
    [(1, 1), (0, 1), (0, 0)]
    """
    return [tuple(int(x >= start) for x in range(points)) for start in range(points + 1)]


@claim(
    paper="littlestone",
    where="optimal mistake bound, thresholds on a finite chain",
    says=r"\operatorname{Ldim}\{x\mapsto 1[x\ge j]:\,1\le j\le m+1\}\text{ on }\{1,\dots,m\}"
    r"=\lfloor\log_2(m+1)\rfloor,\quad 1\le m\le 9",
    expected="certified",
    strength="identity",
    form="as usually quoted",
)
def threshold_dimension(functions_beyond_points: int = 1, most_points: int = 9) -> tuple[Statement, Prover]:
    """The m + 1 thresholds on m points have Littlestone dimension floor(log2(m + 1)): binary search."""

    def points() -> range:
        return range(1, most_points + 1)

    def formula_holds(m: int) -> bool:
        return littlestone_dimension(thresholds(m)) == (m + functions_beyond_points).bit_length() - 1

    dimension = r"\operatorname{Ldim}(\text{thresholds on } m \text{ points})"
    says = rf"{dimension} = \lfloor \log_2 (m + {functions_beyond_points}) \rfloor"
    return every(points, formula_holds, over=f"m = 1, ..., {most_points}", says=says, size=most_points)


threshold_dimension.false_if("the formula counted one function more", functions_beyond_points=2)
threshold_dimension.false_if("the formula counted one function less", functions_beyond_points=0)
