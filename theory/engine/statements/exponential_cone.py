"""Optima of exponential cone programs between exact numbers: ``1/2 <= max {f(x) : A x = b, x in cones} <= log(2)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.epigraph import CONSTRAINT_RELATIONS, Form, rows
from theory.engine.statements.tex import SIGNS, tex

if TYPE_CHECKING:
    import sympy

_PRINTED = 4  # more constraints or cones than this are abbreviated in LaTeX

Triple = tuple[Any, Any, Any]


@dataclass(frozen=True, eq=False)
class ConeProgram:
    r"""Minimise (or maximise) a linear objective over a polyhedron cut with exponential cones.

    The cone is the closure of ``{(x, y, z) : y > 0, y exp(x/y) <= z}``; ``(t, q, 1)`` in it says ``t <= -q log q``, and
    ``(x, 1, z)`` says ``exp(x) <= z``.

    Parameters
    ----------
    objective
        An affine SymPy expression in the variables, with rational coefficients.
    variables
        The SymPy symbols optimised over, all reals: their assumptions are not used.
    constraints
        ``(left, relation, right)`` with affine sides and a relation among ``<= >= ==``.
    cones
        Triples of affine expressions that must lie in the cone.
    sense
        ``"min"`` or ``"max"``.

    Raises
    ------
    ValueError
        If the sense is unknown, a number is not rational, a symbol is not among the variables, or something is not
        affine.

    Examples
    --------
    >>> from sympy import symbols
    >>> x, z = symbols("x z")
    >>> ConeProgram(z, (x, z), [(x, "==", 2)], [(x, 1, z)]).to_json()["cones"]
    [[{'x': '1'}, {'': '1'}, {'z': '1'}]]
    """

    objective: sympy.Expr
    variables: Sequence[sympy.Symbol]
    constraints: Sequence[tuple[Any, str, Any]] = ()
    cones: Sequence[Triple] = ()
    sense: str = "min"

    def __post_init__(self) -> None:
        import sympy

        if self.sense not in ("min", "max"):
            raise ValueError(f"sense is {self.sense!r}; allowed: 'min' or 'max'")
        names = [symbol.name for symbol in self.variables]
        if len(set(names)) < len(names) or not names or not all(names):
            raise ValueError(f"variables need distinct names, given: {', '.join(names) or 'none'}")
        sizes = {len(triple) for triple in self.cones}
        if sizes - {3}:
            raise ValueError(f"a cone takes three expressions (x, y, z), given: {sorted(sizes - {3})}")
        exactly = [(sympy.sympify(left), relation, sympy.sympify(right)) for left, relation, right in self.constraints]
        object.__setattr__(self, "objective", sympy.sympify(self.objective))
        object.__setattr__(self, "variables", tuple(self.variables))
        object.__setattr__(self, "constraints", tuple(exactly))
        object.__setattr__(self, "cones", tuple(tuple(map(sympy.sympify, triple)) for triple in self.cones))
        self.to_json()  # raises where it is not affine

    def _affine(self, expression: sympy.Expr) -> Form:
        import sympy

        foreign = expression.free_symbols - set(self.variables)
        if foreign:
            raise ValueError(
                f"{sorted(map(str, foreign))} not among the variables {', '.join(s.name for s in self.variables)}; "
                "a symbol of the same name is not enough"
            )
        if expression.has(sympy.Float):
            raise ValueError(f"floats are not exact: write Rational(1, 10) instead of 0.1 in {expression}")
        found = rows(terms.from_sympy(expression), ())
        if found.maxima:
            raise ValueError(f"{expression} is not affine; write a maximum as constraints")
        return found.cost

    @cached_property
    def _json(self) -> dict[str, Any]:
        conditions = []
        for left, relation, right in self.constraints:
            if relation not in CONSTRAINT_RELATIONS:
                raise ValueError(f"relation of a constraint is {relation!r}; allowed: <= >= ==")
            small, large = (left, right) if relation == "<=" else (right, left)
            conditions.append(["==" if relation == "==" else ">=", _json_form(self._affine(large - small))])
        return {
            "sense": self.sense,
            "unknowns": [symbol.name for symbol in self.variables],
            "objective": _json_form(self._affine(self.objective)),
            "constraints": conditions,
            "cones": [[_json_form(self._affine(part)) for part in triple] for triple in self.cones],
        }

    def to_json(self) -> dict[str, Any]:
        """Return the program as plain data: affine forms, and constraints ``form >= 0`` or ``form == 0``."""
        return self._json

    def latex(self) -> str:
        """Return ``min { objective : constraints, cones }``."""
        shown = [f"{tex(a)} {SIGNS[relation]} {tex(b)}" for a, relation, b in self.constraints]
        cones = [rf"\left({', '.join(map(tex, triple))}\right) \in K_{{\exp}}" for triple in self.cones]
        conditions = r",\; ".join([*_abbreviated(shown), *_abbreviated(cones)])
        return rf"\{self.sense} \left\{{ {tex(self.objective)} \;:\; {conditions} \right\}}"


class ConeOptimum(Statement):
    """The optimum of an exponential cone program lies between two exact numbers.

    The optimum is the infimum (of a maximisation the supremum) over all feasible points; that there is a feasible
    point is part of an upper bound of a minimum, or of a lower bound of a maximum.

    Parameters
    ----------
    program
        The program.
    low, high
        SymPy constants such as ``log(2) - Rational(1, 10**9)``, or None for no bound on that side.

    Raises
    ------
    ValueError
        If both bounds are None, or one is not an exact constant.

    Examples
    --------
    >>> from sympy import E, symbols
    >>> x, z = symbols("x z")
    >>> growth = ConeProgram(z, (x, z), [(x, "==", 1)], [(x, 1, z)])
    >>> ConeOptimum(growth, E - 1, E + 1).scope()
    'all real x, z under 1 linear constraint and 1 exponential cone'
    """

    kind: ClassVar[str] = "exponential_cone"

    def __init__(self, program: ConeProgram, low: Any = None, high: Any = None) -> None:
        if low is None and high is None:
            raise ValueError("an optimum needs a bound: low, high or both")
        self.program, self.low, self.high = program, _constant(low, "low"), _constant(high, "high")

    def to_json(self) -> dict[str, Any]:
        ends = [None if end is None else terms.from_sympy(end) for end in (self.low, self.high)]
        return {"kind": self.kind, "program": self.program.to_json(), "low": ends[0], "high": ends[1]}

    def latex(self) -> str:
        low = "" if self.low is None else rf"{tex(self.low)} \le "
        high = "" if self.high is None else rf" \le {tex(self.high)}"
        return f"{low}{self.program.latex()}{high}"

    def scope(self) -> str:
        linear, cones = len(self.program.constraints), len(self.program.cones)
        names = ", ".join(symbol.name for symbol in self.program.variables)
        return (
            f"all real {names} under {linear} linear constraint{'s' * (linear != 1)} "
            f"and {cones} exponential cone{'s' * (cones != 1)}"
        )


def _constant(given: Any, which: str) -> Any:
    """Return a bound as a SymPy constant that the checker can evaluate."""
    import sympy

    if given is None:
        return None
    value = sympy.sympify(given)
    if value.free_symbols or value.has(sympy.Float) or not value.is_real:
        raise ValueError(f"{which} is {given}; allowed: exact real constants such as log(2) + Rational(1, 10**9)")
    terms.from_sympy(value)
    return value


def _json_form(form: Form) -> dict[str, str]:
    return {name: str(value) for name, value in form.items()}


def _abbreviated(parts: list[str]) -> list[str]:
    if len(parts) <= _PRINTED:
        return parts
    return [*parts[: _PRINTED - 1], rf"\ldots \text{{ ({len(parts)} in all) }} \ldots", parts[-1]]
