"""The mixup ranking losses as exact expressions, and slips that people make with them.

Every function takes the scores of one example and a label, which these losses do not use, and returns a SymPy
expression. The ranking loss is invariant under a shift of the raw scores, and of the mixed ones, and under relabelling;
it is at least 0, and 0 where the raw confidence exceeds the mixed one by the margin. The gain loss takes the gains in
their ranking as scores; it is invariant under a common positive factor, lies in [0, 1], and is 0 for sorted gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy

Scores = Sequence["sympy.Expr"]


def _excess(scores: Scores, mixed: Scores) -> sympy.Expr:
    import sympy

    return sympy.Max(*softmax(mixed)) - sympy.Max(*softmax(scores))


def mixup_ranking_loss(scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0) -> sympy.Expr:
    """Return ``max(0, max_k p_k(mixed) - max_k p_k(raw) + margin)``.

    >>> mixup_ranking_loss((0, 0), mixed=(0, 0), margin=1)
    1
    """
    import sympy

    return sympy.Max(0, _excess(scores, mixed) + margin)


def ranking_loss_without_margin(
    scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0
) -> sympy.Expr:
    """Slip: the margin left out."""
    return mixup_ranking_loss(scores, label, mixed=mixed)


def ranking_loss_with_negative_margin(
    scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0
) -> sympy.Expr:
    """Slip: the margin subtracted, so that violations below it cost nothing."""
    return mixup_ranking_loss(scores, label, mixed=mixed, margin=-margin)


def ranking_loss_reversed(scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0) -> sympy.Expr:
    """Slip: raw and mixed exchanged, so that mixed samples are asked to be the confident ones."""
    return mixup_ranking_loss(mixed, label, mixed=scores, margin=margin)


def ranking_loss_without_hinge(
    scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0
) -> sympy.Expr:
    """Slip: no maximum with zero, so that ordered pairs are pushed further apart."""
    return _excess(scores, mixed) + margin


def ranking_loss_of_scores(
    scores: Scores, label: int = 0, *, mixed: Scores, margin: sympy.Expr | int = 0
) -> sympy.Expr:
    """Slip: the largest scores instead of the largest probabilities."""
    import sympy

    return sympy.Max(0, sympy.Max(*mixed) - sympy.Max(*scores) + margin)


def _gain(gains: Scores) -> sympy.Expr:
    import sympy

    terms = (gain / sympy.log(place) for place, gain in enumerate(gains, start=2))
    return sympy.Add(*terms) * sympy.log(2)


def gain_loss(scores: Scores, label: int = 0) -> sympy.Expr:
    """Return ``1 - DCG/DCG of the sorted gains``, for gains that are numbers.

    >>> gain_loss((3, 2, 2))
    0
    """
    import sympy

    return sympy.Integer(1) - _gain(scores) / _gain(sorted(scores, reverse=True))


def gain_loss_without_normalising(scores: Scores, label: int = 0) -> sympy.Expr:
    """Slip: one minus the DCG itself."""
    return 1 - _gain(scores)
