r"""The two proper scores whose calibration is decomposed, as references for `lossproof conform`.

Scores go through softmax. Both are least, in expectation, where the softmax is the posterior.
"""

from __future__ import annotations

from theory.classification.h_calibration import h_calibration_expressions as exact
from theory.classification.posteriors import OF_MANY, entropy, log_posterior
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Minimum, Reference, Slip

__all__ = ["BRIER_SCORE", "LOG_SCORE"]

LOG_SCORE = Reference(
    paper="h_calibration",
    name="log_score",
    where="log score",
    says=r"-\log p_y",
    inputs=SCORES_LABEL,
    loss=exact.log_score,
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("the entropy of p, at the scores log p", log_posterior, entropy, OF_MANY),
    slips=tuple(map(Slip.of, (
        exact.log_score_in_bits, exact.log_score_of_double_softmax, exact.log_score_with_wrong_sign,
    ))),
    claims=("h_calibration.log_score_decomposition", "h_calibration.log_calibration_is_nonnegative"),
)  # fmt: skip

BRIER_SCORE = Reference(
    paper="h_calibration",
    name="brier_score",
    where="Brier score",
    says=r"\sum_k(p_k-1[k=y])^2",
    inputs=SCORES_LABEL,
    loss=exact.brier_score,
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("1 - sum p^2, at the scores log p", log_posterior, lambda p: 1 - sum(x * x for x in p),
                    OF_MANY),
    slips=tuple(map(Slip.of, (
        exact.brier_score_averaged, exact.brier_score_of_label_only, exact.brier_score_without_squares,
    ))),
    claims=("h_calibration.brier_decomposition",),
)  # fmt: skip
