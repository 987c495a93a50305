"""The squared gap between confidence and correctness as an exact expression, and slips that people make with it.

Every function takes the scores of one example, its label (from 0) and the temperature, and returns a SymPy expression.
The loss is invariant under a shift of all scores, and under relabelling where no scores are tied; scaling scores and
temperature together changes nothing. At a posterior where the predicted class has probability r its conditional risk is
least, ``r(1-r)``, where the confidence is r (if r is at least 1/n), whatever the other classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy


def correctness_loss(scores: Sequence[sympy.Expr], label: int, *, temperature: sympy.Expr | int = 1) -> sympy.Expr:
    """Return ``(max_k p_k - 1[the label has a largest score])^2``, p the softmax of scores/temperature.

    >>> correctness_loss((0, 0), 1)
    1/4
    """
    return (_confidence(scores, temperature) - _correct(scores, label)) ** 2


def _confidence(scores: Sequence[sympy.Expr], temperature: sympy.Expr | int) -> sympy.Expr:
    import sympy

    exact = sympy.sympify(temperature)
    return sympy.Max(*softmax(tuple(score / exact for score in scores)))


def _correct(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Return 1 where no score is larger than the label's, else 0."""
    import sympy

    others = [score for k, score in enumerate(scores) if k != label]
    return sympy.Piecewise((1, sympy.And(*[sympy.Ge(scores[label], other) for other in others])), (0, True))


def gap_of_true_class(scores: Sequence[sympy.Expr], label: int, *, temperature: sympy.Expr | int = 1) -> sympy.Expr:
    """Slip: the probability of the true class instead of the predicted one."""
    import sympy

    exact = sympy.sympify(temperature)
    return (softmax(tuple(score / exact for score in scores))[label] - _correct(scores, label)) ** 2


def gap_without_square(scores: Sequence[sympy.Expr], label: int, *, temperature: sympy.Expr | int = 1) -> sympy.Expr:
    """Slip: the absolute gap, whose minimiser is 0 or 1 and not the frequency of being correct."""
    import sympy

    return sympy.Abs(_confidence(scores, temperature) - _correct(scores, label))


def gap_with_swapped_correctness(
    scores: Sequence[sympy.Expr], label: int, *, temperature: sympy.Expr | int = 1
) -> sympy.Expr:
    """Slip: 1 for wrong and 0 for right predictions."""
    return (_confidence(scores, temperature) - (1 - _correct(scores, label))) ** 2


def gap_with_multiplied_temperature(
    scores: Sequence[sympy.Expr], label: int, *, temperature: sympy.Expr | int = 1
) -> sympy.Expr:
    """Slip: scores multiplied by the temperature instead of divided."""
    import sympy

    return correctness_loss(scores, label, temperature=1 / sympy.sympify(temperature))
