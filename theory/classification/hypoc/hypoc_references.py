r"""The Poincare distance as a reference for `lossproof conform`: two points of the ball in, their distance out.

The parameter ``curvature`` is c of the ball of curvature -c; 1/2 unless given, since at 1 a missing factor 1/sqrt(c)
does not show. The shared points lie within the unit ball, so that c up to 1 is allowed. The claims are stated at c = 1;
they carry over by ``d_c(x, y) = d_1(sqrt(c) x, sqrt(c) y)/sqrt(c)``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.classification.hypoc import hypoc_expressions as exact
from theory.engine.conformance.inputs import Batch
from theory.engine.conformance.reference import Input, Invariance, Reference, Slip

__all__ = ["DISTANCE"]

_POINTS = (
    Input("points", "ball", per_class=True, differentiated=True),
    Input("centres", "ball", per_class=True, differentiated=True),
)


def _of_points(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(point: tuple[Any, ...], centre: tuple[Any, ...], *, curvature: Any) -> Any:
        return function(point, centre=centre, curvature=curvature)

    return loss


def _distance(point: tuple[Any, ...], centre: tuple[Any, ...], *, curvature: Any) -> Any:
    """Return `hypoc_expressions.poincare_distance` as ``2 arsinh(sqrt(ratio))/sqrt(c)``: near points lose no digits."""
    import sympy

    def inside(x: tuple[Any, ...]) -> Any:
        return 1 - curvature * sympy.Add(*[entry**2 for entry in x])

    gap = sympy.Add(*[(a - b) ** 2 for a, b in zip(point, centre, strict=True)])
    root = sympy.sqrt(curvature)
    return 2 * sympy.asinh(root * sympy.sqrt(gap) / sympy.sqrt(inside(point) * inside(centre))) / root


def _exchanged(batch: Batch) -> Batch:
    return batch.replaced(points=batch.columns["centres"], centres=batch.columns["points"])


def _turned(batch: Batch) -> Batch:
    columns = {name: [(-row[1], *row[2:], row[0]) for row in column] for name, column in batch.columns.items()}
    return batch.replaced(**columns)


DISTANCE = Reference(
    paper="hypoc",
    name="distance",
    where="distance of the Poincare ball",
    says=r"\frac1{\sqrt c}\,\mathrm{arcosh}\Bigl(1+\frac{2c|x-y|^2}{(1-c|x|^2)(1-c|y|^2)}\Bigr)",
    inputs=_POINTS,
    loss=_distance,
    parameters={"curvature": Fraction(1, 2)},
    sizes=(2, 5),
    invariances=(
        Invariance("exchange", "point and centre exchanged", _exchanged),
        Invariance("rotation", "coordinates renamed and one reflected", _turned),
    ),
    slips=tuple(Slip.of(function, _of_points) for function in (
        exact.distance_without_factor_two, exact.distance_without_squares, exact.distance_without_rescaling,
        exact.distance_of_unit_ball, exact.half_distance,
    )),
    claims=(
        "hypoc.both_forms_agree",
        "hypoc.distance_is_positive",
        "hypoc.translation_is_an_isometry",
        "hypoc.triangle_inequality",
    ),
)  # fmt: skip
