"""The central path of an exponential cone program, followed by damped Newton steps in several hundred bits.

The objective plus ``mu`` times the logarithmic barrier of all inequalities and cones is minimised for falling ``mu``.
The barrier is self-concordant, so that damped steps never leave the feasible set; near a minimiser the Newton step
gives multipliers that satisfy the dual equations and lie inside the dual cone, and the gap is about ``mu`` times the
barrier's parameter. Nothing here is rigorous: points and multipliers are rounded to rationals and checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, fmpq

from theory.engine.statements.epigraph import Form

Local = tuple[list[arb], list[list[arb]]]  # gradient and Hessian of the barrier of one inequality or cone

_STEPS = 400  # Newton steps for one weight of the barrier
_SETTLED = arb(2) ** -24  # squared Newton decrement at a centre
_NEAR = arb(2) ** -4  # squared decrement below which full steps converge quadratically
_FALL = 10  # of the weight, from one centre to the next
_FARTHEST = 2**20  # a first feasible point is looked for within this distance
_INSIDE = (-1, 1, 1)  # a point inside the cone
_LEAST_RELAXATION = Fraction(1, 10**9)
_ZERO = arb(0)


class NotSettled(Exception):
    """Newton's method found no centre: the set has no interior, or the objective no minimum that is attained inside."""


@dataclass(frozen=True)
class Centre:
    """A point near the central path.

    Attributes
    ----------
    weight
        The weight mu of the barrier.
    point
        Value of each unknown.
    inequalities, cones
        Multipliers of the inequalities, and triples of multipliers of the cones.
    """

    weight: Fraction
    point: list[arb]
    inequalities: list[arb]
    cones: list[list[arb]]


class Barrier:
    """Minimise ``cost`` where ``inequalities >= 0`` and triples lie in the exponential cone; no equalities.

    Parameters
    ----------
    unknowns
        Keys of the unknowns.
    cost, inequalities, cones
        Affine forms in them, cones as triples (x, y, z) with ``y exp(x/y) <= z``.
    """

    def __init__(
        self, unknowns: Sequence[Any], cost: Form, inequalities: Sequence[Form], cones: Sequence[Sequence[Form]]
    ) -> None:
        self._size = len(unknowns)
        place = {key: number for number, key in enumerate(unknowns)}
        self._cost = [_ball(cost.get(key, Fraction(0))) for key in unknowns]
        groups = [*([form] for form in inequalities), *cones]
        self._groups = [[_compiled(form, place) for form in group] for group in groups]
        self._inequalities = len(inequalities)

    def contains(self, point: Sequence[arb]) -> bool:
        """Whether a point is seen to be strictly inside."""
        return all(_inside(_values(group, point)) for group in self._groups)

    def centres(self, start: Sequence[arb], *, last: Fraction) -> Iterator[Centre]:
        """Yield centres for falling weights, from 1 down to ``last``.

        Where no centre is found the last point is yielded first: it is feasible, and may be far down an objective
        that has no minimum.

        Raises
        ------
        NotSettled
            If Newton's method does not converge.
        """
        weight, point = Fraction(1), list(start)
        while weight >= last:
            settled = False
            for centre, decrement in self.approach(point, weight):
                point, settled = centre.point, bool(decrement < _SETTLED)
                if settled or not decrement.is_finite():
                    break
            yield centre
            if not settled:
                raise NotSettled(f"no centre was found at weight {float(weight):.0e}")
            weight /= _FALL

    def approach(self, start: Sequence[arb], weight: Fraction) -> Iterator[tuple[Centre, arb]]:
        """Yield the points of damped Newton steps, with the squared Newton decrement there."""
        point, split = list(start), self._inequalities
        for _ in range(_STEPS):
            local = [_derivatives(_values(group, point)) for group in self._groups]
            direction, decrement = self._newton(local, weight)
            duals = self._multipliers(local, direction, weight)
            yield Centre(weight, point, [group[0] for group in duals[:split]], duals[split:]), decrement
            factor = arb(1) if decrement < _NEAR else 1 / (1 + decrement.sqrt())
            point = [(x + factor * d).mid() for x, d in zip(point, direction, strict=True)]

    def _newton(self, local: Sequence[Local], weight: Fraction) -> tuple[list[arb], arb]:
        """Return the Newton direction and its squared decrement."""
        gradient = [c / _ball(weight) for c in self._cost]
        hessian = [[_ZERO] * self._size for _ in range(self._size)]
        for group, (slope, curvature) in zip(self._groups, local, strict=True):
            for a, left in enumerate(group):
                for i, x in left.entries:
                    gradient[i] += x * slope[a]
                    for b, right in enumerate(group):
                        for j, y in right.entries:
                            hessian[i][j] += x * curvature[a][b] * y
        try:
            solved = arb_mat(hessian).solve(arb_mat([[-g] for g in gradient]))
        except ZeroDivisionError as error:
            raise NotSettled("the feasible set holds a line, or the working precision is spent") from error
        direction = [solved[i, 0].mid() for i in range(self._size)]
        return direction, -sum((g * d for g, d in zip(gradient, direction, strict=True)), _ZERO)

    def _multipliers(self, local: Sequence[Local], direction: list[arb], weight: Fraction) -> list[list[arb]]:
        """Return minus the weight times the barrier's gradient at the end of the step, to first order."""
        result, scale = [], -_ball(weight)
        for group, (slope, curvature) in zip(self._groups, local, strict=True):
            moved = [sum((y * direction[j] for j, y in form.entries), _ZERO) for form in group]
            changes = [sum((h * m for h, m in zip(row, moved, strict=True)), _ZERO) for row in curvature]
            result.append([(scale * (s + change)).mid() for s, change in zip(slope, changes, strict=True)])
        return result


