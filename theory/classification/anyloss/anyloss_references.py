r"""The AnyLoss losses as references for `lossproof conform`: one number of a whole batch of probabilities and labels.

With :math:`A = 1/(1+e^{-L(p-1/2)})` in place of hard predictions, each loss is one minus a metric of the soft confusion
matrix. The amplification L is the parameter ``amplification`` (10 unless given). F1 and F-beta are two references,
because at beta = 1 some mistakes in beta do not show.
"""

from __future__ import annotations

from theory.classification.anyloss import anyloss_expressions as exact
from theory.engine.conformance.cases import reorder_batch
from theory.engine.conformance.reference import PROBABILITY_BIT, Reference, Slip

__all__ = ["ACCURACY", "BALANCED_ACCURACY", "F1", "F_BETA", "GEOMETRIC_MEAN"]

_COUNTS = ("anyloss.soft_counts_add_up", "anyloss.entry_error_*", "anyloss.amplifier_slope", "anyloss.gradient_fades")
_OF_F1 = tuple(map(Slip.of, (
    exact.f_beta_unamplified, exact.f_beta_centred_at_zero, exact.f_beta_double_sigmoid, exact.f_beta_metric,
    exact.f_beta_of_each_example, exact.f_beta_rounded,
)))  # fmt: skip

ACCURACY = Reference(
    paper="anyloss", name="accuracy", where="loss of the accuracy", says=r"1-\frac{\mathrm{TP}+\mathrm{TN}}N",
    inputs=PROBABILITY_BIT, loss=exact.accuracy, parameters={"amplification": 10}, whole_batch=True,
    invariances=(reorder_batch(),), claims=(*_COUNTS, "anyloss.accuracy_gradient"),
)  # fmt: skip

F1 = Reference(
    paper="anyloss", name="f1", where="loss of the F1 score",
    says=r"1-\frac{2\mathrm{TP}}{2\mathrm{TP}+\mathrm{FN}+\mathrm{FP}}",
    inputs=PROBABILITY_BIT, loss=exact.f_beta, parameters={"amplification": 10}, whole_batch=True,
    invariances=(reorder_batch(),), slips=_OF_F1,
    claims=(*_COUNTS, "anyloss.f1_gradient", "anyloss.f1_least_loss"),
)  # fmt: skip

F_BETA = Reference(
    paper="anyloss", name="f_beta", where="loss of the F-beta score",
    says=r"1-\frac{(1+\beta^2)\mathrm{TP}}{(1+\beta^2)\mathrm{TP}+\beta^2\mathrm{FN}+\mathrm{FP}}",
    inputs=PROBABILITY_BIT, loss=exact.f_beta, parameters={"amplification": 10, "beta": 2}, whole_batch=True,
    invariances=(reorder_batch(),), slips=(*_OF_F1, Slip.of(exact.f_beta_on_false_positives)),
    claims=(*_COUNTS, "anyloss.f_beta_gradient"),
)  # fmt: skip

BALANCED_ACCURACY = Reference(
    paper="anyloss", name="balanced_accuracy", where="loss of the balanced accuracy",
    says=r"1-\tfrac12\Bigl(\frac{\mathrm{TP}}P+\frac{\mathrm{TN}}{N-P}\Bigr)",
    inputs=PROBABILITY_BIT, loss=exact.balanced_accuracy, parameters={"amplification": 10}, whole_batch=True,
    invariances=(reorder_batch(),),
    slips=(Slip("the accuracy of the batch, not the mean of the rates of both classes", exact.accuracy),),
    claims=(*_COUNTS, "anyloss.balanced_accuracy_gradient"),
)  # fmt: skip

GEOMETRIC_MEAN = Reference(
    paper="anyloss", name="geometric_mean", where="loss of the geometric mean of the rates",
    says=r"1-\sqrt{\frac{\mathrm{TP}}P\cdot\frac{\mathrm{TN}}{N-P}}",
    inputs=PROBABILITY_BIT, loss=exact.geometric_mean, parameters={"amplification": 10}, whole_batch=True,
    invariances=(reorder_batch(),), slips=(Slip.of(exact.geometric_mean_without_root),),
    claims=(*_COUNTS, "anyloss.geometric_mean_gradient"),
)  # fmt: skip
