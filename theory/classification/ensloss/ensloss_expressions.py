r"""The losses of the paper and of its code as exact SymPy expressions of one example, and slips that people make.

Every function takes ``scores`` (a tuple of one symbol or number: the score of the positive class) and ``label``
(0 or 1); the margin is ``z = (2 label - 1) score``. All are evaluable by SymPy to any number of digits.

Invariance: ``(score, label) -> (-score, 1 - label)`` leaves every correct loss unchanged.

Least conditional risk at the posterior eta of the label 1, for 1/2 <= eta < 1 (else by symmetry):

* `log_hinge`: ``1 - eta log(eta/(1-eta))`` at the score ``eta/(1-eta)``; unbounded below at eta = 1;
* `inverse_hinge`: ``2 sqrt(eta (1-eta)) + 1 - 2 eta`` at the score ``sqrt(eta/(1-eta))``;
* `exponential_hinge`: ``(1-eta) (3 + L) - eta`` at the score ``1 + L``, where ``L = log(eta/(1-eta))``;
* `inverse_log_hinge`: no closed form; its infimum at eta = 1 is -e, not attained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = [
    "exponential_hinge",
    "inverse_hinge",
    "inverse_log_hinge",
    "log_hinge",
    "log_hinge_base_two",
    "log_hinge_label_as_sign",
    "log_hinge_missing_margin",
    "log_hinge_of_shifted_margin",
    "log_hinge_wrong_sign",
]


def _margin(scores: tuple[Any, ...], label: int) -> Any:
    import sympy

    if len(scores) != 1:
        raise ValueError(f"binary losses take one score, got {len(scores)}")
    if label not in (0, 1):
        raise ValueError(f"label is {label!r}; allowed: 0 and 1")
    return (2 * label - 1) * sympy.sympify(scores[0], strict=True)


def _beyond(z: Any) -> Any:
    """``max(z - 1, 0)``, what the margin exceeds 1 by."""
    import sympy

    return sympy.Max(z - 1, 0)


def log_hinge(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``1 - z`` up to the margin 1, then ``-log z``: the derivative is -1, then -1/z (the published tail).

    Examples
    --------
    >>> import sympy
    >>> log_hinge((sympy.Integer(3),), 1), log_hinge((sympy.Integer(3),), 0)
    (-log(3), 4)
    """
    import sympy

    z = _margin(scores, label)
    return 1 - z + _beyond(z) - sympy.log(1 + _beyond(z))


def inverse_hinge(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``1 - z`` up to the margin 1, then ``1/z - 1``: the derivative is -1, then -1/z^2."""
    z = _margin(scores, label)
    return 1 - z + _beyond(z) + 1 / (1 + _beyond(z)) - 1


def exponential_hinge(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``1 - z`` up to the margin 1, then ``exp(1 - z) - 1``: the derivative is -1, then -exp(1 - z)."""
    import sympy

    z = _margin(scores, label)
    return 1 - z + _beyond(z) + sympy.exp(-_beyond(z)) - 1


def inverse_log_hinge(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``1 - z`` up to the margin 1, then ``e/log(z + e - 1) - e``: its tail is integrable, though of order 1/z."""
    import sympy

    z = _margin(scores, label)
    return 1 - z + _beyond(z) + sympy.E / sympy.log(_beyond(z) + sympy.E) - sympy.E


# -- slips ---------------------------------------------------------------------------------------------------------


def log_hinge_wrong_sign(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``+log z`` beyond the margin 1: large margins are punished."""
    import sympy

    z = _margin(scores, label)
    return 1 - z + _beyond(z) + sympy.log(1 + _beyond(z))


def log_hinge_base_two(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """Logarithm to the base 2: a kink at the margin 1, where the slope jumps down, so the loss is not convex."""
    import sympy

    z = _margin(scores, label)
    return 1 - z + _beyond(z) - sympy.log(1 + _beyond(z)) / sympy.log(2)


def log_hinge_label_as_sign(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """Labels 0 and 1 used as the signs themselves: the margin of the label 0 is always 0."""
    import sympy

    return log_hinge((label * sympy.sympify(scores[0], strict=True),), 1)


def log_hinge_missing_margin(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """The hinge part without its margin: ``-z`` up to 0, then ``-log(1 + z)``."""
    import sympy

    z = _margin(scores, label)
    positive = sympy.Max(z, 0)
    return -z + positive - sympy.log(1 + positive)


def log_hinge_of_shifted_margin(scores: tuple[Any, ...], label: int) -> sympy.Expr:
    """``-log(1 + z)`` beyond the margin 1: a jump by -log 2 and half the slope."""
    import sympy

    z = _margin(scores, label)
    return sympy.Piecewise((1 - z, z <= 1), (-sympy.log(1 + z), True))
