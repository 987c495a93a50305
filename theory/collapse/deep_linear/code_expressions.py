"""Exact expressions of the claims on cross-entropy in depth: loss and penalty of codes, up to the factor C.

A code is a matrix of logits, one column a class, repeated for every sample. Its penalty is C times the sum of the
p-th powers of its singular values, p = 2/(M + 1), with C = (M + 1)/2 (n lH lW_1 ... lW_M)^(1/(M + 1)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["antiprism", "cross_polytope", "cross_polytope_and_apex", "one_pair", "simplex"]


def simplex(a: Any, classes: Any, C: Any, p: Any) -> sympy.Expr:
    """Return the objective of the simplex ``a (I - 11'/K)``: margins a, singular values a, K - 1 times."""
    import sympy

    return sympy.log(1 + (classes - 1) * sympy.exp(-a)) + C * (classes - 1) * a**p


def cross_polytope(a: Any, classes: Any, C: Any, p: Any) -> sympy.Expr:
    """Return the objective of K/2 antipodal pairs: own logit a, antipode -a, else 0; singular values 2a, K/2 times."""
    import sympy

    return sympy.log(1 + (classes - 2) * sympy.exp(-a) + sympy.exp(-2 * a)) + C * classes / 2 * (2 * a) ** p


def cross_polytope_and_apex(a: Any, classes: Any, C: Any, p: Any) -> sympy.Expr:
    """Return the objective of (K - 1)/2 antipodal pairs and, orthogonal to them, one class against all others.

    To the logits of the pairs ``a v v'`` is added, v the unit vector along e_K - 1/K: the K-th class has margins a, the
    others ``a K/(K-1)`` against it; one further singular value a.
    """
    import sympy

    pair = 1 + (classes - 3) * sympy.exp(-a) + sympy.exp(-2 * a) + sympy.exp(-a * classes / (classes - 1))
    loss = (classes - 1) / classes * sympy.log(pair) + sympy.log(1 + (classes - 1) * sympy.exp(-a)) / classes
    return loss + C * ((classes - 1) / 2 * (2 * a) ** p + a**p)


def one_pair(a: Any, classes: Any, C: Any, p: Any) -> sympy.Expr:
    """Return the objective of one antipodal pair with the own logit a/2, all other logits 0: one singular value a."""
    import sympy

    pair = sympy.log(1 + (classes - 2) * sympy.exp(-a / 2) + sympy.exp(-a))
    return (2 * pair + (classes - 2) * sympy.log(classes)) / classes + C * a**p


def antiprism(u: Any, w: Any, C: Any) -> sympy.Expr:
    """Return the objective, for eight classes and three layers, of the square antiprism.

    Logits ``A cos((j - k) pi/4) + B (-1)^(j - k)`` with ``u^2 = 4 A`` (twice) and ``w^2 = 8 B`` as singular values.
    """
    import sympy

    A, B, half = u**2 / 4, w**2 / 8, sympy.sqrt(2) / 2
    near, far = A * (1 - half) + 2 * B, A * (1 + half) + 2 * B
    others = 2 * sympy.exp(-near) + 2 * sympy.exp(-A) + 2 * sympy.exp(-far) + sympy.exp(-2 * A)
    return sympy.log(1 + others) + C * (2 * u + w)
