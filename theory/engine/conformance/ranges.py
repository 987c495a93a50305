"""Where an implementation stays right: the sizes of inputs and parameters, in float16, float32 and float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from theory.engine.conformance.cases import make
from theory.engine.conformance.checks import TOLERANCE, Comparison
from theory.engine.conformance.findings import AGREES, DIFFERS, LIMITED, SKIPPED, Finding
from theory.engine.conformance.implementation import Failed
from theory.engine.conformance.inputs import Batch

_LARGEST = {"float16": 12, "float32": 120, "float64": 1016}  # powers of two that leave room for sums of the inputs
_SMALLEST = {"float16": -9, "float32": -60, "float64": -500}
_SLACK = 16  # roundings of inputs and intermediate results, in units of the last place of the largest of them
_USUAL = {"float16": 0, "float32": 4, "float64": 4}  # powers that are met in practice: failing there is being wrong
_BASE = 4  # what the shared scores stay below
_BALL = 0.25  # and the coordinates of shared points of the ball


def sizes(comparison: Comparison, dtype: str) -> Finding:
    """Return between which sizes of the scores values and gradients stay right in a dtype."""
    reference = comparison.implementation.reference
    reals = [item.name for item in reference.inputs if item.kind == "real"]
    points = [item.name for item in reference.inputs if item.kind == "ball"]
    if not reals and not points and any(item.kind == "probability" and not item.per_class for item in reference.inputs):
        return _near_the_ends(comparison, dtype)
    base = make(reference)
    try:
        fault = _fault(comparison, base, dtype)
    except Failed as failure:
        return Finding(dtype, SKIPPED, str(failure))
    if fault:
        return Finding(dtype, DIFFERS, fault)
    if not reals and not points:
        return Finding(dtype, AGREES, "right on the shared tensors; sizes of such inputs are not tried")
    if points:
        return _towards_the_centre(comparison, base, points, dtype)
    large, above = _reach(comparison, base, reals, dtype, _upwards(dtype))
    small, below = _reach(comparison, base, reals, dtype, _downwards(dtype))
    detail = f"right for scores between {_BASE * 2.0**small:.3g} and {_BASE * 2.0**large:.3g} in size"
    if not above and not below:
        return Finding(dtype, AGREES, f"{detail}, all that were tried")
    met = large < _USUAL[dtype] or small > -_USUAL[dtype]
    return Finding(dtype, DIFFERS if met else LIMITED, "; ".join(filter(None, (detail, above, below))))


def _upwards(dtype: str) -> Iterator[int]:
    yield from range(1, 12)
    yield from range(12, _LARGEST[dtype], 12 if dtype == "float32" else 83)
    yield _LARGEST[dtype]


def _downwards(dtype: str) -> Iterator[int]:
    yield from range(-1, -10, -1)
    yield from range(-10, max(-40, _SMALLEST[dtype]), -5)  # where squares and roots lose half of the digits
    yield from range(-40, _SMALLEST[dtype], -10 if dtype == "float32" else -70)
    yield _SMALLEST[dtype]


def _reach(
    comparison: Comparison, base: Batch, names: Sequence[str], dtype: str, tried: Iterator[int], below: float = _BASE
) -> tuple[int, str]:
    """Return the last power of two, and what is wrong at the next one, "" if there is none.

    ``below`` is what the inputs of the base batch stay below.
    """
    good = 0
    for power in tried:
        try:
            fault = _fault(comparison, _scaled(base, names, power), dtype)
        except Failed as failure:
            fault = str(failure)
        if fault:
            return good, f"at {below * 2.0**power:.3g} {fault}"
        good = power
    return good, ""


def _towards_the_centre(comparison: Comparison, base: Batch, points: Sequence[str], dtype: str) -> Finding:
    """The same for points of a ball, all moved towards its centre, hence towards each other."""
    small, below = _reach(comparison, base, points, dtype, _downwards(dtype), below=_BALL)
    detail = f"right for coordinates between {_BALL * 2.0**small:.3g} and {_BALL:.3g} in size"
    if not below:
        return Finding(dtype, AGREES, f"{detail}, all that were tried")
    return Finding(dtype, DIFFERS if small > -_USUAL[dtype] else LIMITED, f"{detail}; {below}")


def _near_the_ends(comparison: Comparison, dtype: str) -> Finding:
    """The same for probabilities: how near to 0 and 1."""
    reference = comparison.implementation.reference
    base = make(reference)
    item = next(item for item in reference.inputs if item.kind == "probability" and not item.per_class)
    good = 0
    for power in range(2, {"float16": 10, "float32": 23, "float64": 52}[dtype]):
        near = Fraction(1, 2**power)
        moved = [near if k % 2 else 1 - near for k in range(len(base.columns[item.name]))]
        try:
            fault = _fault(comparison, base.replaced(**{item.name: moved}), dtype)
        except Failed as failure:
            if power == 2:
                return Finding(dtype, SKIPPED, str(failure))
            fault = str(failure)
        if fault:
            outcome = DIFFERS if power <= 4 else LIMITED
            return Finding(dtype, outcome, f"right up to 2^-{good} from 0 and 1, not at 2^-{power}: {fault}")
        good = power
    return Finding(dtype, AGREES, f"right up to 2^-{good} from 0 and 1, the nearest tried")


def parameter(comparison: Comparison, name: str, dtype: str) -> Finding:
    """Return for which sizes of a parameter values and gradients stay right in a dtype."""
    reference = comparison.implementation.reference
    base = make(reference)
    default = Fraction(comparison.parameters[name])
    reach = {"low": 0, "high": 0}
    ends = {}
    check = f"{name}, {dtype}"
    if default == 0:
        return Finding(check, SKIPPED, f"{name} is 0, which cannot be scaled")
    for end, sign in (("low", -1), ("high", 1)):
        for power in range(1, 11):
            scaled = default * Fraction(2) ** (sign * power)
            moved = _with(comparison, name, scaled)
            if not _defined(moved, base):
                break
            try:
                fault = _fault(moved, base, dtype)
            except Failed as failure:
                fault = str(failure)
            if fault:
                ends[end] = f"not at {float(scaled):g}: {fault}"
                break
            reach[end] = power
    low, high = float(default) / 2 ** reach["low"], float(default) * 2 ** reach["high"]
    detail = "; ".join([f"right for {name} from {low:g} to {high:g}", *ends.values()])
    return Finding(check, LIMITED if ends else AGREES, detail)


def _defined(comparison: Comparison, batch: Batch) -> bool:
    """Return whether the loss itself is a real number at every example: beyond, there is nothing to be held against."""
    return all(mpmath.isfinite(x) and not mpmath.im(x) for x in comparison.exact.values(batch))


def _with(comparison: Comparison, name: str, value: Fraction) -> Comparison:
    from theory.engine.conformance.exact import ExactLoss

    parameters = {**comparison.parameters, name: value}
    reference = comparison.implementation.reference
    exact = ExactLoss(reference, reference.loss, parameters)
    return Comparison(comparison.implementation, exact, parameters, comparison.reduction, comparison.tolerance)


def _scaled(batch: Batch, names: Sequence[str], power: int) -> Batch:
    def times(x: Any) -> Any:
        return tuple(map(times, x)) if isinstance(x, tuple) else x * Fraction(2) ** power

    return batch.replaced(**{name: [times(x) for x in batch.columns[name]] for name in names})


def _fault(comparison: Comparison, batch: Batch, dtype: str) -> str:
    """Return what is wrong on a batch, "" if nothing: values first, then gradients where they are automatic."""
    scale = 1 + max(float(np.max(np.abs(batch.floats(item.name)))) for item in batch.inputs if not item.discrete)
    got, expected = comparison.got(batch, dtype), comparison.expected(batch)
    room = batch.size if comparison.reduction in ("mean", "sum") else 1
    fault = _compare(got, expected, dtype, scale, "value", room)
    if fault or comparison.implementation.library.differentiation == "central differences":
        return fault
    found = comparison.implementation.gradients(batch, dtype, comparison.parameters)
    share = batch.size if comparison.reduction == "mean" else 1
    for name, rows in comparison.exact.gradients(batch).items():
        flat = [x / share for row in rows for x in (row if isinstance(row, tuple) else (row,))]
        fault = fault or _compare(np.asarray(found[name]).reshape(-1), flat, dtype, 1.0, "gradient", room)
    return fault


def _compare(got: Any, expected: Sequence[Any], dtype: str, scale: float, what: str, room: int) -> str:
    largest = float(np.finfo(dtype).max) / (4 * room)  # a mean is a sum first
    for number, exact in zip(got.reshape(-1), expected, strict=True):
        if mpmath.isnan(exact) or mpmath.im(exact):
            return f"the {what} on record is no real number to fifty digits"
        if abs(exact) > largest:
            continue  # the loss itself leaves the range of the dtype
        if not np.isfinite(number):
            return f"{what} {number} where it is {float(exact):.6g}"
        allowed = max(TOLERANCE[dtype], _SLACK * float(np.finfo(dtype).eps)) * (1 + abs(float(exact)))
        allowed = max(allowed, _SLACK * float(np.finfo(dtype).eps) * scale) if what == "value" else allowed
        if abs(float(number) - float(exact)) > allowed:
            return f"{what} {float(number):.6g} where it is {float(exact):.6g}"
    return ""
