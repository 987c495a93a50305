"""The checks: value, gradient, invariances, independence of the examples, exact minimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from theory.engine.conformance.exact import DIGITS, ExactLoss
from theory.engine.conformance.findings import AGREES, DIFFERS, SKIPPED, Finding
from theory.engine.conformance.implementation import REDUCTIONS, Failed, Implementation, reduced
from theory.engine.conformance.inputs import Batch
from theory.engine.conformance.reference import Exact, Invariance

TOLERANCE = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-9}
_BY_DIFFERENCES = 1e-6  # what central differences of fourth order leave of float64
_STEPS = (Fraction(1, 8), Fraction(-1, 8), Fraction(2), Fraction(-2))  # away from a minimiser, near and far


@dataclass(frozen=True)
class Comparison:
    """An implementation beside the exact loss, under one reduction and one set of parameters."""

    implementation: Implementation
    exact: ExactLoss
    parameters: Mapping[str, Exact]
    reduction: str
    tolerance: float = TOLERANCE["float64"]

    def expected(self, batch: Batch, loss: ExactLoss | None = None) -> list[Any]:
        """Return the exact values, reduced."""
        values = (loss or self.exact).values(batch)
        return values if self.implementation.reference.whole_batch else reduced(values, self.reduction)

    def got(self, batch: Batch, dtype: str = "float64") -> Any:
        """Return the implementation's values, flat."""
        return np.atleast_1d(self.implementation.values(batch, dtype, self.parameters))

    def one_by_one(self, batch: Batch) -> Any:
        """Return the implementation's value of each example, called on two copies of it: then a mean is its loss."""
        values = []
        for k in range(batch.size):
            doubled = batch.replaced(**{name: [column[k]] * 2 for name, column in batch.columns.items()})
            values.append(float(self.got(doubled)[0]) / (2 if self.reduction == "sum" else 1))
        return np.array(values)


def choose_reduction(
    implementation: Implementation, exact: ExactLoss, batch: Batch, parameters: Mapping[str, Exact], wanted: str
) -> str:
    """Return the reduction in use: as wanted, or for ``"auto"`` the one whose shape and numbers come nearest.

    Raises
    ------
    Failed
        If the callable cannot be called on the shared tensors, or returns a number an example where one is wanted.
    """
    numbers = implementation.values(batch, "float64", parameters)
    if implementation.reference.whole_batch:
        return "batch"
    if wanted != "auto":
        if (wanted == "none") != (numbers.shape != ()):
            raise Failed(f"returned shape {numbers.shape} under reduction {wanted!r}")
        return wanted
    if numbers.shape != ():
        return "none"
    values = exact.values(batch)
    return min(REDUCTIONS[1:], key=lambda name: abs(float(numbers) - float(reduced(values, name)[0])))


def value(comparison: Comparison, batches: Sequence[Batch]) -> Finding:
    """Compare values on the shared tensors, in double precision; of reduced losses each example's alone as well."""
    worst, worst_at, count = 0.0, "", 0
    precision = ""
    for batch in batches:
        got, expected = comparison.got(batch), comparison.expected(batch)
        if not np.array_equal(got, comparison.got(batch), equal_nan=True):
            return Finding("value", DIFFERS, "a second call with the same tensors returns other numbers")
        if got.dtype != np.float64:
            precision = f", computed in {got.dtype} although float64 was given"
        if got.shape != (len(expected),):
            return Finding("value", DIFFERS, f"{len(got)} values, {len(expected)} expected")
        if comparison.reduction in ("mean", "sum"):
            got, expected = np.append(got, comparison.one_by_one(batch)), [*expected, *comparison.exact.values(batch)]
        for number, exact in zip(got, expected, strict=True):
            if not np.isfinite(number):
                return Finding("value", DIFFERS, f"{number} where the loss is {_short(exact)}")
            error = _error(number, exact)
            count += 1
            if error >= worst:
                worst, worst_at = error, f"{float(number):.10g} where the loss is {_short(exact)}"
    tolerance = max(comparison.tolerance, TOLERANCE["float32"]) if precision else comparison.tolerance
    if worst > tolerance:
        return Finding("value", DIFFERS, worst_at + precision)
    return Finding("value", AGREES, f"{count} value{'s'[: count > 1]}, largest error {worst:.1e}{precision}")


