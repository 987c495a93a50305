"""Certificates of inequalities on boxes (kind ``"boxes"``) and witnesses against them (kind ``"point"``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise, product
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from theory.engine.checker import Rejected
from theory.engine.checker.tails import without_tails
from theory.engine.checker.terms import Tape

Cell = dict[str, tuple[fmpq, fmpq]]

_EXTRA_DEPTH = 12  # halvings of a leaf: this arithmetic differs from the finder's
_MOST_SYMBOLS = 400_000
_MOST_DEPTH = 500
_PRECISIONS = (64, 256, 1024)
_RATIONAL = re.compile(r"-?[0-9]{1,5000}(/[0-9]{1,5000})?")
_ORDERS = {">=": False, ">": True, "<=": False, "<": True}


@contextmanager
def working(precision: int, terms: int) -> Iterator[None]:
    """Set python-flint's precision and series length, and restore both."""
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = precision, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def rational(text: Any) -> fmpq:
    """Read ``"p/q"``."""
    if not isinstance(text, str) or not _RATIONAL.fullmatch(text):
        raise Rejected(f"not a rational: {str(text)[:40]!r}")
    p, _, q = text.partition("/")
    if q and int(q) == 0:
        raise Rejected(f"the denominator of {text[:40]!r} is zero")
    return fmpq(int(p), int(q or 1))


class Inequality:
    """A relation over a box as ``difference >= 0`` or ``> 0``, read from the statement's JSON alone."""

    def __init__(self, statement: Mapping[str, Any]) -> None:
        if statement.get("kind") != "forall":
            raise Rejected(f"a statement of kind {statement.get('kind')!r} is no inequality on a box")
        self.ranges = {entry["name"]: entry for entry in statement["domain"]}
        self.names = list(self.ranges)
        self.relation = statement["relation"]
        self.strict = _ORDERS.get(self.relation, False)
        self.tape = Tape(self.ranges)
        left, right = self.tape.add(statement["lhs"]), self.tape.add(statement["rhs"])
        self.difference = self.tape.minus(*((right, left) if self.relation in ("<=", "<") else (left, right)))
        conditions = [
            (self.tape.add(left), relation, self.tape.add(right)) for left, relation, right in statement["given"]
        ]
        self.given = [(self.tape.minus(left, right), relation) for left, relation, right in conditions]

    def at(self, point: Mapping[str, fmpq]) -> list[Any]:
        """Evaluate at an exact point."""
        return self.tape.values(
            {name: arb(x) for name, x in point.items()}, {name: (x, x) for name, x in point.items()}
        )


