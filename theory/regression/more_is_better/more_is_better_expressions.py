"""Exact expressions of the claims on the random-feature eigenframework; sums run over every number of eigenvalues.

l is an eigenvalue and p the square of its coefficient, g stands for gamma, n and k for the numbers of samples and
features; ``z = Sig(l/(l+g))``, ``q = Sig((l/(l+g))^2)``, ``w = Sig(l g/(l+g)^2)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from theory.engine.words import Sig

if TYPE_CHECKING:
    import sympy

__all__ = ["Sums", "error_of_rests", "level", "sums", "sums_error"]


class Sums(NamedTuple):
    """The sums over eigenvalues that the errors are made of."""

    z: Any
    q: Any
    w: Any
    bias: Any  # Sig(p (g/(l+g))^2)
    more: Any  # Sig(p l g/(l+g)^2)


def sums(l: Any, p: Any, g: Any) -> Sums:  # noqa: E741 - the usual letter of an eigenvalue
    """Return the sums."""
    square = (l + g) ** 2
    return Sums(
        Sig(l / (l + g)), Sig(l**2 / square), Sig(l * g / square), Sig(p * g**2 / square), Sig(p * l * g / square)
    )


def level(n: Any, k: Any, g: Any, z: Any) -> sympy.Expr:
    """Return the ridge that belongs to g: ``(n - z)(k - z) g/k``."""
    return (n - z) * (k - z) * g / k


def error_of_rests(a: Any, b: Any, w: Any, q: Any, top: Any, more: Any) -> sympy.Expr:
    """Return the test error from ``a = n - z``, ``b = k - z``, w, q and the two sums of the bias; n is a + w + q."""
    return (a + w + q) * (top * (b + w) + more * w) / (a * (b + w) + w * b)


def sums_error(n: Any, k: Any, noise: Any, s: Sums) -> sympy.Expr:
    """Return the test error without subtraction but for ``n - z`` and ``k - z``."""
    top = (s.bias + noise) * (k - s.z + s.w) + s.more * s.w
    return n * top / ((n - s.z) * (k - s.z + s.w) + s.w * (k - s.z))
