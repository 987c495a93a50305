"""Dice, L1 and L2 losses of one predicted segment as exact expressions, and wrong variants that people write.

Each function takes the predicted centre as a tuple of one number, the true centre as label, and the common length of
both segments. All losses are invariant under a common shift and under exchanging prediction and truth; dice also under
scaling centres and length together. The least value, 0, is attained at the true centre alone; with a centre that is
N(mu, s^2), each conditional risk is least at mu.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = [
    "LOSSES",
    "SLIPS",
    "dice",
    "dice_by_half_length",
    "dice_jaccard",
    "dice_unclipped",
    "dice_without_absolute_value",
    "l1",
    "l2",
    "l2_without_half",
]


def _offset(scores: tuple[Any, ...], label: Any) -> sympy.Expr:
    import sympy

    if len(scores) != 1:
        raise ValueError(f"one score, the predicted centre, is needed; got {len(scores)}")
    return sympy.sympify(scores[0]) - sympy.sympify(label)


def dice(scores: tuple[Any, ...], label: Any, *, length: Any) -> sympy.Expr:
    """One minus twice the overlap over the sum of the lengths: ``min(|x - y|/l, 1)``.

    Examples
    --------
    >>> dice((3,), 5, length=8), dice((3,), 50, length=8)
    (1/4, 1)
    """
    import sympy

    return sympy.Min(sympy.Abs(_offset(scores, label)) / sympy.sympify(length), 1)


def l1(scores: tuple[Any, ...], label: Any, *, length: Any = 1) -> sympy.Expr:
    """``|x - y|``; the length does not enter."""
    import sympy

    return sympy.Abs(_offset(scores, label))


def l2(scores: tuple[Any, ...], label: Any, *, length: Any = 1) -> sympy.Expr:
    """``(x - y)^2/2``, whose gradient is the offset; the length does not enter."""
    return _offset(scores, label) ** 2 / 2


def dice_without_absolute_value(scores: tuple[Any, ...], label: Any, *, length: Any) -> sympy.Expr:
    """Slip: the sign of the offset is kept, and the loss is unbounded below."""
    import sympy

    return sympy.Min(_offset(scores, label) / sympy.sympify(length), 1)


def dice_unclipped(scores: tuple[Any, ...], label: Any, *, length: Any) -> sympy.Expr:
    """Slip: a negative overlap is counted for segments that do not meet, instead of none."""
    import sympy

    return sympy.Abs(_offset(scores, label)) / sympy.sympify(length)


def dice_jaccard(scores: tuple[Any, ...], label: Any, *, length: Any) -> sympy.Expr:
    """Slip: the overlap over the union (Jaccard) instead of over the mean length (dice)."""
    loss = dice(scores, label, length=length)
    return 2 * loss / (1 + loss)


def dice_by_half_length(scores: tuple[Any, ...], label: Any, *, length: Any) -> sympy.Expr:
    """Slip: the factor 2 of the overlap is forgotten: ``1 - overlap/(l + l)``."""
    return (1 + dice(scores, label, length=length)) / 2


def l2_without_half(scores: tuple[Any, ...], label: Any, *, length: Any = 1) -> sympy.Expr:
    """Slip: ``(x - y)^2``, whose gradient has four times the second moment."""
    return 2 * l2(scores, label, length=length)


LOSSES = (dice, l1, l2)
SLIPS: dict[Callable[..., Any], tuple[Callable[..., Any], ...]] = {
    dice: (dice_without_absolute_value, dice_unclipped, dice_jaccard, dice_by_half_length),
    l2: (l2_without_half,),
}
