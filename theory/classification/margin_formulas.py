r"""The transforms of the six margin losses as exact SymPy expressions, with and without a bound on the scores.

The numeric twins are in `theory.classification.margin`; the claims that these are the transforms in
`theory.classification.background`. Source: paper keys ``hcons_binary`` (bounded scores) and ``bartlett`` (unbounded).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["FORMULAS", "transform_formula"]

Formula = Callable[[Any, Any, Any], Any]


def _hinge(t: Any, bound: Any, _: Any) -> sympy.Expr:
    import sympy

    return t * sympy.Min(bound, 1)


def _logistic(t: Any, bound: Any, _: Any) -> sympy.Expr:
    import sympy

    free = ((1 + t) * sympy.log(1 + t) + (1 - t) * sympy.log(1 - t)) / 2
    at_one = sympy.Piecewise((sympy.log(2), sympy.Eq(t, 1)), (free, True))  # 0 log 0 = 0
    if bound == sympy.oo:
        return at_one
    risk = (1 + t) / 2 * sympy.log(1 + sympy.exp(-bound)) + (1 - t) / 2 * sympy.log(1 + sympy.exp(bound))
    return sympy.Piecewise((at_one, t <= sympy.tanh(bound / 2)), (sympy.log(2) - risk, True))


def _exponential(t: Any, bound: Any, _: Any) -> sympy.Expr:
    import sympy

    free = 1 - sympy.sqrt(1 - t**2)
    if bound == sympy.oo:
        return free
    risk = (1 + t) / 2 * sympy.exp(-bound) + (1 - t) / 2 * sympy.exp(bound)
    return sympy.Piecewise((free, t <= sympy.tanh(bound)), (1 - risk, True))


def _quadratic(t: Any, bound: Any, _: Any) -> sympy.Expr:
    import sympy

    least = sympy.Min(bound, 1)
    return sympy.Piecewise((t**2, t <= least), (least * (2 * t - least), True))


def _sigmoid(t: Any, bound: Any, slope: Any) -> sympy.Expr:
    import sympy

    return t * sympy.tanh(slope * bound)


def _rho_margin(t: Any, bound: Any, rho: Any) -> sympy.Expr:
    import sympy

    return t * sympy.Min(bound, rho) / rho


FORMULAS: dict[str, Formula] = {
    "hinge": _hinge,
    "logistic": _logistic,
    "exponential": _exponential,
    "quadratic": _quadratic,
    "sigmoid": _sigmoid,
    "rho-margin": _rho_margin,
}


def transform_formula(loss: str, t: Any, score_bound: Any = None, *, parameter: Any = 1) -> sympy.Expr:
    """Return T(t) of a margin loss as an exact expression.

    Parameters
    ----------
    loss
        A name in `FORMULAS`; the logistic loss with the natural logarithm.
    t
        Symbol or exact number in [0, 1].
    score_bound
        Symbol or exact number above 0; None for scores without a bound.
    parameter
        The k of the sigmoid loss, the rho of the rho-margin loss; not used by the others.

    Raises
    ------
    ValueError
        If the loss is unknown.

    Examples
    --------
    >>> import sympy
    >>> transform_formula("exponential", sympy.Symbol("t"))
    1 - sqrt(1 - t**2)
    >>> transform_formula("quadratic", sympy.Rational(1, 2), sympy.Rational(1, 4))
    3/16
    """
    import sympy

    if loss not in FORMULAS:
        raise ValueError(f"loss is {loss!r}; allowed: {', '.join(FORMULAS)}")
    bound = sympy.oo if score_bound is None else sympy.sympify(score_bound)
    return FORMULAS[loss](sympy.sympify(t), bound, sympy.sympify(parameter))
