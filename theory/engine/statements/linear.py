"""Minima of convex piecewise linear functions over polyhedra: ``min {f(x) : constraints} == 9/5``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.epigraph import exact, rows
from theory.engine.statements.tex import SIGNS, tex, tex_name

if TYPE_CHECKING:
    import sympy

RELATIONS = ("==", "<=", ">=", "<", ">")
_PRINTED = 3  # more programs or comparisons than this, or twice as many constraints, are abbreviated in LaTeX


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """``minimise objective`` over all real values of ``variables`` that meet the constraints.

    Parameters
    ----------
    objective
        SymPy expression: affine, or with ``Max`` (and ``Abs``) where it keeps the objective convex.
    variables
        The SymPy symbols minimised over. Their assumptions are not used: write ``(x, ">=", 0)`` where it is
        meant.
    constraints
        ``(left, relation, right)`` with affine sides and a relation among ``<= >= ==``.

    Raises
    ------
    ValueError
        If a number is not exact, a symbol is not among the variables, or the program is not linear in this
        sense.

    Examples
    --------
    >>> from sympy import Max, Symbol
    >>> x = Symbol("x")
    >>> LinearProgram(Max(1 - x, 2 * x), (x,)).to_json()["objective"]
    ['max', ['*', 2, 'x'], ['+', 1, ['*', -1, 'x']]]
    """

    objective: sympy.Expr
    variables: Sequence[sympy.Symbol]
    constraints: Sequence[tuple[sympy.Expr, str, sympy.Expr]] = ()

    def __post_init__(self) -> None:
        import sympy

        names = [symbol.name for symbol in self.variables]
        if len(set(names)) < len(names) or "" in names:
            raise ValueError(f"variables need distinct names, given: {', '.join(names)}")
        exactly = [(sympy.sympify(left), relation, sympy.sympify(right)) for left, relation, right in self.constraints]
        object.__setattr__(self, "objective", sympy.sympify(self.objective))
        object.__setattr__(self, "variables", tuple(self.variables))
        object.__setattr__(self, "constraints", tuple(exactly))
        for expression in [self.objective, *[side for left, _, right in exactly for side in (left, right)]]:
            foreign = expression.free_symbols - set(self.variables)
            if foreign:
                raise ValueError(
                    f"{sorted(map(str, foreign))} not among the variables {', '.join(names)}; "
                    "a symbol of the same name is not enough"
                )
            if expression.has(sympy.Float):
                raise ValueError(f"floats are not exact: write Rational(1, 10) instead of 0.1 in {expression}")
        data = self.to_json()
        rows(data["objective"], data["constraints"])  # raises where it is not linear

    @cached_property
    def _json(self) -> dict[str, Any]:
        conditions = [
            [terms.from_sympy(left), relation, terms.from_sympy(right)] for left, relation, right in self.constraints
        ]
        return {
            "scalars": [symbol.name for symbol in self.variables],
            "vectors": [],
            "objective": terms.from_sympy(self.objective),
            "constraints": conditions,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the program as plain data."""
        return self._json

    def latex(self) -> str:
        """Return ``min { objective : constraints }``."""
        variables = ", ".join(tex_name(symbol.name) for symbol in self.variables)
        shown = [f"{tex(left)} {SIGNS[relation]} {tex(right)}" for left, relation, right in self.constraints]
        conditions = r",\; ".join(_abbreviated(shown, 2 * _PRINTED))
        one = len(self.variables) == 1
        space = (
            rf"{variables} \in \mathbb{{R}}" if one else rf"({variables}) \in \mathbb{{R}}^{{{len(self.variables)}}}"
        )
        over = space + (r",\; " + conditions if conditions else "")
        return rf"\min \left\{{ {tex(self.objective)} \;:\; {over} \right\}}"


Side = LinearProgram | Sequence[LinearProgram] | int | Fraction


