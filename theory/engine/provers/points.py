"""The refuter of inequalities on boxes: rational points, then a subdivision that follows the smallest lower bound.

A witness is handed out only after the independent checker has confirmed it.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from theory.engine import checker
from theory.engine.checker.rows import value as evaluate
from theory.engine.evidence import Witness
from theory.engine.provers import balls, wording
from theory.engine.provers.program import Program
from theory.engine.provers.subdivision import Cell, is_false, split

POINTS = 200
PLAIN = 60  # points of plain numbers, which are better to read in a witness, and of very small and large ones
CELLS = 40  # a variable
_PRECISIONS = (64, 256, 1000)
_SIZES = [fmpq(1), fmpq(2), fmpq(1, 2), fmpq(3), fmpq(10), fmpq(1, 10)]
_FAR_SIZES = [*_SIZES, *[fmpq(10) ** k for k in (-8, -4, -2, 2, 4, 10)]]
_LARGE = 10  # sizes from here on are taken by themselves, not from an end on
_SHARES = [fmpq(1, 100), fmpq(1, 10), fmpq(1, 4), fmpq(1, 2), fmpq(3, 4), fmpq(9, 10), fmpq(99, 100)]  # of a width
_FAR = 60  # points come as near as 2^-60 of the width to a face


def point_witness(statement: Mapping[str, Any], point: Mapping[str, Fraction]) -> Witness:
    """Return a point at which a ``forall`` statement is known to fail as a witness, in words.

    Parameters
    ----------
    statement
        The statement's JSON.
    point
        Values by name, in the order of the domain.
    """
    terms = [statement["lhs"], statement["rhs"]]
    conditions = [side for left, _, right in statement["given"] for side in (left, right)]
    where = wording.at(point, *terms, *conditions)
    found = wording.failure(statement["relation"], sides_at(statement, point), terms)
    return Witness("point", point_data(point), f"{where} {found}".strip())


def point_data(point: Mapping[str, Fraction]) -> dict[str, Any]:
    """Return the data of a witness that is a point."""
    return {"point": {name: str(number) for name, number in point.items()}}


def sides_at(statement: Mapping[str, Any], point: Mapping[str, Fraction]) -> list[Fraction | arb]:
    """Return both sides of a ``forall`` statement at a point, exactly where they are rational, else in balls."""
    with balls.working(_PRECISIONS[1]):
        return [evaluate(statement[side], point, []) for side in ("lhs", "rhs")]


class PointSearch:
    """Search for a point at which a relation certainly fails.

    Parameters
    ----------
    statement
        The JSON of a ``forall`` statement.
    difference
        lhs - rhs, or rhs - lhs for ``<=`` and ``<``; it must be >= 0 (> 0) everywhere for the statement to hold.
    given
        The conditions, as lhs - rhs and relation.
    """

    def __init__(self, statement: Mapping[str, Any], difference: Program, given: Sequence[tuple[Program, str]]) -> None:
        self._statement, self._f, self._given = statement, difference, given
        self._domain = statement["domain"]
        self._axes = [_Axis(entry) for entry in self._domain]
        self._relation = {"<=": ">=", "<": ">"}.get(statement["relation"], statement["relation"])

    def run(self) -> Witness | None:
        """Look at vertices, plain and random points first, then follow the smallest lower bound."""
        for point in itertools.chain(self._vertices(), self._middle(), self._plain_points(), self._random_points()):
            witness = self.examine(point)
            if witness is not None:
                return witness
        return self._descend()

    def examine(self, point: Sequence[fmpq]) -> Witness | None:
        """Return a witness if the relation certainly fails at the point and the checker agrees."""
        value = balls.NAN
        for precision in _PRECISIONS:
            with balls.working(precision):
                value = self._f.value([arb(x) for x in point])
                if not value.is_finite() or value > 0 or value < 0:
                    break
        undecided = self._relation == ">" and value.contains(0)  # the checker may see that it is exactly 0
        if not (is_false(value, self._relation) or undecided):
            return None
        with balls.working(_PRECISIONS[0]):
            conditions = [(program.value([arb(x) for x in point]), relation) for program, relation in self._given]
        if any(is_false(condition, relation) for condition, relation in conditions):
            return None
        named = {entry["name"]: balls.fraction(x) for entry, x in zip(self._domain, point, strict=True)}
        try:
            checker.confirm(dict(self._statement), {"kind": "point", "data": point_data(named)})
        except checker.Rejected:
            return None
        return point_witness(self._statement, named)

    # where to look

    def _vertices(self) -> Iterator[tuple[fmpq, ...]]:
        if len(self._axes) <= 6:
            yield from itertools.product(*[axis.ends for axis in self._axes])

    def _middle(self) -> Iterator[list[fmpq]]:
        if all(axis.low is not None and axis.high is not None and not axis.integer for axis in self._axes):
            yield [(axis.low + axis.high) / 2 for axis in self._axes]

    def _plain_points(self) -> Iterator[list[fmpq]]:
        stream = random.Random(20_240_301)
        for sizes in (_SIZES, _FAR_SIZES):
            values = [axis.plain(sizes) for axis in self._axes]
            for _ in range(PLAIN):
                yield [stream.choice(known) for known in values]

    def _random_points(self) -> Iterator[list[fmpq]]:
        stream = random.Random(20_240_229)  # fixed: a verdict must not depend on luck
        for _ in range(POINTS):
            yield [axis.draw(stream) for axis in self._axes]

    def _descend(self) -> Witness | None:
        """Halve the cell with the smallest lower bound, trying its mid-point (bounded domains of reals only)."""
        if self._relation == "==" or any(axis.low is None or axis.high is None or axis.integer for axis in self._axes):
            return None
        root: Cell = tuple(((axis.low + axis.high) / 2, (axis.high - axis.low) / 2) for axis in self._axes)
        order = itertools.count()
        queue = [(float("-inf"), next(order), root)]
        for _ in range(CELLS * len(root)):
            bound, _, cell = heapq.heappop(queue)
            if bound > 0:  # every cell left is shown to satisfy the relation
                return None
            for half in split(cell, self._steepest(cell)):
                bound, centre = self._bound(half)
                suspect = centre < 0 or (self._relation == ">" and not centre > 0)
                witness = self.examine([mid for mid, _ in half]) if suspect else None
                if witness is not None:
                    return witness
                heapq.heappush(queue, (bound, next(order), half))
        return None

    def _steepest(self, cell: Cell) -> int:
        with balls.working(_PRECISIONS[0]):
            _, slopes = self._f.gradient([arb(mid) for mid, _ in cell])
        weights = [
            0.0 if s is None or not s.is_finite() else abs(float(s)) * float(r)
            for s, (_, r) in zip(slopes, cell, strict=True)
        ]
        best = max(range(len(cell)), key=weights.__getitem__)
        return best if weights[best] > 0 else max(range(len(cell)), key=lambda axis: float(cell[axis][1]))

    def _bound(self, cell: Cell) -> tuple[float, arb]:
        """Return the lower bound that orders the queue, and the value at the centre."""
        with balls.working(_PRECISIONS[0]):
            box = [arb(mid, radius) for mid, radius in cell]
            if any(is_false(program.value(box), relation) for program, relation in self._given):
                return float("inf"), arb(0)
            centre = self._f.value([arb(mid) for mid, _ in cell])
            value = self._f.value(box)
        return (float(value.lower()) if value.is_finite() else float("-inf")), centre


class _Axis:
    """One variable's range, and how points are drawn from it."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.integer: bool = entry["integer"]
        self.low, self.high = _end(entry["low"]), _end(entry["high"])
        self.ends: list[fmpq] = []
        for end, inward in ((self.low, 1), (self.high, -1)):
            closed = entry["low_closed" if inward == 1 else "high_closed"]
            if end is not None and self.integer:
                whole = fmpq(end.ceil() if inward == 1 else end.floor())
                self.ends.append(whole if closed or whole != end else whole + inward)
            elif end is not None and closed:
                self.ends.append(end)

    def plain(self, sizes: Sequence[fmpq]) -> list[fmpq]:
        """Return some numbers of the range that are short to write, as far as its ends are."""
        if self.low is not None and self.high is not None:
            inner = [self.low + (self.high - self.low) * share for share in _SHARES]
        elif self.low is not None or self.high is not None:
            sign, end = (1, self.low) if self.high is None else (-1, self.high)
            inner = [sign * size if size >= max(_LARGE, sign * end + 1) else end + sign * size for size in sizes]
        else:
            inner = [fmpq(0), *sizes, *[-size for size in sizes]]
        return self.ends + [value for value in inner if value.q == 1 or not self.integer]

    def draw(self, stream: random.Random) -> fmpq:
        """Draw a rational: some evenly, most log-spaced towards an end, an end itself now and then."""
        kind = stream.random()
        if kind > 0.93 and self.ends:
            return stream.choice(self.ends)
        value = self._unbounded(stream) if self.low is None or self.high is None else self._bounded(kind, stream)
        if not self.integer:
            return value
        value = fmpq((value + fmpq(1, 2)).floor())
        low, high = (self.ends[0] if self.low is not None else None), (self.ends[-1] if self.high is not None else None)
        return low if low is not None and value < low else high if high is not None and value > high else value

    def _bounded(self, kind: float, stream: random.Random) -> fmpq:
        width = self.high - self.low
        if kind < 1 / 3:
            return self.low + width * fmpq(stream.randint(1, 4095), 4096)
        depth = stream.randint(1, _FAR if kind < 1 / 2 else 9)
        offset = width * fmpq(stream.randint(512, 1023), 1024 << depth)
        return self.low + offset if stream.random() < 1 / 2 else self.high - offset

    def _unbounded(self, stream: random.Random) -> fmpq:
        exponent = stream.randint(-20, 40)
        size = fmpq(stream.randint(513, 1024) << max(exponent, 0), 1024 << max(-exponent, 0))
        if self.low is not None or self.high is not None:
            return self.low + size if self.low is not None else self.high - size
        return size if stream.random() < 1 / 2 else -size


def _end(text: str | None) -> Any:
    return None if text is None else balls.rational(Fraction(text))
