"""Which known mistake produces just these numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from theory.engine.conformance.checks import TOLERANCE, Comparison
from theory.engine.conformance.exact import ExactLoss
from theory.engine.conformance.implementation import REDUCTIONS, reduced
from theory.engine.conformance.inputs import Batch

_MATCH = 1e-10  # slips such as an epsilon inside a logarithm are small themselves
_FACTORS = {
    1 / math.log(2): "the logarithm is taken to base 2",
    math.log(2): "divided by log2(e): nats and bits are mixed up",
    -1.0: "the sign is reversed: a reward, not a loss",
    2.0: "twice the loss",
    0.5: "half the loss",
}


def diagnose(comparison: Comparison, batches: Sequence[Batch]) -> list[str]:
    """Return the slips on record, or else simple transformations of the loss, whose numbers match on every batch."""
    reference = comparison.implementation.reference
    whole = reference.whole_batch
    other = None if whole else _other_reduction(comparison, batches)
    if other:
        return [f"the reduction is {other!r}, not {comparison.reduction!r}"]
    got = np.concatenate([comparison.got(b) if whole else comparison.one_by_one(b) for b in batches]).astype(float)
    if not np.all(np.isfinite(got)):
        return []
    found = []
    for slip in reference.slips:
        exact = ExactLoss(reference, slip.loss, comparison.parameters)
        if _close(got, _exact(exact, batches)):
            found.append(slip.says)
            if not whole and not _holds_together(comparison, exact, batches):
                return [slip.says, "besides, the examples of a batch are mixed: each alone gives another number"]
    own = _exact(comparison.exact, batches)
    if _close(got, own):
        return ["each example alone is right; together in a batch they are not"]
    return found or _affine_fit(got, own)


def _holds_together(comparison: Comparison, loss: ExactLoss, batches: Sequence[Batch]) -> bool:
    """Return whether what explains each example alone explains the batches too."""
    expected = [np.array([_real(x) for x in comparison.expected(batch, loss)]) for batch in batches]
    return all(_close(comparison.got(batch), numbers) for batch, numbers in zip(batches, expected, strict=True))


def _other_reduction(comparison: Comparison, batches: Sequence[Batch]) -> str | None:
    """Return the reduction under which all is right, if there is one."""
    got = [comparison.got(batch) for batch in batches]
    values = [comparison.exact.values(batch) for batch in batches]
    for name in REDUCTIONS:
        rows = [np.array([_real(x) for x in reduced(row, name)]) for row in values]
        if all(map(_close, got, rows)):
            return name
    return None


def _affine_fit(got: Any, own: Any) -> list[str]:
    """A factor and an added constant, fitted and then held against every number."""
    if _close(got, np.zeros_like(got)):
        return ["the constant 0: no gradient, nothing is learned"]
    design = np.stack([own, np.ones_like(own)], axis=1)
    (factor, constant), *_ = np.linalg.lstsq(design, got, rcond=None)
    if len(own) <= 2 or not _close(got, factor * own + constant):
        return []
    return [_affine(float(factor), float(constant))]


def _affine(factor: float, constant: float) -> str:
    small = TOLERANCE["float32"]
    if abs(constant) > small and abs(factor - 1) <= small:
        return f"the loss plus the constant {constant:.8g}"
    if abs(constant) > small:
        return f"{factor:.8g} times the loss plus {constant:.8g}"
    for known, says in _FACTORS.items():
        if abs(factor - known) <= small:
            return says
    return f"{factor:.8g} times the loss" if abs(factor) > small else "the same number whatever the scores"


def _exact(loss: ExactLoss, batches: Sequence[Batch]) -> Any:
    return np.array([_real(x) for batch in batches for x in loss.values(batch)])


def _real(x: Any) -> float:
    """Return a float; a wrong formula may leave the real numbers, which matches nothing."""
    return float(x) if not getattr(x, "imag", 0) else math.nan


def _close(got: Any, expected: Any) -> bool:
    return got.shape == expected.shape and bool(np.all(np.abs(got - expected) <= _MATCH * (1 + np.abs(expected))))
