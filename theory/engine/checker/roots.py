"""Certificates of isolated roots (kind ``"newton"``) and witnesses against them (kind ``"excluded"``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb, fmpq

from theory.engine.checker import Rejected
from theory.engine.checker.boxes import Cell, ball, corner, halve, rational, working
from theory.engine.checker.terms import Tape

_MOST_SYMBOLS = 100_000
_MOST_DEPTH = 500
_EXTRA_DEPTH = 6


class System:
    """Equations in as many unknowns, read from the statement's JSON alone."""

    def __init__(self, statement: Mapping[str, Any]) -> None:
        if statement.get("kind") != "unique_root":
            raise Rejected(f"a statement of kind {statement.get('kind')!r} is not about a root")
        ranges = {entry["name"]: entry for entry in statement["domain"]}
        self.names = list(ranges)
        self.domain: Cell = {name: (rational(entry["low"]), rational(entry["high"])) for name, entry in ranges.items()}
        self.enclosure: Cell = _box(self.names, statement["enclosure"])
        self._tape = Tape(ranges)
        self.places = [self._tape.add(equation) for equation in statement["equations"]]
        if len(self.places) != len(self.names):
            raise Rejected("there must be as many equations as variables")

    def values(self, cell: Cell) -> list[arb]:
        """Enclose each equation's left side over a cell."""
        values = self._tape.values({name: ball(low, high) for name, (low, high) in cell.items()}, cell)
        return [values[place] for place in self.places]

    def jacobian(self, cell: Cell) -> list[list[arb]]:
        """Enclose the partial derivatives over a cell, one row an equation."""
        values = self._tape.values({name: ball(low, high) for name, (low, high) in cell.items()}, cell)
        return [list(self._tape.slopes(place, values, cell).values()) for place in self.places]

    def excludes(self, cell: Cell, equation: int) -> bool:
        """Whether an equation has no root in the cell, by its value or its mean-value form."""
        value = self.values(cell)[equation]
        if value > 0 or value < 0:
            return True
        slopes = dict(zip(self.names, self.jacobian(cell)[equation], strict=True))
        for sign in (1, -1):
            point, spread = corner(cell, {name: sign * slope for name, slope in slopes.items()})
            there = self.values({name: (x, x) for name, x in point.items()})[equation]
            if value.is_finite() and sign * there + spread > 0:
                return True
        return False

    def contracts(self, cell: Cell, inverse: Sequence[Sequence[fmpq]]) -> bool:
        """Whether Krawczyk's operator maps the cell into its interior: then the cell holds exactly one root."""
        size = range(len(self.names))
        middle = {name: ((low + high) / 2,) * 2 for name, (low, high) in cell.items()}
        values, rows = self.values(middle), self.jacobian(cell)
        for i, (low, high) in enumerate(cell.values()):
            image = arb((low + high) / 2) - sum((arb(inverse[i][k]) * values[k] for k in size), arb(0))
            for j, (a, b) in enumerate(cell.values()):
                defect = arb(int(i == j)) - sum((arb(inverse[i][k]) * rows[k][j] for k in size), arb(0))
                image = image + defect * arb(0, (b - a) / 2)
            if not (image > arb(low) and image < arb(high)):
                return False
        return True


def _box(names: Sequence[str], ends: Any) -> Cell:
    if not isinstance(ends, list) or len(ends) != len(names):
        raise Rejected("a box must have two ends for each variable")
    return {name: (rational(low), rational(high)) for name, (low, high) in zip(names, ends, strict=True)}


def check_newton(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Check that the core and the enclosure contract, and that nothing outside the core can be a root."""
    system, precision, tree = System(statement), data["precision"], data["tree"]
    size = len(system.names)
    if not (
        isinstance(precision, int)
        and 30 <= precision <= 4000
        and isinstance(tree, str)
        and 0 < len(tree) <= _MOST_SYMBOLS
    ):
        raise Rejected("the precision must be 30 to 4,000 bits, the tree a string of at most 100,000 symbols")
    core = _box(system.names, data["core"])
    inverse = [[rational(entry) for entry in row] for row in data["preconditioner"]]
    if [len(row) for row in inverse] != [size] * size:
        raise Rejected(f"the preconditioner is no {size} x {size} matrix")
    if not (_inside(system.enclosure, core) and _inside(system.enclosure, system.domain)):
        raise Rejected("the enclosure does not lie in the core and in the domain")
    with working(precision, 2):
        for name, cell in (("core", core), ("enclosure", system.enclosure)):
            if not system.contracts(cell, inverse):
                raise Rejected(f"Krawczyk's operator does not map the {name} into its interior")
        _walk(system, core, tree)


def _walk(system: System, core: Cell, tree: str) -> None:
    stack, position = [(system.domain, 0)], 0
    while stack:
        if position == len(tree):
            raise Rejected("the tree ends before it covers the box")
        (cell, depth), symbol = stack.pop(), tree[position]
        position += 1
        if symbol.isascii() and symbol.isdigit():
            if int(symbol) >= len(system.names) or depth == _MOST_DEPTH:
                raise Rejected(f"the tree splits variable {symbol} at depth {depth}")
            stack.extend((half, depth + 1) for half in halve(cell, system.names[int(symbol)])[::-1])
        else:
            _close(system, core, cell, _EXTRA_DEPTH)
    if position != len(tree):
        raise Rejected("symbols follow after the tree has covered the box")


def _close(system: System, core: Cell, cell: Cell, depth: int) -> None:
    if _inside(cell, core) or any(system.excludes(cell, equation) for equation in range(len(system.places))):
        return
    if depth == 0:
        raise Rejected(
            "no equation is shown to exclude a root from "
            + ", ".join(f"{n} in [{a}, {b}]" for n, (a, b) in cell.items())
        )
    for half in halve(cell, max(cell, key=lambda name: cell[name][1] - cell[name][0])):
        _close(system, core, half, depth - 1)


def _inside(cell: Cell, other: Cell) -> bool:
    return all(other[name][0] <= low < high <= other[name][1] for name, (low, high) in cell.items())


def confirm_excluded(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Check that one equation has no root in the whole enclosure."""
    system, equation = System(statement), data["equation"]
    if not isinstance(equation, int) or not 0 <= equation < len(system.places):
        raise Rejected(f"there is no equation {equation!r}")
    with working(512, 2):
        if not system.excludes(system.enclosure, equation):
            raise Rejected("the equation is not shown to exclude a root from the enclosure")