def interior(
    unknowns: Sequence[Any], inequalities: Sequence[Form], cones: Sequence[Sequence[Form]]
) -> list[arb] | None:
    """Return a strictly feasible point, or None if none is found.

    All forms are relaxed by a multiple of a point inside, and that multiple is minimised until it is negative.
    """
    relaxed = len(unknowns)  # unknowns are numbered here, and the multiple is the last of them
    keys = range(relaxed + 1)
    number: dict[Any, Any] = {key: place for place, key in enumerate(unknowns)} | {"": ""}

    def renamed(form: Form, share: int) -> Form:
        return {number[key]: value for key, value in form.items()} | {relaxed: Fraction(share)}

    bounds: list[Form] = [{relaxed: Fraction(1), "": Fraction(1)}]
    for key in keys[:-1]:
        bounds += [{key: Fraction(sign), "": Fraction(_FARTHEST)} for sign in (1, -1)]
    widened = [renamed(form, 1) for form in inequalities] + bounds
    triples = [[renamed(form, share) for form, share in zip(triple, _INSIDE, strict=True)] for triple in cones]
    barrier = Barrier(keys, {relaxed: Fraction(1)}, widened, triples)
    start = [_ZERO] * len(unknowns)
    size = next((arb(2) ** power for power in range(200) if barrier.contains([*start, arb(2) ** power])), None)
    if size is None:
        return None
    try:
        for centre in barrier.centres([*start, size], last=_LEAST_RELAXATION):
            if centre.point[-1] < 0:
                return centre.point[:-1]
    except NotSettled:
        return None
    return None


@dataclass(frozen=True)
class _Compiled:
    """An affine form in balls: the constant, and place and coefficient of each unknown."""

    constant: arb
    entries: list[tuple[int, arb]]


def _compiled(form: Form, place: Mapping[Any, int]) -> _Compiled:
    entries = [(place[key], _ball(value)) for key, value in form.items() if key != ""]
    return _Compiled(_ball(form.get("", Fraction(0))), entries)


def _values(group: Sequence[_Compiled], point: Sequence[arb]) -> list[arb]:
    return [(form.constant + sum((y * point[j] for j, y in form.entries), _ZERO)).mid() for form in group]


def _inside(values: Sequence[arb]) -> bool:
    if len(values) == 1:
        return bool(values[0] > 0)
    x, y, z = values
    return bool(y > 0 and z > 0 and y * (z / y).log() - x > 0)


def _derivatives(values: Sequence[arb]) -> Local:
    """Return gradient and Hessian of ``-log v``, or of the cone's barrier ``-log(y log(z/y) - x) - log y - log z``."""
    if len(values) == 1:
        inverse = 1 / values[0]
        return [-inverse], [[inverse * inverse]]
    x, y, z = values
    logarithm = (z / y).log()
    depth = y * logarithm - x
    slope = [arb(-1) / depth, (logarithm - 1) / depth, y / z / depth]  # of log depth
    gradient = [-slope[0], -slope[1] - 1 / y, -slope[2] - 1 / z]
    hessian = [[a * b for b in slope] for a in slope]
    hessian[1][1] += 1 / (y * depth) + 1 / (y * y)
    hessian[1][2] -= 1 / (z * depth)
    hessian[2][1] -= 1 / (z * depth)
    hessian[2][2] += y / (z * z * depth) + 1 / (z * z)
    return gradient, hessian


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))
