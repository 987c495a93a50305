"""Two-sided rigorous bounds on the infimum of a function of one variable over an interval or a half-line."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from theory.classification.analysis.intervals import INFINITY, Dual, Interval, add, enclose, multiply, negate

Evaluator = Callable[[Interval], Dual]


@dataclass(frozen=True)
class Infimum:
    """An enclosure of an infimum.

    Attributes
    ----------
    value
        The infimum lies in it.
    point
        Where the upper end was found; None if the function could be enclosed nowhere.
    cells
        How many cells were looked at.
    worst
        The cell that holds the lower end back.
    """

    value: Interval
    point: Fraction | None
    cells: int
    worst: Interval

    @property
    def width(self) -> float:
        return float(self.value.high) - float(self.value.low)


def _exact(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _middle(cell: Interval) -> arb:
    if cell.high == INFINITY:
        return (cell.low + abs(cell.low) + 1).mid()  # half-lines are cut geometrically
    return ((cell.low + cell.high) / 2).mid()


def _lower_bound(function: Evaluator, cell: Interval, convex: bool) -> arb:
    """Return the best of the natural, the mean-value and, of a convex function, the tangent lower bound."""
    value, slope = function(cell)
    best = value.low
    if convex:
        point = cell.low if cell.high == INFINITY else _middle(cell)
        height, tangent = function(Interval(point, point))
        line = add(height, multiply(tangent, add(cell, Interval(-point, -point)))).low
        best = max(best, line)
    if slope.low >= 0:  # non-decreasing: the left end is the minimum
        left = function(Interval(cell.low, cell.low))[0].low
        best = max(best, left)
    elif slope.high <= 0 and cell.high != INFINITY:
        right = function(Interval(cell.high, cell.high))[0].low
        best = max(best, right)
    elif cell.high != INFINITY:
        middle = _middle(cell)
        centre = function(Interval(middle, middle))[0]
        offset = add(cell, Interval(-middle, -middle))
        mean_value = add(centre, multiply(slope, offset)).low
        best = max(best, mean_value)
    return best


def infimum(
    function: Evaluator,
    low: Fraction,
    high: Fraction | None,
    *,
    convex: bool = False,
    tolerance: float = 1e-12,
    cells: int = 1500,
    deadline: float = math.inf,
) -> Infimum:
    """Enclose the infimum over [low, high], or over [low, infinity) if ``high`` is None.

    Best-first subdivision: the lower end is the least lower bound of all cells, the last of which is the tail
    [V, infinity), enclosed like any other cell by interval arithmetic with an infinite end; the upper end is a value at
    a point. Stops when the two are within ``tolerance`` (relative to the value), or the cells are spent, or
    `time.monotonic` is past ``deadline``: the enclosure is then wide, never wrong. ``convex`` asserts that the function
    is convex, which adds tangent bounds: the one at the start of the tail bounds it wherever the function no longer
    falls there.

    Examples
    --------
    >>> from theory.classification.analysis.intervals import compile_term
    >>> found = infimum(compile_term(["+", "u", ["exp", ["*", -1, "u"]]]), Fraction(0), None)
    >>> float(found.value.low) <= 1 <= float(found.value.high), found.width < 1e-11
    (True, True)
    """
    left, right = enclose(low), Interval(INFINITY, INFINITY) if high is None else enclose(high)
    start = Interval(left.low, right.high)
    search = _Search(function, convex, inside=Interval(left.high, right.low))
    search.visit(start, ends=True)
    while True:
        _, _, lowest, worst = search.heap[0]
        spread = float(search.upper) - float(lowest)
        close = spread <= tolerance * max(1.0, abs(float(search.upper))) / 2
        if close or search.cells >= cells or time.monotonic() > deadline or _too_small(worst):
            break
        heapq.heappop(search.heap)
        middle = _middle(worst)
        search.visit(Interval(worst.low, middle))
        search.visit(Interval(middle, worst.high))
    lower = search.upper
    for _, _, bound, _ in search.heap:  # the heap is ordered by doubles, which may round two bounds to one
        lower = min(lower, bound)
    point = None if search.point is None else _exact(search.point)
    return Infimum(Interval(lower, search.upper), point, search.cells, worst)


class _Search:
    """Cells that may hold the infimum, and the best value found so far."""

    def __init__(self, function: Evaluator, convex: bool, inside: Interval) -> None:
        self.function, self.convex = function, convex
        self.inside = inside  # ends that were rounded outwards are not points of the domain
        self.heap: list[tuple[float, int, arb, Interval]] = []
        self.upper: arb = INFINITY
        self.point: arb | None = None
        self.cells = 0

    def visit(self, cell: Interval, *, ends: bool = False) -> None:
        """Look at one cell: try points of it, and keep it unless it lies above the best value."""
        self.cells += 1
        points = [cell.low, _middle(cell)]
        if ends:
            points += [end for end in self.inside if end != INFINITY]
        for point in points:
            if not self.inside.low <= point <= self.inside.high:
                continue
            value = self.function(Interval(point, point))[0].high
            if value < self.upper:
                self.upper, self.point = value, point
        bound = _lower_bound(self.function, cell, self.convex)
        if not bound > self.upper:  # the cell of the best point always stays, so that the heap is never empty
            heapq.heappush(self.heap, (float(bound), self.cells, bound, cell))


def _too_small(cell: Interval) -> bool:
    if cell.high == INFINITY:
        return bool(cell.low > arb(2) ** 200)
    return bool(cell.high - cell.low < arb(2) ** -60 * (1 + abs(cell.low)))


def mirrored(function: Evaluator) -> Evaluator:
    """Return v -> f(-v)."""

    def evaluate(v: Interval) -> Dual:
        value, slope = function(negate(v))
        return value, negate(slope)

    return evaluate


def weighted(first: Evaluator, second: Evaluator, weight: Fraction) -> Evaluator:
    """Return weight*first + (1-weight)*second; a weight of 0 drops its term, whatever its value."""
    if weight in (0, 1):
        return first if weight == 1 else second
    a, b = enclose(weight), enclose(1 - weight)

    def evaluate(v: Interval) -> Dual:
        (x, dx), (y, dy) = first(v), second(v)
        return add(multiply(a, x), multiply(b, y)), add(multiply(a, dx), multiply(b, dy))

    return evaluate
