r"""Cross-entropy with likelihood weights as a reference for `lossproof conform`: scores, labels and likelihoods.

No gradient with respect to the likelihood is compared: it belongs to the dataset.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.classification.datasetequity import datasetequity_expressions as exact
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Input, Reference, Slip

__all__ = ["WEIGHTED_CROSS_ENTROPY"]


def _of_columns(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(scores: tuple[Any, ...], label: int, likelihood: Any, *, eta: Any, gamma: Any) -> Any:
        return function(scores, label, likelihood=likelihood, eta=eta, gamma=gamma)

    return loss


WEIGHTED_CROSS_ENTROPY = Reference(
    paper="datasetequity",
    name="weighted_cross_entropy",
    where="loss with likelihood weights",
    says=r"(\eta+(1-p)^\gamma)(-\log\mathrm{softmax}(s)_y)",
    inputs=(*SCORES_LABEL, Input("likelihoods", "probability")),
    loss=_of_columns(exact.weighted_cross_entropy),
    parameters={"eta": Fraction(1, 2), "gamma": 2},
    invariances=(shift(), reorder_classes()),
    slips=tuple(Slip.of(function, _of_columns) for function in (
        exact.weight_of_common_samples, exact.weight_with_factor_eta, exact.weight_of_prediction,
    )),
    claims=(
        "datasetequity.rare_samples_weigh_more",
        "datasetequity.rare_samples_weigh_more_with_focus",
        "datasetequity.weight_is_at_most",
    ),
)  # fmt: skip