def check_boxes(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Walk the tree of cells; every leaf must be closed by this module's own tests, whatever its letter says."""
    problem = Inequality(without_tails(statement, data["tails"]))
    if problem.relation not in _ORDERS:
        raise Rejected(f"a tree of boxes shows no {problem.relation!r}")
    tree, precision = data["tree"], data["precision"]
    if not (
        isinstance(tree, str)
        and 0 < len(tree) <= _MOST_SYMBOLS
        and isinstance(precision, int)
        and 30 <= precision <= 2000
    ):
        raise Rejected("the tree must be a string of at most 400,000 symbols, the precision 30 to 2,000 bits")
    faces = [_Face(problem, entry) for entry in data["zeros"]]
    if data["assumes"] != [face.assumption() for face in faces]:
        raise Rejected("the certificate does not name the assumptions that it rests on")
    work = [3 * len(tree) + 5000]
    with working(precision, max([face.length for face in faces], default=2)):
        for face in faces:
            face.check_lower_orders()
        stack, position = [(cell, 0) for cell in _pieces(problem, data["cuts"])[::-1]], 0
        while stack:
            if position == len(tree):
                raise Rejected("the tree ends before it covers the box")
            (cell, depth), symbol = stack.pop(), tree[position]
            position += 1
            if symbol.isascii() and symbol.isdigit():
                if int(symbol) >= len(problem.names):
                    raise Rejected(f"the tree splits variable {symbol}; there are {len(problem.names)}")
                if depth == _MOST_DEPTH:
                    raise Rejected(f"the tree is deeper than {_MOST_DEPTH} levels")
                stack.extend((half, depth + 1) for half in halve(cell, problem.names[int(symbol)])[::-1])
            else:
                _close(problem, faces, cell, _EXTRA_DEPTH, work)
    if position != len(tree):
        raise Rejected("symbols follow after the tree has covered the box")


def _pieces(problem: Inequality, cuts: Any) -> list[Cell]:
    """Return the boxes that the cuts make of the closed domain, last variable fastest."""
    if not isinstance(cuts, list) or len(cuts) != len(problem.names):
        raise Rejected("cuts must name a list of points for each variable")
    sides = []
    for entry, inner in zip(problem.ranges.values(), cuts, strict=True):
        if entry["low"] is None or entry["high"] is None:
            raise Rejected(f"the range of {entry['name']} is unbounded")
        marks = [rational(entry["low"]), *map(rational, inner), rational(entry["high"])]
        if any(a > b or (a == b and len(marks) > 2) for a, b in pairwise(marks)):
            raise Rejected(f"the cuts of {entry['name']} do not increase inside its range")
        sides.append(list(pairwise(marks)))
    return [dict(zip(problem.names, choice, strict=True)) for choice in product(*sides)]


def halve(cell: Cell, name: str) -> tuple[Cell, Cell]:
    """Halve a cell at the middle of one variable."""
    low, high = cell[name]
    return {**cell, name: (low, (low + high) / 2)}, {**cell, name: ((low + high) / 2, high)}


def _close(problem: Inequality, faces: list[_Face], cell: Cell, depth: int, work: list[int]) -> None:
    work[0] -= 1
    axis = _unclosed(problem, faces, cell)
    if axis is None:
        return
    if depth == 0 or work[0] < 0 or cell[axis][0] == cell[axis][1]:
        text = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in cell.items())
        raise Rejected(f"the relation is not shown on {text}")
    for half in halve(cell, axis):
        _close(problem, faces, half, depth - 1, work)


def _unclosed(problem: Inequality, faces: list[_Face], cell: Cell) -> str | None:
    """Return None if the relation is shown on the cell, or else the variable to halve."""
    tape, top = problem.tape, problem.difference
    box = {name: ball(low, high) for name, (low, high) in cell.items()}
    values = tape.values(box, cell)
    if any(_is_false(values[place], relation) for place, relation in problem.given):
        return None
    for face in faces:
        low, high = cell[face.name]
        if low <= face.at <= high and low < high:
            return face.unclosed(cell, box)
    if _holds(problem, values[top]):
        return None
    exact = tape.span(top, cell)
    if exact is not None and (exact[0] > 0 or (exact[0] >= 0 and not problem.strict)):
        return None
    slopes = tape.slopes(top, values, cell)
    if values[top].is_finite() and all(slope.is_finite() for slope in slopes.values()):
        point, spread = corner(cell, slopes)
        centre = problem.at(point)[top]
        if _holds(problem, centre + spread) or (centre > 0 and _holds(problem, _second_order(problem, cell, box))):
            return None
    else:
        slopes = dict.fromkeys(cell, arb(1))
    return max(cell, key=lambda name: float(cell[name][1] - cell[name][0]) * float(abs(slopes[name]).upper()))


def _holds(problem: Inequality, value: arb) -> bool:
    return bool(value > 0) or (not problem.strict and bool(value >= 0))