def gradient(comparison: Comparison, batches: Sequence[Batch]) -> Finding:
    """Compare the gradient of the implementation with the derivatives of the formula."""
    library = comparison.implementation.library
    floor = _BY_DIFFERENCES if library.name == "numpy" else 0.0
    worst, worst_at, count = 0.0, "", 0
    for batch in batches:
        try:
            found = comparison.implementation.gradients(batch, "float64", comparison.parameters)
        except Failed as failure:
            return Finding("gradient", DIFFERS, str(failure))
        for name, rows in comparison.exact.gradients(batch).items():
            share = batch.size if comparison.reduction == "mean" else 1
            expected = [x / share for row in rows for x in (row if isinstance(row, tuple) else (row,))]
            got = np.asarray(found[name], dtype=np.float64).reshape(-1)
            for k, (number, exact) in enumerate(zip(got, expected, strict=True)):
                error = _error(number, exact) if np.isfinite(number) else np.inf
                count += 1
                if error >= worst:
                    worst, worst_at = error, f"{float(number):.8g} where the derivative is {_short(exact)}, {name} {k}"
    if worst > max(comparison.tolerance, floor):
        return Finding("gradient", DIFFERS, f"{worst_at} ({library.differentiation})")
    return Finding("gradient", AGREES, f"{count} derivatives, largest error {worst:.1e} ({library.differentiation})")


def invariance(comparison: Comparison, batches: Sequence[Batch], change: Invariance) -> Finding:
    """Compare the implementation with itself on changed inputs."""
    worst = 0.0
    for batch in batches:
        before, after = comparison.got(batch), comparison.got(change.change(batch))
        if not np.all(np.isfinite(after)):
            return Finding(change.name, DIFFERS, f"{change.says}: not finite")
        if change.name == "order" and before.shape != ():
            before, after = np.sort(before), np.sort(after)
        worst = max(worst, float(np.max(np.abs(after - before) / (1 + np.abs(before)))))
    tolerance = TOLERANCE["float32"] if comparison.got(batches[0]).dtype != np.float64 else comparison.tolerance
    outcome = AGREES if worst <= tolerance else DIFFERS
    return Finding(change.name, outcome, f"{change.says}: values change by {worst:.1e}")


def independence(comparison: Comparison, batches: Sequence[Batch]) -> Finding:
    """Check that an example's loss is the same whatever stands beside it in the batch."""
    for batch in batches:
        whole, alone = comparison.got(batch), comparison.one_by_one(batch)
        joined = alone if comparison.reduction == "none" else np.atleast_1d(np.sum(alone))
        if comparison.reduction == "mean":
            joined = joined / batch.size
        gap = float(np.max(np.abs(joined - whole) / (1 + np.abs(whole))))
        if not gap <= max(comparison.tolerance, TOLERANCE["float32"] if whole.dtype != np.float64 else 0.0):
            return Finding("examples", DIFFERS, f"an example's loss depends on the others of its batch, by {gap:.1e}")
    return Finding("examples", AGREES, "each example's loss is its own, whatever the batch")


def minimum(comparison: Comparison) -> Finding:
    """Compare the conditional risk at the exact minimiser with the exact minimum, and around it."""
    reference = comparison.implementation.reference
    if reference.minimum is None:
        return Finding("minimum", SKIPPED, "no exact minimum is on record")
    exact_parameters = {name: sympy.Rational(number) for name, number in comparison.parameters.items()}
    worst = 0.0
    for posterior in reference.minimum.posteriors:
        p = tuple(sympy.Rational(x) for x in posterior)
        scores = [float(sympy.N(s, DIGITS)) for s in _as_tuple(reference.minimum.scores(p, **exact_parameters))]
        least = float(sympy.N(reference.minimum.value(p, **exact_parameters), DIGITS))
        at = _risk(comparison, posterior, scores)
        worst = max(worst, abs(at - least) / (1 + abs(least))) if np.isfinite(at) else np.inf
        if worst > comparison.tolerance:
            shown = ", ".join(map(str, posterior))
            return Finding("minimum", DIFFERS, f"risk {at:.10g} at the minimiser, least is {least:.10g} (p = {shown})")
        for k in range(len(scores)):
            for step in _STEPS:
                moved = [s + float(step) * (j == k) for j, s in enumerate(scores)]
                below = least - _risk(comparison, posterior, moved)
                if below > comparison.tolerance * (1 + abs(least)):
                    return Finding("minimum", DIFFERS, f"risk {least - below:.10g} below the least {least:.10g}")
    return Finding("minimum", AGREES, f"{reference.minimum.says}, at {len(reference.minimum.posteriors)} posteriors")


def _risk(comparison: Comparison, posterior: Sequence[Fraction], scores: Sequence[float]) -> float:
    """Return sum_y p_y loss(scores, y)."""
    implementation = comparison.implementation
    score_input, label_input = implementation.reference.inputs
    row: Any = tuple(Fraction(s) for s in scores) if score_input.per_class else Fraction(scores[0])
    total = 0.0
    for k, weight in enumerate(posterior):
        label = 2 * k - 1 if label_input.kind == "sign" else k
        columns: dict[str, Any] = {score_input.name: [row], label_input.name: [label]}
        batch = Batch(columns, implementation.reference.inputs, len(posterior))
        total += float(weight) * float(comparison.one_by_one(batch)[0])
    return total


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _error(number: Any, exact: Any) -> float:
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(float(number)) - exact) / (1 + abs(exact)))


def _short(exact: Any) -> str:
    return str(mpmath.nstr(exact, 10))
