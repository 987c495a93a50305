"""The multi-focal loss of one example as an exact expression, and slips that people make with it.

Every function takes the scores of all classes, the one class that the example has (from 0; several labels are several
terms) and the foci of positives and negatives, and returns a SymPy expression. The loss is invariant under a common
permutation of scores and labels, and not under a shift. With both foci 0 each class's conditional risk is least where
the sigmoid is the posterior; with a positive focus it is not (`claims_focal_propriety`). Its infimum where a class is
certain is 0, at infinite scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy

Scores = Sequence["sympy.Expr"]


def _entries(probabilities: Sequence[Any], label: int, foci: tuple[Any, Any]) -> list[sympy.Expr]:
    import sympy

    up, down = foci
    return [
        -((1 - p) ** up) * sympy.log(p) if k == label else -(p**down) * sympy.log(1 - p)
        for k, p in enumerate(probabilities)
    ]


def _sigmoids(scores: Scores) -> list[sympy.Expr]:
    import sympy

    return [1 / (1 + sympy.exp(-score)) for score in scores]


def multi_focal_loss(scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0) -> sympy.Expr:
    """Return ``-(1-p)^a log p`` of the label plus ``-p^b log(1-p)`` of each other class, p the sigmoids.

    >>> multi_focal_loss((0, 0), 1, positive_focus=1)
    3*log(2)/2
    """
    import sympy

    return sympy.Add(*_entries(_sigmoids(scores), label, (positive_focus, negative_focus)))


def multi_focal_with_swapped_foci(
    scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0
) -> sympy.Expr:
    """Slip: the foci of positives and negatives exchanged."""
    return multi_focal_loss(scores, label, positive_focus=negative_focus, negative_focus=positive_focus)


def multi_focal_of_easy_entries(
    scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0
) -> sympy.Expr:
    """Slip: ``p^a log p`` and ``(1-p)^b log(1-p)``, which favour entries that are already right."""
    import sympy

    return sympy.Add(
        *(
            -(p**positive_focus) * sympy.log(p) if k == label else -((1 - p) ** negative_focus) * sympy.log(1 - p)
            for k, p in enumerate(_sigmoids(scores))
        )
    )


def multi_focal_averaged(scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0) -> sympy.Expr:
    """Slip: the mean over the classes instead of the sum."""
    return multi_focal_loss(scores, label, positive_focus=positive_focus, negative_focus=negative_focus) / len(scores)


def multi_focal_of_softmax(
    scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0
) -> sympy.Expr:
    """Slip: softmax probabilities instead of sigmoids."""
    import sympy

    return sympy.Add(*_entries(softmax(scores), label, (positive_focus, negative_focus)))


def multi_focal_without_negatives(
    scores: Scores, label: int, *, positive_focus: Any = 0, negative_focus: Any = 0
) -> sympy.Expr:
    """Slip: the label's term only."""
    return _entries(_sigmoids(scores), label, (positive_focus, negative_focus))[label]
