"""The bias loss as an exact expression, and slips that people make with it.

Every function takes the scores of one example, its label (from 0), the scaled variance of its features and the
constants alpha and beta, and returns a SymPy expression. The loss is invariant under a shift of all scores and under
relabelling.
For variances above ``log(beta)/alpha`` its conditional risk is least where the softmax is the posterior, z times the
entropy; below, it has no minimum: it falls to minus infinity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from theory.classification.h_calibration.h_calibration_expressions import log_score

if TYPE_CHECKING:
    import sympy

Scores = Sequence["sympy.Expr"]


def bias_loss(scores: Scores, label: int, *, variance: Any, alpha: Any, beta: Any) -> sympy.Expr:
    """Return ``(exp(alpha v) - beta) (-log p_label)``.

    >>> bias_loss((0, 0), 1, variance=0, alpha=1, beta=3)
    -2*log(2)
    """
    import sympy

    return (sympy.exp(sympy.sympify(alpha) * variance) - beta) * log_score(scores, label)


def bias_loss_with_added_beta(scores: Scores, label: int, *, variance: Any, alpha: Any, beta: Any) -> sympy.Expr:
    """Slip: beta added to the exponential."""
    return bias_loss(scores, label, variance=variance, alpha=alpha, beta=-beta)


def bias_loss_without_alpha(scores: Scores, label: int, *, variance: Any, alpha: Any, beta: Any) -> sympy.Expr:
    """Slip: the exponential of the bare variance."""
    return bias_loss(scores, label, variance=variance, alpha=1, beta=beta)


def bias_loss_with_beta_in_exponent(scores: Scores, label: int, *, variance: Any, alpha: Any, beta: Any) -> sympy.Expr:
    """Slip: ``exp(alpha v - beta)``."""
    import sympy

    return sympy.exp(sympy.sympify(alpha) * variance - beta) * log_score(scores, label)


def bias_loss_of_falling_weight(scores: Scores, label: int, *, variance: Any, alpha: Any, beta: Any) -> sympy.Expr:
    """Slip: ``exp(-alpha v) - beta``, which favours samples of small variance."""
    import sympy

    return bias_loss(scores, label, variance=variance, alpha=-sympy.sympify(alpha), beta=beta)
