r"""The squared gap between confidence and correctness as a reference for `lossproof conform`.

The parameter ``temperature`` divides the scores; 3/2 unless given, since at 1 a multiplied temperature does not show.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.classification.correctness_calibration import correctness_expressions as exact
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Reference, Slip

__all__ = ["CORRECTNESS"]


def _gap(scores: tuple[Any, ...], label: int, *, temperature: Any) -> Any:
    """Return `correctness_expressions.correctness_loss`; the maximum is of scores, the gap of a right one not 1 - p."""
    import sympy

    top = sympy.Max(*scores)
    weights = [sympy.exp((score - top) / sympy.sympify(temperature)) for score in scores]
    total = sympy.Add(*weights)
    others = total - weights[label]  # where the label is on top: its own weight is 1, what is left is 1 - confidence
    right = sympy.And(*[sympy.Ge(scores[label], score) for k, score in enumerate(scores) if k != label])
    return sympy.Piecewise(((others / total) ** 2, right), (1 / total**2, True))


CORRECTNESS = Reference(
    paper="correctness_calibration",
    name="correctness",
    where="loss of confidence against correctness",
    says=r"\bigl(\max_kp_k-1[y\text{ has a largest score}]\bigr)^2,\quad p=\mathrm{softmax}(s/T)",
    inputs=SCORES_LABEL,
    loss=_gap,
    parameters={"temperature": Fraction(3, 2)},
    invariances=(shift(), reorder_classes()),
    slips=tuple(map(Slip.of, (
        exact.gap_of_true_class, exact.gap_without_square, exact.gap_with_swapped_correctness,
        exact.gap_with_multiplied_temperature,
    ))),
    claims=(
        "correctness_calibration.regret_is_top_label_error",
        "correctness_calibration.least_loss_means_classwise_calibration",
        "correctness_calibration.wrong_confidence_falls_with_temperature",
    ),
)  # fmt: skip
