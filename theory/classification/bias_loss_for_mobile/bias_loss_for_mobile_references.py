r"""The bias loss as a reference for `lossproof conform`: scores, labels and the scaled variance of each example.

The shared variances lie in (0, 1). No gradient with respect to them is compared: the weight is a constant of training.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.classification.bias_loss_for_mobile import bias_loss_expressions as exact
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Input, Reference, Slip

__all__ = ["BIAS_LOSS"]


def _of_columns(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(scores: tuple[Any, ...], label: int, variance: Any, *, alpha: Any, beta: Any) -> Any:
        return function(scores, label, variance=variance, alpha=alpha, beta=beta)

    return loss


BIAS_LOSS = Reference(
    paper="bias_loss_for_mobile",
    name="bias_loss",
    where="bias loss",
    says=r"(e^{\alpha v}-\beta)(-\log p_y)",
    inputs=(*SCORES_LABEL, Input("variances", "probability")),
    loss=_of_columns(exact.bias_loss),
    parameters={"alpha": Fraction(3, 10), "beta": Fraction(3, 10)},
    invariances=(shift(), reorder_classes()),
    slips=tuple(Slip.of(function, _of_columns) for function in (
        exact.bias_loss_with_added_beta, exact.bias_loss_without_alpha, exact.bias_loss_with_beta_in_exponent,
        exact.bias_loss_of_falling_weight,
    )),
    claims=("bias_loss_for_mobile.*",),
)  # fmt: skip
