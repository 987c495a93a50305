r"""Is a loss bounded below? Decided from a formula of its derivative g.

A loss with g <= 0 far out is bounded below there if and only if the integral of g to infinity converges. A formula
made of powers, exponentials and logarithms is asymptotic to one term

    c exp(k1 z^r1 + ...) z^a (log z)^b (log log z)^d,    c != 0,

and the integral of such a term converges exactly if the exponential falls, or there is none and the first of a, b, d
that differs from -1 is below it (Bertrand's criterion). Exponents are exact rationals; where leading terms cancel, or
the formula leaves this scale, the answer is "unknown", never a guess.

The condition ``z g(z) -> 0``, necessary for nondecreasing g, is decided beside it: it does not suffice.

Source: paper ``ensloss``; the exact criterion is derived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from theory.classification.ensloss.leading_term import UnknownScale, leading_term
from theory.engine.errors import BadInput
from theory.engine.expression import parse
from theory.shown import Shown

if TYPE_CHECKING:
    import sympy

__all__ = ["Tail", "tail"]


@dataclass(frozen=True)
class Tail(Shown):
    """What is known of a loss far to the right, from its derivative.

    Attributes
    ----------
    formula
        The derivative as it was read.
    verdict
        ``"proved"``: decided by the exact criterion; ``"unknown"``.
    bounded_below
        Whether the loss is bounded below as z -> oo; None if unknown.
    integrable
        Whether the integral of the derivative to infinity converges; None if unknown.
    vanishes
        Whether ``z g(z) -> 0``; None if unknown.
    leading
        The term that the derivative is asymptotic to, "" if unknown or if the derivative is 0.
    reason
        One sentence.

    Examples
    --------
    >>> tail("-1/z").bounded_below, tail("-1/(z*log(z))").vanishes, tail("-1/(z*log(z))").bounded_below
    (False, True, False)
    """

    formula: str
    verdict: str
    bounded_below: bool | None
    integrable: bool | None
    vanishes: bool | None
    leading: str
    reason: str

    def _repr_latex_(self) -> str:
        import sympy

        answer = {True: "bounded below", False: "unbounded below", None: "unknown"}[self.bounded_below]
        return rf"$\displaystyle g(z) = {sympy.latex(parse(self.formula, ('z',)))}$: {answer}"


def tail(formula: str | sympy.Expr) -> Tail:
    """Decide whether the loss with derivative ``formula`` is bounded below as its margin z tends to infinity.

    Parameters
    ----------
    formula
        The derivative in z, read by `theory.engine.expression.parse` (never evaluated as code), or a SymPy expression
        in one symbol.

    Raises
    ------
    BadInput
        If the text is no formula in z, or the expression has another number of symbols.

    Examples
    --------
    >>> tail("-z**-1.5").reason
    'asymptotic to -1/z**(3/2): the integral converges'
    >>> tail("-1/(1+exp(z))").leading
    '-exp(-z)'
    >>> tail("-1/(z*log(z)**2)").bounded_below
    True
    >>> tail("-exp(-sqrt(log(z)))").verdict
    'unknown'
    """
    import sympy

    expression = parse(formula, ("z",)) if isinstance(formula, str) else sympy.sympify(formula, strict=True)
    if len(expression.free_symbols) > 1:
        raise BadInput(f"a derivative has one variable; {expression} has {sorted(map(str, expression.free_symbols))}")
    z = sympy.Symbol("z", positive=True)  # far out it is
    expression = expression.xreplace(dict.fromkeys(expression.free_symbols, z))
    shown = str(expression)
    try:
        found = leading_term(expression, z)
    except UnknownScale as error:
        return Tail(shown, "unknown", None, None, None, "", str(error))
    if found is None:
        return Tail(shown, "proved", True, True, True, "", "the derivative is 0")
    term = str(found.expression(z))
    integrable = found.integrable()
    if found.positive():
        reason = f"asymptotic to {term} > 0: the loss grows far out"
        return Tail(shown, "proved", True, integrable, found.times_z_vanishes(), term, reason)
    reason = f"asymptotic to {term}: the integral {'converges' if integrable else 'diverges'}"
    return Tail(shown, "proved", integrable, integrable, found.times_z_vanishes(), term, reason)
