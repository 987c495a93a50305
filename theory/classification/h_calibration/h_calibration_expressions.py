"""Proper scores of softmax probabilities as exact expressions, and slips that people make with them.

Every function takes the scores of one example (SymPy symbols or numbers), its label (from 0), and returns a SymPy
expression. Both scores are invariant under a shift of all scores and under relabelling; their conditional risk is least
where the softmax is the posterior, with the entropy, and ``1 - sum r_k^2``, as the minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy


def log_score(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Return ``-log p_label``.

    >>> log_score((0, 0), 1)
    log(2)
    """
    import sympy

    return sympy.log(sympy.Add(*(sympy.exp(score - scores[label]) for score in scores)))


def brier_score(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Return ``sum_k (p_k - 1[k = label])^2``.

    >>> brier_score((0, 0), 1)
    1/2
    """
    import sympy

    return sympy.Add(*((p - int(k == label)) ** 2 for k, p in enumerate(softmax(scores))))


def log_score_in_bits(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: the logarithm to base 2."""
    import sympy

    return log_score(scores, label) / sympy.log(2)


def log_score_of_double_softmax(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: probabilities handed to a loss that takes scores, so that softmax is applied twice."""
    return log_score(softmax(scores), label)


def log_score_with_wrong_sign(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: the log-likelihood instead of its negative."""
    return -log_score(scores, label)


def brier_score_averaged(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: the mean over the classes instead of the sum."""
    return brier_score(scores, label) / len(scores)


def brier_score_of_label_only(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: only the term of the true class, ``(p_label - 1)^2``, which is not proper for three classes."""
    return (softmax(scores)[label] - 1) ** 2


def brier_score_without_squares(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Slip: absolute values for squares, which is not proper."""
    import sympy

    return sympy.Add(*(1 - p if k == label else p for k, p in enumerate(softmax(scores))))