def _second_order(problem: Inequality, cell: Cell, box: Mapping[str, arb]) -> arb:
    """Enclose by ``f + f' h + h' H h / 2`` about the mid-point, the rows of H from series of length 2."""
    tape, top = problem.tape, problem.difference
    middle = {name: (low + high) / 2 for name, (low, high) in cell.items()}
    values = problem.at(middle)
    slopes = tape.slopes(top, values, {name: (x, x) for name, x in middle.items()})
    radii = {name: (high - low) / 2 for name, (low, high) in cell.items()}
    total = values[top] + sum((slopes[name] * arb(0, radius) for name, radius in radii.items()), arb(0))
    for i, name in enumerate(problem.names):
        series = {**box, name: arb_series([box[name], 1], 2)}
        row = tape.slopes(top, tape.values(series, cell), cell)
        for other in problem.names[: i + 1]:
            if isinstance(row[other], arb_series):
                square = (
                    arb(0, radii[name] * radii[other]) if other != name else arb(0).union(arb(radii[name] ** 2)) / 2
                )
                total = total + row[other][1] * square
    return total


def corner(cell: Cell, slopes: Mapping[str, arb]) -> tuple[dict[str, fmpq], arb]:
    """Return the point of a mean-value form (the lowest corner of monotone variables) and the spread about it."""
    point, spread = {}, arb(0)
    for name, (low, high) in cell.items():
        slope_here = slopes[name]
        point[name] = low if slope_here >= 0 else high if slope_here <= 0 else (low + high) / 2
        if not (slope_here >= 0 or slope_here <= 0):
            spread = spread + slope_here * arb(0, (high - low) / 2)
    return point, spread


class _Face:
    """A face ``x = z`` on which the difference vanishes to order k: ``difference / (x - z)^k`` is bounded instead."""

    def __init__(self, problem: Inequality, entry: Mapping[str, Any]) -> None:
        self.problem, self.name, self.at = problem, entry["name"], rational(entry["at"])
        self.order, self.length = entry["order"], entry["terms"] + 1
        if self.name not in problem.ranges or not (0 < self.order < self.length <= 40):
            raise Rejected(f"no zero of order {self.order} at {self.name}")

    def assumption(self) -> str:
        return f"lhs - rhs vanishes at {self.name} = {self.at} to order {self.order} (shown by the prover only)"

    def check_lower_orders(self) -> None:
        """Coefficients below the order must vanish numerically, at points inside; that they do exactly is assumed."""
        ranges = self.problem.ranges.values()
        for share in (fmpq(1, 3), fmpq(7, 10)):
            point = {e["name"]: rational(e["low"]) * (1 - share) + rational(e["high"]) * share for e in ranges} | {
                self.name: self.at
            }
            with working(512, self.length):
                box = {name: arb(x) for name, x in point.items()}
                series = self._series(box, {name: (x, x) for name, x in point.items()}, arb(self.at))[
                    self.problem.difference
                ]
                values = [series[j] for j in range(self.order)]
            if not all(value.contains(0) and abs(value) < fmpq(1, 2**300) for value in values):
                raise Rejected(f"lhs - rhs does not vanish at {self.name} = {self.at} to order {self.order}")

    def _series(self, values: Mapping[str, arb], cell: Cell, start: arb) -> list[Any]:
        return self.problem.tape.values({**values, self.name: arb_series([start, 1], self.length)}, cell)

    def unclosed(self, cell: Cell, box: Mapping[str, arb]) -> str | None:
        low, high = cell[self.name]
        if low < self.at < high:
            return self.name
        if self.problem.strict and not self._is_excluded():
            raise Rejected(f"a strict relation fails at {self.name} = {self.at}, which is in the domain")
        tape, top = self.problem.tape, self.problem.difference
        step, sign = ball(low - self.at, high - self.at), (-1 if high == self.at and self.order % 2 else 1)
        at, others = (self.at, self.at), {n: (a + b) / 2 for n, (a, b) in cell.items() if n != self.name}
        middle, thin = {n: arb(x) for n, x in others.items()}, {n: (x, x) for n, x in others.items()}
        head = self._series(middle, {**thin, self.name: at}, arb(self.at))
        tail = self._series(middle, {**thin, self.name: cell[self.name]}, box[self.name])
        total = self._divided(head[top], tail[top], step)
        weights = {self.name: float(total.rad())}
        cells = {**cell, self.name: at}, cell
        heads = tape.slopes(top, self._series(box, cells[0], arb(self.at)), cells[0]) if others else {}
        tails = tape.slopes(top, self._series(box, cells[1], box[self.name]), cells[1]) if others else {}
        for name in others:
            slope, radius = self._divided(heads[name], tails[name], step), (cell[name][1] - cell[name][0]) / 2
            total = total + slope * arb(0, radius)
            weights[name] = float(abs(slope).upper()) * float(radius)
        if total * sign > 0:
            return None
        if not all(weight < float("inf") for weight in weights.values()):
            return max(cell, key=lambda name: float(cell[name][1] - cell[name][0]))
        return max(weights, key=weights.__getitem__)

    def _divided(self, start: Any, rest: Any, step: arb) -> arb:
        """Enclose ``sum_(j >= order) c_j step^(j - order)``, the last coefficient taken over the whole cell."""
        if not isinstance(start, arb_series):
            return arb(0) if start == 0 else arb.nan()
        if not all(start[j].is_finite() and rest[j].is_finite() for j in range(self.order)):
            return arb.nan()
        result = rest[self.length - 1]
        for j in range(self.length - 2, self.order - 1, -1):
            result = result * step + start[j]
        return result

    def _is_excluded(self) -> bool:
        entry = self.problem.ranges[self.name]
        return any(rational(entry[end]) == self.at and not entry[f"{end}_closed"] for end in ("low", "high"))


