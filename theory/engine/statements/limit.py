"""Statements about limits: ``expression -> value`` as one variable tends to an open end of its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.forall import Domain, Range
from theory.engine.statements.tex import tex

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, eq=False)
class LimitOf(Statement):
    """``expression -> value`` as ``variable`` tends to the low (``side="+"``) or high (``"-"``) end of its range.

    It is claimed for all values of the other variables of ``domain``, each by itself (not uniformly).

    Parameters
    ----------
    domain
        Ranges of all variables.
    expression, value
        SymPy expressions in the domain's symbols (exact: no floats); the value is free of ``variable``.
    variable, side
        What moves, and from which side it comes to the end of its range: ``"+"`` (from above) or ``"-"``.

    Raises
    ------
    ValueError
        If that end is not a finite open one of a real variable, the value depends on the variable, a symbol is not the
        domain's, or a number is not exact.

    Examples
    --------
    >>> domain = Domain("t in (0,1)")
    >>> (t,) = domain
    >>> LimitOf(domain, (1 - t) ** 2, t, "+", 1).scope()
    't -> 0+'
    """

    domain: Domain
    expression: sympy.Expr
    variable: sympy.Symbol
    side: str
    value: sympy.Expr

    kind: ClassVar[str] = "limit"

    def __post_init__(self) -> None:
        import sympy

        from theory.engine.functions import Sig

        for name in ("expression", "value"):
            object.__setattr__(self, name, sympy.sympify(getattr(self, name), strict=True))
        for part in (self.variable, self.expression, self.value):
            foreign = part.free_symbols - set(self.domain.symbols)
            if foreign:
                raise ValueError(f"{sorted(map(str, foreign))} not among the domain's symbols ({self.domain})")
            if part.has(sympy.Float, Sig):
                raise ValueError(f"floats are not exact, sums over classes need classes: {part}")
        item = self.domain[str(self.variable)]
        end, closed = (item.low, item.low_closed) if self.side == "+" else (item.high, item.high_closed)
        if self.side not in ("+", "-") or end is None or closed or item.integer:
            raise ValueError(f"{item} has no finite open end of reals on the side {self.side!r}; sides are '+' and '-'")
        if self.value.has(self.variable):
            raise ValueError(f"the limit {self.value} depends on {self.variable}")

    @property
    def at(self) -> sympy.Rational:
        """The end that the variable tends to."""
        import sympy

        item = self.domain[str(self.variable)]
        return sympy.Rational(str(item.low if self.side == "+" else item.high))

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "domain": self.domain.to_json(),
            "expression": terms.from_sympy(self.expression),
            "variable": str(self.variable),
            "side": self.side,
            "value": terms.from_sympy(self.value),
        }

    def latex(self) -> str:
        name, at = tex(self.variable), tex(self.at)
        inner = tex(self.expression)
        inner = rf"\left({inner}\right)" if self.expression.is_Add else inner
        body = rf"\lim_{{{name} \to {at}^{self.side}}} {inner} = {tex(self.value)}"
        others = r",\; ".join(item.latex() for item in self._others())
        return rf"\forall\, {others}:\quad {body}" if others else body

    def scope(self) -> str:
        others = ", ".join(map(str, self._others()))
        return f"{self.variable} -> {self.at}{self.side}" + (f", all {others}" if others else "")

    def _others(self) -> list[Range]:
        """Return the ranges of the variables that do not move."""
        return [item for item in self.domain.ranges if item.name != str(self.variable)]
