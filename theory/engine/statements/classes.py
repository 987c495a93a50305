"""Relations for every number of classes: some classes are named, the rest is summed by an anonymous functional."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.forall import RELATIONS, Domain
from theory.engine.statements.tex import SIGNS, tex

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, eq=False)
class ForEveryN(Statement):
    """``lhs relation rhs`` for every number N >= 0 of unnamed classes.

    Parameters
    ----------
    domain
        Ranges of the scalars, those of the named classes included (``p_1``, ``S_2``, ...).
    each
        Ranges of the per-class symbols of the unnamed classes (``p``, ``S``): every class has its own values.
    given
        Conditions ``(lhs, relation, rhs)``. One with a per-class symbol outside a sum holds for each unnamed class.
    lhs, relation, rhs
        What is claimed; per-class symbols occur inside `theory.engine.functions.Sig` only, which is the sum over the
        unnamed classes.

    Raises
    ------
    ValueError
        If a relation is unknown, a symbol is foreign, a name is both a scalar's and a per-class symbol's, a per-class
        symbol stands outside a sum in the conclusion, or a number is a float.

    Examples
    --------
    >>> from theory.engine.functions import Sig
    >>> domain, each = Domain("c in [0,1]"), Domain("p in [0,1]")
    >>> (c,), (p,) = domain, each
    >>> ForEveryN(domain, each, ((Sig(p), "==", 1),), Sig(c * p), "<=", 1).scope()
    'every number of classes; all c in [0, 1]; for each further class p in [0, 1]; given Sig(p) == 1'
    """

    domain: Domain
    each: Domain
    given: tuple[tuple[sympy.Expr, str, sympy.Expr], ...]
    lhs: sympy.Expr
    relation: str
    rhs: sympy.Expr

    kind: ClassVar[str] = "classes"

    def __post_init__(self) -> None:
        import sympy

        lhs, rhs = (sympy.sympify(side, strict=True) for side in (self.lhs, self.rhs))
        conclusion = (lhs, self.relation, rhs)
        given = tuple(
            (sympy.sympify(left, strict=True), relation, sympy.sympify(right, strict=True))
            for left, relation, right in self.given
        )
        object.__setattr__(self, "lhs", conclusion[0])
        object.__setattr__(self, "rhs", conclusion[2])
        object.__setattr__(self, "given", given)
        twice = {item.name for item in self.domain.ranges} & {item.name for item in self.each.ranges}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} named both as a scalar and as a per-class symbol")
        known = set(self.domain.symbols) | set(self.each.symbols)
        for left, relation, right in (conclusion, *given):
            if relation not in RELATIONS:
                raise ValueError(f"relation is {relation!r}; allowed: {' '.join(RELATIONS)}")
            foreign = (left.free_symbols | right.free_symbols) - known
            if foreign:
                raise ValueError(f"{sorted(map(str, foreign))} not among the symbols of {self.domain}; {self.each}")
            if left.has(sympy.Float) or right.has(sympy.Float):
                raise ValueError(f"floats are not exact: {left} {relation} {right}")
        for side in (conclusion[0], conclusion[2]):
            loose = outside_sums(side) & set(self.each.symbols)
            if loose:
                raise ValueError(f"per-class symbols {sorted(map(str, loose))} stand outside a sum in {side}")

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "domain": self.domain.to_json(),
            "each": self.each.to_json(),
            "given": [
                [terms.from_sympy(left), relation, terms.from_sympy(right)] for left, relation, right in self.given
            ],
            "lhs": terms.from_sympy(self.lhs),
            "relation": self.relation,
            "rhs": terms.from_sympy(self.rhs),
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        def relation(condition: tuple[sympy.Expr, str, sympy.Expr]) -> str:
            left, sign, right = condition
            return f"{tex(left)} {SIGNS[sign]} {tex(right)}"

        conclusion = (self.lhs, self.relation, self.rhs)
        sides = [side for left, _, right in (*self.given, conclusion) for side in (left, right)]
        used = {symbol.name for side in sides for symbol in side.free_symbols}
        scalars = [item.latex() for item in self.domain.ranges if item.name in used]  # others say nothing
        each = rf"\Sigma\text{{ over any number of classes, each with }}{self.each.latex()}"
        conditions = [r",\; ".join(map(relation, self.given))] if self.given else []
        quantified = r";\; ".join([*([r",\; ".join(scalars)] if scalars else []), each, *conditions])
        return rf"\forall\, {quantified}:\quad {relation(conclusion)}"

    def scope(self) -> str:
        conditions = ", ".join(f"{left} {relation} {right}" for left, relation, right in self.given)
        return f"every number of classes; all {self.domain}; for each further class {self.each}" + (
            f"; given {conditions}" if conditions else ""
        )


def outside_sums(expression: sympy.Expr) -> set[sympy.Symbol]:
    """Return the symbols that occur outside every `Sig` of an expression."""
    from theory.engine.functions import Sig

    if isinstance(expression, Sig):
        return set()
    if expression.is_Symbol:
        return {expression}
    return set().union(*[outside_sums(argument) for argument in expression.args])
