"""Symmetric cross-entropy of one example as an exact expression, and wrong variants that people write.

``scores`` are the student's, ``teacher`` a tuple of posteriors (SymPy expressions or exact numbers). The loss is
invariant under a common shift of the scores and under a common permutation of both tuples, and symmetric in the two
posteriors where nothing is clipped. It is convex in the student's posterior p; for a teacher without zeros its
minimiser is ``r = q/(lambda - log q)`` with lambda such that r adds up to 1: the teacher itself only if it is uniform.
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
    "symmetric_cross_entropy",
    "symmetric_cross_entropy_double_softmax",
    "symmetric_cross_entropy_forward",
    "symmetric_cross_entropy_halved",
    "symmetric_cross_entropy_in_bits",
    "symmetric_cross_entropy_mean_over_classes",
    "symmetric_cross_entropy_of_products",
    "symmetric_cross_entropy_reverse",
]


def _crossed(weights: Numbers, values: Numbers, least: Any) -> sympy.Expr:
    """Return ``-sum w log max(v, least)``."""
    import sympy

    if len(weights) != len(values):
        raise ValueError(f"student and teacher need as many classes, got {len(weights)} and {len(values)}")
    pairs = zip(weights, map(sympy.sympify, values), strict=True)
    return -sum(w * sympy.log(sympy.Max(v, least) if least else v) for w, v in pairs if w != 0)


def symmetric_cross_entropy(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """``-sum q log p - sum p log max(q, least)`` with p = softmax(scores).

    Examples
    --------
    >>> import sympy
    >>> half = sympy.Rational(1, 2)
    >>> symmetric_cross_entropy((0, 0), (half, half))
    2*log(2)
    """
    p = softmax(scores)
    return _crossed(teacher, p, 0) + _crossed(p, teacher, least)


def symmetric_cross_entropy_forward(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: the forward part alone, which is plain cross-entropy."""
    return _crossed(teacher, softmax(scores), 0)


def symmetric_cross_entropy_reverse(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: the reverse part alone."""
    return _crossed(softmax(scores), teacher, least)


def symmetric_cross_entropy_halved(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip (or convention): the mean of both parts instead of their sum."""
    return symmetric_cross_entropy(scores, teacher, least) / 2


def symmetric_cross_entropy_mean_over_classes(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: the mean over the classes instead of the sum."""
    return symmetric_cross_entropy(scores, teacher, least) / len(scores)


def symmetric_cross_entropy_in_bits(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: logarithms to base 2."""
    import sympy

    return symmetric_cross_entropy(scores, teacher, least) / sympy.log(2)


def symmetric_cross_entropy_double_softmax(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: takes the softmax of the student's probabilities once more."""
    return symmetric_cross_entropy(softmax(scores), teacher, least)


def symmetric_cross_entropy_of_products(scores: Numbers, teacher: Numbers, least: Any = 0) -> sympy.Expr:
    """Slip: weighs both logarithms by the same distribution, ``-sum q (log p + log q)``."""
    return _crossed(teacher, softmax(scores), 0) + _crossed(teacher, teacher, least)


LOSSES = (symmetric_cross_entropy,)
SLIPS = {
    symmetric_cross_entropy: (
        symmetric_cross_entropy_forward, symmetric_cross_entropy_reverse, symmetric_cross_entropy_halved,
        symmetric_cross_entropy_mean_over_classes, symmetric_cross_entropy_in_bits,
        symmetric_cross_entropy_double_softmax, symmetric_cross_entropy_of_products,
    )
}  # fmt: skip
