r"""The logistic loss of the discriminative learner as a reference for `lossproof conform`, in nats.

Natural logarithms matter here: with base 2 the constant of the bound is not sqrt(2).
"""

from __future__ import annotations

from theory.classification.dis_vs_gen import dis_vs_gen_expressions as exact
from theory.classification.posteriors import OF_MANY, entropy, log_posterior
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Minimum, Reference, Slip

__all__ = ["LOGISTIC"]

LOGISTIC = Reference(
    paper="dis_vs_gen",
    name="logistic",
    where="multinomial logistic loss",
    says=r"\log\sum_ke^{h_k-h_y}",
    inputs=SCORES_LABEL,
    loss=exact.logistic,
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("the entropy of p, at the scores log p", log_posterior, entropy, OF_MANY),
    slips=tuple(map(Slip.of, (
        exact.logistic_base_two, exact.logistic_double_softmax, exact.logistic_one_versus_rest,
        exact.logistic_wrong_sign,
    ))),
    claims=("dis_vs_gen.logistic_*",),
)  # fmt: skip