class LinearMinimum(Statement):
    """The least of the minima of some programs compares with a number, or with the least minimum of others.

    Several programs on one side describe a minimum over a union of polyhedra, such as "any class but the
    first has the largest score". The statement includes that the minima exist (no empty polyhedron, none
    unbounded below).

    Parameters
    ----------
    left, right
        A program, a sequence of programs, or an exact rational.
    relation
        One of ``== <= >= < >``.

    Raises
    ------
    ValueError
        If the relation is unknown, a side holds no program, or a number is not exact.

    Examples
    --------
    >>> from sympy import Max, Symbol
    >>> x = Symbol("x")
    >>> LinearMinimum(LinearProgram(Max(1 - x, 2 * x), (x,)), "==", Fraction(2, 3)).scope()
    'all real x'
    """

    kind: ClassVar[str] = "linear"

    def __init__(self, left: Side, relation: str, right: Side) -> None:
        if relation not in RELATIONS:
            raise ValueError(f"relation is {relation!r}; allowed: {' '.join(RELATIONS)}")
        self.left, self.relation, self.right = _side(left), relation, _side(right)

    @property
    def programs(self) -> tuple[LinearProgram, ...]:
        """All programs of both sides, in order."""
        return tuple(program for side in (self.left, self.right) if isinstance(side, tuple) for program in side)

    def comparison(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {"left": _side_json(self.left), "relation": self.relation, "right": _side_json(self.right)}

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "parts": [self.comparison()]}

    def latex(self) -> str:
        return f"{_side_latex(self.left)} {SIGNS[self.relation]} {_side_latex(self.right)}"

    def scope(self) -> str:
        return _scope(self.programs)


class LinearMinima(Statement):
    """Several statements on linear minima, all of them: a table of values, a claim at several parameters.

    Raises
    ------
    ValueError
        If there is none.
    """

    kind: ClassVar[str] = "linear"

    def __init__(self, parts: Sequence[LinearMinimum]) -> None:
        if not parts:
            raise ValueError("LinearMinima needs at least one LinearMinimum")
        self.parts = tuple(parts)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "parts": [part.comparison() for part in self.parts]}

    def latex(self) -> str:
        return r",\quad ".join(_abbreviated([part.latex() for part in self.parts]))

    def scope(self) -> str:
        return f"{len(self.parts)} comparisons: " + _scope(
            [program for part in self.parts for program in part.programs]
        )


def _side(given: Any) -> tuple[LinearProgram, ...] | Fraction:
    if isinstance(given, LinearProgram):
        return (given,)
    if isinstance(given, Sequence) and not isinstance(given, str):
        if not given or not all(isinstance(program, LinearProgram) for program in given):
            raise ValueError(f"a side is a LinearProgram, a non-empty sequence of them or a rational; given: {given!r}")
        return tuple(given)
    return exact(given, "a side of LinearMinimum")


def _side_json(side: tuple[LinearProgram, ...] | Fraction) -> dict[str, Any]:
    if isinstance(side, Fraction):
        return {"value": str(side)}
    return {"sense": "min", "programs": [program.to_json() for program in side]}


def _side_latex(side: tuple[LinearProgram, ...] | Fraction) -> str:
    if isinstance(side, Fraction):
        return str(side) if side.denominator == 1 else rf"\frac{{{side.numerator}}}{{{side.denominator}}}"
    parts = _abbreviated([program.latex() for program in side])
    return parts[0] if len(side) == 1 else rf"\min\left( {', '.join(parts)} \right)"


def _abbreviated(parts: list[str], most: int = _PRINTED) -> list[str]:
    if len(parts) <= most:
        return parts
    return [*parts[: most - 1], rf"\ldots \text{{ ({len(parts)} in all) }} \ldots", parts[-1]]


def _scope(programs: Sequence[LinearProgram]) -> str:
    variables = list(dict.fromkeys(", ".join(symbol.name for symbol in program.variables) for program in programs))
    conditions = {len(program.constraints) for program in programs}
    constrained = f" under {'/'.join(map(str, sorted(conditions)))} linear constraints" if conditions != {0} else ""
    counted = f"{len(programs)} programs, " if len(programs) > 1 else ""
    return f"{counted}all real {'; '.join(variables)}{constrained}"
