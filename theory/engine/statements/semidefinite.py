"""Worst cases over vectors in all dimensions, by their Gram matrices: ``sup {f : constraints} <= 1/14``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from theory.engine import terms
from theory.engine.statements import gram
from theory.engine.statements.base import Statement
from theory.engine.statements.epigraph import exact, rows
from theory.engine.statements.tex import SIGNS

RELATIONS = ("<=", "==", ">=")
_PRINTED = 6  # more constraints than this are abbreviated in LaTeX

Condition = tuple[Any, str, Any]


class WorstCase(Statement):
    """The supremum of an expression over vectors of any dimension and scalars that meet the constraints.

    Parameters
    ----------
    objective
        A `theory.engine.statements.gram.Expression`: linear in scalars and inner products, or with ``least``
        where it keeps the objective concave.
    constraints
        ``(left, relation, right)`` with expressions or exact rationals and a relation among ``<= >= ==``.
    relation, value
        What is said of the supremum: ``<=``, ``==`` or ``>=`` an exact rational. The supremum of the empty
        set is minus infinity.

    Raises
    ------
    ValueError
        If the relation is unknown, a number is not exact, a name is used for both a vector and a scalar, or
        the problem is not linear in this sense.

    Examples
    --------
    >>> from theory.engine.statements.gram import vectors
    >>> u, v = vectors("u v")
    >>> cauchy = WorstCase(u @ v, [(u @ u, "<=", 1), (v @ v, "<=", 4)], "<=", 2)
    >>> cauchy.scope()
    'all vectors u, v in all dimensions under 2 constraints'
    """

    kind: ClassVar[str] = "semidefinite"

    def __init__(self, objective: Any, constraints: Sequence[Condition], relation: str, value: Any) -> None:
        if relation not in RELATIONS:
            raise ValueError(f"relation is {relation!r}; allowed: {' '.join(RELATIONS)}")
        self.objective = gram.expression(objective).term
        self.constraints = [
            [gram.expression(left).term, bound, gram.expression(right).term] for left, bound, right in constraints
        ]
        self.relation, self.value = relation, exact(value, "the value of a worst case")
        rows(self.objective, self.constraints, sense="max")  # raises where it is not linear
        sides = [self.objective, *[side for left, _, right in self.constraints for side in (left, right)]]
        self.vectors, self.scalars = gram.basis(["+", *sides])
        both = set(self.vectors) & set(self.scalars)
        if both or not self.vectors:
            raise ValueError(
                f"{sorted(both)} are vectors and scalars at once" if both else "a worst case needs at least one vector"
            )

    def to_json(self) -> dict[str, Any]:
        program = {
            "scalars": self.scalars,
            "vectors": self.vectors,
            "objective": self.objective,
            "constraints": self.constraints,
        }
        left = {"sense": "max", "programs": [program]}
        return {
            "kind": self.kind,
            "parts": [{"left": left, "relation": self.relation, "right": {"value": str(self.value)}}],
        }

    def latex(self) -> str:
        shown = [
            f"{gram.latex(left)} {SIGNS[relation]} {gram.latex(right)}" for left, relation, right in self.constraints
        ]
        if len(shown) > _PRINTED:
            shown = [
                *shown[: _PRINTED - 1],
                rf"\ldots \text{{ ({len(shown)} constraints in all) }} \ldots",
                shown[-1],
            ]
        value = gram.latex(terms.number(Fraction(self.value)))
        over = r",\; ".join(shown)
        supremum = rf"\sup \left\{{ {gram.latex(self.objective)} \;:\; {over} \right\}}"
        return f"{supremum} {SIGNS[self.relation]} {value}"

    def scope(self) -> str:
        named = f" and scalars {', '.join(self.scalars)}" if self.scalars else ""
        conditions = f"under {len(self.constraints)} constraints"
        return f"all vectors {', '.join(self.vectors)} in all dimensions{named} {conditions}"