def ball(low: fmpq, high: fmpq) -> arb:
    """Return a ball that holds the interval."""
    return arb((low + high) / 2, (high - low) / 2)


def _is_false(difference: arb, relation: str) -> bool:
    """Whether ``difference relation 0`` is certainly false."""
    below = difference < 0 or (relation == ">" and difference <= 0)
    above = difference > 0 or (relation == "<" and difference >= 0)
    return bool({">=": below, ">": below, "<=": above, "<": above, "==": difference < 0 or difference > 0}[relation])


def confirm_point(statement: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Evaluate at the point: it must lie in the domain, satisfy every condition, and certainly break the relation."""
    problem = Inequality(statement)
    if set(data["point"]) != set(problem.names):
        raise Rejected(f"the point must name {', '.join(problem.names)}")
    point = {name: rational(text) for name, text in data["point"].items()}
    for name, entry in problem.ranges.items():
        x, low, high = point[name], entry["low"], entry["high"]
        below = low is not None and (x < rational(low) or (x == rational(low) and not entry["low_closed"]))
        above = high is not None and (x > rational(high) or (x == rational(high) and not entry["high_closed"]))
        if below or above or (entry["integer"] and x.q != 1):
            raise Rejected(f"{name} = {x} is not in the domain")
    for place, relation in problem.given:
        if not _decide(problem, place, point, _NEGATION[relation]):
            raise Rejected("a condition of the statement is not shown at the point")
    relation = {"<=": ">=", "<": ">"}.get(problem.relation, problem.relation)  # the difference is oriented already
    if not _decide(problem, problem.difference, point, relation):
        raise Rejected("the relation is not shown to fail at the point")


_NEGATION = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "==": "!="}


def _decide(problem: Inequality, place: int, point: Mapping[str, fmpq], relation: str) -> bool:
    """Whether ``difference relation 0`` is certainly false at the point, exactly if the difference is a polynomial."""
    exact = problem.tape.span(place, {name: (x, x) for name, x in point.items()})
    if exact is not None:
        zero = exact[0] == 0
        above = exact[0] > 0
        return not {
            ">=": above or zero,
            ">": above,
            "<=": not above,
            "<": not (above or zero),
            "==": zero,
            "!=": not zero,
        }[relation]
    for precision in _PRECISIONS:
        with working(precision, 2):
            if relation != "!=" and _is_false(problem.at(point)[place], relation):
                return True
    return False
