"""Posteriors at which references state their exact minimum, and the entropy, the minimum of the logarithmic loss."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["OF_MANY", "OF_TWO", "entropy", "log_posterior"]

OF_TWO = tuple((1 - Fraction(k, 8), Fraction(k, 8)) for k in (1, 3, 5, 7))
OF_MANY = (
    (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
    (Fraction(9, 20), Fraction(7, 20), Fraction(1, 20), Fraction(3, 20)),
)
"""Three and four classes, no two of them equally probable."""


def entropy(p: tuple[Any, ...]) -> sympy.Expr:
    """Return ``-sum p log p``, in nats.

    Examples
    --------
    >>> entropy(OF_TWO[0]).evalf(6)
    0.376770
    """
    import sympy

    return -sympy.Add(*[x * sympy.log(x) for x in p])


def log_posterior(p: tuple[Any, ...]) -> tuple[sympy.Expr, ...]:
    """Return ``log p``, the scores whose softmax is p: no others are better for a proper loss of the softmax.

    Examples
    --------
    >>> log_posterior((1, Fraction(1, 2)))
    (0, -log(2))
    """
    import sympy

    return tuple(map(sympy.log, p))
