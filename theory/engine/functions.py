"""SymPy functions that statements need and SymPy lacks."""

from __future__ import annotations

import sympy
from sympy.core.function import ArgumentIndexError


class EntireQuotient(sympy.Function):
    r"""``E_k(z) = \int_0^1 s^k e^{s z} ds``: entire, positive and increasing in z, with ``E_k' = E_{k+1}``.

    It crosses removable singularities: ``(e^z - 1)/z = E_0(z)``, so that ``(x^w - 1)/w = log(x) E_0(w log x)`` also at
    w = 0.

    Examples
    --------
    >>> import sympy
    >>> z = sympy.Symbol("z")
    >>> EntireQuotient(0, z).diff(z)
    EntireQuotient(1, z)
    >>> EntireQuotient(2, 0)
    1/3
    """

    nargs = 2

    @classmethod
    def eval(cls, k: sympy.Expr, z: sympy.Expr) -> sympy.Expr | None:
        if not (k.is_Integer and k >= 0):
            raise ValueError(f"EntireQuotient needs an integer k >= 0, got {k}")
        if z.is_zero:
            return sympy.Rational(1, k + 1)
        return None

    def fdiff(self, argindex: int = 2) -> sympy.Expr:
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        return EntireQuotient(self.args[0] + 1, self.args[1])

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[1].is_real else None

    def _eval_is_real(self) -> bool | None:
        return self.args[1].is_real

    def _eval_evalf(self, prec: int) -> sympy.Expr:
        k, z = self.args
        return (sympy.hyper([k + 1], [k + 2], z) / (k + 1))._eval_evalf(prec)  # noqa: SLF001 - SymPy's protocol

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        k, z = self.args
        body = rf"E_{{{printer._print(k)}}}\left({printer._print(z)}\right)"  # noqa: SLF001 - SymPy's protocol
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"


class Sig(sympy.Function):
    r"""An anonymous positive linear functional: the sum over the classes that are not named.

    ``Sig(p**a)`` stands for the sum of ``p_y**a`` over the rest classes; per-class symbols carry no index.

    Examples
    --------
    >>> import sympy
    >>> Sig(sympy.Symbol("p") ** 2)
    Sig(p**2)
    """

    nargs = 1

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _latex(self, printer: sympy.printing.latex.LatexPrinter, exp: str | None = None) -> str:
        body = rf"\Sigma\left[{printer._print(self.args[0])}\right]"  # noqa: SLF001 - SymPy's protocol
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"
