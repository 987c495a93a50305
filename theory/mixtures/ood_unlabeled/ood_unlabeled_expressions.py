r"""Exact expressions of the two-class normal mixture that claims are stated with.

The classes are ``N(y mu, sigma^2 I_d)`` with ``y = +-1`` equally likely and ``s = |mu|/sigma``; a unit direction at the
angle t to mu has ``c = cos t`` and the projected mean ``a = s c`` in units of sigma.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["agreement", "density", "peak", "plug_in_alignment", "principal_alignment", "quoted_rate", "tangent_factor"]


def density(x: Any) -> sympy.Expr:
    """The standard normal density at x.

    Examples
    --------
    >>> density(0)
    sqrt(2)/(2*sqrt(pi))
    """
    import sympy

    return sympy.exp(-(sympy.sympify(x) ** 2) / 2) * peak()


def peak() -> sympy.Expr:
    """The standard normal density at 0, ``1/sqrt(2 pi)``."""
    import sympy

    return 1 / sympy.sqrt(2 * sympy.pi)


def agreement(a: Any) -> sympy.Expr:
    """``1 - 2 Q(a)``: how much oftener a direction of projected mean a is right than wrong.

    Examples
    --------
    >>> agreement(0)
    0
    """
    import sympy

    return sympy.erf(sympy.sympify(a) / sympy.sqrt(2))


def tangent_factor(s: Any, c: Any, right: Any = None, height: Any = None) -> sympy.Expr:
    """``tan t'/tan t = 2 phi(a) c/(s (1 - 2 Q(a)) + 2 phi(a) c)``, a = s c, of a self-training step on the population.

    ``right`` and ``height`` stand for ``1 - 2 Q(a)`` and ``phi(a)`` where a proof names them.
    """
    right = agreement(s * c) if right is None else right
    height = density(s * c) if height is None else height
    return 2 * height * c / (s * right + 2 * height * c)


def quoted_rate(d: Any, m: Any, total: Any) -> sympy.Expr:
    """``[(d/m)^(1/2) (d/N)^(1/4)]^(1/2)``, N = 2n + m: the excess-error rate without shift and constants.

    Reconstructed from the exponents that the abstract and the reviews name; the paper's display was not read.
    """
    import sympy

    d, half = sympy.sympify(d), sympy.Rational(1, 2)
    return ((d / m) ** half * (d / total) ** (half / 2)) ** half


def principal_alignment(d: Any, n: Any, s: Any) -> sympy.Expr:
    """``cos^2 = (1 - g/s^4)/(1 + g/s^2)``, g = d/n <= s^4: limit of the leading principal component's alignment."""
    import sympy

    g = sympy.sympify(d) / n
    return (1 - g / s**4) / (1 + g / s**2)


def plug_in_alignment(d: Any, m: Any, s: Any) -> sympy.Expr:
    """``cos^2 = 1/(1 + h/s^2)``, h = d/m: limit of the alignment of the mean of ``y_i x_i``."""
    import sympy

    return 1 / (1 + sympy.sympify(d) / (m * s**2))
