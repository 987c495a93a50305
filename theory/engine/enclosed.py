"""Relations between a few named numbers that a topic encloses by methods of its own.

A statement about such numbers holds relations ``(lhs, one of >= > <= <, rhs)`` of exact expressions in their names. Its
method encloses the numbers twice, by two methods; the relations are evaluated by the provers' evaluator or, to check,
by the checker's, which share nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from theory.engine import terms
from theory.engine.statements.tex import SIGNS

if TYPE_CHECKING:
    import sympy
    from flint import arb

__all__ = ["checked_relations", "fails", "gaps", "gaps_again", "holds", "relations_json", "relations_latex", "unseen"]

Relation = tuple[Any, str, Any]

RELATIONS = (">=", ">", "<=", "<")


def checked_relations(
    relations: Iterable[Relation], symbols: Collection[sympy.Symbol], what: str
) -> tuple[Relation, ...]:
    """Return relations as SymPy expressions in some symbols.

    Raises
    ------
    ValueError
        If a relation is unknown, a number is not exact, or a symbol is none of these: it is not among ``what``.

    Examples
    --------
    >>> import sympy
    >>> checked_relations([(sympy.Symbol("a"), ">=", 2)], {sympy.Symbol("a")}, "a")
    ((a, '>=', 2),)
    """
    import sympy

    checked = []
    for left, relation, right in relations:
        if relation not in RELATIONS:
            raise ValueError(f"relation is {relation!r}; allowed: {' '.join(RELATIONS)}")
        pair = [sympy.sympify(side, strict=True) for side in (left, right)]
        for side in pair:
            if side.has(sympy.Float):
                raise ValueError(f"floats are not exact: {side}")
            foreign = side.free_symbols - set(symbols)
            if foreign:
                raise ValueError(f"{sorted(map(str, foreign))} are not among {what}")
        checked.append((pair[0], relation, pair[1]))
    return tuple(checked)


def relations_json(relations: Iterable[Relation]) -> list[list[Any]]:
    """Return relations as plain data."""
    return [[terms.from_sympy(left), op, terms.from_sympy(right)] for left, op, right in relations]


def relations_latex(relations: Iterable[Relation], names: Mapping[sympy.Symbol, str]) -> str:
    """Return the LaTeX of relations, given that of their symbols."""
    from sympy import latex

    return r",\quad ".join(
        f"{latex(left, symbol_names=names)} {SIGNS[op]} {latex(right, symbol_names=names)}"
        for left, op, right in relations
    )


def gaps(relations: Sequence[Any], values: Mapping[str, arb], bits: int, *, high: int) -> list[arb]:
    """Return lhs - rhs of every relation by the provers' evaluator; all numbers lie between 0 and ``high``."""
    from theory.engine.provers.balls import working
    from theory.engine.provers.program import Program

    ranges = _ranges(values, high)
    with working(bits):
        return [
            Program(["+", left, ["*", -1, right]], ranges).value(list(values.values())) for left, _, right in relations
        ]


def gaps_again(relations: Sequence[Any], values: Mapping[str, arb], bits: int, *, high: int) -> list[arb]:
    """Return the same by the checker's evaluator."""
    from flint import fmpq

    from theory.engine.checker.terms import Tape
    from theory.engine.provers.balls import working

    tape = Tape({entry["name"]: entry for entry in _ranges(values, high)})
    places = [tape.minus(tape.add(left), tape.add(right)) for left, _, right in relations]
    with working(bits):
        result = tape.values(dict(values), {name: (fmpq(0), fmpq(high)) for name in values})
    return [result[place] for place in places]


def _ranges(names: Iterable[str], high: int) -> list[dict[str, Any]]:
    ends = {"low": "0", "high": str(high), "low_closed": False, "high_closed": False, "integer": False}
    return [{"name": name} | ends for name in names]


def holds(gap: arb, op: str) -> bool:
    """Return whether a relation certainly holds, given an enclosure of lhs - rhs.

    Examples
    --------
    >>> from flint import arb
    >>> [holds(arb(0), op) for op in (">=", ">")], [holds(arb(1, 2), op) for op in (">=", "<")]
    ([True, False], [False, False])
    """
    signed = gap if op in (">=", ">") else -gap
    return bool(signed > 0 if op in (">", "<") else signed >= 0)


def fails(gap: arb, op: str) -> bool:
    """Return whether a relation certainly fails, given an enclosure of lhs - rhs."""
    signed = gap if op in (">=", ">") else -gap
    return bool(signed <= 0 if op in (">", "<") else signed < 0)


def unseen(relations: Sequence[Any], differences: Sequence[arb]) -> tuple[str, str] | None:
    """Return in words the first relation that is not seen to hold, and its difference; None if all are."""
    for number, ((_, op, _), gap) in enumerate(zip(relations, differences, strict=True)):
        if not holds(gap, op):
            return f"relation {number + 1} ({op}) is not seen to hold", gap.str(10)
    return None
