r"""Exact expressions of the deep linear model, for the statements of claims.

The scalar problem is ``g(x; b) = 1/(1 + x^M) + b x`` over x >= 0, with M the number of layers of weights, any real
number from 1 on. Its slope is ``b - M x^{M-1}/(1 + x^M)^2``. Nothing here imports SymPy when it is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["class_weight", "descent", "flattest", "jump", "last_decay", "scalar_objective", "threshold"]


def _exact(value: Any) -> sympy.Expr:
    """Return a number of Python's as one of SymPy's, so that quotients of integers are exact."""
    import sympy

    return sympy.sympify(value)


def _depth(value: Any) -> sympy.Expr:
    """Return a depth: an expression, or a number of 1 or more."""
    depth = _exact(value)
    if depth.is_number and not (depth.is_finite and depth >= 1):
        raise ValueError(f"depth is {value}; allowed: finite numbers >= 1")
    return depth


def scalar_objective(x: Any, b: Any, depth: Any) -> sympy.Expr:
    """Return ``g(x; b)``.

    >>> from theory.engine.words import Domain
    >>> x, b, M = Domain("x in [0,oo), b in [0,oo), M in [1,oo)")
    >>> scalar_objective(x, b, M)
    b*x + 1/(x**M + 1)
    >>> scalar_objective(2, 0, 3)
    1/9
    """
    x, depth = _exact(x), _depth(depth)
    return 1 / (1 + x**depth) + b * x


def descent(x: Any, depth: Any) -> sympy.Expr:
    """Return ``M x^{M-1}/(1 + x^M)^2``, the slope of ``1 - 1/(1 + x^M)``: g falls where it is more than b.

    >>> from theory.engine.words import Domain
    >>> (x,) = Domain("x in [0,oo)")
    >>> descent(x, 2)
    2*x/(x**2 + 1)**2
    """
    x, depth = _exact(x), _depth(depth)
    return depth * x ** (depth - 1) / (1 + x**depth) ** 2


def threshold(depth: Any) -> sympy.Expr:
    """Return ``(M-1)^{(M-1)/M}/M``, from which on x = 0 is a minimiser; for M = 1 it is 1.

    >>> threshold(2), threshold(3)
    (1/2, 2**(2/3)/3)
    """
    depth = _depth(depth)
    return (depth - 1) ** ((depth - 1) / depth) / depth


def jump(depth: Any) -> sympy.Expr:
    """Return ``(M-1)^{1/M}``, the other minimiser at the threshold; for M = 1 it is 0 too.

    >>> jump(2), jump(3)
    (1, 2**(1/3))
    """
    depth = _depth(depth)
    return (depth - 1) ** (1 / depth)


def flattest(depth: Any) -> sympy.Expr:
    """Return ``(M-1)/(M+1)``, the value of x^M at which ``descent`` is largest.

    >>> flattest(2)
    1/3
    """
    depth = _depth(depth)
    return (depth - 1) / (depth + 1)


def last_decay(depth: Any) -> sympy.Expr:
    """Return the largest value of ``descent``: for smaller b, and M > 1, g has a local minimum away from x = 0.

    >>> last_decay(2)
    3*sqrt(3)/8
    """
    depth = _depth(depth)
    return (depth + 1) ** 2 / (4 * depth) * flattest(depth) ** ((depth - 1) / depth)


def class_weight(size: Any, total: Any, decay: Any, product: Any, depth: Any) -> sympy.Expr:
    """Return ``b_k = M (N/n_k) (N lH prod lW)^{1/M}``: size n_k, total N, decay lH, product of the layers' decays.

    >>> class_weight(4, 8, 2, 1, 2)
    16
    """
    total, depth = _exact(total), _depth(depth)
    return depth * total / size * (total * decay * product) ** (1 / depth)
