"""Isolated roots, by Krawczyk's interval Newton operator with a rational preconditioner.

A core box about the claimed enclosure is found on which the operator contracts: it holds exactly one root. The
operator also contracts on the enclosure itself, so that the root is there. The rest of the domain is bisected until
an equation excludes a root from every cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness

if TYPE_CHECKING:
    from flint import arb, fmpq

    from theory.engine.provers.subdivision import Cell
    from theory.engine.statements.root import UniqueRoot

_HALVINGS = 48
_INSIDE = "I"
_LETTERS = "abcdefghij"  # which equation excluded a root
_ENDS = 60  # digits of the ends of an enclosure, in words


def newton(*, cells: int = 20_000, precision: int = 256) -> Newton:
    """Return the prover of `UniqueRoot` statements.

    Parameters
    ----------
    cells
        Most cells to look at while the rest of the domain is excluded.
    precision
        Bits of working precision; an enclosure of d digits needs about 3.4 d and some.

    Raises
    ------
    ValueError
        If ``cells`` or ``precision`` is out of range.

    Examples
    --------
    >>> from theory.engine.statements.forall import Domain
    >>> from theory.engine.statements.root import UniqueRoot
    >>> domain = Domain("x in [1,2]")
    >>> (x,) = domain
    >>> root = UniqueRoot(domain, (x**2 - 2,), Domain("x in [1.41421356, 1.41421357]"))
    >>> newton().decide(root, Budget()).summary
    '1 cell, 256 bits, enclosure of width 1.0e-8'
    """
    if cells < 1 or not 30 <= precision <= 4000:
        raise ValueError(f"cells = {cells}, precision = {precision}; allowed: cells >= 1, precision 30 to 4000 bits")
    return Newton(cells, precision)


@dataclass(frozen=True)
class Newton:
    """Certify isolated roots; made by `newton`."""

    cells: int
    precision: int

    evidence: ClassVar[Evidence] = Evidence.CERTIFIED

    def refute(self, statement: UniqueRoot, budget: Budget) -> Witness | None:
        """Look for an equation that has no root in the claimed enclosure."""
        from theory.engine import checker

        for equation in range(len(statement.equations)):
            witness = Witness("excluded", {"equation": equation}, _excluded(statement, equation))
            try:
                checker.confirm(statement.to_json(), witness.to_json())
            except checker.Rejected:
                continue
            return witness
        return None

    def decide(self, statement: UniqueRoot, budget: Budget) -> Certificate | Undecided:
        """Find a core on which the operator contracts, then exclude the rest of the domain."""
        from theory.engine.provers.balls import working

        with working(self.precision, 2):
            system = _System(statement)
            inverse = system.preconditioner()
            if inverse is None:
                return Undecided("the Jacobian at the middle of the enclosure is singular, or not defined")
            if not system.contracts(system.enclosure, inverse):
                return Undecided(
                    "Krawczyk's operator does not contract on the enclosure: it is too wide, too narrow or misplaced"
                )
            core = system.core(inverse)
            tree, worst = system.exclude(core, min(self.cells, budget.cells))
        if worst is not None:
            return Undecided("a cell outside the core could not be cleared of roots", system.describe(worst))
        data = {
            "core": [[str(mid - radius), str(mid + radius)] for mid, radius in core],
            "preconditioner": [[str(entry) for entry in row] for row in inverse],
            "tree": tree,
            "precision": self.precision,
        }
        count = f"{len(tree)} cell{'s' if len(tree) > 1 else ''}"
        width = max(float(2 * radius) for _, radius in system.enclosure)
        return Certificate(
            "newton", data, f"{count}, {self.precision} bits, enclosure of width {width:.1e}".replace("e-0", "e-")
        )

    def recheck(self, statement: UniqueRoot, certificate: Certificate, budget: Budget) -> None:
        """Have the independent checker repeat both contractions and walk the tree."""
        from theory.engine import checker

        checker.check(statement.to_json(), certificate.to_json())


def _excluded(statement: UniqueRoot, equation: int) -> str:
    """Return in words that an equation has no root where one is claimed; the ends in full, as they may be close."""
    from theory.engine.provers.wording import number

    ends = [(raw["name"], Fraction(raw["low"]), Fraction(raw["high"])) for raw in statement.enclosure.to_json()]
    box = ", ".join(f"{name} between {number(low, _ENDS)} and {number(high, _ENDS)}" for name, low, high in ends)
    count = len(statement.equations)
    which = f"equation {equation + 1} of {count}" if count > 1 else "the equation"
    return f"{which} has no root with {box}, where one is claimed"


class _System:
    """The equations compiled, with the operations of an interval Newton method."""

    def __init__(self, statement: UniqueRoot) -> None:
        from theory.engine.provers.program import Program

        json = statement.to_json()
        self._programs = [Program(equation, json["domain"]) for equation in json["equations"]]
        self.domain, self.enclosure = (
            _cell(json["domain"]),
            _cell([{"low": low, "high": high} for low, high in json["enclosure"]]),
        )
        self._size = range(len(self.domain))

    def preconditioner(self) -> list[list[fmpq]] | None:
        """Return a rational inverse of the Jacobian in the middle of the enclosure, to about 40 bits."""
        from flint import arb, fmpq, fmpq_mat

        rows = self._jacobian([arb(mid) for mid, _ in self.enclosure])
        if not all(entry.is_finite() for row in rows for entry in row):
            return None
        matrix = fmpq_mat([[_rounded(float(entry)) for entry in row] for row in rows])
        if matrix.det() == 0:
            return None
        inverse = matrix.inv()
        return [[_rounded(float(arb(fmpq(inverse[i, j])))) for j in self._size] for i in self._size]

    def contracts(self, cell: Cell, inverse: Sequence[Sequence[fmpq]]) -> bool:
        """Whether the operator maps the cell into its interior."""
        from flint import arb

        values = [program.value([arb(mid) for mid, _ in cell]) for program in self._programs]
        rows = self._jacobian([arb(mid, radius) for mid, radius in cell])
        for i, (_, reach) in enumerate(cell):
            offset = -sum((inverse[i][k] * values[k] for k in self._size), arb(0))
            for j, (_, radius) in enumerate(cell):
                defect = (1 if i == j else 0) - sum((inverse[i][k] * rows[k][j] for k in self._size), arb(0))
                offset = offset + defect * arb(0, radius)
            if not abs(offset) < arb(reach):
                return False
        return True

    def core(self, inverse: Sequence[Sequence[fmpq]]) -> Cell:
        """Return a large box about the enclosure, inside the domain, on which the operator still contracts."""
        for halvings in range(_HALVINGS):
            cell = []
            for (mid, radius), (centre, width) in zip(self.enclosure, self.domain, strict=True):
                reach = width * 2 / 2**halvings
                low, high = max(mid - reach, centre - width), min(mid + reach, centre + width)
                low, high = min(low, mid - radius), max(high, mid + radius)
                cell.append(((low + high) / 2, (high - low) / 2))
            if self.contracts(tuple(cell), inverse):
                return tuple(cell)
        return self.enclosure

    def exclude(self, core: Cell, cells: int) -> tuple[str, Cell | None]:
        """Return the tree of cells outside the core, and the cell that resisted, if one did."""
        from theory.engine.provers.subdivision import split

        letters: list[str] = []
        stack = [self.domain]
        thin = [radius / 2**_HALVINGS for _, radius in self.domain]
        while stack:
            cell = stack.pop()
            letter = _INSIDE if _inside(cell, core) else self._excluded(cell)
            if letter:
                letters.append(letter)
                continue
            axis = max(self._size, key=lambda i: cell[i][1] / self.domain[i][1])
            if len(letters) >= cells or cell[axis][1] <= thin[axis]:
                return "", cell
            letters.append(str(axis))
            stack.extend(split(cell, axis)[::-1])
        return "".join(letters), None

    def describe(self, cell: Cell) -> str:
        from theory.engine.provers.subdivision import describe

        return describe(cell, self._programs[0].names)

    def _jacobian(self, point: Sequence[arb]) -> list[list[Any]]:
        from flint import arb

        rows = [program.gradient(point)[1] for program in self._programs]
        return [[arb(0) if entry is None else entry for entry in row] for row in rows]

    def _excluded(self, cell: Cell) -> str:
        from flint import arb

        for letter, program in zip(_LETTERS, self._programs, strict=False):
            value, slopes = program.gradient([arb(mid, radius) for mid, radius in cell])
            form = program.value([arb(mid) for mid, _ in cell])
            for slope, (_, radius) in zip(slopes, cell, strict=True):
                form = form if slope is None else form + slope * arb(0, radius)
            if value > 0 or value < 0 or form > 0 or form < 0:
                return letter
        return ""


def _cell(ranges: Sequence[Mapping[str, str]]) -> Cell:
    from theory.engine.provers.balls import rational

    ends = [(Fraction(entry["low"]), Fraction(entry["high"])) for entry in ranges]
    return tuple((rational((low + high) / 2), rational((high - low) / 2)) for low, high in ends)


def _inside(cell: Cell, core: Cell) -> bool:
    return all(abs(mid - centre) + radius <= reach for (mid, radius), (centre, reach) in zip(cell, core, strict=True))


def _rounded(value: float) -> fmpq:
    from flint import fmpq

    mantissa, denominator = value.as_integer_ratio()
    shift = max(mantissa.bit_length() - 40, 0)
    return fmpq((mantissa >> shift) << shift, denominator)
