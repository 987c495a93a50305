"""The formulas of comp-sum losses, and a few common ones, as SymPy expressions: what claims are stated with.

Everything here takes and returns SymPy expressions; the numeric twins are in `theory.classification.comp_sum` and
`theory.classification.calibration`. Source: paper key ``comp_sum``. `softmax` serves the exact expressions of every
paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy


def softmax(scores: Sequence[Any]) -> tuple[sympy.Expr, ...]:
    """``exp(s_j)/sum exp(s)`` for exact numbers or SymPy expressions s.

    Examples
    --------
    >>> softmax((0, 0))
    (1/2, 1/2)
    """
    import sympy

    weights = [sympy.exp(sympy.sympify(score)) for score in scores]
    total = sympy.Add(*weights)
    return tuple(weight / total for weight in weights)


def phi(u: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    """``Phi_tau(u) = ((1+u)^(1-tau) - 1)/(1-tau)``, and ``log(1+u)`` at tau = 1.

    Examples
    --------
    >>> import sympy
    >>> u = sympy.Symbol("u", positive=True)
    >>> phi(u, 1)
    log(u + 1)
    >>> phi(u, 2)
    1 - 1/(u + 1)
    """
    import sympy

    tau = sympy.sympify(tau)
    if tau == 1:
        return sympy.log(1 + u)
    return (1 - (1 + u) ** (1 - tau)) / (tau - 1)


def entire_phi(u: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    """`phi` with the hole at tau = 1 filled.

    ``log(1+u) E_0((1-tau) log(1+u))``, E_0 the entire quotient (e^z - 1)/z.
    """
    import sympy

    from theory.engine.functions import EntireQuotient

    return sympy.log(1 + u) * EntireQuotient(0, (1 - tau) * sympy.log(1 + u))


def power_mean(beta: sympy.Expr, a: sympy.Expr) -> sympy.Expr:
    """``M_a(beta) = (((1+beta)^a + (1-beta)^a)/2)^(1/a)``."""
    return mean_power(beta, a) ** (1 / a)


def mean_power(beta: sympy.Expr, a: sympy.Expr) -> sympy.Expr:
    """``((1+beta)^a + (1-beta)^a)/2``, the mean of the a-th powers."""
    return ((1 + beta) ** a + (1 - beta) ** a) / 2


def two_class_transform(beta: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    """``T_tau(beta)`` for two classes, tau < 2.

    ``2^(1-tau) (M_a(beta) - 1)/(tau-1)`` with a = 1/(2-tau), and its value at tau = 1.

    Examples
    --------
    >>> import sympy
    >>> b = sympy.Symbol("b", positive=True)
    >>> sympy.simplify(two_class_transform(b, 0))
    1 - sqrt(1 - b**2)
    """
    import sympy

    tau = sympy.sympify(tau)
    if tau == 1:
        return (1 + beta) / 2 * sympy.log(1 + beta) + (1 - beta) / 2 * sympy.log(1 - beta)
    return 2 ** (1 - tau) * (power_mean(beta, 1 / (2 - tau)) - 1) / (tau - 1)


def published_transform(beta: sympy.Expr, tau: sympy.Expr, n: sympy.Expr, *, branch: str) -> sympy.Expr:
    """Theorem 3.1 as usually quoted; ``branch`` is ``"tau<1"``, ``"tau=1"``, ``"1<tau<2"`` or ``"tau>=2"``."""
    if branch in ("tau<1", "tau=1"):
        return two_class_transform(beta, tau)
    if branch == "1<tau<2":
        return (power_mean(beta, 1 / (2 - tau)) - 1) / ((tau - 1) * n ** (tau - 1))
    if branch == "tau>=2":
        return beta / ((tau - 1) * n ** (tau - 1))
    raise ValueError(f"branch is {branch!r}; allowed: tau<1, tau=1, 1<tau<2, tau>=2")


def growth_constant(tau: sympy.Expr) -> sympy.Expr:
    """``1/(2^tau (2-tau))``: the transform is this times beta^2 near 0, for every number of classes."""
    return 1 / (2**tau * (2 - tau))


def margin_risk(right: sympy.Expr, wrong: sympy.Expr, t: sympy.Expr) -> sympy.Expr:
    """Conditional risk at posterior (1+t)/2 of a score with loss ``right`` for the label 1 and ``wrong`` for -1."""
    return (1 + t) / 2 * right + (1 - t) / 2 * wrong


def normal_tail(x: sympy.Expr) -> sympy.Expr:
    """Q(x), the upper tail of the standard normal law.

    Examples
    --------
    >>> normal_tail(0)
    1/2
    """
    import sympy

    return sympy.erfc(x / sympy.sqrt(2)) / 2
