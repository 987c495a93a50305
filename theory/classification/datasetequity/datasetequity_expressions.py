"""Cross-entropy with likelihood weights as an exact expression, and slips that people make with it.

Every function takes the scores of one example, its label (from 0), the likelihood of the sample and the constants eta
and gamma, and returns a SymPy expression. The loss is invariant under a shift of all scores and under relabelling; its
conditional risk is least where the softmax is the posterior, the weight times the entropy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from theory.classification.h_calibration.h_calibration_expressions import log_score
from theory.classification.symbolic import softmax

if TYPE_CHECKING:
    import sympy

Scores = Sequence["sympy.Expr"]


def weighted_cross_entropy(scores: Scores, label: int, *, likelihood: Any, eta: Any, gamma: Any) -> sympy.Expr:
    """Return ``(eta + (1-likelihood)^gamma) (-log p_label)``.

    >>> weighted_cross_entropy((0, 0), 1, likelihood=0, eta=1, gamma=2)
    2*log(2)
    """
    import sympy

    return (eta + (1 - sympy.sympify(likelihood)) ** gamma) * log_score(scores, label)


def weight_of_common_samples(scores: Scores, label: int, *, likelihood: Any, eta: Any, gamma: Any) -> sympy.Expr:
    """Slip: ``likelihood^gamma``, so that common samples weigh more."""
    import sympy

    return weighted_cross_entropy(scores, label, likelihood=1 - sympy.sympify(likelihood), eta=eta, gamma=gamma)


def weight_with_factor_eta(scores: Scores, label: int, *, likelihood: Any, eta: Any, gamma: Any) -> sympy.Expr:
    """Slip: eta as a factor instead of a summand, so that likely samples weigh nothing."""
    return eta * weighted_cross_entropy(scores, label, likelihood=likelihood, eta=0, gamma=gamma)


def weight_of_prediction(scores: Scores, label: int, *, likelihood: Any, eta: Any, gamma: Any) -> sympy.Expr:
    """Slip: the focal loss's ``(1 - p_label)^gamma``, the predicted probability instead of the sample's likelihood."""
    return weighted_cross_entropy(scores, label, likelihood=softmax(scores)[label], eta=eta, gamma=gamma)
