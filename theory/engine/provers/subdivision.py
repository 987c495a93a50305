"""Bisection of a box: every cell is closed by a test in ball arithmetic, and the tree of cells is the certificate.

The tree is one string in preorder: a digit splits the cell at the middle of that variable, a letter is the test that
closed it. Coverage holds by construction, whoever reads the string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import arb, arb_series, fmpq

from theory.engine.provers import balls
from theory.engine.provers.program import Program

Cell = tuple[tuple[fmpq, fmpq], ...]  # (mid-point, radius) of each variable

VALUE, MEAN, TAYLOR, EXCLUDED = "v", "m", "t", "g"
ZERO_LETTERS = "ABCDEFGH"
EXTRA_TERMS = 6
_HALVINGS = 48
_HALF = fmpq(1, 2)


@dataclass(frozen=True)
class Zero:
    """A face on which lhs - rhs vanishes: which variable, where, and to which order."""

    axis: int
    name: str
    at: Fraction
    order: int

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "at": str(self.at), "order": self.order, "terms": self.order + EXTRA_TERMS}


@dataclass
class Problem:
    """A relation ``difference >= 0`` (or ``> 0``) over a box, compiled.

    Attributes
    ----------
    difference
        The larger side minus the smaller one.
    strict
        Whether the relation excludes equality.
    ends
        Low and high end of each variable, both included.
    given
        Conditions ``(program of lhs - rhs, relation)``: cells where one is certainly false need no proof.
    zeros
        Faces on which the difference vanishes.
    """

    difference: Program
    strict: bool
    ends: Sequence[tuple[Fraction, Fraction]]
    given: Sequence[tuple[Program, str]] = ()
    zeros: Sequence[Zero] = ()

    @property
    def names(self) -> list[str]:
        return self.difference.names

    def pieces(self, cuts: Sequence[Sequence[Fraction]]) -> list[Cell]:
        """Return the boxes into which the cuts divide the domain, last variable fastest."""
        cells: list[Cell] = [()]
        for (low, high), inner in zip(self.ends, cuts, strict=True):
            marks = [low, *inner, high]
            pairs = [((a + b) / 2, (b - a) / 2) for a, b in pairwise(marks)]
            sides = [(balls.rational(mid), balls.rational(radius)) for mid, radius in pairs]
            cells = [(*cell, side) for cell in cells for side in sides]
        return cells


@dataclass
class Outcome:
    """What a subdivision found: a tree, or the reason why not and the cell that shows it."""

    tree: str = ""
    cells: int = 0
    failure: str = ""
    worst: Cell | None = None
    counts: dict[str, int] = field(default_factory=dict)


def subdivide(problem: Problem, *, cuts: Sequence[Sequence[Fraction]], cells: int, precision: int) -> Outcome:
    """Search for a tree of cells that shows the relation on the whole box.

    Parameters
    ----------
    problem
        What to show.
    cuts
        For each variable the inner points at which to cut beforehand.
    cells
        Most cells to look at.
    precision
        In bits.
    """
    outcome = Outcome()
    letters: list[str] = []
    limits = [balls.rational((high - low) / 2) / 2**_HALVINGS for low, high in problem.ends]
    longest = max([zero.order for zero in problem.zeros], default=0) + EXTRA_TERMS + 1
    with balls.working(precision, max(longest, 3)):
        tests = CellTests(problem)
        stack = problem.pieces(cuts)[::-1]
        while stack:
            cell = stack.pop()
            outcome.cells += 1
            letter, axis = tests.run(cell)
            if letter:
                letters.append(letter)
                outcome.counts[letter] = outcome.counts.get(letter, 0) + 1
                continue
            outcome.failure = _give_up(tests, cell, axis, outcome.cells >= cells, limits)
            if outcome.failure:
                outcome.worst = cell
                return outcome
            letters.append(str(axis))
            stack.extend(split(cell, axis)[::-1])
    outcome.tree = "".join(letters)
    return outcome


def _give_up(tests: CellTests, cell: Cell, axis: int, spent: bool, limits: Sequence[fmpq]) -> str:
    if tests.failed_at is not None:
        return "the relation fails at a point of this cell"
    if spent:
        return "the cell budget is spent"
    if cell[axis][1] <= limits[axis]:
        return (
            f"a cell became thinner than 2^-{_HALVINGS} of the box: an undeclared zero, a hole, or too tight a margin"
        )
    return ""


def split(cell: Cell, axis: int) -> tuple[Cell, Cell]:
    """Halve a cell."""
    mid, radius = cell[axis]
    radius = radius * _HALF
    low, high = list(cell), list(cell)
    low[axis], high[axis] = (mid - radius, radius), (mid + radius, radius)
    return tuple(low), tuple(high)


def describe(cell: Cell, names: Sequence[str]) -> str:
    """Return a cell as text, such as ``x in [0, 1/2], y in [1/4, 3/8]``."""
    return ", ".join(
        f"{name} in [{mid - radius}, {mid + radius}]" for name, (mid, radius) in zip(names, cell, strict=True)
    )


class CellTests:
    """The tests of one problem; `run` names the test that closes a cell, or else the variable to halve."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._f = problem.difference
        self._scale = [float(high - low) or 1.0 for low, high in problem.ends]
        self.failed_at: list[fmpq] | None = None

    def run(self, cell: Cell) -> tuple[str, int]:
        box = [arb(mid, radius) for mid, radius in cell]
        for program, relation in self._problem.given:
            if is_false(program.value(box), relation):
                return EXCLUDED, -1
        for index, zero in enumerate(self._problem.zeros):
            mid, radius = cell[zero.axis]
            at = balls.rational(zero.at)
            if mid - radius <= at <= mid + radius and radius > 0:
                closed, axis = self._zero(cell, box, zero, at)
                return (ZERO_LETTERS[index], -1) if closed else ("", axis)
        return self._plain(cell, box)

    def _holds(self, value: arb) -> bool:
        return bool(value > 0) or (not self._problem.strict and bool(value >= 0))

    def _plain(self, cell: Cell, box: list[arb]) -> tuple[str, int]:
        value, slopes = self._f.gradient(box)
        if self._holds(value):
            return VALUE, -1
        if not value.is_finite() or any(slope is not None and not slope.is_finite() for slope in slopes):
            return "", self._widest(cell)
        point, spread = _lowest_corner(cell, slopes)
        centre = self._f.value([arb(x) for x in point])
        if self._holds(centre + spread):
            return MEAN, -1
        if centre < 0 and not self._problem.given:
            self.failed_at = point
        weights = [
            0.0 if s is None else float(abs(s).upper()) * float(r) for s, (_, r) in zip(slopes, cell, strict=True)
        ]
        axis = max(range(len(cell)), key=weights.__getitem__)
        if centre > 0 and self._taylor(cell, box):
            return TAYLOR, -1
        return "", axis if weights[axis] > 0 else self._widest(cell)

    def _widest(self, cell: Cell) -> int:
        return max(range(len(cell)), key=lambda axis: float(cell[axis][1]) / self._scale[axis])

    def _taylor(self, cell: Cell, box: list[arb]) -> bool:
        """Second order at the mid-point: ``f + f' h + h' H h / 2`` with the Hessian enclosed over the cell."""
        middle = [arb(mid) for mid, _ in cell]
        total, slopes = self._f.gradient(middle)
        offsets = [arb(0, radius) for _, radius in cell]
        for slope, offset in zip(slopes, offsets, strict=True):
            if slope is not None:
                total = total + slope * offset
        for axis in range(len(cell)):
            inputs: list[Any] = list(box)
            inputs[axis] = arb_series([box[axis], 1], 2)
            _, rows = self._f.gradient(inputs)
            for other in range(axis + 1):
                row = rows[other]
                if row is None or not isinstance(row, arb_series):
                    continue
                square = offsets[axis] * offsets[other]
                total = total + row[1] * (_squared(cell[axis][1]) / 2 if other == axis else square)
        return self._holds(total)

    def _zero(self, cell: Cell, box: list[arb], zero: Zero, at: fmpq) -> tuple[bool, int]:
        """Show ``f / (x - at)**k > 0`` by Taylor in x, mean-value form of the coefficients in the other variables."""
        mid, radius = cell[zero.axis]
        low, high = mid - radius, mid + radius
        if low < at < high:
            return False, zero.axis
        step = arb(mid - at, radius)
        sign = -1 if high == at and zero.order % 2 else 1
        length = zero.order + EXTRA_TERMS + 1
        middle = [arb(m) for m, _ in cell]
        head = self._f.value(_along(middle, zero.axis, arb(at), length))
        tail = self._f.value(_along(middle, zero.axis, box[zero.axis], length))
        quotient = horner(head, tail, zero.order, length, step)
        total, weights = quotient, [0.0] * len(cell)
        weights[zero.axis] = float(quotient.rad())
        if len(cell) > 1 and not (quotient * sign < 0):
            _, heads = self._f.gradient(_along(box, zero.axis, arb(at), length))
            _, tails = self._f.gradient(_along(box, zero.axis, box[zero.axis], length))
            for axis, (_, r) in enumerate(cell):
                if axis != zero.axis and heads[axis] is not None:
                    slope = horner(heads[axis], tails[axis], zero.order, length, step)
                    total = total + slope * arb(0, r)
                    weights[axis] = float(abs(slope).upper()) * float(r)
        if total * sign > 0 and (not self._problem.strict or self._is_open(zero)):
            return True, -1
        if not all(weight < float("inf") for weight in weights):  # NaN or infinite: no guide
            return False, self._widest(cell)
        return False, max(range(len(cell)), key=weights.__getitem__)

    def _is_open(self, zero: Zero) -> bool:
        entry = self._f.domain[zero.axis]
        side = "low" if entry["low"] is not None and Fraction(entry["low"]) == zero.at else "high"
        return entry[side] is not None and Fraction(entry[side]) == zero.at and not entry[f"{side}_closed"]


