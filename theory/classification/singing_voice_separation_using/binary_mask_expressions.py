"""Cross-entropy of one time-frequency bin as an exact expression, and slips that people make with it.

Every function takes the scores of one bin, a tuple with its one logit u, and as label the ideal binary mask there, 0 or
1, and returns a SymPy expression. The loss is invariant under a change of the sign of u together with an exchange of
the labels; its conditional risk is least, the entropy, where the sigmoid of u is the probability that the mask is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy

Scores = Sequence["sympy.Expr"]


def mask_cross_entropy(scores: Scores, label: int) -> sympy.Expr:
    """Return ``log(1 + exp(-u))`` for a mask of 1, ``log(1 + exp(u))`` for 0.

    >>> mask_cross_entropy((0,), 1)
    log(2)
    """
    import sympy

    (score,) = scores
    return sympy.log(1 + sympy.exp(-score if label else score))


def mask_entropy_of_kept_bins(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the term of the bins with mask 0 left out."""
    import sympy

    return mask_cross_entropy(scores, 1) if label else sympy.Integer(0)


def mask_entropy_with_swapped_mask(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the mask of the accompaniment for the mask of the voice."""
    return mask_cross_entropy(scores, 1 - label)


def mask_entropy_of_double_sigmoid(scores: Scores, label: int) -> sympy.Expr:
    """Slip: probabilities handed to a loss that takes logits, so that the sigmoid is applied twice."""
    import sympy

    (score,) = scores
    return mask_cross_entropy((1 / (1 + sympy.exp(-score)),), label)


def mask_entropy_in_bits(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the logarithm to base 2."""
    import sympy

    return mask_cross_entropy(scores, label) / sympy.log(2)


def mask_squared_error(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the squared error of the sigmoid, which vanishing gradients hold back, instead of cross-entropy."""
    import sympy

    (score,) = scores
    return (1 / (1 + sympy.exp(-score)) - label) ** 2
