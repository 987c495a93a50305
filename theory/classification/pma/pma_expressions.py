"""The probability margin of one example as an exact expression, and wrong variants that people write.

``scores`` is a tuple of SymPy expressions or exact numbers, ``label`` an index into it. The margin is invariant under
a common shift of the scores and under permutations of the other classes. Its infimum is -1 and its supremum 1,
neither attained; as the loss that an attack makes small it succeeds where the margin is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy

Numbers = tuple[Any, ...]

__all__ = [
    "LOSSES",
    "SLIPS",
    "probability_margin",
    "probability_margin_double_softmax",
    "probability_margin_of_logs",
    "probability_margin_of_scores",
    "probability_margin_of_top_two",
    "probability_margin_over_all",
    "probability_margin_wrong_sign",
]


def _margin(values: Numbers, label: int) -> sympy.Expr:
    import sympy

    if len(values) < 2 or not 0 <= label < len(values):
        raise ValueError(f"a label in 0, ..., {len(values) - 1} and at least 2 classes are needed, got {label}")
    return values[label] - sympy.Max(*values[:label], *values[label + 1 :])


def probability_margin(scores: Numbers, label: int) -> sympy.Expr:
    """``p_y - max_{k != y} p_k`` with p = softmax(scores).

    Examples
    --------
    >>> probability_margin((0, 0, 0), 1)
    0
    """
    return _margin(softmax(scores), label)


def probability_margin_of_scores(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the margin of the scores; the same sign, another gradient."""
    import sympy

    return _margin(tuple(map(sympy.sympify, scores)), label)


def probability_margin_of_logs(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the margin of log-probabilities, which is that of the scores."""
    import sympy

    return _margin(tuple(map(sympy.log, softmax(scores))), label)


def probability_margin_double_softmax(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: takes the softmax of what is a softmax already."""
    return _margin(softmax(softmax(scores)), label)


def probability_margin_over_all(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the maximum includes the true class, so that every right prediction has margin 0."""
    import sympy

    p = softmax(scores)
    return p[label] - sympy.Max(*p)


def probability_margin_of_top_two(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the largest probability less the second largest, whatever the label: never negative."""
    import sympy

    p = softmax(scores)
    top = sympy.Max(*p)
    pairs = [sympy.Min(a, b) for index, a in enumerate(p) for b in p[index + 1 :]]
    return top - sympy.Max(*pairs)


def probability_margin_wrong_sign(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: ``max_{k != y} p_k - p_y``."""
    return -probability_margin(scores, label)


LOSSES = (probability_margin,)
SLIPS = {
    probability_margin: (
        probability_margin_of_scores, probability_margin_of_logs, probability_margin_double_softmax,
        probability_margin_over_all, probability_margin_of_top_two, probability_margin_wrong_sign,
    )
}  # fmt: skip