def _along(box: Sequence[arb], axis: int, start: arb, length: int) -> list[Any]:
    inputs: list[Any] = list(box)
    inputs[axis] = arb_series([start, 1], length)
    return inputs


def horner(head: Any, tail: Any, order: int, length: int, step: arb) -> arb:
    """Enclose ``sum_j c_j step^(j - order)``: coefficients from ``head``, the remainder from ``tail``."""
    if not isinstance(head, arb_series):
        return arb(0) if head == 0 else balls.NAN
    if not all(head[j].is_finite() and tail[j].is_finite() for j in range(order)):
        return balls.NAN
    result = tail[length - 1]
    for j in range(length - 2, order - 1, -1):
        result = result * step + head[j]
    return result


def _lowest_corner(cell: Cell, slopes: Sequence[arb | None]) -> tuple[list[fmpq], arb]:
    """Return the point about which to expand (the low corner of monotone variables) and the rest's spread."""
    point, spread = [], arb(0)
    for (mid, radius), slope in zip(cell, slopes, strict=True):
        if slope is None:
            point.append(mid)
        elif slope >= 0:
            point.append(mid - radius)
        elif slope <= 0:
            point.append(mid + radius)
        else:
            point.append(mid)
            spread = spread + slope * arb(0, radius)
    return point, spread


def _squared(radius: fmpq) -> arb:
    return arb(0).union(arb(radius * radius))


def is_false(difference: arb, relation: str) -> bool:
    """Whether ``difference relation 0`` is certainly false."""
    if relation in (">=", ">"):
        return bool(difference < 0) or (relation == ">" and bool(difference <= 0))
    if relation in ("<=", "<"):
        return bool(difference > 0) or (relation == "<" and bool(difference >= 0))
    return bool(difference < 0) or bool(difference > 0)
